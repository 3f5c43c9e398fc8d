//! Invitations by users who lost the right to give what they invited to: announced before acceptance, taken over by the
//! user who resends, and reported after.

use chrono::TimeDelta;
use usher::{
    domain::ids::{AccountId, PortfolioId, UserId},
    usecases::{EntryPoint, accounts, users},
};

use crate::{
    helpers::{Browser, Db, TestApp},
    shared::{
        business::{Business, HANA},
        steps::{NOOR, csrf},
    },
    users::bulk::{DO, ask},
};

const NOORS: &str = "noor@example.com";
const MAYA: &str = "maya.fischer@example.com";

fn at(user: UserId, what: &str) -> String {
    format!("/users-and-permissions/{user}{what}")
}

/// Invites Noor with these fields; returns the path of her link.
async fn invited(app: &TestApp, by: &mut Browser, role: &str, what: &[(&str, &str)]) -> String {
    let token = csrf(app, by).await;
    let who = [("csrf", &*token), ("first_name", "Noor"), ("last_name", "van Dijk"), ("email", NOORS), ("default_role", role)];
    by.post(app, "/users-and-permissions/new", &[&who[..], &[("step", "3"), ("do", "create")], what].concat()).await.is(303);
    app.link_in_mail().await
}

/// Noor, invited by Hana to Fjord Foods, with the path of her link.
async fn invited_by_hana(business: &mut Business) -> (UserId, String) {
    let fjord = business.fjord.to_string();
    let link = invited(&business.app, &mut business.hana, "user", &[("account", &fjord)]).await;
    (business.app.id_of(NOORS), link)
}

fn deactivate_hana(app: &TestApp) {
    users::lifecycle::block(&app.ctx, &app.caller(app.id_of(MAYA)), EntryPoint::UsersAndGroups, app.id_of(HANA)).unwrap();
}

fn delete_hana(app: &TestApp) {
    app.delete_user(app.id_of(HANA));
}

fn move_away(app: &TestApp, account: AccountId, to: PortfolioId) {
    accounts::move_to(&app.ctx, &app.caller(app.id_of(MAYA)), account, to).unwrap();
}

/// Text about Noor on Manage, after this happened to Hana's invitation.
async fn said_after(db: Db, meanwhile: impl Fn(&Business)) -> String {
    let mut business = Business::new(db).await;
    let (noor, _) = invited_by_hana(&mut business).await;
    meanwhile(&business);
    business.app.mails().await;
    business.maya.get(&business.app, &at(noor, "")).await.text()
}

/// Opens the link and accepts.
async fn accept(app: &TestApp, link: &str) {
    app.browser().fill(app, link, &NOOR).await.redirects_to("/");
}

#[apply(both_databases!)]
async fn manage_says_what_will_not_be_given_and_why(db: Db) {
    let said = said_after(db, |_| ()).await;
    assert!(said.contains("Fjord FoodsView, edit details") && !said.contains("not be given"), "{said}");
    let deactivated = said_after(db, |business| deactivate_hana(&business.app)).await;
    let moved = said_after(db, |business| move_away(&business.app, business.fjord, business.dach)).await;
    let gone = said_after(db, |business| delete_hana(&business.app)).await;
    for (said, why) in [
        (deactivated, "Will not be given: Hana Novotna, who assigned it, is deactivated."),
        (moved, "Will not be given: Hana Novotna, who assigned it, may no longer give it."),
        (gone, "Will not be given: its assigner was deleted."),
    ] {
        for part in
            [why, "One assignment will not be given.", "Resend the invitation to become the assigner.", "Fjord FoodsNothing", "0 of "]
        {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
}

#[apply(both_databases!)]
async fn a_portfolio_admin_to_whom_no_portfolio_will_be_left_is_said_to_become_a_user(db: Db) {
    let Business { app, mut maya, mut hana, nordic, .. } = Business::new(db).await;
    let link = invited(&app, &mut hana, "portfolio_admin", &[("portfolio", &nordic.to_string())]).await;
    let noor = app.id_of(NOORS);
    maya.get(&app, &at(noor, "")).await.sees("Invite people").sees_no("becomes a User");
    deactivate_hana(&app);
    app.mails().await;
    maya.get(&app, &at(noor, "")).await.sees("Without a portfolio Noor becomes a User.").sees_no("Invite people");
    accept(&app, &link).await;
    maya.get(&app, &at(noor, ""))
        .await
        .sees("Default roleUser")
        .sees("Nordic BrandsPortfolio, assigned by Hana Novotna, who may no longer give it");
}

#[apply(both_databases!)]
async fn an_invitation_mail_names_only_what_acceptance_would_give(db: Db) {
    let mut business = Business::new(db).await;
    let (_, link) = invited_by_hana(&mut business).await;
    let app = business.app;
    deactivate_hana(&app);
    app.mails().await;
    app.advance(TimeDelta::days(5));
    app.browser().press(&app, &link, &format!("{link}/new-link")).await.is(303);
    let mail = app.mail().await.rendered.text;
    assert!(mail.contains("Your role: User.") && !mail.contains("Fjord Foods"), "{mail}");
}

#[apply(both_databases!)]
async fn a_user_who_resends_the_invitation_takes_over_what_would_be_left_out(db: Db) {
    let mut business = Business::new(db).await;
    let (noor, _) = invited_by_hana(&mut business).await;
    let Business { app, mut maya, fjord, .. } = business;
    deactivate_hana(&app);
    app.mails().await;
    let before = app.deeds().len();
    maya.press(&app, &at(noor, ""), &at(noor, "/resend")).await.is(303);
    maya.get(&app, &at(noor, ""))
        .await
        .sees("You are now the assigner of Fjord Foods (the previous one lost access).")
        .sees("given by Maya Fischer")
        .sees_no("not be given");
    assert_eq!(app.deeds()[before..], ["assignment.reassigned Noor van Dijk", "invitation.resent Noor van Dijk"]);
    accept(&app, &app.link_in_mail().await).await;
    assert_eq!(app.accounts_of(noor), [fjord]);
}

#[apply(both_databases!)]
async fn a_user_who_sends_the_invitation_to_another_address_takes_over_what_would_be_left_out(db: Db) {
    let mut business = Business::new(db).await;
    let (noor, _) = invited_by_hana(&mut business).await;
    let Business { app, mut maya, fjord, .. } = business;
    deactivate_hana(&app);
    app.mails().await;
    maya.fill(&app, &at(noor, "/edit"), &[("email", "noor.van.dijk@example.com")]).await.is(303);
    maya.get(&app, &at(noor, "")).await.sees("given by Maya Fischer").sees_no("not be given");
    accept(&app, &app.link_in_mail().await).await;
    assert_eq!(app.accounts_of(noor), [fjord]);
}

#[apply(both_databases!)]
async fn of_many_invitations_that_are_resent_each_says_what_was_taken_over(db: Db) {
    let mut business = Business::new(db).await;
    let (noor, _) = invited_by_hana(&mut business).await;
    let Business { app, mut maya, .. } = business;
    deactivate_hana(&app);
    let page = ask(&app, &mut maya, "resend", &[noor]).await;
    maya.send(&app, &page, DO, &[]).await.is(303);
    maya.get(&app, "/users-and-permissions")
        .await
        .sees("Noor van Dijk: invited again. You are now the assigner of Fjord Foods (the previous one lost access).");
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_resend_from_users_and_groups_takes_over_and_says_so(db: Db) {
    let mut business = Business::new(db).await;
    let (noor, _) = invited_by_hana(&mut business).await;
    let Business { app, mut maya, .. } = business;
    delete_hana(&app);
    crate::shared::steps::press(&app, &mut maya, noor, "resend").await.is(303);
    maya.get(&app, "/users-and-groups").await.sees("You are now the assigner of").sees("Fjord Foods");
    app.mails().await;
}

#[apply(both_databases!)]
async fn what_its_giver_may_still_give_is_not_taken_over(db: Db) {
    let mut business = Business::new(db).await;
    let (noor, _) = invited_by_hana(&mut business).await;
    let Business { app, mut maya, .. } = business;
    maya.press(&app, &at(noor, ""), &at(noor, "/resend")).await.is(303);
    maya.get(&app, &at(noor, "")).await.sees("given by Hana Novotna").sees_no("Yours to give");
    assert!(!app.deeds().iter().any(|deed| deed.contains("taken_over")));
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_link_that_a_user_asks_for_themselves_takes_nothing_over(db: Db) {
    let mut business = Business::new(db).await;
    let (noor, link) = invited_by_hana(&mut business).await;
    let Business { app, .. } = business;
    deactivate_hana(&app);
    app.mails().await;
    app.advance(TimeDelta::days(6));
    app.browser().press(&app, &link, &format!("{link}/new-link")).await.is(303);
    accept(&app, &app.link_in_mail().await).await;
    assert_eq!(app.accounts_of(noor), []);
}

#[apply(both_databases!)]
async fn what_was_left_out_is_told_until_it_is_given_after_all(db: Db) {
    let mut business = Business::new(db).await;
    let (noor, link) = invited_by_hana(&mut business).await;
    let Business { app, mut maya, fjord, .. } = business;
    deactivate_hana(&app);
    accept(&app, &link).await;
    let page = maya.get(&app, &at(noor, "")).await;
    page.sees("Not given when they accepted")
        .sees("Fjord FoodsAccount in Nordic Brands, assigned by Hana Novotna, who may no longer give it");
    maya.send(&app, &page, &at(noor, &format!("/accounts/{fjord}/assign")), &[]).await.is(303);
    maya.get(&app, &at(noor, "")).await.sees_no("Not given when they accepted");
    maya.press(&app, &at(noor, ""), &at(noor, &format!("/accounts/{fjord}/remove"))).await.is(303);
    maya.get(&app, &at(noor, "")).await.sees_no("Not given when they accepted");
    app.mails().await;
}

#[apply(both_databases!)]
async fn what_was_left_out_is_in_the_order_of_its_names(db: Db) {
    let Business { app, mut maya, mut hana, nordic, .. } = Business::new(db).await;
    let accounts = ["Zeta", "Ångström", "apfel"].map(|name| app.create_account(nordic, name).to_string());
    let accounts = accounts.each_ref().map(|id| ("account", id.as_str()));
    let link = invited(&app, &mut hana, "user", &accounts).await;
    delete_hana(&app);
    accept(&app, &link).await;
    let text = maya.get(&app, &at(app.id_of(NOORS), "")).await.text();
    let places = ["Ångström", "apfel", "Zeta"].map(|name| text.find(&format!("{name}Account in")).unwrap());
    assert!(places.is_sorted(), "{text}");
    app.mails().await;
}

#[apply(both_databases!)]
async fn what_was_left_out_is_told_for_thirty_days(db: Db) {
    let mut business = Business::new(db).await;
    let (noor, link) = invited_by_hana(&mut business).await;
    let app = business.app;
    delete_hana(&app);
    accept(&app, &link).await;
    app.mails().await;
    for (days, is_told) in [(29, true), (1, false)] {
        app.advance(TimeDelta::days(days));
        let page = app.signed_in(MAYA).await.get(&app, &at(noor, "")).await;
        assert_eq!(page.shows("Not given when they accepted"), is_told, "{}", page.text());
    }
}

#[apply(both_databases!)]
async fn a_portfolio_admin_is_told_of_what_was_left_out_in_their_portfolios_alone(db: Db) {
    let mut business = Business::new(db).await;
    let (noor, link) = invited_by_hana(&mut business).await;
    let Business { app, nordic, dach, bikes, .. } = business;
    delete_hana(&app);
    accept(&app, &link).await;
    app.assign(noor, bikes).await;
    app.assign(noor, app.create_account(nordic, "Aalto Eyewear")).await;
    app.create_portfolio_admin("Nadia", "Petrova", &[dach]).await;
    app.create_portfolio_admin("Olga", "Petrova", &[nordic]).await;
    let nadia = app.signed_in("nadia.petrova@example.com").await.get(&app, &at(noor, "")).await;
    nadia.is(200).sees("Bergmann Bikes").sees_no("Not given").sees_no("Fjord");
    app.signed_in("olga.petrova@example.com").await.get(&app, &at(noor, "")).await.sees("Not given when they accepted").sees("Fjord Foods");
}
