//! Billing information of accounts.

use crate::{
    domain::{
        account::Billing,
        audit::AuditEvent,
        ids::AccountId,
        permission::Permission,
        policy::{AccessAction, Action},
    },
    store::{
        accounts::{self, Account},
        billing::{self, BillingRow},
        users::User,
    },
    usecases::{
        ActionError, Context, Submission,
        shared::{error::action_error_from_store, scoped_actor::ScopedActor, transaction::Rights},
    },
};

use super::May;

/// Reason for which billing information is not saved.
#[derive(Debug, thiserror::Error)]
pub enum BillingError {
    /// Saved by another user since the form was opened. Carries the current information.
    #[error("it was changed meanwhile")]
    Stale(Option<Box<BillingRow>>),
    #[error(transparent)]
    Action(#[from] ActionError),
}

action_error_from_store!(BillingError);

/// Billing information of an account, and the actor's permissions there.
#[derive(Debug, Clone)]
pub struct Shown {
    pub account: Account,
    pub billing: Option<BillingRow>,
    pub may: May,
}

pub fn show(ctx: &Context, actor: &User, id: AccountId) -> Result<Shown, ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, actor)?;
        actor.authorise(Action::Use(Permission::BillingView))?;
        let (account, place) = actor.account(db, id)?;
        actor.authorise(AccessAction::SeeBilling(place))?;
        Ok(Shown { account, billing: billing::find(db, id)?, may: May::of(&actor, place) })
    })
}

/// Saves billing information, if its version is still `version`; 0 stands for none.
pub fn update(
    ctx: &Context,
    submission: &Submission<Account>,
    id: AccountId,
    new: &Billing,
    version: i32,
) -> Result<Account, BillingError> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        accounts::lock(work.tx, id)?;
        let account = work.actor.account_for(work.tx.db(), id, Permission::BillingUpdate, AccessAction::UpdateBilling)?;
        let before = billing::find(work.tx.db(), id)?;
        if before.as_ref().is_some_and(|row| row.fields == *new.fields()) {
            return Err(ActionError::is_so(account.name).into());
        }
        if before.as_ref().map_or(0, |row| row.version) != version {
            return Err(BillingError::Stale(before.map(Box::new)));
        }
        billing::save(work.tx, id, new, work.now)?;
        let event = AuditEvent::BillingUpdated { before: before.map(|row| row.fields.into()), after: new.fields().clone().into() };
        work.record_in_portfolio(&account, &event);
        Ok(account)
    })
}
