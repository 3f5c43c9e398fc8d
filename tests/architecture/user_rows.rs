//! Readers of deleted users.

/// Files that may name the table of all users, with reasons. Every other query reads the view `users`.
const READERS: &[(&str, &str)] = &[
    ("store/schema.rs", "declares the table"),
    ("store/views.rs", "joins it with the view"),
    ("store/users.rs", "locks rows, and asks if there ever was one"),
    ("store/users/write.rs", "writes rows"),
    ("store/users/deleted.rs", "lists the deleted"),
    ("store/users/search/mod.rs", "names indexes, which SQLite takes for tables alone"),
    ("store/bulk_insert.rs", "inserts rows"),
    ("store/derived.rs", "recounts rows as triggers count them"),
];

/// Breach of a file that reads the table of all users without permission; its path is relative to `src/`. Tests may
/// read it.
pub(super) fn breach(file: &str, source: &str) -> Option<String> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let is_reader = code.contains("user_rows");
    let may = READERS.iter().any(|(reader, _)| *reader == file);
    match (is_reader, may) {
        (true, false) => Some(format!("{file} reads `user_rows`, with the deleted users; `users` is the view without them")),
        (false, true) => Some(format!("{file} does not read `user_rows` any more: tests/architecture/user_rows.rs need not name it")),
        _ => None,
    }
}

#[test]
fn a_file_that_reads_deleted_users_is_found() {
    assert!(breach("store/groups.rs", "memberships::table.inner_join(user_rows::table)").is_some());
    assert!(breach("usecases/groups.rs", "sql_query(\"SELECT id FROM user_rows\")").is_some());
    assert!(breach("store/bulk_insert.rs", "diesel::insert_into(users::table)").is_some());
    assert_eq!(breach("store/bulk_insert.rs", "diesel::insert_into(user_rows::table)"), None);
    assert_eq!(breach("store/groups.rs", "users::table\n#[cfg(test)] mod tests { \"INSERT INTO user_rows\" }"), None);
}
