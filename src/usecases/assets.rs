//! Assets: lists, pages, creation and details.

pub mod comparison;
pub mod connection;
pub mod definition;
pub mod deletion;
pub mod moves;
pub mod owner;
pub mod shares;

use std::collections::HashMap;

use crate::{
    domain::{
        asset::{AssetAccess, AssetDetails, AssetKind, DEPTH_MAX},
        audit::{AssetFields, AuditEvent, Named},
        ids::{AssetId, UserId},
        policy::AssetAction,
    },
    store::{
        Database, StoreError,
        assets::{self, Asset, NewAsset, View, tree},
        page::{Count, Position, Slice},
        users::{self, User},
    },
};

use connection::ConnectionRow;
use definition::VersionRow;

use super::{
    ActionError, Context, Submission,
    shared::{
        error::{EditError, action_error_from_store},
        scoped_actor::ScopedActor,
        transaction::Rights,
    },
};

/// A list of assets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssetList {
    /// Owned by the actor.
    Mine,
    /// Shared itself with the actor.
    Shared,
    /// Assets of all users, for Admins.
    All,
}

/// An asset with the name of its owner.
#[derive(Debug, Clone)]
pub struct Row {
    pub asset: Asset,
    pub owner: String,
}

/// One page of a list, with the number of all rows.
#[derive(Debug, Clone)]
pub struct Listing {
    pub rows: Slice<Row>,
    pub count: Count,
}

impl Listing {
    fn of(db: &mut Database, view: View, position: &Position, limit: usize) -> Result<Self, StoreError> {
        let found = assets::list(db, view, position, limit)?;
        let owners = users::names(db, found.rows.iter().map(|asset| asset.owner_id))?;
        let rows = found.map(|asset| Row { owner: name(&owners, asset.owner_id), asset });
        Ok(Self { rows, count: assets::count(db, view)? })
    }
}

fn name(names: &HashMap<UserId, String>, id: UserId) -> String {
    names.get(&id).cloned().unwrap_or_default()
}

pub fn list(ctx: &Context, actor: &User, list: AssetList, position: &Position, limit: usize) -> Result<Listing, ActionError> {
    ctx.store.read(|db| {
        let view = match list {
            AssetList::Mine => View::OwnedBy(actor.id),
            AssetList::Shared => View::SharedWith(actor.id),
            AssetList::All => {
                ScopedActor::of(db, actor)?.authorise(AssetAction::SeeAllAssets)?;
                View::Everything
            }
        };
        Ok(Listing::of(db, view, position, limit)?)
    })
}

/// An asset as the actor sees it.
#[derive(Debug, Clone)]
pub struct Shown {
    pub asset: Asset,
    pub access: AssetAccess,
    /// Folders above it, as far as the actor sees them, from the top down.
    pub path: Vec<Asset>,
    pub owner: String,
    pub changed_by: Option<String>,
    /// Content of a folder.
    pub content: Option<Listing>,
    /// Latest version of the definition of a process.
    pub definition: Option<VersionRow>,
    /// Connection of an integration.
    pub connection: Option<ConnectionRow>,
}

pub fn show(ctx: &Context, user: &User, id: AssetId, position: &Position, limit: usize) -> Result<Shown, ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, user)?;
        let (asset, access) = find(db, &actor, id)?;
        let names = users::names(db, [asset.owner_id].into_iter().chain(asset.changed_by))?;
        let is_folder = asset.kind == AssetKind::Folder;
        let content = is_folder.then(|| Listing::of(db, View::In(id), position, limit)).transpose()?;
        let definition = definition::latest(db, id)?;
        let connection = connection::saved(db, id)?;
        Ok(Shown {
            path: path(db, &actor, &asset)?,
            owner: name(&names, asset.owner_id),
            changed_by: asset.changed_by.and_then(|by| names.get(&by).cloned()),
            access,
            content,
            definition,
            connection,
            asset,
        })
    })
}

/// Finds an asset that exists for the actor, with their access.
pub(super) fn find(db: &mut Database, actor: &ScopedActor, id: AssetId) -> Result<(Asset, AssetAccess), ActionError> {
    actor.authorise(AssetAction::CreateAsset)?;
    let own = actor.id().map(|user| assets::access(db, user, id)).transpose()?.flatten();
    let access = own.or_else(|| actor.may(AssetAction::SeeAllAssets).then_some(AssetAccess::View));
    let asset = assets::find(db, id)?.ok_or_else(ActionError::unknown)?;
    actor.authorise(AssetAction::SeeAsset(access))?;
    Ok((asset, access.ok_or_else(ActionError::unknown)?))
}

/// Finds an asset that the actor may edit.
fn find_editable(db: &mut Database, actor: &ScopedActor, id: AssetId) -> Result<(Asset, AssetAccess), ActionError> {
    let (asset, access) = find(db, actor, id)?;
    actor.authorise(AssetAction::EditAsset(Some(access)))?;
    Ok((asset, access))
}

/// Finds an asset of the actor's own.
fn find_own(db: &mut Database, actor: &ScopedActor, id: AssetId) -> Result<Asset, ActionError> {
    let (asset, access) = find(db, actor, id)?;
    actor.authorise(AssetAction::ManageAsset(Some(access)))?;
    Ok(asset)
}

/// Finds a folder in which the actor may put assets.
fn find_target(db: &mut Database, actor: &ScopedActor, id: AssetId) -> Result<Asset, ActionError> {
    let (folder, _) = find_editable(db, actor, id)?;
    if folder.kind == AssetKind::Folder { Ok(folder) } else { Err(ActionError::unknown()) }
}

/// Folders above an asset, from the topmost one that the actor sees. Access holds from there down.
pub(super) fn path(db: &mut Database, actor: &ScopedActor, asset: &Asset) -> Result<Vec<Asset>, ActionError> {
    let above = tree::above(db, asset.id)?;
    let Some(user) = actor.id().filter(|_| !actor.may(AssetAction::SeeAllAssets)) else { return Ok(above) };
    let shared = tree::shared_along(db, asset.id, user)?;
    Ok(above.into_iter().skip_while(|folder| folder.owner_id != user && !shared.contains(&folder.id)).collect())
}

/// Refusal of a place in the tree.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    #[error("the folders are too deep")]
    TooDeep,
    /// A folder cannot be put into itself or into its own content.
    #[error("the folder is in itself")]
    InItself,
    #[error(transparent)]
    Action(#[from] ActionError),
}

action_error_from_store!(TreeError);

/// The folder in which a new asset is put, with the folders above it.
pub fn new_in(ctx: &Context, user: &User, folder: Option<AssetId>) -> Result<Vec<Asset>, ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, user)?;
        let Some(folder) = folder else { return Ok(Vec::new()) };
        let folder = find_target(db, &actor, folder)?;
        let mut path = path(db, &actor, &folder)?;
        path.push(folder);
        Ok(path)
    })
}

/// Creates an asset of the actor's own, in another's folder too.
pub fn create(
    ctx: &Context,
    submission: &Submission<AssetId>,
    kind: AssetKind,
    folder: Option<AssetId>,
    details: &AssetDetails,
) -> Result<AssetId, TreeError> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        work.require(AssetAction::CreateAsset)?;
        submission.ensure_first_submission(work)?;
        let owner = work.actor.id().ok_or_else(ActionError::unknown)?;
        let folder = folder.map(|id| find_target(work.tx.db(), &work.actor, id)).transpose()?;
        if let Some(folder) = &folder
            && tree::depth(work.tx.db(), folder.id)? >= DEPTH_MAX
        {
            return Err(TreeError::TooDeep);
        }
        let new = NewAsset { kind, details, owner, folder: folder.as_ref().map(|folder| folder.id), now: work.now };
        let id = assets::insert(work.tx, new)?;
        let asset = assets::find(work.tx.db(), id)?.ok_or_else(ActionError::unknown)?;
        let folder = folder.map(|folder| Named::new(folder.id.0, &folder.name));
        work.record(&asset, &AuditEvent::AssetCreated { kind, folder });
        Ok(id)
    })
}

/// Finds an asset that the actor may edit, with the folders above it.
pub fn editable(ctx: &Context, user: &User, id: AssetId) -> Result<(Asset, Vec<Asset>), ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, user)?;
        let (asset, _) = find_editable(db, &actor, id)?;
        let path = path(db, &actor, &asset)?;
        Ok((asset, path))
    })
}

/// Edits name and description, if the asset's version is still `version`.
pub fn edit(ctx: &Context, submission: &Submission<()>, id: AssetId, details: &AssetDetails, version: i32) -> Result<(), EditError<Asset>> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        assets::lock(work.tx, id)?;
        let (asset, _) = find_editable(work.tx.db(), &work.actor, id)?;
        if details.name.as_str() == asset.name && details.description.as_str() == asset.description {
            return Err(ActionError::is_so(asset.name).into());
        }
        if asset.version != version {
            return Err(EditError::Stale(Box::new(asset)));
        }
        assets::update(work.tx, id, details, work.actor.id(), work.now)?;
        let before = AssetFields { name: asset.name.clone(), description: asset.description.clone() };
        let after = AssetFields { name: details.name.to_string(), description: details.description.as_str().to_owned() };
        work.record(&asset, &AuditEvent::AssetEdited { before, after });
        Ok(())
    })
}
