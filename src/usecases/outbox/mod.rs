//! Mails: written with the change that they announce, delivered later, removed at last.

pub mod delivery;
pub mod failed_mails;
pub mod health;
pub mod housekeeping;
pub(super) mod mails;
