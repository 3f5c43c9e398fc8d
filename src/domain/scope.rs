//! How far somebody's administration reaches, and how people stand to it. The store turns the same scope into conditions; a test holds the two
//! against each other.

use super::ids::PortfolioId;

/// What somebody administers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// An Admin's: everything.
    Company,
    /// A Portfolio Admin's: these portfolios, none of which is deactivated, and what lies in them. Everybody else's holds none.
    Portfolios(Vec<PortfolioId>),
}

/// How a person stands to somebody's scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Inside {
    /// Nothing of theirs lies in it.
    Not,
    /// Something does, but they are an Admin, or something else lies outside.
    Partly,
    /// They are no Admin, have an assignment, and everything that is assigned to them lies in it.
    Wholly,
}

impl Inside {
    pub const ALL: [Self; 3] = [Self::Not, Self::Partly, Self::Wholly];
}

impl Scope {
    /// Whether nothing at all lies in it.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Portfolios(own) if own.is_empty())
    }

    pub fn holds(&self, portfolio: PortfolioId) -> bool {
        match self {
            Self::Company => true,
            Self::Portfolios(own) => own.contains(&portfolio),
        }
    }

    /// Whether all of them lie in it.
    pub fn holds_all(&self, portfolios: &[PortfolioId]) -> bool {
        portfolios.iter().all(|&portfolio| self.holds(portfolio))
    }

    /// How somebody stands to it who has something assigned in just these `portfolios`.
    pub fn inside(&self, is_admin: bool, portfolios: &[PortfolioId]) -> Inside {
        let holds_any = portfolios.iter().any(|&portfolio| self.holds(portfolio));
        match self {
            Self::Portfolios(_) if !holds_any => Inside::Not,
            Self::Portfolios(_) if is_admin || !self.holds_all(portfolios) => Inside::Partly,
            Self::Portfolios(_) | Self::Company => Inside::Wholly,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_wholly_inside_who_has_something_there_and_nothing_elsewhere() {
        let [a, b, c] = [1, 2, 3].map(PortfolioId);
        let scope = Scope::Portfolios(vec![a, b]);
        for (is_admin, portfolios, inside) in [
            (false, vec![], Inside::Not),
            (true, vec![], Inside::Not),
            (false, vec![c], Inside::Not),
            (false, vec![a], Inside::Wholly),
            (false, vec![a, b], Inside::Wholly),
            (false, vec![a, c], Inside::Partly),
            (true, vec![a], Inside::Partly),
            (true, vec![a, c], Inside::Partly),
        ] {
            assert_eq!(scope.inside(is_admin, &portfolios), inside, "{is_admin} {portfolios:?}");
            assert_eq!(Scope::Company.inside(is_admin, &portfolios), Inside::Wholly);
            assert_eq!(Scope::Portfolios(Vec::new()).inside(is_admin, &portfolios), Inside::Not);
        }
    }
}
