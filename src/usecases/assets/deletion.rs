//! Deleted assets: deletion with all content, and its restoration as a whole.

use crate::{
    domain::{
        asset::AssetKind,
        audit::{AuditEvent, Named},
        clock::Timestamp,
        company::Company,
        digest::Digest,
        ids::AssetId,
        policy::AssetAction,
    },
    store::{
        Database, StoreError,
        assets::{self, Asset, deleted, deleted::DeletedAsset, tree},
        company,
        page::{Count, Position, Slice},
        users::{self, User},
    },
    usecases::{
        ActionError, Context, Submission,
        shared::{
            error::action_error_from_store,
            scoped_actor::ScopedActor,
            transaction::{Rights, UnitOfWork},
        },
    },
};

use super::{Row, find, find_own, name, path, rows};

/// Most assets that the question names.
pub const NAMED_MAX: usize = 100;

/// Everything that goes with an asset, for the page that asks for consent.
#[derive(Debug, Clone)]
pub struct Inventory {
    pub asset: Asset,
    pub path: Vec<Asset>,
    /// Numbers of assets by kind, itself included.
    pub counts: Vec<(AssetKind, i64)>,
    /// The first assets in it, by name.
    pub first: Vec<Asset>,
    /// The first assets of other owners in it, which prevent the deletion.
    pub of_others: Vec<Row>,
    /// End of the time to restore them; `None` for a permanent deletion.
    pub restorable_until: Option<Timestamp>,
    /// Digest of the content, for [`delete`].
    pub shown: Digest,
}

/// Content of an asset as the question shows it.
struct Content {
    counts: Vec<(AssetKind, i64)>,
    first: Vec<Asset>,
}

impl Content {
    fn of(db: &mut Database, id: AssetId) -> Result<Self, StoreError> {
        let first = deleted::first_in(db, id, i64::try_from(NAMED_MAX).unwrap_or(i64::MAX))?;
        Ok(Self { counts: deleted::counts(db, id)?, first })
    }

    fn digest(&self) -> Digest {
        Digest::of(&(&self.counts, self.first.iter().map(|asset| asset.id).collect::<Vec<_>>()))
    }
}

pub fn inventory(ctx: &Context, user: &User, company: &Company, id: AssetId) -> Result<Inventory, ActionError> {
    let (now, limit) = (ctx.now(), i64::try_from(NAMED_MAX).unwrap_or(i64::MAX));
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, user)?;
        let asset = find_own(db, &actor, id)?;
        let of_others = deleted::first_of_others(db, id, asset.owner_id, limit)?;
        let content = Content::of(db, id)?;
        Ok(Inventory {
            path: path(db, &actor, &asset)?,
            shown: content.digest(),
            counts: content.counts,
            first: content.first,
            of_others: rows(db, &actor, of_others)?,
            restorable_until: (!company.deleted_kept.is_zero()).then(|| now + company.deleted_kept),
            asset,
        })
    })
}

/// Refusal of a deletion.
#[derive(Debug, thiserror::Error)]
pub enum DeleteError {
    /// The folder holds assets of other owners.
    #[error("others own some of it")]
    HoldsOthers,
    /// The content is another one than the page showed.
    #[error("the content changed")]
    Changed,
    /// Deleted by the actor before.
    #[error("it is deleted already")]
    Already(Deletion),
    #[error(transparent)]
    Action(#[from] ActionError),
}

action_error_from_store!(DeleteError);

/// A deletion.
#[derive(Debug, Clone)]
pub struct Deletion {
    pub name: String,
    /// Its folder, if the actor may read that.
    pub folder: Option<AssetId>,
    /// Number of deleted assets, itself included.
    pub count: u64,
    pub restorable_until: Option<Timestamp>,
}

/// Deletes an asset with everything in it. With the digest that the page showed, a changed content is refused. A
/// repetition is refused with the first deletion.
pub fn delete(ctx: &Context, submission: &Submission<Deletion>, id: AssetId, shown: Option<&Digest>) -> Result<Deletion, DeleteError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        assets::lock(work.tx, id)?;
        let asset = match find_own(work.tx.db(), &work.actor, id) {
            Err(error) if error.is_unknown() => {
                return Err(earlier(work, id)?.map_or_else(|| error.into(), DeleteError::Already));
            }
            found => found?,
        };
        if !deleted::first_of_others(work.tx.db(), id, asset.owner_id, 1)?.is_empty() {
            return Err(DeleteError::HoldsOthers);
        }
        if let Some(shown) = shown
            && *shown != Content::of(work.tx.db(), id)?.digest()
        {
            return Err(DeleteError::Changed);
        }
        let count = deleted::delete(work.tx, id, work.actor.id(), work.now)? as u64;
        work.record(&asset, &AuditEvent::AssetDeleted { kind: asset.kind, count });
        Ok(deletion(work, asset.name, asset.folder_id, count, work.now)?)
    })
}

/// Deletion of this asset by the actor.
fn earlier(work: &mut UnitOfWork<'_, '_>, id: AssetId) -> Result<Option<Deletion>, StoreError> {
    let Some(actor) = work.actor.id() else { return Ok(None) };
    let Some((asset, count)) = deleted::find_by(work.tx.db(), id, actor)? else { return Ok(None) };
    Ok(Some(deletion(work, asset.name, asset.folder_id, count.unsigned_abs(), asset.deleted_at)?))
}

fn deletion(
    work: &mut UnitOfWork<'_, '_>,
    name: String,
    folder: Option<AssetId>,
    count: u64,
    at: Timestamp,
) -> Result<Deletion, StoreError> {
    let kept = company::load(work.tx.db())?.deleted_kept;
    let reader = work.actor.id().filter(|_| !work.actor.may(AssetAction::SeeAllAssets));
    let folder = assets::readable_among(work.tx.db(), reader, folder)?.pop().map(|folder| folder.id);
    Ok(Deletion { name, folder, count, restorable_until: (!kept.is_zero()).then(|| at + kept) })
}

/// A deleted asset that can still be restored.
#[derive(Debug, Clone)]
pub struct Restorable {
    pub asset: DeletedAsset,
    pub owner: String,
    pub until: Timestamp,
}

/// Lists deletions that the actor can undo, latest first, with their number.
///
/// # Errors
/// Unknown for a cursor of another list.
pub fn restorable(
    ctx: &Context,
    user: &User,
    company: &Company,
    position: &Position,
    limit: usize,
) -> Result<(Slice<Restorable>, Count), ActionError> {
    let (kept, since) = (company.deleted_kept, ctx.now() - company.deleted_kept);
    ctx.store.read(|db| {
        let sees_all = ScopedActor::of(db, user)?.may(AssetAction::SeeAllAssets);
        let owner = (!sees_all).then_some(user.id);
        let found = deleted::list(db, owner, since, position, limit)?.ok_or_else(ActionError::unknown)?;
        let owners = users::names(db, found.rows.iter().map(|asset| asset.owner_id))?;
        let row = |asset: DeletedAsset| Restorable { owner: name(&owners, asset.owner_id), until: asset.deleted_at + kept, asset };
        Ok((found.map(row), deleted::count(db, owner, since)?))
    })
}

/// A restored deletion.
#[derive(Debug, Clone)]
pub struct Restored {
    pub asset: Asset,
    pub count: u64,
    /// True if its folder is gone.
    pub is_at_top: bool,
}

/// Restores everything that was deleted at once. Without its folder it returns to the top level.
pub fn restore(ctx: &Context, submission: &Submission<Restored>, id: AssetId) -> Result<Restored, ActionError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        work.require(AssetAction::CreateAsset)?;
        let since = work.now - company::load(work.tx.db())?.deleted_kept;
        let Some(root) = deleted::lock(work.tx, id, since)? else {
            let (asset, _) = find(work.tx.db(), &work.actor, id)?;
            return Err(ActionError::is_so(asset.name));
        };
        let is_owner = work.actor.id() == Some(root.owner_id);
        if !work.actor.may(AssetAction::RestoreAsset { is_owner }) {
            return Err(ActionError::unknown());
        }
        let folder = root.folder_id.map(|folder| assets::find(work.tx.db(), folder)).transpose()?.flatten();
        let count = deleted::restore(work.tx, id)? as u64;
        let is_at_top = folder.is_none();
        if is_at_top {
            tree::put(work.tx, id, None, work.actor.id(), work.now)?;
        }
        let asset = assets::find(work.tx.db(), id)?.ok_or_else(ActionError::unknown)?;
        let owner = users::find(work.tx.db(), asset.owner_id)?.ok_or_else(ActionError::unknown)?;
        work.record(&asset, &AuditEvent::AssetRestored { count, owner: Named::from(&owner.who()) });
        Ok(Restored { asset, count, is_at_top: is_at_top && root.folder_id.is_some() })
    })
}
