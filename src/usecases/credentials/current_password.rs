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
    store::{StoreError, credentials::throttles, users},
    usecases::{ActionError, Context, Principal, shared::transaction::UnitOfWork},
};

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

/// Counts an attempt and verifies the password.
pub(in crate::usecases) fn prove(ctx: &Context, principal: &Principal, typed: &Password) -> Result<PasswordProof, CurrentPasswordError> {
    let Principal::User { id: user_id, .. } = *principal else { return Err(CurrentPasswordError::Wrong) };
    let now = ctx.now();
    if let Some(until) = ctx.store.write_counts(|tx| throttles::count(tx, &[Bucket::current_password(user_id)], now))? {
        return Err(CurrentPasswordError::Throttled { until });
    }
    let hash = ctx.store.read(|db| users::password_hash(db, user_id))?.filter(|hash| hash.verify(typed));
    Ok(PasswordProof { user_id, hash: hash.ok_or(CurrentPasswordError::Wrong)? })
}

impl PasswordProof {
    /// Checks that the password is still the same, and clears the attempts.
    pub(in crate::usecases) fn settle<E>(&self, work: &mut UnitOfWork<'_, '_>) -> Result<(), E>
    where
        E: From<CurrentPasswordError> + From<ActionError>,
    {
        if users::password_hash(work.tx.db(), self.user_id).map_err(ActionError::from)?.as_ref() != Some(&self.hash) {
            return Err(CurrentPasswordError::Wrong.into());
        }
        Ok(throttles::clear_attempts(work.tx, &Bucket::current_password(self.user_id)).map_err(ActionError::from)?)
    }
}
