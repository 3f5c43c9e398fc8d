//! Counts and copies kept by triggers, compared with a recount.

use diesel::connection::SimpleConnection as _;
use usher::{
    cli::demo,
    domain::audit::ChainBreak,
    store::{derived::Compared, users},
    usecases::consistency,
};

use super::*;

/// Fills a database with users in every status, one of them deleted.
fn fill(store: &Store) {
    let plan = demo::Plan { users: 300, seed: 1, password: PasswordHash::dummy() };
    demo::fill(&context(store), &plan, now(), |_| ()).unwrap();
    store
        .write_transaction(|tx| {
            let xaver = active(tx, "Xaver", "Quux")?;
            users::delete(tx, xaver, Some(xaver), now())
        })
        .unwrap();
}

pub(super) fn differing(compared: Vec<Compared>) -> Vec<(&'static str, i64)> {
    compared.into_iter().filter(|compared| compared.differing > 0).map(|compared| (compared.name, compared.differing)).collect()
}

pub(super) fn execute(store: &Store, statement: &str) {
    store.write_transaction(|tx| Ok::<_, StoreError>(tx.db().batch_execute(statement)?)).unwrap();
}

/// Breaks a database by a statement, and asserts that the check names the difference and the repair fixes it.
fn assert_mended(store: &Store, statement: &str, expected: &[(&str, i64)]) {
    execute(store, statement);
    assert_eq!(differing(consistency::compare(store).unwrap()), expected, "{statement}");
    assert_eq!(differing(consistency::repair(store).unwrap()), expected, "{statement}");
    assert_eq!(differing(consistency::compare(store).unwrap()), [], "{statement}");
}

#[apply(both_databases!)]
fn a_healthy_database_agrees_with_a_recount(store: TestStore) {
    for is_full in [false, true] {
        if is_full {
            fill(&store);
        }
        let compared = consistency::compare(&store).unwrap();
        assert_eq!(compared.len(), if store.is_sqlite() { 10 } else { 8 });
        assert_eq!(differing(compared), []);
        assert_eq!(differing(consistency::repair(&store).unwrap()), []);
        assert!(verify_chain(&store, vec![]).unwrap().is_ok());
    }
}

#[apply(both_databases!)]
fn a_wrong_count_or_copy_is_named_and_mended(store: TestStore) {
    const NOON: &str = "'2020-02-02 12:00:00'";
    fill(&store);
    let changed_copies = ["state = NULL", "default_role = 'x'", "sort_key = 'x'", "email_key = 'x'", "search = 'x'"].map(str::to_owned);
    let changed_times = ["created_at", "last_sign_in_at", "invitation_expires_at"].map(|column| format!("{column} = {NOON}"));
    for copy in changed_copies.iter().chain(&changed_times) {
        let one = "WHERE (portfolio_id, user_id) = (SELECT portfolio_id, user_id FROM portfolio_users WHERE state IS NOT NULL LIMIT 1)";
        assert_mended(&store, &format!("UPDATE portfolio_users SET {copy} {one}"), &[("portfolio_users", 1)]);
    }
    for (statement, expected) in [
        ("UPDATE user_groups SET member_count = member_count + 1 WHERE id = 1", ("user_groups.member_count", 1)),
        ("UPDATE accounts SET has_billing = NOT has_billing WHERE id = (SELECT max(id) FROM accounts)", ("accounts.has_billing", 1)),
        (
            "UPDATE portfolio_users SET assignments = assignments + 1 WHERE user_id = (SELECT max(user_id) FROM portfolio_users) \
             AND portfolio_id = (SELECT max(portfolio_id) FROM portfolio_users AS p WHERE p.user_id = portfolio_users.user_id)",
            ("portfolio_users.assignments", 1),
        ),
        ("UPDATE user_rows SET has_assignments = NOT has_assignments WHERE id IN (1, 2, 300)", ("user_rows.has_assignments", 3)),
        ("UPDATE user_counts SET users = users + 1", ("user_counts", 24)),
        ("UPDATE user_counts SET users = 0 WHERE state = 'active' AND default_role = 'user' AND has_assignments", ("user_counts", 1)),
        ("DELETE FROM user_counts WHERE state = 'active' AND default_role = 'user' AND has_assignments", ("user_counts", 1)),
        ("INSERT INTO invitation_expiry_counts VALUES ('2020-02-02 12', 'user', TRUE, 2)", ("invitation_expiry_counts", 1)),
        (
            "UPDATE daily_counts SET entries = entries + 1 \
             WHERE (day, action) = (SELECT day, action FROM daily_counts ORDER BY day, action LIMIT 1)",
            ("daily_counts", 1),
        ),
        (
            "DELETE FROM daily_counts WHERE (day, action) = (SELECT day, action FROM daily_counts ORDER BY day, action LIMIT 1)",
            ("daily_counts", 1),
        ),
        ("INSERT INTO daily_counts VALUES ('2020-02-02', 'user.invited', 2)", ("daily_counts", 1)),
    ] {
        assert_mended(&store, statement, &[expected]);
    }
    let kept = store.read(|db| users::count(db, &Filter::default())).unwrap();
    assert_eq!(kept, Count::Exactly(300));
}

#[apply(both_databases!)]
fn a_missing_or_needless_row_of_a_portfolio_is_named_and_mended(store: TestStore) {
    fill(&store);
    let all = |store: &Store| differing(consistency::compare(store).unwrap());
    execute(&store, "DELETE FROM portfolio_users");
    let names = all(&store).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names, ["portfolio_users.assignments", "user_rows.has_assignments"]);
    consistency::repair(&store).unwrap();
    assert_eq!(all(&store), []);
    let needless = "INSERT INTO portfolio_users \
        SELECT 1, id, 1, state, default_role, sort_key, email_key, search, created_at, last_sign_in_at, invitation_expires_at \
        FROM user_rows WHERE id = (SELECT min(id) FROM user_rows WHERE NOT has_assignments)";
    assert_mended(&store, needless, &[("portfolio_users.assignments", 1), ("user_rows.has_assignments", 1)]);
}

#[test]
fn a_search_that_misses_a_row_or_finds_a_deleted_one_is_named_and_mended() {
    let store = sqlite();
    fill(&store);
    let forget = "INSERT INTO user_search (user_search, rowid, search) SELECT 'delete', id, search FROM user_rows WHERE id = 7";
    let keep = "INSERT INTO user_search (rowid, search) SELECT id, search FROM user_rows WHERE deleted_at IS NOT NULL";
    for statement in [forget, keep] {
        assert_mended(&store, statement, &[("user_search", 1)]);
    }
    assert_mended(&store, "INSERT INTO asset_search (rowid, search) VALUES (7, '  close')", &[("asset_search", 1)]);
    assert_eq!(search(&store, "xaver"), Vec::<String>::new());
    let everybody = Filter { search: SearchTerm::parse("@example.com"), ..Filter::default() };
    assert_eq!(store.read(|db| users::count(db, &everybody)).unwrap(), Count::Exactly(300));
}

#[apply(both_databases!)]
fn a_repair_beside_writers_leaves_nothing_wrong(store: TestStore) {
    let store = &store.store;
    let invite = |number: u32| {
        let maya = store.write_transaction(|tx| active(tx, "Maya", &format!("Fischer{number}")))?;
        store.write_transaction(|tx| invited(tx, &format!("noor{number}@example.com"), maya))?;
        store.write_transaction(|tx| users::set_blocked(tx, maya, Some(now())))
    };
    std::thread::scope(|scope| {
        for writer in 0..3 {
            scope.spawn(move || (0..20).for_each(|number| invite(writer * 100 + number).unwrap()));
        }
        for _ in 0..10 {
            execute(store, "UPDATE user_counts SET users = users + 1");
            assert!(!differing(consistency::repair(store).unwrap()).is_empty());
        }
    });
    assert_eq!(differing(consistency::compare(store).unwrap()), []);
    assert_eq!(store.read(|db| users::count(db, &Filter::default())).unwrap(), Count::Exactly(120));
}

#[apply(both_databases!)]
fn a_chain_that_was_changed_is_broken_at_its_entry_and_stays_so(store: TestStore) {
    fill(&store);
    let missing = verify_chain(&store, vec![]).unwrap().unwrap().sequence + 1;
    execute(&store, &format!("UPDATE audit_head SET sequence = {missing}"));
    let broken = Err(ChainBreak { entry: missing, kept: None });
    assert_eq!(verify_chain(&store, vec![]).unwrap(), broken);
    consistency::repair(&store).unwrap();
    assert_eq!(verify_chain(&store, vec![]).unwrap(), broken);
}
