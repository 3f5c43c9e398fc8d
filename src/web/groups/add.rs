//! Add user to group: a search, and its results to choose from.

use askama::Template;

use super::GroupHead;
use crate::{
    domain::ids::UserId,
    web::page::{FieldError, FormErrors, Person, Shell},
};
use crate::{
    domain::{
        ids::GroupId,
        policy::{Action, Refusal},
        search::SearchTerm,
    },
    usecases::{
        Denied,
        groups::{self, Candidates},
    },
    web::{
        console::Console,
        failure::Failure,
        form::Form,
        page::{Flash, FlashKind},
        respond::{self, Answer},
    },
};
use crate::{usecases::ADMINS, web::paths};
use actix_web::web::{Path, Query};
use serde::Deserialize;

/// The search and its results, which are also a dialog on the group's page.
#[derive(Debug, Clone, Template)]
#[template(path = "groups/add.html")]
pub struct AddToGroupPage {
    pub shell: Shell,
    pub group: GroupHead,
    pub finder: Finder,
}

/// A search for people to choose one from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finder {
    /// Where it searches: the page that it is on.
    pub action: String,
    /// Who is offered.
    pub hint: &'static str,
    /// What is looked for; empty before anything was typed.
    pub q: String,
    pub results: Vec<Person>,
    /// Whether more match than are shown.
    pub has_more: bool,
    pub picked: Option<UserId>,
    pub error: Option<FieldError>,
}

/// So many results are shown.
pub const RESULTS_MAX: usize = 8;

impl Finder {
    /// Before anything was typed.
    pub fn empty(group: &GroupHead) -> Self {
        let hint = if group.is_admins {
            "Only active people who are not Admins yet are offered."
        } else {
            "Only active people who are not members yet are offered."
        };
        Self {
            action: group.add_path().to_string(),
            hint,
            q: String::new(),
            results: Vec::new(),
            has_more: false,
            picked: None,
            error: None,
        }
    }

    /// What screen readers are told about the results.
    pub(in crate::web) fn said(&self) -> String {
        match self.results.len() {
            0 if self.has_more => format!("Many match “{}”, none of the first of whom can be added. Type more to narrow down.", self.q),
            0 => format!("Nobody who can be added matches “{}”", self.q),
            1 => format!("1 person matches “{}”", self.q),
            count if self.has_more => format!("The first {count} who match “{}”. Type more to narrow down.", self.q),
            count => format!("{count} people match “{}”", self.q),
        }
    }

    pub(in crate::web) fn is_picked(&self, person: &Person) -> bool {
        self.picked == Some(person.id)
    }
}

impl AddToGroupPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("add-q", self.finder.error.as_ref())])
    }
}

/// What is looked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddQuery {
    #[serde(default)]
    pub(in crate::web) q: String,
}

/// Who is to be added.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddForm {
    user: Option<UserId>,
    /// The search that found them.
    #[serde(default)]
    q: String,
}

/// `GET /users-and-groups/groups/{group}/add`
pub(in crate::web) async fn show(console: Console, id: Path<GroupId>, query: Query<AddQuery>) -> Answer {
    respond::page(&page(&console, *id, query.into_inner().q, None).await?)
}

/// `POST /users-and-groups/groups/{group}/add`
pub(in crate::web) async fn submit(console: Console, id: Path<GroupId>, form: Form<AddForm>) -> Answer {
    let (id, AddForm { user: picked, q }) = (*id, form.0);
    let Some(picked) = picked else {
        let error = FieldError::Said("Choose somebody from the results".to_owned());
        return respond::again(&page(&console, id, q, Some(error)).await?);
    };
    let done = match console.act(move |ctx, caller| groups::add(ctx, caller, id, picked)).await? {
        Ok((person, _)) if id == ADMINS => {
            Flash::new(FlashKind::Ok, format!("{} is an Admin now. All their sessions have ended.", person.display_name()))
        }
        Ok((person, group)) => Flash::new(FlashKind::Ok, format!("{} is in {} now.", person.display_name(), group.name)),
        Err(Denied::Refused { refusal: Refusal::AlreadyMember, name: Some(name) }) => {
            Flash::new(FlashKind::Info, format!("{name} is in the group already. Nothing was changed."))
        }
        Err(denied) => return Err(denied.into()),
    };
    console.done(&done, paths::Group { group: id })
}

async fn page(console: &Console, id: GroupId, q: String, error: Option<FieldError>) -> Result<AddToGroupPage, Failure> {
    let search = SearchTerm::parse(&q);
    let q = if search.is_some() { q } else { String::new() };
    let (frame, Candidates { group, people, .. }) =
        console.open(Action::SeeEveryone, move |ctx, actor| groups::candidates(ctx, actor, id, search)).await?;
    let group = GroupHead::from(&group);
    let results = people.rows.iter().map(|person| Person::from(&person.who())).collect();
    let finder = Finder { q, results, has_more: people.has_next, error, ..Finder::empty(&group) };
    Ok(AddToGroupPage { shell: console.shell(&frame), group, finder })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::samples::{Sample, check};

    fn page(sample: &Sample, group: GroupHead) -> AddToGroupPage {
        let results = sample.rows(|_, person| person).into_iter().take(RESULTS_MAX).collect::<Vec<_>>();
        let q = if sample.name == "plain" { "ka".to_owned() } else { sample.text.clone() };
        let finder = Finder {
            q,
            has_more: sample.rows > RESULTS_MAX,
            picked: results.get(2).map(|person| person.id),
            results,
            ..Finder::empty(&group)
        };
        AddToGroupPage { shell: sample.shell(), group, finder }
    }

    #[test]
    fn renders() {
        check("add-to-group", |sample| page(sample, GroupHead::sample(sample)));
        check("add-to-admins", |sample| page(sample, GroupHead::admins()));
        check("add-to-group-no-match", |sample| {
            let mut page = page(sample, GroupHead::sample(sample));
            page.finder.results.clear();
            page
        });
        check("add-to-group-error", |sample| {
            let mut page = page(sample, GroupHead::sample(sample));
            page.finder.picked = None;
            page.finder.error = Some(FieldError::Said("Choose a person".into()));
            page
        });
    }

    #[test]
    fn results_are_counted_in_words() {
        let sample = Sample::plain();
        let finder = |count, has_more| Finder {
            q: "ka".into(),
            results: (0..count).map(|place| sample.person(place)).collect(),
            has_more,
            ..Finder::empty(&GroupHead::admins())
        };
        assert_eq!(finder(0, false).said(), "Nobody who can be added matches “ka”");
        assert_eq!(finder(0, true).said(), "Many match “ka”, none of the first of whom can be added. Type more to narrow down.");
        assert_eq!(finder(1, false).said(), "1 person matches “ka”");
        assert_eq!(finder(3, false).said(), "3 people match “ka”");
        assert_eq!(finder(8, true).said(), "The first 8 who match “ka”. Type more to narrow down.");
    }
}
