//! Users whose invitation expires soon.

use diesel::{dsl::sql, prelude::*, sql_types::Bool};

use crate::{
    domain::{clock::Timestamp, scope::Scope},
    store::{
        Database, StoreError, backend,
        page::{Key, Position, Slice},
        scopes,
        views::users,
    },
};

use super::{User, search::sql::Statement};

/// Users of the scope whose invitation expires between `now` and `until`, the first to expire in front.
pub fn expiring(db: &mut Database, scope: &Scope, now: Timestamp, until: Timestamp, limit: usize) -> Result<Slice<User>, StoreError> {
    let span = |table: &str| {
        let [from, to] = [now, until].map(Statement::time);
        // Written as literal SQL, since a partial index needs a condition that the planner can read.
        format!("{table}.state = 'pending' AND {table}.invitation_expires_at > {from} AND {table}.invitation_expires_at < {to}")
    };
    let mut query = users::table.filter(sql::<Bool>(&span("users"))).into_boxed();
    if let Some(within) = scopes::within("portfolio_users.portfolio_id", scope) {
        let there =
            format!("users.id IN (SELECT portfolio_users.user_id FROM portfolio_users WHERE {within} AND {})", span("portfolio_users"));
        query = query.filter(sql::<Bool>(&there));
    }
    let query = query.order((users::invitation_expires_at, users::id)).limit(backend::one_more(limit));
    Ok(Slice::new(query.select(User::as_select()).load(db)?, &Position::<Key>::First, limit))
}
