//! Lists of users, sorted by name and searched.

use diesel::prelude::*;

use crate::{
    domain::ids::UserId,
    store::{
        Database, StoreError, backend,
        connection::MultiBackend,
        page::{COUNT_MAX, Count, Key, Position, Slice},
        schema::{memberships, user_counts},
        views::users,
    },
};

use super::{Filter, User, search::plan};

type Query<'a> = users::BoxedQuery<'a, MultiBackend>;

/// One page of the users that match `filter`, sorted by name.
pub fn list(db: &mut Database, filter: &Filter, position: &Position, limit: usize) -> Result<Slice<User>, StoreError> {
    match db {
        Database::Sqlite(sqlite) if plan::are_of(filter) => {
            let (_, ids) = plan::find(sqlite, filter, position, limit)?;
            among(db, ids, position, limit)
        }
        _ => page(db, filter, position, limit, Order::Walked),
    }
}

/// Count and page of a search, as by [`count`] and [`list`].
pub fn search(db: &mut Database, filter: &Filter, position: &Position, limit: usize) -> Result<(Slice<User>, Count), StoreError> {
    match db {
        Database::Sqlite(sqlite) if plan::are_of(filter) => {
            let (count, ids) = plan::find(sqlite, filter, position, limit)?;
            Ok((among(db, ids, position, limit)?, count))
        }
        _ => {
            let count = count(db, filter)?;
            // PostgreSQL underestimates the way to the first hits, and may walk the whole order for the last of few.
            let is_short = filter.search.is_some() && count != Count::Many;
            let order = if is_short { Order::Sorted } else { Order::Walked };
            Ok((page(db, filter, position, limit, order)?, count))
        }
    }
}

/// The first users who match the search of `filter`; none without a search.
pub fn found(db: &mut Database, filter: &Filter, limit: usize) -> Result<Slice<User>, StoreError> {
    match filter.search {
        Some(_) => Ok(search(db, filter, &Position::First, limit)?.0),
        None => Ok(Slice { rows: Vec::new(), has_previous: false, has_next: false }),
    }
}

/// Way to put a page in order: by walking an index, or by sorting all matches.
#[derive(Debug, Clone, Copy)]
enum Order {
    Walked,
    Sorted,
}

fn page(db: &mut Database, filter: &Filter, position: &Position, limit: usize, order: Order) -> Result<Slice<User>, StoreError> {
    let mut query = filtered(filter);
    // Written as two conditions, since Diesel can write row comparisons only as literals.
    query = match position {
        Position::First | Position::Last => query,
        Position::After(Key { sort_key, id }) => {
            query.filter(users::sort_key.ge(sort_key)).filter(users::sort_key.gt(sort_key).or(users::id.gt(id)))
        }
        Position::Before(Key { sort_key, id }) => {
            query.filter(users::sort_key.le(sort_key)).filter(users::sort_key.lt(sort_key).or(users::id.lt(id)))
        }
    };
    let order = match (order, position.is_backward()) {
        (Order::Walked, false) => "users.sort_key, users.id",
        (Order::Walked, true) => "users.sort_key DESC, users.id DESC",
        // No index has this expression.
        (Order::Sorted, false) => "users.sort_key || '', users.id",
        (Order::Sorted, true) => "users.sort_key || '' DESC, users.id DESC",
    };
    let found = query.order(backend::first_by(order, limit.saturating_add(1))).select(User::as_select()).load(db)?;
    Ok(Slice::new(found, position, limit))
}

/// Reads the page of the users with these ids.
fn among(db: &mut Database, ids: Vec<UserId>, position: &Position, limit: usize) -> Result<Slice<User>, StoreError> {
    let mut found = users::table.filter(backend::is_among(db, "users.id", ids)).select(User::as_select()).load::<User>(db)?;
    found.sort_by(|one, other| (&one.sort_key, one.id).cmp(&(&other.sort_key, other.id)));
    if position.is_backward() {
        found.reverse();
    }
    Ok(Slice::new(found, position, limit))
}

/// Number of users that match `filter`: exact without a search or group, else up to [`COUNT_MAX`].
pub fn count(db: &mut Database, filter: &Filter) -> Result<Count, StoreError> {
    match db {
        _ if filter.search.is_none() && filter.member_of.is_none() && filter.not_member_of.is_none() => {
            company_wide(db, filter.active_only).map(Count::Exactly)
        }
        Database::Sqlite(sqlite) if plan::are_of(filter) => plan::count(sqlite, filter),
        _ => {
            let ids = filtered(filter).select(users::id).limit(COUNT_MAX + 1).load::<i64>(db)?;
            Ok(Count::capped(i64::try_from(ids.len()).unwrap_or(i64::MAX)))
        }
    }
}

/// Company-wide number, kept by triggers and exact at any size.
fn company_wide(db: &mut Database, active_only: bool) -> Result<i64, StoreError> {
    let counts = user_counts::table.select((user_counts::state, user_counts::users)).load::<(String, i64)>(db)?;
    Ok(counts.iter().filter(|(state, _)| !active_only || state == "active").map(|(_, users)| users).sum())
}

fn filtered(filter: &Filter) -> Query<'_> {
    let mut query = users::table.into_boxed();
    if filter.active_only {
        query = query.filter(backend::is_active());
    }
    if let Some(term) = &filter.search {
        query = query.filter(backend::matches(term));
    }
    if let Some(group) = filter.member_of {
        query = query.filter(users::id.eq_any(memberships::table.filter(memberships::group_id.eq(group)).select(memberships::user_id)));
    }
    if let Some(group) = filter.not_member_of {
        query = query.filter(users::id.ne_all(memberships::table.filter(memberships::group_id.eq(group)).select(memberships::user_id)));
    }
    query
}
