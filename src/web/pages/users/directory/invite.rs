//! Create User: one address to invite.

use askama::Template;

use serde::Deserialize;

use super::invitation_term;
use crate::{
    domain::email_address::EmailAddress,
    usecases::{
        ActionError, EntryPoint, User,
        users::{self, invite::InviteError},
    },
    web::shared::{
        error::{WebError, too_many_invitations},
        form::Form,
        invitation_flash,
        page::{ExistingUserActions, Field, FieldError, FormErrors, Layout, already_known, parse},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// Form; also a dialog on the lists.
#[derive(Debug, Clone, Template)]
#[template(path = "users/directory/invite.html")]
pub struct NewUserPage {
    pub layout: Layout,
    pub email: Field,
    /// "24 hours".
    pub invitation_term: String,
    /// Actions for an address that a user has.
    pub ways: Option<ExistingUserActions>,
}

impl NewUserPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("email", self.email.error.as_ref())])
    }
}

/// Typed address.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewUserForm {
    email: String,
}

/// `GET /users-and-groups/new-user`
pub(in crate::web) async fn show(context: PageContext) -> HandlerResult {
    respond::page(&page(&context, Field::default(), None).await?)
}

/// `POST /users-and-groups/new-user`
pub(in crate::web) async fn submit(context: PageContext, form: Form<NewUserForm>) -> HandlerResult {
    let Form(NewUserForm { email: typed }, sent) = form;
    let mut field = Field::default();
    let Some(email) = parse(&typed, EmailAddress::parse, &mut field) else {
        return respond::again(&page(&context, field, None).await?);
    };
    let passes_links_on = context.passes_links_on();
    let said = move |user: &User| invitation_flash::invited(user, EntryPoint::UsersAndGroups, passes_links_on);
    match context.make(sent, said, move |ctx, submission| users::invite::invite(ctx, submission, &email)).await? {
        Ok(_) => respond::see_other(paths::UsersAndGroups {}),
        Err(InviteError::Exists(existing)) => {
            let ways = ExistingUserActions::new(&existing, EntryPoint::UsersAndGroups);
            respond::again(&page(&context, Field::refused(typed, already_known(&existing)), Some(ways)).await?)
        }
        Err(InviteError::NotYours) => Err(WebError::NotFound),
        Err(InviteError::Action(ActionError::TooManyInvitations { sent, span, wait })) => {
            let error = FieldError::Message(too_many_invitations(sent, span, &wait));
            respond::wait(wait, &page(&context, Field::refused(typed, error), None).await?)
        }
        Err(InviteError::Action(error)) => Err(error.into()),
    }
}

async fn page(context: &PageContext, email: Field, ways: Option<ExistingUserActions>) -> Result<NewUserPage, WebError> {
    let (layout_data, ()) = context.open(|_, _| Ok(())).await?;
    let invitation_term = invitation_term(&layout_data);
    Ok(NewUserPage { layout: context.layout(&layout_data), email, invitation_term, ways })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::email_address::EmailAddressError,
        usecases::users::invite::ExistingUserAction,
        web::shared::samples::{Sample, check},
    };

    fn page(sample: &Sample, email: Field) -> NewUserPage {
        NewUserPage { layout: sample.layout(), email, invitation_term: "24 hours".into(), ways: None }
    }

    #[test]
    fn renders() {
        check("new-user", |sample| page(sample, Field::default()));
        check("new-user-error", |sample| page(sample, Field::refused(&sample.email, EmailAddressError::Malformed)));
        check("new-user-exists", |sample| {
            let said = FieldError::Message(format!("{} belongs to a deactivated user.", sample.email));
            NewUserPage {
                ways: Some(ExistingUserActions::sample(ExistingUserAction::Reactivate, EntryPoint::UsersAndGroups)),
                ..page(sample, Field::refused(&sample.email, said))
            }
        });
    }
}
