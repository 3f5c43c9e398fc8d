//! Users & Groups: the directory of active users, and the list of all users for Admins.

use std::collections::HashMap;

use crate::{
    domain::{
        clock::Timestamp,
        credentials::token::TokenPurpose,
        ids::{GroupId, UserId},
        policy::{Actor, GroupAction, Target, UserAction, decide},
        search::SearchTerm,
        user::Status,
    },
    store::{
        Database, StoreError,
        groups::{self, ADMINS, Group, GroupKind},
        page::{Count, Position, Slice},
        users::{self, Filter, User},
    },
    usecases::{
        ActionError, Context, LinkDelivery, groups as group_use_cases,
        outbox::{
            failed_mails::{self, MailProblems},
            mails,
        },
    },
};

/// Most groups in the menu.
const GROUPS_MAX: usize = 500;

/// Menu beside every list of Users & Groups.
#[derive(Debug, Clone)]
pub struct Menu {
    /// Groups that the actor may see, Admins first.
    pub groups: Vec<Group>,
    /// Number of users that the actor can see.
    pub users: Count,
}

/// One page of users.
#[derive(Debug, Clone)]
pub struct Listing {
    pub menu: Menu,
    pub rows: Slice<Row>,
    /// Number of users with this search.
    pub count: Count,
    /// Problems of mails as a whole, for actors who may retry them.
    pub mails: Option<MailProblems>,
}

/// A user in a list, with what the actor may see and do.
#[derive(Debug, Clone)]
pub struct Row {
    pub user: User,
    pub status: Status,
    /// Groups that the actor may see.
    pub groups: Vec<String>,
    /// Status of the open invitation's mail, for actors who see all users.
    pub mail: Option<LinkDelivery>,
    pub may: May,
}

/// Actions that the policy allows in the Users panel, so that pages show no useless buttons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one answer of the policy")]
pub struct May {
    pub block: bool,
    pub activate: bool,
    pub delete: bool,
    pub resend: bool,
    pub revoke: bool,
    pub see_link: bool,
}

/// A group and one page of its members.
#[derive(Debug, Clone)]
pub struct GroupListing {
    pub menu: Menu,
    pub group: Group,
    pub rows: Slice<Member>,
    /// Number of members that the actor can see.
    pub count: Count,
    /// Number of active members, in Admins.
    pub active: u64,
}

/// A member of a group.
#[derive(Debug, Clone)]
pub struct Member {
    pub user: User,
    pub status: Status,
    pub since: Timestamp,
    pub may_remove: bool,
    /// True if no active Admin would be left without this user.
    pub is_last_active_admin: bool,
}

/// Reads the groups and the number of users beside the lists.
pub fn menu(ctx: &Context, actor: &User) -> Result<Menu, StoreError> {
    ctx.store.read(|db| menu_of(db, actor))
}

/// Lists the users that the actor may see, by name.
pub fn list(ctx: &Context, actor: &User, search: Option<SearchTerm>, position: &Position, limit: usize) -> Result<Listing, ActionError> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let filter = Filter { active_only: !sees_everyone(actor), search, ..Filter::default() };
        let menu = menu_of(db, actor)?;
        let (page, count) = match &filter.search {
            Some(_) => users::search(db, &filter, position, limit)?,
            None => (users::list(db, &filter, position, limit)?, menu.users),
        };
        let active_admins = groups::other_active_admins(db, UserId(0))?;
        let mut names = group_names(db, actor, &page.rows)?;
        let mut mails =
            if filter.active_only { HashMap::new() } else { mails::of_links(db, TokenPurpose::Invitation, &invited(&page.rows, now))? };
        let rows = page.map(|user| {
            let (status, groups) = (user.status(now), names.remove(&user.id).unwrap_or_default());
            let mail = mails.remove(&user.id);
            let is_active_admin = user.is_admin && status == Status::Active;
            let may = May::of(actor.actor(), user.target(now), active_admins.saturating_sub(u64::from(is_active_admin)));
            Row { user, status, groups, mail, may }
        });
        let may_send_again = decide(actor.actor(), UserAction::SendMailsAgain).is_ok();
        let mails = may_send_again.then(|| failed_mails::problems(db)).transpose()?;
        Ok(Listing { menu, rows, count, mails })
    })
}

/// Reads a group with one page of its members, by name.
pub fn group(ctx: &Context, actor: &User, id: GroupId, position: &Position, limit: usize) -> Result<GroupListing, ActionError> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let group = group_use_cases::find(db, actor.actor(), id)?;
        let everyone = sees_everyone(actor);
        let filter = Filter { active_only: !everyone, member_of: Some(id), ..Filter::default() };
        let count = if everyone { Count::Exactly(group.member_count) } else { users::count(db, &filter)? };
        let page = users::list(db, &filter, position, limit)?;
        let ids = page.rows.iter().map(|user| user.id).collect::<Vec<_>>();
        let since = groups::memberships_of(db, &ids)?;
        let since = since.into_iter().filter(|membership| membership.group == id).map(|membership| (membership.user, membership.added_at));
        let since = since.collect::<HashMap<_, _>>();
        let active = if group.kind == GroupKind::Admins { groups::other_active_admins(db, UserId(0))? } else { 0 };
        let rows = page.map(|user| member(actor, &group, user, active, &since, now));
        Ok(GroupListing { menu: menu_of(db, actor)?, group, rows, count, active })
    })
}

fn member(actor: &User, group: &Group, user: User, active: u64, since: &HashMap<UserId, Timestamp>, now: Timestamp) -> Member {
    let status = user.status(now);
    let is_active = status == Status::Active;
    let other_active_admins = active.saturating_sub(u64::from(is_active));
    let target = user.target(now);
    let action = match group.kind {
        GroupKind::Admins => GroupAction::RemoveFromAdmins { target, other_active_admins },
        GroupKind::Custom => GroupAction::RemoveFromGroup,
    };
    Member {
        status,
        since: since.get(&user.id).copied().unwrap_or(now),
        may_remove: decide(actor.actor(), action).is_ok(),
        is_last_active_admin: group.kind == GroupKind::Admins && is_active && other_active_admins == 0,
        user,
    }
}

fn menu_of(db: &mut Database, actor: &User) -> Result<Menu, StoreError> {
    let mut groups = groups::list(db, GROUPS_MAX)?;
    if decide(actor.actor(), GroupAction::SeeAdmins).is_err() {
        groups.retain(|group| group.kind != GroupKind::Admins);
    }
    let users = users::count(db, &Filter { active_only: !sees_everyone(actor), ..Filter::default() })?;
    Ok(Menu { groups, users })
}

/// Users with an open invitation.
fn invited(users: &[User], now: Timestamp) -> Vec<UserId> {
    let invited = users.iter().filter(|user| matches!(user.status(now), Status::Invited | Status::Expired));
    invited.map(|user| user.id).collect()
}

fn sees_everyone(actor: &User) -> bool {
    decide(actor.actor(), UserAction::SeeEveryone).is_ok()
}

fn group_names(db: &mut Database, actor: &User, users: &[User]) -> Result<HashMap<UserId, Vec<String>>, StoreError> {
    let sees_admins = decide(actor.actor(), GroupAction::SeeAdmins).is_ok();
    let ids = users.iter().map(|user| user.id).collect::<Vec<_>>();
    let mut names = HashMap::<_, Vec<_>>::new();
    for membership in groups::memberships_of(db, &ids)? {
        if sees_admins || membership.group != ADMINS {
            names.entry(membership.user).or_default().push(membership.group_name);
        }
    }
    Ok(names)
}

impl May {
    /// The policy's answers about `target`, with the number of other active Admins.
    pub fn of(actor: Actor, target: Target, other_active_admins: u64) -> Self {
        let may = |action| decide(actor, action).is_ok();
        Self {
            block: may(UserAction::Block { target, other_active_admins }),
            activate: may(UserAction::Activate(target)),
            delete: may(UserAction::Delete { target, other_active_admins }),
            resend: may(UserAction::ResendInvitation(target)),
            revoke: may(UserAction::RevokeInvitation(target)),
            see_link: may(UserAction::SeeInvitationLink(target)) && target.status == Status::Invited,
        }
    }
}
