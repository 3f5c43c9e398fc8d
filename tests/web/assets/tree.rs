//! Creation, details, lists, and the tree of folders.

use super::*;
use crate::shared::steps::{add_member, create_group};

#[apply(both_databases!)]
async fn an_asset_belongs_to_the_user_who_creates_it(db: Db) {
    let Office { app, mut jonas, .. } = Office::new(db).await;
    let folder = create(&app, &mut jonas, "folder", " Month-end  close ", "").await;
    jonas
        .get(&app, &folder)
        .await
        .sees("Created the folder Month-end close.")
        .sees("owned by Jonas Vermeulen")
        .sees("This folder is empty");
    let process = create(&app, &mut jonas, "process", "Bank reconciliation", &folder).await;
    jonas.get(&app, &folder).await.sees("Bank reconciliationProcess").sees("1 asset");
    jonas.get(&app, &process).await.sees("AssetsMonth-end closeBank reconciliation").sees_no("This folder is empty");
    jonas.get(&app, "/assets").await.sees("Month-end close").sees("Bank reconciliation").sees("2 assets");
}

#[apply(both_databases!)]
async fn a_name_that_is_none_is_refused_and_everything_typed_is_kept(db: Db) {
    let Office { app, mut jonas, .. } = Office::new(db).await;
    let page = jonas.fill(&app, "/assets/new?kind=integration", &[("name", " "), ("description", "Fish & chips")]).await;
    page.is(422).sees("Enter a name");
    let form = page.form("/assets/new");
    for field in [("kind", "integration"), ("description", "Fish & chips")] {
        assert!(form.contains(&(field.0.to_owned(), field.1.to_owned())), "{form:?}");
    }
    assert_eq!(app.count("assets"), 0);
}

#[apply(both_databases!)]
async fn an_edit_of_an_outdated_page_keeps_both_changes(db: Db) {
    let Office { app, mut jonas, .. } = Office::new(db).await;
    let edit = format!("{}/edit", create(&app, &mut jonas, "process", "Close", "").await);
    let opened = jonas.get(&app, &edit).await;
    jonas.fill(&app, &edit, &[("name", "Month-end close")]).await.is(303);
    let stale = jonas.send(&app, &opened, &edit, &[("description", "Every month")]).await;
    stale.is(409).sees("Someone changed this asset while you were editing");
    assert!(stale.form(&edit).contains(&("name".to_owned(), "Month-end close".to_owned())));
    jonas.send(&app, &stale, &edit, &[]).await.is(303);
    jonas.get(&app, &edit).await.sees("Every month");
    jonas.fill(&app, &edit, &[]).await.is(303);
    assert_eq!(app.deeds().iter().filter(|deed| deed.starts_with("asset.edited")).count(), 2);
}

#[apply(both_databases!)]
async fn an_asset_of_another_user_is_as_unknown_as_any_and_admins_view_it(db: Db) {
    let Office { app, mut maya, mut jonas, mut lena } = Office::new(db).await;
    let process = create(&app, &mut jonas, "process", "Payroll", "").await;
    let (foreign, unknown) = (lena.get(&app, &process).await, lena.get(&app, "/assets/987654").await);
    assert_eq!((foreign.is(404).status, &foreign.body), (unknown.status, &unknown.body));
    lena.get(&app, "/assets").await.sees("No assets yet");
    lena.get(&app, "/assets/all").await.is(403);
    maya.get(&app, &process).await.is(200).sees_no("Edit details");
    maya.get(&app, "/assets/all").await.sees("Payroll").sees("Jonas Vermeulen");
    maya.get(&app, &format!("{process}/edit")).await.is(403);
    maya.get(&app, &format!("{process}/share")).await.is(403);
}

#[apply(both_databases!)]
async fn in_a_folder_of_another_user_an_asset_is_the_creator_s_and_the_folder_s_owner_may_edit_it(db: Db) {
    let mut office = Office::new(db).await;
    let folder = create(&office.app, &mut office.jonas, "folder", "Finance", "").await;
    let lena_id = office.id(LENA);
    let Office { app, mut jonas, mut lena, .. } = office;
    share(&app, &mut jonas, &folder, &lena_id, "view").await.is(303);
    lena.get(&app, &format!("/assets/new?kind=process&folder={}", number(&folder))).await.is(403);
    share(&app, &mut jonas, &folder, &lena_id, "edit").await.is(303);
    let process = create(&app, &mut lena, "process", "Accruals", &folder).await;
    lena.get(&app, &process).await.sees("owned by Lena Novak").sees("MoveDeleteShare");
    jonas.get(&app, &process).await.is(200).sees("Edit details").sees_no("MoveDelete");
    jonas.get(&app, &format!("{process}/delete")).await.is(403);
}

#[apply(both_databases!)]
async fn a_move_is_reviewed_with_those_who_gain_and_lose_access(db: Db) {
    let mut office = Office::new(db).await;
    let [from, to] = [
        create(&office.app, &mut office.jonas, "folder", "Archive", "").await,
        create(&office.app, &mut office.jonas, "folder", "Finance", "").await,
    ];
    let process = create(&office.app, &mut office.jonas, "process", "Close", &from).await;
    let (lena_id, maya_id) = (office.id(LENA), office.id("maya.fischer"));
    let Office { app, mut maya, mut jonas, mut lena } = office;
    share(&app, &mut jonas, &from, &lena_id, "view").await.is(303);
    share(&app, &mut jonas, &to, &maya_id, "edit").await.is(303);
    lena.get(&app, &process).await.is(200);
    let review = jonas.get(&app, &format!("{process}/move?to={}", number(&to))).await;
    review.sees("Move Close to Finance?").sees("Will gain accessMaya FischerEdit").sees("Will lose accessLena NovakView");
    jonas.send(&app, &review, &format!("{process}/move"), &[]).await.redirects_to(&process);
    jonas.get(&app, &process).await.sees("Moved Close to Finance.");
    lena.get(&app, &process).await.is(404);
    maya.get(&app, &format!("{process}/edit")).await.is(200);
}

#[apply(both_databases!)]
async fn the_review_of_a_move_names_the_members_of_groups(db: Db) {
    let Office { ref app, mut maya, mut jonas, mut lena } = Office::new(db).await;
    let group = create_group(app, &mut maya, "Research").await;
    add_member(app, &mut maya, &group, app.id_of("lena.novak@example.com")).await.is(303);
    let to = create(app, &mut jonas, "folder", "Finance", "").await;
    let process = create(app, &mut jonas, "process", "Close", "").await;
    let shared = [("group", group.rsplit('/').next().unwrap()), ("level", "view")];
    post(app, &mut jonas, &format!("{to}/share"), &shared).await.is(303);
    let review = format!("{process}/move?to={}", number(&to));
    jonas.get(app, &review).await.sees("ResearchGroup").sees("Lena NovakThrough ResearchView");
    let lena_id = app.id_of("lena.novak@example.com").to_string();
    share(app, &mut jonas, &process, &lena_id, "edit").await.is(303);
    jonas.get(app, &review).await.sees("ResearchGroupView Will lose accessNo one");
    lena.get(app, &process).await.is(200);
}

#[apply(both_databases!)]
async fn a_folder_is_never_put_into_itself(db: Db) {
    let Office { app, mut jonas, .. } = Office::new(db).await;
    let outer = create(&app, &mut jonas, "folder", "Outer", "").await;
    let inner = create(&app, &mut jonas, "folder", "Inner", &outer).await;
    for folder in [&outer, &inner] {
        put(&app, &mut jonas, &outer, folder).await.is(422).sees("A folder can’t be moved into itself.");
    }
    put(&app, &mut jonas, &inner, &outer).await.is(422).sees("It is already there.");
    let choices = jonas.get(&app, &format!("{outer}/move")).await;
    choices.sees("You can’t edit any other folder.").sees_no("Inner");
}

#[apply(both_databases!)]
async fn of_two_moves_at_once_that_would_make_a_circle_one_is_refused(db: Db) {
    let Office { app, mut jonas, .. } = Office::new(db).await;
    let ids = [create(&app, &mut jonas, "folder", "A", "").await, create(&app, &mut jonas, "folder", "B", "").await]
        .map(|path| number(&path).parse().unwrap());
    let jonas = app.id_of("jonas.vermeulen@example.com");
    let (ctx, moves) = (&app.ctx, [(ids[0], ids[1]), (ids[1], ids[0])].map(|ids| (ids, app.caller(jonas))));
    let outcomes = crate::shared::steps::at_once(moves, |((id, to), caller)| {
        usher::usecases::assets::moves::move_to(ctx, &caller, id, Some(to)).is_ok()
    });
    assert_eq!(outcomes.iter().filter(|is_done| **is_done).count(), 1);
    assert_eq!(app.count("asset_ancestors"), 3);
}

#[apply(both_databases!)]
async fn a_moved_folder_takes_its_content_along_and_only_owners_use_the_top_level(db: Db) {
    let mut office = Office::new(db).await;
    let lena_id = office.id(LENA);
    let Office { app, ref mut jonas, ref mut lena, .. } = office;
    let finance = create(&app, jonas, "folder", "Finance", "").await;
    let close = create(&app, jonas, "folder", "Close", &finance).await;
    let process = create(&app, jonas, "process", "Accruals", &close).await;
    share(&app, jonas, &finance, &lena_id, "edit").await.is(303);
    put(&app, lena, &close, "").await.is(403);
    put(&app, jonas, &close, "").await.is(303);
    lena.get(&app, &process).await.is(404);
    jonas.get(&app, &process).await.sees("AssetsCloseAccruals");
    put(&app, jonas, &close, &finance).await.is(303);
    lena.get(&app, &process).await.sees("AssetsFinanceCloseAccruals");
}

#[apply(both_databases!)]
async fn folders_are_at_most_sixty_deep(db: Db) {
    let Office { app, mut jonas, .. } = Office::new(db).await;
    let mut folder = create(&app, &mut jonas, "folder", "Level", "").await;
    for _ in 0..60 {
        folder = create(&app, &mut jonas, "folder", "Level", &folder).await;
    }
    let new = format!("/assets/new?kind=folder{}", in_folder(&folder));
    jonas.fill(&app, &new, &[("name", "Too deep")]).await.is(422).sees("at most 60 levels deep");
    let other = create(&app, &mut jonas, "folder", "Other", "").await;
    put(&app, &mut jonas, &other, &folder).await.is(422).sees("at most 60 levels deep");
}
