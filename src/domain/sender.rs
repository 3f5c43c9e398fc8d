//! The sender of mails: an address, with or without a name.

use std::fmt;

use super::{
    email_address::{EmailAddress, EmailAddressError},
    text::{LineError, NAME_MAX, parse_line},
};

/// The sender of mails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    pub name: Option<String>,
    pub address: EmailAddress,
}

/// Reason for refusing a sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SenderError {
    #[error("has a name that {0}")]
    Name(LineError),
    #[error("{0}")]
    Address(EmailAddressError),
}

impl Sender {
    /// Parses `usher@example.com` or `Usher <usher@example.com>`.
    pub fn parse(text: &str) -> Result<Self, SenderError> {
        let text = text.trim();
        let (name, address) = match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
            Some((name, address)) => (name.trim().trim_matches('"'), address),
            None => ("", text),
        };
        let name = if name.is_empty() { None } else { Some(parse_line(name, NAME_MAX).map_err(SenderError::Name)?) };
        Ok(Self { name, address: EmailAddress::parse(address).map_err(SenderError::Address)? })
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} <{}>", self.address),
            None => self.address.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        assert_eq!(Sender::parse("usher@localhost").unwrap().to_string(), "usher@localhost");
        assert_eq!(Sender::parse(" Usher, Inc. <usher@localhost> ").unwrap().to_string(), "Usher, Inc. <usher@localhost>");
        assert_eq!(Sender::parse("\"Usher\" <usher@localhost>").unwrap().name.as_deref(), Some("Usher"));
        assert_eq!(Sender::parse("<usher@localhost>").unwrap().name, None);
        assert_eq!(Sender::parse("Usher"), Err(SenderError::Address(EmailAddressError::Malformed)));
        assert_eq!(Sender::parse("a\r\nBcc: b <usher@localhost>"), Err(SenderError::Name(LineError::Unprintable)));
    }
}
