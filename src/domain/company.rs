//! The company that this instance serves, and its company-wide settings.

use chrono::TimeDelta;

use super::{
    clock::Timestamp,
    invitation::InvitationOrigin,
    time_zone::{TimeZone, ZonedTime},
};

/// Settings of the company, read from the database with each use.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Company {
    /// Empty until the first Admin sets it.
    pub name: String,
    /// Term of an invitation sent from Users & Groups.
    pub groups_invitation_term: TimeDelta,
    /// Term of an invitation sent from Users & Permissions.
    pub permissions_invitation_term: TimeDelta,
    /// Shortest password, in characters.
    pub password_min: usize,
    /// Longest time between two requests of a session.
    pub session_idle: TimeDelta,
    /// Longest lifetime of a session.
    pub session_absolute: TimeDelta,
    /// Most sessions of one user.
    pub sessions_per_user: u32,
    /// Time in which a deleted user can be restored; zero for never.
    pub deleted_kept: TimeDelta,
    /// True if the newest hash of the audit log is mailed to all Admins every day.
    pub mails_audit_head: bool,
    /// Zone in which times are shown, and by whose days they are told apart.
    pub time_zone: TimeZone,
}

impl Company {
    pub fn invitation_term(&self, origin: InvitationOrigin) -> TimeDelta {
        match origin {
            InvitationOrigin::UsersAndGroups => self.groups_invitation_term,
            InvitationOrigin::UsersAndPermissions => self.permissions_invitation_term,
        }
    }

    /// A moment in the company's time zone.
    pub fn in_zone(&self, at: Timestamp) -> ZonedTime {
        ZonedTime { at, zone: self.time_zone }
    }
}
