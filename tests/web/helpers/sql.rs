//! The database itself, for what no page shows and no person could do.

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::BigInt};
use usher::store::{Database, StoreError};

use super::TestApp;

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

impl TestApp {
    /// Runs one statement as it stands; tells how many rows it changed.
    pub fn execute(&self, statement: &str) -> usize {
        let done = self.store().write(|tx| {
            let done = match tx.db() {
                Database::Sqlite(sqlite) => sql_query(statement).execute(sqlite),
                Database::Postgres(postgres) => sql_query(statement).execute(postgres),
            };
            Ok::<_, StoreError>(done?)
        });
        done.unwrap()
    }

    /// How many rows there are: `count("sessions WHERE user_id = 1")`.
    pub fn count(&self, rows: &str) -> i64 {
        let query = format!("SELECT count(*) AS rows FROM {rows}");
        let counted = self.store().read(|db| {
            let counted = match db {
                Database::Sqlite(sqlite) => sql_query(query).get_result::<Counted>(sqlite),
                Database::Postgres(postgres) => sql_query(query).get_result::<Counted>(postgres),
            };
            Ok::<_, StoreError>(counted?)
        });
        counted.unwrap().rows
    }
}
