//! Data around every page of a signed-in user.

use crate::{
    domain::{clock::Timestamp, company::Company, policy::Action},
    store::{StoreError, company, groups, users::User},
    usecases::{ActionError, Context},
};

use super::error::authorise;

/// Data of the layout.
#[derive(Debug, Clone)]
pub struct LayoutData {
    pub company: Company,
    /// True if the actor is the only active Admin, who is then advised to appoint another.
    pub is_single_admin: bool,
    pub now: Timestamp,
}

/// Authorises a page, before its content is read.
pub fn open(ctx: &Context, actor: &User, company: Company, page: Action) -> Result<LayoutData, ActionError> {
    authorise(actor.actor(), page, None)?;
    let is_single_admin = actor.is_admin && ctx.store.read(|db| groups::other_active_admins(db, actor.id))? == 0;
    Ok(LayoutData { company, is_single_admin, now: ctx.now() })
}

/// The company's name, for pages that need no session.
pub fn company_name(ctx: &Context) -> Result<String, StoreError> {
    ctx.store.read(|db| Ok(company::load(db)?.name))
}
