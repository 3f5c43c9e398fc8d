//! Another address for somebody active: it becomes theirs once somebody confirms it there, and until then it can be stopped from the old one.

mod confirm;

use chrono::TimeDelta;

use crate::{
    domain::{
        audit::AuditEvent,
        clock::Timestamp,
        credentials::token::{Token, TokenEnd, TokenPurpose},
        email_address::EmailAddress,
        ids::UserId,
        policy::Action,
        user::{Status, Who},
    },
    mail::{
        Link, Message,
        messages::{AddressChange, AddressStays},
    },
    store::{
        Database, StoreError, Tx, scopes,
        tokens::{self, NewToken, TokenRow},
        users::{self, User},
    },
    usecases::{
        ActionError, Context, EntryPoint, Principal, Submission,
        outbox::mails::{Recipient, by_other, count_mail},
        shared::{
            context::{Rights, about_user},
            scoped_actor::ScopedActor,
        },
    },
};

pub use self::confirm::{ConfirmError, Open, confirm, look, look_at_stop, stop};

/// How long a new address can be confirmed, and the change be stopped.
const TERM: TimeDelta = TimeDelta::hours(24);

/// Another address for somebody, as the transaction asks for it in which they are edited.
#[derive(Debug, Clone, Copy)]
pub(in crate::usecases) struct NewAddress<'a> {
    pub(in crate::usecases) caller: &'a Principal,
    /// The caller, as the transaction found them.
    pub(in crate::usecases) by: &'a User,
    /// Under lock.
    pub(in crate::usecases) user: &'a User,
    /// Nobody else's.
    pub(in crate::usecases) email: &'a EmailAddress,
    pub(in crate::usecases) now: Timestamp,
}

/// The two links of a change, made before the transaction, which may run twice.
#[derive(Debug, Clone)]
pub(in crate::usecases) struct Tokens {
    /// Confirms it.
    pub(in crate::usecases) to_new: Token,
    /// Stops it.
    to_old: Token,
}

impl Tokens {
    pub(in crate::usecases) fn new(ctx: &Context) -> Self {
        Self { to_new: Token::new(&*ctx.random), to_old: Token::new(&*ctx.random) }
    }
}

/// Asks for another address, in place of what was asked before. Both addresses get a mail: the new one confirms, the old one can stop it.
pub(in crate::usecases) fn begin(ctx: &Context, tx: &mut Tx<'_>, asked: &NewAddress<'_>, tokens: &Tokens) -> Result<(), ActionError> {
    let NewAddress { caller, by, user, email, now } = *asked;
    count_mail(tx, by, user, now)?;
    end(tx, user.id, TokenEnd::Replaced, now)?;
    let expires_at = now + TERM;
    let mut mail = |purpose, token: &Token, to: &str, message: fn(AddressChange) -> Message| -> Result<(), StoreError> {
        let (user_id, asked_by, link) = (Some(user.id), Some(by.id), ctx.links.with_token(purpose, token));
        let token =
            tokens::insert(tx, &NewToken { purpose, hash: token.hash(), user: user_id, email: Some(to), asked_by, expires_at, now })?;
        let change = by_other(tx, user.first_name.clone(), by.display_name(), now)?;
        let message = message(AddressChange { change, new: email.to_string(), link: Link::new(&link), expires_at });
        ctx.post(tx, Recipient { user_id: user.id, email: to, token: Some(token) }, &message, now)
    };
    mail(TokenPurpose::EmailChange, &tokens.to_new, email.as_str(), Message::AddressConfirm)?;
    mail(TokenPurpose::EmailChangeStop, &tokens.to_old, &user.email, Message::AddressStop)?;
    let (before, after) = (user.email.clone(), email.to_string());
    let event = AuditEvent::EmailChangeRequested { before, after, expires_at: expires_at.and_utc() };
    tx.audit(about_user(now, caller.by(by), &user.who(), &event));
    Ok(())
}

/// Both links of a change end, with the mails that still wait to carry them.
fn end(tx: &mut Tx<'_>, user_id: UserId, how: TokenEnd, now: Timestamp) -> Result<(), StoreError> {
    tokens::end_open(tx, user_id, Some(TokenPurpose::EmailChange), how, now)?;
    tokens::end_open(tx, user_id, Some(TokenPurpose::EmailChangeStop), how, now)
}

/// A change that waits to be confirmed.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The new address.
    pub email: String,
    pub until: Timestamp,
    pub asked_by: Who,
}

/// The change of somebody's address that waits, if any.
pub fn pending(db: &mut Database, user: &User, now: Timestamp) -> Result<Option<Pending>, StoreError> {
    match tokens::open_of(db, user.id, TokenPurpose::EmailChange)?.filter(|token| now < token.expires_at) {
        Some(token) => of_token(db, token, user, now),
        None => Ok(None),
    }
}

/// The change behind a link, as long as its requester still may edit the user: they may have lost the right to since.
fn of_token(db: &mut Database, token: TokenRow, user: &User, now: Timestamp) -> Result<Option<Pending>, StoreError> {
    let asker = token.asked_by.map(|user_id| users::find(db, user_id)).transpose()?.flatten();
    let (Some(asker), Some(email)) = (asker.filter(|asker| asker.status(now) == Status::Active), token.email) else { return Ok(None) };
    let acting = ScopedActor::of(db, &asker)?;
    let target = user.target(now).in_scope(scopes::inside(db, &acting.scope, user)?);
    let change = Pending { email, until: token.expires_at, asked_by: asker.who() };
    Ok(acting.may(Action::EditUser(target)).then_some(change))
}

/// Takes back the change of somebody's address that waits, and tells them. Tells whose it was.
///
/// # Errors
/// See [`ActionError`]; unchanged where none waits.
pub fn withdraw(ctx: &Context, submission: &Submission<User>, user_id: UserId) -> Result<User, ActionError> {
    let now = ctx.now();
    submission.audited_transaction(ctx, |tx, caller| {
        let acting = caller.acting(tx, Rights::Stay, now)?;
        let user = acting.require_for_update(tx, EntryPoint::UsersAndPermissions, user_id, |target, _| Action::EditUser(target), now)?;
        let token = tokens::open_of(tx.db(), user_id, TokenPurpose::EmailChange)?.ok_or_else(|| ActionError::unchanged(&user))?;
        end(tx, user_id, TokenEnd::Revoked, now)?;
        let (old, new) = (user.email.clone(), token.email.clone().unwrap_or_default());
        ctx.tell(tx, &user, &acting.user, |change| Message::AddressStays(AddressStays { change, old, new }), now)?;
        let event = AuditEvent::EmailChangeWithdrawn { email: token.email };
        tx.audit(about_user(now, caller.by(&acting.user), &user.who(), &event));
        Ok(user)
    })
}
