//! All queries: one set for both databases; [`backend`] has the differences.
//!
//! Functions that read take a [`Database`], functions that write take a [`Tx`]: nothing is written outside a write
//! transaction.

pub mod accounts;
pub mod assets;
pub mod assignments;
pub mod audit;
pub mod backend;
pub mod billing;
pub mod bulk_insert;
mod commits;
pub mod company;
mod connection;
pub mod credentials;
pub mod deleted_access;
pub mod derived;
mod error;
pub mod groups;
pub mod held_forms;
pub mod idempotency_keys;
pub mod invitation_counts;
mod metrics;
pub mod outbox;
pub mod page;
pub mod portfolio_users;
pub mod portfolios;
mod schema;
pub mod scopes;
pub mod sessions;
mod sql_types;
pub mod tokens;
mod transaction;
pub mod users;
mod views;
pub mod withheld;

pub use audit::{AuditRow, ReadEntry, UnreadableEntry, audit_entries, entry_key, verify_chain};
pub use commits::Commits;
pub use connection::{Database, Location, Store};
pub use error::StoreError;
pub use metrics::StoreMetrics;
pub use transaction::Tx;
