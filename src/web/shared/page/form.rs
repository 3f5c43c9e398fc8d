//! A form shown again, with the typed text and its errors, at the fields and above them.

use std::fmt;

use crate::domain::{
    account::WebsiteError,
    credentials::password::PasswordError,
    email_address::EmailAddressError,
    text::{LineError, Notes, PersonName},
};

use super::grouped;

/// A field with its typed text and error.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Field {
    pub value: String,
    pub error: Option<FieldError>,
    /// Value that another user saved meanwhile, where both changed it; in words, also for an empty one.
    pub saved: Option<String>,
}

/// A password field. It has no value, so that no password can be sent back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SecretField {
    pub error: Option<FieldError>,
}

/// Error at a field. Its `Display` is the sentence beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldError {
    /// Error of a name; `what` describes it with its article: "a first name".
    Line {
        what: &'static str,
        error: LineError,
    },
    Email(EmailAddressError),
    Password(PasswordError),
    Website(WebsiteError),
    /// Error found by the use case, such as an address in use.
    Message(String),
}

/// Errors of a form in the order of its fields: the id of the field and the message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FormErrors(Vec<(&'static str, String)>);

/// Parses typed text into `value`; keeps it in `field`, with the error if there is one.
pub fn parse<T, E: Into<FieldError>>(typed: &str, parse: impl FnOnce(&str) -> Result<T, E>, field: &mut Field) -> Option<T> {
    match parse(typed) {
        Ok(value) => {
            *field = Field::new(typed);
            Some(value)
        }
        Err(error) => {
            *field = Field::refused(typed, error);
            None
        }
    }
}

impl FieldError {
    /// Parser for a line described as `what`.
    pub fn line<T>(what: &'static str, parse: fn(&str) -> Result<T, LineError>) -> impl FnOnce(&str) -> Result<T, Self> {
        move |typed| parse(typed).map_err(|error| Self::Line { what, error })
    }

    /// Parser for notes, which may be empty.
    pub fn notes() -> impl FnOnce(&str) -> Result<Notes, Self> {
        Self::line("notes", Notes::parse)
    }

    /// Error for a name that is equal or similar to another group's.
    pub fn name_taken() -> Self {
        Self::Message("A group with this or a very similar name exists".to_owned())
    }

    pub fn first_name() -> impl FnOnce(&str) -> Result<PersonName, Self> {
        Self::line("a first name", PersonName::parse)
    }

    pub fn last_name() -> impl FnOnce(&str) -> Result<PersonName, Self> {
        Self::line("a last name", PersonName::parse)
    }
}

impl Field {
    pub fn new(value: impl Into<String>) -> Self {
        Self { value: value.into(), ..Self::default() }
    }

    pub fn refused(value: impl Into<String>, error: impl Into<FieldError>) -> Self {
        Self { value: value.into(), error: Some(error.into()), saved: None }
    }

    /// Field with its typed text beside the value that another user saved.
    #[must_use]
    pub fn beside(self, saved: &str) -> Self {
        let saved = if saved.is_empty() { "Nothing" } else { saved };
        Self { saved: Some(saved.to_owned()), ..self }
    }
}

impl SecretField {
    /// Empty field of the current password.
    pub fn missing() -> Self {
        Self::message("Enter your current password")
    }

    /// Empty field of a code of an authenticator app that is not accepted.
    pub fn wrong_code() -> Self {
        Self::message("This code is wrong or was used. Wait for the next one")
    }

    /// Field of the current password, which is required.
    pub fn current(typed: &str) -> Self {
        if typed.is_empty() { Self::missing() } else { Self::default() }
    }

    pub fn message(text: impl Into<String>) -> Self {
        Self::refused(FieldError::Message(text.into()))
    }

    pub fn refused(error: impl Into<FieldError>) -> Self {
        Self { error: Some(error.into()) }
    }
}

impl FormErrors {
    /// Collects the errors of fields by their ids in the page.
    pub fn of<const N: usize>(fields: [(&'static str, Option<&FieldError>); N]) -> Self {
        Self(fields.into_iter().filter_map(|(id, error)| Some((id, error?.to_string()))).collect())
    }

    /// Adds the error of a further field.
    pub fn and(&mut self, id: &'static str, error: Option<&FieldError>) {
        self.0.extend(error.map(|error| (id, error.to_string())));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> std::slice::Iter<'_, (&'static str, String)> {
        self.0.iter()
    }

    /// Beginning of the page's title, which screen readers say first.
    pub fn title_prefix(&self) -> &'static str {
        if self.is_empty() { "" } else { "Error: " }
    }
}

impl<'a> IntoIterator for &'a FormErrors {
    type Item = &'a (&'static str, String);
    type IntoIter = std::slice::Iter<'a, (&'static str, String)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { what, error: LineError::Empty } => write!(f, "Enter {what}"),
            Self::Line { error: LineError::TooLong(max), .. } => write!(f, "Use at most {} characters", grouped(*max as u64)),
            Self::Line { error: LineError::Unprintable, .. } => f.write_str("Remove hidden characters"),
            Self::Line { error: LineError::Markup, .. } => f.write_str("Remove < and >"),
            Self::Email(EmailAddressError::Empty) => f.write_str("Enter an email address"),
            Self::Email(EmailAddressError::TooLong) => f.write_str("Use at most 254 characters"),
            Self::Email(EmailAddressError::Malformed) => f.write_str("Enter an email address such as name@example.com"),
            Self::Password(PasswordError::Empty) => f.write_str("Enter a password"),
            Self::Password(PasswordError::TooShort(min)) => write!(f, "Use at least {min} characters"),
            Self::Password(PasswordError::TooLong) => f.write_str("Use at most 128 characters"),
            Self::Password(PasswordError::Personal) => f.write_str("Don’t use your name, email address or the company’s name"),
            Self::Password(PasswordError::Common) => f.write_str("This password is common or has been leaked. Choose another"),
            Self::Password(PasswordError::Guessable) => f.write_str("This is easy to guess. Add another word or two"),
            Self::Website(WebsiteError::TooLong) => f.write_str("Use at most 500 characters"),
            Self::Website(WebsiteError::Malformed) => f.write_str("Enter the address of a website such as https://example.com"),
            Self::Message(text) => f.write_str(text),
        }
    }
}

impl From<EmailAddressError> for FieldError {
    fn from(error: EmailAddressError) -> Self {
        Self::Email(error)
    }
}

impl From<WebsiteError> for FieldError {
    fn from(error: WebsiteError) -> Self {
        Self::Website(error)
    }
}

impl From<PasswordError> for FieldError {
    fn from(error: PasswordError) -> Self {
        Self::Password(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_listed_in_the_order_of_the_fields() {
        let name = Field::refused("", FieldError::Line { what: "a first name", error: LineError::Empty });
        let email = Field::new("maya@example.com");
        let password = SecretField::refused(PasswordError::TooShort(15));
        let fields = [("first", name.error.as_ref()), ("email", email.error.as_ref()), ("password", password.error.as_ref())];
        let errors = FormErrors::of(fields);
        let listed = errors.iter().map(|(id, text)| (*id, text.as_str())).collect::<Vec<_>>();
        assert_eq!(listed, [("first", "Enter a first name"), ("password", "Use at least 15 characters")]);
        assert_eq!(errors.title_prefix(), "Error: ");
        assert_eq!(FormErrors::default().title_prefix(), "");
    }
}
