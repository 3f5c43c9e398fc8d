//! The audit log: its chain, and its entries in the order of time.

pub(super) mod chain;
pub mod daily_counts;
pub mod history;
pub mod log;
mod unreadable;
pub mod verification;
mod verify;

pub use chain::{AuditRow, ChainLink, NewestEntry, audit_entries, links, newest};
pub use unreadable::{ReadEntry, UnreadableEntry, entry_key};
pub use verify::{CHUNK, Verification, Verified, verify_chain};
