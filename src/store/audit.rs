//! The audit log: its chain, and its entries in the order of time.

pub(super) mod chain;
pub mod log;

pub use chain::{AuditRow, audit_entries, verify_chain};
