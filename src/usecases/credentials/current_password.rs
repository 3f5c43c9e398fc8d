//! Proof of a signed-in user by the current password. Verifying it is slow, so this runs in the hashing queue, and the
//! transaction of the change checks that the password is still the same.

use crate::{
    domain::{
        clock::Timestamp,
        credentials::{
            password::{Password, PasswordHash},
            throttle::Bucket,
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
    hash: PasswordHash,
}

/// Checks that a password may be tried. Writes nothing, so that a refused attempt takes no place in the queue.
pub fn admit(ctx: &Context, user: UserId) -> Result<(), CurrentPasswordError> {
    let now = ctx.now();
    let hold = ctx.store.read(|db| throttles::look(db, &[Bucket::current_password(user)], now))?;
    hold.map_or(Ok(()), |until| Err(CurrentPasswordError::Throttled { until }))
}

/// Counts an attempt and verifies the password. A right one clears the attempts; refusals are noted with those of
/// sign-ins.
pub(in crate::usecases) fn prove(ctx: &Context, principal: &Principal, typed: &Password) -> Result<PasswordProof, CurrentPasswordError> {
    let Principal::User { id: user_id, client_ip, .. } = principal else { return Err(CurrentPasswordError::Wrong) };
    let (now, user_id, bucket) = (ctx.now(), *user_id, [Bucket::current_password(*user_id)]);
    let (user, hash) = ctx.store.read(|db| Ok::<_, StoreError>((users::find(db, user_id)?, users::password_hash(db, user_id)?)))?;
    let user = user.ok_or(CurrentPasswordError::Wrong)?;
    let refuse = |reason| refusal::note(ctx, &user, client_ip, reason);
    if let Some(until) = ctx.store.write_counts(|tx| throttles::count(tx, &bucket, now))? {
        refuse(RefusalReason::Throttled);
        return Err(CurrentPasswordError::Throttled { until });
    }
    let Some(hash) = hash.filter(|hash| hash.verify(typed)) else {
        refuse(RefusalReason::Wrong);
        return Err(CurrentPasswordError::Wrong);
    };
    let [bucket] = &bucket;
    ctx.store.write_counts(|tx| throttles::clear_attempts(tx, bucket))?;
    Ok(PasswordProof { user_id, hash })
}

impl PasswordProof {
    /// Checks that the password is still the same.
    pub(in crate::usecases) fn settle(&self, work: &mut UnitOfWork<'_, '_>) -> Result<(), CurrentPasswordError> {
        let is_so = users::password_hash(work.tx.db(), self.user_id)?.as_ref() == Some(&self.hash);
        if is_so { Ok(()) } else { Err(CurrentPasswordError::Wrong) }
    }
}
