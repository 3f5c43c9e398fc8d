//! Giving users portfolios and accounts, changing what an account gives them, and taking them away.

use crate::{
    domain::{
        audit::{AuditEvent, By, DemotionReason},
        clock::Timestamp,
        ids::{AccountId, PortfolioId, UserId},
        permission::{AssignmentPermissions, Permission, PermissionToggle, To},
        policy::{Action, PolicyDenial},
        user::{DefaultRole, Status},
    },
    mail::{
        Message,
        messages::{Assignments, AssignmentsChanged},
    },
    store::{
        Database, StoreError, Tx,
        accounts::{self, Account},
        assignments,
        portfolios::{self, Portfolio},
        users::{self, User},
    },
    usecases::{
        ActionError, Context, Principal, Submission,
        shared::{
            context::{Rights, about_user, place_of_account, place_of_portfolio},
            scoped_actor::{ScopedActor, TargetUser},
        },
    },
};

/// Gives somebody an account. Tells who and what.
///
/// # Errors
/// See [`ActionError`]; unchanged where they have it already.
pub fn give_account(
    ctx: &Context,
    submission: &Submission<(User, Account)>,
    user_id: UserId,
    account: AccountId,
    grants: AssignmentPermissions,
) -> Result<(User, Account), ActionError> {
    submission.audited_transaction(ctx, |tx, caller| {
        let (user, mut given) = give(ctx, tx, caller, user_id, &[account], grants)?;
        Ok((user, given.pop().ok_or_else(ActionError::unknown)?))
    })
}

/// Gives somebody the accounts of these that they do not have yet, all of them or none, and tells them with one mail. Tells who and what.
///
/// # Errors
/// See [`ActionError`]; unchanged where they have all of them already.
pub fn give_accounts(
    ctx: &Context,
    submission: &Submission<(User, Vec<Account>)>,
    user_id: UserId,
    accounts: &[AccountId],
    grants: AssignmentPermissions,
) -> Result<(User, Vec<Account>), ActionError> {
    submission.audited_transaction(ctx, |tx, caller| give(ctx, tx, caller, user_id, accounts, grants))
}

fn give(
    ctx: &Context,
    tx: &mut Tx<'_>,
    caller: &Principal,
    user_id: UserId,
    accounts: &[AccountId],
    grants: AssignmentPermissions,
) -> Result<(User, Vec<Account>), ActionError> {
    let now = ctx.now();
    let (acting, met) = target_user(tx, caller, user_id, now)?;
    let mut given = Vec::new();
    for &account in accounts {
        let account = own_account(tx, &acting, &met, account)?;
        if assignments::grants(tx.db(), user_id, account.id)?.is_none() {
            if !account.is_active() {
                return Err(ActionError::deactivated(account.portfolio_name));
            }
            assignments::give_account(tx, user_id, account.id, grants, acting.user.id, now)?;
            let event = AuditEvent::AssignmentAdded { permissions: Some(grants) };
            audit_account(tx, caller, &acting, &met.user, &account, &event, now);
            given.push(account);
        }
    }
    if given.is_empty() {
        return Err(ActionError::unchanged(&met.user));
    }
    let names = given.iter().map(|account| account.name.clone()).collect();
    ctx.tell_assignments(tx, &met.user, &acting.user, Assignments { given: names, ..Assignments::default() }, now)?;
    Ok((met.user, given))
}

/// Changes what an account gives somebody who has it. Tells who and what.
///
/// # Errors
/// See [`ActionError`]; unchanged where they do not have it, or have it like that.
pub fn set_grants(
    ctx: &Context,
    submission: &Submission<(User, Account)>,
    user_id: UserId,
    account: AccountId,
    grants: AssignmentPermissions,
) -> Result<(User, Account), ActionError> {
    change_grants(ctx, submission, user_id, account, |_| grants)
}

/// Puts one switch of an assignment, and leaves the other as it is. Tells who and what.
///
/// # Errors
/// As [`set_grants`].
pub fn switch(
    ctx: &Context,
    submission: &Submission<(User, Account)>,
    user_id: UserId,
    account: AccountId,
    switch: PermissionToggle,
    to: To,
) -> Result<(User, Account), ActionError> {
    change_grants(ctx, submission, user_id, account, |before| before.with(switch, to))
}

fn change_grants(
    ctx: &Context,
    submission: &Submission<(User, Account)>,
    user_id: UserId,
    account: AccountId,
    change: impl Fn(AssignmentPermissions) -> AssignmentPermissions,
) -> Result<(User, Account), ActionError> {
    let now = ctx.now();
    submission.audited_transaction(ctx, |tx, caller| {
        let (acting, met) = target_user(tx, caller, user_id, now)?;
        let account = own_account(tx, &acting, &met, account)?;
        let before = assignments::grants(tx.db(), user_id, account.id)?.filter(|before| *before != change(*before));
        let before = before.ok_or_else(|| ActionError::unchanged(&met.user))?;
        let grants = change(before);
        if !account.is_active() && PermissionToggle::ALL.iter().any(|&switch| grants.gives(switch) && !before.gives(switch)) {
            return Err(ActionError::deactivated(account.portfolio_name));
        }
        assignments::set_grants(tx, user_id, account.id, grants, acting.user.id, now)?;
        let event = AuditEvent::AssignmentChanged { before, after: grants };
        audit_account(tx, caller, &acting, &met.user, &account, &event, now);
        ctx.tell_assignments(tx, &met.user, &acting.user, Assignments::changed(&account.name), now)?;
        Ok((met.user, account))
    })
}

/// Gives a Portfolio Admin a portfolio. Tells who and what.
///
/// # Errors
/// See [`ActionError`]; unchanged where they have it already.
pub fn give_portfolio(
    ctx: &Context,
    submission: &Submission<(User, Portfolio)>,
    user_id: UserId,
    portfolio: PortfolioId,
) -> Result<(User, Portfolio), ActionError> {
    let now = ctx.now();
    submission.audited_transaction(ctx, |tx, caller| {
        let (acting, met) = target_user(tx, caller, user_id, now)?;
        let portfolio = own_portfolio(tx, &acting, portfolio)?;
        acting.require_on(&met, |target| Action::ChangeAssignments { target, is_own: true })?;
        if met.user.default_role != DefaultRole::PortfolioAdmin {
            return Err(ActionError::Refused { denial: PolicyDenial::NotAPortfolioAdmin, name: Some(met.user.display_name()) });
        }
        if has(tx, user_id, portfolio.id)? {
            return Err(ActionError::unchanged(&met.user));
        }
        if !portfolio.is_active() {
            return Err(ActionError::deactivated(portfolio.name));
        }
        assignments::give_portfolio(tx, user_id, portfolio.id, acting.user.id, now)?;
        audit_portfolio(tx, caller, &acting, &met.user, &portfolio, &AuditEvent::AssignmentAdded { permissions: None }, now);
        ctx.tell_assignments(tx, &met.user, &acting.user, Assignments::given(&portfolio.name), now)?;
        Ok((met.user, portfolio))
    })
}

fn has(tx: &mut Tx<'_>, user_id: UserId, portfolio: PortfolioId) -> Result<bool, StoreError> {
    Ok(assignments::portfolios_of(tx.db(), &[user_id])?.iter().any(|assignment| assignment.portfolio.id == portfolio))
}

/// The caller, and the user whose assignments are to change.
pub(super) fn target_user(
    tx: &mut Tx<'_>,
    caller: &Principal,
    user_id: UserId,
    now: Timestamp,
) -> Result<(ScopedActor, TargetUser), ActionError> {
    let acting = caller.acting(tx, Rights::Change, now)?;
    acting.authorise(Action::Use(Permission::AssignmentsChange))?;
    let met = acting.target_user_for_update(tx, user_id, now)?;
    Ok((acting, met))
}

pub(super) fn own_account(tx: &mut Tx<'_>, acting: &ScopedActor, met: &TargetUser, id: AccountId) -> Result<Account, ActionError> {
    accounts::lock(tx, id)?;
    account_of(tx.db(), acting, met, id)
}

/// An account that the actor administers: one that they only work on is not theirs to give.
pub(super) fn account_of(db: &mut Database, acting: &ScopedActor, met: &TargetUser, id: AccountId) -> Result<Account, ActionError> {
    let account = accounts::find(db, id)?.ok_or_else(ActionError::unknown)?;
    let is_own = acting.scope.holds(account.portfolio_id);
    acting.require_on(met, |target| Action::ChangeAssignments { target, is_own })?;
    Ok(account)
}

pub(super) fn own_portfolio(tx: &mut Tx<'_>, acting: &ScopedActor, id: PortfolioId) -> Result<Portfolio, ActionError> {
    portfolios::lock(tx, id)?;
    acting.portfolio(tx.db(), id)
}

/// A Portfolio Admin to whom no portfolio is left is a User.
pub(in crate::usecases) fn become_user(
    tx: &mut Tx<'_>,
    user: &User,
    by: &By,
    reason: DemotionReason,
    now: Timestamp,
) -> Result<(), StoreError> {
    users::set_default_role(tx, user.id, DefaultRole::User)?;
    tx.audit(about_user(now, by.clone(), &user.who(), &AuditEvent::UserDemoted { reason }));
    Ok(())
}

/// An entry about a user's assignment to an account.
pub(in crate::usecases) fn audit_account(
    tx: &mut Tx<'_>,
    caller: &Principal,
    acting: &ScopedActor,
    user: &User,
    account: &Account,
    event: &AuditEvent,
    now: Timestamp,
) {
    tx.audit(about_user(now, caller.by(&acting.user), &user.who(), event).at_place(place_of_account(account)));
}

/// An entry about a user's assignment to a portfolio.
pub(in crate::usecases) fn audit_portfolio(
    tx: &mut Tx<'_>,
    caller: &Principal,
    acting: &ScopedActor,
    user: &User,
    portfolio: &Portfolio,
    event: &AuditEvent,
    now: Timestamp,
) {
    tx.audit(about_user(now, caller.by(&acting.user), &user.who(), event).at_place(place_of_portfolio(portfolio)));
}

impl Context {
    /// Tells somebody who can sign in what was given to them and taken from them; an invitation says it to the others.
    pub(in crate::usecases) fn tell_assignments(
        &self,
        tx: &mut Tx<'_>,
        user: &User,
        by: &User,
        assignments: Assignments,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if user.status(now) != Status::Active {
            return Ok(());
        }
        self.tell(tx, user, by, |change| Message::AssignmentsChanged(AssignmentsChanged { change, assignments }), now)
    }
}
