//! The page of an entry.

use super::*;

#[apply(both_databases!)]
async fn an_entry_shows_its_fields_before_and_after_and_its_place_in_the_chain(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let fjord = app.create_account(app.create_portfolio("Nordic Brands"), "Fjord Foods");
    maya.fill(&app, &format!("/accounts/{fjord}/edit"), &[("name", "Fjord"), ("website", ""), ("notes", "Fish")]).await.is(303);
    let row = app.audit().pop().unwrap();
    let page = maya.get(&app, &format!("{LOG}/{}", row.sequence)).await;
    page.is(200).sees("Maya Fischer edited name and notes of Fjord Foods");
    page.sees("FieldBeforeAfter NameFjord FoodsFjord NotesNoneFish").sees("ChannelPageNetwork address192.0.2.1");
    page.sees("Time22 Nov 2026, 09:20 UTC").sees("Exact time2026-11-22 09:20:00.000000 UTC").sees("SubjectAccount Fjord Foods");
    page.sees(&hex(&row.hash)).sees(&hex(&row.previous_hash)).sees_no("{");
    assert!(page.has_link(&format!("/accounts/{fjord}")) && page.has_link(&format!("{LOG}?account={fjord}")));
}

#[apply(both_databases!)]
async fn an_entry_leads_to_those_before_and_after(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let first = maya.get(&app, "/audit-log/1").await;
    assert!(first.is(200).has_link("/audit-log/2") && !first.has_link("/audit-log/0"));
    let second = maya.get(&app, "/audit-log/2").await;
    assert!(second.has_link("/audit-log/1") && !second.has_link("/audit-log/3"));
    for unknown in ["3", "0", "01", "-1", "x", "9223372036854775808"] {
        maya.get(&app, &format!("{LOG}/{unknown}")).await.is(404);
    }
}

#[apply(both_databases!)]
async fn other_fields_of_an_event_are_told_in_words(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.headers = vec![("user-agent", "Firefox/140".to_owned())];
    maya.sign_out(&app).await.is(303);
    maya.sign_in(&app, "maya.fischer@example.com", crate::helpers::PASSWORD).await.is(303);
    let newest = app.audit().len();
    maya.get(&app, &format!("{LOG}/{newest}")).await.sees("Maya Fischer signed in").sees("BrowserFirefox/140");
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.is(303);
    app.mails().await;
    let page = maya.get(&app, &format!("{LOG}/{}", newest + 1)).await;
    page.sees("Emailnoor@example.com").sees("Default roleUser").sees("Valid until23 Nov 2026, 09:20 UTC").sees_no("expires_at");
}

#[apply(both_databases!)]
async fn an_entry_that_cannot_be_read_is_shown_all_the_same(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    append(&app, [Entry { details: "{\"version\":9}".to_owned(), ..entry(app.now(), "Usher", "Finance") }]);
    maya.get(&app, LOG).await.sees("Usher: Group created, Finance");
    maya.get(&app, "/audit-log/3").await.is(200).sees("can’t read the details of this entry");
}
