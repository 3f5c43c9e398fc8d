//! HTTP tests: abilities of users and of attackers, on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a helper that fails is a test that fails")]

#[macro_use(apply)]
extern crate macro_rules_attribute;

#[path = "../support"]
mod support {
    pub(crate) mod long;
    pub mod postgres;
    pub mod supervisor;
}

#[macro_use]
mod helpers;

mod access;
mod accounts;
mod assets;
mod audit;
mod audit_log;
mod credentials;
mod groups;
mod home;
mod my_account;
mod ops;
mod outbox;
mod portfolios;
mod settings;
mod setup;
mod shared;
mod users;
