//! Shares of assets with users and groups.

use std::collections::HashMap;

use diesel::{
    dsl::{count, min, sql},
    expression::SqlLiteral,
    prelude::*,
    sql_types::Bool,
};

use crate::{
    domain::{
        asset::ShareLevel,
        ids::{AssetId, GroupId, UserId},
    },
    store::{
        Database, StoreError, Tx,
        schema::{asset_ancestors, asset_shares, deleted_shares, memberships},
        views::users,
    },
};

use super::{Asset, run};

/// User or group with whom an asset is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ShareWith {
    User(UserId),
    Group(GroupId),
}

/// A share of an asset or of a folder above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    pub asset: AssetId,
    pub with: ShareWith,
    pub level: ShareLevel,
}

type Row = (AssetId, Option<UserId>, Option<GroupId>, ShareLevel);

/// Condition on `asset_shares`: with the user or one of their groups. Ids are integers, so literals are safe.
pub(super) fn with(user: UserId) -> String {
    format!(
        "(asset_shares.user_id = {user} OR asset_shares.group_id IN \
         (SELECT memberships.group_id FROM memberships WHERE memberships.user_id = {user}))"
    )
}

pub(super) fn are_with(user: UserId) -> SqlLiteral<Bool> {
    sql(&with(user))
}

/// Shares of the asset and of the folders above it, the nearest first; at most `limit`.
pub fn along(db: &mut Database, asset: AssetId, limit: i64) -> Result<Vec<Share>, StoreError> {
    let rows = asset_ancestors::table
        .inner_join(asset_shares::table.on(asset_shares::asset_id.eq(asset_ancestors::ancestor_id)))
        .filter(asset_ancestors::asset_id.eq(asset))
        .order((asset_ancestors::depth, asset_shares::id))
        .limit(limit)
        .select((asset_shares::asset_id, asset_shares::user_id, asset_shares::group_id, asset_shares::level))
        .load::<Row>(db)?;
    Ok(rows.into_iter().filter_map(share).collect())
}

fn share((asset, user, group, level): Row) -> Option<Share> {
    let with = user.map(ShareWith::User).or_else(|| group.map(ShareWith::Group))?;
    Some(Share { asset, with, level })
}

/// Users and groups with whom an asset itself is shared: their numbers, and one of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SharedNumbers {
    pub groups: i64,
    pub group: Option<GroupId>,
    pub users: i64,
    pub user: Option<UserId>,
}

/// Numbers for each of these assets that is shared.
pub fn numbers(db: &mut Database, assets: impl IntoIterator<Item = AssetId>) -> Result<HashMap<AssetId, SharedNumbers>, StoreError> {
    let rows = asset_shares::table
        .filter(asset_shares::asset_id.eq_any(assets.into_iter().map(|id| id.0).collect::<Vec<_>>()))
        .group_by(asset_shares::asset_id)
        .select((
            asset_shares::asset_id,
            count(asset_shares::group_id),
            min(asset_shares::group_id),
            count(asset_shares::user_id),
            min(asset_shares::user_id),
        ))
        .load::<(AssetId, i64, Option<GroupId>, i64, Option<UserId>)>(db)?;
    Ok(rows.into_iter().map(|(id, groups, group, users, user)| (id, SharedNumbers { groups, group, users, user })).collect())
}

/// Level of the share with this user or group.
pub fn level(db: &mut Database, asset: AssetId, with: ShareWith) -> Result<Option<ShareLevel>, StoreError> {
    let shares = asset_shares::table.filter(asset_shares::asset_id.eq(asset)).select(asset_shares::level);
    Ok(match with {
        ShareWith::User(user) => shares.filter(asset_shares::user_id.eq(Some(user.0))).first(db).optional()?,
        ShareWith::Group(group) => shares.filter(asset_shares::group_id.eq(Some(group.0))).first(db).optional()?,
    })
}

/// Shares an asset, or changes the level of the share.
pub fn set(tx: &mut Tx<'_>, asset: AssetId, with: ShareWith, level: ShareLevel) -> Result<(), StoreError> {
    remove(tx, asset, with)?;
    let (user, group) = match with {
        ShareWith::User(user) => (Some(user.0), None),
        ShareWith::Group(group) => (None, Some(group.0)),
    };
    diesel::insert_into(asset_shares::table)
        .values((
            asset_shares::asset_id.eq(asset),
            asset_shares::user_id.eq(user),
            asset_shares::group_id.eq(group),
            asset_shares::level.eq(level),
        ))
        .execute(tx.db())?;
    Ok(())
}

pub fn remove(tx: &mut Tx<'_>, asset: AssetId, with: ShareWith) -> Result<(), StoreError> {
    let shares = asset_shares::table.filter(asset_shares::asset_id.eq(asset));
    match with {
        ShareWith::User(user) => diesel::delete(shares.filter(asset_shares::user_id.eq(Some(user.0)))).execute(tx.db())?,
        ShareWith::Group(group) => diesel::delete(shares.filter(asset_shares::group_id.eq(Some(group.0)))).execute(tx.db())?,
    };
    Ok(())
}

/// Number of assets that are shared with a user directly.
pub fn count_with(db: &mut Database, user: UserId) -> Result<i64, StoreError> {
    Ok(asset_shares::table.filter(asset_shares::user_id.eq(Some(user.0))).count().get_result(db)?)
}

/// Removes all shares with a user who is deleted, and keeps them for a restoration.
pub fn keep_all(tx: &mut Tx<'_>, user: UserId) -> Result<(), StoreError> {
    let kept = format!("INSERT INTO deleted_shares SELECT user_id, asset_id, level FROM asset_shares WHERE user_id = {user}");
    run(tx, &kept)?;
    diesel::delete(asset_shares::table.filter(asset_shares::user_id.eq(Some(user.0)))).execute(tx.db())?;
    Ok(())
}

/// Shares kept for a user, which are kept no longer. Deleted assets are left out.
pub fn take_kept(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<(Asset, ShareLevel)>, StoreError> {
    let kept = deleted_shares::table.filter(deleted_shares::user_id.eq(user.0));
    let levels = kept.select((deleted_shares::asset_id, deleted_shares::level)).load::<(i64, ShareLevel)>(tx.db())?;
    let mut shares = Vec::with_capacity(levels.len());
    for (asset, level) in levels {
        shares.extend(super::find(tx.db(), AssetId(asset))?.map(|asset| (asset, level)));
    }
    diesel::delete(kept).execute(tx.db())?;
    Ok(shares)
}

/// The first members of these groups, with their groups.
pub fn members(db: &mut Database, groups: &[GroupId], limit: i64) -> Result<Vec<(GroupId, UserId)>, StoreError> {
    Ok(memberships::table
        .inner_join(users::table)
        .filter(memberships::group_id.eq_any(groups.iter().map(|id| id.0)))
        .order((users::sort_key, users::id))
        .limit(limit)
        .select((memberships::group_id, memberships::user_id))
        .load(db)?)
}
