//! Searches by fragments of names and addresses: the plan for each, and its SQL.

pub(super) mod plan;
pub(super) mod sql;
