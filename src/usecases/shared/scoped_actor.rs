//! The actor, their scope, and the users, portfolios and accounts that exist for them.

use chrono::TimeDelta;

use crate::{
    domain::{
        clock::Timestamp,
        ids::{AccountId, PortfolioId, UserId},
        permission::{AccountPlace, Permission},
        policy::{AccessAction, Action, Actor, Target, UserAction, decide},
        role::Role,
        scope::Scope,
        user::Who,
    },
    store::{
        Database, StoreError,
        accounts::{self, Account},
        assignments::{self, AccountAssignment, Assigned, PortfolioAssignment},
        groups,
        portfolios::{self, Portfolio},
        scopes,
        sessions::SignedIn,
        users::{self, User},
    },
};

use super::error::{ActionError, authorise};

/// Time for which a proof of who the actor is serves sensitive actions.
const PROOF_TERM: TimeDelta = TimeDelta::minutes(5);

/// Actor with their scope.
#[derive(Debug, Clone)]
pub(in crate::usecases) struct ScopedActor {
    pub(in crate::usecases) actor: Actor,
    /// Display name, for the audit log and mails.
    pub(in crate::usecases) name: String,
    pub(in crate::usecases) scope: Scope,
    limits: SessionLimits,
}

/// Limits of a session beside its user's rights.
#[derive(Debug, Clone, Copy, Default)]
struct SessionLimits {
    /// True if the user's last proof of who they are is too old for sensitive actions.
    is_proof_old: bool,
    /// True if the user needs two-factor and has none.
    must_enrol: bool,
}

/// Page of an action on a user. It decides how far the action reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryPoint {
    /// Users & Groups: for Admins, without scopes.
    UsersAndGroups,
    /// Users & Permissions: within the actor's scope.
    UsersAndPermissions,
}

/// User who exists for the actor, as the policy sees them.
#[derive(Debug, Clone)]
pub struct TargetUser {
    pub user: User,
    pub target: Target,
}

/// Reference to an assigned portfolio or account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AssignmentRef {
    Portfolio(PortfolioId),
    Account(AccountId),
}

/// Assignments of a user within the actor's scope.
#[derive(Debug, Clone)]
pub(in crate::usecases) struct ScopedAssignments {
    pub(in crate::usecases) portfolios: Vec<PortfolioAssignment>,
    pub(in crate::usecases) accounts: Vec<AccountAssignment>,
}

impl ScopedAssignments {
    pub(in crate::usecases) fn of(db: &mut Database, actor: &ScopedActor, user: &User) -> Result<Self, StoreError> {
        let mut assigned = Self::unscoped(db, user.id)?;
        assigned.portfolios.retain(|given| actor.scope.holds(given.portfolio.id));
        assigned.accounts.retain(|given| actor.scope.holds(given.account.portfolio_id));
        Ok(assigned)
    }

    /// All assignments of a user.
    pub(in crate::usecases) fn unscoped(db: &mut Database, id: UserId) -> Result<Self, StoreError> {
        Ok(Self { portfolios: assignments::portfolios_of(db, &[id])?, accounts: assignments::accounts_of(db, &[id])? })
    }

    pub(in crate::usecases) fn holds(&self, given: AssignmentRef) -> bool {
        match given {
            AssignmentRef::Portfolio(id) => self.portfolios.iter().any(|given| given.portfolio.id == id),
            AssignmentRef::Account(id) => self.accounts.iter().any(|given| given.account.id == id),
        }
    }

    /// Numbers of portfolios and accounts.
    pub(in crate::usecases) fn numbers(&self) -> Assigned {
        let number = |count| i64::try_from(count).unwrap_or(i64::MAX);
        Assigned { portfolios: number(self.portfolios.len()), accounts: number(self.accounts.len()) }
    }

    /// True if the user leaves the actor's scope with `count` assignments. An Admin's scope is never left.
    pub(in crate::usecases) fn are_all(&self, actor: &ScopedActor, count: usize) -> bool {
        actor.scope != Scope::Company && self.portfolios.len() + self.accounts.len() == count
    }
}

impl ScopedActor {
    pub(in crate::usecases) fn of(db: &mut Database, user: &User) -> Result<Self, StoreError> {
        Ok(Self { actor: user.actor(), name: user.display_name(), scope: scopes::of(db, user)?, limits: SessionLimits::default() })
    }

    /// The user of a session, with its limits. A proof in time to come was written while the clock was wrong.
    pub(in crate::usecases) fn of_session(db: &mut Database, signed_in: &SignedIn, now: Timestamp) -> Result<Self, StoreError> {
        let SignedIn { session, user, company, .. } = signed_in;
        let is_proof_old = session.proved_at > now || now - session.proved_at >= PROOF_TERM;
        let must_enrol = company.needs_enrolment(user.actor().role, user.two_factor_since.is_some(), now);
        Ok(Self { limits: SessionLimits { is_proof_old, must_enrol }, ..Self::of(db, user)? })
    }

    /// User who acts on their own account, by a password or a mailed link.
    pub(in crate::usecases) fn oneself(who: &Who) -> Self {
        Self::without_rights(Some(who.id), who.display_name())
    }

    /// Client of a page or link without a session, by its name in the audit log.
    pub(in crate::usecases) fn client(name: &str) -> Self {
        Self::without_rights(None, name.to_owned())
    }

    fn without_rights(id: Option<UserId>, name: String) -> Self {
        Self { actor: Actor { id, role: Role::User }, name, scope: Scope::of_portfolios(Vec::new()), limits: SessionLimits::default() }
    }

    /// The command line or Usher itself, with the rights of an Admin.
    pub(in crate::usecases) fn machine(name: String) -> Self {
        Self { actor: Actor { id: None, role: Role::Admin }, name, scope: Scope::Company, limits: SessionLimits::default() }
    }

    /// Id of the user; `None` for the command line, Usher itself and clients without a session.
    pub(in crate::usecases) fn id(&self) -> Option<UserId> {
        self.actor.id
    }

    /// Asks the policy.
    ///
    /// # Errors
    /// [`ActionError::EnrolmentNeeded`] for an allowed action of a user who needs two-factor first, and
    /// [`ActionError::ProofNeeded`] for a sensitive one without a recent proof.
    pub(in crate::usecases) fn authorise(&self, action: impl Into<Action>) -> Result<(), ActionError> {
        self.authorise_about(action.into(), None)
    }

    /// Asks the policy. A refusal names `about`.
    pub(in crate::usecases) fn authorise_about(&self, action: Action, about: Option<&User>) -> Result<(), ActionError> {
        authorise(self.actor, action, about)?;
        if self.limits.must_enrol && !action.serves_enrolment() {
            return Err(ActionError::EnrolmentNeeded);
        }
        if self.limits.is_proof_old && action.needs_recent_proof() { Err(ActionError::ProofNeeded) } else { Ok(()) }
    }

    /// Asks the policy. A refusal names the user.
    pub(in crate::usecases) fn require_on<A: Into<Action>>(
        &self,
        target_user: &TargetUser,
        action: impl FnOnce(Target) -> A,
    ) -> Result<(), ActionError> {
        self.authorise_about(action(target_user.target).into(), Some(&target_user.user))
    }

    pub(in crate::usecases) fn may(&self, action: impl Into<Action>) -> bool {
        decide(self.actor, action).is_ok()
    }

    /// Finds a portfolio that exists for the actor.
    pub(in crate::usecases) fn portfolio(&self, db: &mut Database, id: PortfolioId) -> Result<Portfolio, ActionError> {
        self.authorise(Action::Use(Permission::PortfoliosView))?;
        let portfolio = portfolios::find(db, id)?.ok_or_else(ActionError::unknown)?;
        self.authorise(AccessAction::SeePortfolio { is_own: self.scope.holds(id) })?;
        Ok(portfolio)
    }

    /// Finds an account that exists for the actor, with its place. Accounts outside the scope take the statements and
    /// time of missing ones.
    pub(in crate::usecases) fn account(&self, db: &mut Database, id: AccountId) -> Result<(Account, AccountPlace), ActionError> {
        let permissions = self.actor.id.map(|user| assignments::permissions(db, user, id)).transpose()?.flatten();
        let account = accounts::find(db, id)?.ok_or_else(ActionError::unknown)?;
        let place = AccountPlace { is_own: self.scope.holds(account.portfolio_id), assigned: permissions.filter(|_| account.is_active()) };
        self.authorise(AccessAction::SeeAccount(place))?;
        Ok((account, place))
    }

    /// Finds an account where the actor may do `action`. An actor without the permission anywhere learns nothing about
    /// accounts.
    pub(in crate::usecases) fn account_for<A: Into<Action>>(
        &self,
        db: &mut Database,
        id: AccountId,
        permission: Permission,
        action: impl FnOnce(AccountPlace) -> A,
    ) -> Result<Account, ActionError> {
        self.authorise(Action::Use(permission))?;
        let (account, place) = self.account(db, id)?;
        self.authorise(action(place))?;
        Ok(account)
    }

    /// Finds a user who exists for the actor in Users & Permissions. Users outside the scope take the statements and
    /// time of missing ones.
    pub(in crate::usecases) fn target_user(&self, db: &mut Database, id: UserId, now: Timestamp) -> Result<TargetUser, ActionError> {
        self.authorise(Action::Use(Permission::UsersView))?;
        let portfolios = scopes::portfolios_of(db, &[id])?.remove(&id).unwrap_or_default();
        let user = users::find(db, id)?.ok_or_else(ActionError::unknown)?;
        let target = user.target(now).in_scope(self.scope.inside(user.is_admin, &portfolios));
        self.authorise(UserAction::SeeUser(target))?;
        Ok(TargetUser { user, target })
    }

    /// Finds a user at `entry_point`, if the actor may do this to them. `action` is given the number of other active
    /// Admins.
    pub(in crate::usecases) fn require<A: Into<Action>>(
        &self,
        db: &mut Database,
        entry_point: EntryPoint,
        id: UserId,
        action: impl FnOnce(Target, u64) -> A,
        now: Timestamp,
    ) -> Result<User, ActionError> {
        let target_user = match entry_point {
            EntryPoint::UsersAndGroups => {
                // Actors without the permission learn nothing about users.
                self.authorise(Action::Use(Permission::DirectoryManage))?;
                let user = users::find(db, id)?.ok_or_else(ActionError::unknown)?;
                TargetUser { target: user.target(now), user }
            }
            EntryPoint::UsersAndPermissions => self.target_user(db, id, now)?,
        };
        let others = groups::other_active_admins(db, id)?;
        self.require_on(&target_user, |target| action(target, others))?;
        Ok(target_user.user)
    }
}
