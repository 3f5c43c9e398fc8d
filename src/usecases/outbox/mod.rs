//! Mails: written with the change that they announce, delivered later, swept at last.

pub mod delivery;
pub mod failed_mails;
pub mod health;
pub mod housekeeping;
pub(super) mod mails;
