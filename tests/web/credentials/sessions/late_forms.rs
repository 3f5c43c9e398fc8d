//! Forms whose session has ended.

use usher::usecases::outbox::housekeeping;

use super::*;
use crate::credentials::two_factor::Lena;

const MAYA: &str = "maya.fischer@example.com";
const NEW_GROUP: &str = "/users-and-groups/new-group";
const UNSENT: &str = "/unsent-form";

#[apply(both_databases!)]
async fn a_form_without_a_session_leads_to_the_sign_in_page_and_does_nothing(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.get(&app, "/users-and-groups/new-group").await;
    let deeds = app.deeds();
    maya.forget_cookie("usher");
    let sign_in = "/sign-in?next=%2Fusers-and-groups%2Fnew-group&unsent=true";
    maya.send(&app, &page, "/users-and-groups/new-group", &[("name", "Research")]).await.redirects_to(sign_in);
    app.browser().post(&app, "/users-and-groups/new-group", &[("name", "Research")]).await.redirects_to(sign_in);
    assert_eq!(app.deeds(), deeds);
}

#[apply(both_databases!)]
async fn whose_form_came_too_late_comes_back_to_its_page_and_is_told(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let jonas = app.create_user("Jonas", "Vermeulen");
    let page = maya.get(&app, "/users-and-groups?q=jo").await;
    app.advance(TimeDelta::hours(2));
    maya.headers.push(("referer", "http://localhost:8080/users-and-groups?q=jo#u2".to_owned()));
    let late = maya.send(&app, &page, &format!("/users-and-groups/users/{jonas}/block"), &[]).await;
    late.redirects_to("/sign-in?next=%2Fusers-and-groups%3Fq%3Djo&unsent=true");
    let told = "Your session expired and nothing was saved.";
    let sign_in = maya.get(&app, late.header("location")).await;
    sign_in.sees(&format!("{told} Sign in, then send the form again."));
    let wrong = maya.send(&app, &sign_in, "/sign-in", &[("email", "maya.fischer@example.com"), ("password", "not the password")]).await;
    app.advance(TimeDelta::minutes(1));
    let right = [("email", "maya.fischer@example.com"), ("password", PASSWORD)];
    maya.send(&app, wrong.is(422), "/sign-in", &right).await.redirects_to("/users-and-groups?q=jo");
    maya.get(&app, "/users-and-groups?q=jo").await.sees(&format!("{told} Send the form again.")).sees("Active");
    maya.get(&app, "/users-and-groups?q=jo").await.sees_no(told);
}

#[apply(both_databases!)]
async fn who_signs_in_of_their_own_accord_is_told_nothing(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.advance(TimeDelta::hours(2));
    let late = maya.get(&app, LIST).await;
    let sign_in = maya.get(&app, late.header("location")).await;
    sign_in.sees_no("nothing was saved");
    maya.send(&app, &sign_in, "/sign-in", &[("email", "maya.fischer@example.com"), ("password", PASSWORD)]).await.redirects_to(LIST);
    maya.get(&app, LIST).await.sees_no("nothing was saved");
}

#[apply(both_databases!)]
async fn a_form_that_came_too_late_leads_back_to_pages_of_ours_alone(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    for (form, twin) in [("/users-and-groups/new-group", "next=%2Fusers-and-groups%2Fnew-group&"), ("/users-and-groups/users/1/block", "")]
    {
        for referer in [
            "https://evil.example/users-and-groups",
            "http://localhost:8081/users-and-groups",
            "http://localhost:8080@evil.example/users-and-groups",
            "http://localhost:8080//evil.example",
            "http://localhost:8080/sign-out",
            "http://localhost:8080/invitation/token",
            "/users-and-groups",
            "about:blank",
            "",
        ] {
            let mut stranger = app.browser();
            stranger.headers.push(("referer", referer.to_owned()));
            stranger.post(&app, form, &[]).await.redirects_to(&format!("/sign-in?{twin}unsent=true"));
        }
    }
}

#[apply(both_databases!)]
async fn who_wanted_out_is_out_and_has_nothing_to_send_again(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.get(&app, LIST).await;
    app.advance(TimeDelta::hours(2));
    maya.send(&app, &page, "/sign-out", &[]).await.redirects_to("/sign-in");
}

/// Signs in from where the late form led.
async fn sign_in_after(app: &TestApp, browser: &mut Browser, late: &Page, email: &str) -> Page {
    let page = browser.get(app, late.is(303).header("location")).await;
    page.sees("Your session expired before this was saved. Sign in to continue with what you entered.");
    browser.send(app, &page, "/sign-in", &[("email", email), ("password", PASSWORD)]).await
}

/// An app, its Admin, and their answer to a form for a new group that came too late.
async fn late_group(db: Db) -> (TestApp, Browser, Page) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.get(&app, NEW_GROUP).await;
    app.advance(TimeDelta::hours(2));
    let late = maya.send(&app, &page, NEW_GROUP, &[("name", "Research")]).await;
    (app, maya, late)
}

#[apply(both_databases!)]
async fn a_form_that_came_too_late_is_offered_after_signing_in_and_saved(db: Db) {
    let (app, mut maya, late) = late_group(db).await;
    assert_eq!(app.count("user_groups WHERE kind = 'custom'"), 0);
    sign_in_after(&app, &mut maya, &late, MAYA).await.redirects_to(UNSENT);
    let offer = maya.get(&app, UNSENT).await;
    offer.is(200).sees("Continue where you left off").sees("Research");
    maya.send(&app, &offer, NEW_GROUP, &[]).await.is(303);
    assert_eq!(app.count("user_groups WHERE name = 'Research'"), 1);
    maya.send(&app, &offer, NEW_GROUP, &[]).await.is(409);
    maya.get(&app, UNSENT).await.redirects_to("/");
    assert_eq!(app.count("user_groups WHERE name = 'Research'"), 1);
}

#[apply(both_databases!)]
async fn a_form_with_an_error_is_shown_again_with_what_was_typed(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.get(&app, NEW_GROUP).await;
    app.advance(TimeDelta::hours(2));
    let late = maya.send(&app, &page, NEW_GROUP, &[("name", "Re<search>")]).await;
    sign_in_after(&app, &mut maya, &late, MAYA).await;
    let offer = maya.get(&app, UNSENT).await;
    let again = maya.send(&app, &offer, NEW_GROUP, &[]).await;
    assert!(again.is(422).form(NEW_GROUP).contains(&("name".to_owned(), "Re<search>".to_owned())));
}

#[apply(both_databases!)]
async fn a_form_that_came_too_late_is_offered_to_its_user_alone(db: Db) {
    let (app, mut maya, late) = late_group(db).await;
    app.create_admin("Ada", "Okafor");
    sign_in_after(&app, &mut maya, &late, "ada.okafor@example.com").await.redirects_to(NEW_GROUP);
    maya.get(&app, UNSENT).await.redirects_to("/");
    let csrf = maya.get(&app, NEW_GROUP).await.form(NEW_GROUP).remove(0).1;
    maya.post(&app, NEW_GROUP, &[("csrf", &csrf), ("held", "1")]).await.is(409).sees("This form has expired");
    assert_eq!(app.count("user_groups WHERE kind = 'custom'"), 0);
}

#[apply(both_databases!)]
async fn a_form_that_came_too_late_can_be_discarded(db: Db) {
    let (app, mut maya, late) = late_group(db).await;
    sign_in_after(&app, &mut maya, &late, MAYA).await.redirects_to(UNSENT);
    maya.press(&app, UNSENT, UNSENT).await.redirects_to(NEW_GROUP);
    maya.get(&app, NEW_GROUP).await.sees("Discarded. Nothing was saved.");
    maya.get(&app, UNSENT).await.redirects_to("/");
}

#[apply(both_databases!)]
async fn a_form_that_came_too_late_waits_for_an_hour(db: Db) {
    let (app, mut maya, late) = late_group(db).await;
    app.advance(TimeDelta::hours(1));
    sign_in_after(&app, &mut maya, &late, MAYA).await.redirects_to(NEW_GROUP);
    housekeeping::sweep(&app.ctx).unwrap();
    assert_eq!(app.count("held_forms"), 0);
}

#[apply(both_databases!)]
async fn a_form_that_came_too_late_survives_the_second_step(db: Db) {
    let Lena { app, mut browser, secret, .. } = Lena::new(db).await;
    let page = browser.get(&app, "/my-account").await;
    app.advance(TimeDelta::hours(2));
    let late = browser.send(&app, &page, "/my-account/name", &[("last_name", "Kovač")]).await;
    let step = sign_in_after(&app, &mut browser, &late, "lena.novak@example.com").await;
    let page = browser.get(&app, step.is(303).header("location")).await;
    browser.send(&app, &page, "/sign-in/two-factor", &[("code", &secret.code_at(app.now()))]).await.redirects_to(UNSENT);
    let offer = browser.get(&app, UNSENT).await;
    browser.send(&app, offer.sees("Kovač"), "/my-account/name", &[]).await.redirects_to("/my-account");
    browser.get(&app, "/my-account").await.sees("Lena Kovač");
}

#[apply(both_databases!)]
async fn a_form_of_a_role_that_was_taken_away_is_refused_after_signing_in(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_admin("Lena", "Novak");
    let mut lena = app.signed_in("lena.novak@example.com").await;
    let page = lena.get(&app, NEW_GROUP).await;
    confirm(&app, &mut maya, &format!("{ADMINS}/members/{id}/remove")).await.redirects_to(ADMINS);
    let late = lena.send(&app, &page, NEW_GROUP, &[("name", "Research")]).await;
    sign_in_after(&app, &mut lena, &late, "lena.novak@example.com").await.redirects_to(UNSENT);
    let offer = lena.get(&app, UNSENT).await;
    lena.send(&app, &offer, NEW_GROUP, &[]).await.is(403);
    assert_eq!(app.count("user_groups WHERE kind = 'custom'"), 0);
    app.mails().await;
}

#[apply(both_databases!)]
async fn forms_with_passwords_and_forms_of_strangers_are_not_kept(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let (page, new_group) = (maya.get(&app, "/my-account").await, maya.get(&app, NEW_GROUP).await);
    let csrf = new_group.form(NEW_GROUP).remove(0).1;
    app.advance(TimeDelta::hours(2));
    maya.send(&app, &page, "/my-account/password", &[("current", PASSWORD), ("password", "x")]).await.is(303);
    let mut stranger = app.browser();
    let own = stranger.get(&app, "/sign-in").await.form("/sign-in").remove(0).1;
    let forged = format!("{}A", &csrf[..csrf.len() - 1]);
    for token in ["", "x", &own, &forged, &"A".repeat(107), &"A".repeat(50_000)] {
        stranger.post(&app, NEW_GROUP, &[("csrf", token), ("name", "Research")]).await.is(303);
    }
    stranger.post(&app, NEW_GROUP, &[("csrf", &csrf), ("name", &"x".repeat(70_000))]).await.is(303);
    let jonas = app.create_user("Jonas", "Vermeulen");
    maya.post(&app, &format!("/users-and-groups/users/{jonas}/block"), &[("csrf", &csrf)]).await.is(303);
    assert_eq!(app.count("held_forms"), 0);
}

#[apply(both_databases!)]
async fn of_a_user_five_forms_are_kept_sealed(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.get(&app, NEW_GROUP).await;
    app.advance(TimeDelta::hours(2));
    for number in 0..8 {
        maya.send(&app, &page, NEW_GROUP, &[("name", &format!("Research {number}"))]).await.is(303);
    }
    assert_eq!((app.count("held_forms"), app.count("held_forms WHERE id <= 3")), (5, 0));
    for _ in 0..5 {
        maya.send(&app, &page, NEW_GROUP, &[("name", "Research")]).await.is(303);
    }
    assert_eq!(app.count("held_forms WHERE id > 11"), 0, "the next ones have to wait");
    assert_eq!(app.count("held_forms WHERE CAST(sealed AS TEXT) LIKE '%Research%'"), 0);
}

#[apply(both_databases!)]
async fn a_long_definition_that_came_too_late_is_saved_after_signing_in(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let process = maya.fill(&app, "/assets/new?kind=process", &[("name", "Accruals")]).await.header("location").to_owned();
    let edit = format!("{process}/definition/edit");
    let page = maya.get(&app, &edit).await;
    app.advance(TimeDelta::hours(2));
    let text = "Close the month.\n".repeat(40_000);
    let late = maya.send(&app, &page, &edit, &[("text", &text)]).await;
    sign_in_after(&app, &mut maya, &late, MAYA).await.redirects_to(UNSENT);
    let offer = maya.get(&app, UNSENT).await;
    assert!(offer.body.len() < 50_000 && offer.shows("Close the month."));
    maya.send(&app, &offer, &edit, &[]).await.is(303);
    assert!(maya.get(&app, &format!("{process}/definition")).await.body.len() > text.len());
}

#[apply(both_databases!)]
async fn a_form_opens_only_in_the_browser_that_sent_it(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let csrf = maya.get(&app, NEW_GROUP).await.form(NEW_GROUP).remove(0).1;
    let mut stranger = app.browser();
    stranger.get(&app, "/sign-in").await;
    app.advance(TimeDelta::hours(2));
    let fields = [("csrf", &*csrf), ("name", "Planted")];
    app.browser().post(&app, NEW_GROUP, &fields).await.is(303);
    assert_eq!(app.count("held_forms"), 0);
    stranger.post(&app, NEW_GROUP, &fields).await.is(303);
    let page = maya.get(&app, "/sign-in?unsent=true").await;
    maya.send(&app, &page, "/sign-in", &[("email", MAYA), ("password", PASSWORD)]).await.redirects_to("/");
    maya.get(&app, UNSENT).await.redirects_to("/");
}

#[apply(both_databases!)]
async fn a_question_that_came_too_late_is_asked_anew(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let jonas = app.create_user("Jonas", "Vermeulen");
    let delete = format!("/users-and-groups/users/{jonas}/delete");
    let page = maya.get(&app, &delete).await;
    app.advance(TimeDelta::hours(2));
    maya.send(&app, &page, &delete, &[]).await.is(303);
    assert_eq!(app.count("held_forms"), 0);
}

#[apply(both_databases!)]
async fn a_form_of_an_earlier_session_is_offered_at_once(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.get(&app, NEW_GROUP).await;
    app.advance(TimeDelta::hours(2));
    maya.sign_in(&app, MAYA, PASSWORD).await.redirects_to("/");
    maya.send(&app, &page, NEW_GROUP, &[("name", "Research")]).await.redirects_to(UNSENT);
    let offer = maya.get(&app, UNSENT).await;
    maya.send(&app, offer.sees("Research"), NEW_GROUP, &[]).await.is(303);
    assert_eq!(app.count("user_groups WHERE name = 'Research'"), 1);
}

#[apply(both_databases!)]
async fn a_form_that_waited_for_a_proof_when_its_session_ended_is_offered(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.advance(TimeDelta::minutes(10));
    let page = maya.get(&app, "/my-account").await;
    let asked = maya.send(&app, &page, "/my-account/email", &[("email", "maya@example.com")]).await;
    let confirm = maya.get(&app, asked.is(303).header("location")).await;
    app.execute("DELETE FROM sessions");
    let late = maya.send(&app, &confirm, "/confirm", &[("current", PASSWORD)]).await;
    sign_in_after(&app, &mut maya, &late, MAYA).await.redirects_to(UNSENT);
    let offer = maya.get(&app, UNSENT).await;
    maya.send(&app, offer.sees("maya@example.com"), "/my-account/email", &[]).await.redirects_to("/my-account");
    assert_eq!(app.mails().await.len(), 2);
}
