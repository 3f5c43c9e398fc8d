//! Operation of the program.

pub(crate) mod faults;
pub(crate) mod metrics;
pub(crate) mod slow;
pub(crate) mod start;
