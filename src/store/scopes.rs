//! [`Scope`] as the database knows it: whose it is, and which people and accounts lie in it.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::domain::{
    ids::{PortfolioId, UserId},
    role::Role,
    scope::{Scope, ScopeRelation},
};

use super::{
    Database, StoreError,
    schema::{portfolio_assignments, portfolio_people, portfolios},
    users::User,
};

/// What `person` administers now.
///
/// # Errors
/// The database's.
pub fn of(db: &mut Database, person: &User) -> Result<Scope, StoreError> {
    match person.actor().role {
        Role::Admin => Ok(Scope::Company),
        Role::User => Ok(Scope::of_portfolios(Vec::new())),
        Role::PortfolioAdmin => {
            let own = portfolio_assignments::table
                .inner_join(portfolios::table)
                .filter(portfolio_assignments::user_id.eq(person.id))
                .order(portfolio_assignments::portfolio_id)
                .select((portfolio_assignments::portfolio_id, portfolios::deactivated_at.is_null()))
                .load::<(PortfolioId, bool)>(db)?;
            let (active, deactivated) = own.into_iter().partition::<Vec<_>, _>(|(_, is_active)| *is_active);
            let ids = |own: Vec<(PortfolioId, bool)>| own.into_iter().map(|(id, _)| id).collect();
            Ok(Scope::Portfolios { active: ids(active), deactivated: ids(deactivated) })
        }
    }
}

/// In which portfolios these people have anything assigned. Who has nothing is not there.
///
/// # Errors
/// The database's.
pub fn portfolios_of(db: &mut Database, users: &[UserId]) -> Result<HashMap<UserId, Vec<PortfolioId>>, StoreError> {
    let mut found = HashMap::<_, Vec<_>>::new();
    let rows = portfolio_people::table
        .filter(portfolio_people::user_id.eq_any(users.iter().map(|user| user.0)))
        .order((portfolio_people::user_id, portfolio_people::portfolio_id))
        .select((portfolio_people::user_id, portfolio_people::portfolio_id))
        .load::<(UserId, PortfolioId)>(db)?;
    for (user, portfolio) in rows {
        found.entry(user).or_default().push(portfolio);
    }
    Ok(found)
}

/// How `person` stands to `scope`.
///
/// # Errors
/// The database's.
pub fn inside(db: &mut Database, scope: &Scope, person: &User) -> Result<ScopeRelation, StoreError> {
    let portfolios = portfolios_of(db, &[person.id])?.remove(&person.id).unwrap_or_default();
    Ok(scope.inside(person.is_admin, &portfolios))
}

/// `column IN (…)` for the portfolios of a scope; `None` when it holds all. Ids are numbers of ours, so they may stand in the text, where
/// the planner sees how many they are.
pub(super) fn within(column: &str, scope: &Scope) -> Option<String> {
    match scope {
        Scope::Company => None,
        // No database takes an empty list.
        Scope::Portfolios { active, .. } if active.is_empty() => Some("1 = 0".to_owned()),
        Scope::Portfolios { active, .. } => {
            let ids = active.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            Some(format!("{column} IN ({ids})"))
        }
    }
}
