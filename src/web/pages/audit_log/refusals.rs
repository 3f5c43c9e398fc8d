//! Refused sign-ins, counted by minute and network: their list with filters, and its export.

use actix_web::{
    HttpRequest,
    http::StatusCode,
    web::{Data, Query},
};
use askama::Template;
use serde::Deserialize;

use super::{
    paging::{Paging, Stopped},
    query::{DateErrors, no_such, span},
};
use crate::{
    domain::{search::SearchTerm, time_zone::TimeZone},
    usecases::{
        Position, RefusalReason, RefusedSignIn, Span,
        audit::refusals::{self, RefusalFilter},
    },
    web::shared::{
        error::WebError,
        exports::{Export, csv_line},
        list_query,
        page::{DisplayTime, Field, FormErrors, Layout, Pager},
        page_context::PageContext,
        page_size::PageSize,
        respond::{self, HandlerResult},
        routing::paths,
        state::State,
    },
};

/// Rows of one read of an export.
const CHUNK: usize = 1000;

const HEADER: &str = "\"Minute (UTC)\",\"Email\",\"Reason\",\"Network\",\"Times\"\r\n";

/// Page of the list.
#[derive(Debug, Clone, Template)]
#[template(path = "audit_log/refusals.html")]
pub struct RefusalsPage {
    pub layout: Layout,
    pub q: String,
    pub from: Field,
    pub to: Field,
    pub is_narrowed: bool,
    /// Chosen number of rows, submitted along with the form.
    pub size: String,
    pub rows: Vec<RefusalRow>,
    pub pager: Pager,
    pub stopped: Option<Stopped>,
    pub export: String,
}

/// Counted refusals of one minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalRow {
    pub minute: DisplayTime,
    /// Empty for several.
    pub network: String,
    pub email: String,
    pub reason: &'static str,
    pub times: i64,
}

impl RefusalsPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("from", self.from.error.as_ref()), ("to", self.to.error.as_ref())])
    }
}

/// Query of the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct RefusalsQuery {
    /// Words in a network or an address.
    q: String,
    /// First and last day.
    from: String,
    to: String,
    page: String,
    rows: String,
}

impl RefusalsQuery {
    fn filter(&self, zone: TimeZone) -> Result<RefusalFilter, DateErrors> {
        let (since, until) = span(&self.from, &self.to, zone)?;
        Ok(RefusalFilter { span: Span { since, until }, words: SearchTerm::words(&self.q) })
    }

    fn paging(&self, remembered: PageSize) -> Result<Paging<RefusedSignIn>, WebError> {
        Paging::parse(&self.page, &self.rows, remembered).map_err(|_| no_such(StatusCode::NOT_FOUND))
    }

    fn path(&self, path: impl std::fmt::Display, page: &str, rows: &str) -> String {
        paths::with_query(path, &[("q", &*self.q), ("from", &*self.from), ("to", &*self.to), ("page", page), ("rows", rows)])
    }

    /// Filters in words, for the record of an export.
    fn in_words(&self) -> String {
        let filters = [("From", &self.from), ("To", &self.to), ("Text", &self.q)].into_iter().filter(|(_, value)| !value.is_empty());
        filters.map(|(label, value)| format!("{label}: {value}")).collect::<Vec<_>>().join("; ")
    }
}

fn reason(reason: RefusalReason) -> &'static str {
    match reason {
        RefusalReason::Wrong => "Wrong address or password",
        RefusalReason::Deactivated => "User is deactivated",
        RefusalReason::Throttled => "Too many attempts",
        RefusalReason::Code => "Wrong two-factor code",
        RefusalReason::Passkey => "Passkey not accepted",
    }
}

/// `GET /audit-log/refused-sign-ins`
pub(in crate::web) async fn list(
    context: PageContext,
    request: HttpRequest,
    state: Data<State>,
    Query(query): Query<RefusalsQuery>,
) -> HandlerResult {
    let query = RefusalsQuery { q: list_query::looked_for(&query.q), ..query };
    let paging = query.paging(PageSize::remembered(&request, &state, &query.rows))?;
    let (filter, errors) = match query.filter(context.now().zone) {
        Ok(filter) => (Some(filter), DateErrors::default()),
        Err(errors) => (None, errors),
    };
    let (position, limit) = (paging.position.clone(), paging.limit);
    // Without a span of days nothing is listed.
    let read = move |ctx: &_, actor: &_| filter.map(|filter| refusals::list(ctx, actor, &filter, &position, limit)).transpose();
    let (layout_data, found) = context.open(read).await?;
    let moment = |at| DisplayTime::new(at, layout_data.now);
    let link = |page: &str| query.path(paths::RefusedSignIns {}, page, &query.rows);
    let sized = |rows: PageSize| query.path(paths::RefusedSignIns {}, "", &rows.to_string());
    let row = |row: &RefusedSignIn| RefusalRow {
        minute: moment(row.minute),
        network: row.network.clone(),
        email: row.email_key.clone(),
        reason: reason(row.reason),
        times: row.times,
    };
    let is_refused = found.is_none();
    let page = RefusalsPage {
        layout: context.layout(&layout_data),
        rows: found.iter().flat_map(|(page, _)| page.rows.rows.iter().map(row)).collect(),
        pager: found.as_ref().map(|(page, count)| paging.pager(page, *count, link, sized)).unwrap_or_default(),
        stopped: found.as_ref().and_then(|(page, _)| paging.stopped(page, moment, link)),
        is_narrowed: [&query.q, &query.from, &query.to].into_iter().any(|text| !text.is_empty()),
        export: query.path(paths::ExportRefusedSignIns {}, "", ""),
        from: Field { error: errors.from, ..Field::new(&query.from) },
        to: Field { error: errors.to, ..Field::new(&query.to) },
        size: query.rows.clone(),
        q: query.q.clone(),
    };
    if is_refused { respond::again(&page) } else { respond::page(&page) }
}

/// `GET /audit-log/refused-sign-ins/export`
pub(in crate::web) async fn export(context: PageContext, Query(query): Query<RefusalsQuery>) -> HandlerResult {
    let query = RefusalsQuery { q: list_query::looked_for(&query.q), ..query };
    query.paging(PageSize::default())?;
    let filter = query.filter(context.now().zone).map_err(|_| no_such(StatusCode::NOT_FOUND))?;
    let state = context.state().clone();
    let turn = state.exports.begin(context.current.user.id)?;
    let (principal, exporter) = (context.current.principal(), context.current.principal());
    state.run(move |ctx| refusals::begin_export(ctx, &exporter, &query.in_words())).await?;
    let read = move |position| {
        let (state, principal, filter) = (state.clone(), principal.clone(), filter.clone());
        async move {
            let (rows, next) = state.run(move |ctx| refusals::export(ctx, &principal, &filter, &position, CHUNK)).await?;
            Ok((rows.iter().map(csv).collect(), next.map(Position::After)))
        }
    };
    Ok(Export::new(turn, HEADER, Position::First, read).answer("refused-sign-ins.csv", "text/csv; charset=utf-8"))
}

fn csv(row: &RefusedSignIn) -> String {
    let several = |text: &str| if text.is_empty() { "Several".to_owned() } else { text.to_owned() };
    csv_line([
        row.minute.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        several(&row.email_key),
        reason(row.reason).to_owned(),
        several(&row.network),
        row.times.to_string(),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::{
        page::FieldError,
        samples::{Sample, check},
    };

    fn page(sample: &Sample) -> RefusalsPage {
        RefusalsPage {
            layout: sample.layout(),
            q: sample.text.clone(),
            from: Field::new("2026-11-01"),
            to: Field::new(""),
            is_narrowed: true,
            size: "25".to_owned(),
            rows: sample.rows(|place, _| RefusalRow {
                minute: sample.display_time(place),
                network: if place == 1 { String::new() } else { sample.text.clone() },
                email: sample.email.clone(),
                reason: reason(RefusalReason::Wrong),
                times: 3,
            }),
            pager: Pager::single("12 rows"),
            stopped: Some(Stopped { at: Some(sample.display_time(9)), is_forward: false, href: "/audit-log?page=a".to_owned() }),
            export: "/audit-log/refused-sign-ins/export?q=ma".to_owned(),
        }
    }

    #[test]
    fn renders() {
        check("audit-log-refusals", page);
        check("audit-log-refusals-none", |sample| RefusalsPage {
            q: String::new(),
            is_narrowed: false,
            rows: Vec::new(),
            stopped: None,
            ..page(sample)
        });
        check("audit-log-refusals-error", |sample| RefusalsPage {
            to: Field::refused("x", FieldError::Message("Enter a date such as 2026-11-22".to_owned())),
            rows: Vec::new(),
            stopped: None,
            ..page(sample)
        });
    }
}
