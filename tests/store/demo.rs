//! A made-up company.

use std::collections::{BTreeSet, HashSet};

use diesel::{
    RunQueryDsl as _, sql_query,
    sql_types::{BigInt, Bool, Nullable, Text, Timestamp as SqlTimestamp},
};
use usher::{
    cli::demo::{self, DemoError},
    domain::{
        asset::{AssetKind, AssetOrder},
        ids::AccountId,
    },
    store::{
        assets::{self, AssetQuery, View, deleted, versions},
        outbox::{self, MailState},
        users::{self, User},
    },
    usecases::audit::{
        HistoryOf,
        access_on::{self, Through},
    },
};

use super::*;

#[derive(Debug, PartialEq, diesel::QueryableByName)]
struct Made {
    #[diesel(sql_type = Text)]
    definition: String,
}

/// Access to an account, by the tables or by the log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, diesel::QueryableByName)]
struct Access {
    #[diesel(sql_type = BigInt)]
    user_id: i64,
    #[diesel(sql_type = BigInt)]
    account_id: i64,
    #[diesel(sql_type = Bool)]
    edits_details: bool,
    #[diesel(sql_type = Bool)]
    sees_billing: bool,
    #[diesel(sql_type = Nullable<BigInt>)]
    assigned_by: Option<i64>,
    #[diesel(sql_type = SqlTimestamp)]
    assigned_at: Timestamp,
}

/// A company of 300 users, and its first Admin.
fn fill(store: &Store) -> (Context, User) {
    let ctx = context(store);
    let plan = demo::Plan { users: 300, seed: 1, password: PasswordHash::dummy() };
    demo::fill(&ctx, &plan, now(), |_| ()).unwrap();
    let admin = store.read(|db| users::find_by_email(db, &EmailAddress::parse("admin@example.com").unwrap())).unwrap();
    (ctx, admin.unwrap().0)
}

/// Access to all accounts, by the tables.
fn access_now(store: &Store) -> BTreeSet<Access> {
    let query = "SELECT user_id, account_id, edits_details, sees_billing, assigned_by, assigned_at FROM account_assignments";
    let load = |db: &mut Database| match db {
        Database::Sqlite(db) => sql_query(query).load::<Access>(db),
        Database::Postgres(db) => sql_query(query).load::<Access>(db),
    };
    store.read(|db| Ok::<_, StoreError>(load(db)?)).unwrap().into_iter().collect()
}

/// Access to all accounts that anybody has now, by the log, as it was at some time.
fn access_by_log(ctx: &Context, admin: &User, end: Timestamp) -> BTreeSet<Access> {
    let accounts = access_now(&ctx.store).into_iter().map(|access| access.account_id).collect::<BTreeSet<_>>();
    let of_account = |account_id| {
        let found = access_on::read(ctx, admin, HistoryOf::Account(AccountId(account_id)), end).unwrap();
        found.rows.into_iter().filter_map(move |row| match row.through {
            Through::Account(permissions) => Some(Access {
                user_id: row.user.id,
                account_id,
                edits_details: permissions.edits_details,
                sees_billing: permissions.sees_billing,
                assigned_by: row.by.map(|by| by.0),
                assigned_at: row.since,
            }),
            Through::Portfolio | Through::Admin => None,
        })
    };
    accounts.into_iter().flat_map(of_account).collect()
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
    demo::fill(&context(&store), &plan, now(), |done| progress.push(done)).unwrap();
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
            let entries = audit_entries(db, 0, 2)?;
            let actions = [AuditAction::DemoCreated, AuditAction::AdminCreated];
            assert_eq!(entries.iter().map(|entry| entry.action).collect::<Vec<_>>(), actions);
            Ok::<_, StoreError>(())
        })
        .unwrap();
    // Search finds made-up users and later ones.
    let everybody = Filter { search: SearchTerm::parse("@example.com"), ..Filter::default() };
    assert_eq!(store.read(|db| users::count(db, &everybody)).unwrap(), Count::Exactly(300));
    store.write_transaction(|tx| active(tx, "Xaver", "Quux")).unwrap();
    assert_eq!(search(&store, "er quu"), ["Xaver Quux"]);
    assert!(matches!(demo::fill(&context(&store), &plan, now(), |_| ()), Err(DemoError::MadeBefore)));
}

#[apply(both_databases!)]
fn no_user_is_made_up_among_existing_users(store: TestStore) {
    let maya = store.write_transaction(|tx| active(tx, "Maya", "Fischer")).unwrap();
    store.write_transaction(|tx| users::delete(tx, maya, Some(maya), now())).unwrap();
    let plan = demo::Plan { users: 300, seed: 1, password: PasswordHash::dummy() };
    assert!(matches!(demo::fill(&context(&store), &plan, now(), |_| ()), Err(DemoError::Inhabited)));
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
    demo::fill(&context(&store), &plan, now(), |_| ()).unwrap();
    assert!(before.len() > 20);
    assert_eq!(schema(&store), before);
}

#[apply(both_databases!)]
fn the_log_of_a_made_up_company_is_whole_and_in_the_order_of_time(store: TestStore) {
    fill(&store);
    let head = verify_chain(&store, vec![]).unwrap().unwrap();
    assert!(head.sequence > 2000, "{}", head.sequence);
    let entries = store.read(|db| audit_entries(db, 0, 100_000)).unwrap();
    assert!(entries.iter().all(|entry| entry.at <= now()) && entries.is_sorted_by_key(|entry| entry.at));
}

#[apply(both_databases!)]
fn the_log_of_a_made_up_company_tells_the_access_of_today(store: TestStore) {
    let (ctx, admin) = fill(&store);
    let today = access_now(&store);
    assert!(today.len() > 300, "{}", today.len());
    assert_eq!(access_by_log(&ctx, &admin, now() + TimeDelta::days(1)), today);
}

#[apply(both_databases!)]
fn the_access_in_a_made_up_company_grows_over_the_year(store: TestStore) {
    let (ctx, admin) = fill(&store);
    let number = |days| access_by_log(&ctx, &admin, now() - TimeDelta::days(days)).len();
    let numbers = [300, 180, 60].map(number);
    assert!(0 < numbers[0] && numbers.is_sorted_by(|one, other| one < other), "{numbers:?}");
}

#[apply(both_databases!)]
fn made_up_assets_are_there_for_each_page(store: TestStore) {
    fill(&store);
    store
        .read(|db| {
            // The Admin, the Portfolio Admin and the User for trying out.
            for user in [1, 9, 10].map(UserId) {
                for view in [View::OwnedBy(user), View::SharedWith(user)] {
                    let query = AssetQuery { view, filter: assets::Filter::default(), order: AssetOrder::default() };
                    let found = assets::list(db, &query, &Position::First, 50)?.page;
                    let kinds = found.rows.iter().map(|asset| asset.kind).collect::<HashSet<_>>();
                    assert!(found.rows.len() >= 2 && kinds.len() >= 2, "{query:?} {kinds:?}");
                }
                assert_eq!(deleted::count(db, Some(user), now() - TimeDelta::days(30))?, Count::Exactly(1));
            }
            let query = AssetQuery { view: View::Everything, filter: assets::Filter::default(), order: AssetOrder::default() };
            let found = assets::list(db, &query, &Position::First, 100)?.page;
            let process = found.rows.iter().find(|asset| asset.kind == AssetKind::Process).unwrap();
            assert!(versions::latest(db, process.id)?.unwrap().number.0 >= 3);
            Ok::<_, StoreError>(())
        })
        .unwrap();
}

#[apply(both_databases!)]
fn made_up_mails_are_in_every_state_and_none_is_ever_sent(store: TestStore) {
    fill(&store);
    let mails = store.read(|db| outbox::latest(db, 50)).unwrap();
    let states = mails.iter().map(|mail| mail.state.as_str()).collect::<HashSet<_>>();
    assert_eq!(states.len(), MailState::ALL.len(), "{states:?}");
    for hours in 0..24 * 10 {
        let at = now() + TimeDelta::hours(hours);
        let claimed = store.write_transaction(|tx| {
            tokens::end_mails_of_expired(tx, at)?;
            outbox::claim(tx, at, at)
        });
        assert!(claimed.unwrap().is_none(), "{at}");
    }
}

#[apply(both_databases!)]
fn sign_ins_to_a_made_up_company_were_refused(store: TestStore) {
    fill(&store);
    let refused = store.read(|db| refused_sign_ins::read(db, Span::default(), &Position::First, 50)).unwrap();
    assert!(refused.len() > 20, "{}", refused.len());
}
