//! Tests of the helpers that the other tests use.

#![allow(clippy::unwrap_used, reason = "the lint knows test functions, and not what they call")]

mod support {
    pub mod browser;
    pub mod postgres;
    pub mod supervisor;
}

#[path = "support/selftest/postgres.rs"]
mod postgres;

#[path = "support/selftest/browser.rs"]
mod browser;
