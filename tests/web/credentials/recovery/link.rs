//! The link, and the users for whom it is made.

use super::*;

#[apply(both_databases!)]
async fn an_admin_chooses_a_new_password_once(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = link(&app, MAYA).await;
    assert!(link.starts_with("/recover/"), "{link}");
    let mut browser = app.browser();
    let page = browser.get(&app, &link).await;
    page.is(200).sees("Choose a new password").sees(MAYA).sees("until 22 Nov 2026, 09:35 UTC");
    browser.send(&app, &page, &link, &[("password", NEW)]).await.redirects_to(DONE);
    assert_eq!(app.mail().await.rendered.subject, "Your Usher password was changed");
    maya.get(&app, "/").await.is(303);
    app.browser().sign_in(&app, MAYA, PASSWORD).await.is(422);
    app.advance(TimeDelta::seconds(1));
    app.browser().sign_in(&app, MAYA, NEW).await.redirects_to("/");
    browser.send(&app, &page, &link, &[("password", NEW)]).await.is(410).sees("This link was already used");
}

#[apply(both_databases!)]
async fn opening_the_link_changes_nothing_however_often(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let link = link(&app, MAYA).await;
    let (deeds, open) = (app.deeds(), app.count("tokens WHERE ended_at IS NULL"));
    for method in [Method::GET, Method::HEAD, Method::GET] {
        app.browser().method(&app, method, &link).await.is(200);
    }
    assert_eq!((app.deeds(), app.count("tokens WHERE ended_at IS NULL")), (deeds, open));
}

#[apply(both_databases!)]
async fn a_weak_password_is_refused_and_the_link_stays(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let link = link(&app, MAYA).await;
    for password in ["short", "thisismypassword"] {
        let page = app.browser().fill(&app, &link, &[("password", password)]).await;
        page.is(422);
        assert!(page.has_form(&link) && !page.body.contains(&format!("value=\"{password}")));
    }
    app.browser().fill(&app, &link, &[("password", NEW)]).await.redirects_to(DONE);
    app.mails().await;
}

#[apply(both_databases!)]
async fn it_holds_for_a_quarter_of_an_hour_to_the_second(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let link = link(&app, MAYA).await;
    app.advance(TimeDelta::minutes(15) - TimeDelta::seconds(1));
    let mut late = app.browser();
    let form = late.get(&app, &link).await;
    app.advance(TimeDelta::seconds(1));
    late.send(&app, &form, &link, &[("password", NEW)]).await.is(410).sees("It was valid until 22 Nov 2026, 09:35 UTC.");
    late.get(&app, &link).await.sees("Run usher admin recover again for a new link.").sees_no("Request a new link");
}

#[apply(both_databases!)]
async fn another_run_replaces_the_link_and_a_request_at_the_sign_in_page_does_not(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let first = link(&app, MAYA).await;
    let second = link(&app, MAYA).await;
    app.browser().get(&app, &first).await.is(410).sees("This link was replaced");
    forgot(&app, MAYA).await.is(303);
    app.mail().await;
    app.browser().get(&app, &second).await.is(200);
    assert_eq!(app.count("tokens WHERE purpose = 'recovery' AND ended_at IS NULL"), 1);
    assert_eq!(app.count("recoveries"), 1);
}

#[apply(both_databases!)]
async fn a_cut_or_foreign_link_leads_nowhere(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let link = link(&app, MAYA).await;
    let reset = reset_link(&app, MAYA).await;
    let unknown = Token::new(&SystemRandom);
    for path in [&link[..link.len() - 1], "/recover/x", "/recover/%00", &format!("/recover/{}", unknown.reveal())] {
        app.browser().get(&app, path).await.is(404).sees("This link isn’t valid");
    }
    app.browser().get(&app, &reset.replace("reset", "recover")).await.is(404);
    for page in ["reset", "invitation", "confirm-email", "stop-email-change"] {
        app.browser().get(&app, &link.replace("recover", page)).await.is(404);
    }
    app.browser().get(&app, &link).await.is(200);
}

#[apply(both_databases!)]
async fn of_four_who_use_it_at_the_same_moment_one_does(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let token = token(&link(&app, MAYA).await);
    let (ctx, purpose) = (&app.ctx, usher::domain::credentials::token::TokenPurpose::Recovery);
    let choose = |()| {
        let new = crate::shared::steps::new_password(NEW);
        usher::usecases::credentials::password_reset::choose(ctx, purpose, &token, new, &crate::shared::steps::visitor()).is_ok()
    };
    let outcomes = at_once([(); 4], choose);
    assert_eq!(outcomes.iter().filter(|done| **done).count(), 1, "{outcomes:?}");
    app.mail().await;
}

#[apply(both_databases!)]
async fn two_runs_at_the_same_moment_leave_one_open_link(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let ctx = &app.ctx;
    let made = at_once([(); 4], |()| recover(ctx, &plain(MAYA)).is_ok());
    assert_eq!(made, [true; 4]);
    assert_eq!(app.count("tokens WHERE purpose = 'recovery' AND ended_at IS NULL"), 1);
    assert_eq!(app.count("recoveries"), 1);
    app.mails().await;
}

#[apply(both_databases!)]
async fn it_dies_when_the_user_is_blocked(db: Db) {
    let (app, _, mut ada) = two_admins(db).await;
    let link = link(&app, MAYA).await;
    press(&app, &mut ada, app.id_of(MAYA), "block").await.is(303);
    app.browser().get(&app, &link).await.is(410).sees("This link no longer works");
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_deactivated_admin_needs_the_option_that_reactivates(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    block(&app, "Maya");
    let deeds = app.deeds();
    let refused = recover(&app.ctx, &plain(MAYA)).unwrap_err();
    assert_eq!(refused.to_string(), format!("{MAYA} is deactivated; add --activate to reactivate the user too"));
    assert_eq!((app.deeds(), app.count("recoveries")), (deeds, 0));
    let made = recover(&app.ctx, &RecoveryRequest { activate: true, ..plain(MAYA) }).unwrap();
    app.browser().fill(&app, &path(&app, &made), &[("password", NEW)]).await.redirects_to(DONE);
    app.browser().sign_in(&app, MAYA, NEW).await.redirects_to("/");
    let subjects = app.mails().await.iter().map(|mail| mail.rendered.subject.clone()).collect::<Vec<_>>();
    assert!(subjects.contains(&"Your access to Northwind Trading is restored".to_owned()), "{subjects:?}");
    let deeds = app.deeds();
    assert!(deeds.windows(2).any(|deeds| deeds == ["user.reactivated Maya Fischer", "recovery.link_made Maya Fischer"]), "{deeds:?}");
}

#[apply(both_databases!)]
async fn two_factor_stays_unless_it_is_reset(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    crate::credentials::two_factor::turn_on(&app, &mut maya).await;
    app.mail().await;
    assert!(recover(&app.ctx, &plain(MAYA)).unwrap().needs_second_step);
    app.mails().await;
    maya.get(&app, "/my-account").await.is(200);
    let made = recover(&app.ctx, &RecoveryRequest { reset_two_factor: true, ..plain(MAYA) }).unwrap();
    assert!(!made.needs_second_step);
    maya.get(&app, "/my-account").await.is(303);
    let mails = app.mails().await;
    let subjects = mails.iter().map(|mail| &*mail.rendered.subject).collect::<Vec<_>>();
    assert_eq!(subjects, ["Two-factor turned off for your user", "A recovery link was made for Maya Fischer"]);
    assert!(mails[1].rendered.text.contains("Maya Fischer has two-factor turned off."), "{}", mails[1].rendered.text);
    app.browser().fill(&app, &path(&app, &made), &[("password", NEW)]).await.redirects_to(DONE);
    app.browser().sign_in(&app, MAYA, NEW).await.redirects_to("/");
    app.mails().await;
    // Off already: the link is made all the same.
    assert!(recover(&app.ctx, &RecoveryRequest { reset_two_factor: true, ..plain(MAYA) }).unwrap().steps.is_empty());
    app.mails().await;
}

#[apply(both_databases!)]
async fn passkeys_count_as_two_factor_and_are_removed_with_it(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let mut passkey = Authenticator::new(7);
    passkey.register(&app, &mut maya, "Phone").await.is(303);
    app.execute("UPDATE user_rows SET password_hash = NULL");
    app.mails().await;
    assert!(recover(&app.ctx, &plain(MAYA)).unwrap().needs_second_step);
    assert_eq!(app.count("passkeys"), 1);
    let made = recover(&app.ctx, &RecoveryRequest { reset_two_factor: true, ..plain(MAYA) }).unwrap();
    assert!(!made.needs_second_step);
    assert_eq!((app.count("passkeys"), app.count("tokens WHERE purpose = 'password_reset'")), (0, 0));
    app.browser().fill(&app, &path(&app, &made), &[("password", NEW)]).await.redirects_to(DONE);
    app.browser().sign_in(&app, MAYA, NEW).await.redirects_to("/");
    app.mails().await;
}

#[apply(both_databases!)]
async fn any_user_becomes_an_admin_once_no_admin_is_active_and_not_before(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    let hana = RecoveryRequest { make_admin: true, ..plain("hana.novotna@example.com") };
    let deeds = app.deeds();
    for (request, words) in [
        (&plain("hana.novotna@example.com"), "is not an Admin; recover an Admin"),
        (&hana, "--make-admin is only for a company without an active Admin"),
        (&RecoveryRequest { make_admin: true, ..plain(MAYA) }, "--make-admin is only for a company without an active Admin"),
    ] {
        let refused = recover(&app.ctx, request).unwrap_err().to_string();
        assert!(refused.contains(words), "{refused}");
    }
    block(&app, "Maya");
    let refused = recover(&app.ctx, &plain("hana.novotna@example.com")).unwrap_err().to_string();
    assert!(refused.contains("--make-admin makes the user one"), "{refused}");
    assert_eq!(app.deeds(), deeds);
    let made = recover(&app.ctx, &hana).unwrap();
    assert_eq!(app.deeds()[deeds.len()..], ["admin.appointed Hana Novotna", "recovery.link_made Hana Novotna"]);
    let mails = app.mails().await;
    let subjects = mails.iter().map(|mail| format!("{}: {}", mail.to, mail.rendered.subject)).collect::<Vec<_>>();
    let to = |subject| format!("hana.novotna@example.com: {subject}");
    assert_eq!(subjects, [to("You are now an Admin of Northwind Trading"), to("A recovery link was made for Hana Novotna")]);
    app.browser().fill(&app, &path(&app, &made), &[("password", NEW)]).await.redirects_to(DONE);
    let mut browser = app.browser();
    browser.sign_in(&app, "hana.novotna@example.com", NEW).await.redirects_to("/");
    browser.get(&app, "/audit-log").await.is(200);
    app.mails().await;
}

#[apply(both_databases!)]
async fn users_without_a_sign_in_are_refused_with_the_reason(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    invite(&app, &mut maya, "noor@example.com").await;
    app.create_user("Otto", "Weiss");
    app.delete_user(app.id_of("otto.weiss@example.com"));
    app.mails().await;
    block(&app, "Maya");
    let deeds = app.deeds();
    for (email, words) in [
        ("nobody@example.com", "no user has the address nobody@example.com"),
        ("otto.weiss@example.com", "otto.weiss@example.com was deleted"),
        ("noor@example.com", "noor@example.com has not accepted the invitation yet"),
    ] {
        let request = RecoveryRequest { activate: true, reset_two_factor: true, make_admin: true, ..plain(email) };
        let refused = recover(&app.ctx, &request).unwrap_err().to_string();
        assert!(refused.contains(words), "{refused}");
    }
    assert_eq!((app.deeds(), app.count("recoveries"), app.mails().await.len()), (deeds, 0, 0));
}

#[apply(both_databases!)]
async fn it_is_for_the_command_line_alone(db: Db) {
    let (app, _, _) = two_admins(db).await;
    let refused = recovery::recover(&app.ctx, &app.session_of(app.id_of(ADA)), &plain(MAYA)).unwrap_err();
    assert!(matches!(refused, RecoveryError::Action(ActionError::Refused { denial: PolicyDenial::Role, .. })), "{refused:?}");
    assert_eq!(app.count("recoveries"), 0);
}

#[apply(both_databases!)]
async fn of_a_link_the_database_keeps_nothing_but_the_hash(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let token = token(&link(&app, MAYA).await);
    let contents = Contents::of(&app);
    assert!(contents.has(&token.hash().0) && !contents.has(token.reveal().as_bytes()));
}

#[apply(both_databases!)]
async fn every_admin_gets_a_mail_without_the_link(db: Db) {
    let (app, _, _) = two_admins(db).await;
    let made = recover(&app.ctx, &plain(MAYA)).unwrap();
    let mails = app.mails().await;
    let to = mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>();
    assert_eq!(to, [MAYA, ADA]);
    for (mail, whom) in mails.iter().zip(["you", "Maya Fischer"]) {
        let text = mail.rendered.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            text.contains(&format!("root at the command line made a recovery link for {whom}, on 22 November 2026, 09:20 UTC.")),
            "{text}"
        );
        assert!(text.contains("If this wasn't arranged, find out who has access to the server"), "{text}");
        assert!(!text.contains(token(&made.address).reveal()) && !text.contains("/recover/"), "{text}");
    }
}
