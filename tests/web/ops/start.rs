//! Start of the program: its key, and the modes of its files.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Output,
};

use diesel::{QueryableByName, RunQueryDsl as _, connection::SimpleConnection as _, sql_query, sql_types::BigInt};
use tempfile::TempDir;
use usher::store::{Database, Location, Store, StoreError, audit_entries};

use crate::{
    ops::faults::{Client, Server, create_admin, usher, wait_until},
    support::postgres,
};

/// A new database of either kind, as settings name it.
pub(crate) struct NewDatabase {
    url: String,
    _keep: Box<dyn std::any::Any>,
}

pub(crate) fn databases() -> [NewDatabase; 2] {
    let (folder, database) = (tempfile::tempdir().unwrap(), postgres::server().empty_database());
    let sqlite = format!("sqlite://{}/people.db", folder.path().display());
    [NewDatabase { url: sqlite, _keep: Box::new(folder) }, NewDatabase { url: database.url().to_owned(), _keep: Box::new(database) }]
}

impl NewDatabase {
    pub(crate) fn settings(&self) -> [(&str, &str); 1] {
        [("USHER_DATABASE_URL", &self.url)]
    }

    pub(crate) fn store(&self) -> Store {
        let location = match self.url.strip_prefix("sqlite://") {
            Some(path) => Location::Sqlite(path.into()),
            None => Location::Postgres(self.url.clone()),
        };
        Store::open(location).unwrap()
    }

    fn count(&self, rows: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Counted {
            #[diesel(sql_type = BigInt)]
            rows: i64,
        }
        let query = format!("SELECT count(*) AS rows FROM {rows}");
        let counted = self.store().read(|db| {
            Ok::<_, StoreError>(match db {
                Database::Sqlite(db) => sql_query(query).get_result::<Counted>(db)?,
                Database::Postgres(db) => sql_query(query).get_result::<Counted>(db)?,
            })
        });
        counted.unwrap().rows
    }
}

/// A data folder whose instance has set up the database and has an Admin.
pub(crate) fn begun(database: &NewDatabase) -> TempDir {
    let data = tempfile::tempdir().unwrap();
    let created = create_admin(data.path(), &database.settings(), "maya@example.com");
    assert!(created.status.success(), "{}", said(&created));
    data
}

/// A data folder with a key of its own.
fn another_key() -> TempDir {
    let data = tempfile::tempdir().unwrap();
    assert!(create_admin(data.path(), &[], "maya@example.com").status.success());
    data
}

fn key(data: &TempDir) -> PathBuf {
    data.path().join("secret.key")
}

/// Output of a command that ends by itself.
pub(crate) fn run(data: &TempDir, database: &NewDatabase, arguments: &[&str]) -> Output {
    usher(data.path(), &database.settings()).args(arguments).output().unwrap()
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&*output.stdout, &*output.stderr].concat()).into_owned()
}

#[test]
fn another_key_than_the_databases_stops_every_command_that_would_use_it() {
    for database in databases() {
        let (data, other) = (begun(&database), another_key());
        let before = fs::read(key(&other)).unwrap();
        for arguments in [&["serve"][..], &["demo", "--users", "5"], &["check"]] {
            let stopped = run(&other, &database, arguments);
            let said = said(&stopped);
            assert_eq!(stopped.status.code(), Some(1), "{arguments:?} {said}");
            let path = key(&other).display().to_string();
            assert!(
                said.contains(&path) && said.contains("not the key of this database") && said.contains("usher serve --new-key"),
                "{said}"
            );
        }
        let refused = create_admin(other.path(), &database.settings(), "ada@example.com");
        assert!(!refused.status.success() && said(&refused).contains("not the key of this database"), "{}", said(&refused));
        assert_eq!(fs::read(key(&other)).unwrap(), before);
        assert!(run(&data, &database, &["check"]).status.success());
        Server::start(data.path(), &database.settings()).address();
    }
}

#[test]
fn a_missing_key_stops_the_start_and_none_is_made() {
    for database in databases() {
        let data = begun(&database);
        fs::rename(key(&data), data.path().join("kept")).unwrap();
        for arguments in [&["serve"][..], &["check"]] {
            let stopped = run(&data, &database, arguments);
            let said = said(&stopped);
            assert_eq!(stopped.status.code(), Some(1), "{arguments:?} {said}");
            assert!(said.contains("secret key of this database is missing") && said.contains("--new-key"), "{said}");
            assert!(!key(&data).exists());
        }
        fs::rename(data.path().join("kept"), key(&data)).unwrap();
        Server::start(data.path(), &database.settings()).address();
    }
}

#[test]
fn a_key_file_without_a_key_stops_the_start_and_the_way_out_is_named() {
    for database in databases() {
        let data = begun(&database);
        for text in ["", "no key\n"] {
            fs::write(key(&data), text).unwrap();
            for arguments in [&["serve"][..], &["serve", "--new-key"], &["check"]] {
                let stopped = run(&data, &database, arguments);
                let said = said(&stopped);
                assert_eq!(stopped.status.code(), Some(1), "{arguments:?} {said}");
                assert!(said.contains("move this file away") && said.contains("`usher serve --new-key`"), "{said}");
            }
        }
        fs::remove_file(key(&data)).unwrap();
        let mut command = usher(data.path(), &database.settings());
        command.args(["serve", "--new-key"]);
        Server::spawn(command).address();
    }
}

#[test]
fn a_database_is_begun_anew_only_when_told_so() {
    for database in databases() {
        let data = begun(&database);
        // An unreachable mail server: the mail waits.
        let settings = [("USHER_DATABASE_URL", &*database.url), ("USHER_SMTP_URL", "smtp://127.0.0.1:9")];
        let server = Server::start(data.path(), &settings);
        let mut maya = Client::at(&server.address());
        maya.sign_in();
        maya.invite("noor@example.com");
        server.kill();
        assert_eq!((database.count("outbox WHERE state IN ('queued', 'retrying')"), database.count("sessions")), (1, 1));

        let (earlier, kept) = (key(&data), data.path().join("kept"));
        fs::rename(&earlier, &kept).unwrap();
        let mut command = usher(data.path(), &settings);
        command.args(["serve", "--new-key"]);
        let server = Server::spawn(command);
        server.address();
        server.kill();
        assert_ne!(fs::read(key(&data)).unwrap(), fs::read(&kept).unwrap());
        assert_eq!((database.count("outbox WHERE state = 'failed' AND sealed IS NULL"), database.count("sessions")), (1, 0));
        let entry = database.store().read(|db| audit_entries(db, 0, 100)).unwrap().pop().unwrap();
        assert_eq!((entry.action.as_str(), entry.channel.as_str()), ("company.key_replaced", "command line"));
        assert!(entry.actor_name.ends_with(" at the command line"), "{}", entry.actor_name);
        assert_eq!(entry.details, r#"{"mails_cancelled":1,"sessions_ended":1,"version":1}"#);

        let server = Server::start(data.path(), &settings);
        let mut maya = Client::at(&server.address());
        maya.sign_in();
        assert_eq!(maya.request("GET /users-and-groups", "").0, 200);
        server.kill();
        fs::rename(&kept, &earlier).unwrap();
        assert!(said(&run(&data, &database, &["serve"])).contains("not the key of this database"));
    }
}

#[test]
fn the_flag_for_a_new_key_changes_nothing_where_the_key_is_right() {
    for database in databases() {
        let data = begun(&database);
        let (before, entries) = (fs::read(key(&data)).unwrap(), database.count("audit_entries"));
        let mut command = usher(data.path(), &database.settings());
        command.args(["serve", "--new-key"]);
        let server = Server::spawn(command);
        Client::at(&server.address()).sign_in();
        assert_eq!((fs::read(key(&data)).unwrap(), database.count("audit_entries WHERE action = 'company.key_replaced'")), (before, 0));
        assert!(entries > 0);
    }
}

#[test]
fn of_two_instances_that_begin_one_database_with_two_keys_one_serves_and_the_other_stops() {
    for database in databases() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let mut servers = folders.each_ref().map(|folder| Server::start(folder.path(), &database.settings()));
        let mut stopped = None;
        wait_until("one of them stops", || {
            stopped = servers.iter_mut().position(|server| server.process.try_wait().unwrap().is_some());
            stopped.is_some()
        });
        let served = 1 - stopped.unwrap();
        servers[served].address();
        assert!(servers[served].process.try_wait().unwrap().is_none());
    }
}

#[test]
fn counts_that_are_wrong_are_named_by_the_check_and_rebuilt_when_it_is_told_so() {
    for database in databases() {
        let data = begun(&database);
        let healthy = said(&run(&data, &database, &["check"]));
        assert!(healthy.contains("\nok    audit chain: unbroken; entries: 1\n"), "{healthy}");
        assert!(healthy.contains("\nok    user_counts: matches a recount\n"), "{healthy}");
        let server = Server::start(data.path(), &database.settings());
        server.address();
        database.store().write_transaction(|tx| Ok::<_, StoreError>(tx.db().batch_execute("UPDATE user_counts SET users = 7")?)).unwrap();
        let wrong = run(&data, &database, &["check"]);
        assert_eq!(wrong.status.code(), Some(1));
        assert!(said(&wrong).contains("\nWRONG user_counts: differences from a recount: 24; `usher check --repair`"), "{}", said(&wrong));
        let repaired = run(&data, &database, &["check", "--repair"]);
        assert!(repaired.status.success(), "{}", said(&repaired));
        assert!(said(&repaired).contains("\nok    user_counts: rebuilt; differences from a recount: 24\n"), "{}", said(&repaired));
        assert_eq!(database.count("user_counts WHERE users = 1"), 1);
        assert!(run(&data, &database, &["check"]).status.success());
    }
}

fn mode(path: impl AsRef<Path>) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn open(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn files_that_others_could_read_are_told_by_the_check_and_closed_by_the_start() {
    const MODES: [u32; 5] = [0o644, 0o640, 0o604, 0o755, 0o755];
    let data = another_key();
    let path = |name: &str| data.path().join(name);
    fs::create_dir(path("mail")).unwrap();
    fs::write(path("mail/1.eml"), "a link").unwrap();
    fs::write(path("usher.toml"), "smtp_url = \"smtp://maya:hidden@127.0.0.1:9\"\n").unwrap();
    let places = ["usher.db", "usher.toml", "mail/1.eml", "mail", ""];
    for (place, mode) in places.into_iter().zip(MODES) {
        open(&path(place), mode);
    }
    let checked = usher(data.path(), &[]).arg("check").output().unwrap();
    let told = said(&checked);
    let line = told.lines().find(|line| line.starts_with("note  others may read or change")).unwrap_or_else(|| panic!("{told}"));
    for (place, before) in places.into_iter().zip(MODES).take(4) {
        assert!(line.contains(&format!("/{place} (mode {before:04o})")), "{line}");
        assert_eq!(mode(path(place)), before, "{place}");
    }
    assert!(!told.contains("hidden"), "{told}");

    // Any command that opens the database would do; this one ends by itself, since the address is in use.
    let created = create_admin(data.path(), &[], "maya@example.com");
    let told = said(&created);
    assert_eq!(told.lines().filter(|line| line.contains("others could read or change")).count(), 1, "{told}");
    assert_eq!(places.map(|place| mode(path(place))), [0o600, 0o600, 0o600, 0o700, 0o700]);
    assert!(!said(&usher(data.path(), &[]).arg("check").output().unwrap()).contains("others may read"));
}

#[test]
fn what_crosses_the_network_in_clear_is_told_by_the_check_and_by_the_start() {
    let data = tempfile::tempdir().unwrap();
    let settings = [("USHER_SMTP_URL", "smtp://mail.invalid"), ("USHER_METRICS_LISTEN", "0.0.0.0:0")];
    let told = said(&usher(data.path(), &settings).arg("check").output().unwrap());
    for setting in ["USHER_SMTP_URL: mails", "USHER_METRICS_LISTEN: anyone"] {
        assert_eq!(told.lines().filter(|line| line.starts_with(&format!("note  {setting}"))).count(), 1, "{told}");
    }
    let log = data.path().join("log");
    let mut command = usher(data.path(), &settings);
    command.stderr(fs::File::create(&log).unwrap());
    let server = Server::spawn(command);
    server.address();
    wait_until("the start tells both", || {
        let told = fs::read_to_string(&log).unwrap();
        ["USHER_SMTP_URL: mails", "USHER_METRICS_LISTEN: anyone"].iter().all(|setting| told.matches(setting).count() == 1)
    });
}
