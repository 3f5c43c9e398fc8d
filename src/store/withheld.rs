//! Assignments withheld at the acceptance of an invitation or the restoration of a user, since they could not be made.

use diesel::prelude::*;

use crate::domain::{
    clock::Timestamp,
    ids::{AccountId, PortfolioId, UserId},
};

use super::{Database, StoreError, Tx, schema::withheld_assignments};

/// A withheld assignment: of a portfolio, or of an account.
#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = withheld_assignments)]
pub struct Withheld {
    pub portfolio_id: Option<PortfolioId>,
    pub account_id: Option<AccountId>,
    /// Grantor; `None` if that user was removed.
    pub assigned_by: Option<UserId>,
    pub withheld_at: Timestamp,
}

/// Adds a withheld assignment of a user.
pub fn insert(tx: &mut Tx<'_>, user: UserId, withheld: Withheld) -> Result<(), StoreError> {
    let Withheld { portfolio_id, account_id, assigned_by, withheld_at } = withheld;
    diesel::insert_into(withheld_assignments::table)
        .values((
            withheld_assignments::user_id.eq(user.0),
            withheld_assignments::portfolio_id.eq(portfolio_id.map(|id| id.0)),
            withheld_assignments::account_id.eq(account_id.map(|id| id.0)),
            withheld_assignments::assigned_by.eq(assigned_by.map(|id| id.0)),
            withheld_assignments::withheld_at.eq(withheld_at),
        ))
        .execute(tx.db())?;
    Ok(())
}

/// Assignments of a user withheld after `since`.
pub fn of(db: &mut Database, user: UserId, since: Timestamp) -> Result<Vec<Withheld>, StoreError> {
    let rows = withheld_assignments::table.filter(withheld_assignments::user_id.eq(user.0));
    let rows = rows.filter(withheld_assignments::withheld_at.gt(since)).order(withheld_assignments::id);
    Ok(rows.select(Withheld::as_select()).load(db)?)
}

/// Clears a withheld portfolio that is assigned now.
pub(super) fn clear_portfolio(tx: &mut Tx<'_>, user: UserId, portfolio: PortfolioId) -> Result<(), StoreError> {
    let rows = withheld_assignments::table.filter(withheld_assignments::user_id.eq(user.0));
    diesel::delete(rows.filter(withheld_assignments::portfolio_id.eq(portfolio.0))).execute(tx.db())?;
    Ok(())
}

/// Clears a withheld account that is assigned now.
pub(super) fn clear_account(tx: &mut Tx<'_>, user: UserId, account: AccountId) -> Result<(), StoreError> {
    let rows = withheld_assignments::table.filter(withheld_assignments::user_id.eq(user.0));
    diesel::delete(rows.filter(withheld_assignments::account_id.eq(account.0))).execute(tx.db())?;
    Ok(())
}
