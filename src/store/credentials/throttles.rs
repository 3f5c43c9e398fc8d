//! Attempts in a row: wrong passwords, password reset requests, tries at links, mails to one user.

use chrono::TimeDelta;
use diesel::prelude::*;

use crate::{
    domain::{
        clock::Timestamp,
        credentials::throttle::{Bucket, LONGEST_WAIT, ThrottleScope, WRONG_IN_A_ROW_MAX},
    },
    store::{Database, StoreError, Tx, connection::with_backend, schema::throttles},
};

/// Time without attempts after which a counter is forgotten. Counters of sign-ins to one account, and of its codes, stay
/// until the user gets in.
const MEMORY: TimeDelta = TimeDelta::hours(1);

/// Time without attempts after which a counter of sign-ins to one account is forgotten: most are for addresses that no
/// user has.
const ACCOUNT_MEMORY: TimeDelta = TimeDelta::days(30);

/// State of a bucket.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = throttles)]
struct AttemptCount {
    scope: ThrottleScope,
    key: String,
    failed_attempts: i32,
    last_at: Timestamp,
    blocked_until: Timestamp,
}

impl AttemptCount {
    /// Number of attempts in a row; none if the stored time is far ahead, written while the clock was wrong.
    fn wrong(&self, now: Timestamp) -> i32 {
        let is_forgotten = !self.scope.is_of_account() && (now >= self.last_at + MEMORY || self.last_at > now + LONGEST_WAIT);
        if is_forgotten { 0 } else { self.failed_attempts }
    }

    /// Time until which attempts are refused unseen.
    fn held_until(&self, now: Timestamp) -> Option<Timestamp> {
        let is_held = self.wrong(now) > 0 && now < self.blocked_until && self.blocked_until <= now + LONGEST_WAIT;
        is_held.then_some(self.blocked_until)
    }
}

/// Time until which an attempt is held. Writes nothing.
pub fn look(db: &mut Database, buckets: &[Bucket], now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let rows = throttles::table
        .filter(throttles::scope.eq_any(buckets.iter().map(|bucket| bucket.scope).collect::<Vec<_>>()))
        .filter(throttles::key.eq_any(buckets.iter().map(|bucket| bucket.key.clone()).collect::<Vec<_>>()))
        .select(AttemptCount::as_select())
        .load(db)?;
    let is_of = |row: &AttemptCount| buckets.iter().any(|bucket| bucket.scope == row.scope && bucket.key == row.key);
    Ok(rows.into_iter().filter(is_of).filter_map(|row| row.held_until(now)).max())
}

/// True if so many sign-ins or codes of an account failed in a row that it is closed.
pub fn is_closed(db: &mut Database, account: &Bucket) -> Result<bool, StoreError> {
    let row = throttles::table.find((account.scope, &account.key)).filter(throttles::failed_attempts.ge(WRONG_IN_A_ROW_MAX));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(db)?)
}

/// Number of attempts in a row.
pub fn attempts(db: &mut Database, bucket: &Bucket, now: Timestamp) -> Result<i32, StoreError> {
    let row = throttles::table.find((bucket.scope, &bucket.key)).select(AttemptCount::as_select()).first(db).optional()?;
    Ok(row.map_or(0, |row| row.wrong(now)))
}

/// Counts an attempt in each bucket, before it is checked, so that concurrent guesses are all counted. An attempt that
/// one bucket holds is counted in none, and later buckets are not touched. Returns the time until which it is held.
pub fn count(tx: &mut Tx<'_>, buckets: &[Bucket], now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let mut counted = Vec::with_capacity(buckets.len());
    for bucket in buckets {
        let row = locked(tx, bucket, now)?;
        if let Some(until) = row.held_until(now) {
            return Ok(Some(until));
        }
        counted.push((bucket, row.wrong(now).saturating_add(1)));
    }
    for (bucket, wrong) in counted {
        diesel::update(throttles::table.find((bucket.scope, &bucket.key)))
            .set((throttles::failed_attempts.eq(wrong), throttles::last_at.eq(now), throttles::blocked_until.eq(now + bucket.wait(wrong))))
            .execute(tx.db())?;
    }
    Ok(None)
}

/// Locks the bucket's row, inserting it first, so that each of several concurrent attempts sees those before it.
fn locked(tx: &mut Tx<'_>, bucket: &Bucket, now: Timestamp) -> Result<AttemptCount, StoreError> {
    let untried = (
        throttles::scope.eq(bucket.scope),
        throttles::key.eq(&bucket.key),
        throttles::failed_attempts.eq(0),
        throttles::last_at.eq(now),
        throttles::blocked_until.eq(now),
    );
    with_backend!(tx.db(), |connection| diesel::insert_into(throttles::table)
        .values(untried)
        .on_conflict_do_nothing()
        .execute(connection))?;
    let row = throttles::table.find((bucket.scope, &bucket.key));
    Ok(match tx.db() {
        Database::Postgres(postgres) => row.select(AttemptCount::as_select()).for_update().first(postgres),
        Database::Sqlite(sqlite) => row.select(AttemptCount::as_select()).first(sqlite),
    }?)
}

/// Takes one successful attempt back in each bucket. Earlier ones stay: a user's own password must not make room for
/// guesses at others'.
pub fn take_back(tx: &mut Tx<'_>, buckets: &[Bucket], now: Timestamp) -> Result<(), StoreError> {
    for bucket in buckets {
        diesel::update(throttles::table.find((bucket.scope, &bucket.key)).filter(throttles::failed_attempts.gt(0)))
            .set((throttles::failed_attempts.eq(throttles::failed_attempts - 1), throttles::blocked_until.eq(now)))
            .execute(tx.db())?;
    }
    Ok(())
}

/// Clears all attempts after a successful one.
pub fn clear_attempts(tx: &mut Tx<'_>, bucket: &Bucket) -> Result<(), StoreError> {
    diesel::delete(throttles::table.find((bucket.scope, &bucket.key))).execute(tx.db())?;
    Ok(())
}

/// Removes up to `limit` forgotten rows; returns their number.
pub fn sweep(tx: &mut Tx<'_>, limit: i64, now: Timestamp) -> Result<usize, StoreError> {
    // Each alternative is a range of the index by scope and age.
    let is_short_lived = || throttles::scope.eq_any(ThrottleScope::ALL.iter().copied().filter(|scope| !scope.is_of_account()));
    let is_of_account = throttles::scope.eq_any(ThrottleScope::ALL.iter().copied().filter(|scope| scope.is_of_account()));
    let forgotten = (is_short_lived().and(throttles::last_at.le(now - MEMORY)))
        .or(is_short_lived().and(throttles::last_at.gt(now + LONGEST_WAIT)))
        .or(is_of_account.and(throttles::last_at.le(now - ACCOUNT_MEMORY)));
    let rows = throttles::table.filter(forgotten).limit(limit).select(AttemptCount::as_select()).load(tx.db())?;
    remove(tx, &rows)
}

/// Number of rows.
pub fn rows(db: &mut Database) -> Result<i64, StoreError> {
    Ok(throttles::table.count().get_result(db)?)
}

/// Removes `limit` rows, those with the fewest attempts and the oldest first; returns their number.
pub fn trim(tx: &mut Tx<'_>, limit: i64) -> Result<usize, StoreError> {
    let rows = throttles::table.order((throttles::failed_attempts, throttles::last_at)).limit(limit);
    let rows = rows.select(AttemptCount::as_select()).load(tx.db())?;
    remove(tx, &rows)
}

/// Removes rows not counted in since they were read.
fn remove(tx: &mut Tx<'_>, rows: &[AttemptCount]) -> Result<usize, StoreError> {
    let mut removed = 0;
    for row in rows {
        let found = throttles::table.find((row.scope, &row.key)).filter(throttles::last_at.eq(row.last_at));
        removed += diesel::delete(found).execute(tx.db())?;
    }
    Ok(removed)
}
