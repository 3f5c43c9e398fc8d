//! Shares of an asset with users and groups.

use std::collections::{BTreeMap, HashMap};

use crate::{
    domain::{
        asset::{AssetAccess, ShareLevel},
        audit::{AuditEvent, Grantee, SubjectKind},
        clock::Timestamp,
        ids::{AssetId, GroupId, UserId},
        policy::{AssetAction, PolicyDenial},
        search::{SearchTerm, search_words},
        user::Status,
    },
    store::{
        Database, StoreError,
        assets::{
            self, Asset,
            shares::{self, Share, ShareWith},
            tree,
        },
        groups::{self, Group, GroupKind},
        page::Slice,
        users::{self, Filter, User},
    },
    usecases::{
        ActionError, Context, Submission,
        shared::{
            error::action_error_from_store,
            scoped_actor::ScopedActor,
            transaction::{Rights, UnitOfWork},
        },
    },
};

use super::{find_own, path};

/// Most users, groups and shares on the page.
pub const SHOWN_MAX: usize = 100;

/// Most users and most groups that a search offers.
const CANDIDATES_MAX: usize = 8;

/// Most groups among which a search looks.
const GROUPS_MAX: usize = 1000;

/// User or group with whom the asset itself is shared.
#[derive(Debug, Clone)]
pub struct SharedWith {
    pub with: ShareWith,
    pub name: String,
    pub about: GranteeFacts,
    pub level: ShareLevel,
}

/// Facts about a user or a group with whom something is shared.
#[derive(Debug, Clone)]
pub enum GranteeFacts {
    User { email: String, status: Status },
    Group { members: i64 },
}

/// A user with access, and all its sources.
#[derive(Debug, Clone)]
pub struct UserAccess {
    pub user: User,
    /// Access of an active user. Others have none until they are reactivated.
    pub status: Status,
    pub access: AssetAccess,
    pub sources: Vec<AccessSource>,
}

/// Source of access: ownership or a share, of the asset itself or of a folder above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessSource {
    pub on: SourceOf,
    /// Name of the group of a share.
    pub group: Option<String>,
    pub is_owner: bool,
}

/// Asset whose owner or share gives access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceOf {
    Asset,
    Folder(String),
    /// A folder that the reader may not see.
    HiddenFolder,
}

/// The share page of an asset.
#[derive(Debug, Clone)]
pub struct Sharing {
    pub asset: Asset,
    pub path: Vec<Asset>,
    pub owner: String,
    pub shares: Vec<SharedWith>,
    /// Custom groups that match the search.
    pub groups: Vec<Group>,
    /// Users who match the search.
    pub candidates: Slice<User>,
    pub users: Vec<UserAccess>,
    /// True if there are more users with access.
    pub has_more: bool,
}

pub fn sharing(ctx: &Context, user: &User, id: AssetId, search: Option<SearchTerm>) -> Result<Sharing, ActionError> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, user)?;
        let asset = find_own(db, &actor, id)?;
        let path = path(db, &actor, &asset)?;
        let along = shares::along(db, id, i64::try_from(SHOWN_MAX).unwrap_or(i64::MAX))?;
        let own = along.iter().filter(|share| share.asset == id).copied().collect::<Vec<_>>();
        let (users, has_more) = access_of_users(db, &asset, &path, &along, now)?;
        let mut groups = match &search {
            Some(_) => groups::list(db, GROUPS_MAX)?,
            None => Vec::new(),
        };
        groups
            .retain(|group| group.kind == GroupKind::Custom && search.as_ref().is_some_and(|term| term.is_in(&search_words(&group.name))));
        groups.truncate(CANDIDATES_MAX);
        let filter = Filter { active_only: true, search, ..Filter::default() };
        let candidates = users::found(db, &filter, CANDIDATES_MAX)?;
        let owner = users::names(db, [asset.owner_id])?.remove(&asset.owner_id).unwrap_or_default();
        Ok(Sharing { path, owner, shares: shared_with(db, &own, now)?, groups, candidates, users, has_more, asset })
    })
}

fn parts(with: impl Iterator<Item = ShareWith>) -> (Vec<UserId>, Vec<GroupId>) {
    let (mut users, mut groups) = (Vec::new(), Vec::new());
    for with in with {
        match with {
            ShareWith::User(id) => users.push(id),
            ShareWith::Group(id) => groups.push(id),
        }
    }
    (users, groups)
}

/// Names of users and groups.
pub(super) fn names(db: &mut Database, with: &[ShareWith]) -> Result<HashMap<ShareWith, String>, StoreError> {
    let (users, groups) = parts(with.iter().copied());
    let users = users::names(db, users)?.into_iter().map(|(id, name)| (ShareWith::User(id), name));
    let groups = groups::find_all(db, &groups)?.into_iter().map(|group| (ShareWith::Group(group.id), group.name));
    Ok(users.chain(groups).collect())
}

fn shared_with(db: &mut Database, shares: &[Share], now: Timestamp) -> Result<Vec<SharedWith>, StoreError> {
    let levels = shares.iter().map(|share| (share.with, share.level)).collect::<HashMap<_, _>>();
    let (users, groups) = parts(shares.iter().map(|share| share.with));
    let mut rows = Vec::with_capacity(shares.len());
    for group in groups::find_all(db, &groups)? {
        let with = ShareWith::Group(group.id);
        let Some(&level) = levels.get(&with) else { continue };
        rows.push(SharedWith { with, name: group.name, about: GranteeFacts::Group { members: group.member_count }, level });
    }
    for user in users::find_all(db, &users)? {
        let with = ShareWith::User(user.id);
        let Some(&level) = levels.get(&with) else { continue };
        let (name, status) = (user.display_name(), user.status(now));
        rows.push(SharedWith { with, name, about: GranteeFacts::User { email: user.email, status }, level });
    }
    Ok(rows)
}

/// The first users with access, by name, and a flag for further ones. Only folders of `path` are named.
fn access_of_users(
    db: &mut Database,
    asset: &Asset,
    path: &[Asset],
    along: &[Share],
    now: Timestamp,
) -> Result<(Vec<UserAccess>, bool), StoreError> {
    let above = tree::above(db, asset.id)?;
    let source_of = |id: AssetId| {
        let named = path.iter().find(|folder| folder.id == id).map(|folder| SourceOf::Folder(folder.name.clone()));
        if id == asset.id { SourceOf::Asset } else { named.unwrap_or(SourceOf::HiddenFolder) }
    };
    let mut known = BTreeMap::<UserId, (AssetAccess, Vec<AccessSource>)>::new();
    let mut add = |user: UserId, access: AssetAccess, source: AccessSource| {
        let (highest, sources) = known.entry(user).or_insert((access, Vec::new()));
        *highest = access.max(*highest);
        sources.push(source);
    };
    add(asset.owner_id, AssetAccess::Owner, AccessSource { on: SourceOf::Asset, group: None, is_owner: true });
    for folder in &above {
        let source = AccessSource { on: source_of(folder.id), group: None, is_owner: true };
        add(folder.owner_id, AssetAccess::Edit, source);
    }
    let (_, group_ids) = parts(along.iter().map(|share| share.with));
    let members = shares::members(db, &group_ids, i64::try_from(SHOWN_MAX).unwrap_or(i64::MAX) + 1)?;
    let mut has_more = members.len() > SHOWN_MAX || along.len() == SHOWN_MAX;
    let groups = groups::find_all(db, &group_ids)?.into_iter().map(|group| (group.id, group.name)).collect::<HashMap<_, _>>();
    for share in along {
        let (on, access) = (source_of(share.asset), AssetAccess::from(share.level));
        match share.with {
            ShareWith::User(user) => add(user, access, AccessSource { on, group: None, is_owner: false }),
            ShareWith::Group(group) => {
                for (_, user) in members.iter().filter(|(of, _)| *of == group) {
                    let group = groups.get(&group).cloned();
                    add(*user, access, AccessSource { on: on.clone(), group, is_owner: false });
                }
            }
        }
    }
    let mut users = users::find_all(db, &known.keys().copied().collect::<Vec<_>>())?;
    has_more |= users.len() > SHOWN_MAX;
    users.truncate(SHOWN_MAX);
    let rows = users.into_iter().filter_map(|user| {
        let (access, sources) = known.remove(&user.id)?;
        Some(UserAccess { status: user.status(now), user, access, sources })
    });
    Ok((rows.collect(), has_more))
}

/// Refusal of a share.
#[derive(Debug, thiserror::Error)]
pub enum ShareError {
    /// The user or group was deleted.
    #[error("the user or group is gone")]
    Gone,
    /// Not named, since not everyone may know of them.
    #[error("the user is not active")]
    NotActive,
    /// The user owns the asset.
    #[error("the user is the owner")]
    IsOwner { name: String },
    #[error(transparent)]
    Action(#[from] ActionError),
}

action_error_from_store!(ShareError);

/// Shares an asset, or changes the level of the share. Returns the name of the user or group.
pub fn share(
    ctx: &Context,
    submission: &Submission<String>,
    id: AssetId,
    with: ShareWith,
    level: ShareLevel,
) -> Result<String, ShareError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        // Locks users and groups before assets, and looks at them only for an owner.
        let found = grantee(work, with)?;
        assets::lock(work.tx, id)?;
        let asset = find_own(work.tx.db(), &work.actor, id)?;
        let (grantee, user) = found.ok_or(ShareError::Gone)?;
        let name = grantee.name.clone();
        let before = shares::level(work.tx.db(), id, with)?;
        if let Some(user) = user.filter(|_| before.is_none()) {
            if user.id == asset.owner_id {
                return Err(ShareError::IsOwner { name });
            }
            let access = Some(AssetAccess::Owner);
            match work.require(AssetAction::ShareWithUser { access, target: user.target(work.now) }) {
                Err(ActionError::Refused { denial: PolicyDenial::Status(_), .. }) => return Err(ShareError::NotActive),
                other => other?,
            }
        }
        let event = match before {
            Some(before) if before == level => return Err(ActionError::is_so(name).into()),
            Some(before) => AuditEvent::AssetShareChanged { with: grantee, before, after: level },
            None => AuditEvent::AssetShared { with: grantee, level },
        };
        shares::set(work.tx, id, with, level)?;
        work.record(&asset, &event);
        Ok(name)
    })
}

/// Removes a share. Returns the name of the user or group.
pub fn unshare(ctx: &Context, submission: &Submission<String>, id: AssetId, with: ShareWith) -> Result<String, ShareError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        let found = grantee(work, with)?;
        assets::lock(work.tx, id)?;
        let asset = find_own(work.tx.db(), &work.actor, id)?;
        let (grantee, _) = found.ok_or(ShareError::Gone)?;
        let name = grantee.name.clone();
        let level = shares::level(work.tx.db(), id, with)?.ok_or_else(|| ActionError::is_so(name.clone()))?;
        shares::remove(work.tx, id, with)?;
        work.record(&asset, &AuditEvent::AssetShareRemoved { with: grantee, level });
        Ok(name)
    })
}

/// Finds and locks a user or a custom group.
fn grantee(work: &mut UnitOfWork<'_, '_>, with: ShareWith) -> Result<Option<(Grantee, Option<User>)>, StoreError> {
    Ok(match with {
        ShareWith::User(id) => {
            users::lock(work.tx, id)?.map(|user| (Grantee { kind: SubjectKind::User, id: id.0, name: user.display_name() }, Some(user)))
        }
        ShareWith::Group(id) => groups::lock(work.tx, id)?
            .filter(|group| group.kind == GroupKind::Custom)
            .map(|group| (Grantee { kind: SubjectKind::Group, id: id.0, name: group.name }, None)),
    })
}
