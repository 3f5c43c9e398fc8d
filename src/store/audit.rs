//! The audit log: appended to, read, and checked; nothing here changes or removes an entry.

use diesel::{dsl::sql, prelude::*, sql_types::Bool};

use crate::domain::{
    audit::{AuditAction, AuditEvent, By, CHAIN_START, ChainHash, Entry, Subject, SubjectKind, UnreadableEvent, chain_hash},
    clock::Timestamp,
    ids::UserId,
    scope::Scope,
};

use super::{
    Database, StoreError,
    backend::lock_row,
    schema::{audit_entries, audit_head},
    scopes,
};

/// How many entries are read at a time: a long read holds back SQLite's checkpoints.
const VERIFY_CHUNK: i64 = 1000;

/// An entry as it stands in the log.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = audit_entries)]
pub struct AuditRow {
    pub sequence: i64,
    pub at: Timestamp,
    pub actor_id: Option<UserId>,
    pub actor_name: String,
    pub source: String,
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
    /// # Errors
    /// See [`UnreadableEvent`].
    pub fn event(&self) -> Result<AuditEvent, UnreadableEvent> {
        AuditEvent::from_details(self.action, &self.details)
    }

    /// `None` for half a place.
    fn entry(&self) -> Option<Entry> {
        let place = match (self.place_kind, self.place_id, self.place_name.clone()) {
            (None, None, None) => None,
            (kind, id, name) => Some(Subject { kind: kind?, id: id?, name: name? }),
        };
        Some(Entry {
            place,
            at: self.at,
            by: By { id: self.actor_id, name: self.actor_name.clone(), source: self.source.clone() },
            action: self.action,
            subject: Subject { kind: self.subject_kind, id: self.subject_id, name: self.subject_name.clone() },
            details: self.details.clone(),
        })
    }
}

/// Appends entries to the chain. Only [`super::Store`] calls it, last in a transaction.
pub(super) fn append(db: &mut Database, entries: &[Entry]) -> Result<(), StoreError> {
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
                audit_entries::source.eq(&entry.by.source),
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

/// Of whom is told what happened to them in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfWhom {
    Everybody,
    Only(UserId),
}

/// What happened last to this portfolio or account and in it, newest first, at most `limit` entries and none of these actions.
pub fn latest_at(
    db: &mut Database,
    kind: SubjectKind,
    id: i64,
    of_whom: OfWhom,
    except: &[AuditAction],
    limit: i64,
) -> Result<Vec<AuditRow>, StoreError> {
    let newest = || {
        let known = audit_entries::table.filter(audit_entries::action.ne_all(except.to_vec()));
        known.order(audit_entries::sequence.desc()).limit(limit).select(AuditRow::as_select())
    };
    // Two questions to two indexes: the databases answer one with an OR by reading everything.
    let mut rows = newest().filter(audit_entries::subject_kind.eq(kind)).filter(audit_entries::subject_id.eq(id)).load(db)?;
    let mut there = newest().filter(audit_entries::place_kind.eq(kind)).filter(audit_entries::place_id.eq(id)).into_boxed();
    if let OfWhom::Only(user) = of_whom {
        there = there.filter(audit_entries::subject_kind.eq(SubjectKind::User)).filter(audit_entries::subject_id.eq(user.0));
    }
    rows.extend(there.load::<AuditRow>(db)?);
    rows.sort_by_key(|row| std::cmp::Reverse(row.sequence));
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(rows)
}

/// What happened last to a user in the portfolios and accounts of a scope, and with `elsewhere` in none too, newest first, at most `limit`
/// entries of these actions; any where none is named.
pub fn latest_about(
    db: &mut Database,
    user: UserId,
    scope: &Scope,
    elsewhere: bool,
    only: &[AuditAction],
    limit: i64,
) -> Result<Vec<AuditRow>, StoreError> {
    let mut places = match (scopes::within("audit_entries.place_id", scope), scopes::within("accounts.portfolio_id", scope)) {
        (Some(portfolio), Some(account)) => format!(
            "audit_entries.place_kind = 'portfolio' AND {portfolio} OR audit_entries.place_kind = 'account' \
             AND audit_entries.place_id IN (SELECT accounts.id FROM accounts WHERE {account})"
        ),
        _ => "audit_entries.place_id IS NOT NULL".to_owned(),
    };
    if elsewhere {
        places.push_str(" OR audit_entries.place_id IS NULL");
    }
    let about = audit_entries::subject_kind.eq(SubjectKind::User).and(audit_entries::subject_id.eq(user.0));
    let mut found = audit_entries::table.filter(about).filter(sql::<Bool>(&format!("({places})"))).into_boxed();
    if !only.is_empty() {
        found = found.filter(audit_entries::action.eq_any(only.to_vec()));
    }
    Ok(found.order(audit_entries::sequence.desc()).limit(limit).select(AuditRow::as_select()).load(db)?)
}

/// Follows the chain from its first entry; tells how many entries stand, or the first one that does not fit.
pub fn verify_chain(db: &mut Database) -> Result<Result<i64, i64>, StoreError> {
    let (mut sequence, mut previous) = (0, CHAIN_START);
    loop {
        let rows = audit_entries(db, sequence, VERIFY_CHUNK)?;
        if rows.is_empty() {
            let head = audit_head::table.find(1).select((audit_head::sequence, audit_head::hash)).first::<(i64, Vec<u8>)>(db)?;
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
