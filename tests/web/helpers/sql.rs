//! Direct database access, for states and faults that pages cannot make.

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::BigInt};
use usher::store::{Database, StoreError};

use super::TestApp;

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

impl TestApp {
    /// Runs one statement; returns the number of changed rows.
    pub fn execute(&self, statement: &str) -> usize {
        let done = self.store().write_transaction(|tx| {
            let done = match tx.db() {
                Database::Sqlite(sqlite) => sql_query(statement).execute(sqlite),
                Database::Postgres(postgres) => sql_query(statement).execute(postgres),
            };
            Ok::<_, StoreError>(done?)
        });
        done.unwrap()
    }

    /// Changes the audit log by a statement that the database would refuse.
    pub fn tamper(&self, statement: &str) {
        if self.store().is_sqlite() {
            self.execute("DROP TRIGGER IF EXISTS audit_entries_stay");
            self.execute("DROP TRIGGER IF EXISTS audit_entries_are_kept");
        } else {
            self.execute("ALTER TABLE audit_entries DISABLE TRIGGER USER");
        }
        self.execute(statement);
    }

    /// Makes the database refuse an event: `refuse("UPDATE ON user_rows", "NEW.id = 7")`.
    pub fn refuse(&self, event: &str, when: &str) {
        if self.store().is_sqlite() {
            self.execute(&format!("CREATE TRIGGER refuse BEFORE {event} WHEN {when} BEGIN SELECT RAISE(ABORT, 'refused'); END"));
        } else {
            self.execute(
                "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''refused''; END'",
            );
            self.execute(&format!("CREATE TRIGGER refuse BEFORE {event} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION refuse()"));
        }
    }

    /// Makes the database accept again what it refused on this table.
    pub fn accept_again(&self, table: &str) {
        if self.store().is_sqlite() {
            self.execute("DROP TRIGGER refuse");
        } else {
            self.execute(&format!("DROP TRIGGER refuse ON {table}"));
        }
    }

    /// Number of rows: `count("sessions WHERE user_id = 1")`.
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
