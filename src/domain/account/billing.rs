//! Billing information of an account.

use serde::{Deserialize, Serialize};

use crate::domain::{
    country::{Country, UnknownCountry},
    email_address::{EmailAddress, EmailAddressError},
    text::{LineError, parse_line},
};

/// Longest line, in characters.
const LINE_MAX: usize = 200;

/// Calls `$then` with name, label and kind of each field, in the order of the form. This is the only list of the fields
/// besides the table's columns.
macro_rules! billing_fields {
    ($then:ident) => {
        $then! {
            legal_name: "legal name", Line("a legal name");
            email: "billing email", Email;
            tax_id: "tax ID", OptionalLine;
            address_line_1: "address line 1", Line("an address");
            address_line_2: "address line 2", OptionalLine;
            postal_code: "postal code", Line("a postal code");
            city: "city", Line("a city");
            country: "country", Country;
            purchase_order: "purchase order reference", OptionalLine;
        }
    };
}

pub(crate) use billing_fields;

/// A field of billing information.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BillingField {
    /// Name of the column and of the form's field.
    pub name: &'static str,
    /// Label in lower case, for use within a sentence.
    pub label: &'static str,
    pub kind: BillingFieldKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BillingFieldKind {
    /// Text of 1 to 200 characters. Carries the label with its article, as in "a city".
    Line(&'static str),
    /// Text of up to 200 characters or nothing, in any format: tax IDs differ by country.
    OptionalLine,
    Email,
    /// Country code of ISO 3166-1 alpha-2.
    Country,
}

/// Refusal of a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BillingFieldError {
    #[error("{what} {error}")]
    Line { what: &'static str, error: LineError },
    #[error("{0}")]
    Email(#[from] EmailAddressError),
    #[error("{0}")]
    Country(#[from] UnknownCountry),
}

impl BillingField {
    /// Label in title case, for forms: "Tax ID".
    pub fn title(self) -> String {
        let word = |word: &str| word[..1].to_uppercase() + &word[1..];
        self.label.split(' ').map(word).collect::<Vec<_>>().join(" ")
    }

    fn parse(self, typed: &str) -> Result<String, BillingFieldError> {
        let line = |what| parse_line(typed, LINE_MAX).map_err(|error| BillingFieldError::Line { what, error });
        match self.kind {
            BillingFieldKind::Line(what) => line(what),
            BillingFieldKind::OptionalLine if typed.trim().is_empty() => Ok(String::new()),
            BillingFieldKind::OptionalLine => line(""),
            BillingFieldKind::Email => Ok(EmailAddress::parse(typed)?.to_string()),
            BillingFieldKind::Country => Ok(typed.parse::<Country>()?.code().to_owned()),
        }
    }
}

macro_rules! declare {
    ($($name:ident: $label:literal, $kind:ident $(($what:literal))?;)+) => {
        /// Fields in the order of the form.
        pub const BILLING_FIELDS: [BillingField; [$($label),+].len()] =
            [$(BillingField { name: stringify!($name), label: $label, kind: BillingFieldKind::$kind $(($what))? }),+];

        /// Billing information as text. Omitted fields are empty.
        #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
        pub struct BillingFields {
            $(pub $name: String),+
        }

        impl BillingFields {
            /// Texts in the order of [`BILLING_FIELDS`].
            pub fn texts(&self) -> [&str; BILLING_FIELDS.len()] {
                [$(&self.$name),+]
            }
        }

        impl From<[String; BILLING_FIELDS.len()]> for BillingFields {
            fn from([$($name),+]: [String; BILLING_FIELDS.len()]) -> Self {
                Self { $($name),+ }
            }
        }
    };
}

billing_fields!(declare);

/// Billing information whose fields were parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Billing(BillingFields);

impl Billing {
    /// Parses all fields.
    ///
    /// # Errors
    /// Refusals of fields, in the order of [`BILLING_FIELDS`].
    pub fn parse(typed: &BillingFields) -> Result<Self, Vec<Option<BillingFieldError>>> {
        let mut texts = typed.texts().into_iter();
        let parsed = BILLING_FIELDS.map(|field| field.parse(texts.next().unwrap_or_default()));
        if parsed.iter().all(Result::is_ok) {
            Ok(Self(parsed.map(Result::unwrap_or_default).into()))
        } else {
            Err(parsed.into_iter().map(Result::err).collect())
        }
    }

    pub fn fields(&self) -> &BillingFields {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed() -> BillingFields {
        let text = str::to_owned;
        BillingFields {
            legal_name: text(" Fjord Foods AS "),
            email: text("invoices@example.com"),
            address_line_1: text("Strandgaten 14"),
            postal_code: text("5013"),
            city: text("Bergen"),
            country: text("NO"),
            ..BillingFields::default()
        }
    }

    #[test]
    fn optional_fields_may_be_left_out() {
        let billing = Billing::parse(&typed()).unwrap();
        assert_eq!(billing.fields(), &BillingFields { legal_name: "Fjord Foods AS".to_owned(), ..typed() });
    }

    #[test]
    fn each_field_that_is_refused_is_told() {
        let refused = Billing::parse(&BillingFields { tax_id: "x".repeat(201), country: "XX".to_owned(), ..BillingFields::default() });
        let names = BILLING_FIELDS.iter().zip(refused.unwrap_err()).filter(|(_, error)| error.is_some()).map(|(field, _)| field.name);
        let expected = ["legal_name", "email", "tax_id", "address_line_1", "postal_code", "city", "country"];
        assert_eq!(names.collect::<Vec<_>>(), expected);
    }
}
