//! How busy this process keeps the database, counted while it does.

use std::time::Instant;

use crate::domain::durations::{Distribution, Durations};

/// What the store has been busy with since the process began.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StoreMetrics {
    pub connections_in_use: u32,
    pub connections_max: u32,
    /// How long write transactions waited until they could begin, for a connection and for their turn.
    pub waits: Distribution,
    /// How long they took then, with those that were tried again or rolled back.
    pub writes: Distribution,
}

/// The write transactions so far.
#[derive(Debug, Default)]
pub(super) struct Writes {
    pub(super) waited: Durations,
    pub(super) took: Durations,
}

impl Writes {
    /// A write transaction that was asked for at `asked` begins now.
    pub(super) fn begin(&self, asked: Instant) -> Write<'_> {
        let begun = Instant::now();
        self.waited.note(begun - asked);
        Write { took: &self.took, begun }
    }
}

/// A write transaction under way; it is over with this.
pub(super) struct Write<'a> {
    took: &'a Durations,
    begun: Instant,
}

impl Drop for Write<'_> {
    fn drop(&mut self) {
        self.took.note(self.begun.elapsed());
    }
}
