//! A whole Usher for each test: its own database, a clock that stands still, a mailbox in memory, and browsers that people sit at.

#![allow(dead_code, unreachable_pub, unused_imports, reason = "not every test uses every word")]

mod app;
mod browser;
mod business;
mod clock;
mod page;
mod sql;

pub use app::{Db, PANIC, PANIC_LATE, Setting, TestApp};
pub use browser::Browser;
pub use page::Page;

/// A password that nobody objects to.
pub const PASSWORD: &str = "velvet otter harbour nine";

/// Each test runs on both databases.
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($db:ident: Db) $body:block)*) => {
        $(async fn $name($db: $crate::helpers::Db) $body)*
        mod on_sqlite { $($(#[$meta])* #[actix_web::test] async fn $name() { super::$name($crate::helpers::Db::Sqlite).await; })* }
        mod on_postgres { $($(#[$meta])* #[actix_web::test] async fn $name() { super::$name($crate::helpers::Db::Postgres).await; })* }
    };
}
