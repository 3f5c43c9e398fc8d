//! What monitoring reads, on a listener of its own: counted where it happens, in atomics alone, or asked for at each reading.

mod process;
mod requests;
mod show;
mod sign_ins;
mod text;

pub(in crate::web) use requests::NO_ROUTE;
pub use show::configure;

use requests::Requests;
use sign_ins::SignIns;

use crate::domain::clock::Timestamp;

/// What this process has counted since it began.
#[derive(Debug)]
pub(in crate::web) struct Metrics {
    pub(in crate::web) requests: Requests,
    pub(in crate::web) sign_ins: SignIns,
    started: Timestamp,
}

impl Metrics {
    pub(in crate::web) fn new(started: Timestamp) -> Self {
        Self { requests: Requests::default(), sign_ins: SignIns::default(), started }
    }
}
