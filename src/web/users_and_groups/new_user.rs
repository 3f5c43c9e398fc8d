//! Create User: one address to invite.

use askama::Template;

use super::invitation_term;
use crate::{
    domain::ids::UserId,
    web::{
        page::{Field, FormErrors, Shell},
        paths,
    },
};
use crate::{
    domain::{email_address::EmailAddress, policy::Action, user::Status},
    usecases::invitations::{self, Existing, InviteError},
    web::{
        console::Console,
        failure::Failure,
        form::Form,
        page::{FieldError, Flash, FlashKind, parse},
        respond::{self, Answer},
    },
};
use serde::Deserialize;

/// The form, which is also a dialog on the lists.
#[derive(Debug, Clone, Template)]
#[template(path = "users_and_groups/new_user.html")]
pub struct NewUserPage {
    pub shell: Shell,
    pub email: Field,
    /// "24 hours".
    pub invitation_term: String,
    /// What fits where the address exists.
    pub offer: Option<Offer>,
}

/// What can be done for somebody who exists already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    Resend(UserId),
    Activate(UserId),
}

impl Offer {
    fn label(self) -> &'static str {
        match self {
            Self::Resend(_) => "Resend invitation",
            Self::Activate(_) => "Activate",
        }
    }

    fn path(self) -> String {
        match self {
            Self::Resend(user) => paths::ResendInvitation { user }.to_string(),
            Self::Activate(user) => paths::ActivateUser { user }.to_string(),
        }
    }
}

impl NewUserPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("email", self.email.error.as_ref())])
    }
}

/// One address.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewUserForm {
    email: String,
}

/// `GET /users-and-groups/new-user`
pub(in crate::web) async fn show(console: Console) -> Answer {
    respond::page(&page(&console, Field::default(), None).await?)
}

/// `POST /users-and-groups/new-user`
pub(in crate::web) async fn submit(console: Console, form: Form<NewUserForm>) -> Answer {
    let Form(NewUserForm { email: typed }, sent) = form;
    let mut field = Field::default();
    let Some(email) = parse(&typed, EmailAddress::parse, &mut field) else {
        return respond::again(&page(&console, field, None).await?);
    };
    let address = email.clone();
    match console.make(sent, move |ctx, caller| invitations::invite(ctx, caller, &address)).await? {
        Ok(()) => {
            let how = if console.passes_links_on() { " Show link in the list gives you the link to pass on." } else { "" };
            console.done(&Flash::new(FlashKind::Ok, format!("{email} is invited.{how}")), paths::UsersAndGroups {})
        }
        Err(InviteError::Exists(existing)) => {
            let (text, offer) = exists(&existing);
            respond::again(&page(&console, Field::refused(typed, FieldError::Said(text)), offer).await?)
        }
        Err(InviteError::NotYours) => Err(Failure::NotFound),
        Err(InviteError::Denied(denied)) => Err(denied.into()),
    }
}

/// What is said about an address in use, and what fits its person.
fn exists(existing: &Existing) -> (String, Option<Offer>) {
    let Existing { id, email, status, .. } = existing;
    let text = format!("{email} is already a user, {}.", status.label());
    let offer = match status {
        Status::Active => None,
        Status::Deactivated => Some(Offer::Activate(*id)),
        Status::Invited | Status::Expired => Some(Offer::Resend(*id)),
    };
    (text, offer)
}

async fn page(console: &Console, email: Field, offer: Option<Offer>) -> Result<NewUserPage, Failure> {
    let (frame, ()) = console.open(Action::InviteUser, |_, _| Ok(())).await?;
    let invitation_term = invitation_term(&frame);
    Ok(NewUserPage { shell: console.shell(&frame), email, invitation_term, offer })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::email_address::EmailAddressError,
        web::{
            page::FieldError,
            samples::{Sample, check},
        },
    };

    fn page(sample: &Sample, email: Field) -> NewUserPage {
        NewUserPage { shell: sample.shell(), email, invitation_term: "24 hours".into(), offer: None }
    }

    #[test]
    fn renders() {
        check("new-user", |sample| page(sample, Field::default()));
        check("new-user-error", |sample| page(sample, Field::refused(&sample.email, EmailAddressError::Malformed)));
        check("new-user-exists", |sample| {
            let said = FieldError::Said(format!("{} is already a user, Deactivated", sample.email));
            NewUserPage { offer: Some(Offer::Activate(UserId(3))), ..page(sample, Field::refused(&sample.email, said)) }
        });
    }
}
