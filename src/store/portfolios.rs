//! Portfolios: rows, lists and counts.

use std::collections::HashMap;

use diesel::{
    dsl::{count, sql},
    prelude::*,
    sql_types::{Bool, Text},
};

use crate::domain::{
    clock::Timestamp,
    ids::PortfolioId,
    portfolio::PortfolioDetails,
    scope::Scope,
    search::{SearchTerm, search_words, sort_key},
    text::PortfolioName,
};

use super::{
    Database, StoreError, Tx,
    backend::{self, lock_row},
    connection::MultiBackend,
    page::{COUNT_MAX, Count, Key, Position, Slice},
    schema::{accounts, billing, portfolio_assignments, portfolio_users, portfolios},
    scopes,
    users::User,
    views::users,
};

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = portfolios)]
pub struct Portfolio {
    pub id: PortfolioId,
    pub name: String,
    pub notes: String,
    pub created_at: Timestamp,
    pub deactivated_at: Option<Timestamp>,
    pub sort_key: String,
    pub version: i32,
}

impl Portfolio {
    /// True if the portfolio is active, so that it gives access to users other than Admins.
    pub fn is_active(&self) -> bool {
        self.deactivated_at.is_none()
    }

    pub fn key(&self) -> Key {
        Key { sort_key: self.sort_key.clone(), id: self.id.0 }
    }
}

pub fn find(db: &mut Database, id: PortfolioId) -> Result<Option<Portfolio>, StoreError> {
    Ok(portfolios::table.find(id).select(Portfolio::as_select()).first(db).optional()?)
}

/// Reads a portfolio and locks it until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: PortfolioId) -> Result<Option<Portfolio>, StoreError> {
    lock_row(tx.db(), "portfolios", id.0)?;
    find(tx.db(), id)
}

/// The existing portfolios among `ids`, by name.
pub fn find_all(db: &mut Database, ids: &[PortfolioId]) -> Result<Vec<Portfolio>, StoreError> {
    Ok(portfolios::table
        .filter(portfolios::id.eq_any(ids.iter().map(|id| id.0)))
        .order((portfolios::sort_key, portfolios::id))
        .select(Portfolio::as_select())
        .load(db)?)
}

/// The portfolio with an equal name, ignoring case.
pub fn find_by_name(db: &mut Database, name: &PortfolioName) -> Result<Option<Portfolio>, StoreError> {
    Ok(portfolios::table.filter(portfolios::name_key.eq(name.key())).select(Portfolio::as_select()).first(db).optional()?)
}

/// # Errors
/// A unique violation where the name is taken.
pub fn insert(tx: &mut Tx<'_>, details: &PortfolioDetails, now: Timestamp) -> Result<PortfolioId, StoreError> {
    let id = diesel::insert_into(portfolios::table)
        .values((columns(details), portfolios::created_at.eq(now)))
        .returning(portfolios::id)
        .get_result::<i64>(tx.db())?;
    Ok(PortfolioId(id))
}

/// # Errors
/// A unique violation where the name is taken.
pub fn update(tx: &mut Tx<'_>, id: PortfolioId, details: &PortfolioDetails) -> Result<(), StoreError> {
    diesel::update(portfolios::table.find(id)).set((columns(details), portfolios::version.eq(portfolios::version + 1))).execute(tx.db())?;
    Ok(())
}

type PortfolioColumns = (
    diesel::dsl::Eq<portfolios::name, String>,
    diesel::dsl::Eq<portfolios::name_key, String>,
    diesel::dsl::Eq<portfolios::notes, String>,
    diesel::dsl::Eq<portfolios::sort_key, String>,
    diesel::dsl::Eq<portfolios::search, String>,
);

fn columns(details: &PortfolioDetails) -> PortfolioColumns {
    let name = details.name.as_str();
    (
        portfolios::name.eq(name.to_owned()),
        portfolios::name_key.eq(details.name.key()),
        portfolios::notes.eq(details.notes.as_str().to_owned()),
        portfolios::sort_key.eq(sort_key(name)),
        portfolios::search.eq(search_words(name)),
    )
}

/// Deactivates a portfolio; `None` reactivates it.
pub fn set_deactivated(tx: &mut Tx<'_>, id: PortfolioId, deactivated_at: Option<Timestamp>) -> Result<(), StoreError> {
    diesel::update(portfolios::table.find(id))
        .set((portfolios::deactivated_at.eq(deactivated_at), portfolios::version.eq(portfolios::version + 1)))
        .execute(tx.db())?;
    Ok(())
}

/// Filter of a list of portfolios.
#[derive(Debug, Clone)]
pub struct Filter {
    pub scope: Scope,
    /// Term in the name of the portfolio or of one of its accounts.
    pub search: Option<SearchTerm>,
    pub active_only: bool,
    /// Every portfolio but this one.
    pub except: Option<PortfolioId>,
}

type Query<'a> = portfolios::BoxedQuery<'a, MultiBackend>;

/// One page of the portfolios that match `filter`, sorted by name.
pub fn list(db: &mut Database, filter: &Filter, position: &Position, limit: usize) -> Result<Slice<Portfolio>, StoreError> {
    let mut query = filtered(db, filter);
    match position {
        Position::First | Position::Last => {}
        Position::After(key) => query = query.filter(backend::beyond("portfolios", ">", key)),
        Position::Before(key) => query = query.filter(backend::beyond("portfolios", "<", key)),
    }
    let query = if position.is_backward() {
        query.order((portfolios::sort_key.desc(), portfolios::id.desc()))
    } else {
        query.order((portfolios::sort_key.asc(), portfolios::id.asc()))
    };
    let found = query.limit(backend::one_more(limit)).select(Portfolio::as_select()).load(db)?;
    Ok(Slice::new(found, position, limit))
}

/// Number of portfolios that match `filter`.
pub fn count_all(db: &mut Database, filter: &Filter) -> Result<Count, StoreError> {
    let query = filtered(db, filter);
    let ids = query.select(portfolios::id).limit(COUNT_MAX + 1).load::<i64>(db)?;
    Ok(Count::of(ids.len()))
}

fn filtered<'a>(db: &Database, filter: &Filter) -> Query<'a> {
    let is_sqlite = matches!(db, Database::Sqlite(_));
    let mut query = portfolios::table.into_boxed();
    if let Some(condition) = scopes::within("portfolios.id", &filter.scope) {
        query = query.filter(sql::<Bool>(&condition));
    }
    if filter.active_only {
        query = query.filter(portfolios::deactivated_at.is_null());
    }
    if let Some(except) = filter.except {
        query = query.filter(portfolios::id.ne(except.0));
    }
    if let Some(term) = &filter.search {
        let [(start, bound, end), (account_start, account_bound, account_end)] =
            ["portfolios", "accounts"].map(|table| backend::containing(is_sqlite, table, term));
        let or_account = format!("{end} OR EXISTS (SELECT 1 FROM accounts WHERE accounts.portfolio_id = portfolios.id AND {account_start}");
        let condition = sql::<Bool>(&format!("({start}")).bind::<Text, _>(bound).sql(&or_account);
        query = query.filter(condition.bind::<Text, _>(account_bound).sql(&format!("{account_end}))")));
    }
    query
}

/// Counts of a portfolio.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Contents {
    pub accounts: i64,
    /// Number of accounts without billing information.
    pub without_billing: i64,
    /// Number of users with an assignment in it.
    pub users: i64,
}

/// Counts of these portfolios.
pub fn contents(db: &mut Database, ids: &[PortfolioId]) -> Result<HashMap<PortfolioId, Contents>, StoreError> {
    let numbers = ids.iter().map(|id| id.0).collect::<Vec<_>>();
    let mut contents = ids.iter().map(|&id| (id, Contents::default())).collect::<HashMap<_, _>>();
    let accounts = accounts::table
        .left_join(billing::table)
        .filter(accounts::portfolio_id.eq_any(&numbers))
        .group_by(accounts::portfolio_id)
        .select((accounts::portfolio_id, count(accounts::id), count(billing::account_id.nullable())))
        .load::<(PortfolioId, i64, i64)>(db)?;
    for (id, accounts, with_billing) in accounts {
        let contents = contents.entry(id).or_default();
        (contents.accounts, contents.without_billing) = (accounts, accounts - with_billing);
    }
    let users = portfolio_users::table
        .filter(portfolio_users::portfolio_id.eq_any(&numbers))
        .group_by(portfolio_users::portfolio_id)
        .select((portfolio_users::portfolio_id, count(portfolio_users::user_id)))
        .load::<(PortfolioId, i64)>(db)?;
    for (id, users) in users {
        contents.entry(id).or_default().users = users;
    }
    Ok(contents)
}

/// Portfolio Admins of these portfolios, by name.
pub fn admins_of(db: &mut Database, ids: &[PortfolioId]) -> Result<Vec<(PortfolioId, User)>, StoreError> {
    Ok(portfolio_assignments::table
        .inner_join(users::table)
        .filter(portfolio_assignments::portfolio_id.eq_any(ids.iter().map(|id| id.0)))
        .order((users::sort_key, users::id))
        .select((portfolio_assignments::portfolio_id, User::as_select()))
        .load(db)?)
}
