//! Proof of a signed-in user by the current password. Verifying it is slow, so this runs in the hashing queue, and the
//! transaction of the change checks that the password is still the same.

use crate::{
    domain::{
        clock::Timestamp,
        credentials::{
            password::{Password, PasswordHash},
            throttle::{Bucket, ThrottleScope},
        },
        ids::UserId,
    },
    store::{
        StoreError,
        credentials::{refused_sign_ins::RefusalReason, throttles},
        users,
    },
    usecases::{Context, Principal, shared::transaction::UnitOfWork},
};

use super::refusal;

/// Reason for which a password proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum CurrentPasswordError {
    #[error("the current password is wrong")]
    Wrong,
    /// Too many attempts; the next one is possible at `until`.
    #[error("too many attempts")]
    Throttled { until: Timestamp },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A right password, until it is changed.
#[derive(Debug)]
pub(in crate::usecases) struct PasswordProof {
    user_id: UserId,
    /// Hash of the present password.
    hash: Option<PasswordHash>,
    /// False for an earlier password.
    pub(in crate::usecases) is_present: bool,
}

/// Checks that a password may be tried. Writes nothing, so that a refused attempt takes no place in the queue.
pub fn admit(ctx: &Context, user: UserId) -> Result<(), CurrentPasswordError> {
    admit_to(ctx, &[Bucket::current_password(user)])
}

/// Checks that a password may be tried behind a link of the user. Writes nothing.
pub fn admit_behind_link(ctx: &Context, user: UserId, client_ip: &str) -> Result<(), CurrentPasswordError> {
    admit_to(ctx, &behind_link(user, client_ip))
}

fn admit_to(ctx: &Context, buckets: &[Bucket]) -> Result<(), CurrentPasswordError> {
    let now = ctx.now();
    let hold = ctx.store.read(|db| throttles::look(db, buckets, now))?;
    hold.map_or(Ok(()), |until| Err(CurrentPasswordError::Throttled { until }))
}

/// Counters of a network and of a user, for passwords typed behind links.
fn behind_link(user: UserId, client_ip: &str) -> Vec<Bucket> {
    let mut buckets = Bucket::networks(ThrottleScope::LinkSource, client_ip);
    buckets.push(Bucket::password_behind_link(user));
    buckets
}

/// Counts an attempt and verifies the password. A right one clears the attempts; refusals are noted with those of
/// sign-ins.
pub(in crate::usecases) fn prove(ctx: &Context, principal: &Principal, typed: &Password) -> Result<PasswordProof, CurrentPasswordError> {
    let Principal::User { id, client_ip, .. } = principal else { return Err(CurrentPasswordError::Wrong) };
    verify(ctx, *id, &[Bucket::current_password(*id)], client_ip, typed, None)
}

/// Counts an attempt of a client behind a link of the user, and verifies the password, or an earlier one.
pub(in crate::usecases) fn prove_behind_link(
    ctx: &Context,
    user: UserId,
    client_ip: &str,
    typed: &Password,
    earlier: Option<&PasswordHash>,
) -> Result<PasswordProof, CurrentPasswordError> {
    verify(ctx, user, &behind_link(user, client_ip), client_ip, typed, earlier)
}

/// Counts an attempt for networks and, last, the user.
fn verify(
    ctx: &Context,
    user_id: UserId,
    buckets: &[Bucket],
    client_ip: &str,
    typed: &Password,
    earlier: Option<&PasswordHash>,
) -> Result<PasswordProof, CurrentPasswordError> {
    let now = ctx.now();
    let (user, hash) = ctx.store.read(|db| Ok::<_, StoreError>((users::find(db, user_id)?, users::password_hash(db, user_id)?)))?;
    let user = user.ok_or(CurrentPasswordError::Wrong)?;
    let refuse = |reason| refusal::note(ctx, &user, client_ip, reason);
    if let Some(until) = ctx.store.write_counts(|tx| throttles::count(tx, buckets, now))? {
        refuse(RefusalReason::Throttled);
        return Err(CurrentPasswordError::Throttled { until });
    }
    let is_present = hash.as_ref().is_some_and(|hash| hash.verify(typed));
    if !is_present && !earlier.is_some_and(|earlier| earlier.verify(typed)) {
        refuse(RefusalReason::Wrong);
        return Err(CurrentPasswordError::Wrong);
    }
    if let Some((of_user, networks)) = buckets.split_last() {
        ctx.store.write_counts(|tx| {
            throttles::take_back(tx, networks, now)?;
            throttles::clear_attempts(tx, of_user)
        })?;
    }
    Ok(PasswordProof { user_id, hash, is_present })
}

impl PasswordProof {
    /// Checks that the password is still the same.
    pub(in crate::usecases) fn settle(&self, work: &mut UnitOfWork<'_, '_>) -> Result<(), CurrentPasswordError> {
        let is_so = users::password_hash(work.tx.db(), self.user_id)? == self.hash;
        if is_so { Ok(()) } else { Err(CurrentPasswordError::Wrong) }
    }
}
