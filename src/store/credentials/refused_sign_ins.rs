//! Sign-ins that were refused, apart from the audit chain. They are counted in memory and written together: a refusal costs a stranger nothing, so
//! it must not cost a transaction either.

use std::collections::HashMap;

use chrono::{TimeDelta, Timelike};
use diesel::prelude::*;
use parking_lot::Mutex;

use crate::{
    domain::{clock::Timestamp, stored::stored_enum},
    store::{Database, Store, StoreError, Tx, connection::with_backend, schema::refused_sign_ins},
};

/// Time for which refusals are kept.
const KEPT: TimeDelta = TimeDelta::days(90);

/// Different refusals that are kept for one minute; beyond, they are counted by network.
const DETAILED_A_MINUTE: usize = 100;

/// Networks that refusals are counted by in one minute; beyond, there is one count for all others.
const NETWORKS_A_MINUTE: usize = 20;

/// Rows that wait to be written while the database is away; beyond, refusals are not noted.
const WAITING_MAX: usize = 10_000;

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

/// A kind of refusal; empty texts stand for several.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Refusal {
    network: String,
    email_key: String,
    reason: RefusalReason,
}

/// Refusals of one minute, and how often each came since it was last written.
#[derive(Debug, Default)]
struct Minute {
    at: Timestamp,
    times: HashMap<Refusal, i64>,
    detailed: usize,
    networks: usize,
}

impl Minute {
    fn note(&mut self, refusal: Refusal) {
        let by_network = Refusal { email_key: String::new(), ..refusal.clone() };
        let in_all = Refusal { network: String::new(), ..by_network.clone() };
        let kept = if self.times.contains_key(&refusal) {
            refusal
        } else if self.detailed < DETAILED_A_MINUTE {
            self.detailed += 1;
            refusal
        } else if self.times.contains_key(&by_network) {
            by_network
        } else if self.networks < NETWORKS_A_MINUTE {
            self.networks += 1;
            by_network
        } else {
            in_all
        };
        *self.times.entry(kept).or_default() += 1;
    }
}

/// Refusals that are not written yet.
#[derive(Debug, Default)]
pub(in crate::store) struct Refusals {
    minute: Minute,
    waiting: Vec<(Timestamp, Refusal, i64)>,
}

impl Refusals {
    fn note(&mut self, refusal: Refusal, minute: Timestamp) {
        if self.minute.at != minute {
            self.gather();
            self.minute = Minute { at: minute, ..Minute::default() };
        }
        self.minute.note(refusal);
    }

    /// Moves the counts of the minute to those that wait to be written.
    fn gather(&mut self) {
        let Minute { at, times, .. } = &mut self.minute;
        let counted = times.iter_mut().filter(|(_, times)| **times > 0);
        self.waiting.extend(counted.map(|(refusal, times)| (*at, refusal.clone(), std::mem::take(times))));
        self.waiting.truncate(WAITING_MAX);
    }

    fn take(&mut self) -> Vec<(Timestamp, Refusal, i64)> {
        self.gather();
        std::mem::take(&mut self.waiting)
    }
}

impl Store {
    /// Notes a refused sign-in, to be written by [`Store::write_refusals`].
    pub fn note_refusal(&self, network: &str, email_key: &str, reason: RefusalReason, now: Timestamp) {
        let minute = now.with_second(0).and_then(|minute| minute.with_nanosecond(0)).unwrap_or(now);
        let refusal = Refusal { network: network.to_owned(), email_key: email_key.to_owned(), reason };
        self.refusals.lock().note(refusal, minute);
    }

    /// Writes the refusals that were noted; tells how many rows that took. Those that cannot be written wait on, but for those whose commit was not
    /// answered: they would count twice.
    ///
    /// # Errors
    /// The database's.
    pub fn write_refusals(&self) -> Result<usize, StoreError> {
        let mut taken = self.refusals.lock().take();
        if taken.is_empty() {
            return Ok(0);
        }
        // One order for all instances: two that write the same rows wait for each other and never in a circle.
        taken.sort_unstable();
        let written = self.write_transaction(|tx| taken.iter().try_for_each(|(minute, refusal, times)| add(tx, *minute, refusal, *times)));
        if let Err(error) = written {
            if !matches!(error, StoreError::CommitUnknown(_)) {
                self.refusals.lock().waiting.extend(taken);
            }
            return Err(error);
        }
        Ok(taken.len())
    }
}

pub(in crate::store) type SharedRefusals = std::sync::Arc<Mutex<Refusals>>;

fn add(tx: &mut Tx<'_>, minute: Timestamp, refusal: &Refusal, times: i64) -> Result<(), StoreError> {
    let row = (
        refused_sign_ins::minute.eq(minute),
        refused_sign_ins::network.eq(&refusal.network),
        refused_sign_ins::email_key.eq(&refusal.email_key),
        refused_sign_ins::reason.eq(refusal.reason),
        refused_sign_ins::times.eq(times),
    );
    with_backend!(tx.db(), |connection| diesel::insert_into(refused_sign_ins::table)
        .values(row)
        .on_conflict((refused_sign_ins::minute, refused_sign_ins::network, refused_sign_ins::email_key, refused_sign_ins::reason))
        .do_update()
        .set(refused_sign_ins::times.eq(refused_sign_ins::times + times))
        .execute(connection))?;
    Ok(())
}

/// Removes the refusals of up to `limit` minutes that are old; tells how many.
///
/// # Errors
/// The database's.
pub fn sweep(tx: &mut Tx<'_>, limit: i64, now: Timestamp) -> Result<usize, StoreError> {
    let old = refused_sign_ins::table.filter(refused_sign_ins::minute.le(now - KEPT)).select(refused_sign_ins::minute).distinct();
    let minutes = old.limit(limit).load::<Timestamp>(tx.db())?;
    Ok(diesel::delete(refused_sign_ins::table.filter(refused_sign_ins::minute.eq_any(minutes))).execute(tx.db())?)
}

/// Refusals by minute, oldest first: network, address, reason, times.
///
/// # Errors
/// The database's.
pub fn refusals(db: &mut Database, limit: i64) -> Result<Vec<(String, String, RefusalReason, i64)>, StoreError> {
    Ok(refused_sign_ins::table
        .order((refused_sign_ins::minute, refused_sign_ins::network, refused_sign_ins::email_key, refused_sign_ins::reason))
        .limit(limit)
        .select((refused_sign_ins::network, refused_sign_ins::email_key, refused_sign_ins::reason, refused_sign_ins::times))
        .load(db)?)
}
