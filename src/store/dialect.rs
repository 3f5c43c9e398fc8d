//! The few statements that differ between the databases.

use diesel::{
    RunQueryDsl,
    connection::SimpleConnection,
    dsl::sql,
    expression::SqlLiteral,
    sql_types::{BigInt, Bool, Text},
};

use crate::domain::search::SearchTerm;

use super::{Database, StoreError, connection::MultiBackend, schema::people};

/// A condition on `people` that either database understands.
pub(super) type Condition<'a> = Box<dyn diesel::BoxableExpression<people::table, MultiBackend, SqlType = Bool> + 'a>;

/// Whether `people.search` contains the term. On PostgreSQL the planner chooses by its own estimate between the trigram index and the index
/// of the order; SQLite walks the latter, and the list asks its trigram index for what that would not find soon.
pub(super) fn matches<'a>(is_sqlite: bool, term: &SearchTerm) -> Condition<'a> {
    if is_sqlite {
        Box::new(sql::<Bool>("instr(people.search, ").bind::<Text, _>(term.fragment().to_owned()).sql(") > 0"))
    } else {
        Box::new(sql::<Bool>("people.search LIKE ").bind::<Text, _>(like_pattern(term.fragment())).sql(" ESCAPE '\\'"))
    }
}

/// The order's column, written so that SQLite sorts the hits at hand instead of walking the order's index.
pub(super) fn sort_key(is_sqlite: bool, sort_hits: bool, descending: bool) -> SqlLiteral<Text> {
    sql::<Text>(match (is_sqlite && sort_hits, descending) {
        (true, false) => "+people.sort_key ASC, people.id ASC",
        (true, true) => "+people.sort_key DESC, people.id DESC",
        (false, false) => "people.sort_key ASC, people.id ASC",
        (false, true) => "people.sort_key DESC, people.id DESC",
    })
}

fn like_pattern(fragment: &str) -> String {
    let mut pattern = String::with_capacity(fragment.len() + 2);
    pattern.push('%');
    for c in fragment.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// Runs `insert` and brings the people that it adds into the search index. SQLite's trigger does that row by row, which costs several times as
/// much as all of them at once; inside the transaction nobody sees it missing, and an index without its trigger is never committed.
pub(super) fn indexed_at_once(db: &mut Database, insert: impl FnOnce(&mut Database) -> Result<(), StoreError>) -> Result<(), StoreError> {
    const TRIGGER: &str = "users_searched_insert";
    let Database::Sqlite(sqlite) = db else { return insert(db) };
    let definition = sql::<Text>(&format!("SELECT sql FROM sqlite_schema WHERE name = '{TRIGGER}'")).get_result::<String>(sqlite)?;
    let last = sql::<BigInt>("SELECT coalesce(max(id), 0) FROM users").get_result::<i64>(sqlite)?;
    sqlite.batch_execute(&format!("DROP TRIGGER {TRIGGER}"))?;
    insert(db)?;
    let Database::Sqlite(sqlite) = db else { return Ok(()) };
    sqlite.batch_execute(&format!(
        "INSERT INTO people_search (rowid, search) SELECT id, search FROM users WHERE id > {last}; {definition}"
    ))?;
    Ok(())
}

/// Locks one row until the transaction ends. SQLite's writers have the whole database to themselves already.
pub(super) fn lock_row(db: &mut Database, table: &'static str, id: i64) -> Result<(), StoreError> {
    lock(db, table, id, "FOR UPDATE")
}

/// Keeps one row as it is until the transaction ends; others may do the same at once.
pub(super) fn share_row(db: &mut Database, table: &'static str, id: i64) -> Result<(), StoreError> {
    lock(db, table, id, "FOR SHARE")
}

fn lock(db: &mut Database, table: &'static str, id: i64, how: &'static str) -> Result<(), StoreError> {
    if let Database::Postgres(postgres) = db {
        diesel::sql_query(format!("SELECT 1 FROM {table} WHERE id = {id} {how}")).execute(postgres)?;
    }
    Ok(())
}
