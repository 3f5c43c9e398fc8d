//! Actions on an existing user whose address was typed into an invitation.

use crate::{
    domain::{ids::UserId, user::Status},
    usecases::{
        EntryPoint,
        users::invite::{Existing, ExistingUserAction},
    },
    web::shared::{page::FieldError, routing::paths},
};

/// Actions offered beside the form that has the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExistingUserActions {
    user_id: UserId,
    /// Page of the form, to which the buttons return.
    entry_point: EntryPoint,
    way: Option<ExistingUserAction>,
}

impl ExistingUserActions {
    pub fn new(existing: &Existing, entry_point: EntryPoint) -> Self {
        Self { user_id: existing.id, entry_point, way: existing.way }
    }

    pub(in crate::web) fn manage(&self) -> paths::Manage {
        paths::Manage { user: self.user_id }
    }

    pub(in crate::web) fn assign(&self) -> Option<String> {
        (self.way == Some(ExistingUserAction::Assign)).then(|| format!("{}#assignments-title", self.manage()))
    }

    /// Label and address of the page of a bulk action.
    pub(in crate::web) fn button(&self) -> Option<(&'static str, String)> {
        match self.way? {
            ExistingUserAction::Resend => Some(("Resend invitation", self.entry_point.resend(self.user_id))),
            ExistingUserAction::Reactivate => Some(self.entry_point.reactivate(self.user_id)),
            ExistingUserAction::Assign => None,
        }
    }
}

/// Error at the field for an address that a user has.
pub fn already_known(existing: &Existing) -> FieldError {
    let email = &existing.email;
    FieldError::Message(match existing.status {
        Status::Active => format!("{email} is already a user."),
        Status::Deactivated => format!("{email} belongs to a deactivated user."),
        Status::Invited => format!("{email} has already been invited."),
        Status::Expired => format!("{email} has already been invited, and the invitation has expired."),
    })
}

#[cfg(test)]
impl ExistingUserActions {
    pub(in crate::web) fn sample(way: ExistingUserAction, entry_point: EntryPoint) -> Self {
        Self { user_id: UserId(7), entry_point, way: Some(way) }
    }
}
