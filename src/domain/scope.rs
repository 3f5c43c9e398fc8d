//! How far somebody's administration reaches, and how users stand to it. The store turns the same scope into conditions; a test holds the two
//! against each other.

use super::ids::PortfolioId;

/// What somebody administers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// An Admin's: everything.
    Company,
    /// A Portfolio Admin's: their active portfolios, and what lies in them. Everybody else's holds none.
    Portfolios {
        active: Vec<PortfolioId>,
        /// Theirs too, and closed to them: nothing there is seen or changed, but whoever has something there has nothing elsewhere by it.
        deactivated: Vec<PortfolioId>,
    },
}

/// How a user stands to somebody's scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScopeRelation {
    /// Nothing of theirs lies in it.
    Not,
    /// Something does, but they are an Admin, or something else lies outside.
    Partly,
    /// They are no Admin, have an assignment, and everything that is assigned to them lies in it.
    Wholly,
}

impl ScopeRelation {
    pub const ALL: [Self; 3] = [Self::Not, Self::Partly, Self::Wholly];
}

impl Scope {
    /// Of these portfolios, all of them active.
    pub fn of_portfolios(active: Vec<PortfolioId>) -> Self {
        Self::Portfolios { active, deactivated: Vec::new() }
    }

    /// True if nothing at all lies in it.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Portfolios { active, .. } if active.is_empty())
    }

    pub fn holds(&self, portfolio: PortfolioId) -> bool {
        match self {
            Self::Company => true,
            Self::Portfolios { active, .. } => active.contains(&portfolio),
        }
    }

    /// How somebody stands to it who has something assigned in just these `portfolios`.
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
