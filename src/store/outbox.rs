//! Mails waiting to be sent, and the outcome of each.

mod again;
mod sealed;

use diesel::{
    dsl::{count_star, min, sql},
    prelude::*,
    sql_types::Bool,
};

pub use again::{
    FailedMail, ServerRefusal, Undelivered, failed, is_refused_alone, latest_failed, refusal, send_again, send_all_again, wipe_failed,
};
pub use sealed::{SealedMail, give_back, give_up, sealed_after, unreadable};

use crate::domain::{
    clock::Timestamp,
    credentials::token::{TokenEnd, TokenPurpose},
    ids::{MailId, TokenId, UserId},
    stored::stored_enum,
};

use super::{
    Database, StoreError, Tx,
    connection::with_backend,
    schema::{outbox, tokens},
};

/// Rows in one statement: an event of a whole portfolio is mailed to thousands of users.
const ROWS: usize = 500;

stored_enum! {
    /// State of a mail.
    MailState {
        Queued = "queued",
        /// Failed attempt; a further one follows.
        Retrying = "retrying",
        HandedOver = "handed_over",
        Failed = "failed",
        /// Mail that became pointless before it was sent.
        Cancelled = "cancelled",
    }
}

stored_enum! {
    /// Obstacle to sending a mail.
    Trouble {
        Mail = "mail",
        /// Mail server refuses all mails at present.
        Server = "server",
        /// Mail that this instance cannot read: sealed with another key, or written by another version.
        Key = "key",
    }
}

/// A mail to be sent.
#[derive(Debug, Clone)]
pub struct NewMail<'a> {
    pub message_id: String,
    pub kind: &'a str,
    pub user: Option<UserId>,
    pub token: Option<TokenId>,
    pub recipient: &'a str,
    pub sealed: Vec<u8>,
    pub now: Timestamp,
}

pub fn insert(tx: &mut Tx<'_>, mails: &[NewMail<'_>]) -> Result<(), StoreError> {
    for mails in mails.chunks(ROWS) {
        let rows = mails.iter().map(|mail| {
            (
                outbox::message_id.eq(&*mail.message_id),
                outbox::kind.eq(mail.kind),
                outbox::user_id.eq(mail.user.map(|user| user.0)),
                outbox::token_id.eq(mail.token.map(|token| token.0)),
                outbox::recipient.eq(mail.recipient),
                outbox::sealed.eq(Some(&*mail.sealed)),
                outbox::state.eq(MailState::Queued),
                outbox::next_attempt_at.eq(mail.now),
                outbox::created_at.eq(mail.now),
            )
        });
        let rows = rows.collect::<Vec<_>>();
        with_backend!(tx.db(), |connection| diesel::insert_into(outbox::table).values(&rows).execute(connection))?;
    }
    Ok(())
}

/// A mail that this process alone may send until its lease ends.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub struct DueMail {
    pub id: MailId,
    pub message_id: String,
    pub kind: String,
    pub user_id: Option<UserId>,
    pub token_id: Option<TokenId>,
    pub recipient: String,
    pub sealed: Option<Vec<u8>>,
    /// Number of attempts before this one.
    pub attempts: i32,
    /// Number of attempts that failed for reasons of the mail server.
    pub server_refusals: i32,
    pub created_at: Timestamp,
}

/// True for mails to be sent. Written as literal SQL, since a partial index needs a condition that the planner can
/// read.
fn is_waiting() -> diesel::expression::SqlLiteral<Bool> {
    sql::<Bool>("outbox.state IN ('queued', 'retrying')")
}

/// Leases the due mail that has waited longest. Mails with a link come first, since a user is waiting for them, before
/// any number of notices. An expired lease belongs to a process that died.
pub fn claim(tx: &mut Tx<'_>, now: Timestamp, leased_until: Timestamp) -> Result<Option<DueMail>, StoreError> {
    let free = || outbox::leased_until.is_null().or(outbox::leased_until.le(now));
    let due = outbox::table
        .filter(is_waiting())
        .filter(outbox::next_attempt_at.le(now))
        .filter(free())
        .order((outbox::token_id.is_null(), outbox::next_attempt_at, outbox::id))
        .select(DueMail::as_select())
        .first(tx.db())
        .optional()?;
    let Some(mail) = due else { return Ok(None) };
    // Another instance may claim it concurrently: only one of the two updates finds it free.
    let claimed = diesel::update(outbox::table.find(mail.id).filter(is_waiting()).filter(free()))
        .set((outbox::leased_until.eq(Some(leased_until)), outbox::attempts.eq(outbox::attempts + 1)))
        .execute(tx.db())?;
    Ok((claimed == 1).then_some(mail))
}

/// Outcome of an attempt.
#[derive(Debug, Clone)]
pub enum DeliveryOutcome<'a> {
    /// Accepted by the mail server.
    HandedOver {
        reply: &'a str,
    },
    /// Written to a file. The link of an invitation is kept, so that an administrator can pass it on.
    Filed {
        reply: &'a str,
        keeps_link: bool,
    },
    Retry {
        reply: &'a str,
        at: Timestamp,
    },
    /// Refused by a mail server that takes no mail at present.
    Refused {
        reply: &'a str,
        at: Timestamp,
    },
    /// Failed for good. The text is kept, so that the mail can be sent again.
    Failed {
        reply: &'a str,
    },
}

/// Records the outcome of an attempt. A mail cancelled during the attempt stays cancelled. After an accepted mail,
/// those that wait for the server are due.
pub fn settle(tx: &mut Tx<'_>, id: MailId, attempt: &DeliveryOutcome<'_>, now: Timestamp) -> Result<bool, StoreError> {
    let (state, trouble, reply, next, done) = match *attempt {
        DeliveryOutcome::HandedOver { reply } | DeliveryOutcome::Filed { reply, .. } => {
            (MailState::HandedOver, None, reply, now, Some(now))
        }
        DeliveryOutcome::Retry { reply, at } => (MailState::Retrying, Some(Trouble::Mail), reply, at, None),
        DeliveryOutcome::Refused { reply, at } => (MailState::Retrying, Some(Trouble::Server), reply, at, None),
        DeliveryOutcome::Failed { reply } => (MailState::Failed, None, reply, now, Some(now)),
    };
    let settled = diesel::update(outbox::table.find(id).filter(is_waiting()))
        .set((
            outbox::state.eq(state),
            outbox::trouble.eq(trouble.map(Trouble::as_str)),
            outbox::server_refusals.eq(outbox::server_refusals + i32::from(trouble == Some(Trouble::Server))),
            outbox::reply.eq(Some(reply)),
            outbox::next_attempt_at.eq(next),
            outbox::leased_until.eq(None::<Timestamp>),
            outbox::done_at.eq(done),
        ))
        .execute(tx.db())?;
    let wipes = matches!(attempt, DeliveryOutcome::HandedOver { .. } | DeliveryOutcome::Filed { keeps_link: false, .. });
    if settled == 1 && wipes {
        wipe(tx, id)?;
    }
    if state == MailState::HandedOver {
        again::wake(tx, now)?;
    }
    Ok(settled == 1)
}

/// Cancels the waiting mails with a link that has ended, and wipes their text.
pub fn end_with_token(tx: &mut Tx<'_>, token: TokenId, now: Timestamp) -> Result<(), StoreError> {
    let ids = outbox::table.filter(outbox::token_id.eq(token.0)).select(outbox::id).load(tx.db())?;
    cancel(tx, ids, now)
}

/// Cancels the waiting mails to a user who was deactivated or deleted, and prevents that failed ones are sent again.
pub fn cancel_for(tx: &mut Tx<'_>, user: UserId, now: Timestamp) -> Result<(), StoreError> {
    let can_go = sql::<Bool>("outbox.state IN ('queued', 'retrying', 'failed')").and(outbox::sealed.is_not_null());
    let ids = outbox::table.filter(outbox::user_id.eq(user.0)).filter(can_go).select(outbox::id).load(tx.db())?;
    cancel(tx, ids, now)
}

fn cancel(tx: &mut Tx<'_>, ids: Vec<i64>, now: Timestamp) -> Result<(), StoreError> {
    for id in ids {
        diesel::update(outbox::table.find(id).filter(is_waiting()))
            .set((outbox::state.eq(MailState::Cancelled), outbox::done_at.eq(Some(now)), outbox::leased_until.eq(None::<Timestamp>)))
            .execute(tx.db())?;
        wipe(tx, MailId(id))?;
    }
    Ok(())
}

/// Wipes the text of a mail.
fn wipe(tx: &mut Tx<'_>, id: MailId) -> Result<(), StoreError> {
    diesel::update(outbox::table.find(id)).set(outbox::sealed.eq(None::<Vec<u8>>)).execute(tx.db())?;
    Ok(())
}

/// Message-ID and sealed text of the mail with a link, as long as the text is kept.
pub fn sealed_with_token(db: &mut Database, token: TokenId) -> Result<Option<(String, Vec<u8>)>, StoreError> {
    let found = outbox::table
        .filter(outbox::token_id.eq(token.0))
        .filter(outbox::sealed.is_not_null())
        .order(outbox::id.desc())
        .select((outbox::message_id, outbox::sealed))
        .first::<(String, Option<Vec<u8>>)>(db)
        .optional()?;
    Ok(found.and_then(|(message_id, sealed)| Some((message_id, sealed?))))
}

/// Delivery of the mail with a link of a user.
#[derive(Debug, Clone, Queryable)]
pub struct LinkDeliveryRow {
    pub id: MailId,
    pub user: UserId,
    pub state: MailState,
    /// Last reply of the mail server.
    pub reply: Option<String>,
    pub created_at: Timestamp,
    pub next_attempt_at: Timestamp,
    pub done_at: Option<Timestamp>,
    /// True if the mail's text is kept.
    pub is_kept: bool,
    /// Expiry of the link.
    pub expires_at: Timestamp,
}

/// Deliveries of the open links of these users for `purpose`, one for each. Users without such a link are omitted.
pub fn of_open_links(db: &mut Database, purpose: TokenPurpose, users: &[UserId]) -> Result<Vec<LinkDeliveryRow>, StoreError> {
    let is_of_them = tokens::user_id.eq_any(users.iter().map(|user| user.0));
    let open = tokens::table.filter(is_of_them).filter(tokens::purpose.eq(purpose)).filter(tokens::ended_at.is_null());
    Ok(open.inner_join(outbox::table).select(link_delivery()).load(db)?)
}

/// Delivery of the invitation that a user accepted.
pub fn of_accepted_invitation(db: &mut Database, user: UserId) -> Result<Option<LinkDeliveryRow>, StoreError> {
    Ok(tokens::table
        .filter(tokens::user_id.eq(user.0))
        .filter(tokens::purpose.eq(TokenPurpose::Invitation))
        .filter(tokens::ended_as.eq(TokenEnd::Used.as_str()))
        .inner_join(outbox::table)
        .select(link_delivery())
        .first(db)
        .optional()?)
}

/// Delivery of the latest mail of a kind without a link to a user.
pub fn latest_to(db: &mut Database, user: UserId, kind: &str) -> Result<Option<LinkDeliveryRow>, StoreError> {
    Ok(outbox::table
        .filter(outbox::user_id.eq(user.0).and(outbox::kind.eq(kind)))
        .order(outbox::id.desc())
        .select((
            outbox::id,
            outbox::user_id.assume_not_null(),
            outbox::state,
            outbox::reply,
            outbox::created_at,
            outbox::next_attempt_at,
            outbox::done_at,
            outbox::sealed.is_not_null(),
            // No link stays open that the mail would have to be retried for.
            outbox::created_at,
        ))
        .first(db)
        .optional()?)
}

#[diesel::dsl::auto_type]
fn link_delivery() -> _ {
    (
        outbox::id,
        tokens::user_id.assume_not_null(),
        outbox::state,
        outbox::reply,
        outbox::created_at,
        outbox::next_attempt_at,
        outbox::done_at,
        outbox::sealed.is_not_null(),
        tokens::expires_at,
    )
}

/// A mail and its state, for an operator.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub struct MailRow {
    pub id: MailId,
    pub kind: String,
    pub recipient: String,
    pub state: MailState,
    pub attempts: i32,
    pub next_attempt_at: Timestamp,
    pub reply: Option<String>,
}

/// The latest mails, newest first.
pub fn latest(db: &mut Database, limit: i64) -> Result<Vec<MailRow>, StoreError> {
    Ok(outbox::table.order(outbox::id.desc()).limit(limit).select(MailRow::as_select()).load(db)?)
}

/// Number of mails in a state that may need attention, and the time of the oldest.
#[derive(Debug, Clone, Queryable)]
pub struct Tally {
    pub state: MailState,
    pub mails: i64,
    pub oldest: Option<Timestamp>,
}

/// Waiting and failed mails, by state. States without mails are omitted.
pub fn tally(db: &mut Database) -> Result<Vec<Tally>, StoreError> {
    Ok(outbox::table
        .filter(sql::<Bool>("outbox.state IN ('queued', 'retrying', 'failed')"))
        .group_by(outbox::state)
        .select((outbox::state, count_star(), min(outbox::created_at)))
        .load(db)?)
}
