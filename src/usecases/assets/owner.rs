//! Changes of owner, by Admins.

use std::collections::BTreeMap;

use crate::{
    domain::{
        asset::AssetKind,
        audit::{AuditEvent, Named, Subject},
        clock::Timestamp,
        digest::Digest,
        ids::{AssetId, UserId},
        permission::Permission,
        policy::{Action, AssetAction, PolicyDenial},
        search::SearchTerm,
        user::Status,
    },
    mail::{Message, messages::OwnerChanged},
    store::{
        Database, StoreError,
        assets::{
            self, Asset,
            owner::{self, Owned, OwnerChange},
        },
        company,
        page::Slice,
        users::{self, Filter, User},
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

use super::path;

/// Most users that a search offers.
const CANDIDATES_MAX: usize = 8;

/// Most ids of assets that the audit log names.
const IDS_MAX: i64 = 1000;

/// Most owners that a mail names.
const OWNERS_NAMED: usize = 5;

/// Most assets that are selected one by one.
pub const SELECTED_MAX: usize = 200;

/// Assets whose owner is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reowned {
    Assets {
        ids: Vec<AssetId>,
        /// True for the content of folders too, as far as their owners own it.
        with_content: bool,
    },
    /// Everything that a user owns, deleted assets included.
    AllOf(UserId),
}

/// The page that asks for the new owner.
#[derive(Debug, Clone)]
pub struct OwnerOptions {
    /// The assets by name; empty for everything that a user owns.
    pub assets: Vec<Asset>,
    /// Folders above the only asset.
    pub path: Vec<Asset>,
    /// Owners by id.
    pub owners: Vec<User>,
    /// Numbers of assets by kind, with the content of folders.
    pub counts: Vec<(AssetKind, i64)>,
    /// Number of deleted assets that go along and can still be restored.
    pub deleted: i64,
    pub candidates: Slice<User>,
    /// State of the assets and their owners, by which a later change is noticed.
    pub seen: Digest,
}

pub fn options(ctx: &Context, user: &User, reowned: &Reowned, search: Option<SearchTerm>) -> Result<OwnerOptions, ActionError> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, user)?;
        let reowned = match reowned.clone() {
            Reowned::Assets { ids, .. } => Reowned::Assets { ids, with_content: true },
            all @ Reowned::AllOf(_) => all,
        };
        let Found { assets, owned } = Found::of(db, &actor, &reowned)?;
        let mut counts = BTreeMap::<AssetKind, i64>::new();
        for (owner, which) in &owned {
            for (kind, count) in owner::counts(db, which, owner.id)? {
                *counts.entry(kind).or_default() += count;
            }
        }
        let deleted = match reowned {
            Reowned::AllOf(user) => count_restorable(db, user, now)?,
            Reowned::Assets { .. } => 0,
        };
        let path = if let [asset] = &assets[..] { path(db, &actor, asset)? } else { Vec::new() };
        let (seen, candidates) = (seen(db, &reowned, &assets, now)?, candidates(db, search)?);
        let owners = owned.into_iter().map(|(owner, _)| owner).collect();
        Ok(OwnerOptions { assets, path, owners, counts: counts.into_iter().collect(), deleted, candidates, seen })
    })
}

/// Active users who match the search.
pub(in crate::usecases) fn candidates(db: &mut Database, search: Option<SearchTerm>) -> Result<Slice<User>, StoreError> {
    users::found(db, &Filter { active_only: true, search, ..Filter::default() }, CANDIDATES_MAX)
}

/// Number of the deleted assets of a user that can still be restored.
fn count_restorable(db: &mut Database, user: UserId, now: Timestamp) -> Result<i64, StoreError> {
    let since = now - company::load(db)?.deleted_kept;
    Ok(owner::deleted_counts(db, user, since)?.iter().map(|deleted| deleted.count).sum())
}

/// Digest of the assets with their owners, or of the numbers of everything that a user owns.
fn seen(db: &mut Database, reowned: &Reowned, assets: &[Asset], now: Timestamp) -> Result<Digest, StoreError> {
    Ok(match reowned {
        Reowned::AllOf(user) => Digest::of(&(owner::counts(db, &Owned::All, *user)?, count_restorable(db, *user, now)?)),
        Reowned::Assets { .. } => Digest::of(&assets.iter().map(|asset| (asset.id, asset.owner_id)).collect::<Vec<_>>()),
    })
}

/// Assets with their owners.
struct Found {
    assets: Vec<Asset>,
    owned: Vec<(User, Owned)>,
}

impl Found {
    /// Finds the assets, if the actor may change their owners.
    fn of(db: &mut Database, actor: &ScopedActor, reowned: &Reowned) -> Result<Self, ActionError> {
        actor.authorise(Action::Use(Permission::AssetsChangeOwner))?;
        let (assets, owned) = match reowned {
            Reowned::AllOf(user) => (Vec::new(), vec![(*user, Owned::All)]),
            Reowned::Assets { ids, with_content } => {
                actor.authorise(AssetAction::SeeAllAssets)?;
                let assets = assets::find_all(db, ids)?;
                if assets.len() < ids.len() {
                    return Err(ActionError::unknown());
                }
                let mut by_owner = BTreeMap::<UserId, Vec<AssetId>>::new();
                for asset in &assets {
                    by_owner.entry(asset.owner_id).or_default().push(asset.id);
                }
                let which = if *with_content { Owned::WithContent } else { Owned::These };
                (assets, by_owner.into_iter().map(|(owner, ids)| (owner, which(ids))).collect())
            }
        };
        let with_owner = |(owner, which)| Ok((users::find(db, owner)?.ok_or_else(ActionError::unknown)?, which));
        Ok(Self { assets, owned: owned.into_iter().map(with_owner).collect::<Result<_, ActionError>>()? })
    }
}

/// Refusal of a new owner.
#[derive(Debug, thiserror::Error)]
pub enum OwnerError {
    /// The user was deleted.
    #[error("the user is gone")]
    Gone,
    #[error("the user is not active")]
    NotActive { name: String, status: Status },
    #[error("the user is the owner")]
    IsOwner { name: String },
    /// The user owns nothing.
    #[error("there are no assets")]
    NoAssets { name: String },
    /// Another owner since the page was shown.
    #[error("the owner was changed meanwhile")]
    Changed,
    /// The user became the owner of all of it since the page was shown.
    #[error("the user is the owner by now")]
    Done { name: String },
    #[error(transparent)]
    Action(#[from] ActionError),
}

action_error_from_store!(OwnerError);

/// A new owner, as a form names them.
#[derive(Debug, Clone)]
pub struct NewOwner {
    pub to: UserId,
    /// True if the old owners can still edit.
    pub keeps_edit: bool,
    /// State that the page showed; `None` without a page.
    pub seen: Option<Digest>,
}

/// Makes an active user the owner. Returns the number of assets and the new owner.
pub fn change(ctx: &Context, submission: &Submission<(u64, User)>, reowned: &Reowned, new: &NewOwner) -> Result<(u64, User), OwnerError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        let Found { assets, mut owned } = Found::of(work.tx.db(), &work.actor, reowned)?;
        let now_seen = seen(work.tx.db(), reowned, &assets, work.now)?;
        if new.seen.as_ref().is_some_and(|was| *was != now_seen) {
            return Err(outdated(work.tx.db(), &owned, new.to)?);
        }
        if let Reowned::AllOf(user) = reowned {
            let kept = company::load(work.tx.db())?.deleted_kept;
            assets::deleted::purge_of(work.tx, *user, work.now - kept)?;
        }
        let to = require_new_owner(work, new.to)?;
        owned.retain(|(old, _)| old.id != to.id);
        let asset = if let [asset] = &assets[..] { Some(asset) } else { None };
        let mut changes = Vec::new();
        for (old, which) in &owned {
            let subject = asset.map_or_else(|| Subject::from(old), Subject::from);
            let count = reown(work, subject, (old, &to), which, new.keeps_edit)?;
            if count > 0 {
                changes.push((old, count));
            }
        }
        let count = changes.iter().map(|(_, count)| count).sum();
        if count == 0 {
            let name = owned.first().map_or_else(|| to.display_name(), |(old, _)| old.display_name());
            return Err(if owned.is_empty() { OwnerError::IsOwner { name } } else { OwnerError::NoAssets { name } });
        }
        let mail = OwnerMail { asset: asset.map(|asset| asset.name.clone()), keeps_edit: new.keeps_edit };
        let from = changes.iter().map(|(old, _)| old.display_name()).take(OWNERS_NAMED).collect::<Vec<_>>().join(", ");
        mail.post(work, &to, true, count, from)?;
        for (old, count) in &changes {
            mail.post(work, old, false, *count, to.display_name())?;
        }
        Ok((count, to))
    })
}

/// Refusal of a page that shows earlier owners. The change that it asks for may be done.
fn outdated(db: &mut Database, found: &[(User, Owned)], to: UserId) -> Result<OwnerError, StoreError> {
    Ok(match found {
        [(owner, _)] if owner.id == to => OwnerError::Done { name: owner.display_name() },
        [(owner, which @ Owned::All)] if owner::first_ids(db, which, owner.id, 1)?.is_empty() => {
            OwnerError::NoAssets { name: owner.display_name() }
        }
        _ => OwnerError::Changed,
    })
}

/// Finds and locks an active user.
pub(in crate::usecases) fn require_new_owner(work: &mut UnitOfWork<'_, '_>, id: UserId) -> Result<User, OwnerError> {
    let user = users::lock(work.tx, id)?.ok_or(OwnerError::Gone)?;
    match work.require(AssetAction::ChangeOwner { target: user.target(work.now) }) {
        Err(ActionError::Refused { denial: PolicyDenial::Status(status), .. }) => {
            Err(OwnerError::NotActive { name: user.display_name(), status })
        }
        other => other.map(|()| user).map_err(Into::into),
    }
}

/// Changes the owner of these assets, with an entry in the audit log. Returns their number.
pub(in crate::usecases) fn reown(
    work: &mut UnitOfWork<'_, '_>,
    subject: Subject,
    (old, new): (&User, &User),
    which: &Owned,
    keeps_edit: bool,
) -> Result<u64, StoreError> {
    let assets = owner::first_ids(work.tx.db(), which, old.id, IDS_MAX)?;
    let count = owner::change(work.tx, OwnerChange { which, from: old.id, to: new.id, keeps_edit })? as u64;
    if count > 0 {
        let (before, after) = (Named::from(&old.who()), Named::from(&new.who()));
        work.record(subject, &AuditEvent::AssetOwnerChanged { before, after, count, assets });
    }
    Ok(count)
}

/// Mail about a change of owner.
#[derive(Debug, Clone)]
pub(in crate::usecases) struct OwnerMail {
    /// Name of the only asset.
    pub(in crate::usecases) asset: Option<String>,
    pub(in crate::usecases) keeps_edit: bool,
}

impl OwnerMail {
    /// Tells an owner, the new or an old one, about `other`. Users who cannot sign in are omitted.
    pub(in crate::usecases) fn post(
        &self,
        work: &mut UnitOfWork<'_, '_>,
        owner: &User,
        is_new: bool,
        count: u64,
        other: String,
    ) -> Result<(), StoreError> {
        if owner.status(work.now) != Status::Active {
            return Ok(());
        }
        let Self { asset, keeps_edit } = self.clone();
        work.notify(owner, |change| Message::OwnerChanged(OwnerChanged { change, asset, count, other, is_new, keeps_edit }))
    }
}
