//! Space and verification of a million audit entries by `tests/run --long`, else of twenty thousand.

use std::{
    process::{Command, Stdio},
    time::Instant,
};

use super::*;
use crate::support::entries::usual;

/// Number of entries.
fn entries() -> i64 {
    if is_long() { 1_000_000 } else { 20_000 }
}

/// Bytes of the table with its indexes.
fn size(store: &Store) -> i64 {
    use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection as _, sql_query, sql_types::BigInt};
    #[derive(QueryableByName)]
    struct Bytes {
        #[diesel(sql_type = BigInt)]
        bytes: i64,
    }
    let read = |db: &mut Database| {
        Ok::<_, StoreError>(match db {
            Database::Sqlite(db) => {
                db.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")?;
                sql_query("SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size").get_result::<Bytes>(db)?
            }
            Database::Postgres(db) => sql_query("SELECT pg_total_relation_size('audit_entries') AS bytes").get_result::<Bytes>(db)?,
        })
    };
    store.read(read).unwrap().bytes
}

#[apply(both_databases!)]
fn a_million_entries_are_verified_within_ten_seconds(store: TestStore) {
    let before = size(&store);
    for start in (0..entries()).step_by(1000) {
        store
            .audited_transaction(|tx| {
                for number in start..start + 1000 {
                    tx.audit(usual(number, now() + TimeDelta::seconds(number)));
                }
                Ok::<_, StoreError>(())
            })
            .unwrap();
    }
    let url = match &store.location {
        Location::Sqlite(path) => format!("sqlite://{}", path.display()),
        Location::Postgres(url) => url.clone(),
    };
    let data = tempfile::tempdir().unwrap();
    for command in ["verify", "export"] {
        let begun = Instant::now();
        let mut usher = Command::new(env!("CARGO_BIN_EXE_usher"));
        let usher = usher.args(["audit", command]).env("USHER_DATABASE_URL", &url).env("USHER_DATA_DIR", data.path());
        assert!(usher.stdout(Stdio::null()).status().unwrap().success());
        let took = begun.elapsed();
        println!("{:?}: {command} {:.1} s", store.location, took.as_secs_f64());
        assert!(command != "verify" || took.as_secs() < 10);
    }
    println!("{:?}: {} MB", store.location, (size(&store) - before) / 1_000_000);
}
