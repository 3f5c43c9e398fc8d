//! An invitation, sent, resent and revoked.

use super::*;

#[apply(both_databases!)]
async fn the_mail_asks_to_confirm_the_invitation_and_to_set_up_credentials_within_24_hours(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.get(&app, "/users-and-groups/new-user").await.sees("This invitation is valid for 24 hours.");
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await;
    let mail = app.mail().await;
    assert_eq!((mail.to.as_str(), mail.rendered.subject.as_str()), ("noor@example.com", "Maya Fischer invited you to Northwind Trading"));
    let text = mail.rendered.text.split_whitespace().collect::<Vec<_>>().join(" ").replace('\u{a0}', " ");
    assert!(
        text.contains(
            "confirm the invitation and set up your credentials. This invitation is valid for 24 hours, until 23 November 2026, 09:20 UTC"
        ),
        "{text}"
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
    maya.get(&app, "/users-and-groups").await.sees("New invitation sent to noor@example.com. The earlier link no longer works.");
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
async fn revoking_takes_the_user_the_link_and_the_waiting_mail_away(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let noor = app.id_of("noor@example.com");
    press(&app, &mut maya, noor, "resend").await.is(303);
    maya.get(&app, &user_path(noor, "revoke")).await.sees("Revoke the invitation to noor@example.com?").sees("Keep invitation");
    confirm(&app, &mut maya, &user_path(noor, "revoke")).await.redirects_to("/users-and-groups");
    let list = maya.get(&app, "/users-and-groups").await;
    list.sees("Invitation to noor@example.com revoked. Its link no longer works.").sees("1 user");
    maya.get(&app, "/users-and-groups").await.sees_no("noor@example.com");
    assert!(app.mails().await.is_empty());
    app.browser().get(&app, &link).await.is(410);
    maya.get(&app, &user_path(noor, "revoke")).await.is(404);
}

#[apply(both_databases!)]
async fn a_revoked_address_can_be_invited_again_as_a_new_user(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let old = invite(&app, &mut maya, "noor@example.com").await;
    let revoked = app.id_of("noor@example.com");
    confirm(&app, &mut maya, &user_path(revoked, "revoke")).await.is(303);
    let new = invite(&app, &mut maya, "noor@example.com").await;
    assert_ne!(app.id_of("noor@example.com"), revoked);
    app.browser().get(&app, &old).await.is(410).sees("This invitation was revoked").sees("An administrator revoked it.");
    app.browser().get(&app, &new).await.is(200);
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
        ("JONAS.ACTIVE@EXAMPLE.COM", "jonas.active@example.com is already a user.", None),
        (
            "jonas.blocked@example.com",
            "jonas.blocked@example.com belongs to a deactivated user.",
            Some((activate, user_path(blocked, "activate"))),
        ),
        ("new@XN--BCHER-KVA.example", "new@bücher.example has already been invited.", Some((resend, user_path(new, "resend")))),
        (
            " Old@Example.com ",
            "old@example.com has already been invited, and the invitation has expired.",
            Some((resend, user_path(old, "resend"))),
        ),
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
