//! [`Scope`] in the database: reading a user's, and finding the users and accounts in one.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::domain::{
    ids::{PortfolioId, UserId},
    role::Role,
    scope::{Scope, ScopeRelation},
};

use super::{
    Database, StoreError,
    schema::{portfolio_assignments, portfolio_users, portfolios},
    users::User,
};

/// Current scope of `user`.
pub fn of(db: &mut Database, user: &User) -> Result<Scope, StoreError> {
    match user.actor().role {
        Role::Admin => Ok(Scope::Company),
        Role::User => Ok(Scope::of_portfolios(Vec::new())),
        Role::PortfolioAdmin => {
            let own = portfolio_assignments::table
                .inner_join(portfolios::table)
                .filter(portfolio_assignments::user_id.eq(user.id))
                .order(portfolio_assignments::portfolio_id)
                .select((portfolio_assignments::portfolio_id, portfolios::deactivated_at.is_null()))
                .load::<(PortfolioId, bool)>(db)?;
            let (active, deactivated) = own.into_iter().partition::<Vec<_>, _>(|(_, is_active)| *is_active);
            let ids = |own: Vec<(PortfolioId, bool)>| own.into_iter().map(|(id, _)| id).collect();
            Ok(Scope::Portfolios { active: ids(active), deactivated: ids(deactivated) })
        }
    }
}

/// Portfolios in which these users have assignments. Users without any are omitted.
pub fn portfolios_of(db: &mut Database, users: &[UserId]) -> Result<HashMap<UserId, Vec<PortfolioId>>, StoreError> {
    let mut found = HashMap::<_, Vec<_>>::new();
    let rows = portfolio_users::table
        .filter(portfolio_users::user_id.eq_any(users.iter().map(|user| user.0)))
        .order((portfolio_users::user_id, portfolio_users::portfolio_id))
        .select((portfolio_users::user_id, portfolio_users::portfolio_id))
        .load::<(UserId, PortfolioId)>(db)?;
    for (user, portfolio) in rows {
        found.entry(user).or_default().push(portfolio);
    }
    Ok(found)
}

/// Relation of `user` to `scope`.
pub fn inside(db: &mut Database, scope: &Scope, user: &User) -> Result<ScopeRelation, StoreError> {
    let portfolios = portfolios_of(db, &[user.id])?.remove(&user.id).unwrap_or_default();
    Ok(scope.inside(user.is_admin, &portfolios))
}

/// `column IN (…)` for the portfolios of a scope; `None` for the whole company. Ids are integers, so literals are safe,
/// and they show the planner their number.
pub(super) fn within(column: &str, scope: &Scope) -> Option<String> {
    match scope {
        Scope::Company => None,
        // Neither database accepts an empty list.
        Scope::Portfolios { active, .. } if active.is_empty() => Some("1 = 0".to_owned()),
        Scope::Portfolios { active, .. } => {
            let ids = active.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            Some(format!("{column} IN ({ids})"))
        }
    }
}
