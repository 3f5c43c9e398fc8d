//! Times in the company's time zone, on pages, in mails and in exports.

use chrono::TimeDelta;
use usher::{
    domain::company::Company,
    store::{Tx, company},
    usecases::{audit::verification, outbox::housekeeping},
};

use crate::{
    helpers::{Browser, Db, Page, TestApp},
    shared::steps::{invite, reset_link},
};

const BERLIN: &str = "Europe/Berlin";

/// Sets the company's time zone.
fn move_to(app: &TestApp, zone: &str) {
    let time_zone = zone.parse().unwrap();
    let moved = |tx: &mut Tx<'_>| {
        let company = company::load(tx.db())?;
        company::update(tx, &Company { time_zone, ..company })
    };
    app.store().write_transaction(moved).unwrap();
}

/// A company with one Admin, in a time zone. It is 09:20 UTC on 22 November 2026.
async fn company_in(db: Db, zone: &str) -> (TestApp, Browser) {
    let (app, maya) = TestApp::with_admin(db).await;
    move_to(&app, zone);
    (app, maya)
}

/// Last sign-in, as the row of a list shows it.
fn last_sign_in(page: &Page) -> String {
    let time = page.body.split("<time ").find(|time| time.contains("2026-11-22T09:20:00Z")).unwrap();
    time.split_once('>').unwrap().1.split('<').next().unwrap().to_owned()
}

#[apply(both_databases!)]
async fn lists_follow_the_zone_and_the_page_names_it_once(db: Db) {
    let (app, mut maya) = company_in(db, BERLIN).await;
    for path in ["/users-and-groups", "/users-and-permissions", "/audit-log", "/"] {
        let page = maya.get(&app, path).await;
        page.is(200).sees("Today, 10:20").sees_no("09:20");
        assert_eq!(page.text().matches("All times in Europe/Berlin").count(), 1, "{path}: {}", page.text());
        assert!(page.body.contains("title=\"2026-11-22 09:20:00 UTC\""), "{path}");
    }
}

#[apply(both_databases!)]
async fn pages_of_a_company_in_utc_name_utc_with_each_hour(db: Db) {
    let (app, mut maya) = company_in(db, "UTC").await;
    maya.get(&app, "/users-and-groups").await.sees("Today, 09:20").sees_no("All times in");
    maya.get(&app, "/my-account").await.sees("Signed in 22 Nov 2026, 09:20 UTC").sees_no("All times in");
}

#[apply(both_databases!)]
async fn today_and_yesterday_are_days_of_the_zone(db: Db) {
    let (app, mut maya) = company_in(db, "Pacific/Kiritimati").await;
    // 23:20 there; 40 minutes later a day has passed.
    assert_eq!(last_sign_in(&maya.get(&app, "/users-and-permissions").await), "Today, 23:20");
    maya.get(&app, "/").await.sees("Sunday 22 November 2026");
    app.advance(TimeDelta::minutes(40));
    assert_eq!(last_sign_in(&maya.get(&app, "/users-and-permissions").await), "Yesterday, 23:20");
    maya.get(&app, "/").await.sees("Monday 23 November 2026");
}

#[apply(both_databases!)]
async fn pages_about_one_thing_name_the_zone_with_each_hour(db: Db) {
    let (app, mut maya) = company_in(db, BERLIN).await;
    maya.get(&app, "/my-account").await.sees("Signed in 22 Nov 2026, 10:20 CET from").sees("All times in Europe/Berlin");
    invite(&app, &mut maya, "noor@example.com").await;
    let noor = app.id_of("noor@example.com");
    let manage = maya.get(&app, &format!("/users-and-permissions/{noor}")).await;
    manage.sees("Sent22 Nov 2026, 10:20 CET").sees("Valid until23 Nov 2026, 10:20 CET").sees("All times in Europe/Berlin").sees_no(" UTC");
}

#[apply(both_databases!)]
async fn a_zone_without_letters_is_named_by_its_offset(db: Db) {
    let (app, mut maya) = company_in(db, "Asia/Kathmandu").await;
    maya.get(&app, "/my-account").await.sees("Signed in 22 Nov 2026, 15:05 UTC+05:45 from").sees("All times in Asia/Kathmandu");
}

#[apply(both_databases!)]
async fn an_invitation_and_its_pages_name_the_zone(db: Db) {
    let (app, mut maya) = company_in(db, BERLIN).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.is(303);
    let mail = app.mail().await;
    let text = mail.rendered.text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [&text, &mail.rendered.html] {
        assert!(part.contains("23 November 2026, 10:20 (Europe/Berlin).") && !part.contains("UTC"), "{part}");
    }
    let link = app.link_in(&mail);
    app.browser().get(&app, &link).await.is(200).sees("The link works until 23 Nov 2026, 10:20 (Europe/Berlin).");
    app.advance(TimeDelta::hours(24));
    app.browser().get(&app, &link).await.is(410).sees("It was valid until 23 Nov 2026, 10:20 (Europe/Berlin).");
}

#[apply(both_databases!)]
async fn a_mail_that_waits_is_written_in_the_zone_of_its_delivery(db: Db) {
    let (app, mut maya) = company_in(db, BERLIN).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.is(303);
    move_to(&app, "America/St_Johns");
    let mail = app.mail().await;
    assert!(mail.rendered.html.contains("23 November 2026, 05:50 (America/St_Johns)."), "{}", mail.rendered.html);
}

#[apply(both_databases!)]
async fn other_links_name_the_zone(db: Db) {
    let (app, mut maya) = company_in(db, BERLIN).await;
    let link = reset_link(&app, "maya.fischer@example.com").await;
    app.browser().get(&app, &link).await.is(200).sees("The link works once, until 22 Nov 2026, 11:20 (Europe/Berlin).");
    app.advance(TimeDelta::hours(1));
    app.browser().get(&app, &link).await.is(410).sees("It was valid until 22 Nov 2026, 11:20 (Europe/Berlin).");
    maya.get(&app, "/sign-in").await;
}

#[apply(both_databases!)]
async fn the_audit_log_is_filtered_by_days_of_the_zone(db: Db) {
    let (app, mut maya) = company_in(db, "Pacific/Kiritimati").await;
    app.create_user("Jonas", "Vermeulen");
    app.advance(TimeDelta::minutes(39));
    // Still the 22nd, to the last minute.
    invite(&app, &mut maya, "noor@example.com").await;
    app.advance(TimeDelta::minutes(1));
    invite(&app, &mut maya, "li@example.com").await;
    for (query, noor, li) in [
        ("from=2026-11-22&to=2026-11-22", true, false),
        ("from=2026-11-23&to=2026-11-23", false, true),
        ("to=2026-11-21", false, false),
        ("from=2026-11-22", true, true),
    ] {
        let page = maya.get(&app, &format!("/audit-log?action=user.invited&{query}")).await;
        assert_eq!((page.shows("invited noor@example.com"), page.shows("invited li@example.com")), (noor, li), "{query}: {}", page.text());
        let export = maya.get(&app, &format!("/audit-log/export?action=user.invited&{query}")).await;
        assert_eq!((export.body.contains("noor@example.com"), export.body.contains("li@example.com")), (noor, li), "{query}");
    }
    // Exports and the hash stay in UTC.
    let export = maya.get(&app, "/audit-log/export?action=user.invited").await;
    assert!(
        export.body.starts_with("\"Sequence\",\"Time (UTC)\"") && export.body.contains("2026-11-22T10:00:00.000000Z"),
        "{}",
        export.body
    );
}

#[apply(both_databases!)]
async fn an_entry_has_its_time_in_the_zone_and_the_exact_one_in_utc(db: Db) {
    let (app, mut maya) = company_in(db, BERLIN).await;
    let last = app.audit().last().unwrap().sequence;
    let page = maya.get(&app, &format!("/audit-log/{last}")).await;
    page.sees("Time22 Nov 2026, 10:20 CET").sees("Exact time2026-11-22 09:20:00.000000 UTC");
}

#[apply(both_databases!)]
async fn refused_sign_ins_are_filtered_by_days_of_the_zone(db: Db) {
    let (app, mut maya) = company_in(db, "Pacific/Kiritimati").await;
    app.advance(TimeDelta::minutes(40));
    app.browser().sign_in(&app, "nobody@example.com", "wrong wrong wrong").await;
    housekeeping::write_refusals(&app.ctx).unwrap();
    let list = "/audit-log/refused-sign-ins";
    maya.get(&app, &format!("{list}?from=2026-11-23")).await.sees("nobody@example.com").sees("23 Nov 2026, 00:00 UTC+14:00");
    maya.get(&app, &format!("{list}?to=2026-11-22")).await.sees_no("nobody@example.com");
}

#[apply(both_databases!)]
async fn access_on_a_date_is_that_at_the_end_of_the_day_in_the_zone(db: Db) {
    let (app, mut maya) = company_in(db, "Pacific/Kiritimati").await;
    let jonas = app.create_user("Jonas", "Vermeulen");
    let nordic = app.create_portfolio("Nordic Brands");
    let fjord = app.create_account(nordic, "Fjord Foods");
    app.advance(TimeDelta::minutes(40));
    app.assign(jonas, fjord).await;
    app.mails().await;
    let path = format!("/users-and-permissions/{jonas}/access");
    // The 23rd has begun there, and not in UTC.
    let today = maya.get(&app, &path).await;
    today.is(200).sees("As of the end of 23 Nov 2026").sees("At the end of the day, Pacific/Kiritimati").sees("Fjord Foods");
    maya.get(&app, &format!("{path}?on=2026-11-22")).await.sees("No record before Today, 00:00.").sees_no("Fjord Foods");
    maya.get(&app, &format!("{path}?on=2026-11-24")).await.sees("Choose today or an earlier date");
}

#[apply(both_databases!)]
async fn the_export_of_users_has_times_with_their_offset(db: Db) {
    let (app, mut maya) = company_in(db, "UTC").await;
    let export = maya.get(&app, "/users-and-permissions/export").await;
    assert!(export.body.contains("\"2026-11-22T09:20:00Z\""), "{}", export.body);
    move_to(&app, BERLIN);
    let export = maya.get(&app, "/users-and-permissions/export").await;
    assert!(export.body.contains("\"2026-11-22T10:20:00+01:00\"") && !export.body.contains("09:20"), "{}", export.body);
}

#[apply(both_databases!)]
async fn home_says_that_the_companys_weeks_have_days_in_utc(db: Db) {
    let (app, mut maya) = company_in(db, BERLIN).await;
    maya.get(&app, "/").await.sees("The last 12 weeksBy days in UTC");
    let nordic = app.create_portfolio("Nordic Brands");
    app.create_portfolio_admin("Adaeze", "Okafor", &[nordic]).await;
    app.mails().await;
    // Days of the zone make the weeks of a Portfolio Admin.
    let mut adaeze = app.signed_in("adaeze.okafor@example.com").await;
    adaeze.get(&app, "/").await.sees("The last 12 weeks").sees_no("By days in UTC");
    move_to(&app, "UTC");
    maya.get(&app, "/").await.sees("The last 12 weeks").sees_no("By days in");
}

#[apply(both_databases!)]
async fn the_log_is_verified_at_three_by_the_companys_clocks(db: Db) {
    let (app, mut maya) = company_in(db, "America/St_Johns").await;
    maya.get(&app, "/audit-log/proof").await.sees("The whole log is verified every night at 03:00 (America/St_Johns).");
    let verify = async || verification::verify_when_due(&app.ctx).await.unwrap();
    let verified_at = || verification::state(&app.ctx).unwrap().verified_at;
    verify().await;
    let first = verified_at();
    // From 05:50 there to 02:59, and to 03:00.
    app.advance(TimeDelta::hours(21) + TimeDelta::minutes(9));
    verify().await;
    assert_eq!(verified_at(), first);
    app.advance(TimeDelta::minutes(1));
    verify().await;
    assert_eq!(verified_at(), Some(app.now()));
    app.mails().await;
}

#[apply(both_databases!)]
async fn an_unknown_zone_is_shown_as_utc(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for name in ["Mars/Olympus_Mons", ""] {
        app.execute(&format!("UPDATE company SET time_zone = '{name}'"));
        maya.get(&app, "/users-and-groups").await.is(200).sees("Today, 09:20").sees_no("All times in");
        maya.get(&app, "/my-account").await.sees("Signed in 22 Nov 2026, 09:20 UTC");
    }
}

#[apply(both_databases!)]
async fn the_warning_before_the_end_of_the_session_has_the_zone_for_the_script(db: Db) {
    let (app, mut maya) = company_in(db, BERLIN).await;
    let page = maya.get(&app, "/users-and-groups").await;
    let warnings = page.body.matches("<time datetime=\"00:00\" data-zone=\"Europe/Berlin\">00:00</time> (Europe/Berlin).").count();
    assert_eq!(warnings, 2, "{}", page.body);
}
