//! Mails that did not reach the mail server: told to administrators, who can send those again that failed.

use crate::{
    domain::{
        audit::{AuditEvent, Subject, SubjectKind},
        ids::MailId,
        policy::Action,
    },
    store::{
        Database, StoreError, company,
        outbox::{self, FailedMail, ServerRefusal},
        tokens,
    },
    usecases::{
        ActionError, Context, Submission,
        shared::{
            error::denied_by_store,
            transaction::{Rights, UnitOfWork},
        },
    },
};

/// Troubles of the mails as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailProblems {
    /// The mail server takes no mail as things stand.
    pub refusal: Option<ServerRefusal>,
    /// Mails that wait for an instance that can read them.
    pub unreadable: u64,
    /// Mails that failed and can be sent again.
    pub failed: u64,
}

/// The reason why nothing is sent again.
#[derive(Debug, thiserror::Error)]
pub enum SendAgainError {
    /// No mail failed, or what it said is wiped: sent again already, cancelled, or its link has ended.
    #[error("no failed mail is left")]
    NoneFailed,
    #[error(transparent)]
    Denied(#[from] ActionError),
}

denied_by_store!(SendAgainError);

pub(in crate::usecases) fn problems(db: &mut Database) -> Result<MailProblems, StoreError> {
    let (refusal, unreadable, failed) = (outbox::refusal(db)?, outbox::unreadable(db)?, outbox::failed(db)?);
    Ok(MailProblems { refusal, unreadable: unreadable.unsigned_abs(), failed: failed.unsigned_abs() })
}

/// Sends a failed mail again. Tells which.
///
/// # Errors
/// See [`SendAgainError`].
pub fn send_again(ctx: &Context, submission: &Submission<FailedMail>, mail: MailId) -> Result<FailedMail, SendAgainError> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        begin(work)?;
        let mail = outbox::send_again(work.tx, mail, work.now)?.ok_or(SendAgainError::NoneFailed)?;
        let subject = Subject { kind: SubjectKind::Mail, id: mail.id.0, name: mail.recipient.clone() };
        work.record(subject, &AuditEvent::MailRetried {});
        Ok(mail)
    })
}

/// Sends the mails again that failed, as many as one transaction takes. Returns their number.
///
/// # Errors
/// See [`SendAgainError`].
pub fn send_all_again(ctx: &Context, submission: &Submission<u64>) -> Result<u64, SendAgainError> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        begin(work)?;
        let mails = outbox::send_all_again(work.tx, work.now)?;
        if mails.is_empty() {
            return Err(SendAgainError::NoneFailed);
        }
        let company = company::load(work.tx.db())?;
        work.record(&company, &AuditEvent::MailsRetried { mails: mails.iter().map(|mail| mail.0).collect() });
        Ok(mails.len() as u64)
    })
}

/// Asks the policy, and forgets mails whose link ran out.
fn begin(work: &mut UnitOfWork<'_, '_>) -> Result<(), SendAgainError> {
    work.require(Action::SendMailsAgain)?;
    Ok(tokens::end_mails_of_expired(work.tx, work.now)?)
}
