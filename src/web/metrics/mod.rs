//! What monitoring reads, on a listener of its own: counted where it happens, in atomics alone, or asked for at each reading.

mod process;
mod requests;
mod show;
mod sign_ins;
mod text;

pub(super) use requests::NO_ROUTE;
pub use show::configure;

use requests::Requests;
use sign_ins::SignIns;

use crate::domain::clock::Timestamp;

/// What this process has counted since it began.
#[derive(Debug)]
pub(super) struct Metrics {
    pub(super) requests: Requests,
    pub(super) sign_ins: SignIns,
    started: Timestamp,
}

impl Metrics {
    pub(super) fn new(started: Timestamp) -> Self {
        Self { requests: Requests::default(), sign_ins: SignIns::default(), started }
    }
}
