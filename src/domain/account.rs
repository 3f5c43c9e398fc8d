//! Accounts: their details and billing information.

mod billing;

use url::Url;

use super::text::{AccountName, LineError, Notes, parse_line};

pub(crate) use billing::billing_fields;
pub use billing::{BILLING_FIELDS, Billing, BillingField, BillingFieldError, BillingFieldKind, BillingFields};

/// Longest address of a website, in characters.
pub const WEBSITE_MAX: usize = 500;

/// Editable details of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountDetails {
    pub name: AccountName,
    pub website: Option<Website>,
    pub notes: Notes,
}

/// Address of a website, http or https, as typed; `https://` is added where no scheme was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Website(String);

/// Reason for refusing a website.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebsiteError {
    #[error("is longer than 500 characters")]
    TooLong,
    #[error("is not the address of a website")]
    Malformed,
}

impl Website {
    /// Parses a typed website; `None` for an empty one.
    ///
    /// # Errors
    /// Anything that a browser would not open as a page of a host: other schemes, user names, hosts without a dot.
    pub fn parse(typed: &str) -> Result<Option<Self>, WebsiteError> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        let line = parse_line(typed, WEBSITE_MAX).map_err(|error| match error {
            LineError::TooLong(_) => WebsiteError::TooLong,
            LineError::Empty | LineError::Unprintable | LineError::Markup => WebsiteError::Malformed,
        })?;
        let line = if line.contains("://") { line } else { format!("https://{line}") };
        let url = Url::parse(&line).map_err(|_| WebsiteError::Malformed)?;
        let is_plain = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
        let is_host = url.host_str().is_some_and(|host| host.contains('.') && !host.ends_with('.'));
        if is_plain && is_host && !line.contains([' ', '"', '\\']) { Ok(Some(Self(line))) } else { Err(WebsiteError::Malformed) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_website_is_a_page_of_a_host() {
        let parse = |typed| Website::parse(typed).map(|website| website.map(|website| website.0));
        for (typed, kept) in [
            ("https://fjordfoods.example/", "https://fjordfoods.example/"),
            (" fjordfoods.example ", "https://fjordfoods.example"),
            ("http://shop.example:8080/a?b=c#d", "http://shop.example:8080/a?b=c#d"),
            ("https://käse.example", "https://käse.example"),
        ] {
            assert_eq!(parse(typed), Ok(Some(kept.to_owned())), "{typed:?}");
        }
        assert_eq!(parse("  "), Ok(None));
        for typed in [
            "javascript:alert(1)",
            "javascript://a.example/%0aalert(1)",
            "data:text/html,x",
            "ftp://a.example",
            "localhost",
            "https://user:secret@a.example",
            "https://a.example\r\nX: y",
            "https://a.example/<script>",
            "https://",
            "two words.example",
        ] {
            assert_eq!(parse(typed), Err(WebsiteError::Malformed), "{typed:?}");
        }
        assert_eq!(parse(&format!("https://a.example/{}", "x".repeat(WEBSITE_MAX))), Err(WebsiteError::TooLong));
    }
}
