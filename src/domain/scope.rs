//! Scopes of administrators, and the relation of users to them. The store turns a scope into SQL conditions; a test
//! compares the two.

use super::ids::PortfolioId;

/// Everything that a user administers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everything, for an Admin.
    Company,
    /// Active portfolios with their contents, for a Portfolio Admin. Empty for all other users.
    Portfolios {
        active: Vec<PortfolioId>,
        /// Own portfolios that are deactivated. Their contents can be neither seen nor changed, but do not count as
        /// outside the scope.
        deactivated: Vec<PortfolioId>,
    },
}

/// Relation of a user to an administrator's scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScopeRelation {
    /// No assignment lies in it.
    Not,
    /// An assignment lies in it, but the user is an Admin, or has another assignment outside.
    Partly,
    /// The user is not an Admin, has an assignment, and all assignments lie in it.
    Wholly,
}

impl ScopeRelation {
    pub const ALL: [Self; 3] = [Self::Not, Self::Partly, Self::Wholly];
}

impl Scope {
    /// Scope of these active portfolios.
    pub fn of_portfolios(active: Vec<PortfolioId>) -> Self {
        Self::Portfolios { active, deactivated: Vec::new() }
    }

    /// True if the scope holds nothing.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Portfolios { active, .. } if active.is_empty())
    }

    pub fn holds(&self, portfolio: PortfolioId) -> bool {
        match self {
            Self::Company => true,
            Self::Portfolios { active, .. } => active.contains(&portfolio),
        }
    }

    /// Relation of a user with assignments in exactly these `portfolios`.
    pub fn inside(&self, is_admin: bool, portfolios: &[PortfolioId]) -> ScopeRelation {
        let Self::Portfolios { active, deactivated } = self else { return ScopeRelation::Wholly };
        if !portfolios.iter().any(|portfolio| active.contains(portfolio)) {
            return ScopeRelation::Not;
        }
        let is_elsewhere = |portfolio| !active.contains(portfolio) && !deactivated.contains(portfolio);
        if is_admin || portfolios.iter().any(is_elsewhere) { ScopeRelation::Partly } else { ScopeRelation::Wholly }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_wholly_inside_who_has_something_there_and_nothing_elsewhere() {
        let [a, b, c, d] = [1, 2, 3, 4].map(PortfolioId);
        let scope = Scope::Portfolios { active: vec![a, b], deactivated: vec![d] };
        for (is_admin, portfolios, inside) in [
            (false, vec![], ScopeRelation::Not),
            (true, vec![], ScopeRelation::Not),
            (false, vec![c], ScopeRelation::Not),
            (false, vec![a], ScopeRelation::Wholly),
            (false, vec![a, b], ScopeRelation::Wholly),
            (false, vec![a, c], ScopeRelation::Partly),
            (false, vec![d], ScopeRelation::Not),
            (false, vec![a, d], ScopeRelation::Wholly),
            (false, vec![a, c, d], ScopeRelation::Partly),
            (true, vec![a], ScopeRelation::Partly),
            (true, vec![a, c], ScopeRelation::Partly),
        ] {
            assert_eq!(scope.inside(is_admin, &portfolios), inside, "{is_admin} {portfolios:?}");
            assert_eq!(Scope::Company.inside(is_admin, &portfolios), ScopeRelation::Wholly);
            assert_eq!(Scope::of_portfolios(Vec::new()).inside(is_admin, &portfolios), ScopeRelation::Not);
        }
    }
}
