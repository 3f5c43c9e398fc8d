//! Manage: somebody's page in Users & Permissions, as Admins and Portfolio Admins use it.

use chrono::TimeDelta;
use usher::domain::ids::UserId;

use crate::{
    helpers::{Browser, Page, Setting, TestApp},
    shared::{
        business::{Business, HANA},
        steps::{csrf, invite},
    },
};

const JONAS: &str = "jonas.vermeulen@example.com";

/// `/users-and-permissions/7/deactivate`
fn at(user: UserId, what: &str) -> String {
    format!("/users-and-permissions/{user}{what}")
}

/// Presses a button of somebody's page.
async fn press(app: &TestApp, browser: &mut Browser, user: UserId, what: &str) -> Page {
    browser.press(app, &at(user, ""), &at(user, what)).await
}

/// Fills in Manage User; what is not named stays as it is typed here.
async fn update(app: &TestApp, browser: &mut Browser, user: UserId, version: &str, fields: &[(&str, &str)]) -> Page {
    let token = csrf(app, browser).await;
    let mut all = vec![
        ("csrf", token.as_str()),
        ("first_name", "Jonas"),
        ("last_name", "Vermeulen"),
        ("email", JONAS),
        ("default_role", "user"),
        ("version", version),
    ];
    for field in fields {
        all.retain(|(name, _)| *name != field.0);
        all.push(*field);
    }
    browser.post(app, &at(user, "/edit"), &all).await
}

#[apply(both_databases!)]
async fn the_page_explains_what_somebody_may_do_and_through_what(db: Db) {
    let Business { app, mut maya, jonas, hana_id, .. } = Business::new(db).await;
    let page = maya.get(&app, &at(jonas, "")).await;
    page.sees("Fjord FoodsSee, edit detailsAccount Fjord Foods, given by Maya Fischer, 22 Nov 2026").sees("1 of 1 account");
    let page = maya.get(&app, &at(hana_id, "")).await;
    page.sees("Nordic BrandsInvite people, create accounts, change assignments")
        .sees("Fjord FoodsSee, edit details, see and update billingPortfolio Nordic Brands");
    page.sees("The last portfolio stays").sees("Two Factor AuthenticationOff");
}

#[apply(both_databases!)]
async fn an_admin_may_do_everything_in_one_line(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let daniel = app.create_admin("Daniel", "Moreau");
    maya.get(&app, &at(daniel, "")).await.sees("EverywhereEverythingRole Admin").sees("No accounts yet");
}

#[apply(both_databases!)]
async fn hundreds_of_accounts_are_counted_after_the_first_fifty(db: Db) {
    let Business { app, mut maya, hana_id, nordic, .. } = Business::new(db).await;
    for number in 0..60 {
        app.create_account(nordic, &format!("Store {number:02}"));
    }
    maya.get(&app, &at(hana_id, "")).await.sees("11 more accounts").sees("Store 48See").sees_no("Store 49See");
}

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
        (format!("/accounts/{fjord}/remove"), "It is like that already for Jonas Vermeulen. Nothing was changed."),
    ] {
        maya.send(&app, &page, &at(jonas, &what), &[]).await.is(303);
        maya.get(&app, &at(jonas, "")).await.is(200);
        maya.send(&app, &page, &at(jonas, &what), &[]).await.redirects_to(&at(jonas, ""));
        maya.get(&app, &at(jonas, "")).await.sees(said);
    }
    app.mails().await;
}

#[apply(both_databases!)]
async fn sign_out_everywhere_ends_all_sessions_and_tells_the_person(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    let mut browser = app.signed_in(JONAS).await;
    maya.get(&app, &at(jonas, "")).await.sees("1 session open");
    press(&app, &mut maya, jonas, "/sign-out").await.redirects_to(&at(jonas, ""));
    browser.get(&app, "/users-and-groups").await.is(303);
    maya.get(&app, &at(jonas, "")).await.sees("1 session has ended").sees("Signed in nowhere");
    assert!(app.mail().await.rendered.subject.starts_with("You are signed out of"));
}

#[apply(both_databases!)]
async fn an_administrator_mails_somebody_a_link_to_choose_a_new_password(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    maya.get(&app, &at(jonas, "")).await.sees("Send password reset email");
    press(&app, &mut maya, jonas, "/send-password-reset").await.redirects_to(&at(jonas, ""));
    maya.get(&app, &at(jonas, "")).await.sees(&format!("A link to choose a new password is on its way to {JONAS}."));
    app.browser()
        .fill(&app, &app.link_in_mail().await, &[("password", "lantern quiver moss eleven")])
        .await
        .redirects_to("/sign-in?after=password-reset");
    app.mails().await;
}

#[apply(both_databases!)]
async fn what_became_of_the_mails_with_links_is_told(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    update(&app, &mut maya, jonas, "1", &[("email", "jv@example.com")]).await.redirects_to(&at(jonas, ""));
    press(&app, &mut maya, jonas, "/send-password-reset").await.redirects_to(&at(jonas, ""));
    let page = maya.get(&app, &at(jonas, "")).await;
    page.sees("New email").sees("Password reset").sees("Sent byMaya Fischer").sees("MailQueued");
    assert_eq!(page.text().matches("MailQueued").count(), 2);
    app.mails().await;
    let bytes = if db == crate::helpers::Db::Sqlite { "x'00'" } else { "'x'" };
    for (kind, card) in [("address_confirm", "New email"), ("password_reset", "Password reset")] {
        app.execute(&format!("UPDATE outbox SET state = 'retrying', sealed = {bytes}, reply = '451 {kind}' WHERE kind = '{kind}'"));
        let text = maya.get(&app, &at(jonas, "")).await.text();
        let told = text.split(card).nth(1).unwrap().split("Next attempt").next().unwrap().to_owned();
        assert!(told.contains(&format!("Retrying 451 {kind}")), "{told}");
    }
    app.execute("UPDATE outbox SET state = 'failed', sealed = NULL");
}

#[apply(both_databases!)]
async fn a_reset_that_ran_out_is_told_of_only_where_its_mail_failed(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    press(&app, &mut maya, jonas, "/send-password-reset").await.is(303);
    app.mails().await;
    maya.get(&app, &at(jonas, "")).await.sees("Password reset").sees("MailHanded to the mail server");
    app.advance(TimeDelta::hours(1));
    let mut maya = app.signed_in("maya.fischer@example.com").await;
    maya.get(&app, &at(jonas, "")).await.sees_no("Password resetUntil");
    press(&app, &mut maya, jonas, "/send-password-reset").await.is(303);
    app.mailbox().fail_next(usher::mail::SendError::permanent("550 No"));
    app.mails().await;
    app.advance(TimeDelta::hours(1));
    app.signed_in("maya.fischer@example.com").await.get(&app, &at(jonas, "")).await.sees("Password resetUntil").sees("Failed 550 No");
}

#[apply(both_databases!)]
async fn the_fourth_mail_in_a_row_to_one_person_waits_whichever_button_sends_it(db: Db) {
    let Business { app, mut maya, mut hana, jonas, .. } = Business::new(db).await;
    for _ in 0..2 {
        press(&app, &mut maya, jonas, "/send-password-reset").await.is(303);
    }
    update(&app, &mut maya, jonas, "1", &[("email", "jv@example.com")]).await.redirects_to(&at(jonas, ""));
    let said = "You sent Jonas Vermeulen several mails in a row. The next can go in 1 minute.";
    press(&app, &mut maya, jonas, "/send-password-reset").await.redirects_to(&at(jonas, ""));
    maya.get(&app, &at(jonas, "")).await.sees(said);
    update(&app, &mut maya, jonas, "2", &[("email", "jonas@example.com")]).await.is(422).sees(said);
    update(&app, &mut maya, jonas, "2", &[("first_name", "Jon")]).await.redirects_to(&at(jonas, ""));
    press(&app, &mut hana, jonas, "/send-password-reset").await.redirects_to(&at(jonas, ""));
    hana.get(&app, &at(jonas, "")).await.sees_no("several mails in a row");
    app.advance(TimeDelta::minutes(1));
    press(&app, &mut maya, jonas, "/send-password-reset").await.redirects_to(&at(jonas, ""));
    press(&app, &mut maya, jonas, "/send-password-reset").await.redirects_to(&at(jonas, ""));
    maya.get(&app, &at(jonas, "")).await.sees("The next can go in 2 minutes.");
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
    let said = "You sent noor@example.com several mails in a row. The next can go in 1 minute.";
    press(&app, &mut maya, noor, "/resend").await.redirects_to(&at(noor, ""));
    maya.get(&app, &at(noor, "")).await.sees(said);
    crate::shared::steps::press(&app, &mut maya, noor, "resend").await.is(303);
    maya.get(&app, "/users-and-groups").await.sees(said);
    assert!(app.mails().await.is_empty());
    app.browser().get(&app, &link).await.is(200);
}

#[apply(both_databases!)]
async fn the_list_is_found_again_as_it_was_left(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    let list = maya.get(&app, "/users-and-permissions?q=jonas&sort=email").await;
    let (back, manage) = ("/users-and-permissions?q=jonas&sort=email", at(jonas, "?return=q%3Djonas%26sort%3Demail"));
    assert!(list.has_link(&manage), "{}", list.body);
    let page = maya.get(&app, &manage).await;
    assert!(page.has_link(back), "{}", page.body);
    maya.send(&app, &page, &at(jonas, "/send-password-reset"), &[]).await.redirects_to(&manage);
    let token = csrf(&app, &mut maya).await;
    for what in ["/sign-out", "/deactivate", "/reactivate"] {
        maya.post(&app, &at(jonas, what), &[("csrf", &token), ("return", "q=jonas&sort=email")]).await.redirects_to(&manage);
    }
    let edit = maya.get(&app, &at(jonas, "/edit?return=q%3Djonas%26sort%3Demail")).await;
    assert!(edit.has_link(back) && edit.has_link(&manage), "{}", edit.body);
    maya.send(&app, &edit, &at(jonas, "/edit"), &[]).await.redirects_to(&manage);
    for elsewhere in ["https://evil.example/", "q=a&nonsense=1", "status=nothing"] {
        maya.post(&app, &at(jonas, "/sign-out"), &[("csrf", &token), ("return", elsewhere)]).await.redirects_to(&at(jonas, ""));
    }
    app.mails().await;
}

#[apply(both_databases!)]
async fn somebody_who_leaves_the_scope_with_their_role_leads_back_to_the_list(db: Db) {
    let Business { app, mut hana, nordic, .. } = Business::new(db).await;
    let nadia = app.create_portfolio_admin("Nadia", "Petrova", &[nordic]).await;
    let fields =
        [("email", "nadia.petrova@example.com"), ("first_name", "Nadia"), ("last_name", "Petrova"), ("leaves", &*nordic.to_string())];
    let question = update(&app, &mut hana, nadia, "1", &fields).await;
    question.is(200).sees("Nadia has nothing left then that you administer, and you will not see them any more.");
    hana.send(&app, &question, &at(nadia, "/edit"), &[]).await.redirects_to("/users-and-permissions");
    hana.get(&app, "/users-and-permissions").await.sees("Nadia Petrova is updated, a User now.").sees("they have left your list");
    app.mails().await;
}

#[apply(both_databases!)]
async fn only_somebody_active_can_be_sent_a_password_reset(db: Db) {
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
    page.sees("New email").sees("Maya Fischer asked for it.").sees("jv@example.com").sees("Valid until");
    app.assign(jonas, bikes).await;
    hana.get(&app, &at(jonas, "")).await.sees(JONAS).sees("Fjord Foods").sees_no("jv@example.com");
    let page = maya.get(&app, &at(jonas, "")).await;
    for said in [format!("Jonas Vermeulen keeps {JONAS}."), "It is like that already for Jonas Vermeulen.".to_owned()] {
        maya.send(&app, &page, &at(jonas, "/withdraw-email-change"), &[]).await.redirects_to(&at(jonas, ""));
        maya.get(&app, &at(jonas, "")).await.sees(&said).sees_no("New email");
    }
    app.mails().await;
}

#[apply(both_databases!)]
async fn an_assignment_is_given_and_taken_at_once_with_the_way_back(db: Db) {
    let Business { app, mut maya, jonas, bikes, .. } = Business::new(db).await;
    let page = maya.get(&app, &at(jonas, "")).await;
    maya.send(&app, &page, &at(jonas, "/assign"), &[("assign", &format!("account-{bikes}"))]).await.redirects_to(&at(jonas, ""));
    maya.get(&app, &at(jonas, "")).await.sees("Bergmann Bikes is now assigned to Jonas Vermeulen.").sees("2 accounts");
    press(&app, &mut maya, jonas, &format!("/accounts/{bikes}/remove")).await.is(303);
    let page = maya.get(&app, &at(jonas, "")).await;
    page.sees("Bergmann Bikes is no longer assigned to Jonas Vermeulen. Assign again");
    maya.send(&app, &page, &at(jonas, &format!("/accounts/{bikes}/assign")), &[]).await.is(303);
    maya.get(&app, &at(jonas, "")).await.sees("2 accounts");
    assert_eq!(app.mails().await.len(), 3);
}

#[apply(both_databases!)]
async fn a_page_of_the_assignments_that_there_is_not_leads_to_all_of_them(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    let page = maya.get(&app, &at(jonas, "?page=zzz")).await;
    page.is(404).sees("There is no such list");
    assert!(page.has_link(&at(jonas, "")), "{}", page.body);
}

#[apply(both_databases!)]
async fn whoever_puts_a_switch_gives_what_it_gives_from_that_day(db: Db) {
    let Business { app, mut hana, jonas, fjord, .. } = Business::new(db).await;
    hana.get(&app, &at(jonas, "")).await.sees("Fjord Foods, given by Maya Fischer, 22 Nov");
    app.advance(TimeDelta::days(3));
    let mut hana = app.signed_in("hana.novotna@example.com").await;
    press(&app, &mut hana, jonas, &format!("/accounts/{fjord}/see-billing/on")).await.is(303);
    hana.get(&app, &at(jonas, "")).await.sees("Fjord Foods, given by Hana Novotna, 25 Nov");
    app.mails().await;
}

#[apply(both_databases!)]
async fn what_is_assigned_again_gives_what_it_gave(db: Db) {
    let Business { app, mut maya, jonas, fjord, .. } = Business::new(db).await;
    let path = |act: &str| at(jonas, &format!("/accounts/{fjord}/{act}"));
    press(&app, &mut maya, jonas, &format!("/accounts/{fjord}/edit-details/off")).await.is(303);
    press(&app, &mut maya, jonas, &format!("/accounts/{fjord}/see-billing/on")).await.is(303);
    press(&app, &mut maya, jonas, &format!("/accounts/{fjord}/remove")).await.is(303);
    let page = maya.get(&app, &at(jonas, "")).await;
    maya.send(&app, &page, &path("assign"), &[]).await.is(303);
    maya.get(&app, &at(jonas, "")).await.sees("Fjord Foods is now assigned to Jonas Vermeulen: View, See billing.");
    assert_eq!(app.count("account_assignments WHERE sees_billing AND NOT edits_details"), 1);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_portfolio_admin_is_told_of_whom_they_see_a_part_alone(db: Db) {
    let Business { app, mut maya, mut hana, jonas, bikes, .. } = Business::new(db).await;
    hana.get(&app, &at(jonas, "")).await.sees_no("Not wholly inside");
    app.assign(jonas, bikes).await;
    hana.get(&app, &at(jonas, "")).await.sees("Not wholly inside your portfolios");
    maya.get(&app, &at(jonas, "")).await.sees_no("Not wholly inside");
}

#[apply(both_databases!)]
async fn a_switch_changes_what_the_person_may_do_at_the_next_click(db: Db) {
    let Business { app, mut maya, jonas, fjord, .. } = Business::new(db).await;
    press(&app, &mut maya, jonas, &format!("/accounts/{fjord}/see-billing/on")).await.redirects_to(&at(jonas, ""));
    let page = maya.get(&app, &at(jonas, "")).await;
    page.sees("Jonas Vermeulen may now see the billing information of Fjord Foods.").sees("See, edit details, see billing");
    maya.send(&app, &page, &at(jonas, &format!("/accounts/{fjord}/see-billing/off")), &[]).await.is(303);
    press(&app, &mut maya, jonas, &format!("/accounts/{fjord}/edit-details/off")).await.is(303);
    maya.get(&app, &at(jonas, "")).await.sees("Fjord FoodsSeeAccount");
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_portfolio_admin_acts_on_people_wholly_inside(db: Db) {
    let Business { app, mut hana, jonas, .. } = Business::new(db).await;
    hana.get(&app, &at(jonas, "")).await.is(200).sees("Fjord Foods");
    press(&app, &mut hana, jonas, "/deactivate").await.redirects_to(&at(jonas, ""));
    update(&app, &mut hana, jonas, "2", &[("first_name", "Jonathan")]).await.redirects_to(&at(jonas, ""));
    hana.get(&app, &at(jonas, "")).await.sees("Jonathan Vermeulen is updated.");
    app.mails().await;
}

#[apply(both_databases!)]
async fn of_somebody_partly_outside_a_portfolio_admin_sees_and_changes_only_what_is_inside(db: Db) {
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
        hana.post(&app, &at(jonas, what), &[("csrf", &token)]).await.is(403).sees("This is not yours to change");
    }
    update(&app, &mut hana, jonas, "1", &[]).await.is(403);
    hana.post(&app, &at(jonas, &format!("/accounts/{bikes}/remove")), &[("csrf", &token)]).await.is(404);
    press(&app, &mut hana, jonas, &format!("/accounts/{fjord}/see-billing/on")).await.is(303);
    app.mails().await;
}

#[apply(both_databases!)]
async fn somebody_outside_is_answered_as_somebody_unknown(db: Db) {
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

#[apply(both_databases!)]
async fn the_last_thing_in_common_is_taken_after_a_question_and_leads_to_the_list(db: Db) {
    let Business { app, mut hana, jonas, fjord, .. } = Business::new(db).await;
    let (remove, back) = (at(jonas, &format!("/accounts/{fjord}/remove")), "q=jonas");
    let manage = hana.get(&app, &at(jonas, "?return=q%3Djonas")).await;
    assert!(!manage.has_form(&remove) && manage.has_link(&format!("{remove}?return=q%3Djonas")), "{}", manage.body);
    let question = hana.get(&app, &format!("{remove}?return=q%3Djonas")).await;
    question
        .is(200)
        .sees("Remove Fjord Foods from Jonas Vermeulen?")
        .sees("Jonas has nothing left then that you administer, and you will not see them any more.");
    question.sees("Keep assignment").sees("Remove assignment");
    // A button pressed without the question gets it.
    let token = csrf(&app, &mut hana).await;
    let again = hana.post(&app, &remove, &[("csrf", &token), ("return", back)]).await;
    again.is(200).sees("Remove Fjord Foods from Jonas Vermeulen?");
    assert_eq!(app.accounts_of(jonas), [fjord]);
    hana.send(&app, &again, &remove, &[]).await.redirects_to("/users-and-permissions?q=jonas");
    hana.get(&app, "/users-and-groups").await.sees("they have left your list").sees_no("Assign again");
    assert_eq!(app.accounts_of(jonas), []);
    hana.get(&app, &remove).await.is(404);
    app.mail().await;
}

#[apply(both_databases!)]
async fn what_is_not_the_last_in_common_is_taken_without_a_question(db: Db) {
    let Business { app, mut maya, mut hana, jonas, nordic, fjord, bikes, .. } = Business::new(db).await;
    let remove = at(jonas, &format!("/accounts/{fjord}/remove"));
    // An Admin loses sight of nobody.
    maya.get(&app, &remove).await.redirects_to(&at(jonas, ""));
    assert!(maya.get(&app, &at(jonas, "")).await.has_form(&remove));
    app.assign(jonas, bikes).await;
    assert!(!hana.get(&app, &at(jonas, "")).await.has_form(&remove));
    let aalto = app.create_account(nordic, "Aalto Eyewear");
    app.assign(jonas, aalto).await;
    let opened = hana.get(&app, &at(jonas, "")).await;
    assert!(opened.has_form(&remove));
    hana.get(&app, &remove).await.redirects_to(&at(jonas, ""));
    hana.send(&app, &opened, &remove, &[]).await.redirects_to(&at(jonas, ""));
    // By now the other is the last: the page that was opened before does not know it.
    let other = at(jonas, &format!("/accounts/{aalto}/remove"));
    hana.send(&app, &opened, &other, &[]).await.is(200).sees("Remove Aalto Eyewear from Jonas Vermeulen?");
    assert_eq!(app.accounts_of(jonas), [bikes, aalto]);
    hana.get(&app, &remove).await.redirects_to(&at(jonas, ""));
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_portfolio_is_asked_about_like_an_account_and_the_very_last_stays(db: Db) {
    let Business { app, mut hana, nordic, dach, .. } = Business::new(db).await;
    let nadia = app.create_portfolio_admin("Nadia", "Petrova", &[nordic]).await;
    let remove = at(nadia, &format!("/portfolios/{nordic}/remove"));
    hana.get(&app, &at(nadia, "")).await.sees("The last portfolio stays");
    hana.get(&app, &remove).await.is(409).sees("The last portfolio stays");
    app.give_portfolio(nadia, dach);
    hana.get(&app, &at(nadia, "")).await.sees_no("The last portfolio stays").sees_no("DACH");
    hana.fill(&app, &remove, &[]).await.redirects_to("/users-and-permissions");
    assert_eq!(app.portfolios_of(nadia), [dach]);
    app.mail().await;
}

#[apply(both_databases!)]
async fn nothing_is_given_in_a_deactivated_portfolio(db: Db) {
    let Business { app, mut maya, hana_id, jonas, nordic, dach, fjord, bikes, .. } = Business::new(db).await;
    let deactivate = format!("/portfolios/{dach}/deactivate");
    let open = maya.get(&app, &at(jonas, "")).await;
    open.sees("Bergmann Bikes");
    maya.press(&app, &deactivate, &deactivate).await.is(303);
    maya.get(&app, &at(jonas, "")).await.sees_no("Bergmann Bikes");
    let deeds = app.deeds();
    let said = "DACH Retail is deactivated and gives nobody access. Reactivate it first. Nothing was changed.";
    for (user, what) in [(jonas, format!("account-{bikes}")), (hana_id, format!("portfolio-{dach}"))] {
        maya.send(&app, &open, &at(jonas, "/assign"), &[]).await.is(303);
        let token = csrf(&app, &mut maya).await;
        maya.post(&app, &at(user, "/assign"), &[("csrf", &token), ("assign", &what)]).await.redirects_to(&at(user, ""));
        maya.get(&app, &at(user, "")).await.sees(said);
    }
    let role = ("default_role", "portfolio_admin");
    let again = update(&app, &mut maya, jonas, "1", &[role, ("portfolio", &dach.to_string())]).await;
    again.is(422).sees("DACH Retail is deactivated. Choose another portfolio").sees("Nordic Brands").sees_no("DACH RetailNordic");
    assert_eq!((app.deeds(), app.accounts_of(jonas), app.portfolios_of(hana_id)), (deeds, vec![fjord], vec![nordic]));
    assert_eq!(app.count("users WHERE version > 1"), 0);
}

#[apply(both_databases!)]
async fn no_switch_is_put_on_in_a_deactivated_portfolio_and_any_is_put_off(db: Db) {
    let Business { app, mut maya, jonas, nordic, fjord, .. } = Business::new(db).await;
    let open = maya.get(&app, &at(jonas, "")).await;
    let deactivate = format!("/portfolios/{nordic}/deactivate");
    maya.press(&app, &deactivate, &deactivate).await.is(303);
    app.mails().await;
    let put = |switch: &str| at(jonas, &format!("/accounts/{fjord}/{switch}"));
    maya.send(&app, &open, &put("see-billing/on"), &[]).await.is(303);
    maya.get(&app, &at(jonas, "")).await.sees("Nordic Brands is deactivated and gives nobody access.");
    assert_eq!(app.count("account_assignments WHERE sees_billing"), 0);
    maya.send(&app, &open, &put("edit-details/off"), &[]).await.is(303);
    assert_eq!(app.count("account_assignments WHERE edits_details"), 0);
    app.mails().await;
}

#[apply(both_databases!)]
async fn what_is_taken_in_a_deactivated_portfolio_has_no_way_back(db: Db) {
    let Business { app, mut maya, jonas, dach, bikes, .. } = Business::new(db).await;
    app.assign(jonas, bikes).await;
    let deactivate = format!("/portfolios/{dach}/deactivate");
    maya.press(&app, &deactivate, &deactivate).await.is(303);
    app.mails().await;
    press(&app, &mut maya, jonas, &format!("/accounts/{bikes}/remove")).await.is(303);
    maya.get(&app, &at(jonas, "")).await.sees("It can be assigned again once its portfolio is reactivated.").sees_no("Assign again");
    app.mails().await;
}

#[apply(both_databases!)]
async fn an_update_that_changes_nothing_says_so_and_leaves_no_trace(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    let deeds = app.deeds();
    update(&app, &mut maya, jonas, "1", &[]).await.redirects_to(&at(jonas, ""));
    maya.get(&app, &at(jonas, "")).await.sees("It is like that already for Jonas Vermeulen. Nothing was changed.");
    assert_eq!((app.deeds(), app.count("users WHERE version > 1")), (deeds, 0));
}

#[apply(both_databases!)]
async fn of_somebody_deactivated_the_address_stands_without_a_field(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    press(&app, &mut maya, jonas, "/deactivate").await.is(303);
    let page = maya.get(&app, &at(jonas, "")).await;
    page.sees("Somebody deactivated keeps the address. Reactivate first to change it.");
    assert!(!page.body.contains("Edit email") && page.body.contains("Edit name"));
    update(&app, &mut maya, jonas, "2", &[("first_name", "Jon")]).await.redirects_to(&at(jonas, ""));
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_deactivated_portfolio_of_ones_own_takes_nobody_out_of_ones_hands(db: Db) {
    let Business { app, mut maya, mut hana, hana_id, jonas, dach, bikes, .. } = Business::new(db).await;
    app.give_portfolio(hana_id, dach);
    app.assign(jonas, bikes).await;
    let deactivate = format!("/portfolios/{dach}/deactivate");
    maya.press(&app, &deactivate, &deactivate).await.is(303);
    hana.get(&app, &at(jonas, "")).await.sees("Fjord Foods").sees_no("Bergmann").sees("Send password reset email");
    app.take_portfolio(hana_id, dach);
    hana.get(&app, &at(jonas, "")).await.sees("Fjord Foods").sees_no("Send password reset email");
    app.mails().await;
}

#[apply(both_databases!)]
async fn roles_tell_a_portfolio_admin_nothing_of_the_group_admins(db: Db) {
    let Business { app, mut maya, mut hana, .. } = Business::new(db).await;
    maya.get(&app, "/roles").await.sees("Whoever is in Admins is an Admin");
    hana.get(&app, "/roles").await.is(200).sees_no("Admins").sees("Portfolio Admin");
}

#[apply(both_databases!)]
async fn an_edit_of_something_outdated_shows_both_values(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    update(&app, &mut maya, jonas, "1", &[("first_name", "Jon")]).await.is(303);
    let page = update(&app, &mut maya, jonas, "1", &[("first_name", "Johann")]).await;
    page.is(409)
        .sees("Someone changed this user while you were editing")
        .sees("Saved meanwhile: Jon")
        .sees_no("Saved meanwhile: Vermeulen");
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
    maya.get(&app, &at(jonas, "")).await.sees("a Portfolio Admin now").sees("1 portfolio, 1 account");
    let mail = app.mail().await.rendered.text;
    assert!(mail.contains("Default role: Portfolio Admin") && mail.contains("New: Nordic Brands"), "{mail}");
}

#[apply(both_databases!)]
async fn manage_user_offers_the_portfolios_before_the_role_is_chosen_and_takes_several(db: Db) {
    let Business { app, mut maya, jonas, hana_id, nordic, dach, .. } = Business::new(db).await;
    let said = "Portfolios, for a Portfolio Admin";
    for what in ["", "/edit"] {
        maya.get(&app, &at(jonas, what)).await.sees(said).sees("DACH Retail").sees("0 of 2 ticked");
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
        .sees_no("you will not see them any more")
        .sees("Make Hana Novotna a User?")
        .sees("These are taken away:Nordic Brands")
        .sees("Keep Portfolio Admin");
    assert_eq!(app.count(&format!("portfolio_assignments WHERE user_id = {hana_id}")), 1);
    // One that was given since is asked about too.
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
        (("last_name", "<b>"), "Leave out < and >"),
        (("email", "nobody"), "Enter an email address such as name@example.com"),
        (("email", HANA), "hana.novotna@example.com is already a user, Active"),
    ] {
        update(&app, &mut maya, jonas, "1", &[field]).await.is(422).sees(said);
    }
}

#[apply(both_databases!)]
async fn an_address_outside_the_scope_is_told_without_a_status(db: Db) {
    let Business { app, mut hana, jonas, .. } = Business::new(db).await;
    let page = update(&app, &mut hana, jonas, "1", &[("email", "maya.fischer@example.com")]).await;
    page.is(422).sees("This address cannot be given by you; ask an Admin").sees_no("Active").sees_no("Open Manage");
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
async fn the_invitation_says_who_and_when_and_what_became_of_the_mail(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.is(303);
    let noor = app.id_of("noor@example.com");
    maya.get(&app, &at(noor, ""))
        .await
        .sees("Sent byMaya Fischer")
        .sees("MailQueued")
        .sees("Resend invitation")
        .sees_no("Show link")
        .sees_no("Deactivate");
    app.mail().await;
    maya.get(&app, &at(noor, "")).await.sees("MailHanded to the mail server");
    let bytes = if db == crate::helpers::Db::Sqlite { "x'00'" } else { "'x'" };
    for (state, word) in [("retrying", "Retrying"), ("failed", "Failed")] {
        app.execute(&format!(
            "UPDATE outbox SET state = '{state}', sealed = {bytes}, reply = 'mailbox unavailable' WHERE user_id = {noor}"
        ));
        maya.get(&app, &at(noor, "")).await.sees(&format!("{word} mailbox unavailable"));
    }
    press(&app, &mut maya, noor, "/resend").await.redirects_to(&at(noor, ""));
    maya.get(&app, &at(noor, "")).await.sees("A new invitation is on its way to noor@example.com").sees("MailQueued");
    app.mail().await;
    maya.fill(&app, &at(noor, "/revoke"), &[]).await.redirects_to("/users-and-permissions");
    assert!(!app.has_user("noor@example.com"));
}

#[apply(both_databases!)]
async fn another_address_whose_mail_was_refused_is_said_not_to_count(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    update(&app, &mut maya, jonas, "1", &[("email", "jv@example.com")]).await.redirects_to(&at(jonas, ""));
    maya.get(&app, &at(jonas, "")).await.sees("It counts once it is confirmed by the mail sent there.");
    app.mailbox().fail_next(usher::mail::SendError::permanent("550 No such mailbox"));
    app.mails().await;
    let page = maya.get(&app, &at(jonas, "")).await;
    page.sees("Failed 550 No such mailbox").sees("The mail was not delivered. Nobody can confirm this address.").sees_no("It counts once");
}

#[apply(both_databases!)]
async fn what_the_mail_server_said_stands_beside_the_fate(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.is(303);
    app.mails().await;
    maya.get(&app, &at(app.id_of("noor@example.com"), "")).await.sees("MailHanded to the mail server 250 Taken");
}

#[apply(both_databases!)]
async fn the_mail_of_an_invitation_is_told_of_after_it_was_accepted(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    app.browser().fill(&app, &link, &crate::shared::steps::NOOR).await.redirects_to("/");
    maya.get(&app, &at(app.id_of("noor@example.com"), "")).await.sees("Accepted").sees("MailHanded to the mail server");
}

#[apply(both_databases!)]
async fn what_happened_to_somebody_lately_is_told_newest_first(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    press(&app, &mut maya, jonas, "/deactivate").await.is(303);
    maya.get(&app, &at(jonas, ""))
        .await
        .sees("What happened lately")
        .sees("Maya Fischer deactivated the userToday, 09:20Maya Fischer assigned Fjord Foods");
    app.mails().await;
}

#[apply(both_databases!)]
async fn what_was_edited_is_told_by_its_fields(db: Db) {
    let Business { app, mut maya, jonas, hana_id, nordic, .. } = Business::new(db).await;
    update(&app, &mut maya, jonas, "1", &[("first_name", "Jonathan")]).await.is(303);
    maya.get(&app, &at(jonas, "")).await.sees("Maya Fischer edited nameToday");
    let leaves = nordic.to_string();
    maya.fill(&app, &at(hana_id, "/edit"), &[("last_name", "Nova"), ("default_role", "user"), ("leaves", &leaves)]).await.is(303);
    maya.get(&app, &at(hana_id, "")).await.sees("Maya Fischer edited name, default roleToday");
    app.mails().await;
}

#[apply(both_databases!)]
async fn of_somebody_partly_outside_a_portfolio_admin_is_told_what_happened_inside(db: Db) {
    let Business { app, mut maya, mut hana, jonas, bikes, .. } = Business::new(db).await;
    press(&app, &mut maya, jonas, "/deactivate").await.is(303);
    hana.get(&app, &at(jonas, "")).await.sees("Maya Fischer deactivated the user");
    app.assign(jonas, bikes).await;
    hana.get(&app, &at(jonas, "")).await.sees("Maya Fischer assigned Fjord Foods").sees_no("deactivated the user").sees_no("Bergmann");
    maya.get(&app, &at(jonas, "")).await.sees("Maya Fischer assigned Bergmann Bikes");
}

#[apply(both_databases!)]
async fn without_a_mail_server_the_link_is_shown_on_a_page_of_its_own(db: Db) {
    let (app, mut maya) = TestApp::with_admin_and(db, Setting { sends_mail: false, ..Setting::default() }).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.is(303);
    let noor = app.id_of("noor@example.com");
    assert!(maya.get(&app, &at(noor, "")).await.has_link(&at(noor, "/link")));
    maya.get(&app, &at(noor, "/link")).await.is(200).sees("/invitation/");
    app.mails().await;
}
