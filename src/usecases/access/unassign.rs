//! Removal of assignments.

use crate::{
    domain::{
        audit::AuditEvent,
        ids::{AccountId, PortfolioId, UserId},
        permission::{AssignmentPermissions, Permission},
        policy::{AccessAction, Action},
        scope::ScopeRelation,
    },
    mail::messages::Assignments,
    store::{Database, assignments, scopes, users::User},
    usecases::{
        ActionError, Context, Submission,
        shared::{
            error::action_error_from_store,
            scoped_actor::{AssignmentRef, ScopedActor, ScopedAssignments, TargetUser},
            transaction::{Rights, UnitOfWork},
        },
    },
};

use super::assignments::{account_of, own_account, own_portfolio, target_user};

/// Reason for which no assignment is removed.
#[derive(Debug, thiserror::Error)]
pub enum UnassignError {
    /// Last assignment that the user and the actor have in common, without consent to lose it.
    #[error("nothing else lies in common")]
    LastInCommon,
    #[error(transparent)]
    Action(#[from] ActionError),
}

action_error_from_store!(UnassignError);

/// Removed assignments, and their user.
#[derive(Debug, Clone)]
pub struct Unassigned {
    pub user: User,
    pub names: Vec<String>,
    /// True if the user has left the actor's scope.
    pub has_left: bool,
    /// True if everything can be assigned again.
    pub are_active: bool,
    /// Permissions of each removed account.
    pub gave: Vec<AssignmentPermissions>,
}

/// One removed assignment.
struct One {
    name: String,
    is_active: bool,
    gave: Option<AssignmentPermissions>,
}

/// Removes assignments of a user, all or none. A Portfolio Admin keeps at least one portfolio. The last assignments
/// within the actor's scope are removed only if `agreed`.
///
/// # Errors
/// Unchanged where some of them are not assigned.
pub fn unassign(
    ctx: &Context,
    submission: &Submission<Unassigned>,
    user_id: UserId,
    given: &[AssignmentRef],
    agreed: bool,
) -> Result<Unassigned, UnassignError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        let target_user = target_user(work, user_id)?;
        let take = |given: &AssignmentRef| match *given {
            AssignmentRef::Portfolio(id) => unassign_portfolio(work, &target_user, id),
            AssignmentRef::Account(id) => unassign_account(work, &target_user, id),
        };
        let all = given.iter().map(take).collect::<Result<Vec<_>, _>>()?;
        let names = all.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
        let has_left = scopes::inside(work.tx.db(), &work.actor.scope, &target_user.user)? == ScopeRelation::Not;
        if has_left && !agreed {
            return Err(UnassignError::LastInCommon);
        }
        let taken = Assignments { taken: names.clone(), ..Assignments::default() };
        work.notify_assignments(&target_user.user, taken)?;
        let are_active = all.iter().all(|one| one.is_active);
        Ok(Unassigned { user: target_user.user, names, has_left, are_active, gave: all.into_iter().filter_map(|one| one.gave).collect() })
    })
}

fn unassign_account(work: &mut UnitOfWork<'_, '_>, target_user: &TargetUser, id: AccountId) -> Result<One, ActionError> {
    let account = own_account(work, target_user, id)?;
    let permissions =
        assignments::permissions(work.tx.db(), target_user.user.id, id)?.ok_or_else(|| ActionError::unchanged(&target_user.user))?;
    assignments::unassign_account(work.tx, target_user.user.id, id)?;
    let event = AuditEvent::AssignmentRemoved { permissions: Some(permissions) };
    work.record_at(&target_user.user, &account, &event);
    Ok(One { is_active: account.is_active(), name: account.name, gave: Some(permissions) })
}

fn unassign_portfolio(work: &mut UnitOfWork<'_, '_>, target_user: &TargetUser, id: PortfolioId) -> Result<One, ActionError> {
    let portfolio = own_portfolio(work, id)?;
    may_take_portfolios(work.tx.db(), &work.actor, target_user, &[id])?;
    assignments::unassign_portfolio(work.tx, target_user.user.id, id)?;
    work.record_at(&target_user.user, &portfolio, &AuditEvent::AssignmentRemoved { permissions: None });
    Ok(One { is_active: portfolio.is_active(), name: portfolio.name, gave: None })
}

fn may_take_portfolios(db: &mut Database, actor: &ScopedActor, target_user: &TargetUser, ids: &[PortfolioId]) -> Result<(), ActionError> {
    actor.require_on(target_user, |target| AccessAction::ChangeAssignments { target, is_own: true })?;
    let theirs = assignments::portfolios_of(db, &[target_user.user.id])?;
    if !ids.iter().all(|id| theirs.iter().any(|given| given.portfolio.id == *id)) {
        return Err(ActionError::unchanged(&target_user.user));
    }
    let others = u64::try_from(theirs.len().saturating_sub(ids.len())).unwrap_or(u64::MAX);
    actor.require_on(target_user, |target| AccessAction::UnassignPortfolio { target, is_own: true, others })
}

/// Assignments to remove, and their user.
#[derive(Debug, Clone)]
pub struct RemovalPreview {
    pub user: User,
    pub names: Vec<String>,
    /// True if the user leaves the actor's scope with them.
    pub is_last_in_common: bool,
}

/// Previews a removal, for the page that asks for consent; `None` where some of them are not assigned.
///
/// # Errors
/// Refusals of [`unassign`].
pub fn removal_preview(ctx: &Context, actor: &User, user: UserId, given: &[AssignmentRef]) -> Result<Option<RemovalPreview>, ActionError> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, actor)?;
        actor.authorise(Action::Use(Permission::AssignmentsChange))?;
        let target_user = actor.target_user(db, user, now)?;
        let (mut names, mut portfolios) = (Vec::new(), Vec::new());
        for each in given {
            names.push(match *each {
                AssignmentRef::Portfolio(id) => {
                    portfolios.push(id);
                    actor.portfolio(db, id)?.name
                }
                AssignmentRef::Account(id) => {
                    let account = account_of(db, &actor, &target_user, id)?;
                    // Accounts of one name may lie in several portfolios.
                    if given.len() > 1 { format!("{} ({})", account.name, account.portfolio_name) } else { account.name }
                }
            });
        }
        actor.require_on(&target_user, |target| AccessAction::ChangeAssignments { target, is_own: true })?;
        let in_scope = ScopedAssignments::of(db, &actor, &target_user.user)?;
        if !given.iter().all(|given| in_scope.holds(*given)) {
            return Ok(None);
        }
        if !portfolios.is_empty() {
            may_take_portfolios(db, &actor, &target_user, &portfolios)?;
        }
        Ok(Some(RemovalPreview { is_last_in_common: in_scope.are_all(&actor, given.len()), user: target_user.user, names }))
    })
}
