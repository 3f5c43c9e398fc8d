//! The definition of a process: its text, its versions, edits and comparisons.

pub mod compare;
pub mod edit;
pub mod show;
pub mod version;

use super::AssetHead;
use crate::{
    domain::{
        ids::{AssetId, VersionNumber},
        time_zone::ZonedTime,
    },
    usecases::assets::definition::VersionRow,
    web::shared::{
        page::{DisplayTime, counted, grouped},
        routing::paths,
    },
};

impl AssetHead {
    pub(super) fn definition_path(&self) -> paths::Definition {
        paths::Definition { asset: self.id }
    }

    pub(super) fn edit_definition_path(&self) -> paths::EditDefinition {
        paths::EditDefinition { asset: self.id }
    }

    fn compare_path(&self) -> paths::CompareVersions {
        paths::CompareVersions { asset: self.id }
    }
}

/// Comparison of two versions.
fn comparison_path(asset: AssetId, from: VersionNumber, to: VersionNumber) -> String {
    paths::with_query(paths::CompareVersions { asset }, &[("from", &from.to_string()), ("to", &to.to_string())])
}

/// A version without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionLine {
    pub asset: AssetId,
    pub number: VersionNumber,
    pub saved_by: String,
    pub saved_at: DisplayTime,
    /// "312 bytes", "14 kB"
    pub size: String,
    /// Version that was brought back as this one.
    pub restored_from: Option<VersionNumber>,
}

impl VersionLine {
    pub(super) fn new(asset: AssetId, row: VersionRow, now: ZonedTime) -> Self {
        let VersionRow { version, saved_by } = row;
        Self {
            asset,
            number: version.number,
            saved_by: saved_by.unwrap_or_else(|| "a deleted user".to_owned()),
            saved_at: DisplayTime::new(version.saved_at, now),
            size: size(version.bytes.unsigned_abs()),
            restored_from: version.restored_from,
        }
    }

    fn path(&self) -> paths::DefinitionVersion {
        paths::DefinitionVersion { asset: self.asset, number: self.number }
    }

    fn bring_back_path(&self) -> paths::BringBackVersion {
        paths::BringBackVersion { asset: self.asset, number: self.number }
    }

    /// Comparison of this version with a later one.
    fn comparison_path(&self, later: &Self) -> String {
        comparison_path(self.asset, self.number, later.number)
    }
}

fn size(bytes: u32) -> String {
    let bytes = u64::from(bytes);
    if bytes < 1000 { counted(bytes, "byte", "bytes") } else { format!("{} kB", grouped(bytes.div_ceil(1000))) }
}

#[cfg(test)]
impl VersionLine {
    pub(super) fn sample(sample: &crate::web::shared::samples::Sample, number: i64) -> Self {
        Self {
            asset: AssetId(7),
            number: VersionNumber(number),
            saved_by: sample.user(3).name,
            saved_at: sample.display_time(7),
            size: size(1_234),
            restored_from: (number == 3).then_some(VersionNumber(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_rounded_up() {
        assert_eq!([0, 1, 999, 1_000, 1_001, 1_000_000].map(size), ["0 bytes", "1 byte", "999 bytes", "1 kB", "2 kB", "1,000 kB"]);
    }
}
