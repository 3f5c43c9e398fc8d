//! The audit chain.

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
