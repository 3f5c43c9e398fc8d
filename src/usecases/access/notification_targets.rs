//! Users whose access changes with a portfolio although their assignments stay. Each of them gets one mail.

use std::collections::{BTreeMap, HashSet};

use crate::{
    domain::ids::{PortfolioId, UserId},
    mail::messages::Assignments,
    store::{
        StoreError, Tx,
        accounts::Account,
        assignments,
        portfolios::{self, Portfolio},
        users::User,
    },
    usecases::shared::transaction::UnitOfWork,
};

/// Changes of access by user.
#[derive(Debug, Default)]
pub(in crate::usecases) struct NotificationTargets(BTreeMap<UserId, (User, Assignments)>);

/// Access of a user to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AffectedAccess {
    Nothing,
    /// Assignment of the account.
    Assigned,
    /// Assignment of its portfolio.
    LookedAfter,
}

impl NotificationTargets {
    /// Changes for one user.
    pub(in crate::usecases) fn of(&mut self, user: &User) -> &mut Assignments {
        &mut self.0.entry(user.id).or_insert_with(|| (user.clone(), Assignments::default())).1
    }

    /// Notes an account's move, before it happens: Portfolio Admins lose or gain it with their portfolio, and users to
    /// whom it is assigned where only one of the two portfolios is active.
    pub(in crate::usecases) fn by_move(&mut self, tx: &mut Tx<'_>, account: &Account, to: &Portfolio) -> Result<(), StoreError> {
        let from = account.portfolio_id;
        let admins = portfolios::admins_of(tx.db(), &[from, to.id])?;
        let looks_after = admins.iter().map(|(portfolio, admin)| (*portfolio, admin.id)).collect::<HashSet<_>>();
        let workers = assignments::workers_of(tx.db(), account.id)?;
        let works = workers.iter().map(|worker| worker.id).collect::<HashSet<_>>();
        let reach = |user, portfolio: PortfolioId, is_active| {
            if is_active && looks_after.contains(&(portfolio, user)) {
                AffectedAccess::LookedAfter
            } else if is_active && works.contains(&user) {
                AffectedAccess::Assigned
            } else {
                AffectedAccess::Nothing
            }
        };
        let users = admins.iter().map(|(_, admin)| admin).chain(&workers);
        let users = users.filter(|user| !user.is_admin).map(|user| (user.id, user)).collect::<BTreeMap<_, _>>();
        for user in users.into_values() {
            let (before, after) = (reach(user.id, from, account.is_active()), reach(user.id, to.id, to.is_active()));
            if before == after {
                continue;
            }
            let changes = self.of(user);
            let names = match (before, after) {
                (AffectedAccess::Nothing, _) => &mut changes.given,
                (_, AffectedAccess::Nothing) => &mut changes.taken,
                _ => &mut changes.changed,
            };
            names.push(account.name.clone());
        }
        Ok(())
    }

    /// Notes a portfolio's deactivation or reactivation: its name for its Portfolio Admins, and the names of their
    /// accounts for other users there.
    pub(in crate::usecases) fn by_portfolio_status(
        &mut self,
        tx: &mut Tx<'_>,
        portfolio: &Portfolio,
        deactivated: bool,
    ) -> Result<(), StoreError> {
        let admins = portfolios::admins_of(tx.db(), &[portfolio.id])?.into_iter().map(|(_, admin)| (admin, portfolio.name.clone()));
        let admins = admins.collect::<Vec<_>>();
        let looks_after = admins.iter().map(|(admin, _)| admin.id).collect::<HashSet<_>>();
        let mut workers = assignments::users_in_portfolio(tx.db(), portfolio.id)?;
        workers.retain(|(worker, _)| !looks_after.contains(&worker.id));
        for (user, name) in admins.into_iter().chain(workers).filter(|(user, _)| !user.is_admin) {
            let changes = self.of(&user);
            let names = if deactivated { &mut changes.paused } else { &mut changes.resumed };
            names.push(name);
        }
        Ok(())
    }

    /// Mails each user who can sign in.
    pub(in crate::usecases) fn notify(self, work: &mut UnitOfWork<'_, '_>) -> Result<(), StoreError> {
        work.notify_all(self.0.values().map(|(user, assignments)| (user, assignments.clone())))
    }
}
