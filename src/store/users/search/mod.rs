//! Searches by fragments of names and addresses: their plans and their SQL.

pub(super) mod plan;
pub(super) mod sql;

/// Rows of users by an index of SQLite, which allows no index hint for a view: conditions on the state leave deleted
/// users out.
pub(super) fn rows_by(index: &str) -> String {
    format!("user_rows AS users INDEXED BY {index}")
}
