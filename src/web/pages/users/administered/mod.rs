//! Users & Permissions: the people that somebody administers.

pub mod bulk;
pub mod export;
pub mod list;
pub(in crate::web) mod query;
