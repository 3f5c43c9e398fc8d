//! Accounts: rows and lists.

use std::collections::HashMap;

use diesel::{
    dsl::{count, select, sql},
    prelude::*,
    sql_types::{BigInt, Bool, Text},
};

use crate::domain::{
    account::{AccountDetails, Website},
    clock::Timestamp,
    ids::{AccountId, PortfolioId, UserId},
    scope::Scope,
    search::{SearchTerm, search_words, sort_key},
    text::AccountName,
};

use super::{
    Database, StoreError, Tx,
    backend::{self, lock_row},
    connection::MultiBackend,
    page::{COUNT_MAX, Count, Key, Position, Slice},
    schema::{account_assignments, accounts, billing, portfolios},
    scopes,
    views::users,
};

/// An account with its portfolio.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = accounts)]
pub struct Account {
    pub id: AccountId,
    pub portfolio_id: PortfolioId,
    pub name: String,
    /// Empty for an account without one.
    pub website: String,
    pub notes: String,
    pub created_at: Timestamp,
    pub sort_key: String,
    pub version: i32,
    /// True if billing information was saved.
    pub has_billing: bool,
    #[diesel(select_expression = portfolios::name, select_expression_type = portfolios::name)]
    pub portfolio_name: String,
    #[diesel(select_expression = portfolios::deactivated_at, select_expression_type = portfolios::deactivated_at)]
    pub portfolio_deactivated_at: Option<Timestamp>,
}

impl Account {
    /// True if the portfolio is active, so that assignments give access.
    pub fn is_active(&self) -> bool {
        self.portfolio_deactivated_at.is_none()
    }

    pub fn key(&self) -> Key {
        Key { sort_key: self.sort_key.clone(), id: self.id.0 }
    }
}

pub fn find(db: &mut Database, id: AccountId) -> Result<Option<Account>, StoreError> {
    Ok(accounts::table.inner_join(portfolios::table).filter(accounts::id.eq(id)).select(Account::as_select()).first(db).optional()?)
}

/// Reads an account and locks it until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: AccountId) -> Result<Option<Account>, StoreError> {
    lock_row(tx.db(), "accounts", id.0)?;
    find(tx.db(), id)
}

/// The existing accounts among `ids`, by name of portfolio and account.
pub fn find_all(db: &mut Database, ids: &[AccountId]) -> Result<Vec<Account>, StoreError> {
    Ok(accounts::table
        .inner_join(portfolios::table)
        .filter(accounts::id.eq_any(ids.iter().map(|id| id.0)))
        .order((portfolios::sort_key, portfolios::id, accounts::sort_key, accounts::id))
        .select(Account::as_select())
        .load(db)?)
}

/// The account of this portfolio with an equal name, ignoring case.
pub fn find_by_name(db: &mut Database, portfolio: PortfolioId, name: &AccountName) -> Result<Option<AccountId>, StoreError> {
    Ok(accounts::table
        .filter(accounts::portfolio_id.eq(portfolio))
        .filter(accounts::name_key.eq(name.key()))
        .select(accounts::id)
        .first(db)
        .optional()?)
}

/// # Errors
/// A unique violation where the portfolio has an account with the name.
pub fn insert(tx: &mut Tx<'_>, portfolio: PortfolioId, details: &AccountDetails, now: Timestamp) -> Result<AccountId, StoreError> {
    let id = diesel::insert_into(accounts::table)
        .values((accounts::portfolio_id.eq(portfolio), columns(details), accounts::created_at.eq(now)))
        .returning(accounts::id)
        .get_result::<i64>(tx.db())?;
    Ok(AccountId(id))
}

/// # Errors
/// A unique violation where the portfolio has another account with the name.
pub fn update(tx: &mut Tx<'_>, id: AccountId, details: &AccountDetails) -> Result<(), StoreError> {
    diesel::update(accounts::table.find(id)).set((columns(details), accounts::version.eq(accounts::version + 1))).execute(tx.db())?;
    Ok(())
}

type AccountColumns = (
    diesel::dsl::Eq<accounts::name, String>,
    diesel::dsl::Eq<accounts::name_key, String>,
    diesel::dsl::Eq<accounts::website, String>,
    diesel::dsl::Eq<accounts::notes, String>,
    diesel::dsl::Eq<accounts::sort_key, String>,
    diesel::dsl::Eq<accounts::search, String>,
);

fn columns(details: &AccountDetails) -> AccountColumns {
    let name = details.name.as_str();
    (
        accounts::name.eq(name.to_owned()),
        accounts::name_key.eq(details.name.key()),
        accounts::website.eq(details.website.as_ref().map_or_else(String::new, |website| Website::as_str(website).to_owned())),
        accounts::notes.eq(details.notes.as_str().to_owned()),
        accounts::sort_key.eq(sort_key(name)),
        accounts::search.eq(search_words(name)),
    )
}

/// Moves an account to another portfolio, with its users.
///
/// # Errors
/// A unique violation where that portfolio has an account with the name.
pub fn set_portfolio(tx: &mut Tx<'_>, id: AccountId, portfolio: PortfolioId) -> Result<(), StoreError> {
    diesel::update(accounts::table.find(id))
        .set((accounts::portfolio_id.eq(portfolio), accounts::version.eq(accounts::version + 1)))
        .execute(tx.db())?;
    Ok(())
}

/// Filter of a list of accounts.
#[derive(Debug, Clone)]
pub struct Filter {
    pub scope: Scope,
    pub portfolio: Option<PortfolioId>,
    /// Assigned to this user, in active portfolios.
    pub assigned_to: Option<UserId>,
    /// In none of these portfolios.
    pub outside: Vec<PortfolioId>,
    /// In active portfolios only.
    pub active_only: bool,
    /// In `scope`, or assigned to this user.
    pub or_assigned_to: Option<UserId>,
    /// Without billing information.
    pub without_billing: bool,
    pub search: Option<SearchTerm>,
}

impl Filter {
    /// Accounts in `scope`.
    pub fn within(scope: Scope) -> Self {
        Self {
            scope,
            portfolio: None,
            assigned_to: None,
            outside: Vec::new(),
            active_only: false,
            or_assigned_to: None,
            without_billing: false,
            search: None,
        }
    }
}

#[diesel::dsl::auto_type]
fn in_portfolios() -> _ {
    accounts::table.inner_join(portfolios::table)
}

type Joined = in_portfolios;
type Query<'a> = diesel::dsl::IntoBoxed<'a, Joined, MultiBackend>;

/// One page of the accounts that match `filter`, sorted by name.
pub fn list(db: &mut Database, filter: &Filter, position: &Position, limit: usize) -> Result<Slice<Account>, StoreError> {
    let mut query = filtered(db, filter);
    match position {
        Position::First | Position::Last => {}
        Position::After(key) => query = query.filter(backend::beyond("accounts", ">", key)),
        Position::Before(key) => query = query.filter(backend::beyond("accounts", "<", key)),
    }
    let query = if position.is_backward() {
        query.order((accounts::sort_key.desc(), accounts::id.desc()))
    } else {
        query.order((accounts::sort_key.asc(), accounts::id.asc()))
    };
    let found = query.limit(backend::one_more(limit)).select(Account::as_select()).load(db)?;
    Ok(Slice::new(found, position, limit))
}

/// The first accounts that match `filter`, by name of portfolio and account. A search matches either name.
pub fn list_by_portfolio(db: &mut Database, filter: &Filter, limit: usize) -> Result<Slice<Account>, StoreError> {
    let mut query = filtered(db, &Filter { search: None, ..filter.clone() });
    if let Some(term) = &filter.search {
        let is_sqlite = matches!(db, Database::Sqlite(_));
        let [(start, bound, end), (or_start, or_bound, or_end)] =
            ["accounts", "portfolios"].map(|table| backend::containing(is_sqlite, table, term));
        let condition = sql::<Bool>(&format!("({start}")).bind::<Text, _>(bound).sql(&format!("{end} OR {or_start}"));
        query = query.filter(condition.bind::<Text, _>(or_bound).sql(&format!("{or_end})")));
    }
    let found = query
        .order((portfolios::sort_key, portfolios::id, accounts::sort_key, accounts::id))
        .limit(backend::one_more(limit))
        .select(Account::as_select())
        .load(db)?;
    Ok(Slice::new(found, &Position::<Key>::First, limit))
}

/// Accounts among `ids` that match `filter`.
pub fn find_among(db: &mut Database, filter: &Filter, ids: &[AccountId]) -> Result<Vec<Account>, StoreError> {
    let query = filtered(db, filter).filter(accounts::id.eq_any(ids.iter().map(|id| id.0).collect::<Vec<_>>()));
    Ok(query.select(Account::as_select()).load(db)?)
}

/// Number of accounts that match `filter`.
pub fn count_all(db: &mut Database, filter: &Filter) -> Result<Count, StoreError> {
    let ids = filtered(db, filter).select(accounts::id).limit(COUNT_MAX + 1).load::<i64>(db)?;
    Ok(Count::of(ids.len()))
}

/// Accounts without billing data, as literal SQL: a partial index needs a condition that the planner can read.
const WITHOUT_BILLING: &str = "NOT accounts.has_billing";

/// Number of accounts without billing data, from an index of them alone.
pub fn count_without_billing(db: &mut Database, scope: &Scope) -> Result<Count, StoreError> {
    let within = scopes::within("accounts.portfolio_id", scope).map_or_else(String::new, |within| format!(" AND {within}"));
    let found = format!("SELECT 1 FROM accounts WHERE {WITHOUT_BILLING}{within} LIMIT {}", COUNT_MAX + 1);
    Ok(Count::capped(select(sql::<BigInt>(&format!("(SELECT count(*) FROM ({found}) AS found)"))).get_result(db)?))
}

fn filtered<'a>(db: &Database, filter: &Filter) -> Query<'a> {
    let is_sqlite = matches!(db, Database::Sqlite(_));
    let mut query = in_portfolios().into_boxed();
    if let Some(mut condition) = scopes::within("accounts.portfolio_id", &filter.scope) {
        if let Some(user) = filter.or_assigned_to {
            let assigned = format!("SELECT account_id FROM account_assignments WHERE user_id = {user}");
            condition = format!("({condition} OR accounts.id IN ({assigned}))");
        }
        query = query.filter(sql::<Bool>(&condition));
    }
    if let Some(portfolio) = filter.portfolio {
        query = query.filter(accounts::portfolio_id.eq(portfolio));
    }
    if filter.active_only || filter.assigned_to.is_some() {
        query = query.filter(portfolios::deactivated_at.is_null());
    }
    if filter.without_billing {
        query = query.filter(sql::<Bool>(WITHOUT_BILLING));
    }
    if !filter.outside.is_empty() {
        query = query.filter(accounts::portfolio_id.ne_all(filter.outside.iter().map(|id| id.0)));
    }
    if let Some(user) = filter.assigned_to {
        let assigned = account_assignments::table.filter(account_assignments::user_id.eq(user)).select(account_assignments::account_id);
        query = query.filter(accounts::id.eq_any(assigned));
    }
    if let Some(term) = &filter.search {
        query = query.filter(backend::contains(is_sqlite, "accounts", term));
    }
    query
}

/// Facts about an account in a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// Number of users to whom the account is assigned.
    pub users: i64,
    pub has_billing: bool,
}

/// Facts about these accounts.
pub fn facts(db: &mut Database, ids: &[AccountId]) -> Result<HashMap<AccountId, Facts>, StoreError> {
    let numbers = ids.iter().map(|id| id.0).collect::<Vec<_>>();
    let mut facts = ids.iter().map(|&id| (id, Facts::default())).collect::<HashMap<_, _>>();
    let users = account_assignments::table
        .inner_join(users::table)
        .filter(account_assignments::account_id.eq_any(&numbers))
        .group_by(account_assignments::account_id)
        .select((account_assignments::account_id, count(account_assignments::user_id)))
        .load::<(AccountId, i64)>(db)?;
    for (id, users) in users {
        facts.entry(id).or_default().users = users;
    }
    for id in billing::table.filter(billing::account_id.eq_any(&numbers)).select(billing::account_id).load::<AccountId>(db)? {
        facts.entry(id).or_default().has_billing = true;
    }
    Ok(facts)
}
