//! Delivery of the outbox: mails are claimed with a lease, sent outside any transaction, and settled afterwards.

use chrono::TimeDelta;

use crate::{
    domain::{
        audit::{AuditEvent, Subject, SubjectKind},
        clock::{Timestamp, random_bytes},
        email_address::EmailAddress,
        sender::Sender,
        time_zone::TimeZone,
    },
    mail::{Message, Outgoing, SendError, SendErrorKind, Transport, messages::MailKind},
    store::{
        StoreError, company,
        outbox::{self, DeliveryOutcome, DueMail},
        tokens,
    },
    usecases::{
        ActionError, Context, Principal,
        credentials::password_reset,
        shared::{blocking::blocking, transaction::Rights},
    },
};

/// Term of a lease. Longer than any conversation with a mail server, so that its holder has stopped when it ends.
const LEASE: TimeDelta = TimeDelta::minutes(5);

/// Waits before the second attempt and later ones, in minutes: some two days in all. A mail fails after the last.
const BACK_OFF: [i64; 10] = [1, 2, 5, 15, 30, 60, 180, 360, 720, 1440];

/// Waits while the mail server accepts no mail, in minutes. The last one repeats.
const SERVER_BACK_OFF: [i64; 6] = [1, 2, 5, 15, 30, 60];

/// Longest wait of a mail without a link for the mail server, or for an instance that can read it. A mail with a link
/// waits until the link ends.
const WAITS_FOR_SERVER: TimeDelta = TimeDelta::days(30);

/// Shortest and longest rest of a mail that this instance cannot read. Within them it rests as long as it has waited
/// already.
const UNREADABLE_RESTS: (TimeDelta, TimeDelta) = (TimeDelta::minutes(1), TimeDelta::hours(1));

/// Reason of the failure of such a mail, in place of the mail server's reply.
const UNREADABLE: &str = "Written with another key or by another version of Usher";

/// Password reset requests that are answered between two mails, so that neither delays the other.
const REQUESTS_A_TURN: usize = 10;

/// Outcome of one look into the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// A mail or a request was handled; there may be more.
    One,
    /// Nothing is due.
    Nothing,
}

/// Answers password reset requests, then sends the mail that is due longest. Requests that cannot be answered wait on,
/// and delay no mail.
///
/// # Errors
/// [`StoreError`]: a claimed mail is due again when its lease ends.
pub async fn deliver_next(ctx: &Context, transport: &Transport, from: &Sender) -> Result<Delivered, StoreError> {
    let is_any_answered = blocking(ctx, |ctx| answer_requests(&ctx)).await.unwrap_or_else(|error| {
        tracing::error!(%error, "a request for a new password is not answered");
        false
    });
    let claimed = blocking(ctx, |ctx| {
        let now = ctx.now();
        ctx.store.write_transaction(|tx| {
            tokens::end_mails_of_expired(tx, now)?;
            let mail = outbox::claim(tx, now, now + LEASE)?;
            mail.map(|mail| Ok((mail, company::load(tx.db())?.time_zone))).transpose()
        })
    })
    .await?;
    let Some((mail, zone)) = claimed else { return Ok(if is_any_answered { Delivered::One } else { Delivered::Nothing }) };
    let Some(message) = mail.sealed.as_deref().and_then(|sealed| ctx.unseal(&mail.message_id, sealed)) else {
        blocking(ctx, move |ctx| leave(&ctx, &mail)).await?;
        return Ok(Delivered::One);
    };
    let sent = match outgoing(&mail, &message, from, zone) {
        // Boxed, since the future of a conversation with a mail server takes some 16 kB.
        Some(outgoing) => Box::pin(transport.send(&outgoing)).await.map(|reply| reply.0),
        None => Err(SendError::permanent("The mail could not be written")),
    };
    let is_filed = !transport.sends();
    blocking(ctx, move |ctx| settle(&ctx, &mail, sent, is_filed)).await?;
    Ok(Delivered::One)
}

/// Answers the requests of one turn. Returns true if there were any.
fn answer_requests(ctx: &Context) -> Result<bool, StoreError> {
    let mut answered = 0;
    while answered < REQUESTS_A_TURN && password_reset::answer_next(ctx)? {
        answered += 1;
    }
    Ok(answered > 0)
}

fn outgoing(mail: &DueMail, message: &Message, from: &Sender, zone: TimeZone) -> Option<Outgoing> {
    Some(Outgoing {
        message_id: mail.message_id.clone(),
        from: from.clone(),
        to: EmailAddress::parse(&mail.recipient).ok()?,
        date: mail.created_at,
        rendered: message.render(zone).ok()?,
    })
}

/// Leaves a mail that was sealed with another key or by a newer version to an instance that can read it.
fn leave(ctx: &Context, mail: &DueMail) -> Result<(), StoreError> {
    let now = ctx.now();
    if has_waited_enough(mail, now) {
        return fail(ctx, mail, &SendError::permanent(UNREADABLE));
    }
    let rest = (now - mail.created_at).clamp(UNREADABLE_RESTS.0, UNREADABLE_RESTS.1);
    tracing::error!(mail = mail.id.0, minutes = rest.num_minutes(), "a mail rests: written with another key or by another version");
    ctx.store.write_transaction(|tx| outbox::give_back(tx, mail.id, now + rest))
}

fn settle(ctx: &Context, mail: &DueMail, sent: Result<String, SendError>, is_filed: bool) -> Result<(), StoreError> {
    let now = ctx.now();
    let error = match sent {
        Ok(reply) => {
            let attempt = if is_filed {
                DeliveryOutcome::Filed { reply: &reply, keeps_link: mail.kind.parse().is_ok_and(MailKind::is_invitation) }
            } else {
                DeliveryOutcome::HandedOver { reply: &reply }
            };
            return ctx.store.write_transaction(|tx| outbox::settle(tx, mail.id, &attempt, now).map(|_| ()));
        }
        Err(error) => error,
    };
    let kind = match error.kind {
        SendErrorKind::Unclear if ctx.store.read(|db| outbox::is_refused_alone(db, mail.id))? => SendErrorKind::Temporary,
        kind => kind,
    };
    let Some(at) = next_attempt(ctx, kind, mail, now) else { return fail(ctx, mail, &error) };
    tracing::warn!(mail = mail.id.0, reply = error.reply, "a mail is tried again later");
    let reply = &*error.reply;
    let attempt = match kind {
        SendErrorKind::Server | SendErrorKind::Unclear => DeliveryOutcome::Refused { reply, at },
        SendErrorKind::Temporary | SendErrorKind::Permanent => DeliveryOutcome::Retry { reply, at },
    };
    ctx.store.write_transaction(|tx| outbox::settle(tx, mail.id, &attempt, now).map(|_| ()))
}

/// Marks a mail as failed, and records that for administrators.
fn fail(ctx: &Context, mail: &DueMail, error: &SendError) -> Result<(), StoreError> {
    tracing::error!(mail = mail.id.0, reply = error.reply, "a mail failed");
    let failed = Principal::System.audited_transaction(ctx, Rights::Stay, |work| {
        if !outbox::settle(work.tx, mail.id, &DeliveryOutcome::Failed { reply: &error.reply }, work.now)? {
            return Err(ActionError::is_so(mail.recipient.clone()));
        }
        let subject = Subject { kind: SubjectKind::Mail, id: mail.id.0, name: mail.recipient.clone() };
        let attempts = u64::from(mail.attempts.unsigned_abs()) + 1;
        work.record(subject, &AuditEvent::MailFailed { reply: error.reply.clone(), attempts });
        Ok(())
    });
    match failed {
        Err(ActionError::Store(error)) => Err(error),
        // A mail that was cancelled or settled by another worker meanwhile is not recorded.
        Err(_) | Ok(()) => Ok(()),
    }
}

/// True if a mail has waited its longest for reasons other than its own.
fn has_waited_enough(mail: &DueMail, now: Timestamp) -> bool {
    mail.token_id.is_none() && mail.created_at + WAITS_FOR_SERVER <= now
}

/// Time of the next attempt; `None` when the mail has failed. Up to a fifth of the wait is added at random, so that
/// mails do not come all at once.
fn next_attempt(ctx: &Context, kind: SendErrorKind, mail: &DueMail, now: Timestamp) -> Option<Timestamp> {
    let minutes = match kind {
        SendErrorKind::Permanent => None,
        SendErrorKind::Temporary => BACK_OFF.get(usize::try_from(mail.attempts - mail.server_refusals).ok()?),
        SendErrorKind::Server | SendErrorKind::Unclear if has_waited_enough(mail, now) => None,
        SendErrorKind::Server | SendErrorKind::Unclear => {
            SERVER_BACK_OFF.get(usize::try_from(mail.server_refusals).ok()?).or(SERVER_BACK_OFF.last())
        }
    };
    let wait = TimeDelta::minutes(*minutes?);
    let [chance] = random_bytes::<1>(&*ctx.random);
    Some(now + wait + wait * i32::from(chance) / (5 * 255))
}
