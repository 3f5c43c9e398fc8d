//! Password reset requests from the sign-in page, until their addresses are looked up.

use diesel::{
    dsl::{count_star, min},
    prelude::*,
};

use crate::{
    domain::clock::Timestamp,
    store::{Database, StoreError, Tx, schema::reset_requests},
};

/// Most waiting requests. A further one replaces the oldest from the network with the most.
const WAITING_MAX: i64 = 1_000;

/// A password reset request.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = reset_requests)]
pub struct ResetRequest {
    id: i64,
    /// Address as typed.
    pub email: String,
    /// Network address of the client.
    pub client_ip: String,
    pub asked_at: Timestamp,
}

/// Adds a request; `network` is the client's widest network by which requests are counted.
pub fn insert(tx: &mut Tx<'_>, email: &str, client_ip: &str, network: &str, now: Timestamp) -> Result<(), StoreError> {
    // Concurrent requests may each find the last place free; the next insert removes those beyond the bound.
    for _ in WAITING_MAX..=reset_requests::table.count().get_result::<i64>(tx.db())? {
        make_room(tx)?;
    }
    diesel::insert_into(reset_requests::table)
        .values((
            reset_requests::email.eq(email),
            reset_requests::client_ip.eq(client_ip),
            reset_requests::network.eq(network),
            reset_requests::asked_at.eq(now),
        ))
        .execute(tx.db())?;
    Ok(())
}

/// Removes the oldest request from the network with the most.
fn make_room(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let by_network = reset_requests::table.group_by(reset_requests::network).select((count_star(), min(reset_requests::id)));
    let networks = by_network.load::<(i64, Option<i64>)>(tx.db())?;
    let busiest = networks.into_iter().max_by_key(|(requests, oldest)| (*requests, oldest.map(std::cmp::Reverse)));
    if let Some((_, Some(oldest))) = busiest {
        diesel::delete(reset_requests::table.find(oldest)).execute(tx.db())?;
    }
    Ok(())
}

/// True if any request waits.
pub fn is_any(db: &mut Database) -> Result<bool, StoreError> {
    Ok(diesel::select(diesel::dsl::exists(reset_requests::table.select(reset_requests::id))).get_result(db)?)
}

/// Removes requests made up to `moment`.
pub fn drop_until(tx: &mut Tx<'_>, moment: Timestamp) -> Result<(), StoreError> {
    diesel::delete(reset_requests::table.filter(reset_requests::asked_at.le(moment))).execute(tx.db())?;
    Ok(())
}

/// Takes the request that has waited longest. Of two concurrent callers, one gets it.
pub fn take(tx: &mut Tx<'_>) -> Result<Option<ResetRequest>, StoreError> {
    let oldest = reset_requests::table.order(reset_requests::id).select(ResetRequest::as_select()).first(tx.db()).optional()?;
    let Some(request) = oldest else { return Ok(None) };
    let taken = diesel::delete(reset_requests::table.find(request.id)).execute(tx.db())?;
    Ok((taken == 1).then_some(request))
}
