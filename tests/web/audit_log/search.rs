//! Search for words, and the bound on the entries that one request examines.

use chrono::TimeDelta;

use super::*;

#[apply(both_databases!)]
async fn words_are_found_in_names_and_sentences_in_any_order_without_accents(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let hana = app.create_user("Hana", "Novotna");
    app.execute("UPDATE user_rows SET last_name = 'Novotná' WHERE last_name = 'Novotna'");
    let fjord = app.create_account(app.create_portfolio("Nordic Brands"), "Fjord Foods");
    app.assign(hana, fjord).await;
    let assigned = "Maya Fischer assigned Fjord Foods to Hana Novotná";
    for q in ["novotna", "fjord+hana", "assigned+NOVO", "foods+maya+assi", "ha+fj"] {
        assert_eq!(listed(&app, &mut maya, &format!("q={q}")).await, [assigned], "{q}");
    }
    assert_eq!(
        listed(&app, &mut maya, "q=created+nordic").await,
        ["Maya Fischer created Fjord Foods", "Maya Fischer created Nordic Brands"]
    );
    for q in ["novotna+removed", "ana+xyz", "permissions"] {
        assert_eq!(listed(&app, &mut maya, &format!("q={q}")).await, [""; 0], "{q}");
    }
}

#[apply(both_databases!)]
async fn words_are_found_in_the_values_of_an_entry(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let hana = app.create_user("Hana", "Novotna");
    let edit = format!("/users-and-permissions/{hana}/edit");
    maya.fill(&app, &edit, &[("last_name", "Svobodová")]).await.is(303);
    assert_eq!(listed(&app, &mut maya, "q=novotna+svobodova+edited").await, ["Maya Fischer edited name of Hana Novotna"]);
}

/// Address of the link to search on.
fn further(page: &Page) -> String {
    let link = page.body.split("Search further").next().unwrap().rsplit("href=\"").next().unwrap();
    link.split('"').next().unwrap().replace("&#38;", "&")
}

#[apply(both_databases!)]
async fn a_request_examines_twenty_thousand_entries_and_the_next_goes_on(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let old = app.now() - TimeDelta::days(40);
    append(&app, [entry(old, "Usher", "Needle")]);
    append(&app, (0..20_010).map(|number| entry(old + TimeDelta::seconds(number + 1), "Usher", "Hay")));
    maya.get(&app, LOG).await.sees("1–50 of 10,000+ entries");
    for filters in ["", "&action=group.created"] {
        let first = maya.get(&app, &format!("{LOG}?q=needle{filters}")).await;
        first.sees("Searched back to 13 Oct 2026").sees("Search further back").sees("No matching entries so far");
        let second = maya.get(&app, &further(&first)).await;
        assert_eq!(sentences(&second), ["Usher created Needle"], "{filters}");
        second.sees_no("Search further back");
    }
    // Two conditions are read along the more selective index: the whole is examined.
    let both = maya.get(&app, &format!("{LOG}?action=group.created&actor=1")).await;
    both.sees("No matching entries").sees_no("Search further back");
}

#[apply(both_databases!)]
async fn a_search_has_pages_too(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    append(&app, (0..60).map(|number| entry(app.now(), "Usher", if number % 2 == 0 { "Needle" } else { "Hay" })));
    let first = maya.get(&app, &format!("{LOG}?q=needle&rows=25")).await;
    first.sees("Entries 1–25");
    let second = crate::users::directory::go(&app, &mut maya, &first, "next").await;
    assert_eq!(sentences(second.sees("Entries 26–30")).len(), 5);
    assert_eq!(sentences(&crate::users::directory::go(&app, &mut maya, &second, "prev").await).len(), 25);
    maya.get(&app, &format!("{LOG}?q=hay&rows=50")).await.sees("30 entries");
}
