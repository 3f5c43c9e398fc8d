//! Made-up mails: invitations in every state of the outbox. None is ever sent, as each waiting one is due only after its
//! link has ended, which cancels it.

use chrono::TimeDelta;

use crate::{
    domain::{
        audit::{AuditEvent, By, Channel, Subject, SubjectKind},
        credentials::token::{Token, TokenPurpose},
        time_unit,
    },
    mail::{
        Link, Message,
        messages::{Access, Invitation},
    },
    store::{
        Tx,
        bulk_insert::{self, MailPast},
        outbox::MailState,
        tokens::{self, NewToken},
    },
    usecases::{Context, Recipient},
};

use super::{COMPANY, DemoError, past::Past, people::Recorded};

/// Open invitations with a mail, and expired ones, at most.
const OPEN: usize = 12;
const EXPIRED: usize = 4;

const FAILED: &str = "550 5.1.1 Recipient address rejected: user unknown in virtual mailbox table";
const RETRYING: &str = "451 4.7.1 Greylisting in action, please come back later";
const HANDED_OVER: &str = "250 2.0.0 Ok: queued as 4bQ7xR2mZvz9tKd";

/// Adds the mails of the first invited users, with their links.
pub(super) fn add(ctx: &Context, tx: &mut Tx<'_>, past: &mut Past, people: &[Recorded]) -> Result<(), DemoError> {
    let is_expired = |made_up: &&Recorded| made_up.user.invitation.is_some_and(|(_, expires_at)| expires_at <= past.now);
    let (expired, open): (Vec<_>, Vec<_>) = people.iter().filter(|made_up| made_up.user.invitation.is_some()).partition(is_expired);
    let mut states = [MailState::HandedOver, MailState::Failed, MailState::Retrying, MailState::Queued].into_iter();
    for made_up in open.into_iter().take(OPEN) {
        add_one(ctx, tx, past, made_up, states.next().unwrap_or(MailState::HandedOver))?;
    }
    expired.into_iter().take(EXPIRED).try_for_each(|made_up| add_one(ctx, tx, past, made_up, MailState::Cancelled))
}

fn add_one(ctx: &Context, tx: &mut Tx<'_>, past: &mut Past, made_up: &Recorded, state: MailState) -> Result<(), DemoError> {
    let Some((_, expires_at)) = made_up.user.invitation else { return Ok(()) };
    let (person, at) = (&made_up.person, made_up.user.created_at);
    let (email, now) = (&*person.email, past.now);
    let by = past.admin(past.start, 0);
    let token = Token::new(&*ctx.random);
    let (purpose, asked_by) = (TokenPurpose::Invitation, by.map(|by| by.id));
    let new = NewToken { purpose, hash: token.hash(), user: Some(person.id), email: Some(email), asked_by, expires_at, now: at };
    let id = tokens::insert(tx, &new)?;
    let message = Message::Invitation(Invitation {
        invited_by: by.map(|by| by.name.clone()).unwrap_or_default(),
        first_name: person.first_name.clone(),
        company: COMPANY.to_owned(),
        access: Access::new(made_up.user.default_role, Vec::new()),
        link: Link::new(&ctx.links.with_token(purpose, &token)),
        term: time_unit::in_words(expires_at - at),
        expires_at,
    });
    let mail = ctx.seal(Recipient { user_id: person.id, email, token: Some(id) }, &message, at)?;
    let soon = (at + TimeDelta::seconds(4)).min(now);
    let (attempts, reply, done_at) = match state {
        MailState::Queued => (0, None, None),
        MailState::Retrying => (3, Some(RETRYING), None),
        MailState::HandedOver => (1, Some(HANDED_OVER), Some(soon)),
        MailState::Failed => (1, Some(FAILED), Some(soon)),
        MailState::Cancelled => (9, None, Some(expires_at)),
    };
    let next_attempt_at = done_at.unwrap_or(expires_at);
    let is_kept = state != MailState::Cancelled && !(ctx.sends_mail && state == MailState::HandedOver);
    let id = bulk_insert::insert_mail(tx, &mail, &MailPast { state, attempts, reply, next_attempt_at, done_at, is_kept })?;
    if state == MailState::Failed {
        let by = By { id: None, name: "Usher".to_owned(), channel: Channel::Worker, client_ip: None };
        let subject = Subject { kind: SubjectKind::Mail, id: id.0, name: person.email.clone() };
        past.record(soon, by, subject, &AuditEvent::MailFailed { reply: FAILED.to_owned(), attempts: 1 });
    }
    Ok(())
}
