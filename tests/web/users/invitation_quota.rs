//! Quota of invitations: 60 in a minute, and as many in an hour as the settings say.

use chrono::TimeDelta;
use usher::{
    domain::{email_address::EmailAddress, ids::UserId},
    usecases::{
        ActionError,
        outbox::housekeeping,
        users::invite::{self, InviteError},
    },
};

use crate::{
    helpers::{Browser, Page, TestApp},
    shared::steps::{at_once, csrf},
};

const NEW_USER: &str = "/users-and-groups/new-user";
const WIZARD: &str = "/users-and-permissions/new";
const MINUTE: &str = "You have sent 60 invitations in the last minute. Try again in";

fn address(number: usize) -> EmailAddress {
    EmailAddress::parse(&format!("guest{number}@example.com")).unwrap()
}

/// Invites users with these numbers as Maya.
fn send(app: &TestApp, numbers: std::ops::Range<usize>) {
    let maya = app.caller(app.id_of("maya.fischer@example.com"));
    for number in numbers {
        invite::invite(&app.ctx, &maya, &address(number)).unwrap();
    }
}

/// Presses the button of an invited user that sends the invitation again.
async fn resend(app: &TestApp, browser: &mut Browser, user: UserId) -> Page {
    let token = csrf(app, browser).await;
    let pressed = browser.post(app, &format!("/users-and-groups/users/{user}/resend"), &[("csrf", &token)]).await;
    browser.get(app, pressed.is(303).header("location")).await
}

#[apply(both_databases!)]
async fn the_sixty_first_invitation_of_a_minute_waits_and_keeps_what_was_typed(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    send(&app, 0..30);
    app.advance(TimeDelta::seconds(20));
    send(&app, 30..60);
    let page = maya.fill(&app, NEW_USER, &[("email", "noor@example.com")]).await;
    page.is(429).sees(&format!("{MINUTE} 40 seconds."));
    assert_eq!(page.header("retry-after"), "41");
    assert!(page.form(NEW_USER).contains(&("email".to_owned(), "noor@example.com".to_owned())));
    assert!(!app.has_user("noor@example.com"));
    app.advance(TimeDelta::seconds(39));
    maya.send(&app, &page, NEW_USER, &[]).await.is(429).sees(&format!("{MINUTE} 1 second."));
    app.advance(TimeDelta::seconds(1));
    maya.send(&app, &page, NEW_USER, &[]).await.redirects_to("/users-and-groups");
    assert_eq!(app.mails().await.len(), 61);
}

#[apply(both_databases!)]
async fn the_last_step_of_new_user_waits_and_loses_nothing(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let account = app.create_account(app.create_portfolio("Nordic Brands"), "Fjord Foods").to_string();
    send(&app, 0..60);
    let token = csrf(&app, &mut maya).await;
    let fields = [
        ("csrf", &*token),
        ("step", "3"),
        ("do", "create"),
        ("first_name", "Noor"),
        ("last_name", "van Dijk"),
        ("email", "noor@example.com"),
        ("default_role", "user"),
        ("account", &account),
    ];
    let page = maya.post(&app, WIZARD, &fields).await;
    page.is(429).sees(&format!("{MINUTE} 1 minute.")).sees("Review and send").sees("noor@example.com").sees("Fjord Foods");
    assert!(page.body.contains("<title>Error: New User"));
    assert!(!app.has_user("noor@example.com"));
    app.advance(TimeDelta::minutes(1));
    maya.send(&app, &page, WIZARD, &[("do", "create")]).await.is(303);
    assert_eq!(app.count(&format!("account_assignments WHERE user_id = {} AND account_id = {account}", app.id_of("noor@example.com"))), 1);
    assert_eq!(app.mails().await.len(), 61);
}

#[apply(both_databases!)]
async fn resending_and_readdressing_count_too(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    send(&app, 0..58);
    let [first, second] = [0, 1].map(|number| app.id_of(address(number).as_str()));
    resend(&app, &mut maya, first).await.sees("New invitation sent to guest0@example.com.");
    let edit = format!("/users-and-permissions/{second}/edit");
    let opened = maya.get(&app, &edit).await;
    maya.send(&app, &opened, &edit, &[("first_name", "Noor"), ("last_name", "Visser"), ("email", "noor@example.com")]).await.is(303);
    let tokens = app.count("tokens");
    resend(&app, &mut maya, first).await.sees(&format!("{MINUTE} 1 minute."));
    let page = maya.fill(&app, &edit, &[("last_name", "van Dijk"), ("email", "vandijk@example.com")]).await;
    page.is(429).sees(&format!("{MINUTE} 1 minute."));
    let form = page.form(&edit);
    for typed in [("last_name", "van Dijk"), ("email", "vandijk@example.com")] {
        assert!(form.contains(&(typed.0.to_owned(), typed.1.to_owned())), "{form:?}");
    }
    assert_eq!(app.count("tokens"), tokens);
    assert!(app.has_user("noor@example.com") && !app.has_user("vandijk@example.com"));
    app.mails().await;
}

#[apply(both_databases!)]
async fn an_hour_has_the_quota_of_the_settings_in_all_instances_and_for_each_administrator(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.create_admin("Ada", "Okafor");
    maya.fill(&app, "/settings", &[("invitations_per_hour", "10")]).await.is(303);
    send(&app, 0..5);
    app.advance(TimeDelta::minutes(10));
    let other = app.another_instance().await;
    send(&other, 5..10);
    for app in [&app, &other] {
        let page = maya.fill(app, NEW_USER, &[("email", "noor@example.com")]).await;
        page.is(429).sees("You have sent 10 invitations in the last hour. Try again in 50 minutes.");
    }
    let mut ada = app.signed_in("ada.okafor@example.com").await;
    ada.fill(&app, NEW_USER, &[("email", "ada.guest@example.com")]).await.is(303);
    crate::settings::save(&app, &mut maya, &[("invitations_per_hour", "11")]).await.is(303);
    maya.fill(&app, NEW_USER, &[("email", "noor@example.com")]).await.is(303);
    app.mails().await;
}

#[apply(both_databases!)]
async fn an_invitation_that_fails_costs_nothing(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    send(&app, 0..1);
    for (email, status) in [("guest0@example.com", 422), ("no address", 422)] {
        maya.fill(&app, NEW_USER, &[("email", email)]).await.is(status);
    }
    app.refuse("INSERT ON tokens", "NEW.email = 'noor@example.com'");
    maya.fill(&app, NEW_USER, &[("email", "noor@example.com")]).await.is(500);
    app.accept_again("tokens");
    assert_eq!(app.count("invitation_counts WHERE invitations = 1"), 1);
    app.mails().await;
}

#[apply(both_databases!)]
async fn of_four_at_the_same_moment_one_takes_the_last_place(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    send(&app, 0..59);
    let maya = app.caller(app.id_of("maya.fischer@example.com"));
    let done = at_once([60, 61, 62, 63], |number| invite::invite(&app.ctx, &maya, &address(number)));
    assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1, "{done:?}");
    let is_held = |done: &&Result<_, _>| matches!(done, Err(InviteError::Action(ActionError::TooManyInvitations { sent: 60, .. })));
    assert_eq!(done.iter().filter(is_held).count(), 3, "{done:?}");
    app.mails().await;
}

#[apply(both_databases!)]
async fn many_that_are_resent_at_once_are_held_by_the_hour_and_told_one_by_one(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    send(&app, 0..8);
    app.mails().await;
    maya.fill(&app, "/settings", &[("invitations_per_hour", "10")]).await.is(303);
    let token = csrf(&app, &mut maya).await;
    let ids = [0, 1, 2].map(|number| app.id_of(address(number).as_str()).to_string());
    let ticked = ids.iter().map(|id| ("user", id.as_str()));
    let fields = [("csrf", &*token), ("action", "resend"), ("return", "")].into_iter().chain(ticked).collect::<Vec<_>>();
    let done = maya.post(&app, "/users-and-permissions/ticked/do", &fields).await;
    let page = maya.get(&app, done.is(303).header("location")).await;
    page.sees("2 invitations sent again, 1 not changed.");
    page.sees("not changed. You have sent 10 invitations in the last hour. Try again in 60 minutes.");
    assert_eq!(app.mails().await.len(), 2);
}

#[apply(both_databases!)]
async fn counts_are_kept_for_an_hour(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    send(&app, 0..3);
    app.advance(TimeDelta::minutes(59));
    housekeeping::sweep(&app.ctx).unwrap();
    assert_eq!(app.count("invitation_counts WHERE invitations = 3"), 1);
    app.advance(TimeDelta::minutes(1));
    housekeeping::sweep(&app.ctx).unwrap();
    assert_eq!(app.count("invitation_counts"), 0);
    app.mails().await;
}
