//! What fits somebody whose address was typed to invite them.

use crate::{
    domain::ids::UserId,
    usecases::{
        EntryPoint,
        users::invite::{Existing, Way},
    },
    web::shared::routing::paths,
};

/// The ways on from the form in which the address stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ways {
    user: UserId,
    /// Where the form is: its buttons lead back there.
    door: EntryPoint,
    way: Option<Way>,
}

impl Ways {
    pub fn new(existing: &Existing, door: EntryPoint) -> Self {
        Self { user: existing.id, door, way: existing.way }
    }

    pub(in crate::web) fn manage(&self) -> paths::Manage {
        paths::Manage { user: self.user }
    }

    pub(in crate::web) fn assign(&self) -> Option<String> {
        (self.way == Some(Way::Assign)).then(|| format!("{}#assignments-title", self.manage()))
    }

    /// What is done at once, and where.
    pub(in crate::web) fn button(&self) -> Option<(&'static str, String)> {
        let user = self.user;
        match (self.way?, self.door) {
            (Way::Resend, EntryPoint::UsersAndGroups) => Some(("Resend invitation", paths::ResendInvitation { user }.to_string())),
            (Way::Resend, EntryPoint::UsersAndPermissions) => Some(("Resend invitation", paths::ResendFromManage { user }.to_string())),
            (Way::Reactivate, EntryPoint::UsersAndGroups) => Some(("Activate", paths::ActivateUser { user }.to_string())),
            (Way::Reactivate, EntryPoint::UsersAndPermissions) => Some(("Reactivate", paths::ReactivateUser { user }.to_string())),
            (Way::Assign, _) => None,
        }
    }
}

#[cfg(test)]
impl Ways {
    pub(in crate::web) fn sample(way: Way, door: EntryPoint) -> Self {
        Self { user: UserId(7), door, way: Some(way) }
    }
}
