//! Deleted assets, until they are restored or removed permanently.

use chrono::DateTime;
use diesel::{
    dsl::{count_star, sql},
    prelude::*,
    sql_types::{BigInt, Bool, Timestamp as SqlTimestamp},
};

use crate::{
    domain::{
        asset::AssetKind,
        clock::Timestamp,
        ids::{AssetId, UserId},
    },
    store::{
        Database, StoreError, Tx,
        backend::{self, lock_row},
        connection::MultiBackend,
        page::{COUNT_MAX, Count, Key, Position, Slice},
        schema::{asset_ancestors, assets},
    },
};

use super::Asset;

/// Root of a deletion: an asset that was deleted, with everything in it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = assets)]
pub struct DeletedAsset {
    pub id: AssetId,
    pub kind: AssetKind,
    pub name: String,
    pub owner_id: UserId,
    pub folder_id: Option<AssetId>,
    #[diesel(select_expression = assets::deleted_at.assume_not_null())]
    pub deleted_at: Timestamp,
}

impl DeletedAsset {
    /// Position in a list sorted by the time of deletion.
    pub fn key(&self) -> Key {
        Key { sort_key: self.deleted_at.and_utc().timestamp_micros().to_string(), id: self.id.0 }
    }
}

/// Number of assets of each kind in a folder, itself included.
pub fn counts(db: &mut Database, root: AssetId) -> Result<Vec<(AssetKind, i64)>, StoreError> {
    Ok(content(root).group_by(assets::kind).select((assets::kind, count_star())).load(db)?)
}

#[diesel::dsl::auto_type]
fn content(root: AssetId) -> _ {
    let joined = asset_ancestors::table.inner_join(assets::table.on(assets::id.eq(asset_ancestors::asset_id)));
    joined.filter(asset_ancestors::ancestor_id.eq(root)).filter(assets::deleted_at.is_null())
}

/// The first assets in a folder by name, without the folder.
pub fn first_in(db: &mut Database, root: AssetId, limit: i64) -> Result<Vec<Asset>, StoreError> {
    let found = content(root).filter(asset_ancestors::depth.gt(0)).order((assets::sort_key, assets::id));
    Ok(found.limit(limit).select(Asset::as_select()).load(db)?)
}

/// The first assets in a folder that belong to other owners.
pub fn first_of_others(db: &mut Database, root: AssetId, owner: UserId, limit: i64) -> Result<Vec<Asset>, StoreError> {
    let found = content(root).filter(assets::owner_id.ne(owner)).order((assets::sort_key, assets::id));
    Ok(found.limit(limit).select(Asset::as_select()).load(db)?)
}

/// Deletes an asset with everything in it. Returns the number of deleted assets.
pub fn delete(tx: &mut Tx<'_>, root: AssetId, by: Option<UserId>, now: Timestamp) -> Result<usize, StoreError> {
    let all = asset_ancestors::table.filter(asset_ancestors::ancestor_id.eq(root)).select(asset_ancestors::asset_id);
    Ok(diesel::update(assets::table.filter(assets::deleted_at.is_null()).filter(assets::id.eq_any(all)))
        .set((assets::deleted_at.eq(Some(now)), assets::deleted_by.eq(by.map(|by| by.0)), assets::deleted_root.eq(Some(root.0))))
        .execute(tx.db())?)
}

type Query<'a> = assets::BoxedQuery<'a, MultiBackend>;

/// Roots of deletions since `since`, of one owner or of all.
fn roots<'a>(owner: Option<UserId>, since: Timestamp) -> Query<'a> {
    let deleted = assets::table.filter(assets::deleted_at.gt(since)).filter(assets::deleted_root.eq(assets::id.nullable())).into_boxed();
    match owner {
        Some(owner) => deleted.filter(assets::owner_id.eq(owner)),
        None => deleted,
    }
}

/// One page of the roots of deletions since `since`, latest first. `None` for a key that [`DeletedAsset::key`] did not
/// make.
pub fn list(
    db: &mut Database,
    owner: Option<UserId>,
    since: Timestamp,
    position: &Position,
    limit: usize,
) -> Result<Option<Slice<DeletedAsset>>, StoreError> {
    let mut query = roots(owner, since);
    if let Position::After(key) | Position::Before(key) = position {
        let micros = key.sort_key.parse().ok().filter(|micros| *micros >= 0);
        let Some(at) = micros.and_then(DateTime::from_timestamp_micros) else { return Ok(None) };
        let than = if position.is_backward() { ">" } else { "<" };
        let place = sql::<Bool>(&format!("(assets.deleted_at, assets.id) {than} ("));
        query = query.filter(place.bind::<SqlTimestamp, _>(at.naive_utc()).sql(", ").bind::<BigInt, _>(key.id).sql(")"));
    }
    query = if position.is_backward() {
        query.order((assets::deleted_at.asc(), assets::id.asc()))
    } else {
        query.order((assets::deleted_at.desc(), assets::id.desc()))
    };
    let found = query.limit(backend::one_more(limit)).select(DeletedAsset::as_select()).load(db)?;
    Ok(Some(Slice::new(found, position, limit)))
}

/// Number of the roots of deletions since `since`.
pub fn count(db: &mut Database, owner: Option<UserId>, since: Timestamp) -> Result<Count, StoreError> {
    Ok(Count::of(roots(owner, since).select(assets::id).limit(COUNT_MAX + 1).load::<i64>(db)?.len()))
}

/// Reads the root of a deletion and locks it until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: AssetId, since: Timestamp) -> Result<Option<DeletedAsset>, StoreError> {
    lock_row(tx.db(), "assets", id.0)?;
    Ok(roots(None, since).filter(assets::id.eq(id)).select(DeletedAsset::as_select()).first(tx.db()).optional()?)
}

/// Finds a deletion by this user, with the number of deleted assets.
pub fn find_by(db: &mut Database, root: AssetId, by: UserId) -> Result<Option<(DeletedAsset, i64)>, StoreError> {
    let found = assets::table.find(root).filter(assets::deleted_root.eq(assets::id.nullable())).filter(assets::deleted_by.eq(Some(by.0)));
    let Some(asset) = found.select(DeletedAsset::as_select()).first(db).optional()? else { return Ok(None) };
    let count = assets::table.filter(assets::deleted_root.eq(Some(root.0))).count().get_result(db)?;
    Ok(Some((asset, count)))
}

/// Restores a deletion. Returns the number of restored assets.
pub fn restore(tx: &mut Tx<'_>, root: AssetId) -> Result<usize, StoreError> {
    Ok(diesel::update(assets::table.filter(assets::deleted_root.eq(Some(root.0))))
        .set((
            assets::deleted_at.eq(None::<Timestamp>),
            assets::deleted_by.eq(None::<i64>),
            assets::deleted_root.eq(None::<i64>),
            assets::version.eq(assets::version + 1),
        ))
        .execute(tx.db())?)
}

/// Permanently removes assets deleted until `before`, at most `limit`; returns their number.
pub fn purge(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<usize, StoreError> {
    let ids = assets::table.filter(assets::deleted_at.le(before)).order((assets::deleted_at, assets::id)).limit(limit);
    let ids = ids.select(assets::id).load::<i64>(tx.db())?;
    // Skips assets that were restored meanwhile.
    diesel::delete(assets::table.filter(assets::deleted_at.le(before)).filter(assets::id.eq_any(&ids))).execute(tx.db())?;
    Ok(ids.len())
}

/// Permanently removes the assets of a user that were deleted until `before`.
pub fn purge_of(tx: &mut Tx<'_>, owner: UserId, before: Timestamp) -> Result<(), StoreError> {
    diesel::delete(assets::table.filter(assets::owner_id.eq(owner)).filter(assets::deleted_at.le(before))).execute(tx.db())?;
    Ok(())
}
