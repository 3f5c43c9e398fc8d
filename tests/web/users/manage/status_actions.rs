//! Buttons of the page, and the users they apply to.

use super::*;

#[apply(both_databases!)]
async fn deactivating_ends_sessions_and_offers_the_way_back_in_this_page_s_words(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    let mut browser = app.signed_in(JONAS).await;
    press(&app, &mut maya, jonas, "/deactivate").await.redirects_to(&at(jonas, ""));
    browser.get(&app, "/users-and-groups").await.is(303);
    let page = maya.get(&app, &at(jonas, "")).await;
    page.sees("Jonas Vermeulen is deactivated and signed out everywhere. Reactivate").sees("Accounts they had").sees_no("Block");
    assert!(app.mail().await.rendered.subject.ends_with("is deactivated"));
    press(&app, &mut maya, jonas, "/reactivate").await.redirects_to(&at(jonas, ""));
    maya.get(&app, &at(jonas, "")).await.sees("Jonas Vermeulen is active and can sign in again. Deactivate");
    app.mails().await;
}

#[apply(both_databases!)]
async fn pressing_twice_changes_nothing_and_says_so(db: Db) {
    let Business { app, mut maya, jonas, fjord, .. } = Business::new(db).await;
    let page = maya.get(&app, &at(jonas, "")).await;
    for (what, said) in [
        ("/deactivate".to_owned(), "is Deactivated now. Nothing was changed."),
        (format!("/accounts/{fjord}/remove"), "No changes to save."),
    ] {
        maya.send(&app, &page, &at(jonas, &what), &[]).await.is(303);
        maya.get(&app, &at(jonas, "")).await.is(200);
        maya.send(&app, &page, &at(jonas, &what), &[]).await.redirects_to(&at(jonas, ""));
        maya.get(&app, &at(jonas, "")).await.sees(said);
    }
    app.mails().await;
}

#[apply(both_databases!)]
async fn sign_out_everywhere_ends_all_sessions_and_tells_the_user(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    let mut browser = app.signed_in(JONAS).await;
    maya.get(&app, &at(jonas, "")).await.sees("1 active session");
    press(&app, &mut maya, jonas, "/sign-out").await.redirects_to(&at(jonas, ""));
    browser.get(&app, "/users-and-groups").await.is(303);
    maya.get(&app, &at(jonas, "")).await.sees("(1 session)").sees("No active sessions");
    assert!(app.mail().await.rendered.subject.starts_with("You are signed out of"));
}

#[apply(both_databases!)]
async fn an_administrator_mails_a_user_a_link_to_choose_a_new_password(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    maya.get(&app, &at(jonas, "")).await.sees("Send password reset email");
    press(&app, &mut maya, jonas, "/send-password-reset").await.redirects_to(&at(jonas, ""));
    maya.get(&app, &at(jonas, "")).await.sees(&format!("Password reset email sent to {JONAS}."));
    app.browser()
        .fill(&app, &app.link_in_mail().await, &[("password", "lantern quiver moss eleven")])
        .await
        .redirects_to("/sign-in?after=password-reset");
    app.mails().await;
}

#[apply(both_databases!)]
async fn the_fourth_mail_in_a_row_to_one_user_waits_whichever_button_sends_it(db: Db) {
    let Business { app, mut maya, mut hana, jonas, .. } = Business::new(db).await;
    for _ in 0..2 {
        press(&app, &mut maya, jonas, "/send-password-reset").await.is(303);
    }
    update(&app, &mut maya, jonas, "1", &[("email", "jv@example.com")]).await.redirects_to(&at(jonas, ""));
    let said = "You sent Jonas Vermeulen several mails in a row. Wait 1 minute before the next one.";
    press(&app, &mut maya, jonas, "/send-password-reset").await.redirects_to(&at(jonas, ""));
    maya.get(&app, &at(jonas, "")).await.sees(said);
    update(&app, &mut maya, jonas, "2", &[("email", "jonas@example.com")]).await.is(422).sees(said);
    update(&app, &mut maya, jonas, "2", &[("first_name", "Jon")]).await.redirects_to(&at(jonas, ""));
    press(&app, &mut hana, jonas, "/send-password-reset").await.redirects_to(&at(jonas, ""));
    hana.get(&app, &at(jonas, "")).await.sees_no("several mails in a row");
    app.advance(TimeDelta::minutes(1));
    press(&app, &mut maya, jonas, "/send-password-reset").await.redirects_to(&at(jonas, ""));
    press(&app, &mut maya, jonas, "/send-password-reset").await.redirects_to(&at(jonas, ""));
    maya.get(&app, &at(jonas, "")).await.sees("Wait 2 minutes before the next one.");
    app.mails().await;
}

#[apply(both_databases!)]
async fn an_invitation_is_resent_a_few_times_in_a_row_from_either_page(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    invite(&app, &mut maya, "noor@example.com").await;
    let noor = app.id_of("noor@example.com");
    for _ in 0..3 {
        press(&app, &mut maya, noor, "/resend").await.redirects_to(&at(noor, ""));
    }
    let link = app.link_in_mail().await;
    let said = "You sent noor@example.com several mails in a row. Wait 1 minute before the next one.";
    press(&app, &mut maya, noor, "/resend").await.redirects_to(&at(noor, ""));
    maya.get(&app, &at(noor, "")).await.sees(said);
    crate::shared::steps::press(&app, &mut maya, noor, "resend").await.is(303);
    maya.get(&app, "/users-and-groups").await.sees(said);
    assert!(app.mails().await.is_empty());
    app.browser().get(&app, &link).await.is(200);
}

#[apply(both_databases!)]
async fn a_user_who_leaves_the_scope_with_their_role_leads_back_to_the_list(db: Db) {
    let Business { app, mut hana, nordic, .. } = Business::new(db).await;
    let nadia = app.create_portfolio_admin("Nadia", "Petrova", &[nordic]).await;
    let fields =
        [("email", "nadia.petrova@example.com"), ("first_name", "Nadia"), ("last_name", "Petrova"), ("leaves", &*nordic.to_string())];
    let question = update(&app, &mut hana, nadia, "1", &fields).await;
    question.is(200).sees("Nadia will have nothing left in your portfolios, and you will no longer see them.");
    hana.send(&app, &question, &at(nadia, "/edit"), &[]).await.redirects_to("/users-and-permissions");
    hana.get(&app, "/users-and-permissions").await.sees("Nadia Petrova is now a User").sees("are no longer in your list");
    app.mails().await;
}

#[apply(both_databases!)]
async fn only_an_active_user_can_be_sent_a_password_reset(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    let page = maya.get(&app, &at(jonas, "")).await;
    press(&app, &mut maya, jonas, "/deactivate").await.is(303);
    maya.get(&app, &at(jonas, "")).await.sees_no("Send password reset email");
    app.mails().await;
    maya.send(&app, &page, &at(jonas, "/send-password-reset"), &[]).await.redirects_to(&at(jonas, ""));
    maya.get(&app, &at(jonas, "")).await.sees("Jonas Vermeulen is Deactivated now. Nothing was changed.");
    assert!(app.mails().await.is_empty());
}

#[apply(both_databases!)]
async fn another_address_that_waits_is_shown_and_can_be_taken_back(db: Db) {
    let Business { app, mut maya, mut hana, jonas, bikes, .. } = Business::new(db).await;
    update(&app, &mut maya, jonas, "1", &[("email", "jv@example.com")]).await.redirects_to(&at(jonas, ""));
    let page = hana.get(&app, &at(jonas, "")).await;
    page.sees("New email").sees("Requested by Maya Fischer.").sees("jv@example.com").sees("Valid until");
    app.assign(jonas, bikes).await;
    hana.get(&app, &at(jonas, "")).await.sees(JONAS).sees("Fjord Foods").sees_no("jv@example.com");
    let page = maya.get(&app, &at(jonas, "")).await;
    for said in [format!("Jonas Vermeulen keeps {JONAS}."), "No changes to save.".to_owned()] {
        maya.send(&app, &page, &at(jonas, "/withdraw-email-change"), &[]).await.redirects_to(&at(jonas, ""));
        maya.get(&app, &at(jonas, "")).await.sees(&said).sees_no("New email");
    }
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_portfolio_admin_acts_on_users_wholly_inside(db: Db) {
    let Business { app, mut hana, jonas, .. } = Business::new(db).await;
    hana.get(&app, &at(jonas, "")).await.is(200).sees("Fjord Foods");
    press(&app, &mut hana, jonas, "/deactivate").await.redirects_to(&at(jonas, ""));
    update(&app, &mut hana, jonas, "2", &[("first_name", "Jonathan")]).await.redirects_to(&at(jonas, ""));
    hana.get(&app, &at(jonas, "")).await.sees("Jonathan Vermeulen was updated.");
    app.mails().await;
}

#[apply(both_databases!)]
async fn of_a_user_partly_outside_a_portfolio_admin_sees_and_changes_only_what_is_inside(db: Db) {
    let Business { app, mut hana, jonas, bikes, fjord, .. } = Business::new(db).await;
    app.assign(jonas, bikes).await;
    let page = hana.get(&app, &at(jonas, "")).await;
    page.sees("Fjord Foods")
        .sees("1 account.")
        .sees_no("Bergmann")
        .sees_no("DACH")
        .sees_no("Deactivate")
        .sees_no("Edit name")
        .sees_no("Sessions");
    let token = csrf(&app, &mut hana).await;
    for what in ["/deactivate", "/sign-out"] {
        hana.post(&app, &at(jonas, what), &[("csrf", &token)]).await.is(403).sees("You can’t change this");
    }
    update(&app, &mut hana, jonas, "1", &[]).await.is(403);
    hana.post(&app, &at(jonas, &format!("/accounts/{bikes}/remove")), &[("csrf", &token)]).await.is(404);
    press(&app, &mut hana, jonas, &format!("/accounts/{fjord}/see-billing/on")).await.is(303);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_user_outside_is_answered_as_an_unknown_user(db: Db) {
    let Business { app, mut hana, bikes, jonas, nordic, dach, .. } = Business::new(db).await;
    let lena = app.create_user("Lena", "Novak");
    app.assign(lena, bikes).await;
    let token = csrf(&app, &mut hana).await;
    for user in [lena, UserId(999_999)] {
        let pages = [hana.get(&app, &at(user, "")).await, hana.get(&app, &at(user, "/edit")).await];
        assert!(pages.iter().all(|page| page.status == 404));
        for what in ["/deactivate", "/reactivate", "/resend", "/revoke", "/sign-out", &format!("/portfolios/{nordic}/assign")] {
            hana.post(&app, &at(user, what), &[("csrf", &token)]).await.is(404);
        }
    }
    for what in [format!("account-{bikes}"), "account-999999".to_owned(), format!("portfolio-{dach}"), "x".to_owned()] {
        hana.post(&app, &at(jonas, "/assign"), &[("csrf", &token), ("assign", &what)]).await.is(404);
    }
}

#[apply(both_databases!)]
async fn nobody_administers_themselves_and_admins_are_beyond_a_portfolio_admin(db: Db) {
    let Business { app, mut maya, mut hana, hana_id, fjord, .. } = Business::new(db).await;
    let daniel = app.create_admin("Daniel", "Moreau");
    app.assign(daniel, fjord).await;
    hana.get(&app, &at(daniel, "")).await.is(200).sees_no("Admins").sees_no("Everything").sees("Default roleUser");
    let (maya_token, hana_token) = (csrf(&app, &mut maya).await, csrf(&app, &mut hana).await);
    hana.post(&app, &at(daniel, "/deactivate"), &[("csrf", &hana_token)]).await.is(403);
    hana.get(&app, &at(hana_id, "")).await.sees("You").sees_no("Deactivate").sees_no("Add portfolio or account");
    hana.post(&app, &at(hana_id, "/deactivate"), &[("csrf", &hana_token)]).await.is(409);
    maya.post(&app, &at(app.id_of("maya.fischer@example.com"), "/deactivate"), &[("csrf", &maya_token)]).await.is(409);
}
