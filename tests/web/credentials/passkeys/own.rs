//! One's own passkeys in My account.

use super::*;
use crate::credentials::confirm_identity::prove;

#[apply(both_databases!)]
async fn a_passkey_is_made_named_and_told_by_mail(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Lena", "Novak");
    let (mut lena, mut other) = (app.signed_in(LENA).await, app.signed_in(LENA).await);
    let token = lena.cookie("usher").unwrap().to_owned();
    Authenticator::new(7).register(&app, &mut lena, "Phone").await.redirects_to(ME);
    let page = lena.get(&app, ME).await;
    page.sees("Passkey Phone added. You are signed out everywhere else.").sees("Never used").sees("Add an authenticator app");
    assert_ne!(lena.cookie("usher").unwrap(), token);
    other.get(&app, ME).await.redirects_to("/sign-in?next=%2Fmy-account");
    assert_eq!(app.mail().await.rendered.subject, "A passkey was added");
    assert_eq!(app.deeds().last().unwrap(), "passkey.added Lena Novak");
    assert!(app.audit().iter().all(|entry| !entry.details.contains("BwcHBwcHBw")));
}

#[apply(both_databases!)]
async fn a_passkey_is_renamed_and_removed(db: Db) {
    let mut lena = Lena::new(db).await;
    let rename = REMOVE.replace("remove", "rename");
    let (app, browser) = (&lena.app, &mut lena.browser);
    let page = browser.get(app, &rename).await;
    for (name, error) in [("", "Enter a name for the passkey"), (&*"x".repeat(101), "Use at most 100 characters")] {
        browser.send(app, &page, &rename, &[("name", name)]).await.is(422).sees(error);
    }
    browser.send(app, &page, &rename, &[("name", "Old phone")]).await.redirects_to(ME);
    browser.get(app, ME).await.sees("The passkey was renamed.").sees("Old phone");
    browser.get(app, REMOVE).await.sees("Remove passkey Old phone?");
    let mut other = app.browser();
    lena.passkey.sign_in(app, &mut other).await.redirects_to("/");
    confirm(app, browser, REMOVE).await.redirects_to(ME);
    browser.get(app, ME).await.sees("The passkey was removed.").sees_no("Old phone added").sees("Turn on two-factor");
    other.get(app, ME).await.redirects_to("/sign-in?next=%2Fmy-account");
    assert_eq!(app.mail().await.rendered.subject, "A passkey was removed");
    lena.passkey.sign_in(app, &mut app.browser()).await.is(422).sees(REFUSED);
    app.browser().sign_in(app, LENA, PASSWORD).await.redirects_to("/");
    assert_eq!(app.count("passkeys"), 0);
    browser.get(app, REMOVE).await.is(404);
}

#[apply(both_databases!)]
async fn a_passkey_is_made_and_removed_with_a_recent_proof_only(db: Db) {
    let mut lena = Lena::new(db).await;
    lena.app.advance(TimeDelta::minutes(5));
    let asked = lena.browser.get(&lena.app, NEW).await;
    assert!(asked.header("location").starts_with("/confirm?next="), "{}", asked.header("location"));
    let asked = confirm(&lena.app, &mut lena.browser, REMOVE).await;
    assert!(asked.header("location").starts_with("/confirm?form="), "{}", asked.header("location"));
    assert_eq!(lena.app.count("passkeys"), 1);
    prove(&lena.app, &mut lena.browser, &asked).await.redirects_to(ME);
    assert_eq!(lena.app.count("passkeys"), 0);
    lena.app.mail().await;
}

#[apply(both_databases!)]
async fn answers_of_others_late_ones_and_garbage_make_no_passkey(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.create_user("Lena", "Novak");
    let mut lena = app.signed_in(LENA).await;
    let page = lena.get(&app, NEW).await;
    let asked = options(&page);
    let with = |change: fn(&mut Authenticator)| {
        let mut authenticator = Authenticator::new(7);
        change(&mut authenticator);
        authenticator.create(&asked)
    };
    let of_maya = options(&maya.get(&app, NEW).await);
    let mut replaced = asked.clone();
    replaced["challenge"] = of_maya["challenge"].clone();
    let long = format!("{}{}", with(|_| ()), " ".repeat(30_000));
    for answer in [
        with(|it| it.origin = "http://localhost.example.com:8080"),
        with(|it| it.origin = "http://localhost:8081"),
        with(|it| it.party = "example.com"),
        with(|it| it.verifies = false),
        with(|it| it.in_frame = true),
        Authenticator::new(7).create(&replaced),
        Authenticator::new(7).get(&asked),
        String::new(),
        "{}".to_owned(),
        "[".repeat(20_000),
        long,
    ] {
        lena.send(&app, &page, NEW, &[("name", "Phone"), ("credential", &answer)]).await.is(422).sees(REFUSED);
    }
    let right = with(|_| ());
    maya.send(&app, &page, NEW, &[("name", "Phone"), ("credential", &right)]).await.is(403);
    lena.send(&app, &page, NEW, &[("name", ""), ("credential", &right)]).await.is(422).sees("Enter a name for the passkey");
    app.advance(TimeDelta::minutes(4) + TimeDelta::seconds(59));
    lena.send(&app, &page, NEW, &[("name", "Phone"), ("ceremony", "x"), ("credential", &right)]).await.is(422).sees(REFUSED);
    assert_eq!(app.count("passkeys"), 0);
    lena.send(&app, &page, NEW, &[("name", "Phone"), ("credential", &right)]).await.redirects_to(ME);
    app.mail().await;
}

#[apply(both_databases!)]
async fn an_answer_makes_one_passkey_and_an_authenticator_has_one(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.create_user("Lena", "Novak");
    let mut lena = app.signed_in(LENA).await;
    let page = lena.get(&app, NEW).await;
    let answer = Authenticator::new(7).create(&options(&page));
    lena.send(&app, &page, NEW, &[("name", "Phone"), ("credential", &answer)]).await.redirects_to(ME);
    lena.send(&app, &page, NEW, &[("name", "Phone"), ("credential", &answer)]).await.is(422).sees(REFUSED);
    Authenticator::new(7).register(&app, &mut maya, "Mine").await.is(422).sees("This passkey is in use already.");
    assert_eq!(app.count("passkeys"), 1);
    let handles = [options(&lena.get(&app, NEW).await), options(&maya.get(&app, NEW).await)].map(|options| options["user"]["id"].clone());
    assert_ne!(handles[0], handles[1]);
    assert_eq!(handles[0], options(&page)["user"]["id"], "all passkeys of a user have one handle");
    app.mail().await;
}

#[apply(both_databases!)]
async fn a_user_has_at_most_ten_passkeys(db: Db) {
    let mut lena = Lena::new(db).await;
    for seed in 11..20 {
        Authenticator::new(seed).register(&lena.app, &mut lena.browser, &format!("Key {seed}")).await.redirects_to(ME);
    }
    lena.browser.get(&lena.app, ME).await.sees("Key 19").sees_no("Add a passkey");
    lena.browser.get(&lena.app, NEW).await.redirects_to(ME);
    lena.browser.get(&lena.app, ME).await.sees("You have 10 passkeys. Remove one to add another.");
    lena.app.mails().await;
}

#[apply(both_databases!)]
async fn the_passkeys_of_others_do_not_exist(db: Db) {
    let lena = Lena::new(db).await;
    let mut maya = lena.app.signed_in("maya.fischer@example.com").await;
    let token = maya.get(&lena.app, ME).await.form("/my-account/name").into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    for path in [REMOVE.replace("remove", "rename"), REMOVE.to_owned()] {
        maya.get(&lena.app, &path).await.is(404);
        let fields: &[(&str, &str)] = if path.ends_with("rename") { &[("csrf", &token), ("name", "Mine")] } else { &[("csrf", &token)] };
        maya.post(&lena.app, &path, fields).await.is(404);
    }
    assert_eq!(lena.app.count("passkeys WHERE name = 'Phone'"), 1);
}
