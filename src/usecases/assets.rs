//! Assets: lists, pages, creation and details.

mod account;
pub mod comparison;
pub mod connection;
pub mod definition;
pub mod deletion;
pub mod folder_tree;
pub mod moves;
pub mod owner;
pub mod shares;

use std::collections::HashMap;

use crate::{
    domain::{
        asset::{AssetAccess, AssetDetails, AssetKind, AssetOrder, DEPTH_MAX},
        audit::{AuditEvent, Named},
        ids::{AccountId, AssetId, UserId},
        policy::AssetAction,
        search::SearchTerm,
    },
    store::{
        Database, StoreError,
        accounts::Account,
        assets::{self, Asset, AssetQuery, Filter, Found, NewAsset, View, tree},
        groups,
        page::{Count, Position, Slice},
        users::{self, User},
    },
};

use connection::ConnectionRow;
use definition::VersionRow;
use folder_tree::TreeEntry;

use super::{
    ActionError, Context, Submission,
    access::picker_options::{PickerOptions, PickerQuery, accounts_seen},
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

/// Users and groups with whom an asset itself is shared: their numbers, and the name of one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SharedNames {
    pub groups: u64,
    pub group: String,
    pub users: u64,
    pub user: String,
}

/// An asset in a list.
#[derive(Debug, Clone)]
pub struct Row {
    pub asset: Asset,
    pub owner: String,
    pub shared: SharedNames,
    /// Its folder, if the actor may read that.
    pub folder: Option<Asset>,
}

/// Names around assets, by one query of each kind.
fn rows(db: &mut Database, actor: &ScopedActor, assets: Vec<Asset>) -> Result<Vec<Row>, StoreError> {
    let numbers = assets::shares::numbers(db, assets.iter().map(|asset| asset.id))?;
    let users = assets.iter().map(|asset| asset.owner_id).chain(numbers.values().filter_map(|shared| shared.user));
    let users = users::names(db, users.collect::<Vec<_>>())?;
    let groups = groups::find_all(db, &numbers.values().filter_map(|shared| shared.group).collect::<Vec<_>>())?;
    let groups = groups.into_iter().map(|group| (group.id, group.name)).collect::<HashMap<_, _>>();
    let reader = actor.id().filter(|_| !actor.may(AssetAction::SeeAllAssets));
    let folders = assets::readable_among(db, reader, assets.iter().filter_map(|asset| asset.folder_id))?;
    let row = |asset: Asset| {
        let shared = numbers.get(&asset.id).copied().unwrap_or_default();
        Row {
            owner: name(&users, asset.owner_id),
            shared: SharedNames {
                groups: shared.groups.unsigned_abs(),
                group: shared.group.and_then(|id| groups.get(&id)).cloned().unwrap_or_default(),
                users: shared.users.unsigned_abs(),
                user: shared.user.map(|id| name(&users, id)).unwrap_or_default(),
            },
            folder: folders.iter().find(|folder| Some(folder.id) == asset.folder_id).cloned(),
            asset,
        }
    };
    Ok(assets.into_iter().map(row).collect())
}

/// A page of a list to read.
#[derive(Debug, Clone)]
pub struct ListRequest {
    pub filter: Filter,
    pub order: AssetOrder,
    pub position: Position,
    pub limit: usize,
}

/// One page of a list, with the number of all rows.
#[derive(Debug, Clone)]
pub struct Listing {
    pub rows: Slice<Row>,
    pub count: Count,
    /// True if the pages have only some of the many hits of a search.
    pub is_partial: bool,
    /// Name of the owner of the filter.
    pub owner: Option<String>,
    /// Name of the account of the filter.
    pub account: Option<String>,
}

impl Listing {
    /// A page of `view`; with a filter, of everything that the actor may read.
    fn of(db: &mut Database, actor: &ScopedActor, view: View, request: ListRequest) -> Result<Self, ActionError> {
        let ListRequest { filter, order, position, limit } = request;
        let view = if filter == Filter::default() { view } else { readable(actor)? };
        let owner = filter.owner.map(|id| owner_seen(db, actor, view, id)).transpose()?;
        let account = match filter.account {
            Some(id) => Some(actor.account(db, id)?.0.name),
            None => None,
        };
        let Found { page, count, is_partial } = assets::list(db, &AssetQuery { view, filter, order }, &position, limit)?;
        let Slice { rows: found, has_previous, has_next } = page;
        let mut rows = rows(db, actor, found)?;
        if matches!(view, View::In(_)) {
            for row in &mut rows {
                row.folder = None;
            }
        }
        Ok(Self { rows: Slice { rows, has_previous, has_next }, count, is_partial, owner, account })
    }
}

/// Name of the actor or a user who owns something in `view`. Others are unknown, except to those who see all assets.
fn owner_seen(db: &mut Database, actor: &ScopedActor, view: View, id: UserId) -> Result<String, ActionError> {
    let filter = Filter { owner: Some(id), ..Filter::default() };
    let is_seen = actor.id() == Some(id) || actor.may(AssetAction::SeeAllAssets) || {
        let owned = AssetQuery { view, filter, order: AssetOrder::default() };
        !assets::list(db, &owned, &Position::First, 1)?.page.rows.is_empty()
    };
    let name = if is_seen { users::names(db, [id])?.remove(&id) } else { None };
    name.ok_or_else(ActionError::unknown)
}

/// Everything that the actor may read.
fn readable(actor: &ScopedActor) -> Result<View, ActionError> {
    if actor.may(AssetAction::SeeAllAssets) {
        return Ok(View::Everything);
    }
    Ok(View::ReadableBy(actor.id().ok_or_else(ActionError::unknown)?))
}

/// The first assets of an account that the actor may read, and the number of all.
pub fn of_account(ctx: &Context, user: &User, id: AccountId, limit: usize) -> Result<Listing, ActionError> {
    let filter = Filter { account: Some(id), ..Filter::default() };
    let request = ListRequest { filter, order: AssetOrder::default(), position: Position::First, limit };
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, user)?;
        Listing::of(db, &actor, View::Everything, request)
    })
}

fn name(names: &HashMap<UserId, String>, id: UserId) -> String {
    names.get(&id).cloned().unwrap_or_default()
}

/// One page of a list, with the tree of folders beside it.
pub fn list(ctx: &Context, user: &User, list: AssetList, request: ListRequest) -> Result<(Listing, Vec<TreeEntry>), ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, user)?;
        let view = match list {
            AssetList::Mine => View::OwnedBy(user.id),
            AssetList::Shared => View::SharedWith(user.id),
            AssetList::All => {
                actor.authorise(AssetAction::SeeAllAssets)?;
                View::Everything
            }
        };
        Ok((Listing::of(db, &actor, view, request)?, folder_tree::entries(db, user.id, &[])?))
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
    /// Its account, if the actor sees that.
    pub account: Option<Account>,
    /// Content of a folder.
    pub content: Option<Listing>,
    /// Latest version of the definition of a process.
    pub definition: Option<VersionRow>,
    /// Connection of an integration.
    pub connection: Option<ConnectionRow>,
    pub tree: Vec<TreeEntry>,
}

pub fn show(ctx: &Context, user: &User, id: AssetId, request: ListRequest) -> Result<Shown, ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, user)?;
        let (asset, access) = find(db, &actor, id)?;
        let names = users::names(db, [asset.owner_id].into_iter().chain(asset.changed_by))?;
        let is_folder = asset.kind == AssetKind::Folder;
        let content = is_folder.then(|| Listing::of(db, &actor, View::In(id), request)).transpose()?;
        let definition = definition::latest(db, id)?;
        let connection = connection::saved(db, id)?;
        let path = path(db, &actor, &asset)?;
        let open = path.iter().chain(is_folder.then_some(&asset)).cloned().collect::<Vec<_>>();
        Ok(Shown {
            tree: folder_tree::entries(db, user.id, &open)?,
            path,
            owner: name(&names, asset.owner_id),
            changed_by: asset.changed_by.and_then(|by| names.get(&by).cloned()),
            account: asset.account_id.map(|id| account::seen(db, &actor, id)).transpose()?.flatten(),
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

/// The folder in which a new asset is put, with the folders above it, and the accounts to choose from.
pub fn new_in(
    ctx: &Context,
    user: &User,
    folder: Option<AssetId>,
    accounts: &PickerQuery<AccountId>,
) -> Result<(Vec<Asset>, PickerOptions<Account>), ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, user)?;
        let options = accounts_seen(db, &actor, accounts)?;
        let Some(folder) = folder else { return Ok((Vec::new(), options)) };
        let folder = find_target(db, &actor, folder)?;
        let mut path = path(db, &actor, &folder)?;
        path.push(folder);
        Ok((path, options))
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
        let account = account::require(work, details.account, None)?;
        let new = NewAsset { kind, details, owner, folder: folder.as_ref().map(|folder| folder.id), now: work.now };
        let id = assets::insert(work.tx, new)?;
        let asset = assets::find(work.tx.db(), id)?.ok_or_else(ActionError::unknown)?;
        let folder = folder.map(|folder| Named::new(folder.id.0, &folder.name));
        work.record(&asset, &AuditEvent::AssetCreated { kind, folder, account });
        Ok(id)
    })
}

/// An asset that the actor may edit.
#[derive(Debug, Clone)]
pub struct Editable {
    pub asset: Asset,
    pub path: Vec<Asset>,
    /// Accounts to choose from. The asset's own is lost where the actor does not see it.
    pub accounts: PickerOptions<Account>,
}

/// Finds an asset that the actor may edit. `account` is the chosen account; `None` for that of the asset.
pub fn editable(
    ctx: &Context,
    user: &User,
    id: AssetId,
    account: Option<Option<AccountId>>,
    search: Option<SearchTerm>,
    limit: usize,
) -> Result<Editable, ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, user)?;
        let (asset, _) = find_editable(db, &actor, id)?;
        let ticked = account.unwrap_or(asset.account_id).into_iter().collect();
        let wanted = PickerQuery { search, ticked, held: asset.account_id.into_iter().collect(), limit };
        Ok(Editable { path: path(db, &actor, &asset)?, accounts: accounts_seen(db, &actor, &wanted)?, asset })
    })
}

/// Edits the details, if the asset's version is still `version`.
pub fn edit(ctx: &Context, submission: &Submission<()>, id: AssetId, details: &AssetDetails, version: i32) -> Result<(), EditError<Asset>> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        assets::lock(work.tx, id)?;
        let (asset, _) = find_editable(work.tx.db(), &work.actor, id)?;
        if details.name.as_str() == asset.name && details.description.as_str() == asset.description && details.account == asset.account_id {
            return Err(ActionError::is_so(asset.name).into());
        }
        if asset.version != version {
            return Err(EditError::Stale(Box::new(asset)));
        }
        let event = account::edited(work, &asset, details)?;
        assets::update(work.tx, id, details, work.actor.id(), work.now)?;
        work.record(&asset, &event);
        Ok(())
    })
}
