//! Exports in progress: one at a time for each user, each streamed in parts.

use std::{
    collections::HashSet,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use actix_web::{
    HttpResponse,
    body::{BodySize, MessageBody},
    http::header,
    web::Bytes,
};
use parking_lot::Mutex;

use super::error::WebError;
use crate::domain::ids::UserId;

/// Users with an export in progress on this instance.
#[derive(Debug, Clone, Default)]
pub(in crate::web) struct Exports(Arc<Mutex<HashSet<UserId>>>);

/// A user's turn, released at the end of the export or of the connection.
#[derive(Debug)]
pub(in crate::web) struct ExportTurn {
    exports: Exports,
    user_id: UserId,
}

impl Exports {
    /// Begins a user's only export.
    pub(in crate::web) fn begin(&self, user: UserId) -> Result<ExportTurn, WebError> {
        let turn = self.0.lock().insert(user).then(|| ExportTurn { exports: self.clone(), user_id: user });
        turn.ok_or_else(|| WebError::Refused {
            title: "Another export is running",
            text: "Wait until it has finished, or cancel it.".to_owned(),
        })
    }
}

impl Drop for ExportTurn {
    fn drop(&mut self) {
        self.exports.0.lock().remove(&self.user_id);
    }
}

/// Text of a part of an export, and the place to read on from; `None` at the end.
pub(in crate::web) type Chunk<K> = (String, Option<K>);

/// A file that is read and sent in parts, so that no database connection waits for a slow reader.
pub(in crate::web) struct Export<K, R, F> {
    _turn: ExportTurn,
    header: Option<Bytes>,
    next: Option<K>,
    reading: Option<Pin<Box<F>>>,
    read: R,
}

impl<K, R, F> Export<K, R, F>
where
    K: Unpin + 'static,
    R: Fn(K) -> F + Unpin + 'static,
    F: Future<Output = Result<Chunk<K>, WebError>> + 'static,
{
    /// Begins with `header`, and reads from `first` on.
    pub(in crate::web) fn new(turn: ExportTurn, header: &'static str, first: K, read: R) -> Self {
        let header = Some(Bytes::from_static(header.as_bytes())).filter(|header| !header.is_empty());
        Self { _turn: turn, header, next: Some(first), reading: None, read }
    }

    /// Download with this name and type.
    pub(in crate::web) fn answer(self, name: &str, content_type: &'static str) -> HttpResponse {
        let disposition = format!("attachment; filename=\"{name}\"");
        HttpResponse::Ok().content_type(content_type).insert_header((header::CONTENT_DISPOSITION, disposition)).body(self)
    }
}

impl<K, R, F> MessageBody for Export<K, R, F>
where
    K: Unpin,
    R: Fn(K) -> F + Unpin,
    F: Future<Output = Result<Chunk<K>, WebError>>,
{
    type Error = WebError;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, WebError>>> {
        if let Some(header) = self.header.take() {
            return Poll::Ready(Some(Ok(header)));
        }
        loop {
            let mut reading = match (self.reading.take(), self.next.take()) {
                (Some(reading), _) => reading,
                (None, Some(place)) => Box::pin((self.read)(place)),
                (None, None) => return Poll::Ready(None),
            };
            match reading.as_mut().poll(context) {
                Poll::Pending => {
                    self.reading = Some(reading);
                    return Poll::Pending;
                }
                // The download breaks off visibly, instead of looking complete.
                Poll::Ready(Err(failure)) => return Poll::Ready(Some(Err(failure))),
                Poll::Ready(Ok((text, next))) => {
                    self.next = next;
                    // Some versions of HTTP would end the answer at an empty chunk.
                    if !text.is_empty() {
                        return Poll::Ready(Some(Ok(Bytes::from(text))));
                    }
                }
            }
        }
    }
}

/// One line of CSV.
pub(in crate::web) fn csv_line(cells: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut line = cells.into_iter().map(|text| cell(text.as_ref())).collect::<Vec<_>>().join(",");
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
    fn a_user_exports_once_at_a_time() {
        let exports = Exports::default();
        let turn = exports.begin(UserId(7));
        assert!(turn.is_ok() && exports.begin(UserId(7)).is_err() && exports.begin(UserId(8)).is_ok());
        drop(turn);
        assert!(exports.begin(UserId(7)).is_ok());
    }

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
