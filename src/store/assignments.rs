//! Assignments of portfolios and accounts to users.

use std::collections::HashMap;

use diesel::{
    dsl::{count, sql},
    expression::SqlLiteral,
    prelude::*,
    sql_types::Bool,
};

use crate::domain::{
    clock::Timestamp,
    ids::{AccountId, PortfolioId, UserId},
    permission::AssignmentPermissions,
    scope::Scope,
};

use super::{
    Database, StoreError, Tx,
    accounts::Account,
    backend,
    connection::MultiBackend,
    page::{COUNT_MAX, Count, Position, Slice},
    portfolios::Portfolio,
    schema::{account_assignments, accounts, portfolio_assignments, portfolios},
    scopes,
    users::User,
    views::users,
    withheld,
};

/// A user's assignment to a portfolio.
#[derive(Debug, Clone, Queryable)]
pub struct PortfolioAssignment {
    pub user: UserId,
    pub portfolio: Portfolio,
    /// Grantor; `None` if that user was removed.
    pub by: Option<UserId>,
    pub at: Timestamp,
}

/// A user's assignment to an account.
#[derive(Debug, Clone)]
pub struct AccountAssignment {
    pub user: UserId,
    pub account: Account,
    pub permissions: AssignmentPermissions,
    /// Grantor; `None` if that user was removed.
    pub by: Option<UserId>,
    pub at: Timestamp,
}

#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = account_assignments)]
struct PermissionsRow {
    edits_details: bool,
    sees_billing: bool,
}

impl From<PermissionsRow> for AssignmentPermissions {
    fn from(row: PermissionsRow) -> Self {
        Self { edits_details: row.edits_details, sees_billing: row.sees_billing }
    }
}

/// The portfolios assigned to these users, by name.
pub fn portfolios_of(db: &mut Database, users: &[UserId]) -> Result<Vec<PortfolioAssignment>, StoreError> {
    Ok(portfolio_assignments::table
        .inner_join(portfolios::table)
        .filter(portfolio_assignments::user_id.eq_any(users.iter().map(|user| user.0)))
        .order((portfolios::sort_key, portfolios::id))
        .select((
            portfolio_assignments::user_id,
            Portfolio::as_select(),
            portfolio_assignments::assigned_by,
            portfolio_assignments::assigned_at,
        ))
        .load(db)?)
}

/// The accounts assigned to these users, by name of portfolio and account.
pub fn accounts_of(db: &mut Database, users: &[UserId]) -> Result<Vec<AccountAssignment>, StoreError> {
    let rows = account_assignments::table
        .inner_join(accounts::table.inner_join(portfolios::table))
        .filter(account_assignments::user_id.eq_any(users.iter().map(|user| user.0)))
        .order((portfolios::sort_key, portfolios::id, accounts::sort_key, accounts::id))
        .select((
            account_assignments::user_id,
            Account::as_select(),
            PermissionsRow::as_select(),
            account_assignments::assigned_by,
            account_assignments::assigned_at,
        ))
        .load::<(UserId, Account, PermissionsRow, Option<UserId>, Timestamp)>(db)?;
    let assignment = |(user, account, permissions, by, at): (_, _, PermissionsRow, _, _)| AccountAssignment {
        user,
        account,
        permissions: permissions.into(),
        by,
        at,
    };
    Ok(rows.into_iter().map(assignment).collect())
}

/// Numbers of a user's assignments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Assigned {
    pub portfolios: i64,
    pub accounts: i64,
}

/// Numbers of assignments within `scope`. Users without any are omitted.
pub fn numbers_of(db: &mut Database, scope: &Scope, users: &[UserId]) -> Result<HashMap<UserId, Assigned>, StoreError> {
    let mut found = HashMap::<_, Assigned>::new();
    let portfolios = portfolio_assignments::table
        .filter(portfolio_assignments::user_id.eq_any(users.iter().map(|user| user.0)))
        .filter(is_within("portfolio_assignments.portfolio_id", scope))
        .group_by(portfolio_assignments::user_id)
        .select((portfolio_assignments::user_id, count(portfolio_assignments::portfolio_id)))
        .load::<(UserId, i64)>(db)?;
    for (user, portfolios) in portfolios {
        found.entry(user).or_default().portfolios = portfolios;
    }
    let accounts = account_assignments::table
        .inner_join(accounts::table)
        .filter(account_assignments::user_id.eq_any(users.iter().map(|user| user.0)))
        .filter(is_within("accounts.portfolio_id", scope))
        .group_by(account_assignments::user_id)
        .select((account_assignments::user_id, count(account_assignments::account_id)))
        .load::<(UserId, i64)>(db)?;
    for (user, accounts) in accounts {
        found.entry(user).or_default().accounts = accounts;
    }
    Ok(found)
}

/// Names of a user's assignments.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    pub portfolios: Vec<String>,
    /// Name of the portfolio and name of the account.
    pub accounts: Vec<(String, String)>,
}

/// Names of assignments within `scope`, in order. Users without any are omitted.
pub fn names_of(db: &mut Database, scope: &Scope, users: &[UserId]) -> Result<HashMap<UserId, Names>, StoreError> {
    let mut found = HashMap::<_, Names>::new();
    let portfolios = portfolio_assignments::table
        .inner_join(portfolios::table)
        .filter(portfolio_assignments::user_id.eq_any(users.iter().map(|user| user.0)))
        .filter(is_within("portfolios.id", scope))
        .order((portfolios::sort_key, portfolios::id))
        .select((portfolio_assignments::user_id, portfolios::name))
        .load::<(UserId, String)>(db)?;
    for (user, portfolio) in portfolios {
        found.entry(user).or_default().portfolios.push(portfolio);
    }
    let accounts = account_assignments::table
        .inner_join(accounts::table.inner_join(portfolios::table))
        .filter(account_assignments::user_id.eq_any(users.iter().map(|user| user.0)))
        .filter(is_within("accounts.portfolio_id", scope))
        .order((portfolios::sort_key, portfolios::id, accounts::sort_key, accounts::id))
        .select((account_assignments::user_id, portfolios::name, accounts::name))
        .load::<(UserId, String, String)>(db)?;
    for (user, portfolio, account) in accounts {
        found.entry(user).or_default().accounts.push((portfolio, account));
    }
    Ok(found)
}

fn is_within(column: &str, scope: &Scope) -> SqlLiteral<Bool> {
    sql(&scopes::within(column, scope).unwrap_or_else(|| "1 = 1".to_owned()))
}

/// Permissions of a user's assignment to an account; `None` without one.
pub fn permissions(db: &mut Database, user: UserId, account: AccountId) -> Result<Option<AssignmentPermissions>, StoreError> {
    let row = account_assignments::table.find((user, account)).select(PermissionsRow::as_select()).first(db).optional()?;
    Ok(row.map(Into::into))
}

/// Condition for active users.
#[diesel::dsl::auto_type]
fn can_sign_in() -> _ {
    users::blocked_at.is_null().and(users::credentials_set_at.is_not_null())
}

/// User to whom an account is assigned, with the permissions and the date of the assignment.
#[derive(Debug, Clone)]
pub struct Colleague {
    pub user: User,
    pub permissions: AssignmentPermissions,
    pub since: Timestamp,
}

type OfAccount<'a> = diesel::dsl::IntoBoxed<'a, of_accounts, MultiBackend>;

#[diesel::dsl::auto_type]
fn of_accounts() -> _ {
    account_assignments::table.inner_join(users::table)
}

/// Users to whom an account is assigned; with `active_only` those who can sign in.
fn of_account<'a>(account: AccountId, active_only: bool) -> OfAccount<'a> {
    let found = of_accounts().filter(account_assignments::account_id.eq(account)).into_boxed();
    if active_only { found.filter(can_sign_in()) } else { found }
}

/// One page of the users to whom an account is assigned, by name; with `active_only` of those who can sign in.
pub fn users_of_account(
    db: &mut Database,
    account: AccountId,
    active_only: bool,
    position: &Position,
    limit: usize,
) -> Result<Slice<Colleague>, StoreError> {
    let mut found = of_account(account, active_only);
    match position {
        Position::First | Position::Last => {}
        Position::After(key) => found = found.filter(backend::beyond("users", ">", key)),
        Position::Before(key) => found = found.filter(backend::beyond("users", "<", key)),
    }
    let found = found.order(backend::by_name(db, true, position));
    let rows = found
        .limit(backend::one_more(limit))
        .select((User::as_select(), PermissionsRow::as_select(), account_assignments::assigned_at))
        .load::<(User, PermissionsRow, Timestamp)>(db)?;
    let colleague = |(user, permissions, since): (_, PermissionsRow, _)| Colleague { user, permissions: permissions.into(), since };
    Ok(Slice::new(rows.into_iter().map(colleague).collect(), position, limit))
}

/// Number of users to whom an account is assigned; with `active_only` of those who can sign in.
pub fn count_users_of_account(db: &mut Database, account: AccountId, active_only: bool) -> Result<Count, StoreError> {
    let ids = of_account(account, active_only).select(users::id).limit(COUNT_MAX + 1).load::<i64>(db)?;
    Ok(Count::of(ids.len()))
}

/// Members of `users` to whom an account is assigned.
pub fn having_account(db: &mut Database, account: AccountId, users: &[UserId]) -> Result<Vec<UserId>, StoreError> {
    Ok(account_assignments::table
        .filter(account_assignments::account_id.eq(account))
        .filter(account_assignments::user_id.eq_any(users.iter().map(|user| user.0)))
        .select(account_assignments::user_id)
        .load(db)?)
}

/// Active users to whom an account is assigned.
pub fn workers_of(db: &mut Database, account: AccountId) -> Result<Vec<User>, StoreError> {
    Ok(of_account(account, true).order(users::id).select(User::as_select()).load(db)?)
}

/// Active users with accounts in a portfolio, with the accounts' names.
pub fn users_in_portfolio(db: &mut Database, portfolio: PortfolioId) -> Result<Vec<(User, String)>, StoreError> {
    Ok(account_assignments::table
        .inner_join(users::table)
        .inner_join(accounts::table)
        .filter(accounts::portfolio_id.eq(portfolio))
        .filter(can_sign_in())
        .order((users::id, accounts::sort_key, accounts::id))
        .select((User::as_select(), accounts::name))
        .load(db)?)
}

/// Assigns a portfolio.
///
/// # Errors
/// A unique violation where the user has the portfolio already.
pub fn give_portfolio(tx: &mut Tx<'_>, user: UserId, portfolio: PortfolioId, by: Option<UserId>, now: Timestamp) -> Result<(), StoreError> {
    diesel::insert_into(portfolio_assignments::table)
        .values((
            portfolio_assignments::user_id.eq(user),
            portfolio_assignments::portfolio_id.eq(portfolio),
            portfolio_assignments::assigned_by.eq(by.map(|by| by.0)),
            portfolio_assignments::assigned_at.eq(now),
        ))
        .execute(tx.db())?;
    withheld::clear_portfolio(tx, user, portfolio)
}

/// Unassigns a portfolio; tells if it was assigned.
pub fn unassign_portfolio(tx: &mut Tx<'_>, user: UserId, portfolio: PortfolioId) -> Result<bool, StoreError> {
    Ok(diesel::delete(portfolio_assignments::table.find((user, portfolio))).execute(tx.db())? == 1)
}

/// Assigns an account.
///
/// # Errors
/// A unique violation where the user has the account already.
pub fn give_account(
    tx: &mut Tx<'_>,
    user: UserId,
    account: AccountId,
    permissions: AssignmentPermissions,
    by: Option<UserId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    diesel::insert_into(account_assignments::table)
        .values((
            account_assignments::user_id.eq(user),
            account_assignments::account_id.eq(account),
            account_assignments::edits_details.eq(permissions.edits_details),
            account_assignments::sees_billing.eq(permissions.sees_billing),
            account_assignments::assigned_by.eq(by.map(|by| by.0)),
            account_assignments::assigned_at.eq(now),
        ))
        .execute(tx.db())?;
    withheld::clear_account(tx, user, account)
}

/// Changes the permissions of an assignment. `by` becomes its grantor, whose rights are checked when an invitation is
/// accepted.
pub fn set_permissions(
    tx: &mut Tx<'_>,
    user: UserId,
    account: AccountId,
    permissions: AssignmentPermissions,
    by: Option<UserId>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let touched = diesel::update(account_assignments::table.find((user, account)))
        .set((
            account_assignments::edits_details.eq(permissions.edits_details),
            account_assignments::sees_billing.eq(permissions.sees_billing),
            account_assignments::assigned_by.eq(by.map(|by| by.0)),
            account_assignments::assigned_at.eq(now),
        ))
        .execute(tx.db())?;
    Ok(touched == 1)
}

/// From now on the portfolio is given by another user.
pub fn reassign_portfolio(
    tx: &mut Tx<'_>,
    user: UserId,
    portfolio: PortfolioId,
    by: Option<UserId>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row = portfolio_assignments::table.find((user, portfolio));
    let given = (portfolio_assignments::assigned_by.eq(by.map(|by| by.0)), portfolio_assignments::assigned_at.eq(now));
    Ok(diesel::update(row).set(given).execute(tx.db())? == 1)
}

/// Unassigns an account; tells if it was assigned.
pub fn unassign_account(tx: &mut Tx<'_>, user: UserId, account: AccountId) -> Result<bool, StoreError> {
    Ok(diesel::delete(account_assignments::table.find((user, account))).execute(tx.db())? == 1)
}

/// Unassigns everything from a user.
pub fn unassign_all(tx: &mut Tx<'_>, user: UserId) -> Result<(), StoreError> {
    diesel::delete(portfolio_assignments::table.filter(portfolio_assignments::user_id.eq(user))).execute(tx.db())?;
    diesel::delete(account_assignments::table.filter(account_assignments::user_id.eq(user))).execute(tx.db())?;
    Ok(())
}
