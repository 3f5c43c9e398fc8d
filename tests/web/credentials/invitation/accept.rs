//! An invitation, accepted once.

use super::*;

#[apply(both_databases!)]
async fn an_invited_user_accepts_and_is_signed_in(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.fill(&app, "/users-and-groups/new-user", &[("email", "Noor@Example.com")]).await;
    page.redirects_to("/users-and-groups");
    maya.get(&app, "/users-and-groups").await.sees("Invitation sent to Noor@Example.com.").sees("Invited");
    let link = app.link_in_mail().await;
    let mut noor = app.browser();
    noor.get(&app, &link).await.is(200).sees("Maya Fischer invited you to Northwind Trading").sees("Noor@Example.com");
    noor.fill(&app, &link, &NOOR).await.redirects_to("/");
    noor.get(&app, "/users-and-groups").await.is(200).sees("Noor van Dijk").sees_no("Create");
    maya.get(&app, "/users-and-groups").await.sees("Noor van Dijk").sees("Active");
}

#[apply(both_databases!)]
async fn an_invitation_holds_for_24_hours_to_the_second(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    app.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    app.browser().get(&app, &link).await.is(200).sees("The link works until 23 Nov 2026, 09:20 UTC.");
    let mut maya = app.signed_in("maya.fischer@example.com").await;
    assert!(row(&maya.get(&app, "/users-and-groups").await, "noor@example.com").contains("Invited"));
    app.advance(TimeDelta::seconds(1));
    app.browser().get(&app, &link).await.is(410).sees("This invitation has expired").sees("It was valid until 23 Nov 2026, 09:20 UTC");
    assert!(row(&maya.get(&app, "/users-and-groups").await, "noor@example.com").contains("Expired"));
}

#[apply(both_databases!)]
async fn a_form_opened_in_time_and_sent_too_late_accepts_nothing(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let mut noor = app.browser();
    let form = noor.get(&app, &link).await;
    app.advance(TimeDelta::hours(24));
    noor.send(&app, &form, &link, &NOOR).await.is(410).sees("This invitation has expired");
    noor.get(&app, "/users-and-groups").await.redirects_to("/sign-in?next=%2Fusers-and-groups");
}

#[apply(both_databases!)]
async fn opening_the_link_changes_nothing_however_often(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let deeds = app.deeds();
    let mut scanner = app.browser();
    for method in [Method::GET, Method::HEAD, Method::GET, Method::HEAD, Method::GET] {
        scanner.method(&app, method, &link).await.is(200);
    }
    assert_eq!(app.deeds(), deeds);
    assert_eq!(scanner.cookie("usher"), None);
    app.browser().fill(&app, &link, &NOOR).await.redirects_to("/");
}

#[apply(both_databases!)]
async fn the_sender_of_the_open_link_is_named_with_that_moment(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.create_admin("Ada", "Other");
    app.mails().await;
    invite(&app, &mut maya, "noor@example.com").await;
    let noor = app.id_of("noor@example.com");
    app.advance(TimeDelta::minutes(50));
    let mut ada = app.signed_in("ada.other@example.com").await;
    press(&app, &mut ada, noor, "resend").await.is(303);
    let link = app.link_in_mail().await;
    app.browser().get(&app, &link).await.sees("Ada Other");
    ada.get(&app, &format!("/users-and-permissions/{noor}")).await.sees("Sent byAda OtherSent22 Nov 2026, 10:10 UTC");
    app.advance(TimeDelta::hours(24));
    app.browser().press(&app, &link, &format!("{link}/new-link")).await.is(303);
    app.browser().get(&app, &app.link_in_mail().await).await.sees("Maya Fischer");
    let page = app.signed_in("ada.other@example.com").await.get(&app, &format!("/users-and-permissions/{noor}")).await;
    page.sees("Sent bynoor@example.comSent23 Nov 2026, 10:10 UTC");
}

#[apply(both_databases!)]
async fn the_form_accepts_once(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let (mut noor, mut eve) = (app.browser(), app.browser());
    let form = eve.get(&app, &link).await;
    noor.fill(&app, &link, &NOOR).await.redirects_to("/");
    let late = [("first_name", "Eve"), ("last_name", "Else"), ("password", "another otter of the harbour")];
    let page = eve.send(&app, &form, &link, &late).await;
    page.is(410).sees("This invitation was already used").sees("It was accepted on 22 Nov 2026");
    eve.get(&app, "/").await.redirects_to("/sign-in");
    eve.sign_in(&app, "noor@example.com", "another otter of the harbour").await.is(422);
    assert_eq!(app.deeds().iter().filter(|deed| deed.starts_with("invitation.accepted")).count(), 1);
    maya.get(&app, "/users-and-groups").await.sees("Noor van Dijk").sees_no("Eve");
}

#[apply(both_databases!)]
async fn a_form_sent_twice_at_once_by_one_browser_leaves_it_signed_in(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let mut noor = app.browser();
    let form = noor.get(&app, &link).await;
    let mut same_browser = noor.clone();
    noor.send(&app, &form, &link, &NOOR).await.redirects_to("/");
    same_browser.send(&app, &form, &link, &NOOR).await.is(410).sees("This invitation was already used");
    noor.get(&app, "/users-and-groups").await.is(200);
}

#[apply(both_databases!)]
async fn of_four_who_accept_at_the_same_moment_one_does(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let token = token(&invite(&app, &mut maya, "noor@example.com").await);
    let name = PersonName::parse("Noor").unwrap();
    let ctx = &app.ctx;
    let outcomes = at_once([(); 4], |()| invitation::accept(ctx, &token, &name, &name, new_password(PASSWORD), &visitor()));
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(
        outcomes.iter().filter(|outcome| matches!(outcome, Err(SetPasswordError::Link(LinkError::NotOpen)))).count(),
        3,
        "{outcomes:?}"
    );
}

#[apply(both_databases!)]
async fn a_link_that_never_was_leads_to_no_invitation(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let unknown = Token::new(&SystemRandom);
    for link in [unknown.reveal(), "x", "%00", &"A".repeat(5000)] {
        app.browser().get(&app, &format!("/invitation/{link}")).await.is(404);
    }
    let page = app.browser().get(&app, &format!("/invitation/{}", unknown.reveal())).await;
    page.sees("This invitation isn’t valid").sees_no("Send me a new link");
}

#[apply(both_databases!)]
async fn a_link_for_another_purpose_accepts_no_invitation(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    invite(&app, &mut maya, "noor@example.com").await;
    let (noor, reset) = (app.id_of("noor@example.com"), Token::new(&SystemRandom));
    let new = tokens::NewToken {
        purpose: TokenPurpose::PasswordReset,
        hash: reset.hash(),
        user: Some(noor),
        email: Some("noor@example.com"),
        asked_by: None,
        expires_at: app.now() + TimeDelta::hours(1),
        now: app.now(),
    };
    app.store().write_transaction(|tx| tokens::insert(tx, &new)).unwrap();
    app.browser().get(&app, &format!("/invitation/{}", reset.reveal())).await.is(404);
    let name = PersonName::parse("Noor").unwrap();
    let accepted = invitation::accept(&app.ctx, &reset, &name, &name, new_password(PASSWORD), &visitor());
    assert!(matches!(accepted, Err(SetPasswordError::Link(LinkError::NotOpen))));
}

#[apply(both_databases!)]
async fn a_link_is_good_only_for_the_address_that_it_was_sent_to(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let mut noor = app.browser();
    let form = noor.get(&app, &link).await;
    sql(&app, "UPDATE user_rows SET email = 'eve@example.com', email_key = 'eve@example.com' WHERE email_key = 'noor@example.com'");
    noor.get(&app, &link).await.is(410).sees("This invitation was replaced");
    noor.send(&app, &form, &link, &NOOR).await.is(410).sees("This invitation was replaced");
    assert!(row(&maya.get(&app, "/users-and-groups").await, "eve@example.com").contains("Invited"));
}

#[apply(both_databases!)]
async fn accepting_ends_the_session_of_the_user_who_was_signed_in(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let mut other_tab = maya.clone();
    let page = maya.get(&app, &link).await;
    page.sees("Maya Fischer is signed in on this browser. Accepting the invitation signs them out first.");
    maya.send(&app, &page, &link, &NOOR).await.redirects_to("/");
    maya.get(&app, "/users-and-groups").await.sees("noor@example.com").sees_no("Create");
    other_tab.get(&app, "/users-and-groups").await.redirects_to("/sign-in?next=%2Fusers-and-groups");
}

#[apply(both_databases!)]
async fn a_refused_password_is_told_why_and_names_stay(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let mut noor = app.browser();
    let long = "velvet otter harbour ".repeat(7);
    for (password, reason) in [
        ("", "Enter a password"),
        ("velvet otter", "Use at least 15 characters"),
        (&long[..129], "Use at most 128 characters"),
        ("Noor van Dijk Noor", "Don’t use your name, email address or the company’s name"),
        ("Northwind Trading", "Don’t use your name, email address or the company’s name"),
        ("passwordpassword", "This password is common or has been leaked. Choose another"),
        ("aaaaaaaaaaaaaaaaaaaa", "This is easy to guess. Add another word or two"),
    ] {
        let fields = [("first_name", "Noor"), ("last_name", "van Dijk"), ("password", password)];
        let page = noor.fill(&app, &link, &fields).await;
        page.is(422).sees(reason);
        assert!(page.body.contains("value=\"van Dijk\""));
        assert!(password.is_empty() || !page.body.contains(&format!("value=\"{password}\"")));
    }
    noor.fill(&app, &link, &NOOR).await.redirects_to("/");
}

#[apply(both_databases!)]
async fn tries_at_an_invitation_are_counted_and_names_stay(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let mut noor = app.browser();
    let page = noor.get(&app, &link).await;
    let fields = |password| [("first_name", "Noor"), ("last_name", "van Dijk"), ("password", password)];
    for _ in 0..11 {
        noor.send(&app, &page, &link, &fields("correct horse battery staple")).await.is(422).sees("common or has been leaked");
    }
    let held = noor.send(&app, &page, &link, &fields(PASSWORD)).await;
    held.is(429).sees("Too many attempts. Try again in 1 second.");
    assert!(held.body.contains("value=\"van Dijk\"") && !held.body.contains(PASSWORD));
    app.advance(TimeDelta::seconds(1));
    noor.send(&app, &page, &link, &fields(PASSWORD)).await.redirects_to("/");
}

#[apply(both_databases!)]
async fn hostile_names_are_refused_at_their_fields(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let mut noor = app.browser();
    let long = "x".repeat(101);
    for (name, reason) in [
        ("", "Enter a first name"),
        ("   ", "Enter a first name"),
        ("<script>alert(1)</script>", "Remove < and >"),
        ("Noor\r\nBcc: eve@example.com", "Remove hidden characters"),
        ("Noor\u{202e}", "Remove hidden characters"),
        ("Noor\0", "Remove hidden characters"),
        (&*long, "Use at most 100 characters"),
    ] {
        let page = noor.fill(&app, &link, &[("first_name", name), ("last_name", "van Dijk"), ("password", PASSWORD)]).await;
        page.is(422).sees(reason);
        assert!(!page.body.contains("<script>alert"));
    }
}

#[apply(both_databases!)]
async fn names_that_look_like_code_are_shown_as_they_are(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let name = "\"'& {{7*7}} ${x} `id`";
    app.browser().fill(&app, &link, &[("first_name", name), ("last_name", "O’Neill"), ("password", PASSWORD)]).await.redirects_to("/");
    maya.get(&app, "/users-and-groups").await.sees("\"'& {{7*7}} ${x} `id` O’Neill");
}

#[apply(both_databases!)]
async fn a_megabyte_is_too_much(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let mut noor = app.browser();
    let big = "x".repeat(1 << 20);
    noor.fill(&app, &link, &[("first_name", &big), ("last_name", "van Dijk"), ("password", PASSWORD)]).await.is(413);
    maya.fill(&app, "/users-and-groups/new-user", &[("email", &big)]).await.is(413);
    noor.fill(&app, &link, &NOOR).await.redirects_to("/");
}
