//! The audit log: its pages at a hundred thousand and at a million entries, the part of an audited change that the entry
//! takes, and changes per second of many writers.

use std::{
    fs, io,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta};
use usher::{
    domain::{
        audit::{AuditEvent, By, Channel, Entry, Named, Subject, SubjectKind},
        clock::Timestamp,
        ids::UserId,
        user::DefaultRole,
    },
    store::{Location, Store, StoreError, users},
};

use super::{
    growth::{self, Asked},
    load,
    server::Company,
    tables::{milliseconds, table},
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

/// Entries of a usual mixture, a minute apart, with names and addresses of usual lengths.
fn usual(number: i64) -> Entry {
    let name = |number: i64| format!("Katarzyna Wiśniewska {}", number % 800);
    let subject = Subject { kind: SubjectKind::User, id: 1 + number % 800, name: name(number) };
    let by = By {
        id: Some(UserId(1 + number % 40)),
        name: name(number % 40),
        channel: Channel::Page,
        client_ip: Some("2001:db8:85a3::8a2e:370:7334".to_owned()),
    };
    let at = begins() + TimeDelta::seconds(30 * number);
    let account = Subject { kind: SubjectKind::Account, id: 1 + number % 90, name: "Bergmann Bikes International".to_owned() };
    match number % 4 {
        0 | 1 => Entry::new(at, by, subject, &AuditEvent::SignedIn { browser: "Firefox 145 on Windows".to_owned() }),
        2 => {
            let event =
                AuditEvent::UserInvited { email: format!("user.{number}@example.com"), role: DefaultRole::User, expires_at: at.and_utc() };
            Entry::new(at, by, subject, &event)
        }
        _ => {
            let event = AuditEvent::AssignmentReassigned { before: Some(Named::new(number, &name(number))) };
            Entry::new(at, by, subject, &event).at_place(account)
        }
    }
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
            let append = |tx: &mut usher::store::Tx<'_>| {
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
    let mut servers = companies.each_ref().map(Asked::of);
    let pages = ENTRIES.map(pages);
    let cases = pages[0].iter().zip(&pages[1]);
    let cases = cases.map(|((name, before), (_, last))| (*name, Viewer::Admin, [before.clone(), last.clone()]));
    growth::compare("Growth: Audit log, an Admin", ENTRIES, &mut servers, cases.collect());
    drop(servers);
    let [_, company] = companies;
    let store = Store::open(Location::Sqlite(company.data.join("usher.db"))).expect("the database opens");
    print_share(&store);
    if let Ok(url) = std::env::var(POSTGRES) {
        print_writers(&url);
    }
}

/// A change of one user, with its entry or without.
fn change(store: &Store, user: UserId, number: i64, is_audited: bool) -> Duration {
    let at = begins() + TimeDelta::days(4000) + TimeDelta::seconds(number);
    let blocked = (number % 2 == 0).then_some(at);
    let begun = Instant::now();
    let done = if is_audited {
        store.audited_transaction(|tx| {
            users::set_blocked(tx, user, blocked)?;
            tx.audit(Entry { at, ..usual(number) });
            Ok::<_, StoreError>(())
        })
    } else {
        store.write_transaction(|tx| users::set_blocked(tx, user, blocked))
    };
    done.expect("the user is changed");
    begun.elapsed()
}

fn print_share(store: &Store) {
    let user = UserId(700);
    let mut rounds = [(); 5].map(|()| {
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for number in 0..CHANGES {
            let number = i64::try_from(number).unwrap_or_default();
            with.push(change(store, user, 2 * number, true));
            without.push(change(store, user, 2 * number + 1, false));
        }
        (load::median(&mut with), load::median(&mut without))
    });
    rounds.sort_by_key(|(with, without)| with.saturating_sub(*without));
    let (with, without) = rounds[2];
    let share = 100.0 * (1.0 - without.as_secs_f64() / with.as_secs_f64());
    let columns = ["a change", "ms"].map(str::to_owned);
    let rows = vec![
        vec!["with its entry".to_owned(), milliseconds(with)],
        vec!["without".to_owned(), milliseconds(without)],
        vec!["the entry's part".to_owned(), format!("{share:.0} %")],
    ];
    table("Audited changes on SQLite, one writer, at a million entries", &columns, rows);
}

fn print_writers(url: &str) {
    let store = Store::open(Location::Postgres(url.to_owned())).expect("the database opens");
    store.migrate().expect("the tables are made");
    let append = |number: i64| {
        let append = |tx: &mut usher::store::Tx<'_>| {
            tx.audit(usual(number));
            Ok::<_, StoreError>(())
        };
        store.audited_transaction(append).expect("an entry is appended");
    };
    append(0);
    let begun = Instant::now();
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let first = i64::try_from(writer * CHANGES).unwrap_or_default();
            let changes = i64::try_from(CHANGES).unwrap_or_default();
            scope.spawn(move || (first..first + changes).for_each(append));
        }
    });
    let per_second = (WRITERS * CHANGES) as f64 / begun.elapsed().as_secs_f64();
    let columns = ["PostgreSQL", "changes per second"].map(str::to_owned);
    table("Writers at once", &columns, vec![vec![format!("{WRITERS} writers"), format!("{per_second:.0}")]]);
}
