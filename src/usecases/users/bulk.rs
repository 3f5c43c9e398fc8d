//! Bulk actions: a preview of the affected users, then one transaction for each.

use crate::{
    domain::{
        ids::{AccountId, UserId},
        invitation::quota::Pace,
        permission::{AssignmentPermissions, Permission},
        policy::{AccessAction, Action, PolicyDenial, Target, UserAction, decide},
        user::Status,
        user_list::{BULK_MAX, BulkAction},
    },
    store::{Database, accounts::Account, groups, users::User},
    usecases::{
        ActionError, Context, EntryPoint, Submission,
        access::{assignments, picker_options},
        shared::scoped_actor::ScopedActor,
    },
};

use super::{
    invite, lifecycle,
    list::{self, ListRequest, Listing},
    two_factor,
};

/// User in a bulk action, with the denial if it is refused for them.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub user: User,
    pub status: Status,
    pub denial: Option<PolicyDenial>,
}

/// Previews `action` on these users, in their order.
///
/// # Errors
/// Unknown when one of them does not exist for the actor.
pub fn look(ctx: &Context, actor: &User, action: BulkAction, ids: &[UserId]) -> Result<Vec<Candidate>, ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, actor)?;
        candidates(ctx, db, &actor, action, ids)
    })
}

fn candidates(
    ctx: &Context,
    db: &mut Database,
    actor: &ScopedActor,
    action: BulkAction,
    ids: &[UserId],
) -> Result<Vec<Candidate>, ActionError> {
    actor.authorise(Action::Use(Permission::UsersExport))?;
    let now = ctx.now();
    let candidate = |&id| {
        let target_user = actor.target_user(db, id, now)?;
        let others = groups::other_active_admins(db, id)?;
        let has_it = action == BulkAction::RemindOfTwoFactor && target_user.user.two_factor_since.is_some();
        let denial = decide(actor.actor, policy_action(action, target_user.target, others)).err();
        let denial = denial.or(has_it.then_some(PolicyDenial::Unchanged));
        Ok(Candidate { status: target_user.user.status(now), user: target_user.user, denial })
    };
    ids.iter().map(candidate).collect()
}

fn policy_action(action: BulkAction, target: Target, other_active_admins: u64) -> Action {
    match action {
        BulkAction::Deactivate => UserAction::Block { target, other_active_admins }.into(),
        BulkAction::Reactivate => UserAction::Activate(target).into(),
        BulkAction::Resend => UserAction::ResendInvitation(target).into(),
        BulkAction::Revoke => UserAction::RevokeInvitation(target).into(),
        BulkAction::Assign => AccessAction::ChangeAssignments { target, is_own: true }.into(),
        BulkAction::RemindOfTwoFactor => UserAction::RemindOfTwoFactor(target).into(),
    }
}

/// Outcome for one user.
#[derive(Debug)]
pub struct Done {
    pub user: User,
    /// Names of reassigned assignments of an invitation; `None` for users after the action broke off.
    pub outcome: Option<Result<Vec<String>, ActionError>>,
}

impl Done {
    /// True if the change may be saved although it failed.
    pub fn may_be_done(&self) -> bool {
        matches!(&self.outcome, Some(Err(denied)) if denied.may_be_done())
    }
}

/// Progress of a bulk action. Each transaction saves it as the message, since it may be the last.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    pub done: usize,
    pub of: usize,
}

/// Performs the action on each user in a transaction of its own, as far as the policy allows. Returns the outcomes, and
/// the accounts to assign.
///
/// # Errors
/// Unknown, with nothing done, when one of the users or accounts does not exist for the actor. Later errors are
/// outcomes.
pub fn perform(
    ctx: &Context,
    submission: &Submission<Progress>,
    actor: &User,
    action: BulkAction,
    ids: &[UserId],
    accounts: &[AccountId],
) -> Result<(Vec<Done>, Vec<Account>), ActionError> {
    let (users, given) = ctx.store.read(|db| {
        let actor = ScopedActor::of(db, actor)?;
        let given = picker_options::given_accounts(db, &actor, accounts)?;
        Ok::<_, ActionError>((candidates(ctx, db, &actor, action, ids)?, given))
    })?;
    let entry_point = EntryPoint::UsersAndPermissions;
    let act = |user, so_far: &Progress| match action {
        BulkAction::Deactivate => lifecycle::block(ctx, &submission.step(so_far), entry_point, user).map(|_| Vec::new()),
        BulkAction::Reactivate => lifecycle::activate(ctx, &submission.step(so_far), entry_point, user).map(|_| Vec::new()),
        BulkAction::Resend => invite::resend(ctx, &submission.step(so_far), entry_point, user, Pace::Bulk).map(|resent| resent.reassigned),
        BulkAction::Revoke => invite::revoke(ctx, &submission.step(so_far), entry_point, user).map(|_| Vec::new()),
        BulkAction::RemindOfTwoFactor => two_factor::remind(ctx, &submission.step(so_far), user).map(|_| Vec::new()),
        BulkAction::Assign => {
            assignments::give_accounts(ctx, &submission.step(so_far), user, accounts, AssignmentPermissions::default()).map(|_| Vec::new())
        }
    };
    let mut progress = Progress { done: 0, of: users.len() };
    let mut done = Vec::<Done>::with_capacity(users.len());
    for Candidate { user, .. } in users {
        // Errors that do not concern one user alone would stop the others too.
        let goes_on =
            |last: &Done| last.outcome.as_ref().is_some_and(|outcome| outcome.as_ref().err().is_none_or(ActionError::is_about_one));
        let next = Progress { done: progress.done + 1, ..progress };
        let outcome = done.last().is_none_or(goes_on).then(|| act(user.id, &next));
        if matches!(outcome, Some(Ok(_))) {
            progress = next;
        }
        match outcome {
            Some(Err(denied)) if done.is_empty() && !denied.is_about_one() => return Err(denied),
            outcome => done.push(Done { user, outcome }),
        }
    }
    Ok((done, given))
}

/// Users of a list, as many as one action takes, from the list's position; `None` for a Portfolio Admin without an
/// active portfolio.
pub fn everybody(ctx: &Context, actor: &User, request: &ListRequest) -> Result<Option<Listing>, ActionError> {
    ctx.store.read(|db| ScopedActor::of(db, actor)?.authorise(Action::Use(Permission::UsersExport)))?;
    list::list(ctx, actor, &ListRequest { limit: BULK_MAX, ..request.clone() })
}
