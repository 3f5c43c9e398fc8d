//! Refused sign-ins, which are counted apart from the chain.

use crate::{
    domain::{permission::Permission, policy::Action},
    store::{
        credentials::refused_sign_ins::{self, RefusalKey, RefusedSignIn},
        page::{Count, Position, Slice},
        users::User,
    },
    usecases::{ActionError, Context, shared::error::authorise},
};

/// Lists refused sign-ins, newest first.
pub fn list(
    ctx: &Context,
    actor: &User,
    position: &Position<RefusalKey>,
    limit: usize,
) -> Result<(Slice<RefusedSignIn>, Count), ActionError> {
    ctx.store.read(|db| {
        authorise(actor.actor(), Action::Use(Permission::AuditLogView), None)?;
        Ok((refused_sign_ins::page(db, position, limit)?, refused_sign_ins::count(db)?))
    })
}
