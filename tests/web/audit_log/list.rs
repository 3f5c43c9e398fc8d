//! The list: sentences, links, pages.

use super::*;
use crate::{
    shared::steps::{confirm, invite, press, user_path},
    users::directory::go,
};

#[apply(both_databases!)]
async fn each_entry_is_a_sentence_and_the_newest_is_first(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    invite(&app, &mut maya, "noor@example.com").await;
    let expected =
        ["Maya Fischer invited noor@example.com", "Maya Fischer signed in", "root at the command line created Maya Fischer as Admin"];
    assert_eq!(listed(&app, &mut maya, "").await, expected);
}

#[apply(both_databases!)]
async fn a_name_is_a_link_as_long_as_the_user_exists(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let jonas = app.create_user("Jonas", "Vermeulen");
    press(&app, &mut maya, jonas, "block").await.is(303);
    let manage = format!("/users-and-permissions/{jonas}");
    assert!(maya.get(&app, LOG).await.sees("Maya Fischer deactivated Jonas Vermeulen").has_link(&manage));
    confirm(&app, &mut maya, &user_path(jonas, "delete")).await.is(303);
    assert!(!maya.get(&app, LOG).await.sees("Maya Fischer deactivated Jonas Vermeulen").has_link(&manage));
    app.mails().await;
}

#[apply(both_databases!)]
async fn an_entry_keeps_the_name_of_its_time(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let jonas = app.create_user("Jonas", "Vermeulen");
    press(&app, &mut maya, jonas, "block").await.is(303);
    app.execute(&format!("UPDATE user_rows SET last_name = 'Vermeer' WHERE id = {jonas}"));
    maya.get(&app, LOG).await.sees("Maya Fischer deactivated Jonas Vermeulen").sees_no("Vermeer");
}

#[apply(both_databases!)]
async fn the_list_says_where_an_entry_came_from(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    append(&app, [entry(app.now(), "Usher", "Finance")]);
    maya.get(&app, LOG).await.sees("Page, 192.0.2.1").sees("Command line").sees("Worker");
}

#[apply(both_databases!)]
async fn pages_follow_each_other_by_key_with_entries_of_one_moment(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    append(&app, (0..118).map(|number| entry(app.now(), "Usher", &format!("G{number:03}"))));
    let first = maya.get(&app, "/audit-log?rows=25").await;
    first.sees("1–25 of 120 entries");
    let second = go(&app, &mut maya, &first, "next").await;
    second.sees("26–50 of 120 entries");
    assert_eq!(sentences(&second)[0], "Usher created G092");
    assert_eq!(sentences(&go(&app, &mut maya, &second, "prev").await), sentences(&first));
    let last = go(&app, &mut maya, &first, "last").await;
    assert_eq!(sentences(last.sees("96–120 of 120 entries")).last().unwrap(), "root at the command line created Maya Fischer as Admin");
    let before = go(&app, &mut maya, &last, "prev").await;
    assert_eq!(sentences(before.sees("71–95 of 120 entries")).len(), 25);
}

#[apply(both_databases!)]
async fn an_entry_with_an_earlier_time_stands_where_its_time_is(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    append(&app, [entry(app.now() - chrono::TimeDelta::days(1), "Usher", "Late"), entry(app.now(), "Usher", "Soon")]);
    let found = listed(&app, &mut maya, "").await;
    assert_eq!((&*found[0], &*found[3]), ("Usher created Soon", "Usher created Late"));
}

#[apply(both_databases!)]
async fn values_that_no_page_writes_lead_nowhere_and_unknown_parameters_are_ignored(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let key = |json: &str| format!("page={}", base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, json));
    let keys = [
        r#"{"place":{"a":[9223372036854775807,1]},"from":1}"#,
        r#"{"place":{"a":["x",1]},"from":1}"#,
        r#"{"place":"l","from":99999999999}"#,
        r#"{"place":{"a":[1,1]},"from":1,"at":1}"#,
    ];
    let queries =
        ["actor=x", "actor=0", "actor=-1", "user=01", "group=%00", "portfolio=1%27--", "account=1e3", "action=x", "rows=7", "page=x"];
    for query in queries.into_iter().map(str::to_owned).chain(keys.map(key)) {
        maya.get(&app, &format!("{LOG}?{query}")).await.is(404).sees("That filter doesn’t exist");
        maya.get(&app, &format!("{LOG}/export?{query}")).await.is(404);
    }
    for query in ["q=a&q=b", "actor=1&actor=2"] {
        maya.get(&app, &format!("{LOG}?{query}")).await.is(400);
    }
    for query in ["unknown=1", "actor=9223372036854775807", "q=%00", "q=%25_", &key(r#"{"place":{"a":[1,-5]},"from":3}"#)] {
        maya.get(&app, &format!("{LOG}?{query}")).await.is(200);
    }
}

#[apply(both_databases!)]
async fn the_navigation_leads_admins_alone_to_the_log(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let nordic = app.create_portfolio("Nordic Brands");
    app.create_portfolio_admin("Pia", "Berg", &[nordic]).await;
    let mut pia = app.signed_in("pia.berg@example.com").await;
    assert!(maya.get(&app, "/users-and-permissions").await.has_link(LOG));
    assert!(maya.get(&app, LOG).await.has_link("/audit-log/proof"));
    assert!(!pia.get(&app, "/users-and-permissions").await.has_link(LOG));
    pia.get(&app, LOG).await.is(403);
}
