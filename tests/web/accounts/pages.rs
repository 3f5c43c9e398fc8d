//! Accounts: creation, pages for each role, and billing.

use crate::{
    helpers::{Browser, TestApp},
    shared::{
        business::Business,
        steps::{BILLING, csrf, go_on},
    },
    users::directory::{go, way},
};

const NEW: &str = "/accounts/new";

#[apply(both_databases!)]
async fn an_account_begins_in_four_steps_and_is_written_by_the_last(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let nordic = app.create_portfolio("Nordic Brands");
    let known = app.create_account(nordic, "Aalto Eyewear");
    app.create_portfolio_admin("Hana", "Novotna", &[nordic]).await;
    let jonas = app.create_user("Jonas", "Vermeulen");
    app.assign(jonas, known).await;
    app.create_user("Lena", "Novak");
    let mut hana = app.signed_in("hana.novotna@example.com").await;
    let first = hana.get(&app, &format!("{NEW}?portfolio={nordic}")).await;
    let second = go_on(
        &app,
        &mut hana,
        &first,
        NEW,
        &[("name", "Fjord Foods"), ("website", "fjordfoods.example"), ("notes", "Fish & chips"), ("do", "next")],
    )
    .await;
    second.is(200).sees("Which portfolio does it belong to?").sees("Nordic Brands");
    let third = go_on(&app, &mut hana, &second, NEW, &[("do", "next")]).await;
    third.is(200).sees("Who works on it?").sees("Jonas Vermeulen").sees_no("Lena Novak");
    let review = go_on(&app, &mut hana, &third, NEW, &[("user", &jonas.to_string()), ("do", "next")]).await;
    review.is(200).sees("Fjord Foods").sees("fjordfoods.example").sees("Fish & chips").sees("Nordic Brands").sees("Jonas Vermeulen");
    let back = go_on(&app, &mut hana, &review, NEW, &[("do", "step-1")]).await;
    assert!(back.form(NEW).contains(&("notes".to_owned(), "Fish & chips".to_owned())));
    assert_eq!(app.count("accounts"), 1);
    let created = hana.send(&app, &review, NEW, &[("do", "create")]).await;
    created.is(303);
    hana.get(&app, created.header("location"))
        .await
        .sees("Created the account Fjord Foods.")
        .sees("https://fjordfoods.example")
        .sees("Jonas Vermeulen");
    let again = go_on(&app, &mut hana, &review, NEW, &[("do", "next")]).await;
    hana.send(&app, &again, NEW, &[("do", "create")]).await.is(422).sees("This portfolio already has an account with this name");
    assert_eq!(app.count("accounts"), 2);
    app.mails().await;
}

#[apply(both_databases!)]
async fn steps_out_of_order_or_altered_make_nothing(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let nordic = app.create_portfolio("Nordic Brands").to_string();
    let stranger = app.create_user("Lena", "Novak").to_string();
    let first = maya.get(&app, NEW).await;
    maya.send(&app, &first, NEW, &[("do", "create")]).await.is(422).sees("Enter a name for the account");
    maya.send(&app, &first, NEW, &[("name", "Fjord"), ("website", "javascript:alert(1)"), ("do", "next")])
        .await
        .is(422)
        .sees("Enter the address of a website");
    maya.send(&app, &first, NEW, &[("name", "Fjord"), ("do", "create")]).await.is(422).sees("Choose a portfolio");
    let foreign = [("name", "Fjord"), ("portfolio", &*nordic), ("user", &stranger), ("do", "create")];
    maya.send(&app, &first, NEW, &foreign).await.is(404);
    maya.send(&app, &first, NEW, &[("name", "Fjord"), ("portfolio", "987654"), ("do", "create")]).await.is(404);
    assert_eq!(app.count("accounts"), 0);
}

#[apply(both_databases!)]
async fn users_ticked_in_one_portfolio_are_not_carried_into_another(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let [nordic, other] = ["Nordic Brands", "Public Sector"].map(|name| app.create_portfolio(name));
    let jonas = app.create_user("Jonas", "Vermeulen");
    app.assign(jonas, app.create_account(nordic, "Aalto Eyewear")).await;
    let first = maya.get(&app, &format!("{NEW}?portfolio={nordic}")).await;
    let second = go_on(&app, &mut maya, &first, NEW, &[("name", "Fjord"), ("do", "next")]).await;
    let third = go_on(&app, &mut maya, &second, NEW, &[("do", "next")]).await;
    let review = go_on(&app, &mut maya, &third, NEW, &[("user", &jonas.to_string()), ("do", "next")]).await;
    let second = go_on(&app, &mut maya, review.is(200).sees("Jonas Vermeulen"), NEW, &[("do", "step-2")]).await;
    let third = go_on(&app, &mut maya, &second, NEW, &[("portfolio", &other.to_string()), ("do", "next")]).await;
    third.is(200).sees("There are no people to choose from.");
    let review = go_on(&app, &mut maya, &third, NEW, &[("do", "next")]).await;
    review.is(200).sees("Public Sector").sees("No one yet");
}

#[apply(both_databases!)]
async fn a_user_finds_a_home_in_an_account_and_no_word_of_the_rest(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let nordic = app.create_portfolio("Nordic Brands");
    let [fjord, aalto] = ["Fjord Foods", "Aalto Eyewear"].map(|name| app.create_account(nordic, name));
    let (jonas, lena) = (app.create_user("Jonas", "Vermeulen"), app.create_user("Lena", "Novak"));
    app.assign(jonas, fjord).await;
    app.assign(lena, fjord).await;
    let mut browser = app.signed_in("jonas.vermeulen@example.com").await;
    browser.get(&app, "/portfolios").await.sees("Fjord Foods").sees("1 account").sees_no("Aalto").sees_no("Portfolio").sees_no("Nordic");
    browser.get(&app, "/portfolios?q=aalto").await.sees("No accounts match").sees_no("Aalto Eyewear");
    let home = browser.get(&app, &format!("/accounts/{fjord}")).await;
    home.sees("Lena Novak").sees("lena.novak@example.com").sees("Maya Fischer created this account").sees("Edit details");
    home.sees_no("Billing")
        .sees_no("Nordic")
        .sees_no("Move")
        .sees_no("Manage")
        .sees("assigned this account to Jonas Vermeulen")
        .sees_no("assigned this account to Lena");
    browser.fill(&app, &format!("/accounts/{fjord}/edit"), &[("notes", "Fresh")]).await.is(303);
    browser.get(&app, &format!("/accounts/{fjord}")).await.sees("Fresh").sees("Jonas Vermeulen edited");
    browser.get(&app, &format!("/accounts/{aalto}")).await.is(404);
    browser.get(&app, &format!("/accounts/{fjord}/billing")).await.is(403);
}

#[apply(both_databases!)]
async fn a_name_tells_only_those_who_see_the_portfolio_what_else_is_in_it(db: Db) {
    let Business { app, mut hana, nordic, fjord, .. } = Business::new(db).await;
    app.create_account(nordic, "Aalto Eyewear");
    let (edit, name) = (format!("/accounts/{fjord}/edit"), [("name", "Aalto Eyewear")]);
    hana.fill(&app, &edit, &name).await.is(422).sees("This portfolio already has an account with this name");
    let mut jonas = app.signed_in("jonas.vermeulen@example.com").await;
    jonas.fill(&app, &edit, &name).await.is(303);
    hana.fill(&app, &edit, &[("website", "aalto.example")]).await.is(303);
}

#[apply(both_databases!)]
async fn billing_is_saved_with_all_its_fields_or_not_at_all(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let path = format!("/accounts/{}/billing", app.create_account(app.create_portfolio("Nordic Brands"), "Fjord Foods"));
    for (name, value, reason) in [
        ("legal_name", "", "Enter a legal name"),
        ("legal_name", &*"x".repeat(201), "Use at most 200 characters"),
        ("email", "nobody", "Enter an email address such as"),
        ("address_line_1", " ", "Enter an address"),
        ("city", "<b>", "Remove < and >"),
        ("postal_code", "", "Enter a postal code"),
        ("country", "", "Choose a country"),
        ("country", "XX", "Choose a country"),
        ("tax_id", "a\nb", "Remove hidden characters"),
    ] {
        let fields = BILLING.into_iter().filter(|(known, _)| *known != name).chain([(name, value)]).collect::<Vec<_>>();
        maya.fill(&app, &path, &fields).await.is(422).sees(reason).sees("Save billing");
    }
    assert_eq!(app.count("billing"), 0);
    maya.fill(&app, &path, &[&BILLING[..], &[("tax_id", "NO 987 654 321 MVA")]].concat()).await.redirects_to(&path);
    let form = maya.get(&app, &path).await.form(&path);
    for (name, value) in BILLING.into_iter().chain([("tax_id", "NO 987 654 321 MVA")]) {
        assert!(form.contains(&(name.to_owned(), value.to_owned())), "{name}: {form:?}");
    }
}

#[apply(both_databases!)]
async fn a_stale_billing_is_shown_beside_what_was_saved(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let path = format!("/accounts/{}/billing", app.create_account(app.create_portfolio("Nordic Brands"), "Fjord Foods"));
    let form = maya.get(&app, &path).await;
    maya.fill(&app, &path, &BILLING).await.is(303);
    let mut mine = BILLING;
    (mine[3].1, mine[5].1) = ("Oslo", "SE");
    let page = maya.send(&app, &form, &path, &mine).await;
    page.is(409)
        .sees("Someone changed this billing while you were editing")
        .sees("Saved by someone else: Bergen")
        .sees("Saved by someone else: Norway");
    maya.send(&app, &page, &path, &[]).await.is(303);
    assert_eq!(app.count("billing WHERE city = 'Oslo' AND country = 'SE'"), 1);
}

#[apply(both_databases!)]
async fn a_user_who_may_see_billing_only_reads_it(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let account = app.create_account(app.create_portfolio("Nordic Brands"), "Fjord Foods");
    let path = format!("/accounts/{account}/billing");
    maya.fill(&app, &path, &BILLING).await.is(303);
    let jonas = app.create_user("Jonas", "Vermeulen");
    app.assign(jonas, account).await;
    app.show_billing_to(jonas, account).await;
    let mut browser = app.signed_in("jonas.vermeulen@example.com").await;
    let page = browser.get(&app, &path).await;
    page.is(200).sees("Fjord Foods AS").sees("Norway").sees_no("Save billing");
    assert!(!page.has_form(&path));
    let token = csrf(&app, &mut browser).await;
    let fields =
        [&BILLING[..], &[("csrf", &*token), ("address_line_2", ""), ("tax_id", ""), ("purchase_order", ""), ("version", "1")]].concat();
    browser.post(&app, &path, &fields).await.is(403);
    browser.post(&app, &path, &[&fields[1..], &[("legal_name", "")]].concat()).await.is(403);
}

#[apply(both_databases!)]
async fn everybody_on_an_account_is_reached_page_by_page(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let fjord = app.create_account(app.create_portfolio("Nordic Brands"), "Fjord Foods");
    let home = format!("/accounts/{fjord}");
    maya.get(&app, &home).await.sees("No people yet");
    for number in 0..102 {
        let user = app.create_user("Ada", &format!("N{number:03}"));
        app.execute(&format!("INSERT INTO account_assignments (user_id, account_id, edits_details, sees_billing, assigned_at) VALUES ({user}, {fjord}, true, false, '2026-01-01 00:00:00')"));
    }
    app.execute("UPDATE user_rows SET blocked_at = '2026-01-01 00:00:00' WHERE last_name IN ('N000', 'N060')");
    let page = maya.get(&app, &home).await;
    page.sees("1–50 of 102 people").sees("Ada N049").sees_no("Ada N050");
    let page = go(&app, &mut maya, &page, "next").await;
    page.sees("51–100 of 102 people").sees("Ada N050").sees("Ada N060").sees_no("Ada N049").sees_no("Ada N100");
    let last = go(&app, &mut maya, &page, "last").await;
    last.sees("53–102 of 102 people").sees("Ada N101").sees_no("Ada N051");
    go(&app, &mut maya, &last, "prev").await.sees("3–52 of 102 people").sees("Ada N051").sees_no("Ada N052");
    // A User sees only users who can sign in.
    let mut ada = app.signed_in("ada.n001@example.com").await;
    let page = ada.get(&app, &home).await;
    page.sees("1–50 of 100 people").sees_no("Ada N000").sees("Ada N050").sees_no("Ada N051");
    go(&app, &mut ada, &page, "next").await.sees("51–100 of 100 people").sees_no("Ada N060").sees("Ada N101");
    // All users of that page are gone.
    let at = way(&page, "next").unwrap();
    app.execute("DELETE FROM account_assignments");
    maya.get(&app, &at).await.is(200).sees("No one on this page").sees("Go to the first page");
    maya.get(&app, &format!("{home}?people=x")).await.is(404);
}

#[apply(both_databases!)]
async fn an_account_moves_and_its_users_keep_it(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let [nordic, other] = ["Nordic Brands", "Public Sector"].map(|name| app.create_portfolio(name));
    let fjord = app.create_account(nordic, "Fjord Foods");
    let jonas = app.create_user("Jonas", "Vermeulen");
    app.assign(jonas, fjord).await;
    app.create_portfolio_admin("Hana", "Novotna", &[nordic]).await;
    let mut hana = app.signed_in("hana.novotna@example.com").await;
    let (path, home) = (format!("/accounts/{fjord}/move"), format!("/accounts/{fjord}"));
    maya.fill(&app, &path, &[("do", "move")]).await.is(422).sees("Choose a portfolio");
    maya.fill(&app, &path, &[("portfolio", "987654"), ("do", "move")]).await.is(404);
    assert!(!maya.get(&app, &path).await.body.contains(&format!("name=\"portfolio\" value=\"{nordic}\"")));
    let before = app.deeds();
    maya.fill(&app, &path, &[("portfolio", &nordic.to_string()), ("do", "move")]).await.redirects_to(&home);
    maya.get(&app, &home).await.sees("No changes to save.");
    maya.fill(&app, &path, &[("portfolio", &nordic.to_string()), ("do", "find")]).await.is(200).sees_no("Selected before");
    assert_eq!(app.deeds(), before);
    app.create_account(other, "FJORD foods");
    maya.fill(&app, &path, &[("portfolio", &other.to_string()), ("do", "move")])
        .await
        .is(422)
        .sees("That portfolio already has an account named Fjord Foods");
    maya.fill(&app, &format!("{home}/edit"), &[("name", "Fjord")]).await.is(303);
    maya.fill(&app, &path, &[("portfolio", &other.to_string()), ("do", "move")]).await.redirects_to(&home);
    maya.get(&app, &home).await.sees("Moved Fjord to Public Sector.").sees("Jonas Vermeulen");
    hana.get(&app, &home).await.is(404);
    keeps(&app, &home).await.is(200);
}

/// Answers to Jonas.
async fn keeps(app: &TestApp, home: &str) -> crate::helpers::Page {
    let mut jonas: Browser = app.signed_in("jonas.vermeulen@example.com").await;
    jonas.get(app, home).await
}
