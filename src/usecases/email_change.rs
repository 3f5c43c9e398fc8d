//! Another address for somebody active: it becomes theirs once somebody confirms it there, and until then it can be stopped from the old one.

mod confirm;

use chrono::TimeDelta;
use serde_json::json;

use crate::{
    domain::{
        audit::AuditAction,
        clock::Timestamp,
        email_address::EmailAddress,
        ids::UserId,
        policy::{Action, decide},
        token::{Token, TokenEnd, TokenPurpose},
        user::Status,
    },
    mail::{Link, Message, message::AddressChange},
    store::{
        Database, StoreError, Tx,
        people::{self, Person},
        tokens::{self, NewToken, TokenRow},
    },
};

pub use self::confirm::{ConfirmError, Open, confirm, look, look_at_stop, stop};
use super::{
    Caller, Context, Denied,
    context::{Rights, about_user, authorise},
    invitations::Existing,
    mails::{Recipient, by_other},
    users,
};

/// How long a new address can be confirmed, and the change be stopped.
const TERM: TimeDelta = TimeDelta::hours(24);

/// Another address for somebody, as whoever edits a person asks for it inside the transaction.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub caller: &'a Caller,
    /// The caller, as the transaction found them.
    pub actor: &'a Person,
    /// Under lock.
    pub person: &'a Person,
    pub email: &'a EmailAddress,
    pub now: Timestamp,
}

/// Why somebody does not get an address.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// It belongs to somebody else.
    #[error("the address is in use")]
    Taken(Box<Existing>),
    #[error(transparent)]
    Denied(#[from] Denied),
}

impl From<StoreError> for AddressError {
    fn from(error: StoreError) -> Self {
        Self::Denied(error.into())
    }
}

/// The two links of a change, made before the transaction, which may run twice.
#[derive(Debug, Clone)]
pub struct Tokens {
    confirm: Token,
    stop: Token,
}

impl Tokens {
    pub fn new(ctx: &Context) -> Self {
        Self { confirm: Token::new(&*ctx.random), stop: Token::new(&*ctx.random) }
    }
}

impl Asked<'_> {
    pub(super) fn authorise(&self, action: Action) -> Result<(), Denied> {
        authorise(self.actor, action, Some(self.person))
    }

    /// Nobody else has the address.
    pub(super) fn require_free(&self, db: &mut Database) -> Result<(), AddressError> {
        match Existing::find(db, self.email, self.now)? {
            Some(existing) if existing.id != self.person.id => Err(AddressError::Taken(Box::new(existing))),
            _ => Ok(()),
        }
    }
}

/// Asks for another address of somebody active, in place of what was asked before. Both addresses get a mail: the new one confirms, the old
/// one can stop it. The address that the person has already needs no change.
///
/// # Errors
/// See [`AddressError`].
pub fn begin(ctx: &Context, tx: &mut Tx<'_>, asked: &Asked<'_>, tokens: &Tokens) -> Result<(), AddressError> {
    let Asked { caller, actor, person, email, now } = *asked;
    asked.authorise(Action::ChangeEmail(person.target(now)))?;
    if email.as_str() == person.email {
        return Ok(());
    }
    asked.require_free(tx.db())?;
    end(tx, person.id, TokenEnd::Replaced, now)?;
    let expires_at = now + TERM;
    let mut mail = |purpose, token: &Token, to: &str, message: fn(AddressChange) -> Message| {
        let (user, asked_by, link) = (Some(person.id), Some(actor.id), ctx.links.with_token(purpose, token));
        let token = tokens::insert(tx, &NewToken { purpose, hash: token.hash(), user, email: Some(to), asked_by, expires_at, now })?;
        let change = by_other(tx, person.first_name.clone(), actor.display_name(), now)?;
        let message = message(AddressChange { change, new: email.to_string(), link: Link::new(&link), expires_at });
        ctx.post(tx, Recipient { user: person.id, email: to, token: Some(token) }, &message, now)
    };
    mail(TokenPurpose::EmailChange, &tokens.confirm, email.as_str(), Message::AddressConfirm)?;
    mail(TokenPurpose::EmailChangeStop, &tokens.stop, &person.email, Message::AddressStop)?;
    let details = json!({"before": person.email, "after": email.as_str(), "expires_at": expires_at.and_utc()});
    tx.audit(about_user(now, caller.by(actor), AuditAction::EmailChangeAsked, &person.who(), details));
    Ok(())
}

/// Both links of a change end, with the mails that still wait to carry them.
fn end(tx: &mut Tx<'_>, user: UserId, how: TokenEnd, now: Timestamp) -> Result<(), StoreError> {
    tokens::end_open(tx, user, Some(TokenPurpose::EmailChange), how, now)?;
    tokens::end_open(tx, user, Some(TokenPurpose::EmailChangeStop), how, now)
}

/// A change that waits to be confirmed.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The new address.
    pub email: String,
    pub until: Timestamp,
    /// By name.
    pub asked_by: String,
}

/// The change of somebody's address that waits, if any.
///
/// # Errors
/// The database's.
pub fn pending(db: &mut Database, person: &Person, now: Timestamp) -> Result<Option<Pending>, StoreError> {
    match tokens::open_of(db, person.id, TokenPurpose::EmailChange)?.filter(|token| now < token.expires_at) {
        Some(token) => of_token(db, token, person, now),
        None => Ok(None),
    }
}

/// What a link stands for, as long as whoever asked for it still may: they may have lost the right to since.
fn of_token(db: &mut Database, token: TokenRow, person: &Person, now: Timestamp) -> Result<Option<Pending>, StoreError> {
    let asker = token.asked_by.map(|user| people::find(db, user)).transpose()?.flatten();
    let may =
        |asker: &Person| asker.status(now) == Status::Active && decide(asker.actor(), Action::ChangeEmail(person.target(now))).is_ok();
    let (Some(asker), Some(email)) = (asker.filter(may), token.email) else { return Ok(None) };
    Ok(Some(Pending { email, until: token.expires_at, asked_by: asker.display_name() }))
}

/// Takes back the change of somebody's address that waits. Tells whose it was.
///
/// # Errors
/// See [`Denied`]; unknown where none waits.
pub fn withdraw(ctx: &Context, caller: &Caller, user: UserId) -> Result<Person, Denied> {
    let now = ctx.now();
    ctx.store.change(|tx| {
        let actor = caller.actor(tx, Rights::Stay, now)?;
        let person = users::guarded(tx, &actor, user, |target, _| Action::ChangeEmail(target), now)?;
        let token = tokens::open_of(tx.db(), user, TokenPurpose::EmailChange)?.ok_or_else(Denied::unknown)?;
        end(tx, user, TokenEnd::Revoked, now)?;
        let details = json!({"email": token.email});
        tx.audit(about_user(now, caller.by(&actor), AuditAction::EmailChangeWithdrawn, &person.who(), details));
        Ok(person)
    })
}
