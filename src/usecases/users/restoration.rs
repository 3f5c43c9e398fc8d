//! Deleted users: listed, restored with what they had, and purged after the time for which the company keeps them.

use crate::{
    domain::{
        audit::{AuditEvent, DemotionReason, Grantee, Subject, SubjectKind},
        clock::Timestamp,
        company::Company,
        email_address::EmailAddress,
        ids::{AccountId, PortfolioId, UserId},
        policy::{PolicyDenial, UserAction},
        user::{DefaultRole, Status, Who},
    },
    store::{
        StoreError, accounts,
        assets::shares::{self, ShareWith},
        assignments, company,
        deleted_access::{self, DeletedAccess},
        groups,
        page::{Count, Position, Slice},
        portfolios,
        users::{self, Deleted, User},
        withheld::{self, Withheld},
    },
    usecases::{
        ActionError, Context, Principal, Submission,
        access::assignments::become_user,
        shared::{
            error::{action_error_from_store, authorise},
            transaction::{Rights, UnitOfWork},
        },
    },
};

/// Users purged in one transaction.
const PURGED_AT_ONCE: i64 = 100;

/// A deleted user who can still be restored.
#[derive(Debug, Clone)]
pub struct Restorable {
    pub user: Deleted,
    /// Name of the deleting user, unless they are gone for good.
    pub deleted_by: Option<String>,
    pub until: Timestamp,
    /// Another user who has the address meanwhile, which prevents the restoration.
    pub address_used_by: Option<Who>,
}

/// Lists deleted users who can still be restored, latest first, with their number.
///
/// # Errors
/// Unknown for a cursor of another list.
pub fn deleted(
    ctx: &Context,
    actor: &User,
    company: &Company,
    position: &Position,
    limit: usize,
) -> Result<(Slice<Restorable>, Count), ActionError> {
    let now = ctx.now();
    authorise(actor.actor(), UserAction::SeeDeleted, None)?;
    ctx.store.read(|db| {
        let kept = company.deleted_kept;
        let users = users::list_deleted(db, now - kept, position, limit)?.ok_or_else(ActionError::unknown)?;
        let names = users::names(db, users.rows.iter().filter_map(|user| user.deleted_by))?;
        let name = |by: Option<UserId>| names.get(&by?).cloned();
        let mut in_use = users::with_addresses_of(db, &users.rows)?;
        let restorable = |user: Deleted| Restorable {
            deleted_by: name(user.deleted_by),
            until: user.deleted_at + kept,
            address_used_by: in_use.remove(&user.email_key),
            user,
        };
        Ok((users.map(restorable), users::count_deleted(db, now - kept)?))
    })
}

/// Reason for which a user is not restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// Use of the address by a user who was invited meanwhile.
    #[error("the address is in use")]
    AddressInUse { email: String },
    #[error(transparent)]
    Action(#[from] ActionError),
}

action_error_from_store!(RestoreError);

/// A restored user.
#[derive(Debug, Clone)]
pub struct Restored {
    pub user: User,
    pub status: Status,
    /// True if they were a Portfolio Admin before.
    pub became_user: bool,
    pub access: RestoredAccess,
}

/// Memberships and assignments of a restored user.
#[derive(Debug, Clone, Default)]
pub struct RestoredAccess {
    pub groups: usize,
    pub portfolios: usize,
    pub accounts: usize,
    /// Assets shared with them.
    pub shares: usize,
    /// Names of portfolios and accounts that could not be assigned.
    pub withheld: Vec<String>,
}

/// Restores a deleted user with their memberships and assignments, as far as the actor may give them. Sessions and the
/// Admin role stay away. A Portfolio Admin left without portfolios becomes a User.
pub fn restore(ctx: &Context, submission: &Submission<Restored>, user_id: UserId) -> Result<Restored, RestoreError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        work.require(UserAction::RestoreUser)?;
        let since = work.now - company::load(work.tx.db())?.deleted_kept;
        let deleted = users::lock_deleted(work.tx, user_id, since)?.ok_or_else(ActionError::unknown)?;
        let email = EmailAddress::parse(&deleted.email).map_err(|_| ActionError::unknown())?;
        if users::find_by_email(work.tx.db(), &email)?.is_some() {
            return Err(RestoreError::AddressInUse { email: deleted.email });
        }
        users::restore(work.tx, user_id)?;
        let user = users::find(work.tx.db(), user_id)?.ok_or_else(ActionError::unknown)?;
        work.record(&user, &AuditEvent::UserRestored { email: user.email.clone() });
        let mut access = RestoredAccess::default();
        for had in deleted_access::take(work.tx, user_id)? {
            access.restore(work, &user, had)?;
        }
        access.restore_shares(work, &user)?;
        let became_user = user.default_role == DefaultRole::PortfolioAdmin && access.portfolios == 0;
        if became_user {
            become_user(work, &user, DemotionReason::PortfoliosWithheld)?;
        }
        let user = users::find(work.tx.db(), user_id)?.ok_or_else(ActionError::unknown)?;
        let status = user.status(work.now);
        // Users who were blocked before stay blocked, and have no access to announce.
        if status == Status::Active {
            work.notify(&user, |change| ctx.restored(change, became_user))?;
        }
        Ok(Restored { user, status, became_user, access })
    })
}

impl RestoredAccess {
    fn restore_shares(&mut self, work: &mut UnitOfWork<'_, '_>, user: &User) -> Result<(), StoreError> {
        for (asset, level) in shares::take_kept(work.tx, user.id)? {
            shares::set(work.tx, asset.id, ShareWith::User(user.id), level)?;
            let with = Grantee { kind: SubjectKind::User, id: user.id.0, name: user.display_name() };
            work.record(&asset, &AuditEvent::AssetShared { with, level });
            self.shares += 1;
        }
        Ok(())
    }

    /// Restores one membership or assignment. Only Admins restore users, so all is theirs to give, except in a
    /// deactivated portfolio: that is withheld.
    fn restore(&mut self, work: &mut UnitOfWork<'_, '_>, user: &User, had: DeletedAccess) -> Result<(), StoreError> {
        let by = work.actor.id();
        match had {
            DeletedAccess::Group(id) => {
                let Some(group) = groups::find(work.tx.db(), id)? else { return Ok(()) };
                groups::add_member(work.tx, id, user.id, work.now)?;
                work.record_at(user, &group, &AuditEvent::GroupMemberAdded {});
                self.groups += 1;
            }
            DeletedAccess::Portfolio(id) => {
                let Some(portfolio) = portfolios::find(work.tx.db(), id)? else { return Ok(()) };
                if portfolio.is_active() {
                    assignments::give_portfolio(work.tx, user.id, id, by, work.now)?;
                    work.record_at(user, &portfolio, &AuditEvent::AssignmentAdded { permissions: None });
                    self.portfolios += 1;
                } else {
                    withhold(work, user, &portfolio, (Some(id), None))?;
                    self.withheld.push(portfolio.name);
                }
            }
            DeletedAccess::Account(id, permissions) => {
                let Some(account) = accounts::find(work.tx.db(), id)? else { return Ok(()) };
                if account.is_active() {
                    assignments::give_account(work.tx, user.id, id, permissions, by, work.now)?;
                    work.record_at(user, &account, &AuditEvent::AssignmentAdded { permissions: Some(permissions) });
                    self.accounts += 1;
                } else {
                    withhold(work, user, &account, (None, Some(id)))?;
                    self.withheld.push(account.name);
                }
            }
        }
        Ok(())
    }
}

fn withhold(
    work: &mut UnitOfWork<'_, '_>,
    user: &User,
    place: impl Into<Subject>,
    (portfolio_id, account_id): (Option<PortfolioId>, Option<AccountId>),
) -> Result<(), StoreError> {
    withheld::insert(work.tx, user.id, Withheld { portfolio_id, account_id, assigned_by: work.actor.id(), withheld_at: work.now })?;
    work.record_at(user, place, &AuditEvent::AssignmentNotRestored {});
    Ok(())
}

/// Permanently removes the users whom the company keeps no longer.
pub fn purge(ctx: &Context) -> Result<(), StoreError> {
    let purged = |work: &mut UnitOfWork<'_, '_>| {
        let company = company::load(work.tx.db())?;
        let users = users::purge(work.tx, work.now - company.deleted_kept, PURGED_AT_ONCE)?;
        if users.is_empty() {
            return Err(ActionError::is_so(company.name));
        }
        for user in &users {
            work.record(&user.who(), &AuditEvent::UserPurged { email: user.email.clone() });
        }
        Ok(())
    };
    loop {
        match Principal::System.audited_transaction(ctx, Rights::Stay, purged) {
            Ok(()) => {}
            // No user is left to purge.
            Err(ActionError::Refused { denial: PolicyDenial::Unchanged, .. }) => return Ok(()),
            Err(ActionError::Store(error)) => return Err(error),
            Err(error) => return Err(StoreError::Unknown(error.to_string())),
        }
    }
}
