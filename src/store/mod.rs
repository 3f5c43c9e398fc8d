//! The only place with queries. One set of them for both databases; what differs is in [`dialect`].
//!
//! Functions that read take a [`Database`], functions that write take a [`Tx`]: nothing is written outside a write transaction.

pub mod accounts;
pub mod assignments;
mod audit;
pub mod billing;
pub mod bulk;
mod commits;
pub mod company;
mod connection;
pub mod dialect;
mod error;
pub mod groups;
mod load;
pub mod outbox;
pub mod page;
pub mod people;
pub mod portfolio_people;
pub mod portfolios;
pub mod refused_sign_ins;
pub mod reset_requests;
mod schema;
pub mod scopes;
pub mod sent_forms;
pub mod sessions;
mod sql_types;
pub mod throttles;
pub mod tokens;
mod transaction;

pub use audit::{AuditRow, OfWhom, audit_entries, latest_about, latest_actors, latest_at, verify_chain};
pub use commits::Commits;
pub use connection::{Database, Location, Store};
pub use error::StoreError;
pub use load::Load;
pub use transaction::Tx;
