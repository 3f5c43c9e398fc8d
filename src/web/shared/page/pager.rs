//! The ways through a long list, which is paged by key.

use super::{Count, grouped};
use crate::{
    usecases::Slice,
    web::shared::{
        page_key::{PageKey, Place},
        page_size::PageSize,
    },
};

/// Position in a list, and links to the pages around. An end is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pager {
    /// "1–50 of 48,213 users".
    pub label: String,
    pub first: Option<String>,
    pub previous: Option<String>,
    pub next: Option<String>,
    pub last: Option<String>,
    /// Choices of rows a page; none where there is nothing to choose.
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

    /// The ways from the page with this key, which is the first without one. `link` makes the address of a place and the number of its first row.
    pub(in crate::web) fn new<T, K>(
        slice: &Slice<T>,
        key: Option<&PageKey<K>>,
        limit: usize,
        count: Count,
        words: (&str, &str),
        link: impl Fn(Option<Place<&T>>, u64) -> String,
    ) -> Self {
        let (from, rows) = (first_row(slice, key, count), slice.rows.len() as u64);
        let previous = slice.rows.first().filter(|_| slice.has_previous);
        let next = slice.rows.last().filter(|_| slice.has_next);
        Self {
            label: label(from, rows, count, words),
            first: slice.has_previous.then(|| link(None, 1)),
            previous: previous.map(|row| link(Some(Place::Before(row)), before(from, limit))),
            next: next.map(|row| link(Some(Place::After(row)), if from == 0 { 0 } else { from.saturating_add(rows) })),
            last: slice.has_next.then(|| link(Some(Place::Last), 1)),
            rows: Vec::new(),
        }
    }

    /// Adds the choice of rows a page, where it makes a difference to the `shown` ones.
    #[must_use]
    pub(in crate::web) fn with_sizes(self, shown: usize, limit: usize, link: impl Fn(PageSize) -> String) -> Self {
        let is_choice = self.first.is_some() || self.last.is_some() || shown > PageSize::Few.count();
        let size = |rows: PageSize| RowsLink { rows, href: link(rows), is_current: rows.count() == limit };
        Self { rows: if is_choice { PageSize::ALL.map(size).into() } else { Vec::new() }, ..self }
    }

    /// True if there is another page, or was with fewer rows.
    pub fn is_needed(&self) -> bool {
        !self.rows.is_empty() || self.previous.is_some() || self.next.is_some()
    }
}

/// The number of the first row of a page; 0 where nobody knows.
pub(in crate::web) fn first_row<T, K>(slice: &Slice<T>, key: Option<&PageKey<K>>, count: Count) -> u64 {
    match (key, count) {
        (Some(PageKey { place: Place::Last, .. }), Count::Exactly(count)) => count.saturating_sub(slice.rows.len() as u64) + 1,
        (Some(PageKey { place: Place::Last, .. }), Count::MoreThan(_)) => 0,
        (key, _) => key.map_or(1, |key| key.from),
    }
}

/// The number of the first row of the page of `limit` rows before the row with the number `end`; 0 where nobody knows.
pub(in crate::web) fn before(end: u64, limit: usize) -> u64 {
    if end == 0 { 0 } else { end.saturating_sub(limit as u64).max(1) }
}

/// "1–50 of 48,213 users", or "12 users" where all of them are on the page or nobody knows which they are.
fn label(from: u64, rows: u64, of: Count, (one, many): (&str, &str)) -> String {
    let (all, to) = (of.of(one, many), from.saturating_add(rows.saturating_sub(1)));
    let is_all = from == 0 || rows == 0 || (from == 1 && of == Count::Exactly(to));
    if is_all { all } else { format!("{}–{} of {all}", grouped(from), grouped(to)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_whose_place_nobody_knows_is_not_given_one() {
        assert_eq!(before(0, 25), 0);
        assert_eq!([before(10, 25), before(26, 25), before(27, 25)], [1, 1, 2]);
        assert_eq!(label(0, 50, Count::MoreThan(10_000), WORDS), "10,000+ users");
    }

    const WORDS: (&str, &str) = ("user", "users");

    #[test]
    fn a_label_says_which_of_how_many() {
        assert_eq!(label(1, 50, Count::Exactly(48_213), WORDS), "1–50 of 48,213 users");
        assert_eq!(label(1, 50, Count::MoreThan(10_000), WORDS), "1–50 of 10,000+ users");
        assert_eq!(label(1, 1, Count::Exactly(1), WORDS), "1 user");
    }
}
