//! Fields of an asset's forms.

use crate::{
    domain::{asset::AssetDetails, ids::AccountId, text::AssetName},
    usecases::Asset,
    web::shared::page::{Base, Field, FieldError, FormErrors, parse},
};

/// Name, description and account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AssetFields {
    pub name: Field,
    pub description: Field,
    /// Id of the account; empty for none.
    pub account: Field,
}

impl AssetFields {
    /// Saved values, and the state of the form when it is opened.
    pub(super) fn of(asset: &Asset) -> (Self, Base) {
        let account = in_form(asset.account_id);
        let values = [&*asset.name, &*asset.description, &*account];
        (Self::new(values), Base::of(asset.version, values))
    }

    /// Merges the typed values with those saved since `base`.
    pub(super) fn merged(self, base: &Base, saved: &Asset) -> (Self, Base) {
        let account = in_form(saved.account_id);
        let values = [&*saved.name, &*saved.description, &*account];
        let [name, description, account] = base.merge([self.name, self.description, self.account], values);
        (Self { name, description, account }, Base::of(saved.version, values))
    }

    /// Fields with these values.
    pub(super) fn new(values: [&str; 3]) -> Self {
        let [name, description, account] = values.map(Field::new);
        Self { name, description, account }
    }

    /// Typed values with their errors, and the parsed details if there are no errors.
    pub(super) fn typed(name: &str, description: &str, account: Option<AccountId>) -> (Self, Option<AssetDetails>) {
        let mut fields = Self { account: Field::new(in_form(account)), ..Self::default() };
        let name = parse(name, FieldError::line("a name", AssetName::parse), &mut fields.name);
        let description = parse(description, FieldError::line("a description", crate::domain::text::Notes::parse), &mut fields.description);
        let details = name.zip(description).map(|(name, description)| AssetDetails { name, description, account });
        (fields, details)
    }

    /// Adds the error of a place that is too deep.
    pub(super) fn too_deep(mut self) -> Self {
        self.name.error = Some(too_deep());
        self
    }

    pub(super) fn errors(&self) -> FormErrors {
        FormErrors::of([("name", self.name.error.as_ref()), ("description", self.description.error.as_ref())])
    }
}

/// Error for a place below too many folders.
pub(super) fn too_deep() -> FieldError {
    let most = crate::domain::asset::DEPTH_MAX;
    FieldError::Message(format!("Folders can be at most {most} levels deep. Choose a place further up."))
}

/// An account as the form carries it.
fn in_form(account: Option<AccountId>) -> String {
    account.map_or_else(String::new, |id| id.to_string())
}
