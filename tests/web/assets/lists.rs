//! Search, filters and orders of lists, the tree of folders, and the shares of each row.

use usher::domain::ids::UserId;

use super::*;
use crate::shared::steps::{add_member, create_group};

/// Names of the assets in a list, in their order.
fn names(page: &Page) -> Vec<String> {
    let rows = page.body.split("<th scope=\"row\"").skip(1);
    let name = |row: &str| Some(row.split_once("dir=\"auto\">")?.1.split_once('<')?.0.to_owned());
    rows.filter_map(name).collect()
}

/// Names in the tree of folders.
pub(super) fn tree(page: &Page) -> Vec<String> {
    let tree = page.body.split_once("<nav aria-label=\"Folders\"").and_then(|(_, rest)| rest.split_once("</nav>"));
    let lines = tree.map_or("", |(tree, _)| tree).split("dir=\"auto\">").skip(1);
    lines.filter_map(|line| Some(line.split_once('<')?.0.to_owned())).collect()
}

async fn found(app: &TestApp, browser: &mut Browser, path: &str) -> Vec<String> {
    names(browser.get(app, path).await.is(200))
}

#[apply(both_databases!)]
async fn a_search_covers_everything_that_the_reader_may_read(db: Db) {
    let office = Office::new(db).await;
    let lena_id = office.id(LENA);
    let Office { ref app, mut maya, mut jonas, mut lena } = office;
    let group = create_group(app, &mut maya, "Research").await;
    add_member(app, &mut maya, &group, app.id_of("lena.novak@example.com")).await.is(303);
    let folder = create(app, &mut jonas, "folder", "Finance", "").await;
    let inner = create(app, &mut jonas, "folder", "Month-end", &folder).await;
    let deep = create(app, &mut jonas, "process", "Ledger close", &inner).await;
    let by_group = create(app, &mut jonas, "process", "Ledger export", "").await;
    create(app, &mut jonas, "process", "Ledger secret", "").await;
    create(app, &mut lena, "process", "Ledger of Léna", "").await;
    share(app, &mut jonas, &folder, &lena_id, "view").await.is(303);
    share(app, &mut jonas, &deep, &lena_id, "view").await.is(303);
    post(app, &mut jonas, &format!("{by_group}/share"), &[("group", number_of(&group)), ("level", "view")]).await.is(303);
    for list in ["/assets", "/assets/shared", &*folder] {
        let page = lena.get(app, &format!("{list}?q=ledger")).await;
        assert_eq!(names(&page), ["Ledger close", "Ledger export", "Ledger of Léna"], "{list}");
        page.sees("Process in Month-end").sees("Search and filters cover everything you can read.").sees("3 assets");
    }
    lena.get(app, "/assets/shared?q=ledger").await.sees("Search results");
    assert_eq!(found(app, &mut lena, "/assets?q=LEN").await, ["Ledger of Léna"]);
    assert_eq!(found(app, &mut lena, "/assets?q=edger+c").await, ["Ledger close"]);
    assert_eq!(found(app, &mut lena, "/assets?q=le").await.len(), 3);
    assert!(found(app, &mut lena, "/assets?q=ed").await.is_empty());
    assert_eq!(found(app, &mut jonas, "/assets?q=ledger").await, ["Ledger close", "Ledger export", "Ledger secret"]);
    assert_eq!(found(app, &mut maya, "/assets?q=ledger").await.len(), 4);
}

fn number_of(group: &str) -> &str {
    group.rsplit('/').next().unwrap_or_default()
}

#[apply(both_databases!)]
async fn the_folder_of_a_found_asset_is_named_to_readers_of_the_folder_only(db: Db) {
    let office = Office::new(db).await;
    let lena_id = office.id(LENA);
    let Office { ref app, mut jonas, mut lena, .. } = office;
    let folder = create(app, &mut jonas, "folder", "Finance", "").await;
    let process = create(app, &mut jonas, "process", "Accruals", &folder).await;
    share(app, &mut jonas, &process, &lena_id, "view").await.is(303);
    lena.get(app, "/assets?q=accruals").await.sees("Accruals").sees_no("Finance");
    jonas.get(app, "/assets?q=accruals").await.sees("Process in Finance");
}

#[apply(both_databases!)]
async fn a_deleted_asset_is_not_found(db: Db) {
    let Office { ref app, mut maya, mut jonas, .. } = Office::new(db).await;
    let process = create(app, &mut jonas, "process", "Accruals", "").await;
    crate::shared::steps::confirm(app, &mut jonas, &format!("{process}/delete")).await.is(303);
    for browser in [&mut jonas, &mut maya] {
        browser.get(app, "/assets?q=accruals").await.sees("No matching assets");
    }
}

#[apply(both_databases!)]
async fn filters_by_kind_and_owner_combine_and_are_removed_one_by_one(db: Db) {
    let office = Office::new(db).await;
    let (jonas_id, lena_id) = (office.id(JONAS), office.id(LENA));
    let Office { ref app, mut maya, mut jonas, mut lena } = office;
    let folder = create(app, &mut jonas, "folder", "Finance", "").await;
    create(app, &mut jonas, "process", "Accruals", &folder).await;
    create(app, &mut lena, "process", "Payroll", "").await;
    share(app, &mut jonas, &folder, &lena_id, "view").await.is(303);
    assert_eq!(found(app, &mut lena, "/assets?kind=process").await, ["Accruals", "Payroll"]);
    assert_eq!(found(app, &mut lena, &format!("/assets?owner={jonas_id}")).await, ["Accruals", "Finance"]);
    assert_eq!(found(app, &mut lena, &format!("/assets?owner={lena_id}")).await, ["Payroll"]);
    let both = maya.get(app, &format!("/assets/all?kind=process&owner={jonas_id}")).await;
    assert_eq!(names(&both), ["Accruals"]);
    both.sees("Owned by Jonas Vermeulen");
    assert!(
        both.body.contains("href=\"/assets/all?kind=process\" aria-label=\"Remove filter: Owned by Jonas Vermeulen\""),
        "{}",
        both.body
    );
    assert!(both.body.contains(&format!("href=\"/assets?owner={jonas_id}\"")), "{}", both.body);
}

#[apply(both_databases!)]
async fn the_owner_filter_names_only_owners_of_something_readable(db: Db) {
    let office = Office::new(db).await;
    let (jonas_id, lena_id) = (office.id(JONAS), office.id(LENA));
    let Office { ref app, mut maya, mut jonas, mut lena } = office;
    let process = create(app, &mut jonas, "process", "Ledger close", "").await;
    let filtered = format!("/assets?owner={jonas_id}");
    lena.get(app, &filtered).await.is(404).sees_no("Jonas");
    maya.get(app, &filtered).await.is(200).sees("Jonas Vermeulen");
    share(app, &mut jonas, &process, &lena_id, "view").await.is(303);
    lena.get(app, &filtered).await.is(200).sees("Jonas Vermeulen");
    lena.get(app, &format!("{filtered}&q=xyz")).await.is(200).sees("Jonas Vermeulen");
}

#[apply(both_databases!)]
async fn unknown_values_of_filters_are_refused_and_unknown_parameters_ignored(db: Db) {
    let Office { ref app, mut jonas, .. } = Office::new(db).await;
    let folder = create(app, &mut jonas, "folder", "Finance", "").await;
    for path in ["/assets?utm_source=mail", "/assets/shared?page[]=2", &format!("{folder}?x=1"), "/assets/deleted?q=zzz"] {
        jonas.get(app, path).await.is(200);
    }
    for query in ["kind=table", "owner=me", "account=x", "sort=kind", "page=abc", "rows=7", "owner=987654", "account=987654"] {
        jonas.get(app, &format!("/assets?{query}")).await.is(404);
    }
}

#[apply(both_databases!)]
async fn pages_by_name_and_by_change_keep_search_and_filters(db: Db) {
    let Office { ref app, mut jonas, .. } = Office::new(db).await;
    for place in 0..30 {
        create(app, &mut jonas, "process", &format!("Close {:02}", 29 - place), "").await;
        app.advance(chrono::TimeDelta::seconds(1));
    }
    for (sort, first) in
        [("", "Close 00"), ("&sort=name-desc", "Close 29"), ("&sort=changed", "Close 29"), ("&sort=changed-desc", "Close 00")]
    {
        for list in ["q=close&kind=process&rows=25", "rows=25"] {
            let page = jonas.get(app, &format!("/assets?{list}{sort}")).await;
            let next = link(&page, "Next");
            assert_eq!((names(&page).len(), names(&page).first().map(String::as_str)), (25, Some(first)), "{list}{sort}");
            let second = jonas.get(app, &next).await;
            let mut all = [names(&page), names(&second)].concat();
            assert_eq!((names(&second).len(), all.len()), (5, 30), "{next}");
            let back = jonas.get(app, &link(&second, "Previous")).await;
            assert_eq!(names(&back), names(&page));
            all.sort();
            all.dedup();
            assert_eq!(all.len(), 30, "{list}{sort}");
        }
    }
}

#[apply(both_databases!)]
async fn a_row_says_with_whom_it_is_shared(db: Db) {
    let office = Office::new(db).await;
    let (lena_id, maya_id) = (office.id(LENA), office.id("maya.fischer"));
    let Office { ref app, mut maya, mut jonas, .. } = office;
    let group = create_group(app, &mut maya, "Research").await;
    let process = create(app, &mut jonas, "process", "Accruals", "").await;
    jonas.get(app, "/assets").await.sees("Nobody");
    share(app, &mut jonas, &process, &lena_id, "view").await.is(303);
    jonas.get(app, "/assets").await.sees("Lena Novak").sees_no("Nobody");
    share(app, &mut jonas, &process, &maya_id, "edit").await.is(303);
    post(app, &mut jonas, &format!("{process}/share"), &[("group", number_of(&group)), ("level", "view")]).await.is(303);
    jonas.get(app, "/assets").await.sees("Research, 2 people");
}

#[apply(both_databases!)]
async fn the_tree_shows_the_reader_s_top_folders_and_the_open_path(db: Db) {
    let office = Office::new(db).await;
    let lena_id = office.id(LENA);
    let Office { ref app, mut jonas, mut lena, .. } = office;
    let folder = create(app, &mut jonas, "folder", "Finance", "").await;
    let inner = create(app, &mut jonas, "folder", "Month-end", &folder).await;
    create(app, &mut jonas, "folder", "Accruals", &inner).await;
    create(app, &mut jonas, "folder", "Archive", &folder).await;
    create(app, &mut jonas, "process", "Checklist", &folder).await;
    create(app, &mut lena, "folder", "Own", "").await;
    assert_eq!(tree(&jonas.get(app, "/assets").await), ["Finance"]);
    assert_eq!(tree(&jonas.get(app, &inner).await), ["Finance", "Archive", "Month-end", "Accruals"]);
    assert_eq!(tree(&lena.get(app, "/assets").await), ["Own"]);
    jonas.get(app, &folder).await.sees("Checklist").sees_no("Process in Finance");
    share(app, &mut jonas, &inner, &lena_id, "view").await.is(303);
    let page = lena.get(app, &inner).await;
    assert_eq!(tree(&page), ["Month-end", "Accruals", "Own"]);
    page.sees_no("Finance");
}

/// Stops sharing the asset at a path with a user.
async fn unshare(app: &TestApp, owner: &mut Browser, asset: &str, user: &str) {
    post(app, owner, &format!("{asset}/share"), &[("user", user), ("level", "view"), ("do", "remove")]).await.is(303);
}

#[apply(both_databases!)]
async fn a_folder_of_one_s_own_in_one_that_is_hidden_stands_at_the_top_of_the_tree(db: Db) {
    let office = Office::new(db).await;
    let lena_id = office.id(LENA);
    let Office { ref app, mut jonas, mut lena, .. } = office;
    let finance = create(app, &mut jonas, "folder", "Finance", "").await;
    share(app, &mut jonas, &finance, &lena_id, "edit").await.is(303);
    let rates = create(app, &mut lena, "folder", "Rates", &finance).await;
    create(app, &mut lena, "folder", "Drafts", &rates).await;
    assert_eq!(tree(&lena.get(app, "/assets").await), ["Finance"]);
    unshare(app, &mut jonas, &finance, &lena_id).await;
    assert_eq!(tree(&lena.get(app, "/assets").await), ["Rates"]);
    assert_eq!(tree(&lena.get(app, &rates).await), ["Rates", "Drafts"]);
    assert_eq!(tree(&jonas.get(app, &finance).await), ["Finance", "Rates"]);
}

#[apply(both_databases!)]
async fn a_shared_folder_in_another_shared_one_stands_once_in_the_tree(db: Db) {
    let office = Office::new(db).await;
    let lena_id = office.id(LENA);
    let Office { ref app, mut jonas, mut lena, .. } = office;
    let finance = create(app, &mut jonas, "folder", "Finance", "").await;
    let close = create(app, &mut jonas, "folder", "Close", &finance).await;
    let checks = create(app, &mut jonas, "folder", "Checks", &close).await;
    for folder in [&finance, &checks] {
        share(app, &mut jonas, folder, &lena_id, "view").await.is(303);
    }
    assert_eq!(tree(&lena.get(app, "/assets").await), ["Finance"]);
    assert_eq!(tree(&lena.get(app, &checks).await), ["Finance", "Close", "Checks"]);
    unshare(app, &mut jonas, &finance, &lena_id).await;
    assert_eq!(tree(&lena.get(app, &checks).await), ["Checks"]);
}

#[apply(both_databases!)]
async fn the_tree_of_an_admin_has_their_folders_and_the_open_path_each_once(db: Db) {
    let office = Office::new(db).await;
    let maya_id = office.id("maya.fischer");
    let Office { ref app, mut maya, mut jonas, .. } = office;
    let finance = create(app, &mut jonas, "folder", "Finance", "").await;
    create(app, &mut jonas, "folder", "Payroll", "").await;
    share(app, &mut jonas, &finance, &maya_id, "edit").await.is(303);
    let close = create(app, &mut maya, "folder", "Close", &finance).await;
    unshare(app, &mut jonas, &finance, &maya_id).await;
    assert_eq!(tree(&maya.get(app, "/assets").await), ["Close"]);
    for open in [&finance, &close] {
        assert_eq!(tree(&maya.get(app, open).await), ["Finance", "Close"]);
    }
}

#[apply(both_databases!)]
async fn a_level_of_the_tree_has_at_most_fifty_folders_and_leads_to_the_rest(db: Db) {
    let Office { ref app, mut jonas, .. } = Office::new(db).await;
    let folder = create(app, &mut jonas, "folder", "Finance", "").await;
    let owner: UserId = app.id_of("jonas.vermeulen@example.com");
    for place in 0..51 {
        insert(app, owner, &folder, &format!("Month {place:02}"));
    }
    let page = jonas.get(app, &folder).await;
    let tree = tree(&page);
    assert_eq!((tree.len(), &*tree[50], &*tree[51]), (52, "Month 49", "All folders in Finance"));
}

/// Inserts a folder without a form.
fn insert(app: &TestApp, owner: UserId, folder: &str, name: &str) {
    use usher::{
        domain::{
            asset::{AssetDetails, AssetKind},
            text::{AssetName, Notes},
        },
        store::assets,
    };
    let details = AssetDetails { name: AssetName::parse(name).unwrap(), description: Notes::default(), account: None };
    let folder = Some(number(folder).parse().unwrap());
    let new = assets::NewAsset { kind: AssetKind::Folder, details: &details, owner, folder, now: app.now() };
    app.store().write_transaction(|tx| assets::insert(tx, new)).unwrap();
}
