//! Blocking and activating.

use super::*;

#[apply(both_databases!)]
async fn a_blocked_user_is_thrown_out_at_the_next_click(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_user("Jonas", "Vermeulen");
    let mut jonas = app.signed_in(JONAS).await;
    jonas.get(&app, "/users-and-groups").await.is(200);
    press(&app, &mut maya, id, "block").await.redirects_to("/users-and-groups");
    jonas.get(&app, "/users-and-groups").await.redirects_to("/sign-in?next=%2Fusers-and-groups");
    let page = maya.get(&app, "/users-and-groups").await;
    page.sees("Jonas Vermeulen is deactivated and signed out everywhere.").sees("Deactivated");
    assert_eq!(app.mail().await.to.as_str(), JONAS);
}

#[apply(both_databases!)]
async fn a_blocked_user_is_told_so_only_with_the_right_password(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    press(&app, &mut maya, app.create_user("Jonas", "Vermeulen"), "block").await.is(303);
    app.mails().await;
    app.browser().sign_in(&app, JONAS, "not the password at all").await.is(422).sees_no("deactivated");
    app.advance(TimeDelta::minutes(1));
    app.browser().sign_in(&app, JONAS, crate::helpers::PASSWORD).await.is(422).sees("Your access is deactivated. Ask an administrator.");
}

#[apply(both_databases!)]
async fn blocking_cancels_the_mails_that_wait_for_the_user(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_user("Jonas", "Vermeulen");
    add_member(&app, &mut maya, "/users-and-groups/groups/1", id).await.is(303);
    press(&app, &mut maya, id, "block").await.is(303);
    let subjects = app.mails().await.into_iter().filter(|mail| mail.to.as_str() == JONAS).map(|mail| mail.rendered.subject);
    assert_eq!(subjects.collect::<Vec<_>>(), ["Your access to Northwind Trading is blocked"]);
}

#[apply(both_databases!)]
async fn activating_lets_a_user_in_again_with_the_same_password_and_groups(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_user("Jonas", "Vermeulen");
    let group = create_group(&app, &mut maya, "Finance").await;
    add_member(&app, &mut maya, &group, id).await.is(303);
    press(&app, &mut maya, id, "block").await.is(303);
    app.mails().await;
    press(&app, &mut maya, id, "activate").await.redirects_to("/users-and-groups");
    let page = maya.get(&app, "/users-and-groups").await;
    page.sees("Jonas Vermeulen is active and can sign in again.");
    assert!(row(&page, JONAS).contains("Finance"));
    let subjects = app.mails().await.into_iter().map(|mail| mail.rendered.subject).collect::<Vec<_>>();
    assert_eq!(subjects, ["Your access to Northwind Trading is restored"]);
    app.signed_in(JONAS).await;
}
