//! Forms that wait until their user has signed in again or proved who they are.

use diesel::prelude::*;

use crate::domain::{
    clock::Timestamp,
    ids::{HeldFormId, UserId},
};

use super::{Database, StoreError, Tx, schema::held_forms};

/// Forms of each kind kept for a user; beyond, the oldest are removed.
const KEPT_MAX: i64 = 5;

/// A form to be kept.
#[derive(Debug, Clone)]
pub struct NewHeldForm<'a> {
    pub user: UserId,
    /// True for a form that came after the end of its session.
    pub is_unsent: bool,
    pub sealed: &'a [u8],
    pub now: Timestamp,
}

/// Keeps a form, and removes the user's oldest of its kind.
pub fn insert(tx: &mut Tx<'_>, new: &NewHeldForm<'_>) -> Result<HeldFormId, StoreError> {
    let id = diesel::insert_into(held_forms::table)
        .values((
            held_forms::user_id.eq(new.user.0),
            held_forms::is_unsent.eq(new.is_unsent),
            held_forms::sealed.eq(new.sealed),
            held_forms::created_at.eq(new.now),
        ))
        .returning(held_forms::id)
        .get_result::<HeldFormId>(tx.db())?;
    let of_user = held_forms::table
        .filter(held_forms::user_id.eq(new.user.0))
        .filter(held_forms::is_unsent.eq(new.is_unsent))
        .select(held_forms::id)
        .order(held_forms::id.desc());
    let outdated = of_user.offset(KEPT_MAX).limit(KEPT_MAX).load::<i64>(tx.db())?;
    diesel::delete(held_forms::table.filter(held_forms::id.eq_any(outdated))).execute(tx.db())?;
    Ok(id)
}

/// The sealed content of a form kept since `since`, if it is the user's.
pub fn find(db: &mut Database, user: UserId, id: HeldFormId, since: Timestamp) -> Result<Option<Vec<u8>>, StoreError> {
    let form = held_forms::table.find(id.0).filter(held_forms::user_id.eq(user.0)).filter(held_forms::created_at.gt(since));
    Ok(form.select(held_forms::sealed).first(db).optional()?)
}

/// The user's forms that came after the end of their session, since `since`, the last first.
pub fn unsent(db: &mut Database, user: UserId, since: Timestamp) -> Result<Vec<(HeldFormId, Vec<u8>)>, StoreError> {
    let unsent = held_forms::table
        .filter(held_forms::user_id.eq(user.0))
        .filter(held_forms::is_unsent.eq(true))
        .filter(held_forms::created_at.gt(since))
        .order(held_forms::id.desc());
    Ok(unsent.select((held_forms::id, held_forms::sealed)).load(db)?)
}

/// Sets if a form is offered after the next sign-in.
pub fn set_unsent(tx: &mut Tx<'_>, user: UserId, id: HeldFormId, is_unsent: bool) -> Result<(), StoreError> {
    let form = held_forms::table.find(id.0).filter(held_forms::user_id.eq(user.0));
    diesel::update(form).set(held_forms::is_unsent.eq(is_unsent)).execute(tx.db())?;
    Ok(())
}

/// Removes a form.
pub fn remove(tx: &mut Tx<'_>, user: UserId, id: HeldFormId) -> Result<(), StoreError> {
    diesel::delete(held_forms::table.find(id.0).filter(held_forms::user_id.eq(user.0))).execute(tx.db())?;
    Ok(())
}

/// Removes forms kept before `before`.
pub fn sweep(tx: &mut Tx<'_>, before: Timestamp) -> Result<usize, StoreError> {
    Ok(diesel::delete(held_forms::table.filter(held_forms::created_at.le(before))).execute(tx.db())?)
}
