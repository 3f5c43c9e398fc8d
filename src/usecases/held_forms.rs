//! Forms that wait: a sensitive one until its user has proved who they are, and one that came after the end of its session
//! until its user has signed in again.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;

use crate::{
    domain::{
        clock::Timestamp,
        credentials::{throttle::Bucket, token::TokenHash},
        ids::{HeldFormId, UserId},
    },
    store::{
        StoreError,
        credentials::throttles,
        held_forms::{self, NewHeldForm},
        users,
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

/// User and browser for whom a form waits: it opens for both alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    pub user: UserId,
    /// Cookie that stays in the browser.
    pub browser: TokenHash,
}

impl Holder {
    /// Context in which a form is sealed.
    fn context(self) -> String {
        format!("held form of user {} in browser {}", self.user, URL_SAFE_NO_PAD.encode(self.browser.0))
    }
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

    /// Opens a sealed form; `None` for another holder, or with another key.
    fn open(ctx: &Context, holder: Holder, sealed: &[u8]) -> Option<Self> {
        Self::from_bytes(&ctx.key.open(&holder.context(), sealed)?)
    }
}

fn since(now: Timestamp) -> Timestamp {
    now - KEPT_FOR
}

/// Keeps a form. `None` if its user does not exist any more, or after many late forms in a row.
pub fn hold(ctx: &Context, holder: Holder, form: &HeldForm, waits_for: WaitsFor) -> Result<Option<HeldFormId>, StoreError> {
    let (now, is_unsent) = (ctx.now(), waits_for == WaitsFor::SignIn);
    let buckets = [Bucket::late_form(holder.user)];
    if is_unsent && ctx.store.read(|db| throttles::look(db, &buckets, now))?.is_some() {
        return Ok(None);
    }
    let sealed = ctx.key.seal(&holder.context(), &form.to_bytes(), &*ctx.random);
    ctx.store.write_transaction(|tx| {
        if users::find(tx.db(), holder.user)?.is_none() || is_unsent && throttles::count(tx, &buckets, now)?.is_some() {
            return Ok(None);
        }
        held_forms::insert(tx, &NewHeldForm { user: holder.user, is_unsent, sealed: &sealed, now }).map(Some)
    })
}

/// A waiting form; `None` once it has waited for too long.
pub fn find(ctx: &Context, holder: Holder, id: HeldFormId) -> Result<Option<HeldForm>, StoreError> {
    let sealed = ctx.store.read(|db| held_forms::find(db, holder.user, id, since(ctx.now())))?;
    Ok(sealed.and_then(|sealed| HeldForm::open(ctx, holder, &sealed)))
}

/// The last form that came after the end of its session.
pub fn last_unsent(ctx: &Context, holder: Holder) -> Result<Option<(HeldFormId, HeldForm)>, StoreError> {
    let unsent = ctx.store.read(|db| held_forms::unsent(db, holder.user, since(ctx.now())))?;
    Ok(unsent.into_iter().find_map(|(id, sealed)| Some((id, HeldForm::open(ctx, holder, &sealed)?))))
}

/// Offers a form after the next sign-in, if it is the holder's and still waits. Tells if it does.
pub fn offer(ctx: &Context, holder: Holder, id: HeldFormId) -> Result<bool, StoreError> {
    if find(ctx, holder, id)?.is_none() {
        return Ok(false);
    }
    ctx.store.write_transaction(|tx| held_forms::set_unsent(tx, holder.user, id, true))?;
    Ok(true)
}

/// Notes that a form is sent, so that it is not offered again.
pub fn settle(ctx: &Context, user: UserId, id: HeldFormId) -> Result<(), StoreError> {
    ctx.store.write_transaction(|tx| held_forms::set_unsent(tx, user, id, false))
}

/// Removes a form. Returns it, if it is the holder's.
pub fn discard(ctx: &Context, holder: Holder, id: HeldFormId) -> Result<Option<HeldForm>, StoreError> {
    let Some(form) = find(ctx, holder, id)? else { return Ok(None) };
    ctx.store.write_transaction(|tx| held_forms::remove(tx, holder.user, id))?;
    Ok(Some(form))
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
