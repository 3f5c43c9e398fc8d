//! A whole Usher for each test: its own database, a clock that stands still, a mailbox in memory, and browsers.

#![allow(dead_code, unreachable_pub, unused_imports, reason = "not every test uses every word")]

mod app;
mod authenticator;
mod browser;
mod business;
mod clock;
mod page;
mod sql;

pub use app::{Db, PANIC, PANIC_LATE, Setting, TestApp};
pub use authenticator::{Authenticator, options};
pub use browser::Browser;
pub use page::Page;

/// A password that fulfils all rules.
pub const PASSWORD: &str = "velvet otter harbour nine";

/// Runs a test on each database: `#[apply(both_databases!)]`.
macro_rules! both_databases {
    ($(#[$meta:meta])* async fn $name:ident($db:ident: Db) $body:block) => {
        $(#[$meta])* async fn $name($db: $crate::helpers::Db) $body
        mod $name {
            #[actix_web::test] async fn on_sqlite() { super::$name($crate::helpers::Db::Sqlite).await; }
            #[actix_web::test] async fn on_postgres() { super::$name($crate::helpers::Db::Postgres).await; }
        }
    };
}
