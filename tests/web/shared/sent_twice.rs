//! Forms that make new things, submitted more than once.

use usher::{
    domain::{idempotency_key::IdempotencyKey, text::GroupName},
    usecases::{ActionError, NameError, groups},
};

use crate::{
    helpers::{Browser, Page, TestApp},
    shared::steps::{at_once, confirm, create_group, csrf},
};

const GROUP: &str = "/users-and-groups/new-group";

/// Pages with such forms, and values to type.
fn makers(portfolio: &str, account: &str) -> [(&'static str, Vec<(&'static str, String)>); 5] {
    let fields = |fields: &[(&'static str, &str)]| fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    [
        ("/users-and-groups/new-user", fields(&[("email", "noor@example.com")])),
        (GROUP, fields(&[("name", "Finance")])),
        ("/portfolios/new", fields(&[("name", "Nordic Brands"), ("notes", ""), ("do", "create")])),
        (
            "/accounts/new",
            fields(&[
                ("name", "Fjord Foods"),
                ("website", ""),
                ("notes", ""),
                ("step", "review"),
                ("portfolio", portfolio),
                ("do", "create"),
            ]),
        ),
        (
            "/users-and-permissions/new",
            fields(&[
                ("step", "3"),
                ("do", "create"),
                ("first_name", "Ruth"),
                ("last_name", "Adler"),
                ("email", "ruth@example.com"),
                ("default_role", "user"),
                ("account", account),
            ]),
        ),
    ]
}

async fn send(app: &TestApp, browser: &mut Browser, token: &str, path: &str, fields: &[(&'static str, String)]) -> Page {
    let fields = fields.iter().map(|(name, value)| (*name, value.as_str()));
    browser.post(app, path, &std::iter::once(("csrf", token)).chain(fields).collect::<Vec<_>>()).await
}

#[apply(both_databases!)]
async fn what_a_form_makes_it_makes_once(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let portfolio = app.create_portfolio("DACH Retail");
    let account = app.create_account(portfolio, "Bergmann Bikes");
    for (path, fields) in makers(&portfolio.to_string(), &account.to_string()) {
        let token = csrf(&app, &mut maya).await;
        send(&app, &mut maya, &token, path, &fields).await.is(303);
        let made = app.deeds();
        send(&app, &mut maya, &token, path, &fields).await.is(409).sees("This was sent twice").sees("not repeated").sees_no("Go back");
        assert_eq!(app.deeds(), made, "{path}");
        app.mails().await;
    }
}

#[apply(both_databases!)]
async fn the_same_from_another_page_or_in_another_session_is_told_that_it_exists(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let fields = [("name", "Finance".to_owned())];
    for said in [303, 422] {
        let token = csrf(&app, &mut maya).await;
        send(&app, &mut maya, &token, GROUP, &fields).await.is(said);
    }
    let mut again = app.signed_in("maya.fischer@example.com").await;
    let token = csrf(&app, &mut again).await;
    send(&app, &mut again, &token, GROUP, &fields).await.is(422);
}

#[apply(both_databases!)]
async fn a_form_that_was_refused_can_be_sent_again(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let token = csrf(&app, &mut maya).await;
    let group = create_group(&app, &mut maya, "Finance").await;
    let fields = [("name", "Finance".to_owned())];
    send(&app, &mut maya, &token, GROUP, &fields).await.is(422);
    confirm(&app, &mut maya, &format!("{group}/delete")).await.is(303);
    send(&app, &mut maya, &token, GROUP, &fields).await.is(303);
}

#[apply(both_databases!)]
async fn of_four_that_come_at_the_same_moment_one_is_done(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let maya = app.caller(app.id_of("maya.fischer@example.com")).with_key(IdempotencyKey::new(GROUP, b"name=Finance"));
    let (ctx, name) = (&app.ctx, GroupName::parse("Finance").unwrap());
    let made = at_once([(); 4], |()| groups::create(ctx, &maya, &name));
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1);
    assert_eq!(made.iter().filter(|made| matches!(made, Err(NameError::Action(ActionError::Repeated)))).count(), 3, "{made:?}");
}
