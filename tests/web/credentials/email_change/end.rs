//! Ends of a change that is not confirmed.

use super::*;

#[apply(both_databases!)]
async fn a_change_dies_when_the_user_is_blocked_deleted_or_made_an_admin(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let (hana, blocked, blocked_stop) = begun(&app).await;
    press(&app, &mut maya, hana, "block").await.is(303);
    press(&app, &mut maya, hana, "activate").await.is(303);
    app.mails().await;
    let (appointed, appointed_stop) = begin_again(&app, hana, NEW).await;
    add_member(&app, &mut maya, "/users-and-groups/groups/1", hana).await.is(303);
    app.mails().await;
    let (deleted, deleted_stop) = begin_again(&app, hana, NEW).await;
    confirm(&app, &mut maya, &user_path(hana, "delete")).await.is(303);
    app.mails().await;
    for link in [blocked, blocked_stop, appointed, appointed_stop, deleted, deleted_stop] {
        app.browser().get(&app, &link).await.is(410).sees_no("replaced");
    }
}

#[apply(both_databases!)]
async fn a_change_dies_with_a_new_password_and_not_with_a_mere_request_for_one(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (hana, link, stop) = begun(&app).await;
    forgot(&app, OLD).await.is(303);
    let reset = app.link_in_mail().await;
    assert!(pending(&app, hana).is_some());
    app.browser().fill(&app, &reset, &[("password", "ribbon cactus violin forty")]).await.is(303);
    app.browser().get(&app, &link).await.is(410).sees("This change was cancelled");
    app.browser().get(&app, &stop).await.is(410).sees("There is no change to cancel");
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_change_dies_with_the_right_of_the_user_who_asked_for_it(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let (hana, ada) = (app.create_user("Hana", "Novotna"), app.create_admin("Ada", "Other"));
    edit(&app, ada, hana, NEW).unwrap();
    let link = app.link_in(&mail_to(&app, NEW).await);
    let mut late = app.browser();
    let form = late.get(&app, &link).await;
    confirm(&app, &mut maya, &format!("/users-and-groups/groups/1/members/{ada}/remove")).await.is(303);
    late.send(&app, &form, &link, &[]).await.is(410).sees("This change was cancelled");
    assert!(pending(&app, hana).is_none() && app.has_user(OLD));
    app.mails().await;
}

#[apply(both_databases!)]
async fn an_administrator_takes_it_back(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (hana, link, stop) = begun(&app).await;
    let maya = app.caller(app.id_of(MAYA));
    assert_eq!(email_change::withdraw(&app.ctx, &maya, hana).unwrap().id, hana);
    app.browser().get(&app, &link).await.is(410).sees("This change was cancelled");
    app.browser().get(&app, &stop).await.is(410).sees("There is no change to cancel");
    let again = email_change::withdraw(&app.ctx, &maya, hana).unwrap_err();
    assert!(matches!(again, ActionError::Refused { denial: PolicyDenial::Unchanged, .. }), "{again:?}");
    app.mails().await;
}

#[apply(both_databases!)]
async fn the_user_is_told_that_the_address_stays_and_the_new_one_nothing(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (hana, ..) = begun(&app).await;
    email_change::withdraw(&app.ctx, &app.caller(app.id_of(MAYA)), hana).unwrap();
    let mail = app.mail().await;
    assert_eq!((mail.to.as_str(), &*mail.rendered.subject), (OLD, "Email change cancelled"));
    let text = mail.rendered.text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(&format!("Maya Fischer cancelled the change of your address to {NEW}")), "{text}");
}

#[apply(both_databases!)]
async fn mails_of_a_change_that_is_taken_back_are_not_sent(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let hana = app.create_user("Hana", "Novotna");
    begin(&app, hana, NEW);
    email_change::withdraw(&app.ctx, &app.caller(app.id_of(MAYA)), hana).unwrap();
    assert_eq!(app.mail().await.rendered.subject, "Email change cancelled");
}

#[apply(both_databases!)]
async fn a_change_dies_when_the_user_leaves_the_scope_of_the_user_who_asked_for_it(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (north, south) = (app.create_portfolio("North"), app.create_portfolio("South"));
    let nadia = app.create_portfolio_admin("Nadia", "Petrova", &[north]).await;
    let (hana, foods, farms) =
        (app.create_user("Hana", "Novotna"), app.create_account(north, "Fjord Foods"), app.create_account(south, "Fjord Farms"));
    app.assign(hana, foods).await;
    edit(&app, nadia, hana, NEW).unwrap();
    let link = app.link_in(&mail_to(&app, NEW).await);
    app.browser().get(&app, &link).await.is(200).sees("Nadia Petrova asked for this change.");
    app.assign(hana, farms).await;
    app.browser().get(&app, &link).await.is(410).sees("This change was cancelled");
    let confirmed = email_change::confirm(&app.ctx, &token(&link), "192.0.2.1");
    assert!(matches!(confirmed, Err(ConfirmError::Link(LinkError::NotOpen))), "{confirmed:?}");
    let refused = email_change::withdraw(&app.ctx, &app.caller(nadia), hana).unwrap_err();
    assert!(matches!(refused, ActionError::Refused { denial: PolicyDenial::OutOfReach, .. }), "{refused:?}");
    unassign::unassign(&app.ctx, &app.caller(app.id_of(MAYA)), hana, &[usher::usecases::AssignmentRef::Account(farms)], false).unwrap();
    email_change::withdraw(&app.ctx, &app.caller(nadia), hana).unwrap();
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_user_who_may_not_edit_another_cancels_no_change(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (hana, ..) = begun(&app).await;
    let maya = app.id_of(MAYA);
    for (by, user, why) in
        [(hana, hana, PolicyDenial::Role), (maya, maya, PolicyDenial::Oneself), (maya, UserId(987_654), PolicyDenial::Unknown)]
    {
        let refused = email_change::withdraw(&app.ctx, &app.caller(by), user).unwrap_err();
        assert!(matches!(refused, ActionError::Refused { denial, .. } if denial == why), "{refused:?}");
    }
    assert!(pending(&app, hana).is_some());
}

#[apply(both_databases!)]
async fn a_deactivated_user_keeps_the_address(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let hana = app.create_user("Hana", "Novotna");
    press(&app, &mut maya, hana, "block").await.is(303);
    app.mails().await;
    assert!(matches!(edit(&app, app.id_of(MAYA), hana, NEW), Err(ProfileError::AddressStays)));
    assert!(app.mails().await.is_empty());
}

#[apply(both_databases!)]
async fn manage_user_says_that_the_new_address_waits(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let hana = app.create_user("Hana", "Novotna");
    let (page, edit) = (format!("/users-and-permissions/{hana}"), format!("/users-and-permissions/{hana}/edit"));
    let fields = [("first_name", "Hana"), ("last_name", "Novotna"), ("email", NEW), ("default_role", "user")];
    maya.fill(&app, &edit, &fields).await.redirects_to(&page);
    maya.get(&app, &page).await.sees(&format!("Confirmation sent to {NEW}; until then the current address stays.")).sees(OLD);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_link_that_never_was_leads_nowhere(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (_, link, stop) = begun(&app).await;
    let unknown = Token::new(&SystemRandom);
    for page in ["confirm-email", "stop-email-change"] {
        for link in [unknown.reveal(), "x", "%00"] {
            app.browser().get(&app, &format!("/{page}/{link}")).await.is(404).sees("This link isn’t valid");
        }
    }
    app.browser().get(&app, &link.replace("confirm-email", "stop-email-change")).await.is(404);
    app.browser().get(&app, &stop.replace("stop-email-change", "confirm-email")).await.is(404);
}

#[apply(both_databases!)]
async fn each_step_is_written_down(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let before = app.audit().len();
    let (hana, _, stop) = begun(&app).await;
    press_at(&app, &stop).await.redirects_to(STOPPED);
    begin_again(&app, hana, NEW).await;
    email_change::withdraw(&app.ctx, &app.caller(app.id_of(MAYA)), hana).unwrap();
    app.mails().await;
    let (link, _) = begin_again(&app, hana, NEW).await;
    press_at(&app, &link).await.redirects_to(CONFIRMED);
    app.mails().await;
    let entries = app.audit().split_off(before);
    let said = entries.iter().map(|entry| (entry.action.as_str(), &*entry.actor_name, &*entry.details)).collect::<Vec<_>>();
    let asked = format!(r#"{{"after":"{NEW}","before":"{OLD}","expires_at":"2026-11-23T09:20:00Z","version":1}}"#);
    let (maya, gone) = (format!(r#"{{"id":{},"name":"Maya Fischer"}}"#, app.id_of(MAYA)), format!(r#"{{"email":"{NEW}","version":1}}"#));
    let stopped = format!(r#"{{"email":"{NEW}","requested_by":{maya},"version":1}}"#);
    let changed = format!(r#"{{"after":"{NEW}","before":"{OLD}","requested_by":{maya},"version":1}}"#);
    assert_eq!(
        said,
        [
            ("email.change_requested", "Maya Fischer", &*asked),
            ("email.change_cancelled", "The link at the old address", &stopped),
            ("email.change_requested", "Maya Fischer", &asked),
            ("email.change_withdrawn", "Maya Fischer", &gone),
            ("email.change_requested", "Maya Fischer", &asked),
            ("email.changed", "The link at the new address", &changed),
        ]
    );
}

#[apply(both_databases!)]
async fn an_expired_invitation_that_goes_to_another_address_is_open_again(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let old = invite(&app, &mut maya, "nor@example.com").await;
    let noor = app.id_of("nor@example.com");
    app.advance(TimeDelta::hours(24));
    begin(&app, noor, "noor@example.com");
    let mail = app.mail().await;
    assert_eq!((mail.to.as_str(), &*mail.rendered.subject), ("noor@example.com", "Maya Fischer invited you to Northwind Trading"));
    app.browser().get(&app, &old).await.is(410).sees("This invitation was replaced");
    app.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    app.browser().fill(&app, &app.link_in(&mail), &NOOR).await.redirects_to("/");
    assert_eq!(app.id_of("noor@example.com"), noor);
}

#[apply(both_databases!)]
async fn a_mail_that_waits_for_the_earlier_address_is_not_sent(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "nor@example.com")]).await.is(303);
    begin(&app, app.id_of("nor@example.com"), "noor@example.com");
    assert_eq!(app.mail().await.to.as_str(), "noor@example.com");
}
