//! Assignments of a user in the actor's scope, page by page.

use crate::{
    domain::{
        permission::AssignmentPermissions,
        search::{SearchTerm, search_words, sort_key},
        user::DefaultRole,
    },
    store::{
        Database, StoreError,
        accounts::Account,
        assignments,
        page::{Key, Position, Slice},
        portfolios::Portfolio,
        users::User,
    },
    usecases::{
        access::grantors::{Grantors, Lost},
        shared::scoped_actor::{ScopedActor, ScopedAssignments},
    },
};

/// Request for a user's assignments, and for further ones to make.
#[derive(Debug, Clone)]
pub struct AssignmentsQuery {
    /// Search among the assignments.
    pub search: Option<SearchTerm>,
    pub position: Position,
    pub limit: usize,
    /// Search among portfolios and accounts to assign.
    pub offer: Option<SearchTerm>,
}

/// Assignments of a user in the actor's scope.
#[derive(Debug, Clone)]
pub struct Assigned {
    /// One page with this search, portfolios first.
    pub rows: Slice<Held>,
    /// Number of assignments with this search.
    pub found: usize,
    /// Number of all assignments.
    pub numbers: assignments::Assigned,
    /// Number of assignments that an open invitation would not give.
    pub lost: usize,
    /// True if an open invitation would give no portfolio, and a Portfolio Admin would become a User.
    pub loses_role: bool,
    /// True if the user leaves the actor's scope with the only assignment.
    pub is_last_in_common: bool,
    /// True if a Portfolio Admin has one portfolio, which stays.
    pub is_last_portfolio: bool,
}

/// An assignment of a user.
#[derive(Debug, Clone)]
pub struct Held {
    pub what: What,
    /// Reason for which an open invitation would not give it.
    pub lost: Option<Lost>,
}

#[derive(Debug, Clone)]
pub enum What {
    Portfolio(Portfolio),
    Account(Account, AssignmentPermissions),
}

impl Held {
    /// Order: portfolios by name, then accounts by portfolio and name.
    pub fn key(&self) -> Key {
        match &self.what {
            What::Portfolio(portfolio) => Key { sort_key: format!("1 {}", portfolio.sort_key), id: portfolio.id.0 },
            What::Account(account, _) => {
                Key { sort_key: format!("2 {} / {}", sort_key(&account.portfolio_name), sort_key(&account.name)), id: account.id.0 }
            }
        }
    }

    fn is_found(&self, term: &SearchTerm) -> bool {
        let names = match &self.what {
            What::Portfolio(portfolio) => vec![&portfolio.name],
            What::Account(account, _) => vec![&account.name, &account.portfolio_name],
        };
        names.into_iter().any(|name| term.is_in(&search_words(name)))
    }
}

impl Assigned {
    pub(super) fn of(
        db: &mut Database,
        actor: &ScopedActor,
        user: &User,
        in_scope: &ScopedAssignments,
        grantors: &Grantors,
        wanted: &AssignmentsQuery,
    ) -> Result<Self, StoreError> {
        let portfolios = in_scope
            .portfolios
            .iter()
            .map(|given| Held { what: What::Portfolio(given.portfolio.clone()), lost: grantors.lost_portfolio(given) });
        let accounts = in_scope
            .accounts
            .iter()
            .map(|given| Held { what: What::Account(given.account.clone(), given.permissions), lost: grantors.lost_account(given) });
        let mut rows = portfolios.chain(accounts).collect::<Vec<_>>();
        let lost = rows.iter().filter(|held| held.lost.is_some()).count();
        let is_lost = |held: &Held| held.lost.is_some() || matches!(held.what, What::Account(..));
        let mut looks_after = 0;
        if user.default_role == DefaultRole::PortfolioAdmin {
            looks_after = assignments::portfolios_of(db, &[user.id])?.len();
        }
        // Assignments outside the scope stay hidden, so the loss is shown only where all portfolios are within.
        let loses_role = looks_after > 0 && looks_after == in_scope.portfolios.len() && rows.iter().all(is_lost);
        rows.retain(|held| wanted.search.as_ref().is_none_or(|term| held.is_found(term)));
        rows.sort_by_cached_key(Held::key);
        Ok(Self {
            found: rows.len(),
            rows: Slice::of(rows, Held::key, &wanted.position, wanted.limit),
            numbers: in_scope.numbers(),
            lost,
            loses_role,
            is_last_in_common: in_scope.are_all(actor, 1),
            is_last_portfolio: looks_after == 1,
        })
    }
}
