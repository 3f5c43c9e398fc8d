//! Chain of audit entries: appended to and read in order. Entries are never changed or removed.

use std::{
    borrow::Cow,
    fmt,
    time::{Duration, Instant},
};

use chrono::SubsecRound as _;
use diesel::{dsl::sql, prelude::*, result::Error as QueryError, sql_types::BigInt};
use serde::{Serialize, Serializer};

use crate::{
    domain::{
        audit::{AuditAction, AuditEvent, ChainHash, ChainHead, Channel, Entry, SubjectKind, UnreadableEvent, chain_hash, hex},
        clock::Timestamp,
        ids::UserId,
    },
    store::{
        Database, StoreError,
        connection::with_backend,
        schema::{audit_entries, audit_head},
    },
};

/// Entries in one statement, with 16 bound values each: SQLite limits the number of these to 32,766.
const ROWS: usize = 1000;

/// A stored entry.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = audit_entries)]
pub struct AuditRow {
    pub sequence: i64,
    pub at: Timestamp,
    pub actor_id: Option<UserId>,
    pub actor_name: String,
    pub channel: Channel,
    pub client_ip: Option<String>,
    pub action: AuditAction,
    pub subject_kind: SubjectKind,
    pub subject_id: i64,
    pub subject_name: String,
    pub place_kind: Option<SubjectKind>,
    pub place_id: Option<i64>,
    pub place_name: Option<String>,
    pub details: String,
    pub previous_hash: Vec<u8>,
    pub hash: Vec<u8>,
}

impl AuditRow {
    /// Parses the stored event.
    ///
    /// # Errors
    /// See [`UnreadableEvent`].
    pub fn event(&self) -> Result<AuditEvent, UnreadableEvent> {
        AuditEvent::from_details(self.action, &self.details)
    }
}

/// A link of the chain: an entry as it is stored, hashed and exported, known to this version or not.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = audit_entries, treat_none_as_default_value = false)]
pub struct ChainLink {
    pub sequence: i64,
    #[serde(serialize_with = "as_micros")]
    pub at: Timestamp,
    pub actor_id: Option<i64>,
    pub actor_name: String,
    pub channel: String,
    pub client_ip: Option<String>,
    pub action: String,
    pub subject_kind: String,
    pub subject_id: i64,
    pub subject_name: String,
    pub place_kind: Option<String>,
    pub place_id: Option<i64>,
    pub place_name: Option<String>,
    pub details: String,
    #[serde(serialize_with = "as_hex")]
    pub previous_hash: Vec<u8>,
    #[serde(serialize_with = "as_hex")]
    pub hash: Vec<u8>,
}

fn as_micros<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_i64(at.and_utc().timestamp_micros())
}

fn as_hex<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&hex(bytes))
}

impl ChainLink {
    /// The link of an entry after `head`.
    fn after(head: &ChainHead, entry: &Entry) -> Self {
        let place = entry.place.as_ref();
        let mut link = Self {
            sequence: head.sequence + 1,
            // Keys of pages hold microseconds, as PostgreSQL does.
            at: entry.at.trunc_subsecs(6),
            actor_id: entry.by.id.map(|id| id.0),
            actor_name: entry.by.name.clone(),
            channel: entry.by.channel.as_str().to_owned(),
            client_ip: entry.by.client_ip.clone(),
            action: entry.action.as_str().to_owned(),
            subject_kind: entry.subject.kind.as_str().to_owned(),
            subject_id: entry.subject.id,
            subject_name: entry.subject.name.clone(),
            place_kind: place.map(|place| place.kind.as_str().to_owned()),
            place_id: place.map(|place| place.id),
            place_name: place.map(|place| place.name.clone()),
            details: entry.details.clone(),
            previous_hash: head.hash.to_vec(),
            hash: Vec::new(),
        };
        link.hash = link.expected_hash(&head.hash).to_vec();
        link
    }

    /// Hash of the fields after an entry with the hash `previous`.
    fn expected_hash(&self, previous: &ChainHash) -> ChainHash {
        let number = |number: i64| Cow::from(number.to_string());
        let fields = [
            Some(number(self.sequence)),
            Some(number(self.at.and_utc().timestamp_micros())),
            self.actor_id.map(number),
            Some(Cow::from(&self.actor_name)),
            Some(Cow::from(&self.channel)),
            self.client_ip.as_ref().map(Cow::from),
            Some(Cow::from(&self.action)),
            Some(Cow::from(&self.subject_kind)),
            Some(number(self.subject_id)),
            Some(Cow::from(&self.subject_name)),
            self.place_kind.as_ref().map(Cow::from),
            self.place_id.map(number),
            self.place_name.as_ref().map(Cow::from),
            Some(Cow::from(&self.details)),
        ];
        chain_hash(previous, &fields)
    }

    /// The head of the chain with this link after `head`; `None` if it does not fit there.
    pub(super) fn follows(&self, head: &ChainHead) -> Option<ChainHead> {
        let hash = self.expected_hash(&head.hash);
        let fits = self.sequence == head.sequence + 1 && self.previous_hash == head.hash && self.hash == hash;
        fits.then_some(ChainHead { sequence: self.sequence, hash })
    }
}

/// Appends entries to the chain. Called by [`crate::store::Store`] only, at the end of a transaction. Returns the time
/// taken by the chain: reading, hashing and updating the head, without the insertion of the entries.
pub(in crate::store) fn append(db: &mut Database, entries: &[Entry]) -> Result<Duration, StoreError> {
    let begun = Instant::now();
    let mut inserting = Duration::ZERO;
    let mut head = lock_head(db)?;
    for entries in entries.chunks(ROWS) {
        let mut links = Vec::with_capacity(entries.len());
        for entry in entries {
            let link = ChainLink::after(&head, entry);
            head = chain_head(link.sequence, &link.hash)?;
            links.push(link);
        }
        let hashed = Instant::now();
        with_backend!(&mut *db, |db| diesel::insert_into(audit_entries::table).values(&links).execute(db))?;
        inserting += hashed.elapsed();
    }
    diesel::update(audit_head::table.find(1))
        .set((audit_head::sequence.eq(head.sequence), audit_head::hash.eq(head.hash.as_slice())))
        .execute(db)?;
    Ok(begun.elapsed().saturating_sub(inserting))
}

/// Reads the head, which PostgreSQL locks. On SQLite a writer has the whole database to itself already.
fn lock_head(db: &mut Database) -> Result<ChainHead, StoreError> {
    let head = audit_head::table.find(1).select((audit_head::sequence, audit_head::hash));
    let (sequence, hash) = match db {
        Database::Sqlite(db) => head.first::<(i64, Vec<u8>)>(db)?,
        Database::Postgres(db) => head.for_update().first::<(i64, Vec<u8>)>(db)?,
    };
    chain_head(sequence, &hash)
}

pub(super) fn chain_head(sequence: i64, hash: &[u8]) -> Result<ChainHead, StoreError> {
    let hash = hash.try_into().map_err(|_| StoreError::Unknown("a hash of another length".to_owned()))?;
    Ok(ChainHead { sequence, hash })
}

/// End of the chain as noted for the next entry, and the sequence of the newest entry. Both differ only where the
/// database was tampered with.
pub(super) fn end(db: &mut Database) -> Result<(ChainHead, [i64; 2]), StoreError> {
    let oldest = sql::<BigInt>("(SELECT coalesce(min(audit_entries.sequence), 1) FROM audit_entries)");
    let newest = sql::<BigInt>("(SELECT coalesce(max(audit_entries.sequence), 0) FROM audit_entries)");
    let found = audit_head::table.find(1).select((audit_head::sequence, audit_head::hash, oldest, newest));
    let Some((sequence, hash, oldest, newest)) = found.first::<(i64, Vec<u8>, i64, i64)>(db).optional()? else {
        return Ok((ChainHead::START, [1, i64::MAX]));
    };
    Ok((chain_head(sequence, &hash)?, [oldest, newest]))
}

/// The newest entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewestEntry {
    pub head: ChainHead,
    /// `None` if the time is unreadable.
    pub at: Option<Timestamp>,
}

/// The head and the time in one line, which is read back as a head by its first word.
impl fmt::Display for NewestEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.head)?;
        self.at.map_or(Ok(()), |at| write!(f, " {}", at.format("%Y-%m-%dT%H:%M:%S%.6fZ")))
    }
}

/// The newest entry; `None` for an empty log.
pub fn newest(db: &mut Database) -> Result<Option<NewestEntry>, StoreError> {
    let newest = audit_entries::table.order(audit_entries::sequence.desc()).select((audit_entries::sequence, audit_entries::hash));
    let Some((sequence, hash)) = newest.first::<(i64, Vec<u8>)>(db).optional()? else { return Ok(None) };
    Ok(Some(NewestEntry { head: chain_head(sequence, &hash)?, at: time_of(db, sequence)? }))
}

/// Time of an entry; `None` if it is unreadable.
pub(super) fn time_of(db: &mut Database, sequence: i64) -> Result<Option<Timestamp>, StoreError> {
    readable(audit_entries::table.find(sequence).select(audit_entries::at).first(db))
}

/// Result of a query; `None` if a value cannot be read.
pub(super) fn readable<T>(found: Result<T, QueryError>) -> Result<Option<T>, StoreError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(QueryError::DeserializationError(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Up to `limit` entries after `sequence`, oldest first.
pub fn audit_entries(db: &mut Database, after: i64, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
    Ok(audit_entries::table
        .filter(audit_entries::sequence.gt(after))
        .order(audit_entries::sequence)
        .limit(limit)
        .select(AuditRow::as_select())
        .load(db)?)
}

/// Up to `limit` links after `after` and up to `last`, oldest first.
pub fn links(db: &mut Database, after: i64, last: i64, limit: i64) -> Result<Vec<ChainLink>, StoreError> {
    Ok(audit_entries::table
        .filter(audit_entries::sequence.gt(after))
        .filter(audit_entries::sequence.le(last))
        .order(audit_entries::sequence)
        .limit(limit)
        .select(ChainLink::as_select())
        .load(db)?)
}
