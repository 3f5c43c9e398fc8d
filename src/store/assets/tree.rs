//! The tree of folders. Moves and deletions hold the company's exclusive lock, which orders them; creations share it.

use diesel::{dsl::max, prelude::*};

use crate::{
    domain::{
        clock::Timestamp,
        ids::{AssetId, UserId},
    },
    store::{
        Database, StoreError, Tx,
        schema::{asset_ancestors, asset_shares, assets},
    },
};

use super::{Asset, run, shares};

/// Folders above an asset, from the top level down.
pub fn above(db: &mut Database, id: AssetId) -> Result<Vec<Asset>, StoreError> {
    Ok(asset_ancestors::table
        .inner_join(assets::table.on(assets::id.eq(asset_ancestors::ancestor_id)))
        .filter(asset_ancestors::asset_id.eq(id))
        .filter(asset_ancestors::depth.gt(0))
        .order(asset_ancestors::depth.desc())
        .select(Asset::as_select())
        .load(db)?)
}

/// The asset and the folders above it, as far as they are shared with a user or their groups.
pub fn shared_along(db: &mut Database, id: AssetId, user: UserId) -> Result<Vec<AssetId>, StoreError> {
    Ok(asset_ancestors::table
        .inner_join(asset_shares::table.on(asset_shares::asset_id.eq(asset_ancestors::ancestor_id)))
        .filter(asset_ancestors::asset_id.eq(id))
        .filter(shares::are_with(user))
        .select(asset_shares::asset_id)
        .load(db)?)
}

/// Number of folders above an asset.
pub fn depth(db: &mut Database, id: AssetId) -> Result<i32, StoreError> {
    let depth = asset_ancestors::table.filter(asset_ancestors::asset_id.eq(id)).select(max(asset_ancestors::depth));
    Ok(depth.first::<Option<i32>>(db)?.unwrap_or(0))
}

/// Number of levels in a folder.
pub fn height(db: &mut Database, id: AssetId) -> Result<i32, StoreError> {
    let height = asset_ancestors::table.filter(asset_ancestors::ancestor_id.eq(id)).select(max(asset_ancestors::depth));
    Ok(height.first::<Option<i32>>(db)?.unwrap_or(0))
}

/// True for the folder itself and for everything in it.
pub fn is_within(db: &mut Database, id: AssetId, folder: AssetId) -> Result<bool, StoreError> {
    Ok(diesel::select(diesel::dsl::exists(asset_ancestors::table.find((id, folder)))).get_result(db)?)
}

pub(super) fn insert(tx: &mut Tx<'_>, id: AssetId, folder: Option<AssetId>) -> Result<(), StoreError> {
    diesel::insert_into(asset_ancestors::table)
        .values((asset_ancestors::asset_id.eq(id), asset_ancestors::ancestor_id.eq(id), asset_ancestors::depth.eq(0)))
        .execute(tx.db())?;
    folder.map_or(Ok(()), |folder| attach(tx, id, folder))
}

/// Moves an asset with its content into a folder, or to the top level.
pub fn put(tx: &mut Tx<'_>, id: AssetId, folder: Option<AssetId>, by: Option<UserId>, now: Timestamp) -> Result<(), StoreError> {
    diesel::update(assets::table.find(id))
        .set((
            assets::folder_id.eq(folder.map(|id| id.0)),
            assets::changed_at.eq(now),
            assets::changed_by.eq(by.map(|by| by.0)),
            assets::version.eq(assets::version + 1),
        ))
        .execute(tx.db())?;
    let content = format!("SELECT asset_id FROM asset_ancestors WHERE ancestor_id = {id}");
    run(tx, &format!("DELETE FROM asset_ancestors WHERE asset_id IN ({content}) AND ancestor_id NOT IN ({content})"))?;
    folder.map_or(Ok(()), |folder| attach(tx, id, folder))
}

/// Adds the folders from `folder` upwards to everything in `id`.
fn attach(tx: &mut Tx<'_>, id: AssetId, folder: AssetId) -> Result<(), StoreError> {
    run(
        tx,
        &format!(
            "INSERT INTO asset_ancestors (asset_id, ancestor_id, depth) \
             SELECT content.asset_id, above.ancestor_id, content.depth + above.depth + 1 \
             FROM asset_ancestors AS content CROSS JOIN asset_ancestors AS above \
             WHERE content.ancestor_id = {id} AND above.asset_id = {folder}"
        ),
    )?;
    Ok(())
}
