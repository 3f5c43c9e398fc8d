//! Manage User: name, address and default role, with the questions that a change of role raises.

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
        user::{DefaultRole, Status},
    },
    usecases::{
        self, ActionError, EntryPoint, LayoutData, Portfolio,
        users::{
            self,
            profile::{Profile, ProfileError, Updated},
        },
    },
    web::{
        pages::users::list::query::UserListQuery,
        shared::{
            error::{WebError, too_many_invitations, too_many_mails},
            form::{Form, each_once},
            list_query::ReturnQuery,
            page::{
                Base, ExistingUserActions, Field, FieldError, Flash, FlashKind, FormErrors, Layout, Picker, UserLabel, already_known,
                listed, parse,
            },
            page_context::PageContext,
            respond::{self, HandlerResult},
            routing::paths,
        },
    },
};

use super::{
    already, at, back_from,
    becomes_user::BecomesUserPage,
    fields::{self, EditFields},
    left, parted, with_return,
};

/// The form as a page, with its obstacles.
#[derive(Debug, Clone, Template)]
#[template(path = "users/manage/edit.html")]
pub struct EditUserPage {
    pub layout: Layout,
    pub user: UserLabel,
    pub fields: EditFields,
    /// True if another administrator changed the user meanwhile.
    pub is_stale: bool,
    /// Actions on the user who has the address, for administrators of that user.
    pub owner: Option<ExistingUserActions>,
    /// Query of the list, to return to.
    pub query: String,
}

impl EditUserPage {
    fn back(&self) -> String {
        with_return(paths::Manage { user: self.user.id }, &self.query)
    }

    fn errors(&self) -> FormErrors {
        self.fields.errors()
    }
}

/// Typed values.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EditForm {
    first_name: String,
    last_name: String,
    email: String,
    default_role: DefaultRole,
    version: i32,
    #[serde(default)]
    was: String,
    #[serde(default)]
    portfolio: Vec<PortfolioId>,
    #[serde(default)]
    find_portfolio: String,
    /// Portfolios lost with the role, once confirmed.
    #[serde(default)]
    leaves: Vec<PortfolioId>,
    /// True if it is confirmed that the user leaves the acting user's scope.
    #[serde(default)]
    agreed: bool,
    /// Query of the list.
    #[serde(default, rename = "return")]
    return_query: String,
    /// "find": search for portfolios. "enter": Enter was pressed, which is a search if one was typed.
    #[serde(default, rename = "do")]
    act: String,
}

/// `GET /users-and-permissions/{user}/edit`
pub(in crate::web) async fn show(context: PageContext, id: Path<UserId>, query: Query<ReturnQuery>) -> HandlerResult {
    let (layout_data, user, fields) = user(&context, *id, Vec::new(), String::new()).await?;
    respond::page(&EditUserPage::new(&context, &layout_data, &user, fields, &query.return_query))
}

impl EditUserPage {
    fn new(context: &PageContext, layout_data: &LayoutData, user: &usecases::User, fields: EditFields, query: &str) -> Self {
        let (user, query) = (UserLabel::from(&user.who()), UserListQuery::returned(query));
        Self { layout: context.layout(layout_data), user, fields, is_stale: false, owner: None, query }
    }
}

/// User to edit, with the form.
async fn user(
    context: &PageContext,
    id: UserId,
    ticked: Vec<PortfolioId>,
    find: String,
) -> Result<(LayoutData, usecases::User, EditFields), WebError> {
    let read = move |ctx: &_, actor: &_| {
        let (user, waiting) = users::profile::editable(ctx, actor, id)?;
        let portfolios = fields::portfolios(ctx, actor, &user, ticked, &find)?;
        Ok((user, waiting, portfolios))
    };
    let (layout_data, (user, waiting, portfolios)) = context.open(read).await?;
    let fields = EditFields { portfolios, ..EditFields::of(&user, waiting, layout_data.now) };
    Ok((layout_data, user, fields))
}

/// `POST /users-and-permissions/{user}/edit`
pub(in crate::web) async fn submit(context: PageContext, id: Path<UserId>, form: Form<EditForm>) -> HandlerResult {
    let (id, typed) = (*id, form.0);
    each_once(&typed.portfolio)?;
    let (layout_data, user, fields) = user(&context, id, typed.portfolio.clone(), typed.find_portfolio.clone()).await?;
    let base = Base { version: typed.version, was: typed.was.clone() };
    let mut fields = EditFields { role: Field::new(typed.default_role.as_str()), base, ..fields };
    let first_name = parse(&typed.first_name, FieldError::first_name(), &mut fields.first_name);
    let last_name = parse(&typed.last_name, FieldError::last_name(), &mut fields.last_name);
    let email = parse(&typed.email, EmailAddress::parse, &mut fields.email);
    let finds = typed.act == "find" || (typed.act == "enter" && !typed.find_portfolio.is_empty());
    let page = |fields| EditUserPage::new(&context, &layout_data, &user, fields, &typed.return_query);
    let (Some(first_name), Some(last_name), Some(email), false) = (first_name, last_name, email, finds) else {
        return if finds { respond::page(&page(fields)) } else { respond::again(&page(fields)) };
    };
    let (default_role, version, portfolios, leaves) = (typed.default_role, typed.version, typed.portfolio.clone(), typed.leaves.clone());
    let (address, agreed) = (email.clone(), typed.agreed);
    let profile = Profile { first_name, last_name, email, default_role, portfolios, leaves, agreed, version };
    let now = context.now().at;
    let said = move |done: &Updated| parted(updated(&done.before, &done.after, &address, now), done.has_left);
    match context.act(said, move |ctx, submission| users::profile::update(ctx, submission, id, &profile)).await? {
        Ok(Updated { has_left, .. }) => {
            let query = &*typed.return_query;
            respond::see_other(back_from(id, left(&context, id, query), has_left, query))
        }
        Err(ProfileError::NeedsPortfolio { deactivated }) => {
            fields.portfolios = fields.portfolios.map(|picker| Picker { error: Some(needs_portfolio(deactivated)), ..picker });
            respond::again(&page(fields))
        }
        Err(ProfileError::Leaves { portfolios, parts }) => {
            let EditUserPage { layout, user, query, .. } = page(fields);
            let typed = typed.hidden(&portfolios);
            respond::page(&BecomesUserPage { layout, user, query, parts, typed, portfolios: listed(names(portfolios)) })
        }
        Err(ProfileError::AddressTaken(existing)) => {
            let error = existing.as_ref().map_or_else(
                || FieldError::Message("You can’t use this address. Ask an Admin.".to_owned()),
                |existing| already_known(existing),
            );
            fields.email = Field::refused(&*typed.email, error);
            let owner = existing.map(|existing| ExistingUserActions::new(&existing, EntryPoint::UsersAndPermissions));
            respond::again(&EditUserPage { owner, ..page(fields) })
        }
        Err(ProfileError::AddressStays) => {
            let mut fields = fields.with_email_of(&user);
            fields.email.error = Some(FieldError::Message("Reactivate this user to change the address".to_owned()));
            respond::again(&page(fields))
        }
        Err(ProfileError::Stale(now)) => {
            respond::with_status(StatusCode::CONFLICT, &EditUserPage { is_stale: true, ..page(fields.merged(&now)) })
        }
        Err(ProfileError::Action(ActionError::TooManyMails { name, wait })) => {
            respond::again(&page(fields.with_email_error(&typed.email, too_many_mails(&name, &wait))))
        }
        Err(ProfileError::Action(ActionError::TooManyInvitations { sent, span, wait })) => {
            respond::wait(wait, &page(fields.with_email_error(&typed.email, too_many_invitations(sent, span, &wait))))
        }
        Err(ProfileError::Action(error)) => context.say(&already(error)?, at(id, &typed.return_query)),
    }
}

impl EditForm {
    /// The typed form as hidden fields, with the answer about these portfolios.
    fn hidden(&self, leaves: &[Portfolio]) -> Vec<(&'static str, String)> {
        let typed = [
            ("first_name", self.first_name.clone()),
            ("last_name", self.last_name.clone()),
            ("email", self.email.clone()),
            ("default_role", self.default_role.as_str().to_owned()),
            ("version", self.version.to_string()),
            ("was", self.was.clone()),
        ];
        typed.into_iter().chain(leaves.iter().map(|portfolio| ("leaves", portfolio.id.to_string()))).collect()
    }
}

fn names(portfolios: Vec<Portfolio>) -> Vec<String> {
    portfolios.into_iter().map(|portfolio| portfolio.name).collect()
}

fn needs_portfolio(deactivated: Option<String>) -> FieldError {
    FieldError::Message(match deactivated {
        Some(name) => format!("{name} is deactivated. Choose another portfolio"),
        None => "Choose at least one portfolio".to_owned(),
    })
}

fn updated(before: &usecases::User, after: &usecases::User, email: &EmailAddress, now: Timestamp) -> Flash {
    let name = after.display_name();
    let text = if before.default_role == after.default_role {
        format!("{name} was updated.")
    } else {
        let ended = if before.status(now) == Status::Active { " and must sign in again" } else { "" };
        format!("{name} is now a {}{ended}.", after.default_role.label())
    };
    let mail = if after.email != email.as_str() {
        format!(" Confirmation sent to {email}; until then the current address stays.")
    } else if before.email != after.email {
        format!(" A new invitation goes to {}.", after.email)
    } else {
        String::new()
    };
    Flash::new(FlashKind::Ok, format!("{text}{mail}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::text::LineError,
        usecases::users::invite::ExistingUserAction,
        web::shared::samples::{Sample, check},
    };

    fn page(sample: &Sample) -> EditUserPage {
        EditUserPage {
            layout: sample.layout(),
            user: sample.user(6),
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
            page.fields.email = Field::refused(&sample.email, FieldError::Message(format!("{} is already a user.", sample.email)));
            page.owner = Some(ExistingUserActions::sample(ExistingUserAction::Assign, EntryPoint::UsersAndPermissions));
            page
        });
        check("manage-user-portfolio", |sample| {
            let mut page = page(sample);
            let error = Some(FieldError::Message("Choose at least one portfolio".into()));
            page.fields.role = Field::new("portfolio_admin");
            page.fields.portfolios = page.fields.portfolios.map(|picker| Picker { error, ..picker });
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
            page.fields.role.saved = Some("User".into());
            EditUserPage { is_stale: true, ..page }
        });
    }
}
