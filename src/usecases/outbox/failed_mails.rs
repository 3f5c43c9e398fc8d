//! Mails that did not reach the mail server: told to administrators, who can send those again that failed.

use crate::{
    domain::{
        audit::{AuditEvent, Entry, Subject, SubjectKind},
        clock::Timestamp,
        ids::MailId,
        policy::Action,
    },
    store::{
        Database, StoreError, Tx, company,
        outbox::{self, FailedMail, ServerRefusal},
        tokens,
    },
    usecases::{
        ActionError, Context, Principal, Submission,
        shared::context::{Rights, authorise},
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

impl From<StoreError> for SendAgainError {
    fn from(error: StoreError) -> Self {
        Self::Denied(error.into())
    }
}

pub(in crate::usecases) fn problems(db: &mut Database) -> Result<MailProblems, StoreError> {
    let (refusal, unreadable, failed) = (outbox::refusal(db)?, outbox::unreadable(db)?, outbox::failed(db)?);
    Ok(MailProblems { refusal, unreadable: unreadable.unsigned_abs(), failed: failed.unsigned_abs() })
}

/// Sends a failed mail again. Tells which.
///
/// # Errors
/// See [`SendAgainError`].
pub fn send_again(ctx: &Context, submission: &Submission<FailedMail>, mail: MailId) -> Result<FailedMail, SendAgainError> {
    let now = ctx.now();
    submission.audited_transaction(ctx, |tx, caller| {
        let entry = begin(tx, caller, now)?;
        let mail = outbox::send_again(tx, mail, now)?.ok_or(SendAgainError::NoneFailed)?;
        let subject = Subject { kind: SubjectKind::Mail, id: mail.id.0, name: mail.recipient.clone() };
        tx.audit(entry(subject, AuditEvent::MailRetried {}));
        Ok(mail)
    })
}

/// Sends the mails again that failed, as many as one transaction takes. Tells how many.
///
/// # Errors
/// See [`SendAgainError`].
pub fn send_all_again(ctx: &Context, submission: &Submission<u64>) -> Result<u64, SendAgainError> {
    let now = ctx.now();
    submission.audited_transaction(ctx, |tx, caller| {
        let entry = begin(tx, caller, now)?;
        let mails = outbox::send_all_again(tx, now)?;
        if mails.is_empty() {
            return Err(SendAgainError::NoneFailed);
        }
        let subject = Subject { kind: SubjectKind::Company, id: 1, name: company::load(tx.db())?.name };
        tx.audit(entry(subject, AuditEvent::MailsRetried { mails: mails.iter().map(|mail| mail.0).collect() }));
        Ok(mails.len() as u64)
    })
}

/// Asks the policy and forgets what carries a link that ran out. Gives the audit entry without its subject.
fn begin(tx: &mut Tx<'_>, caller: &Principal, now: Timestamp) -> Result<impl FnOnce(Subject, AuditEvent) -> Entry + use<>, SendAgainError> {
    let actor = caller.actor(tx, Rights::Stay, now)?;
    authorise(&actor, Action::SendMailsAgain, None)?;
    tokens::end_mails_of_expired(tx, now)?;
    let by = caller.by(&actor);
    Ok(move |subject, event| Entry::new(now, by, subject, &event))
}
