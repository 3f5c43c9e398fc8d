//! Accounts: their pages and users.

pub(crate) mod pages;
pub(crate) mod users;
