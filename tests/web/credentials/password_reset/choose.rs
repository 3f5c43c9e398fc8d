//! A new password, chosen at the link.

use super::*;

#[apply(both_databases!)]
async fn a_user_who_forgot_the_password_signs_in_with_a_new_one(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    let mut hana = app.browser();
    assert!(hana.get(&app, "/sign-in").await.sees("Forgot password?").has_link("/forgot-password"));
    hana.fill(&app, "/forgot-password", &[("email", HANA)]).await.redirects_to(SENT);
    hana.get(&app, SENT).await.is(200).sees("Check your email").sees("If the address is registered, a reset link is on its way.");
    let link = app.link_in_mail().await;
    hana.get(&app, &link).await.is(200).sees("For hana.novotna@example.com.").sees("The link works once, until 22 Nov 2026, 10:20 UTC.");
    hana.fill(&app, &link, &[("password", NEW)]).await.redirects_to(DONE);
    hana.get(&app, DONE).await.is(200).sees("Your password was changed. Sign in with the new one.");
    hana.get(&app, "/users-and-groups").await.redirects_to("/sign-in?next=%2Fusers-and-groups");
    app.browser().sign_in(&app, HANA, PASSWORD).await.is(422);
    app.advance(TimeDelta::seconds(1));
    hana.sign_in(&app, HANA, NEW).await.redirects_to("/");
    app.mails().await;
}

#[apply(both_databases!)]
async fn the_owner_is_told_that_the_password_was_changed(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    choose(&app, &reset_link(&app, HANA).await).await.redirects_to(DONE);
    let mail = app.mail().await;
    assert_eq!((mail.to.as_str(), &*mail.rendered.subject), (HANA, "Your Usher password was changed"));
}

#[apply(both_databases!)]
async fn a_link_holds_for_one_hour_to_the_second_whatever_invitations_do(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.execute("UPDATE company SET groups_invitation_term = 2592000, permissions_invitation_term = 2592000");
    let invitation = invite(&app, &mut maya, "noor@example.com").await;
    app.browser().fill(&app, &invitation, &NOOR).await.redirects_to("/");
    let link = reset_link(&app, "noor@example.com").await;
    app.advance(TimeDelta::hours(1) - TimeDelta::seconds(1));
    let mut noor = app.browser();
    let form = noor.get(&app, &link).await;
    form.is(200);
    app.advance(TimeDelta::seconds(1));
    noor.send(&app, &form, &link, &[("password", NEW)]).await.is(410);
    let page = noor.get(&app, &link).await;
    page.is(410).sees("This link has expired").sees("It was valid until 22 Nov 2026, 10:20 UTC.");
    assert!(page.has_link("/forgot-password"));
}

#[apply(both_databases!)]
async fn opening_the_link_changes_nothing_however_often(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    let link = reset_link(&app, HANA).await;
    let deeds = app.deeds();
    for method in [Method::GET, Method::HEAD, Method::GET, Method::HEAD] {
        app.browser().method(&app, method, &link).await.is(200);
    }
    assert_eq!(app.deeds(), deeds);
    app.signed_in(HANA).await;
    choose(&app, &link).await.redirects_to(DONE);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_link_works_once(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    let link = reset_link(&app, HANA).await;
    let mut eve = app.browser();
    let form = eve.get(&app, &link).await;
    choose(&app, &link).await.redirects_to(DONE);
    let late = eve.send(&app, &form, &link, &[("password", "another otter of the harbour")]).await;
    late.is(410).sees("This link was already used").sees("A new password was set on 22 Nov 2026, 09:20 UTC.");
    app.browser().sign_in(&app, HANA, NEW).await.redirects_to("/");
    app.mails().await;
}

#[apply(both_databases!)]
async fn of_four_who_use_a_link_at_the_same_moment_one_does(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    let token = token(&reset_link(&app, HANA).await);
    let ctx = &app.ctx;
    let outcomes = at_once([(); 4], |()| password_reset::choose(ctx, TokenPurpose::PasswordReset, &token, new_password(NEW), &visitor()));
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(
        outcomes.iter().filter(|outcome| matches!(outcome, Err(SetPasswordError::Link(LinkError::NotOpen)))).count(),
        3,
        "{outcomes:?}"
    );
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_new_password_ends_every_session_and_begins_none(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    let (mut desk, mut phone) = (app.signed_in(HANA).await, app.signed_in(HANA).await);
    let link = reset_link(&app, HANA).await;
    desk.fill(&app, &link, &[("password", NEW)]).await.redirects_to(DONE);
    for browser in [&mut desk, &mut phone] {
        browser.get(&app, "/users-and-groups").await.redirects_to("/sign-in?next=%2Fusers-and-groups");
    }
    assert_eq!(app.count("sessions"), 1);
    app.mails().await;
}

#[apply(both_databases!)]
async fn another_user_signed_in_with_the_browser_reads_it_too(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    let link = reset_link(&app, HANA).await;
    maya.fill(&app, &link, &[("password", NEW)]).await.redirects_to(DONE);
    maya.get(&app, DONE).await.is(200).sees("Your password was changed.");
    maya.get(&app, "/users-and-groups").await.is(200).sees("Maya Fischer");
    app.mails().await;
}

#[apply(both_databases!)]
async fn after_a_hundred_wrong_passwords_a_reset_lets_in(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    let mut known = app.signed_in(HANA).await;
    known.sign_out(&app).await;
    for browser in [&mut known, &mut app.browser()] {
        browser.sign_in(&app, HANA, "not the password").await.is(422);
    }
    assert_eq!(app.execute("UPDATE throttles SET failed_attempts = 100 WHERE scope = 'account'"), 2);
    app.advance(TimeDelta::minutes(15));
    app.browser().sign_in(&app, HANA, PASSWORD).await.is(429).sees("Too many attempts.").sees("or reset your password.");
    known.sign_in(&app, HANA, PASSWORD).await.is(429);
    choose(&app, &reset_link(&app, HANA).await).await.redirects_to(DONE);
    for browser in [&mut known, &mut app.browser()] {
        browser.sign_in(&app, HANA, NEW).await.redirects_to("/");
    }
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_browser_that_chose_a_new_password_is_known(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    let mut hana = app.browser();
    let link = reset_link(&app, HANA).await;
    hana.fill(&app, &link, &[("password", NEW)]).await.redirects_to(DONE);
    app.mails().await;
    for _ in 0..2 {
        app.browser().sign_in(&app, HANA, "not the password").await;
    }
    app.browser().sign_in(&app, HANA, NEW).await.is(429);
    app.execute("UPDATE throttles SET failed_attempts = 100");
    hana.sign_in(&app, HANA, NEW).await.redirects_to("/");
}

#[apply(both_databases!)]
async fn tries_at_a_link_are_counted_and_held_ones_cost_a_read(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    let link = reset_link(&app, HANA).await;
    let mut hana = app.browser();
    let page = hana.get(&app, &link).await;
    for _ in 0..11 {
        hana.send(&app, &page, &link, &[("password", "passwordpassword")]).await.is(422).sees("common or has been leaked");
    }
    for tries in [5, 10] {
        let before = app.store().metrics().writes.count();
        for _ in 0..tries {
            let held = hana.send(&app, &page, &link, &[("password", NEW)]).await;
            held.is(429).sees("Too many attempts. Try again in 1 second.");
            assert_eq!(held.header("retry-after"), "2");
        }
        assert_eq!(app.store().metrics().writes.count(), before);
    }
    app.advance(TimeDelta::seconds(1));
    hana.send(&app, &page, &link, &[("password", NEW)]).await.redirects_to(DONE);
    assert_eq!(app.count("throttles WHERE scope = 'link'"), 0);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_refused_password_is_told_why_and_uses_nothing_up(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    let link = reset_link(&app, HANA).await;
    let mut hana = app.browser();
    let personal = "Don’t use your name, email address or the company’s name";
    for (password, reason) in [
        ("", "Enter a password"),
        ("velvet otter", "Use at least 15 characters"),
        (&*"velvet otter ".repeat(10), "Use at most 128 characters"),
        ("Hana Novotna Hana", personal),
        ("hana.novotna@example.com", personal),
        ("Northwind Trading", personal),
        ("passwordpassword", "This password is common or has been leaked. Choose another"),
        ("aaaaaaaaaaaaaaaaaaaa", "This is easy to guess. Add another word or two"),
    ] {
        let page = hana.fill(&app, &link, &[("password", password)]).await;
        page.is(422).sees(reason);
        assert!(password.is_empty() || password == HANA || !page.body.contains(&format!("value=\"{password}\"")), "{password}");
    }
    hana.fill(&app, &link, &[("password", NEW)]).await.redirects_to(DONE);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_password_manager_finds_the_address_and_a_new_password(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    let link = reset_link(&app, HANA).await;
    let page = app.browser().get(&app, &link).await;
    assert!(page.form(&link).contains(&("username".to_owned(), HANA.to_owned())));
    assert!(page.body.contains("autocomplete=\"new-password\"") && page.body.contains("autocomplete=\"username\""));
}

#[apply(both_databases!)]
async fn the_user_comes_from_the_link_and_not_from_the_form(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    let link = reset_link(&app, HANA).await;
    let fields = [("username", "maya.fischer@example.com"), ("password", NEW)];
    app.browser().fill(&app, &link, &fields).await.redirects_to(DONE);
    app.browser().sign_in(&app, HANA, NEW).await.redirects_to("/");
    app.browser().sign_in(&app, "maya.fischer@example.com", PASSWORD).await.redirects_to("/");
    app.mails().await;
}
