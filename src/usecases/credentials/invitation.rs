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
        text::PersonName,
        user::Status,
    },
    mail::Message,
    store::{
        company, tokens,
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

use super::{new_password, sessions};

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
        users::set_credentials(tx, &user, first_name, last_name, &password.hash, now)?;
        password.settle(tx, now)?;
        let who = users::find(tx.db(), user.id)?.ok_or(LinkError::NotOpen)?.who();
        let mut work = UnitOfWork::of(ctx, tx, ScopedActor::oneself(&who), &client.client_ip, now);
        grantors::judge_again(&mut work, &user)?;
        work.record(&who, &AuditEvent::InvitationAccepted { email: who.email.clone() });
        sessions::begin(&mut work, &who, &session, client)?;
        Ok(session.clone())
    })
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
