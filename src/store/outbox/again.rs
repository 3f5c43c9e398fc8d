//! Refused and failed mails, which administrators see and can send again.

use diesel::{dsl::sql, prelude::*, sql_types::Bool};

use crate::domain::{
    clock::Timestamp,
    ids::{MailId, UserId},
    scope::Scope,
};

use super::{
    super::{Database, StoreError, Tx, schema::outbox, scopes},
    MailState, Trouble,
};

/// Most mails sent again, or rows changed, in one transaction, since writers queue behind it.
const CHUNK: i64 = 500;

/// Refusal of all mails by the mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerRefusal {
    /// Reply to the mail that was refused last.
    pub reply: String,
    /// Number of mails waiting for the server.
    pub mails: i64,
}

/// A failed mail whose text is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub struct FailedMail {
    pub id: MailId,
    pub user_id: Option<UserId>,
    pub recipient: String,
}

/// A failed mail, as administrators read of it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub struct Undelivered {
    pub kind: String,
    pub user_id: Option<UserId>,
    pub recipient: String,
    /// Last reply of the mail server.
    pub reply: Option<String>,
    pub done_at: Option<Timestamp>,
}

/// True for mails refused by the server. Written as literal SQL, since a partial index needs a condition that the
/// planner can read.
fn is_refused() -> diesel::expression::SqlLiteral<Bool> {
    sql::<Bool>("outbox.state = 'retrying' AND outbox.trouble = 'server'")
}

fn is_kept() -> diesel::expression::SqlLiteral<Bool> {
    sql::<Bool>("outbox.state = 'failed' AND outbox.sealed IS NOT NULL")
}

/// The mail server's refusal of all mails, if any, derived from the mails that wait for it.
pub fn refusal(db: &mut Database) -> Result<Option<ServerRefusal>, StoreError> {
    let last = outbox::table.filter(is_refused()).order((outbox::next_attempt_at.desc(), outbox::id.desc())).select(outbox::reply);
    let Some(reply) = last.first::<Option<String>>(db).optional()? else { return Ok(None) };
    let mails = outbox::table.filter(is_refused()).count().get_result(db)?;
    Ok(Some(ServerRefusal { reply: reply.unwrap_or_default(), mails }))
}

/// True if the mail server accepted another mail after it first refused this one, so that the refusal concerns this
/// mail alone.
pub fn is_refused_alone(db: &mut Database, id: MailId) -> Result<bool, StoreError> {
    // An accepted mail clears the server's trouble of all others.
    let is_cleared = outbox::trouble.is_null().or(outbox::trouble.ne(Trouble::Server.as_str()));
    let refused_before = outbox::table.find(id).filter(outbox::server_refusals.gt(0)).filter(is_cleared.assume_not_null());
    Ok(diesel::select(diesel::dsl::exists(refused_before)).get_result(db)?)
}

/// Makes mails that wait for the mail server due, since it accepted one. Mails in an attempt are left alone.
pub(super) fn wake(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), StoreError> {
    let free = outbox::leased_until.is_null().or(outbox::leased_until.le(now).assume_not_null());
    let waiting = outbox::table.filter(is_refused()).filter(free).order((outbox::next_attempt_at, outbox::id)).limit(CHUNK);
    let ids = waiting.select(outbox::id).load::<i64>(tx.db())?;
    diesel::update(outbox::table.filter(outbox::id.eq_any(ids)))
        .set((outbox::trouble.eq(None::<String>), outbox::next_attempt_at.eq(now)))
        .execute(tx.db())?;
    Ok(())
}

/// Number of failed mails that can be sent again.
pub fn failed(db: &mut Database) -> Result<i64, StoreError> {
    Ok(outbox::table.filter(is_kept()).count().get_result(db)?)
}

/// Mails that failed last and can be sent again; within portfolios, those of `kinds` to users with an assignment there.
pub fn latest_failed(db: &mut Database, scope: &Scope, kinds: &[&str], limit: i64) -> Result<Vec<Undelivered>, StoreError> {
    let mut query = outbox::table.filter(is_kept()).into_boxed();
    if let Some(within) = scopes::within("portfolio_users.portfolio_id", scope) {
        let is_there = format!("EXISTS (SELECT 1 FROM portfolio_users WHERE portfolio_users.user_id = outbox.user_id AND {within})");
        query = query.filter(outbox::kind.eq_any(kinds.to_vec())).filter(sql::<Bool>(&is_there));
    }
    Ok(query.order((outbox::done_at.desc(), outbox::id.desc())).limit(limit).select(Undelivered::as_select()).load(db)?)
}

/// Puts a failed mail back into the queue. `None` if it did not fail, or its text is wiped.
pub fn send_again(tx: &mut Tx<'_>, id: MailId, now: Timestamp) -> Result<Option<FailedMail>, StoreError> {
    let found = outbox::table.find(id).filter(is_kept()).select(FailedMail::as_select()).first(tx.db()).optional()?;
    let Some(mail) = found else { return Ok(None) };
    Ok(queue(tx, id, now)?.then_some(mail))
}

/// Puts failed mails back into the queue, those that failed first to begin with: at most 500.
pub fn send_all_again(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<MailId>, StoreError> {
    let ids =
        outbox::table.filter(is_kept()).order((outbox::done_at, outbox::id)).limit(CHUNK).select(outbox::id).load::<MailId>(tx.db())?;
    let mut queued = Vec::with_capacity(ids.len());
    for id in ids {
        if queue(tx, id, now)? {
            queued.push(id);
        }
    }
    Ok(queued)
}

/// Queues a failed mail. Another administrator may do so concurrently: only one of the two updates finds it failed.
fn queue(tx: &mut Tx<'_>, id: MailId, now: Timestamp) -> Result<bool, StoreError> {
    let queued = diesel::update(outbox::table.find(id).filter(is_kept()))
        .set((
            outbox::state.eq(MailState::Queued),
            outbox::attempts.eq(0),
            outbox::server_refusals.eq(0),
            outbox::reply.eq(None::<String>),
            outbox::next_attempt_at.eq(now),
            outbox::done_at.eq(None::<Timestamp>),
        ))
        .execute(tx.db())?;
    Ok(queued == 1)
}

/// Wipes the text of mails that failed before `before`, a limited number at a time; returns their number.
pub fn wipe_failed(tx: &mut Tx<'_>, before: Timestamp) -> Result<usize, StoreError> {
    let old = outbox::table.filter(is_kept()).filter(outbox::done_at.le(before)).limit(CHUNK).select(outbox::id).load::<i64>(tx.db())?;
    Ok(diesel::update(outbox::table.filter(outbox::id.eq_any(old))).set(outbox::sealed.eq(None::<Vec<u8>>)).execute(tx.db())?)
}
