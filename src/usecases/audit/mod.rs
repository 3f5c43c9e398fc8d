//! The audit log: read by Admins as a whole and by administrators where it concerns their scope, exported, and verified.

pub mod activity;
pub mod export;
pub mod log;
pub mod proof;
pub mod reading;
pub mod refusals;
pub mod verification;
mod visible;

pub(in crate::usecases) use visible::{Visible, latest_changes};
