//! Actions on folders, processes and integrations.

use crate::domain::{asset::AssetAccess, permission::Permission, user::Status};

use super::{Need, PolicyDenial, Target, require_status};

/// Action on an asset. One on an existing asset carries the actor's access; an asset without access does not exist for
/// them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssetAction {
    CreateAsset,
    /// View assets of all users, without a share.
    SeeAllAssets,
    SeeAsset(Option<AssetAccess>),
    /// Edit an asset, move it, or put another one into it.
    EditAsset(Option<AssetAccess>),
    /// Delete an asset, change or remove its shares, or move it to the top level.
    ManageAsset(Option<AssetAccess>),
    ShareWithUser {
        access: Option<AssetAccess>,
        target: Target,
    },
    RestoreAsset {
        is_owner: bool,
    },
    /// Carries the new owner.
    ChangeOwner {
        target: Target,
    },
}

impl AssetAction {
    pub(super) fn need(self) -> Need {
        Need::of_company(match self {
            Self::SeeAllAssets | Self::RestoreAsset { is_owner: false } => Permission::AssetsViewAll,
            Self::ChangeOwner { .. } => Permission::AssetsChangeOwner,
            Self::CreateAsset
            | Self::SeeAsset(_)
            | Self::EditAsset(_)
            | Self::ManageAsset(_)
            | Self::ShareWithUser { .. }
            | Self::RestoreAsset { is_owner: true } => Permission::AssetsUse,
        })
    }

    pub(super) fn check(self) -> Result<(), PolicyDenial> {
        match self {
            Self::CreateAsset | Self::SeeAllAssets | Self::RestoreAsset { .. } => Ok(()),
            Self::SeeAsset(access) => require_access(access, AssetAccess::View),
            Self::EditAsset(access) => require_access(access, AssetAccess::Edit),
            Self::ManageAsset(access) => require_access(access, AssetAccess::Owner),
            Self::ChangeOwner { target } => require_status(target, &[Status::Active]),
            Self::ShareWithUser { access, target } => {
                require_access(access, AssetAccess::Owner)?;
                require_status(target, &[Status::Active])
            }
        }
    }
}

fn require_access(access: Option<AssetAccess>, wanted: AssetAccess) -> Result<(), PolicyDenial> {
    match access {
        None => Err(PolicyDenial::Unknown),
        Some(access) if access < wanted => Err(PolicyDenial::OutOfReach),
        Some(_) => Ok(()),
    }
}
