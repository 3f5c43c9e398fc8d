//! The audit chain.

use usher::store::audit::{
    AuditRow,
    log::{Bounds, Direction, Entries, IndexRange},
};

use super::*;

#[apply(both_databases!)]
fn the_audit_chain_holds_and_keeps_what_was_written(store: TestStore) {
    for name in ["Jonas", "Hana", "Elif"] {
        store
            .audited_transaction(|tx| {
                tx.audit(entry(name));
                tx.audit(entry("again"));
                Ok::<_, StoreError>(())
            })
            .unwrap();
    }
    store
        .read(|db| {
            assert_eq!(verify_chain(db)?, Ok(6));
            let rows = audit_entries(db, 4, 10)?;
            assert_eq!(
                rows.iter().map(|row| (row.sequence, row.subject_name.as_str(), row.at)).collect::<Vec<_>>(),
                [(5, "Elif", now()), (6, "again", now())]
            );
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

#[apply(both_databases!)]
fn an_audit_entry_is_neither_changed_nor_deleted(store: TestStore) {
    use diesel::RunQueryDsl;
    store
        .audited_transaction(|tx| {
            tx.audit(entry("Jonas"));
            Ok::<_, StoreError>(())
        })
        .unwrap();
    for statement in ["UPDATE audit_entries SET subject_name = 'x'", "DELETE FROM audit_entries"] {
        let refused = store.write_transaction(|tx| Ok::<_, StoreError>(diesel::sql_query(statement).execute(tx.db())?));
        assert!(refused.is_err(), "{statement}");
    }
    store
        .read(|db| {
            assert_eq!(verify_chain(db)?, Ok(1));
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

#[apply(both_databases!)]
fn audited_changes_made_at_once_all_find_their_place_in_the_chain(store: TestStore) {
    let writers = (0..8)
        .map(|writer| {
            let store = store.store.clone();
            std::thread::spawn(move || {
                for _ in 0..5 {
                    store
                        .audited_transaction(|tx| {
                            tx.audit(entry(&format!("{writer}")));
                            Ok::<_, StoreError>(())
                        })
                        .unwrap();
                }
            })
        })
        .collect::<Vec<_>>();
    while writers.iter().any(|writer| !writer.is_finished()) {
        assert!(store.read(verify_chain).unwrap().is_ok());
    }
    for writer in writers {
        writer.join().unwrap();
    }
    store
        .read(|db| {
            assert_eq!(verify_chain(db)?, Ok(40));
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

/// Condition on entries that a plain scan checks.
type Condition = fn(&AuditRow) -> bool;

/// Some hundred entries of few users, groups and actions, several of one moment and some with an earlier time.
fn crowd(store: &Store) -> Vec<AuditRow> {
    let actions = [AuditAction::UserInvited, AuditAction::GroupMemberAdded, AuditAction::SignedIn];
    let entry = |number: i64| Entry {
        at: now() + TimeDelta::minutes((number * 37) % 40),
        by: By { id: (number % 3 > 0).then_some(UserId(number % 3)), ..entry("").by },
        action: actions[usize::try_from(number).unwrap() % actions.len()],
        subject: Subject { kind: SubjectKind::User, id: number % 4, name: format!("S{number}") },
        place: (number % 5 < 2).then(|| Subject { kind: SubjectKind::Group, id: number % 5, name: "Finance".to_owned() }),
        ..entry("")
    };
    store
        .audited_transaction(|tx| {
            (0..300).for_each(|number| tx.audit(entry(number)));
            Ok::<_, StoreError>(())
        })
        .unwrap();
    let mut rows = store.read(|db| audit_entries(db, 0, 1000)).unwrap();
    rows.sort_by_key(|row| std::cmp::Reverse(row.key()));
    rows
}

fn read(store: &Store, ranges: &[IndexRange], bounds: Bounds, direction: Direction) -> Vec<i64> {
    let mut entries = Entries::new(ranges, bounds, direction, 7);
    let rows = store.read(|db| std::iter::from_fn(|| entries.next(db).transpose()).collect::<Result<Vec<_>, StoreError>>());
    rows.unwrap().iter().map(|row| row.sequence).collect()
}

#[apply(both_databases!)]
fn index_ranges_are_merged_into_the_order_of_time_in_both_directions(store: TestStore) {
    let all = crowd(&store);
    let [newer, older] = [50, 220].map(|place: usize| all[place].key());
    let within = Bounds { after: Some(older), before: Some(newer), up_to: Some(250) };
    let cases: [(&[IndexRange], Condition); 6] = [
        (&[IndexRange::Everything], |_| true),
        (&[IndexRange::Actor(UserId(1))], |row| row.actor_id == Some(UserId(1))),
        (&IndexRange::of(SubjectKind::User, 3), |row| row.subject_id == 3),
        (&IndexRange::of(SubjectKind::Group, 1), |row| row.place_id == Some(1)),
        (&[IndexRange::Action(AuditAction::SignedIn), IndexRange::Action(AuditAction::UserInvited)], |row| {
            row.action != AuditAction::GroupMemberAdded
        }),
        // An entry that lies in both is read once.
        (&[IndexRange::Actor(UserId(1)), IndexRange::Subject(SubjectKind::User, 1)], |row| {
            row.actor_id == Some(UserId(1)) || row.subject_id == 1
        }),
    ];
    for (ranges, is_in) in cases {
        for bounds in [Bounds::default(), within] {
            let is_within =
                |row: &&AuditRow| bounds == Bounds::default() || (row.key() < newer && row.key() > older && row.sequence <= 250);
            let mut expected = all.iter().filter(|row| is_in(row)).filter(is_within).map(|row| row.sequence).collect::<Vec<_>>();
            assert!(!expected.is_empty());
            assert_eq!(read(&store, ranges, bounds, Direction::NewestFirst), expected, "{ranges:?} {bounds:?}");
            expected.reverse();
            assert_eq!(read(&store, ranges, bounds, Direction::OldestFirst), expected, "{ranges:?} {bounds:?}");
        }
    }
}
