//! Settings of the company, which Admins change, the state of its mails, and the test mail.

use crate::{
    domain::{
        audit::AuditEvent,
        company::{Company, SettingsConflict},
        policy::CompanyAction,
    },
    mail::{
        Message,
        messages::{MailKind, Test},
    },
    store::{
        company,
        outbox::{self, MailState, Tally},
        users::{self, User},
    },
    usecases::{
        ActionError, Context, LinkDelivery, Submission,
        outbox::failed_mails::{self, MailProblems},
        shared::{
            error::{action_error_from_store, authorise},
            transaction::Rights,
        },
    },
};

/// Content of the page.
#[derive(Debug, Clone)]
pub struct Settings {
    pub company: Company,
    /// Number of active users without two-factor.
    pub without_two_factor: u64,
    pub mail_problems: MailProblems,
    /// Number of mails that wait to be sent.
    pub waiting: u64,
    /// Latest test mail of the actor.
    pub test_mail: Option<LinkDelivery>,
}

/// Reads the page.
pub fn show(ctx: &Context, actor: &User) -> Result<Settings, ActionError> {
    authorise(actor.actor(), CompanyAction::SeeSettings, None)?;
    ctx.store.read(|db| {
        let waits = |tally: &&Tally| matches!(tally.state, MailState::Queued | MailState::Retrying);
        Ok(Settings {
            company: company::load(db)?,
            without_two_factor: users::count_without_two_factor(db)?,
            mail_problems: failed_mails::problems(db)?,
            waiting: outbox::tally(db)?.iter().filter(waits).map(|tally| tally.mails.unsigned_abs()).sum(),
            test_mail: outbox::latest_to(db, actor.id, MailKind::Test.as_str())?.map(Into::into),
        })
    })
}

/// Reason for which settings are not saved.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Saved by another Admin since the form was opened. Carries the current settings.
    #[error("they were changed meanwhile")]
    Stale(Box<Company>),
    #[error(transparent)]
    Conflict(#[from] SettingsConflict),
    #[error(transparent)]
    Action(#[from] ActionError),
}

action_error_from_store!(SettingsError);

/// Saves settings whose version is still the saved one.
pub fn change(ctx: &Context, submission: &Submission<()>, wanted: &Company) -> Result<(), SettingsError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        work.require(CompanyAction::ChangeSettings)?;
        let saved = company::load(work.tx.db())?;
        if saved == (Company { version: saved.version, ..wanted.clone() }) {
            return Err(ActionError::is_so(saved.name).into());
        }
        if saved.version != wanted.version {
            return Err(SettingsError::Stale(Box::new(saved)));
        }
        wanted.check(&saved, work.now)?;
        company::update(work.tx, wanted)?;
        let (before, after) = (Box::new((&saved).into()), Box::new(wanted.into()));
        work.record(&saved, &AuditEvent::SettingsChanged { before, after });
        Ok(())
    })
}

/// Mails the actor a test mail through `transport`, by its name. Returns the actor.
pub fn send_test_mail(ctx: &Context, submission: &Submission<User>, transport: &str) -> Result<User, ActionError> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        work.require(CompanyAction::SendTestMail)?;
        submission.ensure_first_submission(work)?;
        let user = work.oneself()?;
        work.count_mail(&user)?;
        let company = company::load(work.tx.db())?.name;
        work.post((&user).into(), &Message::Test(Test { company, server: transport.to_owned(), at: work.now }))?;
        work.record(&user, &AuditEvent::TestMailSent {});
        Ok(user)
    })
}
