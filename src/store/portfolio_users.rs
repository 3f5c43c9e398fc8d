//! People by what they have to do with portfolios: those of one, and those who may look after any.

use diesel::{dsl::sql, prelude::*, sql_types::Bool};

use crate::domain::{
    ids::{PortfolioId, UserId},
    search::SearchTerm,
    user::DefaultRole,
};

use super::{
    Database, StoreError, backend,
    connection::MultiBackend,
    page::{COUNT_MAX, Count, Position, Slice},
    schema::{people, portfolio_people},
    users::User,
};

/// Which people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// With anything assigned in this portfolio.
    In(PortfolioId),
    /// Portfolio Admins, whatever they look after.
    PortfolioAdmins,
}

/// Which of them a list holds.
#[derive(Debug, Clone)]
pub struct Filter {
    pub who: Who,
    pub search: Option<SearchTerm>,
    /// Everybody but this one.
    pub except: Option<UserId>,
}

type Query<'a> = people::BoxedQuery<'a, MultiBackend>;

/// One page of them, sorted by name.
///
/// # Errors
/// The database's.
pub fn list(db: &mut Database, filter: &Filter, position: &Position, limit: usize) -> Result<Slice<User>, StoreError> {
    let mut query = filtered(db, filter);
    match position {
        Position::First | Position::Last => {}
        Position::After(key) => query = query.filter(backend::beyond("people", ">", key)),
        Position::Before(key) => query = query.filter(backend::beyond("people", "<", key)),
    }
    // Those of one portfolio are found by it and sorted; of all Portfolio Admins the order's index is walked.
    let order = backend::by_name(db, matches!(filter.who, Who::In(_)), position);
    let found = query.order(order).limit(backend::one_more(limit)).select(User::as_select()).load(db)?;
    Ok(Slice::new(found, position, limit))
}

/// How many they are.
///
/// # Errors
/// The database's.
pub fn count_all(db: &mut Database, filter: &Filter) -> Result<Count, StoreError> {
    let ids = filtered(db, filter).select(people::id).limit(COUNT_MAX + 1).load::<i64>(db)?;
    Ok(Count::of(ids.len()))
}

/// Those of `ids` whom `filter` holds, by name.
///
/// # Errors
/// The database's.
pub fn find_all(db: &mut Database, filter: &Filter, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
    let query = filtered(db, filter).filter(people::id.eq_any(ids.iter().map(|id| id.0)));
    Ok(query.order((people::sort_key, people::id)).select(User::as_select()).load(db)?)
}

fn filtered<'a>(db: &Database, filter: &Filter) -> Query<'a> {
    let mut query = people::table.into_boxed();
    match filter.who {
        Who::In(portfolio) => {
            let there = portfolio_people::table.filter(portfolio_people::portfolio_id.eq(portfolio)).select(portfolio_people::user_id);
            query = query.filter(people::id.eq_any(there));
        }
        Who::PortfolioAdmins => {
            query = query.filter(sql::<Bool>(&format!("people.default_role = '{}'", DefaultRole::PortfolioAdmin.as_str())));
        }
    }
    if let Some(term) = &filter.search {
        query = query.filter(backend::contains(matches!(db, Database::Sqlite(_)), "people", term));
    }
    if let Some(except) = filter.except {
        query = query.filter(people::id.ne(except.0));
    }
    query
}
