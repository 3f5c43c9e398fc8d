//! Many assignments of one user: pages, search, and unassigning several at once.

use usher::{
    domain::{
        ids::{AccountId, UserId},
        permission::AssignmentPermissions,
    },
    store::assignments as stored,
};

use crate::{
    helpers::{Browser, Page, TestApp},
    shared::{business::Business, steps::csrf},
    users::directory::go,
};

const MAYA: &str = "maya.fischer@example.com";

fn at(user: UserId, what: &str) -> String {
    format!("/users-and-permissions/{user}{what}")
}

/// Adds accounts to Nordic Brands, "Store 00" and so on, with Jonas assigned.
fn stores(business: &Business, count: usize) -> Vec<AccountId> {
    let Business { app, jonas, nordic, .. } = business;
    let accounts = (0..count).map(|number| app.create_account(*nordic, &format!("Store {number:02}"))).collect::<Vec<_>>();
    let (by, now) = (app.id_of(MAYA), app.now());
    let give = |account: &AccountId| {
        app.store().write_transaction(|tx| stored::give_account(tx, *jonas, *account, AssignmentPermissions::default(), Some(by), now))
    };
    accounts.iter().try_for_each(give).unwrap();
    accounts
}

/// Selects these and presses the button.
async fn tick(app: &TestApp, browser: &mut Browser, user: UserId, accounts: &[AccountId], more: &[(&str, &str)]) -> Page {
    let (token, ids) = (csrf(app, browser).await, accounts.iter().map(ToString::to_string).collect::<Vec<_>>());
    let fields = [("csrf", token.as_str())].into_iter().chain(ids.iter().map(|id| ("account", id.as_str()))).chain(more.iter().copied());
    browser.post(app, &at(user, "/remove"), &fields.collect::<Vec<_>>()).await
}

#[apply(both_databases!)]
async fn more_than_fits_on_a_page_comes_in_pages_that_say_of_how_many(db: Db) {
    let mut business = Business::new(db).await;
    stores(&business, 60);
    let first = business.maya.get(&business.app, &at(business.jonas, "?return=q%3Djonas")).await;
    first.sees("61 accounts.").sees("1–50 of 61 assignments").sees("Store 48Account").sees_no("Store 49Account");
    let second = go(&business.app, &mut business.maya, &first, "next").await;
    second.sees("51–61 of 61 assignments").sees("Store 49Account").sees("Store 59Account").sees_no("Store 48Account");
    assert!(second.has_link("/users-and-permissions?q=jonas"), "{}", second.body);
    go(&business.app, &mut business.maya, &second, "prev").await.sees("1–50 of 61 assignments").sees("Fjord FoodsAccount");
}

#[apply(both_databases!)]
async fn a_search_among_the_assignments_leaves_what_can_be_added_as_it_is(db: Db) {
    let mut business = Business::new(db).await;
    stores(&business, 60);
    let Business { app, maya, jonas, .. } = &mut business;
    let found = maya.get(app, &at(*jonas, "?q=store+59")).await;
    found.sees("1 assignment").sees("61 accounts.").sees("Store 59Account").sees_no("Fjord FoodsAccount").sees("Bergmann Bikes");
    maya.get(app, &at(*jonas, "?q=bergmann")).await.sees("No assignments match “bergmann”.").sees("Bergmann Bikes");
    let added = maya.get(app, &at(*jonas, "?add=bergmann")).await;
    added.sees("Fjord FoodsAccount").sees("Bergmann Bikes");
    maya.get(app, &at(*jonas, "?add=nothing")).await.sees("No other portfolio or account matches “nothing”.").sees("Fjord FoodsAccount");
}

#[apply(both_databases!)]
async fn an_action_leads_back_to_the_view_that_it_was_done_from(db: Db) {
    let mut business = Business::new(db).await;
    let stores = stores(&business, 60);
    let Business { app, maya, jonas, .. } = &mut business;
    let view = at(*jonas, "?q=store&return=q%3Djonas");
    let page = maya.get(app, &view).await;
    let switch = |store: usize| at(*jonas, &format!("/accounts/{}/see-billing/on", stores[store]));
    for (store, referer, back) in [
        (3, format!("http://localhost:8080{view}"), view.clone()),
        (4, format!("https://elsewhere.example{view}"), at(*jonas, "?return=q%3Djonas")),
        (5, "http://localhost:8080/portfolios".to_owned(), at(*jonas, "?return=q%3Djonas")),
    ] {
        maya.headers = vec![("referer", referer)];
        maya.send(app, &page, &switch(store), &[]).await.redirects_to(&back);
    }
    app.mails().await;
}

#[apply(both_databases!)]
async fn the_question_before_several_are_taken_leads_back_to_the_view_too(db: Db) {
    let mut business = Business::new(db).await;
    let stores = stores(&business, 60);
    let Business { app, maya, jonas, .. } = &mut business;
    let (view, path) = (at(*jonas, "?q=store&return=q%3Djonas"), at(*jonas, "/remove"));
    maya.headers = vec![("referer", format!("http://localhost:8080{view}"))];
    let question = tick(app, maya, *jonas, &stores[..1], &[("return", "q=jonas")]).await;
    assert!(question.has_link(&view), "{}", question.body);
    maya.headers = vec![("referer", format!("http://localhost:8080{path}"))];
    maya.send(app, &question, &path, &[]).await.redirects_to(&view);
    for elsewhere in ["https://evil.example/", "//evil.example", "/portfolios", "/users-and-permissions/1/link"] {
        let fields = [("view", elsewhere), ("do", "remove"), ("return", "q=jonas")];
        let taken = tick(app, maya, *jonas, &stores[1..2], &fields).await;
        taken.redirects_to(&at(*jonas, "?return=q%3Djonas"));
    }
    app.mails().await;
}

#[apply(both_databases!)]
async fn nothing_ticked_is_nothing_for_users_of_one_portfolio(db: Db) {
    let Business { app, mut hana, jonas, bikes, .. } = Business::new(db).await;
    let foreign = app.create_user("Lena", "Novak");
    app.assign(foreign, bikes).await;
    tick(&app, &mut hana, jonas, &[], &[]).await.redirects_to(&at(jonas, ""));
    for nobody in [foreign, UserId(987_654)] {
        tick(&app, &mut hana, nobody, &[], &[]).await.is(404);
    }
}

#[apply(both_databases!)]
async fn several_that_are_ticked_are_taken_after_one_question(db: Db) {
    let mut business = Business::new(db).await;
    let stores = stores(&business, 3);
    let Business { app, maya, jonas, fjord, .. } = &mut business;
    let question = tick(app, maya, *jonas, &stores[..2], &[("return", "q=jonas")]).await;
    question
        .is(200)
        .sees("Remove 2 assignments from Jonas Vermeulen?")
        .sees("You are removing:Store 00 (Nordic Brands)Store 01 (Nordic Brands)")
        .sees("Keep assignments");
    assert_eq!(app.accounts_of(*jonas).len(), 4);
    let before = app.deeds().len();
    maya.send(app, &question, &at(*jonas, "/remove"), &[("account", &stores[0].to_string())])
        .await
        .redirects_to(&at(*jonas, "?return=q%3Djonas"));
    maya.get(app, &at(*jonas, "")).await.sees("Removed 1 assignment from Jonas Vermeulen: Store 00.");
    app.mail().await;
    let question = tick(app, maya, *jonas, &stores[1..], &[]).await;
    let answer = question.form(&at(*jonas, "/remove"));
    let answer = answer.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>();
    maya.post(app, &at(*jonas, "/remove"), &answer).await.is(303);
    maya.get(app, &at(*jonas, "")).await.sees("Removed 2 assignments from Jonas Vermeulen: Store 01, Store 02.");
    assert_eq!(app.accounts_of(*jonas), [*fjord]);
    assert_eq!(app.deeds()[before..], ["assignment.removed Jonas Vermeulen"; 3]);
    let mail = app.mail().await.rendered.text;
    assert!(mail.contains("Access removed: Store 01, Store 02"), "{mail}");
}

#[apply(both_databases!)]
async fn what_is_foreign_doubled_or_gone_among_them_takes_nothing(db: Db) {
    let mut business = Business::new(db).await;
    let stores = stores(&business, 2);
    let Business { app, maya, hana, jonas, fjord, bikes, nordic, .. } = &mut business;
    app.assign(*jonas, *bikes).await;
    let (before, answered) = (app.accounts_of(*jonas), [("do", "remove")]);
    for fields in [&[][..], &answered] {
        tick(app, hana, *jonas, &[*fjord, *bikes], fields).await.is(404);
        tick(app, hana, *jonas, &[*fjord, AccountId(999_999)], fields).await.is(404);
        tick(app, maya, *jonas, &[*fjord, *fjord], fields).await.is(400);
        let free = app.create_account(*nordic, &format!("Free {}", fields.len()));
        tick(app, maya, *jonas, &[*fjord, free], fields).await.redirects_to(&at(*jonas, ""));
        maya.get(app, &at(*jonas, "")).await.sees(if fields.is_empty() { "Nothing was changed." } else { "No changes to save." });
    }
    tick(app, maya, *jonas, &stores, &[("do", "else")]).await.is(400);
    tick(app, maya, *jonas, &[], &[]).await.redirects_to(&at(*jonas, ""));
    maya.get(app, &at(*jonas, "")).await.sees("No assignments selected.");
    assert_eq!(app.accounts_of(*jonas), before);
}

#[apply(both_databases!)]
async fn the_question_says_when_the_user_leaves_ones_list_with_them(db: Db) {
    let mut business = Business::new(db).await;
    let mut all = stores(&business, 1);
    all.push(business.fjord);
    let Business { app, hana, jonas, .. } = &mut business;
    tick(app, hana, *jonas, &all[..1], &[]).await.is(200).sees_no("you will no longer see them");
    // An answer without the question.
    let question = tick(app, hana, *jonas, &all, &[("do", "remove")]).await;
    question.is(200).sees("Jonas will have nothing left in your portfolios, and you will no longer see them.");
    assert_eq!(app.accounts_of(*jonas).len(), 2);
    tick(app, hana, *jonas, &all, &[("do", "remove"), ("agreed", "true")]).await.redirects_to("/users-and-permissions");
    assert_eq!(app.accounts_of(*jonas), []);
    app.mail().await;
}

#[apply(both_databases!)]
async fn a_portfolio_admin_keeps_one_of_the_portfolios_that_are_ticked(db: Db) {
    let Business { app, mut maya, hana_id, nordic, dach, .. } = Business::with_hana_in_both(db).await;
    let (token, both) = (csrf(&app, &mut maya).await, [nordic, dach].map(|id| id.to_string()));
    for what in ["", "remove"] {
        let fields = [("csrf", &*token), ("portfolio", &*both[0]), ("portfolio", &*both[1]), ("do", what)];
        maya.post(&app, &at(hana_id, "/remove"), &fields).await.is(409).sees("At least one portfolio is required");
    }
    assert_eq!(app.portfolios_of(hana_id).len(), 2);
}
