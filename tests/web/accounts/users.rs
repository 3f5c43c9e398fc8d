//! Users of an account on its page, and adding one.

use crate::{
    helpers::{Browser, Page, TestApp},
    shared::business::Business,
};

async fn add(app: &TestApp, browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Page {
    let page = browser.get(app, &format!("{path}/add")).await;
    let mut filled = page.is(200).form(&format!("{path}/add"));
    filled.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let filled = filled.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>();
    browser.post(app, &format!("{path}/add"), &filled).await
}

#[apply(both_databases!)]
async fn those_who_reach_it_through_the_portfolio_are_told_to_those_who_see_that(db: Db) {
    let Business { app, mut maya, mut hana, nordic, fjord, .. } = Business::new(db).await;
    let home = format!("/accounts/{fjord}");
    for browser in [&mut maya, &mut hana] {
        let page = browser.get(&app, &home).await;
        page.sees("1 Portfolio Admin also has access through the portfolio (Hana Novotna)");
        assert!(page.has_link(&format!("/portfolios/{nordic}")));
    }
    let mut jonas = app.signed_in("jonas.vermeulen@example.com").await;
    jonas.get(&app, &home).await.sees_no("Hana").sees_no("portfolio").sees_no("Add person");
    let deactivate = format!("/portfolios/{nordic}/deactivate");
    maya.press(&app, &deactivate, &deactivate).await.is(303);
    maya.get(&app, &home).await.sees_no("access through").sees_no("Add person");
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_user_is_added_on_the_account_s_page(db: Db) {
    let Business { app, mut maya, fjord, .. } = Business::new(db).await;
    let lena = app.create_user("Lena", "Novak");
    let home = format!("/accounts/{fjord}");
    let found = maya.get(&app, &format!("{home}/add?q=novak")).await;
    found.sees("Lena Novak").sees("1 person matches");
    // Users with the account are not offered, and neither is the actor.
    maya.get(&app, &format!("{home}/add?q=jonas")).await.sees("No one who can be added matches");
    maya.get(&app, &format!("{home}/add?q=maya")).await.sees("No one who can be added matches");
    add(&app, &mut maya, &home, &[]).await.is(422).sees("Choose a person from the results");
    add(&app, &mut maya, &home, &[("user", &lena.to_string()), ("edit-details", "true"), ("see-billing", "true")])
        .await
        .redirects_to(&home);
    maya.get(&app, &home).await.sees("Fjord Foods is now assigned to Lena Novak.").sees("View, Edit details, See billing");
    assert!(app.mail().await.rendered.text.contains("Fjord Foods"));
    assert_eq!(app.deeds().last().unwrap(), "assignment.added Lena Novak");
    add(&app, &mut maya, &home, &[("user", &lena.to_string())]).await.redirects_to(&home);
    maya.get(&app, &home).await.sees("No changes to save.");
}

#[apply(both_databases!)]
async fn a_portfolio_admin_adds_whom_they_administer_to_what_they_administer(db: Db) {
    let Business { app, mut hana, nordic, fjord, bikes, hana_id, .. } = Business::new(db).await;
    let aalto = app.create_account(nordic, "Aalto Eyewear");
    let lena = app.create_user("Lena", "Novak");
    let home = format!("/accounts/{fjord}");
    hana.get(&app, &format!("{home}/add?q=novak")).await.is(200).sees("No one who can be added matches");
    add(&app, &mut hana, &home, &[("user", &lena.to_string())]).await.is(404);
    app.assign(lena, aalto).await;
    hana.get(&app, &format!("{home}/add?q=novak")).await.sees("Lena Novak");
    add(&app, &mut hana, &home, &[("user", &lena.to_string())]).await.is(303);
    app.mail().await;
    // An account of a mere user cannot be passed on.
    app.assign(hana_id, bikes).await;
    hana.get(&app, &format!("/accounts/{bikes}/add")).await.is(404);
    hana.get(&app, &format!("/accounts/{bikes}")).await.is(200).sees_no("Add person");
}

#[apply(both_databases!)]
async fn adding_is_undone_on_the_account_s_page(db: Db) {
    let Business { app, mut maya, fjord, .. } = Business::new(db).await;
    let lena = app.create_user("Lena", "Novak");
    let home = format!("/accounts/{fjord}");
    add(&app, &mut maya, &home, &[("user", &lena.to_string())]).await.redirects_to(&home);
    maya.headers = vec![("referer", format!("http://localhost:8080{home}"))];
    for (said, undo) in [
        ("Fjord Foods is now assigned to Lena Novak", "remove"),
        ("Fjord Foods is no longer assigned to Lena Novak.", "assign"),
        ("Fjord Foods is now assigned to Lena Novak", "remove"),
    ] {
        let page = maya.get(&app, &home).await;
        let undo = format!("/users-and-permissions/{lena}/accounts/{fjord}/{undo}");
        maya.send(&app, page.sees(said), &undo, &[]).await.redirects_to(&home);
    }
    app.mails().await;
}

#[apply(both_databases!)]
async fn nobody_is_added_in_a_deactivated_portfolio(db: Db) {
    let Business { app, mut maya, nordic, fjord, .. } = Business::new(db).await;
    let deactivate = format!("/portfolios/{nordic}/deactivate");
    maya.press(&app, &deactivate, &deactivate).await.is(303);
    let home = format!("/accounts/{fjord}");
    maya.get(&app, &format!("{home}/add")).await.redirects_to(&home);
    maya.get(&app, &home).await.sees("Nordic Brands is deactivated and gives no access. Reactivate it first.");
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_user_is_told_what_happened_to_them_there_and_to_nobody_else(db: Db) {
    let Business { app, mut maya, fjord, .. } = Business::new(db).await;
    let lena = app.create_user("Lena", "Novak");
    let home = format!("/accounts/{fjord}");
    add(&app, &mut maya, &home, &[("user", &lena.to_string())]).await.redirects_to(&home);
    let mut jonas = app.signed_in("jonas.vermeulen@example.com").await;
    let page = jonas.get(&app, &home).await;
    page.sees("Maya Fischer assigned this account to Jonas Vermeulen").sees_no("assigned this account to Lena Novak");
    app.mails().await;
}

#[apply(both_databases!)]
async fn what_happened_comes_before_the_users(db: Db) {
    let Business { app, mut maya, fjord, .. } = Business::new(db).await;
    let text = maya.get(&app, &format!("/accounts/{fjord}")).await.text();
    assert!(text.find("Recent activity").unwrap() < text.find("CanSince").unwrap());
}

#[apply(both_databases!)]
async fn missing_billing_is_said_not_to_be_visible(db: Db) {
    let Business { app, fjord, .. } = Business::new(db).await;
    let mut jonas = app.signed_in("jonas.vermeulen@example.com").await;
    let home = format!("/accounts/{fjord}");
    jonas.headers = vec![("referer", format!("http://localhost:8080{home}"))];
    let page = jonas.get(&app, &format!("{home}/billing")).await;
    page.is(403).sees("You can’t view this billing").sees("doesn’t include See billing").sees_no("You can’t change this");
    assert!(page.has_link(&home) && page.has_link("/"), "{}", page.body);
}

#[apply(both_databases!)]
async fn without_an_active_portfolio_no_account_begins(db: Db) {
    let Business { app, mut maya, mut hana, nordic, .. } = Business::new(db).await;
    let deactivate = format!("/portfolios/{nordic}/deactivate");
    hana.get(&app, "/accounts/new").await.sees("Company information");
    maya.press(&app, &deactivate, &deactivate).await.is(303);
    hana.get(&app, "/accounts/new").await.is(200).sees("You have no active portfolio.").sees_no("Company information");
    hana.get(&app, "/portfolios").await.sees_no("New Account");
    app.execute("UPDATE portfolios SET deactivated_at = created_at");
    let page = maya.get(&app, "/accounts/new").await;
    page.sees("Every account belongs to a portfolio.").sees_no("Company information");
    assert!(page.has_link("/portfolios/new"));
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_refusal_leads_back_to_where_one_came_from_and_else_home(db: Db) {
    let Business { app, mut hana, hana_id, .. } = Business::new(db).await;
    let (manage, origin) = (format!("/users-and-permissions/{hana_id}"), app.ctx.links.origin.clone());
    let page = hana.get(&app, "/users-and-groups").await;
    let csrf = page.form("/sign-out").into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    for (referer, href, label) in [
        (None, "/", "Go to the home page"),
        (Some(manage.clone()), &*manage, "Go back"),
        (Some("/invitation/secret".to_owned()), "/", "Go to the home page"),
        (Some(format!("{manage}/remove")), &*manage, "Go back"),
    ] {
        hana.headers = referer.map(|path| ("referer", format!("{origin}{path}"))).into_iter().collect();
        let refused = hana.post(&app, &format!("{manage}/deactivate"), &[("csrf", &csrf)]).await;
        refused.is(409).sees(label).sees_no("Users & Groups");
        assert!(refused.has_link(href), "{href}");
    }
}

#[apply(both_databases!)]
async fn the_longest_notes_of_a_new_account_fit_its_form_when_one_comes_back_to_them(db: Db) {
    let Business { app, mut maya, nordic, .. } = Business::new(db).await;
    let (path, notes) = ("/accounts/new", "\u{1F41F}".repeat(4_000));
    let fields = [("name", "Polar"), ("website", ""), ("notes", &*notes), ("do", "next")];
    let first = maya.get(&app, &format!("{path}?portfolio={nordic}")).await;
    let second = maya.send(&app, &first, path, &fields).await;
    let again = maya.send(&app, second.is(200).sees("Step 2 of 4"), path, &[("do", "back")]).await;
    let second = maya.send(&app, again.is(200).sees("Step 1 of 4"), path, &[("do", "next")]).await;
    let third = maya.send(&app, second.is(200).sees("Step 2 of 4"), path, &[("do", "next")]).await;
    let review = maya.send(&app, third.is(200).sees("Step 3 of 4"), path, &[("do", "next")]).await;
    maya.send(&app, review.is(200), path, &[("do", "create")]).await.is(303);
    assert_eq!(app.count("accounts WHERE name = 'Polar' AND length(notes) = 4000"), 1);
}
