//! Entries of the log in the order of their time, read along the indexes of `audit_entries`. Each of these begins with
//! one value, or a kind and an id, and ends in (at, sequence): a range of it is read from either end without sorting.

use std::collections::{HashSet, VecDeque};

use diesel::{dsl::sql, expression::SqlLiteral, prelude::*, sql_types::Bool};

use crate::{
    domain::{
        audit::{AuditAction, SubjectKind},
        ids::{EntryId, PortfolioId, UserId},
    },
    store::{
        Database, StoreError,
        connection::MultiBackend,
        schema::{accounts, assets, audit_entries, audit_head, portfolios, user_groups},
        views::users,
    },
};

use super::unreadable::{self, ReadEntry, entry_key};

pub use super::unreadable::EntryKey;

/// Most rows of one read.
const READ_MAX: usize = 1000;

/// Entries that an index holds side by side, in the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexRange {
    Everything,
    Actor(UserId),
    Action(AuditAction),
    Subject(SubjectKind, i64),
    Place(SubjectKind, i64),
}

impl IndexRange {
    /// Ranges of a thing. Two of them, since with an OR the databases would read the whole table.
    pub fn of(kind: SubjectKind, id: i64) -> [Self; 2] {
        [Self::Subject(kind, id), Self::Place(kind, id)]
    }
}

/// Bounds of a read, both exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bounds {
    pub after: Option<EntryKey>,
    pub before: Option<EntryKey>,
    /// Newest entry to read, by its sequence.
    pub up_to: Option<i64>,
}

/// Direction of a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    NewestFirst,
    OldestFirst,
}

/// Entries of several index ranges merged into one order, each once.
#[derive(Debug)]
pub struct Entries {
    ranges: Vec<Unread>,
    direction: Direction,
    last: Option<EntryKey>,
}

/// Rest of a range.
#[derive(Debug)]
struct Unread {
    range: IndexRange,
    bounds: Bounds,
    buffer: VecDeque<ReadEntry>,
    /// Rows of the next read; 0 after the end.
    rows: usize,
}

impl Entries {
    /// Begins with reads of up to `rows` entries. Further reads are longer.
    pub fn new(ranges: &[IndexRange], bounds: Bounds, direction: Direction, rows: usize) -> Self {
        let unread = |&range: &IndexRange| Unread { range, bounds, buffer: VecDeque::new(), rows: rows.clamp(1, READ_MAX) };
        Self { ranges: ranges.iter().map(unread).collect(), direction, last: None }
    }

    /// The next entry.
    pub fn next(&mut self, db: &mut Database) -> Result<Option<ReadEntry>, StoreError> {
        loop {
            for unread in &mut self.ranges {
                unread.fill(db, self.direction)?;
            }
            let heads = self.ranges.iter_mut().filter(|unread| !unread.buffer.is_empty());
            let key = |unread: &&mut Unread| unread.buffer.front().map(entry_key);
            // An entry without a readable time comes next, or it would hold up the rest of its range.
            let next = match self.direction {
                Direction::NewestFirst => heads.max_by_key(|unread| key(unread).map(|key| (key.at.is_none(), key))),
                Direction::OldestFirst => heads.min_by_key(key),
            };
            let Some(entry) = next.and_then(|unread| unread.buffer.pop_front()) else { return Ok(None) };
            // An entry may lie in two ranges.
            let key = entry_key(&entry);
            if self.last != Some(key) {
                self.last = Some(key);
                return Ok(Some(entry));
            }
        }
    }
}

impl Unread {
    fn fill(&mut self, db: &mut Database, direction: Direction) -> Result<(), StoreError> {
        if self.rows == 0 || !self.buffer.is_empty() {
            return Ok(());
        }
        let found = read(db, self.range, self.bounds, direction, self.rows)?;
        let last = found.last().map(entry_key);
        match direction {
            Direction::NewestFirst => self.bounds.before = last,
            Direction::OldestFirst => self.bounds.after = last,
        }
        self.rows = if found.len() < self.rows { 0 } else { (self.rows * 4).min(READ_MAX) };
        self.buffer = found.into();
        Ok(())
    }
}

type Query = audit_entries::BoxedQuery<'static, MultiBackend>;

fn within(range: IndexRange, bounds: Bounds) -> Query {
    let query = audit_entries::table.into_boxed();
    let mut query = match range {
        IndexRange::Everything => query,
        IndexRange::Actor(user) => query.filter(audit_entries::actor_id.eq(user.0)),
        IndexRange::Action(action) => query.filter(audit_entries::action.eq(action)),
        IndexRange::Subject(kind, id) => query.filter(audit_entries::subject_kind.eq(kind)).filter(audit_entries::subject_id.eq(id)),
        IndexRange::Place(kind, id) => query.filter(audit_entries::place_kind.eq(kind)).filter(audit_entries::place_id.eq(id)),
    };
    // Written as two conditions, since Diesel can write row comparisons only as literals.
    query = match bounds.after {
        Some(EntryKey { at: Some(at), sequence }) => {
            query.filter(audit_entries::at.ge(at)).filter(audit_entries::at.gt(at).or(audit_entries::sequence.gt(sequence)))
        }
        Some(EntryKey { at: None, sequence }) => query.filter(beyond(">", sequence)),
        None => query,
    };
    query = match bounds.before {
        Some(EntryKey { at: Some(at), sequence }) => {
            query.filter(audit_entries::at.le(at)).filter(audit_entries::at.lt(at).or(audit_entries::sequence.lt(sequence)))
        }
        Some(EntryKey { at: None, sequence }) => query.filter(beyond("<", sequence)),
        None => query,
    };
    if let Some(sequence) = bounds.up_to {
        query = query.filter(audit_entries::sequence.le(sequence));
    }
    query
}

/// True for entries on one side of an entry whose time is unreadable, by its stored time.
fn beyond(than: &str, sequence: i64) -> SqlLiteral<Bool> {
    sql(&format!(
        "(audit_entries.at, audit_entries.sequence) {than} \
         (SELECT stored.at, stored.sequence FROM audit_entries AS stored WHERE stored.sequence = {sequence})"
    ))
}

fn read(db: &mut Database, range: IndexRange, bounds: Bounds, direction: Direction, limit: usize) -> Result<Vec<ReadEntry>, StoreError> {
    unreadable::load(db, || {
        let query = within(range, bounds).limit(i64::try_from(limit).unwrap_or(i64::MAX));
        match direction {
            Direction::NewestFirst => query.order((audit_entries::at.desc(), audit_entries::sequence.desc())),
            Direction::OldestFirst => query.order((audit_entries::at, audit_entries::sequence)),
        }
    })
}

/// The newest `limit` entries about these portfolios and in them, newest first: one statement, which reads no more than
/// `limit` entries of each range.
pub fn newest_in(db: &mut Database, portfolios: &[PortfolioId], limit: usize) -> Result<Vec<ReadEntry>, StoreError> {
    if portfolios.is_empty() {
        return Ok(Vec::new());
    }
    let order = format!("ORDER BY at DESC, sequence DESC LIMIT {limit}");
    let newest = |name: &str, id: &PortfolioId| {
        let of_portfolio = format!("{name}_kind = 'portfolio' AND {name}_id = {id}");
        format!("SELECT * FROM (SELECT at, sequence FROM audit_entries WHERE {of_portfolio} {order}) AS newest_{name}_{id}")
    };
    let ranges = portfolios.iter().flat_map(|id| [newest("subject", id), newest("place", id)]).collect::<Vec<_>>().join(" UNION ALL ");
    let found = format!("audit_entries.sequence IN (SELECT sequence FROM ({ranges}) AS newest {order})");
    let mut entries = unreadable::load(db, || audit_entries::table.filter(sql::<Bool>(&found)).into_boxed())?;
    entries.sort_unstable_by_key(|entry| std::cmp::Reverse(entry_key(entry)));
    Ok(entries)
}

/// Number of entries in these ranges, counted up to `max`. An entry in two ranges is counted twice.
pub fn count(db: &mut Database, ranges: &[IndexRange], bounds: Bounds, max: usize) -> Result<usize, StoreError> {
    let mut counted = 0;
    for range in ranges {
        // In the index's order, or PostgreSQL would read the whole range before it finds the last one that counts.
        let rows = within(*range, bounds).order((audit_entries::at, audit_entries::sequence)).select(audit_entries::sequence);
        let last = max.saturating_sub(counted).saturating_sub(1);
        if rows.offset(i64::try_from(last).unwrap_or(i64::MAX)).first::<i64>(db).optional()?.is_some() {
            return Ok(max);
        }
        counted += usize::try_from(within(*range, bounds).count().get_result::<i64>(db)?).unwrap_or(usize::MAX);
    }
    Ok(counted)
}

/// Finds an entry.
pub fn find(db: &mut Database, entry: EntryId) -> Result<Option<ReadEntry>, StoreError> {
    Ok(unreadable::load(db, || audit_entries::table.find(entry.0).into_boxed())?.pop())
}

/// Sequence of the newest entry; 0 without entries.
pub fn newest(db: &mut Database) -> Result<i64, StoreError> {
    Ok(audit_head::table.find(1).select(audit_head::sequence).first(db)?)
}

/// Name of a user or thing in its newest entry; `None` without a readable one.
pub fn last_name(db: &mut Database, kind: SubjectKind, id: i64) -> Result<Option<String>, StoreError> {
    let actor = (kind == SubjectKind::User).then_some(IndexRange::Actor(UserId(id)));
    let ranges = IndexRange::of(kind, id).into_iter().chain(actor).collect::<Vec<_>>();
    let newest = Entries::new(&ranges, Bounds::default(), Direction::NewestFirst, 1).next(db)?;
    Ok(newest.and_then(Result::ok).and_then(|row| {
        if (row.subject_kind, row.subject_id) == (kind, id) {
            Some(row.subject_name)
        } else if (row.place_kind, row.place_id) == (Some(kind), Some(id)) {
            row.place_name
        } else {
            Some(row.actor_name)
        }
    }))
}

/// Filters the things by existence. Mails do not count.
pub fn existing(db: &mut Database, things: &[(SubjectKind, i64)]) -> Result<HashSet<(SubjectKind, i64)>, StoreError> {
    let mut found = HashSet::new();
    for kind in [SubjectKind::User, SubjectKind::Group, SubjectKind::Portfolio, SubjectKind::Account, SubjectKind::Asset] {
        let ids = things.iter().filter(|(other, _)| *other == kind).map(|(_, id)| *id).collect::<Vec<_>>();
        if ids.is_empty() {
            continue;
        }
        let ids = match kind {
            SubjectKind::User => users::table.filter(users::id.eq_any(ids)).select(users::id).load::<i64>(db)?,
            SubjectKind::Group => user_groups::table.filter(user_groups::id.eq_any(ids)).select(user_groups::id).load(db)?,
            SubjectKind::Portfolio => portfolios::table.filter(portfolios::id.eq_any(ids)).select(portfolios::id).load(db)?,
            SubjectKind::Account => accounts::table.filter(accounts::id.eq_any(ids)).select(accounts::id).load(db)?,
            SubjectKind::Asset => {
                let kept = assets::table.filter(assets::id.eq_any(ids)).filter(assets::deleted_at.is_null());
                kept.select(assets::id).load(db)?
            }
            SubjectKind::Company | SubjectKind::Mail => Vec::new(),
        };
        found.extend(ids.into_iter().map(|id| (kind, id)));
    }
    Ok(found)
}
