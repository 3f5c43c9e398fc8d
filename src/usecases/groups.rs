//! Groups: the built-in Admins, and custom ones.

use crate::{
    domain::{
        audit::{AuditEvent, Named},
        clock::Timestamp,
        ids::{GroupId, UserId},
        policy::{Actor, GroupAction, PolicyDenial, UserAction},
        search::SearchTerm,
        text::GroupName,
    },
    mail::Message,
    store::{
        Database,
        groups::{self, Group, GroupKind},
        page::{Count, Position, Slice},
        users::{self, Filter, User},
    },
};

use super::{
    ActionError, Context, Submission,
    shared::{
        ending::{AccessEnd, end_access},
        error::{NameError, authorise},
        scoped_actor::ScopedActor,
        transaction::{Rights, UnitOfWork},
    },
};

/// Most users that a search for new members offers.
pub const CANDIDATES_MAX: usize = 8;

/// Most members of a deleted group that the audit log names; the others are counted.
const MEMBERS_NAMED: usize = 100;

/// Creates a custom group.
pub fn create(ctx: &Context, submission: &Submission<GroupId>, name: &GroupName) -> Result<GroupId, NameError> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        work.require(GroupAction::CreateGroup)?;
        submission.ensure_first_submission(work)?;
        if groups::find_by_name(work.tx.db(), name)?.is_some() {
            return Err(NameError::Taken);
        }
        let id = groups::insert(work.tx, name, work.now)?;
        let group = groups::find(work.tx.db(), id)?.ok_or_else(ActionError::unknown)?;
        work.record(&group, &AuditEvent::GroupCreated {});
        Ok(id)
    })
}

/// Renames a custom group. Returns its earlier name.
pub fn rename(ctx: &Context, submission: &Submission<String>, id: GroupId, name: &GroupName) -> Result<String, NameError> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let group = custom(work, id, GroupAction::RenameGroup)?;
        if groups::find_by_name(work.tx.db(), name)?.is_some_and(|other| other.id != id) {
            return Err(NameError::Taken);
        }
        groups::rename(work.tx, id, name)?;
        let event = AuditEvent::GroupRenamed { before: group.name.clone(), after: name.as_str().to_owned() };
        work.record(&group, &event);
        Ok(group.name)
    })
}

/// Deletes a custom group. Its members remain users. Returns its name.
pub fn delete(ctx: &Context, submission: &Submission<String>, id: GroupId) -> Result<String, ActionError> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let group = custom(work, id, GroupAction::DeleteGroup)?;
        let filter = Filter { member_of: Some(id), ..Filter::default() };
        let members = users::list(work.tx.db(), &filter, &Position::First, MEMBERS_NAMED)?;
        groups::delete(work.tx, id)?;
        let names = members.rows.iter().map(|member| Named::from(&member.who())).collect();
        let event = AuditEvent::GroupDeleted { members: names, member_count: group.member_count.unsigned_abs() };
        work.record(&group, &event);
        Ok(group.name)
    })
}

fn custom(work: &mut UnitOfWork<'_, '_>, id: GroupId, action: GroupAction) -> Result<Group, ActionError> {
    work.require(action)?;
    groups::lock(work.tx, id)?.filter(|group| group.kind == GroupKind::Custom).ok_or_else(ActionError::unknown)
}

/// Finds a group that the actor may see. Only Admins may see the group Admins.
pub fn find(db: &mut Database, actor: Actor, id: GroupId) -> Result<Group, ActionError> {
    let group = groups::find(db, id)?.ok_or_else(ActionError::unknown)?;
    match group.kind {
        GroupKind::Admins => authorise(actor, GroupAction::SeeAdmins, None)?,
        GroupKind::Custom => authorise(actor, UserAction::SeeDirectory, None)?,
    }
    Ok(group)
}

/// Finds a custom group that the actor may rename or delete.
pub fn find_custom(ctx: &Context, actor: &User, id: GroupId) -> Result<Group, ActionError> {
    authorise(actor.actor(), GroupAction::RenameGroup, None)?;
    ctx.store
        .read(|db| find(db, actor.actor(), id))
        .and_then(|group| if group.kind == GroupKind::Custom { Ok(group) } else { Err(ActionError::unknown()) })
}

/// Users who can become members, with the number of matches.
#[derive(Debug, Clone)]
pub struct Candidates {
    pub group: Group,
    pub users: Slice<User>,
    pub count: Count,
}

/// Searches among active users who are not in the group yet.
pub fn candidates(ctx: &Context, actor: &User, id: GroupId, search: Option<SearchTerm>) -> Result<Candidates, ActionError> {
    ctx.store.read(|db| {
        let group = find(db, actor.actor(), id)?;
        authorise(actor.actor(), UserAction::SeeEveryone, None)?;
        let filter = Filter { active_only: true, search, not_member_of: Some(id), member_of: None };
        let (users, count) = match &filter.search {
            Some(_) => users::search(db, &filter, &Position::First, CANDIDATES_MAX)?,
            None => (users::list(db, &filter, &Position::First, CANDIDATES_MAX)?, Count::Exactly(0)),
        };
        Ok(Candidates { group, users, count })
    })
}

/// Adds an active user to a group. In Admins that gives the Admin role: the user must sign in again, and every Admin
/// gets a mail. Returns both.
pub fn add(ctx: &Context, submission: &Submission<(User, Group)>, id: GroupId, user_id: UserId) -> Result<(User, Group), ActionError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        let (user, group) = user_and_group(work, id, user_id)?;
        let target = user.target(work.now);
        let is_member = groups::is_member(work.tx.db(), id, user_id)?;
        let (action, event) = match group.kind {
            GroupKind::Admins => (GroupAction::AddToAdmins(target), AuditEvent::AdminAppointed {}),
            GroupKind::Custom => (GroupAction::AddToGroup { target, is_member }, AuditEvent::GroupMemberAdded {}),
        };
        work.actor.authorise_about(action.into(), Some(&user))?;
        groups::add_member(work.tx, id, user_id, work.now)?;
        work.record_at(&user, &group, &event);
        if group.kind == GroupKind::Admins {
            end_access(work, user_id, AccessEnd::AdminChanged, work.session)?;
            work.notify(&user, Message::AdminAppointed)?;
            work.notify_admins(&user)?;
        }
        Ok((user, group))
    })
}

/// Removes a user from a group. In Admins that removes the Admin role only. Returns both.
pub fn remove(ctx: &Context, submission: &Submission<(User, Group)>, id: GroupId, user_id: UserId) -> Result<(User, Group), ActionError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        let (user, group) = user_and_group(work, id, user_id)?;
        authorise_removal(work.tx.db(), &work.actor, &user, &group, work.now)?;
        groups::remove_member(work.tx, id, user_id)?;
        let event = match group.kind {
            GroupKind::Admins => AuditEvent::AdminRemoved {},
            GroupKind::Custom => AuditEvent::GroupMemberRemoved {},
        };
        work.record_at(&user, &group, &event);
        if group.kind == GroupKind::Admins {
            end_access(work, user_id, AccessEnd::AdminChanged, work.session)?;
            work.notify(&user, Message::AdminRemoved)?;
        }
        Ok((user, group))
    })
}

/// Finds a member who can be removed from a group, for the page that asks for consent.
pub fn removable(ctx: &Context, actor: &User, id: GroupId, user_id: UserId) -> Result<(User, Group), ActionError> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let group = find(db, actor.actor(), id)?;
        authorise(actor.actor(), GroupAction::RemoveFromGroup, None)?;
        let user = users::find(db, user_id)?.ok_or_else(ActionError::unknown)?;
        let actor = ScopedActor::of(db, actor)?;
        authorise_removal(db, &actor, &user, &group, now)?;
        Ok((user, group))
    })
}

fn authorise_removal(db: &mut Database, actor: &ScopedActor, user: &User, group: &Group, now: Timestamp) -> Result<(), ActionError> {
    let action = match group.kind {
        GroupKind::Admins => {
            let other_active_admins = groups::other_active_admins(db, user.id)?;
            GroupAction::RemoveFromAdmins { target: user.target(now), other_active_admins }
        }
        GroupKind::Custom => GroupAction::RemoveFromGroup,
    };
    actor.authorise_about(action.into(), Some(user))?;
    if groups::is_member(db, group.id, user.id)? {
        return Ok(());
    }
    Err(ActionError::Refused { denial: PolicyDenial::NotAMember, name: Some(user.display_name()) })
}

/// Finds and locks both. Actors who may change no group learn nothing about users and groups.
fn user_and_group(work: &mut UnitOfWork<'_, '_>, id: GroupId, user_id: UserId) -> Result<(User, Group), ActionError> {
    let user = users::lock(work.tx, user_id)?;
    groups::lock(work.tx, id)?;
    let group = find(work.tx.db(), work.actor.actor, id)?;
    work.require(GroupAction::RemoveFromGroup)?;
    Ok((user.ok_or_else(ActionError::unknown)?, group))
}
