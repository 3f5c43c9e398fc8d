//! Passkeys under the company's two-factor policy, and forms that wait for a user with one.

use super::*;
use crate::credentials::two_factor::require;

const ON: &str = "/my-account/two-factor";
const UNSENT: &str = "/unsent-form";

/// Sends the passkey of the page at `path` to the form there that goes to `action`.
async fn answer(lena: &mut Lena, path: &str, action: &str) -> Page {
    let page = lena.browser.get(&lena.app, path).await;
    let credential = lena.passkey.get(&options(page.is(200)));
    let fields = [("credential", &*credential), ("with", "passkey")];
    // The sign-in page has a form of its own for passkeys.
    let fields = if action == "/sign-in/passkey" { &fields[..1] } else { &fields };
    lena.browser.send(&lena.app, &page, action, fields).await
}

#[apply(both_databases!)]
async fn a_passkey_serves_as_the_enrolment_that_the_company_requires(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Lena", "Novak");
    require(&app, "everyone", 0);
    let (mut lena, mut passkey) = (app.browser(), Authenticator::new(7));
    lena.sign_in(&app, LENA, PASSWORD).await.redirects_to(ON);
    assert_eq!(lena.get(&app, ON).await.is(200).link("Use a passkey instead"), NEW);
    let page = lena.get(&app, NEW).await;
    page.is(200).sees("requires two-factor. A passkey will do.");
    assert_eq!(page.link("Use an authenticator app instead"), ON);
    lena.get(&app, ME).await.redirects_to(ON);
    passkey.register(&app, &mut lena, "Phone").await.redirects_to(ME);
    lena.get(&app, ME).await.is(200).sees("Passkey Phone added.");
    lena.get(&app, NEW).await.is(200).sees_no("A passkey will do.");
    app.browser().sign_in(&app, LENA, PASSWORD).await.redirects_to(STEP);
    let mut elsewhere = app.browser();
    passkey.sign_in(&app, &mut elsewhere).await.redirects_to("/");
    elsewhere.get(&app, "/").await.is(200);
    app.mail().await;
}

#[apply(both_databases!)]
async fn an_enrolment_by_passkey_asks_for_a_proof_and_goes_on(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Lena", "Novak");
    let (mut lena, mut passkey) = (app.signed_in(LENA).await, Authenticator::new(7));
    require(&app, "everyone", 0);
    app.advance(TimeDelta::minutes(6));
    let asked = lena.get(&app, NEW).await;
    crate::credentials::confirm_identity::prove(&app, &mut lena, &asked).await.redirects_to(NEW);
    passkey.register(&app, &mut lena, "Phone").await.redirects_to(ME);
    app.mail().await;
}

#[apply(both_databases!)]
async fn users_with_a_passkey_are_not_reminded_of_two_factor(db: Db) {
    let mut lena = Lena::new(db).await;
    require(&lena.app, "everyone", 3);
    let reminder = "signing in needs two-factor";
    lena.app.signed_in("maya.fischer@example.com").await.get(&lena.app, "/").await.sees(reminder);
    let mut browser = lena.app.browser();
    lena.passkey.sign_in(&lena.app, &mut browser).await.redirects_to("/");
    browser.get(&lena.app, "/").await.is(200).sees_no(reminder);
    let mut maya = lena.app.signed_in("maya.fischer@example.com").await;
    let without = maya.get(&lena.app, "/users-and-permissions?two_factor=off").await;
    without.sees("Maya Fischer").sees_no("Lena Novak");
}

#[apply(both_databases!)]
async fn whoever_removes_the_last_factor_enrols_again(db: Db) {
    let mut lena = Lena::new(db).await;
    require(&lena.app, "everyone", 0);
    confirm(&lena.app, &mut lena.browser, REMOVE).await.redirects_to(ME);
    lena.browser.get(&lena.app, ME).await.redirects_to(ON);
    lena.browser.get(&lena.app, ON).await.sees("The passkey was removed.").sees("requires two-factor");
    let (secret, _) = crate::credentials::two_factor::turn_on(&lena.app, &mut lena.browser).await;
    lena.app.advance(TimeDelta::minutes(1));
    let (code, off) = (secret.code_at(lena.app.now()), "/my-account/two-factor/off");
    lena.browser.fill(&lena.app, off, &[("code", &code), ("current", PASSWORD)]).await.redirects_to(ME);
    lena.browser.get(&lena.app, ME).await.redirects_to(ON);
    lena.browser.get(&lena.app, ON).await.sees("Two-factor is off.").sees("requires two-factor");
    lena.app.mails().await;
}

#[apply(both_databases!)]
async fn a_form_that_came_too_late_is_offered_after_signing_in_with_a_passkey(db: Db) {
    let mut lena = Lena::new(db).await;
    let page = lena.browser.get(&lena.app, ME).await;
    lena.app.advance(TimeDelta::hours(2));
    let late = lena.browser.send(&lena.app, &page, "/my-account/name", &[("last_name", "Kovač")]).await;
    let sign_in = late.is(303).header("location").to_owned();
    answer(&mut lena, &sign_in, "/sign-in/passkey").await.redirects_to(UNSENT);
    let offer = lena.browser.get(&lena.app, UNSENT).await;
    lena.browser.send(&lena.app, offer.is(200).sees("Kovač"), "/my-account/name", &[]).await.redirects_to(ME);
    lena.browser.get(&lena.app, ME).await.sees("Lena Kovač");
    let page = lena.browser.get(&lena.app, ME).await;
    lena.app.advance(TimeDelta::hours(2));
    lena.browser.send(&lena.app, &page, "/my-account/name", &[("last_name", "Novotna")]).await.is(303);
    lena.browser.sign_in(&lena.app, LENA, PASSWORD).await.redirects_to(STEP);
    answer(&mut lena, STEP, STEP).await.redirects_to(UNSENT);
}

#[apply(both_databases!)]
async fn a_form_that_came_too_late_is_offered_after_an_enrolment_by_passkey(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Lena", "Novak");
    let mut lena = app.signed_in(LENA).await;
    let page = lena.get(&app, ME).await;
    require(&app, "everyone", 0);
    app.advance(TimeDelta::hours(2));
    lena.send(&app, &page, "/my-account/name", &[("last_name", "Kovač")]).await.is(303);
    lena.sign_in(&app, LENA, PASSWORD).await.redirects_to(ON);
    Authenticator::new(7).register(&app, &mut lena, "Phone").await.redirects_to(UNSENT);
    lena.get(&app, UNSENT).await.is(200).sees("Kovač").sees("Passkey Phone added.");
    app.mail().await;
}

#[apply(both_databases!)]
async fn a_passkey_that_was_made_too_late_is_not_kept(db: Db) {
    let mut lena = Lena::new(db).await;
    let page = lena.browser.get(&lena.app, NEW).await;
    let made = Authenticator::new(8).create(&options(&page));
    lena.app.advance(TimeDelta::hours(2));
    let late = lena.browser.send(&lena.app, &page, NEW, &[("name", "Tablet"), ("credential", &made)]).await;
    lena.browser.get(&lena.app, late.is(303).header("location")).await.sees("nothing was saved");
    assert_eq!((lena.app.count("held_forms"), lena.app.count("passkeys")), (0, 1));
}

#[apply(both_databases!)]
async fn a_form_that_waits_is_sent_after_a_proof_by_passkey(db: Db) {
    let mut lena = Lena::new(db).await;
    lena.app.advance(TimeDelta::minutes(5));
    let page = lena.browser.get(&lena.app, ME).await;
    let asked = lena.browser.send(&lena.app, &page, "/my-account/email", &[("email", "new@example.com")]).await;
    let asked = lena.browser.get(&lena.app, asked.is(303).header("location")).await.link("Use a passkey instead");
    let proved = answer(&mut lena, &asked, "/confirm").await;
    assert_eq!(proved.is(307).header("location"), "/my-account/email");
    let fields = lena.browser.get(&lena.app, &asked).await.form("/confirm");
    let fields = fields.iter().map(|(name, value)| (&**name, &**value)).collect::<Vec<_>>();
    lena.browser.post(&lena.app, "/my-account/email", &fields).await.redirects_to(ME);
    lena.browser.get(&lena.app, ME).await.sees("Confirmation sent to new@example.com");
    lena.app.mails().await;
}

#[apply(both_databases!)]
async fn proofs_that_a_user_cannot_give_are_not_asked_for(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for with in ["code", "passkey"] {
        let page = maya.get(&app, &format!("/confirm?with={with}")).await;
        page.is(200).sees_no("Use a passkey").sees_no("authenticator app");
        maya.send(&app, &page, "/confirm", &[("with", with), ("code", "123456")]).await.is(422).sees("Enter your current password");
    }
    assert_eq!(app.count("refused_sign_ins"), 0);
}
