//! Searches, compared with a plain scan of all users.

use usher::domain::{ids::GroupId, search::search_text};

use super::*;

/// Words with many common parts.
const WORDS: [&str; 10] = ["Ana", "Anna", "Annan", "Zoë", "Marten", "Tema", "O'Neill", "Al%", "Владимир", "山田太郎"];

const TYPED: [&str; 22] = [
    "a",
    "an",
    "ana",
    "anna",
    "nna",
    "nan",
    "zo",
    "zoë",
    "mar",
    "tem",
    "rte",
    "o'n",
    "l%",
    "al%",
    "вла",
    "山",
    "山田太",
    "ana m",
    "a z",
    "@example",
    "example.com",
    "\"q",
];

/// A user for each pair of words, in every status, half of them in a group.
fn everybody(store: &Store) -> GroupId {
    let pairs = WORDS.iter().filter(|first| first.is_ascii()).flat_map(|first| WORDS.map(|last| (*first, last)));
    let make = |tx: &mut Tx<'_>| {
        let maya = active(tx, "Maya", "Fischer")?;
        let group = groups::insert(tx, &GroupName::parse("Half").unwrap(), now())?;
        for (place, (first, last)) in pairs.clone().enumerate() {
            let id = if place % 5 == 0 {
                invited(tx, &format!("{}{place}@example.com", "ana".repeat(place % 3)), maya)?
            } else {
                active(tx, first, last)?
            };
            if place % 2 == 0 {
                groups::add_member(tx, group, id, now())?;
            }
            if place % 7 == 0 {
                users::set_blocked(tx, id, Some(now()))?;
            }
            if place % 11 < 2 {
                users::delete(tx, id, Some(id), now())?;
            }
            if place % 11 == 0 {
                users::restore(tx, id)?;
            }
        }
        Ok::<_, StoreError>(group)
    };
    store.write_transaction(make).unwrap()
}

/// Names on all pages, forwards, and the count; asserts that the pages backwards are equal.
fn on_all_pages(db: &mut Database, filter: &Filter) -> Result<(Vec<users::User>, Count), StoreError> {
    let (mut slice, count) = users::search(db, filter, &Position::First, 7)?;
    assert_eq!(users::count(db, filter)?, count);
    let mut found = slice.rows.clone();
    while slice.has_next {
        let before = slice.clone();
        slice = users::list(db, filter, &Position::After(found.last().unwrap().key()), 7)?;
        assert_eq!(users::list(db, filter, &Position::Before(slice.rows[0].key()), 7)?.rows, before.rows);
        found.extend(slice.rows.clone());
    }
    let last = users::list(db, filter, &Position::Last, 7)?.rows;
    assert_eq!(last, found[found.len() - last.len()..]);
    Ok((found, count))
}

#[apply(both_databases!)]
fn a_search_finds_what_a_look_at_everybody_finds(store: TestStore) {
    let group = everybody(&store);
    let everyone = store.read(|db| users::list(db, &Filter::default(), &Position::First, 500)).unwrap().rows;
    let members = store.read(|db| groups::memberships_of(db, &everyone.iter().map(|person| person.id).collect::<Vec<_>>())).unwrap();
    let is_member = |person: &users::User| members.iter().any(|membership| membership.user == person.id);
    for search in TYPED.iter().map(|typed| SearchTerm::parse(typed)).chain([None]) {
        for (active_only, member_of, not_member_of) in
            [(false, None, None), (true, None, None), (false, Some(group), None), (true, Some(group), None), (true, None, Some(group))]
        {
            let filter = Filter { active_only, search: search.clone(), member_of, not_member_of };
            let is_held = |person: &&users::User| {
                search.as_ref().is_none_or(|term| term.is_in(&search_text(&person.first_name, &person.last_name, &person.email)))
                    && (!active_only || person.status(now()) == Status::Active)
                    && (member_of.is_none() || is_member(person))
                    && (not_member_of.is_none() || !is_member(person))
            };
            let held = everyone.iter().filter(is_held).cloned().collect::<Vec<_>>();
            let count = Count::Exactly(i64::try_from(held.len()).unwrap());
            assert_eq!(store.read(|db| on_all_pages(db, &filter)).unwrap(), (held, count), "{filter:?}");
        }
    }
}

#[apply(both_databases!)]
fn a_search_finds_parts_of_names_and_beginnings_of_words(store: TestStore) {
    store
        .write_transaction(|tx| {
            for (first, last) in [("Hana", "Novotná"), ("Jonas", "Vermeulen"), ("Ann%", "O_Neill")] {
                active(tx, first, last)?;
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
    for (typed, found) in [
        ("ovot", vec!["Hana Novotná"]),
        ("NOVOTNA", vec!["Hana Novotná"]),
        ("na", vec![]),
        ("no", vec!["Hana Novotná"]),
        ("v", vec!["Jonas Vermeulen"]),
        ("xyz", vec![]),
        ("n%", vec![]),
        ("nn%", vec!["Ann% O_Neill"]),
        ("o_n", vec!["Ann% O_Neill"]),
        ("a_n", vec![]),
        ("\"", vec![]),
        ("' OR 1", vec![]),
        ("hana nov", vec!["Hana Novotná"]),
    ] {
        assert_eq!(search(&store, typed), found, "{typed:?}");
    }
    let blocked =
        store.read(|db| users::find_by_email(db, &EmailAddress::parse("jonas.vermeulen@example.com").unwrap())).unwrap().unwrap().0.id;
    store.write_transaction(|tx| users::delete(tx, blocked, Some(blocked), now())).unwrap();
    assert!(search(&store, "vermeulen").is_empty());
}

#[apply(both_databases!)]
fn pages_of_a_search_follow_each_other_in_both_directions(store: TestStore) {
    store
        .write_transaction(|tx| {
            for last in ["Ek", "Østby", "Adams", "Émile", "Braun", "Zorn", "Żak"] {
                active(tx, "Same", last)?;
                active(tx, "Other", last)?;
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
    let filter = Filter { active_only: true, search: SearchTerm::parse("same"), ..Filter::default() };
    let page = |position: &Position| {
        store
            .read(|db| {
                let (page, count) = users::search(db, &filter, position, 3)?;
                assert_eq!(count, Count::Exactly(7));
                Ok::<_, StoreError>(page)
            })
            .unwrap()
    };
    let last_names = |page: &Slice<users::User>| {
        (page.rows.iter().map(|person| person.last_name.clone()).collect::<Vec<_>>().join(" "), page.has_previous, page.has_next)
    };
    let first = page(&Position::First);
    assert_eq!(last_names(&first), ("Adams Braun Ek".to_owned(), false, true));
    let second = page(&Position::After(first.rows[2].key()));
    assert_eq!(last_names(&second), ("Émile Żak Zorn".to_owned(), true, true));
    assert_eq!(page(&Position::Before(second.rows[0].key())), first.clone());
    assert_eq!(last_names(&page(&Position::Last)), ("Żak Zorn Østby".to_owned(), true, false));
}
