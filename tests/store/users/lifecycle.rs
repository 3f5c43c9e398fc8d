//! Users in lists and counts, from creation to deletion.

use super::*;

#[apply(both_databases!)]
fn an_address_is_taken_until_its_user_is_deleted(store: TestStore) {
    let maya = store.write_transaction(|tx| active(tx, "Maya", "Fischer")).unwrap();
    let again = |store: &Store| store.write_transaction(|tx| invited(tx, "MAYA.Fischer@Example.com", maya));
    assert!(again(&store).is_err());
    store.write_transaction(|tx| users::delete(tx, maya, Some(maya), now())).unwrap();
    assert!(again(&store).is_ok());
    assert_eq!(names(&store, &Filter::default()), ["MAYA.Fischer@Example.com"]);
}

#[apply(both_databases!)]
fn company_wide_counts_follow_every_change(store: TestStore) {
    let counts = |store: &Store| {
        store
            .read(|db| {
                Ok::<_, StoreError>((
                    users::count(db, &Filter::default())?,
                    users::count(db, &Filter { active_only: true, ..Filter::default() })?,
                ))
            })
            .unwrap()
    };
    let (maya, jonas) =
        store.write_transaction(|tx| Ok::<_, StoreError>((active(tx, "Maya", "Fischer")?, active(tx, "Jonas", "Vermeulen")?))).unwrap();
    let noor = store.write_transaction(|tx| invited(tx, "noor@example.com", maya)).unwrap();
    assert_eq!(counts(&store), (Count::Exactly(3), Count::Exactly(2)));
    store.write_transaction(|tx| users::set_blocked(tx, jonas, Some(now()))).unwrap();
    assert_eq!(counts(&store), (Count::Exactly(3), Count::Exactly(1)));
    store.write_transaction(|tx| users::delete(tx, jonas, Some(jonas), now())).unwrap();
    store.write_transaction(|tx| users::remove(tx, noor)).unwrap();
    assert_eq!(counts(&store), (Count::Exactly(1), Count::Exactly(1)));
    store.write_transaction(|tx| users::restore(tx, jonas)).unwrap();
    store.write_transaction(|tx| users::set_blocked(tx, jonas, None)).unwrap();
    assert_eq!(counts(&store), (Count::Exactly(2), Count::Exactly(2)));
}

#[apply(both_databases!)]
fn pages_follow_each_other_in_both_directions(store: TestStore) {
    store
        .write_transaction(|tx| {
            for last in ["Ek", "Østby", "Adams", "Émile", "Braun", "Zorn", "Żak"] {
                active(tx, "Same", last)?;
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
    let page = |position: &Position| store.read(|db| users::list(db, &Filter::default(), position, 3)).unwrap();
    let last_names = |rows: &[users::User]| rows.iter().map(|person| person.last_name.clone()).collect::<Vec<_>>();
    let first = page(&Position::First);
    assert_eq!(
        (last_names(&first.rows), first.has_previous, first.has_next),
        (vec!["Adams".into(), "Braun".into(), "Ek".into()], false, true)
    );
    let second = page(&Position::After(first.rows[2].key()));
    assert_eq!(
        (last_names(&second.rows), second.has_previous, second.has_next),
        (vec!["Émile".into(), "Żak".into(), "Zorn".into()], true, true)
    );
    assert_eq!(page(&Position::Before(second.rows[0].key())).rows.len(), 3);
    let last = page(&Position::Last);
    assert_eq!(
        (last_names(&last.rows), last.has_previous, last.has_next),
        (vec!["Żak".into(), "Zorn".into(), "Østby".into()], true, false)
    );
}

#[apply(both_databases!)]
fn members_are_listed_and_counted_and_others_offered(store: TestStore) {
    let (maya, jonas) =
        store.write_transaction(|tx| Ok::<_, StoreError>((active(tx, "Maya", "Fischer")?, active(tx, "Jonas", "Vermeulen")?))).unwrap();
    let finance = store.write_transaction(|tx| groups::insert(tx, &GroupName::parse("Finance").unwrap(), now())).unwrap();
    store
        .write_transaction(|tx| {
            groups::add_member(tx, ADMINS, maya, now())?;
            groups::add_member(tx, finance, jonas, now())
        })
        .unwrap();
    assert_eq!(names(&store, &Filter { member_of: Some(finance), ..Filter::default() }), ["Jonas Vermeulen"]);
    assert_eq!(names(&store, &Filter { not_member_of: Some(ADMINS), active_only: true, ..Filter::default() }), ["Jonas Vermeulen"]);
    store
        .read(|db| {
            let groups = groups::list(db, 10)?;
            assert_eq!(
                groups.iter().map(|group| (group.name.as_str(), group.member_count)).collect::<Vec<_>>(),
                [("Admins", 1), ("Finance", 1)]
            );
            assert_eq!((groups::other_active_admins(db, maya)?, groups::other_active_admins(db, jonas)?), (0, 1));
            let maya = users::find(db, maya)?.unwrap();
            assert!(maya.is_admin && maya.status(now()) == Status::Active);
            Ok::<_, StoreError>(())
        })
        .unwrap();
    store.write_transaction(|tx| groups::delete(tx, finance)).unwrap();
    assert!(names(&store, &Filter { member_of: Some(finance), ..Filter::default() }).is_empty());
}

#[apply(both_databases!)]
fn an_invitation_made_twice_at_once_is_made_once(store: TestStore) {
    let maya = store.write_transaction(|tx| active(tx, "Maya", "Fischer")).unwrap();
    let email = EmailAddress::parse("noor@example.com").unwrap();
    let writers = (0..6)
        .map(|_| {
            let (store, email) = (store.store.clone(), email.clone());
            std::thread::spawn(move || {
                store
                    .write_transaction(|tx| {
                        if users::find_by_email(tx.db(), &email)?.is_some() {
                            return Ok(false);
                        }
                        invited(tx, email.as_str(), maya).map(|_| true)
                    })
                    .unwrap()
            })
        })
        .collect::<Vec<_>>();
    assert_eq!(writers.into_iter().map(|writer| writer.join().unwrap()).filter(|made| *made).count(), 1);
}
