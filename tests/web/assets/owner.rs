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
    question.sees("Lena Novak").sees("1 folder, 1 process");
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
