//! Query of the log: filters, text, page. Unknown parameters are ignored; unknown values are refused.

use std::{
    future::{Ready, ready},
    str::FromStr,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::StatusCode, web::Query};
use chrono::{Datelike as _, NaiveDate};
use serde::Deserialize;

use super::paging::Paging;
use crate::{
    domain::{
        audit::{ActionGroup, AuditAction, SubjectKind},
        clock::Timestamp,
        ids::{AccountId, AssetId, GroupId, PortfolioId, UserId},
        search::SearchTerm,
        time_zone::TimeZone,
    },
    usecases::audit::log::{LogFilter, Thing},
    web::shared::{
        error::WebError,
        list_query::{self, known},
        page::FieldError,
        page_size::PageSize,
        routing::paths,
        state::State,
    },
};

/// Query of the log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(in crate::web) struct LogQuery {
    pub(super) q: String,
    /// Id of the user who acted.
    pub(super) actor: String,
    /// Id of the user to whom something was done.
    pub(super) user: String,
    pub(super) group: String,
    pub(super) portfolio: String,
    pub(super) account: String,
    pub(super) asset: String,
    /// An action, or a group of actions.
    pub(super) action: String,
    /// First and last day.
    pub(super) from: String,
    pub(super) to: String,
    pub(super) rows: String,
    pub(super) page: String,
    #[serde(skip)]
    pub(super) remembered: PageSize,
}

impl FromRequest for LogQuery {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(log_query(request))
    }
}

pub(super) fn no_such(status: StatusCode) -> WebError {
    WebError::NoSuchList(status, Some(paths::AuditLog::PATTERN))
}

fn log_query(request: &HttpRequest) -> Result<LogQuery, WebError> {
    let Query(query) = Query::<LogQuery>::from_query(request.query_string()).map_err(|_| no_such(StatusCode::BAD_REQUEST))?;
    let remembered = PageSize::remembered(request, State::of(request)?, &query.rows);
    Ok(LogQuery { remembered, q: list_query::looked_for(&query.q), ..query })
}

/// Errors of the dates, which are typed where a browser has no picker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct DateErrors {
    pub(super) from: Option<FieldError>,
    pub(super) to: Option<FieldError>,
}

/// Times of the first and the last day; the latter is exclusive.
type Span = (Option<Timestamp>, Option<Timestamp>);

impl LogQuery {
    /// Parses the filters, with the text of the search and without the dates.
    ///
    /// # Errors
    /// [`WebError::NoSuchList`] for a value that no page of Usher writes.
    pub(super) fn filter(&self) -> Result<LogFilter, WebError> {
        self.read().map_err(|_| no_such(StatusCode::NOT_FOUND))
    }

    fn read(&self) -> Result<LogFilter, WebError> {
        let mut about = Vec::<Thing>::new();
        about.extend(id::<UserId>(&self.user)?.map(|id| (SubjectKind::User, id.0)));
        about.extend(id::<GroupId>(&self.group)?.map(|id| (SubjectKind::Group, id.0)));
        about.extend(id::<PortfolioId>(&self.portfolio)?.map(|id| (SubjectKind::Portfolio, id.0)));
        about.extend(id::<AccountId>(&self.account)?.map(|id| (SubjectKind::Account, id.0)));
        about.extend(id::<AssetId>(&self.asset)?.map(|id| (SubjectKind::Asset, id.0)));
        let actions = |text: &str| match text.parse::<ActionGroup>() {
            Ok(group) => Some(group.actions().collect()),
            Err(_) => text.parse::<AuditAction>().ok().map(|action| vec![action]),
        };
        Ok(LogFilter {
            actor: id(&self.actor)?,
            about,
            actions: known(&self.action, actions)?.unwrap_or_default(),
            since: None,
            until: None,
            words: SearchTerm::words(&self.q),
        })
    }

    pub(super) fn span(&self, zone: TimeZone) -> Result<Span, DateErrors> {
        span(&self.from, &self.to, zone)
    }

    pub(super) fn paging(&self) -> Result<Paging, WebError> {
        Paging::parse(&self.page, &self.rows, self.remembered).map_err(|failure| match failure {
            WebError::Malformed => no_such(StatusCode::BAD_REQUEST),
            _ => no_such(StatusCode::NOT_FOUND),
        })
    }

    /// Filters with their names and values.
    pub(super) fn filters(&self) -> [(&'static str, &str); 10] {
        [
            ("q", &self.q),
            ("actor", &self.actor),
            ("user", &self.user),
            ("group", &self.group),
            ("portfolio", &self.portfolio),
            ("account", &self.account),
            ("asset", &self.asset),
            ("action", &self.action),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }

    /// The query as text in an address.
    pub(super) fn text(&self) -> String {
        let fields = self.filters().into_iter().chain([("rows", &*self.rows), ("page", &*self.page)]).collect::<Vec<_>>();
        paths::with_query("", &fields).trim_start_matches('?').to_owned()
    }

    /// The query that another page returns to, parsed and written again, so that no other text reaches an address.
    pub(super) fn returned(text: &str) -> Self {
        let query = serde_urlencoded::from_str::<Self>(text).unwrap_or_default();
        if query.filter().is_ok() { query.changed(|query| query.q = list_query::looked_for(&query.q)) } else { Self::default() }
    }

    /// The query of the first page with a change.
    pub(super) fn changed(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut query = Self { page: String::new(), ..self.clone() };
        change(&mut query);
        query
    }

    /// Address of the page with this key.
    pub(super) fn on_page(&self, page: &str) -> String {
        self.changed(|query| page.clone_into(&mut query.page)).path()
    }

    pub(super) fn is_narrowed(&self) -> bool {
        self.filters().iter().any(|(_, value)| !value.is_empty())
    }

    /// Address of the log with this query.
    pub(super) fn path(&self) -> String {
        crate::web::shared::page::with_query(paths::AuditLog {}, &self.text())
    }
}

fn id<T: FromStr>(text: &str) -> Result<Option<T>, WebError> {
    known(text, |text| text.parse().ok())
}

/// Times of the first and the last day in the company's time zone.
pub(super) fn span(from: &str, to: &str, zone: TimeZone) -> Result<Span, DateErrors> {
    let (from, to) = (day(from), day(to));
    let error = |day: &Result<Option<NaiveDate>, FieldError>| day.as_ref().err().cloned();
    let errors = DateErrors { from: error(&from), to: error(&to) };
    let (Ok(from), Ok(to)) = (from, to) else { return Err(errors) };
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        let text = "Choose a date on or after the From date".to_owned();
        return Err(DateErrors { from: None, to: Some(FieldError::Message(text)) });
    }
    Ok((from.map(|day| zone.start(day)), to.map(|day| zone.end(day))))
}

/// Parses a day as a date picker writes it: "2026-11-22".
pub(super) fn day(text: &str) -> Result<Option<NaiveDate>, FieldError> {
    if text.is_empty() {
        return Ok(None);
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let day = day.filter(|day| text.len() == 10 && (1970..9999).contains(&day.year()));
    day.map(Some).ok_or_else(|| FieldError::Message("Enter a date such as 2026-11-22".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> LogQuery {
        serde_urlencoded::from_str(text).unwrap()
    }

    #[test]
    fn an_address_says_all_that_the_list_holds() {
        let text = "q=ma+fi&actor=1&user=2&group=3&portfolio=4&account=5&asset=6&action=mail&from=2026-11-01&to=2026-11-02&rows=100";
        let filter = query(text).filter().unwrap();
        assert_eq!((filter.actor, filter.words.len(), filter.actions.len()), (Some(UserId(1)), 2, 4));
        let about = [
            (SubjectKind::User, 2),
            (SubjectKind::Group, 3),
            (SubjectKind::Portfolio, 4),
            (SubjectKind::Account, 5),
            (SubjectKind::Asset, 6),
        ];
        assert_eq!(filter.about, about);
        assert_eq!(LogQuery::returned(text).text(), text);
    }

    #[test]
    fn the_last_day_is_part_of_the_span_and_a_span_does_not_end_before_it_begins() {
        let at = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap().and_time(chrono::NaiveTime::MIN);
        assert_eq!(query("from=2026-11-01&to=2026-11-01").span(TimeZone::UTC), Ok((Some(at("2026-11-01")), Some(at("2026-11-02")))));
        assert!(query("from=2026-11-02&to=2026-11-01").span(TimeZone::UTC).unwrap_err().to.is_some());
        for day in ["2026-11-31", "1.11.2026", "2026-1-1", "0001-01-01", "9999-12-31", "10000-01-01", "x", "2026-11-01T00:00"] {
            assert!(query(&format!("from={day}")).span(TimeZone::UTC).unwrap_err().from.is_some(), "{day}");
        }
    }

    #[test]
    fn the_days_are_those_of_the_zone() {
        let at = |text: &str| chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
        for (zone, span, from, until) in [
            ("Europe/Berlin", "from=2026-03-29&to=2026-03-29", "2026-03-28 23:00", "2026-03-29 22:00"),
            ("Europe/Berlin", "from=2026-10-24&to=2026-10-25", "2026-10-23 22:00", "2026-10-25 23:00"),
            ("Pacific/Kiritimati", "from=2026-11-01&to=2026-11-01", "2026-10-31 10:00", "2026-11-01 10:00"),
            ("Pacific/Apia", "from=2011-12-30&to=2011-12-30", "2011-12-30 10:00", "2011-12-30 10:00"),
        ] {
            assert_eq!(query(span).span(zone.parse().unwrap()), Ok((Some(at(from)), Some(at(until)))), "{zone} {span}");
        }
    }

    #[test]
    fn unknown_values_are_refused_and_unknown_parameters_ignored() {
        for text in ["actor=0", "actor=x", "user=-1", "portfolio=01", "account=1.0", "group=%00", "action=x", "action=user"] {
            assert!(query(text).filter().is_err(), "{text}");
            assert_eq!(LogQuery::returned(text).text(), "", "{text}");
        }
        assert!(query("unknown=1&action=user.invited").filter().is_ok());
        for text in ["rows=1", "page=x", "page=e30"] {
            assert!(query(text).paging().is_err(), "{text}");
        }
    }
}
