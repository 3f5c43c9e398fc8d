//! Settings: of the company, which Admins change, of the process, and the test mail.

use crate::{
    credentials::{confirm_identity::prove, two_factor::turn_on},
    helpers::{Browser, Db, Page, TestApp},
    shared::steps::csrf,
};

mod change;
mod conflicts;
mod process;
mod stale;
mod test_mail;

const SETTINGS: &str = "/settings";

/// Fields of the form as it stands on the page.
fn form(page: &Page) -> Vec<(String, String)> {
    page.form(SETTINGS)
}

#[track_caller]
fn value(page: &Page, field: &str) -> String {
    form(page).into_iter().find(|(name, _)| name == field).unwrap_or_else(|| panic!("no field {field}")).1
}

/// Saves the settings with these fields changed, and proves who the Admin is if the last proof is too old.
pub(crate) async fn save(app: &TestApp, browser: &mut Browser, fields: &[(&str, &str)]) -> Page {
    let page = browser.fill(app, SETTINGS, fields).await;
    if page.header("location").starts_with("/confirm") { prove(app, browser, &page).await } else { page }
}

/// An app whose Admin has two-factor, so that no policy keeps them from the page.
async fn with_enrolled_admin(db: Db) -> (TestApp, Browser) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    turn_on(&app, &mut maya).await;
    app.mails().await;
    (app, maya)
}

/// Ticks or unticks the daily mail of the newest hash, and saves the settings.
pub(crate) async fn save_daily_mail(app: &TestApp, browser: &mut Browser, is_on: bool) -> Page {
    let page = browser.get(app, SETTINGS).await;
    let mut fields = form(&page);
    fields.retain(|(name, _)| name != "daily_mail");
    if is_on {
        fields.push(("daily_mail".to_owned(), "on".to_owned()));
    }
    let fields = fields.iter().map(|(name, value)| (&**name, &**value)).collect::<Vec<_>>();
    let page = browser.post(app, SETTINGS, &fields).await;
    if page.header("location").starts_with("/confirm") { prove(app, browser, &page).await } else { page }
}

#[apply(both_databases!)]
async fn settings_are_for_admins_and_in_their_navigation(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.create_user("Jonas", "Vermeulen");
    let nordic = app.create_portfolio("Nordic Brands");
    app.create_portfolio_admin("Hana", "Novak", &[nordic]).await;
    app.browser().get(&app, SETTINGS).await.redirects_to("/sign-in?next=%2Fsettings");
    assert!(maya.get(&app, "/").await.has_link(SETTINGS));
    maya.get(&app, SETTINGS).await.is(200).sees("Company and access").sees("Save settings");
    for email in ["jonas.vermeulen@example.com", "hana.novak@example.com"] {
        let mut browser = app.signed_in(email).await;
        assert!(!browser.get(&app, "/").await.has_link(SETTINGS));
        browser.get(&app, SETTINGS).await.is(403);
        let token = csrf(&app, &mut browser).await;
        browser.post(&app, "/settings/test-mail", &[("csrf", &token)]).await.is(403);
    }
    app.mails().await;
}
