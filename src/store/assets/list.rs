//! Lists of assets, sorted by name.

use diesel::{dsl::sql, prelude::*, sql_types::Bool};

use crate::{
    domain::{
        asset::AssetKind,
        ids::{AssetId, UserId},
        search::SearchTerm,
    },
    store::{
        Database, StoreError, backend,
        connection::MultiBackend,
        page::{COUNT_MAX, Count, Position, Slice},
        schema::assets,
    },
};

use super::{Asset, shares};

/// Contents of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    OwnedBy(UserId),
    /// Shared itself with the user or one of their groups. Contents of shared folders are listed in these.
    SharedWith(UserId),
    Everything,
    In(AssetId),
}

type Query<'a> = assets::BoxedQuery<'a, MultiBackend>;

/// One page of assets, sorted by name.
pub fn list(db: &mut Database, view: View, position: &Position, limit: usize) -> Result<Slice<Asset>, StoreError> {
    let mut query = filtered(view);
    match position {
        Position::First | Position::Last => {}
        Position::After(key) => query = query.filter(backend::beyond("assets", ">", key)),
        Position::Before(key) => query = query.filter(backend::beyond("assets", "<", key)),
    }
    let query = if position.is_backward() {
        query.order((assets::sort_key.desc(), assets::id.desc()))
    } else {
        query.order((assets::sort_key.asc(), assets::id.asc()))
    };
    let found = query.limit(backend::one_more(limit)).select(Asset::as_select()).load(db)?;
    Ok(Slice::new(found, position, limit))
}

pub fn count(db: &mut Database, view: View) -> Result<Count, StoreError> {
    Ok(Count::of(filtered(view).select(assets::id).limit(COUNT_MAX + 1).load::<i64>(db)?.len()))
}

fn filtered<'a>(view: View) -> Query<'a> {
    let query = assets::table.filter(assets::deleted_at.is_null()).into_boxed();
    match view {
        View::OwnedBy(user) => query.filter(assets::owner_id.eq(user)),
        View::SharedWith(user) => {
            let shared = format!("assets.id IN (SELECT asset_shares.asset_id FROM asset_shares WHERE {})", shares::with(user));
            query.filter(sql::<Bool>(&shared))
        }
        View::Everything => query,
        View::In(folder) => query.filter(assets::folder_id.eq(folder)),
    }
}

/// The first folders that a user may edit, outside `moved` and its content.
pub fn editable_folders(
    db: &mut Database,
    user: UserId,
    moved: AssetId,
    search: Option<&SearchTerm>,
    limit: usize,
) -> Result<Slice<Asset>, StoreError> {
    let is_sqlite = matches!(db, Database::Sqlite(_));
    let editable = format!(
        "assets.id IN (SELECT asset_ancestors.asset_id FROM asset_ancestors WHERE asset_ancestors.ancestor_id IN \
         (SELECT owned.id FROM assets AS owned WHERE owned.owner_id = {user} AND owned.deleted_at IS NULL UNION ALL \
         SELECT asset_shares.asset_id FROM asset_shares WHERE asset_shares.level = 'edit' AND {})) \
         AND assets.id NOT IN (SELECT asset_ancestors.asset_id FROM asset_ancestors WHERE asset_ancestors.ancestor_id = {moved})",
        shares::with(user)
    );
    let mut query = assets::table.filter(assets::deleted_at.is_null()).filter(assets::kind.eq(AssetKind::Folder)).into_boxed();
    query = query.filter(sql::<Bool>(&editable));
    if let Some(term) = search {
        query = query.filter(backend::contains(is_sqlite, "assets", term));
    }
    let query = query.order((assets::sort_key.asc(), assets::id.asc()));
    let found = query.limit(backend::one_more(limit)).select(Asset::as_select()).load(db)?;
    Ok(Slice::new(found, &Position::<crate::store::page::Key>::First, limit))
}
