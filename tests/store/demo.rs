//! A made-up company.

use diesel::{RunQueryDsl as _, sql_query};
use usher::{
    cli::demo::{self, DemoError},
    store::users,
};

use super::*;

#[derive(Debug, PartialEq, diesel::QueryableByName)]
struct Made {
    #[diesel(sql_type = diesel::sql_types::Text)]
    definition: String,
}

/// Indexes and triggers.
fn schema(store: &Store) -> Vec<Made> {
    let definitions = |db: &mut Database| match db {
        Database::Sqlite(db) => sql_query("SELECT sql AS definition FROM sqlite_schema WHERE sql > '' ORDER BY name").load(db),
        Database::Postgres(db) => {
            sql_query("SELECT indexdef AS definition FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1").load(db)
        }
    };
    store.read(|db| Ok::<_, StoreError>(definitions(db)?)).unwrap()
}

#[apply(both_databases!)]
fn a_made_up_company_is_whole_and_is_made_once(store: TestStore) {
    let plan = demo::Plan { users: 300, seed: 1, password: PasswordHash::dummy() };
    let mut progress = vec![];
    demo::fill(&store, &plan, now(), |done| progress.push(done)).unwrap();
    assert_eq!(progress, [300]);
    store
        .read(|db| {
            assert_eq!(users::count(db, &Filter::default())?, Count::Exactly(300));
            let (admin, password) = users::find_by_email(db, &EmailAddress::parse("admin@example.com").unwrap())?.unwrap();
            assert!(admin.is_admin && password == Some(PasswordHash::dummy()));
            assert_eq!(company::load(db)?.name, "Northwind Trading");
            let everyone = users::list(db, &Filter::default(), &Position::First, 300)?.rows;
            for status in Status::ALL {
                assert!(everyone.iter().any(|person| person.status(now()) == status), "{status:?}");
            }
            let groups = groups::list(db, 20)?;
            assert_eq!((groups.len(), groups[0].member_count), (13, 5));
            assert!(groups.iter().all(|group| group.member_count > 0), "{groups:?}");
            let entries = audit_entries(db, 0, 9)?;
            assert_eq!(entries.iter().map(|entry| entry.action).collect::<Vec<_>>(), [AuditAction::DemoCreated]);
            Ok::<_, StoreError>(())
        })
        .unwrap();
    // Search finds made-up users and later ones.
    let everybody = Filter { search: SearchTerm::parse("@example.com"), ..Filter::default() };
    assert_eq!(store.read(|db| users::count(db, &everybody)).unwrap(), Count::Exactly(300));
    store.write_transaction(|tx| active(tx, "Xaver", "Quux")).unwrap();
    assert_eq!(search(&store, "er quu"), ["Xaver Quux"]);
    assert!(matches!(demo::fill(&store, &plan, now(), |_| ()), Err(DemoError::MadeBefore)));
}

#[apply(both_databases!)]
fn no_user_is_made_up_among_existing_users(store: TestStore) {
    let maya = store.write_transaction(|tx| active(tx, "Maya", "Fischer")).unwrap();
    store.write_transaction(|tx| users::delete(tx, maya, Some(maya), now())).unwrap();
    let plan = demo::Plan { users: 300, seed: 1, password: PasswordHash::dummy() };
    assert!(matches!(demo::fill(&store, &plan, now(), |_| ()), Err(DemoError::Inhabited)));
    store
        .read(|db| {
            assert_eq!((users::count(db, &Filter::default())?, company::load(db)?.name), (Count::Exactly(0), String::new()));
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

#[apply(both_databases!)]
fn making_up_users_leaves_indexes_and_triggers_as_they_were(store: TestStore) {
    let before = schema(&store);
    let plan = demo::Plan { users: 300, seed: 1, password: PasswordHash::dummy() };
    demo::fill(&store, &plan, now(), |_| ()).unwrap();
    assert!(before.len() > 20);
    assert_eq!(schema(&store), before);
}
