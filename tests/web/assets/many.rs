//! Changes of owner of a hundred thousand assets by `tests/run --long`, else of two thousand.

use std::time::{Duration, Instant};

use usher::{
    domain::ids::{AssetId, UserId},
    usecases::{
        assets::owner::{self, NewOwner, Reowned},
        users::deletion::{self, NewOwners},
    },
};

use super::*;
use crate::{helpers::Db, support::long::is_long};

fn number_of_assets() -> i64 {
    if is_long() { 100_000 } else { 2000 }
}

/// Gives a user so many assets, all in one folder. Returns the folder.
fn fill(app: &TestApp, owner: UserId, assets: i64) -> AssetId {
    let (now, last) = (app.now(), assets - 1);
    app.execute(&format!(
        "INSERT INTO assets (id, kind, name, description, owner_id, folder_id, created_at, changed_at, sort_key, search) \
         WITH RECURSIVE places (place) AS (SELECT 0 UNION ALL SELECT place + 1 FROM places WHERE place < {last}) \
         SELECT 1 + place, CASE WHEN place = 0 THEN 'folder' ELSE 'process' END, 'Asset ' || place, '', {owner}, \
         CASE WHEN place = 0 THEN NULL ELSE 1 END, '{now}', '{now}', 'asset ' || place, 'asset ' || place FROM places"
    ));
    app.execute("INSERT INTO asset_ancestors (asset_id, ancestor_id, depth) SELECT id, id, 0 FROM assets");
    app.execute("INSERT INTO asset_ancestors (asset_id, ancestor_id, depth) SELECT id, 1, 1 FROM assets WHERE id <> 1");
    AssetId(1)
}

/// Gives these assets to Lena, to Jonas, and to Lena by the deletion of Jonas. Returns the longest time.
fn transfers(app: &TestApp, assets: i64) -> Duration {
    let [maya, jonas, lena] = ["maya.fischer", JONAS, LENA].map(|name| app.id_of(&format!("{name}@example.com")));
    let folder = fill(app, jonas, assets);
    let new = |to| NewOwner { to, keeps_edit: true, seen: None };
    let owned = |user: UserId| app.count(&format!("assets WHERE owner_id = {user}"));
    let run = |what: &str, deed: &dyn Fn()| {
        let begun = Instant::now();
        deed();
        println!("{what}: {:.2} s", begun.elapsed().as_secs_f64());
        begun.elapsed()
    };
    let content = Reowned::Assets { ids: vec![folder], with_content: true };
    let took = [
        run("a folder with its content", &|| _ = owner::change(&app.ctx, &app.caller(maya), &content, &new(lena)).unwrap()),
        run("everything of a user", &|| _ = owner::change(&app.ctx, &app.caller(maya), &Reowned::AllOf(lena), &new(jonas)).unwrap()),
        run("deletion of their owner", &|| {
            deletion::delete(&app.ctx, &app.caller(maya), jonas, &NewOwners::One(Some(lena)), None).unwrap();
        }),
    ];
    assert_eq!((owned(lena), owned(jonas)), (assets, 0));
    took.into_iter().max().unwrap()
}

#[apply(both_databases!)]
async fn a_hundred_thousand_assets_change_their_owner_within_five_seconds_and_one_entry(db: Db) {
    let office = Office::new(db).await;
    println!("{db:?}");
    let longest = transfers(&office.app, number_of_assets());
    // PostgreSQL takes about as long as the aim, which a busy machine would miss.
    let aim = if db == Db::Sqlite { 5 } else { 10 };
    assert!(longest.as_secs() < aim, "{longest:?}");
    let entry = office.app.audit().into_iter().rfind(|entry| entry.action.as_str() == "asset.owner_changed").unwrap();
    let details = serde_json::from_str::<serde_json::Value>(&entry.details).unwrap();
    assert_eq!(
        (details["count"].as_u64(), details["assets"].as_array().map(Vec::len)),
        (Some(number_of_assets().unsigned_abs()), Some(1000))
    );
    office.app.mails().await;
}
