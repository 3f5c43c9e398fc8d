//! Lists of more users than are sorted.

use super::*;

/// Fills in active users with shuffled addresses, who signed in on the day in `last_sign_in` or never.
fn insert_many(store: &TestStore, first: i64, last: i64, last_sign_in: &str) {
    let numbers = match &store.location {
        Location::Sqlite(_) => format!(
            "WITH RECURSIVE series (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM series WHERE n < {last}) SELECT n FROM series"
        ),
        Location::Postgres(_) => format!("SELECT n FROM generate_series({first}, {last}) AS series (n)"),
    };
    let columns = "first_name, last_name, default_role, credentials_set_at, created_at, last_sign_in_at, email_key_version, email, email_key, sort_key, search";
    let day = "'2020-01-01 00:00:00'";
    let rows = format!(
        "SELECT '', '', 'user', {day}, {day}, {last_sign_in}, 1, name, name, name, name FROM (SELECT 'u' || (10000 + n * 7919 % 20011) AS name FROM ({numbers}) AS numbers) AS named"
    );
    execute(store, &format!("INSERT INTO user_rows ({columns}) {rows}"));
}

#[apply(both_databases!)]
fn a_list_of_many_by_last_sign_in_walks_the_order(store: TestStore) {
    let (many, others) = (COUNT_MAX + 100, COUNT_MAX + 1100);
    insert_many(&store, 1, many, "'2020-01-01 00:00:00'");
    insert_many(&store, many + 1, others, "NULL");
    let filter = UserFilter { last_sign_in: Some(LastSignIn::Over90Days), ..UserFilter::default() };
    let mut names = (1..=many).map(|n| format!("u{}", 10_000 + n * 7919 % 20_011)).collect::<Vec<_>>();
    names.sort_unstable();
    for by in [SortBy::Name, SortBy::Email, SortBy::Status] {
        let wanted = user_query(Scope::Company, filter.clone(), by, false);
        let counts = store.read(|db| users::counts(db, &wanted)).unwrap();
        assert_eq!((counts.all, counts.of(Some(Status::Invited))), (Count::Many, Count::Exactly(0)));
        let read = |position: &Position<Cursor>| store.read(|db| users::page(db, &wanted, counts.all, position, 50)).unwrap();
        let emails = |page: &Slice<Listed>| page.rows.iter().map(|row| row.user.email.clone()).collect::<Vec<_>>();
        let first = read(&Position::First);
        let second = read(&Position::After(first.rows.last().unwrap().cursor.clone()));
        let last = read(&Position::Last);
        assert_eq!([emails(&first), emails(&second)].concat(), names[..100]);
        assert_eq!(emails(&last), names[names.len() - 50..]);
    }
}

#[apply(both_databases!)]
fn the_few_without_two_factor_are_found_among_many_with_it_and_the_other_way_round(store: TestStore) {
    let many = COUNT_MAX + 100;
    insert_many(&store, 1, many, "NULL");
    execute(&store, "UPDATE user_rows SET two_factor_since = '2020-01-01 00:00:00' WHERE id <> 7");
    for (few, lots) in [(false, true), (true, false)] {
        for by in SortBy::ALL {
            let of = |has| user_query(Scope::Company, UserFilter { has_two_factor: Some(has), ..UserFilter::default() }, *by, false);
            let counts = store.read(|db| users::counts(db, &of(few))).unwrap();
            assert_eq!(counts.of(Some(Status::Active)), Count::Exactly(1));
            let found = store.read(|db| users::page(db, &of(few), counts.all, &Position::First, 50)).unwrap();
            assert_eq!(ids(&found), [UserId(7)], "{by:?}");
            let counts = store.read(|db| users::counts(db, &of(lots))).unwrap();
            assert_eq!(counts.all, Count::Exactly(many - 1));
            let found = store.read(|db| users::page(db, &of(lots), counts.all, &Position::First, 50)).unwrap();
            assert!(found.rows.len() == 50 && found.has_next && !ids(&found).contains(&UserId(7)), "{by:?}");
        }
        let other = "CASE WHEN two_factor_since IS NULL THEN '2020-01-01 00:00:00' END";
        let other = if matches!(store.location, Location::Sqlite(_)) { other.to_owned() } else { format!("({other})::timestamp") };
        execute(&store, &format!("UPDATE user_rows SET two_factor_since = {other}"));
    }
}
