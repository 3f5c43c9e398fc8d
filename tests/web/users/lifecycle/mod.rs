//! Block, activate, delete, restore.

use chrono::TimeDelta;
use usher::{
    domain::ids::UserId,
    store::groups,
    usecases::{ADMINS, ActionError, EntryPoint, groups as memberships, users},
};

use crate::{
    helpers::{Browser, TestApp},
    shared::steps::{add_member, at_once, confirm, create_group, csrf, invite, press, row, sql, user_path},
};

const JONAS: &str = "jonas.vermeulen@example.com";

#[apply(both_databases!)]
async fn the_list_of_the_deleted_says_who_deleted_them(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_user("Jonas", "Vermeulen");
    maya.fill(&app, &format!("/users-and-groups/users/{id}/delete"), &[]).await.redirects_to("/users-and-groups");
    let page = maya.get(&app, "/users-and-groups/deleted").await;
    page.sees("Today, 09:20 Maya Fischer 22 Dec 2026").sees_no("Not known");
    app.mail().await;
}

#[apply(both_databases!)]
async fn the_admins_group_says_how_many_of_them_are_active(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_admin("Daniel", "Moreau");
    maya.press(&app, "/users-and-groups", &format!("/users-and-groups/users/{id}/block")).await.redirects_to("/users-and-groups");
    maya.get(&app, "/users-and-groups/groups/1").await.sees("2 members, 1 of them active").sees("Last active Admin");
    app.mails().await;
}

#[apply(both_databases!)]
async fn somebody_blocked_is_thrown_out_at_the_next_click(db: Db) {
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
async fn somebody_blocked_is_told_so_only_with_the_right_password(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    press(&app, &mut maya, app.create_user("Jonas", "Vermeulen"), "block").await.is(303);
    app.mails().await;
    app.browser().sign_in(&app, JONAS, "not the password at all").await.is(422).sees_no("deactivated");
    app.advance(TimeDelta::minutes(1));
    app.browser().sign_in(&app, JONAS, crate::helpers::PASSWORD).await.is(422).sees("This user is deactivated. Ask an administrator.");
}

#[apply(both_databases!)]
async fn blocking_cancels_the_mails_that_wait_for_the_person(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_user("Jonas", "Vermeulen");
    add_member(&app, &mut maya, "/users-and-groups/groups/1", id).await.is(303);
    press(&app, &mut maya, id, "block").await.is(303);
    let subjects = app.mails().await.into_iter().filter(|mail| mail.to.as_str() == JONAS).map(|mail| mail.rendered.subject);
    assert_eq!(subjects.collect::<Vec<_>>(), ["Your access to Northwind Trading is blocked"]);
}

#[apply(both_databases!)]
async fn activating_lets_somebody_in_again_with_the_same_password_and_groups(db: Db) {
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
async fn somebody_deleted_is_gone_from_every_list_and_cannot_sign_in(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_user("Jonas", "Vermeulen");
    let group = create_group(&app, &mut maya, "Finance").await;
    add_member(&app, &mut maya, &group, id).await.is(303);
    let mut jonas = app.signed_in(JONAS).await;
    confirm(&app, &mut maya, &user_path(id, "delete")).await.redirects_to("/users-and-groups");
    maya.get(&app, "/users-and-groups").await.sees("Jonas Vermeulen is deleted and can be restored until 22 Dec 2026.");
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
    maya.get(&app, "/users-and-groups").await.sees("1–1 of 1 user").sees("Finance0");
    app.browser().sign_in(&app, JONAS, crate::helpers::PASSWORD).await.is(422).sees_no("deactivated");
    for what in ["block", "activate", "delete", "resend", "revoke"] {
        act(&app, &mut maya, &user_path(id, what)).await.is(404);
    }
}

#[apply(both_databases!)]
async fn somebody_deleted_is_restored_without_groups_until_the_date_named(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_user("Jonas", "Vermeulen");
    add_member(&app, &mut maya, "/users-and-groups/groups/1", id).await.is(303);
    confirm(&app, &mut maya, &user_path(id, "delete")).await.is(303);
    app.mails().await;
    app.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
    let mut maya = app.signed_in("maya.fischer@example.com").await;
    maya.get(&app, "/users-and-groups/deleted").await.sees("Jonas Vermeulen").sees("22 Dec 2026");
    maya.press(&app, "/users-and-groups/deleted", &restore(id)).await.redirects_to("/users-and-groups/deleted");
    maya.get(&app, "/users-and-groups/deleted")
        .await
        .sees("Jonas Vermeulen is restored: Active, User. Group memberships and assignments are not restored.");
    assert_eq!(app.mail().await.rendered.subject, "Your access to Northwind Trading is restored");
    assert!(!row(&maya.get(&app, "/users-and-groups").await, JONAS).contains("Admin"));
    app.signed_in(JONAS).await;
}

#[apply(both_databases!)]
async fn a_portfolio_admin_is_restored_as_a_user_since_the_portfolios_are_gone(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_portfolio_admin("Jonas", "Vermeulen", &[app.create_portfolio("Nordic Brands")]).await;
    confirm(&app, &mut maya, &user_path(id, "delete")).await.is(303);
    app.mails().await;
    maya.press(&app, "/users-and-groups/deleted", &restore(id)).await.is(303);
    let page = maya.get(&app, "/users-and-groups/deleted").await;
    page.sees("Jonas Vermeulen is restored: Active, User.").sees("A Portfolio Admin without portfolios is a User.");
    assert_eq!(app.count("users WHERE default_role = 'portfolio_admin'"), 0);
    assert_eq!(app.deeds().iter().rev().take(2).collect::<Vec<_>>(), ["user.edited Jonas Vermeulen", "user.restored Jonas Vermeulen"]);
    let mail = app.mail().await.rendered.text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(mail.contains("Default role: User.") && mail.contains("taken away when your user was deleted"), "{mail}");
    app.signed_in(JONAS).await.get(&app, "/users-and-permissions").await.is(403);
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
async fn somebody_deleted_while_blocked_comes_back_blocked_and_is_not_promised_access(db: Db) {
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
    maya.get(&app, "/users-and-groups").await.sees("Jonas Vermeulen is deleted.");
    maya.get(&app, "/users-and-groups/deleted").await.sees("No deleted users");
    act(&app, &mut maya, &restore(id)).await.is(404);
    assert_eq!(app.mail().await.to.as_str(), JONAS);
}

#[apply(both_databases!)]
async fn the_address_of_somebody_deleted_can_be_invited_at_once_as_a_new_person(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let old = app.create_user("Jonas", "Vermeulen");
    confirm(&app, &mut maya, &user_path(old, "delete")).await.is(303);
    app.mails().await;
    invite(&app, &mut maya, JONAS).await;
    assert_ne!(app.id_of(JONAS), old);
    let refused = maya.press(&app, "/users-and-groups/deleted", &restore(old)).await;
    refused.is(409).sees("The address is in use again").sees("jonas.vermeulen@example.com was invited again as a new person.");
    assert!(row(&maya.get(&app, "/users-and-groups").await, JONAS).contains("Invited"));
    maya.get(&app, "/users-and-groups/deleted").await.sees("Jonas Vermeulen");
}

#[apply(both_databases!)]
async fn nobody_acts_on_themselves(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.create_admin("Ada", "Other");
    app.mails().await;
    let own = app.id_of("maya.fischer@example.com");
    let list = maya.get(&app, "/users-and-groups").await;
    assert!(row(&list, "maya.fischer@example.com").contains("Your account"));
    for what in ["block", "activate", "delete"] {
        assert!(!list.has_form(&user_path(own, what)) && !list.has_link(&user_path(own, what)));
        act(&app, &mut maya, &user_path(own, what)).await.is(409).sees("Not on your own user");
    }
    maya.get(&app, &user_path(own, "delete")).await.is(409);
    maya.get(&app, "/users-and-groups").await.is(200);
}

#[apply(both_databases!)]
async fn an_admin_blocks_and_deletes_other_admins(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let (ada, bo) = (app.create_admin("Ada", "Other"), app.create_admin("Bo", "Third"));
    app.mails().await;
    let mut ada_browser = app.signed_in("ada.other@example.com").await;
    press(&app, &mut maya, ada, "block").await.is(303);
    confirm(&app, &mut maya, &user_path(bo, "delete")).await.is(303);
    ada_browser.get(&app, "/users-and-groups").await.is(303);
    maya.get(&app, "/users-and-groups").await.sees("You are the only active Admin.");
    app.mails().await;
}

#[apply(both_databases!)]
async fn the_last_active_admin_stays(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let own = app.id_of("maya.fischer@example.com");
    let page = act(&app, &mut maya, &format!("/users-and-groups/groups/1/members/{own}/remove")).await;
    page.is(409).sees("Maya Fischer is the last active Admin. Appoint another Admin first.");
    let blocked = app.create_admin("Ada", "Other");
    press(&app, &mut maya, blocked, "block").await.is(303);
    app.mails().await;
    let page = act(&app, &mut maya, &format!("/users-and-groups/groups/1/members/{own}/remove")).await;
    page.is(409).sees("Maya Fischer is the last active Admin.");
    maya.get(&app, "/users-and-groups/groups/1").await.sees("Last active Admin");
}

#[apply(both_databases!)]
async fn of_two_admins_who_block_each_other_at_the_same_moment_one_stays(db: Db) {
    each_other(db, |ctx, by, other| users::lifecycle::block(ctx, &by.into(), EntryPoint::UsersAndGroups, other).map(|_| ())).await;
}

#[apply(both_databases!)]
async fn of_two_admins_who_delete_each_other_at_the_same_moment_one_stays(db: Db) {
    each_other(db, |ctx, by, other| users::lifecycle::delete(ctx, &by.into(), other).map(|_| ())).await;
}

#[apply(both_databases!)]
async fn of_two_admins_who_remove_each_other_at_the_same_moment_one_stays(db: Db) {
    each_other(db, |ctx, by, other| memberships::remove(ctx, &by.into(), ADMINS, other).map(|_| ())).await;
}

#[apply(both_databases!)]
async fn of_two_admins_who_leave_at_the_same_moment_one_stays(db: Db) {
    each_other(db, |ctx, by, _| memberships::remove(ctx, &by.clone().into(), ADMINS, by.user).map(|_| ())).await;
}

#[apply(both_databases!)]
async fn whoever_is_no_admin_can_do_nothing_of_theirs(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let (target, blocked) = (app.create_user("Target", "Person"), app.create_user("Blocked", "Person"));
    let group = create_group(&app, &mut maya, "Finance").await;
    add_member(&app, &mut maya, &group, target).await.is(303);
    press(&app, &mut maya, blocked, "block").await.is(303);
    app.mails().await;
    invite(&app, &mut maya, "open@example.com").await;
    let (open, own) = (app.id_of("open@example.com"), app.create_user("Jonas", "Vermeulen"));
    let mut jonas = app.signed_in(JONAS).await;
    let (csrf, deeds) = (csrf(&app, &mut jonas).await, app.deeds());
    let admin = app.id_of("maya.fischer@example.com");
    let of = user_path;
    let own_id = own.to_string();
    let attempts = [
        (403, "/users-and-groups/new-user".to_owned(), Some(("email", "eve@example.com"))),
        (403, "/users-and-groups/new-group".to_owned(), Some(("name", "Mine"))),
        (403, of(target, "block"), None),
        (403, of(admin, "block"), None),
        (403, of(own, "block"), None),
        (403, of(UserId(9999), "block"), None),
        (403, of(blocked, "activate"), None),
        (403, of(target, "delete"), None),
        (403, of(open, "resend"), None),
        (403, of(open, "revoke"), None),
        (403, restore(target), None),
        (403, format!("{group}/add"), Some(("user", &*own_id))),
        (403, format!("{group}/rename"), Some(("name", "Mine"))),
        (403, format!("{group}/delete"), None),
        (403, format!("{group}/members/{target}/remove"), None),
        (404, "/users-and-groups/groups/1/add".to_owned(), Some(("user", &*own_id))),
        (404, format!("/users-and-groups/groups/1/members/{admin}/remove"), None),
        (404, "/users-and-groups/groups/9999/add".to_owned(), Some(("user", &*own_id))),
    ];
    for (status, path, field) in &attempts {
        let fields = field.iter().copied().chain([("csrf", &*csrf)]).collect::<Vec<_>>();
        let page = jonas.post(&app, path, &fields).await;
        assert_eq!(page.status.as_u16(), *status, "{path}: {}", page.text());
    }
    assert_eq!(app.deeds(), deeds);
    assert!(app.mails().await.is_empty());
}

#[apply(both_databases!)]
async fn without_a_session_an_administrators_button_does_nothing(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let (id, csrf) = (app.create_user("Jonas", "Vermeulen"), csrf(&app, &mut maya).await);
    let deeds = app.deeds();
    app.browser().post(&app, &user_path(id, "block"), &[("csrf", &csrf)]).await.redirects_to("/sign-in?unsent=true");
    assert_eq!(app.deeds(), deeds);
}

#[apply(both_databases!)]
async fn on_an_old_page_one_is_told_that_somebody_else_was_faster(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.create_admin("Ada", "Other");
    let (jonas, group) = (app.create_user("Jonas", "Vermeulen"), create_group(&app, &mut maya, "Finance").await);
    add_member(&app, &mut maya, &group, jonas).await.is(303);
    let remove = format!("{group}/members/{jonas}/remove");
    let mut ada = app.signed_in("ada.other@example.com").await;
    let (list, delete, question) =
        (maya.get(&app, "/users-and-groups").await, maya.get(&app, &user_path(jonas, "delete")).await, maya.get(&app, &remove).await);
    confirm(&app, &mut ada, &remove).await.is(303);
    maya.send(&app, &question, &remove, &[]).await.redirects_to(&group);
    maya.get(&app, &group).await.sees("Jonas Vermeulen is not in the group any more. Nothing was changed.");
    press(&app, &mut ada, jonas, "block").await.is(303);
    maya.send(&app, &list, &user_path(jonas, "block"), &[]).await.redirects_to("/users-and-groups");
    maya.get(&app, "/users-and-groups").await.sees("Jonas Vermeulen is Deactivated now. Nothing was changed.");
    confirm(&app, &mut ada, &user_path(jonas, "delete")).await.is(303);
    maya.send(&app, &delete, &user_path(jonas, "delete"), &[]).await.is(404);
    app.mails().await;
}

#[apply(both_databases!)]
async fn an_invitation_accepted_meanwhile_is_neither_revoked_nor_resent(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let noor = app.id_of("noor@example.com");
    let (list, question) = (maya.get(&app, "/users-and-groups").await, maya.get(&app, &user_path(noor, "revoke")).await);
    app.browser().fill(&app, &link, &crate::shared::steps::NOOR).await.is(303);
    maya.send(&app, &question, &user_path(noor, "revoke"), &[]).await.is(409).sees("Noor van Dijk is Active now");
    maya.send(&app, &list, &user_path(noor, "resend"), &[]).await.is(303);
    maya.get(&app, "/users-and-groups").await.sees("Noor van Dijk is Active now. Nothing was changed.");
    assert!(app.mails().await.is_empty());
}

#[apply(both_databases!)]
async fn ids_that_are_nobodys_lead_nowhere(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for id in ["9999", "0", "-1", "9223372036854775808", "abc", "1%00", "1e3"] {
        for what in ["block", "activate", "resend", "revoke", "delete"] {
            act(&app, &mut maya, &format!("/users-and-groups/users/{id}/{what}")).await.is(404);
        }
        act(&app, &mut maya, &format!("/users-and-groups/deleted/{id}/restore")).await.is(404);
        maya.get(&app, &format!("/users-and-groups/users/{id}/delete")).await.is(404);
        maya.get(&app, &format!("/users-and-groups/groups/{}", id.replace("-1", "-7"))).await.is(404);
    }
}

fn restore(user: UserId) -> String {
    format!("/users-and-groups/deleted/{user}/restore")
}

/// A form that is on no page any more, or never was.
async fn act(app: &TestApp, browser: &mut Browser, path: &str) -> crate::helpers::Page {
    let csrf = csrf(app, browser).await;
    browser.post(app, path, &[("csrf", &csrf)]).await
}

/// Of two Admins who do this to each other exactly one succeeds, and one active Admin remains.
async fn each_other(
    db: crate::helpers::Db,
    deed: impl Fn(&usher::usecases::Context, usher::usecases::Principal, UserId) -> Result<(), ActionError> + Sync,
) {
    let (app, _) = TestApp::with_admin(db).await;
    let (maya, ada) = (app.id_of("maya.fischer@example.com"), app.create_admin("Ada", "Other"));
    let ctx = &app.ctx;
    let outcomes = at_once([(app.session_of(maya), ada), (app.session_of(ada), maya)], |(by, other)| deed(ctx, by, other));
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    let refused = outcomes.iter().find_map(|outcome| outcome.as_ref().err()).unwrap();
    assert!(matches!(refused, ActionError::SignedOut | ActionError::Refused { .. }), "{refused:?}");
    let active = app.store().read(|db| groups::other_active_admins(db, UserId(0))).unwrap();
    assert_eq!(active, 1);
    app.mails().await;
}
