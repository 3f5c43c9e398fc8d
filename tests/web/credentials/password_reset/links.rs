//! Links: senders, and ends.

use super::*;

#[apply(both_databases!)]
async fn a_link_that_never_was_leads_nowhere(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let invitation = token(&invite(&app, &mut maya, "noor@example.com").await);
    let unknown = Token::new(&SystemRandom);
    for link in [unknown.reveal(), invitation.reveal(), "x", "%00", &"A".repeat(5000)] {
        app.browser().get(&app, &format!("/reset/{link}")).await.is(404);
    }
    app.browser().get(&app, &format!("/reset/{}", unknown.reveal())).await.sees("This link isn’t valid");
    let chosen = password_reset::choose(&app.ctx, TokenPurpose::PasswordReset, &invitation, new_password(NEW), &visitor());
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
async fn a_link_dies_when_the_user_is_blocked_and_stays_dead(db: Db) {
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
async fn a_link_dies_when_the_user_is_deleted_and_stays_dead(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let hana = app.create_user("Hana", "Novotna");
    let link = reset_link(&app, HANA).await;
    confirm(&app, &mut maya, &user_path(hana, "delete")).await.is(303);
    app.browser().get(&app, &link).await.is(410).sees("This link no longer works");
    users::restoration::restore(&app.ctx, &app.caller(app.id_of("maya.fischer@example.com")), hana).unwrap();
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
        assert!(matches!(refused, ActionError::Refused { denial: PolicyDenial::Status(is), .. } if is == status), "{refused:?}");
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
        assert!(matches!(refused, ActionError::Refused { denial, .. } if denial == why), "{by} {to} {refused:?}");
    }
    assert_eq!(app.count("tokens WHERE purpose = 'password_reset'"), 0);
}

#[apply(both_databases!)]
async fn a_portfolio_admin_sends_a_link_to_users_wholly_inside_and_to_nobody_else(db: Db) {
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
        assert!(matches!(refused, ActionError::Refused { denial, .. } if denial == why), "{user} {refused:?}");
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
    let said = entries
        .iter()
        .map(|entry| (entry.action.as_str(), &*entry.actor_name, &*entry.subject_name, entry.client_ip.as_deref(), &*entry.details));
    let until = r#"{"expires_at":"2026-11-22T10:20:00Z","version":1}"#;
    assert_eq!(
        said.collect::<Vec<_>>(),
        [
            ("password.reset_requested", "The sign-in page", "Hana Novotna", Some("192.0.2.1"), until),
            ("password.reset_sent", "Maya Fischer", "Hana Novotna", Some("192.0.2.1"), until),
            ("password.reset", "Hana Novotna", "Hana Novotna", Some("192.0.2.1"), r#"{"sessions_ended":0,"version":1}"#),
        ]
    );
}
