//! What lists carry in their addresses: the search and the page, found by key.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::{
    domain::search::SearchTerm,
    usecases::{Count, Key, Person, Position, Slice},
};

use super::{
    failure::Failure,
    page::{self, Pager},
    paths,
};

/// Rows on a page.
pub(super) const PAGE_SIZE: usize = 50;

/// Longest search and page key that is read, in bytes.
pub(super) const TEXT_MAX: usize = 2000;

/// More rows than any list has.
pub(super) const ROWS_MAX: u64 = u32::MAX as u64;

/// The query of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    #[serde(default)]
    pub(super) q: String,
    #[serde(default)]
    pub(super) page: String,
}

/// Which page, and the number of its first row, which is only for showing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PageKey {
    place: Place,
    from: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Place {
    #[serde(rename = "a")]
    After(String, i64),
    #[serde(rename = "b")]
    Before(String, i64),
    #[serde(rename = "l")]
    Last,
}

impl PageKey {
    /// Whether a list of ours can have written it: sort keys have no control characters, and rows a number.
    fn is_ours(&self) -> bool {
        let is_key = match &self.place {
            Place::After(key, _) | Place::Before(key, _) => !key.contains(char::is_control),
            Place::Last => true,
        };
        is_key && self.from <= ROWS_MAX
    }
}

/// A page of a list, as its address asks for it.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) position: Position,
    pub(super) search: Option<SearchTerm>,
    from: u64,
}

impl ListQuery {
    /// # Errors
    /// A page key that no list of ours has written leads nowhere: 404.
    pub(super) fn asked(&self) -> Result<Asked, Failure> {
        if self.q.len() > TEXT_MAX || self.page.len() > TEXT_MAX {
            return Err(Failure::Malformed);
        }
        let search = SearchTerm::parse(&self.q);
        if self.page.is_empty() {
            return Ok(Asked { position: Position::First, search, from: 1 });
        }
        let key = URL_SAFE_NO_PAD.decode(&self.page).ok().and_then(|bytes| serde_json::from_slice::<PageKey>(&bytes).ok());
        let PageKey { place, from } = key.filter(PageKey::is_ours).ok_or(Failure::NotFound)?;
        let position = match place {
            Place::After(sort_key, id) => Position::After(Key { sort_key, id }),
            Place::Before(sort_key, id) => Position::Before(Key { sort_key, id }),
            Place::Last => Position::Last,
        };
        Ok(Asked { position, search, from })
    }

    /// The query as it stands in an address.
    pub(super) fn text(&self) -> String {
        paths::with_query("", &[("q", &self.q), ("page", &self.page)]).trim_start_matches('?').to_owned()
    }

    /// The query that a form in a list carries, written anew, so that nothing else of it reaches an address.
    pub(super) fn returned(text: &str) -> String {
        serde_urlencoded::from_str::<Self>(text).unwrap_or_default().text()
    }

    /// The ways to other pages of the list at `path`. `person` tells the key of a row.
    pub(super) fn pager<T>(
        &self,
        path: impl ToString,
        asked: &Asked,
        slice: &Slice<T>,
        person: impl Fn(&T) -> &Person,
        count: Count,
        words: (&str, &str),
    ) -> Pager {
        let rows = slice.rows.len() as u64;
        let of = shown(count);
        let from = match (&asked.position, count) {
            (Position::Last, Count::Exactly(count)) => u64::try_from(count).unwrap_or(0).saturating_sub(rows) + 1,
            (Position::Last, Count::Many) => 0,
            _ => asked.from,
        };
        let path = path.to_string();
        let at = |place, from| {
            let key = serde_json::to_vec(&PageKey { place, from }).unwrap_or_default();
            paths::with_query(&path, &[("q", &self.q), ("page", &URL_SAFE_NO_PAD.encode(key))])
        };
        let key = |row: Option<&T>| row.map(|row| person(row).key());
        let previous = key(slice.rows.first()).filter(|_| slice.has_previous);
        let next = key(slice.rows.last()).filter(|_| slice.has_next);
        Pager {
            label: if from == 0 {
                of.of(words.0, words.1)
            } else {
                Pager::label(from, from.saturating_add(rows.saturating_sub(1)), of, words.0, words.1)
            },
            first: slice.has_previous.then(|| paths::with_query(&path, &[("q", &self.q)])),
            previous: previous.map(|key| at(Place::Before(key.sort_key, key.id), from.saturating_sub(PAGE_SIZE as u64).max(1))),
            next: next.map(|key| at(Place::After(key.sort_key, key.id), if from == 0 { 0 } else { from.saturating_add(rows) })),
            last: slice.has_next.then(|| at(Place::Last, 1)),
        }
    }
}

/// A count as pages show it.
pub(super) fn shown(count: Count) -> page::Count {
    match count {
        Count::Exactly(count) => page::Count::Exactly(u64::try_from(count).unwrap_or(0)),
        Count::Many => page::Count::MoreThan(10_000),
    }
}

/// The query of a page that an icon in a list leads to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReturnQuery {
    /// The list's query.
    #[serde(default, rename = "return")]
    pub(super) return_query: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_that_a_form_returns_cannot_lead_elsewhere() {
        for (text, returned) in [
            ("q=ma&page=abc", "q=ma&page=abc"),
            ("", ""),
            ("q=a%0d%0aSet-Cookie:x", "q=a%0D%0ASet-Cookie%3Ax"),
            ("//evil.example", ""),
            ("q=a&q=b", ""),
            ("next=/x", ""),
        ] {
            assert_eq!(ListQuery::returned(text), returned, "{text:?}");
        }
    }

    #[test]
    fn a_page_key_of_nobodys_making_leads_nowhere() {
        for page in ["x", "AAAA", "e30", "bnVsbA"] {
            let query = ListQuery { q: String::new(), page: page.to_owned() };
            assert!(matches!(query.asked(), Err(Failure::NotFound)), "{page}");
        }
    }
}
