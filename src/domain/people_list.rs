//! Whom a list in Users & Permissions holds, and in which order.

use super::{
    search::SearchTerm,
    stored::stored_enum,
    user::{DefaultRole, Status},
};

/// Whom a list holds of those who exist for the one who looks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeopleFilter {
    pub search: Option<SearchTerm>,
    pub status: Option<Status>,
    pub default_role: Option<DefaultRole>,
    pub has_two_factor: Option<bool>,
    /// Only those to whom nothing is assigned.
    pub is_unassigned: bool,
}

stored_enum! {
    /// What a list is sorted by.
    SortBy {
        Name = "name",
        Email = "email",
        /// In the order of [`Status::ALL`], and by name within each.
        Status = "status",
        Created = "created",
        /// Who never signed in comes last in either direction.
        LastSignIn = "last_sign_in",
    }
}

impl SortBy {
    /// How a sentence says it.
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
