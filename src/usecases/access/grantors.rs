//! Grantors of assignments. An invitation gives only those whose grantors may still assign them when it is accepted.

use std::collections::{BTreeSet, HashMap};

use crate::{
    domain::{
        audit::{AuditEvent, DemotionReason, Named},
        clock::Timestamp,
        ids::{PortfolioId, UserId},
        policy::{AccessAction, decide},
        user::{DefaultRole, Status},
    },
    store::{
        Database, StoreError,
        accounts::Account,
        assignments::{self, AccountAssignment, PortfolioAssignment},
        portfolios::Portfolio,
        users::{self, User},
        withheld::{self, Withheld},
    },
    usecases::shared::{scoped_actor::ScopedAssignments, transaction::UnitOfWork},
};

use super::assignments::become_user;

/// Reason for which a grantor may no longer assign something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lost {
    Gone,
    /// Carries the grantor's name.
    Deactivated(String),
    /// Loss of the right to assign the portfolio or account. Carries the grantor's name.
    Right(String),
}

/// Grantors of an open invitation as they are now. Accepted assignments can no longer be lost.
pub(in crate::usecases) struct Grantors {
    found: HashMap<UserId, (User, Vec<PortfolioId>)>,
    is_open: bool,
    now: Timestamp,
}

impl Grantors {
    pub(in crate::usecases) fn of(
        db: &mut Database,
        portfolios: &[PortfolioAssignment],
        accounts: &[AccountAssignment],
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let grantors = portfolios.iter().filter_map(|given| given.by).chain(accounts.iter().filter_map(|given| given.by));
        let mut found = HashMap::new();
        for grantor in grantors.collect::<BTreeSet<_>>() {
            found.extend(users::find(db, grantor)?.map(|user| (grantor, (user, Vec::new()))));
        }
        // Deactivated portfolios count too: their assignments return on reactivation.
        for own in assignments::portfolios_of(db, &found.keys().copied().collect::<Vec<_>>())? {
            found.entry(own.user).and_modify(|(_, portfolios)| portfolios.push(own.portfolio.id));
        }
        Ok(Self { found, is_open: true, now })
    }

    /// Sets the invitation to open or accepted.
    pub(in crate::usecases) fn of_open(self, is_open: bool) -> Self {
        Self { is_open, ..self }
    }

    /// Name of a grantor; `None` when that user is gone.
    pub(in crate::usecases) fn name(&self, grantor: Option<UserId>) -> Option<String> {
        Some(self.found.get(&grantor?)?.0.display_name())
    }

    fn named(&self, grantor: Option<UserId>) -> Option<Named> {
        Some(Named::from(&self.found.get(&grantor?)?.0.who()))
    }

    /// Grantor, unless that user is gone.
    fn present(&self, grantor: Option<UserId>) -> Option<UserId> {
        grantor.filter(|id| self.found.contains_key(id))
    }

    /// Reason for which the invited user would not get this portfolio now.
    pub(in crate::usecases) fn lost_portfolio(&self, given: &PortfolioAssignment) -> Option<Lost> {
        self.lost(given.by, DefaultRole::PortfolioAdmin, given.portfolio.id)
    }

    /// Reason for which the invited user would not get this account now.
    pub(in crate::usecases) fn lost_account(&self, given: &AccountAssignment) -> Option<Lost> {
        self.lost(given.by, DefaultRole::User, given.account.portfolio_id)
    }

    /// True if `invited` gets this portfolio as things stand. Only a Portfolio Admin gets portfolios.
    fn gives_portfolio(&self, invited: &User, given: &PortfolioAssignment) -> bool {
        invited.default_role == DefaultRole::PortfolioAdmin && self.lost_portfolio(given).is_none()
    }

    fn lost(&self, grantor: Option<UserId>, default_role: DefaultRole, portfolio: PortfolioId) -> Option<Lost> {
        if !self.is_open {
            return None;
        }
        let Some((grantor, own)) = grantor.and_then(|grantor| self.found.get(&grantor)) else { return Some(Lost::Gone) };
        if grantor.status(self.now) != Status::Active {
            return Some(Lost::Deactivated(grantor.display_name()));
        }
        let is_own = grantor.is_admin || own.contains(&portfolio);
        let refused = decide(grantor.actor(), AccessAction::InviteWith { default_role, is_own }).is_err();
        refused.then(|| Lost::Right(grantor.display_name()))
    }
}

/// Checks an invitation's assignments again at acceptance. Those whose grantors may no longer assign them are withheld,
/// and a Portfolio Admin who is left without portfolios becomes a User.
pub(in crate::usecases) fn judge_again(work: &mut UnitOfWork<'_, '_>, invited: &User) -> Result<(), StoreError> {
    let portfolios = assignments::portfolios_of(work.tx.db(), &[invited.id])?;
    let accounts = assignments::accounts_of(work.tx.db(), &[invited.id])?;
    let grantors = Grantors::of(work.tx.db(), &portfolios, &accounts, work.now)?;
    let is_admin = invited.default_role == DefaultRole::PortfolioAdmin;
    let mut left = portfolios.len();
    for given in portfolios.iter().filter(|given| !grantors.gives_portfolio(invited, given)) {
        assignments::unassign_portfolio(work.tx, invited.id, given.portfolio.id)?;
        let (portfolio_id, assigned_by) = (Some(given.portfolio.id), grantors.present(given.by));
        let row = Withheld { portfolio_id, account_id: None, assigned_by, withheld_at: work.now };
        withheld::insert(work.tx, invited.id, row)?;
        work.record_at(invited, &given.portfolio, &AuditEvent::AssignmentWithheld { grantor: grantors.named(given.by) });
        left -= 1;
    }
    if is_admin && left == 0 {
        become_user(work, invited, DemotionReason::GrantorsLostRight)?;
    }
    for given in accounts.iter().filter(|given| grantors.lost_account(given).is_some()) {
        assignments::unassign_account(work.tx, invited.id, given.account.id)?;
        let (account_id, assigned_by) = (Some(given.account.id), grantors.present(given.by));
        let row = Withheld { portfolio_id: None, account_id, assigned_by, withheld_at: work.now };
        withheld::insert(work.tx, invited.id, row)?;
        work.record_at(invited, &given.account, &AuditEvent::AssignmentWithheld { grantor: grantors.named(given.by) });
    }
    Ok(())
}

/// Default role and assignments in active portfolios, by name, that an acceptance would give now.
pub(in crate::usecases) fn outlook(db: &mut Database, invited: &User, now: Timestamp) -> Result<(DefaultRole, Vec<String>), StoreError> {
    let mut portfolios = assignments::portfolios_of(db, &[invited.id])?;
    let mut accounts = assignments::accounts_of(db, &[invited.id])?;
    let grantors = Grantors::of(db, &portfolios, &accounts, now)?;
    portfolios.retain(|given| grantors.gives_portfolio(invited, given));
    accounts.retain(|given| grantors.lost_account(given).is_none());
    let role = if portfolios.is_empty() { DefaultRole::User } else { invited.default_role };
    let portfolios = portfolios.into_iter().map(|given| given.portfolio).filter(Portfolio::is_active).map(|portfolio| portfolio.name);
    let accounts = accounts.into_iter().map(|given| given.account).filter(Account::is_active).map(|account| account.name);
    Ok((role, portfolios.chain(accounts).collect()))
}

/// Reassigns to the actor, who resends an invitation, the assignments that their grantors may no longer give. Returns
/// their names.
pub(in crate::usecases) fn reassign(work: &mut UnitOfWork<'_, '_>, invited: &User) -> Result<Vec<String>, StoreError> {
    let ScopedAssignments { portfolios, accounts } = ScopedAssignments::of(work.tx.db(), &work.actor, invited)?;
    let grantors = Grantors::of(work.tx.db(), &portfolios, &accounts, work.now)?;
    let may_give = |default_role| work.actor.may(AccessAction::InviteWith { default_role, is_own: true });
    let (gives_portfolios, gives_accounts) = (may_give(DefaultRole::PortfolioAdmin), may_give(DefaultRole::User));
    let by = work.actor.id();
    let reassigned = |grantor| AuditEvent::AssignmentReassigned { before: grantors.named(grantor) };
    let mut names = Vec::new();
    for given in portfolios.iter().filter(|given| gives_portfolios && grantors.lost_portfolio(given).is_some()) {
        assignments::reassign_portfolio(work.tx, invited.id, given.portfolio.id, by, work.now)?;
        work.record_at(invited, &given.portfolio, &reassigned(given.by));
        names.push(given.portfolio.name.clone());
    }
    for given in accounts.iter().filter(|given| gives_accounts && grantors.lost_account(given).is_some()) {
        assignments::set_permissions(work.tx, invited.id, given.account.id, given.permissions, by, work.now)?;
        work.record_at(invited, &given.account, &reassigned(given.by));
        names.push(given.account.name.clone());
    }
    Ok(names)
}
