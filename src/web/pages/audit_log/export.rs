//! Export of the audit log as CSV or JSON Lines, with the filters of its list.

use actix_web::{HttpRequest, http::StatusCode, web::Query};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Origin,
    list::words_of,
    query::{LogQuery, no_such},
};
use crate::{
    domain::{
        audit::{ExportFormat, Names, hex},
        clock::Timestamp,
    },
    usecases::{
        AuditRow, Position, ReadEntry, UnreadableEntry,
        audit::{
            export::{begin, read},
            log::{self, LogFilter},
        },
    },
    web::shared::{
        exports::{Export, csv_line},
        list_query::known,
        page_context::PageContext,
        respond::HandlerResult,
    },
};

/// Entries of one read.
const CHUNK: usize = 1000;

const HEADER: &str = "\"Sequence\",\"Time (UTC)\",\"Actor\",\"Action\",\"Event\",\"Subject\",\"Place\",\"Channel\",\"Network address\",\"Changes\",\"Details\"\r\n";

/// Sentence of an entry that cannot be read.
const UNREADABLE: &str = "This entry can’t be read";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FormatQuery {
    /// Empty for CSV.
    format: String,
}

/// `GET /audit-log/export`
pub(in crate::web) async fn export(context: PageContext, request: HttpRequest, query: LogQuery) -> HandlerResult {
    let Query(format) = Query::<FormatQuery>::from_query(request.query_string()).map_err(|_| no_such(StatusCode::NOT_FOUND))?;
    let format = known(&format.format, |text| text.parse().ok()).map_err(|_| no_such(StatusCode::NOT_FOUND))?;
    let format = format.unwrap_or(ExportFormat::Csv);
    query.paging()?;
    let (since, until) = query.span(context.now().zone).map_err(|_| no_such(StatusCode::NOT_FOUND))?;
    let filter = LogFilter { since, until, ..query.filter()? };
    let state = context.state().clone();
    let turn = state.exports.begin(context.current.user.id)?;
    let (principal, user, by) = (context.current.principal(), context.current.user.clone(), filter.clone());
    let exporter = principal.clone();
    let begin = move |ctx: &_| {
        let words = words_of(&query, &by, &log::names(ctx, &user, &by)?);
        begin(ctx, &exporter, &words, format)
    };
    let up_to = state.run(begin).await?;
    let line: fn(&ReadEntry) -> String = match format {
        ExportFormat::Csv => |entry| entry.as_ref().map_or_else(unreadable_csv, csv),
        ExportFormat::JsonLines => |entry| entry.as_ref().map_or_else(unreadable_json, json_line),
    };
    let read = move |position| {
        let (state, principal, filter) = (state.clone(), principal.clone(), filter.clone());
        async move {
            let (rows, next) = state.run(move |ctx| read(ctx, &principal, &filter, up_to, &position, CHUNK)).await?;
            Ok((rows.iter().map(line).collect(), next.map(Position::After)))
        }
    };
    match format {
        ExportFormat::Csv => Ok(Export::new(turn, HEADER, Position::First, read).answer("audit-log.csv", "text/csv; charset=utf-8")),
        ExportFormat::JsonLines => {
            Ok(Export::new(turn, "", Position::First, read).answer("audit-log.jsonl", "application/jsonl; charset=utf-8"))
        }
    }
}

fn time(time: Timestamp) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

fn csv(row: &AuditRow) -> String {
    let place = row.place_name.as_deref().unwrap_or_default();
    let event = row.event().ok();
    let sentence =
        event.as_ref().map(|event| event.describe(Names { actor: &row.actor_name, subject: &row.subject_name, is_reader: false, place }));
    let changes = event.iter().flat_map(crate::domain::audit::AuditEvent::changes);
    let changes = changes.map(|change| format!("{}: {} → {}", change.label, change.before, change.after)).collect::<Vec<_>>();
    let origin = Origin::of(row);
    csv_line([
        &row.sequence.to_string(),
        &time(row.at),
        &row.actor_name,
        row.action.label(),
        sentence.as_deref().unwrap_or(UNREADABLE),
        &row.subject_name,
        place,
        origin.channel,
        &origin.address,
        &changes.join("; "),
        &row.details,
    ])
}

/// An entry that cannot be read: its columns as they are stored, with a mark.
fn unreadable_csv(entry: &UnreadableEntry) -> String {
    let column = |name| entry.column(name);
    csv_line([
        &*entry.sequence.to_string(),
        column("at"),
        column("actor_name"),
        column("action"),
        UNREADABLE,
        column("subject_name"),
        column("place_name"),
        column("channel"),
        column("client_ip"),
        "",
        column("details"),
    ])
}

/// An entry that cannot be read: its columns as texts, with a mark.
fn unreadable_json(entry: &UnreadableEntry) -> String {
    let columns = entry.columns.iter().map(|(name, text)| ((*name).to_owned(), json!(text)));
    let marks = [("sequence".to_owned(), json!(entry.sequence)), ("unreadable".to_owned(), json!(true))];
    format!("{}\n", marks.into_iter().chain(columns).collect::<Value>())
}

/// All columns of an entry; details as an object, hashes in hexadecimal.
fn json_line(row: &AuditRow) -> String {
    let details = serde_json::from_str::<Value>(&row.details).unwrap_or_else(|_| row.details.clone().into());
    let line = json!({
        "sequence": row.sequence,
        "at": time(row.at),
        "actor_id": row.actor_id.map(|actor| actor.0),
        "actor_name": row.actor_name,
        "channel": row.channel,
        "client_ip": row.client_ip,
        "action": row.action,
        "subject_kind": row.subject_kind,
        "subject_id": row.subject_id,
        "subject_name": row.subject_name,
        "place_kind": row.place_kind,
        "place_id": row.place_id,
        "place_name": row.place_name,
        "details": details,
        "previous_hash": hex(&row.previous_hash),
        "hash": hex(&row.hash),
    });
    format!("{line}\n")
}
