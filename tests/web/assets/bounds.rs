//! A folder of thousands of assets, and a tree as deep as it can be.

use super::*;
use crate::shared::steps::confirm;

/// A folder of Jonas's with 3,000 processes, "Close 1000" to "Close 3999". Returns its path.
async fn large_folder(app: &TestApp, jonas: &mut Browser) -> String {
    let folder = create(app, jonas, "folder", "Archive", "").await;
    let (id, now) = (number(&folder), app.now());
    app.execute(&format!(
        "INSERT INTO assets (kind, name, description, owner_id, folder_id, created_at, changed_at, sort_key, search) \
         WITH RECURSIVE places (place) AS (SELECT 1000 UNION ALL SELECT place + 1 FROM places WHERE place < 3999) \
         SELECT 'process', 'Close ' || place, '', owner_id, {id}, '{now}', '{now}', 'close ' || place, 'close ' || place \
         FROM places CROSS JOIN assets WHERE assets.id = {id}"
    ));
    for (ancestor, depth) in [("id", 0), ("folder_id", 1)] {
        let rows = format!("SELECT id, {ancestor}, {depth} FROM assets WHERE folder_id = {id}");
        app.execute(&format!("INSERT INTO asset_ancestors (asset_id, ancestor_id, depth) {rows}"));
    }
    folder
}

#[apply(both_databases!)]
async fn a_folder_of_thousands_of_assets_is_read_page_by_page(db: Db) {
    let Office { ref app, mut jonas, .. } = Office::new(db).await;
    let folder = large_folder(app, &mut jonas).await;
    let first = jonas.get(app, &folder).await;
    first.sees("1–50 of 3,000 assets").sees("Close 1000").sees("Close 1049").sees_no("Close 1050");
    let last = jonas.get(app, &link(&first, "Last")).await;
    last.sees("2,951–3,000 of 3,000 assets").sees("Close 3999").sees_no("Close 3949");
    jonas.get(app, &link(&last, "Previous")).await.sees("2,901–2,950 of 3,000 assets").sees("Close 3949");
}

#[apply(both_databases!)]
async fn a_folder_of_thousands_of_assets_is_deleted_and_restored_as_a_whole(db: Db) {
    let Office { ref app, mut jonas, .. } = Office::new(db).await;
    let folder = large_folder(app, &mut jonas).await;
    let delete = format!("{folder}/delete");
    let question = jonas.get(app, &delete).await;
    question.sees("Archive with 3,000 processes in it:").sees("Close 1099").sees_no("Close 1100").sees("Showing the first 100");
    confirm(app, &mut jonas, &delete).await.redirects_to("/assets");
    jonas.get(app, "/assets").await.sees("Archive and 3,000 assets in it were deleted").sees("No assets yet");
    jonas.press(app, "/assets/deleted", &format!("/assets/deleted/{}/restore", number(&folder))).await.redirects_to(&folder);
    jonas.get(app, &folder).await.sees("Archive and 3,000 assets in it were restored.").sees("1–50 of 3,000 assets");
    assert_eq!(app.count("assets WHERE deleted_at IS NULL AND deleted_root IS NULL"), 3001);
}

#[apply(both_databases!)]
async fn a_folder_of_thousands_of_assets_gets_another_owner_as_a_whole(db: Db) {
    let office = Office::new(db).await;
    let lena_id = office.id(LENA);
    let Office { ref app, mut maya, mut jonas, mut lena } = office;
    let folder = large_folder(app, &mut jonas).await;
    let owner = format!("{folder}/owner");
    let question = maya.get(app, &owner).await;
    question.sees("1 folder and 3,000 processes");
    maya.send(app, &question, &owner, &[("user", &lena_id)]).await.redirects_to(&folder);
    maya.get(app, &folder).await.sees("Lena Novak now owns 3,001 assets.");
    lena.get(app, "/assets").await.sees("1–50 of 3,001 assets");
    jonas.get(app, "/assets").await.sees("No assets yet");
    app.mails().await;
}

/// Folders of Jonas's in one another, "Level 00" to "Level 60". Returns their paths from the top down.
async fn sixty_levels(app: &TestApp, jonas: &mut Browser) -> Vec<String> {
    let mut paths = Vec::<String>::new();
    for level in 0..=60 {
        let above = paths.last().cloned().unwrap_or_default();
        paths.push(create(app, jonas, "folder", &format!("Level {level:02}"), &above).await);
    }
    paths
}

#[apply(both_databases!)]
async fn a_tree_of_sixty_levels_is_shown_down_to_its_end_through_the_share_of_its_top(db: Db) {
    let office = Office::new(db).await;
    let lena_id = office.id(LENA);
    let Office { ref app, mut jonas, mut lena, .. } = office;
    let paths = sixty_levels(app, &mut jonas).await;
    let (top, end) = (&paths[0], &paths[60]);
    lena.get(app, end).await.is(404);
    share(app, &mut jonas, top, &lena_id, "view").await.is(303);
    let names = (0..=60).map(|level| format!("Level {level:02}")).collect::<Vec<_>>();
    for browser in [&mut jonas, &mut lena] {
        let page = browser.get(app, end).await;
        page.is(200).sees(&format!("Assets{}", names.concat()));
        assert_eq!(lists::tree(&page), names);
    }
    lena.get(app, &format!("{end}/edit")).await.is(403);
    jonas.get(app, &format!("{end}/share")).await.sees("Shared through the folder Level 00");
}

#[apply(both_databases!)]
async fn a_folder_moves_only_where_its_content_is_not_too_deep(db: Db) {
    let Office { ref app, mut jonas, .. } = Office::new(db).await;
    let paths = sixty_levels(app, &mut jonas).await;
    let folder = create(app, &mut jonas, "folder", "Close", "").await;
    let process = create(app, &mut jonas, "process", "Accruals", &folder).await;
    let too_deep = put(app, &mut jonas, &folder, &paths[59]).await;
    too_deep.is(422).sees("Folders can be at most 60 levels deep. Choose a place further up.");
    put(app, &mut jonas, &process, &paths[59]).await.is(303);
    put(app, &mut jonas, &process, &folder).await.is(303);
    put(app, &mut jonas, &folder, &paths[58]).await.is(303);
    jonas.get(app, &process).await.is(200);
}
