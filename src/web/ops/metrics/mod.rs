//! Metrics for monitoring, on a listener of their own: counted in atomics where things happen, or queried at each
//! reading.

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

/// Counters of this process since it began.
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
