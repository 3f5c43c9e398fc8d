//! Prompt for a passkey, which a script shows.

use std::fmt::Display;

use crate::usecases::credentials::passkey::Ceremony;

/// A begun ceremony in a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyPrompt {
    /// Address of the page with the form: a script takes a new ceremony from it, since a page may be open for long.
    pub page: String,
    /// Options for the browser, as JSON.
    pub options: String,
    /// The sealed state.
    pub ceremony: String,
}

impl PasskeyPrompt {
    pub(in crate::web) fn new(ceremony: Ceremony, page: impl Display) -> Self {
        Self { page: page.to_string(), options: ceremony.options, ceremony: ceremony.sealed }
    }
}

#[cfg(test)]
impl PasskeyPrompt {
    pub(in crate::web) fn sample() -> Self {
        Self { page: "/sign-in".to_owned(), options: "{\"challenge\":\"YQ\"}".to_owned(), ceremony: "c2VhbGVk".to_owned() }
    }
}
