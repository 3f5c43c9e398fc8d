//! The audit log.

pub mod proof;
