//! Query of the list: search, filters, order, page. Unknown values are refused.

use std::{
    future::{Ready, ready},
    str::FromStr,
};

use actix_web::{FromRequest, HttpRequest, ResponseError as _, dev::Payload, http::StatusCode, web::Query};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Datelike as _};
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        clock::Timestamp,
        search::SearchTerm,
        user::{DefaultRole, Status},
        user_list::{Order, SortBy, UserFilter},
    },
    usecases::{
        Cursor, CursorValue, Position,
        users::list::{ListRequest, Listing},
    },
    web::shared::{
        error::WebError,
        list_query::{self, ROWS_MAX, TEXT_MAX, before, shown},
        page::{Pager, RowsLink},
        page_size::PageSize,
        routing::paths,
        state::State,
    },
};

/// Suffix of a descending order.
const DESCENDING: &str = "-desc";

/// Query of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::web) struct UserListQuery {
    pub(in crate::web) q: String,
    /// Status in lower case; empty for all.
    pub(in crate::web) status: String,
    pub(in crate::web) role: String,
    /// "on" or "off".
    pub(in crate::web) two_factor: String,
    /// "none" for users without assignments; the id of a portfolio for users with assignments in it.
    pub(in crate::web) assignments: String,
    /// "email", "email-desc"; empty by name.
    pub(in crate::web) sort: String,
    pub(in crate::web) rows: String,
    pub(in crate::web) page: String,
    #[serde(skip)]
    pub(in crate::web) remembered: PageSize,
}

impl FromRequest for UserListQuery {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(user_list_query(request))
    }
}

/// Error for a list that does not exist, with the address of the whole list.
pub(in crate::web::pages::users) fn no_such(status: StatusCode) -> WebError {
    WebError::NoSuchList(status, Some(paths::UsersAndPermissions::PATTERN))
}

fn user_list_query(request: &HttpRequest) -> Result<UserListQuery, WebError> {
    let Query(query) = Query::<UserListQuery>::from_query(request.query_string()).map_err(|_| no_such(StatusCode::BAD_REQUEST))?;
    let remembered = PageSize::remembered(request, State::of(request)?, &query.rows);
    Ok(UserListQuery { remembered, q: list_query::read(query.q), ..query })
}

/// Position of a page, number of its first row for display, and moment of the list in microseconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PageKey {
    place: PagePosition,
    from: u64,
    at: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum PagePosition {
    #[serde(rename = "a")]
    After(u8, Value, i64),
    #[serde(rename = "b")]
    Before(u8, Value, i64),
    #[serde(rename = "l")]
    Last,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Value {
    Text(String),
    Micros(i64),
    Never,
}

/// Word of a status in addresses.
pub(in crate::web) fn word(status: Status) -> String {
    status.label().to_lowercase()
}

/// Word of an order in addresses; empty for the default.
pub(in crate::web) fn sort_word(order: Order) -> String {
    match (order.by, order.is_descending) {
        (SortBy::Name, false) => String::new(),
        (by, false) => by.as_str().to_owned(),
        (by, true) => format!("{}{DESCENDING}", by.as_str()),
    }
}

impl UserListQuery {
    /// Parses the query.
    ///
    /// # Errors
    /// [`WebError::NoSuchList`] for a word that no page of Usher writes.
    pub(in crate::web) fn asked(&self) -> Result<ListRequest, WebError> {
        self.read().map_err(|failure| no_such(failure.status_code()))
    }

    fn read(&self) -> Result<ListRequest, WebError> {
        if self.q.len() > TEXT_MAX || self.page.len() > TEXT_MAX {
            return Err(WebError::Malformed);
        }
        let order = self.order()?;
        let filter = UserFilter {
            search: SearchTerm::parse(&self.q),
            status: known(&self.status, |text| Status::ALL.into_iter().find(|status| word(*status) == text))?,
            default_role: known(&self.role, |text| DefaultRole::from_str(text).ok())?,
            has_two_factor: known(&self.two_factor, |text| ["off", "on"].iter().position(|known| *known == text).map(|place| place == 1))?,
            is_unassigned: self.assignments == "none",
        };
        let portfolio = if filter.is_unassigned { None } else { known(&self.assignments, |text| text.parse().ok())? };
        let limit = known(&self.rows, PageSize::parse)?.unwrap_or(self.remembered).count();
        let (position, as_of) = match self.key()? {
            None => (Position::First, None),
            Some(key) => (key.position(order)?, Some(timestamp(key.at)?)),
        };
        Ok(ListRequest { filter, portfolio, order, position, limit, as_of })
    }

    fn order(&self) -> Result<Order, WebError> {
        if self.sort.is_empty() {
            return Ok(Order::default());
        }
        let (by, is_descending) = self.sort.strip_suffix(DESCENDING).map_or((&*self.sort, false), |by| (by, true));
        Ok(Order { by: by.parse().map_err(|_| WebError::NotFound)?, is_descending })
    }

    fn key(&self) -> Result<Option<PageKey>, WebError> {
        if self.page.is_empty() {
            return Ok(None);
        }
        let key = URL_SAFE_NO_PAD.decode(&self.page).ok().and_then(|bytes| serde_json::from_slice::<PageKey>(&bytes).ok());
        Ok(Some(key.filter(|key| key.from <= ROWS_MAX).ok_or(WebError::NotFound)?))
    }

    /// The query as text in an address.
    pub(in crate::web) fn text(&self) -> String {
        let fields = [
            ("q", &self.q),
            ("status", &self.status),
            ("role", &self.role),
            ("two_factor", &self.two_factor),
            ("assignments", &self.assignments),
            ("sort", &self.sort),
            ("rows", &self.rows),
            ("page", &self.page),
        ];
        paths::with_query("", &fields.map(|(name, value)| (name, value.as_str()))).trim_start_matches('?').to_owned()
    }

    /// The query in a form of the list, parsed and written again, so that no other text reaches an address.
    pub(in crate::web) fn returned(text: &str) -> String {
        let query = serde_urlencoded::from_str::<Self>(text).unwrap_or_default();
        if query.asked().is_ok() { query.text() } else { String::new() }
    }

    /// The query of the whole list of such a form.
    pub(in crate::web) fn whole(text: &str) -> String {
        serde_urlencoded::from_str::<Self>(text).unwrap_or_default().changed(|_| ()).text()
    }

    /// The query for taking the list in turns. An order by status is dropped: actions change statuses, which would
    /// bring users into a later turn again.
    pub(in crate::web) fn in_turns(&self) -> Self {
        if self.sort.starts_with("status") { self.changed(|query| query.sort = String::new()) } else { self.clone() }
    }

    /// The query of the first page with a change.
    pub(in crate::web) fn changed(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut query = Self { page: String::new(), ..self.clone() };
        change(&mut query);
        query
    }

    /// True if anything but the status narrows the list.
    pub(in crate::web) fn is_narrowed(&self) -> bool {
        [&self.q, &self.role, &self.two_factor, &self.assignments].into_iter().any(|text| !text.is_empty())
    }

    /// Links to other pages.
    pub(in crate::web) fn pager(&self, asked: &ListRequest, listing: &Listing) -> Pager {
        let slice = &listing.rows;
        let (rows, count) = (slice.rows.len() as u64, shown(listing.counts.of(asked.filter.status)));
        let from = match (&asked.position, count) {
            (Position::Last, crate::web::shared::page::Count::Exactly(count)) => (count + 1).saturating_sub(rows),
            (Position::Last, crate::web::shared::page::Count::MoreThan(_)) => 0,
            _ => self.key().ok().flatten().map_or(1, |key| key.from),
        };
        let at = |place, from| self.at(place, from, listing).path();
        Pager {
            label: if from == 0 || rows == 0 {
                count.of("user", "users")
            } else {
                Pager::label(from, from.saturating_add(rows.saturating_sub(1)), count, "user", "users")
            },
            first: slice.has_previous.then(|| self.changed(|_| ()).path()),
            previous: slice
                .rows
                .first()
                .filter(|_| slice.has_previous)
                .map(|row| at(place(&row.cursor, PagePosition::Before), before(from, asked.limit))),
            next: slice
                .rows
                .last()
                .filter(|_| slice.has_next)
                .map(|row| at(place(&row.cursor, PagePosition::After), if from == 0 { 0 } else { from.saturating_add(rows) })),
            last: slice.has_next.then(|| at(PagePosition::Last, 1)),
            rows: self.sizes(asked, slice.has_previous || slice.has_next || slice.rows.len() > PageSize::Few.count()),
        }
    }

    fn at(&self, place: PagePosition, from: u64, listing: &Listing) -> Self {
        let key = PageKey { place, from, at: listing.as_of.and_utc().timestamp_micros() };
        let page = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&key).unwrap_or_default());
        self.changed(|query| query.page = page)
    }

    /// The query of the rows after these, if there are any.
    pub(in crate::web) fn rest(&self, listing: &Listing) -> Option<Self> {
        let last = listing.rows.rows.last().filter(|_| listing.rows.has_next)?;
        Some(self.at(place(&last.cursor, PagePosition::After), 0, listing))
    }

    /// Links to other page sizes, if there is a choice.
    fn sizes(&self, asked: &ListRequest, is_choice: bool) -> Vec<RowsLink> {
        let link = |rows: PageSize| RowsLink {
            rows,
            href: self.changed(|query| query.rows = rows.to_string()).path(),
            is_current: rows.count() == asked.limit,
        };
        if is_choice { PageSize::ALL.map(link).into() } else { Vec::new() }
    }

    /// Address of the list with this query.
    pub(in crate::web) fn path(&self) -> String {
        crate::web::shared::page::with_query(paths::UsersAndPermissions {}, &self.text())
    }
}

fn place(cursor: &Cursor, place: fn(u8, Value, i64) -> PagePosition) -> PagePosition {
    place(cursor.segment, Value::of(&cursor.value), cursor.id)
}

/// Parses a text; `None` for an empty one, and an error for an unknown one.
fn known<T>(text: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, WebError> {
    if text.is_empty() { Ok(None) } else { parse(text).map(Some).ok_or(WebError::NotFound) }
}

/// Accepts years that both databases write alike.
fn timestamp(micros: i64) -> Result<Timestamp, WebError> {
    let time = DateTime::from_timestamp_micros(micros).filter(|time| (1970..=9999).contains(&time.year()));
    time.map(|time| time.naive_utc()).ok_or(WebError::NotFound)
}

impl PageKey {
    fn position(&self, order: Order) -> Result<Position<Cursor>, WebError> {
        let cursor = |segment: u8, value: &Value, id: i64| {
            let cursor = Cursor { segment, value: value.cursor()?, id };
            if cursor.fits(order) { Ok(cursor) } else { Err(WebError::NotFound) }
        };
        Ok(match &self.place {
            PagePosition::After(segment, value, id) => Position::After(cursor(*segment, value, *id)?),
            PagePosition::Before(segment, value, id) => Position::Before(cursor(*segment, value, *id)?),
            PagePosition::Last => Position::Last,
        })
    }
}

impl Value {
    fn of(value: &CursorValue) -> Self {
        match value {
            CursorValue::Text(text) => Self::Text(text.clone()),
            CursorValue::Time(time) => Self::Micros(time.and_utc().timestamp_micros()),
            CursorValue::Never => Self::Never,
        }
    }

    fn cursor(&self) -> Result<CursorValue, WebError> {
        Ok(match self {
            Self::Text(text) => CursorValue::Text(text.clone()),
            Self::Micros(micros) => CursorValue::Time(timestamp(*micros)?),
            Self::Never => CursorValue::Never,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<ListRequest, WebError> {
        serde_urlencoded::from_str::<UserListQuery>(text).map_err(|_| WebError::Malformed)?.read()
    }

    #[test]
    fn an_address_says_all_that_the_list_holds() {
        let text = "q=ma&status=expired&role=portfolio_admin&two_factor=off&assignments=none&sort=last_sign_in-desc&rows=100";
        let asked = parsed(text).unwrap();
        assert_eq!((asked.filter.status, asked.filter.default_role), (Some(Status::Expired), Some(DefaultRole::PortfolioAdmin)));
        assert_eq!((asked.filter.has_two_factor, asked.filter.is_unassigned, asked.limit), (Some(false), true, 100));
        assert_eq!(asked.order, Order { by: SortBy::LastSignIn, is_descending: true });
        assert_eq!(UserListQuery::returned(text), text);
    }

    #[test]
    fn what_no_list_has_written_leads_nowhere() {
        let key = |json: &str| format!("page={}", URL_SAFE_NO_PAD.encode(json));
        let keys = [
            r#"{"place":{"a":[9,"a",1]},"from":1,"at":1}"#,
            r#"{"place":{"a":[0,7,1]},"from":1,"at":1}"#,
            r#"{"place":{"a":[0,null,1]},"from":1,"at":1}"#,
            r#"{"place":{"a":[0,"a\u0000",1]},"from":1,"at":1}"#,
            r#"{"place":"l","from":1,"at":9223372036854775807}"#,
            r#"{"place":"l","from":99999999999,"at":1}"#,
            r#"{"place":"l","from":1}"#,
        ];
        let words = ["status=x", "status=Active", "role=admin", "two_factor=yes", "assignments=all", "sort=x", "sort=-desc", "rows=-1"];
        let words = words.into_iter().chain(["rows=26", "rows=99999999999999999999", "page=x"]).map(str::to_owned);
        for text in words.chain(keys.iter().map(|json| key(json))) {
            assert!(matches!(parsed(&text), Err(WebError::NotFound)), "{text}");
            assert_eq!(UserListQuery::returned(&text), "", "{text}");
        }
        let never = key(r#"{"place":{"b":[1,null,1]},"from":1,"at":1}"#);
        assert!(parsed(&format!("sort=last_sign_in&{never}")).is_ok());
        assert!(matches!(parsed("q=a&q=b"), Err(WebError::Malformed)));
    }
}
