//! Sign-in with a passkey.

use usher::{
    store::credentials::refused_sign_ins::RefusalReason,
    usecases::credentials::{passkey::PasskeyAnswer, passkey_sign_in},
};

use super::*;

const SIGN_IN: &str = "/sign-in/passkey";

#[apply(both_databases!)]
async fn a_passkey_signs_in_without_address_password_and_code(db: Db) {
    let mut lena = Lena::new(db).await;
    let mut browser = lena.app.browser();
    let page = browser.get(&lena.app, "/sign-in?next=%2Fassets%3Fq%3Dclose").await;
    assert_eq!(options(page.sees("Sign in with a passkey"))["allowCredentials"], serde_json::json!([]));
    let answer = lena.passkey.get(&options(&page));
    browser.send(&lena.app, &page, SIGN_IN, &[("credential", &answer)]).await.redirects_to("/assets?q=close");
    browser.get(&lena.app, ME).await.is(200).sees("Last used");
    assert_eq!(lena.app.deeds().last().unwrap(), "session.signed_in Lena Novak");
    assert_eq!(lena.app.count("known_browsers"), 3);
}

#[apply(both_databases!)]
async fn answers_of_foreign_origins_without_verification_or_for_another_challenge_sign_nobody_in(db: Db) {
    let lena = Lena::new(db).await;
    let (app, mut browser) = (&lena.app, lena.app.browser());
    let page = browser.get(app, "/sign-in").await;
    let asked = options(&page);
    let mut other = asked.clone();
    other["challenge"] = options(&browser.get(app, "/sign-in").await)["challenge"].clone();
    let with = |change: fn(&mut Authenticator)| {
        let mut passkey = lena.passkey.clone();
        change(&mut passkey);
        passkey.get(&asked)
    };
    let sessions = app.count("sessions");
    for answer in [
        with(|it| it.origin = "https://localhost:8080"),
        with(|it| it.origin = "http://usher.example.com"),
        with(|it| it.party = "example.com"),
        with(|it| it.verifies = false),
        with(|it| it.in_frame = true),
        with(|it| it.id = vec![9; 20]),
        with(|it| it.handle = vec![9; 16]),
        with(|it| it.handle = Vec::new()),
        lena.passkey.clone().with_key_of(9).get(&asked),
        lena.passkey.clone().get(&other),
        lena.passkey.clone().create(&serde_json::json!({ "challenge": asked["challenge"], "user": { "id": "" } })),
        String::new(),
        "null".to_owned(),
    ] {
        // Each would be slowed down after the others.
        app.execute("DELETE FROM throttles");
        browser.send(app, &page, SIGN_IN, &[("credential", &answer)]).await.is(422).sees(REFUSED);
    }
    let right = lena.passkey.clone().get(&asked);
    for ceremony in ["", "x", &*"A".repeat(40_000)] {
        app.execute("DELETE FROM throttles");
        browser.send(app, &page, SIGN_IN, &[("ceremony", ceremony), ("credential", &right)]).await.is(422).sees(REFUSED);
    }
    assert_eq!((app.count("sessions"), app.count("used_challenges")), (sessions, 1));
    app.execute("DELETE FROM throttles");
    browser.send(app, &page, SIGN_IN, &[("credential", &right)]).await.redirects_to("/");
}

#[apply(both_databases!)]
async fn a_ceremony_lasts_five_minutes_and_is_used_once(db: Db) {
    let mut lena = Lena::new(db).await;
    let mut synced = Authenticator { counts: false, ..Authenticator::new(8) };
    synced.register(&lena.app, &mut lena.browser, "Cloud").await.redirects_to(ME);
    lena.app.mail().await;
    let mut browser = lena.app.browser();
    let page = browser.get(&lena.app, "/sign-in").await;
    let answer = synced.get(&options(&page));
    lena.app.advance(TimeDelta::minutes(5));
    browser.send(&lena.app, &page, SIGN_IN, &[("credential", &answer)]).await.is(422).sees(REFUSED);
    let page = browser.get(&lena.app, "/sign-in").await;
    let answer = synced.get(&options(&page));
    lena.app.advance(TimeDelta::seconds(299));
    browser.send(&lena.app, &page, SIGN_IN, &[("credential", &answer)]).await.redirects_to("/");
    let mut thief = lena.app.browser();
    let own = thief.get(&lena.app, "/sign-in").await;
    let fields = [("ceremony", &*ceremony(&page)), ("credential", &*answer)];
    thief.send(&lena.app, &own, SIGN_IN, &fields).await.is(422).sees(REFUSED);
    synced.sign_in(&lena.app, &mut thief).await.redirects_to("/");
    lena.app.advance(TimeDelta::seconds(1));
    usher::usecases::outbox::housekeeping::sweep(&lena.app.ctx).unwrap();
    assert_eq!(lena.app.count("used_challenges"), 1, "the newest is kept until it expires");
}

/// Sealed state of the ceremony on a page.
fn ceremony(page: &Page) -> String {
    page.form(SIGN_IN).into_iter().find(|(name, _)| name == "ceremony").unwrap().1
}

#[apply(both_databases!)]
async fn of_twenty_requests_with_one_answer_to_two_instances_one_succeeds(db: Db) {
    let mut lena = Lena::new(db).await;
    let other = lena.app.another_instance().await;
    let mut synced = Authenticator { counts: false, ..Authenticator::new(8) };
    synced.register(&lena.app, &mut lena.browser, "Cloud").await.redirects_to(ME);
    lena.app.mail().await;
    for passkey in [&mut lena.passkey, &mut synced] {
        let page = lena.app.browser().get(&lena.app, "/sign-in").await;
        let answer = PasskeyAnswer { ceremony: ceremony(&page), credential: passkey.get(&options(&page)) };
        let sessions = lena.app.count("sessions");
        let done = at_once(std::array::from_fn::<usize, 20, _>(|number| number), |number| {
            let ctx = if number % 2 == 0 { &lena.app.ctx } else { &other.ctx };
            passkey_sign_in::sign_in(ctx, &answer, &visitor()).is_ok()
        });
        assert_eq!(done.iter().filter(|done| **done).count(), 1, "{done:?}");
        assert_eq!(lena.app.count("sessions"), sessions + 1);
        lena.app.execute("DELETE FROM throttles");
    }
    assert_eq!(lena.app.count("passkeys WHERE suspected_at IS NOT NULL"), 0, "a repetition is no copy");
}

#[apply(both_databases!)]
async fn a_copied_passkey_is_refused_noted_and_told_once(db: Db) {
    let mut lena = Lena::new(db).await;
    let mut copy = lena.passkey.clone();
    lena.passkey.sign_in(&lena.app, &mut lena.app.browser()).await.redirects_to("/");
    for _ in 0..2 {
        copy.count = lena.passkey.count - 1;
        copy.sign_in(&lena.app, &mut lena.app.browser()).await.is(422).sees(REFUSED);
    }
    let mail = lena.app.mail().await;
    assert_eq!((mail.to.to_string(), mail.rendered.subject), (LENA.to_owned(), "A passkey may have been copied".to_owned()));
    assert_eq!(lena.app.deeds().iter().filter(|deed| *deed == "passkey.suspected Lena Novak").count(), 1);
    lena.browser.get(&lena.app, ME).await.sees("May have been copied");
    lena.app.execute("DELETE FROM throttles");
    lena.passkey.sign_in(&lena.app, &mut lena.app.browser()).await.redirects_to("/");
}

#[apply(both_databases!)]
async fn blocked_and_deleted_users_do_not_get_in(db: Db) {
    let mut lena = Lena::new(db).await;
    let mut maya = lena.app.signed_in("maya.fischer@example.com").await;
    press(&lena.app, &mut maya, lena.id, "block").await.is(303);
    let page = lena.passkey.sign_in(&lena.app, &mut lena.app.browser()).await;
    page.is(422).sees("Your access is deactivated. Ask an administrator.");
    press(&lena.app, &mut maya, lena.id, "activate").await.is(303);
    lena.passkey.sign_in(&lena.app, &mut lena.app.browser()).await.redirects_to("/");
    confirm(&lena.app, &mut maya, &format!("/users-and-groups/users/{}/delete", lena.id)).await.is(303);
    lena.passkey.sign_in(&lena.app, &mut lena.app.browser()).await.is(422).sees(REFUSED);
    lena.app.mails().await;
}

#[apply(both_databases!)]
async fn wrong_passkeys_slow_their_network_down_and_are_noted(db: Db) {
    let mut lena = Lena::new(db).await;
    let mut browser = lena.app.browser();
    let page = browser.get(&lena.app, "/sign-in").await;
    let mut statuses = Vec::new();
    for _ in 0..40 {
        statuses.push(browser.send(&lena.app, &page, SIGN_IN, &[("credential", "{}")]).await.status.as_u16());
    }
    assert_eq!((statuses[0], *statuses.last().unwrap()), (422, 429), "{statuses:?}");
    lena.passkey.sign_in(&lena.app, &mut lena.app.browser()).await.is(429);
    lena.browser.forget_cookie("usher");
    lena.passkey.sign_in(&lena.app, &mut lena.browser).await.redirects_to("/");
    lena.app.store().write_refusals().unwrap();
    let reason = RefusalReason::Passkey.as_str();
    assert!(lena.app.count(&format!("refused_sign_ins WHERE reason = '{reason}' AND email_key = '(unknown passkey)'")) > 0);
}
