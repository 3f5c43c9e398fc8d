//! Lifecycle of a user: block, activate and delete.

use crate::{
    domain::{
        audit::{AuditEvent, Named},
        clock::Timestamp,
        company::Company,
        ids::UserId,
        policy::{PolicyDenial, Target, UserAction},
        user::Status,
    },
    mail::Message,
    store::{
        Database, StoreError, assets, assignments, company, deleted_access, groups, sessions,
        users::{self, User},
    },
    usecases::{
        ActionError, Context, EntryPoint, Submission,
        credentials::sign_in,
        shared::{
            ending::{AccessEnd, end_access},
            scoped_actor::ScopedActor,
            transaction::{Rights, UnitOfWork},
        },
    },
};

/// Blocks a user: sessions, links and waiting mails end at once. Returns the user.
pub fn block(ctx: &Context, submission: &Submission<User>, entry_point: EntryPoint, user_id: UserId) -> Result<User, ActionError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        let block = |target, others| UserAction::Block { target, other_active_admins: others };
        let user = work.require_for_update(entry_point, user_id, block)?;
        users::set_blocked(work.tx, user_id, Some(work.now))?;
        end_access(work, user_id, AccessEnd::Lockout, None)?;
        let message = match entry_point {
            EntryPoint::UsersAndGroups => Message::AccessBlocked,
            EntryPoint::UsersAndPermissions => Message::AccessDeactivated,
        };
        work.notify(&user, message)?;
        record_status(work, &user, Status::Deactivated);
        Ok(user)
    })
}

/// Activates a blocked user, with their earlier credentials and assignments. Returns the user.
pub fn activate(ctx: &Context, submission: &Submission<User>, entry_point: EntryPoint, user_id: UserId) -> Result<User, ActionError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        let user = work.require_for_update(entry_point, user_id, |target, _| UserAction::Activate(target))?;
        users::set_blocked(work.tx, user_id, None)?;
        sign_in::forget_attempts(work.tx, &user)?;
        work.notify(&user, |change| ctx.restored(change, false))?;
        record_status(work, &user, Status::Active);
        Ok(user)
    })
}

/// Belongings that go with a user, for the page that asks for consent.
#[derive(Debug, Clone)]
pub struct Inventory {
    pub user: User,
    pub sessions: i64,
    pub groups: Vec<String>,
    /// Names of the portfolios.
    pub portfolios: Vec<String>,
    pub accounts: Vec<String>,
    /// Number of assets, which need another owner first.
    pub assets: u64,
    /// Time until which the user can be restored; `None` when they cannot be.
    pub restorable_until: Option<Timestamp>,
}

pub fn inventory(ctx: &Context, actor: &User, company: &Company, user_id: UserId) -> Result<Inventory, ActionError> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let user = ScopedActor::of(db, actor)?.require(db, EntryPoint::UsersAndGroups, user_id, delete_action, now)?;
        let sessions = sessions::count(db, user_id, company, now)?;
        let Belongings { groups, portfolios, accounts } = Belongings::of(db, user_id)?;
        let names = |named: Vec<Named>| named.into_iter().map(|named| named.name).collect();
        Ok(Inventory {
            user,
            sessions,
            groups: names(groups),
            portfolios: names(portfolios),
            accounts: names(accounts),
            assets: assets::count_owned(db, user_id)?.unsigned_abs(),
            restorable_until: restorable_until(company, now),
        })
    })
}

/// Groups, portfolios and accounts of a user.
struct Belongings {
    groups: Vec<Named>,
    portfolios: Vec<Named>,
    accounts: Vec<Named>,
}

impl Belongings {
    fn of(db: &mut Database, user_id: UserId) -> Result<Self, StoreError> {
        let (groups, portfolios) = (groups::memberships_of(db, &[user_id])?, assignments::portfolios_of(db, &[user_id])?);
        let accounts = assignments::accounts_of(db, &[user_id])?;
        Ok(Self {
            groups: groups.iter().map(|membership| Named::new(membership.group.0, &membership.group_name)).collect(),
            portfolios: portfolios.iter().map(|given| Named::new(given.portfolio.id.0, &given.portfolio.name)).collect(),
            accounts: accounts.iter().map(|given| Named::new(given.account.id.0, &given.account.name)).collect(),
        })
    }
}

fn delete_action(target: Target, other_active_admins: u64) -> UserAction {
    UserAction::Delete { target, other_active_admins }
}

/// Refuses users who own assets, since every asset has an owner.
fn require_no_assets(db: &mut Database, user: &User) -> Result<(), ActionError> {
    match assets::count_owned(db, user.id)? {
        0 => Ok(()),
        owned => Err(ActionError::Refused { denial: PolicyDenial::OwnsAssets(owned.unsigned_abs()), name: Some(user.display_name()) }),
    }
}

fn restorable_until(company: &Company, now: Timestamp) -> Option<Timestamp> {
    (!company.deleted_kept.is_zero()).then(|| now + company.deleted_kept)
}

/// Deletes a user, who can be restored as long as the company keeps them. Returns the user and the end of that time.
pub fn delete(
    ctx: &Context,
    submission: &Submission<(User, Option<Timestamp>)>,
    user_id: UserId,
) -> Result<(User, Option<Timestamp>), ActionError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        let user = work.require_for_update(EntryPoint::UsersAndGroups, user_id, delete_action)?;
        require_no_assets(work.tx.db(), &user)?;
        let Belongings { groups, portfolios, accounts } = Belongings::of(work.tx.db(), user_id)?;
        end_access(work, user_id, AccessEnd::Lockout, None)?;
        deleted_access::keep(work.tx, user_id)?;
        assets::shares::keep_all(work.tx, user_id)?;
        work.notify(&user, Message::UserDeleted)?;
        let until = restorable_until(&company::load(work.tx.db())?, work.now);
        if until.is_some() {
            users::delete(work.tx, user_id, work.actor.id(), work.now)?;
        } else {
            assets::deleted::remove_of(work.tx, user_id)?;
            users::remove(work.tx, user_id)?;
        }
        let event = AuditEvent::UserDeleted { email: user.email.clone(), status: user.status(work.now), groups, portfolios, accounts };
        work.record(&user, &event);
        Ok((user, until))
    })
}

fn record_status(work: &mut UnitOfWork<'_, '_>, user: &User, after: Status) {
    let before = user.status(work.now);
    let event = match after {
        Status::Deactivated => AuditEvent::UserDeactivated { before, after },
        _ => AuditEvent::UserReactivated { before, after },
    };
    work.record(user, &event);
}
