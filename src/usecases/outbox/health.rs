//! Metrics of mails for monitoring: numbers only, without users.

use chrono::TimeDelta;

use crate::{
    store::{
        StoreError,
        outbox::{self, MailState, Tally},
    },
    usecases::Context,
};

/// Mails that were not handed to the mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mails {
    pub queued: i64,
    pub retrying: i64,
    pub failed: i64,
    /// Age of the oldest waiting mail.
    pub oldest_waits: TimeDelta,
}

pub fn mails(ctx: &Context) -> Result<Mails, StoreError> {
    let tallies = ctx.store.read(outbox::tally)?;
    let of = |state| tallies.iter().find(|tally: &&Tally| tally.state == state);
    let count = |state| of(state).map_or(0, |tally| tally.mails);
    let oldest = [MailState::Queued, MailState::Retrying].into_iter().filter_map(|state| of(state)?.oldest).min();
    Ok(Mails {
        queued: count(MailState::Queued),
        retrying: count(MailState::Retrying),
        failed: count(MailState::Failed),
        oldest_waits: oldest.map_or(TimeDelta::zero(), |oldest| ctx.now() - oldest),
    })
}
