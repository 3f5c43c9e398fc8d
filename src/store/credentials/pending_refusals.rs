//! Refused sign-ins counted in memory until they are written.

use std::{collections::HashMap, sync::Arc};

use chrono::Timelike as _;
use parking_lot::Mutex;

use crate::domain::{clock::Timestamp, stored::stored_enum};

/// Refusals not yet written, shared by the whole process.
pub(in crate::store) type SharedRefusals = Arc<Mutex<Refusals>>;

/// Distinct refusals kept for one minute; further ones are counted by network.
const DETAILED_A_MINUTE: usize = 100;

/// Networks by which refusals are counted in one minute; all further ones share one count.
const NETWORKS_A_MINUTE: usize = 20;

/// Most rows kept while the database is unavailable; further refusals are dropped.
const WAITING_MAX: usize = 10_000;

stored_enum! {
    RefusalReason {
        /// Address or password is wrong.
        Wrong = "wrong",
        /// The password is right, the user deactivated.
        Deactivated = "deactivated",
        /// Too many attempts.
        Throttled = "throttled",
        /// The password is right, the two-factor code wrong.
        Code = "code",
        /// The passkey is unknown, or its answer wrong.
        Passkey = "passkey",
    }
}

/// A kind of refusal. An empty text stands for several values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Refusal {
    pub network: String,
    pub email_key: String,
    pub reason: RefusalReason,
}

/// Refusals of one minute, with their numbers since the last write.
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

/// Refusals not yet written.
#[derive(Debug, Default)]
pub(in crate::store) struct Refusals {
    minute: Minute,
    waiting: Vec<(Timestamp, Refusal, i64)>,
}

impl Refusals {
    pub(super) fn note(&mut self, refusal: Refusal, now: Timestamp) {
        let minute = now.with_second(0).and_then(|minute| minute.with_nanosecond(0)).unwrap_or(now);
        if self.minute.at != minute {
            self.gather();
            self.minute = Minute { at: minute, ..Minute::default() };
        }
        self.minute.note(refusal);
    }

    /// Moves the counts of the minute to the rows to be written.
    fn gather(&mut self) {
        let Minute { at, times, .. } = &mut self.minute;
        let counted = times.iter_mut().filter(|(_, times)| **times > 0);
        self.waiting.extend(counted.map(|(refusal, times)| (*at, refusal.clone(), std::mem::take(times))));
        self.waiting.truncate(WAITING_MAX);
    }

    pub(super) fn take(&mut self) -> Vec<(Timestamp, Refusal, i64)> {
        self.gather();
        std::mem::take(&mut self.waiting)
    }

    /// Puts back refusals that could not be written.
    pub(super) fn put_back(&mut self, refusals: Vec<(Timestamp, Refusal, i64)>) {
        self.waiting.extend(refusals);
    }
}
