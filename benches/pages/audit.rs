//! The audit log: its pages at a hundred thousand and at a million entries, the part of an audited change that the entry
//! takes, and changes per second of many writers.

use std::{fs, io, path::PathBuf, thread, time::Instant};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta};
use usher::{
    domain::{
        audit::Entry, clock::Timestamp, credentials::password::PasswordHash, email_address::EmailAddress, ids::UserId, text::PersonName,
    },
    store::{
        Location, Store, StoreError, Tx,
        users::{self, NewActive},
    },
};

use super::{
    entries,
    growth::{self, Asked},
    server::Company,
    tables::table,
    users::Viewer,
};

/// PostgreSQL database, empty, in which the writers are measured.
const POSTGRES: &str = "USHER_BENCH_POSTGRES";

const ENTRIES: [u32; 2] = [100_000, 1_000_000];

const CHANGES: usize = 300;
const WRITERS: usize = 16;

/// Time of the first entry.
fn begins() -> Timestamp {
    DateTime::from_timestamp(1_760_000_000, 0).expect("a time").naive_utc()
}

/// Entries of a usual mixture, half a minute apart.
fn usual(number: i64) -> Entry {
    entries::usual(number, begins() + TimeDelta::seconds(30 * number))
}

/// Company of a thousand users with so many entries, made once.
fn company(entries: u32) -> io::Result<Company> {
    let plain = Company::of(1000)?;
    let folder = plain.data.with_file_name(format!("audit-{entries}"));
    if !folder.exists() {
        let unfinished = folder.with_extension("unfinished");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished)?;
        }
        copy(&plain.data, &unfinished)?;
        let store = Store::open(Location::Sqlite(unfinished.join("usher.db"))).expect("the database opens");
        let last = i64::from(entries);
        for start in (0..last).step_by(10_000) {
            let append = |tx: &mut Tx<'_>| {
                (start..(start + 10_000).min(last)).for_each(|number| tx.audit(usual(number)));
                Ok::<_, StoreError>(())
            };
            store.audited_transaction(append).expect("entries are appended");
        }
        drop(store);
        fs::rename(unfinished, &folder)?;
    }
    Ok(Company { data: folder, ..plain })
}

fn copy(from: &PathBuf, to: &PathBuf) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for file in fs::read_dir(from)? {
        let file = file?;
        if file.file_type()?.is_file() {
            fs::copy(file.path(), to.join(file.file_name()))?;
        }
    }
    Ok(())
}

/// Pages of the log in a company with so many entries.
fn pages(entries: u32) -> Vec<(&'static str, Vec<String>)> {
    let log = |query: String| format!("/audit-log?{query}");
    let day = |share: u32| (begins() + TimeDelta::seconds(30 * i64::from(entries / 10 * share))).date();
    let deep = |share: u32| {
        let sequence = i64::from(entries / 10 * share);
        let at = (begins() + TimeDelta::seconds(30 * sequence)).and_utc().timestamp_micros();
        log(format!("page={}", URL_SAFE_NO_PAD.encode(format!(r#"{{"place":{{"a":[{at},{sequence}]}},"from":51}}"#))))
    };
    vec![
        ("first page", vec![log(String::new())]),
        ("by a user", (2..20).map(|user| log(format!("actor={user}"))).collect()),
        ("about a user", (2..20).map(|user| log(format!("user={user}"))).collect()),
        ("about an account", (2..20).map(|account| log(format!("account={account}"))).collect()),
        ("an action", ["session.signed_in", "user.invited", "assignment.reassigned"].map(|action| log(format!("action={action}"))).into()),
        ("a day", (1..9).map(|share| log(format!("from={0}&to={0}", day(share)))).collect()),
        ("page by key, deep inside", (1..9).map(deep).collect()),
    ]
}

pub fn print() {
    let companies = ENTRIES.map(|entries| company(entries).expect("entries are made up"));
    let servers = companies.each_ref().map(Asked::of);
    let pages = ENTRIES.map(pages);
    let cases = pages[0].iter().zip(&pages[1]);
    let cases = cases.map(|((name, before), (_, last))| (*name, Viewer::Admin, [before.clone(), last.clone()]));
    growth::compare("Growth: Audit log, an Admin", ENTRIES, &servers, cases.collect());
    drop(servers);
    let [_, company] = companies;
    let store = Store::open(Location::Sqlite(company.data.join("usher.db"))).expect("the database opens");
    print_changes("SQLite at a million entries, one writer", &store, &[UserId(700)]);
    if let Ok(url) = std::env::var(POSTGRES) {
        print_writers(&url);
    }
}

/// Deactivates or reactivates a user in turn, with an audit entry.
fn change(store: &Store, user: UserId, number: i64) {
    let at = begins() + TimeDelta::days(4000) + TimeDelta::seconds(number);
    let change = |tx: &mut Tx<'_>| {
        users::set_blocked(tx, user, (number % 2 == 0).then_some(at))?;
        tx.audit(Entry { at, ..usual(number) });
        Ok::<_, StoreError>(())
    };
    store.audited_transaction(change).expect("the user is changed");
}

/// Changes users by so many writers at once, each its own user, and prints the cost of a change.
fn print_changes(title: &str, store: &Store, users: &[UserId]) {
    let changes = i64::try_from(CHANGES).unwrap_or_default();
    change(store, users[0], 0);
    let (before, begun) = (store.metrics(), Instant::now());
    thread::scope(|scope| {
        for user in users {
            scope.spawn(move || (1..=changes).for_each(|number| change(store, *user, number)));
        }
    });
    let (elapsed, after) = (begun.elapsed().as_secs_f64(), store.metrics());
    let number = (users.len() * CHANGES) as f64;
    let (writes, chains) = (after.writes.sum - before.writes.sum, after.chains.sum - before.chains.sum);
    let columns = [title, ""].map(str::to_owned);
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    let rows = vec![
        row("changes per second", format!("{:.0}", number / elapsed)),
        row("a change, ms", format!("{:.2}", 1e3 * writes / number)),
        row("hashing and the head in it, ms", format!("{:.3}", 1e3 * chains / number)),
        row("their part", format!("{:.0} %", 100.0 * chains / writes)),
    ];
    table("Audited changes", &columns, rows);
}

/// Changes in a new database, of as many users as there are writers.
fn print_writers(url: &str) {
    let store = Store::open(Location::Postgres(url.to_owned())).expect("the database opens");
    store.migrate().expect("the tables are made");
    let users = (0..WRITERS).map(|number| {
        let email = EmailAddress::parse(&format!("writer{number}@example.com")).expect("an address");
        let name = PersonName::parse("Katarzyna").expect("a name");
        let new = NewActive { email: &email, first_name: &name, last_name: &name, password: &PasswordHash::dummy(), now: begins() };
        store.write_transaction(|tx| users::insert_active(tx, &new)).expect("a user is inserted")
    });
    let users = users.collect::<Vec<_>>();
    print_changes("PostgreSQL, one writer", &store, &users[..1]);
    print_changes(&format!("PostgreSQL, {WRITERS} writers"), &store, &users);
}
