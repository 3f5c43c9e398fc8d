//! Setup of a company.

use chrono::TimeDelta;
use usher::usecases::setup;

use crate::helpers::{PASSWORD, TestApp};

const FORM: [(&str, &str); 5] = [
    ("company", "Northwind Trading"),
    ("first_name", "Maya"),
    ("last_name", "Fischer"),
    ("email", "Maya.Fischer@example.com"),
    ("password", PASSWORD),
];

/// Path of the setup address, if there is one.
fn address(app: &TestApp) -> Option<String> {
    let address = setup::open(&app.ctx).unwrap()?;
    Some(address.strip_prefix("http://localhost:8080").unwrap().to_owned())
}

#[apply(both_databases!)]
async fn the_first_admin_names_the_company_and_is_signed_in(db: Db) {
    let app = TestApp::empty(db).await;
    let mut maya = app.browser();
    maya.fill(&app, &address(&app).unwrap(), &FORM).await.redirects_to("/");
    let page = maya.get(&app, "/").await;
    page.is(200).sees("Home").sees("Northwind Trading").sees("Maya Fischer").sees("You are the only active Admin.");
    assert_eq!(app.deeds(), ["company.set_up Northwind Trading", "admin.created Maya Fischer", "session.signed_in Maya Fischer"]);
}

#[apply(both_databases!)]
async fn the_setup_address_dies_when_used(db: Db) {
    let app = TestApp::empty(db).await;
    let address = address(&app).unwrap();
    app.browser().fill(&app, &address, &FORM).await.redirects_to("/");
    app.browser().get(&app, &address).await.is(404).sees("Page not found");
    assert_eq!(setup::open(&app.ctx).unwrap(), None);
}

#[apply(both_databases!)]
async fn without_its_key_the_setup_page_does_not_exist(db: Db) {
    let app = TestApp::empty(db).await;
    address(&app).unwrap();
    for path in [
        "/setup",
        "/setup?key=",
        "/setup?key=x",
        "/setup?key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "/setup?key=a&key=b",
        "/setup?other=1",
    ] {
        app.browser().get(&app, path).await.is(404);
    }
}

#[apply(both_databases!)]
async fn a_setup_address_holds_for_a_day_and_a_new_one_replaces_it(db: Db) {
    let app = TestApp::empty(db).await;
    let first = address(&app).unwrap();
    let second = address(&app).unwrap();
    app.browser().get(&app, &first).await.is(404);
    app.browser().get(&app, &second).await.is(200);
    app.advance(TimeDelta::hours(24));
    app.browser().get(&app, &second).await.is(404);
}

#[apply(both_databases!)]
async fn what_is_wrong_is_said_at_its_field_and_nothing_is_set_up(db: Db) {
    let app = TestApp::empty(db).await;
    let address = address(&app).unwrap();
    let wrong = [("company", ""), ("first_name", "<script>"), ("last_name", "a\u{202e}b"), ("email", "maya"), ("password", "short")];
    let page = app.browser().fill(&app, &address, &wrong).await;
    page.is(422).sees("Enter the company’s name").sees("Remove < and >").sees("Remove hidden characters");
    page.sees("Enter an email address such as name@example.com").sees("Use at least 15 characters");
    assert!(!page.body.contains("<script>"));
    assert!(page.body.contains("value=\"maya\""));
    assert!(!page.body.contains("value=\"short\""));
    assert!(app.deeds().is_empty());
}

#[apply(both_databases!)]
async fn a_common_password_is_refused_and_what_was_typed_stays(db: Db) {
    let app = TestApp::empty(db).await;
    let address = address(&app).unwrap();
    let mut maya = app.browser();
    let page = maya.get(&app, &address).await;
    let with = |password| [&FORM[..4], &[("password", password)]].concat();
    for password in ["thisismypassword", "Correct-Horse-Battery-Staple", "tobeornottobethatisthequestion"] {
        let again = maya.send(&app, &page, "/setup", &with(password)).await;
        again.is(422).sees("This password is common or has been leaked. Choose another");
        assert!(again.body.contains("value=\"Northwind Trading\"") && !again.body.contains(password));
    }
    for _ in 0..8 {
        maya.send(&app, &page, "/setup", &with("letmeinletmeinletmein")).await.is(422);
    }
    maya.send(&app, &page, "/setup", &with(PASSWORD)).await.is(429).sees("Too many attempts. Try again in 1 second.");
    app.advance(TimeDelta::seconds(1));
    maya.send(&app, &page, "/setup", &with(PASSWORD)).await.redirects_to("/");
}
