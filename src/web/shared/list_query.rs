//! What lists carry in their addresses: the search, the page, found by key, and how many rows it has.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::StatusCode, web::Query};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::{
    domain::search::{SearchTerm, looked_for},
    usecases::{Count, Key, Position, Slice},
};

use super::{
    error::WebError,
    page::{self, Pager, RowsLink},
    page_size::PageSize,
    routing::paths,
    state::State,
};

/// Longest search and page key that is read, in bytes.
pub(in crate::web) const TEXT_MAX: usize = 2000;

/// Longest query of a list that a form carries, in bytes: a search of which each byte is escaped. The address that it leads to can be read.
const RETURNED_MAX: usize = 3 * TEXT_MAX;

/// More rows than any list has.
pub(in crate::web) const ROWS_MAX: u64 = u32::MAX as u64;

/// The query of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct ListQuery {
    #[serde(default)]
    pub(in crate::web) q: String,
    #[serde(default)]
    pub(in crate::web) page: String,
    /// How many rows a page has; empty for as many as the browser remembers.
    #[serde(default)]
    pub(in crate::web) rows: String,
    #[serde(skip)]
    remembered: PageSize,
}

impl FromRequest for ListQuery {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(list_query(request))
    }
}

fn list_query(request: &HttpRequest) -> Result<ListQuery, WebError> {
    let Query(query) =
        Query::<ListQuery>::from_query(request.query_string()).map_err(|_| WebError::NoSuchList(StatusCode::BAD_REQUEST, None))?;
    let remembered = PageSize::remembered(request, State::of(request)?, &query.rows);
    Ok(ListQuery { remembered, q: read(query.q), ..query })
}

/// A search as pages write it again: no more of it than is looked for, so that every address which holds it can be read.
pub(in crate::web) fn read(typed: String) -> String {
    if typed.len() > TEXT_MAX { typed } else { looked_for(&typed) }
}

/// Which page, and the number of its first row, which is only for showing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PageKey {
    place: PagePosition,
    from: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum PagePosition {
    #[serde(rename = "a")]
    After(String, i64),
    #[serde(rename = "b")]
    Before(String, i64),
    #[serde(rename = "l")]
    Last,
}

impl PageKey {
    /// True if a list of ours can have written it: sort keys have no control characters, and rows a number.
    fn is_ours(&self) -> bool {
        let is_key = match &self.place {
            PagePosition::After(key, _) | PagePosition::Before(key, _) => !key.contains(char::is_control),
            PagePosition::Last => true,
        };
        is_key && self.from <= ROWS_MAX
    }

    /// As it stands in an address.
    fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }
}

/// A page of a list, as its address asks for it.
#[derive(Debug, Clone)]
pub(in crate::web) struct PageRequest {
    pub(in crate::web) position: Position,
    pub(in crate::web) search: Option<SearchTerm>,
    pub(in crate::web) rows: PageSize,
    /// `None` for the first page.
    key: Option<PageKey>,
}

impl PageRequest {
    /// From the page key alone.
    ///
    /// # Errors
    /// [`WebError::NoSuchList`]: a page key that no list of ours has written leads nowhere.
    pub(in crate::web) fn at(page: &str, rows: PageSize) -> Result<Self, WebError> {
        if page.len() > TEXT_MAX {
            return Err(WebError::NoSuchList(StatusCode::BAD_REQUEST, None));
        }
        if page.is_empty() {
            return Ok(Self { position: Position::First, search: None, rows, key: None });
        }
        let key = URL_SAFE_NO_PAD.decode(page).ok().and_then(|bytes| serde_json::from_slice::<PageKey>(&bytes).ok());
        let key = key.filter(PageKey::is_ours).ok_or(WebError::NoSuchList(StatusCode::NOT_FOUND, None))?;
        let position = match key.place.clone() {
            PagePosition::After(sort_key, id) => Position::After(Key { sort_key, id }),
            PagePosition::Before(sort_key, id) => Position::Before(Key { sort_key, id }),
            PagePosition::Last => Position::Last,
        };
        Ok(Self { position, search: None, rows, key: Some(key) })
    }

    /// The number of the first row; 0 where nobody knows.
    fn from(&self, rows: u64, count: Count) -> u64 {
        match (&self.position, count) {
            (Position::Last, Count::Exactly(count)) => u64::try_from(count).unwrap_or(0).saturating_sub(rows) + 1,
            (Position::Last, Count::Many) => 0,
            _ => self.key.as_ref().map_or(1, |key| key.from),
        }
    }

    /// The ways to other pages of the list. `link` makes the address of a page key, `key` tells the place of a row.
    pub(in crate::web) fn pager<T>(
        &self,
        link: impl Fn(&str) -> String,
        slice: &Slice<T>,
        key: impl Fn(&T) -> Key,
        count: Count,
        words: (&str, &str),
    ) -> Pager {
        let rows = slice.rows.len() as u64;
        let (of, from) = (shown(count), self.from(rows, count));
        let at = |place, from| link(&PageKey { place, from }.text());
        let previous = slice.rows.first().map(&key).filter(|_| slice.has_previous);
        let next = slice.rows.last().map(&key).filter(|_| slice.has_next);
        Pager {
            label: if from == 0 || rows == 0 {
                of.of(words.0, words.1)
            } else {
                Pager::label(from, from.saturating_add(rows.saturating_sub(1)), of, words.0, words.1)
            },
            first: slice.has_previous.then(|| link("")),
            previous: previous.map(|key| at(PagePosition::Before(key.sort_key, key.id), before(from, self.rows.count()))),
            next: next.map(|key| at(PagePosition::After(key.sort_key, key.id), if from == 0 { 0 } else { from.saturating_add(rows) })),
            last: slice.has_next.then(|| at(PagePosition::Last, 1)),
            rows: Vec::new(),
        }
    }
}

impl ListQuery {
    /// # Errors
    /// As [`PageRequest::at`]; a number of rows that none offers leads nowhere too.
    pub(in crate::web) fn asked(&self) -> Result<PageRequest, WebError> {
        if self.q.len() > TEXT_MAX {
            return Err(WebError::NoSuchList(StatusCode::BAD_REQUEST, None));
        }
        let rows = if self.rows.is_empty() { Some(self.remembered) } else { PageSize::parse(&self.rows) };
        let rows = rows.ok_or(WebError::NoSuchList(StatusCode::NOT_FOUND, None))?;
        Ok(PageRequest { search: SearchTerm::parse(&self.q), ..PageRequest::at(&self.page, rows)? })
    }

    /// The query as it stands in an address.
    pub(in crate::web) fn text(&self) -> String {
        self.at("", &self.page, &self.rows).trim_start_matches('?').to_owned()
    }

    /// The list at `path` with the same search, on this page and with so many rows.
    fn at(&self, path: &str, page: &str, rows: &str) -> String {
        paths::with_query(path, &[("q", &self.q), ("page", page), ("rows", rows)])
    }

    /// The query that a form in a list carries, written anew, so that nothing else of it reaches an address.
    pub(in crate::web) fn returned(text: &str) -> String {
        let text = if text.len() <= RETURNED_MAX { text } else { "" };
        serde_urlencoded::from_str::<Self>(text).unwrap_or_default().text()
    }

    /// The ways to other pages of the list at `path`, and to other numbers of rows. `key` tells the place of a row.
    pub(in crate::web) fn pager<T>(
        &self,
        path: impl ToString,
        asked: &PageRequest,
        slice: &Slice<T>,
        key: impl Fn(&T) -> Key,
        count: Count,
        words: (&str, &str),
    ) -> Pager {
        let (path, rows) = (path.to_string(), slice.rows.len() as u64);
        let pager = asked.pager(|page| self.at(&path, page, &self.rows), slice, key, count, words);
        if !(slice.has_previous || slice.has_next || slice.rows.len() > PageSize::Few.count()) {
            return pager;
        }
        let end = asked.from(rows, count).saturating_add(rows);
        Pager { rows: PageSize::ALL.map(|size| self.with_rows(&path, asked, size, end)).into(), ..pager }
    }

    /// The page with another number of rows: it begins where it began, or ends where it ended if that is how it was found. `end` is the number
    /// of the row after it.
    fn with_rows(&self, path: &str, asked: &PageRequest, rows: PageSize, end: u64) -> RowsLink {
        let key = asked.key.clone().map(|key| match key.place {
            PagePosition::Before(..) if key.from > 0 => PageKey { from: before(end, rows.count()), ..key },
            PagePosition::After(..) | PagePosition::Before(..) | PagePosition::Last => key,
        });
        let page = key.map(|key| key.text()).unwrap_or_default();
        RowsLink { rows, href: self.at(path, &page, &rows.to_string()), is_current: rows == asked.rows }
    }
}

/// The number of the first row of the page of `limit` rows before the row with the number `end`; 0 where nobody knows.
pub(in crate::web) fn before(end: u64, limit: usize) -> u64 {
    if end == 0 { 0 } else { end.saturating_sub(limit as u64).max(1) }
}

/// A count as pages show it.
pub(in crate::web) fn shown(count: Count) -> page::Count {
    match count {
        Count::Exactly(count) => page::Count::Exactly(u64::try_from(count).unwrap_or(0)),
        Count::Many => page::Count::MoreThan(10_000),
    }
}

/// The query of a page that an icon in a list leads to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct ReturnQuery {
    /// The list's query.
    #[serde(default, rename = "return")]
    pub(in crate::web) return_query: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_that_a_form_returns_cannot_lead_elsewhere() {
        for (text, returned) in [
            ("q=ma&page=abc", "q=ma&page=abc"),
            ("rows=25&q=ma", "q=ma&rows=25"),
            ("", ""),
            ("q=a%0d%0aSet-Cookie:x", "q=a%0D%0ASet-Cookie%3Ax"),
            ("//evil.example", ""),
            ("q=a&q=b", ""),
            ("next=/x", ""),
            (&format!("q={}", "a".repeat(60_000)), ""),
        ] {
            assert_eq!(ListQuery::returned(text), returned, "{text:?}");
        }
    }

    #[test]
    fn a_page_key_of_nobodys_making_leads_nowhere() {
        for page in ["x", "AAAA", "e30", "bnVsbA"] {
            let query = ListQuery { page: page.to_owned(), ..ListQuery::default() };
            assert!(matches!(query.asked(), Err(WebError::NoSuchList(StatusCode::NOT_FOUND, None))), "{page}");
        }
    }

    #[test]
    fn a_page_whose_place_nobody_knows_is_not_given_one() {
        assert_eq!(before(0, 25), 0);
        assert_eq!([before(10, 25), before(26, 25), before(27, 25)], [1, 1, 2]);
    }
}
