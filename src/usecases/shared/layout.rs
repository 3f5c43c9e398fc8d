//! Data around every page of a signed-in user.

use crate::{
    domain::{company::Company, time_zone::ZonedTime},
    store::{StoreError, audit::verification, company, groups, users::User},
    usecases::Context,
};

/// Data of the layout.
#[derive(Debug, Clone)]
pub struct LayoutData {
    pub company: Company,
    /// True if the actor is the only active Admin, who is then advised to appoint another.
    pub is_single_admin: bool,
    /// First damaged entry of the audit log, for Admins.
    pub audit_damage: Option<i64>,
    pub now: ZonedTime,
}

/// Layout of a page of `actor`.
pub fn load(ctx: &Context, actor: &User, company: Company) -> Result<LayoutData, StoreError> {
    let (is_single_admin, audit_damage) = if actor.is_admin {
        ctx.store.read(|db| Ok::<_, StoreError>((groups::other_active_admins(db, actor.id)? == 0, verification::state(db)?.broken_at)))?
    } else {
        (false, None)
    };
    let now = company.in_zone(ctx.now());
    Ok(LayoutData { company, is_single_admin, audit_damage, now })
}

/// The company, for pages that need no session.
pub fn company(ctx: &Context) -> Result<Company, StoreError> {
    ctx.store.read(company::load)
}

/// The company's name, for pages that need no session.
pub fn company_name(ctx: &Context) -> Result<String, StoreError> {
    Ok(company(ctx)?.name)
}
