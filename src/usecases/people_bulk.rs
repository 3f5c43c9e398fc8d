//! The same done to many people: first a look at who is affected and who is not, then one transaction each.

use crate::{
    domain::{
        ids::{AccountId, UserId},
        people_list::{BULK_MAX, BulkAction},
        permission::Permission,
        policy::{Action, Refusal, Target},
        search::SearchTerm,
        user::Status,
    },
    store::{
        Database,
        accounts::{self, Account, Filter},
        groups,
        page::{Count, Position},
        people::Person,
    },
};

use super::{
    Caller, Context, Denied, Door,
    acting::Acting,
    assignments, invitations,
    people_list::{self, Asked},
    users,
};

/// Somebody in a bulk action, and why it does not reach them, where it does not.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub person: Person,
    pub status: Status,
    pub refusal: Option<Refusal>,
}

/// What `action` would do to these people, in their order.
///
/// # Errors
/// See [`Denied`]; unknown when one of them does not exist for the actor.
pub fn look(ctx: &Context, actor: &Person, action: BulkAction, ids: &[UserId]) -> Result<Vec<Candidate>, Denied> {
    ctx.store.read(|db| candidates(ctx, db, actor, action, ids))
}

fn candidates(ctx: &Context, db: &mut Database, actor: &Person, action: BulkAction, ids: &[UserId]) -> Result<Vec<Candidate>, Denied> {
    let acting = Acting::of(db, actor)?;
    acting.authorise(Action::Use(Permission::UsersExport))?;
    let now = ctx.now();
    let candidate = |&id| {
        let met = acting.met(db, id, now)?;
        let others = groups::other_active_admins(db, id)?;
        let refusal = crate::domain::policy::decide(actor.actor(), policy_action(action, met.target, others)).err();
        Ok(Candidate { status: met.person.status(now), person: met.person, refusal })
    };
    ids.iter().map(candidate).collect()
}

fn policy_action(action: BulkAction, target: Target, other_active_admins: u64) -> Action {
    match action {
        BulkAction::Deactivate => Action::Block { target, other_active_admins },
        BulkAction::Reactivate => Action::Activate(target),
        BulkAction::Resend => Action::ResendInvitation(target),
        BulkAction::Revoke => Action::RevokeInvitation(target),
        BulkAction::Assign => Action::ChangeAssignments { target, is_own: true },
    }
}

/// Accounts to be ticked.
#[derive(Debug, Clone)]
pub struct Assignable {
    pub found: Vec<Account>,
    pub has_more: bool,
    /// How many there are, found or not.
    pub count: Count,
    pub ticked: Vec<Account>,
}

/// The accounts that the actor may give, at most `limit`, and those ticked.
///
/// # Errors
/// See [`Denied`]; unknown when a ticked one does not exist for the actor.
pub fn accounts(
    ctx: &Context,
    actor: &Person,
    search: Option<SearchTerm>,
    ticked: &[AccountId],
    limit: usize,
) -> Result<Assignable, Denied> {
    ctx.store.read(|db| {
        let acting = Acting::of(db, actor)?;
        acting.authorise(Action::Use(Permission::AssignmentsChange))?;
        let filter = |search| Filter { active_only: true, search, ..Filter::within(acting.scope.clone()) };
        let page = accounts::list(db, &filter(search), &Position::First, limit)?;
        let (has_more, count) = (page.has_next, accounts::count_all(db, &filter(None))?);
        Ok(Assignable { found: page.rows, has_more, count, ticked: given(db, &acting, ticked)? })
    })
}

/// These accounts, if all are the actor's to give.
fn given(db: &mut Database, acting: &Acting, ids: &[AccountId]) -> Result<Vec<Account>, Denied> {
    let found = accounts::find_all(db, ids)?;
    let is_whole = found.len() == ids.len() && found.iter().all(|account| acting.scope.holds(account.portfolio_id));
    if is_whole { Ok(found) } else { Err(Denied::unknown()) }
}

/// What came of it for one person.
#[derive(Debug)]
pub struct Done {
    pub person: Person,
    pub outcome: Result<(), Denied>,
}

/// Does it to each of them, as far as it can be done. `accounts` are what is assigned.
///
/// # Errors
/// See [`Denied`]; unknown, and nothing done, when one of the people or accounts does not exist for the actor.
pub fn perform(
    ctx: &Context,
    caller: &Caller,
    actor: &Person,
    action: BulkAction,
    ids: &[UserId],
    accounts: &[AccountId],
) -> Result<Vec<Done>, Denied> {
    let people = ctx.store.read(|db| {
        let acting = Acting::of(db, actor)?;
        given(db, &acting, accounts)?;
        candidates(ctx, db, actor, action, ids)
    })?;
    let door = Door::UsersAndPermissions;
    let done = |Candidate { person, .. }: Candidate| {
        let outcome = match action {
            BulkAction::Deactivate => users::block(ctx, caller, door, person.id).map(|_| ()),
            BulkAction::Reactivate => users::activate(ctx, caller, door, person.id).map(|_| ()),
            BulkAction::Resend => invitations::resend(ctx, caller, door, person.id).map(|_| ()),
            BulkAction::Revoke => invitations::revoke(ctx, caller, door, person.id).map(|_| ()),
            BulkAction::Assign => assignments::give_accounts(ctx, caller, person.id, accounts).map(|_| ()),
        };
        match outcome {
            // Nobody acts any more, or nothing can be written: the others would fare no better.
            Err(denied @ (Denied::SignedOut | Denied::Repeated | Denied::Store(_) | Denied::Hashing(_))) => Err(denied),
            outcome => Ok(Done { person, outcome }),
        }
    };
    people.into_iter().map(done).collect()
}

/// Everybody in a list, if they are not too many for one action, and how many they are.
///
/// # Errors
/// See [`Denied`].
pub fn everybody(ctx: &Context, actor: &Person, asked: &Asked) -> Result<(Vec<Person>, Count), Denied> {
    ctx.store.read(|db| Acting::of(db, actor)?.authorise(Action::Use(Permission::UsersExport)))?;
    let asked = Asked { position: Position::First, limit: BULK_MAX, as_of: None, ..asked.clone() };
    let Some(listing) = people_list::list(ctx, actor, &asked)? else { return Ok((Vec::new(), Count::Exactly(0))) };
    let count = listing.counts.of(asked.filter.status);
    let people = if listing.rows.has_next { Vec::new() } else { listing.rows.rows.into_iter().map(|row| row.person).collect() };
    Ok((people, count))
}
