//! Statements that differ between the databases.

use std::{borrow::Cow, marker::PhantomData};

use diesel::{
    QueryResult, RunQueryDsl,
    backend::Backend,
    dsl::sql,
    expression::{AppearsOnTable, Expression, SelectableExpression, SqlLiteral, TypedExpressionType, ValidGrouping, is_aggregate},
    query_builder::{AstPass, QueryFragment, QueryId},
    serialize::ToSql,
    sql_types::{BigInt, Bool, HasSqlType, Text},
};

use crate::domain::{ids::UserId, search::SearchTerm};

use super::{
    Database, StoreError,
    connection::MultiBackend,
    page::{Key, Position},
};

/// A condition on a table that either database understands.
pub(super) type Condition<'a, T> = Box<dyn diesel::BoxableExpression<T, MultiBackend, SqlType = Bool> + 'a>;

/// True if a row of `table` lies beyond `key` in the order by name: after it for `>`, before it for `<`.
pub(super) fn beyond<'a, T: 'a>(table: &'static str, than: &'static str, key: &Key) -> Condition<'a, T> {
    let start = format!("({table}.sort_key, {table}.id) {than} (");
    Box::new(sql::<Bool>(&start).bind::<Text, _>(key.sort_key.clone()).sql(", ").bind::<BigInt, _>(key.id).sql(")"))
}

/// True if `search` of `table` contains the term. For users on PostgreSQL the planner chooses between the trigram index
/// and the index of the order; SQLite walks the latter, and lists query its trigram index where that would take long.
pub(super) fn contains<'a, T: 'a>(is_sqlite: bool, table: &'static str, term: &SearchTerm) -> Condition<'a, T> {
    let (start, bound, end) = containing(is_sqlite, table, term);
    Box::new(sql::<Bool>(&start).bind::<Text, _>(bound).sql(end))
}

/// Parts of such a condition for longer statements: SQL before the bound text, the text, and SQL after it.
pub(super) fn containing(is_sqlite: bool, table: &'static str, term: &SearchTerm) -> (String, String, &'static str) {
    if is_sqlite {
        (format!("instr({table}.search, "), term.fragment().to_owned(), ") > 0")
    } else {
        (format!("{table}.search LIKE "), like_pattern(term.fragment()), " ESCAPE '\\'")
    }
}

/// Limit by which a page tells if further rows exist.
pub(super) fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}

/// A fragment of SQL with at most one bound text. Diesel's own fragments are not cached; this one is prepared once for
/// each connection.
#[derive(Debug, Clone)]
pub(super) struct SqlFragment<T> {
    column: &'static str,
    before: Cow<'static, str>,
    text: Option<String>,
    after: &'static str,
    sql_type: PhantomData<T>,
}

impl<T> SqlFragment<T> {
    fn new(sql: impl Into<Cow<'static, str>>) -> Self {
        Self { column: "", before: sql.into(), text: None, after: "", sql_type: PhantomData }
    }

    fn around(column: &'static str, before: &'static str, text: String, after: &'static str) -> Self {
        Self { column, before: before.into(), text: Some(text), after, sql_type: PhantomData }
    }
}

impl<T: TypedExpressionType> Expression for SqlFragment<T> {
    type SqlType = T;
}

impl<T> ValidGrouping<()> for SqlFragment<T> {
    type IsAggregate = is_aggregate::No;
}

impl<T, Tables> SelectableExpression<Tables> for SqlFragment<T> where Self: Expression {}
impl<T, Tables> AppearsOnTable<Tables> for SqlFragment<T> where Self: Expression {}

impl<T> QueryId for SqlFragment<T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T, DB: Backend + HasSqlType<Text>> QueryFragment<DB> for SqlFragment<T>
where
    String: ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(self.column);
        out.push_sql(&self.before);
        if let Some(text) = &self.text {
            out.push_bind_param::<Text, _>(text)?;
        }
        out.push_sql(self.after);
        Ok(())
    }
}

/// True if a user is active. Written as literal SQL, since a partial index needs a condition that the planner can read.
pub(super) fn is_active() -> SqlFragment<Bool> {
    SqlFragment::new("users.state = 'active'")
}

/// An order and a limit. The limit is literal, since SQLite plans a statement anew whenever a limit is bound to it.
pub(super) fn first_by(order: &str, limit: usize) -> SqlFragment<Text> {
    SqlFragment::new(format!("{order} LIMIT {limit}"))
}

/// True if `users.search` contains the term. On PostgreSQL the planner chooses between the trigram index and the index
/// of the order; on SQLite [`super::users`] has plans of its own.
pub(super) fn matches(term: &SearchTerm) -> SqlFragment<Bool> {
    SqlFragment::around("users.search", " LIKE ", like_pattern(term.fragment()), " ESCAPE '\\'")
}

/// Order of users by name, in the direction of the page. With `sorted`, a plus keeps SQLite from walking the index of
/// the order, for few users found by another index.
pub(super) fn by_name(db: &Database, sorted: bool, position: &Position) -> SqlLiteral<Text> {
    sql(match (sorted && matches!(db, Database::Sqlite(_)), position.is_backward()) {
        (true, false) => "+users.sort_key ASC, users.id ASC",
        (true, true) => "+users.sort_key DESC, users.id DESC",
        (false, false) => "users.sort_key ASC, users.id ASC",
        (false, true) => "users.sort_key DESC, users.id DESC",
    })
}

/// True if `column` is one of these ids. They are bound as one text: with a list of values, each length would be a
/// statement of its own.
pub(super) fn is_among(db: &Database, column: &'static str, ids: impl IntoIterator<Item = UserId>) -> SqlFragment<Bool> {
    let ids = ids.into_iter().map(|id| id.to_string()).collect::<Vec<_>>().join(",");
    match db {
        Database::Sqlite(_) => SqlFragment::around(column, " IN (SELECT value FROM json_each(", format!("[{ids}]"), "))"),
        Database::Postgres(_) => SqlFragment::around(column, " = ANY (CAST(", format!("{{{ids}}}"), " AS bigint[]))"),
    }
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

/// Locks a row until the transaction ends. On SQLite a writer has the whole database to itself already.
pub(super) fn lock_row(db: &mut Database, table: &'static str, id: i64) -> Result<(), StoreError> {
    lock(db, table, id, "FOR UPDATE")
}

/// Locks a row in share mode until the transaction ends.
pub(super) fn share_row(db: &mut Database, table: &'static str, id: i64) -> Result<(), StoreError> {
    lock(db, table, id, "FOR SHARE")
}

fn lock(db: &mut Database, table: &'static str, id: i64, how: &'static str) -> Result<(), StoreError> {
    if let Database::Postgres(postgres) = db {
        diesel::sql_query(format!("SELECT 1 FROM {table} WHERE id = {id} {how}")).execute(postgres)?;
    }
    Ok(())
}
