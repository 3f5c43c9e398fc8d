//! Chain of audit entries: appended to, read in order, and verified. Entries are never changed or removed.

use diesel::prelude::*;

use crate::{
    domain::{
        audit::{AuditAction, AuditEvent, By, CHAIN_START, ChainHash, Channel, Entry, Subject, SubjectKind, UnreadableEvent, chain_hash},
        clock::Timestamp,
        ids::UserId,
    },
    store::{
        Database, StoreError,
        backend::lock_row,
        schema::{audit_entries, audit_head},
    },
};

/// Entries read at a time: a long read holds back SQLite's checkpoints.
const VERIFY_CHUNK: i64 = 1000;

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

    /// The entry as it was hashed; `None` for an incomplete place.
    fn entry(&self) -> Option<Entry> {
        let place = match (self.place_kind, self.place_id, self.place_name.clone()) {
            (None, None, None) => None,
            (kind, id, name) => Some(Subject { kind: kind?, id: id?, name: name? }),
        };
        Some(Entry {
            place,
            at: self.at,
            by: By { id: self.actor_id, name: self.actor_name.clone(), channel: self.channel, client_ip: self.client_ip.clone() },
            action: self.action,
            subject: Subject { kind: self.subject_kind, id: self.subject_id, name: self.subject_name.clone() },
            details: self.details.clone(),
        })
    }
}

/// Appends entries to the chain. Called by [`crate::store::Store`] only, at the end of a transaction.
pub(in crate::store) fn append(db: &mut Database, entries: &[Entry]) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    lock_row(db, "audit_head", 1)?;
    let (mut sequence, previous) =
        audit_head::table.find(1).select((audit_head::sequence, audit_head::hash)).first::<(i64, Vec<u8>)>(db)?;
    let mut previous = chain_link(&previous)?;
    for entry in entries {
        sequence += 1;
        let hash = chain_hash(&previous, sequence, entry);
        diesel::insert_into(audit_entries::table)
            .values((
                audit_entries::sequence.eq(sequence),
                audit_entries::at.eq(entry.at),
                audit_entries::actor_id.eq(entry.by.id.map(|id| id.0)),
                audit_entries::actor_name.eq(&entry.by.name),
                audit_entries::channel.eq(entry.by.channel),
                audit_entries::client_ip.eq(&entry.by.client_ip),
                audit_entries::action.eq(entry.action),
                audit_entries::subject_kind.eq(entry.subject.kind),
                audit_entries::subject_id.eq(entry.subject.id),
                audit_entries::subject_name.eq(&entry.subject.name),
                audit_entries::place_kind.eq(entry.place.as_ref().map(|place| place.kind)),
                audit_entries::place_id.eq(entry.place.as_ref().map(|place| place.id)),
                audit_entries::place_name.eq(entry.place.as_ref().map(|place| place.name.as_str())),
                audit_entries::details.eq(&entry.details),
                audit_entries::previous_hash.eq(previous.as_slice()),
                audit_entries::hash.eq(hash.as_slice()),
            ))
            .execute(db)?;
        previous = hash;
    }
    diesel::update(audit_head::table.find(1))
        .set((audit_head::sequence.eq(sequence), audit_head::hash.eq(previous.as_slice())))
        .execute(db)?;
    Ok(())
}

fn chain_link(hash: &[u8]) -> Result<ChainHash, StoreError> {
    hash.try_into().map_err(|_| StoreError::Unknown("a hash of another length".to_owned()))
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

/// Verifies the chain from its first entry; returns the number of entries, or the sequence of the first one that does
/// not fit.
pub fn verify_chain(db: &mut Database) -> Result<Result<i64, i64>, StoreError> {
    let (mut sequence, mut previous) = (0, CHAIN_START);
    loop {
        // Read before the entries, so that entries appended meanwhile are not reported as missing.
        let head = audit_head::table.find(1).select((audit_head::sequence, audit_head::hash)).first::<(i64, Vec<u8>)>(db)?;
        let rows = audit_entries(db, sequence, VERIFY_CHUNK)?;
        if rows.is_empty() {
            return Ok(if head == (sequence, previous.to_vec()) { Ok(sequence) } else { Err(sequence + 1) });
        }
        for row in rows {
            let expected = row.entry().map(|entry| chain_hash(&previous, sequence + 1, &entry));
            if row.sequence != sequence + 1 || row.previous_hash != previous || expected.is_none_or(|expected| row.hash != expected) {
                return Ok(Err(sequence + 1));
            }
            (sequence, previous) = (row.sequence, chain_link(&row.hash)?);
        }
    }
}
