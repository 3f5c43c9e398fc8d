//! The first start: the first Admin names the company and becomes its first user.

use askama::Template;

use super::page::{Field, FormErrors, Gate, SecretField};

/// The form behind the one-time address.
#[derive(Debug, Clone, Template)]
#[template(path = "setup.html")]
pub struct SetupPage {
    pub gate: Gate,
    /// What makes the address one-time; goes back with the form.
    pub key: String,
    pub fields: SetupFields,
    /// Shortest password, in characters.
    pub password_min: usize,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetupFields {
    pub company: Field,
    pub first_name: Field,
    pub last_name: Field,
    pub email: Field,
    pub password: SecretField,
}

impl SetupFields {
    fn errors(&self) -> FormErrors {
        FormErrors::of([
            ("company", self.company.error.as_ref()),
            ("first-name", self.first_name.error.as_ref()),
            ("last-name", self.last_name.error.as_ref()),
            ("email", self.email.error.as_ref()),
            ("password", self.password.error.as_ref()),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{email_address::EmailAddressError, password::PasswordError, text::LineError},
        web::{
            page::FieldError,
            samples::{Sample, check},
        },
    };

    fn page(sample: &Sample, fields: SetupFields) -> SetupPage {
        let gate = Gate { company: String::new(), ..sample.gate() };
        SetupPage { gate, key: sample.text.clone(), fields, password_min: 15 }
    }

    #[test]
    fn renders() {
        check("setup", |sample| page(sample, SetupFields::default()));
        check("setup-error", |sample| {
            let name = |what| Field::refused(&sample.text, FieldError::Line { what, error: LineError::Empty });
            let fields = SetupFields {
                company: name("the company’s name"),
                first_name: name("a first name"),
                last_name: Field::new(&sample.text),
                email: Field::refused(&sample.email, EmailAddressError::Malformed),
                password: SecretField::refused(PasswordError::TooShort(15)),
            };
            page(sample, fields)
        });
    }
}
