//! Assignments of portfolios and accounts: adding and removing them, their grantors, and mails about them.

pub mod assignments;
pub mod grantors;
pub(super) mod notification_targets;
pub mod picker_options;
pub mod unassign;
pub mod withheld;
