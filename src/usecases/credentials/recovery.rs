//! Break-glass: a link from the command line by which an Admin chooses a new password, and its notice to all Admins.

use crate::{
    domain::{
        audit::{AuditEvent, Subject, SubjectKind},
        clock::Timestamp,
        credentials::{
            recovery::{LINK_TERM, NOTICE_TERM, RecoveryStep},
            token::{Token, TokenEnd, TokenPurpose},
        },
        email_address::EmailAddress,
        ids::{RecoveryId, UserId},
        permission::Permission,
        policy::{Action, UserAction},
        user::Status,
    },
    mail::{Message, messages::RecoveryNotice},
    store::{
        Database, StoreError,
        credentials::recoveries::{self, Recovery},
        groups::{self, ADMINS},
        tokens::{self, NewToken},
        users::{self, User},
    },
    usecases::{
        ActionError, Context, EntryPoint, Principal, Submission,
        groups::appoint,
        shared::{
            error::action_error_from_store,
            transaction::{Rights, UnitOfWork},
        },
        users::{lifecycle, two_factor},
    },
};

/// Request for a recovery link.
#[derive(Debug, Clone)]
pub struct RecoveryRequest {
    pub email: EmailAddress,
    /// Reactivates a deactivated user.
    pub activate: bool,
    pub reset_two_factor: bool,
    /// Makes any user an Admin, as long as no Admin is active.
    pub make_admin: bool,
}

/// A recovery link that was made.
#[derive(Debug, Clone)]
pub struct RecoveryLink {
    pub address: String,
    /// Address of the user, as stored.
    pub email: String,
    pub expires_at: Timestamp,
    pub steps: Vec<RecoveryStep>,
    /// True if signing in takes a second step.
    pub needs_second_step: bool,
}

/// Reason for which no recovery link is made.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryError {
    #[error("no user has the address {0}")]
    Unknown(String),
    #[error("{0} was deleted; an Admin can restore deleted users on Users & Groups")]
    Deleted(String),
    #[error("{0} has not accepted the invitation yet, so there is no sign-in to recover; `usher admin create` makes an Admin")]
    Invited(String),
    #[error("{0} is deactivated; add --activate to reactivate the user too")]
    Deactivated(String),
    #[error("{0} is not an Admin; as no Admin is active, --make-admin makes the user one")]
    NoAdmin(String),
    #[error("{0} is not an Admin; recover an Admin, who can help the other users")]
    NotAnAdmin(String),
    #[error("--make-admin is only for a company without an active Admin, and this one has one; leave it out to recover an Admin")]
    AdminLeft,
    #[error(transparent)]
    Action(#[from] ActionError),
}

action_error_from_store!(RecoveryError);

/// Makes a recovery link in place of an earlier one. All Admins are told by mail, and on every page until another Admin
/// acknowledges it.
pub fn recover(ctx: &Context, principal: &Principal, request: &RecoveryRequest) -> Result<RecoveryLink, RecoveryError> {
    let token = Token::new(&*ctx.random);
    principal.audited_transaction(ctx, Rights::Change, |work| {
        let found = find(work, &request.email)?;
        let (user, steps) = prepare(work, &found, request)?;
        work.require(UserAction::Recover(user.target(work.now)))?;
        let expires_at = work.now + LINK_TERM;
        replace_link(work, &user, &token, expires_at)?;
        let made_by = work.actor.name.clone();
        recoveries::insert(work.tx, user.id, &user.display_name(), &made_by, work.now)?;
        work.record(&user, &AuditEvent::RecoveryLinkMade { expires_at: expires_at.and_utc() });
        notify(work, &user, &steps)?;
        let address = ctx.links.with_token(TokenPurpose::Recovery, &token);
        Ok(RecoveryLink { address, email: user.email, expires_at, steps, needs_second_step: user.two_factor_since.is_some() })
    })
}

/// Finds and locks the user with this address.
fn find(work: &mut UnitOfWork<'_, '_>, email: &EmailAddress) -> Result<User, RecoveryError> {
    let Some((found, _)) = users::find_by_email(work.tx.db(), email)? else {
        let was_deleted = users::was_deleted(work.tx.db(), email)?;
        return Err(if was_deleted { RecoveryError::Deleted(email.to_string()) } else { RecoveryError::Unknown(email.to_string()) });
    };
    Ok(users::lock(work.tx, found.id)?.ok_or_else(ActionError::unknown)?)
}

/// Checks that the user can be recovered, and makes the requested changes. Returns the user as changed.
fn prepare(work: &mut UnitOfWork<'_, '_>, user: &User, request: &RecoveryRequest) -> Result<(User, Vec<RecoveryStep>), RecoveryError> {
    require_recoverable(work.tx.db(), user, request, work.now)?;
    let mut steps = Vec::new();
    if user.status(work.now) == Status::Deactivated {
        lifecycle::reactivate(work, EntryPoint::UsersAndGroups, user.id)?;
        steps.push(RecoveryStep::Activated);
    }
    let user = again(work.tx.db(), user.id)?;
    if user.status(work.now) != Status::Active {
        return Err(RecoveryError::Invited(user.email));
    }
    if !user.is_admin {
        let admins = groups::lock(work.tx, ADMINS)?.ok_or_else(ActionError::unknown)?;
        appoint(work, &user, &admins)?;
        steps.push(RecoveryStep::MadeAdmin);
    }
    if request.reset_two_factor && two_factor::turn_off(work, &user)? {
        steps.push(RecoveryStep::TwoFactorReset);
    }
    Ok((again(work.tx.db(), user.id)?, steps))
}

fn require_recoverable(db: &mut Database, user: &User, request: &RecoveryRequest, now: Timestamp) -> Result<(), RecoveryError> {
    let (status, email) = (user.status(now), || user.email.clone());
    let is_admin_left = !groups::active_admins(db)?.is_empty();
    match status {
        Status::Invited | Status::Expired => Err(RecoveryError::Invited(email())),
        Status::Active | Status::Deactivated if request.make_admin && is_admin_left => Err(RecoveryError::AdminLeft),
        Status::Active | Status::Deactivated if !user.is_admin && is_admin_left => Err(RecoveryError::NotAnAdmin(email())),
        Status::Active | Status::Deactivated if !user.is_admin && !request.make_admin => Err(RecoveryError::NoAdmin(email())),
        Status::Deactivated if !request.activate => Err(RecoveryError::Deactivated(email())),
        Status::Active | Status::Deactivated => Ok(()),
    }
}

fn again(db: &mut Database, id: UserId) -> Result<User, ActionError> {
    users::find(db, id)?.ok_or_else(ActionError::unknown)
}

fn replace_link(work: &mut UnitOfWork<'_, '_>, user: &User, token: &Token, expires_at: Timestamp) -> Result<(), StoreError> {
    let (purpose, now) = (TokenPurpose::Recovery, work.now);
    tokens::end_open(work.tx, user.id, Some(purpose), TokenEnd::Replaced, now)?;
    let (hash, email) = (token.hash(), Some(&*user.email));
    tokens::insert(work.tx, &NewToken { purpose, hash, user: Some(user.id), email, asked_by: None, expires_at, now })?;
    Ok(())
}

/// Mails every active Admin, the recovered one too.
fn notify(work: &mut UnitOfWork<'_, '_>, user: &User, steps: &[RecoveryStep]) -> Result<(), StoreError> {
    for admin in groups::active_admins(work.tx.db())? {
        let change = work.by_other(admin.first_name.clone(), work.actor.name.clone())?;
        let notice = RecoveryNotice { change, who: user.display_name(), is_you: admin.id == user.id, steps: steps.to_vec() };
        work.post((&admin).into(), &Message::RecoveryNotice(notice))?;
    }
    Ok(())
}

/// A recovery as an Admin sees it on every page.
#[derive(Debug, Clone)]
pub struct Notice {
    pub recovery: Recovery,
    pub is_you: bool,
    /// End of the notice, where no other Admin can acknowledge it.
    pub until: Option<Timestamp>,
}

/// Notices for the Admin `viewer`, besides whom there are this many active Admins.
pub(in crate::usecases) fn notices(recoveries: Vec<Recovery>, viewer: UserId, others: u64, now: Timestamp) -> Vec<Notice> {
    let notices = recoveries.into_iter().map(|recovery| {
        let is_you = recovery.user_id == viewer;
        let until = (is_you && others == 0).then(|| recovery.made_at + NOTICE_TERM);
        Notice { recovery, is_you, until }
    });
    notices.filter(|notice| notice.until.is_none_or(|until| now < until)).collect()
}

/// Reason for which nothing is acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum AcknowledgeError {
    /// Acknowledged by another Admin, or replaced by a newer link.
    #[error("the recovery link is acknowledged or replaced")]
    Gone,
    #[error(transparent)]
    Action(#[from] ActionError),
}

action_error_from_store!(AcknowledgeError);

/// Acknowledges a recovery as another Admin. Returns the name of the recovered user.
pub fn acknowledge(ctx: &Context, submission: &Submission<String>, id: RecoveryId) -> Result<String, AcknowledgeError> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        work.require(Action::Use(Permission::AuditLogView))?;
        let recovery = recoveries::find(work.tx.db(), id)?.ok_or(AcknowledgeError::Gone)?;
        work.require(UserAction::AcknowledgeRecovery(recovery.user_id))?;
        if !recoveries::remove(work.tx, id)? {
            return Err(AcknowledgeError::Gone);
        }
        let Recovery { user_id, name, made_by, made_at, .. } = recovery;
        let subject = Subject { kind: SubjectKind::User, id: user_id.0, name: name.clone() };
        work.record(subject, &AuditEvent::RecoveryAcknowledged { made_by, made_at: made_at.and_utc() });
        Ok(name)
    })
}

/// Removes old notices that no other Admin could acknowledge.
pub(in crate::usecases) fn sweep(ctx: &Context) -> Result<(), StoreError> {
    let before = ctx.now() - NOTICE_TERM;
    if ctx.store.read(|db| recoveries::older(db, before))?.is_empty() {
        return Ok(());
    }
    ctx.store.write_transaction(|tx| {
        for recovery in recoveries::older(tx.db(), before)? {
            if groups::other_active_admins(tx.db(), recovery.user_id)? == 0 {
                recoveries::remove(tx, recovery.id)?;
            }
        }
        Ok(())
    })
}
