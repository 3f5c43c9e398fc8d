//! Concurrent changes of users on PostgreSQL, whose triggers lock rows: they wait for each other, and none is retried.

use std::{
    sync::mpsc,
    time::{Duration, Instant},
};

use diesel::RunQueryDsl as _;
use usher::{
    domain::{
        account::AccountDetails,
        ids::{AccountId, PortfolioId},
        permission::AssignmentPermissions,
        portfolio::PortfolioDetails,
        text::{AccountName, Notes, PortfolioName},
    },
    store::{accounts, assignments, portfolios},
};

use super::*;

#[derive(diesel::QueryableByName)]
struct Waiting {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

/// Returns once another transaction waits for a lock.
fn wait_for_a_lock(store: &Store) {
    let deadline = Instant::now() + Duration::from_secs(30);
    let waiting = "SELECT count(*) AS number FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while store.read(|db| Ok::<_, StoreError>(diesel::sql_query(waiting).get_result::<Waiting>(db)?.number)).unwrap() == 0 {
        assert!(Instant::now() < deadline, "no transaction waits for a lock");
    }
}

/// Two portfolios, and an account in the first.
fn business(tx: &mut Tx<'_>) -> (PortfolioId, PortfolioId, AccountId) {
    let mut portfolio = |name| {
        let details = PortfolioDetails { name: PortfolioName::parse(name).unwrap(), notes: Notes::default() };
        portfolios::insert(tx, &details, now()).unwrap()
    };
    let (from, to) = (portfolio("From"), portfolio("To"));
    let details = AccountDetails { name: AccountName::parse("Fjord Foods").unwrap(), website: None, notes: Notes::default() };
    (from, to, accounts::insert(tx, from, &details, now()).unwrap())
}

/// Number of tries of `first` and `second`. `second` begins at a signal of `first`.
fn at_once(
    store: &TestStore,
    mut first: impl FnMut(&mut Tx<'_>, &dyn Fn()) -> Result<(), StoreError>,
    mut second: impl FnMut(&mut Tx<'_>) -> Result<(), StoreError> + Send,
) -> (u32, u32) {
    let (sender, receiver) = mpsc::channel();
    let other = store.store.clone();
    std::thread::scope(|scope| {
        let second = scope.spawn(move || {
            receiver.recv().unwrap();
            let mut tries = 0;
            other
                .write_transaction(|tx| {
                    tries += 1;
                    second(tx)
                })
                .unwrap();
            tries
        });
        let mut tries = 0;
        let begin = || {
            let _ = sender.send(());
        };
        store
            .write_transaction(|tx| {
                tries += 1;
                first(tx, &begin)
            })
            .unwrap();
        (tries, second.join().unwrap())
    })
}

#[test]
fn inviting_and_revoking_wait_for_each_other() {
    let store = postgres();
    let (giver, account, revoked) = store
        .write_transaction(|tx| {
            let (giver, (_, _, account)) = (active(tx, "Maya", "Fischer")?, business(tx));
            let revoked = invited(tx, "revoked@example.com", giver)?;
            assignments::give_account(tx, revoked, account, AssignmentPermissions::default(), Some(giver), now())?;
            Ok::<_, StoreError>((giver, account, revoked))
        })
        .unwrap();
    let invite = |tx: &mut Tx<'_>, begin: &dyn Fn()| {
        let id = invited(tx, "new@example.com", giver)?;
        begin();
        wait_for_a_lock(&store);
        assignments::give_account(tx, id, account, AssignmentPermissions::default(), Some(giver), now())
    };
    assert_eq!(at_once(&store, invite, |tx| users::remove(tx, revoked)), (1, 1));
}

#[test]
fn an_account_that_moves_waits_for_a_user_there_who_signs_in() {
    let store = postgres();
    let (to, account, person) = store
        .write_transaction(|tx| {
            let (person, (_, to, account)) = (active(tx, "Maya", "Fischer")?, business(tx));
            assignments::give_account(tx, person, account, AssignmentPermissions::default(), Some(person), now())?;
            Ok::<_, StoreError>((to, account, person))
        })
        .unwrap();
    let sign_in = |tx: &mut Tx<'_>, begin: &dyn Fn()| {
        users::lock(tx, person)?;
        begin();
        wait_for_a_lock(&store);
        users::set_last_sign_in(tx, person, now())
    };
    assert_eq!(at_once(&store, sign_in, |tx| accounts::set_portfolio(tx, account, to)), (1, 1));
}
