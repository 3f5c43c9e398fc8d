//! The pages as a person meets them: Chromium, with and without scripts, in light and dark, at a desk and on a telephone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a helper that fails is a test that fails")]

#[path = "../support"]
mod support {
    pub mod browser;
    pub mod postgres;
    pub mod supervisor;
}

#[allow(unused_macros, reason = "browsers need only one of the databases")]
#[path = "../web/helpers/mod.rs"]
mod helpers;

mod business;
mod site;

/// Each test runs with scripts and without.
macro_rules! with_scripts_and_without {
    ($($(#[$meta:meta])* fn $name:ident($scripts:ident: bool) $body:block)*) => {
        $(fn $name($scripts: bool) $body)*
        mod with_scripts { $($(#[$meta])* #[test] fn $name() { super::$name(true); })* }
        mod without_scripts { $($(#[$meta])* #[test] fn $name() { super::$name(false); })* }
    };
}

/// Each test runs on either database with scripts and without.
macro_rules! in_every_combination {
    ($($(#[$meta:meta])* fn $name:ident($db:ident: Db, $scripts:ident: bool) $body:block)*) => {
        $(fn $name($db: Db, $scripts: bool) $body)*
        mod with_scripts_on_sqlite { $($(#[$meta])* #[test] fn $name() { super::$name(super::Db::Sqlite, true); })* }
        mod with_scripts_on_postgres { $($(#[$meta])* #[test] fn $name() { super::$name(super::Db::Postgres, true); })* }
        mod without_scripts_on_sqlite { $($(#[$meta])* #[test] fn $name() { super::$name(super::Db::Sqlite, false); })* }
        mod without_scripts_on_postgres { $($(#[$meta])* #[test] fn $name() { super::$name(super::Db::Postgres, false); })* }
    };
}

mod enter;
mod forms;
mod groups;
mod guide;
mod keyboard;
mod list;
mod looks;
mod manage;
mod new_account;
mod new_user;
mod people;
mod portfolio_admin;
mod sessions;
