//! One's own two-factor in My account.

use super::*;
use crate::credentials::confirm_identity::prove;

#[apply(both_databases!)]
async fn two_factor_is_turned_on_by_one_code_and_told_by_mail(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Lena", "Novak");
    let mut lena = app.signed_in(LENA).await;
    lena.get(&app, "/my-account").await.sees("Two Factor Authentication").sees("Turn on two-factor");
    turn_on(&app, &mut lena).await;
    assert_eq!(app.mail().await.rendered.subject, "Two-factor was turned on");
    assert_eq!(app.deeds().last().unwrap(), "two_factor.turned_on Lena Novak");
    lena.get(&app, "/my-account").await.sees("Authenticator app").sees("10 of 10 left").sees_no("Turn on two-factor");
    lena.get(&app, ON).await.redirects_to("/my-account");
}

#[apply(both_databases!)]
async fn a_wrong_code_keeps_the_secret_and_turns_nothing_on(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Lena", "Novak");
    let mut lena = app.signed_in(LENA).await;
    let page = lena.get(&app, ON).await;
    let secret = secret_on(&page);
    let deeds = app.deeds();
    let late = secret.code_at(app.now() + TimeDelta::minutes(2));
    let long = "1".repeat(60_000);
    for (code, error) in [
        ("", "Enter the six digits of your app"),
        ("12345", "Enter the six digits of your app"),
        (&*long, "Enter the six digits of your app"),
        (&*late, WRONG),
    ] {
        let again = lena.send(&app, &page, ON, &[("code", code)]).await;
        again.is(422).sees(error);
        assert_eq!(secret_on(&again), secret);
    }
    assert_eq!((app.deeds(), app.count("authenticator_apps")), (deeds, 0));
}

#[apply(both_databases!)]
async fn of_two_tabs_the_first_turns_two_factor_on(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Lena", "Novak");
    let mut lena = app.signed_in(LENA).await;
    let other = lena.get(&app, ON).await;
    turn_on(&app, &mut lena).await;
    let code = secret_on(&other).code_at(app.now());
    lena.send(&app, &other, ON, &[("code", &code)]).await.redirects_to("/my-account");
    lena.get(&app, "/my-account").await.sees("Two-factor was changed meanwhile. Nothing was done.");
    app.mail().await;
}

#[apply(both_databases!)]
async fn a_secret_of_another_user_is_refused(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.create_user("Lena", "Novak");
    let mut lena = app.signed_in(LENA).await;
    let page = maya.get(&app, ON).await;
    let sealed = page.form(ON).into_iter().find(|(name, _)| name == "secret").unwrap().1;
    let code = secret_on(&page).code_at(app.now());
    let own = lena.get(&app, ON).await;
    for secret in [&*sealed, "", "x", &"A".repeat(1_000)] {
        lena.send(&app, &own, ON, &[("secret", secret), ("code", &code)]).await.redirects_to(ON);
        lena.get(&app, ON).await.sees("The code on the page has expired. Scan the new one.");
    }
    assert_eq!(app.count("authenticator_apps"), 0);
}

#[apply(both_databases!)]
async fn two_factor_is_turned_off_by_password_and_code(db: Db) {
    let mut lena = Lena::new(db).await;
    let (code, off) = (lena.code(), "/my-account/two-factor/off");
    let Lena { app, browser, .. } = &mut lena;
    let page = browser.get(app, off).await;
    browser.send(app, &page, off, &[("code", &code), ("current", "wrong battery staple horse")]).await.is(422);
    browser.send(app, &page, off, &[("code", "000000"), ("current", PASSWORD)]).await.is(422).sees(WRONG);
    assert_eq!(app.count("authenticator_apps"), 1);
    browser.send(app, &page, off, &[("code", &code), ("current", PASSWORD)]).await.redirects_to("/my-account");
    browser.get(app, "/my-account").await.sees("Two-factor is off.").sees("Turn on two-factor");
    assert_eq!(app.mail().await.rendered.subject, "Two-factor was turned off");
    assert_eq!((app.count("authenticator_apps"), app.count("recovery_codes")), (0, 0));
    app.browser().sign_in(app, LENA, PASSWORD).await.redirects_to("/");
    browser.send(app, &page, off, &[("code", &code), ("current", PASSWORD)]).await.redirects_to("/my-account");
    browser.get(app, "/my-account").await.sees("Two-factor was changed meanwhile. Nothing was done.");
}

#[apply(both_databases!)]
async fn new_recovery_codes_replace_the_earlier_ones(db: Db) {
    let mut lena = Lena::new(db).await;
    let path = "/my-account/two-factor/codes";
    let page = lena.browser.get(&lena.app, path).await;
    let asked = lena.browser.send(&lena.app, &page, path, &[]).await;
    let page = prove(&lena.app, &mut lena.browser, &asked).await;
    let new = codes_on(page.is(200).sees("You have new recovery codes."));
    assert!(new.iter().all(|code| !lena.codes.contains(code)));
    assert_eq!(lena.app.mail().await.rendered.subject, "Your recovery codes were renewed");
    let mut browser = lena.at_second_step().await;
    let recovery = format!("{STEP}?with=recovery");
    let page = browser.get(&lena.app, &recovery).await;
    browser.send(&lena.app, &page, STEP, &[("code", &lena.codes[0])]).await.is(422).sees("This recovery code is wrong or was used");
    browser.send(&lena.app, &page, STEP, &[("code", &new[0])]).await.redirects_to("/");
    lena.app.mail().await;
}

#[apply(both_databases!)]
async fn secrets_and_codes_are_never_stored_in_clear_text(db: Db) {
    let lena = Lena::new(db).await;
    assert_eq!(lena.app.count("recovery_codes WHERE hash LIKE '$argon2id$%'"), 10);
    for code in &lena.codes {
        let plain = code.replace('-', "");
        assert_eq!(lena.app.count(&format!("recovery_codes WHERE hash LIKE '%{plain}%'")), 0);
        assert!(lena.app.audit().iter().all(|entry| !entry.details.contains(&plain)));
    }
}

#[apply(both_databases!)]
async fn shown_recovery_codes_are_downloaded_as_a_file(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Lena", "Novak");
    let mut lena = app.signed_in(LENA).await;
    let page = lena.get(&app, ON).await;
    let code = secret_on(&page).code_at(app.now());
    let page = lena.send(&app, &page, ON, &[("code", &code)]).await;
    let path = "/my-account/two-factor/codes/file";
    let file = lena.send(&app, &page, path, &[]).await;
    assert_eq!(file.is(200).body.lines().collect::<Vec<_>>(), codes_on(&page));
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"usher-recovery-codes.txt\"");
    assert!(file.header("cache-control").contains("no-store"));
    lena.send(&app, &page, path, &[("codes", "<script>")]).await.is(400);
    app.mail().await;
}

#[apply(both_databases!)]
async fn a_sealed_secret_holds_for_its_session_and_a_quarter_of_an_hour(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Lena", "Novak");
    let (mut here, mut there) = (app.signed_in(LENA).await, app.signed_in(LENA).await);
    let page = here.get(&app, ON).await;
    let sealed = page.form(ON).into_iter().find(|(name, _)| name == "secret").unwrap().1;
    let other = there.get(&app, ON).await;
    there.send(&app, &other, ON, &[("secret", &sealed), ("code", "x")]).await.redirects_to(ON);
    app.advance(TimeDelta::minutes(15));
    let code = secret_on(&page).code_at(app.now());
    here.send(&app, &page, ON, &[("code", &code)]).await.redirects_to(ON);
    assert_eq!(app.count("authenticator_apps"), 0);
}

#[apply(both_databases!)]
async fn a_stored_secret_is_shown_by_no_form(db: Db) {
    let mut lena = Lena::new(db).await;
    let secret = lena.secret.in_groups();
    let csrf = lena.browser.get(&lena.app, "/my-account").await.form("/my-account/name").remove(0).1;
    let sealed = "A".repeat(80);
    let fields = [("csrf", &*csrf), ("secret", &*sealed), ("code", "")];
    lena.browser.post(&lena.app, ON, &fields).await.redirects_to("/my-account");
    for path in ["/my-account", ON, "/my-account/two-factor/off", "/my-account/two-factor/codes"] {
        assert!(!lena.browser.get(&lena.app, path).await.body.contains(&secret), "{path}");
    }
}

#[apply(both_databases!)]
async fn guesses_at_codes_of_a_signed_in_user_slow_down_whatever_the_password_does(db: Db) {
    let mut lena = Lena::new(db).await;
    let off = "/my-account/two-factor/off";
    let mut password = PASSWORD.to_owned();
    for number in 0..2 {
        let page = lena.browser.get(&lena.app, off).await;
        for _ in 0..2 {
            lena.browser.send(&lena.app, &page, off, &[("code", "000000"), ("current", &*password)]).await.is(422);
        }
        let new = format!("{PASSWORD}{number}");
        let page = lena.browser.get(&lena.app, "/my-account").await;
        lena.browser.send(&lena.app, &page, "/my-account/password", &[("current", &*password), ("password", &*new)]).await.is(303);
        password = new;
    }
    let page = lena.browser.get(&lena.app, off).await;
    let code = lena.code();
    lena.browser.send(&lena.app, &page, off, &[("code", &code), ("current", &password)]).await.is(429).sees("Too many attempts.");
    lena.app.mails().await;
}

#[apply(both_databases!)]
async fn two_factor_is_turned_off_with_a_recovery_code_too(db: Db) {
    let mut lena = Lena::new(db).await;
    let off = "/my-account/two-factor/off";
    let page = lena.browser.get(&lena.app, off).await;
    let code = lena.codes[4].clone();
    lena.browser.send(&lena.app, &page, off, &[("code", &code), ("current", PASSWORD)]).await.redirects_to("/my-account");
    assert_eq!(lena.app.count("authenticator_apps"), 0);
    lena.app.mails().await;
}

#[apply(both_databases!)]
async fn a_long_name_of_the_company_fits_into_the_qr_code(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.execute(&format!("UPDATE company SET name = '{}'", "𝔑".repeat(100)));
    maya.get(&app, ON).await.is(200);
}

#[apply(both_databases!)]
async fn a_change_of_two_factor_ends_the_other_sessions_and_renews_this_one(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Lena", "Novak");
    let (mut here, mut there) = (app.signed_in(LENA).await, app.signed_in(LENA).await);
    let stolen = here.clone();
    let (secret, _) = turn_on(&app, &mut here).await;
    here.get(&app, "/my-account").await.is(200);
    for mut other in [there.clone(), stolen] {
        other.get(&app, "/my-account").await.redirects_to("/sign-in?next=%2Fmy-account");
    }
    app.advance(TimeDelta::minutes(30));
    there.sign_in(&app, LENA, PASSWORD).await.redirects_to(STEP);
    there.fill(&app, STEP, &[("code", &secret.code_at(app.now()))]).await.redirects_to("/");
    app.advance(TimeDelta::minutes(2));
    let (code, off) = (secret.code_at(app.now()), "/my-account/two-factor/off");
    there.fill(&app, off, &[("code", &code), ("current", PASSWORD)]).await.redirects_to("/my-account");
    there.get(&app, "/my-account").await.sees("Two-factor is off. You are signed out everywhere else.");
    here.get(&app, "/my-account").await.redirects_to("/sign-in?next=%2Fmy-account");
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_recent_proof_is_asked_for_before_the_qr_code(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Lena", "Novak");
    let mut lena = app.signed_in(LENA).await;
    app.advance(TimeDelta::minutes(5));
    let asked = lena.get(&app, ON).await;
    asked.redirects_to("/confirm?next=%2Fmy-account%2Ftwo-factor");
    prove(&app, &mut lena, &asked).await.redirects_to(ON);
    turn_on(&app, &mut lena).await;
    app.mail().await;
}
