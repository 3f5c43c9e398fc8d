//! Common to all use cases: the principal, the transaction, errors, links.

pub(super) mod context;
pub(super) mod ending;
pub mod layout;
pub(super) mod links;
pub(super) mod scoped_actor;
pub(super) mod submission;
