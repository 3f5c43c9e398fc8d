//! Edit User: name, address and default role, and the end of all sessions.

use crate::{
    domain::{
        audit::{AuditEvent, UserFields},
        email_address::EmailAddress,
        ids::{PortfolioId, UserId, sorted},
        permission::Permission,
        policy::{AccessAction, Action, UserAction},
        scope::{Scope, ScopeRelation},
        text::PersonName,
        user::{DefaultRole, Status},
    },
    mail::{
        Message,
        messages::{Assignments, UserEdited},
    },
    store::{
        StoreError, assignments,
        portfolios::{self, Portfolio},
        scopes,
        users::{self, User},
    },
    usecases::{
        ActionError, Context, EntryPoint, Submission,
        credentials::email_change::{self, Tokens},
        shared::{
            ending::{AccessEnd, end_access},
            error::action_error_from_store,
            scoped_actor::{ScopedActor, ScopedAssignments, TargetUser},
            transaction::{Rights, UnitOfWork},
        },
    },
};

use super::invite::{self, Existing};

/// Edited details of a user.
#[derive(Debug, Clone)]
pub struct Profile {
    pub first_name: PersonName,
    pub last_name: PersonName,
    pub email: EmailAddress,
    pub default_role: DefaultRole,
    /// First portfolios of a user who becomes a Portfolio Admin.
    pub portfolios: Vec<PortfolioId>,
    /// Portfolios that a Portfolio Admin loses as a User, as the actor has confirmed.
    pub leaves: Vec<PortfolioId>,
    /// True if the actor has confirmed that the user leaves their scope.
    pub agreed: bool,
    /// Version of the user when the form was opened.
    pub version: i32,
}

/// A user before and after a change.
#[derive(Debug, Clone)]
pub struct Updated {
    pub before: User,
    pub after: User,
    /// True if the user has left the actor's scope.
    pub has_left: bool,
}

/// Reason for which a user is not edited.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Edited by another user since the form was opened. Carries the current user.
    #[error("it was changed meanwhile")]
    Stale(Box<User>),
    /// No active portfolio for a Portfolio Admin. Carries the name of a chosen one that is deactivated.
    #[error("a portfolio is missing")]
    NeedsPortfolio { deactivated: Option<String> },
    /// Portfolios that go with the role, without the actor's consent.
    #[error("portfolios go with the role")]
    Leaves {
        portfolios: Vec<Portfolio>,
        /// True if the user leaves the actor's scope with them.
        parts: bool,
    },
    /// Address of another user, who is named only if they exist for the actor.
    #[error("the address is in use")]
    AddressTaken(Option<Box<Existing>>),
    /// New address for a deactivated user, who could not confirm it.
    #[error("the address cannot be changed")]
    AddressStays,
    #[error(transparent)]
    Action(#[from] ActionError),
}

action_error_from_store!(ProfileError);

/// Finds a user whom the actor may edit, with the address that waits for confirmation.
pub fn editable(ctx: &Context, actor: &User, id: UserId) -> Result<(User, Option<String>), ActionError> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, actor)?;
        let user = actor.require(db, EntryPoint::UsersAndPermissions, id, |target, _| UserAction::EditUser(target), now)?;
        let waiting = email_change::pending(db, &user, now)?.map(|change| change.email);
        Ok((user, waiting))
    })
}

/// Edits a user, if their version is still `profile.version`. A changed role ends their sessions. An active user must
/// confirm a new address.
pub fn update(ctx: &Context, submission: &Submission<Updated>, id: UserId, profile: &Profile) -> Result<Updated, ProfileError> {
    let tokens = Tokens::new(ctx);
    submission.audited_transaction(ctx, Rights::Change, |work| {
        let target_user = work.target_user_for_update(id)?;
        work.actor.require_on(&target_user, UserAction::EditUser)?;
        let before = &target_user.user;
        let (first_name, last_name) = (profile.first_name.as_str(), profile.last_name.as_str());
        let is_so = first_name == before.first_name && last_name == before.last_name && profile.email.as_str() == before.email;
        if is_so && profile.default_role == before.default_role {
            return Err(ActionError::unchanged(before).into());
        }
        if before.version != profile.version {
            return Err(ProfileError::Stale(Box::new(target_user.user)));
        }
        let with_role = change_role(work, &target_user, profile)?;
        users::set_profile(work.tx, before, &profile.first_name, &profile.last_name, profile.default_role)?;
        let named = users::find(work.tx.db(), id)?.ok_or_else(ActionError::unknown)?;
        if profile.email.as_str() != before.email {
            change_address(work, &named, &profile.email, &tokens)?;
        }
        let after = users::find(work.tx.db(), id)?.ok_or_else(ActionError::unknown)?;
        let fields = |user: &User| UserFields {
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            email: user.email.clone(),
            default_role: user.default_role,
        };
        let (was, is) = (fields(before), fields(&after));
        // Changes of address that wait have an event of their own.
        if was != is || profile.email.as_str() == before.email {
            work.record(before, &AuditEvent::UserEdited { before: was, after: is });
        }
        notify(work, before, &after, with_role)?;
        let has_left = scopes::inside(work.tx.db(), &work.actor.scope, &after)? == ScopeRelation::Not;
        Ok(Updated { before: target_user.user, after, has_left })
    })
}

/// Adds and removes portfolios with another default role. Returns their names.
fn change_role(work: &mut UnitOfWork<'_, '_>, target_user: &TargetUser, profile: &Profile) -> Result<Assignments, ProfileError> {
    let (user, default_role) = (&target_user.user, profile.default_role);
    let mut names = Assignments::default();
    if user.default_role == default_role {
        return Ok(names);
    }
    let theirs = assignments::portfolios_of(work.tx.db(), &[user.id])?.into_iter().map(|given| given.portfolio).collect::<Vec<_>>();
    match default_role {
        DefaultRole::PortfolioAdmin => {
            work.require(Action::Use(Permission::UsersInvitePortfolioAdmin))?;
            if profile.portfolios.is_empty() {
                return Err(ProfileError::NeedsPortfolio { deactivated: None });
            }
            for id in sorted(&profile.portfolios) {
                portfolios::lock(work.tx, id)?;
                let portfolio = work.portfolio(id)?;
                let is_own = work.actor.scope.holds(id);
                work.require(AccessAction::InviteWith { default_role, is_own })?;
                if !portfolio.is_active() {
                    return Err(ProfileError::NeedsPortfolio { deactivated: Some(portfolio.name) });
                }
                assignments::give_portfolio(work.tx, user.id, id, work.actor.id(), work.now)?;
                work.record_at(user, &portfolio, &AuditEvent::AssignmentAdded { permissions: None });
                names.given.push(portfolio.name);
            }
        }
        DefaultRole::User => {
            let parts = work.actor.scope != Scope::Company && ScopedAssignments::of(work.tx.db(), &work.actor, user)?.accounts.is_empty();
            if (parts && !profile.agreed) || !theirs.iter().all(|portfolio| profile.leaves.contains(&portfolio.id)) {
                return Err(ProfileError::Leaves { portfolios: theirs, parts });
            }
            for portfolio in theirs {
                assignments::unassign_portfolio(work.tx, user.id, portfolio.id)?;
                work.record_at(user, &portfolio, &AuditEvent::AssignmentRemoved { permissions: None });
                names.taken.push(portfolio.name);
            }
        }
    }
    end_access(work, user.id, AccessEnd::DefaultRoleChanged, None)?;
    Ok(names)
}

/// Changes the address. An active user must confirm the new one, and an open invitation is sent there instead.
fn change_address(work: &mut UnitOfWork<'_, '_>, user: &User, email: &EmailAddress, tokens: &Tokens) -> Result<(), ProfileError> {
    if let Some(other) = Existing::find(work.tx.db(), email, work.now)?.filter(|other| other.id != user.id) {
        return Err(ProfileError::AddressTaken(other.visible_to(work.tx.db(), &work.actor, work.now)?.map(Box::new)));
    }
    match user.status(work.now) {
        Status::Active => Ok(email_change::begin(work, user, email, tokens)?),
        Status::Invited | Status::Expired => Ok(invite::readdress(work, user, email, &tokens.to_new)?),
        Status::Deactivated => Err(ProfileError::AddressStays),
    }
}

/// Notifies an active user of the edit.
fn notify(work: &mut UnitOfWork<'_, '_>, before: &User, after: &User, assignments: Assignments) -> Result<(), StoreError> {
    let name = (before.display_name() != after.display_name()).then(|| after.display_name());
    let role = (before.default_role != after.default_role).then(|| after.default_role.label().to_owned());
    if after.status(work.now) != Status::Active || (name.is_none() && role.is_none()) {
        return Ok(());
    }
    work.notify(after, |change| Message::UserEdited(UserEdited { change, name, role, assignments }))
}

/// Ends all sessions of a user. Returns the user and the number of sessions.
pub fn end_sessions(ctx: &Context, submission: &Submission<(User, usize)>, id: UserId) -> Result<(User, usize), ActionError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        // `Rights::Change` takes one at a time: two users who sign each other out would wait for each other.
        let user = work.require_for_update(EntryPoint::UsersAndPermissions, id, |target, _| UserAction::EndSessions(target))?;
        let ended = end_access(work, id, AccessEnd::SignedOutEverywhere, None)?;
        if ended > 0 {
            work.notify(&user, Message::SignedOut)?;
        }
        work.record(&user, &AuditEvent::SessionsEnded { sessions: ended as u64 });
        Ok((user, ended))
    })
}
