//! Metrics for monitoring, and secrets that must not be in them.

use actix_web::{http::Method, test::TestRequest};
use chrono::TimeDelta;
use usher::{mail::SendError, store::StoreError, usecases::setup, web::shared::assets};

use crate::{
    helpers::{PANIC, PASSWORD, TestApp},
    shared::steps::{create_group, invite},
};

const LIST: &str = "/users-and-groups";

/// The whole current reading.
async fn reading(app: &TestApp) -> String {
    let page = app.monitoring(TestRequest::get().uri("/metrics")).await;
    page.is(200);
    page.body
}

/// Number on the line that begins so; 0 without such a line.
async fn number(app: &TestApp, line: &str) -> f64 {
    number_in(&reading(app).await, line)
}

#[track_caller]
fn number_in(reading: &str, line: &str) -> f64 {
    let value = reading.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(' '));
    value.map_or(0.0, |value| value.parse().unwrap())
}

fn requests(method: &str, route: &str, status: &str) -> String {
    format!(r#"usher_http_requests_total{{method="{method}",route="{route}",status="{status}"}}"#)
}

/// Compares whole numbers.
#[track_caller]
fn assert_is(number: f64, expected: u32) {
    assert!((number - f64::from(expected)).abs() < f64::EPSILON, "{number} is not {expected}");
}

#[apply(both_databases!)]
async fn requests_are_counted_by_method_route_and_status(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for path in [LIST, "/users-and-groups?q=ma", "/users-and-groups?q=a&q=b", "/users-and-groups/groups/1", "/nowhere", PANIC] {
        maya.get(&app, path).await;
    }
    maya.method(&app, Method::HEAD, LIST).await.is(200);
    for method in [Method::PUT, Method::TRACE] {
        maya.method(&app, method, LIST).await.is(405);
    }
    app.browser().get(&app, LIST).await.is(303);
    let reading = reading(&app).await;
    for (method, route, status, count) in [
        ("GET", LIST, "2xx", 2),
        ("GET", LIST, "4xx", 1),
        ("GET", LIST, "3xx", 1),
        ("HEAD", LIST, "2xx", 1),
        ("other", LIST, "4xx", 2),
        ("GET", "/users-and-groups/groups/{group}", "2xx", 1),
        ("GET", "(none)", "4xx", 1),
        ("GET", "(none)", "5xx", 1),
    ] {
        assert_is(number_in(&reading, &requests(method, route, status)), count);
        let labels = format!(r#"{{method="{method}",route="{route}",status="{status}"}}"#);
        assert_is(number_in(&reading, &format!("usher_http_request_duration_seconds_count{labels}")), count);
    }
    assert_is(number_in(&reading, "usher_http_requests_in_flight"), 0);
}

#[apply(both_databases!)]
async fn sign_ins_are_counted_by_what_came_of_them(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let lena = app.create_user("Lena", "Novak");
    maya.press(&app, LIST, &format!("/users-and-groups/users/{lena}/block")).await.is(303);
    app.mails().await;
    app.browser().sign_in(&app, "lena.novak@example.com", PASSWORD).await.is(422);
    app.browser().sign_in(&app, "nobody@example.com", PASSWORD).await.is(422);
    app.browser().sign_in(&app, "nobody@example.com", PASSWORD).await.is(429);
    let reading = reading(&app).await;
    for outcome in ["signed_in", "deactivated", "wrong", "throttled"] {
        assert_is(number_in(&reading, &format!(r#"usher_sign_ins_total{{outcome="{outcome}"}}"#)), 1);
    }
}

#[apply(both_databases!)]
async fn mails_are_told_by_state_and_with_the_age_of_the_oldest_that_waits(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for email in ["failed@example.com", "retried@example.com"] {
        maya.fill(&app, "/users-and-groups/new-user", &[("email", email)]).await.is(303);
    }
    app.mailbox().fail_next(SendError::permanent("550 No such user"));
    app.mailbox().fail_next(SendError::temporary("450 Later"));
    assert!(app.mails().await.is_empty());
    app.advance(TimeDelta::seconds(30));
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "queued@example.com")]).await.is(303);
    app.advance(TimeDelta::seconds(10));
    let waiting = reading(&app).await;
    for state in ["queued", "retrying", "failed"] {
        assert_is(number_in(&waiting, &format!(r#"usher_mails{{state="{state}"}}"#)), 1);
    }
    assert_is(number_in(&waiting, "usher_oldest_waiting_mail_age_seconds"), 40);
    app.advance(TimeDelta::minutes(2));
    assert_eq!(app.mails().await.len(), 2);
    let sent = reading(&app).await;
    assert_is(number_in(&sent, r#"usher_mails{state="failed"}"#), 1);
    assert!(sent.contains("usher_mails{state=\"queued\"} 0\n") && sent.contains("usher_oldest_waiting_mail_age_seconds 0\n"), "{sent}");
}

#[apply(both_databases!)]
async fn changes_are_counted_as_write_transactions(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let before = number(&app, "usher_write_transaction_duration_seconds_count").await;
    create_group(&app, &mut maya, "Research").await;
    let after = reading(&app).await;
    assert!(number_in(&after, "usher_write_transaction_duration_seconds_count") > before);
    assert!(number_in(&after, "usher_write_transaction_wait_seconds_count") > before);
}

#[apply(both_databases!)]
async fn connections_at_work_are_counted(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let store = app.store();
    assert_eq!(store.metrics().connections_in_use, 0);
    assert_eq!(store.read(|_| Ok::<_, StoreError>(store.metrics().connections_in_use)).unwrap(), 1);
    assert_is(number(&app, "usher_database_connections_max").await, 4);
}

#[apply(both_databases!)]
async fn monitoring_learns_that_the_database_is_away(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    assert_is(number(&app, "usher_database_up").await, 1);
    app.execute("DROP TABLE outbox");
    let reading = reading(&app).await;
    assert!(reading.contains("usher_database_up 0\n") && !reading.contains("usher_mails"), "{reading}");
}

#[apply(both_databases!)]
async fn the_process_says_what_it_is(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let reading = reading(&app).await;
    assert!(reading.contains(&format!("usher_build_info{{version=\"{}\"}} 1\n", env!("CARGO_PKG_VERSION"))), "{reading}");
    assert!(reading.contains(&format!("process_start_time_seconds {}\n", app.now().and_utc().timestamp())), "{reading}");
    assert!(number_in(&reading, "process_resident_memory_bytes") > 1e6, "{reading}");
    assert!(reading.ends_with("# EOF\n"));
}

#[apply(both_databases!)]
async fn monitoring_reads_nothing_about_users_and_no_token(db: Db) {
    let app = TestApp::empty(db).await;
    let address = setup::open(&app.ctx).unwrap().unwrap().replace("http://localhost:8080", "");
    let mut maya = app.browser();
    let person = [("first_name", "Maya"), ("last_name", "Fischer"), ("email", "maya@example.com"), ("password", PASSWORD)];
    maya.fill(&app, &address, &[&person[..], &[("company", "Northwind")]].concat()).await.redirects_to("/");
    let link = invite(&app, &mut maya, "noor@example.com").await;
    maya.get(&app, "/users-and-groups?q=lombardi").await.is(200);
    app.browser().get(&app, &link).await.is(200);
    app.browser().get(&app, &format!("{link}x")).await.is(404);
    app.browser().get(&app, "/unheard-of").await.is(404);
    let reading = reading(&app).await;
    assert_is(number_in(&reading, &requests("GET", "/invitation/{token}", "2xx")), 1);
    let (key, token) = (address.split_once("key=").unwrap().1, link.rsplit('/').next().unwrap());
    for secret in [key, token, "Maya", "maya", "Northwind", "noor", "example.com", "lombardi", "unheard-of", "192.0.2.1"] {
        assert!(!reading.contains(secret), "{secret} is in\n{reading}");
    }
}

#[apply(both_databases!)]
async fn monitoring_has_a_listener_of_its_own_and_nothing_else_is_there(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.get(&app, "/metrics").await.is(404);
    for path in ["/", LIST, "/sign-in", "/healthz", "/readyz", "/metrics/", &assets::urls().style, "/setup?key=a"] {
        app.monitoring(TestRequest::get().uri(path)).await.is(404);
    }
    let page = app.monitoring(TestRequest::get().uri("/metrics")).await;
    assert_eq!(page.is(200).header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert_eq!(page.header("set-cookie"), "");
    app.monitoring(TestRequest::post().uri("/metrics")).await.is(404);
}
