//! Change of settings: what is saved, what is refused, and what is recorded.

use chrono::TimeDelta;

use super::*;

/// Each field with a value that is not its default, and the row that it makes.
const CHANGES: [(&[(&str, &str)], &str); 14] = [
    (&[("name", " Fjord  Trading ")], "name = 'Fjord Trading'"),
    (&[("groups_term", "90"), ("groups_term_unit", "minutes")], "groups_invitation_term = 5400"),
    (&[("new_user_term", "30"), ("new_user_term_unit", "days")], "permissions_invitation_term = 2592000"),
    (&[("invitations_per_hour", "10")], "invitations_per_hour = 10"),
    (&[("password_min", "64")], "password_min = 64"),
    (&[("two_factor", "admins"), ("two_factor_from", "2027-01-31")], "two_factor_for = 'admins' AND two_factor_from = '2027-01-31'"),
    (
        &[("two_factor", "admins_and_portfolio_admins"), ("two_factor_from", "2026-11-22")],
        "two_factor_for = 'admins_and_portfolio_admins' AND two_factor_from = '2026-11-22'",
    ),
    (&[("session_idle", "24"), ("session_idle_unit", "hours")], "session_idle = 86400"),
    (&[("session_absolute", "1"), ("session_absolute_unit", "days")], "session_absolute = 86400"),
    (&[("sessions_per_user", "100")], "sessions_per_user = 100"),
    (&[("deleted_kept", "0")], "deleted_kept = 0"),
    (&[("deleted_kept", "365")], "deleted_kept = 31536000"),
    (&[("time_zone", "Europe/Berlin")], "time_zone = 'Europe/Berlin'"),
    (&[("daily_mail", "on")], "mails_audit_head"),
];

#[apply(both_databases!)]
async fn every_setting_is_saved_recorded_and_shown_as_it_was_saved(db: Db) {
    let (app, mut maya) = with_enrolled_admin(db).await;
    for (number, (fields, row)) in (1..).zip(CHANGES) {
        save(&app, &mut maya, fields).await.redirects_to(SETTINGS);
        maya.get(&app, SETTINGS).await.sees("Settings saved.");
        assert_eq!(app.count(&format!("company WHERE {row} AND version = {}", number + 1)), 1, "{row}");
        assert_eq!(app.deeds().iter().filter(|deed| deed.starts_with("settings.changed")).count(), number, "{row}");
        save(&app, &mut maya, &[]).await.redirects_to(SETTINGS);
        maya.get(&app, SETTINGS).await.sees("No changes to save.");
    }
}

#[apply(both_databases!)]
async fn a_change_is_recorded_with_the_values_before_and_after(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    save(&app, &mut maya, &[("session_idle", "30"), ("session_idle_unit", "minutes"), ("sessions_per_user", "5")]).await.is(303);
    assert_eq!(app.deeds().last().unwrap(), "settings.changed Northwind Trading");
    maya.get(&app, "/audit-log").await.sees("Maya Fischer changed idle limit and sessions a user in Settings");
    let entry = maya.get(&app, &format!("/audit-log/{}", app.audit().len())).await;
    entry.sees("1 hour").sees("30 minutes").sees("20").sees_no("432000");
}

#[apply(both_databases!)]
async fn a_value_out_of_bounds_is_refused_at_its_field_and_kept(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let long = "x".repeat(101);
    for (field, typed, unit, error) in [
        ("name", "", "", "Enter a name for the company"),
        ("name", &*long, "", "Use at most 100 characters"),
        ("name", "<b>", "", "Remove < and >"),
        ("name", "a\u{202e}b", "", "Remove hidden characters"),
        ("groups_term", "59", "minutes", "Enter 1 hour to 30 days"),
        ("groups_term", "721", "hours", "Enter 1 hour to 30 days"),
        ("new_user_term", "31", "days", "Enter 1 hour to 30 days"),
        ("new_user_term", "", "days", "Enter 1 hour to 30 days"),
        ("invitations_per_hour", "9", "", "Enter a number from 10 to 10,000"),
        ("invitations_per_hour", "10001", "", "Enter a number from 10 to 10,000"),
        ("password_min", "7", "", "Enter a number from 8 to 64"),
        ("password_min", "65", "", "Enter a number from 8 to 64"),
        ("password_min", "fifteen", "", "Enter a number from 8 to 64"),
        ("session_idle", "4", "minutes", "Enter 5 minutes to 24 hours"),
        ("session_idle", "25", "hours", "Enter 5 minutes to 24 hours"),
        ("session_absolute", "59", "minutes", "Enter 1 hour to 30 days"),
        ("session_absolute", "99999999999", "days", "Enter 1 hour to 30 days"),
        ("sessions_per_user", "0", "", "Enter a number from 1 to 100"),
        ("sessions_per_user", "101", "", "Enter a number from 1 to 100"),
        ("deleted_kept", "366", "", "Enter a number from 0 to 365"),
        ("deleted_kept", "-1", "", "Enter a number from 0 to 365"),
    ] {
        let unit_field = format!("{field}_unit");
        let fields = [(field, typed), (&*unit_field, unit), ("sessions_per_user", "7")];
        let fields = fields.into_iter().filter(|(name, value)| !(value.is_empty() && name.ends_with("_unit")));
        // A field that is tried itself comes first.
        let fields = fields.enumerate().filter(|(place, (name, _))| *place == 0 || *name != field).map(|(_, field)| field);
        let page = save(&app, &mut maya, &fields.collect::<Vec<_>>()).await;
        page.is(422).sees("There is a problem").sees(error);
        assert!(page.body.contains("<title>Error: Settings"), "{field}");
        assert_eq!(value(&page, field), typed, "{field}");
        assert!(unit.is_empty() || value(&page, &unit_field) == unit, "{field} {unit}");
        assert!(field == "sessions_per_user" || value(&page, "sessions_per_user") == "7", "{field}");
    }
    assert_eq!(app.count("company WHERE version = 1 AND sessions_per_user = 20"), 1);
}

#[apply(both_databases!)]
async fn an_unknown_time_zone_is_refused(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for typed in ["", "Mars/Olympus", "<b>"] {
        save(&app, &mut maya, &[("time_zone", typed)]).await.is(422).sees("Choose a time zone from the list");
    }
    assert_eq!(app.count("company WHERE time_zone = 'UTC'"), 1);
}

#[apply(both_databases!)]
async fn a_policy_for_anyone_needs_a_date(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for typed in ["", "tomorrow", "2026-02-30", "1926-11-22", "22.11.2026"] {
        let page = save(&app, &mut maya, &[("two_factor", "admins"), ("two_factor_from", typed)]).await;
        page.is(422).sees("Enter the first day, such as 2027-01-31");
        assert_eq!((value(&page, "two_factor"), value(&page, "two_factor_from")), ("admins".to_owned(), typed.to_owned()));
    }
    save(&app, &mut maya, &[("two_factor", "nobody"), ("two_factor_from", "tomorrow"), ("password_min", "16")]).await.is(303);
    assert_eq!(app.count("company WHERE two_factor_for = 'nobody' AND two_factor_from IS NULL"), 1);
}

#[apply(both_databases!)]
async fn a_form_that_no_page_shows_is_refused(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for field in [("two_factor", "robots"), ("session_idle_unit", "weeks"), ("daily_mail", "maybe"), ("time", "1"), ("version", "x")] {
        save(&app, &mut maya, &[field]).await.is(400);
    }
    assert_eq!(app.count("company WHERE version = 1"), 1);
}

#[apply(both_databases!)]
async fn a_form_after_the_end_of_the_session_changes_nothing(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.get(&app, SETTINGS).await;
    app.advance(TimeDelta::hours(2));
    let answer = maya.send(&app, &page, SETTINGS, &[("name", "Fjord Trading")]).await;
    assert!(answer.is(303).header("location").starts_with("/sign-in?"), "{}", answer.header("location"));
    assert_eq!(app.count("company WHERE version = 1"), 1);
}

#[apply(both_databases!)]
async fn the_new_name_shortest_password_and_terms_are_in_force_at_once(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let fields =
        [("name", "Fjord Trading"), ("groups_term", "90"), ("groups_term_unit", "minutes"), ("password_min", "40"), ("deleted_kept", "7")];
    save(&app, &mut maya, &fields).await.is(303);
    maya.get(&app, "/").await.sees("Fjord Trading");
    maya.get(&app, "/my-account").await.sees("40 characters or more");
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.is(303);
    let mail = app.mail().await.rendered;
    assert!(mail.text.contains("valid for 90 minutes") && mail.text.contains("Fjord Trading"), "{}", mail.text);
    assert_eq!(mail.sender, "Fjord Trading (Usher)");
}

#[apply(both_databases!)]
async fn a_shorter_idle_limit_ends_sessions_that_have_been_idle_for_longer(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.create_user("Jonas", "Vermeulen");
    let mut jonas = app.signed_in("jonas.vermeulen@example.com").await;
    app.advance(TimeDelta::minutes(10));
    save(&app, &mut maya, &[("session_idle", "5"), ("session_idle_unit", "minutes")]).await.is(303);
    jonas.get(&app, "/my-account").await.redirects_to("/sign-in?next=%2Fmy-account");
    maya.get(&app, SETTINGS).await.is(200);
}

#[apply(both_databases!)]
async fn the_daily_mail_is_turned_on_and_off_and_recorded(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for (is_on, rows) in [(true, 1), (true, 1), (false, 0), (false, 0)] {
        save_daily_mail(&app, &mut maya, is_on).await.redirects_to(SETTINGS);
        assert_eq!(app.count("company WHERE mails_audit_head"), rows);
    }
    assert_eq!(app.deeds().iter().filter(|deed| deed.starts_with("settings.changed")).count(), 2);
    maya.get(&app, "/audit-log").await.sees("Maya Fischer changed daily mail of the newest hash in Settings");
}
