//! A new password for somebody who forgot theirs, or whom an administrator asks to choose one.

use actix_web::http::Method;
use chrono::TimeDelta;
use usher::{
    domain::{
        clock::SystemRandom, credentials::token::Token, email_address::EmailAddress, ids::UserId, policy::PolicyDenial, user::Status,
    },
    mail::SendError,
    usecases::{ActionError, LinkError, SetPasswordError, credentials::password_reset, outbox::delivery::Delivered, users},
};

use crate::{
    helpers::{Db, PASSWORD, Page, Setting, TestApp},
    shared::steps::{
        Contents, NOOR, add_member, at_once, confirm, forgot, invite, new_password, press, reset_link, token, user_path, visitor,
    },
};

const HANA: &str = "hana.novotna@example.com";
const NEW: &str = "ribbon cactus violin forty";
const SENT: &str = "/forgot-password?sent=true";
const DONE: &str = "/sign-in?after=password-reset";

/// Hana Novotna, who is a User, chooses a new password.
async fn choose(app: &TestApp, link: &str) -> Page {
    app.browser().fill(app, link, &[("password", NEW)]).await
}

/// An administrator sends the link; its path.
async fn sent_link(app: &TestApp, user: UserId) -> String {
    password_reset::send(&app.ctx, &app.caller(app.id_of("maya.fischer@example.com")), user).unwrap();
    app.link_in_mail().await
}

/// A page without what differs between any two answers.
fn without_tokens(page: &Page) -> String {
    let token = page.form("/forgot-password").into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    page.body.replace(&token, "")
}

#[apply(both_databases!)]
async fn somebody_who_forgot_the_password_signs_in_with_a_new_one(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    let mut hana = app.browser();
    assert!(hana.get(&app, "/sign-in").await.sees("Forgot password?").has_link("/forgot-password"));
    hana.fill(&app, "/forgot-password", &[("email", HANA)]).await.redirects_to(SENT);
    hana.get(&app, SENT).await.is(200).sees("Check your mail").sees("If the address has a user here, a link is on its way.");
    let link = app.link_in_mail().await;
    hana.get(&app, &link).await.is(200).sees("For hana.novotna@example.com.").sees("The link works once, until 22 Nov 2026, 10:20 UTC.");
    hana.fill(&app, &link, &[("password", NEW)]).await.redirects_to(DONE);
    hana.get(&app, DONE).await.is(200).sees("Your password is changed. Sign in with the new one.");
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
async fn every_address_gets_the_same_answer_and_only_somebody_active_a_mail(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    invite(&app, &mut maya, "late@example.com").await;
    let blocked = app.create_user("Lena", "Novak");
    press(&app, &mut maya, blocked, "block").await.is(303);
    app.mails().await;
    app.advance(TimeDelta::hours(24));
    let mut maya = app.signed_in("maya.fischer@example.com").await;
    invite(&app, &mut maya, "noor@example.com").await;
    let mut sender = app.browser();
    sender.fill(&app, "/forgot-password", &[("email", "anybody@example.com")]).await.redirects_to(SENT);
    let sent = sender.get(&app, SENT).await;
    for email in ["nobody@example.com", "noor@example.com", "late@example.com", "lena.novak@example.com", HANA] {
        let answer = forgot(&app, email).await;
        answer.redirects_to(SENT);
        assert_eq!((&*answer.body, sender.get(&app, SENT).await.text()), ("", sent.text()), "{email}");
        let mails = app.mails().await;
        assert_eq!(mails.len(), usize::from(email == HANA), "{email}");
    }
    assert_eq!(app.count("tokens WHERE purpose = 'password_reset'"), 1);
}

#[apply(both_databases!)]
async fn the_answer_rests_on_the_same_rows_for_every_address(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    let rows = ["reset_requests", "throttles", "tokens", "outbox", "audit_entries"];
    let stored = |app: &TestApp| rows.map(|rows| app.count(rows));
    forgot(&app, "somebody@example.com").await.redirects_to(SENT);
    let mut before = stored(&app);
    for email in ["nobody@example.com", HANA] {
        forgot(&app, email).await.redirects_to(SENT);
        let after = stored(&app);
        assert_eq!(std::array::from_fn::<_, 5, _>(|row| after[row] - before[row]), [1, 1, 0, 0, 0], "{email}");
        before = after;
    }
    app.mails().await;
    assert_eq!(app.count("reset_requests"), 0);
}

#[apply(both_databases!)]
async fn the_answer_needs_neither_people_nor_the_outbox(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    let pages = [app.browser().get(&app, "/forgot-password").await, app.browser().get(&app, "/forgot-password").await];
    assert_eq!(without_tokens(&pages[0]), without_tokens(&pages[1]));
    app.execute("ALTER TABLE outbox RENAME TO gone");
    app.execute("ALTER TABLE tokens RENAME TO gone_too");
    for email in [HANA, "nobody@example.com"] {
        forgot(&app, email).await.redirects_to(SENT);
    }
}

#[apply(both_databases!)]
async fn a_mail_server_that_is_down_changes_no_answer(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    app.mailbox().fail_next(SendError::permanent("550 No"));
    forgot(&app, HANA).await.redirects_to(SENT);
    assert!(app.mails().await.is_empty());
    app.advance(TimeDelta::minutes(1));
    reset_link(&app, HANA).await;
}

#[apply(both_databases!)]
async fn the_mail_goes_to_the_stored_address_and_never_to_the_typed_one(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    forgot(&app, " HANA.Novotna@EXAMPLE.com ").await.redirects_to(SENT);
    assert_eq!(app.mail().await.to.as_str(), HANA);
}

#[apply(both_databases!)]
async fn what_cannot_be_an_address_is_told_so_at_its_field(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    for (typed, reason) in [("", "Enter an email address"), ("\"><script>", "Enter an email address such as name@example.com")] {
        let page = forgot(&app, typed).await;
        page.is(422).sees(reason);
        assert!(page.form("/forgot-password").contains(&("email".to_owned(), typed.to_owned())));
    }
    assert_eq!(app.count("reset_requests"), 0);
}

#[apply(both_databases!)]
async fn links_in_mails_never_come_from_the_request(db: Db) {
    let (app, _) = TestApp::with_admin_and(db, Setting { origin: "https://usher.example.com", ..Setting::default() }).await;
    app.create_user("Hana", "Novotna");
    let mut eve = app.browser();
    eve.headers = vec![("host", "evil.example".to_owned()), ("x-forwarded-host", "evil.example".to_owned())];
    eve.fill(&app, "/forgot-password", &[("email", HANA)]).await.redirects_to(SENT);
    let mail = app.mail().await;
    for part in [&mail.rendered.text, &mail.rendered.html] {
        assert!(part.contains("https://usher.example.com/reset/") && !part.contains("evil"), "{part}");
    }
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
async fn a_link_that_was_asked_for_an_hour_ago_is_not_mailed_any_more(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    forgot(&app, HANA).await.redirects_to(SENT);
    app.advance(TimeDelta::hours(1));
    assert!(app.mails().await.is_empty());
    assert_eq!(app.count("reset_requests"), 0);
}

#[apply(both_databases!)]
async fn a_request_that_cannot_be_answered_keeps_no_other_mail_and_is_dropped_after_its_hour(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    forgot(&app, HANA).await.redirects_to(SENT);
    app.execute(match db {
        Db::Sqlite => "UPDATE reset_requests SET asked_at = '2026-11-22 09:20 or so'",
        Db::Postgres => "ALTER TABLE reset_requests ALTER COLUMN source TYPE bytea USING '\\xff'::bytea",
    });
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.is(303);
    assert_eq!(app.mail().await.to.as_str(), "noor@example.com");
    assert_eq!(app.count("reset_requests"), 1);
    app.advance(TimeDelta::hours(1));
    assert!(app.mails().await.is_empty());
    assert_eq!(app.count("reset_requests"), 0);
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
    let outcomes = at_once([(); 4], |()| password_reset::choose(ctx, &token, new_password(NEW), &visitor()));
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(
        outcomes.iter().filter(|outcome| matches!(outcome, Err(SetPasswordError::Link(LinkError::NotOpen)))).count(),
        3,
        "{outcomes:?}"
    );
    app.mails().await;
}

#[apply(both_databases!)]
async fn of_four_workers_one_answers_a_request(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    forgot(&app, HANA).await.redirects_to(SENT);
    let ctx = &app.ctx;
    let answered = at_once([(); 4], |()| password_reset::answer_next(ctx).unwrap());
    assert_eq!(answered.iter().filter(|answered| **answered).count(), 1);
    app.mail().await;
}

#[apply(both_databases!)]
async fn asking_again_replaces_the_link_but_not_within_a_minute(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    let first = reset_link(&app, HANA).await;
    forgot(&app, HANA).await.is(429);
    assert!(app.mails().await.is_empty());
    app.browser().get(&app, &first).await.is(200);
    app.advance(TimeDelta::minutes(1));
    let second = reset_link(&app, HANA).await;
    app.browser().get(&app, &first).await.is(410).sees("This link was replaced");
    app.browser().get(&app, &second).await.is(200);
    app.advance(TimeDelta::minutes(1));
    forgot(&app, HANA).await.is(429).sees("Ask again in 1 minute.");
    assert!(app.mails().await.is_empty(), "the second wait is longer");
}

#[apply(both_databases!)]
async fn whoever_asks_too_soon_is_told_until_when_whatever_the_address(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    for email in [HANA, "nobody@example.com"] {
        forgot(&app, email).await.redirects_to(SENT);
        app.mails().await;
        app.advance(TimeDelta::seconds(20));
        let page = forgot(&app, email).await;
        page.is(429).sees("A link was asked for a moment ago. Ask again in 40 seconds.");
        assert_eq!(page.header("retry-after"), "41");
        assert!(page.form("/forgot-password").contains(&("email".to_owned(), email.to_owned())));
    }
}

#[apply(both_databases!)]
async fn a_new_password_shortens_no_wait_which_would_tell_whose_address_it_is(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    choose(&app, &reset_link(&app, HANA).await).await.redirects_to(DONE);
    app.mails().await;
    forgot(&app, HANA).await.is(429);
}

#[apply(both_databases!)]
async fn every_instance_counts_requests_for_all(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    let other = app.another_instance().await;
    reset_link(&app, HANA).await;
    forgot(&other, HANA).await.is(429);
    assert_eq!(app.count("reset_requests"), 0);
}

#[apply(both_databases!)]
async fn a_network_address_asks_for_twenty_people_and_waits_then(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    for place in 0..21 {
        forgot(&app, &format!("nobody{place}@example.com")).await.redirects_to(SENT);
    }
    forgot(&app, "somebody@example.com").await.is(429).sees("Ask again in 1 second.");
    assert_eq!(app.count("reset_requests"), 21);
    app.advance(TimeDelta::seconds(1));
    forgot(&app, "anybody@example.com").await.redirects_to(SENT);
    assert_eq!(app.count("reset_requests"), 22);
}

#[apply(both_databases!)]
async fn requests_from_many_networks_of_one_site_are_held_together(db: Db) {
    let rows = async |asked: u32| {
        let app = TestApp::empty(db).await;
        for place in 0..asked {
            let email = EmailAddress::parse(&format!("nobody{place}@example.com")).unwrap();
            let network = ((place % 256) << 8) | (place / 256);
            let held = password_reset::ask(&app.ctx, &email, &format!("2001:db8:1:{network:x}::1")).unwrap();
            assert_eq!(held.is_some(), place > 320, "{place}");
        }
        let writes = app.store().load().writes.count();
        (app.count("reset_requests"), app.count("throttles WHERE scope = 'reset_account'"), writes)
    };
    let (few, many) = (rows(340).await, rows(680).await);
    assert_eq!((few.0, few.1), (321, 321));
    assert_eq!(few, many, "a request that is held writes nothing");
}

#[apply(both_databases!)]
async fn a_mail_waits_for_few_requests(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for place in 0..20 {
        forgot(&app, &format!("nobody{place}@example.com")).await.redirects_to(SENT);
    }
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.is(303);
    assert_eq!(app.deliver().await, Delivered::One);
    assert_eq!((app.mailbox().take().len(), app.count("reset_requests")), (1, 10));
    assert_eq!(app.deliver().await, Delivered::One);
    assert_eq!((app.deliver().await, app.count("reset_requests")), (Delivered::Nothing, 0));
}

#[apply(both_databases!)]
async fn requests_hold_up_no_sign_in(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    for place in 0..30 {
        forgot(&app, &format!("nobody{place}@example.com")).await;
    }
    forgot(&app, HANA).await.is(429);
    app.browser().sign_in(&app, HANA, PASSWORD).await.redirects_to("/");
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
async fn whoever_else_is_signed_in_with_the_browser_reads_it_too(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    let link = reset_link(&app, HANA).await;
    maya.fill(&app, &link, &[("password", NEW)]).await.redirects_to(DONE);
    maya.get(&app, DONE).await.is(200).sees("Your password is changed.");
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
    assert_eq!(app.execute("UPDATE throttles SET wrong_in_a_row = 100 WHERE scope = 'account'"), 2);
    app.advance(TimeDelta::minutes(15));
    app.browser().sign_in(&app, HANA, PASSWORD).await.is(429).sees("Too many attempts.").sees("or choose a new password.");
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
    app.execute("UPDATE throttles SET wrong_in_a_row = 100");
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
        hana.send(&app, &page, &link, &[("password", "passwordpassword")]).await.is(422).sees("common or was leaked");
    }
    for tries in [5, 10] {
        let before = app.store().load().writes.count();
        for _ in 0..tries {
            let held = hana.send(&app, &page, &link, &[("password", NEW)]).await;
            held.is(429).sees("Too many attempts. Try again in 1 second.");
            assert_eq!(held.header("retry-after"), "2");
        }
        assert_eq!(app.store().load().writes.count(), before);
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
    let personal = "Leave out your name, your email address and the company’s name";
    for (password, reason) in [
        ("", "Enter a password"),
        ("velvet otter", "Use at least 15 characters"),
        (&*"velvet otter ".repeat(10), "Use at most 128 characters"),
        ("Hana Novotna Hana", personal),
        ("hana.novotna@example.com", personal),
        ("Northwind Trading", personal),
        ("passwordpassword", "This password is common or was leaked. Choose another one"),
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
async fn the_person_comes_from_the_link_and_not_from_the_form(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    let link = reset_link(&app, HANA).await;
    let fields = [("username", "maya.fischer@example.com"), ("password", NEW)];
    app.browser().fill(&app, &link, &fields).await.redirects_to(DONE);
    app.browser().sign_in(&app, HANA, NEW).await.redirects_to("/");
    app.browser().sign_in(&app, "maya.fischer@example.com", PASSWORD).await.redirects_to("/");
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_link_that_never_was_leads_nowhere(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let invitation = token(&invite(&app, &mut maya, "noor@example.com").await);
    let unknown = Token::new(&SystemRandom);
    for link in [unknown.reveal(), invitation.reveal(), "x", "%00", &"A".repeat(5000)] {
        app.browser().get(&app, &format!("/reset/{link}")).await.is(404);
    }
    app.browser().get(&app, &format!("/reset/{}", unknown.reveal())).await.sees("This link leads nowhere");
    let chosen = password_reset::choose(&app.ctx, &invitation, new_password(NEW), &visitor());
    assert!(matches!(chosen, Err(SetPasswordError::Link(LinkError::NotOpen))), "{chosen:?}");
}

#[apply(both_databases!)]
async fn a_link_for_a_new_password_opens_nothing_else(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    let link = reset_link(&app, HANA).await;
    for page in ["invitation", "confirm-email", "stop-email-change"] {
        app.browser().get(&app, &link.replace("reset", page)).await.is(404);
    }
    app.browser().get(&app, &link).await.is(200);
}

#[apply(both_databases!)]
async fn a_link_dies_when_the_person_is_blocked_and_stays_dead(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let hana = app.create_user("Hana", "Novotna");
    let link = reset_link(&app, HANA).await;
    let mut browser = app.browser();
    let form = browser.get(&app, &link).await;
    for act in ["block", "activate"] {
        press(&app, &mut maya, hana, act).await.is(303);
        browser.send(&app, &form, &link, &[("password", NEW)]).await.is(410).sees("This link no longer works");
    }
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_link_dies_when_the_person_is_deleted_and_stays_dead(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let hana = app.create_user("Hana", "Novotna");
    let link = reset_link(&app, HANA).await;
    confirm(&app, &mut maya, &user_path(hana, "delete")).await.is(303);
    app.browser().get(&app, &link).await.is(410).sees("This link no longer works");
    users::lifecycle::restore(&app.ctx, &app.caller(app.id_of("maya.fischer@example.com")), hana).unwrap();
    app.browser().get(&app, &link).await.is(410).sees("This link no longer works");
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_link_dies_when_the_admin_role_comes_or_goes(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let hana = app.create_user("Hana", "Novotna");
    let before = reset_link(&app, HANA).await;
    add_member(&app, &mut maya, "/users-and-groups/groups/1", hana).await.is(303);
    app.mails().await;
    app.browser().get(&app, &before).await.is(410).sees("This link no longer works");
    app.advance(TimeDelta::minutes(1));
    let as_admin = reset_link(&app, HANA).await;
    confirm(&app, &mut maya, &format!("/users-and-groups/groups/1/members/{hana}/remove")).await.is(303);
    app.mails().await;
    app.browser().get(&app, &as_admin).await.is(410).sees("This link no longer works");
}

#[apply(both_databases!)]
async fn a_group_without_rights_leaves_a_link_as_it_is(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let hana = app.create_user("Hana", "Novotna");
    let link = reset_link(&app, HANA).await;
    let group = crate::shared::steps::create_group(&app, &mut maya, "Finance").await;
    add_member(&app, &mut maya, &group, hana).await.is(303);
    app.browser().get(&app, &link).await.is(200);
}

#[apply(both_databases!)]
async fn a_mail_that_waits_is_not_sent_once_its_link_is_replaced(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let hana = app.create_user("Hana", "Novotna");
    let maya = app.caller(app.id_of("maya.fischer@example.com"));
    for _ in 0..2 {
        password_reset::send(&app.ctx, &maya, hana).unwrap();
    }
    app.browser().get(&app, &app.link_in_mail().await).await.is(200);
}

#[apply(both_databases!)]
async fn of_a_link_the_database_keeps_nothing_but_the_hash(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    let token = token(&reset_link(&app, HANA).await);
    let contents = Contents::of(&app);
    assert!(contents.has(&token.hash().0) && !contents.has(token.reveal().as_bytes()));
}

#[apply(both_databases!)]
async fn an_administrator_sends_the_link_and_is_named_in_the_mail(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let hana = app.create_user("Hana", "Novotna");
    let told = password_reset::send(&app.ctx, &app.caller(app.id_of("maya.fischer@example.com")), hana).unwrap();
    assert_eq!(told.display_name(), "Hana Novotna");
    let mail = app.mail().await;
    assert_eq!((mail.to.as_str(), &*mail.rendered.subject), (HANA, "Reset your Usher password"));
    assert!(mail.rendered.text.contains("Maya Fischer, an administrator, asked you"), "{}", mail.rendered.text);
    choose(&app, &app.link_in(&mail)).await.redirects_to(DONE);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_link_from_an_administrator_takes_the_place_of_an_earlier_one(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let hana = app.create_user("Hana", "Novotna");
    let asked = reset_link(&app, HANA).await;
    let sent = sent_link(&app, hana).await;
    app.browser().get(&app, &asked).await.is(410).sees("This link was replaced");
    app.browser().get(&app, &sent).await.is(200);
}

#[apply(both_databases!)]
async fn nobody_is_sent_a_link_who_has_no_password_to_reset(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    invite(&app, &mut maya, "noor@example.com").await;
    let blocked = app.create_user("Lena", "Novak");
    press(&app, &mut maya, blocked, "block").await.is(303);
    app.mails().await;
    let caller = app.caller(app.id_of("maya.fischer@example.com"));
    for (user, status) in [(blocked, Status::Deactivated), (app.id_of("noor@example.com"), Status::Invited)] {
        let refused = password_reset::send(&app.ctx, &caller, user).unwrap_err();
        assert!(matches!(refused, ActionError::Refused { refusal: PolicyDenial::Status(is), .. } if is == status), "{refused:?}");
    }
    assert!(app.mails().await.is_empty());
}

#[apply(both_databases!)]
async fn nobody_but_an_admin_sends_a_link_and_never_to_themselves(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (hana, maya) = (app.create_user("Hana", "Novotna"), app.id_of("maya.fischer@example.com"));
    for (by, to, why) in [
        (maya, maya, PolicyDenial::Oneself),
        (hana, maya, PolicyDenial::Role),
        (hana, hana, PolicyDenial::Role),
        (hana, UserId(987_654), PolicyDenial::Role),
        (maya, UserId(987_654), PolicyDenial::Unknown),
    ] {
        let refused = password_reset::send(&app.ctx, &app.caller(by), to).unwrap_err();
        assert!(matches!(refused, ActionError::Refused { refusal, .. } if refusal == why), "{by} {to} {refused:?}");
    }
    assert_eq!(app.count("tokens WHERE purpose = 'password_reset'"), 0);
}

#[apply(both_databases!)]
async fn a_portfolio_admin_sends_a_link_to_people_wholly_inside_and_to_nobody_else(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (north, south) = (app.create_portfolio("North"), app.create_portfolio("South"));
    let nadia = app.create_portfolio_admin("Nadia", "Petrova", &[north]).await;
    let (foods, farms) = (app.create_account(north, "Fjord Foods"), app.create_account(south, "Fjord Farms"));
    let [wholly, partly, outside] = ["Novotna", "Partly", "Outside"].map(|name| app.create_user("Hana", name));
    for (user, account) in [(wholly, foods), (partly, foods), (partly, farms), (outside, farms)] {
        app.assign(user, account).await;
    }
    for (user, why) in [(partly, PolicyDenial::OutOfReach), (outside, PolicyDenial::Unknown), (nadia, PolicyDenial::Oneself)] {
        let refused = password_reset::send(&app.ctx, &app.caller(nadia), user).unwrap_err();
        assert!(matches!(refused, ActionError::Refused { refusal, .. } if refusal == why), "{user} {refused:?}");
    }
    password_reset::send(&app.ctx, &app.caller(nadia), wholly).unwrap();
    assert!(app.mail().await.rendered.text.contains("Nadia Petrova, an administrator, asked you"));
}

#[apply(both_databases!)]
async fn asking_sending_and_choosing_are_written_down(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let hana = app.create_user("Hana", "Novotna");
    let before = app.audit().len();
    reset_link(&app, HANA).await;
    choose(&app, &sent_link(&app, hana).await).await.redirects_to(DONE);
    app.mails().await;
    let entries = app.audit().split_off(before);
    let said =
        entries.iter().map(|entry| (entry.action.as_str(), &*entry.actor_name, &*entry.subject_name, &*entry.source, &*entry.details));
    let until = r#"{"expires_at":"2026-11-22T10:20:00Z"}"#;
    assert_eq!(
        said.collect::<Vec<_>>(),
        [
            ("password.reset_requested", "Somebody at the sign-in page", "Hana Novotna", "192.0.2.1", until),
            ("password.reset_sent", "Maya Fischer", "Hana Novotna", "192.0.2.1", until),
            ("password.reset", "Hana Novotna", "Hana Novotna", "192.0.2.1", r#"{"sessions_ended":0}"#),
        ]
    );
}
