//! Wrong attempts in a row, requests for new passwords, and the sign-ins that were refused.

use chrono::{TimeDelta, Timelike};
use diesel::prelude::*;

use crate::domain::{
    clock::Timestamp,
    stored::stored_enum,
    throttle::{ThrottleScope, wait},
};

use super::{
    StoreError, Tx,
    connection::each,
    schema::{refused_sign_ins, throttles},
};

/// Attempts are forgotten after an hour of quiet, but for sign-ins to one account: those stay until somebody gets in.
const MEMORY: TimeDelta = TimeDelta::hours(1);

/// Attempts on one account that nobody repeats are forgotten after a month: most were on addresses that nobody has.
const ACCOUNT_MEMORY: TimeDelta = TimeDelta::days(30);

/// How long refusals are kept.
const REFUSALS_KEPT: TimeDelta = TimeDelta::days(90);

/// So many different refusals are kept for one minute; beyond, they are counted by source.
const REFUSALS_A_MINUTE: i64 = 100;

stored_enum! {
    RefusalReason {
        /// Address or password is wrong.
        Wrong = "wrong",
        /// The password is right, the person deactivated.
        Deactivated = "deactivated",
        /// Too many attempts.
        Throttled = "throttled",
    }
}

/// How an attempt stands before it is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strike {
    /// Attempts in a row, this one included.
    pub in_a_row: i32,
    /// Until when attempts are held up; this one was not counted then.
    pub held_until: Option<Timestamp>,
}

/// Counts an attempt as wrong before anybody looks whether it is: guesses made at once are all counted.
///
/// # Errors
/// The database's.
pub fn strike(tx: &mut Tx<'_>, scope: ThrottleScope, key: &str, now: Timestamp) -> Result<Strike, StoreError> {
    // There is a row before it is locked: of attempts made at once, each finds those before it.
    let untried = (
        throttles::scope.eq(scope),
        throttles::key.eq(key),
        throttles::wrong_in_a_row.eq(0),
        throttles::last_at.eq(now),
        throttles::blocked_until.eq(now),
    );
    each!(tx.db(), |connection| diesel::insert_into(throttles::table).values(untried).on_conflict_do_nothing().execute(connection))?;
    let before = each!(tx.db(), |connection| lock_throttle(connection, scope, key))?;
    let before = before.filter(|(_, last_at, _)| scope == ThrottleScope::Account || now < *last_at + MEMORY);
    let wrong = before.map_or(0, |(wrong, _, _)| wrong);
    if let Some(until) = before.map(|(_, _, until)| until).filter(|until| now < *until) {
        return Ok(Strike { in_a_row: wrong, held_until: Some(until) });
    }
    let in_a_row = wrong.saturating_add(1);
    let row = (
        throttles::scope.eq(scope),
        throttles::key.eq(key),
        throttles::wrong_in_a_row.eq(in_a_row),
        throttles::last_at.eq(now),
        throttles::blocked_until.eq(now + wait(scope, in_a_row)),
    );
    let counted =
        (throttles::wrong_in_a_row.eq(in_a_row), throttles::last_at.eq(now), throttles::blocked_until.eq(now + wait(scope, in_a_row)));
    each!(tx.db(), |connection| diesel::insert_into(throttles::table)
        .values(row)
        .on_conflict((throttles::scope, throttles::key))
        .do_update()
        .set(counted)
        .execute(connection))?;
    Ok(Strike { in_a_row, held_until: None })
}

type Throttle = (i32, Timestamp, Timestamp);

trait LockThrottle: diesel::Connection + Sized {
    fn load_locked(&mut self, scope: ThrottleScope, key: &str) -> QueryResult<Option<Throttle>>;
}

const COLUMNS: (throttles::wrong_in_a_row, throttles::last_at, throttles::blocked_until) =
    (throttles::wrong_in_a_row, throttles::last_at, throttles::blocked_until);

impl LockThrottle for diesel::SqliteConnection {
    fn load_locked(&mut self, scope: ThrottleScope, key: &str) -> QueryResult<Option<Throttle>> {
        throttles::table.find((scope, key)).select(COLUMNS).first(self).optional()
    }
}

impl LockThrottle for diesel::PgConnection {
    fn load_locked(&mut self, scope: ThrottleScope, key: &str) -> QueryResult<Option<Throttle>> {
        throttles::table.find((scope, key)).select(COLUMNS).for_update().first(self).optional()
    }
}

fn lock_throttle(connection: &mut impl LockThrottle, scope: ThrottleScope, key: &str) -> QueryResult<Option<Throttle>> {
    connection.load_locked(scope, key)
}

/// Takes back one attempt, which was right. Those before it stay: one's own password must not make room for guesses at others'.
///
/// # Errors
/// The database's.
pub fn take_back(tx: &mut Tx<'_>, scope: ThrottleScope, key: &str, now: Timestamp) -> Result<(), StoreError> {
    diesel::update(throttles::table.find((scope, key)).filter(throttles::wrong_in_a_row.gt(0)))
        .set((throttles::wrong_in_a_row.eq(throttles::wrong_in_a_row - 1), throttles::blocked_until.eq(now)))
        .execute(tx.db())?;
    Ok(())
}

/// Removes attempts that are forgotten, and refusals that are old.
///
/// # Errors
/// The database's.
pub fn sweep(tx: &mut Tx<'_>, now: Timestamp) -> Result<usize, StoreError> {
    let of_an_hour = throttles::scope.ne(ThrottleScope::Account).and(throttles::last_at.le(now - MEMORY));
    let forgotten = of_an_hour.or(throttles::last_at.le(now - ACCOUNT_MEMORY));
    let swept = diesel::delete(throttles::table.filter(forgotten)).execute(tx.db())?;
    let refused = diesel::delete(refused_sign_ins::table.filter(refused_sign_ins::minute.le(now - REFUSALS_KEPT))).execute(tx.db())?;
    Ok(swept + refused)
}

/// Takes all attempts back once one was right.
///
/// # Errors
/// The database's.
pub fn forgive(tx: &mut Tx<'_>, scope: ThrottleScope, key: &str) -> Result<(), StoreError> {
    diesel::delete(throttles::table.find((scope, key))).execute(tx.db())?;
    Ok(())
}

/// Notes a refused sign-in, apart from the audit chain.
///
/// # Errors
/// The database's.
pub fn note_refusal(tx: &mut Tx<'_>, source: &str, email_key: &str, reason: RefusalReason, now: Timestamp) -> Result<(), StoreError> {
    let minute = now.with_second(0).and_then(|minute| minute.with_nanosecond(0)).unwrap_or(now);
    let kept = refused_sign_ins::table.filter(refused_sign_ins::minute.eq(minute)).count().get_result::<i64>(tx.db())?;
    let email_key = if kept < REFUSALS_A_MINUTE { email_key } else { "" };
    let row = (
        refused_sign_ins::minute.eq(minute),
        refused_sign_ins::source.eq(source),
        refused_sign_ins::email_key.eq(email_key),
        refused_sign_ins::reason.eq(reason),
        refused_sign_ins::times.eq(1),
    );
    each!(tx.db(), |connection| diesel::insert_into(refused_sign_ins::table)
        .values(row)
        .on_conflict((refused_sign_ins::minute, refused_sign_ins::source, refused_sign_ins::email_key, refused_sign_ins::reason))
        .do_update()
        .set(refused_sign_ins::times.eq(refused_sign_ins::times + 1))
        .execute(connection))?;
    Ok(())
}

/// Refusals by minute, oldest first: source, address, reason, times.
///
/// # Errors
/// The database's.
pub fn refusals(db: &mut super::Database, limit: i64) -> Result<Vec<(String, String, RefusalReason, i64)>, StoreError> {
    Ok(refused_sign_ins::table
        .order((refused_sign_ins::minute, refused_sign_ins::source, refused_sign_ins::email_key, refused_sign_ins::reason))
        .limit(limit)
        .select((refused_sign_ins::source, refused_sign_ins::email_key, refused_sign_ins::reason, refused_sign_ins::times))
        .load(db)?)
}
