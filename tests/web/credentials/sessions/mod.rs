//! Sessions: how long they hold, what ends them, and what browsers are told to do with their cookie.

use actix_web::http::header;
use chrono::TimeDelta;
use usher::{
    domain::{
        clock::SystemRandom,
        credentials::token::{Token, TokenEnd, TokenPurpose},
        ids::UserId,
    },
    store::tokens,
    usecases::{ActionError, Submission, users},
};

use crate::{
    helpers::{Browser, Db, PASSWORD, Page, Setting, TestApp},
    shared::steps::{add_member, at_once, confirm},
};

const LIST: &str = "/users-and-groups";
const SIGNED_OUT: &str = "/sign-in?next=%2Fusers-and-groups";
const ADMINS: &str = "/users-and-groups/groups/1";

fn https() -> Setting {
    Setting { origin: "https://usher.example.com", ..Setting::default() }
}

/// The cookies that an answer sets, as they stand in its headers, without their values.
fn cookies(page: &Page) -> Vec<String> {
    let cookies = page.headers.get_all(header::SET_COOKIE).map(|cookie| cookie.to_str().unwrap());
    let mut cookies = cookies.map(without_value).collect::<Vec<_>>();
    cookies.sort();
    cookies
}

fn without_value(cookie: &str) -> String {
    let (name, rest) = cookie.split_once('=').unwrap();
    let mut flags =
        rest.split("; ").skip(1).filter(|flag| !flag.starts_with("Max-Age=") && !flag.starts_with("Expires=")).collect::<Vec<_>>();
    flags.sort_unstable();
    format!("{name} {}", flags.join(" "))
}

/// From now on whatever makes a group ends every session, as if somebody had done so at that moment.
fn end_sessions_with_the_next_group(app: &TestApp, db: Db) {
    match db {
        Db::Sqlite => {
            app.execute("CREATE TRIGGER meanwhile AFTER INSERT ON user_groups BEGIN DELETE FROM sessions; END");
        }
        Db::Postgres => {
            app.execute("CREATE FUNCTION meanwhile() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM sessions; RETURN NULL; END'");
            app.execute("CREATE TRIGGER meanwhile AFTER INSERT ON user_groups FOR EACH STATEMENT EXECUTE FUNCTION meanwhile()");
        }
    }
}

/// A link with which somebody may choose another password.
fn reset_link(app: &TestApp, user: UserId) -> Token {
    let (token, purpose) = (Token::new(&SystemRandom), TokenPurpose::PasswordReset);
    let (hash, expires_at) = (token.hash(), app.now() + TimeDelta::hours(1));
    let new = tokens::NewToken { purpose, hash, user: Some(user), email: None, asked_by: None, expires_at, now: app.now() };
    app.store().write_transaction(|tx| tokens::insert(tx, &new)).unwrap();
    token
}

/// How a link to choose a password has ended.
fn end_of(app: &TestApp, link: &Token) -> Option<TokenEnd> {
    app.store().read(|db| tokens::find(db, TokenPurpose::PasswordReset, link.hash())).unwrap().unwrap().ended_as
}

async fn create_group(browser: &mut Browser, app: &TestApp, name: &str) -> Page {
    browser.fill(app, "/users-and-groups/new-group", &[("name", name)]).await
}

#[apply(both_databases!)]
async fn an_idle_session_ends_after_an_hour(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.advance(TimeDelta::minutes(59));
    maya.get(&app, LIST).await.is(200);
    app.advance(TimeDelta::minutes(59));
    maya.get(&app, LIST).await.is(200);
    app.advance(TimeDelta::minutes(60));
    maya.get(&app, LIST).await.redirects_to(SIGNED_OUT);
}

#[apply(both_databases!)]
async fn a_session_in_use_ends_after_twelve_hours(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for _ in 0..23 {
        app.advance(TimeDelta::minutes(30));
        maya.get(&app, LIST).await.is(200);
    }
    app.advance(TimeDelta::minutes(30));
    maya.get(&app, LIST).await.redirects_to(SIGNED_OUT);
}

#[apply(both_databases!)]
async fn the_last_click_is_noted_at_most_once_a_minute(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.advance(TimeDelta::seconds(59));
    maya.get(&app, LIST).await.is(200);
    assert_eq!(app.count("sessions WHERE last_seen_at = created_at"), 1);
    app.advance(TimeDelta::seconds(1));
    maya.get(&app, LIST).await.is(200);
    assert_eq!(app.count("sessions WHERE last_seen_at > created_at"), 1);
}

#[apply(both_databases!)]
async fn staying_signed_in_counts_as_a_request_and_tells_how_long_the_session_holds(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.get(&app, LIST).await;
    assert!(page.body.contains("data-idle=\"3600\" data-absolute=\"43200\""), "{}", page.body);
    let deeds = app.deeds();
    app.advance(TimeDelta::minutes(58));
    let answer = maya.send(&app, &page, "/stay-signed-in", &[]).await;
    assert_eq!(answer.is(200).body, r#"{"idle":3600,"absolute":39720}"#);
    assert_eq!(app.deeds(), deeds);
    app.advance(TimeDelta::minutes(59));
    maya.get(&app, LIST).await.is(200);
    app.advance(TimeDelta::minutes(60));
    maya.send(&app, &page, "/stay-signed-in", &[]).await.is(303);
}

#[apply(both_databases!)]
async fn a_page_without_a_message_writes_nothing(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let writes = app.store().load().writes.count();
    maya.get(&app, LIST).await.is(200);
    assert_eq!(app.store().load().writes.count(), writes);
}

#[apply(both_databases!)]
async fn a_session_that_ended_while_a_request_ran_stays_ended(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    end_sessions_with_the_next_group(&app, db);
    create_group(&mut maya, &app, "Research").await.is(303);
    assert_eq!(app.count("sessions"), 0);
    maya.get(&app, LIST).await.redirects_to(SIGNED_OUT);
}

#[apply(both_databases!)]
async fn blocking_and_deleting_end_every_session_of_a_person(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for (first, last, act) in [("Jonas", "Vermeulen", "block"), ("Lena", "Novak", "delete")] {
        let id = app.create_user(first, last);
        let email = format!("{first}.{last}@example.com").to_lowercase();
        let (mut here, mut there) = (app.signed_in(&email).await, app.signed_in(&email).await);
        let path = format!("/users-and-groups/users/{id}/{act}");
        let page = if act == "block" { LIST } else { &path };
        maya.press(&app, page, &path).await.redirects_to(LIST);
        assert_eq!(app.count(&format!("sessions WHERE user_id = {id}")), 0, "{act}");
        here.get(&app, LIST).await.redirects_to(SIGNED_OUT);
        there.get(&app, LIST).await.redirects_to(SIGNED_OUT);
    }
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_session_is_worth_nothing_once_its_person_is_blocked_or_deleted(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    for change in ["blocked_at", "deleted_at"] {
        let id = app.create_user("Jonas", "Vermeulen");
        let mut jonas = app.signed_in("jonas.vermeulen@example.com").await;
        app.execute(&format!("UPDATE users SET {change} = created_at, email_key = '{change}' WHERE id = {id}"));
        jonas.get(&app, LIST).await.redirects_to(SIGNED_OUT);
        assert_eq!(app.count(&format!("sessions WHERE user_id = {id}")), 1, "the row is there and helps nobody");
    }
}

#[apply(both_databases!)]
async fn whoever_is_made_an_admin_signs_in_again_everywhere(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_user("Jonas", "Vermeulen");
    let (mut here, mut there) = (app.signed_in("jonas.vermeulen@example.com").await, app.signed_in("jonas.vermeulen@example.com").await);
    add_member(&app, &mut maya, ADMINS, id).await.redirects_to(ADMINS);
    here.get(&app, LIST).await.redirects_to(SIGNED_OUT);
    there.get(&app, LIST).await.redirects_to(SIGNED_OUT);
    assert_eq!(app.count(&format!("sessions WHERE user_id = {id}")), 0);
    maya.get(&app, LIST).await.is(200);
    let said = app.mails().await.into_iter().find(|mail| mail.to.as_str().starts_with("jonas")).unwrap().rendered.text;
    assert!(said.contains("You are signed out everywhere. You have the role when you sign in again."), "{said}");
}

#[apply(both_databases!)]
async fn a_role_taken_away_is_gone_at_the_next_click_with_every_session(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_admin("Lena", "Novak");
    let (mut lena, mut there) = (app.signed_in("lena.novak@example.com").await, app.signed_in("lena.novak@example.com").await);
    let page = lena.get(&app, "/users-and-groups/new-group").await;
    confirm(&app, &mut maya, &format!("{ADMINS}/members/{id}/remove")).await.redirects_to(ADMINS);
    lena.send(&app, &page, "/users-and-groups/new-group", &[("name", "Research")])
        .await
        .redirects_to("/sign-in?next=%2Fusers-and-groups%2Fnew-group&unsent=true");
    there.get(&app, LIST).await.redirects_to(SIGNED_OUT);
    assert_eq!(app.count("user_groups WHERE kind = 'custom'"), 0);
    app.signed_in("lena.novak@example.com").await.get(&app, LIST).await.is(200).sees_no("Create");
    let said = app.mails().await.pop().unwrap().rendered.text;
    assert!(said.contains("You are signed out everywhere. Your user stays as it is"), "{said}");
}

#[apply(both_databases!)]
async fn who_leaves_admins_keeps_the_session_it_was_done_in_and_no_other(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.create_admin("Lena", "Novak");
    app.mails().await;
    let mut lena = app.signed_in("lena.novak@example.com").await;
    let mut elsewhere = app.signed_in("maya.fischer@example.com").await;
    let own = app.id_of("maya.fischer@example.com");
    confirm(&app, &mut maya, &format!("{ADMINS}/members/{own}/remove")).await.redirects_to(LIST);
    elsewhere.get(&app, LIST).await.redirects_to(SIGNED_OUT);
    maya.get(&app, LIST).await.is(200).sees_no("Create");
    lena.get(&app, LIST).await.is(200);
}

#[apply(both_databases!)]
async fn links_to_choose_a_password_die_with_a_change_of_role(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let (jonas, own) = (app.create_user("Jonas", "Vermeulen"), app.id_of("maya.fischer@example.com"));
    let reset = reset_link(&app, jonas);
    add_member(&app, &mut maya, ADMINS, jonas).await.is(303);
    assert_eq!(end_of(&app, &reset), Some(TokenEnd::Revoked), "appointed");
    let reset = reset_link(&app, jonas);
    confirm(&app, &mut maya, &format!("{ADMINS}/members/{jonas}/remove")).await.is(303);
    assert_eq!(end_of(&app, &reset), Some(TokenEnd::Revoked), "removed");
    app.create_admin("Lena", "Novak");
    let reset = reset_link(&app, own);
    confirm(&app, &mut maya, &format!("{ADMINS}/members/{own}/remove")).await.is(303);
    assert_eq!(end_of(&app, &reset), Some(TokenEnd::Revoked), "left");
    app.mails().await;
}

#[apply(both_databases!)]
async fn of_two_who_sign_each_other_out_neither_waits_for_the_other_in_vain(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (maya, ada) = (app.id_of("maya.fischer@example.com"), app.create_admin("Ada", "Adler"));
    let (ctx, askers) = (&app.ctx, [(app.session_of(maya), ada), (app.session_of(ada), maya)]);
    let sign_out = |(by, other)| users::profile::end_sessions(ctx, &Submission::from(by).saying(|_| "done".to_owned()), other);
    let outcomes = at_once(askers, sign_out);
    assert!(outcomes.iter().any(Result::is_ok), "{outcomes:?}");
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(ActionError::SignedOut))), "{outcomes:?}");
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_custom_group_changes_no_session_and_no_link(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_user("Jonas", "Vermeulen");
    let mut jonas = app.signed_in("jonas.vermeulen@example.com").await;
    let reset = reset_link(&app, id);
    let group = create_group(&mut maya, &app, "Research").await.header("location").to_owned();
    add_member(&app, &mut maya, &group, id).await.is(303);
    confirm(&app, &mut maya, &format!("{group}/members/{id}/remove")).await.is(303);
    jonas.get(&app, LIST).await.is(200);
    assert_eq!(end_of(&app, &reset), None);
}

#[apply(both_databases!)]
async fn scripts_and_other_sites_do_not_get_the_cookies(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let mut maya = app.browser();
    let page = maya.get(&app, "/sign-in").await;
    assert_eq!(cookies(&page), ["usher-browser HttpOnly Path=/ SameSite=Lax"]);
    let entered = [("email", "maya.fischer@example.com"), ("password", PASSWORD)];
    let signed_in = maya.send(&app, &page, "/sign-in", &entered).await;
    assert_eq!(cookies(&signed_in), ["usher HttpOnly Path=/ SameSite=Lax"]);
}

#[apply(both_databases!)]
async fn on_https_the_cookies_are_bound_to_the_host(db: Db) {
    let (app, _) = TestApp::with_admin_and(db, https()).await;
    let mut maya = app.browser();
    let page = maya.get(&app, "/sign-in").await;
    assert_eq!(cookies(&page), ["__Host-usher-browser HttpOnly Path=/ SameSite=Lax Secure"]);
    let entered = [("email", "maya.fischer@example.com"), ("password", PASSWORD)];
    let signed_in = maya.send(&app, &page, "/sign-in", &entered).await;
    assert_eq!(cookies(&signed_in), ["__Host-usher HttpOnly Path=/ SameSite=Lax Secure"]);
    let signed_out = maya.sign_out(&app).await;
    assert_eq!(cookies(&signed_out), ["__Host-usher HttpOnly Path=/ SameSite=Lax Secure"]);
}

#[apply(both_databases!)]
async fn the_session_cookie_goes_with_the_browser(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let page = app.browser().sign_in(&app, "maya.fischer@example.com", PASSWORD).await;
    assert!(!page.header("set-cookie").contains("Max-Age") && !page.header("set-cookie").contains("Expires"));
}

#[apply(both_databases!)]
async fn a_cookie_that_was_tampered_with_is_none(db: Db) {
    let (app, maya) = TestApp::with_admin(db).await;
    let other = app.signed_in("maya.fischer@example.com").await;
    let (cookie, other) = (maya.cookie("usher").unwrap(), other.cookie("usher").unwrap());
    // A signature of 44 characters, and the token it is for.
    let (signature, token) = cookie.split_at(44);
    let changed = if cookie.ends_with('A') { "E" } else { "A" };
    let forged = [
        format!("{}{changed}", &cookie[..cookie.len() - 1]),
        format!("{}{token}", &other[..44]),
        token.to_owned(),
        signature.to_owned(),
        format!("{cookie}x"),
        String::new(),
    ];
    for forged in forged {
        let mut browser = app.browser();
        browser.set_cookie("usher", &forged);
        browser.get(&app, LIST).await.redirects_to(SIGNED_OUT);
    }
    assert_eq!(app.count("sessions"), 2);
}

#[apply(both_databases!)]
async fn a_form_without_a_session_leads_to_the_sign_in_page_and_does_nothing(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.get(&app, "/users-and-groups/new-group").await;
    let deeds = app.deeds();
    maya.forget_cookie("usher");
    let sign_in = "/sign-in?next=%2Fusers-and-groups%2Fnew-group&unsent=true";
    maya.send(&app, &page, "/users-and-groups/new-group", &[("name", "Research")]).await.redirects_to(sign_in);
    app.browser().post(&app, "/users-and-groups/new-group", &[("name", "Research")]).await.redirects_to(sign_in);
    assert_eq!(app.deeds(), deeds);
}

#[apply(both_databases!)]
async fn whose_form_came_too_late_comes_back_to_its_page_and_is_told(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let jonas = app.create_user("Jonas", "Vermeulen");
    let page = maya.get(&app, "/users-and-groups?q=jo").await;
    app.advance(TimeDelta::hours(2));
    maya.headers.push(("referer", "http://localhost:8080/users-and-groups?q=jo#u2".to_owned()));
    let late = maya.send(&app, &page, &format!("/users-and-groups/users/{jonas}/block"), &[]).await;
    late.redirects_to("/sign-in?next=%2Fusers-and-groups%3Fq%3Djo&unsent=true");
    let told = "Your session had ended, so nothing was done.";
    let sign_in = maya.get(&app, late.header("location")).await;
    sign_in.sees(&format!("{told} Sign in, then send the form again."));
    let wrong = maya.send(&app, &sign_in, "/sign-in", &[("email", "maya.fischer@example.com"), ("password", "not the password")]).await;
    app.advance(TimeDelta::minutes(1));
    let right = [("email", "maya.fischer@example.com"), ("password", PASSWORD)];
    maya.send(&app, wrong.is(422), "/sign-in", &right).await.redirects_to("/users-and-groups?q=jo");
    maya.get(&app, "/users-and-groups?q=jo").await.sees(&format!("{told} Send the form again.")).sees("Active");
    maya.get(&app, "/users-and-groups?q=jo").await.sees_no(told);
}

#[apply(both_databases!)]
async fn who_signs_in_of_their_own_accord_is_told_nothing(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.advance(TimeDelta::hours(2));
    let late = maya.get(&app, LIST).await;
    let sign_in = maya.get(&app, late.header("location")).await;
    sign_in.sees_no("nothing was done");
    maya.send(&app, &sign_in, "/sign-in", &[("email", "maya.fischer@example.com"), ("password", PASSWORD)]).await.redirects_to(LIST);
    maya.get(&app, LIST).await.sees_no("nothing was done");
}

#[apply(both_databases!)]
async fn a_form_that_came_too_late_leads_back_to_pages_of_ours_alone(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    for (form, twin) in [("/users-and-groups/new-group", "next=%2Fusers-and-groups%2Fnew-group&"), ("/users-and-groups/users/1/block", "")]
    {
        for referer in [
            "https://evil.example/users-and-groups",
            "http://localhost:8081/users-and-groups",
            "http://localhost:8080@evil.example/users-and-groups",
            "http://localhost:8080//evil.example",
            "http://localhost:8080/sign-out",
            "http://localhost:8080/invitation/token",
            "/users-and-groups",
            "about:blank",
            "",
        ] {
            let mut stranger = app.browser();
            stranger.headers.push(("referer", referer.to_owned()));
            stranger.post(&app, form, &[]).await.redirects_to(&format!("/sign-in?{twin}unsent=true"));
        }
    }
}

#[apply(both_databases!)]
async fn who_wanted_out_is_out_and_has_nothing_to_send_again(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.get(&app, LIST).await;
    app.advance(TimeDelta::hours(2));
    maya.send(&app, &page, "/sign-out", &[]).await.redirects_to("/sign-in");
}

#[apply(both_databases!)]
async fn when_sessions_cannot_be_read_nobody_gets_in(db: Db) {
    for table in ["sessions", "company"] {
        let (app, mut maya) = TestApp::with_admin(db).await;
        let page = maya.get(&app, "/users-and-groups/new-group").await;
        let deeds = app.deeds();
        app.execute(&format!("ALTER TABLE {table} RENAME TO gone"));
        for path in ["/", LIST, "/sign-in", "/users-and-groups/groups/1"] {
            maya.get(&app, path).await.is(503).sees("Usher is not available right now");
        }
        maya.send(&app, &page, "/users-and-groups/new-group", &[("name", "Research")]).await.is(503);
        maya.send(&app, &page, "/sign-out", &[]).await.is(503);
        assert_eq!(app.deeds(), deeds);
        assert_eq!(app.count("user_groups WHERE kind = 'custom'"), 0);
    }
}

#[apply(both_databases!)]
async fn when_attempts_cannot_be_counted_nobody_signs_in(db: Db) {
    for table in ["throttles", "known_browsers", "sessions"] {
        let (app, _) = TestApp::with_admin(db).await;
        let mut stranger = app.browser();
        let page = stranger.get(&app, "/sign-in").await;
        app.execute(&format!("ALTER TABLE {table} RENAME TO gone"));
        let entered = [("email", "maya.fischer@example.com"), ("password", PASSWORD)];
        let refused = stranger.send(&app, &page, "/sign-in", &entered).await;
        assert!(refused.status.is_server_error(), "{table}: {}", refused.status);
        assert_eq!(stranger.cookie("usher"), None);
    }
}
