//! "Send me a new link": outcome and page.

use actix_web::http::Method;
use chrono::TimeDelta;

use crate::{
    helpers::{Setting, TestApp},
    shared::steps::{NOOR, confirm, invite, user_path},
};

#[apply(both_databases!)]
async fn from_an_expired_link_one_new_link_can_be_sent(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor.vandijk@example.com").await;
    let new_link = format!("{link}/new-link");
    app.advance(TimeDelta::hours(30));
    let mut noor = app.browser();
    let expired = noor.get(&app, &link).await;
    expired.sees("noor.v…@example.com").sees_no("noor.vandijk").sees("Send me a new link");
    noor.send(&app, &expired, &new_link, &[]).await.redirects_to(&new_link);
    noor.get(&app, &new_link).await.is(200).sees("A new link is on its way").sees("noor.v…@example.com").sees_no("noor.vandijk");
    let newest = app.link_in_mail().await;
    app.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    noor.get(&app, &newest).await.is(200).sees("Maya Fischer invited you");
}

#[apply(both_databases!)]
async fn a_second_press_sends_no_second_mail_and_says_the_same(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let new_link = format!("{link}/new-link");
    app.advance(TimeDelta::hours(24));
    let mut noor = app.browser();
    let expired = noor.get(&app, &link).await;
    for _ in 0..2 {
        noor.send(&app, &expired, &new_link, &[]).await.redirects_to(&new_link);
        noor.get(&app, &new_link).await.is(200).sees("A new link is on its way");
    }
    app.link_in_mail().await;
}

#[apply(both_databases!)]
async fn a_reload_of_what_came_of_it_repeats_nothing(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let new_link = format!("{link}/new-link");
    app.advance(TimeDelta::hours(24));
    let mut noor = app.browser();
    noor.get(&app, &new_link).await.is(410).sees("This invitation has expired");
    noor.press(&app, &link, &new_link).await.is(303);
    app.link_in_mail().await;
    let deeds = app.deeds();
    for method in [Method::GET, Method::HEAD, Method::GET] {
        let page = noor.method(&app, method, &new_link).await;
        assert_eq!(page.is(200).header("referrer-policy"), "no-referrer");
    }
    assert_eq!(app.deeds(), deeds);
    assert!(app.mails().await.is_empty());
}

#[apply(both_databases!)]
async fn once_the_new_link_is_used_or_has_run_out_too_none_is_said_to_be_on_its_way(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let links = [invite(&app, &mut maya, "noor@example.com").await, invite(&app, &mut maya, "jonas@example.com").await];
    app.advance(TimeDelta::hours(24));
    let mut newest = Vec::new();
    for link in &links {
        app.browser().press(&app, link, &format!("{link}/new-link")).await.is(303);
        newest.push(app.link_in_mail().await);
    }
    app.browser().fill(&app, &newest[0], &NOOR).await.redirects_to("/");
    app.advance(TimeDelta::hours(24));
    for link in &links {
        let page = app.browser().get(&app, &format!("{link}/new-link")).await;
        page.is(410).sees("This invitation was replaced").sees_no("on its way");
    }
}

#[apply(both_databases!)]
async fn while_a_link_works_no_new_one_is_sent(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let new_link = format!("{link}/new-link");
    let mut noor = app.browser();
    let form = noor.get(&app, &link).await.form(&link);
    let csrf = form.iter().find(|(name, _)| name == "csrf").unwrap().1.clone();
    noor.post(&app, &new_link, &[("csrf", &csrf)]).await.redirects_to(&new_link);
    noor.get(&app, &new_link).await.redirects_to(&link);
    assert!(app.mails().await.is_empty());
    noor.get(&app, &link).await.is(200);
}

#[apply(both_databases!)]
async fn from_a_revoked_invitation_no_new_link_is_sent(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let new_link = format!("{link}/new-link");
    app.advance(TimeDelta::hours(24));
    let mut noor = app.browser();
    let expired = noor.get(&app, &link).await;
    let mut maya = app.signed_in("maya.fischer@example.com").await;
    confirm(&app, &mut maya, &user_path(app.id_of("noor@example.com"), "revoke")).await.is(303);
    noor.send(&app, &expired, &new_link, &[]).await.redirects_to(&new_link);
    noor.get(&app, &new_link).await.is(410).sees("This invitation was revoked").sees_no("Send me a new link");
    assert!(app.mails().await.is_empty());
}

#[apply(both_databases!)]
async fn without_a_mail_server_one_is_told_whom_to_ask_for_the_link(db: Db) {
    let (app, mut maya) = TestApp::with_admin_and(db, Setting { sends_mail: false, ..Setting::default() }).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let new_link = format!("{link}/new-link");
    app.advance(TimeDelta::hours(24));
    let mut noor = app.browser();
    noor.get(&app, &link).await.sees("then ask an administrator for it").sees_no("mail");
    noor.press(&app, &link, &new_link).await.redirects_to(&new_link);
    let page = noor.get(&app, &new_link).await;
    page.is(200).sees("There is a new link").sees("Ask an administrator for it.").sees_no("mail");
    noor.get(&app, &link).await.is(410).sees("Ask an administrator for it.").sees_no("mail");
    let mut maya = app.signed_in("maya.fischer@example.com").await;
    maya.get(&app, &user_path(app.id_of("noor@example.com"), "link")).await.is(200).sees("Send this link yourself:");
    app.mails().await;
}
