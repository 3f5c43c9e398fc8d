//! Invitations accepted with a passkey, and users without a password.

use super::*;

const NOOR: &str = "noor@example.com";

/// Noor van Dijk, invited by Maya, after she accepted with a passkey.
async fn noor(app: &TestApp, maya: &mut Browser) -> (Browser, Authenticator) {
    let link = invite(app, maya, NOOR).await;
    let (mut browser, mut passkey) = (app.browser(), Authenticator::new(5));
    let page = browser.get(app, &link).await;
    let credential = passkey.create(&options(page.sees("Use a passkey instead")));
    let fields = [("first_name", "Noor"), ("last_name", "van Dijk"), ("credential", &*credential)];
    browser.send(app, &page, &link, &fields).await.redirects_to("/");
    (browser, passkey)
}

#[apply(both_databases!)]
async fn an_invitation_is_accepted_with_a_passkey_as_the_only_credential(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let (mut noor, mut passkey) = noor(&app, &mut maya).await;
    noor.get(&app, ME).await.is(200).sees("Set password").sees_no("Current Password").sees_no("Turn on two-factor");
    let deeds = app.deeds();
    assert_eq!(
        deeds[deeds.len() - 3..],
        ["passkey.added Noor van Dijk", "invitation.accepted Noor van Dijk", "session.signed_in Noor van Dijk"]
    );
    maya.get(&app, "/users-and-groups").await.sees("Noor van Dijk").sees("Active");
    assert_eq!(app.count("user_rows WHERE password_hash IS NULL AND state = 'active'"), 1);
    passkey.sign_in(&app, &mut app.browser()).await.redirects_to("/");
    for password in ["", PASSWORD] {
        app.execute("DELETE FROM throttles");
        app.browser().sign_in(&app, NOOR, password).await.is(422).sees("Email address or password is wrong");
    }
}

#[apply(both_databases!)]
async fn a_refused_passkey_accepts_nothing(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, NOOR).await;
    let other = invite(&app, &mut maya, "ruth@example.com").await;
    let mut browser = app.browser();
    let (page, of_other) = (browser.get(&app, &link).await, browser.get(&app, &other).await);
    let (right, foreign) = (Authenticator::new(5).create(&options(&page)), Authenticator::new(5).create(&options(&of_other)));
    let ceremony = of_other.form(&other).into_iter().find(|(name, _)| name == "ceremony").unwrap().1;
    let names = [("first_name", "Noor"), ("last_name", "van Dijk")];
    for fields in [vec![("credential", "{}")], vec![("credential", &*foreign), ("ceremony", &ceremony)]] {
        let fields = [&names[..], &fields].concat();
        browser.send(&app, &page, &link, &fields).await.is(422).sees(REFUSED);
    }
    browser.send(&app, &page, &link, &[("first_name", ""), ("credential", &right)]).await.is(422).sees("Enter a first name");
    assert_eq!(app.count("passkeys"), 0);
    browser.send(&app, &page, &link, &[&names[..], &[("credential", &right)]].concat()).await.redirects_to("/");
    browser.send(&app, &page, &link, &[&names[..], &[("credential", &right)]].concat()).await.is(410);
}

#[apply(both_databases!)]
async fn the_only_credential_stays(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let (mut noor, _) = noor(&app, &mut maya).await;
    let page = noor.get(&app, REMOVE).await;
    page.sees("This is your only way to sign in.");
    let token = noor.get(&app, ME).await.form("/my-account/name").into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    noor.post(&app, REMOVE, &[("csrf", &token)]).await.redirects_to(ME);
    noor.get(&app, ME).await.sees("This is your only way to sign in.");
    assert_eq!(app.count("passkeys"), 1);
    Authenticator::new(6).register(&app, &mut noor, "Spare").await.redirects_to(ME);
    confirm(&app, &mut noor, REMOVE).await.redirects_to(ME);
    assert_eq!(app.count("passkeys"), 1);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_first_password_needs_a_recent_proof(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let (mut noor, mut passkey) = noor(&app, &mut maya).await;
    app.advance(TimeDelta::minutes(5));
    let page = noor.get(&app, ME).await;
    let asked = noor.send(&app, &page, "/my-account/password", &[("password", PASSWORD)]).await;
    let asked = asked.is(303).header("location").to_owned();
    let page = noor.get(&app, &asked).await;
    page.sees("Use your passkey").sees_no("Use your password instead");
    let credential = passkey.get(&options(&page));
    let fields = page.form("/confirm");
    let mut fields = fields.iter().map(|(name, value)| (&**name, &**value)).collect::<Vec<_>>();
    fields.retain(|(name, _)| *name != "credential");
    fields.push(("credential", &credential));
    let proved = noor.post(&app, "/confirm", &fields).await;
    noor.post(&app, proved.is(307).header("location"), &fields).await.redirects_to(ME);
    noor.get(&app, ME).await.sees("Change password").sees("Current Password");
    app.browser().sign_in(&app, NOOR, PASSWORD).await.redirects_to(STEP);
    assert_eq!(app.mail().await.rendered.subject, "Your Usher password was changed");
}

#[apply(both_databases!)]
async fn a_user_without_a_password_chooses_one_by_mail_and_still_needs_the_passkey(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    noor(&app, &mut maya).await;
    usher::usecases::credentials::password_reset::answer_next(&app.ctx).unwrap();
    let link = reset_link(&app, NOOR).await;
    app.browser().fill(&app, &link, &[("password", PASSWORD)]).await.redirects_to("/sign-in?after=password-reset");
    app.mail().await;
    app.browser().sign_in(&app, NOOR, PASSWORD).await.redirects_to(STEP);
}
