//! The company that this instance serves, and the policy it sets for everybody.

use chrono::TimeDelta;

use super::invitation::InvitationOrigin;

/// What the company decided, read from the database with each use.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Company {
    /// Empty until the first Admin has set it.
    pub name: String,
    /// Term of an invitation sent from Users & Groups.
    pub groups_invitation_term: TimeDelta,
    /// Term of an invitation sent from Users & Permissions.
    pub permissions_invitation_term: TimeDelta,
    /// Shortest password, in characters.
    pub password_min: usize,
    /// How long a session lives without a request.
    pub session_idle: TimeDelta,
    /// How long a session lives at all.
    pub session_absolute: TimeDelta,
    /// How long a deleted user can be restored; zero for not at all.
    pub deleted_kept: TimeDelta,
}

impl Company {
    pub fn invitation_term(&self, origin: InvitationOrigin) -> TimeDelta {
        match origin {
            InvitationOrigin::UsersAndGroups => self.groups_invitation_term,
            InvitationOrigin::UsersAndPermissions => self.permissions_invitation_term,
        }
    }
}
