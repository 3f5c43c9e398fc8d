//! Pagination by key: a page is found from the last row of the one before it, so that a deep page costs no more than
//! the first.

/// Position of a row in its list: sort key and id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub sort_key: String,
    pub id: i64,
}

/// Position of a page in a list, given by a neighbouring row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Position<K = Key> {
    #[default]
    First,
    After(K),
    Before(K),
    Last,
}

impl<K> Position<K> {
    /// True if the page is read from its end backwards.
    pub fn is_backward(&self) -> bool {
        matches!(self, Self::Before(_) | Self::Last)
    }
}

/// Rows of a page in order, and flags for further rows on either side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice<T> {
    pub rows: Vec<T>,
    pub has_previous: bool,
    pub has_next: bool,
}

impl<T> Slice<T> {
    /// Builds a page from the up to `limit + 1` rows found in its direction.
    pub fn new<K>(mut found: Vec<T>, position: &Position<K>, limit: usize) -> Self {
        let more = found.len() > limit;
        found.truncate(limit);
        let (has_previous, has_next) = match position {
            Position::First => (false, more),
            Position::After(_) => (true, more),
            Position::Before(_) => (more, true),
            Position::Last => (more, false),
        };
        if position.is_backward() {
            found.reverse();
        }
        Self { rows: found, has_previous, has_next }
    }
}

impl<T> Slice<T> {
    /// A page of `rows`, which are complete and in the order of their keys.
    pub fn of<K: Ord>(rows: Vec<T>, key: impl Fn(&T) -> K, position: &Position<K>, limit: usize) -> Self {
        let rows = rows.into_iter();
        let found = match position {
            Position::First => rows.take(limit + 1).collect(),
            Position::After(at) => rows.filter(|row| key(row) > *at).take(limit + 1).collect(),
            Position::Before(at) => rows.rev().filter(|row| key(row) < *at).take(limit + 1).collect(),
            Position::Last => rows.rev().take(limit + 1).collect(),
        };
        Self::new(found, position, limit)
    }

    /// Copy of the page with its rows converted.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Slice<U> {
        Slice { rows: self.rows.into_iter().map(f).collect(), has_previous: self.has_previous, has_next: self.has_next }
    }
}

/// Number of rows, counted up to [`COUNT_MAX`] where a search narrows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    Exactly(i64),
    /// More than [`COUNT_MAX`].
    Many,
}

/// Bound of counts in searches.
pub const COUNT_MAX: i64 = 10_000;

impl Count {
    /// Count of rows found with a limit of [`COUNT_MAX`] + 1.
    pub fn of(rows: usize) -> Self {
        Self::capped(i64::try_from(rows).unwrap_or(i64::MAX))
    }

    pub(super) fn capped(counted: i64) -> Self {
        if counted > COUNT_MAX { Self::Many } else { Self::Exactly(counted) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(position: &Position, found: &[i32]) -> (Vec<i32>, bool, bool) {
        let slice = Slice::new(found.to_vec(), position, 2);
        (slice.rows, slice.has_previous, slice.has_next)
    }

    #[test]
    fn one_row_more_than_a_page_tells_that_there_is_another() {
        let key = Key { sort_key: "m".to_owned(), id: 3 };
        assert_eq!(slice(&Position::First, &[1, 2, 3]), (vec![1, 2], false, true));
        assert_eq!(slice(&Position::First, &[1]), (vec![1], false, false));
        assert_eq!(slice(&Position::After(key.clone()), &[4, 5]), (vec![4, 5], true, false));
        assert_eq!(slice(&Position::Before(key), &[3, 2, 1]), (vec![2, 3], true, true));
        assert_eq!(slice(&Position::Last, &[9, 8, 7]), (vec![8, 9], true, false));
    }

    #[test]
    fn rows_at_hand_are_paged_like_those_of_the_database() {
        let page = |position: Position<i32>| {
            let slice = Slice::of(vec![1, 2, 3, 4, 5], |row| *row, &position, 2);
            (slice.rows, slice.has_previous, slice.has_next)
        };
        assert_eq!(page(Position::First), (vec![1, 2], false, true));
        assert_eq!(page(Position::After(2)), (vec![3, 4], true, true));
        assert_eq!(page(Position::Before(5)), (vec![3, 4], true, true));
        assert_eq!(page(Position::Last), (vec![4, 5], true, false));
    }
}
