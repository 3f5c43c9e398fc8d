//! Forms that no page of Usher sends: refused in words, and nothing is done.

use std::collections::BTreeSet;

use actix_web::{http::header, test::TestRequest};
use usher::web::shared::routing::paths::ENDPOINTS;

use crate::{
    helpers::{Browser, Page},
    shared::routes::{Post, World, csrf, is_in_the_product_s_look},
};

const FORM: &str = "application/x-www-form-urlencoded";
const STALE: &str = "This form is no longer valid";
const UNREADABLE: &str = "This request can’t be read";
const TOO_LARGE: &str = "The form is too large";
const TOO_MANY: &str = "The form is too large";

/// A submission, complete with its headers.
struct Sent {
    what: &'static str,
    body: Vec<u8>,
    content_type: &'static str,
    headers: Vec<(&'static str, &'static str)>,
    status: u16,
    title: &'static str,
}

/// Headers of a page of Usher.
const OURS: (&str, &str) = ("origin", "http://localhost:8080");

fn from_elsewhere(what: &'static str, body: &str, headers: &[(&'static str, &'static str)]) -> Sent {
    Sent { what, body: body.into(), content_type: FORM, headers: headers.to_vec(), status: 403, title: STALE }
}

fn unreadable(what: &'static str, body: impl Into<Vec<u8>>) -> Sent {
    Sent { what, body: body.into(), content_type: FORM, headers: vec![OURS], status: 400, title: UNREADABLE }
}

fn too_large(what: &'static str, body: String) -> Sent {
    Sent { status: 413, title: TOO_LARGE, ..unreadable(what, body) }
}

/// Each post of the world with a permitted browser, its token, and another browser's token.
struct Senders {
    maya: (Browser, String),
    guest: (Browser, String),
    others: [String; 2],
}

impl Senders {
    async fn of(world: &mut World) -> Self {
        let mut guest = world.app.browser();
        let guest_token = csrf(&guest.get(&world.app, "/sign-in").await, "/sign-in");
        let other_guest = csrf(&world.app.browser().get(&world.app, "/sign-in").await, "/sign-in");
        let maya_token = csrf(&world.maya.get(&world.app, "/users-and-groups").await, "/sign-out");
        let jonas_token = csrf(&world.jonas.get(&world.app, "/users-and-groups").await, "/sign-out");
        Self { maya: (world.maya.clone(), maya_token), guest: (guest, guest_token), others: [jonas_token, other_guest] }
    }

    /// Permitted browser, its token, and another user's token.
    fn of_post(&self, post: &Post) -> (Browser, String, String) {
        let needs_session = post.endpoint.access.is_signed_in();
        let ((browser, token), other) = if needs_session { (&self.maya, &self.others[0]) } else { (&self.guest, &self.others[1]) };
        (browser.clone(), token.clone(), other.clone())
    }
}

async fn send(browser: &mut Browser, world: &World, post: &Post, sent: &Sent) -> Page {
    let mut request = TestRequest::post().uri(&post.path).insert_header((header::CONTENT_TYPE, sent.content_type));
    for header in &sent.headers {
        request = request.insert_header(*header);
    }
    browser.request(&world.app, request.set_payload(sent.body.clone())).await
}

/// Submits each form in each of these ways; all are refused in words, and nothing is stored.
async fn all_are_refused(world: &mut World, ways: impl Fn(&Post, &str, &str) -> Vec<Sent>) {
    let senders = Senders::of(world).await;
    let before = world.stored();
    for post in world.posts() {
        let (mut browser, token, other) = senders.of_post(&post);
        for sent in ways(&post, &token, &other) {
            let page = send(&mut browser, world, &post, &sent).await;
            assert_eq!(page.status.as_u16(), sent.status, "{} {}: {}", post.path, sent.what, page.text());
            page.sees(sent.title);
            is_in_the_product_s_look(&page);
            assert_eq!(world.stored(), before, "{} {}", post.path, sent.what);
        }
    }
}

#[apply(both_databases!)]
async fn no_form_is_left_out_here(db: Db) {
    let world = World::new(db).await;
    let declared = ENDPOINTS.iter().filter(|endpoint| endpoint.kind.takes_form()).map(|endpoint| endpoint.name);
    assert_eq!(world.posts().iter().map(|post| post.endpoint.name).collect::<BTreeSet<_>>(), declared.collect());
}

#[apply(both_databases!)]
async fn what_is_refused_below_is_accepted_when_nothing_is_wrong_with_it(db: Db) {
    let mut world = World::new(db).await;
    let mut senders = Senders::of(&mut world).await;
    for post in world.posts() {
        let (mut browser, token, _) = senders.of_post(&post);
        let sent = Sent { status: post.done, ..unreadable("as it is", post.body(&token)) };
        let page = send(&mut browser, &world, &post, &sent).await;
        assert_eq!(page.status.as_u16(), post.done, "{}: {}", post.path, page.text());
        assert!(!page.header("location").starts_with("/sign-in?") || !post.endpoint.access.is_signed_in(), "{}: signed out", post.path);
        if post.endpoint.access.is_signed_in() {
            senders.maya.0 = browser;
        }
    }
    world.app.mails().await;
}

#[apply(both_databases!)]
async fn a_form_from_elsewhere_is_refused(db: Db) {
    all_are_refused(&mut World::new(db).await, |post, token, other| {
        let (body, foreign) = (post.body(token), [("origin", "https://evil.example")]);
        let without = body.split_once('&').map_or("", |(_, rest)| rest);
        vec![
            from_elsewhere("without a token", without, &[OURS]),
            from_elsewhere("with an empty token", &post.body(""), &[OURS]),
            from_elsewhere("with the token of another browser", &post.body(other), &[OURS]),
            from_elsewhere("with the token twice", &format!("{body}&csrf={token}"), &[OURS]),
            from_elsewhere("from another origin", &body, &foreign),
            from_elsewhere("from another port", &body, &[("origin", "http://localhost:8081")]),
            from_elsewhere("from a hidden origin", &body, &[("origin", "null")]),
            from_elsewhere("from another site", &body, &[OURS, ("sec-fetch-site", "cross-site")]),
            from_elsewhere("from a sister site", &body, &[("sec-fetch-site", "same-site")]),
            from_elsewhere("from nowhere", &body, &[]),
        ]
    })
    .await;
}

#[apply(both_databases!)]
async fn a_form_that_cannot_be_read_is_refused(db: Db) {
    all_are_refused(&mut World::new(db).await, |post, token, _| {
        let body = post.body(token);
        let typed = |content_type| Sent { content_type, ..unreadable("in another type", body.clone()) };
        let mut ways = vec![
            unreadable("with an unknown field", format!("{body}&role=Admin")),
            unreadable("with a list", format!("{body}&email[]=a@example.com&email[]=b@example.com")),
            unreadable("with bytes that are no text", [body.as_bytes(), b"\xff\xfe"].concat()),
            unreadable("with escapes that are no text", format!("{body}%FF")),
            unreadable("with half a character", format!("{body}%C3&x=%A9")),
            unreadable("with half an escape", format!("{body}%4")),
            unreadable("with an escape of nothing", format!("{body}%zz")),
            typed("text/plain"),
            typed("application/json"),
            typed("multipart/form-data; boundary=x"),
        ];
        if let Some((name, value)) = post.fields.first() {
            ways.push(unreadable("with a field twice", format!("{body}&{name}={value}")));
        }
        ways
    })
    .await;
}

#[apply(both_databases!)]
async fn a_form_that_is_too_large_is_refused(db: Db) {
    all_are_refused(&mut World::new(db).await, |post, token, _| {
        let body = post.body(token);
        let name = post.fields.first().map_or("return", |(name, _)| name);
        let limit = if post.endpoint.name == "EditDefinition" { 4_000_000 } else { 64 * 1024 };
        vec![
            too_large("beyond the limit", format!("{body}&{name}={}", "a".repeat(limit))),
            too_large("with a name of 5 MB", format!("{body}&{name}={}", "a".repeat(5_000_000))),
        ]
    })
    .await;
}

#[apply(both_databases!)]
async fn a_form_of_more_fields_than_any_has_is_refused(db: Db) {
    all_are_refused(&mut World::new(db).await, |post, token, _| {
        let body = post.body(token);
        let names = |count: usize| (0..count).map(|place| format!("&n{place}=")).collect::<Vec<_>>().concat();
        [names(65), names(8_000), "&user=1".repeat(1_001), "&".repeat(60_000)]
            .map(|more| Sent { title: TOO_MANY, ..unreadable("with many fields", format!("{body}{more}")) })
            .into()
    })
    .await;
}

#[apply(both_databases!)]
async fn a_large_form_within_the_limit_is_read(db: Db) {
    let mut world = World::new(db).await;
    let name = "a".repeat(60_000);
    world.maya.fill(&world.app, "/users-and-groups/new-group", &[("name", &name)]).await.is(422).sees("Use at most 100 characters");
}
