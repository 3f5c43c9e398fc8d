//! The audit log for Admins: filtered, searched, and one entry at a time.

use std::collections::{HashMap, HashSet};

use crate::{
    domain::{
        audit::{AuditAction, Names, SubjectKind},
        clock::Timestamp,
        ids::{AccountId, AssetId, EntryId, GroupId, PortfolioId, UserId},
        permission::Permission,
        policy::Action,
        scope::Scope,
        search::{SearchTerm, search_sentence, search_words},
    },
    store::{
        AuditRow, Database, ReadEntry, StoreError,
        accounts::{self, Account},
        assets,
        audit::log::{self, Bounds, EntryKey, IndexRange},
        groups,
        page::{Count, Position, Slice},
        portfolios::{self, Portfolio},
        users::{self, Filter, User},
    },
    usecases::{ActionError, Context, shared::error::authorise},
};

use super::reading::{self, EXAMINED_MAX, LogPage};

/// A user or thing of the log.
pub type Thing = (SubjectKind, i64);

/// Conditions on the entries of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogFilter {
    pub actor: Option<UserId>,
    /// Users and things that an entry has as subject or place.
    pub about: Vec<Thing>,
    /// Any of these actions; empty for all.
    pub actions: Vec<AuditAction>,
    /// From this time on.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
    /// Words in the names and the sentence of an entry.
    pub words: Vec<SearchTerm>,
}

/// Way to the entries of a filter.
struct Plan {
    ranges: Vec<IndexRange>,
    /// True if the ranges hold these entries alone.
    is_exact: bool,
}

impl LogFilter {
    pub(super) fn bounds(&self) -> Bounds {
        Bounds { after: self.since.map(EntryKey::before), before: self.until.map(EntryKey::before), up_to: None }
    }

    /// Index ranges of each condition.
    fn ranges(&self) -> Vec<Vec<IndexRange>> {
        let actor = self.actor.map(|actor| vec![IndexRange::Actor(actor)]);
        let about = self.about.iter().map(|(kind, id)| IndexRange::of(*kind, *id).to_vec());
        let actions = (!self.actions.is_empty()).then(|| self.actions.iter().copied().map(IndexRange::Action).collect());
        actor.into_iter().chain(about).chain(actions).collect()
    }

    /// One condition is read along its index. Several conditions have no index of their own: the index of the most
    /// selective one is read, as are all entries for a text, and the bound on the examined entries keeps each request
    /// short.
    fn plan(&self, db: &mut Database) -> Result<Plan, StoreError> {
        let mut choices = self.ranges();
        let is_exact = choices.len() < 2 && self.words.is_empty();
        if choices.len() < 2 {
            return Ok(Plan { ranges: choices.pop().unwrap_or_else(|| vec![IndexRange::Everything]), is_exact });
        }
        let mut best = (usize::MAX, Vec::new());
        for ranges in choices {
            let counted = log::count(db, &ranges, self.bounds(), EXAMINED_MAX + 1)?;
            if counted < best.0 {
                best = (counted, ranges);
            }
        }
        Ok(Plan { ranges: best.1, is_exact })
    }

    fn matches(&self, entry: &ReadEntry) -> bool {
        let Ok(row) = entry else { return false };
        let is_about = |thing: &Thing| {
            (row.subject_kind, row.subject_id) == *thing || (row.place_kind, row.place_id) == (Some(thing.0), Some(thing.1))
        };
        self.actor.is_none_or(|actor| row.actor_id == Some(actor))
            && self.about.iter().all(is_about)
            && (self.actions.is_empty() || self.actions.contains(&row.action))
            && self.has_words(row)
    }

    fn has_words(&self, row: &AuditRow) -> bool {
        let place = row.place_name.as_deref().unwrap_or_default();
        let names = [row.actor_name.as_str(), row.subject_name.as_str(), place].map(search_words);
        let mut rest = self.words.iter().filter(|word| !names.iter().any(|name| word.is_in(name))).peekable();
        if rest.peek().is_none() {
            return true;
        }
        let names = Names { actor: &row.actor_name, subject: &row.subject_name, is_reader: false, place };
        let Ok(event) = row.event() else { return false };
        let (sentence, values) = (search_sentence(&event.describe(names)), search_sentence(&event.values().join(" ")));
        rest.all(|word| word.is_in(&sentence) || word.is_in(&values))
    }

    /// One page, and the number of entries where no search is needed to know it.
    pub(super) fn page(
        &self,
        db: &mut Database,
        bounds: Bounds,
        position: &Position<EntryKey>,
        limit: usize,
    ) -> Result<(LogPage, Option<Vec<IndexRange>>), StoreError> {
        let Plan { ranges, is_exact } = self.plan(db)?;
        let page = reading::page(db, &ranges, bounds, position, limit, |_, entry| Ok(is_exact || self.matches(entry)))?;
        Ok((page, is_exact.then_some(ranges)))
    }
}

/// The log as an Admin sees it.
#[derive(Debug, Clone)]
pub struct Log {
    pub page: LogPage,
    /// Number of entries; `None` for a search that did not reach all of them.
    pub count: Option<Count>,
    /// Users and things on the page that still exist.
    pub existing: HashSet<Thing>,
}

/// Lists entries, newest first.
pub fn list(ctx: &Context, actor: &User, filter: &LogFilter, position: &Position<EntryKey>, limit: usize) -> Result<Log, ActionError> {
    ctx.store.read(|db| {
        authorise(actor.actor(), Action::Use(Permission::AuditLogView), None)?;
        let (page, ranges) = filter.page(db, filter.bounds(), position, limit)?;
        let count = match ranges {
            Some(ranges) => Some(reading::count(db, &ranges, filter.bounds())?),
            None => page.whole(position),
        };
        let existing = log::existing(db, &things_of(page.rows.rows.iter().flatten()))?;
        Ok(Log { page, count, existing })
    })
}

/// Names of the users and things in a filter.
pub fn names(ctx: &Context, actor: &User, filter: &LogFilter) -> Result<HashMap<Thing, String>, ActionError> {
    authorise(actor.actor(), Action::Use(Permission::AuditLogView), None)?;
    let actor = filter.actor.map(|actor| (SubjectKind::User, actor.0));
    let things = actor.into_iter().chain(filter.about.iter().copied());
    Ok(ctx.store.read(|db| things.map(|thing| Ok::<_, StoreError>((thing, name(db, thing)?))).collect())?)
}

fn things_of<'a>(rows: impl IntoIterator<Item = &'a AuditRow>) -> Vec<Thing> {
    let things = rows.into_iter().flat_map(|row| {
        let actor = row.actor_id.map(|actor| (SubjectKind::User, actor.0));
        [actor, Some((row.subject_kind, row.subject_id)), row.place_kind.zip(row.place_id)]
    });
    things.flatten().collect()
}

/// Current name of a user or thing, else the one in its newest entry.
pub(super) fn name(db: &mut Database, (kind, id): Thing) -> Result<String, StoreError> {
    let current = match kind {
        SubjectKind::User => users::find(db, UserId(id))?.map(|user| user.display_name()),
        SubjectKind::Group => groups::find(db, GroupId(id))?.map(|group| group.name),
        SubjectKind::Portfolio => portfolios::find(db, PortfolioId(id))?.map(|portfolio| portfolio.name),
        SubjectKind::Account => accounts::find(db, AccountId(id))?.map(|account| account.name),
        SubjectKind::Asset => assets::find(db, AssetId(id))?.map(|asset| asset.name),
        SubjectKind::Company | SubjectKind::Mail => None,
    };
    let known = if current.is_some() { current } else { log::last_name(db, kind, id)? };
    Ok(known.unwrap_or_else(|| format!("{} {id}", kind.label())))
}

/// One entry.
#[derive(Debug, Clone)]
pub struct Entry {
    pub entry: ReadEntry,
    /// True if it is the newest.
    pub is_newest: bool,
    /// Users and things in it that still exist.
    pub existing: HashSet<Thing>,
}

/// Finds an entry.
pub fn entry(ctx: &Context, actor: &User, id: EntryId) -> Result<Entry, ActionError> {
    ctx.store.read(|db| {
        authorise(actor.actor(), Action::Use(Permission::AuditLogView), None)?;
        let entry = log::find(db, id)?.ok_or_else(ActionError::unknown)?;
        let existing = log::existing(db, &things_of(&entry))?;
        Ok(Entry { is_newest: log::newest(db)? == id.0, entry, existing })
    })
}

/// Finds users by part of a name or address, to filter by one: at most `limit`, none without a search.
pub fn people(ctx: &Context, actor: &User, search: Option<SearchTerm>, limit: usize) -> Result<Slice<User>, ActionError> {
    authorise(actor.actor(), Action::Use(Permission::AuditLogView), None)?;
    let filter = Filter { search, ..Filter::default() };
    Ok(ctx.store.read(|db| users::found(db, &filter, limit))?)
}

/// Portfolios and accounts by whom to filter.
#[derive(Debug, Clone)]
pub struct Places {
    pub portfolios: Slice<Portfolio>,
    pub accounts: Slice<Account>,
}

/// Finds portfolios and accounts by part of a name, at most `limit` of each. The name of a portfolio finds its accounts
/// too.
pub fn places(ctx: &Context, actor: &User, search: Option<SearchTerm>, limit: usize) -> Result<Places, ActionError> {
    authorise(actor.actor(), Action::Use(Permission::AuditLogView), None)?;
    let portfolios = portfolios::Filter { scope: Scope::Company, search: search.clone(), active_only: false, except: None };
    let accounts = accounts::Filter { search, ..accounts::Filter::within(Scope::Company) };
    ctx.store.read(|db| {
        Ok(Places {
            portfolios: portfolios::list(db, &portfolios, &Position::First, limit)?,
            accounts: accounts::list_by_portfolio(db, &accounts, limit)?,
        })
    })
}
