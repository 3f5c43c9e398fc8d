//! Lists of users in Users & Permissions: one scope, some filters, five orders.
//!
//! An order is one or more segments read one after the other: four statuses, or users who signed in before those who
//! never did. A page is found in the indexes of the order, in which each state is a range of its own; where a search or
//! a scope leaves few users, all of them are read and sorted.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::{
    domain::{
        clock::Timestamp,
        ids::UserId,
        scope::Scope,
        user::Status,
        user_list::{Order, SortBy, UserFilter},
    },
    store::{
        Database, StoreError, backend,
        page::{COUNT_MAX, Count, Key, Position, Slice},
        views::users,
    },
};

use super::{
    Filter, User,
    counts::found_up_to,
    query::UserQuery,
    search::{
        plan,
        sql::{self, BY_SIGN_IN, Source, Statement},
    },
};

/// Position of a row in an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Number of the segment within the order.
    pub segment: u8,
    pub value: CursorValue,
    pub id: i64,
}

/// Sort key of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CursorValue {
    Text(String),
    Time(Timestamp),
    Never,
}

/// A user in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub user: User,
    pub created_at: Timestamp,
    pub cursor: Cursor,
}

/// Part of an order that is sorted by one column.
#[derive(Debug, Clone, Copy)]
struct IndexSegment {
    status: Option<Status>,
    column: &'static str,
    /// Index with a range for each state, in this order.
    index: &'static str,
    condition: &'static str,
    is_descending: bool,
}

impl Cursor {
    /// True if a row of a list in this order can have this cursor.
    pub fn fits(&self, order: Order) -> bool {
        let Some(segment) = segments(order).get(usize::from(self.segment)).copied() else { return false };
        match (&self.value, order.by) {
            (CursorValue::Text(text), SortBy::Name | SortBy::Email | SortBy::Status) => !text.contains(char::is_control),
            (CursorValue::Time(_), SortBy::Created) => true,
            (CursorValue::Time(_), SortBy::LastSignIn) => segment.condition == SIGNED_IN,
            (CursorValue::Never, SortBy::LastSignIn) => segment.condition == NEVER_SIGNED_IN,
            (CursorValue::Text(_) | CursorValue::Time(_) | CursorValue::Never, _) => false,
        }
    }
}

const BY_NAME: &str = "users_state_by_name";

const SIGNED_IN: &str = " AND users.last_sign_in_at IS NOT NULL";
const NEVER_SIGNED_IN: &str = " AND users.last_sign_in_at IS NULL";

fn segments(Order { by, is_descending }: Order) -> Vec<IndexSegment> {
    let whole = |column, index| IndexSegment { status: None, column, index, condition: "", is_descending };
    match by {
        SortBy::Name => vec![whole("sort_key", BY_NAME)],
        SortBy::Email => vec![whole("email_key", "users_state_by_email")],
        SortBy::Created => vec![whole("created_at", "users_state_by_creation")],
        SortBy::LastSignIn => vec![
            IndexSegment { condition: SIGNED_IN, ..whole("last_sign_in_at", BY_SIGN_IN) },
            IndexSegment { condition: NEVER_SIGNED_IN, is_descending: false, ..whole("last_sign_in_at", BY_SIGN_IN) },
        ],
        SortBy::Status => {
            let segment = |status| IndexSegment { status: Some(status), is_descending: false, ..whole("sort_key", BY_NAME) };
            let mut segments = Status::ALL.map(segment).to_vec();
            if is_descending {
                segments.reverse();
            }
            segments
        }
    }
}

/// Reads one page. `all` is the number of users of any status with the same filter ([`super::counts`]), which decides
/// between the plans.
pub fn page(
    db: &mut Database,
    wanted: &UserQuery,
    all: Count,
    position: &Position<Cursor>,
    limit: usize,
) -> Result<Slice<Listed>, StoreError> {
    if let Some(found) = search_plan(db, wanted, position, limit)? {
        return Ok(Slice::new(found, position, limit));
    }
    let is_narrow = matches!(all, Count::Exactly(all) if all <= COUNT_MAX) || sorts_sooner(db, wanted)?;
    let source = if is_narrow { Source::of(db, &wanted.scope, &wanted.filter)? } else { Source::All };
    let mut segments = (0..).zip(segments(wanted.order)).collect::<Vec<(u8, IndexSegment)>>();
    if position.is_backward() {
        segments.reverse();
    }
    let cursor = match position {
        Position::After(cursor) | Position::Before(cursor) => Some(cursor),
        Position::First | Position::Last => None,
    };
    let is_ahead =
        |number: u8| cursor.is_none_or(|cursor| if position.is_backward() { number <= cursor.segment } else { number >= cursor.segment });
    segments.retain(|(number, segment)| {
        is_ahead(*number) && (segment.status.is_none() || wanted.filter.status.is_none() || segment.status == wanted.filter.status)
    });
    let enough = backend::one_more(limit);
    let mut found = Vec::new();
    for (number, segment) in segments {
        let missing = enough - i64::try_from(found.len()).unwrap_or(enough);
        if missing <= 0 {
            break;
        }
        let from = cursor.filter(|cursor| cursor.segment == number);
        // The list's direction and the page's cancel each other out.
        let is_descending = segment.is_descending != position.is_backward();
        let parts = match source {
            Source::All => parts(db, wanted, segment)?,
            _ => Vec::new(),
        };
        let source = source.narrowly(&wanted.filter, segment.column);
        let statement = statement(db, wanted, (source, &parts), segment, from, is_descending, missing);
        found.extend(statement.load(db)?.into_iter().map(|id| (number, id)));
    }
    Ok(Slice::new(listed(db, wanted.order, found)?, position, limit))
}

/// The page from the plans of searches: by name in the whole company on SQLite, without filters that their indexes
/// lack.
fn search_plan(
    db: &mut Database,
    wanted: &UserQuery,
    position: &Position<Cursor>,
    limit: usize,
) -> Result<Option<Vec<Listed>>, StoreError> {
    let UserQuery { scope, filter, order, .. } = wanted;
    let UserFilter {
        search,
        status: None | Some(Status::Active),
        default_role: None,
        has_two_factor: None,
        is_unassigned: false,
        last_sign_in: None,
    } = filter
    else {
        return Ok(None);
    };
    let (Database::Sqlite(sqlite), Scope::Company, Some(_), SortBy::Name) = (&mut *db, scope, search, order.by) else { return Ok(None) };
    let filter = Filter { active_only: filter.status.is_some(), search: search.clone(), ..Filter::default() };
    let Some(place) = by_name(position, order.is_descending) else { return Ok(None) };
    let (_, ids) = plan::find(sqlite, &filter, &place, limit)?;
    let mut found = listed(db, *order, ids.into_iter().map(|id| (0, id)).collect())?;
    found.sort_by_key(|row| row.user.key());
    if place.is_backward() {
        found.reverse();
    }
    Ok(Some(found))
}

/// Position in the order by name, ascending; `None` for a cursor of another order.
fn by_name(position: &Position<Cursor>, is_descending: bool) -> Option<Position> {
    let key = |cursor: &Cursor| match &cursor.value {
        CursorValue::Text(text) => Some(Key { sort_key: text.clone(), id: cursor.id }),
        CursorValue::Time(_) | CursorValue::Never => None,
    };
    Some(match (position, is_descending) {
        (Position::First, false) | (Position::Last, true) => Position::First,
        (Position::Last, false) | (Position::First, true) => Position::Last,
        (Position::After(cursor), false) | (Position::Before(cursor), true) => Position::After(key(cursor)?),
        (Position::Before(cursor), false) | (Position::After(cursor), true) => Position::Before(key(cursor)?),
    })
}

/// Most hits that are sorted sooner than an order by text is walked: parts of names that begin with a late letter lie
/// far down in it. Of more hits, some are near. In other orders many hits are near at any rate.
const SORTED_MAX: i64 = 35_000;

/// True if the hits of a search are to be sorted though there are many. PostgreSQL's planner decides that itself.
fn sorts_sooner(db: &mut Database, wanted: &UserQuery) -> Result<bool, StoreError> {
    let is_by_text = matches!(wanted.order.by, SortBy::Name | SortBy::Email | SortBy::Status);
    match (&*db, &wanted.filter.search) {
        (Database::Sqlite(_), Some(term)) if is_by_text => Ok(sql::count_hits(db, term, SORTED_MAX + 1)? <= SORTED_MAX),
        _ => Ok(false),
    }
}

/// States of a list that walks the order, each with its source: users by their last sign-in are sorted where they are
/// few.
fn parts(db: &mut Database, wanted: &UserQuery, segment: IndexSegment) -> Result<Vec<(String, Source)>, StoreError> {
    let UserQuery { scope, filter, .. } = wanted;
    let is_by_sign_in = *scope == Scope::Company && filter.search.is_none() && filter.last_sign_in.is_some();
    let part = |state: String| {
        if !is_by_sign_in {
            return Ok((state, Source::All));
        }
        let is_few = found_up_to(db, wanted, Source::LastSignIn, &state, COUNT_MAX + 1)? <= COUNT_MAX;
        Ok((state, if is_few { Source::LastSignIn } else { Source::Walked(segment.index) }))
    };
    Statement::states(segment.status.or(filter.status), wanted.as_of).into_iter().map(part).collect()
}

/// Selects ids of users of a segment, in order. A list that walks the order is selected in parts.
fn statement(
    db: &Database,
    wanted: &UserQuery,
    (source, parts): (Source, &[(String, Source)]),
    segment: IndexSegment,
    from: Option<&Cursor>,
    is_descending: bool,
    limit: i64,
) -> Statement {
    let status = segment.status.or(wanted.filter.status);
    let direction = if is_descending { "DESC" } else { "ASC" };
    let part = |statement: &mut Statement, source: Source, state: &str| {
        statement.push(&format!("SELECT users.id, users.{} AS place", segment.column));
        statement.users(db, source, &wanted.scope, &wanted.filter, wanted.as_of);
        statement.push(&format!(" AND {state}{}", segment.condition));
        if let Some(cursor) = from {
            beyond(statement, segment.column, cursor, is_descending);
        }
    };
    let order = |columns: &str| columns.split(' ').map(|column| format!("{column} {direction}")).collect::<Vec<_>>().join(", ");
    let mut statement = Statement::default();
    if source == Source::All {
        statement.push("SELECT id FROM (");
        for (number, (state, source)) in parts.iter().enumerate() {
            statement.push(if number == 0 { "SELECT * FROM (" } else { " UNION ALL SELECT * FROM (" });
            part(&mut statement, *source, state);
            let order = order(&format!("users.{} users.id", segment.column));
            statement.push(&format!(" ORDER BY {order} LIMIT {limit}) AS part{number}"));
        }
        statement.push(") AS found");
    } else {
        // Read in full before sorting: PostgreSQL's planner underestimates them and would walk the order instead.
        // SQLite has only one plan.
        let is_sqlite = matches!(db, Database::Sqlite(_));
        statement.push(if is_sqlite { "WITH found AS NOT MATERIALIZED (" } else { "WITH found AS MATERIALIZED (" });
        part(&mut statement, source, &Statement::state(status, wanted.as_of));
        statement.push(") SELECT id FROM found");
        // Users in several portfolios of the scope appear several times.
        if source == Source::Scope {
            statement.push(" GROUP BY place, id");
        }
    }
    statement.push(&format!(" ORDER BY {} LIMIT {limit}", order("place id")));
    statement
}

/// Restricts a statement to rows beyond a cursor.
fn beyond(statement: &mut Statement, column: &str, cursor: &Cursor, is_descending: bool) {
    let (than, id) = (if is_descending { '<' } else { '>' }, cursor.id);
    let mut value = |before: String| {
        statement.push(&before);
        match &cursor.value {
            CursorValue::Text(text) => statement.bind(text.clone()),
            CursorValue::Time(time) => statement.push(&Statement::time(*time)),
            CursorValue::Never => {}
        }
    };
    if cursor.value == CursorValue::Never {
        value(format!(" AND users.id {than} {id}"));
        return;
    }
    // Written as two conditions: for a row comparison SQLite uses an index on its first column alone.
    value(format!(" AND users.{column} {than}= "));
    value(format!(" AND (users.{column} {than} "));
    statement.push(&format!(" OR users.id {than} {id})"));
}

/// Users with these ids and their segments, in order.
fn listed(db: &mut Database, order: Order, found: Vec<(u8, UserId)>) -> Result<Vec<Listed>, StoreError> {
    let rows = users::table
        .filter(users::id.eq_any(found.iter().map(|(_, id)| id.0)))
        .select((User::as_select(), users::email_key, users::created_at))
        .load::<(User, String, Timestamp)>(db)?;
    let mut rows = rows.into_iter().map(|row| (row.0.id, row)).collect::<HashMap<_, _>>();
    // Users deleted since their ids were found are left out.
    let listed = |(segment, id)| {
        let (user, email_key, created_at) = rows.remove(&id)?;
        let value = match order.by {
            SortBy::Name | SortBy::Status => CursorValue::Text(user.sort_key.clone()),
            SortBy::Email => CursorValue::Text(email_key),
            SortBy::Created => CursorValue::Time(created_at),
            SortBy::LastSignIn => user.last_sign_in_at.map_or(CursorValue::Never, CursorValue::Time),
        };
        Some(Listed { cursor: Cursor { segment, value, id: id.0 }, user, created_at })
    };
    Ok(found.into_iter().filter_map(listed).collect())
}
