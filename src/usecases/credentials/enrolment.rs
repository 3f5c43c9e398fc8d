//! Enrolment of users who have to turn two-factor on first.

use crate::{
    domain::ids::UserId,
    store::{StoreError, groups, users},
    usecases::Context,
};

/// Admins whose names are told to a user who needs help.
const ADMINS_MAX: usize = 3;

/// Names of Admins whom a user can ask for help.
pub fn admins_to_ask(ctx: &Context, user: UserId) -> Result<Vec<String>, StoreError> {
    ctx.store.read(|db| {
        let others = groups::active_admins(db)?.into_iter().filter(|admin| admin.id != user).take(ADMINS_MAX);
        let named = others.map(|admin| Ok(users::find(db, admin.id)?.map(|admin| admin.display_name())));
        Ok(named.collect::<Result<Vec<_>, StoreError>>()?.into_iter().flatten().collect())
    })
}
