//! Password resets: requested at the sign-in page or by an administrator, completed behind a link.

use chrono::TimeDelta;

use crate::{
    domain::{
        audit::AuditEvent,
        clock::Timestamp,
        company::Company,
        credentials::{
            password::NewPassword,
            throttle::{self, Bucket, ThrottleScope},
            token::{Token, TokenEnd, TokenPurpose},
        },
        email_address::EmailAddress,
        ids::UserId,
        policy::UserAction,
        user::Status,
    },
    mail::{
        Link, Message,
        messages::{PasswordChanged, PasswordReset},
    },
    store::{
        Database, StoreError, Tx, company,
        credentials::{reset_requests, throttles},
        sessions,
        tokens::{self, NewToken},
        users::{self, User},
    },
    usecases::{
        ActionError, ClientInfo, Context, EntryPoint, SetPasswordError, Submission,
        outbox::mails::{self, DeliveryStatus, LinkDelivery, Recipient},
        shared::{
            ending::{AccessEnd, end_access},
            links::{self, LinkError, LinkState},
            scoped_actor::ScopedActor,
            transaction::{Rights, UnitOfWork},
        },
    },
};

use super::{new_password, sign_in};

/// Term of a reset link.
const TERM: TimeDelta = TimeDelta::hours(1);

/// Actor of a request for a link without a session.
const SIGN_IN_PAGE: &str = "The sign-in page";

/// Notes a request for a reset link. Returns the end of the wait, if there were too many requests.
///
/// Neither the time nor the answer reveals whether a user has the address: it is not looked up here. Each address reads
/// and writes equal rows, and a later transaction finds the user and writes the mail.
pub fn ask(ctx: &Context, email: &EmailAddress, client_ip: &str) -> Result<Option<Timestamp>, StoreError> {
    let now = ctx.now();
    let mut buckets = Bucket::networks(ThrottleScope::ResetSource, client_ip);
    buckets.push(Bucket::reset_account(email.key()));
    // Refused requests cost one read.
    let held_until = ctx.store.read(|db| throttles::look(db, &buckets, now))?;
    if held_until.is_some() {
        return Ok(held_until);
    }
    ctx.store.write_transaction(|tx| {
        let held_until = throttles::count(tx, &buckets, now)?;
        if held_until.is_none() {
            reset_requests::insert(tx, email.as_str(), client_ip, &throttle::widest_network(client_ip), now)?;
        }
        Ok(held_until)
    })
}

/// Answers the oldest request with a mailed link, if an active user has the address. Drops requests whose links would
/// have expired. Returns false if there was no request.
///
/// # Errors
/// [`StoreError`]: the request waits on.
pub fn answer_next(ctx: &Context) -> Result<bool, StoreError> {
    if !ctx.store.read(reset_requests::is_any)? {
        return Ok(false);
    }
    let (now, token) = (ctx.now(), Token::new(&*ctx.random));
    ctx.store.write_transaction(|tx| {
        reset_requests::drop_until(tx, now - TERM)?;
        let Some(request) = reset_requests::take(tx)? else { return Ok(false) };
        let expires_at = request.asked_at + TERM;
        // Invited users have no password to reset, and deactivated users cannot sign in.
        let user = find(tx, &request.email)?.filter(|user| user.status(now) == Status::Active);
        if let Some(user) = user {
            let mut work = UnitOfWork::of(ctx, tx, ScopedActor::client(SIGN_IN_PAGE), &request.client_ip, now);
            ResetMail { user: &user, token: &token, asked_by: None, expires_at }.post(&mut work)?;
            work.record(&user, &AuditEvent::PasswordResetRequested { expires_at: expires_at.and_utc() });
        }
        Ok(true)
    })
}

/// Finds and locks the user with this address.
fn find(tx: &mut Tx<'_>, email: &str) -> Result<Option<User>, StoreError> {
    let Ok(email) = EmailAddress::parse(email) else { return Ok(None) };
    let Some((found, _)) = users::find_by_email(tx.db(), &email)? else { return Ok(None) };
    let user = users::lock(tx, found.id)?;
    Ok(user.filter(|user| user.email == found.email))
}

/// Mails another user a reset link. Returns the user.
pub fn send(ctx: &Context, submission: &Submission<User>, user_id: UserId) -> Result<User, ActionError> {
    let token = Token::new(&*ctx.random);
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let user = work.require_for_update(EntryPoint::UsersAndPermissions, user_id, |target, _| UserAction::SendPasswordReset(target))?;
        work.count_mail(&user)?;
        mail_link(work, &user, &token)?;
        Ok(user)
    })
}

/// Mails a user a reset link on behalf of the actor, and records it.
pub(in crate::usecases) fn mail_link(work: &mut UnitOfWork<'_, '_>, user: &User, token: &Token) -> Result<(), StoreError> {
    let expires_at = work.now + TERM;
    ResetMail { user, token, asked_by: Some(work.actor.name.clone()), expires_at }.post(work)?;
    work.record(user, &AuditEvent::PasswordResetSent { expires_at: expires_at.and_utc() });
    Ok(())
}

/// Mail with a reset link, in place of an earlier one.
struct ResetMail<'a> {
    user: &'a User,
    token: &'a Token,
    /// Display name of the administrator; `None` for a request from the sign-in page.
    asked_by: Option<String>,
    expires_at: Timestamp,
}

impl ResetMail<'_> {
    fn post(self, work: &mut UnitOfWork<'_, '_>) -> Result<(), StoreError> {
        let Self { user, token, asked_by, expires_at } = self;
        let purpose = TokenPurpose::PasswordReset;
        tokens::end_open(work.tx, user.id, Some(purpose), TokenEnd::Replaced, work.now)?;
        let new = NewToken {
            purpose,
            hash: token.hash(),
            user: Some(user.id),
            email: Some(&user.email),
            asked_by: work.actor.id(),
            expires_at,
            now: work.now,
        };
        let token_id = tokens::insert(work.tx, &new)?;
        let message = Message::PasswordReset(PasswordReset {
            asked_by,
            first_name: user.first_name.clone(),
            company: company::load(work.tx.db())?.name,
            link: Link::new(&work.ctx.links.with_token(purpose, token)),
            expires_at,
        });
        work.post(Recipient { user_id: user.id, email: &user.email, token: Some(token_id) }, &message)
    }
}

/// Latest reset link of a user, as administrators see it.
#[derive(Debug, Clone)]
pub struct Latest {
    /// Name of the requester; `None` when that user is gone.
    pub by: Option<String>,
    pub sent_at: Timestamp,
    pub until: Timestamp,
    pub mail: Option<LinkDelivery>,
}

/// The user's open reset link. An expired one is returned only where its mail failed, since nothing else reports that.
pub fn latest(db: &mut Database, user: UserId, now: Timestamp) -> Result<Option<Latest>, StoreError> {
    let Some(token) = tokens::open_of(db, user, TokenPurpose::PasswordReset)? else { return Ok(None) };
    let mail = mails::of_link(db, TokenPurpose::PasswordReset, user)?;
    if now >= token.expires_at && mail.as_ref().is_none_or(|mail| mail.status != DeliveryStatus::Failed) {
        return Ok(None);
    }
    let by = match token.asked_by {
        Some(by) => users::find(db, by)?.map(|by| by.display_name()),
        None => Some(SIGN_IN_PAGE.to_owned()),
    };
    Ok(Some(Latest { by, sent_at: token.created_at, until: token.expires_at, mail }))
}

/// A reset link that can be used.
#[derive(Debug, Clone)]
pub struct Open {
    pub user: User,
    pub expires_at: Timestamp,
    pub company: Company,
}

/// Reads a link for `purpose`, which is a password reset or a recovery.
pub fn look(ctx: &Context, purpose: TokenPurpose, token: &Token) -> LinkState<Open> {
    let now = ctx.now();
    ctx.store.read(|db| {
        Ok(match links::look(db, purpose, token, now)? {
            Ok((token, user)) => Ok(Open { user, expires_at: token.expires_at, company: company::load(db)? }),
            Err(closed) => Err(closed),
        })
    })
}

/// Sets the new password and consumes the link. Sessions and other links of the user end. The browser is known from
/// then on, and is not signed in.
pub fn choose(
    ctx: &Context,
    purpose: TokenPurpose,
    token: &Token,
    password: NewPassword,
    client: &ClientInfo,
) -> Result<(), SetPasswordError> {
    let (now, client_ip) = (ctx.now(), &*client.client_ip);
    let Open { user, company, .. } = look(ctx, purpose, token)?.map_err(|_| LinkError::NotOpen)?;
    let known = [&*user.first_name, &*user.last_name, &*user.email, &*company.name];
    let password = new_password::hash(ctx, token, password, &known, client_ip)?;
    ctx.store.audited_transaction(|tx| {
        let (_, user) = links::consume(tx, purpose, token, &[Status::Active], now)?;
        users::set_password(tx, user.id, &password.hash)?;
        password.settle(tx, now)?;
        if let Some(browser) = client.browser {
            sessions::remember_browser(tx, user.id, browser, now)?;
        }
        sign_in::forget_attempts(tx, &user)?;
        let mut work = UnitOfWork::of(ctx, tx, ScopedActor::oneself(&user.who()), client_ip, now);
        let sessions = end_access(&mut work, user.id, AccessEnd::PasswordReset, None)?;
        let changed = PasswordChanged {
            first_name: user.first_name.clone(),
            company: company::load(work.tx.db())?.name,
            at: now,
            link: Link::new(&ctx.links.sign_in()),
            is_in_account: false,
        };
        work.post((&user).into(), &Message::PasswordChanged(changed))?;
        work.record(&user, &AuditEvent::PasswordReset { sessions_ended: sessions as u64 });
        Ok(())
    })
}
