//! Headers of every answer, and secrets that never get out.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    sync::{Arc, OnceLock},
};

use actix_web::{
    http::{Method, header::HeaderValue},
    test::TestRequest,
};
use parking_lot::Mutex;
use tracing_subscriber::fmt::MakeWriter;
use usher::usecases::setup;

use crate::{
    helpers::{Browser, Db, PANIC, PASSWORD, Page, Setting, TestApp},
    shared::routes::is_in_the_product_s_look,
};

const EVERY_ANSWER: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
    ),
];

/// One answer of each kind.
async fn answers(app: &TestApp, maya: &mut Browser) -> Vec<(u16, Page)> {
    let large = TestRequest::post().uri("/sign-in").insert_header(("origin", app.ctx.links.origin.clone()));
    let large = large.insert_header(("content-type", "application/x-www-form-urlencoded")).set_payload("a".repeat(100_000));
    app.browser().sign_in(app, "nobody@example.com", PASSWORD).await;
    let mut answers = vec![
        (200, maya.get(app, "/users-and-groups").await),
        (200, app.browser().get(app, "/sign-in").await),
        (200, app.browser().get(app, &usher::web::shared::assets::urls().script).await),
        (200, app.browser().get(app, "/healthz").await),
        (200, app.browser().get(app, "/readyz").await),
        (303, app.browser().get(app, "/users-and-groups").await),
        (400, maya.get(app, "/users-and-groups?q=a&q=b").await),
        (403, maya.post(app, "/users-and-groups/new-group", &[("name", "Research")]).await),
        (404, app.browser().get(app, "/unknown").await),
        (405, maya.method(app, Method::DELETE, "/sign-in").await),
        (413, app.browser().request(app, large).await),
        (422, maya.fill(app, "/users-and-groups/new-group", &[("name", "")]).await),
        (429, app.browser().sign_in(app, "nobody@example.com", PASSWORD).await),
        (500, maya.get(app, PANIC).await),
    ];
    app.execute("ALTER TABLE sessions RENAME TO gone");
    answers.push((503, maya.get(app, "/users-and-groups").await));
    answers
}

/// Log of this process so far.
fn log() -> String {
    String::from_utf8(lines().0.lock().clone()).unwrap()
}

fn lines() -> &'static Lines {
    static LINES: OnceLock<Lines> = OnceLock::new();
    LINES.get_or_init(|| {
        let lines = Lines::default();
        let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_ansi(false).with_writer(lines.clone());
        tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
        lines
    })
}

/// Collects log lines of all threads.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Token in a session's cookie, after its signature.
fn token_of(browser: &Browser) -> String {
    browser.cookie("usher").unwrap()[44..].to_owned()
}

#[apply(both_databases!)]
async fn every_answer_tells_browsers_what_not_to_do(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for (status, page) in answers(&app, &mut maya).await {
        assert_eq!(page.status.as_u16(), status, "{}", page.text());
        for (name, value) in EVERY_ANSWER {
            assert_eq!(page.header(name), value, "{name} of {status}");
        }
        assert_eq!(page.header("referrer-policy"), "same-origin", "{status}");
        assert_eq!(page.header("strict-transport-security"), "", "{status}");
        if status >= 400 && status != 422 && status != 429 {
            is_in_the_product_s_look(&page);
        }
    }
}

#[apply(both_databases!)]
async fn on_https_every_answer_asks_to_stay_there(db: Db) {
    let (app, mut maya) = TestApp::with_admin_and(db, Setting { origin: "https://usher.example.com", ..Setting::default() }).await;
    for (status, page) in answers(&app, &mut maya).await {
        assert_eq!(page.status.as_u16(), status, "{}", page.text());
        assert_eq!(page.header("strict-transport-security"), "max-age=63072000; includeSubDomains", "{status}");
    }
}

#[apply(both_databases!)]
async fn only_files_whose_names_change_are_kept_by_browsers(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let urls = usher::web::shared::assets::urls();
    for path in [&urls.style, &urls.script, &urls.icons, &urls.mark] {
        let file = maya.get(&app, path).await;
        assert_eq!(file.is(200).header("cache-control"), "public, max-age=31536000, immutable", "{path}");
        assert_eq!(file.header("set-cookie"), "", "{path}");
    }
    for path in ["/", "/users-and-groups", "/users-and-groups/groups/1", "/healthz", "/readyz", "/static/unknown.css", "/unknown"] {
        assert_eq!(maya.get(&app, path).await.header("cache-control"), "no-store", "{path}");
    }
    assert_eq!(app.browser().get(&app, "/sign-in").await.header("cache-control"), "no-store");
}

#[apply(both_databases!)]
async fn an_address_with_a_token_is_told_to_nobody(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.redirects_to("/users-and-groups");
    let link = app.link_in_mail().await;
    let others = ["/invitation/unknown", "/reset/unknown", "/confirm-email/unknown", "/stop-email-change/unknown"];
    for path in [&*link, "/setup?key=unknown", "/setup?key=a&key=b"].into_iter().chain(others) {
        assert_eq!(app.browser().get(&app, path).await.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(app.browser().method(&app, Method::PUT, path).await.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(app.browser().post(&app, path, &[("password", "x")]).await.header("referrer-policy"), "no-referrer", "{path}");
    }
    let new_link = format!("{link}/new-link");
    assert_eq!(app.browser().post(&app, &new_link, &[]).await.header("referrer-policy"), "no-referrer");
    assert_eq!(app.browser().get(&app, &new_link).await.header("referrer-policy"), "no-referrer");
}

#[apply(both_databases!)]
async fn each_answer_has_a_number_of_its_own(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let answers = answers(&app, &mut maya).await;
    let ids = answers.iter().map(|(_, page)| page.header("x-request-id")).collect::<BTreeSet<_>>();
    assert_eq!(ids.len(), answers.len());
    for id in ids {
        assert!(id.len() == 9 && id.split('-').all(|part| part.len() == 4 && part.chars().all(|c| c.is_ascii_hexdigit())), "{id:?}");
    }
}

#[apply(both_databases!)]
async fn a_failure_has_a_reference_and_says_nothing_else(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.execute("ALTER TABLE outbox RENAME TO gone");
    let failed = maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await;
    let panicked = maya.get(&app, PANIC).await;
    app.execute("ALTER TABLE gone RENAME TO outbox");
    for page in [failed, panicked] {
        page.is(500).sees("Something went wrong on our side").sees(page.header("x-request-id"));
        for internal in ["outbox", "table", "relation", "SQL", "sql", "query", "panic", "secret", "src/", "Error"] {
            page.sees_no(internal);
        }
    }
    assert!(!app.has_user("noor@example.com"));
    maya.get(&app, "/users-and-groups").await.is(200);
}

#[apply(both_databases!)]
async fn every_answer_that_failed_has_its_line_in_the_log(db: Db) {
    lines();
    let (app, mut maya) = TestApp::with_admin(db).await;
    let panicked = maya.get(&app, PANIC).await;
    app.execute("ALTER TABLE outbox RENAME TO gone");
    let failed = maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await;
    app.execute("ALTER TABLE gone RENAME TO outbox");
    app.execute("ALTER TABLE sessions RENAME TO gone");
    let unavailable = maya.get(&app, "/users-and-groups").await;
    for (page, status, reason) in [(panicked, 500, "a handler panicked"), (failed, 500, "outbox"), (unavailable, 503, "Unavailable")] {
        let id = page.is(status).header("x-request-id");
        let log = log();
        let lines = log.lines().filter(|line| line.contains(id) && line.contains(" ERROR ") && line.contains("a request failed"));
        let lines = lines.collect::<Vec<_>>();
        assert!(lines.len() == 1 && lines[0].contains(&format!("status={status}")) && lines[0].contains(reason), "{id}: {lines:?}");
    }
}

#[apply(both_databases!)]
async fn a_form_refused_for_its_origin_tells_the_log_what_came_and_what_was_expected(db: Db) {
    lines();
    let (app, _) = TestApp::with_admin_and(db, Setting { origin: "https://usher.example.com", ..Setting::default() }).await;
    let mut guest = app.browser();
    // Later lines only, since other tests log too.
    let from = |db: Db| format!("https://{db:?}.example.net").to_lowercase();
    guest.headers = vec![("origin", from(db)), ("sec-fetch-site", "cross-site".to_owned())];
    guest.request(&app, TestRequest::post().uri("/sign-in")).await.is(403);
    let refused = log().lines().find(|line| line.contains(&format!("origin=\"{}\"", from(db)))).unwrap().to_owned();
    for part in
        [" WARN ", "request{id=", "sec_fetch_site=\"cross-site\"", "expected=\"https://usher.example.com\"", "USHER_PUBLIC_URL is wrong"]
    {
        assert!(refused.contains(part), "{part} in {refused}");
    }
}

#[apply(both_databases!)]
async fn what_a_stranger_writes_into_the_origin_stays_one_short_line_of_the_log(db: Db) {
    lines();
    let app = TestApp::empty(db).await;
    let mark = format!("{db:?}-stranger");
    let origin = [mark.as_bytes(), b"\t\xff\"", &[b'x'; 5000]].concat();
    let post = TestRequest::post().uri("/sign-in").insert_header(("origin", HeaderValue::from_bytes(&origin).unwrap()));
    app.browser().request(&app, post).await.is(403);
    let log = log();
    let line = log.lines().find(|line| line.contains(&mark)).unwrap();
    assert!(line.contains("stranger\\\\t\\\\xff") && line.contains("xx…\"") && line.len() < 800, "{line}");
}

#[apply(both_databases!)]
async fn the_log_names_routes_and_no_secrets(db: Db) {
    lines();
    let app = TestApp::empty(db).await;
    let address = setup::open(&app.ctx).unwrap().unwrap().replace("http://localhost:8080", "");
    let (mut maya, mut noor) = (app.browser(), app.browser());
    let passwords = ["lantern quiver moss eleven", "ribbon cactus violin forty", "a guess that was wrong"];
    let company = [("company", "Northwind"), ("first_name", "Maya"), ("last_name", "Fischer"), ("email", "maya@example.com")];
    maya.fill(&app, &address, &[&company[..], &[("password", passwords[0])]].concat()).await.redirects_to("/");
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.is(303);
    let link = app.link_in_mail().await;
    noor.method(&app, Method::PUT, &link).await.is(405);
    noor.fill(&app, &link, &[("first_name", ""), ("last_name", ""), ("password", passwords[1])]).await.is(422);
    let person = [("first_name", "Noor"), ("last_name", "van Dijk"), ("password", passwords[1])];
    noor.fill(&app, &link, &person).await.redirects_to("/");
    app.browser().sign_in(&app, "noor@example.com", passwords[2]).await.is(422);
    let mut stale = app.browser();
    stale.set_cookie("usher", &format!("{}x", maya.cookie("usher").unwrap()));
    stale.get(&app, "/users-and-groups").await.is(303);
    let ruth = [("first_name", "Ruth"), ("last_name", "Adler"), ("email", "ruth@example.com"), ("default_role", "user"), ("do", "next")];
    let step = maya.fill(&app, "/users-and-permissions/new", &ruth).await.is(303).header("location").to_owned();
    maya.get(&app, &step).await.is(200);
    maya.method(&app, Method::PUT, &step).await.is(405);
    app.browser().get(&app, &step).await.is(303);
    app.execute("DROP TABLE tokens CASCADE".trim_end_matches(if db == Db::Sqlite { " CASCADE" } else { "" }));
    app.browser().get(&app, &link).await.is(500);
    app.browser().get(&app, &address).await.is(500);

    let log = log();
    assert!(log.contains("/invitation/{token}") && log.contains("a request failed"), "nothing was logged");
    let (key, token) = (address.split_once("key=").unwrap().1, link.rsplit('/').next().unwrap());
    let cookies = [token_of(&maya), token_of(&noor), maya.cookie("usher-browser").unwrap().to_owned()];
    let draft = step.split_once("draft=").unwrap().1;
    for secret in [key, token, draft].into_iter().chain(cookies.iter().map(String::as_str)).chain(passwords) {
        assert!(secret.len() > 20 && !log.contains(secret), "{secret} is in the log");
        let encoded = secret.replace(' ', "+");
        assert!(!log.contains(&encoded), "{encoded} is in the log");
    }
}
