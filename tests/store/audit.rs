//! The audit chain.

use diesel::connection::SimpleConnection as _;
use usher::{
    domain::audit::{ChainBreak, ChainHead},
    store::audit::{
        AuditRow, entry_key,
        log::{Bounds, Direction, Entries, IndexRange},
    },
};

use super::*;

/// Appends an entry for each name.
fn append(store: &Store, names: &[&str]) {
    store
        .audited_transaction(|tx| {
            for name in names {
                tx.audit(entry(name));
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

/// Runs statements on a connection outside any transaction.
fn run(store: &Store, statements: &str) -> Result<(), StoreError> {
    store.read(|db| Ok(db.batch_execute(statements)?))
}

/// Runs a statement as if the database did not refuse it.
fn tamper(store: &Store, statement: &str) {
    let free = if store.is_sqlite() {
        "DROP TRIGGER IF EXISTS audit_entries_stay; DROP TRIGGER IF EXISTS audit_entries_are_kept;"
    } else {
        "ALTER TABLE audit_entries DISABLE TRIGGER USER;"
    };
    run(store, &format!("{free} {statement}")).unwrap();
}

/// First entry that does not fit.
fn broken_at(store: &Store) -> Option<i64> {
    verify_chain(store, vec![]).unwrap().err().map(|broken| broken.entry)
}

#[apply(both_databases!)]
fn the_audit_chain_holds_and_keeps_what_was_written(store: TestStore) {
    for name in ["Jonas", "Hana", "Elif"] {
        append(&store, &[name, "again"]);
    }
    assert_eq!(verify_chain(&store, vec![]).unwrap().unwrap().sequence, 6);
    let rows = store.read(|db| audit_entries(db, 4, 10)).unwrap();
    let rows = rows.iter().map(|row| (row.sequence, row.subject_name.as_str(), row.at)).collect::<Vec<_>>();
    assert_eq!(rows, [(5, "Elif", now()), (6, "again", now())]);
}

#[apply(both_databases!)]
fn an_audit_entry_is_neither_changed_nor_deleted_nor_replaced(store: TestStore) {
    append(&store, &["Jonas", "Hana"]);
    let replacing = "INSERT OR REPLACE INTO audit_entries SELECT * FROM audit_entries WHERE sequence = 2";
    let statements: &[&str] = if store.is_sqlite() {
        &[
            "UPDATE OR REPLACE audit_entries SET sequence = 2 WHERE sequence = 1",
            replacing,
            // Other programs connect without recursive triggers.
            &format!("PRAGMA recursive_triggers = OFF; {replacing}"),
        ]
    } else {
        &[
            "TRUNCATE audit_entries",
            "TRUNCATE audit_entries CASCADE",
            "INSERT INTO audit_entries SELECT * FROM audit_entries WHERE sequence = 2 ON CONFLICT (sequence) DO UPDATE SET details = ''",
        ]
    };
    let everywhere = [
        "UPDATE audit_entries SET subject_name = 'x'",
        "UPDATE audit_entries SET subject_name = subject_name",
        "UPDATE audit_entries SET sequence = 3 WHERE sequence = 2",
        "DELETE FROM audit_entries",
        "DELETE FROM audit_entries WHERE sequence = 2",
    ];
    for statement in everywhere.iter().chain(statements) {
        let refusal = run(&store, statement).unwrap_err().to_string();
        assert!(refusal.contains("audit entries are n"), "{statement}: {refusal}");
    }
    assert_eq!(broken_at(&store), None);
    assert_eq!(store.read(|db| audit_entries(db, 0, 9)).unwrap().len(), 2);
}

#[apply(both_databases!)]
fn a_change_of_any_column_is_found_at_its_entry(store: TestStore) {
    let names = ["Jonas", "Hana", "Elif"];
    let binary =
        |byte: &str| if store.is_sqlite() { format!("x'{}'", byte.repeat(32)) } else { format!("decode('{}', 'hex')", byte.repeat(32)) };
    append(&store, &names);
    for (column, value) in [
        ("at", "'2020-02-02 12:00:00'"),
        ("actor_id", "NULL"),
        ("actor_name", "'Mallory'"),
        ("channel", "'worker'"),
        ("channel", "'none'"),
        ("client_ip", "NULL"),
        ("action", "'user.restored'"),
        ("action", "'no.such_action'"),
        ("subject_kind", "'group'"),
        ("subject_kind", "'nothing'"),
        ("subject_id", "99"),
        ("subject_name", "'Mallory'"),
        ("place_kind", "'account'"),
        ("place_id", "7"),
        ("place_name", "''"),
        ("details", "'{}'"),
        ("previous_hash", &binary("00")),
        ("hash", &binary("01")),
    ] {
        tamper(&store, &format!("UPDATE audit_entries SET {column} = {value} WHERE sequence = 2"));
        assert_eq!(broken_at(&store), Some(2), "{column} = {value}");
        tamper(&store, &format!("DELETE FROM audit_entries; UPDATE audit_head SET sequence = 0, hash = {}", binary("00")));
        append(&store, &names);
    }
}

#[test]
fn an_entry_that_cannot_be_read_does_not_fit() {
    let store = sqlite();
    append(&store, &["Jonas", "Hana", "Elif"]);
    for value in ["details = CAST(x'7bff7d' AS TEXT)", "at = 'yesterday'"] {
        tamper(&store, &format!("UPDATE audit_entries SET {value} WHERE sequence = 2"));
        assert_eq!(broken_at(&store), Some(2), "{value}");
    }
}

#[apply(both_databases!)]
fn a_removed_or_added_entry_is_found(store: TestStore) {
    append(&store, &["Jonas", "Hana", "Elif"]);
    let copy = "INSERT INTO audit_entries (sequence, at, actor_name, channel, action, subject_kind, subject_id, subject_name, details, \
         previous_hash, hash) SELECT 4, at, actor_name, channel, action, subject_kind, subject_id, subject_name, details, hash, hash \
         FROM audit_entries WHERE sequence = 3";
    tamper(&store, copy);
    assert_eq!(broken_at(&store), Some(4));
    tamper(&store, "DELETE FROM audit_entries WHERE sequence >= 3");
    assert_eq!(broken_at(&store), Some(3));
    tamper(&store, "DELETE FROM audit_entries WHERE sequence = 1");
    assert_eq!(broken_at(&store), Some(1));
    tamper(&store, "DELETE FROM audit_head");
    assert_eq!(broken_at(&store), Some(1));
}

#[apply(both_databases!)]
fn an_entry_inserted_before_the_first_is_refused_and_found(store: TestStore) {
    append(&store, &["Jonas", "Hana"]);
    let columns = "at, actor_id, actor_name, channel, client_ip, action, subject_kind, subject_id, subject_name, place_kind, place_id, \
                   place_name, details, previous_hash, hash";
    let forged = format!("INSERT INTO audit_entries (sequence, {columns}) SELECT -5, {columns} FROM audit_entries WHERE sequence = 1");
    assert!(run(&store, &forged).is_err());
    let free = if store.is_sqlite() {
        "PRAGMA ignore_check_constraints = ON;"
    } else {
        "ALTER TABLE audit_entries DROP CONSTRAINT audit_entries_sequence_check;"
    };
    tamper(&store, &format!("{free} {forged}"));
    assert_eq!(broken_at(&store), Some(-5));
}

#[apply(both_databases!)]
fn no_value_and_an_empty_one_have_different_hashes(store: TestStore) {
    append(&store, &["Jonas"]);
    tamper(&store, "UPDATE audit_entries SET place_name = '' WHERE sequence = 1");
    assert_eq!(broken_at(&store), Some(1));
}

#[apply(both_databases!)]
fn a_kept_head_reveals_that_the_end_was_cut_off(store: TestStore) {
    append(&store, &["Jonas", "Hana"]);
    let second = verify_chain(&store, vec![]).unwrap().unwrap();
    append(&store, &["Elif", "Noor"]);
    let fourth = verify_chain(&store, vec![ChainHead::START, second, second]).unwrap().unwrap();
    assert_eq!(verify_chain(&store, vec![second, fourth]).unwrap(), Ok(fourth));
    let cut = "DELETE FROM audit_entries WHERE sequence > 2; \
         UPDATE audit_head SET sequence = 2, hash = (SELECT hash FROM audit_entries WHERE sequence = 2)";
    tamper(&store, cut);
    assert_eq!(verify_chain(&store, vec![second]).unwrap(), Ok(second));
    assert_eq!(verify_chain(&store, vec![second, fourth]).unwrap(), Err(ChainBreak { entry: 3, kept: Some(fourth) }));
}

#[apply(both_databases!)]
fn a_kept_head_reveals_that_entries_were_written_anew(store: TestStore) {
    append(&store, &["Jonas", "Hana", "Elif"]);
    let kept = ChainHead { sequence: 2, hash: [7; 32] };
    assert_eq!(verify_chain(&store, vec![kept]).unwrap(), Err(ChainBreak { entry: 2, kept: Some(kept) }));
}

#[apply(both_databases!)]
fn several_instances_that_append_at_once_keep_one_chain_without_gaps(store: TestStore) {
    let writers = (0..4)
        .map(|writer| {
            let instance = Store::open(store.location.clone()).unwrap();
            std::thread::spawn(move || (0..10).for_each(|_| append(&instance, &[&format!("{writer}"), "again"])))
        })
        .collect::<Vec<_>>();
    while writers.iter().any(|writer| !writer.is_finished()) {
        assert_eq!(broken_at(&store), None);
    }
    for writer in writers {
        writer.join().unwrap();
    }
    assert_eq!(verify_chain(&store, vec![]).unwrap().unwrap().sequence, 80);
}

#[apply(both_databases!)]
fn audited_changes_made_at_once_all_find_their_place_in_the_chain(store: TestStore) {
    let writers = (0..8)
        .map(|writer| {
            let store = store.store.clone();
            std::thread::spawn(move || (0..5).for_each(|_| append(&store, &[&format!("{writer}")])))
        })
        .collect::<Vec<_>>();
    for writer in writers {
        writer.join().unwrap();
    }
    assert_eq!(verify_chain(&store, vec![]).unwrap().unwrap().sequence, 40);
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
    rows.unwrap().iter().map(|entry| entry_key(entry).sequence).collect()
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
