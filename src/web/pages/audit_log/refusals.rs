//! Refused sign-ins, counted by minute and network.

use actix_web::{
    HttpRequest,
    http::StatusCode,
    web::{Data, Query},
};
use askama::Template;

use super::{paging::PagingQuery, query::no_such};
use crate::{
    usecases::{Position, RefusalKey, RefusalReason, RefusedSignIn, audit::refusals},
    web::shared::{
        error::WebError,
        list_query::{TEXT_MAX, known, shown},
        page::{DisplayTime, Layout, Pager},
        page_context::PageContext,
        page_key::{PageKey, Place, timestamp},
        page_size::PageSize,
        respond::{self, HandlerResult},
        routing::paths,
        state::State,
    },
};

/// Page of the list.
#[derive(Debug, Clone, Template)]
#[template(path = "audit_log/refusals.html")]
pub struct RefusalsPage {
    pub layout: Layout,
    pub rows: Vec<RefusalRow>,
    pub pager: Pager,
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

/// Minute in microseconds, network, address and reason.
type RowPlace = (i64, String, String, String);

fn reason(reason: RefusalReason) -> &'static str {
    match reason {
        RefusalReason::Wrong => "Wrong address or password",
        RefusalReason::Deactivated => "User is deactivated",
        RefusalReason::Throttled => "Too many attempts",
    }
}

fn key((micros, network, email, reason): &RowPlace) -> Option<RefusalKey> {
    let is_plain = |text: &str| !text.contains(char::is_control);
    let reason = reason.parse().ok()?;
    (is_plain(network) && is_plain(email)).then_some(())?;
    Some((timestamp(*micros)?, network.clone(), email.clone(), reason))
}

fn place(row: &RefusedSignIn) -> RowPlace {
    let (minute, network, email, reason) = row.key();
    (minute.and_utc().timestamp_micros(), network, email, reason.as_str().to_owned())
}

/// `GET /audit-log/refused-sign-ins`
pub(in crate::web) async fn list(
    context: PageContext,
    request: HttpRequest,
    state: Data<State>,
    query: Query<PagingQuery>,
) -> HandlerResult {
    let PagingQuery { page, rows } = query.into_inner();
    let remembered = PageSize::remembered(&request, &state, &rows);
    let (key, position, limit) = parse(&page, &rows, remembered).ok_or_else(|| no_such(StatusCode::NOT_FOUND))?;
    let (layout_data, (found, count)) = context.open(move |ctx, actor| refusals::list(ctx, actor, &position, limit)).await?;
    let path = |page: &str, rows: &str| PagingQuery::path(paths::RefusedSignIns {}, page, rows);
    let link = |to: Option<Place<&RefusedSignIn>>, from| {
        let page = to.map_or_else(String::new, |to| PageKey { place: to.map(place), from, at: None }.text());
        path(&page, &rows)
    };
    let pager = Pager::new(&found, key.as_ref(), limit, shown(count), ("row", "rows"), link);
    let row = |row: &RefusedSignIn| RefusalRow {
        minute: DisplayTime::new(row.minute, layout_data.now),
        network: row.network.clone(),
        email: row.email_key.clone(),
        reason: reason(row.reason),
        times: row.times,
    };
    respond::page(&RefusalsPage {
        layout: context.layout(&layout_data),
        rows: found.rows.iter().map(row).collect(),
        pager: pager.with_sizes(found.rows.len(), limit, |rows| path("", &rows.to_string())),
    })
}

type Parsed = (Option<PageKey<RowPlace>>, Position<RefusalKey>, usize);

fn parse(page: &str, rows: &str, remembered: PageSize) -> Option<Parsed> {
    let found = || -> Result<Parsed, WebError> {
        let limit = known(rows, PageSize::parse)?.unwrap_or(remembered).count();
        let read = |text: &str| PageKey::<RowPlace>::read(text).filter(|key| key.at.is_none() && text.len() <= TEXT_MAX);
        let key_read = known(page, read)?;
        let position = key_read.as_ref().map_or(Some(Position::First), |read| read.position(key)).ok_or(WebError::NotFound)?;
        Ok((key_read, position, limit))
    };
    found().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    #[test]
    fn renders() {
        check("audit-log-refusals", |sample: &Sample| RefusalsPage {
            layout: sample.layout(),
            rows: sample.rows(|place, _| RefusalRow {
                minute: sample.display_time(place),
                network: if place == 1 { String::new() } else { sample.text.clone() },
                email: sample.email.clone(),
                reason: reason(RefusalReason::Wrong),
                times: 3,
            }),
            pager: Pager::single("12 rows"),
        });
    }
}
