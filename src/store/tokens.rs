//! Single-use links: one table, and one function that consumes a link.

use diesel::prelude::*;

use crate::domain::{
    clock::Timestamp,
    credentials::{
        password::PasswordHash,
        token::{TokenEnd, TokenHash, TokenPurpose},
    },
    ids::{TokenId, UserId},
};

use super::{
    Database, StoreError, Tx, outbox,
    schema::{outbox as outbox_table, tokens},
};

/// A stored link.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = tokens)]
pub struct TokenRow {
    pub id: TokenId,
    pub user_id: Option<UserId>,
    /// Address that the link was sent to.
    pub email: Option<String>,
    /// User who caused the link; `None` for a password reset requested at the sign-in page.
    pub asked_by: Option<UserId>,
    /// Of a link that undoes a change of address: the hash of the password at the time of the change.
    pub password_hash: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub ended_as: Option<TokenEnd>,
}

/// A link to be inserted.
#[derive(Debug, Clone)]
pub struct NewToken<'a> {
    pub purpose: TokenPurpose,
    pub hash: TokenHash,
    pub user: Option<UserId>,
    pub email: Option<&'a str>,
    pub asked_by: Option<UserId>,
    pub expires_at: Timestamp,
    pub now: Timestamp,
}

/// # Errors
/// A unique violation where the user has an open link for the purpose.
pub fn insert(tx: &mut Tx<'_>, new: &NewToken<'_>) -> Result<TokenId, StoreError> {
    let id = diesel::insert_into(tokens::table)
        .values((
            tokens::purpose.eq(new.purpose),
            tokens::hash.eq(new.hash.0.as_slice()),
            tokens::user_id.eq(new.user.map(|user| user.0)),
            tokens::email.eq(new.email),
            tokens::asked_by.eq(new.asked_by.map(|user| user.0)),
            tokens::created_at.eq(new.now),
            tokens::expires_at.eq(new.expires_at),
        ))
        .returning(tokens::id)
        .get_result::<i64>(tx.db())?;
    Ok(TokenId(id))
}

/// The link for `purpose`, in any state. Links for other purposes are not found.
pub fn find(db: &mut Database, purpose: TokenPurpose, hash: TokenHash) -> Result<Option<TokenRow>, StoreError> {
    Ok(tokens::table
        .filter(tokens::hash.eq(hash.0.as_slice()))
        .filter(tokens::purpose.eq(purpose))
        .select(TokenRow::as_select())
        .first(db)
        .optional()?)
}

/// Consumes a link. Of two concurrent callers one gets `true`; a link that ended or expired is not consumed.
pub fn consume(tx: &mut Tx<'_>, purpose: TokenPurpose, hash: TokenHash, now: Timestamp) -> Result<Option<TokenRow>, StoreError> {
    let touched = diesel::update(
        tokens::table
            .filter(tokens::hash.eq(hash.0.as_slice()))
            .filter(tokens::purpose.eq(purpose))
            .filter(tokens::ended_at.is_null())
            .filter(tokens::expires_at.gt(now)),
    )
    .set((tokens::ended_at.eq(Some(now)), tokens::ended_as.eq(Some(TokenEnd::Used.as_str()))))
    .execute(tx.db())?;
    if touched != 1 {
        return Ok(None);
    }
    let consumed = find(tx.db(), purpose, hash)?;
    if let Some(token) = &consumed {
        outbox::end_with_token(tx, token.id, now)?;
    }
    Ok(consumed)
}

/// The user's open link for `purpose`.
pub fn open_of(db: &mut Database, user: UserId, purpose: TokenPurpose) -> Result<Option<TokenRow>, StoreError> {
    Ok(tokens::table
        .filter(tokens::user_id.eq(user.0))
        .filter(tokens::purpose.eq(purpose))
        .filter(tokens::ended_at.is_null())
        .select(TokenRow::as_select())
        .first(db)
        .optional()?)
}

/// Ends the user's open links for `purpose`, or with `None` for all purposes, and cancels their mails. Links that undo a
/// change of address stay with `None`: the holder of the new address could end them otherwise.
pub fn end_open(tx: &mut Tx<'_>, user: UserId, purpose: Option<TokenPurpose>, how: TokenEnd, now: Timestamp) -> Result<(), StoreError> {
    let mut query = tokens::table.filter(tokens::user_id.eq(user.0)).filter(tokens::ended_at.is_null()).into_boxed();
    query = match purpose {
        Some(purpose) => query.filter(tokens::purpose.eq(purpose)),
        None => query.filter(tokens::purpose.ne(TokenPurpose::EmailChangeUndo)),
    };
    for id in query.select(tokens::id).load::<i64>(tx.db())? {
        end(tx, TokenId(id), how, now)?;
    }
    Ok(())
}

/// Makes the open link that cancels the user's change of address one that undoes it until `expires_at`, and keeps the
/// hash of the present password with it.
pub fn turn_into_undo(tx: &mut Tx<'_>, user: UserId, password: Option<&PasswordHash>, expires_at: Timestamp) -> Result<(), StoreError> {
    let stop = tokens::table
        .filter(tokens::user_id.eq(user.0))
        .filter(tokens::purpose.eq(TokenPurpose::EmailChangeStop))
        .filter(tokens::ended_at.is_null());
    let (purpose, password) =
        (tokens::purpose.eq(TokenPurpose::EmailChangeUndo), tokens::password_hash.eq(password.map(PasswordHash::as_str)));
    diesel::update(stop).set((purpose, password, tokens::expires_at.eq(expires_at))).execute(tx.db())?;
    Ok(())
}

/// Ends the user's open links that undo changes after the one of the link `undone`.
pub fn end_later_undos(tx: &mut Tx<'_>, user: UserId, undone: TokenId, now: Timestamp) -> Result<(), StoreError> {
    let later = tokens::table
        .filter(tokens::user_id.eq(user.0))
        .filter(tokens::purpose.eq(TokenPurpose::EmailChangeUndo))
        .filter(tokens::ended_at.is_null())
        .filter(tokens::id.gt(undone.0));
    for id in later.select(tokens::id).load::<i64>(tx.db())? {
        end(tx, TokenId(id), TokenEnd::Revoked, now)?;
    }
    Ok(())
}

fn end(tx: &mut Tx<'_>, id: TokenId, how: TokenEnd, now: Timestamp) -> Result<(), StoreError> {
    diesel::update(tokens::table.find(id))
        .set((tokens::ended_at.eq(Some(now)), tokens::ended_as.eq(Some(how.as_str()))))
        .execute(tx.db())?;
    outbox::end_with_token(tx, id, now)
}

/// Cancels waiting mails with expired links, and wipes their text.
pub fn end_mails_of_expired(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), StoreError> {
    let expired =
        tokens::table.inner_join(outbox_table::table).filter(tokens::expires_at.le(now)).filter(outbox_table::sealed.is_not_null());
    for id in expired.select(tokens::id).load::<i64>(tx.db())? {
        outbox::end_with_token(tx, TokenId(id), now)?;
    }
    Ok(())
}

/// Most second steps of one user; the oldest ends.
const STEPS_MAX: i64 = 20;

/// Begins a second step, and removes the oldest beyond their limit.
pub fn begin_step(tx: &mut Tx<'_>, new: &NewToken<'_>) -> Result<(), StoreError> {
    let id = insert(tx, new)?;
    let steps =
        || tokens::table.filter(tokens::purpose.eq(TokenPurpose::SecondStep)).filter(tokens::user_id.eq(new.user.map(|user| user.0)));
    let oldest = steps().filter(tokens::id.lt(id.0)).order(tokens::id.desc()).offset(STEPS_MAX - 1).select(tokens::id);
    if let Some(oldest) = oldest.first::<i64>(tx.db()).optional()? {
        diesel::delete(steps().filter(tokens::id.le(oldest))).execute(tx.db())?;
    }
    Ok(())
}

/// Ends the second steps of a user; returns their number.
pub fn end_steps(tx: &mut Tx<'_>, user: UserId) -> Result<usize, StoreError> {
    let steps = tokens::table.filter(tokens::purpose.eq(TokenPurpose::SecondStep)).filter(tokens::user_id.eq(user.0));
    Ok(diesel::delete(steps.filter(tokens::ended_at.is_null())).execute(tx.db())?)
}

/// Removes second steps that are over.
pub fn sweep_steps(tx: &mut Tx<'_>, now: Timestamp) -> Result<usize, StoreError> {
    let steps = tokens::table.filter(tokens::purpose.eq(TokenPurpose::SecondStep)).filter(tokens::expires_at.le(now));
    Ok(diesel::delete(steps).execute(tx.db())?)
}

/// The unused setup link, if any.
pub fn open_setup(db: &mut Database) -> Result<Option<TokenRow>, StoreError> {
    Ok(tokens::table
        .filter(tokens::purpose.eq(TokenPurpose::Setup))
        .filter(tokens::ended_at.is_null())
        .select(TokenRow::as_select())
        .first(db)
        .optional()?)
}

/// Ends the unused setup link, if any.
pub fn end_setup(tx: &mut Tx<'_>, how: TokenEnd, now: Timestamp) -> Result<(), StoreError> {
    match open_setup(tx.db())? {
        Some(token) => end(tx, token.id, how, now),
        None => Ok(()),
    }
}
