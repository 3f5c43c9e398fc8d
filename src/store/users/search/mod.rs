//! Searches by fragments of names and addresses: the plan for each, and its SQL.

pub(super) mod plan;
pub(super) mod sql;

/// Rows of users by an index of SQLite, which takes no index for a view: conditions on their state leave the deleted out.
pub(super) fn rows_by(index: &str) -> String {
    format!("user_rows AS users INDEXED BY {index}")
}
