//! The audit log as it is read: by Admins as a whole, by administrators where it concerns their scope.

pub mod activity;
pub mod export;
pub mod log;
pub mod reading;
pub mod refusals;
mod visible;

pub(in crate::usecases) use visible::Visible;
