//! Accounts: their details and their billing information.

use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    country::Country,
    email_address::EmailAddress,
    text::{AccountName, LineError, Notes, parse_line},
};

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

/// Billing information of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Billing {
    pub legal_name: BillingLine,
    pub email: EmailAddress,
    pub address_line_1: BillingLine,
    pub address_line_2: Option<BillingLine>,
    pub city: BillingLine,
    pub postal_code: BillingLine,
    pub country: Country,
    /// Tax number as typed: each country has its own format.
    pub tax_id: Option<BillingLine>,
    pub purchase_order: Option<BillingLine>,
}

impl Billing {
    pub fn fields(&self) -> BillingFields {
        let optional = |line: &Option<BillingLine>| line.as_ref().map_or_else(String::new, |line| line.0.clone());
        BillingFields {
            legal_name: self.legal_name.0.clone(),
            email: self.email.to_string(),
            address_line_1: self.address_line_1.0.clone(),
            address_line_2: optional(&self.address_line_2),
            city: self.city.0.clone(),
            postal_code: self.postal_code.0.clone(),
            country: self.country.code().to_owned(),
            tax_id: optional(&self.tax_id),
            purchase_order: optional(&self.purchase_order),
        }
    }
}

/// Billing information as text; fields left out are empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BillingFields {
    pub legal_name: String,
    pub email: String,
    pub address_line_1: String,
    pub address_line_2: String,
    pub city: String,
    pub postal_code: String,
    pub country: String,
    pub tax_id: String,
    pub purchase_order: String,
}

impl BillingFields {
    /// Fields in the order of the form, each with its label.
    pub fn labelled(&self) -> [(&'static str, &str); 9] {
        [
            ("legal name", &self.legal_name),
            ("billing email", &self.email),
            ("address line 1", &self.address_line_1),
            ("address line 2", &self.address_line_2),
            ("city", &self.city),
            ("postal code", &self.postal_code),
            ("country", &self.country),
            ("tax ID", &self.tax_id),
            ("purchase order reference", &self.purchase_order),
        ]
    }
}

/// One line of billing information, 1 to 200 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillingLine(String);

impl BillingLine {
    pub const MAX: usize = 200;

    /// Parses a required line.
    ///
    /// # Errors
    /// See [`parse_line`]; at most [`Self::MAX`] characters.
    pub fn parse(typed: &str) -> Result<Self, LineError> {
        parse_line(typed, Self::MAX).map(Self)
    }

    /// Parses an optional line; `None` for an empty one.
    ///
    /// # Errors
    /// See [`Self::parse`].
    pub fn optional(typed: &str) -> Result<Option<Self>, LineError> {
        match Self::parse(typed) {
            Err(LineError::Empty) => Ok(None),
            parsed => parsed.map(Some),
        }
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

    #[test]
    fn a_line_of_billing_may_be_left_out_where_it_is_optional() {
        assert_eq!(BillingLine::optional(" "), Ok(None));
        assert_eq!(
            BillingLine::optional(" NO 987 654 321 MVA ").map(|line| line.map(|line| line.0)),
            Ok(Some("NO 987 654 321 MVA".to_owned()))
        );
        assert_eq!(BillingLine::parse(&"x".repeat(201)), Err(LineError::TooLong(200)));
    }
}
