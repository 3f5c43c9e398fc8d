//! The end of sessions by their user.

use crate::{
    domain::{audit::AuditEvent, ids::SessionId},
    store::{sessions, tokens},
    usecases::{
        ActionError, Context, Submission,
        shared::{
            ending::{AccessEnd, end_access},
            transaction::Rights,
        },
    },
};

/// Ends one session of the user. Returns its browser.
///
/// # Errors
/// Unchanged where it has ended. [`ActionError::ProofNeeded`] without a recent proof (OWASP ASVS 5.0, 7.5.2).
pub fn end(ctx: &Context, submission: &Submission<String>, id: SessionId) -> Result<String, ActionError> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let user = work.oneself_proved()?;
        let browser = sessions::end_one(work.tx, user.id, id)?.ok_or_else(|| ActionError::unchanged(&user))?;
        work.record(&user, &AuditEvent::SessionEnded { browser: browser.clone() });
        Ok(browser)
    })
}

/// Ends all sessions of the user except this one, and sign-ins that wait for a code. Returns the number of sessions.
///
/// # Errors
/// Unchanged where there is no other. [`ActionError::ProofNeeded`] without a recent proof.
pub fn end_others(ctx: &Context, submission: &Submission<usize>) -> Result<usize, ActionError> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let user = work.oneself_proved()?;
        let (kept, steps) = (work.session, tokens::end_steps(work.tx, user.id)?);
        let ended = end_access(work, user.id, AccessEnd::SignedOutEverywhere, kept)?;
        if ended + steps == 0 {
            return Err(ActionError::unchanged(&user));
        }
        work.record(&user, &AuditEvent::OtherSessionsEnded { sessions: ended as u64 });
        Ok(ended)
    })
}
