//! The link of an invitation: read, accepted, or replaced after it expired.

use crate::{
    domain::{
        audit::AuditEvent,
        clock::Timestamp,
        company::Company,
        credentials::{
            password::NewPassword,
            token::{Token, TokenPurpose},
        },
        text::{PasskeyName, PersonName},
        user::{Status, Who},
    },
    mail::Message,
    store::{
        StoreError, company,
        credentials::passkeys,
        tokens,
        users::{self, User},
    },
    usecases::{
        ClientInfo, Context, SetPasswordError,
        access::grantors,
        shared::{
            links::{self, LinkError, LinkState},
            scoped_actor::ScopedActor,
            transaction::UnitOfWork,
        },
        users::invite::{inviter, renew},
    },
};

use super::{
    new_password,
    passkey::{Ceremony, PasskeyAnswer, Purpose},
    sessions,
};

/// An invitation that can be accepted.
#[derive(Debug, Clone)]
pub struct Open {
    pub user: User,
    /// Name of the inviter; empty when that user is gone.
    pub invited_by: String,
    pub expires_at: Timestamp,
    pub company: Company,
}

/// Reads a link. Mail scanners may do so any number of times.
pub fn look(ctx: &Context, token: &Token) -> LinkState<Box<Open>> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let (token, user) = match links::look(db, TokenPurpose::Invitation, token, now)? {
            Ok(found) => found,
            Err(closed) => return Ok(Err(closed)),
        };
        let invited_by = inviter(db, &user, token.asked_by)?;
        Ok(Ok(Box::new(Open { user, invited_by, expires_at: token.expires_at, company: company::load(db)? })))
    })
}

/// Accepts an invitation: sets name and password, and signs the user in. Of two requests at once, one succeeds.
pub fn accept(
    ctx: &Context,
    token: &Token,
    first_name: &PersonName,
    last_name: &PersonName,
    password: NewPassword,
    client: &ClientInfo,
) -> Result<Token, SetPasswordError> {
    let (now, session) = (ctx.now(), Token::new(&*ctx.random));
    let Open { user, company, .. } = *look(ctx, token)?.map_err(|_| LinkError::NotOpen)?;
    let known = [first_name.as_str(), last_name.as_str(), &*user.email, &*company.name];
    let password = new_password::hash(ctx, token, password, &known, &client.client_ip)?;
    ctx.store.audited_transaction(|tx| {
        let (_, user) = links::consume(tx, TokenPurpose::Invitation, token, &[Status::Invited], now)?;
        users::set_credentials(tx, &user, first_name, last_name, Some(&password.hash), now)?;
        password.settle(tx, now)?;
        let who = users::find(tx.db(), user.id)?.ok_or(LinkError::NotOpen)?.who();
        let mut work = UnitOfWork::of(ctx, tx, ScopedActor::oneself(&who), &client.client_ip, now);
        join(&mut work, &user, &who, &session, client)?;
        Ok(session.clone())
    })
}

/// Effects of an acceptance besides the credentials: assignments, the audit event and the session.
fn join(work: &mut UnitOfWork<'_, '_>, invited: &User, who: &Who, session: &Token, client: &ClientInfo) -> Result<(), StoreError> {
    grantors::judge_again(work, invited)?;
    work.record(who, &AuditEvent::InvitationAccepted { email: who.email.clone() });
    sessions::begin(work, who, session, client)
}

/// Begins to make a passkey in place of a password.
pub fn begin_passkey(ctx: &Context, token: &Token, user: &User) -> Option<Ceremony> {
    Ceremony::registration(ctx, Purpose::Invitation(token.hash()), user, &[])
}

/// Accepts an invitation with a passkey as the only credential, and signs the user in.
pub fn accept_with_passkey(
    ctx: &Context,
    token: &Token,
    first_name: &PersonName,
    last_name: &PersonName,
    (answer, passkey_name): (&PasskeyAnswer, &PasskeyName),
    client: &ClientInfo,
) -> Result<Token, AcceptPasskeyError> {
    let (now, session) = (ctx.now(), Token::new(&*ctx.random));
    let ceremony = answer.open(ctx, Purpose::Invitation(token.hash())).ok_or(AcceptPasskeyError::Refused)?;
    let party = ctx.relying_party.as_ref().ok_or(AcceptPasskeyError::Refused)?;
    let new = party.finish_registration(&ceremony.state, &answer.credential).map_err(|_| AcceptPasskeyError::Refused)?;
    ctx.store.audited_transaction(|tx| {
        let (_, user) = links::consume(tx, TokenPurpose::Invitation, token, &[Status::Invited], now)?;
        users::set_credentials(tx, &user, first_name, last_name, None, now)?;
        let who = users::find(tx.db(), user.id)?.ok_or(LinkError::NotOpen)?.who();
        let mut work = UnitOfWork::of(ctx, tx, ScopedActor::oneself(&who), &client.client_ip, now);
        if passkeys::is_known(work.tx.db(), &new.credential_id)? || !ceremony.use_up(&mut work)? {
            return Err(AcceptPasskeyError::Refused);
        }
        passkeys::insert(work.tx, user.id, &new, passkey_name, now)?;
        work.record(&who, &AuditEvent::PasskeyAdded { name: passkey_name.to_string() });
        join(&mut work, &user, &who, &session, client)?;
        Ok(session.clone())
    })
}

/// Reason for which an invitation is not accepted with a passkey.
#[derive(Debug, thiserror::Error)]
pub enum AcceptPasskeyError {
    #[error("the passkey is not accepted")]
    Refused,
    #[error(transparent)]
    Link(#[from] LinkError),
}

impl From<StoreError> for AcceptPasskeyError {
    fn from(error: StoreError) -> Self {
        Self::Link(error.into())
    }
}

/// Mails a new link to the address of an expired one. The answer reveals nothing else.
///
/// # Errors
/// [`LinkError::NotOpen`] unless the link has expired and the invitation is still open.
pub fn send_new_link(ctx: &Context, token: &Token, client_ip: &str) -> Result<(), LinkError> {
    let (now, new_token) = (ctx.now(), Token::new(&*ctx.random));
    // Unknown and replaced links begin no transaction.
    if !matches!(look(ctx, token)?, Err(links::LinkClosed::Expired { .. })) {
        return Err(LinkError::NotOpen);
    }
    ctx.store.audited_transaction(|tx| {
        let token = tokens::find(tx.db(), TokenPurpose::Invitation, token.hash())?.ok_or(LinkError::NotOpen)?;
        let user = token.user_id.map(|user_id| users::lock(tx, user_id)).transpose()?.flatten().ok_or(LinkError::NotOpen)?;
        // Read again under the lock: after a second press the link is replaced, so each expired link sends one mail.
        let open = tokens::open_of(tx.db(), user.id, TokenPurpose::Invitation)?;
        let is_latest = open.is_some_and(|open| open.id == token.id && now >= open.expires_at);
        if !is_latest || user.status(now) != Status::Expired {
            return Err(LinkError::NotOpen);
        }
        let mut work = UnitOfWork::of(ctx, tx, ScopedActor::oneself(&user.who()), client_ip, now);
        let expires_at = renew(&mut work, &user, &new_token, Message::InvitationAgain)?;
        work.record(&user, &AuditEvent::InvitationRequested { expires_at: expires_at.and_utc() });
        Ok(())
    })
}
