//! Authenticator apps and recovery codes.

use diesel::prelude::*;

use crate::{
    domain::{clock::Timestamp, credentials::password::PasswordHash, ids::UserId},
    store::{
        Database, StoreError, Tx,
        schema::{authenticator_apps, passkeys, recovery_codes},
        users,
    },
};

/// Authenticator app of a user.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = authenticator_apps)]
pub struct AppRow {
    pub sealed_secret: Vec<u8>,
    /// Half minute of the last accepted code.
    pub last_step: i64,
    pub last_used_at: Option<Timestamp>,
    pub recovery_salt: Vec<u8>,
}

/// An app to be inserted, with the hashes of its recovery codes.
#[derive(Debug, Clone)]
pub struct NewApp<'a> {
    pub user: UserId,
    pub sealed_secret: &'a [u8],
    pub step: i64,
    pub codes: &'a HashedCodes,
    pub now: Timestamp,
}

/// Hashes of recovery codes, all with one salt.
#[derive(Debug, Clone)]
pub struct HashedCodes {
    pub salt: [u8; 16],
    pub hashes: Vec<PasswordHash>,
}

/// The user's app, if there is one.
pub fn app(db: &mut Database, user: UserId) -> Result<Option<AppRow>, StoreError> {
    Ok(authenticator_apps::table.find(user.0).select(AppRow::as_select()).first(db).optional()?)
}

/// Adds an app.
///
/// # Errors
/// A unique violation where there is one.
pub fn turn_on(tx: &mut Tx<'_>, new: &NewApp<'_>) -> Result<(), StoreError> {
    diesel::insert_into(authenticator_apps::table)
        .values((
            authenticator_apps::user_id.eq(new.user.0),
            authenticator_apps::sealed_secret.eq(new.sealed_secret),
            authenticator_apps::last_step.eq(new.step),
            authenticator_apps::recovery_salt.eq(new.codes.salt.as_slice()),
        ))
        .execute(tx.db())?;
    insert_codes(tx, new.user, new.codes)?;
    note_methods(tx, new.user, new.now)
}

/// Removes the app and the recovery codes. Tells if there was an app.
pub fn turn_off(tx: &mut Tx<'_>, user: UserId, now: Timestamp) -> Result<bool, StoreError> {
    let removed = diesel::delete(authenticator_apps::table.find(user.0)).execute(tx.db())?;
    note_methods(tx, user, now)?;
    Ok(removed == 1)
}

/// Notes since when the user has an app or a passkey: sign-ins by password then need a second step.
pub(super) fn note_methods(tx: &mut Tx<'_>, user: UserId, now: Timestamp) -> Result<(), StoreError> {
    let app = authenticator_apps::table.find(user.0).select(authenticator_apps::user_id);
    let passkey = passkeys::table.filter(passkeys::user_id.eq(user.0)).select(passkeys::id);
    let has_app = diesel::select(diesel::dsl::exists(app)).get_result::<bool>(tx.db())?;
    let has_passkey = diesel::select(diesel::dsl::exists(passkey)).get_result::<bool>(tx.db())?;
    users::set_two_factor_since(tx, user, (has_app || has_passkey).then_some(now))
}

/// Accepts a code of this half minute. Of several requests with one code, also at once, one gets `true`; codes before an
/// accepted one are refused.
pub fn accept_step(tx: &mut Tx<'_>, user: UserId, step: i64, now: Timestamp) -> Result<bool, StoreError> {
    let app = authenticator_apps::table.find(user.0).filter(authenticator_apps::last_step.lt(step));
    let changes = (authenticator_apps::last_step.eq(step), authenticator_apps::last_used_at.eq(Some(now)));
    Ok(diesel::update(app).set(changes).execute(tx.db())? == 1)
}

/// Consumes a recovery code. Of several requests with one code, one gets `true`.
pub fn use_recovery_code(tx: &mut Tx<'_>, user: UserId, hash: &PasswordHash) -> Result<bool, StoreError> {
    Ok(diesel::delete(recovery_codes::table.find((user.0, hash.as_str()))).execute(tx.db())? == 1)
}

/// Number of unused recovery codes.
pub fn codes_left(db: &mut Database, user: UserId) -> Result<u64, StoreError> {
    let left = recovery_codes::table.filter(recovery_codes::user_id.eq(user.0)).count().get_result::<i64>(db)?;
    Ok(left.unsigned_abs())
}

/// Replaces all recovery codes.
pub fn replace_codes(tx: &mut Tx<'_>, user: UserId, codes: &HashedCodes) -> Result<(), StoreError> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user.0))).execute(tx.db())?;
    diesel::update(authenticator_apps::table.find(user.0))
        .set(authenticator_apps::recovery_salt.eq(codes.salt.as_slice()))
        .execute(tx.db())?;
    insert_codes(tx, user, codes)
}

fn insert_codes(tx: &mut Tx<'_>, user: UserId, codes: &HashedCodes) -> Result<(), StoreError> {
    for hash in &codes.hashes {
        diesel::insert_into(recovery_codes::table)
            .values((recovery_codes::user_id.eq(user.0), recovery_codes::hash.eq(hash.as_str())))
            .execute(tx.db())?;
    }
    Ok(())
}
