//! Deletion of a user: the inventory of everything that goes, new owners for their assets, and the receipt.

use std::collections::BTreeMap;

use crate::{
    domain::{
        asset::AssetKind,
        audit::{AuditEvent, Named, Subject},
        clock::Timestamp,
        company::Company,
        digest::Digest,
        ids::UserId,
        policy::{Target, UserAction},
        search::SearchTerm,
        user::Status,
    },
    mail::Message,
    store::{
        Database, StoreError,
        assets::{
            self,
            owner::{self as owners, Owned},
        },
        assignments, company, deleted_access, groups,
        page::Slice,
        sessions,
        users::{self, User},
    },
    usecases::{
        ActionError, Context, EntryPoint, Submission,
        assets::owner::{self, OwnerError, OwnerMail},
        shared::{
            ending::{AccessEnd, end_access},
            error::action_error_from_store,
            scoped_actor::ScopedActor,
            transaction::{Rights, UnitOfWork},
        },
    },
};

/// Most assets of a kind that the page names.
const NAMED_MAX: i64 = 4;

/// Belongings of a user, for the page that asks for consent.
#[derive(Debug, Clone)]
pub struct Inventory {
    pub sessions: usize,
    pub groups: Vec<Named>,
    pub portfolios: Vec<Named>,
    pub accounts: Vec<Named>,
    /// Number of assets that are shared with the user directly.
    pub shares: i64,
    /// Assets by kind, which need a new owner.
    pub assets: Vec<OwnedKind>,
    /// End of the time to restore the last deleted ones.
    pub deleted_until: Option<Timestamp>,
}

/// Assets of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedKind {
    pub kind: AssetKind,
    pub count: i64,
    /// Names of the first ones.
    pub first: Vec<String>,
    /// Number of further ones, which are deleted and can still be restored.
    pub deleted: i64,
}

impl Inventory {
    fn of(db: &mut Database, user: UserId, company: &Company, now: Timestamp) -> Result<Self, StoreError> {
        let counts = owners::counts(db, &Owned::All, user)?.into_iter().collect::<BTreeMap<_, _>>();
        let deleted = owners::deleted_counts(db, user, now - company.deleted_kept)?;
        let mut assets = Vec::new();
        for kind in AssetKind::ALL.iter().copied() {
            let count = counts.get(&kind).copied().unwrap_or_default();
            let deleted = deleted.iter().find(|deleted| deleted.kind == kind).map_or(0, |deleted| deleted.count);
            if count + deleted > 0 {
                let first = owners::first(db, &Owned::OfKinds(vec![kind]), user, NAMED_MAX)?;
                assets.push(OwnedKind { kind, count, first: first.into_iter().map(|asset| asset.name).collect(), deleted });
            }
        }
        let (groups, portfolios) = (groups::memberships_of(db, &[user])?, assignments::portfolios_of(db, &[user])?);
        let accounts = assignments::accounts_of(db, &[user])?;
        Ok(Self {
            sessions: sessions::of_user(db, user, company, now)?.len(),
            groups: groups.iter().map(|membership| Named::new(membership.group.0, &membership.group_name)).collect(),
            portfolios: portfolios.iter().map(|given| Named::new(given.portfolio.id.0, &given.portfolio.name)).collect(),
            accounts: accounts.iter().map(|given| Named::new(given.account.id.0, &given.account.name)).collect(),
            shares: assets::shares::count_with(db, user)?,
            assets,
            deleted_until: deleted.iter().map(|deleted| deleted.last + company.deleted_kept).max(),
        })
    }

    /// Digest by which the form notices a changed inventory.
    pub fn digest(&self) -> Digest {
        Digest::of(self)
    }
}

/// The page that asks for consent and for new owners.
#[derive(Debug, Clone)]
pub struct DeletionOptions {
    pub user: User,
    pub inventory: Inventory,
    /// End of the time to restore the user; `None` when they cannot be.
    pub restorable_until: Option<Timestamp>,
    pub candidates: Slice<User>,
    /// Chosen users who can become owners.
    pub chosen: Vec<User>,
}

pub fn options(
    ctx: &Context,
    actor: &User,
    company: &Company,
    user_id: UserId,
    chosen: &[UserId],
    search: Option<SearchTerm>,
) -> Result<DeletionOptions, ActionError> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let user = ScopedActor::of(db, actor)?.require(db, EntryPoint::UsersAndGroups, user_id, delete_action, now)?;
        let inventory = Inventory::of(db, user_id, company, now)?;
        let mut chosen = users::find_all(db, chosen)?;
        chosen.retain(|owner| owner.id != user_id && owner.status(now) == Status::Active);
        let mut candidates = owner::candidates(db, search)?;
        candidates.rows.retain(|candidate| candidate.id != user_id);
        Ok(DeletionOptions { user, inventory, restorable_until: restorable_until(company, now), candidates, chosen })
    })
}

fn delete_action(target: Target, other_active_admins: u64) -> UserAction {
    UserAction::Delete { target, other_active_admins }
}

fn restorable_until(company: &Company, now: Timestamp) -> Option<Timestamp> {
    (!company.deleted_kept.is_zero()).then(|| now + company.deleted_kept)
}

/// New owners of the assets of a deleted user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewOwners {
    /// One for all; `None` where the user owns nothing.
    One(Option<UserId>),
    PerKind(BTreeMap<AssetKind, UserId>),
}

impl Default for NewOwners {
    fn default() -> Self {
        Self::One(None)
    }
}

impl NewOwners {
    fn of(&self, kind: AssetKind) -> Option<UserId> {
        match self {
            Self::One(owner) => *owner,
            Self::PerKind(owners) => owners.get(&kind).copied(),
        }
    }
}

/// Refusal of a deletion.
#[derive(Debug, thiserror::Error)]
pub enum DeleteError {
    /// Another inventory since the page was shown.
    #[error("the inventory changed meanwhile")]
    Changed,
    #[error("assets need a new owner")]
    NoOwner,
    /// Deleted by the actor before.
    #[error("the user is deleted already")]
    Already { name: String, restorable_until: Timestamp },
    /// Refusal of a new owner.
    #[error("{source}")]
    Owner { id: UserId, source: OwnerError },
    #[error(transparent)]
    Action(#[from] ActionError),
}

action_error_from_store!(DeleteError);

/// Account of a deletion.
#[derive(Debug, Clone)]
pub struct Receipt {
    pub user: User,
    /// End of the time to restore the user.
    pub restorable_until: Option<Timestamp>,
    pub sessions: usize,
    /// Assets with their new owners.
    pub transfers: Vec<Transfer>,
}

/// Assets that went to a new owner.
#[derive(Debug, Clone)]
pub struct Transfer {
    pub to: User,
    pub assets: Vec<OwnedKind>,
}

/// Deletes a user, who can be restored as long as the company keeps them, and gives their assets to new owners. Deleted
/// assets that cannot be restored are removed, so that deleted users own nothing. With the digest that the page showed,
/// a changed inventory is refused.
pub fn delete(
    ctx: &Context,
    submission: &Submission<Receipt>,
    user_id: UserId,
    new_owners: &NewOwners,
    shown: Option<&Digest>,
) -> Result<Receipt, DeleteError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        let company = company::load(work.tx.db())?;
        let user = match work.require_for_update(EntryPoint::UsersAndGroups, user_id, delete_action) {
            Err(error) if error.is_unknown() => return Err(earlier(work, user_id, &company)?.unwrap_or_else(|| error.into())),
            found => found?,
        };
        let inventory = Inventory::of(work.tx.db(), user_id, &company, work.now)?;
        if shown.is_some_and(|shown| *shown != inventory.digest()) {
            return Err(DeleteError::Changed);
        }
        assets::deleted::purge_of(work.tx, user_id, work.now - company.deleted_kept)?;
        let transfers = transfer(work, &user, &inventory, new_owners)?;
        let sessions = end_access(work, user_id, AccessEnd::Lockout, None)?;
        deleted_access::keep(work.tx, user_id)?;
        assets::shares::keep_all(work.tx, user_id)?;
        work.notify(&user, Message::UserDeleted)?;
        let restorable_until = restorable_until(&company, work.now);
        if restorable_until.is_some() {
            users::delete(work.tx, user_id, work.actor.id(), work.now)?;
        } else {
            users::remove(work.tx, user_id)?;
        }
        let Inventory { groups, portfolios, accounts, shares, assets, .. } = inventory;
        let (email, status) = (user.email.clone(), user.status(work.now));
        let assets = assets.iter().map(|owned| (owned.count + owned.deleted).unsigned_abs()).sum();
        let (shares, sessions_ended) = (shares.unsigned_abs(), sessions as u64);
        work.record(&user, &AuditEvent::UserDeleted { email, status, groups, portfolios, accounts, shares, assets, sessions_ended });
        Ok(Receipt { user, restorable_until, sessions, transfers })
    })
}

/// Refusal to delete a user again whom the actor has deleted.
fn earlier(work: &mut UnitOfWork<'_, '_>, user: UserId, company: &Company) -> Result<Option<DeleteError>, StoreError> {
    let deleted = users::lock_deleted(work.tx, user, work.now - company.deleted_kept)?;
    let deleted = deleted.filter(|deleted| deleted.deleted_by.is_some() && deleted.deleted_by == work.actor.id());
    Ok(deleted.map(|deleted| DeleteError::Already {
        name: deleted.who().display_name(),
        restorable_until: deleted.deleted_at + company.deleted_kept,
    }))
}

/// Gives the assets of a user to the new owners, and mails each of them.
fn transfer(
    work: &mut UnitOfWork<'_, '_>,
    user: &User,
    inventory: &Inventory,
    new_owners: &NewOwners,
) -> Result<Vec<Transfer>, DeleteError> {
    let mut by_owner = BTreeMap::<UserId, Vec<OwnedKind>>::new();
    for owned in &inventory.assets {
        let owner = new_owners.of(owned.kind).ok_or(DeleteError::NoOwner)?;
        by_owner.entry(owner).or_default().push(owned.clone());
    }
    let mut transfers = Vec::with_capacity(by_owner.len());
    for (id, assets) in by_owner {
        let refused = |source| DeleteError::Owner { id, source };
        if id == user.id {
            return Err(refused(OwnerError::IsOwner { name: user.display_name() }));
        }
        let to = owner::require_new_owner(work, id).map_err(|error| match error {
            OwnerError::Action(error) => error.into(),
            source => refused(source),
        })?;
        transfers.push(Transfer { to, assets });
    }
    let mail = OwnerMail { asset: None, keeps_edit: false };
    for Transfer { to, assets } in &transfers {
        let which = Owned::OfKinds(assets.iter().map(|owned| owned.kind).collect());
        let count = owner::reown(work, Subject::from(user), (user, to), &which, false)?;
        mail.post(work, to, true, count, user.display_name())?;
    }
    Ok(transfers)
}
