//! Export of the list as CSV: streamed by keyset pages, so that no database connection waits for a slow reader.

use std::{
    future::Future,
    pin::Pin,
    task::{Context as TaskContext, Poll},
};

use actix_web::{
    HttpResponse,
    body::{BodySize, MessageBody},
    http::header,
    web::Bytes,
};

use crate::{
    usecases::{
        Count, Names, Position, Principal, Slice,
        users::{
            self,
            list::{ListRequest, Row},
        },
    },
    web::shared::{error::WebError, exports::ExportTurn, page_context::PageContext, respond::HandlerResult, state::State},
};

use super::{has_credentials, query::UserListQuery};

/// Rows of one read.
const CHUNK: usize = 1000;

const HEADER: &str =
    "\"Name\",\"Email\",\"Default role\",\"Status\",\"Portfolios\",\"Accounts\",\"Two-factor\",\"Last sign-in\",\"Created\"\r\n";

/// `GET /users-and-permissions/export`
pub(in crate::web) async fn export(context: PageContext, query: UserListQuery) -> HandlerResult {
    query.request()?;
    let query = query.changed(|_| ());
    let request = ListRequest { limit: CHUNK, as_of: Some(context.now()), ..query.request()? };
    let state = context.state().clone();
    let turn = state.exports.begin(context.current.user.id).ok_or_else(|| WebError::Refused {
        title: "Another export is running",
        text: "Wait until it has finished, or cancel it.".to_owned(),
    })?;
    let (words, begin, principal) = (query.text(), request.clone(), context.current.principal());
    let by = principal.clone();
    let all = state.run(move |ctx| users::list::begin_export(ctx, &by, &begin, &words)).await?;
    let body = Export { state, all, request, principal, next: Some(Position::First), reading: None, begins: true, _turn: turn };
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"users.csv\""))
        .body(body))
}

type Reading = Pin<Box<dyn Future<Output = Result<Slice<Row<Names>>, WebError>>>>;

/// An export in progress.
struct Export {
    state: State,
    all: Count,
    request: ListRequest,
    principal: Principal,
    next: Option<Position<crate::usecases::Cursor>>,
    reading: Option<Reading>,
    begins: bool,
    _turn: ExportTurn,
}

impl Export {
    fn read(&self, position: Position<crate::usecases::Cursor>) -> Reading {
        let (state, all, principal) = (self.state.clone(), self.all, self.principal.clone());
        let request = ListRequest { position, ..self.request.clone() };
        Box::pin(async move { state.run(move |ctx| users::list::export(ctx, &principal, &request, all)).await })
    }
}

impl MessageBody for Export {
    type Error = WebError;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut TaskContext<'_>) -> Poll<Option<Result<Bytes, WebError>>> {
        if std::mem::take(&mut self.begins) {
            return Poll::Ready(Some(Ok(Bytes::from_static(HEADER.as_bytes()))));
        }
        let mut reading = match (self.reading.take(), self.next.take()) {
            (Some(reading), _) => reading,
            (None, Some(position)) => self.read(position),
            (None, None) => return Poll::Ready(None),
        };
        match reading.as_mut().poll(context) {
            Poll::Pending => {
                self.reading = Some(reading);
                Poll::Pending
            }
            // The download breaks off visibly, instead of looking complete.
            Poll::Ready(Err(failure)) => Poll::Ready(Some(Err(failure))),
            Poll::Ready(Ok(slice)) => {
                self.next = slice.rows.last().filter(|_| slice.has_next).map(|row| Position::After(row.cursor.clone()));
                let text = slice.rows.iter().map(line).collect::<String>();
                // Some versions of HTTP would end the answer at an empty chunk.
                if text.is_empty() { Poll::Ready(None) } else { Poll::Ready(Some(Ok(Bytes::from(text)))) }
            }
        }
    }
}

fn line(row: &Row<Names>) -> String {
    let time = |time: crate::domain::clock::Timestamp| time.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let cells = [
        row.user.display_name(),
        row.user.email.clone(),
        row.user.default_role.label().to_owned(),
        row.status.label().to_owned(),
        row.assigned.portfolios.join("; "),
        row.assigned.accounts.iter().map(|(portfolio, account)| format!("{account} ({portfolio})")).collect::<Vec<_>>().join("; "),
        if has_credentials(row.status) { "Off" } else { "Not set up" }.to_owned(),
        row.user.last_sign_in_at.map(time).unwrap_or_default(),
        time(row.created_at),
    ];
    let mut line = cells.map(|text| cell(&text)).join(",");
    line.push_str("\r\n");
    line
}

/// One cell. Text that a spreadsheet would take for a formula is marked as text.
fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    format!("\"{}{}\"", if is_formula { "'" } else { "" }, text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula_and_never_ends_early() {
        for (text, written) in [
            ("Hana Novotná", "\"Hana Novotná\""),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(1)", "\"'@SUM(1)\""),
            ("\t=1", "\"'\t=1\""),
            ("＝1", "\"'＝1\""),
            ("a,\"b\"\r\nc", "\"a,\"\"b\"\"\r\nc\""),
        ] {
            assert_eq!(cell(text), written);
        }
    }
}
