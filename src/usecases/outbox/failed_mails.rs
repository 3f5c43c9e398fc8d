//! Mails that did not reach the mail server, as administrators see them and retry them.

use crate::{
    domain::{
        audit::{AuditEvent, Subject, SubjectKind},
        ids::MailId,
        policy::UserAction,
    },
    store::{
        Database, StoreError, company,
        outbox::{self, FailedMail, ServerRefusal},
        tokens,
    },
    usecases::{
        ActionError, Context, Submission,
        shared::{
            error::action_error_from_store,
            transaction::{Rights, UnitOfWork},
        },
    },
};

/// Problems of mails as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailProblems {
    /// Refusal of all mails by the mail server.
    pub refusal: Option<ServerRefusal>,
    /// Number of mails that wait for an instance that can read them.
    pub unreadable: u64,
    /// Number of failed mails that can be retried.
    pub failed: u64,
}

/// Reason for which nothing is retried.
#[derive(Debug, thiserror::Error)]
pub enum SendAgainError {
    /// No failed mail with its text: it was retried already, cancelled or wiped, or its link has ended.
    #[error("no failed mail is left")]
    NoneFailed,
    #[error(transparent)]
    Action(#[from] ActionError),
}

action_error_from_store!(SendAgainError);

pub(in crate::usecases) fn problems(db: &mut Database) -> Result<MailProblems, StoreError> {
    let (refusal, unreadable, failed) = (outbox::refusal(db)?, outbox::unreadable(db)?, outbox::failed(db)?);
    Ok(MailProblems { refusal, unreadable: unreadable.unsigned_abs(), failed: failed.unsigned_abs() })
}

/// Retries a failed mail. Returns it.
pub fn send_again(ctx: &Context, submission: &Submission<FailedMail>, mail: MailId) -> Result<FailedMail, SendAgainError> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        begin(work)?;
        let mail = outbox::send_again(work.tx, mail, work.now)?.ok_or(SendAgainError::NoneFailed)?;
        let subject = Subject { kind: SubjectKind::Mail, id: mail.id.0, name: mail.recipient.clone() };
        work.record(subject, &AuditEvent::MailRetried {});
        Ok(mail)
    })
}

/// Retries failed mails, as many as one transaction takes. Returns their number.
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

/// Asks the policy, and ends mails whose links have expired.
fn begin(work: &mut UnitOfWork<'_, '_>) -> Result<(), SendAgainError> {
    work.require(UserAction::SendMailsAgain)?;
    Ok(tokens::end_mails_of_expired(work.tx, work.now)?)
}
