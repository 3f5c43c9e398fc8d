//! Owners of assets, changed for many at once.

use diesel::prelude::*;

use crate::{
    domain::{
        clock::Timestamp,
        ids::{AssetId, UserId},
    },
    store::{
        Database, StoreError, Tx,
        schema::{asset_ancestors, assets},
    },
};

use super::run;

/// Assets of one owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owned {
    One(AssetId),
    /// A folder, and everything in it that its owner owns.
    WithContent(AssetId),
    All,
}

/// Number of these assets by kind.
pub fn counts(db: &mut Database, which: Owned, owner: UserId) -> Result<Vec<(crate::domain::asset::AssetKind, i64)>, StoreError> {
    let found = assets::table.filter(assets::owner_id.eq(owner)).filter(assets::deleted_at.is_null());
    let numbers = (assets::kind, diesel::dsl::count_star());
    Ok(match which {
        Owned::One(id) => found.filter(assets::id.eq(id)).group_by(assets::kind).select(numbers).load(db)?,
        Owned::WithContent(id) => found.filter(assets::id.eq_any(content(id))).group_by(assets::kind).select(numbers).load(db)?,
        Owned::All => found.group_by(assets::kind).select(numbers).load(db)?,
    })
}

#[diesel::dsl::auto_type]
fn content(id: AssetId) -> _ {
    asset_ancestors::table.filter(asset_ancestors::ancestor_id.eq(id)).select(asset_ancestors::asset_id)
}

/// Ids of the first of these assets.
pub fn first_ids(db: &mut Database, which: Owned, owner: UserId, limit: i64) -> Result<Vec<i64>, StoreError> {
    let found = assets::table.filter(assets::owner_id.eq(owner)).filter(assets::deleted_at.is_null());
    let found = found.order(assets::id).limit(limit).select(assets::id);
    Ok(match which {
        Owned::One(id) => found.filter(assets::id.eq(id)).load(db)?,
        Owned::WithContent(id) => found.filter(assets::id.eq_any(content(id))).load(db)?,
        Owned::All => found.load(db)?,
    })
}

/// A change of owner. With `keeps_edit`, the old owner has a share to edit.
#[derive(Debug, Clone, Copy)]
pub struct OwnerChange {
    pub which: Owned,
    pub from: UserId,
    pub to: UserId,
    pub keeps_edit: bool,
    pub by: Option<UserId>,
    pub now: Timestamp,
}

/// Changes the owner of all these assets. Their shares with the new owner end. Returns the number of assets.
pub fn change(tx: &mut Tx<'_>, change: OwnerChange) -> Result<usize, StoreError> {
    let OwnerChange { which, from, to, keeps_edit, by, now } = change;
    let among = match which {
        Owned::One(id) => format!("AND id = {id}"),
        Owned::WithContent(id) => format!("AND id IN (SELECT asset_id FROM asset_ancestors WHERE ancestor_id = {id})"),
        Owned::All => String::new(),
    };
    let moved = format!("SELECT id FROM assets WHERE owner_id = {from} AND deleted_at IS NULL {among}");
    let (by, now) = (by.map_or_else(|| "NULL".to_owned(), |by| by.to_string()), now.format("%Y-%m-%d %H:%M:%S%.6f"));
    run(tx, &format!("DELETE FROM asset_shares WHERE user_id = {to} AND asset_id IN ({moved})"))?;
    if keeps_edit {
        run(
            tx,
            &format!(
                "INSERT INTO asset_shares (asset_id, user_id, level, shared_by, shared_at) \
                 SELECT moved.id, {from}, 'edit', {by}, '{now}' FROM ({moved}) AS moved"
            ),
        )?;
    }
    run(
        tx,
        &format!(
            "UPDATE assets SET owner_id = {to}, changed_at = '{now}', changed_by = {by}, version = version + 1 \
             WHERE owner_id = {from} AND deleted_at IS NULL {among}"
        ),
    )
}
