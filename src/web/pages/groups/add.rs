//! Add user to group: a search, and its results to choose from.

use actix_web::web::{Path, Query};
use askama::Template;
use serde::Deserialize;

use super::GroupHead;
use crate::{
    domain::{
        ids::{GroupId, UserId},
        policy::PolicyDenial,
        search::SearchTerm,
    },
    usecases::{
        self, ADMINS, ActionError, Group,
        groups::{self, Candidates},
    },
    web::shared::{
        error::WebError,
        form::Form,
        page::{FieldError, FindQuery, Finder, Flash, FlashKind, FormErrors, Layout, UserLabel},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// Search and results; also a dialog on the group's page.
#[derive(Debug, Clone, Template)]
#[template(path = "groups/add.html")]
pub struct AddToGroupPage {
    pub layout: Layout,
    pub group: GroupHead,
    pub finder: Finder,
}

/// Search before anything was typed.
pub(super) fn finder(group: &GroupHead) -> Finder {
    let hint = if group.is_admins { "Shows active people who are not Admins yet." } else { "Shows active people who are not members yet." };
    Finder::new(group.add_path(), hint)
}

impl AddToGroupPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("add-q", self.finder.error.as_ref())])
    }
}

/// Selected user.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddForm {
    user: Option<UserId>,
    /// Typed search, with which the page is shown again.
    #[serde(default)]
    q: String,
}

/// `GET /users-and-groups/groups/{group}/add`
pub(in crate::web) async fn show(context: PageContext, id: Path<GroupId>, query: Query<FindQuery>) -> HandlerResult {
    respond::page(&page(&context, *id, query.into_inner().q, None).await?)
}

/// `POST /users-and-groups/groups/{group}/add`
pub(in crate::web) async fn submit(context: PageContext, id: Path<GroupId>, form: Form<AddForm>) -> HandlerResult {
    let (id, AddForm { user: picked, q }) = (*id, form.0);
    let Some(picked) = picked else {
        let error = FieldError::Message("Choose a person from the results".to_owned());
        return respond::again(&page(&context, id, q, Some(error)).await?);
    };
    let said = move |(user, group): &(usecases::User, Group)| {
        let name = user.display_name();
        let text = if id == ADMINS {
            format!("{name} is now an Admin and must sign in again.")
        } else {
            format!("Added {name} to {}.", group.name)
        };
        Flash::new(FlashKind::Ok, text)
    };
    match context.act(said, move |ctx, submission| groups::add(ctx, submission, id, picked)).await? {
        Ok(_) => respond::see_other(paths::Group { group: id }),
        Err(ActionError::Refused { denial: PolicyDenial::AlreadyMember, name: Some(name) }) => {
            let text = format!("{name} is already in the group.");
            context.say(&Flash::new(FlashKind::Info, text), paths::Group { group: id })
        }
        Err(denied) => Err(denied.into()),
    }
}

async fn page(context: &PageContext, id: GroupId, q: String, error: Option<FieldError>) -> Result<AddToGroupPage, WebError> {
    let search = SearchTerm::parse(&q);
    let q = if search.is_some() { q } else { String::new() };
    let (layout_data, Candidates { group, users, .. }) = context.open(move |ctx, actor| groups::candidates(ctx, actor, id, search)).await?;
    let group = GroupHead::from(&group);
    let results = users.rows.iter().map(|user| UserLabel::from(&user.who())).collect();
    let finder = Finder { q, results, has_more: users.has_next, error, ..finder(&group) };
    Ok(AddToGroupPage { layout: context.layout(&layout_data), group, finder })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::page::RESULTS_MAX;
    use crate::web::shared::samples::{Sample, check};

    fn page(sample: &Sample, group: GroupHead) -> AddToGroupPage {
        let results = sample.rows(|_, user| user).into_iter().take(RESULTS_MAX).collect::<Vec<_>>();
        let q = if sample.name == "plain" { "ka".to_owned() } else { sample.text.clone() };
        let finder =
            Finder { q, has_more: sample.rows > RESULTS_MAX, picked: results.get(2).map(|user| user.id), results, ..finder(&group) };
        AddToGroupPage { layout: sample.layout(), group, finder }
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
            page.finder.error = Some(FieldError::Message("Choose a person".into()));
            page
        });
    }
}
