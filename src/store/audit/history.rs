//! Entries from which the access at a past time follows.

use diesel::{dsl::sql, expression::SqlLiteral, prelude::*, sql_types::Bool};

use crate::{
    domain::{
        audit::{AuditAction, SubjectKind},
        clock::Timestamp,
    },
    store::{Database, StoreError, schema::audit_entries},
};

use super::chain::AuditRow;

/// Most ids in one statement.
const CHUNK: usize = 200;

/// Entries about these subjects with one of `actions`, before a time, in the order of the chain.
pub fn about(
    db: &mut Database,
    kind: SubjectKind,
    ids: &[i64],
    actions: &[AuditAction],
    before: Timestamp,
) -> Result<Vec<AuditRow>, StoreError> {
    let mut found = Vec::new();
    for ids in ids.chunks(CHUNK) {
        let rows = audit_entries::table
            .filter(audit_entries::subject_kind.eq(kind))
            .filter(audit_entries::subject_id.eq_any(ids))
            .filter(audit_entries::at.lt(before))
            .filter(is_one_of(actions))
            .select(AuditRow::as_select())
            .load::<AuditRow>(db)?;
        found.extend(rows);
    }
    found.sort_unstable_by_key(|row| row.sequence);
    Ok(found)
}

/// Ids of subjects of a kind in entries with one of `actions` at one of these places, before a time.
pub fn subjects_at(
    db: &mut Database,
    kind: SubjectKind,
    (place, ids): (SubjectKind, &[i64]),
    actions: &[AuditAction],
    before: Timestamp,
) -> Result<Vec<i64>, StoreError> {
    let mut found = Vec::new();
    for ids in ids.chunks(CHUNK) {
        let subjects = audit_entries::table
            .filter(audit_entries::place_kind.eq(place))
            .filter(audit_entries::place_id.eq_any(ids))
            .filter(audit_entries::subject_kind.eq(kind))
            .filter(audit_entries::at.lt(before))
            .filter(is_one_of(actions))
            .select(audit_entries::subject_id)
            .distinct();
        found.extend(subjects.load::<i64>(db)?);
    }
    Ok(found)
}

/// Ids of subjects of entries with one of `actions`, before a time.
pub fn subjects(db: &mut Database, actions: &[AuditAction], before: Timestamp) -> Result<Vec<i64>, StoreError> {
    let entries = audit_entries::table.filter(audit_entries::action.eq_any(actions)).filter(audit_entries::at.lt(before));
    Ok(entries.select(audit_entries::subject_id).distinct().load(db)?)
}

/// Condition that is not served by the index of the actions: that of the subject or place is more selective.
fn is_one_of(actions: &[AuditAction]) -> SqlLiteral<Bool> {
    let names = actions.iter().map(|action| format!("'{}'", action.as_str())).collect::<Vec<_>>();
    sql(&format!("(audit_entries.action || '') IN ({})", names.join(", ")))
}
