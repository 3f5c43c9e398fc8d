//! Lists of people, sorted by name and searched.

use diesel::{dsl::sql, prelude::*, sql_types::Bool};

use crate::domain::{ids::GroupId, search::SearchTerm};

use super::{
    super::{
        Database, StoreError,
        connection::MultiBackend,
        dialect,
        page::{COUNT_MAX, Count, Key, Position, Slice},
        schema::{memberships, people, people_counts},
    },
    Person, hits,
};

/// Which people a list holds.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub active_only: bool,
    pub search: Option<SearchTerm>,
    pub member_of: Option<GroupId>,
    pub not_member_of: Option<GroupId>,
}

type Query<'a> = people::BoxedQuery<'a, MultiBackend>;

/// One page of the people that `filter` holds, sorted by name. `count` is how many they are: it decides how they are searched for.
///
/// # Errors
/// The database's.
pub fn list(db: &mut Database, filter: &Filter, count: Count, position: &Position, limit: usize) -> Result<Slice<Person>, StoreError> {
    if let (Database::Sqlite(sqlite), Some(term), Count::Exactly(_)) = (&mut *db, &filter.search, count) {
        let hits = hits::find(sqlite, filter, term)?;
        return among(db, hits, position, limit);
    }
    walk(db, filter, position, limit)
}

/// [`count`] and [`list`] of a search: where there are few hits, the index is asked for them once.
///
/// # Errors
/// The database's.
pub fn search(db: &mut Database, filter: &Filter, position: &Position, limit: usize) -> Result<(Slice<Person>, Count), StoreError> {
    if let (Database::Sqlite(sqlite), Some(term)) = (&mut *db, &filter.search) {
        let hits = hits::find(sqlite, filter, term)?;
        let count = counted(hits.len());
        // Many hits lie close together in the order: walking it finds a page's worth soon.
        let slice = if count == Count::Many { walk(db, filter, position, limit)? } else { among(db, hits, position, limit)? };
        return Ok((slice, count));
    }
    let count = count(db, filter)?;
    Ok((list(db, filter, count, position, limit)?, count))
}

/// The page, from the index of the order.
fn walk(db: &mut Database, filter: &Filter, position: &Position, limit: usize) -> Result<Slice<Person>, StoreError> {
    let is_sqlite = matches!(db, Database::Sqlite(_));
    let mut query = filtered(is_sqlite, filter);
    match position {
        Position::First | Position::Last => {}
        Position::After(key) => query = query.filter(dialect::beyond("people", ">", key)),
        Position::Before(key) => query = query.filter(dialect::beyond("people", "<", key)),
    }
    let found = query
        .order(dialect::sort_key(is_sqlite, filter.member_of.is_some(), position.is_backward()))
        .limit(dialect::one_more(limit))
        .select(Person::as_select())
        .load(db)?;
    Ok(Slice::new(found, position, limit))
}

/// The page, from all hits of a search.
fn among(db: &mut Database, hits: Vec<Key>, position: &Position, limit: usize) -> Result<Slice<Person>, StoreError> {
    let ids = hits::page(hits, position, limit).into_iter().map(|hit| hit.id);
    let mut found = people::table.filter(people::id.eq_any(ids)).select(Person::as_select()).load::<Person>(db)?;
    found.sort_by_cached_key(Person::key);
    if position.is_backward() {
        found.reverse();
    }
    Ok(Slice::new(found, position, limit))
}

/// How many people `filter` holds: exactly without a search, up to [`COUNT_MAX`] with one.
///
/// # Errors
/// The database's.
pub fn count(db: &mut Database, filter: &Filter) -> Result<Count, StoreError> {
    if filter.search.is_none() && filter.member_of.is_none() && filter.not_member_of.is_none() {
        return company_wide(db, filter.active_only).map(Count::Exactly);
    }
    if let (Database::Sqlite(sqlite), Some(term)) = (&mut *db, &filter.search) {
        return Ok(counted(hits::find(sqlite, filter, term)?.len()));
    }
    let is_sqlite = matches!(db, Database::Sqlite(_));
    let ids = filtered(is_sqlite, filter).select(people::id).limit(COUNT_MAX + 1).load::<i64>(db)?;
    Ok(counted(ids.len()))
}

pub(super) fn counted(found: usize) -> Count {
    Count::capped(i64::try_from(found).unwrap_or(i64::MAX))
}

/// Company-wide numbers are kept by triggers and exact at any size.
fn company_wide(db: &mut Database, active_only: bool) -> Result<i64, StoreError> {
    let counts = people_counts::table.load::<(String, i64)>(db)?;
    Ok(counts.iter().filter(|(standing, _)| !active_only || standing == "active").map(|(_, people)| people).sum())
}

fn filtered<'a>(is_sqlite: bool, filter: &Filter) -> Query<'a> {
    let mut query = people::table.into_boxed();
    if filter.active_only {
        // Written out, since a partial index is of use only to a condition that the planner can read.
        query = query.filter(sql::<Bool>("people.standing = 'active'"));
    }
    if let Some(term) = &filter.search {
        query = query.filter(dialect::contains(is_sqlite, "people", term));
    }
    if let Some(group) = filter.member_of {
        query = query.filter(people::id.eq_any(memberships::table.filter(memberships::group_id.eq(group)).select(memberships::user_id)));
    }
    if let Some(group) = filter.not_member_of {
        query = query.filter(people::id.ne_all(memberships::table.filter(memberships::group_id.eq(group)).select(memberships::user_id)));
    }
    query
}
