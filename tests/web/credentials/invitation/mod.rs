//! From an invitation to somebody who is signed in.

use std::{fs, os::unix::fs::PermissionsExt as _};

use actix_web::http::Method;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use usher::{
    domain::{
        clock::SystemRandom,
        credentials::token::{Token, TokenPurpose},
        email_address::EmailAddress,
        text::PersonName,
    },
    mail::{Sender, Transport},
    store::{outbox, tokens},
    usecases::{
        LinkError, SetPasswordError,
        outbox::delivery::{self, Delivered},
        users,
    },
};

use crate::{
    helpers::{PASSWORD, Setting, TestApp},
    shared::steps::{Contents, NOOR, at_once, confirm, invite, new_password, press, row, sql, token, user_path, visitor},
};

#[apply(both_databases!)]
async fn an_invited_person_accepts_and_is_signed_in(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.fill(&app, "/users-and-groups/new-user", &[("email", "Noor@Example.com")]).await;
    page.redirects_to("/users-and-groups");
    maya.get(&app, "/users-and-groups").await.sees("Noor@Example.com is invited.").sees("Invited");
    let link = app.link_in_mail().await;
    let mut noor = app.browser();
    noor.get(&app, &link).await.is(200).sees("Maya Fischer invited you to Northwind Trading").sees("Noor@Example.com");
    noor.fill(&app, &link, &NOOR).await.redirects_to("/");
    noor.get(&app, "/users-and-groups").await.is(200).sees("Noor van Dijk").sees_no("Create");
    maya.get(&app, "/users-and-groups").await.sees("Noor van Dijk").sees("Active");
}

#[apply(both_databases!)]
async fn the_mail_asks_to_confirm_the_invitation_and_to_set_up_credentials_within_24_hours(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.get(&app, "/users-and-groups/new-user").await.sees("This invitation is valid for 24 hours.");
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await;
    let mail = app.mail().await;
    assert_eq!((mail.to.as_str(), mail.rendered.subject.as_str()), ("noor@example.com", "Maya Fischer invited you to Northwind Trading"));
    let text = mail.rendered.text.split_whitespace().collect::<Vec<_>>().join(" ").replace('\u{a0}', " ");
    assert!(text.contains("confirm the invitation and set up your credentials by 23 November 2026, 09:20 UTC"), "{text}");
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
async fn whoever_sent_the_open_link_is_named_with_that_moment(db: Db) {
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
    let outcomes = at_once([(); 4], |()| users::invite::accept(ctx, &token, &name, &name, new_password(PASSWORD), &visitor()));
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(
        outcomes.iter().filter(|outcome| matches!(outcome, Err(SetPasswordError::Link(LinkError::NotOpen)))).count(),
        3,
        "{outcomes:?}"
    );
}

#[apply(both_databases!)]
async fn of_two_who_invite_an_address_at_the_same_moment_one_does(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let ada = app.create_admin("Ada", "Other");
    app.mails().await;
    let maya = app.id_of("maya.fischer@example.com");
    let (ctx, email) = (&app.ctx, EmailAddress::parse("noor@example.com").unwrap());
    let outcomes = at_once([app.caller(maya), app.caller(ada)], |by| users::invite::invite(ctx, &by, &email).is_ok());
    assert_eq!(outcomes.iter().filter(|invited| **invited).count(), 1);
    assert_eq!(app.mail().await.to.as_str(), "noor@example.com");
}

#[apply(both_databases!)]
async fn resending_kills_the_earlier_link_and_starts_the_term_anew(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let first = invite(&app, &mut maya, "noor@example.com").await;
    app.advance(TimeDelta::minutes(30));
    press(&app, &mut maya, app.id_of("noor@example.com"), "resend").await.redirects_to("/users-and-groups");
    maya.get(&app, "/users-and-groups").await.sees("A new invitation is on its way to noor@example.com. The earlier link no longer works.");
    let mail = app.mail().await;
    assert_eq!(mail.rendered.subject, "New invitation to Northwind Trading");
    let second = app.link_in(&mail);
    app.browser().get(&app, &first).await.is(410).sees("This invitation was replaced").sees("Use the link in the latest mail.");
    app.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    app.browser().fill(&app, &second, &NOOR).await.redirects_to("/");
}

#[apply(both_databases!)]
async fn resending_before_the_first_mail_went_sends_one_mail(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await;
    press(&app, &mut maya, app.id_of("noor@example.com"), "resend").await.is(303);
    assert_eq!(app.mail().await.rendered.subject, "New invitation to Northwind Trading");
}

#[apply(both_databases!)]
async fn revoking_takes_the_person_the_link_and_the_waiting_mail_away(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let noor = app.id_of("noor@example.com");
    press(&app, &mut maya, noor, "resend").await.is(303);
    maya.get(&app, &user_path(noor, "revoke")).await.sees("Revoke the invitation to noor@example.com?").sees("Keep invitation");
    confirm(&app, &mut maya, &user_path(noor, "revoke")).await.redirects_to("/users-and-groups");
    let list = maya.get(&app, "/users-and-groups").await;
    list.sees("The invitation to noor@example.com is revoked. Its link no longer works.").sees("1 user");
    maya.get(&app, "/users-and-groups").await.sees_no("noor@example.com");
    assert!(app.mails().await.is_empty());
    app.browser().get(&app, &link).await.is(410);
    maya.get(&app, &user_path(noor, "revoke")).await.is(404);
}

#[apply(both_databases!)]
async fn a_revoked_address_can_be_invited_again_as_a_new_person(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let old = invite(&app, &mut maya, "noor@example.com").await;
    let revoked = app.id_of("noor@example.com");
    confirm(&app, &mut maya, &user_path(revoked, "revoke")).await.is(303);
    let new = invite(&app, &mut maya, "noor@example.com").await;
    assert_ne!(app.id_of("noor@example.com"), revoked);
    app.browser().get(&app, &old).await.is(410).sees("This invitation was revoked").sees("An administrator withdrew it.");
    app.browser().get(&app, &new).await.is(200);
}

#[apply(both_databases!)]
async fn a_link_that_never_was_leads_to_no_invitation(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let unknown = Token::new(&SystemRandom);
    for link in [unknown.reveal(), "x", "%00", &"A".repeat(5000)] {
        app.browser().get(&app, &format!("/invitation/{link}")).await.is(404);
    }
    let page = app.browser().get(&app, &format!("/invitation/{}", unknown.reveal())).await;
    page.sees("This link leads to no invitation").sees_no("Send me a new link");
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
    let accepted = users::invite::accept(&app.ctx, &reset, &name, &name, new_password(PASSWORD), &visitor());
    assert!(matches!(accepted, Err(SetPasswordError::Link(LinkError::NotOpen))));
}

#[apply(both_databases!)]
async fn a_link_is_good_only_for_the_address_that_it_was_sent_to(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let mut noor = app.browser();
    let form = noor.get(&app, &link).await;
    sql(&app, "UPDATE users SET email = 'eve@example.com', email_key = 'eve@example.com' WHERE email_key = 'noor@example.com'");
    noor.get(&app, &link).await.is(410).sees("This invitation was replaced");
    noor.send(&app, &form, &link, &NOOR).await.is(410).sees("This invitation was replaced");
    assert!(row(&maya.get(&app, "/users-and-groups").await, "eve@example.com").contains("Invited"));
}

#[apply(both_databases!)]
async fn accepting_ends_the_session_of_whoever_was_signed_in(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let mut other_tab = maya.clone();
    let page = maya.get(&app, &link).await;
    page.sees("Maya Fischer is signed in with this browser. Accepting the invitation signs that person out first.");
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
        ("Noor van Dijk Noor", "Leave out your name, your email address and the company’s name"),
        ("Northwind Trading", "Leave out your name, your email address and the company’s name"),
        ("passwordpassword", "This password is common or was leaked. Choose another one"),
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
        noor.send(&app, &page, &link, &fields("correct horse battery staple")).await.is(422).sees("common or was leaked");
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
        ("<script>alert(1)</script>", "Leave out < and >"),
        ("Noor\r\nBcc: eve@example.com", "Leave out characters that cannot be seen"),
        ("Noor\u{202e}", "Leave out characters that cannot be seen"),
        ("Noor\0", "Leave out characters that cannot be seen"),
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

#[apply(both_databases!)]
async fn an_address_that_cannot_be_one_is_refused_and_kept(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let long = format!("{}@example.com", "x".repeat(250));
    for (email, reason) in [
        ("", "Enter an email address"),
        ("maya", "Enter an email address such as name@example.com"),
        ("a@b@c.example", "Enter an email address such as name@example.com"),
        ("eve@example.com\r\nBcc: all@example.com", "Enter an email address such as name@example.com"),
        ("\"><script>@example.com", "Enter an email address such as name@example.com"),
        (&*long, "Use at most 254 characters"),
    ] {
        let page = maya.fill(&app, "/users-and-groups/new-user", &[("email", email)]).await;
        page.is(422).sees(reason);
        assert!(page.form("/users-and-groups/new-user").contains(&("email".to_owned(), email.to_owned())));
    }
    assert!(app.mails().await.is_empty());
}

#[apply(both_databases!)]
async fn an_address_in_use_is_named_with_its_status_and_what_fits(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.create_user("Jonas", "Active");
    let (blocked, resend, activate) = (app.create_user("Jonas", "Blocked"), "Resend invitation", "Activate");
    press(&app, &mut maya, blocked, "block").await.is(303);
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "old@example.com")]).await;
    app.advance(TimeDelta::hours(24));
    let mut maya = app.signed_in("maya.fischer@example.com").await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "new@bücher.example")]).await.is(303);
    app.mails().await;
    let (old, new) = (app.id_of("old@example.com"), app.id_of("new@bücher.example"));
    for (typed, words, offer) in [
        ("JONAS.ACTIVE@EXAMPLE.COM", "jonas.active@example.com is already a user, Active.", None),
        (
            "jonas.blocked@example.com",
            "jonas.blocked@example.com is already a user, Deactivated.",
            Some((activate, user_path(blocked, "activate"))),
        ),
        ("new@XN--BCHER-KVA.example", "new@bücher.example is already a user, Invited.", Some((resend, user_path(new, "resend")))),
        (" Old@Example.com ", "old@example.com is already a user, Expired.", Some((resend, user_path(old, "resend")))),
    ] {
        let page = maya.fill(&app, "/users-and-groups/new-user", &[("email", typed)]).await;
        page.is(422).sees(words);
        match offer {
            Some((label, path)) => assert!(page.has_form(&path) && page.shows(label), "{typed}"),
            None => assert!(!page.shows(resend) && !page.shows(activate), "{typed}"),
        }
    }
    maya.get(&app, "/users-and-groups").await.sees("5 users");
    assert!(app.mails().await.is_empty());
}

#[apply(both_databases!)]
async fn what_is_offered_for_an_address_in_use_works(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let page = maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await;
    maya.send(&app, &page, &user_path(app.id_of("noor@example.com"), "resend"), &[]).await.redirects_to("/users-and-groups");
    assert_ne!(app.link_in_mail().await, link);
}

#[apply(both_databases!)]
async fn links_in_mails_never_come_from_the_request(db: Db) {
    let setting = Setting { origin: "https://usher.example.com", ..Setting::default() };
    let (app, mut maya) = TestApp::with_admin_and(db, setting).await;
    maya.headers = vec![
        ("host", "evil.example".to_owned()),
        ("x-forwarded-host", "evil.example".to_owned()),
        ("forwarded", "host=evil.example".to_owned()),
    ];
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.is(303);
    let first = app.mail().await;
    press(&app, &mut maya, app.id_of("noor@example.com"), "resend").await.is(303);
    let again = app.mail().await;
    let link = app.link_in(&again);
    app.advance(TimeDelta::hours(24));
    let mut noor = app.browser();
    noor.headers = maya.headers.clone();
    noor.press(&app, &link, &format!("{link}/new-link")).await.is(303);
    for mail in [first, again, app.mail().await] {
        for part in [&mail.rendered.text, &mail.rendered.html] {
            assert!(part.contains("https://usher.example.com/invitation/") && !part.contains("evil"), "{part}");
        }
    }
}

#[apply(both_databases!)]
async fn of_a_token_the_database_keeps_nothing_but_the_hash(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await;
    let kept = app.store().read(|db| tokens::open_of(db, app.id_of("noor@example.com"), TokenPurpose::Invitation)).unwrap().unwrap();
    assert!(app.store().read(|db| outbox::sealed_with_token(db, kept.id)).unwrap().is_some(), "sealed until it is sent");
    let queued = Contents::of(&app);
    let link = app.link_in_mail().await;
    let token = token(&link);
    assert!(!queued.has(token.reveal().as_bytes()), "the clear token was in the database before the mail was sent");
    let sent = Contents::of(&app);
    assert!(!sent.has(token.reveal().as_bytes()) && !sent.has(&URL_SAFE_NO_PAD.decode(token.reveal()).unwrap()));
    assert!(sent.has(&token.hash().0));
    assert!(app.store().read(|db| outbox::sealed_with_token(db, kept.id)).unwrap().is_none(), "wiped when it was handed over");
}

#[apply(both_databases!)]
async fn without_a_mail_server_an_admin_sees_the_link_until_it_is_accepted(db: Db) {
    let (app, mut maya) = TestApp::with_admin_and(db, Setting { sends_mail: false, ..Setting::default() }).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.redirects_to("/users-and-groups");
    let list = maya.get(&app, "/users-and-groups").await;
    list.sees("No mail server is set. Mails are written as files and not sent.");
    let path = user_path(app.id_of("noor@example.com"), "link");
    assert!(list.has_link(&path) && list.body.contains("aria-label=\"Show link\""));
    let folder = tempfile::tempdir().unwrap();
    let link = the_link_in_files(&app, folder.path()).await;
    let page = maya.get(&app, &path).await;
    page.is(200).sees(&link).sees("No mail server is set. Pass this link on yourself:").sees("It works once, until 23 Nov 2026, 09:20 UTC");
    assert_eq!(page.header("referrer-policy"), "same-origin");
    let link = link.strip_prefix("http://localhost:8080").unwrap();
    app.browser().fill(&app, link, &NOOR).await.redirects_to("/");
    maya.get(&app, &path).await.is(409);
    maya.get(&app, "/users-and-groups").await.sees_no("Show link");
}

#[apply(both_databases!)]
async fn a_link_is_never_in_a_message_or_a_list(db: Db) {
    let (app, mut maya) = TestApp::with_admin_and(db, Setting { sends_mail: false, ..Setting::default() }).await;
    let invited = maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await;
    let list = maya.get(&app, "/users-and-groups").await;
    let resent = press(&app, &mut maya, app.id_of("noor@example.com"), "resend").await;
    let again = maya.get(&app, "/users-and-groups").await;
    for page in [invited, list, resent, again] {
        assert!(!page.body.contains("/invitation/"), "{}", page.body);
    }
    assert!(app.audit().iter().all(|entry| !entry.details.contains("/invitation/")));
    app.mails().await;
}

#[apply(both_databases!)]
async fn looking_at_a_link_is_written_down(db: Db) {
    let (app, mut maya) = TestApp::with_admin_and(db, Setting { sends_mail: false, ..Setting::default() }).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await;
    maya.get(&app, &user_path(app.id_of("noor@example.com"), "link")).await.is(200);
    let audit = app.audit();
    let last = audit.last().unwrap();
    assert_eq!(
        (last.action.as_str(), &*last.actor_name, &*last.subject_name),
        ("invitation.link_seen", "Maya Fischer", "noor@example.com")
    );
    assert_eq!(last.details, "{}");
    app.mails().await;
}

#[apply(both_databases!)]
async fn with_a_mail_server_nobody_sees_a_link(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    invite(&app, &mut maya, "noor@example.com").await;
    let list = maya.get(&app, "/users-and-groups").await;
    list.sees_no("No mail server is set.");
    assert!(!list.body.contains("Show link"));
    maya.get(&app, &user_path(app.id_of("noor@example.com"), "link")).await.is(404);
}

#[apply(both_databases!)]
async fn nobody_but_admins_sees_a_link(db: Db) {
    let (app, mut maya) = TestApp::with_admin_and(db, Setting { sends_mail: false, ..Setting::default() }).await;
    app.create_user("Jonas", "Vermeulen");
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await;
    let path = user_path(app.id_of("noor@example.com"), "link");
    let mut jonas = app.signed_in("jonas.vermeulen@example.com").await;
    jonas.get(&app, &path).await.is(403);
    jonas.get(&app, "/users-and-groups").await.sees_no("No mail server is set.");
    app.browser().get(&app, &path).await.redirects_to(&usher::web::shared::routing::paths::sign_in_then(Some(&path)));
    app.mails().await;
}

/// Hands the mails over as files, and finds the link in the only one.
async fn the_link_in_files(app: &TestApp, folder: &std::path::Path) -> String {
    let (transport, from) = (Transport::folder(folder), Sender::parse("usher@localhost").unwrap());
    while delivery::deliver_next(&app.ctx, &transport, &from).await.unwrap() == Delivered::One {}
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect::<Vec<_>>();
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(fs::metadata(&files[0]).unwrap().permissions().mode() & 0o777, 0o600);
    let mail = fs::read_to_string(&files[0]).unwrap().replace("=\r\n", "");
    let start = mail.find("http://localhost:8080/invitation/").unwrap();
    mail[start..].split_whitespace().next().unwrap().to_owned()
}
