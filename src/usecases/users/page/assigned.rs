//! What is assigned to somebody in the actor's scope, page by page.

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

/// What is asked of somebody's assignments, and of what they might get besides.
#[derive(Debug, Clone)]
pub struct AssignmentsQuery {
    /// Among what is assigned.
    pub search: Option<SearchTerm>,
    pub position: Position,
    pub limit: usize,
    /// Among what is offered.
    pub offer: Option<SearchTerm>,
}

/// What is assigned to somebody in the actor's scope.
#[derive(Debug, Clone)]
pub struct Assigned {
    /// A page of what the search finds, portfolios first.
    pub rows: Slice<Held>,
    /// How many it finds.
    pub found: usize,
    /// How many there are in all.
    pub numbers: assignments::Assigned,
    /// How many of them will not be given, of an open invitation.
    pub lost: usize,
    /// True if no portfolio will be, which makes a Portfolio Admin a User.
    pub loses_role: bool,
    /// True if the user leaves the actor's scope with it.
    pub is_last_in_common: bool,
    /// True if it stays with a Portfolio Admin.
    pub is_last_portfolio: bool,
}

/// Something that is assigned to somebody.
#[derive(Debug, Clone)]
pub struct Held {
    pub what: What,
    /// Why it will not be given, of an open invitation.
    pub lost: Option<Lost>,
}

#[derive(Debug, Clone)]
pub enum What {
    Portfolio(Portfolio),
    Account(Account, AssignmentPermissions),
}

impl Held {
    /// Portfolios by name, then accounts by the names of portfolio and account.
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
        acting: &ScopedActor,
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
            .map(|given| Held { what: What::Account(given.account.clone(), given.grants), lost: grantors.lost_account(given) });
        let mut rows = portfolios.chain(accounts).collect::<Vec<_>>();
        let lost = rows.iter().filter(|held| held.lost.is_some()).count();
        let is_lost = |held: &Held| held.lost.is_some() || matches!(held.what, What::Account(..));
        let mut looks_after = 0;
        if user.default_role == DefaultRole::PortfolioAdmin {
            looks_after = assignments::portfolios_of(db, &[user.id])?.len();
        }
        // Of what lies outside nothing is told, so the role is said to go only where all is in sight.
        let loses_role = looks_after > 0 && looks_after == in_scope.portfolios.len() && rows.iter().all(is_lost);
        rows.retain(|held| wanted.search.as_ref().is_none_or(|term| held.is_found(term)));
        rows.sort_by_cached_key(Held::key);
        Ok(Self {
            found: rows.len(),
            rows: Slice::of(rows, Held::key, &wanted.position, wanted.limit),
            numbers: in_scope.numbers(),
            lost,
            loses_role,
            is_last_in_common: in_scope.are_all(acting, 1),
            is_last_portfolio: looks_after == 1,
        })
    }
}
