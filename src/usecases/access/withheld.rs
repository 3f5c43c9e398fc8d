//! Assignments that an accepted invitation or a restoration did not give, until they are made after all.

use std::collections::HashMap;

use chrono::TimeDelta;

use crate::{
    domain::{clock::Timestamp, search::sort_key, user::DefaultRole},
    store::{
        Database, StoreError, accounts, portfolios,
        users::{self, User},
        withheld::{self, Withheld},
    },
    usecases::shared::scoped_actor::{AssignmentRef, ScopedActor, ScopedAssignments},
};

/// Time for which withheld assignments are shown.
const TOLD_FOR: TimeDelta = TimeDelta::days(30);

/// Withheld assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithheldAssignment {
    pub place: AssignmentRef,
    pub name: String,
    /// Portfolio of an account.
    pub portfolio: Option<String>,
    /// Name of the grantor; `None` when that user is gone.
    pub by: Option<String>,
    /// True if it can be assigned now: its portfolio is active, and a portfolio is for a Portfolio Admin.
    pub can_be_given: bool,
}

/// Withheld assignments in the actor's scope.
pub(in crate::usecases) fn of(
    db: &mut Database,
    actor: &ScopedActor,
    user: &User,
    held: &ScopedAssignments,
    now: Timestamp,
) -> Result<Vec<WithheldAssignment>, StoreError> {
    let rows = withheld::of(db, user.id, now - TOLD_FOR)?;
    let accounts = accounts::find_all(db, &rows.iter().filter_map(|row| row.account_id).collect::<Vec<_>>())?;
    let accounts = accounts.into_iter().map(|account| (account.id, account)).collect::<HashMap<_, _>>();
    let portfolios = portfolios::find_all(db, &rows.iter().filter_map(|row| row.portfolio_id).collect::<Vec<_>>())?;
    let portfolios = portfolios.into_iter().map(|portfolio| (portfolio.id, portfolio)).collect::<HashMap<_, _>>();
    let names = users::names(db, rows.iter().filter_map(|row| row.assigned_by))?;
    let shown = |row: Withheld| {
        let by = row.assigned_by.and_then(|by| names.get(&by).cloned());
        let (around, withheld) = if let Some(account) = row.account_id.and_then(|id| accounts.get(&id)) {
            let (name, portfolio) = (account.name.clone(), Some(account.portfolio_name.clone()));
            let place = AssignmentRef::Account(account.id);
            (account.portfolio_id, WithheldAssignment { place, name, portfolio, by, can_be_given: account.is_active() })
        } else {
            let portfolio = portfolios.get(&row.portfolio_id?)?;
            let can_be_given = portfolio.is_active() && user.default_role == DefaultRole::PortfolioAdmin;
            let place = AssignmentRef::Portfolio(portfolio.id);
            (portfolio.id, WithheldAssignment { place, name: portfolio.name.clone(), portfolio: None, by, can_be_given })
        };
        (actor.scope.holds(around) && !held.holds(withheld.place)).then_some(withheld)
    };
    let mut shown = rows.into_iter().filter_map(shown).collect::<Vec<_>>();
    shown.sort_by_cached_key(|withheld| (withheld.portfolio.as_deref().map(sort_key), sort_key(&withheld.name)));
    Ok(shown)
}
