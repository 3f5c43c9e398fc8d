//! My account: what users see of themselves, and change.

use chrono::TimeDelta;
use usher::domain::ids::UserId;

use crate::{
    helpers::{Browser, Db, PASSWORD, Page, TestApp},
    shared::steps::{at_once, confirm},
};

mod email;
mod name;
mod password;
mod sessions;

const ME: &str = "/my-account";

const SIGNED_OUT: &str = "/sign-in?next=%2Fmy-account";

const NEW_PASSWORD: &str = "quiet harbour lantern sparrow";

/// An app with an Admin, and Lena Novak, a User who is signed in.
async fn with_lena(db: Db) -> (TestApp, Browser, UserId, Browser) {
    let (app, maya) = TestApp::with_admin(db).await;
    let id = app.create_user("Lena", "Novak");
    let lena = app.signed_in("lena.novak@example.com").await;
    (app, maya, id, lena)
}

/// Submits the form of My account that goes to `/my-account/{what}`.
async fn submit(app: &TestApp, browser: &mut Browser, what: &str, fields: &[(&str, &str)]) -> Page {
    let page = browser.get(app, ME).await;
    browser.send(app, &page, &format!("{ME}/{what}"), fields).await
}

#[apply(both_databases!)]
async fn every_page_leads_to_my_account(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    assert!(lena.get(&app, "/").await.has_link(ME));
    lena.get(&app, ME).await.is(200).sees("Lena Novak, User").sees("lena.novak@example.com").sees("Recent activity");
    app.browser().get(&app, ME).await.redirects_to(SIGNED_OUT);
}

#[apply(both_databases!)]
async fn users_see_what_they_can_access_and_why(db: Db) {
    let (app, _, id, mut lena) = with_lena(db).await;
    let account = app.create_account(app.create_portfolio("Nordics"), "Fjord Foods");
    app.assign(id, account).await;
    lena.get(&app, ME).await.sees("Fjord Foods").sees("given by Maya Fischer").sees("Maya Fischer assigned Fjord Foods to you");
}

#[apply(both_databases!)]
async fn recent_activity_has_what_users_did_and_what_was_done_to_them(db: Db) {
    let (app, mut maya, id, mut lena) = with_lena(db).await;
    let manage = format!("/users-and-permissions/{id}");
    maya.press(&app, &manage, &format!("{manage}/sign-out")).await.is(303);
    lena.get(&app, ME).await.redirects_to(SIGNED_OUT);
    let mut lena = app.signed_in("lena.novak@example.com").await;
    submit(&app, &mut lena, "name", &[("first_name", "Léna")]).await.redirects_to(ME);
    maya.fill(&app, &format!("{manage}/edit"), &[("last_name", "Kovač")]).await.is(303);
    let page = lena.get(&app, ME).await;
    page.sees("You edited your name").sees("Maya Fischer edited your name").sees("Maya Fischer signed you out everywhere");
    page.sees_no("You signed in");
    app.mails().await;
}

#[apply(both_databases!)]
async fn an_appearance_is_kept_with_the_user(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    assert!(lena.get(&app, ME).await.body.contains(r#"<meta name="color-scheme" content="light dark">"#));
    submit(&app, &mut lena, "appearance", &[("appearance", "dark")]).await.redirects_to(ME);
    let page = lena.get(&app, "/").await;
    page.sees("The appearance was changed.");
    assert!(page.body.contains(r#"<html lang="en" data-appearance="dark">"#) && page.body.contains(r#"content="dark""#), "{}", page.body);
    let mut elsewhere = app.signed_in("lena.novak@example.com").await;
    for (path, status) in [("/", 200), ("/assets/999999", 404), ("/audit-log", 403)] {
        let page = elsewhere.get(&app, path).await;
        assert!(page.is(status).body.contains(r#"data-appearance="dark""#), "{path}: {}", page.body);
    }
    submit(&app, &mut lena, "appearance", &[("appearance", "dark")]).await.redirects_to(ME);
    lena.get(&app, ME).await.sees("No changes to save.");
    submit(&app, &mut lena, "appearance", &[("appearance", "purple")]).await.is(400);
    assert_eq!(app.deeds().iter().filter(|deed| *deed == "user.appearance_changed Lena Novak").count(), 1);
}

#[apply(both_databases!)]
async fn a_form_after_the_end_of_the_session_changes_nothing(db: Db) {
    let (app, mut maya, id, mut lena) = with_lena(db).await;
    let page = lena.get(&app, ME).await;
    let manage = format!("/users-and-permissions/{id}");
    maya.press(&app, &manage, &format!("{manage}/sign-out")).await.is(303);
    let deeds = app.deeds();
    for (what, fields) in [
        ("name", vec![("first_name", "Léna")]),
        ("email", vec![("email", "lena@example.com")]),
        ("password", vec![("current", PASSWORD), ("password", NEW_PASSWORD)]),
        ("appearance", vec![("appearance", "dark")]),
    ] {
        let answer = lena.send(&app, &page, &format!("{ME}/{what}"), &fields).await;
        answer.redirects_to("/sign-in?unsent=true");
    }
    assert_eq!(app.deeds(), deeds);
    app.mails().await;
}
