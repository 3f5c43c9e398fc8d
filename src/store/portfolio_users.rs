//! Users related to portfolios: those of one, and all Portfolio Admins.

use diesel::{dsl::sql, prelude::*, sql_types::Bool};

use crate::domain::{
    clock::Timestamp,
    ids::{PortfolioId, UserId},
    scope::Scope,
    search::SearchTerm,
    user::DefaultRole,
};

use super::{
    Database, StoreError, backend,
    connection::MultiBackend,
    page::{COUNT_MAX, Count, Position, Slice},
    schema::portfolio_users,
    scopes,
    users::User,
    views::users,
};

/// Source of the users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Users with an assignment in this portfolio.
    In(PortfolioId),
    /// All Portfolio Admins.
    PortfolioAdmins,
}

/// Filter of a list of users.
#[derive(Debug, Clone)]
pub struct Filter {
    pub who: Who,
    pub search: Option<SearchTerm>,
    /// Every user but this one.
    pub except: Option<UserId>,
}

type Query<'a> = users::BoxedQuery<'a, MultiBackend>;

/// One page of the users that match `filter`, sorted by name.
pub fn list(db: &mut Database, filter: &Filter, position: &Position, limit: usize) -> Result<Slice<User>, StoreError> {
    let mut query = filtered(db, filter);
    match position {
        Position::First | Position::Last => {}
        Position::After(key) => query = query.filter(backend::beyond("users", ">", key)),
        Position::Before(key) => query = query.filter(backend::beyond("users", "<", key)),
    }
    // Users of one portfolio are found by it and sorted; for all Portfolio Admins the index of the order is walked.
    let order = backend::by_name(db, matches!(filter.who, Who::In(_)), position);
    let found = query.order(order).limit(backend::one_more(limit)).select(User::as_select()).load(db)?;
    Ok(Slice::new(found, position, limit))
}

/// Number of users that match `filter`.
pub fn count_all(db: &mut Database, filter: &Filter) -> Result<Count, StoreError> {
    let ids = filtered(db, filter).select(users::id).limit(COUNT_MAX + 1).load::<i64>(db)?;
    Ok(Count::of(ids.len()))
}

/// Users among `ids` that match `filter`, by name.
pub fn find_all(db: &mut Database, filter: &Filter, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
    let query = filtered(db, filter).filter(users::id.eq_any(ids.iter().map(|id| id.0)));
    Ok(query.order((users::sort_key, users::id)).select(User::as_select()).load(db)?)
}

/// Times at which users with an assignment in the scope were invited or made, from `since` on: each user once, up to
/// [`COUNT_MAX`].
pub fn created_since(db: &mut Database, scope: &Scope, since: Timestamp) -> Result<Vec<Timestamp>, StoreError> {
    let within = scopes::within("portfolio_users.portfolio_id", scope).unwrap_or_else(|| "1 = 1".to_owned());
    let rows = portfolio_users::table.filter(sql::<Bool>(&within)).filter(portfolio_users::created_at.ge(since));
    let rows = rows.filter(portfolio_users::state.is_not_null()).select((portfolio_users::user_id, portfolio_users::created_at));
    Ok(rows.distinct().limit(COUNT_MAX).load::<(i64, Timestamp)>(db)?.into_iter().map(|(_, at)| at).collect())
}

fn filtered<'a>(db: &Database, filter: &Filter) -> Query<'a> {
    let mut query = users::table.into_boxed();
    match filter.who {
        Who::In(portfolio) => {
            let there = portfolio_users::table.filter(portfolio_users::portfolio_id.eq(portfolio)).select(portfolio_users::user_id);
            query = query.filter(users::id.eq_any(there));
        }
        Who::PortfolioAdmins => {
            query = query.filter(sql::<Bool>(&format!("users.default_role = '{}'", DefaultRole::PortfolioAdmin.as_str())));
        }
    }
    if let Some(term) = &filter.search {
        query = query.filter(backend::contains(matches!(db, Database::Sqlite(_)), "users", term));
    }
    if let Some(except) = filter.except {
        query = query.filter(users::id.ne(except.0));
    }
    query
}
