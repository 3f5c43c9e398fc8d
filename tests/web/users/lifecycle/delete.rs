//! Deleting and restoring.

use super::*;

#[apply(both_databases!)]
async fn the_list_of_the_deleted_says_who_deleted_them(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_user("Jonas", "Vermeulen");
    maya.fill(&app, &format!("/users-and-groups/users/{id}/delete"), &[]).await.redirects_to("/users-and-groups");
    let page = maya.get(&app, "/users-and-groups/deleted").await;
    page.sees("Today, 09:20 Maya Fischer 22 Dec 2026").sees_no("Unknown");
    app.mail().await;
}

#[apply(both_databases!)]
async fn the_page_before_deleting_lists_what_goes(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_user("Jonas", "Vermeulen");
    let group = create_group(&app, &mut maya, "Finance").await;
    add_member(&app, &mut maya, &group, id).await.is(303);
    app.signed_in(JONAS).await;
    app.signed_in(JONAS).await;
    let page = maya.get(&app, &user_path(id, "delete")).await;
    page.sees("Delete Jonas Vermeulen?").sees("2, signed out at once").sees("1 group: Finance");
    page.sees("Jonas can be restored until 22 Dec 2026.").sees("Keep Jonas Vermeulen");
    maya.get(&app, "/users-and-groups").await.sees("2 users");
}

#[apply(both_databases!)]
async fn a_deleted_user_is_gone_from_every_list_and_cannot_sign_in(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_user("Jonas", "Vermeulen");
    let group = create_group(&app, &mut maya, "Finance").await;
    add_member(&app, &mut maya, &group, id).await.is(303);
    let mut jonas = app.signed_in(JONAS).await;
    confirm(&app, &mut maya, &user_path(id, "delete")).await.redirects_to("/users-and-groups");
    maya.get(&app, "/users-and-groups").await.sees("Jonas Vermeulen was deleted and can be restored until 22 Dec 2026.");
    let mail = app.mail().await;
    assert_eq!((mail.to.as_str(), mail.rendered.subject.contains("deleted")), (JONAS, true), "{}", mail.rendered.subject);
    jonas.get(&app, "/users-and-groups").await.redirects_to("/sign-in?next=%2Fusers-and-groups");
    for path in [
        "/users-and-groups",
        "/users-and-groups?q=jonas",
        &group,
        &format!("{group}/add?q=jonas"),
        "/users-and-groups/groups/1/add?q=jonas",
    ] {
        maya.get(&app, path).await.is(200).sees_no("Vermeulen");
    }
    maya.get(&app, "/users-and-groups").await.sees("1 user").sees("Finance0");
    app.browser().sign_in(&app, JONAS, crate::helpers::PASSWORD).await.is(422).sees_no("deactivated");
    for what in ["block", "activate", "resend", "revoke"] {
        act(&app, &mut maya, &user_path(id, what)).await.is(404);
    }
}

#[apply(both_databases!)]
async fn a_deleted_admin_is_restored_until_the_date_named_without_the_admin_role(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_user("Jonas", "Vermeulen");
    add_member(&app, &mut maya, "/users-and-groups/groups/1", id).await.is(303);
    confirm(&app, &mut maya, &user_path(id, "delete")).await.is(303);
    app.mails().await;
    app.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
    let mut maya = app.signed_in("maya.fischer@example.com").await;
    maya.get(&app, "/users-and-groups/deleted").await.sees("Jonas Vermeulen").sees("22 Dec 2026");
    maya.press(&app, "/users-and-groups/deleted", &restore(id)).await.redirects_to("/users-and-groups/deleted");
    maya.get(&app, "/users-and-groups/deleted").await.sees("Jonas Vermeulen was restored as an active User.");
    assert_eq!(app.mail().await.rendered.subject, "Your access to Northwind Trading is restored");
    assert!(!row(&maya.get(&app, "/users-and-groups").await, JONAS).contains("Admin"));
    app.signed_in(JONAS).await;
}

#[apply(both_databases!)]
async fn a_restored_user_has_their_groups_accounts_and_permissions_again(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_user("Jonas", "Vermeulen");
    let finance = create_group(&app, &mut maya, "Finance").await;
    add_member(&app, &mut maya, &finance, id).await.is(303);
    let brands = app.create_portfolio("Nordic Brands");
    let [foods, home] = ["Fjord Foods", "Hygge Home"].map(|name| app.create_account(brands, name));
    app.assign(id, foods).await;
    app.assign(id, home).await;
    app.execute(&format!("UPDATE account_assignments SET edits_details = FALSE, sees_billing = TRUE WHERE account_id = {home}"));
    let access = |app: &TestApp| {
        [
            format!("memberships WHERE user_id = {id}"),
            format!("account_assignments WHERE user_id = {id} AND account_id = {foods} AND edits_details AND NOT sees_billing"),
            format!("account_assignments WHERE user_id = {id} AND account_id = {home} AND NOT edits_details AND sees_billing"),
        ]
        .map(|rows| app.count(&rows))
    };
    assert_eq!(access(&app), [1, 1, 1]);
    confirm(&app, &mut maya, &user_path(id, "delete")).await.is(303);
    maya.get(&app, "/users-and-groups").await.sees("Jonas Vermeulen was deleted and can be restored until 22 Dec 2026. Restore");
    assert_eq!(access(&app), [0, 0, 0]);
    maya.press(&app, "/users-and-groups/deleted", &restore(id)).await.is(303);
    maya.get(&app, "/users-and-groups/deleted").await.sees("was restored as an active User with 1 group, 2 accounts.");
    assert_eq!(access(&app), [1, 1, 1]);
    assert_eq!(app.count("deleted_access"), 0);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_portfolio_admin_is_restored_with_the_portfolios(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_portfolio_admin("Jonas", "Vermeulen", &[app.create_portfolio("Nordic Brands")]).await;
    confirm(&app, &mut maya, &user_path(id, "delete")).await.is(303);
    maya.press(&app, "/users-and-groups/deleted", &restore(id)).await.is(303);
    maya.get(&app, "/users-and-groups/deleted").await.sees("was restored as an active Portfolio Admin with 1 portfolio.");
    app.signed_in(JONAS).await.get(&app, "/users-and-permissions").await.is(200);
    app.mails().await;
}

#[apply(both_databases!)]
async fn what_lies_in_a_deactivated_portfolio_is_withheld_from_a_restored_user_and_shown(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let brands = app.create_portfolio("Nordic Brands");
    let id = app.create_portfolio_admin("Jonas", "Vermeulen", &[brands]).await;
    confirm(&app, &mut maya, &user_path(id, "delete")).await.is(303);
    app.execute(&format!("UPDATE portfolios SET deactivated_at = '{}' WHERE id = {brands}", app.now()));
    app.mails().await;
    maya.press(&app, "/users-and-groups/deleted", &restore(id)).await.is(303);
    let page = maya.get(&app, "/users-and-groups/deleted").await;
    page.sees("was restored as an active User.").sees("Not assigned, as the portfolio is deactivated: Nordic Brands.");
    page.sees("Portfolio Admins without portfolios become Users.");
    maya.get(&app, &format!("/users-and-permissions/{id}")).await.sees("Nordic Brands");
    let deeds = app.deeds();
    let expected = ["user.demoted Jonas Vermeulen", "assignment.not_restored Jonas Vermeulen", "user.restored Jonas Vermeulen"];
    assert_eq!(deeds.iter().rev().take(3).collect::<Vec<_>>(), expected);
    let mail = app.mail().await.rendered.text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(mail.contains("Your default role is now User.") && mail.contains("are deactivated or were deleted"), "{mail}");
    app.signed_in(JONAS).await.get(&app, "/users-and-permissions").await.is(403);
}

#[apply(both_databases!)]
async fn an_address_in_use_again_is_told_before_the_restoration(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_user("Jonas", "Vermeulen");
    confirm(&app, &mut maya, &user_path(id, "delete")).await.is(303);
    app.create_user("Jonas", "Vermeulen");
    let page = maya.get(&app, "/users-and-groups/deleted").await;
    page.sees("Address in use by Jonas Vermeulen").sees_no(&restore(id));
    app.mails().await;
}

#[apply(both_databases!)]
async fn after_the_date_named_nobody_is_restored(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_user("Jonas", "Vermeulen");
    confirm(&app, &mut maya, &user_path(id, "delete")).await.is(303);
    app.mails().await;
    app.advance(TimeDelta::days(30));
    let mut maya = app.signed_in("maya.fischer@example.com").await;
    maya.get(&app, "/users-and-groups/deleted").await.sees_no("Vermeulen").sees("No deleted users");
    act(&app, &mut maya, &restore(id)).await.is(404);
}

#[apply(both_databases!)]
async fn a_user_deleted_while_blocked_comes_back_blocked_and_is_not_promised_access(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_user("Jonas", "Vermeulen");
    press(&app, &mut maya, id, "block").await.is(303);
    confirm(&app, &mut maya, &user_path(id, "delete")).await.is(303);
    app.mails().await;
    maya.press(&app, "/users-and-groups/deleted", &restore(id)).await.is(303);
    assert!(row(&maya.get(&app, "/users-and-groups").await, JONAS).contains("Deactivated"));
    assert!(app.mails().await.is_empty());
}

#[apply(both_databases!)]
async fn where_nothing_is_kept_deleting_cannot_be_undone(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_user("Jonas", "Vermeulen");
    sql(&app, "UPDATE company SET deleted_kept = 0");
    maya.get(&app, &user_path(id, "delete")).await.sees("This cannot be undone.").sees_no("can be restored until");
    confirm(&app, &mut maya, &user_path(id, "delete")).await.is(303);
    maya.get(&app, "/users-and-groups").await.sees("Jonas Vermeulen was deleted.");
    maya.get(&app, "/users-and-groups/deleted").await.sees("No deleted users");
    act(&app, &mut maya, &restore(id)).await.is(404);
    assert_eq!(app.mail().await.to.as_str(), JONAS);
}

#[apply(both_databases!)]
async fn the_address_of_a_deleted_user_can_be_invited_at_once_as_a_new_user(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let old = app.create_user("Jonas", "Vermeulen");
    confirm(&app, &mut maya, &user_path(old, "delete")).await.is(303);
    app.mails().await;
    let open = maya.get(&app, "/users-and-groups/deleted").await;
    invite(&app, &mut maya, JONAS).await;
    assert_ne!(app.id_of(JONAS), old);
    let refused = maya.send(&app, &open, &restore(old), &[]).await;
    refused.is(409).sees("This address is in use again").sees("jonas.vermeulen@example.com has been invited again as a new user.");
    assert!(row(&maya.get(&app, "/users-and-groups").await, JONAS).contains("Invited"));
    maya.get(&app, "/users-and-groups/deleted").await.sees("Jonas Vermeulen");
}
