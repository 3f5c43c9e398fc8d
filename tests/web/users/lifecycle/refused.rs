//! Refused actions.

use super::*;

#[apply(both_databases!)]
async fn a_user_who_is_no_admin_can_do_nothing_of_theirs(db: Db) {
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
        ("/users-and-groups/new-user".to_owned(), Some(("email", "eve@example.com"))),
        ("/users-and-groups/new-group".to_owned(), Some(("name", "Mine"))),
        (of(target, "block"), None),
        (of(admin, "block"), None),
        (of(own, "block"), None),
        (of(UserId(9999), "block"), None),
        (of(blocked, "activate"), None),
        (of(target, "delete"), None),
        (of(open, "resend"), None),
        (of(open, "revoke"), None),
        (restore(target), None),
        (format!("{group}/add"), Some(("user", &*own_id))),
        (format!("{group}/rename"), Some(("name", "Mine"))),
        (format!("{group}/delete"), None),
        (format!("{group}/members/{target}/remove"), None),
        ("/users-and-groups/groups/1/add".to_owned(), Some(("user", &*own_id))),
        (format!("/users-and-groups/groups/1/members/{admin}/remove"), None),
        ("/users-and-groups/groups/9999/add".to_owned(), Some(("user", &*own_id))),
    ];
    for (path, field) in &attempts {
        let fields = field.iter().copied().chain([("csrf", &*csrf)]).collect::<Vec<_>>();
        let page = jonas.post(&app, path, &fields).await;
        assert_eq!(page.status.as_u16(), 403, "{path}: {}", page.text());
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
async fn an_outdated_page_says_that_another_user_was_faster(db: Db) {
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
    maya.get(&app, &group).await.sees("Jonas Vermeulen is no longer in the group.");
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
    maya.send(&app, &question, &user_path(noor, "revoke"), &[]).await.redirects_to("/users-and-groups");
    maya.get(&app, "/users-and-groups").await.sees("Noor van Dijk is Active now. Nothing was changed.");
    maya.send(&app, &list, &user_path(noor, "resend"), &[]).await.is(303);
    maya.get(&app, "/users-and-groups").await.sees("Noor van Dijk is Active now. Nothing was changed.");
    assert!(app.mails().await.is_empty());
}

#[apply(both_databases!)]
async fn ids_of_no_user_lead_nowhere(db: Db) {
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
