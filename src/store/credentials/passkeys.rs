//! Passkeys, and challenges that were answered.

use diesel::prelude::*;

use crate::{
    domain::{
        clock::Timestamp,
        credentials::passkey::{NewPasskey, UserHandle},
        ids::{PasskeyId, UserId},
        text::PasskeyName,
    },
    store::{
        Database, StoreError, Tx,
        connection::with_backend,
        schema::{passkeys, used_challenges},
        users::{self, User},
    },
};

use super::two_factor::note_methods;

/// A passkey of a user.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = passkeys)]
pub struct PasskeyRow {
    pub id: PasskeyId,
    pub user_id: UserId,
    pub user_handle: Vec<u8>,
    pub credential_id: Vec<u8>,
    pub credential: String,
    pub name: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    /// First refusal because of the counter.
    pub suspected_at: Option<Timestamp>,
}

/// The user's passkeys, the oldest first.
pub fn of_user(db: &mut Database, user: UserId) -> Result<Vec<PasskeyRow>, StoreError> {
    Ok(passkeys::table.filter(passkeys::user_id.eq(user.0)).order(passkeys::id).select(PasskeyRow::as_select()).load(db)?)
}

/// Handle by which authenticators know the user, if there is a passkey.
pub fn handle_of(db: &mut Database, user: UserId) -> Result<Option<UserHandle>, StoreError> {
    let first = passkeys::table.filter(passkeys::user_id.eq(user.0)).order(passkeys::id).select(passkeys::user_handle);
    Ok(first.first::<Vec<u8>>(db).optional()?.and_then(|handle| UserHandle::from_bytes(&handle)))
}

/// A passkey by the id of its credential, with its user, who is not deleted.
pub fn find(db: &mut Database, credential_id: &[u8]) -> Result<Option<(PasskeyRow, User)>, StoreError> {
    let passkey = passkeys::table.filter(passkeys::credential_id.eq(credential_id)).select(PasskeyRow::as_select());
    let Some(passkey) = passkey.first::<PasskeyRow>(db).optional()? else { return Ok(None) };
    Ok(users::find(db, passkey.user_id)?.map(|user| (passkey, user)))
}

/// True if the credential is stored, for whichever user.
pub fn is_known(db: &mut Database, credential_id: &[u8]) -> Result<bool, StoreError> {
    let known = passkeys::table.filter(passkeys::credential_id.eq(credential_id)).select(passkeys::id);
    Ok(diesel::select(diesel::dsl::exists(known)).get_result(db)?)
}

/// Adds a passkey. Sign-ins by password need a second step from then on.
///
/// # Errors
/// A unique violation where the credential is known.
pub fn insert(tx: &mut Tx<'_>, user: UserId, new: &NewPasskey, name: &PasskeyName, now: Timestamp) -> Result<PasskeyId, StoreError> {
    let id = diesel::insert_into(passkeys::table)
        .values((
            passkeys::user_id.eq(user.0),
            passkeys::user_handle.eq(new.handle.as_bytes()),
            passkeys::credential_id.eq(new.credential_id.as_slice()),
            passkeys::credential.eq(new.credential.as_str()),
            passkeys::sign_count.eq(i64::from(new.sign_count)),
            passkeys::name.eq(name.as_str()),
            passkeys::created_at.eq(now),
        ))
        .returning(passkeys::id)
        .get_result::<PasskeyId>(tx.db())?;
    note_methods(tx, user, now)?;
    Ok(id)
}

pub fn rename(tx: &mut Tx<'_>, id: PasskeyId, name: &PasskeyName) -> Result<(), StoreError> {
    diesel::update(passkeys::table.find(id.0)).set(passkeys::name.eq(name.as_str())).execute(tx.db())?;
    Ok(())
}

/// Removes a passkey of a user; tells if it was there.
pub fn remove(tx: &mut Tx<'_>, user: UserId, id: PasskeyId, now: Timestamp) -> Result<bool, StoreError> {
    let removed = diesel::delete(passkeys::table.find(id.0).filter(passkeys::user_id.eq(user.0))).execute(tx.db())?;
    note_methods(tx, user, now)?;
    Ok(removed == 1)
}

/// Removes the passkeys that a user made after `since`; returns their number.
pub fn remove_later(tx: &mut Tx<'_>, user: UserId, since: Timestamp, now: Timestamp) -> Result<usize, StoreError> {
    let later = passkeys::table.filter(passkeys::user_id.eq(user.0)).filter(passkeys::created_at.gt(since));
    let removed = diesel::delete(later).execute(tx.db())?;
    note_methods(tx, user, now)?;
    Ok(removed)
}

/// Removes all passkeys of a user; returns their number.
pub fn remove_all(tx: &mut Tx<'_>, user: UserId, now: Timestamp) -> Result<usize, StoreError> {
    let removed = diesel::delete(passkeys::table.filter(passkeys::user_id.eq(user.0))).execute(tx.db())?;
    note_methods(tx, user, now)?;
    Ok(removed)
}

/// Notes a use, unless the counter of signatures goes back. Passkeys without a counter have 0.
pub fn note_use(tx: &mut Tx<'_>, id: PasskeyId, sign_count: u32, credential: &str, now: Timestamp) -> Result<bool, StoreError> {
    let count = i64::from(sign_count);
    // Stored counts below this one are behind it: all lower ones, and 0 for 0.
    let below = count.max(1);
    let touched = diesel::update(passkeys::table.find(id.0).filter(passkeys::sign_count.lt(below)))
        .set((passkeys::sign_count.eq(count), passkeys::credential.eq(credential), passkeys::last_used_at.eq(Some(now))))
        .execute(tx.db())?;
    Ok(touched == 1)
}

/// Notes that a passkey may have been copied; true for the first time.
pub fn suspect(tx: &mut Tx<'_>, id: PasskeyId, now: Timestamp) -> Result<bool, StoreError> {
    let unsuspected = passkeys::table.find(id.0).filter(passkeys::suspected_at.is_null());
    Ok(diesel::update(unsuspected).set(passkeys::suspected_at.eq(Some(now))).execute(tx.db())? == 1)
}

/// Notes that a challenge was answered. Of several answers, also at once, one gets `true`.
pub fn use_challenge(tx: &mut Tx<'_>, hash: [u8; 32], expires_at: Timestamp) -> Result<bool, StoreError> {
    let row = (used_challenges::hash.eq(hash.as_slice()), used_challenges::expires_at.eq(expires_at));
    let written = with_backend!(tx.db(), |connection| diesel::insert_into(used_challenges::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(connection))?;
    Ok(written == 1)
}

/// True if a challenge was answered.
pub fn is_used(db: &mut Database, hash: [u8; 32]) -> Result<bool, StoreError> {
    let used = used_challenges::table.find(hash.as_slice()).select(used_challenges::hash);
    Ok(diesel::select(diesel::dsl::exists(used)).get_result(db)?)
}

/// Forgets challenges that expired.
pub fn sweep_challenges(tx: &mut Tx<'_>, now: Timestamp) -> Result<usize, StoreError> {
    Ok(diesel::delete(used_challenges::table.filter(used_challenges::expires_at.le(now))).execute(tx.db())?)
}
