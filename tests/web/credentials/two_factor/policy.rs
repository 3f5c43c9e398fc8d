//! Two-factor required by the company: the reminder before the date, and the enrolment from it on.

use super::*;
use crate::credentials::confirm_identity::prove;

const MAYA: &str = "maya.fischer@example.com";

/// An app with Lena Novak, a User without two-factor.
async fn with_lena(db: Db) -> (TestApp, Browser) {
    let (app, maya) = TestApp::with_admin(db).await;
    app.create_user("Lena", "Novak");
    (app, maya)
}

#[apply(both_databases!)]
async fn before_the_date_users_are_reminded_at_sign_in(db: Db) {
    let (app, mut maya) = with_lena(db).await;
    require(&app, "admins", 3);
    let mut here = app.signed_in(MAYA).await;
    here.get(&app, "/").await.is(200).sees("on, signing in needs two-factor. Turn it on in My account.");
    here.get(&app, "/").await.sees_no("signing in needs two-factor");
    app.signed_in(LENA).await.get(&app, "/").await.sees_no("needs two-factor");
    turn_on(&app, &mut maya).await;
    app.advance(TimeDelta::minutes(2));
    maya.get(&app, "/").await.sees_no("needs two-factor");
    app.mails().await;
}

#[apply(both_databases!)]
async fn from_the_date_on_only_the_enrolment_and_the_way_out_are_open(db: Db) {
    let (app, _) = with_lena(db).await;
    let mut lena = app.signed_in(LENA).await;
    let page = lena.get(&app, "/my-account").await;
    require(&app, "everyone", 0);
    for path in ["/", "/my-account", "/assets", "/roles", "/my-account/two-factor/off"] {
        lena.get(&app, path).await.redirects_to(ON);
    }
    let deeds = app.deeds();
    lena.send(&app, &page, "/my-account/name", &[("last_name", "Kovač")]).await.redirects_to(ON);
    assert_eq!(app.deeds(), deeds);
    let enrolment = lena.get(&app, ON).await;
    enrolment.is(200).sees("requires two-factor. Turn it on to go on. If you need help, ask Maya Fischer.");
    assert!(!enrolment.has_link("/assets") && enrolment.has_form("/sign-out"));
    lena.send(&app, &enrolment, "/sign-out", &[]).await.redirects_to("/sign-in");
    let mut again = app.browser();
    again.sign_in(&app, LENA, PASSWORD).await.redirects_to(ON);
    turn_on(&app, &mut again).await;
    again.get(&app, "/my-account").await.is(200);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_form_that_was_open_when_the_date_came_is_offered_after_the_enrolment(db: Db) {
    let (app, _) = with_lena(db).await;
    let mut lena = app.signed_in(LENA).await;
    let page = lena.get(&app, "/my-account").await;
    require(&app, "everyone", 0);
    lena.send(&app, &page, "/my-account/name", &[("last_name", "Kovač")]).await.redirects_to(ON);
    turn_on(&app, &mut lena).await;
    let offer = lena.get(&app, "/unsent-form").await;
    lena.send(&app, offer.sees("Kovač"), "/my-account/name", &[]).await.redirects_to("/my-account");
    lena.get(&app, "/my-account").await.sees("Lena Kovač");
    app.mails().await;
}

#[apply(both_databases!)]
async fn an_enrolment_that_lasts_asks_for_a_proof_and_goes_on(db: Db) {
    let (app, _) = with_lena(db).await;
    let mut lena = app.signed_in(LENA).await;
    require(&app, "everyone", 0);
    app.advance(TimeDelta::minutes(6));
    let asked = lena.get(&app, ON).await;
    prove(&app, &mut lena, &asked).await.redirects_to(ON);
    turn_on(&app, &mut lena).await;
    app.mails().await;
}

#[apply(both_databases!)]
async fn the_policy_concerns_its_roles_alone(db: Db) {
    let (app, mut maya) = with_lena(db).await;
    let nordic = app.create_portfolio("Nordics");
    app.create_portfolio_admin("Hana", "Novotna", &[nordic]).await;
    let (mut hana, mut lena) = (app.signed_in("hana.novotna@example.com").await, app.signed_in(LENA).await);
    for (audience, enrol) in [
        ("nobody", [false, false, false]),
        ("admins", [true, false, false]),
        ("admins_and_portfolio_admins", [true, true, false]),
        ("everyone", [true, true, true]),
    ] {
        require(&app, audience, 0);
        for (browser, must_enrol) in [&mut maya, &mut hana, &mut lena].into_iter().zip(enrol) {
            browser.get(&app, "/").await.is(if must_enrol { 303 } else { 200 });
        }
    }
    app.mails().await;
}

#[apply(both_databases!)]
async fn after_a_reset_a_user_enrols_anew(db: Db) {
    let lena = Lena::new(db).await;
    let app = &lena.app;
    let mut maya = app.signed_in(MAYA).await;
    confirm(app, &mut maya, &format!("/users-and-permissions/{}/reset-two-factor", lena.id)).await.is(303);
    require(app, "everyone", 0);
    let mut browser = app.browser();
    browser.sign_in(app, LENA, PASSWORD).await.redirects_to(ON);
    turn_on(app, &mut browser).await;
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_use_case_of_a_session_that_must_enrol_is_refused(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let maya = app.caller(app.id_of(MAYA));
    require(&app, "admins", 0);
    let name = usher::domain::text::GroupName::parse("Research").unwrap();
    let refused = usher::usecases::groups::create(&app.ctx, &maya, &name);
    assert!(matches!(refused, Err(usher::usecases::NameError::Action(usher::usecases::ActionError::EnrolmentNeeded))), "{refused:?}");
}
