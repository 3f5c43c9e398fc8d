//! Pages in a browser: Chromium, with and without scripts, in light and dark, on a desktop and a phone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a helper that fails is a test that fails")]

#[macro_use(apply)]
extern crate macro_rules_attribute;

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
mod office;
mod site;

/// Runs a test with scripts and without: `#[apply(with_scripts_and_without!)]`.
macro_rules! with_scripts_and_without {
    ($(#[$meta:meta])* fn $name:ident($scripts:ident: bool) $body:block) => {
        $(#[$meta])* fn $name($scripts: bool) $body
        mod $name {
            #[test] fn with_scripts() { super::$name(true); }
            #[test] fn without_scripts() { super::$name(false); }
        }
    };
}

/// Runs a test on each database, with scripts and without.
macro_rules! in_every_combination {
    ($(#[$meta:meta])* fn $name:ident($db:ident: Db, $scripts:ident: bool) $body:block) => {
        $(#[$meta])* fn $name($db: Db, $scripts: bool) $body
        mod $name {
            use $crate::helpers::Db;
            #[test] fn with_scripts_on_sqlite() { super::$name(Db::Sqlite, true); }
            #[test] fn with_scripts_on_postgres() { super::$name(Db::Postgres, true); }
            #[test] fn without_scripts_on_sqlite() { super::$name(Db::Sqlite, false); }
            #[test] fn without_scripts_on_postgres() { super::$name(Db::Postgres, false); }
        }
    };
}

mod assets;
mod audit_log;
mod enter;
mod forms;
mod groups;
mod guide;
mod home;
mod keyboard;
mod list;
mod looks;
mod manage;
mod my_account;
mod new_account;
mod new_user;
mod passkeys;
mod portfolio_admin;
mod sessions;
mod two_factor;
mod users;
