//! Manage User: name, address and default role; and the questions that another default role raises.

use actix_web::{
    http::StatusCode,
    web::{Path, Query},
};
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::{
        clock::Timestamp,
        email_address::EmailAddress,
        ids::{PortfolioId, UserId},
        permission::Permission,
        policy::Action,
        search::SearchTerm,
        user::{DefaultRole, Status},
    },
    usecases::{
        self, Denied, Portfolio, people,
        profiles::{self, Profile, ProfileError},
    },
    web::{
        console::Console,
        failure::{Failure, too_many_mails},
        form::Form,
        page::{Field, FieldError, Flash, FlashKind, FormErrors, Moment, Person, Shell, parse},
        paths,
        query::ReturnQuery,
        respond::{self, Answer},
        users_and_permissions::query::PeopleQuery,
    },
};

use super::{already, at, becomes_user::BecomesUserPage, go_back, with_return};

/// The form on a page of its own, and what stands in its way.
#[derive(Debug, Clone, Template)]
#[template(path = "manage/edit.html")]
pub struct EditUserPage {
    pub shell: Shell,
    pub person: Person,
    pub fields: EditFields,
    /// Somebody else changed the person while the form was open.
    pub is_stale: bool,
    /// Whom the address belongs to, for those who may know.
    pub owner: Option<paths::Manage>,
    /// The query of the list, to return to.
    pub query: String,
}

/// What Manage User asks for, on the page and in the dialog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditFields {
    pub user: UserId,
    pub since: Moment,
    pub is_open: bool,
    /// Somebody deactivated keeps the address.
    pub keeps_email: bool,
    pub first_name: Field,
    pub last_name: Field,
    pub email: Field,
    pub role: RoleChoice,
    pub portfolio: Option<PortfolioChoice>,
    pub version: i32,
}

/// The drop-down of default roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleChoice {
    pub role: DefaultRole,
    /// What somebody else has saved meanwhile, where it differs.
    pub saved: Option<&'static str>,
}

/// The first portfolio of somebody who becomes a Portfolio Admin.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PortfolioChoice {
    pub q: String,
    /// Whether one searches, since there are more than fit.
    pub searches: bool,
    pub options: Vec<(PortfolioId, String)>,
    pub picked: Option<PortfolioId>,
    pub error: Option<FieldError>,
}

impl RoleChoice {
    fn new(role: DefaultRole) -> Self {
        Self { role, saved: None }
    }

    pub(super) fn is(self, word: &str) -> bool {
        self.role.as_str() == word
    }

    fn beside(self, saved: DefaultRole) -> Self {
        Self { saved: (self.role != saved).then(|| saved.label()), ..self }
    }
}

impl PortfolioChoice {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand on references")]
    pub(super) fn is_picked(&self, id: &PortfolioId) -> bool {
        self.picked == Some(*id)
    }
}

impl EditFields {
    pub(super) fn of(person: &usecases::Person, now: Timestamp) -> Self {
        let status = person.status(now);
        Self {
            user: person.id,
            since: Moment::new(person.created_at, now),
            is_open: matches!(status, Status::Invited | Status::Expired),
            keeps_email: status == Status::Deactivated,
            first_name: Field::new(&*person.first_name),
            last_name: Field::new(&*person.last_name),
            email: Field::new(&*person.email),
            role: RoleChoice::new(person.default_role),
            portfolio: None,
            version: person.version,
        }
    }

    /// Beside what somebody else has saved meanwhile.
    fn beside(self, saved: &usecases::Person) -> Self {
        Self {
            first_name: self.first_name.beside(&saved.first_name),
            last_name: self.last_name.beside(&saved.last_name),
            email: self.email.beside(&saved.email),
            role: self.role.beside(saved.default_role),
            version: saved.version,
            ..self
        }
    }

    fn path(&self) -> paths::EditUser {
        paths::EditUser { user: self.user }
    }

    pub(super) fn email_hint(&self) -> &'static str {
        if self.is_open {
            "A new address makes the link in the earlier mail dead, and gets a new one."
        } else {
            "A new address counts once it is confirmed there; the old one is told and can stop it."
        }
    }

    /// "user since 4 Mar 2025".
    fn since_in_words(&self) -> String {
        format!("{} {}", if self.is_open { "invited" } else { "user since" }, self.since.date())
    }
}

impl EditUserPage {
    fn back(&self) -> String {
        with_return(paths::Manage { user: self.person.id }, &self.query)
    }

    fn errors(&self) -> FormErrors {
        let portfolio = self.fields.portfolio.as_ref().and_then(|portfolio| portfolio.error.as_ref());
        FormErrors::of([
            ("first_name", self.fields.first_name.error.as_ref()),
            ("last_name", self.fields.last_name.error.as_ref()),
            ("email", self.fields.email.error.as_ref()),
            ("portfolio", portfolio),
        ])
    }
}

/// What was typed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditForm {
    first_name: String,
    last_name: String,
    email: String,
    default_role: DefaultRole,
    version: i32,
    #[serde(default)]
    portfolio: String,
    /// Looks for a portfolio by part of its name.
    #[serde(default)]
    q: String,
    /// The portfolios that go with the role, once that was asked.
    #[serde(default)]
    leaves: Vec<PortfolioId>,
    /// The list's query.
    #[serde(default, rename = "return")]
    return_query: String,
    /// "find": only look for portfolios.
    #[serde(default, rename = "do")]
    act: String,
}

/// `GET /users-and-permissions/{user}/edit`
pub(in crate::web) async fn show(console: Console, id: Path<UserId>, query: Query<ReturnQuery>) -> Answer {
    let (frame, person) = person(&console, *id).await?;
    let fields = EditFields::of(&person, frame.now);
    respond::page(&EditUserPage::new(&console, &frame, &person, fields, &query.return_query))
}

impl EditUserPage {
    fn new(console: &Console, frame: &usecases::directory::Frame, person: &usecases::Person, fields: EditFields, query: &str) -> Self {
        let (person, query) = (Person::from(&person.who()), PeopleQuery::returned(query));
        Self { shell: console.shell(frame), person, fields, is_stale: false, owner: None, query }
    }
}

async fn person(console: &Console, id: UserId) -> Result<(usecases::directory::Frame, usecases::Person), Failure> {
    console.open(Action::Use(Permission::UsersEdit), move |ctx, actor| profiles::editable(ctx, actor, id)).await
}

/// `POST /users-and-permissions/{user}/edit`
pub(in crate::web) async fn submit(console: Console, id: Path<UserId>, form: Form<EditForm>) -> Answer {
    let (id, typed) = (*id, form.0);
    let (frame, person) = person(&console, id).await?;
    let mut fields = EditFields { role: RoleChoice::new(typed.default_role), version: typed.version, ..EditFields::of(&person, frame.now) };
    let first_name = parse(&typed.first_name, FieldError::first_name(), &mut fields.first_name);
    let last_name = parse(&typed.last_name, FieldError::last_name(), &mut fields.last_name);
    let email = parse(&typed.email, EmailAddress::parse, &mut fields.email);
    let finds = typed.act == "find";
    let becomes_admin = typed.default_role == DefaultRole::PortfolioAdmin && person.default_role == DefaultRole::User;
    if finds || (becomes_admin && !typed.portfolio.is_empty()) {
        fields.portfolio = Some(PortfolioChoice::look(&console, &typed, None).await?);
    }
    let page = |fields| EditUserPage::new(&console, &frame, &person, fields, &typed.return_query);
    let (Some(first_name), Some(last_name), Some(email), false) = (first_name, last_name, email, finds) else {
        return if finds { respond::page(&page(fields)) } else { respond::again(&page(fields)) };
    };
    let portfolio = if typed.portfolio.is_empty() { None } else { Some(typed.portfolio.parse().map_err(|_| Failure::NotFound)?) };
    let (default_role, version, leaves) = (typed.default_role, typed.version, typed.leaves.clone());
    let address = email.clone();
    let profile = Profile { first_name, last_name, email, default_role, portfolio, leaves, version };
    match console.act(move |ctx, caller| profiles::update(ctx, caller, id, &profile)).await? {
        Ok(after) => go_back(&console, id, updated(&person, &after, &address), &typed.return_query).await,
        Err(ProfileError::NeedsPortfolio) => {
            let missing = FieldError::Said("Choose at least one portfolio".to_owned());
            fields.portfolio = Some(PortfolioChoice::look(&console, &typed, Some(missing)).await?);
            respond::again(&page(fields))
        }
        Err(ProfileError::Leaves(portfolios)) => {
            let EditUserPage { shell, person, query, .. } = page(fields);
            respond::page(&BecomesUserPage { shell, person, query, typed: typed.hidden(&portfolios), portfolios: names(portfolios) })
        }
        Err(ProfileError::AddressTaken(existing)) => {
            let text = match &existing {
                Some(existing) => format!("{} is already a user, {}", existing.email, existing.status.label()),
                None => "This address cannot be given by you; ask an Admin".to_owned(),
            };
            fields.email = Field::refused(&*typed.email, FieldError::Said(text));
            let owner = existing.map(|existing| paths::Manage { user: existing.id });
            respond::again(&EditUserPage { owner, ..page(fields) })
        }
        Err(ProfileError::AddressStays) => {
            let text = "Somebody deactivated keeps the address".to_owned();
            fields.email = Field::refused(&*typed.email, FieldError::Said(text));
            respond::again(&page(fields))
        }
        Err(ProfileError::Stale(now)) => {
            respond::with_status(StatusCode::CONFLICT, &EditUserPage { is_stale: true, ..page(fields.beside(&now)) })
        }
        Err(ProfileError::Denied(Denied::TooManyMails { name, wait })) => {
            fields.email = Field::refused(&*typed.email, FieldError::Said(too_many_mails(&name, &wait)));
            respond::again(&page(fields))
        }
        Err(ProfileError::Denied(denied)) => console.done(&already(denied)?, at(id, &typed.return_query)),
    }
}

impl EditForm {
    /// The same form, with the answer to what happens to these portfolios.
    fn hidden(&self, leaves: &[Portfolio]) -> Vec<(&'static str, String)> {
        let typed = [
            ("first_name", self.first_name.clone()),
            ("last_name", self.last_name.clone()),
            ("email", self.email.clone()),
            ("default_role", self.default_role.as_str().to_owned()),
            ("version", self.version.to_string()),
        ];
        typed.into_iter().chain(leaves.iter().map(|portfolio| ("leaves", portfolio.id.to_string()))).collect()
    }
}

fn names(portfolios: Vec<Portfolio>) -> Vec<String> {
    portfolios.into_iter().map(|portfolio| portfolio.name).collect()
}

fn updated(before: &usecases::Person, after: &usecases::Person, email: &EmailAddress) -> Flash {
    let name = after.display_name();
    let text = if before.default_role == after.default_role {
        format!("{name} is updated.")
    } else {
        format!("{name} is updated, a {} now. All their sessions have ended.", after.default_role.label())
    };
    let mail = if after.email != email.as_str() {
        format!(" The new address counts once it is confirmed by the mail to {email}.")
    } else if before.email != after.email {
        format!(" The invitation goes to {}.", after.email)
    } else {
        String::new()
    };
    Flash::new(FlashKind::Ok, format!("{text}{mail}"))
}

impl PortfolioChoice {
    async fn look(console: &Console, typed: &EditForm, error: Option<FieldError>) -> Result<Self, Failure> {
        let (search, actor) = (SearchTerm::parse(&typed.q), console.user.person.clone());
        let (found, has_more) = console.act(move |ctx, _| people::portfolios_to_give(ctx, &actor, search)).await??;
        let searches = has_more || !typed.q.is_empty();
        let options = if has_more && typed.q.is_empty() { Vec::new() } else { found };
        Ok(Self {
            q: typed.q.clone(),
            searches,
            options: options.into_iter().map(|portfolio| (portfolio.id, portfolio.name)).collect(),
            picked: typed.portfolio.parse().ok(),
            error,
        })
    }
}

#[cfg(test)]
impl EditFields {
    pub(super) fn sample(sample: &crate::web::samples::Sample) -> Self {
        Self {
            user: UserId(7),
            since: sample.moment(900),
            is_open: false,
            keeps_email: false,
            first_name: Field::new(&*sample.text),
            last_name: Field::new(&*sample.text),
            email: Field::new(&*sample.email),
            role: RoleChoice::new(DefaultRole::User),
            portfolio: None,
            version: 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::text::LineError,
        web::samples::{Sample, check},
    };

    fn page(sample: &Sample) -> EditUserPage {
        EditUserPage {
            shell: sample.shell(),
            person: sample.person(6),
            fields: EditFields::sample(sample),
            is_stale: false,
            owner: None,
            query: sample.query(),
        }
    }

    #[test]
    fn renders() {
        check("manage-user", page);
        check("manage-user-errors", |sample| {
            let mut page = page(sample);
            page.fields.first_name = Field::refused("", FieldError::Line { what: "a first name", error: LineError::Empty });
            page.fields.email = Field::refused(&sample.email, FieldError::Said(format!("{} is already a user, Active", sample.email)));
            page.owner = Some(paths::Manage { user: UserId(3) });
            page
        });
        check("manage-user-portfolio", |sample| {
            let mut page = page(sample);
            let options = (1..).zip(vec![sample.text.clone(); sample.rows]).map(|(id, name)| (PortfolioId(id), name)).collect();
            let error = Some(FieldError::Said("Choose at least one portfolio".into()));
            page.fields.portfolio = Some(PortfolioChoice { q: sample.text.clone(), searches: true, options, picked: None, error });
            page
        });
        check("manage-user-deactivated", |sample| {
            let mut page = page(sample);
            page.fields.keeps_email = true;
            page
        });
        check("manage-user-stale", |sample| {
            let mut page = page(sample);
            page.fields.first_name.saved = Some(sample.text.clone());
            page.fields.email.saved = Some(sample.email.clone());
            page.fields.role.saved = Some("User");
            EditUserPage { is_stale: true, ..page }
        });
    }
}
