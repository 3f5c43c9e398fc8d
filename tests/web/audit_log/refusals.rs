//! Refused sign-ins.

use chrono::TimeDelta;
use usher::{store::credentials::refused_sign_ins::RefusalReason, usecases::outbox::housekeeping};

use super::*;
use crate::users::directory::go;

const REFUSALS: &str = "/audit-log/refused-sign-ins";

#[apply(both_databases!)]
async fn refused_sign_ins_are_listed_apart_from_the_chain(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.get(&app, REFUSALS).await.sees("No refused sign-ins");
    app.browser().sign_in(&app, "nobody@example.com", "a wrong password").await.is(422);
    housekeeping::write_refusals(&app.ctx).unwrap();
    let page = maya.get(&app, REFUSALS).await;
    page.sees("nobody@example.com").sees("Wrong address or password").sees("192.0.2.1").sees("22 Nov 2026, 09:20 UTC");
    page.sees("They are not part of the audit log’s chain.");
    assert!(maya.get(&app, LOG).await.sees_no("nobody@example.com").has_link(REFUSALS));
}

#[apply(both_databases!)]
async fn refused_sign_ins_have_pages_by_key_with_several_of_one_minute(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for number in 0..60 {
        let (network, email) = (format!("192.0.2.{}", number % 3), format!("p{number:02}@example.com"));
        app.store().note_refusal(&network, &email, RefusalReason::Wrong, app.now() - TimeDelta::minutes(number / 20));
    }
    housekeeping::write_refusals(&app.ctx).unwrap();
    let numbers = |page: &Page| page.body.matches("@example.com</bdi>").count();
    let first = maya.get(&app, &format!("{REFUSALS}?rows=25")).await;
    assert_eq!(numbers(first.sees("1–25 of 60 rows")), 25);
    let second = go(&app, &mut maya, &first, "next").await;
    let third = go(&app, &mut maya, second.sees("26–50 of 60 rows"), "next").await;
    assert_eq!(numbers(third.sees("51–60 of 60 rows")), 10);
    let all = [&first, &second, &third].map(Page::text).join(" ");
    assert!((0..60).all(|number| all.contains(&format!("p{number:02}@example.com"))));
    assert_eq!(go(&app, &mut maya, &second, "prev").await.text(), first.text());
    for wrong in ["rows=7", "page=x", "page=e30"] {
        maya.get(&app, &format!("{REFUSALS}?{wrong}")).await.is(404);
    }
}

/// Notes a refused sign-in of days ago.
fn refused(app: &TestApp, network: &str, email: &str, days: i64) {
    app.store().note_refusal(network, email, RefusalReason::Wrong, app.now() - TimeDelta::days(days));
}

#[apply(both_databases!)]
async fn refused_sign_ins_are_found_by_days_and_by_words_in_address_or_network(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    refused(&app, "192.0.2.7", "noor@example.com", 2);
    refused(&app, "2001:db8::/64", "ruth@example.com", 1);
    refused(&app, "192.0.2.7", "ruth@example.org", 0);
    housekeeping::write_refusals(&app.ctx).unwrap();
    for (query, found) in [
        ("q=noor", &["noor@example.com"][..]),
        ("q=ruth", &["ruth@example.org", "ruth@example.com"]),
        ("q=192.0.2", &["ruth@example.org", "noor@example.com"]),
        ("q=2001%3Adb8+ruth", &["ruth@example.com"]),
        ("from=2026-11-21&to=2026-11-21", &["ruth@example.com"]),
        ("to=2026-11-21", &["ruth@example.com", "noor@example.com"]),
        ("from=2026-11-22", &["ruth@example.org"]),
        ("q=ruth&to=2026-11-21", &["ruth@example.com"]),
    ] {
        let page = maya.get(&app, &format!("{REFUSALS}?{query}")).await;
        let shown = page.is(200).body.split("<bdi>").skip(1).filter_map(|rest| rest.split("</bdi>").next());
        let shown = shown.filter(|text| text.contains("@example.")).collect::<Vec<_>>();
        assert_eq!(shown, found, "{query}");
        page.sees(if found.len() == 1 { "1 row" } else { "2 rows" });
        let lines = maya.get(&app, &format!("{REFUSALS}/export?{query}")).await.is(200).body.lines().count();
        assert_eq!(lines, found.len() + 1, "{query}");
    }
    maya.get(&app, &format!("{REFUSALS}?q=nobody")).await.sees("No refused sign-in matches these filters.").sees("Clear all filters");
    maya.get(&app, &format!("{REFUSALS}?q=%00%25_")).await.is(200);
}

#[apply(both_databases!)]
async fn days_of_refused_sign_ins_that_are_wrong_are_errors_at_their_fields(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.get(&app, &format!("{REFUSALS}?q=ma&from=2026-11-23&to=2026-11-22")).await;
    page.is(422).sees_no("Export CSV").sees("Choose a date on or after the From date").sees("Error: Refused sign-ins");
    assert!(page.body.contains("value=\"2026-11-23\"") && page.body.contains("value=\"ma\""));
    maya.get(&app, &format!("{REFUSALS}/export?from=x")).await.is(404);
}

#[apply(both_databases!)]
async fn an_export_of_refused_sign_ins_is_an_entry_with_its_filters_and_goes_on_beyond_one_reading(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    refused(&app, "", "=noor@example.com", 0);
    for minute in 0..30 {
        for number in 0..45 {
            let at = app.now() - TimeDelta::minutes(minute + 1);
            app.store().note_refusal("192.0.2.1", &format!("p{number}@example.com"), RefusalReason::Throttled, at);
        }
    }
    housekeeping::write_refusals(&app.ctx).unwrap();
    let page = maya.get(&app, &format!("{REFUSALS}/export?q=example")).await;
    assert_eq!(
        (page.is(200).header("content-type"), page.header("content-disposition")),
        ("text/csv; charset=utf-8", "attachment; filename=\"refused-sign-ins.csv\"")
    );
    let lines = page.body.lines().collect::<Vec<_>>();
    let first = "\"2026-11-22T09:20:00Z\",\"'=noor@example.com\",\"Wrong address or password\",\"Several\",\"1\"";
    assert_eq!((lines.len(), lines[1]), (1 + 1 + 30 * 45, first));
    let entry = app.audit().pop().unwrap();
    assert_eq!((entry.action.as_str(), &*entry.details), ("refused_sign_ins.exported", r#"{"filters":"Text: example","version":1}"#));
    maya.get(&app, LOG).await.sees("Maya Fischer exported the refused sign-ins");
}

#[apply(both_databases!)]
async fn a_search_of_refused_sign_ins_stops_after_20_000_rows_and_goes_on(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    refused(&app, "192.0.2.1", "noor@example.com", 30);
    housekeeping::write_refusals(&app.ctx).unwrap();
    let numbers = if app.store().is_sqlite() {
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 20999) SELECT '2026-11-20 10:00:00', '', 'p' || i, 'wrong', 1 FROM n"
    } else {
        "SELECT TIMESTAMP '2026-11-20 10:00:00', '', 'p' || i, 'wrong', 1 FROM generate_series(0, 20999) AS i"
    };
    app.execute(&format!("INSERT INTO refused_sign_ins (minute, network, email_key, reason, times) {numbers}"));
    let page = maya.get(&app, &format!("{REFUSALS}?q=noor")).await;
    let further = page.is(200).sees("No matches so far").link("Search further");
    maya.get(&app, &further).await.is(200).sees("noor@example.com").sees("1 row on this page");
}
