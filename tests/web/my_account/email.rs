//! Change of one's address.

use super::*;

const NEW: &str = "lena.kovac@example.com";

async fn request(app: &TestApp, browser: &mut Browser, email: &str) -> Page {
    submit(app, browser, "email", &[("email", email)]).await
}

#[apply(both_databases!)]
async fn a_new_address_counts_once_it_is_confirmed(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    request(&app, &mut lena, NEW).await.redirects_to(ME);
    lena.get(&app, ME).await.sees("Confirmation sent to lena.kovac@example.com").sees("is waiting to be confirmed");
    let mails = app.mails().await;
    let to_new = mails.iter().find(|mail| mail.to.as_str() == NEW).unwrap();
    let to_old = mails.iter().find(|mail| mail.to.as_str() == "lena.novak@example.com").unwrap();
    assert!(to_new.rendered.text.contains("Lena Novak asked to use this address to sign in to"), "{}", to_new.rendered.text);
    assert!(to_old.rendered.text.contains("You, or someone with your password, asked to change"), "{}", to_old.rendered.text);
    assert!(app.has_user("lena.novak@example.com"));
    confirm(&app, &mut app.browser(), &app.link_in(to_new)).await.is(303);
    assert!(app.has_user(NEW));
    lena.get(&app, ME).await.redirects_to(SIGNED_OUT);
    let mails = app.mails().await;
    assert!(mails.len() == 2 && mails.iter().all(|mail| mail.rendered.text.contains("It was requested in My account")), "{mails:?}");
}

#[apply(both_databases!)]
async fn a_new_address_needs_a_recent_proof(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    let deeds = app.deeds();
    app.advance(TimeDelta::minutes(5));
    request(&app, &mut lena, NEW).await.redirects_to("/confirm?form=1");
    assert_eq!(app.deeds(), deeds);
}

#[apply(both_databases!)]
async fn a_bad_address_is_refused_with_a_reason(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    let deeds = app.deeds();
    for (email, error) in [("", "Enter an email address"), ("lena", "Enter an email address such as name@example.com")] {
        request(&app, &mut lena, email).await.is(422).sees(error);
    }
    request(&app, &mut lena, "lena.novak@example.com").await.redirects_to(ME);
    lena.get(&app, ME).await.sees("No changes to save.");
    assert_eq!(app.deeds(), deeds);
}

#[apply(both_databases!)]
async fn a_waiting_address_can_be_taken_back_by_its_user(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    request(&app, &mut lena, NEW).await.redirects_to(ME);
    let links = app.mails().await.iter().map(|mail| app.link_in(mail)).collect::<Vec<_>>();
    let page = lena.get(&app, ME).await;
    lena.send(&app, &page, "/my-account/keep-email", &[]).await.redirects_to(ME);
    lena.get(&app, ME).await.sees("Email change cancelled. You keep lena.novak@example.com.").sees_no("is waiting to be confirmed");
    for link in links {
        app.browser().get(&app, &link).await.is(410);
    }
    lena.send(&app, &page, "/my-account/keep-email", &[]).await.redirects_to(ME);
    lena.get(&app, ME).await.sees("No changes to save.");
}

#[apply(both_databases!)]
async fn the_old_address_can_stop_a_change_that_its_user_requested(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    request(&app, &mut lena, NEW).await.redirects_to(ME);
    let mails = app.mails().await;
    let stop = app.link_in(mails.iter().find(|mail| mail.to.as_str() == "lena.novak@example.com").unwrap());
    confirm(&app, &mut app.browser(), &stop).await.is(303);
    lena.get(&app, ME).await.is(200).sees_no("is waiting to be confirmed");
    assert!(app.has_user("lena.novak@example.com"));
}

#[apply(both_databases!)]
async fn users_learn_nothing_from_the_address_of_another_user(db: Db) {
    let (app, mut maya, _, mut lena) = with_lena(db).await;
    app.create_user("Otto", "Weiss");
    request(&app, &mut maya, "OTTO.Weiss@example.com").await.is(422).sees("otto.weiss@example.com is already a user.");
    request(&app, &mut lena, "otto.weiss@example.com").await.redirects_to(ME);
    let mails = app.mails().await;
    let link = app.link_in(mails.iter().find(|mail| mail.to.as_str() == "otto.weiss@example.com").unwrap());
    let mut otto = app.browser();
    let page = otto.get(&app, &link).await;
    assert_eq!(otto.send(&app, &page, &link, &[]).await.status.as_u16(), 409);
    assert!(app.has_user("lena.novak@example.com"));
}

#[apply(both_databases!)]
async fn an_address_form_sent_twice_mails_once(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    let page = lena.get(&app, ME).await;
    let fields = [("email", NEW)];
    lena.send(&app, &page, "/my-account/email", &fields).await.redirects_to(ME);
    lena.send(&app, &page, "/my-account/email", &fields).await.is(409);
    assert_eq!(app.mails().await.len(), 2);
}

#[apply(both_databases!)]
async fn a_change_that_an_administrator_began_names_them_and_can_be_taken_back(db: Db) {
    let (app, mut maya, id, mut lena) = with_lena(db).await;
    maya.fill(&app, &format!("/users-and-permissions/{id}/edit"), &[("email", NEW)]).await.is(303);
    let page = lena.get(&app, ME).await;
    page.sees("Requested by Maya Fischer");
    lena.send(&app, &page, "/my-account/keep-email", &[]).await.redirects_to(ME);
    lena.get(&app, ME).await.sees("Email change cancelled.");
    app.mails().await;
}
