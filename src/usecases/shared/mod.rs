//! Common parts of use cases: principals, units of work, errors, links.

pub(super) mod blocking;
pub(super) mod context;
pub(super) mod ending;
pub(super) mod error;
pub mod layout;
pub(super) mod links;
pub(super) mod principal;
pub(super) mod scoped_actor;
pub(super) mod submission;
pub(super) mod transaction;
