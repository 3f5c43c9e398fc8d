//! Space and verification of a million audit entries by `tests/run --long`, else of twenty thousand.

use std::{
    process::{Command, Stdio},
    time::Instant,
};

use usher::domain::audit::{AuditEvent, Channel, Named};

use super::*;

/// Number of entries.
fn entries() -> i64 {
    if is_long() { 1_000_000 } else { 20_000 }
}

/// Entries of a usual mixture, with names and addresses of usual lengths.
fn usual(number: i64) -> Entry {
    let name = |number: i64| format!("Katarzyna Wiśniewska {}", number % 5000);
    let user = |number: i64| Subject { kind: SubjectKind::User, id: number % 5000, name: name(number) };
    let by = By {
        id: Some(UserId(number % 40)),
        name: name(number % 40),
        channel: Channel::Page,
        client_ip: Some("2001:db8:85a3::8a2e:370:7334".to_owned()),
    };
    let at = now() + TimeDelta::seconds(number);
    let account = Subject { kind: SubjectKind::Account, id: number % 900, name: "Bergmann Bikes International".to_owned() };
    let event = match number % 4 {
        0 | 1 => AuditEvent::SignedIn { browser: "Firefox 145 on Windows".to_owned() },
        2 => AuditEvent::UserInvited { email: format!("user.{number}@example.com"), role: DefaultRole::User, expires_at: at.and_utc() },
        _ => AuditEvent::AssignmentReassigned { before: Some(Named::new(number, &name(number))) },
    };
    let entry = Entry::new(at, by, user(number), &event);
    if number % 4 == 3 { entry.at_place(account) } else { entry }
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
                    tx.audit(usual(number));
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
