//! Changes of owner.

use super::*;
use crate::shared::steps::{confirm, user_path};

#[apply(both_databases!)]
async fn an_admin_changes_the_owner_of_a_folder_with_its_content_and_both_are_told(db: Db) {
    let mut office = Office::new(db).await;
    let (app, jonas) = (&office.app, &mut office.jonas);
    let folder = create(app, jonas, "folder", "Finance", "").await;
    let process = create(app, jonas, "process", "Accruals", &folder).await;
    let lena_id = office.id(LENA);
    let Office { app, mut maya, mut jonas, mut lena } = office;
    let owner = format!("{folder}/owner");
    maya.get(&app, &folder).await.sees("Change owner");
    let question = maya.get(&app, &format!("{owner}?q=lena")).await;
    question.sees("Lena Novak").sees("1 folder and 1 process");
    maya.send(&app, &question, &owner, &[("user", &lena_id)]).await.redirects_to(&folder);
    maya.get(&app, &folder).await.sees("Lena Novak now owns 2 assets.");
    lena.get(&app, &process).await.sees("owned by Lena Novak").sees("MoveDeleteShare");
    jonas.get(&app, &format!("{process}/edit")).await.is(200);
    jonas.get(&app, &format!("{process}/delete")).await.is(403);
    let subjects = app.mails().await.into_iter().map(|mail| mail.rendered.subject).collect::<Vec<_>>();
    assert_eq!(subjects, ["You now own Finance at Northwind Trading", "You no longer own Finance at Northwind Trading"]);
}

#[apply(both_databases!)]
async fn without_a_share_to_edit_the_old_owner_keeps_nothing(db: Db) {
    let office = Office::new(db).await;
    let lena_id = office.id(LENA);
    let Office { app, mut maya, mut jonas, mut lena } = office;
    let process = create(&app, &mut jonas, "process", "Accruals", "").await;
    share(&app, &mut jonas, &process, &lena_id, "view").await.is(303);
    post(&app, &mut maya, &format!("{process}/owner"), &[("user", &lena_id)]).await.is(303);
    jonas.get(&app, &process).await.is(404);
    lena.get(&app, &format!("{process}/share")).await.sees("Not shared yet");
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_user_is_deleted_once_everything_they_own_has_another_owner(db: Db) {
    let office = Office::new(db).await;
    let lena_id = office.id(LENA);
    let Office { app, mut maya, mut jonas, mut lena } = office;
    for name in ["Accruals", "Rates"] {
        create(&app, &mut jonas, "process", name, "").await;
    }
    let id = app.id_of("jonas.vermeulen@example.com");
    let all = user_path(id, "assets");
    maya.get(&app, &all).await.sees("Jonas Vermeulen owns 2 processes");
    post(&app, &mut maya, &all, &[("user", &lena_id)]).await.is(303);
    post(&app, &mut maya, &all, &[("user", &lena_id)]).await.is(303);
    maya.get(&app, "/users-and-groups").await.sees("Jonas Vermeulen owns no assets.");
    lena.get(&app, "/assets").await.sees("2 assets");
    maya.get(&app, &user_path(id, "delete")).await.sees_no("What needs a new owner");
    confirm(&app, &mut maya, &user_path(id, "delete")).await.is(303);
    assert_eq!(app.deeds().iter().filter(|deed| deed.starts_with("asset.owner_changed")).count(), 1);
    app.mails().await;
}

#[apply(both_databases!)]
async fn only_active_users_become_owners_and_only_admins_name_them(db: Db) {
    let office = Office::new(db).await;
    let (jonas_id, lena_id) = (office.id(JONAS), office.id(LENA));
    let Office { app, mut maya, mut jonas, .. } = office;
    let process = create(&app, &mut jonas, "process", "Accruals", "").await;
    let owner = format!("{process}/owner");
    jonas.get(&app, &owner).await.is(403);
    app.execute("UPDATE user_rows SET blocked_at = created_at WHERE first_name = 'Lena'");
    post(&app, &mut maya, &owner, &[("user", &lena_id)]).await.is(422).sees("Lena Novak is Deactivated.");
    post(&app, &mut maya, &owner, &[("user", &jonas_id)]).await.is(422).sees("Jonas Vermeulen already owns this");
    post(&app, &mut maya, &owner, &[("user", "987654")]).await.is(422).sees("This person no longer exists");
    post(&app, &mut maya, &owner, &[]).await.is(422).sees("Choose a person from the results");
}

#[apply(both_databases!)]
async fn selected_assets_of_several_owners_go_to_one_and_each_owner_gets_one_mail(db: Db) {
    let office = Office::new(db).await;
    let lena_id = office.id(LENA);
    let Office { app, mut maya, mut jonas, mut lena } = office;
    let ids = [
        create(&app, &mut jonas, "process", "Accruals", "").await,
        create(&app, &mut jonas, "process", "Rates", "").await,
        create(&app, &mut maya, "folder", "Finance", "").await,
        create(&app, &mut lena, "process", "Tax", "").await,
    ];
    let [accruals, rates, finance, tax] = ids.each_ref().map(|path| number(path));
    assert!(maya.get(&app, "/assets/all").await.body.contains("action=\"/assets/owner\""));
    assert!(!maya.get(&app, "/assets").await.body.contains("action=\"/assets/owner\""));
    let query = format!("/assets/owner?asset={accruals}&asset={rates}&asset={finance}&asset={tax}&q=lena");
    let question = maya.get(&app, &query).await;
    question.sees("4 assets, owned by Maya Fischer, Jonas Vermeulen, Lena Novak").sees("Accruals").sees("Finance").sees("Lena Novak");
    let sent = post(
        &app,
        &mut maya,
        "/assets/owner",
        &[("asset", accruals), ("asset", rates), ("asset", finance), ("asset", tax), ("user", &lena_id), ("keeps_edit", "on")],
    )
    .await;
    sent.redirects_to("/assets/all");
    maya.get(&app, "/assets/all").await.sees("Lena Novak now owns 3 assets.");
    lena.get(&app, "/assets").await.sees("4 assets");
    jonas.get(&app, &format!("/assets/{rates}/edit")).await.is(200);
    let mails = app.mails().await;
    let mut told = mails.iter().map(|mail| (mail.to.as_str(), mail.rendered.subject.as_str())).collect::<Vec<_>>();
    told.sort_unstable();
    let expected = [
        ("jonas.vermeulen@example.com", "You no longer own 2 assets at Northwind Trading"),
        ("lena.novak@example.com", "You now own 3 assets at Northwind Trading"),
    ];
    assert_eq!(told, expected, "the Admin who acts needs no mail");
}

#[apply(both_databases!)]
async fn without_a_selection_no_owner_is_changed(db: Db) {
    let Office { app, mut maya, .. } = Office::new(db).await;
    maya.get(&app, "/assets/owner").await.redirects_to("/assets/all");
    maya.get(&app, "/assets/all").await.sees("Select the assets first.");
    maya.get(&app, "/assets/owner?asset=999999").await.is(404);
    maya.get(&app, "/assets/owner?asset=x").await.is(400);
    let many = (1..=201).map(|id| format!("asset={id}")).collect::<Vec<_>>().join("&");
    maya.get(&app, &format!("/assets/owner?{many}")).await.is(400);
}

#[apply(both_databases!)]
async fn of_two_admins_who_change_one_owner_the_second_is_told(db: Db) {
    let office = Office::new(db).await;
    let (lena_id, maya_id) = (office.id(LENA), office.id("maya.fischer"));
    let Office { app, mut maya, mut jonas, .. } = office;
    app.create_admin("Ada", "Other");
    let mut ada = app.signed_in("ada.other@example.com").await;
    let process = create(&app, &mut jonas, "process", "Accruals", "").await;
    let owner = format!("{process}/owner");
    let questions = [maya.get(&app, &owner).await, ada.get(&app, &owner).await];
    maya.send(&app, &questions[0], &owner, &[("user", &lena_id)]).await.is(303);
    let told = ada.send(&app, &questions[1], &owner, &[("user", &maya_id), ("q", "maya")]).await;
    told.is(409).sees("This has just changed").sees("owned by Lena Novak").sees("Maya Fischer");
    assert_eq!(app.count(&format!("assets WHERE owner_id = {lena_id}")), 1);
    ada.send(&app, &told, &owner, &[("user", &maya_id)]).await.redirects_to(&process);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_second_press_of_change_owner_says_that_it_is_done(db: Db) {
    let office = Office::new(db).await;
    let (jonas_id, lena_id) = (office.id(JONAS), office.id(LENA));
    let Office { ref app, mut maya, mut jonas, .. } = office;
    let process = create(app, &mut jonas, "process", "Accruals", "").await;
    create(app, &mut jonas, "process", "Rates", "").await;
    let (owner, all) = (format!("{process}/owner"), format!("/users-and-groups/users/{jonas_id}/assets"));
    for (form, next, said) in
        [(&owner, &*process, "Lena Novak already owns this."), (&all, "/users-and-groups", "Jonas Vermeulen owns no assets.")]
    {
        let question = maya.get(app, form).await;
        for _ in 0..2 {
            maya.send(app, &question, form, &[("user", &lena_id)]).await.redirects_to(next);
        }
        maya.get(app, next).await.sees(said);
    }
    assert_eq!(app.deeds().iter().filter(|deed| deed.starts_with("asset.owner_changed")).count(), 2);
    app.mails().await;
}

#[apply(both_databases!)]
async fn of_a_user_who_owns_nothing_no_owner_is_changed(db: Db) {
    let office = Office::new(db).await;
    let (jonas_id, lena_id) = (office.id(JONAS), office.id(LENA));
    let Office { ref app, mut maya, .. } = office;
    let all = format!("/users-and-groups/users/{jonas_id}/assets");
    let page = maya.get(app, &all).await;
    page.is(200).sees("Jonas Vermeulen owns no assets").sees("Nothing to hand over").sees("Back to Users & Groups");
    assert!(!page.has_form(&all) && page.has_link("/users-and-groups"));
    post(app, &mut maya, &all, &[("user", &lena_id)]).await.redirects_to("/users-and-groups");
    maya.get(app, "/users-and-groups").await.sees("Jonas Vermeulen owns no assets.");
}

#[apply(both_databases!)]
async fn deleted_assets_go_along_with_everything_of_their_owner(db: Db) {
    let office = Office::new(db).await;
    let (jonas_id, lena_id) = (office.id(JONAS), office.id(LENA));
    let Office { app, mut maya, mut jonas, mut lena } = office;
    create(&app, &mut jonas, "process", "Accruals", "").await;
    let gone = create(&app, &mut jonas, "process", "Old checklist", "").await;
    confirm(&app, &mut jonas, &format!("{gone}/delete")).await.is(303);
    let all = user_path(app.id_of("jonas.vermeulen@example.com"), "assets");
    maya.get(&app, &all).await.sees("Jonas Vermeulen owns 1 process and 1 deleted asset");
    post(&app, &mut maya, &all, &[("user", &lena_id)]).await.is(303);
    lena.press(&app, "/assets/deleted", &format!("/assets/deleted/{}/restore", number(&gone))).await.redirects_to(&gone);
    assert_eq!(app.count(&format!("assets WHERE owner_id = {jonas_id}")), 0);
    app.mails().await;
}

#[apply(both_databases!)]
async fn assets_that_came_since_the_page_do_not_go_along_unseen(db: Db) {
    let office = Office::new(db).await;
    let (jonas_id, lena_id) = (office.id(JONAS), office.id(LENA));
    let Office { ref app, mut maya, mut jonas, .. } = office;
    create(app, &mut jonas, "process", "Ledger close", "").await;
    let path = format!("/users-and-groups/users/{jonas_id}/assets");
    let page = maya.get(app, &path).await;
    let later = create(app, &mut jonas, "folder", "Finance", "").await;
    let again = maya.send(app, &page, &path, &[("user", &lena_id)]).await;
    again.is(409).sees("1 folder");
    jonas.get(app, &format!("{later}/share")).await.is(200);
    maya.send(app, &again, &path, &[("user", &lena_id)]).await.is(303);
}

#[apply(both_databases!)]
async fn everything_of_a_user_is_handed_over_from_the_list_of_it_and_from_their_deletion(db: Db) {
    let office = Office::new(db).await;
    let jonas_id = office.id(JONAS);
    let lena_id = office.id(LENA);
    let Office { ref app, mut maya, mut jonas, .. } = office;
    create(app, &mut jonas, "process", "Accruals", "").await;
    let all = format!("/users-and-groups/users/{jonas_id}/assets");
    let list = maya.get(app, "/assets/all").await;
    list.sees_no("Change owner of everything");
    let owned = maya.get(app, &format!("/assets?owner={jonas_id}")).await;
    assert!(list.has_link(&format!("/assets?owner={jonas_id}")));
    assert_eq!(link(&owned, "Change owner of everything"), all);
    let deletion = maya.get(app, &format!("/users-and-groups/users/{jonas_id}/delete")).await;
    assert_eq!(link(&deletion, "change the owner"), all);
    jonas.get(app, &format!("/assets?owner={jonas_id}")).await.sees_no("Change owner of everything");
    maya.get(app, &format!("/assets?owner={lena_id}")).await.sees_no("Change owner of everything");
}
