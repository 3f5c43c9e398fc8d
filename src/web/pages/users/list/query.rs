//! Query of the list: search, filters, order, page. Unknown values are refused.

use std::{
    future::{Ready, ready},
    str::FromStr,
};

use actix_web::{FromRequest, HttpRequest, ResponseError as _, dev::Payload, http::StatusCode, web::Query};
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        search::SearchTerm,
        user::{DefaultRole, Status},
        user_list::{LastSignIn, Order, SortBy, UserFilter},
    },
    usecases::{
        Cursor, CursorValue, Position,
        users::list::{ListRequest, Listing, Row},
    },
    web::shared::{
        error::WebError,
        list_query::{self, TEXT_MAX, known, shown},
        page::Pager,
        page_key::{PageKey, Place, timestamp},
        page_size::PageSize,
        routing::paths,
        state::State,
    },
};

/// Suffix of a descending order.
const DESCENDING: &str = "-desc";

/// Query of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(in crate::web) struct UserListQuery {
    pub(in crate::web) q: String,
    /// Status in lower case; empty for all.
    pub(in crate::web) status: String,
    pub(in crate::web) role: String,
    /// "on" or "off".
    pub(in crate::web) two_factor: String,
    /// "none" for users without assignments; the id of a portfolio for users with assignments in it.
    pub(in crate::web) assignments: String,
    /// "never", "30" or "90".
    pub(in crate::web) last_sign_in: String,
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
    Ok(UserListQuery { remembered, q: list_query::looked_for(&query.q), ..query })
}

/// The place of a row: part of the order, value, id.
type RowPlace = (u8, Value, i64);

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
    pub(in crate::web) fn request(&self) -> Result<ListRequest, WebError> {
        self.read().map_err(|failure| no_such(failure.status_code()))
    }

    fn read(&self) -> Result<ListRequest, WebError> {
        if self.page.len() > TEXT_MAX {
            return Err(WebError::Malformed);
        }
        let order = self.order()?;
        let filter = UserFilter {
            search: SearchTerm::parse(&self.q),
            status: known(&self.status, |text| Status::ALL.into_iter().find(|status| word(*status) == text))?,
            default_role: known(&self.role, |text| DefaultRole::from_str(text).ok())?,
            has_two_factor: known(&self.two_factor, |text| ["off", "on"].iter().position(|known| *known == text).map(|place| place == 1))?,
            is_unassigned: self.assignments == "none",
            last_sign_in: known(&self.last_sign_in, |text| LastSignIn::from_str(text).ok())?,
        };
        let portfolio = if filter.is_unassigned { None } else { known(&self.assignments, |text| text.parse().ok())? };
        let limit = known(&self.rows, PageSize::parse)?.unwrap_or(self.remembered).count();
        let (position, as_of) = match self.key()? {
            None => (Position::First, None),
            Some(key) => {
                let position = key.position(|place| cursor(place).filter(|cursor| cursor.fits(order)));
                (position.ok_or(WebError::NotFound)?, Some(key.at.and_then(timestamp).ok_or(WebError::NotFound)?))
            }
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

    fn key(&self) -> Result<Option<PageKey<RowPlace>>, WebError> {
        known(&self.page, PageKey::read)
    }

    /// The query as text in an address.
    pub(in crate::web) fn text(&self) -> String {
        let fields = [
            ("q", &self.q),
            ("status", &self.status),
            ("role", &self.role),
            ("two_factor", &self.two_factor),
            ("assignments", &self.assignments),
            ("last_sign_in", &self.last_sign_in),
            ("sort", &self.sort),
            ("rows", &self.rows),
            ("page", &self.page),
        ];
        paths::with_query("", &fields.map(|(name, value)| (name, value.as_str()))).trim_start_matches('?').to_owned()
    }

    /// The query in a form of the list, parsed and written again, so that no other text reaches an address.
    pub(in crate::web) fn returned(text: &str) -> String {
        let query = serde_urlencoded::from_str::<Self>(text).unwrap_or_default();
        let query = Self { q: list_query::looked_for(&query.q), ..query };
        if query.request().is_ok() { query.text() } else { String::new() }
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
        [&self.q, &self.role, &self.two_factor, &self.assignments, &self.last_sign_in].into_iter().any(|text| !text.is_empty())
    }

    /// The ways to other pages, and to the first one with other numbers of rows.
    pub(in crate::web) fn pager(&self, request: &ListRequest, listing: &Listing) -> Pager {
        let (slice, count) = (&listing.rows, shown(listing.counts.of(request.filter.status)));
        let key = self.key().ok().flatten();
        let link = |to: Option<Place<&Row>>, from| match to {
            None => self.changed(|_| ()).path(),
            Some(to) => self.at(to.map(place), from, listing).path(),
        };
        let pager = Pager::new(slice, key.as_ref(), request.limit, count, ("user", "users"), link);
        pager.with_sizes(slice.rows.len(), request.limit, |rows| self.changed(|query| query.rows = rows.to_string()).path())
    }

    fn at(&self, place: Place<RowPlace>, from: u64, listing: &Listing) -> Self {
        let key = PageKey { place, from, at: Some(listing.as_of.and_utc().timestamp_micros()) };
        self.changed(|query| query.page = key.text())
    }

    /// The query of the rows after these, if there are any.
    pub(in crate::web) fn rest(&self, listing: &Listing) -> Option<Self> {
        let last = listing.rows.rows.last().filter(|_| listing.rows.has_next)?;
        Some(self.at(Place::After(place(last)), 0, listing))
    }

    /// Address of the list with this query.
    pub(in crate::web) fn path(&self) -> String {
        crate::web::shared::page::with_query(paths::UsersAndPermissions {}, &self.text())
    }
}

fn place(row: &Row) -> RowPlace {
    (row.cursor.segment, Value::of(&row.cursor.value), row.cursor.id)
}

fn cursor((segment, value, id): &RowPlace) -> Option<Cursor> {
    Some(Cursor { segment: *segment, value: value.cursor()?, id: *id })
}

impl Value {
    fn of(value: &CursorValue) -> Self {
        match value {
            CursorValue::Text(text) => Self::Text(text.clone()),
            CursorValue::Time(time) => Self::Micros(time.and_utc().timestamp_micros()),
            CursorValue::Never => Self::Never,
        }
    }

    fn cursor(&self) -> Option<CursorValue> {
        Some(match self {
            Self::Text(text) => CursorValue::Text(text.clone()),
            Self::Micros(micros) => CursorValue::Time(timestamp(*micros)?),
            Self::Never => CursorValue::Never,
        })
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;

    fn parsed(text: &str) -> Result<ListRequest, WebError> {
        serde_urlencoded::from_str::<UserListQuery>(text).map_err(|_| WebError::Malformed)?.read()
    }

    #[test]
    fn an_address_says_all_that_the_list_holds() {
        let text =
            "q=ma&status=expired&role=portfolio_admin&two_factor=off&assignments=none&last_sign_in=90&sort=last_sign_in-desc&rows=100";
        let request = parsed(text).unwrap();
        assert_eq!((request.filter.status, request.filter.default_role), (Some(Status::Expired), Some(DefaultRole::PortfolioAdmin)));
        assert_eq!((request.filter.has_two_factor, request.filter.is_unassigned, request.limit), (Some(false), true, 100));
        assert_eq!(request.order, Order { by: SortBy::LastSignIn, is_descending: true });
        assert_eq!(request.filter.last_sign_in, Some(LastSignIn::Over90Days));
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
        let words = words.into_iter().chain(["last_sign_in=60", "rows=26", "rows=99999999999999999999", "page=x"]).map(str::to_owned);
        for text in words.chain(keys.iter().map(|json| key(json))) {
            assert!(matches!(parsed(&text), Err(WebError::NotFound)), "{text}");
            assert_eq!(UserListQuery::returned(&text), "", "{text}");
        }
        let never = key(r#"{"place":{"b":[1,null,1]},"from":1,"at":1}"#);
        assert!(parsed(&format!("sort=last_sign_in&{never}")).is_ok());
        assert!(matches!(parsed("q=a&q=b"), Err(WebError::Malformed)));
    }
}
