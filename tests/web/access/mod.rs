//! Who may do what, and what is assigned to whom.

pub(crate) mod assignments;
pub(crate) mod delegation;
pub(crate) mod grantors;
pub(crate) mod matrix;
