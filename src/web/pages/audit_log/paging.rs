//! Pages of the log and of refused sign-ins by their keys, and the way on of a search that stopped.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::entry::capitalised;
use crate::{
    domain::clock::Timestamp,
    usecases::{Count, EntryKey, Position, ReadEntry, RefusalKey, RefusedSignIn, audit::reading::LogPage, entry_key},
    web::shared::{
        error::WebError,
        list_query::{TEXT_MAX, known, shown},
        page::{self, DisplayTime, Pager, counted, first_row, grouped},
        page_key::{PageKey, Place, timestamp},
        page_size::PageSize,
        routing::paths,
    },
};

/// Row of a list, found by its key. The place is the key as it stands in an address.
pub(super) trait Paged {
    type Key: Clone + std::fmt::Debug;
    type Place: Clone + std::fmt::Debug + Serialize + DeserializeOwned;
    /// One row and several.
    const WORDS: (&'static str, &'static str);

    fn key(&self) -> Self::Key;
    fn place(key: &Self::Key) -> Self::Place;
    /// Key of a place; `None` for one that no list has written.
    fn known(place: &Self::Place) -> Option<Self::Key>;
    /// Time of a key; `None` if it is unreadable.
    fn time(key: &Self::Key) -> Option<Timestamp>;
}

fn micros(time: Timestamp) -> i64 {
    time.and_utc().timestamp_micros()
}

impl Paged for ReadEntry {
    type Key = EntryKey;
    /// Time in microseconds, if the entry has one that can be written, and sequence.
    type Place = (Option<i64>, i64);
    const WORDS: (&'static str, &'static str) = ("entry", "entries");

    fn key(&self) -> EntryKey {
        entry_key(self)
    }

    fn place(key: &EntryKey) -> Self::Place {
        (key.at.map(micros).filter(|micros| timestamp(*micros).is_some()), key.sequence)
    }

    fn known((micros, sequence): &Self::Place) -> Option<EntryKey> {
        let at = match micros {
            Some(micros) => Some(timestamp(*micros)?),
            None => None,
        };
        Some(EntryKey { at, sequence: *sequence })
    }

    fn time(key: &EntryKey) -> Option<Timestamp> {
        key.at
    }
}

impl Paged for RefusedSignIn {
    type Key = RefusalKey;
    /// Minute in microseconds, network, address and reason.
    type Place = (i64, String, String, String);
    const WORDS: (&'static str, &'static str) = ("row", "rows");

    fn key(&self) -> RefusalKey {
        self.key()
    }

    fn place((minute, network, email, reason): &RefusalKey) -> Self::Place {
        (micros(*minute), network.clone(), email.clone(), reason.as_str().to_owned())
    }

    fn known((micros, network, email, reason): &Self::Place) -> Option<RefusalKey> {
        let is_plain = |text: &str| !text.contains(char::is_control);
        (is_plain(network) && is_plain(email)).then_some(())?;
        Some((timestamp(*micros)?, network.clone(), email.clone(), reason.parse().ok()?))
    }

    fn time((minute, ..): &RefusalKey) -> Option<Timestamp> {
        Some(*minute)
    }
}

/// Page and number of rows, as an address asks for them.
#[derive(Debug, Clone)]
pub(super) struct Paging<T: Paged = ReadEntry> {
    pub(super) position: Position<T::Key>,
    pub(super) limit: usize,
    key: Option<PageKey<T::Place>>,
}

/// Query of a list without filters.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct PagingQuery {
    pub(super) page: String,
    pub(super) rows: String,
}

impl PagingQuery {
    /// Address of the list at `path` on this page and with so many rows.
    pub(super) fn path(path: impl std::fmt::Display, page: &str, rows: &str) -> String {
        paths::with_query(path, &[("page", page), ("rows", rows)])
    }
}

/// Stop of a search that examined as many rows as one request does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// `None` for an unreadable time.
    pub at: Option<DisplayTime>,
    /// True on the way to newer rows.
    pub is_forward: bool,
    pub href: String,
}

impl<T: Paged> Paging<T> {
    pub(super) fn parse(page: &str, rows: &str, remembered: PageSize) -> Result<Self, WebError> {
        if page.len() > TEXT_MAX {
            return Err(WebError::Malformed);
        }
        let limit = known(rows, PageSize::parse)?.unwrap_or(remembered).count();
        let key = known(page, PageKey::<T::Place>::read)?.filter(|key| key.at.is_none());
        let position = match &key {
            None if page.is_empty() => Position::First,
            None => return Err(WebError::NotFound),
            Some(key) => key.position(T::known).ok_or(WebError::NotFound)?,
        };
        Ok(Self { position, limit, key })
    }

    /// Links to other pages and numbers of rows. `link` makes the address of a page key, `sized` that of a number.
    pub(super) fn pager(
        &self,
        found: &LogPage<T, T::Key>,
        count: Option<Count>,
        link: impl Fn(&str) -> String,
        sized: impl Fn(PageSize) -> String,
    ) -> Pager {
        let (one, many) = T::WORDS;
        // Without a count nothing but the place on the way from the first page is known.
        let shown_count = count.map_or(page::Count::MoreThan(0), shown);
        let to = |place: Option<Place<&T>>, from| {
            link(&place.map_or_else(String::new, |place| text(place.map(|row| T::place(&row.key())), from)))
        };
        let pager = Pager::new(&found.rows, self.key.as_ref(), self.limit, shown_count, T::WORDS, to);
        let rows = found.rows.rows.len() as u64;
        let from = first_row(&found.rows, self.key.as_ref(), shown_count);
        let label = match count {
            Some(_) => pager.label,
            None if from > 0 && rows > 1 => {
                format!("{} {}–{}", capitalised(many), grouped(from), grouped(from.saturating_add(rows - 1)))
            }
            None => counted(rows, &format!("{one} on this page"), &format!("{many} on this page")),
        };
        Pager { label, ..pager }.with_sizes(found.rows.rows.len(), self.limit, sized)
    }

    /// Way on of a search that stopped.
    pub(super) fn stopped(
        &self,
        found: &LogPage<T, T::Key>,
        at: impl Fn(Timestamp) -> DisplayTime,
        link: impl Fn(&str) -> String,
    ) -> Option<Stopped> {
        let stopped = found.stopped.as_ref()?;
        let place = T::place(stopped);
        let is_forward = self.position.is_backward();
        let from = first_row(&found.rows, self.key.as_ref(), page::Count::MoreThan(0));
        let next = if from == 0 { 0 } else { from.saturating_add(found.rows.rows.len() as u64) };
        let page = if is_forward { text(Place::Before(place), 0) } else { text(Place::After(place), next) };
        Some(Stopped { at: T::time(stopped).map(at), is_forward, href: link(&page) })
    }
}

fn text<P: Serialize + DeserializeOwned>(place: Place<P>, from: u64) -> String {
    PageKey { place, from, at: None }.text()
}
