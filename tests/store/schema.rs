//! Declared tables and views, compared with those of both databases.

use std::collections::BTreeMap;

use diesel::{
    QueryableByName, RunQueryDsl as _, sql_query,
    sql_types::{Bool, Text},
};

use super::{Database, StoreError, TestStore, postgres, sqlite};

const SCHEMA: &str = concat!(include_str!("../../src/store/schema.rs"), include_str!("../../src/store/views.rs"));

/// Columns by table and name. Databases do not report nullable columns of a view, nor SQLite the type of a computed
/// one.
type Columns = BTreeMap<(String, String), Column>;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Column {
    sql_type: String,
    is_nullable: bool,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Bool)]
    is_view: bool,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    sql_type: String,
    #[diesel(sql_type = Bool)]
    is_nullable: bool,
}

fn declared(source: &str) -> Columns {
    let mut columns = Columns::new();
    let mut table = String::new();
    for line in source.lines().map(str::trim) {
        if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            name.clone_into(&mut table);
        } else if let Some((column, sql_type)) = line.strip_suffix(',').and_then(|line| line.split_once(" -> ")) {
            let inner = sql_type.strip_prefix("Nullable<").and_then(|inner| inner.strip_suffix('>'));
            let found = Column { sql_type: inner.unwrap_or(sql_type).to_owned(), is_nullable: inner.is_some() };
            columns.insert((table.clone(), column.to_owned()), found);
        }
    }
    columns
}

fn rows(store: &TestStore) -> Vec<Row> {
    const SQLITE: &str = "SELECT tables.name AS table_name, tables.type = 'view' AS is_view, columns.name AS column_name, \
             CASE WHEN columns.pk = 1 AND columns.type = 'INTEGER' OR columns.name = 'id' THEN 'BIGINT' ELSE columns.type END AS sql_type, \
             columns.\"notnull\" = 0 AND columns.pk = 0 AS is_nullable \
         FROM sqlite_schema AS tables JOIN pragma_table_xinfo(tables.name) AS columns \
         WHERE tables.type IN ('table', 'view') AND tables.name NOT GLOB '*_search*' \
             AND tables.name NOT GLOB 'sqlite_*' AND tables.name NOT GLOB '__diesel*'";
    const POSTGRES: &str = "SELECT columns.table_name::text, table_type = 'VIEW' AS is_view, column_name::text, data_type::text AS sql_type, \
             is_nullable = 'YES' AS is_nullable \
         FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name) \
         WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_diesel%'";
    let read = |db: &mut Database| {
        Ok::<_, StoreError>(match db {
            Database::Sqlite(sqlite) => sql_query(SQLITE).load(sqlite)?,
            Database::Postgres(postgres) => sql_query(POSTGRES).load(postgres)?,
        })
    };
    store.read(read).unwrap()
}

fn diesel_type(sql_type: &str) -> &str {
    match sql_type {
        "BIGINT" | "bigint" => "BigInt",
        "INTEGER" | "integer" => "Integer",
        "SMALLINT" | "smallint" => "SmallInt",
        "TEXT" | "text" => "Text",
        "BLOB" | "bytea" => "Binary",
        "BOOLEAN" | "boolean" => "Bool",
        "TIMESTAMP" | "timestamp without time zone" => "Timestamp",
        other => other,
    }
}

/// Columns that differ between database and declaration.
fn differences(mut declared: Columns, rows: Vec<Row>) -> Vec<String> {
    let mut found = Vec::new();
    for Row { table_name, is_view, column_name, sql_type, is_nullable } in rows {
        let name = format!("{table_name}.{column_name}");
        let Some(column) = declared.remove(&(table_name, column_name)) else {
            found.push(format!("{name} is not declared"));
            continue;
        };
        let is_computed = is_view && sql_type.is_empty();
        if !is_computed && column.sql_type != diesel_type(&sql_type) {
            found.push(format!("{name} is {sql_type}, declared as {}", column.sql_type));
        }
        if !is_view && column.is_nullable != is_nullable {
            found.push(format!("{name} may be null: {is_nullable}, declared as {}", column.is_nullable));
        }
    }
    found.extend(declared.into_keys().map(|(table, column)| format!("{table}.{column} is missing")));
    found
}

#[test]
fn both_databases_have_the_columns_that_are_declared() {
    for store in [sqlite(), postgres()] {
        assert_eq!(differences(declared(SCHEMA), rows(&store)), Vec::<String>::new());
    }
}

#[test]
fn a_column_that_differs_is_found() {
    let store = sqlite();
    let differ = |from: &str, to: &str| {
        assert!(SCHEMA.contains(from), "{from}");
        differences(declared(&SCHEMA.replacen(from, to, 1)), rows(&store))
    };
    assert_eq!(differ("        member_count -> BigInt,\n", ""), ["user_groups.member_count is not declared"]);
    assert_eq!(differ("member_count -> BigInt", "member_count -> Integer"), ["user_groups.member_count is BIGINT, declared as Integer"]);
    assert_eq!(differ("member_count -> BigInt", "member_count -> Nullable<BigInt>").len(), 1);
    assert_eq!(differ("member_count -> BigInt,", "member_count -> BigInt,\n motto -> Text,"), ["user_groups.motto is missing"]);
}
