//! Groups: the built-in Admins, and custom ones.

use crate::{
    domain::{
        audit::{AuditEvent, UserRef},
        clock::Timestamp,
        ids::{GroupId, UserId},
        policy::{Action, PolicyDenial},
        search::SearchTerm,
        text::GroupName,
    },
    mail::Message,
    store::{
        Database, StoreError, Tx,
        groups::{self, Group, GroupKind},
        page::{Count, Position, Slice},
        users::{self, Filter, User},
    },
};

use super::{
    ActionError, Context, Submission,
    shared::{
        context::{Rights, about_group, authorise},
        ending::{AccessEnd, end_access},
    },
};

/// How many users a search for a new member offers.
pub const CANDIDATES_MAX: usize = 8;

/// How many of a deleted group's members the audit log names; the others are counted.
const MEMBERS_NAMED: usize = 100;

/// Why a group does not get its name.
#[derive(Debug, thiserror::Error)]
pub enum NameError {
    #[error("there is a group with this name")]
    Taken,
    #[error(transparent)]
    Denied(#[from] ActionError),
}

impl From<StoreError> for NameError {
    fn from(error: StoreError) -> Self {
        Self::Denied(error.into())
    }
}

/// # Errors
/// See [`NameError`].
pub fn create(ctx: &Context, submission: &Submission<GroupId>, name: &GroupName) -> Result<GroupId, NameError> {
    let now = ctx.now();
    submission.audited_transaction(ctx, |tx, caller| {
        let actor = caller.actor(tx, Rights::Stay, now)?;
        authorise(&actor, Action::CreateGroup, None)?;
        submission.ensure_first_submission(tx)?;
        if groups::find_by_name(tx.db(), name)?.is_some() {
            return Err(NameError::Taken);
        }
        let id = groups::insert(tx, name, now)?;
        let group = groups::find(tx.db(), id)?.ok_or_else(ActionError::unknown)?;
        tx.audit(about_group(now, caller.by(&actor), &group, &AuditEvent::GroupCreated {}));
        Ok(id)
    })
}

/// Tells the name it had.
///
/// # Errors
/// See [`NameError`].
pub fn rename(ctx: &Context, submission: &Submission<String>, id: GroupId, name: &GroupName) -> Result<String, NameError> {
    let now = ctx.now();
    submission.audited_transaction(ctx, |tx, caller| {
        let actor = caller.actor(tx, Rights::Stay, now)?;
        let group = custom(tx, &actor, id, Action::RenameGroup)?;
        if groups::find_by_name(tx.db(), name)?.is_some_and(|other| other.id != id) {
            return Err(NameError::Taken);
        }
        groups::rename(tx, id, name)?;
        let event = AuditEvent::GroupRenamed { before: group.name.clone(), after: name.as_str().to_owned() };
        tx.audit(about_group(now, caller.by(&actor), &group, &event));
        Ok(group.name)
    })
}

/// Its members stay as they are otherwise. Tells its name.
pub fn delete(ctx: &Context, submission: &Submission<String>, id: GroupId) -> Result<String, ActionError> {
    let now = ctx.now();
    submission.audited_transaction(ctx, |tx, caller| {
        let actor = caller.actor(tx, Rights::Stay, now)?;
        let group = custom(tx, &actor, id, Action::DeleteGroup)?;
        let filter = Filter { member_of: Some(id), ..Filter::default() };
        let members = users::list(tx.db(), &filter, &Position::First, MEMBERS_NAMED)?;
        groups::delete(tx, id)?;
        let names = members.rows.iter().map(User::display_name).collect::<Vec<_>>();
        let event = AuditEvent::GroupDeleted { members: names, member_count: group.member_count.unsigned_abs() };
        tx.audit(about_group(now, caller.by(&actor), &group, &event));
        Ok(group.name)
    })
}

fn custom(tx: &mut Tx<'_>, actor: &User, id: GroupId, action: Action) -> Result<Group, ActionError> {
    authorise(actor, action, None)?;
    groups::lock(tx, id)?.filter(|group| group.kind == GroupKind::Custom).ok_or_else(ActionError::unknown)
}

/// A group that the actor may see. For others than Admins, the Admins group does not exist.
pub fn find(db: &mut Database, actor: &User, id: GroupId) -> Result<Group, ActionError> {
    let group = groups::find(db, id)?.ok_or_else(ActionError::unknown)?;
    match group.kind {
        GroupKind::Admins => authorise(actor, Action::SeeAdmins, None)?,
        GroupKind::Custom => authorise(actor, Action::SeeDirectory, None)?,
    }
    Ok(group)
}

/// A custom group that the actor may rename or delete.
pub fn find_custom(ctx: &Context, actor: &User, id: GroupId) -> Result<Group, ActionError> {
    authorise(actor, Action::RenameGroup, None)?;
    ctx.store
        .read(|db| find(db, actor, id))
        .and_then(|group| if group.kind == GroupKind::Custom { Ok(group) } else { Err(ActionError::unknown()) })
}

/// Users who could become members, and how many match.
#[derive(Debug, Clone)]
pub struct Candidates {
    pub group: Group,
    pub users: Slice<User>,
    pub count: Count,
}

/// Searches among active users who are not in the group yet.
pub fn candidates(ctx: &Context, actor: &User, id: GroupId, search: Option<SearchTerm>) -> Result<Candidates, ActionError> {
    ctx.store.read(|db| {
        let group = find(db, actor, id)?;
        authorise(actor, Action::SeeEveryone, None)?;
        let filter = Filter { active_only: true, search, not_member_of: Some(id), member_of: None };
        let (users, count) = match &filter.search {
            Some(_) => users::search(db, &filter, &Position::First, CANDIDATES_MAX)?,
            None => (users::list(db, &filter, &Position::First, CANDIDATES_MAX)?, Count::Exactly(0)),
        };
        Ok(Candidates { group, users, count })
    })
}

/// Adds an active user to a group. In Admins that is the Admin role: they sign in again to use it, and every Admin is told. Tells whom, and
/// to what.
pub fn add(ctx: &Context, submission: &Submission<(User, Group)>, id: GroupId, user_id: UserId) -> Result<(User, Group), ActionError> {
    let now = ctx.now();
    submission.audited_transaction(ctx, |tx, caller| {
        let actor = caller.actor(tx, Rights::Change, now)?;
        let (user, group) = user_and_group(tx, &actor, id, user_id)?;
        let target = user.target(now);
        let is_member = groups::is_member(tx.db(), id, user_id)?;
        let member = UserRef::from(&user.who());
        let (action, event) = match group.kind {
            GroupKind::Admins => (Action::AddToAdmins(target), AuditEvent::AdminAppointed { member }),
            GroupKind::Custom => (Action::AddToGroup { target, is_member }, AuditEvent::GroupMemberAdded { member }),
        };
        authorise(&actor, action, Some(&user))?;
        groups::add_member(tx, id, user_id, now)?;
        tx.audit(about_group(now, caller.by(&actor), &group, &event));
        if group.kind == GroupKind::Admins {
            end_access(tx, user_id, AccessEnd::AdminChanged, Some(caller.session), now)?;
            ctx.tell(tx, &user, &actor, Message::AdminAppointed, now)?;
            ctx.tell_admins(tx, &user, &actor.display_name(), now)?;
        }
        Ok((user, group))
    })
}

/// Takes somebody out of a group. In Admins that removes the Admin role and leaves the user as they were. Tells whom, and from what.
pub fn remove(ctx: &Context, submission: &Submission<(User, Group)>, id: GroupId, user_id: UserId) -> Result<(User, Group), ActionError> {
    let now = ctx.now();
    submission.audited_transaction(ctx, |tx, caller| {
        let actor = caller.actor(tx, Rights::Change, now)?;
        let (user, group) = user_and_group(tx, &actor, id, user_id)?;
        authorise_removal(tx.db(), &actor, &user, &group, now)?;
        groups::remove_member(tx, id, user_id)?;
        let member = UserRef::from(&user.who());
        let event = match group.kind {
            GroupKind::Admins => AuditEvent::AdminRemoved { member },
            GroupKind::Custom => AuditEvent::GroupMemberRemoved { member },
        };
        tx.audit(about_group(now, caller.by(&actor), &group, &event));
        if group.kind == GroupKind::Admins {
            end_access(tx, user_id, AccessEnd::AdminChanged, Some(caller.session), now)?;
            ctx.tell(tx, &user, &actor, Message::AdminRemoved, now)?;
        }
        Ok((user, group))
    })
}

/// Who is to be taken out of which group, for the page that asks before.
pub fn removable(ctx: &Context, actor: &User, id: GroupId, user_id: UserId) -> Result<(User, Group), ActionError> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let group = find(db, actor, id)?;
        authorise(actor, Action::RemoveFromGroup, None)?;
        let user = users::find(db, user_id)?.ok_or_else(ActionError::unknown)?;
        authorise_removal(db, actor, &user, &group, now)?;
        Ok((user, group))
    })
}

fn authorise_removal(db: &mut Database, actor: &User, user: &User, group: &Group, now: Timestamp) -> Result<(), ActionError> {
    let action = match group.kind {
        GroupKind::Admins => {
            let other_active_admins = groups::other_active_admins(db, user.id)?;
            Action::RemoveFromAdmins { target: user.target(now), other_active_admins }
        }
        GroupKind::Custom => Action::RemoveFromGroup,
    };
    authorise(actor, action, Some(user))?;
    if groups::is_member(db, group.id, user.id)? {
        return Ok(());
    }
    Err(ActionError::Refused { denial: PolicyDenial::NotAMember, name: Some(user.display_name()) })
}

/// Both under lock. Whoever may change no group learns nothing about who exists.
fn user_and_group(tx: &mut Tx<'_>, actor: &User, id: GroupId, user_id: UserId) -> Result<(User, Group), ActionError> {
    let user = users::lock(tx, user_id)?;
    groups::lock(tx, id)?;
    let group = find(tx.db(), actor, id)?;
    authorise(actor, Action::RemoveFromGroup, None)?;
    Ok((user.ok_or_else(ActionError::unknown)?, group))
}
