//! The page Proof: the newest entry, the last verification, and a request for another one.

use crate::{
    domain::{audit::AuditEvent, permission::Permission, policy::Action},
    store::{
        audit::{
            self, NewestEntry,
            verification::{self, VerificationState},
        },
        company,
        users::User,
    },
    usecases::{
        ActionError, Context, Submission,
        shared::{error::authorise, transaction::Rights},
    },
};

/// Content of the page.
#[derive(Debug, Clone, Copy)]
pub struct Proof {
    /// `None` for an empty log.
    pub newest: Option<NewestEntry>,
    pub verification: VerificationState,
}

/// Reads the page.
pub fn show(ctx: &Context, actor: &User) -> Result<Proof, ActionError> {
    authorise(actor.actor(), Action::Use(Permission::AuditLogView), None)?;
    ctx.store.read(|db| Ok(Proof { newest: audit::newest(db)?, verification: verification::state(db)? }))
}

/// Asks the worker for a verification.
pub fn request_verification(ctx: &Context, submission: &Submission<()>) -> Result<(), ActionError> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        work.require(Action::Use(Permission::AuditLogView))?;
        let company = company::load(work.tx.db())?;
        if verification::lock(work.tx)?.requested_at.is_some() {
            return Err(ActionError::is_so(company.name));
        }
        verification::request(work.tx, work.now)?;
        work.record(&company, &AuditEvent::VerificationRequested {});
        Ok(())
    })
}
