//! Data around every page of a signed-in user.

use crate::{
    domain::{company::Company, time_zone::ZonedTime},
    store::{StoreError, company, credentials::recoveries, groups, users::User},
    usecases::{
        Context,
        credentials::recovery::{self, Notice},
    },
};

/// Data of the layout.
#[derive(Debug, Clone)]
pub struct LayoutData {
    pub company: Company,
    /// True if the actor is the only active Admin, who is then advised to appoint another.
    pub is_single_admin: bool,
    /// First damaged entry of the audit log, for Admins.
    pub audit_damage: Option<i64>,
    /// Recoveries that are not acknowledged, for Admins.
    pub recoveries: Vec<Notice>,
    pub now: ZonedTime,
}

/// Layout of a page of `actor`.
pub fn load(ctx: &Context, actor: &User, company: Company) -> Result<LayoutData, StoreError> {
    let now = company.in_zone(ctx.now());
    if !actor.is_admin {
        return Ok(LayoutData { company, is_single_admin: false, audit_damage: None, recoveries: Vec::new(), now });
    }
    ctx.store.read(|db| {
        let others = groups::other_active_admins(db, actor.id)?;
        let (audit_damage, recoveries) = recoveries::with_audit_damage(db)?;
        let recoveries = recovery::notices(recoveries, actor.id, others, now.at);
        Ok(LayoutData { company, is_single_admin: others == 0, audit_damage, recoveries, now })
    })
}

/// The company, for pages that need no session.
pub fn company(ctx: &Context) -> Result<Company, StoreError> {
    ctx.store.read(company::load)
}

/// The company's name, for pages that need no session.
pub fn company_name(ctx: &Context) -> Result<String, StoreError> {
    Ok(company(ctx)?.name)
}
