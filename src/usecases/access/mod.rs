//! Assignments of portfolios and accounts: who grants them, who loses them, and who is told.

pub mod assignments;
pub mod grantors;
pub(super) mod notification_targets;
pub mod picker_options;
pub mod unassign;
pub mod withheld;
