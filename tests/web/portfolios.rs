//! Portfolios: actions of Admins, and pages of Portfolio Admins.

use crate::{
    helpers::TestApp,
    shared::steps::{csrf, row},
};

#[apply(both_databases!)]
async fn a_portfolio_is_made_with_its_accounts_and_its_users(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let old = app.create_portfolio("DACH Retail");
    let account = app.create_account(old, "Café Löwe").to_string();
    let hana = app.create_portfolio_admin("Hana", "Novotna", &[old]).await.to_string();
    let made = maya
        .fill(
            &app,
            "/portfolios/new",
            &[("name", "Nordic Brands"), ("notes", "Cold\r\nbut nice"), ("account", &account), ("user", &hana), ("do", "create")],
        )
        .await;
    made.is(303);
    maya.get(&app, made.header("location"))
        .await
        .sees("Created the portfolio Nordic Brands.")
        .sees("Café Löwe")
        .sees("Cold but nice")
        .sees("Hana Novotna");
    let list = maya.get(&app, "/portfolios?q=l%C3%B6we").await;
    list.sees_no("DACH Retail");
    assert!(row(&list, "Nordic Brands").ends_with("Hana Novotna111 account missing billing"), "{}", row(&list, "Nordic Brands"));
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_search_without_script_keeps_what_was_typed_and_ticked(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let old = app.create_portfolio("DACH Retail");
    let [lowe, bikes] = ["Café Löwe", "Bergmann Bikes"].map(|name| app.create_account(old, name).to_string());
    let found =
        maya.fill(&app, "/portfolios/new", &[("name", "Nordic"), ("account", &lowe), ("find_account", "berg"), ("do", "find")]).await;
    found.is(200).sees("Bergmann Bikes").sees("Selected before");
    let form = found.form("/portfolios/new");
    for field in [("name", "Nordic"), ("account", &lowe)] {
        assert!(form.contains(&(field.0.to_owned(), field.1.to_owned())), "{form:?}");
    }
    assert!(!form.contains(&("account".to_owned(), bikes)));
    assert_eq!(app.count("portfolios"), 1);
}

#[apply(both_databases!)]
async fn a_long_list_is_searched_before_it_is_shown(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let old = app.create_portfolio("DACH Retail");
    for number in 0..101 {
        app.create_account(old, &format!("Account {number:03}"));
    }
    maya.get(&app, "/portfolios/new").await.sees("101 accounts to choose from.").sees_no("Account 007");
    maya.fill(&app, "/portfolios/new", &[("find_account", "007"), ("do", "find")]).await.sees("Account 007").sees_no("Account 008");
    let page = maya.get(&app, &format!("/portfolios/{old}")).await;
    page.sees("1–50 of 101 accounts").sees_no("Account 050");
    let next = page.body.split("\" rel=\"next\"").next().unwrap().rsplit("href=\"").next().unwrap().replace("&#38;", "&");
    maya.get(&app, &next).await.sees("51–100 of 101 accounts").sees("Account 050");
}

#[apply(both_databases!)]
async fn a_name_that_cannot_be_one_is_refused_and_kept(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let nordic = app.create_portfolio("Nordic Brands");
    app.create_portfolio("Public Sector");
    for (name, reason) in [
        ("", "Enter a name for the portfolio"),
        (&*"x".repeat(101), "Use at most 100 characters"),
        ("<b>", "Remove < and >"),
        ("PUBLIC sector", "A portfolio with this name exists"),
    ] {
        let page = maya.fill(&app, "/portfolios/new", &[("name", name), ("do", "create")]).await;
        page.is(422).sees(reason);
        assert!(page.form("/portfolios/new").contains(&("name".to_owned(), name.to_owned())));
        maya.fill(&app, &format!("/portfolios/{nordic}/edit"), &[("name", name)]).await.is(422).sees(reason);
    }
    let notes = "é".repeat(4001);
    maya.fill(&app, "/portfolios/new", &[("name", "DACH"), ("notes", &notes), ("do", "create")])
        .await
        .is(422)
        .sees("Use at most 4,000 characters");
    assert_eq!(app.count("portfolios"), 2);
}

#[apply(both_databases!)]
async fn a_stale_edit_is_shown_beside_what_was_saved(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let path = format!("/portfolios/{}/edit", app.create_portfolio("Nordic Brands"));
    let form = maya.get(&app, &path).await;
    maya.fill(&app, &path, &[("name", "Nordics")]).await.is(303);
    let page = maya.send(&app, &form, &path, &[("name", "Norden")]).await;
    page.is(409).sees("Someone changed this portfolio while you were editing").sees("Saved by someone else: Nordics");
    maya.send(&app, &page, &path, &[]).await.is(303);
    maya.get(&app, "/portfolios").await.sees("Norden");
}

#[apply(both_databases!)]
async fn a_deactivated_portfolio_gives_access_to_admins_only(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let nordic = app.create_portfolio("Nordic Brands");
    let account = app.create_account(nordic, "Fjord Foods");
    app.create_portfolio_admin("Hana", "Novotna", &[nordic]).await;
    let jonas = app.create_user("Jonas", "Vermeulen");
    app.assign(jonas, account).await;
    let (mut hana, mut jonas) = (app.signed_in("hana.novotna@example.com").await, app.signed_in("jonas.vermeulen@example.com").await);
    let (path, account) = (format!("/portfolios/{nordic}"), format!("/accounts/{account}"));
    for browser in [&mut hana, &mut jonas] {
        browser.get(&app, &account).await.is(200);
    }
    let question = maya.get(&app, &format!("{path}/deactivate")).await;
    question
        .sees("2 people lose access to it and its 1 account")
        .sees("Left without any portfolio: Hana Novotna")
        .sees("Keep portfolio active");
    maya.press(&app, &format!("{path}/deactivate"), &format!("{path}/deactivate")).await.redirects_to(&path);
    hana.get(&app, "/portfolios").await.is(200).sees("Nordic Brands: deactivated.");
    hana.get(&app, &path).await.is(404);
    jonas.get(&app, "/portfolios").await.sees_no("Fjord").sees("No accounts yet");
    for browser in [&mut hana, &mut jonas] {
        browser.get(&app, &account).await.is(404);
    }
    maya.get(&app, &path).await.sees("is deactivated. Only Admins can open it").sees("Fjord Foods");
    maya.press(&app, &path, &format!("{path}/reactivate")).await.redirects_to(&path);
    hana.get(&app, &path).await.is(200);
    jonas.get(&app, &account).await.is(200);
}

#[apply(both_databases!)]
async fn a_portfolio_admin_knows_nothing_of_other_portfolios(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let [own, foreign] = ["Nordic Brands", "Public Sector"].map(|name| app.create_portfolio(name));
    let (account, elsewhere) = (app.create_account(foreign, "City of Aarhus"), app.create_account(foreign, "Transport Kraków"));
    let hana = app.create_portfolio_admin("Hana", "Novotna", &[own]).await;
    app.assign(hana, elsewhere).await;
    let mut browser = app.signed_in("hana.novotna@example.com").await;
    let list = browser.get(&app, "/portfolios").await;
    list.sees("1 portfolio").sees("Accounts assigned to you").sees("Transport Kraków").sees_no("Public Sector").sees_no("Aarhus");
    browser.get(&app, "/portfolios?q=aarhus").await.sees("No portfolios match");
    for (foreign, unknown) in [
        (format!("/portfolios/{foreign}"), "/portfolios/987654".to_owned()),
        (format!("/accounts/{account}"), "/accounts/987654".to_owned()),
        (format!("/accounts/{account}/edit"), "/accounts/987654/edit".to_owned()),
        (format!("/accounts/{account}/billing"), "/accounts/987654/billing".to_owned()),
        (format!("/accounts/new?portfolio={foreign}"), "/accounts/new?portfolio=987654".to_owned()),
    ] {
        let (foreign, unknown) = (browser.get(&app, &foreign).await, browser.get(&app, &unknown).await);
        assert_eq!((foreign.status.as_u16(), &foreign.body), (404, &unknown.body));
    }
    for path in [
        "/portfolios/new".to_owned(),
        format!("/portfolios/{own}/edit"),
        format!("/portfolios/{own}/deactivate"),
        format!("/accounts/{account}/move"),
    ] {
        browser.get(&app, &path).await.is(403);
    }
    let token = csrf(&app, &mut browser).await;
    browser
        .post(
            &app,
            &format!("/accounts/{account}/edit"),
            &[("csrf", &token), ("name", "x"), ("website", ""), ("notes", ""), ("version", "1")],
        )
        .await
        .is(404);
}
