//! Assets: rows, lists, shares and deletions. [`tree`] keeps the folders above each asset.

pub mod connections;
pub mod deleted;
mod list;
pub mod owner;
pub mod shares;
pub mod tree;
pub mod versions;

use diesel::{dsl::min, prelude::*, sql_query};

use crate::domain::{
    asset::{AssetAccess, AssetDetails, AssetKind, AssetOrder, ShareLevel},
    clock::Timestamp,
    ids::{AccountId, AssetId, UserId},
    search::{search_words, sort_key},
};

pub use list::{AssetQuery, Filter, Found, View, editable_folders, list, readable_among};

use super::{
    Database, StoreError, Tx,
    backend::lock_row,
    page::Key,
    schema::{asset_ancestors, asset_shares, assets},
};

/// An asset, with its place in the tree.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = assets)]
pub struct Asset {
    pub id: AssetId,
    pub kind: AssetKind,
    pub name: String,
    pub description: String,
    pub owner_id: UserId,
    /// `None` at the top level.
    pub folder_id: Option<AssetId>,
    pub account_id: Option<AccountId>,
    pub changed_at: Timestamp,
    pub changed_by: Option<UserId>,
    pub sort_key: String,
    pub version: i32,
}

impl Asset {
    /// Position in the order by name.
    pub fn key(&self) -> Key {
        Key { sort_key: self.sort_key.clone(), id: self.id.0 }
    }

    /// Position in an order. Times stand in keys as microseconds since 1970.
    pub fn key_in(&self, order: AssetOrder) -> Key {
        let time = || self.changed_at.and_utc().timestamp_micros().to_string();
        Key { sort_key: if order.by_change { time() } else { self.sort_key.clone() }, id: self.id.0 }
    }
}

/// Time in the key of an order by change.
fn changed_at(key: &Key) -> Option<Timestamp> {
    let micros = key.sort_key.parse::<i64>().ok()?;
    Some(chrono::DateTime::from_timestamp_micros(micros)?.naive_utc())
}

/// Finds an asset that is not deleted.
pub fn find(db: &mut Database, id: AssetId) -> Result<Option<Asset>, StoreError> {
    Ok(assets::table.find(id).filter(assets::deleted_at.is_null()).select(Asset::as_select()).first(db).optional()?)
}

/// The existing assets among `ids`, by name.
pub fn find_all(db: &mut Database, ids: &[AssetId]) -> Result<Vec<Asset>, StoreError> {
    let found = assets::table.filter(assets::id.eq_any(ids.iter().map(|id| id.0).collect::<Vec<_>>())).filter(assets::deleted_at.is_null());
    Ok(found.order((assets::sort_key, assets::id)).select(Asset::as_select()).load(db)?)
}

/// Reads an asset and locks it until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: AssetId) -> Result<Option<Asset>, StoreError> {
    lock_row(tx.db(), "assets", id.0)?;
    find(tx.db(), id)
}

/// A new asset.
#[derive(Debug, Clone, Copy)]
pub struct NewAsset<'a> {
    pub kind: AssetKind,
    pub details: &'a AssetDetails,
    pub owner: UserId,
    pub folder: Option<AssetId>,
    pub now: Timestamp,
}

pub fn insert(tx: &mut Tx<'_>, new: NewAsset<'_>) -> Result<AssetId, StoreError> {
    let name = new.details.name.as_str();
    let id = diesel::insert_into(assets::table)
        .values((
            assets::kind.eq(new.kind),
            assets::name.eq(name),
            assets::description.eq(new.details.description.as_str()),
            assets::owner_id.eq(new.owner),
            assets::folder_id.eq(new.folder.map(|id| id.0)),
            assets::account_id.eq(new.details.account.map(|id| id.0)),
            assets::created_at.eq(new.now),
            assets::changed_at.eq(new.now),
            assets::changed_by.eq(Some(new.owner.0)),
            assets::sort_key.eq(sort_key(name)),
            assets::search.eq(search_words(name)),
        ))
        .returning(assets::id)
        .get_result::<i64>(tx.db())?;
    tree::insert(tx, AssetId(id), new.folder)?;
    Ok(AssetId(id))
}

/// Saves edited details.
pub fn update(tx: &mut Tx<'_>, id: AssetId, details: &AssetDetails, by: Option<UserId>, now: Timestamp) -> Result<(), StoreError> {
    let name = details.name.as_str();
    diesel::update(assets::table.find(id))
        .set((
            assets::name.eq(name),
            assets::description.eq(details.description.as_str()),
            assets::account_id.eq(details.account.map(|id| id.0)),
            assets::sort_key.eq(sort_key(name)),
            assets::search.eq(search_words(name)),
            assets::changed_at.eq(now),
            assets::changed_by.eq(by.map(|by| by.0)),
            assets::version.eq(assets::version + 1),
        ))
        .execute(tx.db())?;
    Ok(())
}

/// Notes a change of what an asset holds.
pub fn touch(tx: &mut Tx<'_>, id: AssetId, by: Option<UserId>, now: Timestamp) -> Result<(), StoreError> {
    let changed = (assets::changed_at.eq(now), assets::changed_by.eq(by.map(|by| by.0)));
    diesel::update(assets::table.find(id)).set(changed).execute(tx.db())?;
    Ok(())
}

/// Access of a user by ownership and shares of the asset and of the folders above it.
pub fn access(db: &mut Database, user: UserId, id: AssetId) -> Result<Option<AssetAccess>, StoreError> {
    let owned = asset_ancestors::table
        .inner_join(assets::table.on(assets::id.eq(asset_ancestors::ancestor_id)))
        .filter(asset_ancestors::asset_id.eq(id))
        .filter(assets::owner_id.eq(user))
        .select(min(asset_ancestors::depth))
        .first::<Option<i32>>(db)?;
    if let Some(depth) = owned {
        return Ok(Some(if depth == 0 { AssetAccess::Owner } else { AssetAccess::Edit }));
    }
    let shares = asset_ancestors::table
        .inner_join(asset_shares::table.on(asset_shares::asset_id.eq(asset_ancestors::ancestor_id)))
        .filter(asset_ancestors::asset_id.eq(id))
        .filter(shares::are_with(user));
    let levels = shares.select(asset_shares::level).distinct().load::<ShareLevel>(db)?;
    Ok(levels.into_iter().map(AssetAccess::from).max())
}

/// Runs a statement whose parameters are ids and times, so that literals are safe. Returns the number of rows.
fn run(tx: &mut Tx<'_>, statement: &str) -> Result<usize, StoreError> {
    Ok(sql_query(statement).execute(tx.db())?)
}
