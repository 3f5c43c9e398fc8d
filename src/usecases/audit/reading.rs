//! Pages of the log, newest first, with a bound on the entries that one request examines.

use crate::store::{
    Database, ReadEntry, StoreError,
    audit::log::{self, Bounds, Direction, Entries, EntryKey, IndexRange},
    entry_key,
    page::{COUNT_MAX, Count, Position, Slice},
};

/// Most rows that one request examines. A search beyond goes on with another request.
pub const EXAMINED_MAX: usize = 20_000;

/// One page of the log, or of another list that is searched row by row.
#[derive(Debug, Clone)]
pub struct LogPage<T = ReadEntry, K = EntryKey> {
    pub rows: Slice<T>,
    /// Last examined row, if the search stopped before the end and before the page was full.
    pub stopped: Option<K>,
}

impl<T, K> LogPage<T, K> {
    /// Number of rows of a search that examined all of them for its first page.
    pub(super) fn whole(&self, position: &Position<K>) -> Option<Count> {
        let is_whole = matches!(position, Position::First) && !self.rows.has_next && self.stopped.is_none();
        is_whole.then(|| Count::of(self.rows.rows.len()))
    }
}

/// Counts the entries of these ranges.
pub(super) fn count(db: &mut Database, ranges: &[IndexRange], bounds: Bounds) -> Result<Count, StoreError> {
    let max = usize::try_from(COUNT_MAX).unwrap_or(usize::MAX).saturating_add(1);
    Ok(Count::of(log::count(db, ranges, bounds, max)?))
}

/// Reads the entries of these ranges that `keep` accepts.
pub(super) fn page(
    db: &mut Database,
    ranges: &[IndexRange],
    bounds: Bounds,
    position: &Position<EntryKey>,
    limit: usize,
    mut keep: impl FnMut(&mut Database, &ReadEntry) -> Result<bool, StoreError>,
) -> Result<LogPage, StoreError> {
    let direction = if position.is_backward() { Direction::OldestFirst } else { Direction::NewestFirst };
    let bounds = match position {
        Position::First | Position::Last => bounds,
        Position::After(key) => Bounds { before: Some(bounds.before.map_or(*key, |before| before.min(*key))), ..bounds },
        Position::Before(key) => {
            Bounds { after: Some(bounds.after.filter(|after| key.at.is_some() && after > key).unwrap_or(*key)), ..bounds }
        }
    };
    let mut entries = Entries::new(ranges, bounds, direction, limit.saturating_add(1));
    let (mut found, mut examined, mut stopped) = (Vec::new(), 0, None);
    while found.len() <= limit {
        let Some(entry) = entries.next(db)? else { break };
        let key = entry_key(&entry);
        if keep(db, &entry)? {
            found.push(entry);
        }
        examined += 1;
        if examined == EXAMINED_MAX && found.len() <= limit {
            stopped = entries.next(db)?.map(|_| key);
            break;
        }
    }
    Ok(LogPage { rows: Slice::new(found, position, limit), stopped })
}
