//! Wrong passwords in a row: waits, and users without them.

use std::rc::Rc;

use chrono::TimeDelta;

use crate::helpers::{Browser, Db, PASSWORD, Page, Setting, TestApp};

const MAYA: &str = "maya.fischer@example.com";
const CLOSED: &str = "Too many attempts. Use a browser you have signed in with before, or reset your password.";

/// Trusts the tests' peer as a proxy, so that a test chooses the addresses of its browsers.
fn behind_proxy() -> Setting {
    Setting { trusted_proxy: Some("192.0.2.1"), ..Setting::default() }
}

fn at(app: &TestApp, source: &str) -> Browser {
    let mut browser = app.browser();
    browser.headers.push(("x-forwarded-for", source.to_owned()));
    browser
}

/// Tries this password with an unknown browser at an address of its own.
async fn stranger_tries(app: &TestApp, place: usize, email: &str, password: &str) -> Page {
    at(app, &format!("198.51.100.{place}")).sign_in(app, email, password).await
}

/// Pretends this number of failed attempts in a row, the last of them long enough ago.
fn failed_attempts(app: &TestApp, scope: &str, count: u32) {
    assert_eq!(app.execute(&format!("UPDATE throttles SET failed_attempts = {count} WHERE scope = '{scope}'")), 1);
    app.advance(TimeDelta::minutes(15));
}

/// Pretends this number of failed attempts from one network.
fn failed_attempts_at(app: &TestApp, network: &str, count: u32) {
    assert_eq!(app.execute(&format!("UPDATE throttles SET failed_attempts = {count} WHERE key = '{network}'")), 1);
    app.advance(TimeDelta::minutes(15));
}

#[apply(both_databases!)]
async fn waits_grow_and_the_page_says_until_when(db: Db) {
    let (app, _) = TestApp::with_admin_and(db, behind_proxy()).await;
    let waits = [
        (1, "1 second"),
        (3, "3 seconds"),
        (5, "5 seconds"),
        (10, "10 seconds"),
        (20, "20 seconds"),
        (30, "30 seconds"),
        (60, "1 minute"),
        (120, "2 minutes"),
        (300, "5 minutes"),
        (600, "10 minutes"),
        (900, "15 minutes"),
        (900, "15 minutes"),
    ];
    for (place, (seconds, words)) in waits.into_iter().enumerate() {
        stranger_tries(&app, place, MAYA, "not the password").await.is(422);
        let held = stranger_tries(&app, place, MAYA, "not the password").await;
        held.is(429).sees(&format!("Too many attempts. Try again in {words}."));
        let retry_after = held.header("retry-after").parse::<i64>().unwrap();
        assert!((seconds..=seconds + 1).contains(&retry_after), "{retry_after}");
        app.advance(TimeDelta::seconds(seconds));
    }
}

#[apply(both_databases!)]
async fn while_one_waits_not_even_the_right_password_is_looked_at(db: Db) {
    let (app, _) = TestApp::with_admin_and(db, behind_proxy()).await;
    stranger_tries(&app, 1, MAYA, "not the password").await.is(422);
    stranger_tries(&app, 2, MAYA, PASSWORD).await.is(429);
    app.advance(TimeDelta::seconds(1));
    stranger_tries(&app, 2, MAYA, PASSWORD).await.redirects_to("/");
}

#[apply(both_databases!)]
async fn guesses_made_at_once_are_counted_before_they_are_checked(db: Db) {
    let (app, _) = TestApp::with_admin_and(db, behind_proxy()).await;
    if db == Db::Postgres {
        app.execute("CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.1); RETURN NEW; END'");
        app.execute("CREATE TRIGGER linger BEFORE INSERT ON throttles FOR EACH ROW EXECUTE FUNCTION linger()");
    }
    let apps = [Rc::new(app.another_instance().await), Rc::new(app.another_instance().await), Rc::new(app)];
    let guess = |place: usize| {
        let app = Rc::clone(&apps[place % 3]);
        actix_web::rt::spawn(async move { stranger_tries(&app, place, MAYA, "not the password").await.status.as_u16() })
    };
    let guesses = (0..6).map(guess).collect::<Vec<_>>();
    let mut looked_at = 0;
    for guess in guesses {
        looked_at += usize::from(guess.await.unwrap() == 422);
    }
    assert_eq!(looked_at, 1);
}

#[apply(both_databases!)]
async fn every_instance_counts_for_all(db: Db) {
    let (app, _) = TestApp::with_admin_and(db, behind_proxy()).await;
    let other = app.another_instance().await;
    stranger_tries(&app, 1, MAYA, "not the password").await.is(422);
    stranger_tries(&other, 2, MAYA, "not the password").await.is(429);
}

#[apply(both_databases!)]
async fn a_right_password_lets_the_waits_begin_anew(db: Db) {
    let (app, _) = TestApp::with_admin_and(db, behind_proxy()).await;
    for seconds in [1, 3, 5] {
        stranger_tries(&app, 1, MAYA, "not the password").await.is(422);
        app.advance(TimeDelta::seconds(seconds));
    }
    stranger_tries(&app, 1, MAYA, PASSWORD).await.redirects_to("/");
    stranger_tries(&app, 1, MAYA, "not the password").await.is(422);
    stranger_tries(&app, 1, MAYA, "not the password").await.is(429).sees("Try again in 1 second.");
}

#[apply(both_databases!)]
async fn an_unknown_address_is_held_up_like_a_known_one(db: Db) {
    let (app, _) = TestApp::with_admin_and(db, behind_proxy()).await;
    for place in 0..3 {
        let known = stranger_tries(&app, place, MAYA, "not the password").await;
        let unknown = stranger_tries(&app, place, "nobody@example.com", "not the password").await;
        assert_eq!(
            (known.status, known.text(), known.header("retry-after")),
            (unknown.status, unknown.text(), unknown.header("retry-after"))
        );
    }
    app.execute("UPDATE throttles SET failed_attempts = 100 WHERE scope = 'account'");
    app.advance(TimeDelta::minutes(15));
    for email in [MAYA, "nobody@example.com"] {
        stranger_tries(&app, 9, email, "not the password").await.is(429).sees(CLOSED);
    }
}

#[apply(both_databases!)]
async fn a_network_address_waits_after_twenty_wrong_ones_whomever_they_are_for(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    for place in 0..21 {
        app.browser().sign_in(&app, &format!("nobody{place}@example.com"), "not the password").await.is(422);
    }
    app.browser().sign_in(&app, "nobody@example.com", "not the password").await.is(429).sees("Try again in 1 second.");
    app.advance(TimeDelta::seconds(1));
    app.browser().sign_in(&app, "somebody@example.com", "not the password").await.is(422);
    app.browser().sign_in(&app, "anybody@example.com", "not the password").await.is(429).sees("Try again in 3 seconds.");
}

#[apply(both_databases!)]
async fn users_who_sign_in_do_not_hold_up_their_office(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.browser().sign_in(&app, "nobody@example.com", "not the password").await.is(422);
    failed_attempts(&app, "source", 20);
    for _ in 0..3 {
        app.browser().sign_in(&app, MAYA, PASSWORD).await.redirects_to("/");
    }
    app.browser().sign_in(&app, "somebody@example.com", "not the password").await.is(422);
    app.browser().sign_in(&app, MAYA, PASSWORD).await.is(429).sees("Try again in 1 second.");
}

#[apply(both_databases!)]
async fn a_network_address_is_forgotten_after_a_quiet_hour(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.browser().sign_in(&app, "nobody@example.com", "not the password").await.is(422);
    failed_attempts(&app, "source", 1000);
    app.advance(TimeDelta::minutes(45));
    for place in 0..3 {
        app.browser().sign_in(&app, &format!("nobody{place}@example.com"), "not the password").await.is(422);
    }
}

#[apply(both_databases!)]
async fn a_stranger_holds_up_strangers_and_not_the_owner_s_browser(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.sign_out(&app).await;
    app.browser().sign_in(&app, MAYA, "not the password").await.is(422);
    app.browser().sign_in(&app, MAYA, PASSWORD).await.is(429);
    maya.sign_in(&app, MAYA, PASSWORD).await.redirects_to("/");
}

#[apply(both_databases!)]
async fn after_a_hundred_wrong_ones_only_a_browser_known_from_before_gets_in(db: Db) {
    let (app, mut maya) = TestApp::with_admin_and(db, behind_proxy()).await;
    maya.sign_out(&app).await;
    stranger_tries(&app, 1, MAYA, "not the password").await.is(422);
    failed_attempts(&app, "account", 99);
    stranger_tries(&app, 1, MAYA, "not the password").await.is(422);
    app.advance(TimeDelta::minutes(15));
    for _ in 0..2 {
        let closed = stranger_tries(&app, 2, MAYA, PASSWORD).await;
        closed.is(429).sees(CLOSED).sees_no("Try again in");
        assert_eq!(closed.header("retry-after"), "");
    }
    maya.sign_in(&app, MAYA, PASSWORD).await.redirects_to("/");
    app.advance(TimeDelta::days(1));
    stranger_tries(&app, 3, MAYA, PASSWORD).await.is(429).sees(CLOSED);
}

#[apply(both_databases!)]
async fn a_known_browser_has_no_more_guesses_than_a_stranger(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.sign_out(&app).await;
    maya.sign_in(&app, MAYA, "not the password").await.is(422);
    maya.sign_in(&app, MAYA, PASSWORD).await.is(429).sees("Try again in 1 second.");
}

#[apply(both_databases!)]
async fn a_browser_is_known_to_its_own_user_only(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.create_user("Jonas", "Vermeulen");
    maya.sign_out(&app).await;
    app.browser().sign_in(&app, "jonas.vermeulen@example.com", "not the password").await.is(422);
    maya.sign_in(&app, "jonas.vermeulen@example.com", PASSWORD).await.is(429);
}

#[apply(both_databases!)]
async fn activating_a_user_lets_them_try_again(db: Db) {
    let (app, mut maya) = TestApp::with_admin_and(db, behind_proxy()).await;
    let id = app.create_user("Jonas", "Vermeulen");
    stranger_tries(&app, 1, "jonas.vermeulen@example.com", "not the password").await.is(422);
    failed_attempts(&app, "account", 100);
    for act in ["block", "activate"] {
        maya.press(&app, "/users-and-groups", &format!("/users-and-groups/users/{id}/{act}")).await.is(303);
    }
    app.mails().await;
    stranger_tries(&app, 2, "jonas.vermeulen@example.com", PASSWORD).await.redirects_to("/");
}

#[apply(both_databases!)]
async fn nobody_changes_their_address_by_a_header_of_their_own(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.browser().sign_in(&app, "nobody@example.com", "not the password").await.is(422);
    failed_attempts(&app, "source", 20);
    at(&app, "198.51.100.7").sign_in(&app, "somebody@example.com", "not the password").await.is(422);
    at(&app, "198.51.100.8").sign_in(&app, "anybody@example.com", "not the password").await.is(429);
    assert_eq!(app.count("throttles WHERE scope = 'source'"), 1);
}

#[apply(both_databases!)]
async fn a_forwarded_address_that_cannot_be_read_is_refused(db: Db) {
    let (app, _) = TestApp::with_admin_and(db, behind_proxy()).await;
    let mut browser = app.browser();
    let page = browser.get(&app, "/sign-in").await;
    let strikes = app.count("throttles");
    for source in ["unknown", "198.51.100.7:443", "198.51.100.7, x", "<script>", "999.1.1.1"] {
        browser.headers = vec![("x-forwarded-for", source.to_owned())];
        browser.get(&app, "/sign-in").await.is(400).sees("This request can’t be read");
        browser.send(&app, &page, "/sign-in", &[("email", MAYA), ("password", PASSWORD)]).await.is(400);
    }
    assert_eq!(app.count("throttles"), strikes);
    assert_eq!(browser.cookie("usher"), None);
}

#[apply(both_databases!)]
async fn a_held_network_writes_nothing_and_counts_against_no_account(db: Db) {
    let (app, _) = TestApp::with_admin_and(db, behind_proxy()).await;
    stranger_tries(&app, 1, "nobody@example.com", "not the password").await.is(422);
    failed_attempts_at(&app, "198.51.100.1", 20);
    stranger_tries(&app, 1, "nobody@example.com", "not the password").await.is(422);
    let rows = app.count("throttles");
    for tries in [20, 40] {
        let before = app.store().metrics().writes.count();
        for place in 0..tries {
            let email = if place % 2 == 0 { MAYA.to_owned() } else { format!("typed{place}@example.com") };
            stranger_tries(&app, 1, &email, "not the password").await.is(429);
        }
        assert_eq!((app.store().metrics().writes.count(), app.count("throttles")), (before, rows));
    }
    stranger_tries(&app, 2, MAYA, PASSWORD).await.redirects_to("/");
}

#[apply(both_databases!)]
async fn a_known_browser_gets_in_while_its_network_is_held(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.sign_out(&app).await;
    app.browser().sign_in(&app, "nobody@example.com", "not the password").await.is(422);
    failed_attempts(&app, "source", 1000);
    app.browser().sign_in(&app, MAYA, "not the password").await.is(422);
    app.browser().sign_in(&app, MAYA, PASSWORD).await.is(429).sees("Try again in 15 minutes.");
    maya.sign_in(&app, MAYA, PASSWORD).await.redirects_to("/");
}

#[apply(both_databases!)]
async fn wider_networks_have_a_larger_grace(db: Db) {
    let (app, _) = TestApp::with_admin_and(db, behind_proxy()).await;
    let tries = async |source: &str, email: &str| at(&app, source).sign_in(&app, email, "not the password").await.status.as_u16();
    assert_eq!(tries("2001:db8:1:2::1", "nobody@example.com").await, 422);
    assert_eq!(app.execute("UPDATE throttles SET failed_attempts = 79 WHERE key LIKE '%/56' OR key LIKE '%/48'"), 2);
    for (source, status) in [("2001:db8:1:3::1", 422), ("2001:db8:1:4::1", 422), ("2001:db8:1:5::1", 429), ("2001:db8:1:100::1", 422)] {
        assert_eq!(tries(source, &format!("typed-{}@example.com", source.replace(':', "-"))).await, status, "{source}");
    }
    assert_eq!(app.execute("UPDATE throttles SET failed_attempts = 320 WHERE key LIKE '%/48'"), 1);
    assert_eq!(tries("2001:db8:1:200::1", "somebody@example.com").await, 422);
    assert_eq!(tries("2001:db8:1:300::1", "anybody@example.com").await, 429);
    assert_eq!(tries("2001:db8:2::1", "anybody@example.com").await, 422);
}

#[apply(both_databases!)]
async fn what_is_no_address_counts_by_its_network_alone(db: Db) {
    let (app, _) = TestApp::with_admin_and(db, behind_proxy()).await;
    for place in 0..10 {
        stranger_tries(&app, place, "maya", "not the password").await.is(422);
    }
    for _ in 0..3 {
        stranger_tries(&app, 1, "maya", "not the password").await.is(422);
    }
    assert_eq!(app.count("throttles WHERE scope = 'account'"), 0);
    failed_attempts_at(&app, "198.51.100.1", 21);
    stranger_tries(&app, 1, "maya", "not the password").await.is(422);
    stranger_tries(&app, 1, "maya", "not the password").await.is(429);
    stranger_tries(&app, 2, "maya", "not the password").await.is(422);
}

#[apply(both_databases!)]
async fn marks_that_were_made_while_the_clock_was_ahead_hold_nobody(db: Db) {
    let (app, _) = TestApp::with_admin_and(db, behind_proxy()).await;
    app.advance(TimeDelta::days(2));
    for _ in 0..2 {
        stranger_tries(&app, 1, MAYA, "not the password").await;
    }
    app.execute("UPDATE throttles SET failed_attempts = 50 WHERE scope = 'source'");
    app.advance(TimeDelta::days(-2));
    stranger_tries(&app, 1, MAYA, PASSWORD).await.redirects_to("/");
}
