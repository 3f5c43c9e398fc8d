//! Passkeys as second step and as proof.

use super::*;

/// Sends the passkey of the page at `path` to the form there that goes to `action`.
async fn answer(lena: &mut Lena, browser: &mut Browser, path: &str, action: &str) -> Page {
    let page = browser.get(&lena.app, path).await;
    let credential = lena.passkey.get(&options(page.is(200)));
    browser.send(&lena.app, &page, action, &[("with", "passkey"), ("credential", &credential)]).await
}

#[apply(both_databases!)]
async fn a_passkey_is_the_second_step_of_a_sign_in_by_password(db: Db) {
    let mut lena = Lena::new(db).await;
    let mut browser = lena.at_second_step().await;
    browser.get(&lena.app, ME).await.redirects_to("/sign-in?next=%2Fmy-account");
    let page = browser.get(&lena.app, STEP).await;
    page.sees("Use your passkey").sees_no("recovery code").sees_no("Enter your code");
    assert_eq!(options(&page)["allowCredentials"][0]["id"], "BwcHBwcHBwcHBwcHBwcHBwcHBwc");
    answer(&mut lena, &mut browser, STEP, STEP).await.redirects_to("/");
    assert_eq!(lena.app.deeds().last().unwrap(), "session.signed_in Lena Novak");
}

#[apply(both_databases!)]
async fn only_a_passkey_of_the_same_user_is_a_second_step(db: Db) {
    let mut lena = Lena::new(db).await;
    let (mut maya, mut other) = (lena.app.signed_in("maya.fischer@example.com").await, Authenticator::new(8));
    other.register(&lena.app, &mut maya, "Mine").await.redirects_to(ME);
    lena.app.mail().await;
    let mut browser = lena.at_second_step().await;
    let page = browser.get(&lena.app, STEP).await;
    let sign_in = browser.get(&lena.app, "/sign-in").await;
    let ceremony = sign_in.form("/sign-in/passkey").into_iter().find(|(name, _)| name == "ceremony").unwrap().1;
    let of_sign_in = lena.passkey.get(&options(&sign_in));
    let credential = other.get(&options(&page));
    for fields in [
        &[("with", "passkey"), ("credential", &*credential)][..],
        &[("with", "passkey"), ("credential", &of_sign_in), ("ceremony", &ceremony)],
        &[("with", "passkey"), ("credential", "")],
    ] {
        browser.send(&lena.app, &page, STEP, fields).await.is(422).sees(REFUSED);
    }
    answer(&mut lena, &mut browser, STEP, STEP).await.redirects_to("/");
}

#[apply(both_databases!)]
async fn a_passkey_confirms_who_the_user_is(db: Db) {
    let mut lena = Lena::new(db).await;
    lena.app.advance(TimeDelta::minutes(5));
    let mut browser = lena.browser.clone();
    let page = browser.get(&lena.app, NEW).await;
    let asked = page.header("location").to_owned();
    let page = browser.get(&lena.app, &asked).await;
    let with = page.sees("Use a passkey instead").link("Use a passkey instead");
    answer(&mut lena, &mut browser, &with, "/confirm").await.redirects_to(NEW);
    browser.get(&lena.app, NEW).await.is(200);
    let entry = lena.app.audit().pop().unwrap();
    assert!(entry.details.contains("\"method\":\"passkey\""), "{}", entry.details);
    let page = browser.get(&lena.app, &with).await;
    browser.send(&lena.app, &page, "/confirm", &[("credential", "{}")]).await.is(422).sees(REFUSED);
}

#[apply(both_databases!)]
async fn an_app_beside_a_passkey_can_be_turned_off_and_two_factor_stays(db: Db) {
    let mut lena = Lena::new(db).await;
    let on = "/my-account/two-factor";
    let page = lena.browser.get(&lena.app, on).await;
    let secret = crate::credentials::two_factor::secret_on(page.is(200));
    let code = secret.code_at(lena.app.now());
    lena.browser.send(&lena.app, &page, on, &[("code", &code)]).await.is(200).sees("Two-factor is on");
    lena.browser.get(&lena.app, ME).await.sees("Authenticator app and 1 passkey");
    let mut browser = lena.at_second_step().await;
    browser.get(&lena.app, STEP).await.sees("Enter your code").sees("Use a passkey");
    lena.app.advance(TimeDelta::minutes(1));
    let code = secret.code_at(lena.app.now());
    let off = "/my-account/two-factor/off";
    crate::credentials::two_factor::require(&lena.app, "everyone", 0);
    lena.browser.get(&lena.app, off).await.sees("Your passkeys stay, and two-factor with them.");
    lena.browser.fill(&lena.app, off, &[("code", &code), ("current", PASSWORD)]).await.redirects_to(ME);
    lena.browser.get(&lena.app, ME).await.is(200).sees("The authenticator app was removed. You are signed out everywhere else.");
    assert_eq!(lena.app.mails().await.last().unwrap().rendered.subject, "Your authenticator app was removed");
    lena.at_second_step().await.get(&lena.app, STEP).await.sees("Use your passkey");
    lena.browser.get(&lena.app, off).await.redirects_to(ME);
}
