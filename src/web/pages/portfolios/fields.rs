//! Fields of a portfolio's forms.

use crate::{
    domain::{portfolio::PortfolioDetails, text::PortfolioName},
    usecases::Portfolio,
    web::shared::page::{Base, Field, FieldError, FormErrors, parse},
};

/// Name and notes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PortfolioFields {
    pub name: Field,
    pub notes: Field,
}

impl PortfolioFields {
    /// Saved values, and the state of the form when it is opened.
    pub(super) fn of(portfolio: &Portfolio) -> (Self, Base) {
        let [name, notes] = values(portfolio).map(Field::new);
        (Self { name, notes }, Base::of(portfolio.version, values(portfolio)))
    }

    /// Merges the typed values with those saved since `base`.
    pub(super) fn merged(self, base: &Base, saved: &Portfolio) -> (Self, Base) {
        let [name, notes] = base.merge([self.name, self.notes], values(saved));
        (Self { name, notes }, Base::of(saved.version, values(saved)))
    }

    /// Typed values with their errors, and the parsed details if there are no errors.
    pub(super) fn typed(name: &str, notes: &str) -> (Self, Option<PortfolioDetails>) {
        let mut fields = Self::default();
        let name = parse(name, FieldError::line("a name for the portfolio", PortfolioName::parse), &mut fields.name);
        let notes = parse(notes, FieldError::notes(), &mut fields.notes);
        let details = name.zip(notes).map(|(name, notes)| PortfolioDetails { name, notes });
        (fields, details)
    }

    /// Adds the error for a name that another portfolio has.
    pub(super) fn name_taken(mut self) -> Self {
        self.name.error = Some(FieldError::Message("A portfolio with this name exists".to_owned()));
        self
    }

    pub(super) fn errors(&self) -> FormErrors {
        FormErrors::of([("name", self.name.error.as_ref()), ("notes", self.notes.error.as_ref())])
    }
}

fn values(portfolio: &Portfolio) -> [&str; 2] {
    [&portfolio.name, &portfolio.notes]
}
