//! Entries from which the access at a past time follows.

use diesel::{dsl::sql, expression::SqlLiteral, prelude::*, sql_types::Bool};

use crate::{
    domain::{
        audit::{AuditAction, SubjectKind},
        clock::Timestamp,
    },
    store::{Database, StoreError, schema::audit_entries},
};

use super::unreadable::{self, ReadEntry, entry_key};

/// Most ids in one statement.
const CHUNK: usize = 200;

/// Entries about these subjects with one of `actions`, before a time, in the order of the chain. Unreadable ones are
/// among them, since their action or time may have been one of these.
pub fn about(
    db: &mut Database,
    kind: SubjectKind,
    ids: &[i64],
    actions: &[AuditAction],
    before: Timestamp,
) -> Result<Vec<ReadEntry>, StoreError> {
    let mut found = Vec::new();
    for ids in ids.chunks(CHUNK) {
        let entries = || {
            let about = audit_entries::table.filter(audit_entries::subject_kind.eq(kind));
            about.filter(audit_entries::subject_id.eq_any(ids.to_vec())).filter(may_be_one_of(actions)).into_boxed()
        };
        found.extend(unreadable::load(db, entries)?);
    }
    found.retain(|entry| entry_key(entry).at.is_none_or(|at| at < before));
    found.sort_unstable_by_key(|entry| entry_key(entry).sequence);
    Ok(found)
}

/// Ids of subjects of a kind in entries that may have one of `actions`, at one of these places.
pub fn subjects_at(
    db: &mut Database,
    kind: SubjectKind,
    (place, ids): (SubjectKind, &[i64]),
    actions: &[AuditAction],
) -> Result<Vec<i64>, StoreError> {
    let mut found = Vec::new();
    for ids in ids.chunks(CHUNK) {
        let subjects = audit_entries::table
            .filter(audit_entries::place_kind.eq(place))
            .filter(audit_entries::place_id.eq_any(ids))
            .filter(audit_entries::subject_kind.eq(kind))
            .filter(may_be_one_of(actions))
            .select(audit_entries::subject_id)
            .distinct();
        found.extend(subjects.load::<i64>(db)?);
    }
    Ok(found)
}

/// Ids of subjects of entries with one of `actions`.
pub fn subjects(db: &mut Database, actions: &[AuditAction]) -> Result<Vec<i64>, StoreError> {
    let entries = audit_entries::table.filter(audit_entries::action.eq_any(actions));
    Ok(entries.select(audit_entries::subject_id).distinct().load(db)?)
}

/// True for these actions and for unknown words. Not served by the index of the actions: that of the subject or place is
/// more selective.
fn may_be_one_of(actions: &[AuditAction]) -> SqlLiteral<Bool> {
    let others = AuditAction::ALL.iter().filter(|action| !actions.contains(action));
    let names = others.map(|action| format!("'{}'", action.as_str())).collect::<Vec<_>>();
    sql(&format!("(audit_entries.action || '') NOT IN ({})", names.join(", ")))
}
