//! Pages of entries by their keys, and the way on of a search that stopped.

use serde::Deserialize;

use crate::{
    usecases::{AuditRow, Count, EntryKey, Position, audit::reading::LogPage},
    web::shared::{
        error::WebError,
        list_query::{TEXT_MAX, known, shown},
        page::{self, DisplayTime, Pager, counted, first_row, grouped},
        page_key::{PageKey, Place, timestamp},
        page_size::PageSize,
        routing::paths,
    },
};

/// Time of an entry in microseconds, and its sequence.
type RowPlace = (i64, i64);

/// Page and number of rows, as an address asks for them.
#[derive(Debug, Clone)]
pub(super) struct Paging {
    pub(super) position: Position<EntryKey>,
    pub(super) limit: usize,
    key: Option<PageKey<RowPlace>>,
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

/// Stop of a search that examined as many entries as one request does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    pub at: DisplayTime,
    /// True on the way to newer entries.
    pub is_forward: bool,
    pub href: String,
}

impl Paging {
    pub(super) fn parse(page: &str, rows: &str, remembered: PageSize) -> Result<Self, WebError> {
        if page.len() > TEXT_MAX {
            return Err(WebError::Malformed);
        }
        let limit = known(rows, PageSize::parse)?.unwrap_or(remembered).count();
        let key = known(page, PageKey::<RowPlace>::read)?.filter(|key| key.at.is_none());
        let entry_key = |(micros, sequence): &RowPlace| Some(EntryKey { at: timestamp(*micros)?, sequence: *sequence });
        let position = match &key {
            None if page.is_empty() => Position::First,
            None => return Err(WebError::NotFound),
            Some(key) => key.position(entry_key).ok_or(WebError::NotFound)?,
        };
        Ok(Self { position, limit, key })
    }

    /// Links to other pages and numbers of rows. `link` makes the address of a page key, `sized` that of a number.
    pub(super) fn pager(
        &self,
        found: &LogPage,
        count: Option<Count>,
        link: impl Fn(&str) -> String,
        sized: impl Fn(PageSize) -> String,
    ) -> Pager {
        // Without a count nothing but the place on the way from the first page is known.
        let shown_count = count.map_or(page::Count::MoreThan(0), shown);
        let to = |place: Option<Place<&AuditRow>>, from| link(&place.map_or_else(String::new, |place| text(place.map(place_of), from)));
        let pager = Pager::new(&found.rows, self.key.as_ref(), self.limit, shown_count, ("entry", "entries"), to);
        let rows = found.rows.rows.len() as u64;
        let from = first_row(&found.rows, self.key.as_ref(), shown_count);
        let label = match count {
            Some(_) => pager.label,
            None if from > 0 && rows > 1 => format!("Entries {}–{}", grouped(from), grouped(from.saturating_add(rows - 1))),
            None => counted(rows, "entry on this page", "entries on this page"),
        };
        Pager { label, ..pager }.with_sizes(found.rows.rows.len(), self.limit, sized)
    }

    /// Way on of a search that stopped.
    pub(super) fn stopped(
        &self,
        found: &LogPage,
        at: impl Fn(crate::domain::clock::Timestamp) -> DisplayTime,
        link: impl Fn(&str) -> String,
    ) -> Option<Stopped> {
        let EntryKey { at: time, sequence } = found.stopped?;
        let place = (time.and_utc().timestamp_micros(), sequence);
        let is_forward = self.position.is_backward();
        let from = first_row(&found.rows, self.key.as_ref(), page::Count::MoreThan(0));
        let next = if from == 0 { 0 } else { from.saturating_add(found.rows.rows.len() as u64) };
        let page = if is_forward { text(Place::Before(place), 0) } else { text(Place::After(place), next) };
        Some(Stopped { at: at(time), is_forward, href: link(&page) })
    }
}

fn place_of(row: &AuditRow) -> RowPlace {
    (row.at.and_utc().timestamp_micros(), row.sequence)
}

fn text(place: Place<RowPlace>, from: u64) -> String {
    PageKey { place, from, at: None }.text()
}
