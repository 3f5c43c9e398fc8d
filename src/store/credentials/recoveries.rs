//! Recovery links that no other Admin has acknowledged.

use diesel::prelude::*;

use crate::{
    domain::{
        clock::Timestamp,
        ids::{RecoveryId, UserId},
    },
    store::{
        Database, StoreError, Tx,
        schema::{audit_verification, recoveries},
    },
};

/// A recovery link that is not acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = recoveries)]
pub struct Recovery {
    pub id: RecoveryId,
    pub user_id: UserId,
    /// Display name of the user at that time.
    pub name: String,
    /// Name of the principal that made the link.
    pub made_by: String,
    pub made_at: Timestamp,
}

/// Notes a recovery link in place of an earlier one of the user.
pub fn insert(tx: &mut Tx<'_>, user: UserId, name: &str, made_by: &str, now: Timestamp) -> Result<(), StoreError> {
    diesel::delete(recoveries::table.filter(recoveries::user_id.eq(user.0))).execute(tx.db())?;
    diesel::insert_into(recoveries::table)
        .values((recoveries::user_id.eq(user.0), recoveries::name.eq(name), recoveries::made_by.eq(made_by), recoveries::made_at.eq(now)))
        .execute(tx.db())?;
    Ok(())
}

/// First damaged entry of the audit log, and all recoveries: the notices on every page of an Admin, in one query.
pub fn with_audit_damage(db: &mut Database) -> Result<(Option<i64>, Vec<Recovery>), StoreError> {
    let rows = audit_verification::table
        .find(1)
        // Joins every recovery, since ids are positive.
        .left_join(recoveries::table.on(recoveries::id.gt(0)))
        .order(recoveries::id)
        .select((audit_verification::broken_at, Option::<Recovery>::as_select()))
        .load::<(Option<i64>, Option<Recovery>)>(db)?;
    let damage = rows.first().and_then(|(broken_at, _)| *broken_at);
    Ok((damage, rows.into_iter().filter_map(|(_, recovery)| recovery).collect()))
}

pub fn find(db: &mut Database, id: RecoveryId) -> Result<Option<Recovery>, StoreError> {
    Ok(recoveries::table.find(id.0).select(Recovery::as_select()).first(db).optional()?)
}

/// Recoveries made until `before`.
pub fn older(db: &mut Database, before: Timestamp) -> Result<Vec<Recovery>, StoreError> {
    Ok(recoveries::table.filter(recoveries::made_at.le(before)).select(Recovery::as_select()).load(db)?)
}

/// Removes a recovery. Of several requests at once, one gets `true`.
pub fn remove(tx: &mut Tx<'_>, id: RecoveryId) -> Result<bool, StoreError> {
    Ok(diesel::delete(recoveries::table.find(id.0)).execute(tx.db())? == 1)
}
