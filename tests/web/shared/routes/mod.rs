//! Every address, asked for by everybody in every way.

use std::collections::BTreeSet;

use actix_web::http::Method;
use chrono::TimeDelta;
use usher::{
    domain::{
        clock::SystemRandom,
        credentials::token::{Token, TokenPurpose},
        ids::UserId,
    },
    store::tokens::{self, NewToken},
};

use crate::helpers::{Browser, Page, Setting, TestApp};

mod visits;
mod world;

use visits::Visit;

pub(crate) use visits::Post;
pub(crate) use world::{World, csrf, invite, stored};

/// The names in the route table: those of pages, those of forms.
pub(crate) fn served() -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
    let pages = lines().filter_map(|line| name(line, "page!(")).chain(noted()).collect();
    let forms = lines().filter_map(|line| name(line, "post!(").or(name(line, "page!(").filter(|_| line.contains(", post ")))).collect();
    (pages, forms)
}

/// The pages whose look is written down.
fn noted() -> impl Iterator<Item = &'static str> {
    lines().filter_map(|line| name(line, "get_only!("))
}

fn lines() -> impl Iterator<Item = &'static str> {
    include_str!("../../../../src/web/shared/routing/routes.rs").lines()
}

fn name(line: &'static str, kind: &str) -> Option<&'static str> {
    let name = line.trim().strip_prefix(".service(")?.strip_prefix(kind)?.split(" =>").next()?;
    name.starts_with(|c: char| c.is_uppercase()).then_some(name)
}

#[test]
fn no_address_is_left_out_here() {
    let source = include_str!("../../../../src/web/shared/routing/routes.rs");
    let (pages, forms) = served();
    assert!(pages.len() > 15 && forms.len() > 15, "{pages:?} {forms:?}");
    let written = ["page!(", "get_only!(", "post!("].map(|kind| source.matches(kind).count());
    assert_eq!(written.iter().sum::<usize>(), pages.union(&forms).count());
}

/// What every error page has: the product's look, and a way on.
#[track_caller]
pub(crate) fn is_in_the_product_s_look(page: &Page) {
    assert!(page.body.contains(" – Usher</title>"), "{}", page.body);
    assert!(page.body.contains("<h1>") && page.body.contains("<a class=\"btn primary\" href=\"/"), "{}", page.body);
    assert!(page.header("content-type").starts_with("text/html"));
}

#[apply(both_databases!)]
async fn every_page_answers_each_person_as_it_should(db: Db) {
    let world = World::new(db).await;
    let visits = world.visits();
    assert_eq!(visits.iter().map(|visit| visit.name).collect::<BTreeSet<_>>(), served().0);
    let World { app, mut maya, mut jonas, mut lena, .. } = world;
    for Visit { path, anonymous, user, admin, .. } in visits {
        let is_closed = anonymous == 303;
        let mut nobody = app.browser();
        for (who, browser, expected) in [
            ("nobody", &mut nobody, anonymous),
            ("deactivated", &mut lena, anonymous),
            ("user", &mut jonas, user),
            ("admin", &mut maya, admin),
        ] {
            let page = browser.get(&app, &path).await;
            assert_eq!(page.status.as_u16(), expected, "{who} {path}");
            if expected == 303 && is_closed && matches!(who, "nobody" | "deactivated") {
                let next = if path == "/" { None } else { Some(&*path) };
                page.redirects_to(&usher::web::shared::routing::paths::sign_in_then(next));
            }
            if expected == 403 || (expected == 404 && !path.starts_with("/invitation")) {
                is_in_the_product_s_look(&page);
            }
        }
    }
}

#[apply(both_databases!)]
async fn head_is_answered_like_get_and_changes_nothing(db: Db) {
    let mut world = World::new(db).await;
    for Visit { path, .. } in world.visits().into_iter().filter(|visit| !noted().any(|noted| noted == visit.name)) {
        for who in ["nobody", "admin"] {
            let mut browser = if who == "admin" { world.maya.clone() } else { world.app.browser() };
            let before = world.stored();
            let head = browser.method(&world.app, Method::HEAD, &path).await;
            assert_eq!(world.stored(), before, "{path}");
            let get = browser.get(&world.app, &path).await;
            assert_eq!((head.status, head.header("location")), (get.status, get.header("location")), "{who} {path}");
            assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        }
    }
    world.maya.press(&world.app, "/users-and-groups", &format!("/users-and-groups/users/{}/activate", world.deactivated)).await.is(303);
    world.maya.method(&world.app, Method::HEAD, "/users-and-groups").await.is(200);
    world.maya.get(&world.app, "/users-and-groups").await.sees("Lena Novak is active and can sign in again.");
}

#[apply(both_databases!)]
async fn a_wrong_method_gets_a_page_and_is_told_the_right_ones(db: Db) {
    let world = World::new(db).await;
    let (pages, forms) = served();
    let named = world
        .visits()
        .into_iter()
        .map(|visit| (visit.name, visit.path))
        .chain(world.posts().into_iter().map(|post| (post.name, post.path)));
    let before = world.stored();
    let mut maya = world.maya.clone();
    for (name, path) in named {
        let allowed = match (pages.contains(name), forms.contains(name)) {
            _ if noted().any(|noted| noted == name) => "GET",
            (true, true) => "GET, HEAD, POST",
            (true, false) => "GET, HEAD",
            (false, _) => "POST",
        };
        for method in [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS, Method::TRACE]
        {
            if allowed.split(", ").any(|allowed| allowed == method.as_str()) {
                continue;
            }
            let page = maya.method(&world.app, method.clone(), &path).await;
            assert_eq!((page.status.as_u16(), page.header("allow")), (405, allowed), "{method} {path}");
            is_in_the_product_s_look(&page);
        }
    }
    assert_eq!(world.stored(), before);
}

#[apply(both_databases!)]
async fn what_the_role_does_not_allow_is_refused_however_it_is_asked(db: Db) {
    let mut world = World::new(db).await;
    let token = csrf(&world.jonas.get(&world.app, "/users-and-groups").await, "/sign-out");
    let before = world.stored();
    for post in world.posts() {
        let Some(expected) = post.user else { continue };
        let fields = post.fields.iter().map(|(name, value)| (*name, value.as_str())).chain([("csrf", token.as_str())]).collect::<Vec<_>>();
        let page = world.jonas.post(&world.app, &post.path, &fields).await;
        assert_eq!(page.status.as_u16(), expected, "{}", post.path);
        is_in_the_product_s_look(&page);
        for browser in [&mut world.lena, &mut world.app.browser()] {
            let refused = browser.post(&world.app, &post.path, &fields).await;
            assert!(refused.is(303).header("location").starts_with("/sign-in?"), "{}", post.path);
        }
    }
    assert_eq!(world.stored(), before);
}

#[apply(both_databases!)]
async fn for_others_the_admins_group_is_as_unknown_as_any(db: Db) {
    let World { app, mut jonas, .. } = World::new(db).await;
    let token = csrf(&jonas.get(&app, "/users-and-groups").await, "/sign-out");
    for rest in ["", "/add", "/rename", "/delete", "/members/1/remove"] {
        let [admins, unknown] = ["1", "987654"].map(|group| format!("/users-and-groups/groups/{group}{rest}"));
        let (admins, unknown) = (jonas.get(&app, &admins).await, jonas.get(&app, &unknown).await);
        assert_eq!((admins.status, admins.body), (unknown.status, unknown.body), "{rest}");
    }
    for (rest, field) in
        [("/add", Some(("user", "1"))), ("/rename", Some(("name", "Owners"))), ("/delete", None), ("/members/1/remove", None)]
    {
        let [admins, unknown] = ["1", "987654"].map(|group| format!("/users-and-groups/groups/{group}{rest}"));
        let fields = [("csrf", token.as_str())].into_iter().chain(field).collect::<Vec<_>>();
        let (admins, unknown) = (jonas.post(&app, &admins, &fields).await, jonas.post(&app, &unknown, &fields).await);
        assert_eq!((admins.status, admins.body), (unknown.status, unknown.body), "{rest}");
    }
}

#[apply(both_databases!)]
async fn an_address_that_leads_nowhere_says_so_in_the_product_s_look(db: Db) {
    let World { app, mut maya, .. } = World::new(db).await;
    for path in [
        "/unknown",
        "/users-and-groups/",
        "/users-and-groups/unknown",
        "/static/unknown.css",
        "/static/../Cargo.toml",
        "/SIGN-IN",
        "/%2e%2e/x",
        "/invitation/a/b",
    ] {
        let page = maya.get(&app, path).await;
        page.is(404).sees("Page not found");
        is_in_the_product_s_look(&page);
        app.browser().get(&app, path).await.is(404);
    }
}

#[apply(both_databases!)]
async fn an_id_that_is_none_leads_nowhere(db: Db) {
    let World { app, mut maya, .. } = World::new(db).await;
    let token = csrf(&maya.get(&app, "/users-and-groups").await, "/sign-out");
    let ids = [
        "0",
        "01",
        "-1",
        "+1",
        "x",
        "1.5",
        "1e1",
        "%00",
        "%FF",
        "1%2F2",
        "1;2",
        "987654",
        "9223372036854775808",
        "99999999999999999999999",
    ];
    for id in ids {
        for page in [
            "/groups/{}",
            "/groups/{}/add",
            "/groups/{}/rename",
            "/groups/{}/delete",
            "/groups/{}/members/1/remove",
            "/groups/1/members/{}/remove",
            "/users/{}/delete",
            "/users/{}/revoke",
            "/users/{}/link",
        ] {
            let path = format!("/users-and-groups{}", page.replace("{}", id));
            assert_eq!(maya.get(&app, &path).await.status.as_u16(), 404, "{path}");
        }
        for form in [
            "/groups/{}/delete",
            "/groups/{}/members/1/remove",
            "/groups/1/members/{}/remove",
            "/users/{}/block",
            "/users/{}/activate",
            "/users/{}/delete",
            "/users/{}/resend",
            "/users/{}/revoke",
            "/deleted/{}/restore",
        ] {
            let path = format!("/users-and-groups{}", form.replace("{}", id));
            assert_eq!(maya.post(&app, &path, &[("csrf", &token)]).await.status.as_u16(), 404, "{path}");
        }
    }
}

#[apply(both_databases!)]
async fn a_query_of_nobody_s_making_breaks_nothing(db: Db) {
    let World { app, mut maya, group, .. } = World::new(db).await;
    let keys = [
        r#"{"place":{"a":["\u0000",1]},"from":1}"#,
        r#"{"place":{"b":["a\u0000",1]},"from":1}"#,
        r#"{"place":{"a":["",0]},"from":18446744073709551615}"#,
        r#"{"place":"l","from":18446744073709551615}"#,
    ];
    let keys = keys.map(|key| format!("page={}", base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, key)));
    let long = format!("q={}", "a".repeat(20_000));
    let queries = [
        "q=%00",
        "q=a%00b",
        "q=%FF",
        "q=%",
        "q=%25%5F",
        "q='--",
        "q=a&q=b",
        "page=x",
        "page=%00",
        "unknown=1",
        "q[]=a",
        "&&&",
        "return=%00",
        &long,
    ];
    for query in queries.into_iter().chain(keys.iter().map(String::as_str)) {
        for path in [
            "/users-and-groups",
            &format!("/users-and-groups/groups/{group}"),
            &format!("/users-and-groups/groups/{group}/add"),
            "/sign-in",
            "/setup",
        ] {
            let page = maya.get(&app, &format!("{path}?{query}")).await;
            assert!(!page.status.is_server_error(), "{} {path}?{query}", page.status);
        }
    }
}
