//! Name, address and default role.

use super::*;

#[apply(both_databases!)]
async fn an_update_that_changes_nothing_says_so_and_leaves_no_trace(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    let deeds = app.deeds();
    update(&app, &mut maya, jonas, "1", &[]).await.redirects_to(&at(jonas, ""));
    maya.get(&app, &at(jonas, "")).await.sees("No changes to save.");
    assert_eq!((app.deeds(), app.count("users WHERE version > 1")), (deeds, 0));
}

#[apply(both_databases!)]
async fn of_a_deactivated_user_the_address_stands_without_a_field(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    press(&app, &mut maya, jonas, "/deactivate").await.is(303);
    let page = maya.get(&app, &at(jonas, "")).await;
    page.sees("Reactivate this user to change the address.");
    assert!(!page.body.contains("Edit email") && page.body.contains("Edit name"));
    update(&app, &mut maya, jonas, "2", &[("first_name", "Jon")]).await.redirects_to(&at(jonas, ""));
    app.mails().await;
}

#[apply(both_databases!)]
async fn an_edit_of_something_outdated_shows_both_values(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    update(&app, &mut maya, jonas, "1", &[("first_name", "Jon")]).await.is(303);
    let page = update(&app, &mut maya, jonas, "1", &[("first_name", "Johann")]).await;
    page.is(409)
        .sees("Someone changed this user while you were editing")
        .sees("Saved by someone else: Jon")
        .sees_no("Saved by someone else: Vermeulen");
    let filled = page.form(&at(jonas, "/edit"));
    assert!(filled.contains(&("first_name".to_owned(), "Johann".to_owned())) && filled.contains(&("version".to_owned(), "2".to_owned())));
    update(&app, &mut maya, jonas, "2", &[("first_name", "Johann")]).await.is(303);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_portfolio_admin_is_made_with_a_portfolio_and_loses_the_sessions_of_before(db: Db) {
    let Business { app, mut maya, jonas, nordic, .. } = Business::new(db).await;
    let mut browser = app.signed_in(JONAS).await;
    let role = ("default_role", "portfolio_admin");
    update(&app, &mut maya, jonas, "1", &[role]).await.is(422).sees("Choose at least one portfolio").sees("DACH Retail");
    browser.get(&app, "/users-and-groups").await.is(200);
    update(&app, &mut maya, jonas, "1", &[role, ("portfolio", &nordic.to_string())]).await.redirects_to(&at(jonas, ""));
    browser.get(&app, "/users-and-groups").await.is(303);
    maya.get(&app, &at(jonas, "")).await.sees("is now a Portfolio Admin").sees("1 portfolio, 1 account");
    let mail = app.mail().await.rendered.text;
    assert!(mail.contains("Default role: Portfolio Admin") && mail.contains("New: Nordic Brands"), "{mail}");
}

#[apply(both_databases!)]
async fn manage_user_offers_the_portfolios_before_the_role_is_chosen_and_takes_several(db: Db) {
    let Business { app, mut maya, jonas, hana_id, nordic, dach, .. } = Business::new(db).await;
    let said = "Portfolios to manage";
    for what in ["", "/edit"] {
        maya.get(&app, &at(jonas, what)).await.sees(said).sees("DACH Retail").sees("0 of 2 selected");
        maya.get(&app, &at(hana_id, what)).await.sees_no(said);
    }
    let (nordic_id, dach_id, role) = (nordic.to_string(), dach.to_string(), ("default_role", "portfolio_admin"));
    let token = csrf(&app, &mut maya).await;
    let typed = [("csrf", &*token), ("first_name", "Jonas"), ("last_name", "Vermeulen"), ("email", JONAS), role, ("version", "1")];
    for (portfolios, status) in [([&*nordic_id, &*nordic_id], 400), ([&nordic_id, "999999"], 404), ([&nordic_id, &dach_id], 303)] {
        assert_eq!(app.portfolios_of(jonas), []);
        let fields = [&typed[..], &portfolios.map(|id| ("portfolio", id))].concat();
        maya.post(&app, &at(jonas, "/edit"), &fields).await.is(status);
    }
    assert_eq!(app.portfolios_of(jonas), [dach, nordic]);
    app.mail().await;
}

#[apply(both_databases!)]
async fn a_portfolio_admin_gives_no_portfolio_of_others(db: Db) {
    let Business { app, mut hana, jonas, dach, .. } = Business::new(db).await;
    let role = ("default_role", "portfolio_admin");
    update(&app, &mut hana, jonas, "1", &[role]).await.is(422).sees("Nordic Brands").sees_no("DACH");
    for id in [dach.to_string(), "999999".to_owned()] {
        update(&app, &mut hana, jonas, "1", &[role, ("portfolio", &id)]).await.is(404);
    }
}

#[apply(both_databases!)]
async fn the_portfolios_that_go_with_the_role_are_named_before(db: Db) {
    let Business { app, mut maya, hana_id, dach, .. } = Business::new(db).await;
    let hana = [("first_name", "Hana"), ("last_name", "Novotna"), ("email", HANA)];
    let question = update(&app, &mut maya, hana_id, "1", &hana).await;
    question
        .is(200)
        .sees_no("you will no longer see them")
        .sees("Make Hana Novotna a User?")
        .sees("will lose these portfolios:Nordic Brands")
        .sees("Keep Portfolio Admin");
    assert_eq!(app.count(&format!("portfolio_assignments WHERE user_id = {hana_id}")), 1);
    // A portfolio assigned since then is asked about too.
    app.give_portfolio(hana_id, dach);
    let question = maya.send(&app, &question, &at(hana_id, "/edit"), &[]).await;
    question.is(200).sees("DACH Retail").sees("Nordic Brands");
    maya.send(&app, &question, &at(hana_id, "/edit"), &[]).await.redirects_to(&at(hana_id, ""));
    assert_eq!(app.count(&format!("portfolio_assignments WHERE user_id = {hana_id}")), 0);
    app.mail().await;
}

#[apply(both_databases!)]
async fn bad_names_and_addresses_are_refused_at_their_field(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    for (field, said) in [
        (("first_name", ""), "Enter a first name"),
        (("last_name", "<b>"), "Remove < and >"),
        (("email", "nobody"), "Enter an email address such as name@example.com"),
        (("email", HANA), "hana.novotna@example.com is already a user."),
    ] {
        update(&app, &mut maya, jonas, "1", &[field]).await.is(422).sees(said);
    }
}

#[apply(both_databases!)]
async fn an_address_outside_the_scope_is_told_without_a_status(db: Db) {
    let Business { app, mut hana, jonas, .. } = Business::new(db).await;
    let page = update(&app, &mut hana, jonas, "1", &[("email", "maya.fischer@example.com")]).await;
    page.is(422).sees("You can’t use this address. Ask an Admin.").sees_no("Active").sees_no("Open Manage");
}

#[apply(both_databases!)]
async fn another_address_replaces_an_open_invitation(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let old = invite(&app, &mut maya, "nor@example.com").await;
    let noor = app.id_of("nor@example.com");
    update(&app, &mut maya, noor, "1", &[("first_name", "Noor"), ("last_name", "van Dijk"), ("email", "noor@example.com")]).await.is(303);
    app.browser().get(&app, &old).await.is(410);
    let mail = app.mail().await;
    assert_eq!(mail.to.as_str(), "noor@example.com");
    assert!(!app.has_user("nor@example.com"));
}

#[apply(both_databases!)]
async fn another_address_whose_mail_was_refused_is_said_not_to_count(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    update(&app, &mut maya, jonas, "1", &[("email", "jv@example.com")]).await.redirects_to(&at(jonas, ""));
    maya.get(&app, &at(jonas, "")).await.sees("It takes effect once confirmed with the link in the mail.");
    app.mailbox().fail_next(usher::mail::SendError::permanent("550 No such mailbox"));
    app.mails().await;
    let page = maya.get(&app, &at(jonas, "")).await;
    page.sees("Failed 550 No such mailbox")
        .sees("The mail was not delivered. This address can’t be confirmed.")
        .sees_no("It takes effect once");
}
