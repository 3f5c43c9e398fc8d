//! Measurements of this process's write transactions.

use std::time::Instant;

use crate::domain::durations::{Distribution, Durations};

/// Measurements since the process began.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StoreMetrics {
    pub connections_in_use: u32,
    pub connections_max: u32,
    /// Waiting time of write transactions for a connection and their turn.
    pub waits: Distribution,
    /// Duration of write transactions from their begin, with those retried or rolled back.
    pub writes: Distribution,
    /// Part of these that goes into the chain of the audit log: hashing, and the head with its lock.
    pub chains: Distribution,
}

/// Counters behind [`StoreMetrics`].
#[derive(Debug, Default)]
pub(super) struct Writes {
    pub(super) waited: Durations,
    pub(super) took: Durations,
    pub(super) chained: Durations,
}

impl Writes {
    /// Notes the begin of a write transaction requested at `asked`.
    pub(super) fn begin(&self, asked: Instant) -> Write<'_> {
        let begun = Instant::now();
        self.waited.note(begun - asked);
        Write { took: &self.took, begun }
    }
}

/// A running write transaction; dropping it ends the measurement.
pub(super) struct Write<'a> {
    took: &'a Durations,
    begun: Instant,
}

impl Drop for Write<'_> {
    fn drop(&mut self) {
        self.took.note(self.begun.elapsed());
    }
}
