//! Cookies, as browsers are told to keep them.

use super::*;

fn https() -> Setting {
    Setting { origin: "https://usher.example.com", ..Setting::default() }
}

/// Cookies in the headers of an answer, without their values.
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
    // A signature of 44 characters, and the signed token.
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
