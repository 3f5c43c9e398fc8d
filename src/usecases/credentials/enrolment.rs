//! The company's two-factor policy at sign-in: who is reminded, and who has to turn two-factor on first.

use chrono::NaiveDate;

use crate::{
    domain::{credentials::token::TokenHash, ids::UserId},
    store::{StoreError, groups, sessions, users},
    usecases::Context,
};

/// Admins whose names are told to a user who needs help.
const ADMINS_MAX: usize = 3;

/// Day from which on the user of a session needs two-factor, if it is to come and the user has none.
pub fn announced(ctx: &Context, session: TokenHash) -> Result<Option<NaiveDate>, StoreError> {
    let now = ctx.now();
    let signed_in = ctx.store.read(|db| sessions::find(db, session, now))?.filter(|found| found.user.two_factor_since.is_none());
    Ok(signed_in.and_then(|found| found.company.two_factor.announced(found.user.actor().role, found.company.in_zone(now))))
}

/// Names of Admins whom a user can ask for help.
pub fn admins_to_ask(ctx: &Context, user: UserId) -> Result<Vec<String>, StoreError> {
    ctx.store.read(|db| {
        let others = groups::active_admins(db)?.into_iter().filter(|admin| admin.id != user).take(ADMINS_MAX);
        let named = others.map(|admin| Ok(users::find(db, admin.id)?.map(|admin| admin.display_name())));
        Ok(named.collect::<Result<Vec<_>, StoreError>>()?.into_iter().flatten().collect())
    })
}
