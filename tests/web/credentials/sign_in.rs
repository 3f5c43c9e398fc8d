//! Signing in and out.

use std::cell::Cell;

use actix_web::http::header;
use argon2::{Algorithm, Argon2, Params, Version, password_hash::PasswordHasher};
use chrono::TimeDelta;
use diesel::connection::{InstrumentationEvent, set_default_instrumentation};
use usher::{
    domain::credentials::{password::Password, token::TokenHash},
    store::credentials::refused_sign_ins::{self, RefusalReason, Span},
    usecases::{ClientInfo, Position, credentials::sign_in, outbox::housekeeping},
};

use crate::{
    helpers::{Browser, Db, PASSWORD, Page, Setting, TestApp, options},
    shared::{messages::cut_commits, steps::visitor},
};

/// Message for a wrong address or password.
const WRONG: &str = "Email address or password is wrong";

thread_local! {
    static QUERIES: Cell<u32> = const { Cell::new(0) };
}

/// Counts this thread's queries on connections made from now on.
fn count_queries() {
    set_default_instrumentation(|| Some(Box::new(count_query))).unwrap();
}

fn count_query(event: InstrumentationEvent<'_>) {
    if matches!(event, InstrumentationEvent::StartQuery { .. }) {
        QUERIES.set(QUERIES.get() + 1);
    }
}

/// An answer without the typed address and the parts that differ between any two pages.
fn without_the_typed(page: &Page, email: &str) -> String {
    let token = page.form("/sign-in").into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    let ceremony = page.form("/sign-in/passkey").into_iter().find(|(name, _)| name == "ceremony").unwrap().1;
    let challenge = options(page)["challenge"].as_str().unwrap().to_owned();
    [&*token, &ceremony, &challenge, email].iter().fold(page.body.clone(), |body, part| body.replace(part, ""))
}

/// Refused sign-ins: sources, addresses, reasons and numbers.
fn refusals(app: &TestApp) -> Vec<(String, String, RefusalReason, i64)> {
    housekeeping::write_refusals(&app.ctx).unwrap();
    let rows = app.store().read(|db| refused_sign_ins::read(db, Span::default(), &Position::Last, 100)).unwrap();
    rows.into_iter().map(|row| (row.network, row.email_key, row.reason, row.times)).collect()
}

/// SQLite has one writer at a time.
#[actix_web::test]
async fn two_instances_write_the_same_refusals_without_a_deadlock() {
    for rows in [10, 20] {
        let app = TestApp::empty(Db::Postgres).await;
        app.execute("CREATE SEQUENCE tries");
        let linger = "BEGIN PERFORM nextval(''tries''); PERFORM pg_sleep(0.005); RETURN NEW; END";
        app.execute(&format!("CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS '{linger}'"));
        app.execute("CREATE TRIGGER linger BEFORE INSERT ON refused_sign_ins FOR EACH ROW EXECUTE FUNCTION linger()");
        let other = app.another_instance().await;
        for instance in [&app, &other] {
            for row in 0..rows {
                instance.store().note_refusal("192.0.2.1", &format!("{row}@example.com"), RefusalReason::Wrong, app.now());
            }
        }
        let writers = [&app, &other].map(|instance| {
            let ctx = instance.ctx.clone();
            std::thread::spawn(move || housekeeping::write_refusals(&ctx))
        });
        for writer in writers {
            writer.join().unwrap().unwrap();
        }
        assert_eq!(app.count(&format!("tries WHERE last_value = {}", 2 * rows)), 1, "no transaction is tried again");
        assert_eq!(app.count("refused_sign_ins WHERE times = 2"), rows);
    }
}

/// SQLite is part of the process: its answer to a commit is never lost.
#[actix_web::test]
async fn refusals_whose_commit_is_not_answered_are_not_written_again() {
    let app = TestApp::empty(Db::Postgres).await;
    let other = app.another_instance().await;
    cut_commits(&app, "INSERT ON refused_sign_ins", "true");
    for instance in [&app, &other] {
        instance.store().note_refusal("192.0.2.1", "maya", RefusalReason::Wrong, app.now());
        housekeeping::write_refusals(&instance.ctx).unwrap_err();
    }
    app.execute("DROP TRIGGER cut ON refused_sign_ins");
    assert_eq!([refusals(&app), refusals(&other)], [[], []]);
}

/// Signs another user in over an existing session, by the form that its page shows.
async fn sign_in_over(browser: &mut Browser, app: &TestApp, email: &str) -> Page {
    let page = browser.get(app, "/users-and-groups").await;
    let csrf = page.form("/sign-out").into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    browser.post(app, "/sign-in", &[("csrf", &csrf), ("email", email), ("password", PASSWORD)]).await
}

/// Hash of the usual password with outdated parameters.
fn outdated_hash() -> String {
    let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8192, 1, 1, None).unwrap());
    weak.hash_password_with_salt(PASSWORD.as_bytes(), &[7; 16]).unwrap().to_string()
}

#[apply(both_databases!)]
async fn an_address_without_a_user_takes_as_many_queries(db: Db) {
    count_queries();
    let (app, _) = TestApp::with_admin(db).await;
    let password = Password::typed("not the password");
    let wrong = |email: &str, visitor: &ClientInfo| {
        QUERIES.set(0);
        let is_admitted = sign_in::admit(&app.ctx, email, visitor).is_ok();
        let looked = QUERIES.replace(0);
        assert!(sign_in::sign_in(&app.ctx, email, &password, visitor).is_err());
        (is_admitted, looked, QUERIES.get())
    };
    for (place, browser) in [(1, None), (2, Some(TokenHash([7; 32])))] {
        let at = |place| ClientInfo { client_ip: format!("198.51.100.{place}"), browser, ..visitor() };
        // Once for queries that a connection makes only once.
        wrong("noor@example.com", &at(place + 10));
        app.advance(TimeDelta::hours(1));
        let known = wrong("maya.fischer@example.com", &at(place + 20));
        assert!(known.0 && known.1 > 0, "{known:?}");
        assert_eq!(wrong("nobody@example.com", &at(place + 30)), known);
        let held = wrong("maya.fischer@example.com", &at(place + 20));
        assert!(!held.0);
        assert_eq!(wrong("nobody@example.com", &at(place + 30)), held);
        app.advance(TimeDelta::hours(1));
    }
}

#[apply(both_databases!)]
async fn the_same_sign_in_page_may_be_sent_again(db: Db) {
    let app = TestApp::empty(db).await;
    app.create_user("Jonas", "Vermeulen");
    let mut jonas = app.browser();
    let page = jonas.get(&app, "/sign-in").await;
    for _ in 0..2 {
        let fields = [("email", "jonas.vermeulen@example.com"), ("password", crate::helpers::PASSWORD)];
        jonas.send(&app, &page, "/sign-in", &fields).await.redirects_to("/");
    }
}

#[apply(both_databases!)]
async fn no_link_says_that_something_was_done(db: Db) {
    let (app, maya) = TestApp::with_admin(db).await;
    for (path, said) in [
        ("/sign-in?after=password-reset", "Your password was changed"),
        ("/sign-in?after=email-change", "Your email address was changed"),
        ("/sign-in?after=email-change-stop", "The change was cancelled"),
        ("/sign-in?unsent=true", "Your session expired"),
        ("/sign-in?unsent=true&after=password-reset&next=%2Froles", "Your "),
        ("/forgot-password?sent=true", "a reset link is on its way"),
    ] {
        app.browser().get(&app, path).await.is(200).sees_no(said);
        let seen = maya.clone().get(&app, path).await;
        assert_eq!(seen.status.as_u16(), if path.starts_with("/sign-in") { 303 } else { 200 }, "{path}");
        seen.sees_no(said);
        // Another action of this browser.
        let mut other = app.browser();
        let late = other.post(&app, "/users-and-groups/users/1/block", &[]).await;
        late.redirects_to("/sign-in?unsent=true");
        if !path.contains("unsent") {
            other.get(&app, path).await.is(200).sees_no(said);
        }
    }
    let mut maya = app.browser();
    let signed_in = maya.fill(&app, "/sign-in?unsent=true", &[("email", "maya.fischer@example.com"), ("password", PASSWORD)]).await;
    signed_in.redirects_to("/");
    maya.get(&app, "/users-and-groups").await.is(200).sees_no("Your session expired");
}

#[apply(both_databases!)]
async fn address_and_password_open_the_console(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let mut maya = app.browser();
    maya.sign_in(&app, "maya.fischer@example.com", PASSWORD).await.redirects_to("/");
    maya.get(&app, "/users-and-groups").await.is(200).sees("Maya Fischer");
    assert_eq!(app.deeds()[1..], ["session.signed_in Maya Fischer", "session.signed_in Maya Fischer"]);
}

#[apply(both_databases!)]
async fn nobody_learns_from_a_refusal_who_is_a_user(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.redirects_to("/users-and-groups");
    app.mails().await;
    let blocked = app.create_user("Lena", "Novak");
    maya.press(&app, "/users-and-groups", &format!("/users-and-groups/users/{blocked}/block")).await;
    app.mails().await;
    let wrong = app.browser().sign_in(&app, "maya.fischer@example.com", "not the password").await;
    wrong.is(422).sees(WRONG);
    for email in ["nobody@example.com", "noor@example.com", "lena.novak@example.com", "not an address"] {
        let refused = app.browser().sign_in(&app, email, "not the password").await;
        assert_eq!(refused.status, wrong.status, "{email}");
        assert_eq!(without_the_typed(&refused, email), without_the_typed(&wrong, "maya.fischer@example.com"), "{email}");
    }
}

#[apply(both_databases!)]
async fn only_the_right_password_is_told_about_a_deactivation(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_user("Lena", "Novak");
    maya.press(&app, "/users-and-groups", &format!("/users-and-groups/users/{id}/block")).await;
    app.mails().await;
    let mut lena = app.browser();
    let page = lena.sign_in(&app, "lena.novak@example.com", PASSWORD).await;
    page.is(422).sees("Your access is deactivated. Ask an administrator.").sees_no(WRONG);
    lena.get(&app, "/users-and-groups").await.redirects_to("/sign-in?next=%2Fusers-and-groups");
    assert_eq!(refusals(&app), [("192.0.2.1".to_owned(), "lena.novak@example.com".to_owned(), RefusalReason::Deactivated, 1)]);
}

#[apply(both_databases!)]
async fn an_address_may_be_spelled_another_way(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.browser().sign_in(&app, " Maya.FISCHER@Example.COM ", PASSWORD).await.redirects_to("/");
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@bücher.example")]).await.redirects_to("/users-and-groups");
    let link = app.link_in_mail().await;
    let accepted = [("first_name", "Noor"), ("last_name", "van Dijk"), ("password", PASSWORD)];
    app.browser().fill(&app, &link, &accepted).await.redirects_to("/");
    for email in ["NOOR@xn--bcher-kva.example", "noor@bu\u{308}cher.example"] {
        app.browser().sign_in(&app, email, PASSWORD).await.redirects_to("/");
    }
}

#[apply(both_databases!)]
async fn what_was_typed_stays_but_never_the_password(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let page = app.browser().sign_in(&app, "\"><script>@example.com", "hunter2 hunter2 hunter2").await;
    page.is(422);
    assert!(page.form("/sign-in").contains(&("email".to_owned(), "\"><script>@example.com".to_owned())));
    assert!(!page.body.contains("hunter2"));
    assert!(!page.body.contains("<script>@"));
}

#[apply(both_databases!)]
async fn one_comes_back_to_the_page_one_wanted(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    for next in ["/users-and-groups?q=ma", "/users-and-groups/groups/1", "/users-and-groups/users/1/delete"] {
        let mut maya = app.browser();
        let asked = maya.get(&app, next).await;
        asked.is(303);
        let page = maya.get(&app, asked.header("location")).await;
        let entered = [("email", "maya.fischer@example.com"), ("password", PASSWORD)];
        maya.send(&app, &page, "/sign-in", &entered).await.redirects_to(next);
    }
}

#[apply(both_databases!)]
async fn nobody_is_sent_elsewhere_after_signing_in(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let hostile = [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/users-and-groups",
        "javascript:alert(1)",
        "/sign-out",
        "/users-and-groups@evil.example",
        "/users-and-groups\r\nLocation: //evil.example",
    ];
    for next in hostile {
        let mut maya = app.browser();
        let page = maya.get(&app, &usher::web::shared::routing::paths::sign_in_then(Some(next))).await;
        assert!(!page.is(200).body.contains("name=\"next\""), "{next}");
        let entered = [("email", "maya.fischer@example.com"), ("password", PASSWORD), ("next", next)];
        maya.send(&app, &page, "/sign-in", &entered).await.redirects_to("/");
    }
}

#[apply(both_databases!)]
async fn a_session_id_from_before_is_no_session(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let ended = maya.cookie("usher").unwrap().to_owned();
    maya.sign_out(&app).await.redirects_to("/sign-in");
    for planted in ["made-up", &ended] {
        let mut victim = app.browser();
        victim.set_cookie("usher", planted);
        victim.sign_in(&app, "maya.fischer@example.com", PASSWORD).await.redirects_to("/");
        assert_ne!(victim.cookie("usher").unwrap(), planted);
        let mut attacker = app.browser();
        attacker.set_cookie("usher", planted);
        attacker.get(&app, "/users-and-groups").await.redirects_to("/sign-in?next=%2Fusers-and-groups");
    }
}

#[apply(both_databases!)]
async fn signing_in_as_another_user_ends_the_earlier_session(db: Db) {
    let (app, mut browser) = TestApp::with_admin(db).await;
    app.create_user("Jonas", "Vermeulen");
    let mut copy = browser.clone();
    sign_in_over(&mut browser, &app, "jonas.vermeulen@example.com").await.redirects_to("/");
    browser.get(&app, "/users-and-groups").await.is(200).sees("Jonas Vermeulen").sees_no("Create");
    copy.get(&app, "/users-and-groups").await.redirects_to("/sign-in?next=%2Fusers-and-groups");
    assert_eq!(app.count("sessions"), 1);
}

#[apply(both_databases!)]
async fn who_is_signed_in_needs_no_sign_in_page(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.get(&app, "/sign-in").await.redirects_to("/");
    maya.get(&app, "/sign-in?next=%2Fusers-and-groups%2Fdeleted").await.redirects_to("/users-and-groups/deleted");
}

#[apply(both_databases!)]
async fn signing_out_ends_this_session_and_leaves_nothing_in_the_browser(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let mut elsewhere = app.signed_in("maya.fischer@example.com").await;
    let mut copy = maya.clone();
    let page = maya.sign_out(&app).await;
    page.redirects_to("/sign-in");
    assert_eq!(page.header("clear-site-data"), "\"cache\", \"storage\"");
    assert_eq!(maya.cookie("usher"), None);
    assert_eq!(app.count("sessions"), 1);
    assert_eq!(app.deeds().last().unwrap(), "session.signed_out Maya Fischer");
    copy.get(&app, "/users-and-groups").await.redirects_to("/sign-in?next=%2Fusers-and-groups");
    elsewhere.get(&app, "/users-and-groups").await.is(200);
}

#[apply(both_databases!)]
async fn refused_sign_ins_are_kept_apart_from_the_audit_log(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let deeds = app.deeds();
    app.browser().sign_in(&app, "Maya.Fischer@example.com", "not the password").await.is(422);
    app.browser().sign_in(&app, "maya.fischer@example.com", "not the password").await.is(429);
    app.advance(TimeDelta::minutes(1));
    app.browser().sign_in(&app, "<script>", "not the password").await.is(422);
    let noted = |email: &str, reason| ("192.0.2.1".to_owned(), email.to_owned(), reason, 1);
    assert_eq!(
        refusals(&app),
        [
            noted("maya.fischer@example.com", RefusalReason::Throttled),
            noted("maya.fischer@example.com", RefusalReason::Wrong),
            noted("(not an address)", RefusalReason::Wrong),
        ]
    );
    assert_eq!(app.deeds(), deeds);
}

#[apply(both_databases!)]
async fn refused_sign_ins_are_counted_by_network(db: Db) {
    let (app, _) = TestApp::with_admin_and(db, Setting { trusted_proxy: Some("192.0.2.1"), ..Setting::default() }).await;
    for place in 1..=4 {
        let mut stranger = app.browser();
        stranger.headers.push(("x-forwarded-for", format!("2001:db8:1:2::{place}")));
        stranger.sign_in(&app, "nobody", "not the password").await.is(422);
    }
    let by_network = ("2001:db8:1:2::/64".to_owned(), "(not an address)".to_owned(), RefusalReason::Wrong, 4);
    assert_eq!(refusals(&app), [by_network]);
}

#[apply(both_databases!)]
async fn an_outdated_hash_is_made_again_by_the_right_password(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.execute(&format!("UPDATE user_rows SET password_hash = '{}'", outdated_hash()));
    app.browser().sign_in(&app, "maya.fischer@example.com", "not the password").await.is(422);
    assert_eq!(app.count("users WHERE password_hash LIKE '$argon2id$v=19$m=8192,%'"), 1);
    app.advance(TimeDelta::seconds(1));
    app.signed_in("maya.fischer@example.com").await;
    assert_eq!(app.count("users WHERE password_hash LIKE '$argon2id$v=19$m=19456,t=2,p=1$%'"), 1);
    app.signed_in("maya.fischer@example.com").await;
}

#[apply(both_databases!)]
async fn a_browser_says_what_it_is_and_nothing_more(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let mut maya = app.browser();
    maya.headers.push((header::USER_AGENT.as_str(), format!("Browser/1.0 {}", "x".repeat(5000))));
    maya.sign_in(&app, "maya.fischer@example.com", PASSWORD).await.redirects_to("/");
    assert_eq!(app.count("sessions WHERE length(browser) = 300"), 1);
    assert!(app.audit().last().unwrap().details.len() < 400);
}
