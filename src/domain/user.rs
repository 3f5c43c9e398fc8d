//! A user, and the status and names derived from stored facts.

use serde::{Deserialize, Serialize};

use super::{clock::Timestamp, ids::UserId, stored::stored_enum};

stored_enum! {
    /// Role of a user outside Admins.
    DefaultRole {
        User = "user",
        PortfolioAdmin = "portfolio_admin",
    }
}

impl DefaultRole {
    pub fn label(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::PortfolioAdmin => "Portfolio Admin",
        }
    }
}

/// Status of a user. Never stored: [`StatusFacts::status`] derives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Has credentials and is not deactivated.
    Active,
    /// Is deactivated.
    Deactivated,
    /// Has an open invitation before its expiry.
    Invited,
    /// Has an open invitation after its expiry.
    Expired,
}

impl Status {
    pub const ALL: [Self; 4] = [Self::Active, Self::Deactivated, Self::Invited, Self::Expired];

    pub fn label(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Deactivated => "Deactivated",
            Self::Invited => "Invited",
            Self::Expired => "Expired",
        }
    }

    /// Status and role in a phrase: "an active User".
    pub fn of_role(self, role: DefaultRole) -> String {
        let status = match self {
            Self::Active => "an active",
            Self::Deactivated => "a deactivated",
            Self::Invited | Self::Expired => "an invited",
        };
        format!("{status} {}", role.label())
    }
}

/// Columns of a user's row from which the status follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusFacts {
    pub blocked_at: Option<Timestamp>,
    pub credentials_set_at: Option<Timestamp>,
    pub invitation_expires_at: Option<Timestamp>,
}

impl StatusFacts {
    /// Derives the status: deactivated before credentials before open invitation. A user with none of these cannot
    /// exist; the database refuses the row.
    pub fn status(self, now: Timestamp) -> Status {
        match (self.blocked_at, self.credentials_set_at, self.invitation_expires_at) {
            (Some(_), _, _) => Status::Deactivated,
            (None, Some(_), _) => Status::Active,
            (None, None, Some(expiry)) if now < expiry => Status::Invited,
            (None, None, _) => Status::Expired,
        }
    }
}

/// Name and address of a user, for showing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    pub id: UserId,
    pub first_name: String,
    pub last_name: String,
    /// Address as typed.
    pub email: String,
}

impl Who {
    /// "First Last"; the address of a user without a name.
    pub fn display_name(&self) -> String {
        display_name(&self.first_name, &self.last_name, &self.email)
    }

    /// First name; the address of a user without a name.
    pub fn short_name(&self) -> &str {
        if self.first_name.is_empty() { &self.email } else { &self.first_name }
    }
}

/// "First Last"; the address of a user without a name.
pub fn display_name(first_name: &str, last_name: &str, email: &str) -> String {
    let name = format!("{first_name} {last_name}");
    let name = name.trim();
    if name.is_empty() { email.to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, TimeDelta};

    #[test]
    fn status_is_told_by_the_facts_of_one_row() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap().naive_utc();
        let (past, future) = (now - TimeDelta::seconds(1), now + TimeDelta::seconds(1));
        let table = [
            (None, Some(past), None, Status::Active),
            (None, Some(past), Some(past), Status::Active),
            (None, Some(past), Some(future), Status::Active),
            (Some(past), Some(past), None, Status::Deactivated),
            (Some(past), None, Some(future), Status::Deactivated),
            (Some(past), None, None, Status::Deactivated),
            (None, None, Some(future), Status::Invited),
            (None, None, Some(now), Status::Expired),
            (None, None, Some(past), Status::Expired),
        ];
        for (blocked_at, credentials_set_at, invitation_expires_at, status) in table {
            let facts = StatusFacts { blocked_at, credentials_set_at, invitation_expires_at };
            assert_eq!(facts.status(now), status, "{facts:?}");
        }
    }

    #[test]
    fn somebody_without_a_name_is_shown_by_address() {
        assert_eq!(display_name("Maya", "Fischer", "m@example.com"), "Maya Fischer");
        assert_eq!(display_name("", "Fischer", "m@example.com"), "Fischer");
        assert_eq!(display_name("", "", "m@example.com"), "m@example.com");
    }
}
