//! Addresses for which somebody asked for a new password, until they are looked up.

use diesel::prelude::*;

use crate::domain::clock::Timestamp;

use super::{Database, StoreError, Tx, schema::reset_requests};

/// What somebody asked for, and from where.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = reset_requests)]
pub struct ResetRequest {
    id: i64,
    /// As typed.
    pub email: String,
    /// The network address.
    pub source: String,
    pub asked_at: Timestamp,
}

/// # Errors
/// The database's.
pub fn insert(tx: &mut Tx<'_>, email: &str, source: &str, now: Timestamp) -> Result<(), StoreError> {
    diesel::insert_into(reset_requests::table)
        .values((reset_requests::email.eq(email), reset_requests::source.eq(source), reset_requests::asked_at.eq(now)))
        .execute(tx.db())?;
    Ok(())
}

/// Whether any request waits.
///
/// # Errors
/// The database's.
pub fn is_any(db: &mut Database) -> Result<bool, StoreError> {
    Ok(diesel::select(diesel::dsl::exists(reset_requests::table.select(reset_requests::id))).get_result(db)?)
}

/// Removes the requests that were made up to a moment.
///
/// # Errors
/// The database's.
pub fn drop_until(tx: &mut Tx<'_>, moment: Timestamp) -> Result<(), StoreError> {
    diesel::delete(reset_requests::table.filter(reset_requests::asked_at.le(moment))).execute(tx.db())?;
    Ok(())
}

/// Takes the request that has waited longest. Of two who try at once, one gets it.
///
/// # Errors
/// The database's.
pub fn take(tx: &mut Tx<'_>) -> Result<Option<ResetRequest>, StoreError> {
    let oldest = reset_requests::table.order(reset_requests::id).select(ResetRequest::as_select()).first(tx.db()).optional()?;
    let Some(request) = oldest else { return Ok(None) };
    let taken = diesel::delete(reset_requests::table.find(request.id)).execute(tx.db())?;
    Ok((taken == 1).then_some(request))
}
