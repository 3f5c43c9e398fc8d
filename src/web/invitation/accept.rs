//! Accepting an invitation: one's name, and a password.

use askama::Template;

use crate::web::{
    page::{Field, FormErrors, Gate, Moment, SecretField},
    paths,
};

/// The form behind an open invitation's link. Opening it changes nothing.
#[derive(Debug, Clone, Template)]
#[template(path = "invitation/accept.html")]
pub struct AcceptPage {
    pub gate: Gate,
    pub path: paths::Invitation,
    /// Who invited, by name; `None` when that person is gone.
    pub inviter: Option<String>,
    /// The address that was invited.
    pub email: String,
    pub fields: AcceptFields,
    /// Shortest password, in characters.
    pub password_min: usize,
    pub valid_until: Moment,
    /// The name of somebody else who is signed in with this browser, and will not be any more.
    pub signed_in_as: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AcceptFields {
    pub first_name: Field,
    pub last_name: Field,
    pub password: SecretField,
}

impl AcceptFields {
    fn errors(&self) -> FormErrors {
        FormErrors::of([
            ("first-name", self.first_name.error.as_ref()),
            ("last-name", self.last_name.error.as_ref()),
            ("password", self.password.error.as_ref()),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{password::PasswordError, text::LineError},
        web::{
            page::FieldError,
            samples::{Sample, check},
        },
    };

    fn page(sample: &Sample) -> AcceptPage {
        AcceptPage {
            gate: sample.gate(),
            path: paths::Invitation { token: "0123456789abcdef".into() },
            inviter: Some(sample.person(11).name),
            email: sample.email.clone(),
            fields: AcceptFields {
                first_name: Field::new(&sample.text),
                last_name: Field::new(&sample.text),
                password: SecretField::default(),
            },
            password_min: 15,
            valid_until: sample.moment(0),
            signed_in_as: None,
        }
    }

    #[test]
    fn renders() {
        check("accept-invitation", page);
        check("accept-invitation-signed-in", |sample| AcceptPage { signed_in_as: Some(sample.person(2).name), ..page(sample) });
        check("accept-invitation-error", |sample| {
            let name = |what| Field::refused(&sample.text, FieldError::Line { what, error: LineError::Empty });
            let fields = AcceptFields {
                first_name: name("a first name"),
                last_name: name("a last name"),
                password: SecretField::refused(PasswordError::Guessable),
            };
            AcceptPage { inviter: None, fields, ..page(sample) }
        });
    }
}
