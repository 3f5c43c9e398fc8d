//! Entries that cannot be read, since somebody changed the database: named, shown as stored, and exported.

use serde_json::Value;
use usher::domain::ids::AccountId;

use super::*;
use crate::{helpers::Db, users::directory::go};

/// Unreadable time of an entry.
fn no_time(app: &TestApp) -> &'static str {
    if app.store().is_sqlite() { "'x' || sequence" } else { "'infinity'" }
}

/// Empties the changed log, in which the end of a test would find the damage.
pub(super) fn forget(app: &TestApp) {
    app.tamper("DELETE FROM audit_entries");
    let zeros = if app.store().is_sqlite() { "zeroblob(32)" } else { "decode(repeat('00', 32), 'hex')" };
    app.execute(&format!("UPDATE audit_head SET sequence = 0, hash = {zeros}"));
}

/// A company with entries 5 to 10 about an account, each changed in another way.
async fn damaged(db: Db) -> (TestApp, Browser, AccountId) {
    let (app, maya) = TestApp::with_admin(db).await;
    let fjord = app.create_account(app.create_portfolio("Nordic Brands"), "Fjord Foods");
    let subject = Subject { kind: SubjectKind::Account, id: fjord.0, name: "Fjord Foods".to_owned() };
    append(&app, (5..=10).map(|_| Entry { subject: subject.clone(), ..entry(app.now(), "Usher", "") }));
    for (sequence, change) in [
        (5, "details = 'no <b>details'"),
        (6, "action = '<b>unknown'"),
        (7, "channel = 'pigeon'"),
        (8, "place_kind = 'planet', place_id = 1"),
        (9, &format!("at = {}", no_time(&app))),
        (10, "subject_kind = 'planet'"),
    ] {
        app.tamper(&format!("UPDATE audit_entries SET {change} WHERE sequence = {sequence}"));
    }
    (app, maya, fjord)
}

#[apply(both_databases!)]
async fn an_unreadable_entry_is_a_line_that_leads_to_what_is_stored(db: Db) {
    let (app, mut maya, _) = damaged(db).await;
    let page = maya.get(&app, LOG).await;
    let mut lines = sentences(page.is(200).sees("10 entries"));
    lines.sort_unstable();
    let unreadable = [10, 6, 7, 8, 9].map(|entry| format!("Entry {entry} can’t be read"));
    assert_eq!(lines[..5], unreadable);
    assert!(lines.contains(&"Usher: Group created, Fjord Foods (details that this version cannot read)".to_owned()), "{lines:?}");
    for (entry, stored) in [(5, "no &#60;b&#62;details"), (6, "&#60;b&#62;unknown"), (7, "pigeon"), (8, "planet"), (10, "planet")] {
        assert!(page.has_link(&format!("{LOG}/{entry}")), "{entry}");
        let shown = maya.get(&app, &format!("{LOG}/{entry}")).await;
        assert!(shown.is(200).body.contains(stored) && (shown.shows("can’t read") || shown.shows("can’t be read")), "{}", shown.body);
        assert!(shown.has_link(&format!("{LOG}/{}", entry - 1)), "{entry}");
    }
    maya.get(&app, &format!("{LOG}/9")).await.is(200).sees("This entry can’t be read").sees("Fjord Foods");
    forget(&app);
}

/// PostgreSQL stores no such text.
#[actix_web::test]
async fn an_entry_with_a_text_that_is_not_utf_8_is_shown_on_sqlite() {
    let (app, mut maya) = TestApp::with_admin(Db::Sqlite).await;
    app.tamper("UPDATE audit_entries SET actor_name = CAST(x'4ec3646961' AS TEXT) WHERE sequence = 1");
    maya.get(&app, "/").await.is(200).sees("Entry 1 can’t be read");
    maya.get(&app, LOG).await.is(200).sees("Entry 1 can’t be read");
    maya.get(&app, &format!("{LOG}/1")).await.is(200).sees("N\u{fffd}dia");
    maya.get(&app, &format!("{LOG}/export?format=csv")).await.is(200).sees("N\u{fffd}dia");
    forget(&app);
}

#[apply(both_databases!)]
async fn home_activity_and_proof_name_an_unreadable_entry(db: Db) {
    let (app, mut maya, fjord) = damaged(db).await;
    maya.get(&app, "/").await.is(200).sees("Entry 6 can’t be read");
    let page = maya.get(&app, &format!("/accounts/{fjord}/activity")).await;
    page.is(200).sees("Entry 5 can’t be read").sees("Entry 9 can’t be read").sees("Maya Fischer created this account");
    maya.get(&app, &format!("/accounts/{fjord}")).await.is(200).sees("Entry 6 can’t be read");
    app.tamper(&format!("UPDATE audit_entries SET at = {} WHERE sequence = 10", no_time(&app)));
    maya.get(&app, "/audit-log/proof").await.is(200).sees("TimeCan’t be read");
    forget(&app);
}

#[apply(both_databases!)]
async fn exports_write_an_unreadable_entry_as_stored_and_go_on(db: Db) {
    let (app, mut maya, _) = damaged(db).await;
    let csv = maya.get(&app, &format!("{LOG}/export?format=csv")).await;
    let lines = csv.is(200).body.lines().skip(1).collect::<Vec<_>>();
    assert_eq!((lines.len(), lines.iter().filter(|line| line.contains("This entry can’t be read")).count()), (10, 6));
    assert!(lines.iter().any(|line| line.starts_with("\"7\",") && line.contains("\"pigeon\"")), "{lines:?}");
    let page = maya.get(&app, &format!("{LOG}/export?format=jsonl")).await;
    let lines = page.is(200).body.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>();
    let marked = lines.iter().filter(|line| line["unreadable"] == true).collect::<Vec<_>>();
    assert_eq!((lines.len(), marked.len()), (11, 5));
    assert!(marked.iter().any(|line| line["action"] == "<b>unknown" && line["actor_name"] == "Usher"), "{marked:?}");
    forget(&app);
}

#[apply(both_databases!)]
async fn pages_hold_entries_without_a_readable_time_once(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    append(&app, (0..68).map(|_| entry(app.now(), "Usher", "Finance")));
    app.tamper(&format!("UPDATE audit_entries SET at = {} WHERE sequence > 30", no_time(&app)));
    let first = maya.get(&app, &format!("{LOG}?rows=25")).await;
    let second = go(&app, &mut maya, first.is(200), "next").await;
    let third = go(&app, &mut maya, second.is(200), "next").await;
    let mut lines = [&first, &second, &third].map(sentences).concat();
    lines.retain(|line| line.ends_with("can’t be read"));
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines.len(), 40);
    assert_eq!(go(&app, &mut maya, &second, "prev").await.text(), first.text());
    assert_eq!(go(&app, &mut maya, &third, "prev").await.text(), second.text());
    forget(&app);
}
