//! Permissions and assignments.

pub(crate) mod assignments;
pub(crate) mod delegation;
pub(crate) mod grantors;
pub(crate) mod matrix;
