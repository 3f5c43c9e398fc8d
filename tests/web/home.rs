//! Home: figures and tasks of administrators within their scope, and everyone's own accounts and assets.

use chrono::TimeDelta;
use usher::{domain::ids::UserId, mail::SendError};

use crate::{
    helpers::{Browser, PASSWORD, Page, Setting, TestApp},
    shared::steps::{BILLING, press, sql},
    users::list::{World, names},
};

/// Sends a form of Home as a browser does, with the page that it stands on.
async fn send(app: &TestApp, browser: &mut Browser, page: &Page, action: &str) -> Page {
    browser.headers.push(("referer", "http://localhost:8080/".to_owned()));
    let answer = browser.send(app, page, action, &[]).await;
    browser.headers.pop();
    answer
}

/// Invites a User with an account, or without any.
async fn invite(app: &TestApp, maya: &mut Browser, email: &str) -> UserId {
    maya.fill(app, "/users-and-groups/new-user", &[("email", email)]).await.is(303);
    app.id_of(email)
}

#[apply(both_databases!)]
async fn an_admin_sees_the_users_by_status_and_goes_on_to_each_list(db: Db) {
    let World { app, mut maya, uma, .. } = World::new(db).await;
    sql(&app, &format!("UPDATE user_rows SET blocked_at = created_at WHERE id = {uma}"));
    invite(&app, &mut maya, "noor@example.com").await;
    app.mails().await;
    let page = maya.get(&app, "/").await;
    page.is(200).sees("Northwind Trading, Sunday 22 November 2026");
    page.sees("Active5Can sign in Deactivated1Sign-in blocked Invited1Invitation not accepted yet Expired0Invitation expired");
    for status in ["active", "deactivated", "invited", "expired"] {
        assert!(page.has_link(&format!("/users-and-permissions?status={status}")), "{status}");
    }
    assert!(page.has_link("/users-and-permissions/new"));
}

#[apply(both_databases!)]
async fn each_figure_leads_to_as_many_users_as_it_says(db: Db) {
    let World { app, mut maya, mut pia, uma, otto, .. } = World::new(db).await;
    let nina = app.id_of("nina.vik@example.com");
    sql(&app, &format!("UPDATE user_rows SET blocked_at = created_at WHERE id = {uma}"));
    let invited = "credentials_set_at = NULL, password_hash = NULL, last_sign_in_at = NULL, invitation_origin = 'users_and_groups', invitation_expires_at";
    sql(&app, &format!("UPDATE user_rows SET {invited} = '2026-11-22 20:00:00' WHERE id = {otto}"));
    sql(&app, &format!("UPDATE user_rows SET {invited} = '2026-11-20 20:00:00' WHERE id = {nina}"));
    for browser in [&mut maya, &mut pia] {
        let page = browser.get(&app, "/").await;
        for (status, label) in [("active", "Active"), ("deactivated", "Deactivated"), ("invited", "Invited"), ("expired", "Expired")] {
            let listed = names(&browser.get(&app, &format!("/users-and-permissions?status={status}")).await);
            page.sees(&format!("{label}{}", listed.len()));
        }
    }
    let invited = "/users-and-permissions?status=invited";
    assert_eq!(names(&maya.get(&app, invited).await), ["Otto Lund"]);
    assert_eq!(names(&maya.get(&app, "/users-and-permissions?status=expired").await), ["Nina Vik"]);
    assert_eq!(names(&pia.get(&app, invited).await), ["Otto Lund"]);
}

#[apply(both_databases!)]
async fn a_portfolio_admin_sees_figures_and_portfolios_of_their_scope_and_nothing_else(db: Db) {
    let World { app, mut pia, mut maya, south, finn, .. } = World::new(db).await;
    sql(&app, &format!("UPDATE user_rows SET blocked_at = created_at WHERE id = {finn}"));
    invite(&app, &mut maya, "noor@example.com").await;
    app.mails().await;
    let page = pia.get(&app, "/").await;
    page.is(200).sees("Active3Can sign in Deactivated0").sees("Invited0").sees("Your portfoliosShow all Nordic Brands");
    page.sees_no("South").sees_no("noor@").sees_no("only active Admin").sees_no("Finn");
    assert!(!page.has_link(&format!("/portfolios/{south}")));
}

#[apply(both_databases!)]
async fn a_user_sees_their_accounts_and_assets_and_no_figures(db: Db) {
    let World { app, account, .. } = World::new(db).await;
    let mut uma = app.signed_in("uma.ek@example.com").await;
    let page = uma.get(&app, "/").await;
    page.is(200).sees("Your accountsShow all Fjord").sees("Folders, processes and integrations that you create appear here.");
    page.sees_no("Active").sees_no("Lagoon").sees_no("New User").sees_no("Recent changes").sees_no("Mails that failed");
    assert!(page.has_link(&format!("/accounts/{account}")));
    uma.fill(&app, "/assets/new", &[("name", "Month-end close")]).await.is(303);
    uma.get(&app, "/").await.sees("Your assetsShow all Month-end close");
    let mut nina = app.signed_in("nina.vik@example.com").await;
    nina.get(&app, "/").await.sees("Accounts assigned to you appear here.").sees_no("Month-end close");
}

#[apply(both_databases!)]
async fn a_portfolio_admin_whose_portfolios_are_deactivated_sees_no_figures(db: Db) {
    let World { app, mut pia, nordic, .. } = World::new(db).await;
    sql(&app, &format!("UPDATE portfolios SET deactivated_at = created_at WHERE id = {nordic}"));
    pia.get(&app, "/").await.is(200).sees_no("Active").sees_no("Nordic Brands").sees_no("New User");
}

#[apply(both_databases!)]
async fn a_user_who_accepts_an_invitation_is_welcomed_on_home_once(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    invite(&app, &mut maya, "noor@example.com").await;
    let (link, mut noor) = (app.link_in_mail().await, app.browser());
    let person = [("first_name", "Noor"), ("last_name", "van Dijk"), ("password", PASSWORD)];
    noor.fill(&app, &link, &person).await.redirects_to("/");
    noor.get(&app, "/").await.is(200).sees("Welcome to Northwind Trading, Noor.");
    noor.get(&app, "/").await.sees_no("Welcome");
}

#[apply(both_databases!)]
async fn before_the_setup_the_sign_in_page_says_that_it_waits(db: Db) {
    let app = TestApp::empty(db).await;
    app.browser().get(&app, "/").await.redirects_to("/sign-in");
    app.browser().get(&app, "/sign-in").await.is(200).sees("Usher isn’t set up yet.");
    app.create_admin("Maya", "Fischer");
    app.browser().get(&app, "/sign-in").await.sees_no("Usher isn’t set up yet.");
}

#[apply(both_databases!)]
async fn an_invitation_that_expires_within_a_day_is_resent_from_home_and_leads_back(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let noor = invite(&app, &mut maya, "noor@example.com").await;
    app.mails().await;
    maya.get(&app, "/").await.sees("No invitations expire within 24 hours").sees_no("noor@example.comTomorrow");
    app.advance(TimeDelta::minutes(30));
    let page = maya.get(&app, "/").await;
    page.sees("Invitations that expire soonResend all 1").sees("noor@example.comTomorrow, 09:20");
    send(&app, &mut maya, &page, &format!("/users-and-permissions/{noor}/resend")).await.redirects_to("/");
    maya.get(&app, "/").await.sees("New invitation sent to noor@example.com.");
    assert_eq!(app.mails().await.len(), 1);
    app.advance(TimeDelta::hours(25));
    app.signed_in("maya.fischer@example.com").await.get(&app, "/").await.sees("Expired1").sees_no("Invitations that expire soon");
}

#[apply(both_databases!)]
async fn all_invitations_that_expire_soon_are_resent_at_once(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for number in 1..=7 {
        invite(&app, &mut maya, &format!("noor{number}@example.com")).await;
    }
    app.mails().await;
    app.advance(TimeDelta::minutes(30));
    let page = maya.get(&app, "/").await;
    page.sees("Resend all 7").sees("And 2 more.");
    send(&app, &mut maya, &page, "/users-and-permissions/ticked/do").await.redirects_to("/");
    maya.get(&app, "/").await.sees("7 invitations sent again.").sees_no("Invitations that expire soon");
    assert_eq!(app.mails().await.len(), 7);
    assert_eq!(app.deeds().iter().filter(|deed| deed.starts_with("invitation.resent")).count(), 7);
}

#[apply(both_databases!)]
async fn at_most_200_invitations_are_resent_at_once(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let invited = (0..202).map(|number| {
        let email = format!("zo{number:03}@example.com");
        format!("('', '', '{email}', '{email}', 1, 'user', '2026-01-01 00:00:00', '2026-11-22 20:00:00', 'users_and_groups', '{email}', '{email}')")
    });
    let columns = "first_name, last_name, email, email_key, email_key_version, default_role, created_at, invitation_expires_at, invitation_origin, sort_key, search";
    app.execute(&format!("INSERT INTO user_rows ({columns}) VALUES {}", invited.collect::<Vec<_>>().join(", ")));
    let page = maya.get(&app, "/").await;
    page.sees("Resend the first 200").sees("And 195+ more.");
    send(&app, &mut maya, &page, "/users-and-permissions/ticked/do").await.redirects_to("/");
    assert_eq!(app.deeds().iter().filter(|deed| deed.starts_with("invitation.resent")).count(), 200);
    maya.get(&app, "/").await.sees("200 invitations sent again.").sees("Resend all 2");
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_portfolio_admin_resends_only_invitations_wholly_in_their_portfolios(db: Db) {
    let World { app, mut maya, mut pia, account, foreign, .. } = World::new(db).await;
    let [inside, partly, outside] = ["inside", "partly", "outside"].map(|name| format!("{name}@example.com"));
    for (email, accounts) in [(&inside, &[account][..]), (&partly, &[account, foreign]), (&outside, &[foreign])] {
        let user = invite(&app, &mut maya, email).await;
        for &account in accounts {
            app.assign(user, account).await;
        }
    }
    app.mails().await;
    app.advance(TimeDelta::minutes(30));
    let page = pia.get(&app, "/").await;
    page.sees("Resend all 1").sees("inside@example.com").sees_no("partly@example.com").sees_no("outside@example.com");
    send(&app, &mut pia, &page, "/users-and-permissions/ticked/do").await.redirects_to("/");
    assert_eq!(app.mail().await.to.as_str(), inside);
}

#[apply(both_databases!)]
async fn failed_mails_are_on_home_with_their_reason_and_are_tried_again(db: Db) {
    let World { app, mut maya, mut pia, account, foreign, .. } = World::new(db).await;
    for (email, account) in [("noor@example.com", account), ("ruth@example.com", foreign)] {
        let user = invite(&app, &mut maya, email).await;
        app.mailbox().fail_next(SendError::permanent("550 5.1.1 No such mailbox"));
        app.deliver().await;
        app.assign(user, account).await;
    }
    let page = maya.get(&app, "/").await;
    page.sees("Invitation to noor@example.com550 5.1.1 No such mailbox, Today, 09:20").sees("Invitation to ruth@example.com");
    assert!(page.has_link(&format!("/users-and-permissions/{}", app.id_of("noor@example.com"))));
    let seen = pia.get(&app, "/").await;
    seen.sees("Invitation to noor@example.com").sees_no("ruth@example.com").sees_no("Try all again");
    send(&app, &mut maya, &page, "/users-and-groups/mail/send-again").await.redirects_to("/");
    maya.get(&app, "/").await.sees("We’ll send 2 mails again.").sees_no("Mails that failed");
    assert_eq!(app.mails().await.len(), 2);
}

#[apply(both_databases!)]
async fn a_failed_mail_on_home_names_its_user(db: Db) {
    let World { app, mut maya, uma, .. } = World::new(db).await;
    press(&app, &mut maya, uma, "block").await.is(303);
    app.mailbox().fail_next(SendError::permanent("550 5.1.1 No such mailbox"));
    app.deliver().await;
    maya.get(&app, "/").await.sees("Notice to Uma Ek550 5.1.1 No such mailbox");
}

#[apply(both_databases!)]
async fn recent_changes_are_the_newest_entries_of_the_log_without_sign_ins(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.get(&app, "/").await.sees("Recent changes").sees_no("Maya Fischer signed in");
    app.create_portfolio("Nordic Brands");
    app.signed_in("maya.fischer@example.com").await;
    maya.get(&app, "/").await.sees("Maya Fischer created Nordic BrandsToday, 09:20").sees_no("Maya Fischer signed in");
}

#[apply(both_databases!)]
async fn a_portfolio_admin_sees_the_recent_changes_of_their_portfolios_alone(db: Db) {
    let World { app, mut pia, mut maya, account, foreign, nordic, south, .. } = World::new(db).await;
    for (account, name) in [(account, "Fjord Foods"), (foreign, "Lagoon Labs")] {
        maya.fill(&app, &format!("/accounts/{account}/edit"), &[("name", name), ("website", ""), ("notes", "")]).await.is(303);
    }
    let page = pia.get(&app, "/").await;
    page.is(200).sees("Recent changesTo your portfolios").sees("Maya Fischer edited name of FjordToday, 09:20");
    page.sees("Maya Fischer created Nordic Brands").sees_no("Lagoon").sees_no("South").sees_no("192.0.2.1").sees_no("Pia Berg signed in");
    assert!(!page.has_link("/audit-log"));
    app.give_portfolio(app.id_of("pia.berg@example.com"), south);
    for number in 0..6 {
        app.create_account(if number % 2 == 0 { nordic } else { south }, &format!("New{number}"));
    }
    let page = pia.get(&app, "/").await;
    let at = |number: usize| page.text().find(&format!("created New{number}"));
    assert!((1..5).all(|number| at(number).is_some() && at(number) > at(number + 1)) && at(0).is_none(), "{}", page.text());
}

#[apply(both_databases!)]
async fn active_users_without_a_sign_in_for_90_days_are_counted_and_listed(db: Db) {
    let World { app, mut maya, mut pia, uma, otto, finn, .. } = World::new(db).await;
    for (user, days) in [(uma, 100), (otto, 40), (finn, 100)] {
        let at = (app.now() - TimeDelta::days(days)).format("%F %T");
        sql(&app, &format!("UPDATE user_rows SET last_sign_in_at = '{at}' WHERE id = {user}"));
    }
    let page = maya.get(&app, "/").await;
    page.sees("No sign-in2For 90 days or more");
    let list = "/users-and-permissions?status=active&last_sign_in=90";
    assert!(page.has_link(list));
    assert_eq!(names(&maya.get(&app, list).await), ["Finn Holm", "Uma Ek"]);
    pia.get(&app, "/").await.sees("No sign-in1For 90 days or more");
    assert_eq!(names(&pia.get(&app, list).await), ["Uma Ek"]);
}

#[apply(both_databases!)]
async fn accounts_without_billing_are_counted_and_listed_within_the_scope(db: Db) {
    let World { app, mut maya, mut pia, account, nordic, .. } = World::new(db).await;
    app.create_account(nordic, "Hygge");
    let list = "/portfolios/accounts?billing=missing";
    let page = maya.get(&app, "/").await;
    page.sees("No billing3Accounts missing billing");
    assert!(page.has_link(list));
    maya.get(&app, list).await.is(200).sees("Fjord").sees("Hygge").sees("Lagoon").sees("3 accounts");
    maya.fill(&app, &format!("/accounts/{account}/billing"), &BILLING).await.is(303);
    maya.get(&app, list).await.sees_no("FjordNordic Brands").sees("2 accounts");
    maya.get(&app, "/portfolios/accounts").await.sees("Fjord").sees("3 accounts");
    pia.get(&app, "/").await.sees("No billing1Accounts missing billing");
    pia.get(&app, list).await.is(200).sees("Hygge").sees_no("Lagoon").sees("1 account");
    pia.get(&app, &format!("{list}&q=hyg")).await.sees("Hygge");
    pia.get(&app, &format!("{list}&q=lag")).await.sees("No accounts match");
    pia.get(&app, "/portfolios/accounts?billing=x").await.is(404);
    app.signed_in("uma.ek@example.com").await.get(&app, list).await.is(403);
}

#[apply(both_databases!)]
async fn sign_ins_and_invitations_of_twelve_weeks_are_counted_as_they_happen(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.advance(TimeDelta::weeks(2));
    for email in ["noor@example.com", "ruth@example.com"] {
        invite(&app, &mut app.signed_in("maya.fischer@example.com").await, email).await;
    }
    app.mails().await;
    maya.sign_in(&app, "maya.fischer@example.com", PASSWORD).await;
    let page = maya.get(&app, "/").await;
    page.sees("The last 12 weeks Sign-ins 4 Invitations 2 Show figures");
    page.sees("Week fromSign-insInvitations 30 Nov 20263223 Nov 20260016 Nov 2026109 Nov 202600");
    app.advance(TimeDelta::weeks(11));
    maya.sign_in(&app, "maya.fischer@example.com", PASSWORD).await;
    maya.get(&app, "/").await.sees("Sign-ins 4 Invitations 2").sees("30 Nov 202632").sees_no("23 Nov 2026");
}

#[apply(both_databases!)]
async fn a_portfolio_admin_sees_the_trend_of_users_in_their_portfolios(db: Db) {
    let World { app, mut pia, nordic, south, .. } = World::new(db).await;
    app.give_portfolio(app.id_of("pia.berg@example.com"), south);
    pia.get(&app, "/").await.sees("New users 4 Show figures").sees_no("Sign-ins");
    app.unassign_portfolio(app.id_of("pia.berg@example.com"), south);
    pia.get(&app, "/").await.sees("The last 12 weeks New users 3 Show figures").sees("16 Nov 20263");
    assert_eq!(app.portfolios_of(app.id_of("pia.berg@example.com")), [nordic]);
}

#[apply(both_databases!)]
async fn first_steps_are_on_home_until_they_are_done(db: Db) {
    let (app, mut maya) = TestApp::with_admin_and(db, Setting { sends_mail: false, ..Setting::default() }).await;
    let page = maya.get(&app, "/").await;
    for (step, path) in
        [("first portfolio", "/portfolios/new"), ("first account", "/accounts/new"), ("colleague", "/users-and-permissions/new")]
    {
        assert!(page.shows(step) && page.has_link(path), "{step}");
    }
    page.sees("First steps Set up a mail server").sees("Add a second Admin");
    let nordic = app.create_portfolio("Nordic Brands");
    maya.get(&app, "/").await.sees_no("first portfolio").sees("first account");
    app.create_account(nordic, "Fjord");
    maya.get(&app, "/").await.sees_no("first account").sees("Invite a colleague");
    app.create_admin("Ada", "Adler");
    maya.get(&app, "/").await.sees_no("First steps").sees_no("Set up a mail server");
}

#[apply(both_databases!)]
async fn a_portfolio_admin_sees_no_first_steps(db: Db) {
    let World { app, mut pia, mut maya, .. } = World::new(db).await;
    maya.get(&app, "/").await.sees("First steps Add a second Admin").sees_no("first account");
    pia.get(&app, "/").await.sees_no("First steps");
}
