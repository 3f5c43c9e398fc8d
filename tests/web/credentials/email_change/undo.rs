//! Undoing a change that was confirmed.

use usher::{
    domain::credentials::password::Password,
    usecases::credentials::{current_password::CurrentPasswordError, email_change::undo::UndoError},
};

use super::*;
use crate::helpers::Browser;

mod sign_in;

const UNDONE: &str = "/sign-in?after=email-change-undo";
const LATER: &str = "novotna@example.com";

/// Path at which the link at the old address undoes the change.
fn undo_path(stop: &str) -> String {
    stop.replace("/stop-email-change/", "/undo-email-change/")
}

/// Hana Novotna, whose address Maya has changed; with the path of the link at the old address. Takes all mails.
async fn changed(app: &TestApp) -> (UserId, String) {
    let (hana, confirm, stop) = begun(app).await;
    press_at(app, &confirm).await.redirects_to(CONFIRMED);
    app.mails().await;
    (hana, stop)
}

/// Changes the address of Hana again; returns the path of the link at the earlier one. Takes all mails.
async fn change_again(app: &TestApp, hana: UserId, from: &str, to: &str) -> String {
    begin(app, hana, to);
    let mails = app.mails().await;
    let link = |to: &str| app.link_in(mails.iter().find(|mail| mail.to.as_str().eq_ignore_ascii_case(to)).unwrap());
    press_at(app, &link(to)).await.redirects_to(CONFIRMED);
    app.mails().await;
    link(from)
}

/// Hana, who has changed her address herself; with the path of the link at the old one. Takes all mails.
async fn changed_by_herself(app: &TestApp) -> (UserId, String) {
    let id = app.create_user("Hana", "Novotna");
    let mut hana = app.signed_in(OLD).await;
    let page = hana.get(app, "/my-account").await;
    hana.send(app, &page, "/my-account/email", &[("email", NEW)]).await.is(303);
    let mails = app.mails().await;
    let link = |to: &str| app.link_in(mails.iter().find(|mail| mail.to.as_str() == to).unwrap());
    press_at(app, &link(NEW)).await.redirects_to(CONFIRMED);
    app.mails().await;
    (id, undo_path(&link(OLD)))
}

#[apply(both_databases!)]
async fn the_link_that_could_stop_a_change_undoes_it_afterwards(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (hana, stop) = changed(&app).await;
    let mut attacker = app.signed_in(NEW).await;
    let reset = reset_link(&app, NEW).await;
    begin(&app, hana, LATER);
    let waiting = app.link_in(&mail_to(&app, LATER).await);
    let mut mailbox = app.browser();
    mailbox.get(&app, &stop).await.redirects_to(&undo_path(&stop));
    let page = mailbox.get(&app, &undo_path(&stop)).await;
    page.is(200).sees("Undo the change of your email address?").sees("Maya Fischer asked for the change.").sees(OLD).sees_no(NEW);
    page.sees("You can undo it until 25 Nov 2026, 09:20 UTC.").sees_no("Current Password");
    mailbox.send(&app, &page, &undo_path(&stop), &[]).await.redirects_to(UNDONE);
    mailbox.get(&app, UNDONE).await.sees("The change was undone. Sign in with your earlier address.");
    assert!(app.has_user(OLD) && !app.has_user(NEW));
    attacker.get(&app, "/users-and-groups").await.is(303);
    for link in [reset, waiting] {
        app.browser().get(&app, &link).await.is(410);
    }
    app.browser().sign_in(&app, OLD, PASSWORD).await.redirects_to("/");
    app.mails().await;
}

#[apply(both_databases!)]
async fn it_survives_what_the_holder_of_the_new_address_and_the_administrator_can_do(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let (hana, stop) = changed(&app).await;
    let reset = reset_link(&app, NEW).await;
    app.browser().fill(&app, &reset, &[("password", "ribbon cactus violin forty")]).await.is(303);
    for act in ["block", "activate", "block"] {
        press(&app, &mut maya, hana, act).await.is(303);
    }
    add_member_and_back(&app, &mut maya, hana).await;
    // A user who stays deactivated gets the address back, too.
    press(&app, &mut maya, hana, "block").await.is(303);
    press_at(&app, &undo_path(&stop)).await.redirects_to(UNDONE);
    assert!(app.has_user(OLD) && !app.has_user(NEW));
    app.mails().await;
}

async fn add_member_and_back(app: &TestApp, maya: &mut Browser, hana: UserId) {
    press(app, maya, hana, "activate").await.is(303);
    add_member(app, maya, "/users-and-groups/groups/1", hana).await.is(303);
    confirm(app, maya, &format!("/users-and-groups/groups/1/members/{hana}/remove")).await.is(303);
}

#[apply(both_databases!)]
async fn its_mail_is_sent_although_the_change_is_confirmed_and_the_user_blocked_before(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let hana = app.create_user("Hana", "Novotna");
    begin(&app, hana, NEW);
    // The mail to the new address goes first.
    assert_eq!(app.deliver().await, usher::usecases::outbox::delivery::Delivered::One);
    let first = app.mailbox().take().remove(0);
    assert_eq!(first.to.as_str(), NEW);
    press_at(&app, &app.link_in(&first)).await.redirects_to(CONFIRMED);
    press(&app, &mut maya, hana, "block").await.is(303);
    let link = app.link_in(&mail_to(&app, OLD).await);
    press_at(&app, &undo_path(&link)).await.redirects_to(UNDONE);
    app.mails().await;
}

#[apply(both_databases!)]
async fn opening_it_changes_nothing_however_often(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (_, stop) = changed(&app).await;
    let deeds = app.deeds();
    for method in [Method::GET, Method::HEAD, Method::GET] {
        app.browser().method(&app, method.clone(), &stop).await.is(303);
        app.browser().method(&app, method, &undo_path(&stop)).await.is(200);
    }
    assert_eq!(app.deeds(), deeds);
    assert!(app.has_user(NEW));
}

#[apply(both_databases!)]
async fn a_form_that_stops_the_change_leads_there_once_the_change_is_confirmed(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (_, link, stop) = begun(&app).await;
    let mut mailbox = app.browser();
    let form = mailbox.get(&app, &stop).await;
    form.sees("Once it is confirmed, the link undoes it for 72 hours.");
    app.browser().get(&app, &undo_path(&stop)).await.is(404);
    press_at(&app, &link).await.redirects_to(CONFIRMED);
    mailbox.send(&app, &form, &stop, &[]).await.redirects_to(&undo_path(&stop));
    assert!(app.has_user(NEW));
    app.mails().await;
}

#[apply(both_databases!)]
async fn it_holds_for_seventy_two_hours_to_the_second(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (_, link, stop) = begun(&app).await;
    app.advance(TimeDelta::hours(23));
    press_at(&app, &link).await.redirects_to(CONFIRMED);
    app.mails().await;
    app.advance(TimeDelta::hours(72) - TimeDelta::seconds(1));
    let mut late = app.browser();
    let form = late.get(&app, &undo_path(&stop)).await;
    app.advance(TimeDelta::seconds(1));
    let gone = late.send(&app, &form, &undo_path(&stop), &[]).await;
    gone.is(410).sees("It is too late to undo the change").sees("It was possible until 26 Nov 2026, 08:20 UTC.");
    assert!(app.has_user(NEW));
}

#[apply(both_databases!)]
async fn it_works_once(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (hana, stop) = changed(&app).await;
    let mut late = app.browser();
    let form = late.get(&app, &undo_path(&stop)).await;
    press_at(&app, &undo_path(&stop)).await.redirects_to(UNDONE);
    late.send(&app, &form, &undo_path(&stop), &[]).await.is(410).sees("The change was already undone");
    app.mails().await;
    change_again(&app, hana, OLD, NEW).await;
    late.send(&app, &form, &undo_path(&stop), &[]).await.is(410);
    assert!(app.has_user(NEW));
}

#[apply(both_databases!)]
async fn of_four_who_undo_it_at_the_same_moment_one_does(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (_, stop) = changed(&app).await;
    let (ctx, token) = (&app.ctx, token(&stop));
    let outcomes = at_once([(); 4], |()| email_change::undo::undo(ctx, &token, None, "192.0.2.1").is_ok());
    assert_eq!(outcomes.iter().filter(|done| **done).count(), 1, "{outcomes:?}");
    assert_eq!(app.deeds().iter().filter(|deed| deed.starts_with("email.change_undone")).count(), 1);
    app.mails().await;
}

#[apply(both_databases!)]
async fn an_undo_and_a_further_change_at_the_same_moment_leave_the_old_address_restorable(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (hana, stop) = changed(&app).await;
    begin(&app, hana, LATER);
    let further = token(&app.link_in(&mail_to(&app, LATER).await));
    let (ctx, undo) = (&app.ctx, token(&stop));
    let outcomes = at_once([false, true], |undoes| {
        if undoes {
            email_change::undo::undo(ctx, &undo, None, "192.0.2.1").is_ok()
        } else {
            email_change::confirm(ctx, &further, "192.0.2.1").is_ok()
        }
    });
    // The undo wins in any order: after it, the link of the further change is closed.
    assert!(outcomes[1], "{outcomes:?}");
    assert!(app.has_user(OLD) && !app.has_user(LATER));
    assert_eq!(app.count("tokens WHERE purpose = 'email_change_undo' AND ended_at IS NULL"), 0);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_further_change_does_not_end_it_and_an_undo_ends_the_later_ones(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (hana, first) = changed(&app).await;
    let second = change_again(&app, hana, NEW, LATER).await;
    // The holder of the second address cannot end the link at the first.
    press_at(&app, &undo_path(&second)).await.redirects_to(UNDONE);
    assert!(app.has_user(NEW));
    app.mails().await;
    let third = change_again(&app, hana, NEW, LATER).await;
    press_at(&app, &undo_path(&first)).await.redirects_to(UNDONE);
    assert!(app.has_user(OLD));
    app.browser().get(&app, &undo_path(&third)).await.is(410).sees("There is no change to undo");
    app.mails().await;
}

#[apply(both_databases!)]
async fn an_address_that_another_user_got_meanwhile_stays_theirs(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let (_, stop) = changed(&app).await;
    let other = app.create_user("Hana", "Novotna");
    let deeds = app.deeds();
    press_at(&app, &undo_path(&stop)).await.is(409).sees("Your earlier email address is in use");
    assert!(app.has_user(NEW) && app.deeds() == deeds);
    confirm(&app, &mut maya, &user_path(other, "delete")).await.is(303);
    press_at(&app, &undo_path(&stop)).await.redirects_to(UNDONE);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_cut_or_foreign_link_leads_nowhere_and_one_of_a_deleted_user_is_closed(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (hana, stop) = changed(&app).await;
    let undo = undo_path(&stop);
    let unknown = Token::new(&SystemRandom);
    for path in [&undo[..undo.len() - 1], "/undo-email-change/x", &format!("/undo-email-change/{}", unknown.reveal())] {
        app.browser().get(&app, path).await.is(404).sees("This link isn’t valid");
    }
    for page in ["reset", "invitation", "confirm-email", "recover"] {
        app.browser().get(&app, &undo.replace("undo-email-change", page)).await.is(404);
    }
    let reset = reset_link(&app, NEW).await;
    app.browser().get(&app, &reset.replace("reset", "undo-email-change")).await.is(404);
    app.delete_user(hana);
    app.browser().get(&app, &undo).await.is(410).sees("There is no change to undo");
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_change_of_ones_own_takes_the_password_too(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (_, undo) = changed_by_herself(&app).await;
    let mut mailbox = app.browser();
    let page = mailbox.get(&app, &undo).await;
    page.is(200).sees("The change was requested in My account.").sees("Current Password").sees_no("Forgot password?");
    let post = async |mailbox: &mut Browser, password: &str| mailbox.send(&app, &page, &undo, &[("current", password)]).await;
    post(&mut mailbox, "").await.is(422).sees("Enter your current password");
    let wrong = post(&mut mailbox, "lantern quiver moss eleven").await;
    wrong.is(422).sees("This is not your current password");
    assert!(!wrong.body.contains("lantern") && app.has_user(NEW));
    post(&mut mailbox, PASSWORD).await.redirects_to(UNDONE);
    assert!(app.has_user(OLD) && !app.has_user(NEW));
    app.mails().await;
}

#[apply(both_databases!)]
async fn passwords_behind_it_are_counted_apart_from_those_of_the_user(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (id, undo) = changed_by_herself(&app).await;
    let mut mailbox = app.browser();
    for _ in 0..3 {
        mailbox.fill(&app, &undo, &[("current", "wrong")]).await.is(422);
    }
    mailbox.fill(&app, &undo, &[("current", "wrong")]).await.is(422);
    let held = mailbox.fill(&app, &undo, &[("current", PASSWORD)]).await;
    held.is(429).sees("Too many attempts. Try again in 1 second.");
    usher::usecases::credentials::current_password::admit(&app.ctx, id).unwrap();
    app.advance(TimeDelta::seconds(1));
    mailbox.fill(&app, &undo, &[("current", PASSWORD)]).await.redirects_to(UNDONE);
    app.store().write_refusals().unwrap();
    assert!(app.count("refused_sign_ins WHERE reason = 'wrong'") > 0);
    app.mails().await;
}

#[apply(both_databases!)]
async fn without_the_password_the_use_case_refuses_too(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (_, undo) = changed_by_herself(&app).await;
    for typed in [None, Some(Password::typed("lantern quiver moss eleven"))] {
        let refused = email_change::undo::undo(&app.ctx, &token(&undo), typed.as_ref(), "192.0.2.1").unwrap_err();
        assert!(matches!(refused, UndoError::Password(CurrentPasswordError::Wrong)), "{refused:?}");
    }
    assert!(app.has_user(NEW));
}

#[apply(both_databases!)]
async fn a_user_without_a_password_signs_in_with_a_passkey_instead(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (id, undo) = changed_by_herself(&app).await;
    let mut mailbox = app.browser();
    let page = mailbox.get(&app, &undo).await;
    app.execute(&format!("UPDATE user_rows SET password_hash = NULL WHERE id = {id}"));
    app.execute("UPDATE tokens SET password_hash = NULL");
    for answer in [mailbox.send(&app, &page, &undo, &[("current", PASSWORD)]).await, mailbox.get(&app, &undo).await] {
        answer.is(409).sees("You have no password").sees("Sign in with your passkey");
    }
    assert!(app.has_user(NEW) && !app.has_user(OLD));
}

#[apply(both_databases!)]
async fn both_addresses_and_all_admins_are_told_and_it_is_written_down(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_admin("Ada", "Other");
    let (_, link, stop) = begun(&app).await;
    press_at(&app, &link).await.redirects_to(CONFIRMED);
    let text = |mail: &Outgoing| mail.rendered.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = |mails: &[Outgoing]| mails.iter().map(|mail| format!("{}: {}", mail.to, mail.rendered.subject)).collect::<Vec<_>>();
    let confirmed = app.mails().await;
    let admins = [MAYA, "ada.other@example.com"];
    let expected = [OLD, NEW].map(|to| format!("{to}: Your Usher email address was changed"));
    let expected = expected.into_iter().chain(admins.map(|to| format!("{to}: Email address of a user was changed")));
    assert_eq!(told(&confirmed), expected.collect::<Vec<_>>());
    let undo =
        "You can undo this with the link in the earlier mail, \"Your Usher email address is about to change\", until 25 November 2026";
    assert!(text(&confirmed[0]).contains(undo) && !text(&confirmed[1]).contains("undo"), "{}", text(&confirmed[0]));
    assert!(text(&confirmed[2]).contains(&format!("It was {OLD} and is {NEW}, confirmed at the new address on 22 November 2026")));
    press_at(&app, &undo_path(&stop)).await.redirects_to(UNDONE);
    let undone = app.mails().await;
    let expected = [OLD, NEW].map(|to| format!("{to}: Your Usher email address was changed back"));
    let expected = expected.into_iter().chain(admins.map(|to| format!("{to}: Email address of a user was changed back")));
    assert_eq!(told(&undone), expected.collect::<Vec<_>>());
    assert!(text(&undone[0]).contains(&format!("is {OLD} again, in place of {NEW}.")), "{}", text(&undone[0]));
    assert!(text(&undone[2]).contains("Maya Fischer had asked for the change."), "{}", text(&undone[2]));
    let entry = app.audit().pop().unwrap();
    assert_eq!((entry.action.as_str(), &*entry.actor_name), ("email.change_undone", "The link at the old address"));
    let maya = format!(r#"{{"id":{},"name":"Maya Fischer"}}"#, app.id_of(MAYA));
    assert_eq!(entry.details, format!(r#"{{"after":"{OLD}","before":"{NEW}","requested_by":{maya},"version":1}}"#));
}

#[apply(both_databases!)]
async fn admins_are_not_told_of_a_change_that_the_user_asked_for(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Hana", "Novotna");
    let mut hana = app.signed_in(OLD).await;
    let page = hana.get(&app, "/my-account").await;
    hana.send(&app, &page, "/my-account/email", &[("email", NEW)]).await.is(303);
    press_at(&app, &app.link_in(&mail_to(&app, NEW).await)).await.redirects_to(CONFIRMED);
    let to = app.mails().await.iter().map(|mail| mail.to.to_string()).collect::<Vec<_>>();
    assert_eq!(to, [OLD, NEW]);
}
