//! One folder a feature, one file an action: form, page, handler, tests.

pub mod accounts;
pub mod credentials;
pub mod groups;
pub mod portfolios;
pub mod roles;
pub mod setup;
pub mod users;
