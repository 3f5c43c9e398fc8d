//! Query of a list: the search, the key of the page, and its number of rows. As in all addresses, unknown parameters are
//! ignored, and unknown values of known ones are refused.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::StatusCode, web::Query};
use serde::Deserialize;

use crate::{
    domain::search::SearchTerm,
    usecases::{Count, Key, Position, Slice},
};

use super::{
    error::WebError,
    page::{self, Pager},
    page_key::{PageKey, Place},
    page_size::PageSize,
    routing::paths,
    state::State,
};

pub(in crate::web) use crate::domain::search::looked_for;

/// Longest page key that is read, in bytes.
pub(in crate::web) const TEXT_MAX: usize = 2000;

/// Longest query of a list that a form carries, in bytes: a search of which each byte is escaped. The address that it leads to can be read.
const RETURNED_MAX: usize = 3 * TEXT_MAX;

/// The query of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(in crate::web) struct ListQuery {
    #[serde(default)]
    pub(in crate::web) q: String,
    #[serde(default)]
    pub(in crate::web) page: String,
    /// Rows of a page; empty for the number that the browser remembers.
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
    Ok(ListQuery { remembered, q: looked_for(&query.q), ..query })
}

/// A page of a list, as its address asks for it.
#[derive(Debug, Clone)]
pub(in crate::web) struct PageRequest {
    pub(in crate::web) position: Position,
    pub(in crate::web) search: Option<SearchTerm>,
    pub(in crate::web) rows: PageSize,
    /// `None` for the first page.
    key: Option<PageKey<(String, i64)>>,
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
        // Sort keys have no control characters.
        let place = |(key, id): &(String, i64)| (!key.contains(char::is_control)).then(|| Key { sort_key: key.clone(), id: *id });
        let key = PageKey::read(page).filter(|key| key.at.is_none());
        let position = key.as_ref().and_then(|key| key.position(place)).ok_or(WebError::NoSuchList(StatusCode::NOT_FOUND, None))?;
        Ok(Self { position, search: None, rows, key })
    }

    /// The key of the page with another number of rows: it begins where it began, or ends where it ended if that is how it was found. `end` is
    /// the number of the row after it.
    fn key_with(&self, rows: PageSize, end: u64) -> String {
        let key = self.key.clone().map(|key| match key.place {
            Place::Before(_) if key.from > 0 => PageKey { from: page::before(end, rows.count()), ..key },
            Place::After(_) | Place::Before(_) | Place::Last => key,
        });
        key.map(|key| key.text()).unwrap_or_default()
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
        let place = |row: &T| {
            let Key { sort_key, id } = key(row);
            (sort_key, id)
        };
        let text = |to: Option<Place<&T>>, from| to.map_or_else(String::new, |to| PageKey { place: to.map(place), from, at: None }.text());
        Pager::new(slice, self.key.as_ref(), self.rows.count(), shown(count), words, |to, from| link(&text(to, from)))
    }
}

impl ListQuery {
    /// The query of a list that has no search.
    #[must_use]
    pub(in crate::web) fn without_search(self) -> Self {
        Self { q: String::new(), ..self }
    }

    /// # Errors
    /// As [`PageRequest::at`]; a number of rows that none offers leads nowhere too.
    pub(in crate::web) fn request(&self) -> Result<PageRequest, WebError> {
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
        request: &PageRequest,
        slice: &Slice<T>,
        key: impl Fn(&T) -> Key,
        count: Count,
        words: (&str, &str),
    ) -> Pager {
        let path = path.to_string();
        let pager = request.pager(|page| self.at(&path, page, &self.rows), slice, key, count, words);
        let end = page::first_row(slice, request.key.as_ref(), shown(count)).saturating_add(slice.rows.len() as u64);
        pager.with_sizes(slice.rows.len(), request.rows.count(), |rows| self.at(&path, &request.key_with(rows, end), &rows.to_string()))
    }
}

/// Parses a text; `None` for an empty one, and an error for an unknown one.
pub(in crate::web) fn known<T>(text: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, WebError> {
    if text.is_empty() { Ok(None) } else { parse(text).map(Some).ok_or(WebError::NotFound) }
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
            assert!(matches!(query.request(), Err(WebError::NoSuchList(StatusCode::NOT_FOUND, None))), "{page}");
        }
    }
}
