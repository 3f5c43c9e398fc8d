//! Effective permissions of a user and their sources, account by account. The policy's own function answers.

use std::collections::BTreeSet;

use crate::{
    domain::{
        clock::Timestamp,
        ids::PortfolioId,
        permission::{AccountPlace, IN_PORTFOLIOS, ON_ACCOUNTS, Permission, PermissionTarget},
        role::Role,
        scope::Scope,
    },
    store::{
        Database, StoreError,
        accounts::{self, Account, Filter},
        assignments::{AccountAssignment, PortfolioAssignment},
        page::Position,
        portfolios::{self, Portfolio},
    },
    usecases::{
        access::grantors::{Grantors, Lost},
        shared::scoped_actor::ScopedAssignments,
    },
};

/// Most portfolios, and most accounts in each; the others are counted.
const PORTFOLIOS_MAX: usize = 25;
pub(in crate::usecases) const ACCOUNTS_MAX: usize = 50;

/// Effective permissions of a user, as far as the actor may know.
#[derive(Debug, Clone)]
pub struct EffectivePermissions {
    pub role: Role,
    /// Company-wide permissions of the role. An Admin has all, and portfolios are omitted.
    pub everywhere: Vec<Permission>,
    pub portfolios: Vec<InPortfolio>,
    /// Number of portfolios that are not shown.
    pub more: usize,
}

/// Effective permissions in a portfolio and on its accounts.
#[derive(Debug, Clone)]
pub struct InPortfolio {
    pub portfolio: Portfolio,
    /// Assignment of the whole portfolio.
    pub assigned: Option<PermissionSource>,
    pub permissions: Vec<Permission>,
    pub accounts: Vec<OnAccount>,
    /// Number of the user's accounts here that are not shown.
    pub more: u64,
    /// Number of the portfolio's accounts that the user has.
    pub reached: u64,
    /// Number of the portfolio's accounts.
    pub accounts_in_all: u64,
}

/// Effective permissions on an account.
#[derive(Debug, Clone)]
pub struct OnAccount {
    pub account: Account,
    pub permissions: Vec<Permission>,
    /// True if they come from the assignment of the whole portfolio.
    pub by_portfolio: bool,
    /// Assignment of the account.
    pub assigned: Option<PermissionSource>,
}

/// Assignment, with its grantor and time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionSource {
    /// Name of the grantor; `None` when that user is gone.
    pub by: Option<String>,
    pub at: Timestamp,
    /// Reason for which an open invitation would not give it.
    pub lost: Option<Lost>,
}

/// Explains `role` and these assignments, which the actor may see. Those of an open invitation give only what they
/// would if it was accepted now.
pub(in crate::usecases) fn explain(
    db: &mut Database,
    role: Role,
    ScopedAssignments { portfolios, accounts }: &ScopedAssignments,
    grantors: &Grantors,
) -> Result<EffectivePermissions, StoreError> {
    let everywhere =
        Permission::ALL.iter().copied().filter(|permission| permission.check(role, PermissionTarget::Company).is_ok()).collect();
    if role == Role::Admin {
        return Ok(EffectivePermissions { role, everywhere, portfolios: Vec::new(), more: 0 });
    }
    let ids = portfolios.iter().map(|given| given.portfolio.id).chain(accounts.iter().map(|given| given.account.portfolio_id));
    let ids = ids.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
    let mut all = portfolios::find_all(db, &ids)?;
    let more = all.len().saturating_sub(PORTFOLIOS_MAX);
    all.truncate(PORTFOLIOS_MAX);
    let ids = all.iter().map(|portfolio| portfolio.id).collect::<Vec<_>>();
    let contents = portfolios::contents(db, &ids)?;
    let mut effective = Vec::with_capacity(all.len());
    for portfolio in all {
        let whole = portfolios.iter().find(|given| given.portfolio.id == portfolio.id);
        let in_all = contents.get(&portfolio.id).map_or(0, |contents| u64::try_from(contents.accounts).unwrap_or(0));
        let is_given = whole.is_some_and(|whole| grantors.lost_portfolio(whole).is_none());
        let told = AccountPermissions { role, is_own: role == Role::PortfolioAdmin && is_given && portfolio.is_active(), grantors };
        effective.push(told.portfolio(db, portfolio, whole, accounts, in_all)?);
    }
    Ok(EffectivePermissions { role, everywhere, portfolios: effective, more })
}

/// Premises of the permissions in one portfolio.
struct AccountPermissions<'a> {
    role: Role,
    is_own: bool,
    grantors: &'a Grantors,
}

impl AccountPermissions<'_> {
    fn portfolio(
        &self,
        db: &mut Database,
        portfolio: Portfolio,
        whole: Option<&PortfolioAssignment>,
        assigned: &[AccountAssignment],
        accounts_in_all: u64,
    ) -> Result<InPortfolio, StoreError> {
        let here = assigned.iter().filter(|given| given.account.portfolio_id == portfolio.id).collect::<Vec<_>>();
        let (shown, in_all) = if self.is_own {
            (accounts_in(db, portfolio.id)?, accounts_in_all)
        } else {
            let shown = here.iter().take(ACCOUNTS_MAX).map(|given| given.account.clone()).collect();
            (shown, here.len() as u64)
        };
        let more = in_all.saturating_sub(shown.len() as u64);
        let is_given = |given: &&AccountAssignment| self.grantors.lost_account(given).is_none();
        let reached = if self.is_own { in_all } else { here.iter().copied().filter(is_given).count() as u64 };
        let accounts = shown.into_iter().map(|account| {
            let assignment = here.iter().copied().find(|given| given.account.id == account.id);
            self.account(account, assignment)
        });
        let place = PermissionTarget::Portfolio { is_own: self.is_own };
        Ok(InPortfolio {
            assigned: whole.map(|whole| PermissionSource {
                by: self.grantors.name(whole.by),
                at: whole.at,
                lost: self.grantors.lost_portfolio(whole),
            }),
            permissions: self.given_at(place, &IN_PORTFOLIOS),
            accounts: accounts.collect(),
            more,
            reached,
            accounts_in_all,
            portfolio,
        })
    }

    fn account(&self, account: Account, assignment: Option<&AccountAssignment>) -> OnAccount {
        let given = assignment.map(|assignment| PermissionSource {
            by: self.grantors.name(assignment.by),
            at: assignment.at,
            lost: self.grantors.lost_account(assignment),
        });
        let is_given = account.is_active() && given.as_ref().is_some_and(|given| given.lost.is_none());
        let assigned = assignment.filter(|_| is_given).map(|assignment| assignment.permissions);
        OnAccount {
            permissions: self.given_at(PermissionTarget::Account(AccountPlace { is_own: self.is_own, assigned }), &ON_ACCOUNTS),
            by_portfolio: self.is_own,
            assigned: given,
            account,
        }
    }

    fn given_at(&self, place: PermissionTarget, of: &[Permission]) -> Vec<Permission> {
        of.iter().copied().filter(|permission| permission.check(self.role, place).is_ok()).collect()
    }
}

fn accounts_in(db: &mut Database, portfolio: PortfolioId) -> Result<Vec<Account>, StoreError> {
    let filter = Filter { portfolio: Some(portfolio), ..Filter::within(Scope::Company) };
    Ok(accounts::list(db, &filter, &Position::First, ACCOUNTS_MAX)?.rows)
}
