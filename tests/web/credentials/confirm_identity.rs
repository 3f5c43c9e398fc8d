//! Confirmation of a signed-in user who they are, before sensitive actions.

use chrono::TimeDelta;
use usher::{
    domain::credentials::password::Password,
    usecases::credentials::identity::{self, TypedProof},
};

use crate::{
    credentials::two_factor::Lena,
    helpers::{Browser, Db, PASSWORD, Page, TestApp},
    shared::steps::{at_once, confirm},
};

const CONFIRM: &str = "/confirm";
const EMAIL: &str = "/my-account/email";
const ME: &str = "/my-account";
const ADD: &str = "/users-and-groups/groups/1/add";

/// Proves by the password who the user is, as a browser does after `asked`.
pub(crate) async fn prove(app: &TestApp, browser: &mut Browser, asked: &Page) -> Page {
    prove_with(app, browser, asked, "", ("current", PASSWORD)).await
}

/// Fills in the proof after `asked`, and sends the waiting form again where the answer keeps the method.
async fn prove_with(app: &TestApp, browser: &mut Browser, asked: &Page, with: &str, proof: (&str, &str)) -> Page {
    let page = browser.get(app, &format!("{}{with}", asked.is(303).header("location"))).await;
    let mut fields = page.is(200).form(CONFIRM);
    fields.retain(|(name, _)| name != proof.0);
    fields.push((proof.0.to_owned(), proof.1.to_owned()));
    let fields = fields.iter().map(|(name, value)| (&**name, &**value)).collect::<Vec<_>>();
    let proved = browser.post(app, CONFIRM, &fields).await;
    if proved.status.as_u16() != 307 {
        return proved;
    }
    let address = proved.header("location").to_owned();
    browser.post(app, &address, &fields).await
}

/// An app whose Admin signed in five minutes ago, and asks to make Lena Novak an Admin.
async fn asked(db: Db) -> (TestApp, Browser, Page) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let lena = app.create_user("Lena", "Novak").to_string();
    app.advance(TimeDelta::minutes(5));
    let asked = maya.fill(&app, ADD, &[("user", &lena)]).await;
    (app, maya, asked)
}

#[apply(both_databases!)]
async fn sensitive_actions_ask_for_a_proof_and_are_done_with_it(db: Db) {
    let Lena { app, id: lena, .. } = Lena::new(db).await;
    let mut maya = app.signed_in("maya.fischer@example.com").await;
    app.signed_in("maya.fischer@example.com").await;
    let jonas = app.create_user("Jonas", "Novak");
    let folder = maya.fill(&app, "/assets/new?kind=folder", &[("name", "Rates")]).await.header("location").to_owned();
    for (path, fields, done) in [
        (format!("/users-and-permissions/{lena}/reset-two-factor"), vec![], "two_factor.reset Lena Novak"),
        (ADD.to_owned(), vec![("user", lena.to_string())], "admin.appointed Lena Novak"),
        (format!("{folder}/owner"), vec![("user", lena.to_string())], "asset.owner_changed Rates"),
        (format!("/users-and-groups/users/{jonas}/delete"), vec![], "user.deleted Jonas Novak"),
        (EMAIL.to_owned(), vec![("email", "maya@example.com".to_owned())], "email.change_requested Maya Fischer"),
        ("/settings".to_owned(), vec![("password_min", "20".to_owned())], "settings.changed Northwind Trading"),
        ("/my-account/sessions/end-others".to_owned(), vec![], "session.others_ended Maya Fischer"),
    ] {
        app.advance(TimeDelta::minutes(5));
        let page = maya.get(&app, if path.starts_with(ME) { ME } else { &path }).await;
        let deeds = app.deeds();
        let fields = fields.iter().map(|(name, value)| (*name, &**value)).collect::<Vec<_>>();
        let asked = maya.send(&app, &page, &path, &fields).await;
        assert!(asked.header("location").starts_with("/confirm?form="), "{path}: {}", asked.header("location"));
        assert_eq!(app.deeds(), deeds, "{path}");
        prove(&app, &mut maya, &asked).await.is(303);
        assert!(app.deeds().iter().skip(deeds.len()).any(|deed| deed == done), "{path}: {:?}", app.deeds());
    }
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_session_is_ended_after_a_proof(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let mut elsewhere = app.signed_in("maya.fischer@example.com").await;
    app.advance(TimeDelta::minutes(5));
    let page = maya.get(&app, ME).await;
    let end = page.body.split('"').find(|text| text.starts_with("/my-account/sessions/") && text.ends_with("/end")).unwrap();
    let asked = maya.send(&app, &page, end, &[]).await;
    elsewhere.get(&app, ME).await.is(200);
    prove(&app, &mut maya, &asked).await.redirects_to(ME);
    elsewhere.get(&app, ME).await.is(303);
}

#[apply(both_databases!)]
async fn other_actions_ask_for_no_proof(db: Db) {
    let (app, mut maya, _) = asked(db).await;
    let page = maya.get(&app, ME).await;
    maya.send(&app, &page, "/my-account/name", &[("last_name", "Fisher")]).await.redirects_to(ME);
    let lena = app.id_of("lena.novak@example.com");
    maya.fill(&app, &format!("/users-and-permissions/{lena}/edit"), &[("last_name", "Kovač")]).await.is(303);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_proof_serves_for_five_minutes(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let ids = ["Jonas", "Lena", "Otto"].map(|name| app.create_user(name, "Novak"));
    let delete = ids.map(|id| format!("/users-and-groups/users/{id}/delete"));
    app.advance(TimeDelta::seconds(299));
    confirm(&app, &mut maya, &delete[0]).await.is(303).header("location");
    assert!(!app.has_user("jonas.novak@example.com"));
    app.advance(TimeDelta::seconds(1));
    let asked = confirm(&app, &mut maya, &delete[1]).await;
    assert!(app.has_user("lena.novak@example.com"));
    prove(&app, &mut maya, &asked).await.is(303);
    assert!(!app.has_user("lena.novak@example.com"));
    app.advance(TimeDelta::seconds(299));
    confirm(&app, &mut maya, &delete[2]).await;
    assert!(!app.has_user("otto.novak@example.com"));
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_change_of_factors_is_no_proof(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let lena = app.create_user("Lena", "Novak").to_string();
    app.advance(TimeDelta::seconds(299));
    crate::credentials::two_factor::turn_on(&app, &mut maya).await;
    app.advance(TimeDelta::seconds(1));
    let asked = maya.fill(&app, ADD, &[("user", &lena)]).await;
    assert!(asked.header("location").starts_with("/confirm"), "{}", asked.header("location"));
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_clock_that_was_set_back_makes_no_proof_recent(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.advance(TimeDelta::hours(-1));
    let asked = maya.fill(&app, ADD, &[("user", &app.create_user("Lena", "Novak").to_string())]).await;
    assert!(asked.header("location").starts_with("/confirm"), "{}", asked.header("location"));
}

#[apply(both_databases!)]
async fn a_wrong_proof_does_nothing_and_keeps_the_form(db: Db) {
    let (app, mut maya, asked) = asked(db).await;
    let deeds = app.deeds();
    for (current, error) in [
        ("", "Enter your current password"),
        ("wrong battery staple horse", "This is not your password"),
        (&*"x".repeat(60_000), "not your"),
    ] {
        let page = prove_with(&app, &mut maya, &asked, "", ("current", current)).await;
        page.is(422).sees(error).sees("Confirm it’s you");
        assert!(page.form(CONFIRM).iter().any(|(name, value)| name == "held" && value == "1"));
    }
    assert_eq!(app.deeds(), deeds);
    prove(&app, &mut maya, &asked).await.is(303);
    assert!(app.deeds().contains(&"admin.appointed Lena Novak".to_owned()));
    app.mails().await;
}

#[apply(both_databases!)]
async fn guesses_at_the_proof_slow_down(db: Db) {
    let (app, mut maya, asked) = asked(db).await;
    for _ in 0..4 {
        prove_with(&app, &mut maya, &asked, "", ("current", "wrong battery staple horse")).await.is(422);
    }
    prove(&app, &mut maya, &asked).await.is(429).sees("Too many attempts. Try again in");
    assert!(!app.deeds().contains(&"admin.appointed Lena Novak".to_owned()));
}

#[apply(both_databases!)]
async fn a_code_serves_as_a_proof_once(db: Db) {
    let mut lena = Lena::new(db).await;
    let code = lena.code();
    let Lena { app, browser, .. } = &mut lena;
    let page = browser.get(app, ME).await;
    let asked = browser.send(app, &page, EMAIL, &[("email", "new@example.com")]).await;
    for wrong in ["", "000000", "12345"] {
        prove_with(app, browser, &asked, "&with=code", ("code", wrong)).await.is(422);
    }
    prove_with(app, browser, &asked, "&with=code", ("code", &code)).await.redirects_to(ME);
    browser.get(app, ME).await.sees("Confirmation sent to new@example.com");
    app.advance(TimeDelta::minutes(5));
    let asked = browser.send(app, &page, EMAIL, &[("email", "newer@example.com")]).await;
    prove_with(app, browser, &asked, "&with=code", ("code", &code)).await.is(422).sees("This code is wrong or was used");
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_proof_gives_the_session_another_token(db: Db) {
    let (app, mut maya, asked) = asked(db).await;
    let mut stolen = maya.clone();
    prove(&app, &mut maya, &asked).await.is(303);
    maya.get(&app, ME).await.is(200);
    stolen.get(&app, ME).await.redirects_to("/sign-in?next=%2Fmy-account");
    app.mails().await;
}

#[apply(both_databases!)]
async fn pages_opened_before_a_proof_can_still_be_sent(db: Db) {
    let (app, mut maya, asked) = asked(db).await;
    let other_tab = maya.get(&app, "/users-and-groups/new-group").await;
    prove(&app, &mut maya, &asked).await.is(303);
    maya.send(&app, &other_tab, "/users-and-groups/new-group", &[("name", "Research")]).await.is(303);
    assert_eq!(app.count("user_groups WHERE kind = 'custom'"), 1);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_waiting_form_belongs_to_its_user_and_its_address(db: Db) {
    let (app, mut maya, _) = asked(db).await;
    app.create_admin("Ada", "Okafor");
    let mut ada = app.signed_in("ada.okafor@example.com").await;
    let deeds = app.deeds();
    let page = ada.get(&app, ADD).await;
    let csrf = page.form(ADD).into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    ada.post(&app, ADD, &[("csrf", &csrf), ("held", "1")]).await.is(409).sees("This form has expired");
    let page = maya.get(&app, ADD).await;
    let csrf = page.form(ADD).into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    maya.post(&app, "/users-and-groups/new-group", &[("csrf", &csrf), ("held", "1")]).await.is(400);
    maya.post(&app, ADD, &[("csrf", "x"), ("held", "1")]).await.is(403);
    for (held, status) in [("2", 409), ("", 400), ("x", 400), ("-1", 400), ("99999999999999999999", 400)] {
        maya.post(&app, ADD, &[("csrf", &csrf), ("held", held)]).await.is(status);
    }
    assert_eq!(app.deeds(), deeds);
}

#[apply(both_databases!)]
async fn a_form_waits_for_an_hour(db: Db) {
    let (app, mut maya, asked) = asked(db).await;
    app.execute("UPDATE company SET session_idle = 86400");
    app.advance(TimeDelta::hours(1));
    maya.get(&app, asked.header("location")).await.is(409).sees("This form has expired");
    assert!(!app.deeds().contains(&"admin.appointed Lena Novak".to_owned()));
}

#[apply(both_databases!)]
async fn a_waiting_form_is_done_once(db: Db) {
    let (app, mut maya, _) = asked(db).await;
    let page = maya.get(&app, ME).await;
    let asked = maya.send(&app, &page, EMAIL, &[("email", "maya@example.com")]).await;
    prove(&app, &mut maya, &asked).await.redirects_to(ME);
    prove(&app, &mut maya, &asked).await.is(409).sees("This was sent twice");
    assert_eq!(app.mails().await.len(), 2);
}

#[apply(both_databases!)]
async fn of_several_proofs_at_once_one_gives_the_session_a_token(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (ctx, maya) = (&app.ctx, app.session_of(app.id_of("maya.fischer@example.com")));
    let proof = TypedProof::Password(Password::typed(PASSWORD));
    let confirmed = at_once([(); 4], |()| identity::confirm(ctx, &maya, &proof).is_ok());
    assert_eq!(confirmed.iter().filter(|is_ok| **is_ok).count(), 1, "{confirmed:?}");
}

#[apply(both_databases!)]
async fn nobody_confirms_anything_without_a_session(db: Db) {
    let (app, mut maya, _) = asked(db).await;
    let page = maya.get(&app, "/confirm").await;
    maya.forget_cookie("usher");
    maya.send(&app, &page, CONFIRM, &[("current", PASSWORD)]).await.is(303);
    assert_eq!(app.count("sessions"), 1);
    maya.get(&app, "/confirm").await.redirects_to("/sign-in?next=%2Fconfirm");
}

#[apply(both_databases!)]
async fn cancel_leads_to_the_page_above_and_no_form_is_made_up(db: Db) {
    let (app, mut maya, _) = asked(db).await;
    let page = maya.get(&app, "/confirm?next=%2Fmy-account%2Ftwo-factor").await;
    assert!(page.is(200).has_link(ME) && !page.has_link("/my-account/two-factor"));
    for form in ["999999", "x", "-1"] {
        maya.get(&app, &format!("/confirm?form={form}")).await.is(409).sees("This form has expired");
    }
}
