//! What people and attackers can do over HTTP, on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a helper that fails is a test that fails")]

#[macro_use(apply)]
extern crate macro_rules_attribute;

#[path = "../support"]
mod support {
    pub mod postgres;
    pub mod supervisor;
}

#[macro_use]
mod helpers;

mod account_people;
mod accounts;
mod assignments;
mod audit;
mod bad_input;
mod business;
mod delegation;
mod directory;
mod drafts;
mod email_change;
mod faults;
mod forms;
mod givers;
mod groups;
mod headers;
mod hostile;
mod housekeeping;
mod invitations;
mod long_names;
mod mail;
mod mail_server;
mod mail_waits;
mod manage;
mod matrix;
mod messages;
mod metrics;
mod new_link;
mod new_user;
mod password_reset;
mod people;
mod people_bulk;
mod pickers;
mod portfolios;
mod routes;
mod sent_twice;
mod sessions;
mod setup;
mod sign_in;
mod slow;
mod stale_edits;
mod start;
mod steps;
mod taken;
mod throttling;
mod users;
