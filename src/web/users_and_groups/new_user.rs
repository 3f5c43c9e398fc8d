//! Create User: one address to invite.

use askama::Template;

use crate::{
    domain::ids::UserId,
    web::{
        page::{Field, FormErrors, Shell},
        paths,
    },
};

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
