//! Concurrent edits: both users keep their changes, and only fields that both changed are asked about.

use usher::{
    domain::{
        account::{Billing, BillingFields},
        ids::UserId,
    },
    usecases::accounts::billing::{self, BillingError},
};

use crate::{
    helpers::{Browser, Db, Page, TestApp},
    shared::steps::{BILLING, at_once},
};

/// A form that two users have open, and their input.
struct Form {
    path: String,
    /// Changes of the other user, then those of this one: the last of each concerns one field.
    theirs: [(&'static str, &'static str); 2],
    mine: [(&'static str, &'static str); 2],
}

struct Office {
    app: TestApp,
    maya: Browser,
    jonas: UserId,
    forms: [Form; 4],
}

impl Office {
    async fn new(db: Db) -> Self {
        let (app, mut maya) = TestApp::with_admin(db).await;
        let nordic = app.create_portfolio("Nordic Brands");
        let fjord = app.create_account(nordic, "Fjord Foods");
        let jonas = app.create_user("Jonas", "Vermeulen");
        let billing = format!("/accounts/{fjord}/billing");
        maya.fill(&app, &billing, &BILLING).await.is(303);
        let forms = [
            Form {
                path: format!("/users-and-permissions/{jonas}/edit"),
                theirs: [("email", "jv@example.com"), ("first_name", "Jon")],
                mine: [("last_name", "Vermeer"), ("first_name", "Johann")],
            },
            Form {
                path: format!("/portfolios/{nordic}/edit"),
                theirs: [("name", "Nordics"), ("notes", "Cold")],
                mine: [("notes", "Dark"), ("notes", "Dark\r\nand cold")],
            },
            Form {
                path: format!("/accounts/{fjord}/edit"),
                theirs: [("website", "https://fjord.example"), ("name", "Fjord")],
                mine: [("notes", "Fish\r\nand chips"), ("name", "Fjords")],
            },
            Form { path: billing, theirs: [("tax_id", "NO 1"), ("country", "SE")], mine: [("city", "Oslo"), ("country", "DK")] },
        ];
        Self { app, maya, jonas, forms }
    }
}

/// Value of a field in the form on the page.
fn value(page: &Page, form: &Form, field: &str) -> String {
    page.form(&form.path).into_iter().find(|(name, _)| name == field).unwrap().1
}

#[apply(both_databases!)]
async fn what_only_one_of_two_changed_is_kept_without_a_question(db: Db) {
    let Office { app, mut maya, forms, .. } = Office::new(db).await;
    for form in &forms[1..] {
        let ([theirs, _], [mine, _]) = (form.theirs, form.mine);
        let opened = maya.get(&app, &form.path).await;
        maya.fill(&app, &form.path, &[theirs]).await.is(303);
        let page = maya.send(&app, &opened, &form.path, &[mine]).await;
        page.is(409).sees("while you were editing").sees_no("Saved by someone else");
        assert_eq!([value(&page, form, theirs.0), value(&page, form, mine.0)], [theirs.1, mine.1]);
        maya.send(&app, &page, &form.path, &[]).await.is(303);
        let saved = maya.get(&app, &form.path).await;
        assert_eq!([value(&saved, form, theirs.0), value(&saved, form, mine.0)], [theirs.1, mine.1].map(|text| text.replace("\r\n", "\n")));
    }
}

#[apply(both_databases!)]
async fn only_a_field_that_both_changed_is_shown_with_both_values(db: Db) {
    let Office { app, mut maya, forms, .. } = Office::new(db).await;
    for (form, saved) in forms.iter().zip(["Jon", "Cold", "Fjord", "Sweden"]) {
        let opened = maya.get(&app, &form.path).await;
        maya.fill(&app, &form.path, &form.theirs).await.is(303);
        let page = maya.send(&app, &opened, &form.path, &form.mine).await;
        page.is(409).sees(&format!("Saved by someone else: {saved}"));
        assert_eq!(page.text().matches("Saved by someone else").count(), 1, "{}", page.text());
        assert_eq!(value(&page, form, form.mine[1].0), form.mine[1].1);
        maya.send(&app, &page, &form.path, &[]).await.is(303);
    }
    assert_eq!(app.count("users WHERE first_name = 'Johann' AND last_name = 'Vermeer'"), 1);
    assert_eq!(app.count("billing WHERE city = 'Oslo' AND country = 'DK' AND tax_id = 'NO 1'"), 1);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_role_that_only_the_other_changed_is_not_changed_back(db: Db) {
    let Office { app, mut maya, jonas, forms: [form, ..] } = Office::new(db).await;
    let opened = maya.get(&app, &form.path).await;
    let nordic = app.count("portfolios").to_string();
    maya.fill(&app, &form.path, &[("default_role", "portfolio_admin"), ("portfolio", &nordic)]).await.is(303);
    let page = maya.send(&app, &opened, &form.path, &[("last_name", "Vermeer")]).await;
    page.is(409).sees_no("Saved by someone else");
    assert_eq!(value(&page, &form, "default_role"), "portfolio_admin");
    maya.send(&app, &page, &form.path, &[]).await.redirects_to(&format!("/users-and-permissions/{jonas}"));
    assert_eq!(app.count("users WHERE last_name = 'Vermeer' AND default_role = 'portfolio_admin'"), 1);
    app.mails().await;
}

#[apply(both_databases!)]
async fn what_a_form_was_opened_with_outlives_a_mistake_in_it(db: Db) {
    let Office { app, mut maya, forms, .. } = Office::new(db).await;
    for (form, mistake) in forms[1..].iter().zip([("name", ""), ("name", ""), ("legal_name", "")]) {
        let ([theirs, _], [mine, _]) = (form.theirs, form.mine);
        let opened = maya.get(&app, &form.path).await;
        let good = value(&opened, form, mistake.0);
        maya.fill(&app, &form.path, &[theirs]).await.is(303);
        let again = maya.send(&app, &opened, &form.path, &[mine, mistake]).await;
        let page = maya.send(&app, again.is(422), &form.path, &[(mistake.0, &good)]).await;
        page.is(409).sees_no("Saved by someone else");
        assert_eq!(value(&page, form, theirs.0), theirs.1);
    }
}

#[apply(both_databases!)]
async fn a_form_that_does_not_tell_what_it_was_opened_with_shows_all_that_differs(db: Db) {
    let Office { app, mut maya, forms: [_, form, ..], .. } = Office::new(db).await;
    for was in ["", "x", "x.y", "x.y.z"] {
        let opened = maya.get(&app, &form.path).await;
        let name = format!("Nordics {was}");
        maya.fill(&app, &form.path, &[("name", &name)]).await.is(303);
        let page = maya.send(&app, &opened, &form.path, &[("notes", "Dark"), ("was", was)]).await;
        page.is(409).sees(&format!("Saved by someone else: {}", name.trim()));
    }
}

#[apply(both_databases!)]
async fn an_address_that_waits_is_shown_to_the_user_who_would_replace_it(db: Db) {
    let Office { app, mut maya, jonas: _, forms: [form, ..] } = Office::new(db).await;
    let opened = maya.get(&app, &form.path).await;
    maya.send(&app, &opened, &form.path, &[("email", "first@example.com")]).await.is(303);
    maya.get(&app, &form.path).await.sees("first@example.com is waiting to be confirmed. A new address replaces it.");
    let page = maya.send(&app, &opened, &form.path, &[("email", "second@example.com")]).await;
    page.is(409).sees("Saved by someone else: first@example.com");
    maya.send(&app, &page, &form.path, &[]).await.is(303);
    maya.get(&app, &form.path).await.sees("second@example.com is waiting to be confirmed.");
    app.mails().await;
}

#[apply(both_databases!)]
async fn an_address_that_a_deactivated_user_keeps_is_no_dead_end(db: Db) {
    let Office { app, mut maya, jonas, forms: [form, ..] } = Office::new(db).await;
    let opened = maya.get(&app, &form.path).await;
    let manage = format!("/users-and-permissions/{jonas}");
    maya.press(&app, &manage, &format!("{manage}/deactivate")).await.is(303);
    let page = maya.send(&app, &opened, &form.path, &[("email", "jv@example.com"), ("last_name", "Vermeer")]).await;
    page.is(409).sees("Reactivate this user to change the address.");
    maya.send(&app, &page, &form.path, &[]).await.is(303);
    assert_eq!(app.count("users WHERE last_name = 'Vermeer' AND email = 'jonas.vermeulen@example.com'"), 1);
    app.mails().await;
}

#[apply(both_databases!)]
async fn saving_what_is_saved_already_writes_nothing_and_says_so(db: Db) {
    let Office { app, mut maya, forms, .. } = Office::new(db).await;
    let tables = ["users", "portfolios", "accounts", "billing"];
    let state = |app: &TestApp| (app.deeds(), tables.map(|table| app.count(&format!("{table} WHERE version > 1"))));
    let before = state(&app);
    for form in &forms {
        let saved = maya.fill(&app, &form.path, &[]).await;
        maya.get(&app, saved.is(303).header("location")).await.sees("No changes to save.");
    }
    assert_eq!(state(&app), before);
}

#[apply(both_databases!)]
async fn the_same_form_sent_twice_is_no_conflict(db: Db) {
    let Office { app, mut maya, forms, .. } = Office::new(db).await;
    for form in &forms[1..] {
        let opened = maya.get(&app, &form.path).await;
        maya.send(&app, &opened, &form.path, &form.mine[..1]).await.is(303);
        maya.get(&app, "/portfolios").await.is(200);
        let again = maya.send(&app, &opened, &form.path, &form.mine[..1]).await;
        maya.get(&app, again.is(303).header("location")).await.sees("No changes to save.");
    }
}

#[apply(both_databases!)]
async fn of_two_first_billings_at_once_one_is_a_conflict(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let fjord = app.create_account(app.create_portfolio("Nordic Brands"), "Fjord Foods");
    let (ctx, maya) = (app.ctx.clone(), app.caller(app.id_of("maya.fischer@example.com")));
    let save = |city: &str| {
        let new = Billing::parse(&BillingFields {
            legal_name: "Fjord Foods AS".to_owned(),
            email: "invoices@fjordfoods.example".to_owned(),
            address_line_1: "Strandgaten 14".to_owned(),
            postal_code: "5013".to_owned(),
            city: city.to_owned(),
            country: "NO".to_owned(),
            ..BillingFields::default()
        });
        let new = new.unwrap();
        billing::update(&ctx, &maya, fjord, &new, 0)
    };
    let done = at_once(["Bergen", "Oslo"], save);
    assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1);
    assert_eq!(done.iter().filter(|done| matches!(done, Err(BillingError::Stale(_)))).count(), 1);
    assert_eq!(app.count("billing WHERE version = 1"), 1);
}

#[apply(both_databases!)]
async fn missing_billing_has_no_later_version(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let path = format!("/accounts/{}/billing", app.create_account(app.create_portfolio("Nordic Brands"), "Fjord Foods"));
    let page = maya.fill(&app, &path, &[&BILLING[..], &[("version", "3")]].concat()).await;
    page.is(409);
    assert_eq!(app.count("billing"), 0);
    maya.send(&app, &page, &path, &[]).await.is(303);
    assert_eq!(app.count("billing"), 1);
}
