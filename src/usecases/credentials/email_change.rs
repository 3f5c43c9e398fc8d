//! Change of an active user's address. The new address confirms it. The old address can stop it until then, and undo it
//! afterwards.

mod confirm;
pub mod undo;

use chrono::TimeDelta;

use crate::{
    domain::{
        audit::AuditEvent,
        clock::Timestamp,
        credentials::token::{Token, TokenEnd, TokenPurpose},
        email_address::EmailAddress,
        ids::UserId,
        policy::UserAction,
        user::{Status, Who},
    },
    mail::{
        Link, Message,
        messages::{AddressChange, AddressStays, ByOther},
    },
    store::{
        Database, StoreError, groups, scopes,
        tokens::{self, NewToken, TokenRow},
        users::{self, User},
    },
    usecases::{
        ActionError, Context, EntryPoint, Submission,
        outbox::mails::{self, LinkDelivery, Recipient},
        shared::{
            error::action_error_from_store,
            scoped_actor::ScopedActor,
            transaction::{Rights, UnitOfWork},
        },
        users::invite::Existing,
    },
};

pub use self::confirm::{ConfirmError, Open, confirm, look, look_at_stop, stop};

/// Term of a change's links.
const TERM: TimeDelta = TimeDelta::hours(24);

/// Tokens of a change's two links. They are made before the transaction, which may run twice.
#[derive(Debug, Clone)]
pub(in crate::usecases) struct Tokens {
    /// Token of the link that confirms the change, for the new address.
    pub(in crate::usecases) to_new: Token,
    /// Token of the link that stops the change, for the old address.
    to_old: Token,
}

impl Tokens {
    pub(in crate::usecases) fn new(ctx: &Context) -> Self {
        Self { to_new: Token::new(&*ctx.random), to_old: Token::new(&*ctx.random) }
    }
}

/// Requests a change of address in place of an earlier one, and mails a link to each of the two addresses.
pub(in crate::usecases) fn begin(
    work: &mut UnitOfWork<'_, '_>,
    user: &User,
    email: &EmailAddress,
    tokens: &Tokens,
) -> Result<(), ActionError> {
    work.count_mail(user)?;
    end(work, user.id, TokenEnd::Replaced)?;
    let (expires_at, asked_by) = (work.now + TERM, work.actor.id());
    let mut mail = |purpose, token: &Token, to: &str, message: fn(AddressChange) -> Message| -> Result<(), StoreError> {
        let link = Link::new(&work.ctx.links.with_token(purpose, token));
        let new = NewToken { purpose, hash: token.hash(), user: Some(user.id), email: Some(to), asked_by, expires_at, now: work.now };
        let token = tokens::insert(work.tx, &new)?;
        let change = work.by_other(user.first_name.clone(), work.actor.name.clone())?;
        let message = message(AddressChange { change, new: email.to_string(), link, expires_at, is_own: asked_by == Some(user.id) });
        work.post(Recipient { user_id: user.id, email: to, token: Some(token) }, &message)
    };
    mail(TokenPurpose::EmailChange, &tokens.to_new, email.as_str(), Message::AddressConfirm)?;
    mail(TokenPurpose::EmailChangeStop, &tokens.to_old, &user.email, Message::AddressStop)?;
    let (before, after) = (user.email.clone(), email.to_string());
    work.record(user, &AuditEvent::EmailChangeRequested { before, after, expires_at: expires_at.and_utc() });
    Ok(())
}

/// Ends both links of a change, and cancels their waiting mails.
fn end(work: &mut UnitOfWork<'_, '_>, user_id: UserId, how: TokenEnd) -> Result<(), StoreError> {
    tokens::end_open(work.tx, user_id, Some(TokenPurpose::EmailChange), how, work.now)?;
    tokens::end_open(work.tx, user_id, Some(TokenPurpose::EmailChangeStop), how, work.now)
}

/// Mails every active Admin except the user. `by` is the name of who asked for the change.
fn notify_admins(work: &mut UnitOfWork<'_, '_>, user: &User, by: &str, message: impl Fn(ByOther) -> Message) -> Result<(), StoreError> {
    for admin in groups::active_admins(work.tx.db())?.into_iter().filter(|admin| admin.id != user.id) {
        let change = work.by_other(admin.first_name.clone(), by.to_owned())?;
        work.post((&admin).into(), &message(change))?;
    }
    Ok(())
}

/// A change that waits for confirmation.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The new address.
    pub email: String,
    pub until: Timestamp,
    pub asked_by: Who,
}

/// The user's waiting change.
pub fn pending(db: &mut Database, user: &User, now: Timestamp) -> Result<Option<Pending>, StoreError> {
    match tokens::open_of(db, user.id, TokenPurpose::EmailChange)?.filter(|token| now < token.expires_at) {
        Some(token) => of_token(db, token, user, now),
        None => Ok(None),
    }
}

/// The change behind a link, if its requester may still edit the user.
fn of_token(db: &mut Database, token: TokenRow, user: &User, now: Timestamp) -> Result<Option<Pending>, StoreError> {
    let asker = token.asked_by.map(|user_id| users::find(db, user_id)).transpose()?.flatten();
    let (Some(asker), Some(email)) = (asker.filter(|asker| asker.status(now) == Status::Active), token.email) else { return Ok(None) };
    let actor = ScopedActor::of(db, &asker)?;
    let target = user.target(now).in_scope(scopes::inside(db, &actor.scope, user)?);
    let change = Pending { email, until: token.expires_at, asked_by: asker.who() };
    let may_edit = actor.may(UserAction::EditUser(target)) || actor.may(UserAction::EditOneself(target));
    Ok(may_edit.then_some(change))
}

/// The user's waiting change, with the delivery of its mail.
pub(in crate::usecases) fn pending_with_mail(
    db: &mut Database,
    user: &User,
    now: Timestamp,
) -> Result<Option<(Pending, Option<LinkDelivery>)>, StoreError> {
    let Some(change) = pending(db, user, now)? else { return Ok(None) };
    Ok(Some((change, mails::of_link(db, TokenPurpose::EmailChange, user.id)?)))
}

/// Requests a change of one's own address.
///
/// # Errors
/// [`OwnAddressError::Taken`] for the address of another user, if they exist for the actor.
pub fn request(ctx: &Context, submission: &Submission<User>, email: &EmailAddress) -> Result<User, OwnAddressError> {
    let tokens = Tokens::new(ctx);
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let user = work.oneself_proved()?;
        if email.as_str() == user.email {
            return Err(ActionError::unchanged(&user).into());
        }
        submission.ensure_first_submission(work)?;
        // Others learn nothing about the address of a user whom they may not see: its link then says that it is in use.
        if let Some(other) = Existing::find(work.tx.db(), email, work.now)?.filter(|other| other.id != user.id)
            && let Some(visible) = other.visible_to(work.tx.db(), &work.actor, work.now)?
        {
            return Err(OwnAddressError::Taken(Box::new(visible)));
        }
        begin(work, &user, email, &tokens)?;
        Ok(user)
    })
}

/// Reason for which a user's own address does not change.
#[derive(Debug, thiserror::Error)]
pub enum OwnAddressError {
    #[error("the address is in use")]
    Taken(Box<Existing>),
    #[error(transparent)]
    Action(#[from] ActionError),
}

action_error_from_store!(OwnAddressError);

/// Withdraws the waiting change of one's own address. Returns the user.
///
/// # Errors
/// Unchanged where none waits.
pub fn withdraw_own(ctx: &Context, submission: &Submission<User>) -> Result<User, ActionError> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let user = work.oneself()?;
        if withdraw_if_pending(work, &user)? { Ok(user) } else { Err(ActionError::unchanged(&user)) }
    })
}

/// Withdraws a user's waiting change of address, and notifies them. Returns the user.
///
/// # Errors
/// Unchanged where none waits.
pub fn withdraw(ctx: &Context, submission: &Submission<User>, user_id: UserId) -> Result<User, ActionError> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let user = work.require_for_update(EntryPoint::UsersAndPermissions, user_id, |target, _| UserAction::EditUser(target))?;
        if withdraw_if_pending(work, &user)? { Ok(user) } else { Err(ActionError::unchanged(&user)) }
    })
}

/// Withdraws a user's waiting change of address, and notifies them. Tells if there was one.
pub(in crate::usecases) fn withdraw_if_pending(work: &mut UnitOfWork<'_, '_>, user: &User) -> Result<bool, StoreError> {
    let Some(token) = tokens::open_of(work.tx.db(), user.id, TokenPurpose::EmailChange)? else { return Ok(false) };
    end(work, user.id, TokenEnd::Revoked)?;
    let (old, new) = (user.email.clone(), token.email.clone().unwrap_or_default());
    work.notify(user, |change| Message::AddressStays(AddressStays { change, old, new }))?;
    work.record(user, &AuditEvent::EmailChangeWithdrawn { email: token.email });
    Ok(true)
}
