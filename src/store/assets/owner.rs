//! Owners of assets, changed for many at once.

use diesel::{
    dsl::{count_star, max, sql},
    expression::SqlLiteral,
    prelude::*,
    sql_types::Bool,
};

use crate::{
    domain::{
        asset::AssetKind,
        clock::Timestamp,
        ids::{AssetId, UserId},
    },
    store::{Database, StoreError, Tx, schema::assets},
};

use super::{Asset, run};

/// Assets of one owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owned {
    /// The owner's among these, as far as they are not deleted.
    These(Vec<AssetId>),
    /// The owner's among these and in these folders, as far as they are not deleted.
    WithContent(Vec<AssetId>),
    /// Assets of these kinds, deleted ones included.
    OfKinds(Vec<AssetKind>),
    /// Everything, deleted assets included.
    All,
}

impl Owned {
    /// Condition on `assets`. Ids are integers and kinds are words of ours, so literals are safe.
    fn condition(&self, owner: UserId) -> String {
        let among = match self {
            Self::These(ids) => format!(" AND deleted_at IS NULL AND id IN ({})", list(ids)),
            Self::WithContent(ids) => {
                let content = format!("SELECT asset_id FROM asset_ancestors WHERE ancestor_id IN ({})", list(ids));
                format!(" AND deleted_at IS NULL AND id IN ({content})")
            }
            Self::OfKinds(kinds) => {
                let kinds = kinds.iter().map(|kind| format!("'{}'", kind.as_str())).collect::<Vec<_>>().join(", ");
                format!(" AND kind IN ({kinds})")
            }
            Self::All => String::new(),
        };
        format!("owner_id = {owner}{among}")
    }

    fn among(&self, owner: UserId) -> SqlLiteral<Bool> {
        sql(&self.condition(owner))
    }
}

fn list(ids: &[AssetId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Numbers of these assets by kind, without deleted ones.
pub fn counts(db: &mut Database, which: &Owned, owner: UserId) -> Result<Vec<(AssetKind, i64)>, StoreError> {
    let found = assets::table.filter(which.among(owner)).filter(assets::deleted_at.is_null());
    let mut counts = found.group_by(assets::kind).select((assets::kind, count_star())).load::<(AssetKind, i64)>(db)?;
    counts.sort_unstable();
    Ok(counts)
}

/// Deleted assets of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedKind {
    pub kind: AssetKind,
    pub count: i64,
    /// Time of the last deletion.
    pub last: Timestamp,
}

/// Assets of a user that were deleted since `since`, by kind.
pub fn deleted_counts(db: &mut Database, owner: UserId, since: Timestamp) -> Result<Vec<DeletedKind>, StoreError> {
    let found = assets::table.filter(assets::owner_id.eq(owner)).filter(assets::deleted_at.gt(since));
    let counts = found.group_by(assets::kind).select((assets::kind, count_star(), max(assets::deleted_at)));
    let counts = counts.load::<(AssetKind, i64, Option<Timestamp>)>(db)?.into_iter();
    Ok(counts.filter_map(|(kind, count, last)| Some(DeletedKind { kind, count, last: last? })).collect())
}

/// The first of these assets by name, without deleted ones.
pub fn first(db: &mut Database, which: &Owned, owner: UserId, limit: i64) -> Result<Vec<Asset>, StoreError> {
    let found = assets::table.filter(which.among(owner)).filter(assets::deleted_at.is_null());
    Ok(found.order((assets::sort_key, assets::id)).limit(limit).select(Asset::as_select()).load(db)?)
}

/// Ids of the first of these assets.
pub fn first_ids(db: &mut Database, which: &Owned, owner: UserId, limit: i64) -> Result<Vec<i64>, StoreError> {
    Ok(assets::table.filter(which.among(owner)).order(assets::id).limit(limit).select(assets::id).load(db)?)
}

/// A change of owner. With `keeps_edit`, the old owner has a share to edit of what is not deleted.
#[derive(Debug, Clone, Copy)]
pub struct OwnerChange<'a> {
    pub which: &'a Owned,
    pub from: UserId,
    pub to: UserId,
    pub keeps_edit: bool,
}

/// Changes the owner of all these assets, which leaves the time of their last change. Their shares with the new owner
/// end. Returns the number of assets.
pub fn change(tx: &mut Tx<'_>, change: OwnerChange<'_>) -> Result<usize, StoreError> {
    let OwnerChange { which, from, to, keeps_edit } = change;
    let these = which.condition(from);
    // OFFSET keeps PostgreSQL from reading all assets before the shares.
    let shared = format!("SELECT 1 FROM assets WHERE assets.id = asset_shares.asset_id AND {these} LIMIT 1 OFFSET 0");
    run(tx, &format!("DELETE FROM asset_shares WHERE user_id = {to} AND EXISTS ({shared})"))?;
    if keeps_edit {
        let share = format!(
            "INSERT INTO asset_shares (asset_id, user_id, level) \
             SELECT id, {from}, 'edit' FROM assets WHERE {these} AND deleted_at IS NULL"
        );
        run(tx, &share)?;
    }
    run(tx, &format!("UPDATE assets SET owner_id = {to}, version = version + 1 WHERE {these}"))
}
