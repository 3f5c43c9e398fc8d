//! The store on both databases: constraints, transactions and query plans.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a helper that fails is a test that fails")]

#[macro_use(apply)]
extern crate macro_rules_attribute;

#[path = "../support"]
mod support {
    pub(crate) mod entries;
    pub(crate) mod long;
    pub mod postgres;
    pub mod supervisor;
}

/// Runs a test on each database: `#[apply(both_databases!)]`.
macro_rules! both_databases {
    ($(#[$meta:meta])* fn $name:ident($store:ident: TestStore) $body:block) => {
        $(#[$meta])* fn $name($store: TestStore) $body
        mod $name {
            #[test] fn on_sqlite() { super::$name($crate::sqlite()); }
            #[test] fn on_postgres() { super::$name($crate::postgres()); }
        }
    };
}

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use usher::{
    domain::{
        audit::{AuditAction, By, Channel, Entry, Subject, SubjectKind},
        clock::{Clock, SystemRandom, Timestamp},
        credentials::{
            password::PasswordHash,
            throttle::{Bucket, ThrottleScope},
            token::{Token, TokenEnd, TokenPurpose},
        },
        email_address::EmailAddress,
        ids::UserId,
        invitation::InvitationOrigin,
        search::SearchTerm,
        secret::SecretKey,
        text::{GroupName, PersonName},
        user::{DefaultRole, Status},
    },
    store::{
        self, Commits, Database, Location, Store, StoreError, Tx, audit_entries, company,
        credentials::{
            refused_sign_ins::{self, RefusalReason, Span},
            reset_requests, throttles,
        },
        groups::{self, ADMINS},
        page::{Count, Position, Slice},
        sessions, tokens,
        users::{Filter, NewActive, NewInvited},
        verify_chain,
    },
    usecases::{Context, Links},
};

use support::{long::is_long, postgres};

mod assets_million;
mod audit;
mod audit_million;
mod credentials;
mod demo;
mod derived;
mod outbox;
mod schema;
mod state;
mod users;

/// A store of its own for each test, removed with it.
struct TestStore {
    store: Store,
    location: Location,
    _keep: Box<dyn std::any::Any>,
}

impl std::ops::Deref for TestStore {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

fn sqlite() -> TestStore {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(folder.path().join("usher.db"));
    let store = Store::open(location.clone()).unwrap();
    store.migrate().unwrap();
    TestStore { store, location, _keep: Box::new(folder) }
}

fn postgres() -> TestStore {
    let server = postgres::server();
    server.template(|url| {
        Store::open(Location::Postgres(url.to_owned())).unwrap().migrate().unwrap();
    });
    let database = server.fresh_database();
    let location = Location::Postgres(database.url().to_owned());
    let store = Store::open(location.clone()).unwrap();
    TestStore { store, location, _keep: Box::new(database) }
}

fn context(store: &Store) -> Context {
    Context {
        store: store.noting(Commits::default()),
        clock: Arc::new(Frozen),
        random: Arc::new(SystemRandom),
        key: SecretKey::new(&SystemRandom),
        links: Links {
            origin: "https://usher.example.com".to_owned(),
            host: "usher.example.com".to_owned(),
            with_token: |_, token| format!("/links/{}", token.reveal()),
            sign_in: || "/sign-in".to_owned(),
            my_account: || "/my-account".to_owned(),
        },
        relying_party: None,
        sends_mail: false,
    }
}

#[derive(Debug)]
struct Frozen;

impl Clock for Frozen {
    fn now(&self) -> Timestamp {
        now()
    }
}

fn now() -> Timestamp {
    DateTime::from_timestamp(1_795_000_000, 123_456_000).unwrap().naive_utc()
}

fn entry(name: &str) -> Entry {
    Entry {
        at: now(),
        by: By { id: Some(UserId(1)), name: "Maya Fischer".to_owned(), channel: Channel::Page, client_ip: Some("192.0.2.1".to_owned()) },
        action: AuditAction::UserInvited,
        subject: Subject { kind: SubjectKind::User, id: 7, name: name.to_owned() },
        place: None,
        details: r#"{"a":"ü","version":1}"#.to_owned(),
    }
}

fn active(tx: &mut Tx<'_>, first: &str, last: &str) -> Result<UserId, StoreError> {
    let email =
        EmailAddress::parse(&format!("{}.{}@example.com", first.to_lowercase(), last.to_lowercase().replace(|c: char| !c.is_ascii(), "x")))
            .unwrap();
    let new = NewActive {
        email: &email,
        first_name: &PersonName::parse(first).unwrap(),
        last_name: &PersonName::parse(last).unwrap(),
        password: &PasswordHash::dummy(),
        now: now(),
    };
    store::users::insert_active(tx, &new)
}

fn invited(tx: &mut Tx<'_>, address: &str, by: UserId) -> Result<UserId, StoreError> {
    let email = EmailAddress::parse(address).unwrap();
    let expires_at = now() + TimeDelta::hours(24);
    let new = NewInvited {
        first_name: "",
        last_name: "",
        email: &email,
        default_role: DefaultRole::User,
        origin: InvitationOrigin::UsersAndGroups,
        expires_at,
        invited_by: Some(by),
        now: now(),
    };
    store::users::insert_invited(tx, &new)
}

fn names(store: &Store, filter: &Filter) -> Vec<String> {
    store
        .read(|db: &mut Database| {
            let count = store::users::count(db, filter)?;
            let slice = store::users::list(db, filter, &Position::First, 50)?;
            assert_eq!(count, Count::Exactly(i64::try_from(slice.rows.len()).unwrap()));
            assert_eq!(store::users::search(db, filter, &Position::First, 50)?, (slice.clone(), count));
            Ok::<_, StoreError>(slice.rows.iter().map(store::users::User::display_name).collect())
        })
        .unwrap()
}

fn search(store: &Store, typed: &str) -> Vec<String> {
    names(store, &Filter { search: SearchTerm::parse(typed), ..Filter::default() })
}

#[apply(both_databases!)]
fn migrating_again_does_nothing(store: TestStore) {
    assert_eq!(store.migrate().unwrap(), 0);
}

#[apply(both_databases!)]
fn a_change_without_an_audit_entry_is_rolled_back(store: TestStore) {
    let refused = store.audited_transaction(|tx| active(tx, "Maya", "Fischer"));
    assert!(matches!(refused, Err(StoreError::Unaudited)), "{refused:?}");
    assert!(names(&store, &Filter::default()).is_empty());
}

#[apply(both_databases!)]
fn a_store_notes_what_may_have_been_saved_through_it(store: TestStore) {
    let commits = Commits::default();
    let noting = store.noting(commits.clone());
    noting.audited_transaction(|_| Ok::<_, StoreError>(())).unwrap_err();
    noting.write_counts(|tx| active(tx, "Maya", "Fischer")).unwrap();
    assert!(noting.write_if_possible("a test", |tx| {
        active(tx, "Uma", "Ek")?;
        Ok(())
    }));
    store
        .audited_transaction(|tx| {
            tx.audit(entry("Jonas"));
            Ok::<_, StoreError>(())
        })
        .unwrap();
    assert!(!commits.any());
    noting
        .audited_transaction(|tx| {
            tx.audit(entry("Hana"));
            Ok::<_, StoreError>(())
        })
        .unwrap();
    assert!(commits.any());
    let commits = Commits::default();
    store.noting(commits.clone()).write_transaction(|tx| active(tx, "Jonas", "Vermeulen")).unwrap();
    assert!(commits.any());
}

#[apply(both_databases!)]
fn what_no_answer_needs_gives_up_behind_another_writer(store: TestStore) {
    let maya = store.write_transaction(|tx| active(tx, "Maya", "Fischer")).unwrap();
    let block = move |tx: &mut Tx<'_>| store::users::set_blocked(tx, maya, Some(now()));
    let (held, done) = (std::sync::Barrier::new(2), std::sync::Barrier::new(2));
    let store = &store.store;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            store
                .write_transaction(|tx| {
                    block(tx)?;
                    held.wait();
                    done.wait();
                    Ok::<_, StoreError>(())
                })
                .unwrap();
        });
        held.wait();
        assert!(!store.write_if_possible("a test", block));
        done.wait();
    });
    assert!(store.write_if_possible("a test", block));
}

#[test]
fn two_processes_that_start_on_one_new_postgresql_both_find_it_migrated() {
    let database = postgres::server().empty_database();
    let starts = (0..4)
        .map(|_| {
            let url = database.url().to_owned();
            std::thread::spawn(move || Store::open(Location::Postgres(url)).unwrap().migrate().unwrap())
        })
        .collect::<Vec<_>>();
    let migrations = starts.into_iter().map(|start| start.join().unwrap()).collect::<Vec<_>>();
    assert_eq!(migrations.iter().filter(|done| **done > 0).count(), 1, "{migrations:?}");
}

#[test]
fn a_database_that_cannot_be_reached_says_why() {
    let error = Store::open(Location::Sqlite("/nowhere/usher.db".into())).unwrap_err();
    assert!(error.to_string().contains("unable to open"), "{error}");
}
