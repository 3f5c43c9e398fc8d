//! Changes of owner, by Admins.

use crate::{
    domain::{
        asset::AssetKind,
        audit::{AuditEvent, Named},
        ids::{AssetId, UserId},
        permission::Permission,
        policy::{Action, AssetAction, PolicyDenial},
        search::SearchTerm,
        user::Status,
    },
    mail::{Message, messages::OwnerChanged},
    store::{
        Database,
        assets::{
            self, Asset,
            owner::{self, Owned, OwnerChange},
        },
        page::{Position, Slice},
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

use super::{find, path};

/// Most users that a search offers.
const CANDIDATES_MAX: usize = 8;

/// Most ids of assets that the audit log names.
const IDS_MAX: i64 = 1000;

/// Assets whose owner is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reowned {
    Asset {
        id: AssetId,
        with_content: bool,
    },
    /// Everything that a user owns.
    AllOf(UserId),
}

/// The page that asks for the new owner.
#[derive(Debug, Clone)]
pub struct OwnerOptions {
    /// The asset with the folders above it; `None` for all assets of a user.
    pub asset: Option<(Asset, Vec<Asset>)>,
    pub owner: User,
    /// Numbers of assets of this owner, by kind; with the content of a folder.
    pub counts: Vec<(AssetKind, i64)>,
    pub candidates: Slice<User>,
}

pub fn options(ctx: &Context, user: &User, reowned: Reowned, search: Option<SearchTerm>) -> Result<OwnerOptions, ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, user)?;
        let (asset, owner, which) = found(db, &actor, reowned)?;
        let asset = asset.map(|asset| path(db, &actor, &asset).map(|path| (asset, path))).transpose()?;
        let filter = Filter { active_only: true, search, ..Filter::default() };
        let candidates = match &filter.search {
            Some(_) => users::search(db, &filter, &Position::First, CANDIDATES_MAX)?.0,
            None => Slice { rows: Vec::new(), has_previous: false, has_next: false },
        };
        let which = match which {
            Owned::One(id) => Owned::WithContent(id),
            other => other,
        };
        Ok(OwnerOptions { asset, counts: owner::counts(db, which, owner.id)?, owner, candidates })
    })
}

/// Finds the assets with their owner, if the actor may change it.
fn found(db: &mut Database, actor: &ScopedActor, reowned: Reowned) -> Result<(Option<Asset>, User, Owned), ActionError> {
    actor.authorise(Action::Use(Permission::AssetsChangeOwner))?;
    let (asset, owner, which) = match reowned {
        Reowned::Asset { id, with_content } => {
            let (asset, _) = find(db, actor, id)?;
            let which = if with_content { Owned::WithContent(id) } else { Owned::One(id) };
            (Some(asset.clone()), asset.owner_id, which)
        }
        Reowned::AllOf(user) => (None, user, Owned::All),
    };
    Ok((asset, users::find(db, owner)?.ok_or_else(ActionError::unknown)?, which))
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
    #[error(transparent)]
    Action(#[from] ActionError),
}

action_error_from_store!(OwnerError);

/// Makes an active user the owner. Returns the number of assets and the new owner.
pub fn change(
    ctx: &Context,
    submission: &Submission<(u64, User)>,
    reowned: Reowned,
    to: UserId,
    keeps_edit: bool,
) -> Result<(u64, User), OwnerError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        let new = users::lock(work.tx, to)?;
        let (asset, old, which) = found(work.tx.db(), &work.actor, reowned)?;
        let new = new.ok_or(OwnerError::Gone)?;
        let name = new.display_name();
        if new.id == old.id {
            return Err(OwnerError::IsOwner { name });
        }
        match work.require(AssetAction::ChangeOwner { target: new.target(work.now) }) {
            Err(ActionError::Refused { denial: PolicyDenial::Status(status), .. }) => return Err(OwnerError::NotActive { name, status }),
            other => other?,
        }
        if let Some(asset) = &asset {
            assets::lock(work.tx, asset.id)?;
        }
        let count = reown(work, asset.as_ref(), &old, &new, which, keeps_edit)?;
        if count == 0 {
            return Err(OwnerError::NoAssets { name: old.display_name() });
        }
        Ok((count, new))
    })
}

fn reown(
    work: &mut UnitOfWork<'_, '_>,
    asset: Option<&Asset>,
    old: &User,
    new: &User,
    which: Owned,
    keeps_edit: bool,
) -> Result<u64, ActionError> {
    let assets = owner::first_ids(work.tx.db(), which, old.id, IDS_MAX)?;
    let (by, now) = (work.actor.id(), work.now);
    let count = owner::change(work.tx, OwnerChange { which, from: old.id, to: new.id, keeps_edit, by, now })? as u64;
    if count == 0 {
        return Ok(0);
    }
    let (before, after) = (Named::from(&old.who()), Named::from(&new.who()));
    let event = AuditEvent::AssetOwnerChanged { before, after, count, assets };
    match asset {
        Some(asset) => work.record(asset, &event),
        None => work.record(old, &event),
    }
    let asset = asset.map(|asset| asset.name.clone());
    let (from, to) = (old.display_name(), new.display_name());
    for (user, is_new) in [(new, true), (old, false)] {
        if user.status(work.now) == Status::Active {
            let (asset, other) = (asset.clone(), if is_new { from.clone() } else { to.clone() });
            work.notify(user, |change| Message::OwnerChanged(OwnerChanged { change, asset, count, other, is_new, keeps_edit }))?;
        }
    }
    Ok(count)
}
