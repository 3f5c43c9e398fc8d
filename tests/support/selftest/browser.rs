use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
};

use crate::support::browser::{Browser, Scheme, Settings};

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head><title>Chairs</title><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<style nonce="n">
    #note::before { content: "a light room" }
    @media (prefers-color-scheme: dark) { #note::before { content: "a dark room" } :root { color-scheme: dark } }
    #hidden { display: none }
    .wide { width: 600px }
</style></head>
<body><main>
<h1>Chairs</h1>
<p id="scripts">Scripts are off</p><script nonce="n">document.getElementById('scripts').textContent = 'Scripts are on'</script>
<p id="note"></p>
<p id="hidden">Out of sight</p>
<form action="/next">
    <p><label for="name">Full name</label> <input id="name" name="name" value="old" aria-describedby="hint"> <span id="hint">As on the door</span></p>
    <p><label for="colour">Colour</label> <select id="colour" name="colour"><option>Red</option><option>Blue</option></select></p>
    <p><label><input type="checkbox" name="arms"><span>With arms</span></label></p>
    <p><button name="go">Order</button> <button name="close" aria-label="Close the window">×</button></p>
</form>
<p class="wide"><a href="/next?link">The next page</a></p>
</main></body></html>"#;

const BARE: &str = r#"<!doctype html>
<html lang="en"><head><title>Bare</title><link rel="icon" href="data:,"></head>
<body><main><h1>Bare</h1><form><input name="name"></form><script>document.title = 'Breach'</script></main></body></html>"#;

/// Serves two pages under a strict content policy, and for any other address the address itself.
fn site() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
                let target = lines.next().unwrap_or_default().split(' ').nth(1).unwrap_or_default().to_owned();
                while lines.next().is_some_and(|line| !line.is_empty()) {}
                let body = match target.as_str() {
                    "/" => PAGE.to_owned(),
                    "/bare" => BARE.to_owned(),
                    other => format!("<title>Next</title><p>{}</p>", other.replace('&', "&amp;")),
                };
                let _ = write!(
                    stream,
                    "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\nconnection: close\r\ncontent-length: {}\r\n\
                     content-security-policy: default-src 'none'; style-src 'nonce-n'; script-src 'nonce-n'; img-src data:\r\n\r\n{body}",
                    body.len()
                );
            });
        }
    });
    origin
}

#[test]
fn a_user_fills_in_a_form_by_what_they_see() {
    let browser = Browser::start(site());
    browser.open("/");
    assert_eq!(browser.title(), "Chairs");
    browser.see("Scripts are on");
    assert!(!browser.shows("Out of sight"));
    assert_eq!((browser.value("Full name"), browser.description("Full name")), ("old".to_owned(), "As on the door".to_owned()));

    browser.fill("Full name", "Ann Lee");
    assert_eq!(browser.focused(), "Full name");
    browser.choose("Colour", "Blue");
    browser.tick("With arms");
    browser.tick("With arms");
    browser.press("Order");
    browser.see("/next?name=Ann+Lee&colour=Blue&arms=on&go=");
    assert_eq!(browser.path(), "/next?name=Ann+Lee&colour=Blue&arms=on&go=");

    browser.go_back();
    browser.press("Close the window");
    browser.see("close=");
    browser.open("/");
    assert!(browser.has_button("Order") && !browser.has_button("Close") && !browser.has_link("Order"));
    browser.click_link("The next page");
    browser.see("/next?link");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn axe_and_the_content_policy_have_their_say() {
    let browser = Browser::start(site());
    browser.open("/");
    assert_eq!(browser.axe(), "");

    browser.open("/bare");
    let report = browser.axe();
    assert!(report.contains("label (critical)") && report.contains(r#"<input name="name">"#), "{report}");
    assert_eq!(browser.title(), "Bare");
    let complaints = browser.complaints();
    assert!(complaints.iter().any(|complaint| complaint.contains("Content Security Policy")), "{complaints:?}");
}

#[test]
fn without_scripts_they_are_really_off_and_forms_still_work() {
    let browser = Browser::with(site(), Settings { scripts: false, ..Settings::default() });
    browser.open("/");
    browser.see("Scripts are off");
    browser.fill("Full name", "Ann");
    browser.press("Order");
    browser.see("/next?name=Ann");
}

#[test]
fn two_browsers_differ_in_light_width_and_cookies() {
    let site = site();
    let room = "return getComputedStyle(document.getElementById('note'), '::before').content";
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let browser = Browser::start(&site);
            browser.open("/");
            assert_eq!(browser.evaluate(room, vec![]), "\"a light room\"");
            assert!(!browser.is_cut_off());
            browser.evaluate("document.cookie = 'mine=1'", vec![]);
            browser.prefer(Scheme::Dark);
            browser.reload();
            assert_eq!(browser.evaluate(room, vec![]), "\"a dark room\"");
            assert_eq!(browser.evaluate("return document.cookie", vec![]), "mine=1");
            browser.forget_cookies();
            assert_eq!(browser.evaluate("return document.cookie", vec![]), "");
        });
        scope.spawn(|| {
            let browser = Browser::with(&site, Settings { scheme: Scheme::Dark, size: (360, 640), ..Settings::default() });
            browser.open("/");
            assert_eq!(browser.evaluate(room, vec![]), "\"a dark room\"");
            assert_eq!(browser.evaluate("return [innerWidth, innerHeight]", vec![]), serde_json::json!([360, 640]));
            assert!(browser.is_cut_off());
            assert_eq!(browser.evaluate("return document.cookie", vec![]), "");
        });
    });
}
