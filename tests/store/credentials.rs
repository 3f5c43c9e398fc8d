//! Links, sessions, and counted attempts.

use usher::store::users;

use super::*;

#[apply(both_databases!)]
fn a_link_is_consumed_once_for_its_purpose_within_its_time(store: TestStore) {
    let maya = store.write_transaction(|tx| active(tx, "Maya", "Fischer")).unwrap();
    let hash = Token::new(&SystemRandom).hash();
    let expires_at = now() + TimeDelta::hours(1);
    store
        .write_transaction(|tx| {
            tokens::insert(
                tx,
                &tokens::NewToken {
                    purpose: TokenPurpose::Invitation,
                    hash,
                    user: Some(maya),
                    email: Some("m@example.com"),
                    asked_by: None,
                    expires_at,
                    now: now(),
                },
            )
        })
        .unwrap();
    let consume = |purpose, at| store.write_transaction(|tx| tokens::consume(tx, purpose, hash, at)).unwrap().is_some();
    assert!(!consume(TokenPurpose::PasswordReset, now()));
    assert!(!consume(TokenPurpose::Invitation, expires_at));
    assert!(consume(TokenPurpose::Invitation, now()));
    assert!(!consume(TokenPurpose::Invitation, now()));
    let token = store.read(|db| tokens::find(db, TokenPurpose::Invitation, hash)).unwrap().unwrap();
    assert_eq!((token.user_id, token.ended_as), (Some(maya), Some(TokenEnd::Used)));
}

#[apply(both_databases!)]
fn of_many_who_consume_a_link_at_once_one_wins(store: TestStore) {
    let hash = Token::new(&SystemRandom).hash();
    store
        .write_transaction(|tx| {
            tokens::insert(
                tx,
                &tokens::NewToken {
                    purpose: TokenPurpose::Setup,
                    hash,
                    user: None,
                    email: None,
                    asked_by: None,
                    expires_at: now() + TimeDelta::hours(1),
                    now: now(),
                },
            )
        })
        .unwrap();
    let store = Arc::new(store.store.clone());
    let racers = (0..8)
        .map(|_| {
            let store = Arc::clone(&store);
            std::thread::spawn(move || {
                store.write_transaction(|tx| tokens::consume(tx, TokenPurpose::Setup, hash, now())).unwrap().is_some()
            })
        })
        .collect::<Vec<_>>();
    let winners = racers.into_iter().map(|racer| racer.join().unwrap()).filter(|won| *won).count();
    assert_eq!(winners, 1);
}

#[apply(both_databases!)]
fn a_session_ends_with_its_limits_and_with_its_user(store: TestStore) {
    let maya = store.write_transaction(|tx| active(tx, "Maya", "Fischer")).unwrap();
    let hash = Token::new(&SystemRandom).hash();
    store
        .write_transaction(|tx| {
            sessions::insert(tx, &sessions::NewSession { hash, user: maya, client_ip: "192.0.2.1", browser: "Firefox", now: now() })
        })
        .unwrap();
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

#[apply(both_databases!)]
fn attempts_are_counted_before_they_are_checked(store: TestStore) {
    let account = [Bucket::account("maya", None)];
    let count = |at| store.write_transaction(|tx| throttles::count(tx, &account, at)).unwrap();
    let held = |seconds| Some(now() + TimeDelta::seconds(seconds));
    assert_eq!((count(now()), count(now())), (None, held(1)));
    assert_eq!((count(now() + TimeDelta::seconds(1)), count(now() + TimeDelta::seconds(1))), (None, held(4)));
    store.write_transaction(|tx| throttles::clear_attempts(tx, &account[0])).unwrap();
    assert_eq!(count(now()), None);
}

#[apply(both_databases!)]
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

#[apply(both_databases!)]
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

#[apply(both_databases!)]
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

#[apply(both_databases!)]
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
        let all = store.read(|db| refused_sign_ins::read(db, Span::default(), &Position::First, 1000)).unwrap();
        (all.len(), all.iter().map(|row| row.times).sum::<i64>())
    };
    assert_eq!(rows(500, 0), (121, 500));
    assert_eq!(rows(1_000, 1), (242, 1_500));
    let writes = store.metrics().writes.count();
    assert_eq!(store.write_refusals().unwrap(), 0);
    assert_eq!(store.metrics().writes.count(), writes, "nothing to write is no transaction");
}

#[apply(both_databases!)]
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
        while store.write_transaction(reset_requests::take).unwrap().is_some() {
            waiting += 1;
        }
        assert_eq!(waiting, left);
    }
}

#[apply(both_databases!)]
fn attempts_and_refusals_are_forgotten_in_the_end(store: TestStore) {
    let buckets = [Bucket::networks(ThrottleScope::Source, "192.0.2.1"), vec![Bucket::account("maya", None)]].concat();
    store.write_transaction(|tx| throttles::count(tx, &buckets, now())).unwrap();
    store.note_refusal("192.0.2.1", "maya", RefusalReason::Wrong, now());
    store.write_refusals().unwrap();
    let sweep = |after| {
        store
            .write_transaction(|tx| {
                Ok::<_, StoreError>(throttles::sweep(tx, 10, now() + after)? + refused_sign_ins::sweep(tx, 10, now() + after)?)
            })
            .unwrap()
    };
    let swept = [TimeDelta::minutes(59), TimeDelta::hours(1), TimeDelta::days(29), TimeDelta::days(30), TimeDelta::days(91)].map(sweep);
    assert_eq!(swept, [0, 1, 0, 1, 1]);
}

#[apply(both_databases!)]
fn requests_for_new_passwords_are_bounded_and_the_busiest_network_gives_way(store: TestStore) {
    let ask =
        |email: &str, network: &str| store.write_transaction(|tx| reset_requests::insert(tx, email, "192.0.2.1", network, now())).unwrap();
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
