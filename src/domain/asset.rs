//! Assets: folders, processes and integrations, and the access to them.

mod connection;
mod definition;

use super::{
    stored::stored_enum,
    text::{AssetName, Notes},
};

pub use connection::{BaseAddress, BaseAddressError, ConnectionKind, ConnectionSecret, SecretTooLong};
pub use definition::{DEFINITION_MAX, DefinitionError, DefinitionText};

/// Most folders above an asset.
pub const DEPTH_MAX: i32 = 60;

stored_enum! {
    /// Kind of an asset.
    AssetKind {
        Folder = "folder",
        Process = "process",
        Integration = "integration",
    }
}

impl AssetKind {
    pub fn label(self) -> &'static str {
        match self {
            Self::Folder => "Folder",
            Self::Process => "Process",
            Self::Integration => "Integration",
        }
    }

    /// Kind within a sentence, for one asset and for several.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Folder => ("folder", "folders"),
            Self::Process => ("process", "processes"),
            Self::Integration => ("integration", "integrations"),
        }
    }
}

stored_enum! {
    /// Access that a share gives.
    ShareLevel {
        View = "view",
        Edit = "edit",
    }
}

impl ShareLevel {
    pub fn label(self) -> &'static str {
        AssetAccess::from(self).label()
    }
}

/// Access of a user to an asset. A higher one includes the lower ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AssetAccess {
    View,
    Edit,
    Owner,
}

impl AssetAccess {
    pub fn label(self) -> &'static str {
        match self {
            Self::View => "View",
            Self::Edit => "Edit",
            Self::Owner => "Owner",
        }
    }
}

impl From<ShareLevel> for AssetAccess {
    fn from(level: ShareLevel) -> Self {
        match level {
            ShareLevel::View => Self::View,
            ShareLevel::Edit => Self::Edit,
        }
    }
}

/// Editable details of an asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetDetails {
    pub name: AssetName,
    pub description: Notes,
}
