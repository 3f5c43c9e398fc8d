//! Acts on a user that both screens offer: how each screen calls them, and their addresses there.

use crate::{domain::ids::UserId, usecases::EntryPoint};

use super::routing::{endpoint::Section, paths};

impl EntryPoint {
    /// The screen that an address belongs to.
    pub(in crate::web) fn of(section: Option<Section>) -> Self {
        if section == Some(Section::UsersAndPermissions) { Self::UsersAndPermissions } else { Self::UsersAndGroups }
    }

    pub(in crate::web) fn deactivate(self, user: UserId) -> (&'static str, String) {
        match self {
            Self::UsersAndGroups => ("Block", paths::BlockUser { user }.to_string()),
            Self::UsersAndPermissions => ("Deactivate", paths::DeactivateUser { user }.to_string()),
        }
    }

    pub(in crate::web) fn reactivate(self, user: UserId) -> (&'static str, String) {
        match self {
            Self::UsersAndGroups => ("Activate", paths::ActivateUser { user }.to_string()),
            Self::UsersAndPermissions => ("Reactivate", paths::ReactivateUser { user }.to_string()),
        }
    }

    pub(in crate::web) fn resend(self, user: UserId) -> String {
        match self {
            Self::UsersAndGroups => paths::ResendInvitation { user }.to_string(),
            Self::UsersAndPermissions => paths::ResendFromManage { user }.to_string(),
        }
    }

    pub(in crate::web) fn link(self, user: UserId) -> String {
        match self {
            Self::UsersAndGroups => paths::InvitationLink { user }.to_string(),
            Self::UsersAndPermissions => paths::LinkFromManage { user }.to_string(),
        }
    }

    pub(in crate::web) fn revoke(self, user: UserId) -> String {
        match self {
            Self::UsersAndGroups => paths::RevokeInvitation { user }.to_string(),
            Self::UsersAndPermissions => paths::RevokeFromManage { user }.to_string(),
        }
    }
}
