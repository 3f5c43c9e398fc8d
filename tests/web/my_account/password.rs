//! Change of one's password.

use super::*;

async fn change(app: &TestApp, browser: &mut Browser, current: &str, new: &str) -> Page {
    submit(app, browser, "password", &[("current", current), ("password", new)]).await
}

#[apply(both_databases!)]
async fn a_new_password_ends_all_other_sessions_and_is_mailed_to_its_user(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    let mut elsewhere = app.signed_in("lena.novak@example.com").await;
    change(&app, &mut lena, PASSWORD, NEW_PASSWORD).await.redirects_to(ME);
    lena.get(&app, ME).await.is(200).sees("Your password was changed. You are signed out everywhere else.");
    elsewhere.get(&app, ME).await.redirects_to(SIGNED_OUT);
    let mail = app.mail().await;
    assert_eq!((mail.to.as_str(), &*mail.rendered.subject), ("lena.novak@example.com", "Your Usher password was changed"));
    assert!(mail.rendered.text.contains("You are signed out everywhere else.") && mail.rendered.text.contains("/my-account"));
    assert_eq!(app.deeds().last().unwrap(), "password.changed Lena Novak");
    app.browser().sign_in(&app, "lena.novak@example.com", PASSWORD).await.is(422);
    app.advance(TimeDelta::seconds(1));
    app.browser().sign_in(&app, "lena.novak@example.com", NEW_PASSWORD).await.is(303);
}

#[apply(both_databases!)]
async fn a_new_password_needs_the_current_one(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    let deeds = app.deeds();
    change(&app, &mut lena, "", NEW_PASSWORD).await.is(422).sees("Enter your current password");
    change(&app, &mut lena, "wrong battery staple horse", NEW_PASSWORD).await.is(422).sees("This is not your current password");
    assert_eq!(app.deeds(), deeds);
    app.signed_in("lena.novak@example.com").await;
}

#[apply(both_databases!)]
async fn a_bad_new_password_is_refused_with_a_reason(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    let deeds = app.deeds();
    let long = "ab ".repeat(43);
    for (new, error) in [
        ("", "Enter a password"),
        ("short", "Use at least 15 characters"),
        (&*long, "Use at most 128 characters"),
        ("lena.novak@example.com", "Don’t use your name, email address or the company’s name"),
        ("passwordpassword", "This password is common or has been leaked. Choose another"),
        (PASSWORD, "This is your current password. Choose another"),
    ] {
        let page = change(&app, &mut lena, PASSWORD, new).await;
        page.is(422).sees(error);
        assert!(!page.body.contains(PASSWORD), "{new:?}");
    }
    assert_eq!(app.deeds(), deeds);
}

#[apply(both_databases!)]
async fn guesses_at_the_current_password_slow_down_on_all_instances(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    let other = app.another_instance().await;
    for _ in 0..4 {
        change(&app, &mut lena, "wrong battery staple horse", NEW_PASSWORD).await.is(422);
    }
    change(&other, &mut lena, PASSWORD, NEW_PASSWORD).await.is(429).sees("Too many attempts. Try again in 1 second.");
    let page = lena.get(&app, "/confirm").await;
    lena.send(&app, &page, "/confirm", &[("current", PASSWORD)]).await.is(429).sees("Too many attempts.");
    app.advance(TimeDelta::seconds(1));
    change(&app, &mut lena, PASSWORD, NEW_PASSWORD).await.redirects_to(ME);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_new_password_ends_links_that_were_mailed_before(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    let link = crate::shared::steps::reset_link(&app, "lena.novak@example.com").await;
    change(&app, &mut lena, PASSWORD, NEW_PASSWORD).await.redirects_to(ME);
    app.browser().get(&app, &link).await.is(410).sees("Your sign-in changed after it was sent.");
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_password_form_sent_twice_changes_it_once(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    let page = lena.get(&app, ME).await;
    let fields = [("current", PASSWORD), ("password", NEW_PASSWORD)];
    let mut second = lena.clone();
    lena.send(&app, &page, "/my-account/password", &fields).await.redirects_to(ME);
    // The first answer has brought the browser another cookie, with which the page after this one opens.
    second.send(&app, &page, "/my-account/password", &fields).await.redirects_to("/sign-in?unsent=true");
    lena.get(&app, "/sign-in?next=%2Fmy-account&unsent=true").await.redirects_to(ME);
    app.mail().await;
}

#[apply(both_databases!)]
async fn a_copied_cookie_is_worth_nothing_after_a_new_password(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    let mut copied = lena.clone();
    change(&app, &mut lena, PASSWORD, NEW_PASSWORD).await.redirects_to(ME);
    lena.get(&app, ME).await.is(200);
    copied.get(&app, ME).await.redirects_to(SIGNED_OUT);
    app.mail().await;
}

#[apply(both_databases!)]
async fn a_right_password_is_no_failed_attempt(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    for _ in 0..6 {
        change(&app, &mut lena, PASSWORD, "passwordpassword").await.is(422);
    }
}

#[apply(both_databases!)]
async fn a_new_password_cancels_a_waiting_change_of_address(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    submit(&app, &mut lena, "email", &[("email", "lena@example.com")]).await.redirects_to(ME);
    let links = app.mails().await.iter().map(|mail| app.link_in(mail)).collect::<Vec<_>>();
    change(&app, &mut lena, PASSWORD, NEW_PASSWORD).await.redirects_to(ME);
    assert!(app.deeds().contains(&"email.change_withdrawn Lena Novak".to_owned()));
    for link in links {
        app.browser().get(&app, &link).await.is(410);
    }
    app.mails().await;
}

#[apply(both_databases!)]
async fn refused_current_passwords_are_noted_with_refused_sign_ins(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    change(&app, &mut lena, "wrong battery staple horse", NEW_PASSWORD).await.is(422);
    app.store().write_refusals().unwrap();
    assert_eq!(app.count("refused_sign_ins WHERE reason = 'wrong' AND email_key = 'lena.novak@example.com'"), 1);
}
