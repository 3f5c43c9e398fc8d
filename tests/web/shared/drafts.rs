//! Drafts of the wizards: steps with pages of their own, and answers that are no longer valid.

use chrono::TimeDelta;
use usher::usecases::{EntryPoint, portfolios, users};

use crate::{
    helpers::{Browser, Page, TestApp},
    shared::{
        business::{Business, HANA},
        routes::stored,
        steps::go_on,
    },
};

const USER: &str = "/users-and-permissions/new";
const ACCOUNT: &str = "/accounts/new";
const LOST: &str = "Your earlier answers were not kept";
const NOOR: [(&str, &str); 4] = [("first_name", "Noor"), ("last_name", "van Dijk"), ("email", "noor@example.com"), ("do", "next")];

impl Business {
    fn browser(&self, is_admin: bool) -> Browser {
        if is_admin { self.maya.clone() } else { self.hana.clone() }
    }

    /// Review of Noor as a User with both accounts.
    async fn user_review(&self, browser: &mut Browser) -> (String, Page) {
        let first = browser.get(&self.app, USER).await;
        let second = go_on(&self.app, browser, &first, USER, &[&NOOR[..], &[("default_role", "user")]].concat()).await;
        let (one, two) = (self.fjord.to_string(), self.bikes.to_string());
        let ticked = post(&self.app, browser, &second, USER, &[("account", &one), ("account", &two), ("do", "next")]).await;
        let location = ticked.is(303).header("location").to_owned();
        let review = browser.get(&self.app, &location).await;
        review.is(200).sees("Review and").sees("Fjord Foods").sees("Bergmann Bikes");
        (location, review)
    }

    /// Review of an account in Nordic Brands, with Jonas.
    async fn account_review(&self, browser: &mut Browser) -> (String, Page) {
        let first = browser.get(&self.app, &format!("{ACCOUNT}?portfolio={}", self.nordic)).await;
        let second = go_on(&self.app, browser, &first, ACCOUNT, &[("name", "Hygge"), ("notes", "Home & garden"), ("do", "next")]).await;
        let third = go_on(&self.app, browser, &second, ACCOUNT, &[("do", "next")]).await;
        let ticked = browser.send(&self.app, &third, ACCOUNT, &[("user", &self.jonas.to_string()), ("do", "next")]).await;
        let location = ticked.is(303).header("location").to_owned();
        let review = browser.get(&self.app, &location).await;
        review.is(200).sees("Review and").sees("Nordic Brands").sees("Jonas Vermeulen");
        (location, review)
    }

    /// Removes Nordic Brands from Hana, and from all users if an Admin looks.
    async fn nordic_goes(&self, for_admin: bool) {
        if for_admin {
            portfolios::deactivate(&self.app.ctx, &self.app.caller(self.app.id_of("maya.fischer@example.com")), self.nordic).unwrap();
            self.app.mails().await;
        } else {
            self.app.unassign_portfolio(self.hana_id, self.nordic);
        }
    }
}

/// Submits the form with these fields, of which several may have one name.
async fn post(app: &TestApp, browser: &mut Browser, page: &Page, path: &str, fields: &[(&str, &str)]) -> Page {
    let hidden = page.form(path).into_iter().filter(|(name, _)| ["csrf", "step", "draft"].contains(&name.as_str())).collect::<Vec<_>>();
    let hidden = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    browser.post(app, path, &hidden.chain(fields.iter().copied()).collect::<Vec<_>>()).await
}

/// Draft in an address or in a page's form.
fn draft_in(location: &str) -> &str {
    location.split("draft=").nth(1).unwrap().split('&').next().unwrap()
}

#[track_caller]
fn is_empty_and_says_why(page: &Page, path: &str) {
    page.sees(LOST).sees_no("Noor").sees_no("Hygge");
    let typed = page.form(path).into_iter().filter(|(name, _)| !["csrf", "step", "draft"].contains(&name.as_str()));
    assert!(typed.clone().count() >= 3 && typed.into_iter().all(|(_, value)| value.is_empty()), "{path}");
}

#[apply(both_databases!)]
async fn each_step_is_a_page_to_load_again_that_changes_nothing(db: Db) {
    let business = Business::with_hana_in_both(db).await;
    let mut maya = business.browser(true);
    for (path, (location, first)) in [(USER, business.user_review(&mut maya).await), (ACCOUNT, business.account_review(&mut maya).await)] {
        let before = stored(&business.app);
        let again = maya.get(&business.app, &location).await;
        assert_eq!((again.status.as_u16(), again.text()), (200, first.text()), "{path}");
        assert_eq!((again.header("cache-control"), again.header("referrer-policy")), ("no-store", "same-origin"));
        let back = go_on(&business.app, &mut maya, &again, path, &[("do", "step-1")]).await;
        back.is(200).sees("Step 1 of");
        assert!(back.form(path).iter().any(|(_, value)| value == "Noor" || value == "Hygge"), "{path}");
        assert_eq!(stored(&business.app), before, "{path}");
        assert!(location.len() < 1000 && !location.contains("Noor") && !location.contains("noor"), "{location}");
    }
}

#[apply(both_databases!)]
async fn what_is_looked_for_stands_in_the_address_and_ticks_are_kept(db: Db) {
    let business = Business::with_hana_in_both(db).await;
    let (app, mut maya) = (&business.app, business.browser(true));
    let (fjord, jonas, nordic) = (business.fjord.to_string(), business.jonas.to_string(), business.nordic.to_string());
    let first = maya.get(app, USER).await;
    let second = go_on(app, &mut maya, &first, USER, &[&NOOR[..], &[("default_role", "user")]].concat()).await;
    let found = maya.send(app, &second, USER, &[("account", &fjord), ("find_account", "bikes"), ("do", "find")]).await;
    assert!(found.is(303).header("location").ends_with("&q=bikes"));
    let found = maya.get(app, found.header("location")).await;
    found.is(200).sees("Bergmann Bikes").sees("Selected before").sees("1 of 2 selected");
    go_on(app, &mut maya, &found, USER, &[("do", "next")]).await.is(200).sees("Review and").sees("Fjord Foods");

    let first = maya.get(app, ACCOUNT).await;
    let second = go_on(app, &mut maya, &first, ACCOUNT, &[("name", "Hygge"), ("do", "next")]).await;
    let found = go_on(app, &mut maya, &second, ACCOUNT, &[("portfolio", &nordic), ("find_portfolio", "dach"), ("do", "find")]).await;
    found.is(200).sees("Step 2 of 4").sees("DACH Retail").sees("Selected before");
    let third = go_on(app, &mut maya, &found, ACCOUNT, &[("do", "next")]).await;
    let found = go_on(app, &mut maya, &third, ACCOUNT, &[("user", &jonas), ("find_user", "hana"), ("do", "find")]).await;
    found.is(200).sees("Step 3 of 4").sees("Hana Novotna").sees("1 of 2 selected");
}

#[apply(both_databases!)]
async fn a_step_whose_answers_are_missing_is_not_reached_by_its_address(db: Db) {
    let business = Business::with_hana_in_both(db).await;
    let mut maya = business.browser(true);
    for (path, steps) in [(USER, ["2", "3"]), (ACCOUNT, ["people", "review"])] {
        for step in steps {
            maya.get(&business.app, &format!("{path}?step={step}"))
                .await
                .is(200)
                .sees("Step 1 of")
                .sees_no(LOST)
                .sees_no("There is a problem");
        }
    }
    let first = maya.get(&business.app, USER).await;
    let second = maya.send(&business.app, &first, USER, &[&NOOR[..], &[("default_role", "user")]].concat()).await;
    let location = second.header("location").replace("step=2", "step=3");
    maya.get(&business.app, &location).await.is(200).sees("Step 2 of 3");
}

#[apply(both_databases!)]
async fn a_draft_that_cannot_be_read_leads_to_an_empty_first_step(db: Db) {
    let business = Business::with_hana_in_both(db).await;
    let (app, mut maya) = (&business.app, business.browser(true));
    let (user, _) = business.user_review(&mut maya).await;
    let (account, _) = business.account_review(&mut maya).await;
    let altered = |location: &str| {
        let (rest, last) = location.split_at(location.len() - 30);
        format!("{rest}{}", last.chars().map(|c| if c == 'A' { 'B' } else { 'A' }).collect::<String>())
    };
    let exchanged = |location: &str, other: &str| location.replace(draft_in(location), draft_in(other));
    let mut ways = vec![
        (USER, "3", altered(&user)),
        (ACCOUNT, "review", altered(&account)),
        (USER, "3", exchanged(&user, &account)),
        (ACCOUNT, "review", exchanged(&account, &user)),
        (USER, "3", format!("{USER}?step=3&draft=x")),
        (ACCOUNT, "review", format!("{ACCOUNT}?step=review&draft=%00")),
    ];
    let mut hana = business.browser(false);
    for (path, _, _) in &ways[..2] {
        is_empty_and_says_why(hana.get(app, if *path == USER { &user } else { &account }).await.is(200), path);
    }
    for round in 0..2 {
        for (path, step, location) in &ways {
            is_empty_and_says_why(maya.get(app, location).await.is(200), path);
            let page = maya.get(app, path).await;
            let token = page.form(path).into_iter().find(|(name, _)| name == "csrf").unwrap().1;
            let fields = [("csrf", &*token), ("step", step), ("draft", draft_in(location)), ("do", "create")];
            is_empty_and_says_why(maya.post(app, path, &fields).await.is(422), path);
        }
        if round == 0 {
            // A draft that is a day old, in a session of today.
            maya.get(app, &user).await.is(200).sees("Review and");
            app.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
            maya = app.signed_in("maya.fischer@example.com").await;
            maya.get(app, &user).await.is(200).sees("Review and");
            app.advance(TimeDelta::seconds(1));
            ways = vec![(USER, "3", user.clone()), (ACCOUNT, "review", account.clone())];
        }
    }
    assert!(!app.has_user("noor@example.com"));
    assert_eq!(app.count("accounts"), 2);
}

#[apply(both_databases!)]
async fn a_draft_too_long_for_an_address_stays_in_the_form(db: Db) {
    let business = Business::with_hana_in_both(db).await;
    let (app, mut maya) = (&business.app, business.browser(true));
    let notes = "ä".repeat(4000);
    let first = maya.get(app, &format!("{ACCOUNT}?portfolio={}", business.nordic)).await;
    let second = maya.send(app, &first, ACCOUNT, &[("name", "Hygge"), ("notes", &notes), ("do", "next")]).await;
    let third = maya.send(app, second.is(200).sees("Step 2 of 4"), ACCOUNT, &[("do", "next")]).await;
    let review = maya.send(app, third.is(200).sees("Step 3 of 4"), ACCOUNT, &[("do", "next")]).await;
    maya.send(app, review.is(200).sees("Review and"), ACCOUNT, &[("do", "create")]).await.is(303);
    assert_eq!(app.count(&format!("accounts WHERE notes = '{notes}'")), 1);
}

#[apply(both_databases!)]
async fn an_account_that_goes_between_the_steps_leads_back_to_where_it_was_ticked(db: Db) {
    for is_admin in [true, false] {
        let business = Business::with_hana_in_both(db).await;
        let (app, mut browser) = (&business.app, business.browser(is_admin));
        let (location, review) = business.user_review(&mut browser).await;
        let second = go_on(app, &mut browser, &review, USER, &[("do", "back")]).await;
        second.is(200).sees("2 of 2 selected");
        business.nordic_goes(is_admin).await;
        let before = stored(app);
        for page in [
            browser.get(app, &location).await.is(200).clone(),
            post(app, &mut browser, &review, USER, &[("do", "create")]).await.is(422).clone(),
            post(app, &mut browser, &review, USER, &[("do", "step-2")]).await.is(303).clone(),
            browser.send(app, &second, USER, &[("do", "next")]).await,
        ] {
            let page = if page.status == 303 { browser.get(app, page.header("location")).await } else { page };
            page.sees("One of the accounts you selected is no longer available")
                .sees("Step 2 of 3")
                .sees("Noor van Dijk, User")
                .sees("1 of 1 selected");
            page.sees_no("Fjord").sees_no("Nordic");
            let review = go_on(app, &mut browser, &page, USER, &[("do", "next")]).await;
            review.is(200).sees("Review and").sees("Bergmann Bikes").sees_no("Fjord");
        }
        assert_eq!(stored(app), before);
        let page = browser.get(app, &location).await;
        let review = go_on(app, &mut browser, &page, USER, &[("do", "next")]).await;
        browser.send(app, &review, USER, &[("do", "create")]).await.is(303);
        assert_eq!(app.accounts_of(app.id_of("noor@example.com")), [business.bikes]);
        app.mails().await;
    }
}

#[apply(both_databases!)]
async fn a_portfolio_that_goes_between_the_steps_is_not_given(db: Db) {
    for is_admin in [true, false] {
        let business = Business::with_hana_in_both(db).await;
        let (app, mut browser) = (&business.app, business.browser(is_admin));
        let nordic = business.nordic.to_string();
        let first = browser.get(app, USER).await;
        let second = go_on(app, &mut browser, &first, USER, &[&NOOR[..], &[("default_role", "portfolio_admin")]].concat()).await;
        let review = go_on(app, &mut browser, &second, USER, &[("portfolio", &nordic), ("do", "next")]).await;
        review.is(200).sees("Review and");
        business.nordic_goes(is_admin).await;
        let page = browser.send(app, &review, USER, &[("do", "create")]).await;
        page.is(422).sees("One of the portfolios you selected is no longer available").sees("0 of 1 selected").sees_no("Nordic");
        assert!(!app.has_user("noor@example.com"));
        let review = go_on(app, &mut browser, &page, USER, &[("portfolio", &business.dach.to_string()), ("do", "next")]).await;
        browser.send(app, &review, USER, &[("do", "create")]).await.is(303);
        assert_eq!(app.portfolios_of(app.id_of("noor@example.com")), [business.dach]);
        app.mails().await;
    }
}

#[apply(both_databases!)]
async fn what_was_never_offered_is_as_unknown_as_ever(db: Db) {
    let business = Business::with_hana_in_both(db).await;
    let (app, mut hana) = (&business.app, business.browser(false));
    let (_, review) = business.user_review(&mut hana).await;
    let foreign = app.create_account(app.create_portfolio("Public Sector"), "City of Aarhus").to_string();
    for id in [foreign.as_str(), "987654"] {
        for what in ["create", "back", "step-1", "step-2", "find"] {
            let fjord = business.fjord.to_string();
            post(app, &mut hana, &review, USER, &[("account", &fjord), ("account", id), ("do", what)]).await.is(404);
        }
    }
    let (_, review) = business.account_review(&mut hana).await;
    let stranger = app.create_user("Lena", "Novak").to_string();
    for id in [stranger.as_str(), "987654"] {
        for what in ["create", "back", "step-1", "step-2", "step-3"] {
            post(app, &mut hana, &review, ACCOUNT, &[("user", id), ("do", what)]).await.is(404);
        }
        // Users can be selected only after a portfolio.
        let first = hana.get(app, ACCOUNT).await;
        let second = go_on(app, &mut hana, &first, ACCOUNT, &[("name", "Hygge"), ("user", id), ("do", "next")]).await;
        let third = go_on(app, &mut hana, &second, ACCOUNT, &[("portfolio", &business.nordic.to_string()), ("do", "next")]).await;
        third.is(200).sees("Step 3 of 4").sees("0 of 1 selected").sees_no("no longer");
    }
}

#[apply(both_databases!)]
async fn a_search_that_is_too_long_for_an_address_keeps_the_step(db: Db) {
    let business = Business::with_hana_in_both(db).await;
    let (app, mut maya) = (&business.app, business.browser(true));
    let (fjord, long) = (business.fjord.to_string(), "x".repeat(2_100));
    let first = maya.get(app, USER).await;
    let second = go_on(app, &mut maya, &first, USER, &[&NOOR[..], &[("default_role", "user")]].concat()).await;
    let found = go_on(app, &mut maya, &second, USER, &[("account", &fjord), ("find_account", &long), ("do", "find")]).await;
    found.is(200).sees("1 of 2 selected");
}

#[apply(both_databases!)]
async fn what_is_typed_beside_a_draft_that_cannot_be_read_is_kept(db: Db) {
    let business = Business::with_hana_in_both(db).await;
    let (app, mut maya) = (&business.app, business.browser(true));
    for (path, fields) in [
        (USER, &[("first_name", "Noor"), ("draft", "gone"), ("do", "next")][..]),
        (ACCOUNT, &[("name", "Noor"), ("draft", "gone"), ("do", "next")]),
    ] {
        let first = maya.get(app, path).await;
        let again = maya.send(app, &first, path, fields).await;
        again.is(422).sees("Your earlier answers were not kept");
        assert!(again.body.contains("value=\"Noor\""), "{path}");
    }
}

#[apply(both_databases!)]
async fn the_portfolio_of_a_new_account_that_goes_meanwhile_is_chosen_anew(db: Db) {
    for is_admin in [true, false] {
        let business = Business::with_hana_in_both(db).await;
        let (app, mut browser) = (&business.app, business.browser(is_admin));
        let (location, review) = business.account_review(&mut browser).await;
        business.nordic_goes(is_admin).await;
        let before = stored(app);
        browser.get(app, &location).await.is(200).sees("The portfolio you chose is no longer available").sees("Step 2 of 4");
        let page = browser.send(app, &review, ACCOUNT, &[("do", "create")]).await;
        page.is(422).sees("The portfolio you chose is no longer available. Choose another").sees("Step 2 of 4").sees_no("Nordic");
        assert_eq!(stored(app), before);
        let third = go_on(app, &mut browser, &page, ACCOUNT, &[("portfolio", &business.dach.to_string()), ("do", "next")]).await;
        third.is(200).sees("Step 3 of 4").sees_no("Jonas");
        let review = go_on(app, &mut browser, &third, ACCOUNT, &[("do", "next")]).await;
        review.sees("Hygge").sees("Home & garden");
        browser.send(app, &review, ACCOUNT, &[("do", "create")]).await.is(303);
        assert_eq!(app.count(&format!("accounts WHERE name = 'Hygge' AND portfolio_id = {}", business.dach)), 1);
    }
}

#[apply(both_databases!)]
async fn a_user_deleted_meanwhile_is_no_longer_ticked_for_a_new_account(db: Db) {
    let business = Business::with_hana_in_both(db).await;
    let (app, mut hana) = (&business.app, business.browser(false));
    let (location, review) = business.account_review(&mut hana).await;
    app.delete_user(business.jonas);
    app.mails().await;
    let before = stored(app);
    hana.get(app, &location)
        .await
        .is(200)
        .sees("One of the people you selected is no longer available")
        .sees("Step 3 of 4")
        .sees_no("Jonas");
    let page = hana.send(app, &review, ACCOUNT, &[("do", "create")]).await;
    page.is(422).sees("One of the people you selected is no longer available").sees("Step 3 of 4").sees_no("Jonas");
    assert_eq!(stored(app), before);
    let review = go_on(app, &mut hana, &page, ACCOUNT, &[("do", "next")]).await;
    review.is(200).sees("No one yet").sees("Hygge").sees("Nordic Brands");
    hana.send(app, &review, ACCOUNT, &[("do", "create")]).await.is(303);
    assert_eq!(app.count("accounts WHERE name = 'Hygge'"), 1);
}

#[apply(both_databases!)]
async fn answers_of_any_length_that_an_address_holds_outlive_the_session(db: Db) {
    for length in [200, 1_800, 2_700] {
        let business = Business::with_hana_in_both(db).await;
        let (app, mut maya) = (&business.app, business.browser(true));
        let first = maya.get(app, ACCOUNT).await;
        let notes = "n".repeat(length);
        let second = maya.send(app, &first, ACCOUNT, &[("name", "Hygge"), ("notes", &notes), ("do", "next")]).await;
        let location = second.is(303).header("location").to_owned();
        let second = maya.get(app, &location).await;
        app.advance(TimeDelta::hours(2));
        maya.headers = vec![("referer", format!("http://localhost:8080{location}"))];
        let late = maya.send(app, &second, ACCOUNT, &[("portfolio", &business.nordic.to_string()), ("do", "next")]).await;
        let sign_in = maya.get(app, late.is(303).header("location")).await;
        sign_in.is(200).sees("Sign in to continue with what you entered.");
        let fields = [("email", "maya.fischer@example.com"), ("password", crate::helpers::PASSWORD)];
        maya.send(app, &sign_in, "/sign-in", &fields).await.redirects_to("/unsent-form");
        let offer = maya.get(app, "/unsent-form").await;
        let third = go_on(app, &mut maya, &offer, ACCOUNT, &[]).await;
        third.sees("Step 3 of 4");
        go_on(app, &mut maya, &third, ACCOUNT, &[("do", "step-1")]).await.sees(&notes);
    }
}

#[apply(both_databases!)]
async fn a_user_who_was_blocked_meanwhile_is_signed_in_again_and_finds_the_step(db: Db) {
    let business = Business::with_hana_in_both(db).await;
    let (app, mut hana) = (&business.app, business.browser(false));
    let (location, _) = business.user_review(&mut hana).await;
    let maya = app.caller(app.id_of("maya.fischer@example.com"));
    users::lifecycle::block(&app.ctx, &maya, EntryPoint::UsersAndGroups, business.hana_id).unwrap();
    let sign_in = hana.get(app, &location).await;
    let sign_in = sign_in.is(303).header("location").to_owned();
    users::lifecycle::activate(&app.ctx, &maya, EntryPoint::UsersAndGroups, business.hana_id).unwrap();
    app.mails().await;
    let fields = [("email", HANA), ("password", crate::helpers::PASSWORD)];
    let signed_in = hana.fill(app, &sign_in, &fields).await;
    signed_in.redirects_to(&location);
    hana.get(app, &location).await.is(200).sees("Review and").sees("Fjord Foods");
}
