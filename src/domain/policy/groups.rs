//! Actions on groups, Admins included.

use crate::domain::{permission::Permission, user::Status};

use super::{Need, PolicyDenial, Target, keep_an_admin, require_status};

/// Action on a group or its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupAction {
    /// Admins group with its members.
    SeeAdmins,
    AddToAdmins(Target),
    /// Carries the number of other active Admins.
    RemoveFromAdmins {
        target: Target,
        other_active_admins: u64,
    },
    CreateGroup,
    RenameGroup,
    DeleteGroup,
    AddToGroup {
        target: Target,
        is_member: bool,
    },
    RemoveFromGroup,
}

impl GroupAction {
    pub(super) fn need(self) -> Need {
        Need::of_company(match self {
            Self::SeeAdmins => Permission::AdminsView,
            Self::AddToAdmins(_) | Self::RemoveFromAdmins { .. } => Permission::AdminsChange,
            Self::CreateGroup | Self::RenameGroup | Self::DeleteGroup | Self::AddToGroup { .. } | Self::RemoveFromGroup => {
                Permission::GroupsManage
            }
        })
    }

    pub(super) fn check(self) -> Result<(), PolicyDenial> {
        match self {
            Self::SeeAdmins | Self::CreateGroup | Self::RenameGroup | Self::DeleteGroup | Self::RemoveFromGroup => Ok(()),
            Self::AddToAdmins(Target { is_admin: true, .. }) | Self::AddToGroup { is_member: true, .. } => Err(PolicyDenial::AlreadyMember),
            Self::AddToAdmins(target) | Self::AddToGroup { target, .. } => require_status(target, &[Status::Active]),
            Self::RemoveFromAdmins { target, other_active_admins } => keep_an_admin(target, other_active_admins),
        }
    }
}
