//! Inviting somebody, and what becomes of the invitation.

use serde_json::json;

use crate::{
    domain::{
        audit::AuditAction,
        clock::{Timestamp, random_bytes},
        company::Company,
        email_address::EmailAddress,
        ids::UserId,
        invitation::InvitationOrigin,
        password::Password,
        policy::{Action, Target},
        text::PersonName,
        token::{Token, TokenEnd, TokenPurpose},
        user::{DefaultRole, Status},
    },
    mail::{Link, Message, message::Invitation},
    store::{
        Database, StoreError, Tx, company, outbox,
        people::{self, NewInvited, Person},
        tokens::{self, NewToken},
    },
};

use super::{
    Caller, Context, Denied, Visitor,
    context::{Rights, about_user, authorise, by_oneself},
    email_change::{AddressError, Asked},
    links::{self, LinkError, Looked},
    mails::Recipient,
    sign_in,
};

/// Why nobody is invited.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// The address belongs to somebody already.
    #[error("the address is in use")]
    Exists(Box<Existing>),
    #[error(transparent)]
    Denied(#[from] Denied),
}

impl From<StoreError> for InviteError {
    fn from(error: StoreError) -> Self {
        Self::Denied(error.into())
    }
}

/// Whose address it is, and what can be done about it.
#[derive(Debug, Clone)]
pub struct Existing {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub status: Status,
}

impl Existing {
    /// Whoever has the address.
    pub(super) fn find(db: &mut Database, email: &EmailAddress, now: Timestamp) -> Result<Option<Self>, StoreError> {
        let found = people::find_by_email(db, email)?;
        Ok(found.map(|(person, _)| Self { id: person.id, name: person.display_name(), status: person.status(now), email: person.email }))
    }
}

/// Invites somebody from Users & Groups: as a User without assignments.
///
/// # Errors
/// See [`InviteError`].
pub fn invite(ctx: &Context, caller: &Caller, email: &EmailAddress) -> Result<(), InviteError> {
    let (now, token) = (ctx.now(), Token::new(&*ctx.random));
    let origin = InvitationOrigin::UsersAndGroups;
    ctx.store.change(|tx| {
        let actor = caller.actor(tx, Rights::Stay, now)?;
        authorise(&actor, Action::InviteUser, None)?;
        if let Some(existing) = Existing::find(tx.db(), email, now)? {
            return Err(InviteError::Exists(Box::new(existing)));
        }
        let company = company::load(tx.db())?;
        let expires_at = now + company.invitation_term(origin);
        let default_role = DefaultRole::User;
        let id = people::insert_invited(tx, &NewInvited { email, default_role, origin, expires_at, invited_by: actor.id, now })?;
        let person = people::find(tx.db(), id)?.ok_or_else(Denied::unknown)?;
        let sent = Sent { person: &person, token: &token, company: &company, invited_by: actor.display_name(), expires_at };
        sent.post(ctx, tx, Message::Invitation, now)?;
        let details = json!({"email": person.email, "role": default_role.label(), "expires_at": expires_at.and_utc()});
        tx.audit(about_user(now, caller.by(&actor), AuditAction::UserInvited, &person.who(), details));
        Ok(())
    })
}

/// Sends the invitation once more: the earlier link is dead, the term starts anew. Tells whose it was.
///
/// # Errors
/// See [`Denied`].
pub fn resend(ctx: &Context, caller: &Caller, user: UserId) -> Result<Person, Denied> {
    let (now, token) = (ctx.now(), Token::new(&*ctx.random));
    ctx.store.change(|tx| {
        let actor = caller.actor(tx, Rights::Stay, now)?;
        let person = target(tx, &actor, user, Action::ResendInvitation, now)?;
        let expires_at = renew(ctx, tx, &person, &token, actor.display_name(), Message::InvitationAgain, now)?;
        let details = json!({"expires_at": expires_at.and_utc()});
        tx.audit(about_user(now, caller.by(&actor), AuditAction::InvitationResent, &person.who(), details));
        Ok(person)
    })
}

/// Sends the invitation to another address instead: the earlier link is dead, the term starts anew. The address that the person has already
/// needs no change.
///
/// # Errors
/// See [`AddressError`].
pub fn readdress(ctx: &Context, tx: &mut Tx<'_>, asked: &Asked<'_>, token: &Token) -> Result<(), AddressError> {
    let Asked { caller, actor, person, email, now } = *asked;
    asked.authorise(Action::ResendInvitation(person.target(now)))?;
    if email.as_str() == person.email {
        return Ok(());
    }
    asked.require_free(tx.db())?;
    people::set_email(tx, person, email)?;
    outbox::cancel_for(tx, person.id, now)?;
    let invited = Person { email: email.to_string(), ..person.clone() };
    let expires_at = renew(ctx, tx, &invited, token, actor.display_name(), Message::Invitation, now)?;
    let details = json!({"before": person.email, "after": email.as_str(), "expires_at": expires_at.and_utc()});
    tx.audit(about_user(now, caller.by(actor), AuditAction::InvitationReaddressed, &person.who(), details));
    Ok(())
}

/// Takes the invitation back: its link is dead, and the person leaves the lists. Tells whose it was.
///
/// # Errors
/// See [`Denied`].
pub fn revoke(ctx: &Context, caller: &Caller, user: UserId) -> Result<Person, Denied> {
    let now = ctx.now();
    ctx.store.change(|tx| {
        let actor = caller.actor(tx, Rights::Stay, now)?;
        let person = target(tx, &actor, user, Action::RevokeInvitation, now)?;
        tokens::end_open(tx, user, None, TokenEnd::Revoked, now)?;
        outbox::cancel_for(tx, user, now)?;
        people::remove(tx, user)?;
        tx.audit(about_user(now, caller.by(&actor), AuditAction::InvitationRevoked, &person.who(), json!({"email": person.email})));
        Ok(person)
    })
}

/// Whose invitation is to be taken back.
///
/// # Errors
/// See [`Denied`].
pub fn revocable(ctx: &Context, actor: &Person, user: UserId) -> Result<Person, Denied> {
    let now = ctx.now();
    ctx.store.read(|db| find_target(db, actor, user, Action::RevokeInvitation, now))
}

/// The open invitation's link, for an administrator to pass on where no mail server is configured. Looking is written down.
///
/// # Errors
/// See [`Denied`]; unknown where mails are sent, and where the link ran out.
pub fn link(ctx: &Context, caller: &Caller, user: UserId) -> Result<(Person, String, Timestamp), Denied> {
    let now = ctx.now();
    if ctx.sends_mail {
        return Err(Denied::unknown());
    }
    ctx.store.change(|tx| {
        let actor = caller.actor(tx, Rights::Stay, now)?;
        let person = target(tx, &actor, user, Action::SeeInvitationLink, now)?;
        let token = tokens::open_of(tx.db(), user, TokenPurpose::Invitation)?.filter(|token| now < token.expires_at);
        let token = token.ok_or_else(Denied::unknown)?;
        let (message_id, sealed) = outbox::sealed_with_token(tx.db(), token.id)?.ok_or_else(Denied::unknown)?;
        let link = match ctx.unseal(&message_id, &sealed) {
            Some(Message::Invitation(invitation) | Message::InvitationAgain(invitation)) => invitation.link.reveal().to_owned(),
            _ => return Err(Denied::unknown()),
        };
        tx.audit(about_user(now, caller.by(&actor), AuditAction::InvitationLinkSeen, &person.who(), json!({})));
        Ok((person, link, token.expires_at))
    })
}

fn target(tx: &mut Tx<'_>, actor: &Person, user: UserId, action: fn(Target) -> Action, now: Timestamp) -> Result<Person, Denied> {
    people::lock(tx, user)?;
    find_target(tx.db(), actor, user, action, now)
}

/// The person, if the actor may do this to them. Whoever may do it to nobody learns nothing about who exists.
fn find_target(db: &mut Database, actor: &Person, user: UserId, action: fn(Target) -> Action, now: Timestamp) -> Result<Person, Denied> {
    authorise(actor, Action::InviteUser, None)?;
    let person = people::find(db, user)?.ok_or_else(Denied::unknown)?;
    authorise(actor, action(person.target(now)), Some(&person))?;
    Ok(person)
}

/// A new link and a new term in place of the old ones. Tells until when it holds.
fn renew(
    ctx: &Context,
    tx: &mut Tx<'_>,
    person: &Person,
    token: &Token,
    invited_by: String,
    message: fn(Invitation) -> Message,
    now: Timestamp,
) -> Result<Timestamp, StoreError> {
    let company = company::load(tx.db())?;
    let origin = person.invitation_origin.unwrap_or(InvitationOrigin::UsersAndGroups);
    let expires_at = now + company.invitation_term(origin);
    tokens::end_open(tx, person.id, Some(TokenPurpose::Invitation), TokenEnd::Replaced, now)?;
    people::renew_invitation(tx, person.id, expires_at)?;
    Sent { person, token, company: &company, invited_by, expires_at }.post(ctx, tx, message, now)?;
    Ok(expires_at)
}

/// A link on its way to somebody.
struct Sent<'a> {
    person: &'a Person,
    token: &'a Token,
    company: &'a Company,
    invited_by: String,
    expires_at: Timestamp,
}

impl Sent<'_> {
    fn post(self, ctx: &Context, tx: &mut Tx<'_>, message: fn(Invitation) -> Message, now: Timestamp) -> Result<(), StoreError> {
        let Self { person, token, company, invited_by, expires_at } = self;
        let new = NewToken {
            purpose: TokenPurpose::Invitation,
            hash: token.hash(),
            user: Some(person.id),
            email: Some(&person.email),
            asked_by: None,
            expires_at,
            now,
        };
        let token_id = tokens::insert(tx, &new)?;
        let message = message(Invitation {
            invited_by,
            first_name: person.first_name.clone(),
            company: company.name.clone(),
            link: Link::new(&ctx.links.with_token(TokenPurpose::Invitation, token)),
            expires_at,
        });
        ctx.post(tx, Recipient { user: person.id, email: &person.email, token: Some(token_id) }, &message, now)
    }
}

/// An invitation that waits to be accepted.
#[derive(Debug, Clone)]
pub struct Open {
    pub person: Person,
    /// Empty when that person is gone.
    pub invited_by: String,
    pub expires_at: Timestamp,
    pub company: Company,
}

/// Looks at a link and changes nothing, as often as mail scanners like.
///
/// # Errors
/// The database's.
pub fn look(ctx: &Context, token: &Token) -> Looked<Box<Open>> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let (token, person) = match links::look(db, TokenPurpose::Invitation, token, now)? {
            Ok(found) => found,
            Err(dead) => return Ok(Err(dead)),
        };
        let invited_by = inviter(db, &person)?;
        Ok(Ok(Box::new(Open { person, invited_by, expires_at: token.expires_at, company: company::load(db)? })))
    })
}

/// Who invited somebody, by name; empty when that person is gone.
fn inviter(db: &mut Database, person: &Person) -> Result<String, StoreError> {
    let inviter = person.invited_by.map(|user| people::find(db, user)).transpose()?.flatten();
    Ok(inviter.map(|inviter| inviter.display_name()).unwrap_or_default())
}

/// Accepts an invitation: sets name and password, and signs the person in. Of two who try at once, one does.
///
/// # Errors
/// See [`LinkError`].
pub fn accept(
    ctx: &Context,
    token: &Token,
    first_name: &PersonName,
    last_name: &PersonName,
    password: &Password,
    visitor: &Visitor,
) -> Result<Token, LinkError> {
    let (now, session) = (ctx.now(), Token::new(&*ctx.random));
    let password = password.hash(&random_bytes(&*ctx.random))?;
    ctx.store.change(|tx| {
        let (_, person) = links::consume(tx, TokenPurpose::Invitation, token, Status::Invited, now)?;
        people::set_credentials(tx, &person, first_name, last_name, &password, now)?;
        let who = people::find(tx.db(), person.id)?.ok_or(LinkError::NotOpen)?.who();
        let by = by_oneself(&who, &visitor.source);
        tx.audit(about_user(now, by, AuditAction::InvitationAccepted, &who, json!({"email": who.email})));
        sign_in::begin_session(tx, &who, &session, visitor, now)?;
        Ok(session.clone())
    })
}

/// "Send me a new link": mails a new link to the address that the expired one went to. Nothing more is told to whoever asks.
///
/// # Errors
/// [`LinkError::NotOpen`] unless the link ran out and the invitation stands; the database's.
pub fn send_new_link(ctx: &Context, token: &Token, source: &str) -> Result<String, LinkError> {
    let (now, new_token) = (ctx.now(), Token::new(&*ctx.random));
    ctx.store.change(|tx| {
        let token = tokens::find(tx.db(), TokenPurpose::Invitation, token.hash())?.ok_or(LinkError::NotOpen)?;
        let person = token.user_id.map(|user| people::lock(tx, user)).transpose()?.flatten().ok_or(LinkError::NotOpen)?;
        // Read again under the lock: a second press finds the link replaced, so that each expired link sends one mail.
        let open = tokens::open_of(tx.db(), person.id, TokenPurpose::Invitation)?;
        let is_latest = open.is_some_and(|open| open.id == token.id && now >= open.expires_at);
        if !is_latest || person.status(now) != Status::Expired {
            return Err(LinkError::NotOpen);
        }
        let invited_by = inviter(tx.db(), &person)?;
        let expires_at = renew(ctx, tx, &person, &new_token, invited_by, Message::InvitationAgain, now)?;
        let (by, details) = (by_oneself(&person.who(), source), json!({"expires_at": expires_at.and_utc()}));
        tx.audit(about_user(now, by, AuditAction::InvitationRequested, &person.who(), details));
        Ok(person.email)
    })
}
