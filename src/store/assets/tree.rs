//! The tree of folders. Moves and deletions hold the company's exclusive lock, which orders them; creations share it.

use diesel::{
    dsl::{max, sql},
    prelude::*,
    sql_types::{Bool, Text},
};

use crate::{
    domain::{
        clock::Timestamp,
        ids::{AssetId, UserId},
    },
    store::{
        Database, StoreError, Tx, backend,
        page::{Key, Position, Slice},
        schema::{asset_ancestors, asset_shares, assets},
    },
};

use super::{Asset, run, shares};

/// Most folders of a user in other folders that are searched for those at the top level.
const NESTED_MAX: i64 = 1000;

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

/// The first folders in a folder.
pub fn subfolders(db: &mut Database, folder: AssetId, limit: usize) -> Result<Slice<Asset>, StoreError> {
    first_folders(db, &format!("assets.folder_id = {folder}"), "", limit)
}

/// The first folders at the top level of a user: their own and those shared with them, without those in such a folder or
/// in `open`.
pub fn top_folders(db: &mut Database, user: UserId, open: Option<AssetId>, limit: usize) -> Result<Slice<Asset>, StoreError> {
    let at_top = first_folders(db, &format!("assets.owner_id = {user} AND assets.folder_id IS NULL"), "", limit)?;
    let nested = "nested.kind = 'folder' AND nested.folder_id IS NOT NULL AND nested.deleted_at IS NULL";
    let nested = format!("FROM assets AS nested WHERE nested.owner_id = {user} AND {nested} ORDER BY nested.sort_key, nested.id");
    let shared = format!("SELECT asset_shares.asset_id AS id FROM asset_shares WHERE {}", shares::with(user));
    let open = open.map(|open| format!(" OR folder.id = {open}")).unwrap_or_default();
    let inner = format!(
        "assets.id IN ({shared} UNION ALL SELECT first.id FROM (SELECT nested.id {nested} LIMIT {NESTED_MAX}) AS first) AND NOT EXISTS \
         (SELECT 1 FROM asset_ancestors AS upwards JOIN assets AS folder ON folder.id = upwards.ancestor_id \
         WHERE upwards.asset_id = assets.id AND upwards.depth > 0 AND (folder.owner_id = {user} OR folder.id IN ({shared}){open}))"
    );
    // Few rows, which are found by their ids and then sorted. A plus keeps SQLite from an index for the column.
    let plus = if matches!(db, Database::Sqlite(_)) { "+" } else { "" };
    let inner = first_folders(db, &inner, plus, limit)?;
    let is_cut = format!("(SELECT count(*) > {NESTED_MAX} FROM (SELECT nested.id {nested} LIMIT {NESTED_MAX} + 1) AS first)");
    let is_cut = diesel::select(sql::<Bool>(&is_cut)).get_result::<bool>(db)?;
    let mut rows = at_top.rows.into_iter().chain(inner.rows).collect::<Vec<_>>();
    rows.sort_by_key(Asset::key);
    rows.dedup_by_key(|folder| folder.id);
    let has_next = at_top.has_next || inner.has_next || rows.len() > limit || is_cut;
    rows.truncate(limit);
    Ok(Slice { rows, has_previous: false, has_next })
}

/// The first folders with this condition. Literals show the planner the partial indexes.
fn first_folders(db: &mut Database, condition: &str, plus: &str, limit: usize) -> Result<Slice<Asset>, StoreError> {
    let found = assets::table
        .filter(sql::<Bool>(&format!("{plus}assets.kind = 'folder' AND assets.deleted_at IS NULL AND {condition}")))
        .order(sql::<Text>(&format!("{plus}assets.sort_key, assets.id")))
        .limit(backend::one_more(limit))
        .select(Asset::as_select())
        .load(db)?;
    Ok(Slice::new(found, &Position::<Key>::First, limit))
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
