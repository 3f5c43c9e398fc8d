//! Fields of an asset's forms.

use crate::{
    domain::{asset::AssetDetails, text::AssetName},
    usecases::Asset,
    web::shared::page::{Base, Field, FieldError, FormErrors, parse},
};

/// Name and description.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AssetFields {
    pub name: Field,
    pub description: Field,
}

impl AssetFields {
    /// Saved values, and the state of the form when it is opened.
    pub(super) fn of(asset: &Asset) -> (Self, Base) {
        let [name, description] = values(asset).map(Field::new);
        (Self { name, description }, Base::of(asset.version, values(asset)))
    }

    /// Merges the typed values with those saved since `base`.
    pub(super) fn merged(self, base: &Base, saved: &Asset) -> (Self, Base) {
        let [name, description] = base.merge([self.name, self.description], values(saved));
        (Self { name, description }, Base::of(saved.version, values(saved)))
    }

    /// Typed values with their errors, and the parsed details if there are no errors.
    pub(super) fn typed(name: &str, description: &str) -> (Self, Option<AssetDetails>) {
        let mut fields = Self::default();
        let name = parse(name, FieldError::line("a name", AssetName::parse), &mut fields.name);
        let description = parse(description, FieldError::line("a description", crate::domain::text::Notes::parse), &mut fields.description);
        let details = name.zip(description).map(|(name, description)| AssetDetails { name, description });
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

fn values(asset: &Asset) -> [&str; 2] {
    [&asset.name, &asset.description]
}
