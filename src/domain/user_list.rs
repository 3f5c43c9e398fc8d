//! Filters, orders and bulk actions of the lists in Users & Permissions.

use chrono::TimeDelta;

use super::{
    clock::Timestamp,
    search::SearchTerm,
    stored::stored_enum,
    user::{DefaultRole, Status},
};

/// Filter of a list, within the users that exist for its reader.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserFilter {
    pub search: Option<SearchTerm>,
    pub status: Option<Status>,
    pub default_role: Option<DefaultRole>,
    pub has_two_factor: Option<bool>,
    /// Only users without assignments.
    pub is_unassigned: bool,
    pub last_sign_in: Option<LastSignIn>,
}

stored_enum! {
    /// Last sign-in of users in a list, in words of addresses.
    LastSignIn {
        Never = "never",
        Over30Days = "30",
        Over90Days = "90",
    }
}

impl LastSignIn {
    pub fn label(self) -> &'static str {
        match self {
            Self::Never => "Never signed in",
            Self::Over30Days => "Not for 30 days",
            Self::Over90Days => "Not for 90 days",
        }
    }

    /// Time before which the last sign-in was; `None` for users without any.
    pub fn before(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Never => None,
            Self::Over30Days => Some(now - TimeDelta::days(30)),
            Self::Over90Days => Some(now - TimeDelta::days(90)),
        }
    }
}

stored_enum! {
    /// Sort key of a list.
    SortBy {
        Name = "name",
        Email = "email",
        /// In the order of [`Status::ALL`], and by name within each.
        Status = "status",
        Created = "created",
        /// Users who never signed in come last in either direction.
        LastSignIn = "last_sign_in",
    }
}

impl SortBy {
    /// Wording within a sentence.
    pub fn label(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Status => "status",
            Self::Created => "created",
            Self::LastSignIn => "last sign-in",
        }
    }
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    pub by: SortBy,
    pub is_descending: bool,
}

impl Default for Order {
    fn default() -> Self {
        Self { by: SortBy::Name, is_descending: false }
    }
}

/// Most users of one bulk action.
pub const BULK_MAX: usize = 200;

stored_enum! {
    /// Action on many users at once.
    BulkAction {
        Deactivate = "deactivate",
        Reactivate = "reactivate",
        Resend = "resend",
        Revoke = "revoke",
        Assign = "assign",
        RemindOfTwoFactor = "remind_of_two_factor",
    }
}

impl BulkAction {
    pub fn label(self) -> &'static str {
        match self {
            Self::Deactivate => "Deactivate",
            Self::Reactivate => "Reactivate",
            Self::Resend => "Resend invitation",
            Self::Revoke => "Revoke invitation",
            Self::Assign => "Assign to accounts",
            Self::RemindOfTwoFactor => "Remind of two-factor",
        }
    }

    /// Consequence for each user.
    pub fn effect(self) -> &'static str {
        match self {
            Self::Deactivate => {
                "They are signed out everywhere and can no longer sign in. They keep their assignments and can be reactivated."
            }
            Self::Reactivate => "They can sign in again with the same credentials and assignments.",
            Self::Resend => {
                "Each gets a new invitation, valid for the full term. Earlier links stop working. You become the assigner of anything its assigner may no longer give."
            }
            Self::Revoke => "Their invitation links stop working and they are removed from the lists. You can invite them again.",
            Self::Assign => "These accounts are added to what each person has.",
            Self::RemindOfTwoFactor => "Each gets a mail that asks them to turn two-factor on in My account.",
        }
    }

    /// Users that the action applies to, as told about a user of another status.
    pub fn reaches(self) -> &'static str {
        match self {
            Self::Deactivate => "only active people can be deactivated.",
            Self::Reactivate => "only deactivated people can be reactivated.",
            Self::Resend | Self::Revoke => "only invited people have an invitation.",
            Self::Assign => "anyone can be assigned to accounts.",
            Self::RemindOfTwoFactor => "only active people can be reminded.",
        }
    }

    /// Outcome of the action for one user, in words.
    pub fn done(self) -> &'static str {
        match self {
            Self::Deactivate => "deactivated",
            Self::Reactivate => "active again",
            Self::Resend => "invited again",
            Self::Revoke => "invitation revoked",
            Self::Assign => "assigned",
            Self::RemindOfTwoFactor => "reminded",
        }
    }

    /// Action that undoes this one.
    pub fn opposite(self) -> Option<Self> {
        match self {
            Self::Deactivate => Some(Self::Reactivate),
            Self::Reactivate => Some(Self::Deactivate),
            Self::Resend | Self::Revoke | Self::Assign | Self::RemindOfTwoFactor => None,
        }
    }

    /// True if users lose abilities by the action.
    pub fn takes_away(self) -> bool {
        matches!(self, Self::Deactivate | Self::Revoke)
    }
}
