//! Two Admins who change settings at once.

use usher::usecases::settings::{self, SettingsError};

use super::*;
use crate::{helpers::Db, shared::steps::at_once};

/// An app with two Admins who are signed in.
async fn with_two(db: Db) -> (TestApp, Browser, Browser) {
    let (app, maya) = TestApp::with_admin(db).await;
    app.create_admin("Ada", "Okafor");
    app.mails().await;
    let ada = app.signed_in("ada.okafor@example.com").await;
    (app, maya, ada)
}

#[apply(both_databases!)]
async fn the_second_of_two_sees_the_form_again_with_what_both_changed(db: Db) {
    let (app, mut maya, mut ada) = with_two(db).await;
    let opened = maya.get(&app, SETTINGS).await;
    let theirs = [
        ("name", "Fjord Trading"),
        ("session_idle", "2"),
        ("two_factor", "admins"),
        ("two_factor_from", "2026-12-01"),
        ("groups_term", "3"),
        ("groups_term_unit", "days"),
    ];
    save(&app, &mut ada, &theirs).await.is(303);
    let mine = [
        ("name", "Northwind"),
        ("session_idle", "30"),
        ("session_idle_unit", "minutes"),
        ("two_factor", "admins_and_portfolio_admins"),
        ("two_factor_from", "2026-12-01"),
        ("sessions_per_user", "5"),
    ];
    let page = maya.send(&app, &opened, SETTINGS, &mine).await;
    page.is(409).sees("Someone changed this page while you were editing");
    for saved in ["Fjord Trading", "2 hours", "Admins"] {
        page.sees(&format!("Saved by someone else: {saved}"));
    }
    assert_eq!(page.text().matches("Saved by someone else").count(), 3, "{}", page.text());
    // Both changed: mine. Ada alone changed: hers. I alone changed: mine.
    for (field, expected) in [
        ("name", "Northwind"),
        ("session_idle", "30"),
        ("session_idle_unit", "minutes"),
        ("two_factor", "admins_and_portfolio_admins"),
        ("two_factor_from", "2026-12-01"),
        ("groups_term", "3"),
        ("groups_term_unit", "days"),
        ("sessions_per_user", "5"),
    ] {
        assert_eq!(value(&page, field), expected, "{field}");
    }
    assert_eq!(app.count("company WHERE name = 'Fjord Trading' AND sessions_per_user = 20 AND version = 2"), 1);
    maya.send(&app, &page, SETTINGS, &[]).await.redirects_to(SETTINGS);
    let row = "name = 'Northwind' AND session_idle = 1800 AND groups_invitation_term = 259200 AND sessions_per_user = 5 AND version = 3";
    assert_eq!(app.count(&format!("company WHERE {row}")), 1);
}

#[apply(both_databases!)]
async fn equal_changes_of_two_are_no_conflict(db: Db) {
    let (app, mut maya, mut ada) = with_two(db).await;
    let opened = maya.get(&app, SETTINGS).await;
    save(&app, &mut ada, &[("session_idle", "120"), ("session_idle_unit", "minutes")]).await.is(303);
    // Two hours, told another way.
    maya.send(&app, &opened, SETTINGS, &[("session_idle", "2")]).await.redirects_to(SETTINGS);
    maya.get(&app, SETTINGS).await.sees("No changes to save.");
    assert_eq!(app.deeds().iter().filter(|deed| deed.starts_with("settings.changed")).count(), 1);
}

#[apply(both_databases!)]
async fn a_form_sent_twice_is_saved_once(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let opened = maya.get(&app, SETTINGS).await;
    for said in ["Settings saved.", "No changes to save."] {
        maya.send(&app, &opened, SETTINGS, &[("name", "Fjord Trading")]).await.redirects_to(SETTINGS);
        maya.get(&app, SETTINGS).await.sees(said);
    }
    assert_eq!(app.count("company WHERE version = 2"), 1);
}

#[apply(both_databases!)]
async fn of_four_that_come_at_the_same_moment_one_is_saved(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let maya = app.caller(app.id_of("maya.fischer@example.com"));
    let saved = app.store().read(usher::store::company::load).unwrap();
    let done = at_once([1, 2, 3, 4], |sessions| {
        let wanted = usher::domain::company::Company { sessions_per_user: sessions, ..saved.clone() };
        settings::change(&app.ctx, &maya, &wanted)
    });
    assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1);
    assert_eq!(done.iter().filter(|done| matches!(done, Err(SettingsError::Stale(_)))).count(), 3, "{done:?}");
    assert_eq!(app.count("company WHERE version = 2"), 1);
}
