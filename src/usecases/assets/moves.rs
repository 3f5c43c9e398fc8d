//! Moves in the tree of folders.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::{
        asset::{DEPTH_MAX, ShareLevel},
        audit::{AuditEvent, Named},
        ids::{AssetId, GroupId, UserId},
        policy::AssetAction,
        search::SearchTerm,
    },
    store::{
        Database, StoreError,
        assets::{
            self, Asset,
            shares::{self, ShareWith},
            tree,
        },
        page::Slice,
        users::User,
    },
    usecases::{
        ActionError, Context, Submission,
        shared::{scoped_actor::ScopedActor, transaction::Rights},
    },
};

use super::{TreeError, find_editable, find_target, path, shares::names};

/// Most folders that are offered.
pub const FOLDERS_MAX: usize = 20;

/// Most shares along a path, and most members of groups, that are compared.
const COMPARED_MAX: i64 = 1000;

/// An asset with the folders to which it can be moved.
#[derive(Debug, Clone)]
pub struct MoveOptions {
    pub asset: Asset,
    pub path: Vec<Asset>,
    pub folders: Slice<Asset>,
    /// True if the actor may move it to the top level, where it is not yet.
    pub may_be_top: bool,
}

pub fn options(ctx: &Context, user: &User, id: AssetId, search: Option<&SearchTerm>) -> Result<MoveOptions, ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, user)?;
        let (asset, access) = find_editable(db, &actor, id)?;
        let folders = assets::editable_folders(db, user.id, id, search, FOLDERS_MAX)?;
        let may_be_top = asset.folder_id.is_some() && actor.may(AssetAction::ManageAsset(Some(access)));
        Ok(MoveOptions { path: path(db, &actor, &asset)?, asset, folders, may_be_top })
    })
}

/// User or group whose access changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessChange {
    pub name: String,
    pub is_group: bool,
    /// Groups in the old or the new place through which a user has access.
    pub through: Vec<String>,
    pub before: Option<ShareLevel>,
    pub after: Option<ShareLevel>,
}

/// A move with its effects on access.
#[derive(Debug, Clone)]
pub struct MoveReview {
    pub asset: Asset,
    pub path: Vec<Asset>,
    /// `None` for the top level.
    pub to: Option<Asset>,
    pub gains: Vec<AccessChange>,
    pub loses: Vec<AccessChange>,
    /// True if the groups have more members than were compared.
    pub is_partial: bool,
}

pub fn review(ctx: &Context, user: &User, id: AssetId, to: Option<AssetId>) -> Result<MoveReview, TreeError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, user)?;
        let (asset, to) = require_move(db, &actor, id, to)?;
        let (changes, is_partial) = changes(db, &asset, to.as_ref())?;
        let (gains, loses) = changes.into_iter().partition(|change| change.after > change.before);
        Ok(MoveReview { path: path(db, &actor, &asset)?, asset, to, gains, loses, is_partial })
    })
}

/// Moves an asset with its content. Returns it and its new folder.
pub fn move_to(
    ctx: &Context,
    submission: &Submission<(Asset, Option<Asset>)>,
    id: AssetId,
    to: Option<AssetId>,
) -> Result<(Asset, Option<Asset>), TreeError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        assets::lock(work.tx, id)?;
        let (asset, to) = require_move(work.tx.db(), &work.actor, id, to)?;
        let before = asset.folder_id.map(|folder| assets::find(work.tx.db(), folder)).transpose()?.flatten();
        tree::put(work.tx, id, to.as_ref().map(|to| to.id), work.actor.id(), work.now)?;
        let named = |folder: &Asset| Named::new(folder.id.0, &folder.name);
        let event = AuditEvent::AssetMoved { before: before.as_ref().map(named), after: to.as_ref().map(named) };
        work.record(&asset, &event);
        Ok((asset, to))
    })
}

/// Finds the asset and its new folder, if the actor may move it there.
fn require_move(db: &mut Database, actor: &ScopedActor, id: AssetId, to: Option<AssetId>) -> Result<(Asset, Option<Asset>), TreeError> {
    let (asset, access) = find_editable(db, actor, id)?;
    let Some(to) = to else {
        actor.authorise(AssetAction::ManageAsset(Some(access)))?;
        return if asset.folder_id.is_none() { Err(ActionError::is_so(asset.name).into()) } else { Ok((asset, None)) };
    };
    let to = find_target(db, actor, to)?;
    if tree::is_within(db, to.id, id)? {
        return Err(TreeError::InItself);
    }
    if asset.folder_id == Some(to.id) {
        return Err(ActionError::is_so(asset.name).into());
    }
    if tree::depth(db, to.id)? + 1 + tree::height(db, id)? > DEPTH_MAX {
        return Err(TreeError::TooDeep);
    }
    Ok((asset, Some(to)))
}

/// Access by each user and group.
type Grants = BTreeMap<(bool, i64), ShareLevel>;

fn grant(grants: &mut Grants, with: ShareWith, level: ShareLevel) {
    let key = match with {
        ShareWith::User(id) => (false, id.0),
        ShareWith::Group(id) => (true, id.0),
    };
    let known = grants.entry(key).or_insert(level);
    *known = level.max(*known);
}

/// Access that a folder and those above it give.
fn grants(db: &mut Database, folder: Option<&Asset>) -> Result<Grants, StoreError> {
    let mut grants = Grants::new();
    let Some(folder) = folder else { return Ok(grants) };
    let owners = tree::above(db, folder.id)?.into_iter().map(|folder| folder.owner_id);
    for owner in owners.chain([folder.owner_id]) {
        grant(&mut grants, ShareWith::User(owner), ShareLevel::Edit);
    }
    for share in shares::along(db, folder.id, COMPARED_MAX)? {
        grant(&mut grants, share.with, share.level);
    }
    Ok(grants)
}

/// Users and groups whose access changes by a move, by name, and a flag for further members of groups. Access to the
/// asset itself is kept.
fn changes(db: &mut Database, asset: &Asset, to: Option<&Asset>) -> Result<(Vec<AccessChange>, bool), StoreError> {
    let from = asset.folder_id.map(|folder| assets::find(db, folder)).transpose()?.flatten();
    let (before, after) = (grants(db, from.as_ref())?, grants(db, to)?);
    let mut own = Grants::new();
    for share in shares::along(db, asset.id, COMPARED_MAX)?.iter().filter(|share| share.asset == asset.id) {
        grant(&mut own, share.with, share.level);
    }
    let groups = before.keys().chain(after.keys()).chain(own.keys()).filter(|(is_group, _)| *is_group);
    let groups = groups.map(|(_, id)| GroupId(*id)).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
    let mut members = shares::members(db, &groups, COMPARED_MAX + 1)?;
    let is_partial = members.len() > usize::try_from(COMPARED_MAX).unwrap_or(usize::MAX);
    members.truncate(usize::try_from(COMPARED_MAX).unwrap_or(usize::MAX));
    let mut groups_of = BTreeMap::<i64, Vec<i64>>::new();
    for (group, user) in members {
        groups_of.entry(user.0).or_default().push(group.0);
    }
    let members = groups_of.keys().map(|user| (false, *user)).collect::<Vec<_>>();
    let groups_of = |key: &(bool, i64)| if key.0 { &[][..] } else { groups_of.get(&key.1).map_or(&[][..], Vec::as_slice) };
    let level = |grants: &Grants, key: &(bool, i64)| {
        let through = groups_of(key).iter().map(|group| (true, *group));
        through.chain([*key]).filter_map(|key| grants.get(&key).copied().max(own.get(&key).copied())).max()
    };
    let keys = before.keys().chain(after.keys()).copied().chain(members).collect::<BTreeSet<_>>();
    let differing = keys.into_iter().filter(|key| *key != (false, asset.owner_id.0) && level(&before, key) != level(&after, key));
    let differing = differing.collect::<Vec<_>>();
    let with = |&(is_group, id): &(bool, i64)| if is_group { ShareWith::Group(GroupId(id)) } else { ShareWith::User(UserId(id)) };
    let concerned = differing.iter().map(with).chain(groups.iter().map(|id| ShareWith::Group(*id))).collect::<Vec<_>>();
    let names = names(db, &concerned)?;
    let change = |key: &(bool, i64)| {
        let through = groups_of(key).iter().filter(|group| before.contains_key(&(true, **group)) || after.contains_key(&(true, **group)));
        let through = through.filter_map(|group| names.get(&ShareWith::Group(GroupId(*group))).cloned()).collect();
        let (before, after) = (level(&before, key), level(&after, key));
        Some(AccessChange { name: names.get(&with(key))?.clone(), is_group: key.0, through, before, after })
    };
    let mut changes = differing.iter().filter_map(change).collect::<Vec<_>>();
    changes.sort_by(|one, other| (!one.is_group, &one.name).cmp(&(!other.is_group, &other.name)));
    Ok((changes, is_partial))
}
