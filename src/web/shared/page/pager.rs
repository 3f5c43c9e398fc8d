//! The ways through a long list, which is paged by key.

use super::{Count, grouped};
use crate::web::shared::page_size::PageSize;

/// Where the list stands, and where one may go from there. An end is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pager {
    /// "1–50 of 48,213 users".
    pub label: String,
    pub first: Option<String>,
    pub previous: Option<String>,
    pub next: Option<String>,
    pub last: Option<String>,
    /// How many rows a page may have; none where there is nothing to choose.
    pub rows: Vec<RowsLink>,
}

/// The way to the same place with so many rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowsLink {
    pub rows: PageSize,
    pub href: String,
    pub is_current: bool,
}

impl Pager {
    /// A list that fits on one page.
    pub fn single(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// "1–50 of 48,213 users", or "12 users" where all of them are on the page.
    pub fn label(from: u64, to: u64, of: Count, one: &str, many: &str) -> String {
        let all = of.of(one, many);
        if from == 1 && of == Count::Exactly(to) { all } else { format!("{}–{} of {all}", grouped(from), grouped(to)) }
    }

    /// True if there is another page, or was with fewer rows.
    pub fn is_needed(&self) -> bool {
        !self.rows.is_empty() || self.previous.is_some() || self.next.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_says_which_of_how_many() {
        assert_eq!(Pager::label(1, 50, Count::Exactly(48_213), "user", "users"), "1–50 of 48,213 users");
        assert_eq!(Pager::label(1, 50, Count::MoreThan(10_000), "user", "users"), "1–50 of 10,000+ users");
        assert_eq!(Pager::label(1, 1, Count::Exactly(1), "user", "users"), "1 user");
    }
}
