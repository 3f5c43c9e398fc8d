//! Deletion of users who own assets.

use chrono::TimeDelta;
use usher::usecases::outbox::housekeeping;

use super::*;
use crate::shared::steps::{confirm, user_path};

/// Path of the page that deletes Jonas.
fn delete_path(app: &TestApp) -> String {
    user_path(app.id_of("jonas.vermeulen@example.com"), "delete")
}

/// Gives Jonas two folders, a process and an integration.
async fn four_assets(app: &TestApp, jonas: &mut Browser) -> [String; 4] {
    let finance = create(app, jonas, "folder", "Finance", "").await;
    [
        create(app, jonas, "folder", "Archive", &finance).await,
        create(app, jonas, "process", "Accruals", &finance).await,
        create(app, jonas, "integration", "Ledger export", "").await,
        finance,
    ]
}

#[apply(both_databases!)]
async fn the_page_before_deleting_lists_assets_by_kind_and_shares(db: Db) {
    let office = Office::new(db).await;
    let jonas_id = office.id(JONAS);
    let Office { app, mut maya, mut jonas, mut lena } = office;
    four_assets(&app, &mut jonas).await;
    let rates = create(&app, &mut lena, "process", "Rates", "").await;
    share(&app, &mut lena, &rates, &jonas_id, "view").await.is(303);
    let page = maya.get(&app, &delete_path(&app)).await;
    page.sees("1 asset shared directly").sees("Jonas owns 4 assets.").sees("2: Archive, Finance").sees("1: Ledger export");
    page.sees("One new owner for all").sees("One per kind");
}

#[apply(both_databases!)]
async fn everything_goes_to_one_new_owner_and_a_receipt_says_so(db: Db) {
    let office = Office::new(db).await;
    let (jonas_id, lena_id) = (office.id(JONAS), office.id(LENA));
    let Office { app, mut maya, mut jonas, mut lena } = office;
    let [_, accruals, ..] = four_assets(&app, &mut jonas).await;
    let gone = create(&app, &mut jonas, "process", "Old checklist", "").await;
    confirm(&app, &mut jonas, &format!("{gone}/delete")).await.is(303);
    let delete = delete_path(&app);
    let question = maya.get(&app, &format!("{delete}?q=lena")).await;
    question.sees("Jonas owns 4 assets and 1 deleted one, restorable until 22 Dec 2026. Shares").sees("lena.novak@example.com");
    maya.send(&app, &question, &delete, &[("user", &lena_id)]).await.redirects_to("/users-and-groups");
    let receipt = "2 folders, 1 process, 1 integration and 1 deleted asset went to Lena Novak. 1 session ended. Restore";
    maya.get(&app, "/users-and-groups").await.sees("can be restored until 22 Dec 2026.").sees(receipt);
    lena.get(&app, &accruals).await.sees("owned by Lena Novak");
    assert_eq!(app.count(&format!("assets WHERE owner_id = {jonas_id}")), 0);
    let deeds = app.deeds();
    assert_eq!(deeds[deeds.len() - 2..], ["asset.owner_changed Jonas Vermeulen", "user.deleted Jonas Vermeulen"]);
    let mut subjects = app.mails().await.into_iter().map(|mail| mail.rendered.subject).collect::<Vec<_>>();
    subjects.sort_unstable();
    assert_eq!(subjects[0], "You now own 5 assets at Northwind Trading");
    assert_eq!(subjects.len(), 2, "the deleted user is told of the deletion alone: {subjects:?}");
}

#[apply(both_databases!)]
async fn each_kind_goes_to_an_owner_of_its_own(db: Db) {
    let office = Office::new(db).await;
    let (lena_id, maya_id) = (office.id(LENA), office.id("maya.fischer"));
    let Office { app, mut maya, mut jonas, .. } = office;
    four_assets(&app, &mut jonas).await;
    let delete = delete_path(&app);
    let first = maya.get(&app, &format!("{delete}?per=kind&q=lena")).await;
    first.sees("New owner of folders").sees("Choose for folders");
    assert!(!first.has_form(&delete), "nothing is deleted before each kind has an owner");
    let second = maya.get(&app, &format!("{delete}?per=kind&folder={lena_id}")).await;
    second.sees("New owner: Lena Novak").sees("New owner of processes");
    let last = maya.get(&app, &format!("{delete}?per=kind&folder={lena_id}&process={maya_id}&integration={lena_id}")).await;
    maya.send(&app, &last, &delete, &[]).await.redirects_to("/users-and-groups");
    let page = maya.get(&app, "/users-and-groups").await;
    page.sees("2 folders and 1 integration went to Lena Novak.").sees("1 process went to Maya Fischer.");
    assert_eq!(app.count(&format!("assets WHERE owner_id = {lena_id}")), 3);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_deleted_folder_comes_back_with_the_new_owners_of_its_content(db: Db) {
    let office = Office::new(db).await;
    let (lena_id, maya_id) = (office.id(LENA), office.id("maya.fischer"));
    let Office { app, mut maya, mut jonas, mut lena } = office;
    let [.., finance] = four_assets(&app, &mut jonas).await;
    for kind in ["folder", "process"] {
        create(&app, &mut jonas, kind, "Current", "").await;
    }
    confirm(&app, &mut jonas, &format!("{finance}/delete")).await.is(303);
    let delete = delete_path(&app);
    let owners = [("per", "kind"), ("folder", &lena_id), ("process", &maya_id), ("integration", &maya_id)];
    post(&app, &mut maya, &delete, &owners).await.is(303);
    lena.press(&app, "/assets/deleted", &format!("/assets/deleted/{}/restore", number(&finance))).await.is(303);
    assert_eq!(app.count(&format!("assets WHERE owner_id = {lena_id} AND deleted_at IS NULL")), 3);
    assert_eq!(app.count(&format!("assets WHERE owner_id = {maya_id} AND deleted_at IS NULL")), 3);
    app.mails().await;
}

#[apply(both_databases!)]
async fn without_a_new_owner_who_is_active_nothing_is_deleted(db: Db) {
    let office = Office::new(db).await;
    let (jonas_id, lena_id) = (office.id(JONAS), office.id(LENA));
    let Office { app, mut maya, mut jonas, .. } = office;
    four_assets(&app, &mut jonas).await;
    let delete = delete_path(&app);
    let before = app.deeds().len();
    app.execute("UPDATE user_rows SET blocked_at = created_at WHERE first_name = 'Lena'");
    for (fields, error) in [
        (&[][..], "Choose a person from the results"),
        (&[("user", lena_id.as_str())], "Lena Novak is Deactivated. Only active people can own assets"),
        (&[("user", "987654")], "This person no longer exists"),
        (&[("user", jonas_id.as_str())], "Jonas Vermeulen is being deleted"),
        (&[("per", "kind"), ("folder", lena_id.as_str())], "Choose a person from the results"),
    ] {
        post(&app, &mut maya, &delete, fields).await.is(422).sees(error).sees("Delete Jonas Vermeulen?");
    }
    assert_eq!(app.deeds().len(), before);
    jonas.get(&app, "/assets").await.sees("4 assets");
}

#[apply(both_databases!)]
async fn a_new_owner_of_a_kind_who_is_blocked_meanwhile_is_asked_for_again(db: Db) {
    let office = Office::new(db).await;
    let (lena_id, maya_id) = (office.id(LENA), office.id("maya.fischer"));
    let Office { app, mut maya, mut jonas, .. } = office;
    four_assets(&app, &mut jonas).await;
    let delete = delete_path(&app);
    let last = maya.get(&app, &format!("{delete}?per=kind&folder={maya_id}&process={lena_id}&integration={maya_id}")).await;
    app.execute("UPDATE user_rows SET blocked_at = created_at WHERE first_name = 'Lena'");
    let again = maya.send(&app, &last, &delete, &[]).await;
    again.is(422).sees("Lena Novak is Deactivated.").sees("New owner of processes").sees("New owner: Maya Fischer");
    assert_eq!(app.count("user_rows WHERE deleted_at IS NOT NULL"), 0);
}

#[apply(both_databases!)]
async fn an_inventory_that_changed_is_shown_instead(db: Db) {
    let office = Office::new(db).await;
    let lena_id = office.id(LENA);
    let Office { app, mut maya, mut jonas, .. } = office;
    four_assets(&app, &mut jonas).await;
    let delete = delete_path(&app);
    let question = maya.get(&app, &format!("{delete}?q=lena")).await;
    create(&app, &mut jonas, "process", "Rates", "").await;
    let changed = maya.send(&app, &question, &delete, &[("user", &lena_id)]).await;
    changed.is(409).sees("This has just changed").sees("2: Accruals, Rates").sees("Lena Novak");
    assert!(changed.body.contains(&format!("value=\"{lena_id}\" form=\"add-form\" required checked")), "the choice is kept");
    assert!(app.has_user("jonas.vermeulen@example.com"));
    maya.send(&app, &changed, &delete, &[("user", &lena_id)]).await.is(303);
    app.mails().await;
}

#[apply(both_databases!)]
async fn an_address_names_no_choice_that_the_page_does_not_offer(db: Db) {
    let Office { app, mut maya, .. } = Office::new(db).await;
    let delete = delete_path(&app);
    for query in ["per=all", "folder=x", "process=-1"] {
        maya.get(&app, &format!("{delete}?{query}")).await.is(400);
    }
    maya.get(&app, &format!("{delete}?per=kind&folder=987654")).await.is(200);
}

#[apply(both_databases!)]
async fn assets_with_a_new_owner_stay_there_when_the_user_is_restored(db: Db) {
    let office = Office::new(db).await;
    let (jonas_id, lena_id) = (office.id(JONAS), office.id(LENA));
    let Office { app, mut maya, mut jonas, .. } = office;
    four_assets(&app, &mut jonas).await;
    post(&app, &mut maya, &delete_path(&app), &[("user", &lena_id)]).await.is(303);
    post(&app, &mut maya, &format!("/users-and-groups/deleted/{jonas_id}/restore"), &[]).await.is(303);
    let mut jonas = app.signed_in("jonas.vermeulen@example.com").await;
    jonas.get(&app, "/assets").await.sees("No assets yet");
    app.mails().await;
}

#[apply(both_databases!)]
async fn where_nothing_is_kept_assets_go_to_the_new_owner_too(db: Db) {
    let office = Office::new(db).await;
    let lena_id = office.id(LENA);
    let Office { app, mut maya, mut jonas, .. } = office;
    four_assets(&app, &mut jonas).await;
    app.execute("UPDATE company SET deleted_kept = 0");
    post(&app, &mut maya, &delete_path(&app), &[("user", &lena_id)]).await.is(303);
    maya.get(&app, "/users-and-groups").await.sees("Jonas Vermeulen was deleted. 2 folders");
    assert_eq!(app.count("assets"), 4);
    app.mails().await;
}

/// Creates assets of Jonas's and deletes them.
async fn deleted(app: &TestApp, jonas: &mut Browser, assets: [(&str, &str); 2]) -> [String; 2] {
    let mut paths = [const { String::new() }; 2];
    for (path, (kind, name)) in paths.iter_mut().zip(assets) {
        *path = create(app, jonas, kind, name, "").await;
        confirm(app, jonas, &format!("{path}/delete")).await.is(303);
    }
    paths
}

#[apply(both_databases!)]
async fn a_new_owner_is_asked_for_where_only_deleted_assets_are_left(db: Db) {
    let office = Office::new(db).await;
    let (jonas_id, lena_id) = (office.id(JONAS), office.id(LENA));
    let Office { app, mut maya, mut jonas, mut lena } = office;
    let [rates, _] = deleted(&app, &mut jonas, [("process", "Rates"), ("folder", "Archive")]).await;
    let delete = delete_path(&app);
    let question = maya.get(&app, &format!("{delete}?q=lena")).await;
    question.sees("Jonas owns 2 deleted assets, restorable until 22 Dec 2026 at the latest.").sees("Processes1 deleted").sees("Lena Novak");
    maya.send(&app, &question, &delete, &[]).await.is(422).sees("Choose a person from the results");
    maya.send(&app, &question, &delete, &[("user", &lena_id)]).await.is(303);
    maya.get(&app, "/users-and-groups").await.sees("2 deleted assets went to Lena Novak.");
    lena.press(&app, "/assets/deleted", &format!("/assets/deleted/{}/restore", number(&rates))).await.redirects_to(&rates);
    assert_eq!(app.count(&format!("assets WHERE owner_id = {jonas_id}")), 0);
    app.mails().await;
}

#[apply(both_databases!)]
async fn each_kind_of_deleted_assets_goes_to_an_owner_of_its_own(db: Db) {
    let office = Office::new(db).await;
    let (lena_id, maya_id) = (office.id(LENA), office.id("maya.fischer"));
    let Office { app, mut maya, mut jonas, .. } = office;
    deleted(&app, &mut jonas, [("process", "Rates"), ("folder", "Archive")]).await;
    let owners = [("per", "kind"), ("process", &lena_id), ("folder", &maya_id)];
    post(&app, &mut maya, &delete_path(&app), &owners[..2]).await.is(422);
    post(&app, &mut maya, &delete_path(&app), &owners).await.is(303);
    for (owner, name) in [(&lena_id, "Rates"), (&maya_id, "Archive")] {
        assert_eq!(app.count(&format!("assets WHERE owner_id = {owner} AND name = '{name}'")), 1);
    }
    app.mails().await;
}

#[apply(both_databases!)]
async fn deleted_assets_that_cannot_be_restored_need_no_owner_and_hold_up_no_purge(db: Db) {
    for kept in ["0", "2592000"] {
        let Office { app, mut maya, mut jonas, .. } = Office::new(db).await;
        deleted(&app, &mut jonas, [("process", "Rates"), ("folder", "Archive")]).await;
        app.execute(&format!("UPDATE company SET deleted_kept = {kept}"));
        app.advance(TimeDelta::days(if kept == "0" { 0 } else { 30 }));
        if kept != "0" {
            maya = app.signed_in("maya.fischer@example.com").await;
        }
        let delete = delete_path(&app);
        maya.get(&app, &delete).await.sees_no("What needs a new owner");
        confirm(&app, &mut maya, &delete).await.is(303);
        assert_eq!((app.count("assets"), app.count("asset_ancestors")), (0, 0));
        app.mails().await;
        app.advance(TimeDelta::days(31));
        housekeeping::sweep(&app.ctx).unwrap();
        assert_eq!(app.count("user_rows WHERE first_name = 'Jonas'"), 0);
    }
}

#[apply(both_databases!)]
async fn a_deletion_that_fails_leaves_owner_and_user_as_they_were(db: Db) {
    let office = Office::new(db).await;
    let (jonas_id, lena_id) = (office.id(JONAS), office.id(LENA));
    let Office { app, mut maya, mut jonas, .. } = office;
    four_assets(&app, &mut jonas).await;
    app.refuse("UPDATE ON user_rows", &format!("NEW.id = {jonas_id} AND NEW.deleted_at IS NOT NULL"));
    post(&app, &mut maya, &delete_path(&app), &[("user", &lena_id)]).await.is(500);
    assert_eq!(app.count(&format!("assets WHERE owner_id = {jonas_id}")), 4);
    jonas.get(&app, "/assets").await.is(200);
}

#[apply(both_databases!)]
async fn a_second_press_of_delete_user_says_that_it_is_done(db: Db) {
    let Office { app, mut maya, .. } = Office::new(db).await;
    let delete = delete_path(&app);
    let question = maya.get(&app, &delete).await;
    for said in
        ["Jonas Vermeulen was deleted and can be restored", "Jonas Vermeulen is deleted already and can be restored until 22 Dec 2026."]
    {
        maya.send(&app, &question, &delete, &[]).await.redirects_to("/users-and-groups");
        maya.get(&app, "/users-and-groups").await.sees(said).sees("Restore");
    }
    assert_eq!(app.deeds().iter().filter(|deed| deed.starts_with("user.deleted")).count(), 1);
    app.mails().await;
}

#[apply(both_databases!)]
async fn deleted_assets_past_their_term_go_to_nobody(db: Db) {
    let office = Office::new(db).await;
    let (jonas_id, lena_id) = (office.id(JONAS), office.id(LENA));
    let Office { app, mut jonas, .. } = office;
    for change in [delete_path(&app), format!("/users-and-groups/users/{jonas_id}/assets")].into_iter().rev() {
        deleted(&app, &mut jonas, [("process", "Rates"), ("folder", "Archive")]).await;
        app.advance(TimeDelta::days(31));
        let mut maya = app.signed_in("maya.fischer@example.com").await;
        jonas = app.signed_in("jonas.vermeulen@example.com").await;
        create(&app, &mut jonas, "process", "Accruals", "").await;
        post(&app, &mut maya, &change, &[("user", &lena_id)]).await.is(303);
        assert_eq!(app.count("assets WHERE name IN ('Rates', 'Archive')"), 0, "{change}");
    }
    assert_eq!(app.count(&format!("assets WHERE owner_id = {lena_id}")), 2);
    app.mails().await;
}
