//! Search for choosing one user.

use std::fmt::Display;

use serde::Deserialize;

use super::{FieldError, UserLabel};
use crate::domain::ids::{GroupId, UserId};

/// The search and its results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finder {
    /// Address of the searching page.
    pub action: String,
    /// Users that the search offers, in words.
    pub hint: &'static str,
    /// Condition on them in an answer without results, as in "No one who can be added matches".
    pub whom: &'static str,
    /// Name of the field with the chosen user.
    pub name: &'static str,
    /// Further fields of the search.
    pub fields: Vec<(&'static str, String)>,
    /// Typed search; empty at first.
    pub q: String,
    /// Groups found besides the users: id, name and number of members.
    pub groups: Vec<(GroupId, String, u64)>,
    pub results: Vec<UserLabel>,
    /// True if further users match.
    pub has_more: bool,
    pub picked: Option<UserId>,
    pub error: Option<FieldError>,
}

/// Most results shown.
pub const RESULTS_MAX: usize = 8;

impl Finder {
    /// A search before anything was typed.
    pub fn new(action: impl Display, hint: &'static str) -> Self {
        Self {
            action: action.to_string(),
            hint,
            whom: " who can be added",
            name: "user",
            fields: Vec::new(),
            q: String::new(),
            groups: Vec::new(),
            results: Vec::new(),
            has_more: false,
            picked: None,
            error: None,
        }
    }

    /// Announcement of the results for screen readers.
    pub(in crate::web) fn said(&self) -> String {
        match self.groups.len() + self.results.len() {
            count if !self.groups.is_empty() && self.has_more => {
                format!("Showing the first {count} that match “{}”. Keep typing to narrow the list.", self.q)
            }
            1 if !self.groups.is_empty() => format!("1 group matches “{}”", self.q),
            count if !self.groups.is_empty() => format!("{count} match “{}”", self.q),
            0 if self.has_more => {
                format!("Many people match “{}”, but none of the first can be added. Keep typing to narrow the list.", self.q)
            }
            0 => format!("No one{} matches “{}”", self.whom, self.q),
            1 => format!("1 person matches “{}”", self.q),
            count if self.has_more => format!("Showing the first {count} who match “{}”. Keep typing to narrow the list.", self.q),
            count => format!("{count} people match “{}”", self.q),
        }
    }

    pub(in crate::web) fn is_picked(&self, user: &UserLabel) -> bool {
        self.picked == Some(user.id)
    }
}

/// Query of the search.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct FindQuery {
    #[serde(default)]
    pub(in crate::web) q: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::Sample;

    #[test]
    fn results_are_counted_in_words() {
        let sample = Sample::plain();
        let finder = |count, has_more| Finder {
            q: "ka".into(),
            results: (0..count).map(|place| sample.user(place)).collect(),
            has_more,
            ..Finder::new("/", "")
        };
        assert_eq!(finder(0, false).said(), "No one who can be added matches “ka”");
        assert_eq!(finder(0, true).said(), "Many people match “ka”, but none of the first can be added. Keep typing to narrow the list.");
        assert_eq!(finder(1, false).said(), "1 person matches “ka”");
        assert_eq!(finder(3, false).said(), "3 people match “ka”");
        assert_eq!(finder(8, true).said(), "Showing the first 8 who match “ka”. Keep typing to narrow the list.");
    }
}
