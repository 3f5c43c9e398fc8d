//! Entries that cannot be read, since the database was changed by other means. They are shown as they are stored.

use diesel::{
    dsl::sql,
    prelude::*,
    sql_types::{Binary, Nullable},
};

use crate::{
    domain::{audit::hex, clock::Timestamp},
    store::{Database, StoreError, connection::MultiBackend, schema::audit_entries},
};

use super::chain::{AuditRow, readable, time_of};

/// An entry as it was read.
pub type ReadEntry = Result<AuditRow, UnreadableEntry>;

/// An entry with a word or a time that no version of Usher up to this one has written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableEntry {
    pub sequence: i64,
    /// `None` if the time is unreadable.
    pub at: Option<Timestamp>,
    /// Stored text of each column; `None` for a missing value.
    pub columns: Vec<(&'static str, Option<String>)>,
}

/// Position of an entry in the order of time. Instances with differing clocks may append an earlier time later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryKey {
    /// `None` for the place of this entry, whose time is unreadable.
    pub at: Option<Timestamp>,
    pub sequence: i64,
}

impl EntryKey {
    /// Position before all entries of a time.
    pub fn before(at: Timestamp) -> Self {
        Self { at: Some(at), sequence: 0 }
    }
}

impl AuditRow {
    pub fn key(&self) -> EntryKey {
        EntryKey { at: Some(self.at), sequence: self.sequence }
    }
}

/// Columns shown as text, in the order of the chain's hash.
const COLUMNS: [&str; 13] = [
    "at",
    "actor_id",
    "actor_name",
    "channel",
    "client_ip",
    "action",
    "subject_kind",
    "subject_id",
    "subject_name",
    "place_kind",
    "place_id",
    "place_name",
    "details",
];

impl UnreadableEntry {
    fn find(db: &mut Database, sequence: i64) -> Result<Self, StoreError> {
        let entry = || audit_entries::table.find(sequence);
        let mut columns = Vec::with_capacity(COLUMNS.len() + 2);
        for name in COLUMNS {
            // Read as bytes, since SQLite stores texts that are not UTF-8.
            let bytes = match db {
                Database::Sqlite(_) => format!("CAST(audit_entries.{name} AS BLOB)"),
                Database::Postgres(_) => format!("convert_to(CAST(audit_entries.{name} AS TEXT), 'UTF8')"),
            };
            let bytes = entry().select(sql::<Nullable<Binary>>(&bytes)).first::<Option<Vec<u8>>>(db)?;
            columns.push((name, bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())));
        }
        let (previous_hash, hash) = entry().select((audit_entries::previous_hash, audit_entries::hash)).first::<(Vec<u8>, Vec<u8>)>(db)?;
        columns.extend([("previous_hash", Some(hex(&previous_hash))), ("hash", Some(hex(&hash)))]);
        Ok(Self { sequence, at: time_of(db, sequence)?, columns })
    }

    /// Stored text of a column; empty for a missing value.
    pub fn column(&self, name: &str) -> &str {
        let column = self.columns.iter().find(|(other, _)| *other == name);
        column.and_then(|(_, text)| text.as_deref()).unwrap_or_default()
    }
}

/// Place of an entry in the order of time.
pub fn entry_key(entry: &ReadEntry) -> EntryKey {
    match entry {
        Ok(row) => row.key(),
        Err(unreadable) => EntryKey { at: unreadable.at, sequence: unreadable.sequence },
    }
}

/// Loads the entries of a query: together if all can be read, else one by one.
pub(super) fn load(
    db: &mut Database,
    query: impl Fn() -> audit_entries::BoxedQuery<'static, MultiBackend>,
) -> Result<Vec<ReadEntry>, StoreError> {
    if let Some(rows) = readable(query().select(AuditRow::as_select()).load(db))? {
        return Ok(rows.into_iter().map(Ok).collect());
    }
    let sequences = query().select(audit_entries::sequence).load::<i64>(db)?;
    let mut entries = Vec::with_capacity(sequences.len());
    for sequence in sequences {
        let row = readable(audit_entries::table.find(sequence).select(AuditRow::as_select()).first(db))?;
        entries.push(match row {
            Some(row) => Ok(row),
            None => Err(UnreadableEntry::find(db, sequence)?),
        });
    }
    Ok(entries)
}
