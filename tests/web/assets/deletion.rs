//! Deleted assets and their restoration.

use chrono::TimeDelta;
use usher::{
    domain::ids::AssetId,
    usecases::{assets::deletion, outbox::housekeeping},
};

use super::*;
use crate::shared::steps::{at_once, confirm};

#[apply(both_databases!)]
async fn a_folder_is_deleted_and_restored_with_everything_in_it(db: Db) {
    let Office { app, mut jonas, .. } = Office::new(db).await;
    let folder = create(&app, &mut jonas, "folder", "Finance", "").await;
    let process = create(&app, &mut jonas, "process", "Accruals", &folder).await;
    let earlier = create(&app, &mut jonas, "process", "Old checklist", &folder).await;
    confirm(&app, &mut jonas, &format!("{earlier}/delete")).await.redirects_to(&folder);
    jonas.get(&app, &folder).await.sees("Old checklist was deleted and can be restored until 22 Dec 2026.");
    let question = jonas.get(&app, &format!("{folder}/delete")).await;
    question.sees("Delete Finance?").sees("Finance with 1 process in it:").sees("Accruals").sees_no("Old checklist").sees("Keep Finance");
    confirm(&app, &mut jonas, &format!("{folder}/delete")).await.redirects_to("/assets");
    jonas.get(&app, "/assets").await.sees("Finance and 1 asset in it were deleted and can be restored until").sees("No assets yet");
    for path in [&folder, &process, &earlier] {
        jonas.get(&app, path).await.is(404);
    }
    jonas.get(&app, "/assets/deleted").await.sees("Finance").sees("Old checklist").sees_no("Accruals").sees("2 deleted assets");
    restore(&app, &mut jonas, &folder).await.redirects_to(&folder);
    jonas.get(&app, &folder).await.sees("Finance and 1 asset in it were restored.").sees("Accruals").sees_no("Old checklist");
    jonas.get(&app, &earlier).await.is(404);
}

async fn restore(app: &TestApp, browser: &mut Browser, asset: &str) -> Page {
    browser.press(app, "/assets/deleted", &format!("/assets/deleted/{}/restore", number(asset))).await
}

#[apply(both_databases!)]
async fn a_folder_that_holds_assets_of_others_is_not_deleted(db: Db) {
    let office = Office::new(db).await;
    let lena_id = office.id(LENA);
    let Office { app, mut jonas, mut lena, .. } = office;
    let folder = create(&app, &mut jonas, "folder", "Finance", "").await;
    share(&app, &mut jonas, &folder, &lena_id, "edit").await.is(303);
    create(&app, &mut lena, "process", "Accruals", &folder).await;
    let delete = format!("{folder}/delete");
    let question = jonas.get(&app, &delete).await;
    question.is(200).sees("This folder can’t be deleted").sees("Accruals").sees("Lena Novak");
    assert!(!question.has_form(&delete));
    post(&app, &mut jonas, &delete, &[]).await.is(409).sees("This folder can’t be deleted");
    jonas.get(&app, &folder).await.is(200);
}

#[apply(both_databases!)]
async fn a_second_press_of_delete_says_what_the_first_did(db: Db) {
    let Office { ref app, mut jonas, mut lena, .. } = Office::new(db).await;
    let outer = create(app, &mut jonas, "folder", "Finance", "").await;
    let folder = create(app, &mut jonas, "folder", "Close", &outer).await;
    create(app, &mut jonas, "process", "Accruals", &folder).await;
    let delete = format!("{folder}/delete");
    let question = jonas.get(app, &delete).await;
    for _ in 0..2 {
        jonas.send(app, &question, &delete, &[]).await.redirects_to(&outer);
        jonas.get(app, &outer).await.sees("Close and 1 asset in it were deleted and can be restored until 22 Dec 2026.");
    }
    post(app, &mut lena, &delete, &[]).await.is(404);
    assert_eq!(app.deeds().iter().filter(|deed| deed.starts_with("asset.deleted")).count(), 1);
}

#[apply(both_databases!)]
async fn who_may_not_read_the_folder_of_a_deleted_asset_goes_on_to_their_own(db: Db) {
    let office = Office::new(db).await;
    let lena_id = office.id(LENA);
    let Office { ref app, mut jonas, mut lena, .. } = office;
    let folder = create(app, &mut jonas, "folder", "Finance", "").await;
    share(app, &mut jonas, &folder, &lena_id, "edit").await.is(303);
    let process = create(app, &mut lena, "process", "Accruals", &folder).await;
    post(app, &mut jonas, &format!("{folder}/share"), &[("user", &lena_id), ("level", "view"), ("do", "remove")]).await.is(303);
    confirm(app, &mut lena, &format!("{process}/delete")).await.redirects_to("/assets");
}

#[apply(both_databases!)]
async fn an_asset_whose_folder_is_gone_returns_to_the_top_level(db: Db) {
    let office = Office::new(db).await;
    let lena_id = office.id(LENA);
    let Office { app, mut maya, mut jonas, mut lena } = office;
    let folder = create(&app, &mut jonas, "folder", "Finance", "").await;
    share(&app, &mut jonas, &folder, &lena_id, "view").await.is(303);
    let process = create(&app, &mut jonas, "process", "Accruals", &folder).await;
    for path in [&process, &folder] {
        confirm(&app, &mut jonas, &format!("{path}/delete")).await.is(303);
    }
    // Admins restore what others deleted.
    restore(&app, &mut maya, &process).await.redirects_to(&process);
    maya.get(&app, &process).await.sees("Accruals was restored at the top level, since its folder is gone.");
    restore(&app, &mut jonas, &folder).await.is(303);
    lena.get(&app, &folder).await.is(200).sees_no("Accruals");
    lena.get(&app, &process).await.is(404);
    jonas.get(&app, &process).await.is(200).sees("owned by Jonas Vermeulen");
}

#[apply(both_databases!)]
async fn only_owners_and_admins_restore_and_only_for_thirty_days(db: Db) {
    let Office { app, mut jonas, mut lena, .. } = Office::new(db).await;
    let process = create(&app, &mut jonas, "process", "Accruals", "").await;
    confirm(&app, &mut jonas, &format!("{process}/delete")).await.is(303);
    lena.get(&app, "/assets/deleted").await.sees("No deleted assets");
    let path = format!("/assets/deleted/{}/restore", number(&process));
    post(&app, &mut lena, &path, &[]).await.is(404);
    app.advance(TimeDelta::days(30));
    let mut jonas = app.signed_in("jonas.vermeulen@example.com").await;
    jonas.get(&app, "/assets/deleted").await.sees("No deleted assets");
    post(&app, &mut jonas, &path, &[]).await.is(404);
    usher::usecases::outbox::housekeeping::sweep(&app.ctx).unwrap();
    assert_eq!((app.count("assets"), app.count("asset_ancestors")), (0, 0));
}

#[apply(both_databases!)]
async fn a_restoration_and_the_removal_of_old_assets_at_one_moment_leave_a_folder_whole_or_gone(db: Db) {
    for (waited, left) in [(TimeDelta::days(30) - TimeDelta::seconds(1), 2), (TimeDelta::days(30), 0)] {
        let Office { app, mut jonas, .. } = Office::new(db).await;
        let folder = create(&app, &mut jonas, "folder", "Finance", "").await;
        create(&app, &mut jonas, "process", "Accruals", &folder).await;
        confirm(&app, &mut jonas, &format!("{folder}/delete")).await.is(303);
        app.advance(waited);
        let (ctx, id) = (&app.ctx, AssetId(number(&folder).parse().unwrap()));
        let owner = app.session_of(app.id_of("jonas.vermeulen@example.com"));
        at_once([Some(owner), None], |owner| match owner {
            Some(owner) => assert_eq!(deletion::restore(ctx, &owner.into(), id).is_ok(), left > 0),
            None => housekeeping::sweep(ctx).unwrap(),
        });
        assert_eq!((app.count("assets"), app.count("assets WHERE deleted_at IS NULL")), (left, left));
    }
}

#[apply(both_databases!)]
async fn a_folder_whose_content_changed_since_the_page_is_shown_anew(db: Db) {
    let Office { ref app, mut jonas, .. } = Office::new(db).await;
    let folder = create(app, &mut jonas, "folder", "Finance", "").await;
    let delete = format!("{folder}/delete");
    let page = jonas.get(app, &delete).await;
    page.sees("Only Finance itself.");
    let process = create(app, &mut jonas, "process", "Ledger close", &folder).await;
    let again = jonas.send(app, &page, &delete, &[]).await;
    again.is(409).sees("Nothing was deleted.").sees("Ledger close");
    jonas.get(app, &process).await.is(200);
    jonas.send(app, &again, &delete, &[]).await.is(303);
    jonas.get(app, &process).await.is(404);
}

#[apply(both_databases!)]
async fn a_second_press_of_restore_leads_to_the_restored_asset(db: Db) {
    let Office { ref app, mut jonas, mut lena, .. } = Office::new(db).await;
    let process = create(app, &mut jonas, "process", "Accruals", "").await;
    confirm(app, &mut jonas, &format!("{process}/delete")).await.is(303);
    let restore = format!("/assets/deleted/{}/restore", number(&process));
    for _ in 0..2 {
        post(app, &mut jonas, &restore, &[]).await.redirects_to(&process);
        jonas.get(app, &process).await.is(200);
    }
    post(app, &mut lena, &restore, &[]).await.is(404);
}
