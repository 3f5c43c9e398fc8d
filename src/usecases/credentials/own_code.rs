//! Codes of a user who is signed in.

use crate::{
    domain::{
        credentials::throttle::{self, Bucket},
        email_address::EmailAddress,
    },
    store::{
        credentials::{refused_sign_ins::RefusalReason, throttles},
        users::{self, User},
    },
    usecases::{Context, Principal, shared::transaction::UnitOfWork},
};

use super::second_step::{CheckedCode, Code, SecondStepError};

/// Counts an attempt at a code of the principal, and makes the code ready for the transaction.
pub(in crate::usecases) fn check(ctx: &Context, principal: &Principal, code: &Code) -> Result<CheckedCode, SecondStepError> {
    let Principal::User { id, client_ip, .. } = principal else { return Err(SecondStepError::Wrong) };
    let (now, bucket) = (ctx.now(), Bucket::own_code(*id));
    if let Some(until) = ctx.store.write_counts(|tx| throttles::count(tx, std::slice::from_ref(&bucket), now))? {
        refuse(ctx, principal, RefusalReason::Throttled);
        return Err(SecondStepError::Throttled { until });
    }
    CheckedCode::of(ctx, *id, code, client_ip)
}

/// Accepts the code, once, and clears the attempts.
pub(in crate::usecases) fn accept(work: &mut UnitOfWork<'_, '_>, user: &User, code: &CheckedCode) -> Result<(), SecondStepError> {
    code.accept(work, user)?;
    Ok(throttles::clear_attempts(work.tx, &Bucket::own_code(user.id))?)
}

/// Notes a refused code with the refusals of sign-ins. It may be lost.
pub(in crate::usecases) fn refuse(ctx: &Context, principal: &Principal, reason: RefusalReason) {
    let Principal::User { id, client_ip, .. } = principal else { return };
    let user = ctx.store.read(|db| users::find(db, *id)).ok().flatten();
    let email = user.and_then(|user| EmailAddress::parse(&user.email).ok());
    ctx.store.note_refusal(&throttle::network(client_ip), email.as_ref().map_or("", |email| email.key()), reason, ctx.now());
}
