//! New User: invites a user with a name, a default role and assignments. Nothing is written before the last step, which
//! checks everything again.

use std::collections::HashMap;

use crate::{
    domain::{
        audit::AuditEvent,
        clock::Timestamp,
        credentials::token::Token,
        email_address::EmailAddress,
        ids::{AccountId, PortfolioId},
        invitation::{InvitationOrigin, quota::Pace},
        permission::{AssignmentPermissions, Permission},
        policy::{AccessAction, Action},
        text::PersonName,
        user::DefaultRole,
    },
    mail::Message,
    store::{
        Database, StoreError,
        accounts::Account,
        assignments, company,
        portfolios::Portfolio,
        users::{NewInvited, User},
    },
    usecases::{
        ActionError, Context, Submission,
        access::picker_options,
        shared::{
            scoped_actor::ScopedActor,
            transaction::{Rights, UnitOfWork},
        },
    },
};

use super::invite::{self, Existing, InviteError};

/// User to invite.
#[derive(Debug, Clone)]
pub struct NewUser {
    pub first_name: PersonName,
    pub last_name: PersonName,
    pub email: EmailAddress,
    pub given: NewAssignments,
}

/// Default role with its assignments, of which at least one is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewAssignments {
    /// Portfolios of a Portfolio Admin.
    Portfolios(Vec<PortfolioId>),
    /// Accounts of a User.
    Accounts(Vec<(AccountId, AssignmentPermissions)>),
}

impl NewAssignments {
    pub fn default_role(&self) -> DefaultRole {
        match self {
            Self::Portfolios(_) => DefaultRole::PortfolioAdmin,
            Self::Accounts(_) => DefaultRole::User,
        }
    }
}

/// Checks that the actor can invite an address.
///
/// # Errors
/// [`InviteError::Exists`] for a user who exists for the actor, [`InviteError::NotYours`] for others.
pub fn check_address(ctx: &Context, actor: &User, email: &EmailAddress) -> Result<(), InviteError> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, actor)?;
        actor.authorise(Action::Use(Permission::UsersInvite))?;
        free(db, &actor, email, now)
    })
}

fn free(db: &mut Database, actor: &ScopedActor, email: &EmailAddress, now: Timestamp) -> Result<(), InviteError> {
    let Some(existing) = Existing::find(db, email, now)? else { return Ok(()) };
    Err(match existing.visible_to(db, actor, now)? {
        Some(existing) => InviteError::Exists(Box::new(existing)),
        None => InviteError::NotYours,
    })
}

/// True if the actor has nothing to assign.
pub fn has_nothing_to_give(ctx: &Context, actor: &User) -> Result<bool, ActionError> {
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, actor)?;
        actor.authorise(Action::Use(Permission::UsersInvite))?;
        Ok(actor.scope.is_empty())
    })
}

/// Invites a user from Users & Permissions.
///
/// # Errors
/// Unknown without assignments, and where the actor may not make one of them.
pub fn invite(ctx: &Context, submission: &Submission<User>, new: &NewUser) -> Result<User, InviteError> {
    let token = Token::new(&*ctx.random);
    let origin = InvitationOrigin::UsersAndPermissions;
    let default_role = new.given.default_role();
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        work.require(Action::Use(Permission::UsersInvite))?;
        submission.ensure_first_submission(work)?;
        let given = found(work, &new.given)?;
        work.require(AccessAction::InviteWith { default_role, is_own: true })?;
        if given.is_empty() {
            return Err(ActionError::unknown().into());
        }
        free(work.tx.db(), &work.actor, &new.email, work.now)?;
        invite::count_invitation(work, Pace::Single)?;
        let company = company::load(work.tx.db())?;
        let expires_at = work.now + company.invitation_term(origin);
        let new = NewInvited {
            first_name: new.first_name.as_str(),
            last_name: new.last_name.as_str(),
            email: &new.email,
            default_role,
            origin,
            expires_at,
            invited_by: work.actor.id(),
            now: work.now,
        };
        let user = invite::add(work, &new)?;
        given.give(work, &user)?;
        invite::send(work, &user, &token, &company, expires_at, Message::Invitation)?;
        Ok(user)
    })
}

/// Assignments as found in the transaction.
enum CheckedAssignments {
    Portfolios(Vec<Portfolio>),
    Accounts(Vec<(Account, AssignmentPermissions)>),
}

fn found(work: &mut UnitOfWork<'_, '_>, given: &NewAssignments) -> Result<CheckedAssignments, ActionError> {
    match given {
        NewAssignments::Portfolios(ids) => {
            picker_options::given_portfolios(work.tx.db(), &work.actor, ids).map(CheckedAssignments::Portfolios)
        }
        NewAssignments::Accounts(given) => {
            let given = given.iter().copied().collect::<HashMap<_, _>>();
            let found = picker_options::given_accounts(work.tx.db(), &work.actor, &given.keys().copied().collect::<Vec<_>>())?;
            let with = |account: Account| given.get(&account.id).map(|&permissions| (account, permissions));
            Ok(CheckedAssignments::Accounts(found.into_iter().filter_map(with).collect()))
        }
    }
}

impl CheckedAssignments {
    fn is_empty(&self) -> bool {
        match self {
            Self::Portfolios(portfolios) => portfolios.is_empty(),
            Self::Accounts(accounts) => accounts.is_empty(),
        }
    }

    fn give(&self, work: &mut UnitOfWork<'_, '_>, to: &User) -> Result<(), StoreError> {
        let by = work.actor.id();
        match self {
            Self::Portfolios(portfolios) => {
                for portfolio in portfolios {
                    assignments::give_portfolio(work.tx, to.id, portfolio.id, by, work.now)?;
                    work.record_at(to, portfolio, &AuditEvent::AssignmentAdded { permissions: None });
                }
            }
            Self::Accounts(accounts) => {
                for &(ref account, permissions) in accounts {
                    assignments::give_account(work.tx, to.id, account.id, permissions, by, work.now)?;
                    work.record_at(to, account, &AuditEvent::AssignmentAdded { permissions: Some(permissions) });
                }
            }
        }
        Ok(())
    }
}
