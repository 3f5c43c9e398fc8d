//! A change, from its mails to the new address.

use super::*;

#[apply(both_databases!)]
async fn a_new_address_counts_once_it_is_confirmed(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (hana, link, _) = begun(&app).await;
    assert!(app.has_user(OLD) && !app.has_user(NEW));
    app.browser().sign_in(&app, NEW, PASSWORD).await.is(422);
    app.advance(TimeDelta::seconds(1));
    let page = app.browser().get(&app, &link).await;
    page.is(200).sees("Maya Fischer asked for this change.").sees(NEW).sees_no(OLD).sees("until 23 Nov 2026, 09:20 UTC");
    let mut mailbox = app.browser();
    mailbox.fill(&app, &link, &[]).await.redirects_to(CONFIRMED);
    mailbox.get(&app, CONFIRMED).await.is(200).sees("Your email address was changed. Sign in with the new one.");
    app.browser().sign_in(&app, "hana@novotna.example", PASSWORD).await.redirects_to("/");
    app.browser().sign_in(&app, OLD, PASSWORD).await.is(422);
    assert_eq!(app.id_of(NEW), hana);
    app.mails().await;
}

#[apply(both_databases!)]
async fn both_addresses_get_a_mail_when_it_begins_and_when_it_is_done(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let hana = app.create_user("Hana", "Novotna");
    begin(&app, hana, NEW);
    let told = |mails: &[Outgoing]| mails.iter().map(|mail| format!("{}: {}", mail.to, mail.rendered.subject)).collect::<Vec<_>>();
    let begun = app.mails().await;
    assert_eq!(
        told(&begun),
        [format!("{NEW}: Confirm your Usher email address"), format!("{OLD}: Your Usher email address is about to change")]
    );
    press_at(&app, &app.link_in(&begun[0])).await.redirects_to(CONFIRMED);
    let done = app.mails().await;
    let mut expected = [OLD, NEW].map(|to| format!("{to}: Your Usher email address was changed")).to_vec();
    expected.push(format!("{MAYA}: Email address of a user was changed"));
    assert_eq!(told(&done), expected);
    let text = done[0].rendered.text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(&format!("from {OLD} to {NEW}. Maya Fischer requested it")), "{text}");
}

#[apply(both_databases!)]
async fn the_old_address_stops_it(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (hana, link, stop) = begun(&app).await;
    app.browser().get(&app, &stop).await.is(200).sees("Maya Fischer asked for this change.").sees(OLD).sees(NEW);
    let mut mailbox = app.browser();
    mailbox.fill(&app, &stop, &[]).await.redirects_to(STOPPED);
    mailbox.get(&app, STOPPED).await.is(200).sees("The change was cancelled. Your email address stays as it was.");
    app.browser().get(&app, &link).await.is(410).sees("This change was cancelled");
    app.browser().get(&app, &stop).await.is(410).sees("The change was already cancelled");
    assert!(pending(&app, hana).is_none() && app.has_user(OLD));
}

#[apply(both_databases!)]
async fn opening_the_links_changes_nothing_however_often(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (hana, link, stop) = begun(&app).await;
    let deeds = app.deeds();
    for path in [&link, &stop, &link, &stop] {
        for method in [Method::GET, Method::HEAD] {
            app.browser().method(&app, method, path).await.is(200);
        }
    }
    assert_eq!(app.deeds(), deeds);
    assert!(pending(&app, hana).is_some());
}

#[apply(both_databases!)]
async fn a_change_is_confirmed_once(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (_, link, stop) = begun(&app).await;
    let mut late = app.browser();
    let form = late.get(&app, &link).await;
    press_at(&app, &link).await.redirects_to(CONFIRMED);
    late.send(&app, &form, &link, &[]).await.is(410).sees("This email address was already confirmed");
    app.browser().get(&app, &stop).await.redirects_to(&stop.replace("stop", "undo"));
    assert_eq!(app.mails().await.len(), 3);
}

#[apply(both_databases!)]
async fn of_four_who_confirm_and_stop_at_the_same_moment_one_does(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (_, link, stop) = begun(&app).await;
    let (ctx, link, stop) = (&app.ctx, token(&link), token(&stop));
    let outcomes = at_once([false, true, false, true], |stops| {
        if stops { email_change::stop(ctx, &stop, "192.0.2.1").is_ok() } else { email_change::confirm(ctx, &link, "192.0.2.1").is_ok() }
    });
    assert_eq!(outcomes.iter().filter(|done| **done).count(), 1, "{outcomes:?}");
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_change_waits_for_a_day_to_the_second(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (hana, link, stop) = begun(&app).await;
    app.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    app.browser().get(&app, &link).await.is(200);
    let mut late = app.browser();
    let form = late.get(&app, &link).await;
    app.advance(TimeDelta::seconds(1));
    late.send(&app, &form, &link, &[]).await.is(410).sees("This link has expired").sees("It was valid until 23 Nov 2026, 09:20 UTC.");
    app.browser().get(&app, &stop).await.is(410).sees("It was not confirmed by 23 Nov 2026, 09:20 UTC.");
    assert!(pending(&app, hana).is_none() && app.has_user(OLD));
}

#[apply(both_databases!)]
async fn a_waiting_change_is_told_to_administrators_of_the_user(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (hana, ..) = begun(&app).await;
    let Pending { email, until, asked_by } = pending(&app, hana).unwrap();
    assert_eq!((&*email, until, asked_by.display_name()), (NEW, app.now() + TimeDelta::hours(24), "Maya Fischer".to_owned()));
    assert!(pending(&app, app.id_of(MAYA)).is_none());
}

#[apply(both_databases!)]
async fn a_second_change_takes_the_place_of_the_first(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (hana, first, first_stop) = begun(&app).await;
    let (second, second_stop) = begin_again(&app, hana, "novotna@example.com").await;
    app.browser().get(&app, &first).await.is(410).sees("This link was replaced");
    app.browser().get(&app, &first_stop).await.is(410).sees("This link was replaced");
    app.browser().get(&app, &second_stop).await.is(200).sees("novotna@example.com");
    press_at(&app, &second).await.redirects_to(CONFIRMED);
    assert!(app.has_user("novotna@example.com") && !app.has_user(NEW));
    app.mails().await;
}

#[apply(both_databases!)]
async fn mails_of_a_change_that_was_replaced_are_not_sent(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let hana = app.create_user("Hana", "Novotna");
    for email in [NEW, "novotna@example.com"] {
        begin(&app, hana, email);
    }
    let to = app.mails().await.iter().map(|mail| mail.to.to_string()).collect::<Vec<_>>();
    assert_eq!(to, ["novotna@example.com", OLD]);
}

#[apply(both_databases!)]
async fn a_new_address_ends_every_session(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (_, link, _) = begun(&app).await;
    let mut hana = app.signed_in(OLD).await;
    hana.fill(&app, &link, &[]).await.redirects_to(CONFIRMED);
    hana.get(&app, "/users-and-groups").await.redirects_to("/sign-in?next=%2Fusers-and-groups");
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_new_address_kills_what_was_mailed_to_the_old_one(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (_, link, _) = begun(&app).await;
    let reset = reset_link(&app, OLD).await;
    press_at(&app, &link).await.redirects_to(CONFIRMED);
    app.browser().get(&app, &reset).await.is(410).sees("This link no longer works");
    app.mails().await;
}

#[apply(both_databases!)]
async fn mails_that_wait_for_the_old_address_are_not_sent_once_there_is_another(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let (hana, link, _) = begun(&app).await;
    press(&app, &mut maya, hana, "block").await.is(303);
    press(&app, &mut maya, hana, "activate").await.is(303);
    assert!(app.browser().get(&app, &link).await.status.as_u16() == 410);
    begin(&app, hana, NEW);
    let confirm = app.link_in(&mail_to(&app, NEW).await);
    app.execute("UPDATE outbox SET state = 'queued', sealed = 'x' WHERE kind = 'access_restored'");
    press_at(&app, &confirm).await.redirects_to(CONFIRMED);
    assert_eq!(
        app.mails().await.iter().map(|mail| &*mail.rendered.subject).collect::<Vec<_>>(),
        ["Your Usher email address was changed", "Your Usher email address was changed", "Email address of a user was changed"]
    );
}

#[apply(both_databases!)]
async fn an_open_link_to_the_old_address_opens_nothing_even_if_it_was_forgotten(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    let reset = reset_link(&app, OLD).await;
    sql(&app, "UPDATE user_rows SET email = 'eve@example.com', email_key = 'eve@example.com' WHERE first_name = 'Hana'");
    app.browser().get(&app, &reset).await.is(410).sees("This link was replaced");
    let chosen = password_reset::choose(&app.ctx, TokenPurpose::PasswordReset, &token(&reset), new_password(PASSWORD), &visitor());
    assert!(matches!(chosen, Err(SetPasswordError::Link(LinkError::NotOpen))), "{chosen:?}");
}

#[apply(both_databases!)]
async fn a_link_confirms_the_address_that_it_was_sent_to_and_no_other(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (hana, first, _) = begun(&app).await;
    begin_again(&app, hana, "novotna@example.com").await;
    let confirmed = email_change::confirm(&app.ctx, &token(&first), "192.0.2.1");
    assert!(matches!(confirmed, Err(ConfirmError::Link(LinkError::NotOpen))), "{confirmed:?}");
    assert!(app.has_user(OLD));
}

#[apply(both_databases!)]
async fn an_address_in_use_is_refused_with_whose_it_is(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let hana = app.create_user("Hana", "Novotna");
    invite(&app, &mut maya, "noor@example.com").await;
    let id = app.id_of(MAYA);
    for (email, status) in [("MAYA.Fischer@example.com", Status::Active), ("noor@example.com", Status::Invited)] {
        let refused = edit(&app, id, hana, email).unwrap_err();
        let ProfileError::AddressTaken(Some(existing)) = refused else { panic!("{refused:?}") };
        assert_eq!((existing.email.to_lowercase(), existing.status), (email.to_lowercase(), status));
    }
    assert!(pending(&app, hana).is_none() && app.mails().await.is_empty());
}

#[apply(both_databases!)]
async fn an_address_that_another_user_got_meanwhile_is_not_confirmed(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let (_, link, _) = begun(&app).await;
    invite(&app, &mut maya, "hana@novotna.example").await;
    press_at(&app, &link).await.is(409).sees("This email address is in use").sees("your email address stays as it was");
    assert!(app.has_user(OLD));
    confirm(&app, &mut maya, &user_path(app.id_of(NEW), "revoke")).await.is(303);
    press_at(&app, &link).await.redirects_to(CONFIRMED);
    app.mails().await;
}

#[apply(both_databases!)]
async fn of_two_who_confirm_one_address_at_the_same_moment_one_gets_it(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let people = [app.create_user("Hana", "Novotna"), app.create_user("Jonas", "Vermeulen")];
    let mut links = Vec::new();
    for user in people {
        begin(&app, user, NEW);
        links.push(token(&app.link_in(&mail_to(&app, NEW).await)));
    }
    let ctx = &app.ctx;
    let outcomes = at_once([&links[0], &links[1]], |link| email_change::confirm(ctx, link, "192.0.2.1"));
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Err(ConfirmError::Taken))).count(), 1, "{outcomes:?}");
    app.mails().await;
}

#[apply(both_databases!)]
async fn another_spelling_of_the_own_address_is_confirmed_too(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let hana = app.create_user("Hana", "Novotna");
    let (link, _) = begin_again(&app, hana, "Hana.Novotna@example.com").await;
    press_at(&app, &link).await.redirects_to(CONFIRMED);
    assert_eq!(mail_to(&app, "Hana.Novotna@example.com").await.rendered.subject, "Your Usher email address was changed");
}

#[apply(both_databases!)]
async fn whatever_else_is_edited_leaves_a_change_as_it_is(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let (hana, link, _) = begun(&app).await;
    maya.fill(&app, &format!("/users-and-permissions/{hana}/edit"), &[("first_name", "Hanna")]).await.is(303);
    app.browser().get(&app, &link).await.is(200);
    assert!(pending(&app, hana).is_some());
    app.mail().await;
}
