//! Fields of an account's forms: company information.

use crate::{
    domain::{
        account::{AccountDetails, Website},
        text::AccountName,
    },
    usecases::Account,
    web::shared::page::{Base, Field, FieldError, FormErrors, parse},
};

/// Name, website and notes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountFields {
    pub name: Field,
    pub website: Field,
    pub notes: Field,
}

impl AccountFields {
    /// Saved values, and the state of the form when it is opened.
    pub(super) fn of(account: &Account) -> (Self, Base) {
        let [name, website, notes] = values(account).map(Field::new);
        (Self { name, website, notes }, Base::of(account.version, values(account)))
    }

    /// Merges the typed values with those saved since `base`.
    pub(super) fn merged(self, base: &Base, saved: &Account) -> (Self, Base) {
        let [name, website, notes] = base.merge([self.name, self.website, self.notes], values(saved));
        (Self { name, website, notes }, Base::of(saved.version, values(saved)))
    }

    /// Typed values with their errors, and the parsed details if there are no errors.
    pub(super) fn typed(name: &str, website: &str, notes: &str) -> (Self, Option<AccountDetails>) {
        let mut fields = Self::default();
        let name = parse(name, FieldError::line("a name for the account", AccountName::parse), &mut fields.name);
        let website = parse(website, Website::parse, &mut fields.website);
        let notes = parse(notes, FieldError::notes(), &mut fields.notes);
        let details = name.zip(website).zip(notes).map(|((name, website), notes)| AccountDetails { name, website, notes });
        (fields, details)
    }

    /// Adds the error for a name that another account of the portfolio has.
    pub(super) fn name_taken(mut self) -> Self {
        self.name.error = Some(FieldError::Message("This portfolio already has an account with this name".to_owned()));
        self
    }

    pub(super) fn errors(&self) -> FormErrors {
        let Self { name, website, notes } = self;
        FormErrors::of([("name", name.error.as_ref()), ("website", website.error.as_ref()), ("notes", notes.error.as_ref())])
    }
}

fn values(account: &Account) -> [&str; 3] {
    [&account.name, &account.website, &account.notes]
}
