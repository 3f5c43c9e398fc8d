//! The store against both databases: what its constraints, transactions and plans promise.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a helper that fails is a test that fails")]

mod support {
    pub mod postgres;
    pub mod supervisor;
}

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use serde_json::json;
use usher::{
    domain::{
        audit::{AuditAction, By, Entry, Subject, SubjectKind},
        clock::{SystemRandom, Timestamp},
        credentials::{
            password::PasswordHash,
            throttle::{Bucket, ThrottleScope},
            token::{Token, TokenEnd, TokenPurpose},
        },
        email_address::EmailAddress,
        ids::UserId,
        invitation::InvitationOrigin,
        search::SearchTerm,
        text::{GroupName, PersonName},
        user::{DefaultRole, Status},
    },
    store::{
        Commits, Database, Location, Store, StoreError, Tx, audit_entries, company,
        credentials::{
            refused_sign_ins::{self, RefusalReason},
            reset_requests, throttles,
        },
        groups::{self, ADMINS},
        outbox,
        page::{Count, Position, Slice},
        sessions, tokens,
        users::{self, Filter, NewActive, NewInvited},
        verify_chain,
    },
};

use support::postgres;

/// A store of its own for each test, gone with it.
struct TestStore {
    store: Store,
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
    let store = Store::open(Location::Sqlite(folder.path().join("usher.db"))).unwrap();
    store.migrate().unwrap();
    TestStore { store, _keep: Box::new(folder) }
}

fn postgres() -> TestStore {
    let server = postgres::server();
    server.template(|url| {
        Store::open(Location::Postgres(url.to_owned())).unwrap().migrate().unwrap();
    });
    let database = server.fresh_database();
    let store = Store::open(Location::Postgres(database.url().to_owned())).unwrap();
    TestStore { store, _keep: Box::new(database) }
}

/// Each test runs on both databases.
macro_rules! on_both {
    ($($(#[$meta:meta])* fn $name:ident($store:ident: TestStore) $body:block)*) => {
        $(fn $name($store: TestStore) $body)*
        mod on_sqlite { $($(#[$meta])* #[test] fn $name() { super::$name(super::sqlite()); })* }
        mod on_postgres { $($(#[$meta])* #[test] fn $name() { super::$name(super::postgres()); })* }
    };
}

#[path = "people/made_up.rs"]
mod made_up;
#[path = "people/at_once.rs"]
mod people_at_once;
#[path = "people/lists.rs"]
mod people_lists;
#[path = "database/schema.rs"]
mod schema;
#[path = "people/search.rs"]
mod search;
#[path = "database/state.rs"]
mod state;

fn now() -> Timestamp {
    DateTime::from_timestamp(1_795_000_000, 123_456_000).unwrap().naive_utc()
}

fn entry(name: &str) -> Entry {
    Entry {
        at: now(),
        by: By { id: Some(UserId(1)), name: "Maya Fischer".to_owned(), source: "192.0.2.1".to_owned() },
        action: AuditAction::UserInvited,
        subject: Subject { kind: SubjectKind::User, id: 7, name: name.to_owned() },
        place: None,
        details: json!({"b": 1, "a": "ü"}),
    }
}

fn active(tx: &mut Tx<'_>, first: &str, last: &str) -> UserId {
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
    users::insert_active(tx, &new).unwrap()
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
        invited_by: by,
        now: now(),
    };
    users::insert_invited(tx, &new)
}

fn names(store: &Store, filter: &Filter) -> Vec<String> {
    store
        .read(|db: &mut Database| {
            let count = users::count(db, filter)?;
            let slice = users::list(db, filter, &Position::First, 50)?;
            assert_eq!(count, Count::Exactly(i64::try_from(slice.rows.len()).unwrap()));
            assert_eq!(users::search(db, filter, &Position::First, 50)?, (slice.clone(), count));
            Ok::<_, StoreError>(slice.rows.iter().map(users::User::display_name).collect())
        })
        .unwrap()
}

fn search(store: &Store, typed: &str) -> Vec<String> {
    names(store, &Filter { search: SearchTerm::parse(typed), ..Filter::default() })
}

on_both! {
    fn migrating_again_does_nothing(store: TestStore) {
        assert_eq!(store.migrate().unwrap(), 0);
    }

    fn a_change_without_an_audit_entry_is_rolled_back(store: TestStore) {
        let refused = store.audited_transaction(|tx| Ok::<_, StoreError>(active(tx, "Maya", "Fischer")));
        assert!(matches!(refused, Err(StoreError::Unaudited)), "{refused:?}");
        assert!(names(&store, &Filter::default()).is_empty());
    }

    fn a_store_notes_what_may_have_been_saved_through_it(store: TestStore) {
        let commits = Commits::default();
        let noting = store.noting(commits.clone());
        noting.audited_transaction(|_| Ok::<_, StoreError>(())).unwrap_err();
        noting.write_counts(|tx| Ok::<_, StoreError>(active(tx, "Maya", "Fischer"))).unwrap();
        assert!(noting.write_if_possible("a test", |tx| { active(tx, "Uma", "Ek"); Ok(()) }));
        store.audited_transaction(|tx| { tx.audit(entry("Jonas")); Ok::<_, StoreError>(()) }).unwrap();
        assert!(!commits.any());
        noting.audited_transaction(|tx| { tx.audit(entry("Hana")); Ok::<_, StoreError>(()) }).unwrap();
        assert!(commits.any());
        let commits = Commits::default();
        store.noting(commits.clone()).write_transaction(|tx| Ok::<_, StoreError>(active(tx, "Jonas", "Vermeulen"))).unwrap();
        assert!(commits.any());
    }

    fn what_no_answer_needs_gives_up_behind_another_writer(store: TestStore) {
        let maya = store.write_transaction(|tx| Ok::<_, StoreError>(active(tx, "Maya", "Fischer"))).unwrap();
        let block = move |tx: &mut Tx<'_>| users::set_blocked(tx, maya, Some(now()));
        let (held, done) = (std::sync::Barrier::new(2), std::sync::Barrier::new(2));
        let store = &store.store;
        std::thread::scope(|scope| {
            scope.spawn(|| store.write_transaction(|tx| { block(tx)?; held.wait(); done.wait(); Ok::<_, StoreError>(()) }).unwrap());
            held.wait();
            assert!(!store.write_if_possible("a test", block));
            done.wait();
        });
        assert!(store.write_if_possible("a test", block));
    }

    fn the_audit_chain_holds_and_keeps_what_was_written(store: TestStore) {
        for name in ["Jonas", "Hana", "Elif"] {
            store.audited_transaction(|tx| { tx.audit(entry(name)); tx.audit(entry("again")); Ok::<_, StoreError>(()) }).unwrap();
        }
        store.read(|db| {
            assert_eq!(verify_chain(db)?, Ok(6));
            let rows = audit_entries(db, 4, 10)?;
            assert_eq!(rows.iter().map(|row| (row.sequence, row.subject_name.as_str(), row.at)).collect::<Vec<_>>(), [(5, "Elif", now()), (6, "again", now())]);
            Ok::<_, StoreError>(())
        }).unwrap();
    }

    fn an_audit_entry_is_neither_changed_nor_deleted(store: TestStore) {
        use diesel::RunQueryDsl;
        store.audited_transaction(|tx| { tx.audit(entry("Jonas")); Ok::<_, StoreError>(()) }).unwrap();
        for statement in ["UPDATE audit_entries SET subject_name = 'x'", "DELETE FROM audit_entries"] {
            let refused = store.write_transaction(|tx| Ok::<_, StoreError>(diesel::sql_query(statement).execute(tx.db())?));
            assert!(refused.is_err(), "{statement}");
        }
        store.read(|db| { assert_eq!(verify_chain(db)?, Ok(1)); Ok::<_, StoreError>(()) }).unwrap();
    }

    fn an_address_is_taken_until_its_person_is_deleted(store: TestStore) {
        let maya = store.write_transaction(|tx| Ok::<_, StoreError>(active(tx, "Maya", "Fischer"))).unwrap();
        let again = |store: &Store| store.write_transaction(|tx| invited(tx, "MAYA.Fischer@Example.com", maya));
        assert!(again(&store).is_err());
        store.write_transaction(|tx| users::delete(tx, maya, maya, now())).unwrap();
        assert!(again(&store).is_ok());
        assert_eq!(names(&store, &Filter::default()), ["MAYA.Fischer@Example.com"]);
    }

    fn company_wide_counts_follow_every_change(store: TestStore) {
        let counts = |store: &Store| store.read(|db| Ok::<_, StoreError>((users::count(db, &Filter::default())?, users::count(db, &Filter { active_only: true, ..Filter::default() })?))).unwrap();
        let (maya, jonas) = store.write_transaction(|tx| Ok::<_, StoreError>((active(tx, "Maya", "Fischer"), active(tx, "Jonas", "Vermeulen")))).unwrap();
        let noor = store.write_transaction(|tx| invited(tx, "noor@example.com", maya)).unwrap();
        assert_eq!(counts(&store), (Count::Exactly(3), Count::Exactly(2)));
        store.write_transaction(|tx| users::set_blocked(tx, jonas, Some(now()))).unwrap();
        assert_eq!(counts(&store), (Count::Exactly(3), Count::Exactly(1)));
        store.write_transaction(|tx| users::delete(tx, jonas, jonas, now())).unwrap();
        store.write_transaction(|tx| users::remove(tx, noor)).unwrap();
        assert_eq!(counts(&store), (Count::Exactly(1), Count::Exactly(1)));
        store.write_transaction(|tx| users::restore(tx, jonas)).unwrap();
        store.write_transaction(|tx| users::set_blocked(tx, jonas, None)).unwrap();
        assert_eq!(counts(&store), (Count::Exactly(2), Count::Exactly(2)));
    }

    fn pages_follow_each_other_in_both_directions(store: TestStore) {
        store.write_transaction(|tx| { for last in ["Ek", "Østby", "Adams", "Émile", "Braun", "Zorn", "Żak"] { active(tx, "Same", last); } Ok::<_, StoreError>(()) }).unwrap();
        let page = |position: &Position| store.read(|db| users::list(db, &Filter::default(), position, 3)).unwrap();
        let last_names = |rows: &[users::User]| rows.iter().map(|person| person.last_name.clone()).collect::<Vec<_>>();
        let first = page(&Position::First);
        assert_eq!((last_names(&first.rows), first.has_previous, first.has_next), (vec!["Adams".into(), "Braun".into(), "Ek".into()], false, true));
        let second = page(&Position::After(first.rows[2].key()));
        assert_eq!((last_names(&second.rows), second.has_previous, second.has_next), (vec!["Émile".into(), "Żak".into(), "Zorn".into()], true, true));
        assert_eq!(page(&Position::Before(second.rows[0].key())).rows.len(), 3);
        let last = page(&Position::Last);
        assert_eq!((last_names(&last.rows), last.has_previous, last.has_next), (vec!["Żak".into(), "Zorn".into(), "Østby".into()], true, false));
    }

    fn members_are_listed_and_counted_and_others_offered(store: TestStore) {
        let (maya, jonas) = store.write_transaction(|tx| Ok::<_, StoreError>((active(tx, "Maya", "Fischer"), active(tx, "Jonas", "Vermeulen")))).unwrap();
        let finance = store.write_transaction(|tx| groups::insert(tx, &GroupName::parse("Finance").unwrap(), now())).unwrap();
        store.write_transaction(|tx| { groups::add_member(tx, ADMINS, maya, now())?; groups::add_member(tx, finance, jonas, now()) }).unwrap();
        assert_eq!(names(&store, &Filter { member_of: Some(finance), ..Filter::default() }), ["Jonas Vermeulen"]);
        assert_eq!(names(&store, &Filter { not_member_of: Some(ADMINS), active_only: true, ..Filter::default() }), ["Jonas Vermeulen"]);
        store.read(|db| {
            let groups = groups::list(db, 10)?;
            assert_eq!(groups.iter().map(|group| (group.name.as_str(), group.member_count)).collect::<Vec<_>>(), [("Admins", 1), ("Finance", 1)]);
            assert_eq!((groups::other_active_admins(db, maya)?, groups::other_active_admins(db, jonas)?), (0, 1));
            let maya = users::find(db, maya)?.unwrap();
            assert!(maya.is_admin && maya.status(now()) == Status::Active);
            Ok::<_, StoreError>(())
        }).unwrap();
        store.write_transaction(|tx| groups::delete(tx, finance)).unwrap();
        assert!(names(&store, &Filter { member_of: Some(finance), ..Filter::default() }).is_empty());
    }

    fn a_link_is_consumed_once_for_its_purpose_within_its_time(store: TestStore) {
        let maya = store.write_transaction(|tx| Ok::<_, StoreError>(active(tx, "Maya", "Fischer"))).unwrap();
        let hash = Token::new(&SystemRandom).hash();
        let expires_at = now() + TimeDelta::hours(1);
        store.write_transaction(|tx| tokens::insert(tx, &tokens::NewToken { purpose: TokenPurpose::Invitation, hash, user: Some(maya), email: Some("m@example.com"), asked_by: None, expires_at, now: now() })).unwrap();
        let consume = |purpose, at| store.write_transaction(|tx| tokens::consume(tx, purpose, hash, at)).unwrap().is_some();
        assert!(!consume(TokenPurpose::PasswordReset, now()));
        assert!(!consume(TokenPurpose::Invitation, expires_at));
        assert!(consume(TokenPurpose::Invitation, now()));
        assert!(!consume(TokenPurpose::Invitation, now()));
        let token = store.read(|db| tokens::find(db, TokenPurpose::Invitation, hash)).unwrap().unwrap();
        assert_eq!((token.user_id, token.ended_as), (Some(maya), Some(TokenEnd::Used)));
    }

    fn of_many_who_consume_a_link_at_once_one_wins(store: TestStore) {
        let hash = Token::new(&SystemRandom).hash();
        store.write_transaction(|tx| tokens::insert(tx, &tokens::NewToken { purpose: TokenPurpose::Setup, hash, user: None, email: None, asked_by: None, expires_at: now() + TimeDelta::hours(1), now: now() })).unwrap();
        let store = Arc::new(store.store.clone());
        let racers = (0..8).map(|_| { let store = Arc::clone(&store); std::thread::spawn(move || store.write_transaction(|tx| tokens::consume(tx, TokenPurpose::Setup, hash, now())).unwrap().is_some()) }).collect::<Vec<_>>();
        let winners = racers.into_iter().filter(|_| true).map(|racer| racer.join().unwrap()).filter(|won| *won).count();
        assert_eq!(winners, 1);
    }

    fn audited_changes_made_at_once_all_find_their_place_in_the_chain(store: TestStore) {
        let writers = (0..8).map(|writer| { let store = store.store.clone(); std::thread::spawn(move || for _ in 0..5 { store.audited_transaction(|tx| { tx.audit(entry(&format!("{writer}"))); Ok::<_, StoreError>(()) }).unwrap(); }) }).collect::<Vec<_>>();
        for writer in writers { writer.join().unwrap(); }
        store.read(|db| { assert_eq!(verify_chain(db)?, Ok(40)); Ok::<_, StoreError>(()) }).unwrap();
    }

    fn an_invitation_made_twice_at_once_is_made_once(store: TestStore) {
        let maya = store.write_transaction(|tx| Ok::<_, StoreError>(active(tx, "Maya", "Fischer"))).unwrap();
        let email = EmailAddress::parse("noor@example.com").unwrap();
        let writers = (0..6).map(|_| { let (store, email) = (store.store.clone(), email.clone()); std::thread::spawn(move || store.write_transaction(|tx| {
            if users::find_by_email(tx.db(), &email)?.is_some() { return Ok(false); }
            invited(tx, email.as_str(), maya).map(|_| true)
        }).unwrap()) }).collect::<Vec<_>>();
        assert_eq!(writers.into_iter().map(|writer| writer.join().unwrap()).filter(|made| *made).count(), 1);
    }

    fn a_session_ends_with_its_limits_and_with_its_person(store: TestStore) {
        let maya = store.write_transaction(|tx| Ok::<_, StoreError>(active(tx, "Maya", "Fischer"))).unwrap();
        let hash = Token::new(&SystemRandom).hash();
        store.write_transaction(|tx| sessions::insert(tx, &sessions::NewSession { hash, user: maya, source: "192.0.2.1", browser: "Firefox", now: now() })).unwrap();
        let company = store.read(company::load).unwrap();
        let holds = |at| store.read(|db| sessions::find(db, hash, at)).unwrap().is_some();
        assert!(holds(now()));
        assert!(!holds(now() + company.session_idle));
        let session = store.read(|db| sessions::find(db, hash, now())).unwrap().unwrap().session.id;
        store.write_transaction(|tx| sessions::touch(tx, session, now() + company.session_absolute)).unwrap();
        assert!(!holds(now() + company.session_absolute));
        store.write_transaction(|tx| users::set_blocked(tx, maya, Some(now()))).unwrap();
        assert!(!holds(now()));
    }

    fn attempts_are_counted_before_they_are_checked(store: TestStore) {
        let account = [Bucket::account("maya", None)];
        let count = |at| store.write_transaction(|tx| throttles::count(tx, &account, at)).unwrap();
        let held = |seconds| Some(now() + TimeDelta::seconds(seconds));
        assert_eq!((count(now()), count(now())), (None, held(1)));
        assert_eq!((count(now() + TimeDelta::seconds(1)), count(now() + TimeDelta::seconds(1))), (None, held(4)));
        store.write_transaction(|tx| throttles::clear_attempts(tx, &account[0])).unwrap();
        assert_eq!(count(now()), None);
    }

    fn an_attempt_that_a_network_holds_is_counted_nowhere(store: TestStore) {
        let [nobody, maya] = ["nobody", "maya"].map(|email| {
            Bucket::networks(ThrottleScope::Source, "2001:db8::1").into_iter().chain([Bucket::account(email, None)]).collect::<Vec<_>>()
        });
        let held = (0..25).filter_map(|_| store.write_transaction(|tx| throttles::count(tx, &nobody[..3], now())).unwrap()).count();
        assert_eq!(held, 4);
        assert!(store.write_transaction(|tx| throttles::count(tx, &maya, now())).unwrap().is_some());
        assert!(store.read(|db| throttles::look(db, &maya, now())).unwrap().is_some());
        assert_eq!(store.read(|db| throttles::look(db, &maya[3..], now())).unwrap(), None);
    }

    fn marks_far_ahead_are_no_marks(store: TestStore) {
        let ahead = now() + TimeDelta::days(2);
        let buckets = [Bucket::account("maya", None), Bucket::reset_account("maya")];
        for bucket in &buckets {
            store.write_transaction(|tx| throttles::count(tx, std::slice::from_ref(bucket), ahead)).unwrap();
            assert!(store.read(|db| throttles::look(db, std::slice::from_ref(bucket), ahead)).unwrap().is_some());
        }
        assert_eq!(store.read(|db| throttles::look(db, &buckets, now())).unwrap(), None);
        assert_eq!(store.write_transaction(|tx| throttles::count(tx, &buckets, now())).unwrap(), None);
    }

    fn counts_of_attempts_are_bounded_and_those_with_the_fewest_go_first(store: TestStore) {
        let bucket = |name: &str| [Bucket::account(name, None)];
        for name in ["maya", "maya", "a", "b", "c"] {
            let at = now() + TimeDelta::seconds(i64::from(name.as_bytes()[0]));
            store.write_transaction(|tx| throttles::count(tx, &bucket(name), at + TimeDelta::minutes(i64::from(name == "maya")))).unwrap();
        }
        store.write_transaction(|tx| throttles::count(tx, &bucket("maya"), now() + TimeDelta::hours(1))).unwrap();
        let trim = |limit| store.write_transaction(|tx| throttles::trim(tx, limit)).unwrap();
        assert_eq!((trim(2), trim(1), store.read(throttles::rows).unwrap()), (2, 1, 1));
        assert!(store.read(|db| throttles::look(db, &bucket("maya"), now() + TimeDelta::hours(1))).unwrap().is_some());
    }

    fn refused_sign_ins_cannot_fill_the_database(store: TestStore) {
        let rows = |refusals: usize, minute: i64| {
            for attempt in 0..refusals {
                let (network, email) = (format!("192.0.2.{}", attempt % 200), format!("{attempt}@example.com"));
                store.note_refusal(&network, &email, RefusalReason::Wrong, now() + TimeDelta::minutes(minute));
                if attempt % 50 == 0 {
                    store.write_refusals().unwrap();
                }
            }
            store.write_refusals().unwrap();
            let all = store.read(|db| refused_sign_ins::refusals(db, 1000)).unwrap();
            (all.len(), all.iter().map(|(.., times)| times).sum::<i64>())
        };
        assert_eq!(rows(500, 0), (121, 500));
        assert_eq!(rows(1_000, 1), (242, 1_500));
        let writes = store.load().writes.count();
        assert_eq!(store.write_refusals().unwrap(), 0);
        assert_eq!(store.load().writes.count(), writes, "nothing to write is no transaction");
    }

    fn more_requests_than_the_bound_go_with_the_next(store: TestStore) {
        use diesel::RunQueryDsl as _;
        for (excess, left) in [(3, 1_000), (6, 1_000)] {
            let fill = format!(
                "WITH RECURSIVE places (place) AS (SELECT 1 UNION ALL SELECT place + 1 FROM places WHERE place < {}) INSERT INTO reset_requests \
                 (email, client_ip, network, asked_at) SELECT 'm@example.com', '192.0.2.1', '192.0.2.1', '2026-01-01 00:00:00' FROM places",
                1_000 + excess,
            );
            store.write_transaction(|tx| Ok::<_, StoreError>(diesel::sql_query(&fill).execute(tx.db())?)).unwrap();
            store.write_transaction(|tx| reset_requests::insert(tx, "maya@example.com", "192.0.2.9", "192.0.2.9", now())).unwrap();
            let mut waiting = 0;
            while store.write_transaction(reset_requests::take).unwrap().is_some() { waiting += 1; }
            assert_eq!(waiting, left);
        }
    }

    fn attempts_and_refusals_are_forgotten_in_the_end(store: TestStore) {
        let buckets = [Bucket::networks(ThrottleScope::Source, "192.0.2.1"), vec![Bucket::account("maya", None)]].concat();
        store.write_transaction(|tx| throttles::count(tx, &buckets, now())).unwrap();
        store.note_refusal("192.0.2.1", "maya", RefusalReason::Wrong, now());
        store.write_refusals().unwrap();
        let sweep = |after| store.write_transaction(|tx| Ok::<_, StoreError>(throttles::sweep(tx, 10, now() + after)? + refused_sign_ins::sweep(tx, 10, now() + after)?)).unwrap();
        let swept = [TimeDelta::minutes(59), TimeDelta::hours(1), TimeDelta::days(29), TimeDelta::days(30), TimeDelta::days(91)].map(sweep);
        assert_eq!(swept, [0, 1, 0, 1, 1]);
    }

    fn requests_for_new_passwords_are_bounded_and_the_busiest_network_gives_way(store: TestStore) {
        let ask = |email: &str, network: &str| store.write_transaction(|tx| reset_requests::insert(tx, email, "192.0.2.1", network, now())).unwrap();
        ask("maya@example.com", "192.0.2.1");
        for request in 0..1_100 {
            ask(&format!("{request}@example.com"), if request % 10 == 0 { "198.51.100.7" } else { "2001:db8:1::/48" });
        }
        let mut waiting = vec![];
        while let Some(request) = store.write_transaction(reset_requests::take).unwrap() {
            waiting.push(request.email);
        }
        assert_eq!(waiting.len(), 1_000);
        assert!(["maya@example.com", "0@example.com", "1099@example.com"].iter().all(|email| waiting.contains(&(*email).to_owned())));
        assert!(!waiting.contains(&"1@example.com".to_owned()));
    }

    fn a_mail_is_claimed_by_one_process_until_its_lease_ends(store: TestStore) {
        let new = outbox::NewMail { message_id: "<1@usher>".to_owned(), kind: "test", user: None, token: None, recipient: "m@example.com", sealed: b"sealed".to_vec(), now: now() };
        store.write_transaction(|tx| outbox::insert(tx, std::slice::from_ref(&new))).unwrap();
        let claim = |at| store.write_transaction(|tx| outbox::claim(tx, at, at + TimeDelta::minutes(1))).unwrap();
        let mail = claim(now()).unwrap();
        assert!(claim(now()).is_none());
        assert_eq!(claim(now() + TimeDelta::minutes(1)).map(|again| again.id), Some(mail.id));
        store.write_transaction(|tx| outbox::settle(tx, mail.id, &outbox::DeliveryOutcome::HandedOver { reply: "250 OK" }, now())).unwrap();
        assert!(claim(now() + TimeDelta::hours(1)).is_none());
        let fate = store.read(|db| outbox::latest(db, 1)).unwrap().remove(0);
        assert_eq!((fate.state, fate.reply.as_deref(), fate.attempts), (outbox::MailState::HandedOver, Some("250 OK"), 2));
    }

    fn a_mail_with_a_link_does_not_wait_behind_those_that_tell_of_changes(store: TestStore) {
        let new = |id: &str, token| outbox::NewMail { message_id: id.to_owned(), kind: "test", user: None, token, recipient: "m@example.com", sealed: b"sealed".to_vec(), now: now() };
        let link = store.write_transaction(|tx| {
            let token = tokens::insert(tx, &tokens::NewToken { purpose: TokenPurpose::PasswordReset, hash: Token::new(&SystemRandom).hash(), user: None, email: None, asked_by: None, expires_at: now() + TimeDelta::hours(1), now: now() })?;
            outbox::insert(tx, &[new("<1@usher>", None), new("<2@usher>", None), new("<3@usher>", Some(token))])?;
            Ok::<_, StoreError>(outbox::claim(tx, now(), now() + TimeDelta::minutes(1))?.unwrap())
        }).unwrap();
        assert_eq!(link.message_id, "<3@usher>");
    }
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
