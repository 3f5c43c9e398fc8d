//! Email addresses of users, with which they sign in.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use validator::ValidateEmail;

use super::text::{is_too_long, is_unprintable};

/// Version of the rules that made a key, stored beside it: after a change of the rules, outdated keys can be found.
pub const KEY_VERSION: i16 = 1;

/// Longest address, in characters (RFC 5321, 4.5.3.1.3).
pub const ADDRESS_MAX: usize = 254;

/// An address as typed, and the key by which it is compared.
///
/// The key is trimmed, NFC, lower case, with the host in its ASCII form (IDNA, UTS #46). Mail goes to the typed form.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress {
    typed: String,
    key: String,
}

/// Reason for refusing an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailAddressError {
    #[error("is empty")]
    Empty,
    #[error("is longer than 254 characters")]
    TooLong,
    #[error("is not an email address")]
    Malformed,
}

impl EmailAddress {
    /// Parses a typed address.
    ///
    /// # Errors
    /// Text that the HTML standard does not count as an address, and hosts that IDNA refuses.
    pub fn parse(typed: &str) -> Result<Self, EmailAddressError> {
        let typed = typed.trim();
        if is_too_long(typed, ADDRESS_MAX) {
            return Err(EmailAddressError::TooLong);
        }
        let typed = typed.nfc().collect::<String>();
        if typed.is_empty() {
            return Err(EmailAddressError::Empty);
        }
        if typed.chars().count() > ADDRESS_MAX {
            return Err(EmailAddressError::TooLong);
        }
        if typed.chars().any(is_unprintable) || !typed.validate_email() {
            return Err(EmailAddressError::Malformed);
        }
        let (local, host) = typed.rsplit_once('@').ok_or(EmailAddressError::Malformed)?;
        let host = idna::domain_to_ascii_strict(host).map_err(|_| EmailAddressError::Malformed)?;
        let key = format!("{}@{host}", local.to_ascii_lowercase());
        Ok(Self { typed, key })
    }

    /// Typed form, for pages and mails.
    pub fn as_str(&self) -> &str {
        &self.typed
    }

    /// Key by which addresses are compared.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.typed)
    }
}

/// The address with only its beginning and its host readable, for the holder of a link sent to it:
/// `noor.v…@example.com`.
pub fn masked(address: &str) -> String {
    let (local, host) = address.rsplit_once('@').unwrap_or((address, ""));
    let shown = (local.chars().count() / 2).min(6);
    let start = local.chars().take(shown).collect::<String>();
    format!("{start}…@{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(typed: &str) -> Result<String, EmailAddressError> {
        EmailAddress::parse(typed).map(|address| address.key)
    }

    #[test]
    fn spellings_of_one_address_have_one_key() {
        let same = [
            ("maya@example.com", " Maya@EXAMPLE.com\u{a0}"),
            ("maya@bücher.example", "MAYA@xn--bcher-kva.example"),
            ("maya@bücher.example", "maya@bu\u{308}cher.example"),
            ("maya@example.com", "maya@ｅｘａｍｐｌｅ.com"),
        ];
        for (one, other) in same {
            assert_eq!(key(one), key(other), "{one} {other}");
        }
    }

    #[test]
    fn what_was_typed_is_kept_for_showing() {
        let address = EmailAddress::parse(" Maya.Fischer@Bücher.example ").unwrap();
        assert_eq!(address.as_str(), "Maya.Fischer@Bücher.example");
        assert_eq!(address.key(), "maya.fischer@xn--bcher-kva.example");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        use EmailAddressError::{Empty, Malformed, TooLong};
        let long = format!("{}@example.com", "a".repeat(250));
        for (typed, why) in [
            ("", Empty),
            ("  ", Empty),
            ("maya", Malformed),
            ("maya@", Malformed),
            ("@example.com", Malformed),
            ("a@b@example.com", Malformed),
            ("maya@example.com\r\nBcc: x@example.com", Malformed),
            ("maya@exa mple.com", Malformed),
            ("mayİ@example.com", Malformed),
            ("mayı@example.com", Malformed),
            ("maya\u{202e}@example.com", Malformed),
            ("maya@-example.com", Malformed),
            ("maya@example_.com", Malformed),
            ("<script>@example.com", Malformed),
            (long.as_str(), TooLong),
        ] {
            assert_eq!(key(typed), Err(why), "{typed:?}");
        }
    }

    #[test]
    fn a_masked_address_shows_its_beginning_and_its_host() {
        assert_eq!(masked("noor.vandijk@example.com"), "noor.v…@example.com");
        assert_eq!(masked("a@example.com"), "…@example.com");
    }
}
