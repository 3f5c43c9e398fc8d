//! Time that passes only when a test says so.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use parking_lot::Mutex;
use usher::domain::clock::{Clock, Timestamp};

/// Starts on 22 November 2026 at 09:20 UTC.
#[derive(Debug, Clone)]
pub struct FrozenClock(Arc<Mutex<Timestamp>>);

impl FrozenClock {
    pub fn new() -> Self {
        let start = DateTime::parse_from_rfc3339("2026-11-22T09:20:00Z").unwrap().naive_utc();
        Self(Arc::new(Mutex::new(start)))
    }

    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock() += by;
    }
}

impl Clock for FrozenClock {
    fn now(&self) -> Timestamp {
        *self.0.lock()
    }
}
