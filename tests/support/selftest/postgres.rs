use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types::BigInt};

use crate::support::postgres::{self, Database};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn count(connection: &mut PgConnection, from: &str) -> i64 {
    sql_query(format!("SELECT count(*) AS count FROM {from}")).get_result::<Count>(connection).unwrap().count
}

fn fresh_database() -> Database {
    postgres::server()
        .template(|url| {
            let mut connection = PgConnection::establish(url).unwrap();
            connection.batch_execute("CREATE TABLE chairs (id bigint PRIMARY KEY); INSERT INTO chairs VALUES (1), (2)").unwrap();
            // A leaked connection must not prevent copies.
            std::mem::forget(connection);
        })
        .fresh_database()
}

#[test]
fn databases_are_copies_of_the_template_and_apart_from_each_other() {
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let database = fresh_database();
                let mut connection = PgConnection::establish(database.url()).unwrap();
                connection.batch_execute("INSERT INTO chairs VALUES (3)").unwrap();
                assert_eq!(count(&mut connection, "chairs"), 3);
            });
        }
    });
}

#[test]
fn a_database_is_dropped_with_its_guard_even_while_in_use() {
    let (database, witness) = (fresh_database(), fresh_database());
    let _in_use = PgConnection::establish(database.url()).unwrap();
    let name = database.url().rsplit('/').next().unwrap().to_owned();
    let mut connection = PgConnection::establish(witness.url()).unwrap();
    let there = format!("pg_database WHERE datname = '{name}'");
    assert_eq!(count(&mut connection, &there), 1);
    drop(database);
    assert_eq!(count(&mut connection, &there), 0);
}

/// Runs this test again in a process of its own, which is then killed.
#[test]
fn the_server_does_not_outlive_a_process_that_was_killed() {
    const INNER: &str = "USHER_TEST_SERVER_TO_KILL";
    if std::env::var_os(INNER).is_some() {
        println!("\naddress {}", postgres::server().address());
        std::thread::sleep(Duration::from_secs(60));
        return;
    }
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "postgres::the_server_does_not_outlive_a_process_that_was_killed"])
        .env(INNER, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let address = lines.map_while(Result::ok).find_map(|line| line.strip_prefix("address ").map(str::to_owned)).unwrap();
    assert!(PgConnection::establish(&format!("{address}/postgres")).is_ok());

    process.kill().unwrap();
    process.wait().unwrap();

    let deadline = Instant::now() + Duration::from_secs(30);
    while PgConnection::establish(&format!("{address}/postgres")).is_ok() {
        assert!(Instant::now() < deadline, "the server at {address} still runs");
        std::thread::sleep(Duration::from_millis(20));
    }
}
