//! Codes of a user who is signed in.

use crate::{
    domain::credentials::throttle::Bucket,
    store::{
        credentials::{refused_sign_ins::RefusalReason, throttles},
        users::{self, User},
    },
    usecases::{Context, Principal, shared::transaction::UnitOfWork},
};

use super::{
    refusal,
    second_step::{CheckedCode, Code, SecondStepError},
};

/// Counts an attempt at a code of the principal, and makes the code ready for the transaction.
pub(in crate::usecases) fn check(ctx: &Context, principal: &Principal, code: &Code) -> Result<CheckedCode, SecondStepError> {
    let Principal::User { id, client_ip, .. } = principal else { return Err(SecondStepError::Wrong) };
    let (now, bucket) = (ctx.now(), Bucket::own_code(*id));
    if let Some(until) = ctx.store.write_counts(|tx| throttles::count(tx, std::slice::from_ref(&bucket), now))? {
        if let Some(user) = ctx.store.read(|db| users::find(db, *id))? {
            refusal::note(ctx, &user, client_ip, RefusalReason::Throttled);
        }
        return Err(SecondStepError::Throttled { until });
    }
    CheckedCode::of(ctx, *id, code, client_ip)
}

/// Accepts the code, once, and clears the attempts. A wrong one is noted.
pub(in crate::usecases) fn accept(work: &mut UnitOfWork<'_, '_>, user: &User, code: &CheckedCode) -> Result<(), SecondStepError> {
    let accepted = code.accept(work, user);
    if let (Err(SecondStepError::Wrong), Some(client_ip)) = (&accepted, work.client_ip()) {
        refusal::note(work.ctx, user, client_ip, code.refusal());
    }
    accepted?;
    Ok(throttles::clear_attempts(work.tx, &Bucket::own_code(user.id))?)
}
