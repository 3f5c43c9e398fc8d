//! Assignments of portfolios and accounts to users: adding, changing and removing them.

use crate::{
    domain::{
        audit::{AuditEvent, DemotionReason},
        ids::{AccountId, PortfolioId, UserId},
        permission::{AssignmentPermissions, Permission, PermissionToggle, To},
        policy::{AccessAction, Action, PolicyDenial},
        user::DefaultRole,
    },
    mail::messages::Assignments,
    store::{
        Database, StoreError,
        accounts::{self, Account},
        assignments,
        portfolios::{self, Portfolio},
        users::{self, User},
    },
    usecases::{
        ActionError, Context, Submission,
        shared::{
            scoped_actor::{ScopedActor, TargetUser},
            transaction::{Rights, UnitOfWork},
        },
    },
};

/// Assigns an account to a user. Returns both.
///
/// # Errors
/// Unchanged where the account is assigned already.
pub fn give_account(
    ctx: &Context,
    submission: &Submission<(User, Account)>,
    user_id: UserId,
    account: AccountId,
    permissions: AssignmentPermissions,
) -> Result<(User, Account), ActionError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        let (user, mut given) = give(work, user_id, &[account], permissions)?;
        Ok((user, given.pop().ok_or_else(ActionError::unknown)?))
    })
}

/// Assigns those of the accounts that the user does not have yet, all or none, and announces them in one mail. Returns
/// the user and these accounts.
///
/// # Errors
/// Unchanged where all of them are assigned already.
pub fn give_accounts(
    ctx: &Context,
    submission: &Submission<(User, Vec<Account>)>,
    user_id: UserId,
    accounts: &[AccountId],
    permissions: AssignmentPermissions,
) -> Result<(User, Vec<Account>), ActionError> {
    submission.audited_transaction(ctx, Rights::Change, |work| give(work, user_id, accounts, permissions))
}

fn give(
    work: &mut UnitOfWork<'_, '_>,
    user_id: UserId,
    accounts: &[AccountId],
    permissions: AssignmentPermissions,
) -> Result<(User, Vec<Account>), ActionError> {
    let target_user = target_user(work, user_id)?;
    let mut given = Vec::new();
    for &account in accounts {
        let account = own_account(work, &target_user, account)?;
        if assignments::permissions(work.tx.db(), user_id, account.id)?.is_none() {
            if !account.is_active() {
                return Err(ActionError::deactivated(account.portfolio_name));
            }
            assignments::give_account(work.tx, user_id, account.id, permissions, work.actor.id(), work.now)?;
            let event = AuditEvent::AssignmentAdded { permissions: Some(permissions) };
            work.record_at(&target_user.user, &account, &event);
            given.push(account);
        }
    }
    if given.is_empty() {
        return Err(ActionError::unchanged(&target_user.user));
    }
    let names = given.iter().map(|account| account.name.clone()).collect();
    work.notify_assignments(&target_user.user, Assignments { given: names, ..Assignments::default() })?;
    Ok((target_user.user, given))
}

/// Changes the permissions of an assigned account. Returns the user and the account.
///
/// # Errors
/// Unchanged where the account is not assigned, or has these permissions already.
pub fn set_permissions(
    ctx: &Context,
    submission: &Submission<(User, Account)>,
    user_id: UserId,
    account: AccountId,
    permissions: AssignmentPermissions,
) -> Result<(User, Account), ActionError> {
    change_permissions(ctx, submission, user_id, account, |_| permissions)
}

/// Turns one permission of an assigned account on or off, and leaves the others as they are. Returns the user and the
/// account.
///
/// # Errors
/// Unchanged where the account is not assigned, or has this permission already.
pub fn toggle(
    ctx: &Context,
    submission: &Submission<(User, Account)>,
    user_id: UserId,
    account: AccountId,
    switch: PermissionToggle,
    to: To,
) -> Result<(User, Account), ActionError> {
    change_permissions(ctx, submission, user_id, account, |before| before.with(switch, to))
}

fn change_permissions(
    ctx: &Context,
    submission: &Submission<(User, Account)>,
    user_id: UserId,
    account: AccountId,
    change: impl Fn(AssignmentPermissions) -> AssignmentPermissions,
) -> Result<(User, Account), ActionError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        let target_user = target_user(work, user_id)?;
        let account = own_account(work, &target_user, account)?;
        let before = assignments::permissions(work.tx.db(), user_id, account.id)?.filter(|before| *before != change(*before));
        let before = before.ok_or_else(|| ActionError::unchanged(&target_user.user))?;
        let permissions = change(before);
        if !account.is_active() && PermissionToggle::ALL.iter().any(|&switch| permissions.gives(switch) && !before.gives(switch)) {
            return Err(ActionError::deactivated(account.portfolio_name));
        }
        assignments::set_permissions(work.tx, user_id, account.id, permissions, work.actor.id(), work.now)?;
        let event = AuditEvent::AssignmentChanged { before, after: permissions };
        work.record_at(&target_user.user, &account, &event);
        work.notify_assignments(&target_user.user, Assignments::changed(&account.name))?;
        Ok((target_user.user, account))
    })
}

/// Assigns a portfolio to a Portfolio Admin. Returns both.
///
/// # Errors
/// Unchanged where the portfolio is assigned already.
pub fn give_portfolio(
    ctx: &Context,
    submission: &Submission<(User, Portfolio)>,
    user_id: UserId,
    portfolio: PortfolioId,
) -> Result<(User, Portfolio), ActionError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        let target_user = target_user(work, user_id)?;
        let portfolio = own_portfolio(work, portfolio)?;
        work.actor.require_on(&target_user, |target| AccessAction::ChangeAssignments { target, is_own: true })?;
        if target_user.user.default_role != DefaultRole::PortfolioAdmin {
            return Err(ActionError::Refused { denial: PolicyDenial::NotAPortfolioAdmin, name: Some(target_user.user.display_name()) });
        }
        if has(work, user_id, portfolio.id)? {
            return Err(ActionError::unchanged(&target_user.user));
        }
        if !portfolio.is_active() {
            return Err(ActionError::deactivated(portfolio.name));
        }
        assignments::give_portfolio(work.tx, user_id, portfolio.id, work.actor.id(), work.now)?;
        work.record_at(&target_user.user, &portfolio, &AuditEvent::AssignmentAdded { permissions: None });
        work.notify_assignments(&target_user.user, Assignments::added(&portfolio.name))?;
        Ok((target_user.user, portfolio))
    })
}

fn has(work: &mut UnitOfWork<'_, '_>, user_id: UserId, portfolio: PortfolioId) -> Result<bool, StoreError> {
    Ok(assignments::portfolios_of(work.tx.db(), &[user_id])?.iter().any(|assignment| assignment.portfolio.id == portfolio))
}

/// Finds and locks the user whose assignments are to change.
pub(super) fn target_user(work: &mut UnitOfWork<'_, '_>, user_id: UserId) -> Result<TargetUser, ActionError> {
    work.require(Action::Use(Permission::AssignmentsChange))?;
    work.target_user_for_update(user_id)
}

pub(super) fn own_account(work: &mut UnitOfWork<'_, '_>, target_user: &TargetUser, id: AccountId) -> Result<Account, ActionError> {
    accounts::lock(work.tx, id)?;
    account_of(work.tx.db(), &work.actor, target_user, id)
}

/// Finds an account that the actor administers. Accounts that the actor only works in are refused.
pub(super) fn account_of(db: &mut Database, actor: &ScopedActor, target_user: &TargetUser, id: AccountId) -> Result<Account, ActionError> {
    let account = accounts::find(db, id)?.ok_or_else(ActionError::unknown)?;
    let is_own = actor.scope.holds(account.portfolio_id);
    actor.require_on(target_user, |target| AccessAction::ChangeAssignments { target, is_own })?;
    Ok(account)
}

pub(super) fn own_portfolio(work: &mut UnitOfWork<'_, '_>, id: PortfolioId) -> Result<Portfolio, ActionError> {
    portfolios::lock(work.tx, id)?;
    work.portfolio(id)
}

/// Makes a Portfolio Admin without portfolios a User.
pub(in crate::usecases) fn become_user(work: &mut UnitOfWork<'_, '_>, user: &User, reason: DemotionReason) -> Result<(), StoreError> {
    users::set_default_role(work.tx, user.id, DefaultRole::User)?;
    work.record(user, &AuditEvent::UserDemoted { reason });
    Ok(())
}
