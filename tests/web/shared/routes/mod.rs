//! Every address, asked for by everybody in every way.

use actix_web::http::Method;
use chrono::TimeDelta;
use usher::{
    domain::{
        clock::SystemRandom,
        credentials::token::{Token, TokenPurpose},
        ids::UserId,
    },
    store::tokens::{self, NewToken},
    web::shared::routing::{
        addresses,
        endpoint::Access,
        paths::{self, ENDPOINTS},
    },
};

use crate::{
    credentials::two_factor::secret_on,
    helpers::{Authenticator, Browser, Page, Setting, TestApp, options},
};

mod visits;
mod world;

use visits::Visit;

pub(crate) use visits::Post;
pub(crate) use world::{World, csrf, invite, stored, without_counters};

/// Parts of every error page: the product's look, and a way on.
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
    let World { app, mut maya, mut jonas, mut lena, .. } = world;
    for Visit { endpoint, path, answers: [anonymous, user, admin] } in visits {
        let mut nobody = app.browser();
        for (who, browser, expected) in [
            ("nobody", &mut nobody, anonymous),
            ("deactivated", &mut lena, anonymous),
            ("user", &mut jonas, user),
            ("admin", &mut maya, admin),
        ] {
            let page = browser.get(&app, &path).await;
            assert_eq!(page.status.as_u16(), expected, "{who} {path}");
            if endpoint.access.is_signed_in() && matches!(who, "nobody" | "deactivated") {
                // A recorded page is not led to; the list above it is.
                let list = addresses::nearest_page(&path).filter(|_| endpoint.kind.is_recorded());
                let next = list.as_deref().or(Some(&*path)).filter(|next| *next != "/");
                page.redirects_to(&paths::sign_in_then(next));
            }
            if expected == 403 || (expected == 404 && endpoint.access != Access::Token) {
                is_in_the_product_s_look(&page);
            }
        }
    }
}

#[apply(both_databases!)]
async fn unknown_parameters_of_an_address_are_ignored(db: Db) {
    let world = World::new(db).await;
    for Visit { path, answers: [anonymous, _, admin], .. } in world.visits() {
        let path = format!("{path}{}utm_source=mail", if path.contains('?') { '&' } else { '?' });
        for (mut browser, expected) in [(world.app.browser(), anonymous), (world.maya.clone(), admin)] {
            assert_eq!(browser.get(&world.app, &path).await.status.as_u16(), expected, "{path}");
        }
    }
}

#[apply(both_databases!)]
async fn head_is_answered_like_get_and_changes_nothing(db: Db) {
    let mut world = World::new(db).await;
    for Visit { path, .. } in world.visits().into_iter().filter(|visit| !visit.endpoint.kind.is_recorded()) {
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
    let before = world.stored();
    for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.access != Access::Monitoring) {
        let (path, allowed) = (world.path(endpoint), endpoint.kind.allow());
        for method in [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS, Method::TRACE]
        {
            if allowed.split(", ").any(|allowed| allowed == method.as_str()) {
                continue;
            }
            for mut browser in [world.maya.clone(), world.app.browser()] {
                let page = browser.method(&world.app, method.clone(), &path).await;
                assert_eq!((page.status.as_u16(), page.header("allow")), (405, allowed), "{method} {path}");
                is_in_the_product_s_look(&page);
            }
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
    assert_eq!(without_counters(world.stored()), without_counters(before));
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
