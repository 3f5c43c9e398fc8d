//! Requests that no browser makes: each is refused or answered in words, at once, and nothing fails.

use actix_web::{
    http::{
        Method,
        header::{self, HeaderValue},
    },
    test::TestRequest,
};
use usher::web::shared::routing::paths::ENDPOINTS;

use crate::{
    helpers::{Browser, Page, TestApp},
    shared::routes::{World, csrf, is_in_the_product_s_look, stored},
};

/// Parts of addresses that no page of Usher writes.
const PARTS: [&str; 12] =
    ["%00", "a%00b", "%0d%0aSet-Cookie:%20a=b", "%0a", "%FF", "%C3", "%E2%80%AE", "%2e%2e", "%2F", "99999999999999999999", "%", "%zz"];

/// A pattern with each parameter replaced.
fn filled(pattern: &str, part: &str) -> String {
    let segment = |segment: &str| if segment.starts_with('{') { part.to_owned() } else { segment.to_owned() };
    pattern.split('/').map(segment).collect::<Vec<_>>().join("/")
}

async fn with_header(app: &TestApp, path: &str, name: &'static str, value: &str) -> Page {
    app.browser().request(app, TestRequest::get().uri(path).insert_header((name, value))).await
}

async fn from_site(app: &TestApp, browser: &mut Browser, path: &str, site: Option<&str>) -> Page {
    let request = site.into_iter().fold(TestRequest::get().uri(path), |request, site| request.insert_header(("sec-fetch-site", site)));
    browser.request(app, request).await
}

#[apply(both_databases!)]
async fn no_address_with_hostile_parts_fails(db: Db) {
    let World { app, maya, .. } = World::new(db).await;
    let token = csrf(&maya.clone().get(&app, "/users-and-groups").await, "/sign-out");
    for pattern in ENDPOINTS.iter().map(|endpoint| endpoint.pattern).filter(|pattern| pattern.contains('{')) {
        for part in PARTS {
            let path = filled(pattern, part);
            for mut browser in [app.browser(), maya.clone()] {
                let asked = [browser.get(&app, &path).await, browser.post(&app, &path, &[("csrf", &token)]).await];
                for page in asked {
                    assert!([303, 400, 403, 404, 405].contains(&page.status.as_u16()), "{path}: {} {}", page.status, page.text());
                    assert_eq!(
                        page.headers.get("set-cookie").map(|cookie| cookie.as_bytes().starts_with(b"a=b")).filter(|is| *is),
                        None,
                        "{path}"
                    );
                }
            }
        }
    }
}

#[apply(both_databases!)]
async fn a_link_that_cannot_be_one_leads_nowhere_when_a_new_one_is_asked_for(db: Db) {
    let app = TestApp::with_admin(db).await.0;
    let mut noor = app.browser();
    let token = csrf(&noor.get(&app, "/sign-in").await, "/sign-in");
    for link in ["%00", "%0d%0aSet-Cookie:%20a=b", "%FF", "x", "a%20b"] {
        let path = format!("/invitation/{link}/new-link");
        noor.post(&app, &path, &[("csrf", &token)]).await.is(404);
        noor.get(&app, &path).await.is(404);
    }
}

#[apply(both_databases!)]
async fn a_referer_counts_up_to_two_thousand_characters(db: Db) {
    let app = TestApp::with_admin(db).await.0;
    let origin = &app.ctx.links.origin;
    let list = |length: usize| format!("/users-and-permissions?q={}", "a".repeat(length));
    with_header(&app, "/unknown", "referer", &format!("{origin}{}", list(1000))).await.is(404).sees("Go back");
    for referer in [list(2100), "/".repeat(8000), format!("/users-and-groups{}", "/".repeat(8000)), "/%2F".repeat(2000), "@".repeat(8000)] {
        with_header(&app, "/unknown", "referer", &format!("{origin}{referer}")).await.is(404).sees_no("Go back");
    }
}

#[apply(both_databases!)]
async fn a_cookie_that_is_no_text_signs_nobody_out(db: Db) {
    let (app, maya) = TestApp::with_admin(db).await;
    let ours = format!("usher={}", maya.cookie("usher").unwrap());
    let foreign: [&[u8]; 4] = [b"other=\xff", b"\xff", b"other=\xe6\x9d; =x; y", b"other=%FF"];
    for foreign in foreign {
        let both = [foreign, b"; ", ours.as_bytes(), b"; ", foreign].concat();
        for cookies in [vec![&*both], vec![foreign, ours.as_bytes()], vec![ours.as_bytes(), foreign]] {
            let value = |cookies| HeaderValue::from_bytes(cookies).unwrap();
            let request = TestRequest::get().uri("/users-and-groups");
            let request = cookies.into_iter().fold(request, |request, cookies| request.append_header((header::COOKIE, value(cookies))));
            app.browser().request(&app, request).await.is(200).sees("Maya Fischer");
        }
    }
}

#[apply(both_databases!)]
async fn a_search_is_read_up_to_the_hundred_characters_that_are_looked_for(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let lists = ["/users-and-groups", "/users-and-permissions", "/portfolios", "/portfolios/accounts", "/assets"];
    for path in lists.into_iter().chain(["/audit-log", "/audit-log/person", "/audit-log/place", "/audit-log/refused-sign-ins"]) {
        let page = maya.get(&app, &format!("{path}?q={}", "a".repeat(3_000))).await;
        assert!(page.is(200).body.contains(&format!("value=\"{}\"", "a".repeat(100))), "{path}: {}", page.text());
        assert!(!page.body.contains(&"a".repeat(101)), "{path}");
    }
}

#[apply(both_databases!)]
async fn an_address_or_a_head_that_is_too_long_is_refused_in_words(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for path in ["/sign-in", "/unknown", "/users-and-groups", "/healthz"] {
        let long = maya.get(&app, &format!("{path}?q={}", "a".repeat(8 * 1024))).await;
        long.is(414).sees("This address is too long");
        is_in_the_product_s_look(&long);
        let head = with_header(&app, path, "cookie", &format!("a={}", "b".repeat(40_000))).await;
        head.is(431).sees("Your browser sent too much");
        is_in_the_product_s_look(&head);
    }
    maya.get(&app, &format!("/sign-in?next={}", "a".repeat(6000))).await.is(303);
}

#[apply(both_databases!)]
async fn a_compressed_body_is_refused_before_it_is_read(db: Db) {
    let world = World::new(db).await;
    let paths = world.posts().into_iter().map(|post| post.path).chain(["/unknown".to_owned(), "/healthz".to_owned()]).collect::<Vec<_>>();
    let before = stored(&world.app);
    for path in paths {
        for encoding in ["gzip", "deflate", "br", "zstd", "x-unknown", "identity, gzip"] {
            let post = TestRequest::post().uri(&path).insert_header((header::ORIGIN, world.app.ctx.links.origin.clone()));
            let post = post
                .insert_header((header::CONTENT_ENCODING, encoding))
                .insert_header((header::CONTENT_TYPE, "application/x-www-form-urlencoded"));
            let page = world.maya.clone().request(&world.app, post.set_payload(vec![0x1f; 1024])).await;
            page.is(415).sees("which Usher doesn’t accept");
            is_in_the_product_s_look(&page);
        }
    }
    assert_eq!(stored(&world.app), before);
    let mut guest = world.app.browser();
    guest.headers = vec![("content-encoding", "identity".to_owned())];
    guest.sign_in(&world.app, "maya.fischer@example.com", crate::helpers::PASSWORD).await.redirects_to("/");
}

#[apply(both_databases!)]
async fn a_page_that_writes_when_it_is_looked_at_is_not_shown_to_other_sites(db: Db) {
    let world = World::new(db).await;
    let recorded = ENDPOINTS.iter().filter(|endpoint| endpoint.kind.is_recorded());
    let pages = recorded.map(|endpoint| world.path(endpoint)).collect::<Vec<_>>();
    assert_eq!(pages.len(), 8);
    let World { app, mut maya, .. } = world;
    for path in &pages {
        let before = app.count("audit_entries");
        for site in ["cross-site", "same-site", "unknown"] {
            let page = from_site(&app, &mut maya, path, Some(site)).await;
            page.is(403).sees("Open this page from Usher");
            is_in_the_product_s_look(&page);
        }
        assert_eq!(app.count("audit_entries"), before, "{path}");
        for (seen, site) in (1..).zip([None, Some("none"), Some("same-origin")]) {
            from_site(&app, &mut maya, path, site).await.is(200);
            assert_eq!(app.count("audit_entries"), before + seen, "{path}");
        }
    }
    // Pages that only read may be linked from anywhere.
    from_site(&app, &mut maya, "/users-and-permissions", Some("cross-site")).await.is(200);
    let page = maya.method(&app, Method::PUT, &pages[0]).await;
    assert_eq!((page.status.as_u16(), page.header("allow")), (405, "GET, POST"));
}
