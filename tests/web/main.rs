//! What people and attackers can do over HTTP, on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a helper that fails is a test that fails")]

#[path = "../support"]
mod support {
    pub mod postgres;
    pub mod supervisor;
}

#[macro_use]
mod helpers;

mod audit;
mod directory;
mod faults;
mod groups;
mod invitations;
mod mail;
mod setup;
mod steps;
mod users;
