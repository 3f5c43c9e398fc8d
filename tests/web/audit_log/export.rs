//! Exports of the log.

use serde_json::{Value, json};
use usher::{
    domain::audit::ExportFormat,
    usecases::{
        ActionError, Position, Principal, ReadEntry,
        audit::{export, log::LogFilter},
        credentials::sessions,
        entry_key,
    },
};

use super::*;
use crate::shared::steps::press;

#[apply(both_databases!)]
async fn csv_holds_the_entries_of_the_list_in_words_and_no_formulas(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    append(&app, [entry(app.now(), "Usher", "=1+1")]);
    let page = maya.get(&app, "/audit-log/export?format=csv&action=groups").await;
    assert_eq!(
        (page.is(200).header("content-type"), page.header("content-disposition")),
        ("text/csv; charset=utf-8", "attachment; filename=\"audit-log.csv\"")
    );
    let lines = page.body.lines().collect::<Vec<_>>();
    let expected = "\"3\",\"2026-11-22T09:20:00.000000Z\",\"Usher\",\"Group created\",\"Usher created =1+1\",\"'=1+1\",\"\",\"Worker\",\"\",\"\",\"{\"\"version\"\":1}\"";
    assert_eq!((lines.len(), lines[1]), (2, expected));
}

#[apply(both_databases!)]
async fn json_lines_hold_every_stored_column(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let jonas = app.create_user("Jonas", "Vermeulen");
    press(&app, &mut maya, jonas, "block").await.is(303);
    let row = app.audit().pop().unwrap();
    let page = maya.get(&app, &format!("/audit-log/export?format=jsonl&user={jonas}")).await;
    assert_eq!(page.is(200).header("content-type"), "application/jsonl; charset=utf-8");
    let lines = page.body.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>();
    let expected = json!({
        "sequence": row.sequence, "at": "2026-11-22T09:20:00.000000Z", "actor_id": app.id_of("maya.fischer@example.com").0,
        "actor_name": "Maya Fischer", "channel": "page", "client_ip": "192.0.2.1", "action": "user.deactivated", "subject_kind": "user",
        "subject_id": jonas.0, "subject_name": "Jonas Vermeulen", "place_kind": null, "place_id": null, "place_name": null,
        "details": {"after": "deactivated", "before": "active", "version": 1},
        "previous_hash": hex(&row.previous_hash), "hash": hex(&row.hash),
    });
    assert_eq!(lines, [expected]);
    app.mails().await;
}

#[apply(both_databases!)]
async fn an_export_is_an_entry_with_its_filters_in_words(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let by = app.id_of("maya.fischer@example.com");
    maya.get(&app, &format!("/audit-log/export?format=jsonl&actor={by}&action=mail&from=2026-11-01&q=ab")).await.is(200);
    let row = app.audit().pop().unwrap();
    let details = r#"{"filters":"By: Maya Fischer; Action: Mail; From: 2026-11-01; Text: ab","format":"jsonl","version":1}"#;
    assert_eq!((row.action.as_str(), &*row.details), ("audit.exported", details));
    for wrong in ["format=xml", "from=2026-11-02&to=2026-11-01", "format=csv&format=csv"] {
        maya.get(&app, &format!("/audit-log/export?{wrong}")).await.is(404);
    }
    assert_eq!(app.audit().pop().unwrap().sequence, row.sequence);
}

#[apply(both_databases!)]
async fn an_export_ends_at_the_newest_entry_of_its_start(db: Db) {
    let (app, maya) = TestApp::with_admin(db).await;
    drop(maya);
    let (ctx, maya) = (&app.ctx, app.session_of(app.id_of("maya.fischer@example.com")));
    let up_to = export::begin(ctx, &maya, "", ExportFormat::Csv).unwrap();
    append(&app, [entry(app.now(), "Usher", "Finance")]);
    let read = |position| export::read(ctx, &maya, &LogFilter::default(), up_to, &position, 1).unwrap();
    let (first, next) = read(Position::First);
    append(&app, [entry(app.now(), "Usher", "Research")]);
    let (second, end) = read(Position::After(next.unwrap()));
    let sequence = |entries: &[ReadEntry]| entry_key(&entries[0]).sequence;
    assert_eq!([sequence(&first), sequence(&second), up_to], [2, 1, 2]);
    assert_eq!(end, None);
}

#[apply(both_databases!)]
async fn an_export_ends_with_the_session_that_began_it(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (ctx, maya) = (&app.ctx, app.session_of(app.id_of("maya.fischer@example.com")));
    let up_to = export::begin(ctx, &maya, "", ExportFormat::Csv).unwrap();
    let read = || export::read(ctx, &maya, &LogFilter::default(), up_to, &Position::First, 1);
    assert_eq!(read().unwrap().0.len(), 1);
    let Principal::User { session, client_ip, .. } = &maya else { panic!("a user") };
    sessions::sign_out(ctx, *session, client_ip).unwrap();
    assert!(matches!(read(), Err(ActionError::SignedOut)));
}

#[apply(both_databases!)]
async fn an_export_goes_on_beyond_one_reading(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    append(&app, (0..2_400).map(|number| entry(app.now(), "Usher", &format!("G{number}"))));
    let page = maya.get(&app, "/audit-log/export").await;
    let mut sequences = page.body.lines().skip(1).filter_map(|line| line.split(',').next()).collect::<Vec<_>>();
    assert_eq!((sequences.len(), sequences[0]), (2_402, "\"2402\""));
    sequences.sort_unstable();
    sequences.dedup();
    assert_eq!(sequences.len(), 2_402);
}
