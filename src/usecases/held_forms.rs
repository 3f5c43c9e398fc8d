//! Forms that wait: a sensitive one until its user has proved who they are, and one that came after the end of its session
//! until its user has signed in again.

use chrono::TimeDelta;

use crate::{
    domain::{
        clock::Timestamp,
        credentials::token::TokenHash,
        ids::{HeldFormId, UserId},
    },
    store::{
        StoreError,
        held_forms::{self, NewHeldForm},
        sessions, users,
    },
    usecases::Context,
};

/// Time for which a form waits.
pub(in crate::usecases) const KEPT_FOR: TimeDelta = TimeDelta::hours(1);

/// Reason for which a form waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitsFor {
    /// A proof of who the user is.
    Proof,
    /// The next sign-in of the user.
    SignIn,
}

/// A form with its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldForm {
    /// Path and query.
    pub address: String,
    /// Fields, as they were submitted.
    pub body: Vec<u8>,
}

impl HeldForm {
    /// Length of the address, address and body.
    fn to_bytes(&self) -> Vec<u8> {
        let length = u32::try_from(self.address.len()).unwrap_or(u32::MAX);
        [&length.to_be_bytes(), self.address.as_bytes(), &self.body].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk()?;
        let (address, body) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        Some(Self { address: String::from_utf8(address.to_vec()).ok()?, body: body.to_vec() })
    }

    /// Opens a form sealed for its user; `None` with another key.
    fn open(ctx: &Context, user: UserId, sealed: &[u8]) -> Option<Self> {
        Self::from_bytes(&ctx.key.open(&context(user), sealed)?)
    }
}

/// Context in which a form is sealed: it opens for its user alone.
fn context(user: UserId) -> String {
    format!("held form of user {user}")
}

fn since(now: Timestamp) -> Timestamp {
    now - KEPT_FOR
}

/// Keeps a form. `None` if its user does not exist any more.
pub fn hold(ctx: &Context, user: UserId, form: &HeldForm, waits_for: WaitsFor) -> Result<Option<HeldFormId>, StoreError> {
    let sealed = ctx.key.seal(&context(user), &form.to_bytes(), &*ctx.random);
    let new = NewHeldForm { user, is_unsent: waits_for == WaitsFor::SignIn, sealed: &sealed, now: ctx.now() };
    ctx.store.write_transaction(|tx| {
        if users::find(tx.db(), user)?.is_none() {
            return Ok(None);
        }
        held_forms::insert(tx, &new).map(Some)
    })
}

/// A waiting form of the user; `None` once it has waited for too long.
pub fn find(ctx: &Context, user: UserId, id: HeldFormId) -> Result<Option<HeldForm>, StoreError> {
    let found = ctx.store.read(|db| held_forms::find(db, user, id, since(ctx.now())))?;
    Ok(found.and_then(|(sealed, _)| HeldForm::open(ctx, user, &sealed)))
}

/// A waiting form of the user that is sent now, and is not offered any more.
pub fn take(ctx: &Context, user: UserId, id: HeldFormId) -> Result<Option<HeldForm>, StoreError> {
    let Some((sealed, is_unsent)) = ctx.store.read(|db| held_forms::find(db, user, id, since(ctx.now())))? else { return Ok(None) };
    if is_unsent {
        settle(ctx, user, id)?;
    }
    Ok(HeldForm::open(ctx, user, &sealed))
}

/// The user's last form that came after the end of its session.
pub fn last_unsent(ctx: &Context, user: UserId) -> Result<Option<(HeldFormId, HeldForm)>, StoreError> {
    let found = ctx.store.read(|db| held_forms::last_unsent(db, user, since(ctx.now())))?;
    Ok(found.and_then(|(id, sealed)| Some((id, HeldForm::open(ctx, user, &sealed)?))))
}

/// True if a form of the session's user came after the end of its session.
pub fn is_any_unsent(ctx: &Context, session: TokenHash) -> Result<bool, StoreError> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let Some(signed_in) = sessions::find(db, session, now)? else { return Ok(false) };
        Ok(held_forms::last_unsent(db, signed_in.user.id, since(now))?.is_some())
    })
}

/// Notes that a form was sent after all, or is not to be.
pub fn settle(ctx: &Context, user: UserId, id: HeldFormId) -> Result<(), StoreError> {
    ctx.store.write_transaction(|tx| held_forms::settle(tx, user, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_survives_its_bytes() {
        let form = HeldForm { address: "/users-and-permissions/7/edit?q=é".to_owned(), body: b"csrf=x&note=%C3%A9".to_vec() };
        assert_eq!(HeldForm::from_bytes(&form.to_bytes()), Some(form.clone()));
        for cut in [0, 3, 4, 20] {
            assert_ne!(HeldForm::from_bytes(&form.to_bytes()[..cut]), Some(form.clone()), "{cut}");
        }
    }
}
