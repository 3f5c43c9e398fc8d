//! Shares with users and groups.

use super::*;
use crate::shared::steps::{add_member, confirm, create_group, press, user_path};

#[apply(both_databases!)]
async fn a_share_gives_access_to_a_folder_and_everything_in_it(db: Db) {
    let office = Office::new(db).await;
    let lena_id = office.id(LENA);
    let Office { app, mut jonas, mut lena, .. } = office;
    let folder = create(&app, &mut jonas, "folder", "Finance", "").await;
    let process = create(&app, &mut jonas, "process", "Accruals", &folder).await;
    share(&app, &mut jonas, &folder, &lena_id, "view").await.redirects_to(&format!("{folder}/share"));
    jonas.get(&app, &format!("{folder}/share")).await.sees("Lena Novak now has View access.").sees("lena.novak@example.com");
    lena.get(&app, "/assets").await.sees("No assets yet");
    lena.get(&app, "/assets/shared").await.sees("Finance").sees_no("Accruals");
    lena.get(&app, &folder).await.sees("Accruals");
    lena.get(&app, &process).await.sees("AssetsFinanceAccruals").sees_no("Edit details");
    lena.get(&app, &format!("{process}/edit")).await.is(403);
    let people = jonas.get(&app, &format!("{process}/share")).await;
    people.sees("Not shared yet").sees("Shared through the folder Finance");
}

#[apply(both_databases!)]
async fn shares_come_back_with_a_restored_user(db: Db) {
    let office = Office::new(db).await;
    let lena_id = office.id(LENA);
    let Office { app, mut jonas, mut maya, .. } = office;
    let process = create(&app, &mut jonas, "process", "Accruals", "").await;
    share(&app, &mut jonas, &process, &lena_id, "edit").await.is(303);
    confirm(&app, &mut maya, &format!("/users-and-groups/users/{lena_id}/delete")).await.is(303);
    assert_eq!(app.count("asset_shares"), 0);
    let deleted = "/users-and-groups/deleted";
    maya.press(&app, deleted, &format!("{deleted}/{lena_id}/restore")).await.is(303);
    maya.get(&app, deleted).await.sees("was restored as an active User with 1 shared asset.");
    app.signed_in("lena.novak@example.com").await.get(&app, &format!("{process}/edit")).await.is(200);
    assert_eq!((app.count("asset_shares"), app.count("deleted_shares")), (1, 0));
    app.mails().await;
}

#[apply(both_databases!)]
async fn sharing_again_changes_the_level_and_removing_ends_the_access(db: Db) {
    let office = Office::new(db).await;
    let lena_id = office.id(LENA);
    let Office { app, mut jonas, mut lena, .. } = office;
    let process = create(&app, &mut jonas, "process", "Accruals", "").await;
    for level in ["view", "edit", "edit"] {
        share(&app, &mut jonas, &process, &lena_id, level).await.is(303);
    }
    jonas.get(&app, &format!("{process}/share")).await.sees("No changes to save.");
    lena.get(&app, &format!("{process}/edit")).await.is(200);
    lena.get(&app, &format!("{process}/share")).await.is(403);
    post(&app, &mut jonas, &format!("{process}/share"), &[("user", &lena_id), ("level", "edit"), ("do", "remove")]).await.is(303);
    lena.get(&app, &process).await.is(404);
    let shares = app.deeds().into_iter().filter(|deed| deed.starts_with("asset.share")).collect::<Vec<_>>();
    assert_eq!(shares, ["asset.shared Accruals", "asset.share_changed Accruals", "asset.share_removed Accruals"]);
}

#[apply(both_databases!)]
async fn a_group_gives_its_members_access_as_long_as_it_exists(db: Db) {
    let office = Office::new(db).await;
    let Office { ref app, mut maya, mut jonas, mut lena } = office;
    let group = create_group(app, &mut maya, "Research").await;
    add_member(app, &mut maya, &group, app.id_of("lena.novak@example.com")).await.is(303);
    let process = create(app, &mut jonas, "process", "Accruals", "").await;
    let id = group.rsplit('/').next().unwrap();
    post(app, &mut jonas, &format!("{process}/share"), &[("group", id), ("level", "view")]).await.is(303);
    lena.get(app, &process).await.is(200);
    lena.get(app, "/assets/shared").await.sees("Accruals");
    jonas.get(app, &format!("{process}/share")).await.sees("Group, 1 member").sees("Group Research");
    confirm(app, &mut maya, &format!("{group}/delete")).await.is(303);
    lena.get(app, &process).await.is(404);
    post(app, &mut jonas, &format!("{process}/share"), &[("group", id), ("level", "view")]).await.is(422).sees("no longer exists");
}

#[apply(both_databases!)]
async fn nobody_is_given_access_who_is_deactivated_deleted_or_the_owner(db: Db) {
    let office = Office::new(db).await;
    let (jonas_id, lena_id) = (office.id(JONAS), office.id(LENA));
    let Office { app, mut maya, mut jonas, .. } = office;
    let process = create(&app, &mut jonas, "process", "Accruals", "").await;
    let lena = app.id_of("lena.novak@example.com");
    press(&app, &mut maya, lena, "block").await.is(303);
    share(&app, &mut jonas, &process, &lena_id, "view").await.is(422).sees("You can share with active people only").sees_no("Lena");
    confirm(&app, &mut maya, &user_path(lena, "delete")).await.is(303);
    share(&app, &mut jonas, &process, &lena_id, "view").await.is(422).sees("This person or group no longer exists");
    share(&app, &mut jonas, &process, &jonas_id, "view").await.is(422).sees("Jonas Vermeulen already owns this");
    post(&app, &mut jonas, &format!("{process}/share"), &[("level", "view")]).await.is(422).sees("Choose a person or a group");
    assert_eq!(app.count("asset_shares"), 0);
}

#[apply(both_databases!)]
async fn a_search_offers_groups_and_active_people(db: Db) {
    let Office { app, mut maya, mut jonas, mut lena } = Office::new(db).await;
    let group = create_group(&app, &mut maya, "Novelties").await;
    add_member(&app, &mut maya, &group, app.id_of("lena.novak@example.com")).await.is(303);
    let process = create(&app, &mut jonas, "process", "Accruals", "").await;
    let share = format!("{process}/share");
    jonas.get(&app, &share).await.sees_no("Novelties");
    let found = jonas.get(&app, &format!("{share}?q=nov")).await;
    found.sees("2 match “nov”").sees("NoveltiesGroup, 1 member").sees("Lena Novak");
    jonas.get(&app, &format!("{share}?q=vermeu")).await.sees("No one whom you can share with matches “vermeu”");
    jonas.get(&app, &format!("{share}?q=admins")).await.sees_no("Group,");
    let who = format!("g{}", group.rsplit('/').next().unwrap());
    jonas.send(&app, &found, &share, &[("who", &who), ("level", "view")]).await.redirects_to(&share);
    lena.get(&app, &process).await.is(200);
}

#[apply(both_databases!)]
async fn the_shares_with_a_user_end_with_their_deletion(db: Db) {
    let office = Office::new(db).await;
    let lena_id = office.id(LENA);
    let Office { app, mut maya, mut jonas, .. } = office;
    let process = create(&app, &mut jonas, "process", "Accruals", "").await;
    share(&app, &mut jonas, &process, &lena_id, "edit").await.is(303);
    confirm(&app, &mut maya, &user_path(app.id_of("lena.novak@example.com"), "delete")).await.is(303);
    assert_eq!(app.count("asset_shares"), 0);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_folder_that_the_owner_may_not_see_is_not_named_on_the_share_page(db: Db) {
    let office = Office::new(db).await;
    let lena_id = office.id(LENA);
    let Office { ref app, mut jonas, mut lena, .. } = office;
    let folder = create(app, &mut jonas, "folder", "Top secret", "").await;
    let inner = create(app, &mut jonas, "folder", "Drafts", &folder).await;
    share(app, &mut jonas, &inner, &lena_id, "edit").await.is(303);
    let process = create(app, &mut lena, "process", "Ledger close", &inner).await;
    let page = lena.get(app, &format!("{process}/share")).await;
    page.is(200).sees("Owner of a folder above").sees("Owner of the folder Drafts").sees_no("Top secret");
}

#[apply(both_databases!)]
async fn deactivated_people_are_marked_and_keep_their_shares_for_later(db: Db) {
    let office = Office::new(db).await;
    let lena_id = office.id(LENA);
    let Office { ref app, mut maya, mut jonas, mut lena } = office;
    let folder = create(app, &mut jonas, "folder", "Finance", "").await;
    share(app, &mut jonas, &folder, &lena_id, "edit").await.is(303);
    let process = create(app, &mut lena, "process", "Rates", &folder).await;
    let page = jonas.get(app, &format!("{folder}/share")).await;
    page.sees("Lena Novaklena.novak@example.com").sees_no("Deactivated");
    press(app, &mut maya, app.id_of("lena.novak@example.com"), "block").await.is(303);
    let page = jonas.get(app, &format!("{folder}/share")).await;
    page.sees("Lena NovakDeactivatedlena.novak@example.com").sees("Shared directlyDeactivatedEdit");
    page.sees("Deactivated people have no access until they are reactivated.");
    lena.get(app, &process).await.is(303);
    press(app, &mut maya, app.id_of("lena.novak@example.com"), "activate").await.is(303);
    let mut lena = app.signed_in("lena.novak@example.com").await;
    lena.get(app, &format!("{folder}/edit")).await.is(200);
    lena.get(app, &process).await.sees("owned by Lena Novak");
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_share_with_a_deactivated_user_is_lowered_and_ended(db: Db) {
    let office = Office::new(db).await;
    let lena_id = office.id(LENA);
    let Office { ref app, mut maya, mut jonas, .. } = office;
    let process = create(app, &mut jonas, "process", "Ledger close", "").await;
    share(app, &mut jonas, &process, &lena_id, "edit").await.is(303);
    crate::shared::steps::press(app, &mut maya, app.id_of("lena.novak@example.com"), "block").await.is(303);
    share(app, &mut jonas, &process, &lena_id, "view").await.is(303);
    post(app, &mut jonas, &format!("{process}/share"), &[("user", &lena_id), ("level", "view"), ("do", "remove")]).await.is(303);
    jonas.get(app, &format!("{process}/share")).await.sees("Not shared yet");
}

#[apply(both_databases!)]
async fn assets_of_the_reader_are_not_listed_as_shared_with_them(db: Db) {
    let Office { ref app, mut maya, mut lena, .. } = Office::new(db).await;
    let group = crate::shared::steps::create_group(app, &mut maya, "Research").await;
    let lena_user = app.id_of("lena.novak@example.com");
    crate::shared::steps::add_member(app, &mut maya, &group, lena_user).await.is(303);
    let process = create(app, &mut lena, "process", "Ledger close", "").await;
    let group_id = group.rsplit('/').next().unwrap();
    post(app, &mut lena, &format!("{process}/share"), &[("group", group_id), ("level", "view")]).await.is(303);
    lena.get(app, "/assets/shared").await.is(200).sees_no("Ledger close");
}
