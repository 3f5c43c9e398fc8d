//! The company that this instance serves, and its company-wide settings.

pub mod bounds;

use chrono::TimeDelta;

use super::{
    clock::Timestamp,
    credentials::password::SOLE_FACTOR_MIN,
    invitation::InvitationOrigin,
    role::Role,
    time_zone::{TimeZone, ZonedTime},
    two_factor_policy::TwoFactorPolicy,
};

/// Settings of the company, read from the database with each use.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Company {
    /// Number of the saved state, by which an edit of an outdated page is noticed.
    pub version: i32,
    /// Empty until the first Admin sets it.
    pub name: String,
    /// Term of an invitation sent from Users & Groups.
    pub groups_invitation_term: TimeDelta,
    /// Term of an invitation sent from Users & Permissions.
    pub permissions_invitation_term: TimeDelta,
    /// Most invitations that an administrator sends in an hour.
    pub invitations_per_hour: u32,
    /// Shortest password, in characters.
    pub password_min: usize,
    pub two_factor: TwoFactorPolicy,
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

    /// True if a user with this role needs two-factor now, and has none.
    pub fn needs_enrolment(&self, role: Role, has_two_factor: bool, now: Timestamp) -> bool {
        !has_two_factor && self.two_factor.requires(role, self.in_zone(now))
    }

    /// Checks settings against each other before they replace those `saved`: passwords that are too short for a sole
    /// factor need a second one from everyone.
    ///
    /// # Errors
    /// The setting in the way: the policy, if it is what no longer requires two-factor of everyone.
    pub fn check(&self, saved: &Self, now: Timestamp) -> Result<(), SettingsConflict> {
        if self.password_min >= SOLE_FACTOR_MIN || self.two_factor.requires_everyone(self.in_zone(now)) {
            Ok(())
        } else if saved.two_factor.requires_everyone(saved.in_zone(now)) {
            Err(SettingsConflict::TwoFactorLoosened)
        } else {
            Err(SettingsConflict::PasswordTooShort)
        }
    }
}

/// Conflict of the shortest password with the two-factor policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettingsConflict {
    #[error("short passwords need two-factor for everyone")]
    PasswordTooShort,
    #[error("the policy cannot be loosened while passwords are short")]
    TwoFactorLoosened,
}

#[cfg(test)]
impl Company {
    /// Company with the settings of a new database.
    pub(crate) fn sample() -> Self {
        Self {
            version: 1,
            name: "Northwind Trading".to_owned(),
            groups_invitation_term: TimeDelta::hours(24),
            permissions_invitation_term: TimeDelta::days(5),
            invitations_per_hour: 1000,
            password_min: 15,
            two_factor: TwoFactorPolicy::NONE,
            session_idle: TimeDelta::hours(1),
            session_absolute: TimeDelta::hours(12),
            sessions_per_user: 20,
            deleted_kept: TimeDelta::days(30),
            mails_audit_head: false,
            time_zone: TimeZone::UTC,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::domain::two_factor_policy::TwoFactorAudience::{self, Administrators, Admins, Everyone, Nobody};

    #[test]
    fn short_passwords_go_with_two_factor_for_everyone_once_that_has_begun() {
        const TODAY: u32 = 20;
        let now = NaiveDate::from_ymd_opt(2026, 11, TODAY).unwrap().and_hms_opt(9, 0, 0).unwrap();
        let company = |password_min, (audience, day): (TwoFactorAudience, u32)| Company {
            password_min,
            two_factor: TwoFactorPolicy::new(audience, NaiveDate::from_ymd_opt(2026, 11, day).unwrap()),
            ..Company::sample()
        };
        let (short, loose) = (Err(SettingsConflict::PasswordTooShort), Err(SettingsConflict::TwoFactorLoosened));
        for (saved, wanted, checked) in [
            ((15, (Nobody, TODAY)), (15, (Nobody, TODAY)), Ok(())),
            ((15, (Nobody, TODAY)), (64, (Nobody, TODAY)), Ok(())),
            ((15, (Nobody, TODAY)), (14, (Nobody, TODAY)), short),
            ((15, (Admins, TODAY)), (14, (Admins, TODAY)), short),
            ((15, (Administrators, TODAY)), (14, (Administrators, TODAY)), short),
            ((15, (Everyone, TODAY + 1)), (14, (Everyone, TODAY + 1)), short),
            ((15, (Nobody, TODAY)), (14, (Everyone, TODAY + 1)), short),
            ((15, (Everyone, TODAY)), (8, (Everyone, TODAY)), Ok(())),
            ((15, (Nobody, TODAY)), (8, (Everyone, TODAY - 1)), Ok(())),
            ((8, (Everyone, TODAY)), (8, (Administrators, TODAY)), loose),
            ((8, (Everyone, TODAY)), (8, (Nobody, TODAY)), loose),
            ((8, (Everyone, TODAY)), (8, (Everyone, TODAY + 1)), loose),
            ((8, (Everyone, TODAY)), (8, (Everyone, TODAY - 1)), Ok(())),
            ((8, (Everyone, TODAY)), (15, (Nobody, TODAY)), Ok(())),
        ] {
            assert_eq!(company(wanted.0, wanted.1).check(&company(saved.0, saved.1), now), checked, "{saved:?} {wanted:?}");
        }
    }
}
