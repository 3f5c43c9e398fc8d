//! Requests for a link, with one answer for all addresses.

use super::*;

#[apply(both_databases!)]
async fn every_address_gets_the_same_answer_and_only_an_active_user_a_mail(db: Db) {
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
async fn the_answer_needs_neither_users_nor_the_outbox(db: Db) {
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
        Db::Postgres => "ALTER TABLE reset_requests ALTER COLUMN client_ip TYPE bytea USING '\\xff'::bytea",
    });
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.is(303);
    assert_eq!(app.mail().await.to.as_str(), "noor@example.com");
    assert_eq!(app.count("reset_requests"), 1);
    app.advance(TimeDelta::hours(1));
    assert!(app.mails().await.is_empty());
    assert_eq!(app.count("reset_requests"), 0);
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
    forgot(&app, HANA).await.is(429).sees("Try again in 1 minute.");
    assert!(app.mails().await.is_empty(), "the second wait is longer");
}

#[apply(both_databases!)]
async fn a_user_who_asks_too_soon_is_told_until_when_whatever_the_address(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    for email in [HANA, "nobody@example.com"] {
        forgot(&app, email).await.redirects_to(SENT);
        app.mails().await;
        app.advance(TimeDelta::seconds(20));
        let page = forgot(&app, email).await;
        page.is(429).sees("A link was requested a moment ago. Try again in 40 seconds.");
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
async fn a_network_address_asks_for_twenty_users_and_waits_then(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    for place in 0..21 {
        forgot(&app, &format!("nobody{place}@example.com")).await.redirects_to(SENT);
    }
    forgot(&app, "somebody@example.com").await.is(429).sees("Try again in 1 second.");
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
        let writes = app.store().metrics().writes.count();
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
