//! Portfolios: groups of accounts, and their Portfolio Admins.

pub mod edit;
pub mod fields;
pub mod list;
pub mod new;
pub mod show;
pub mod status_actions;

use crate::{domain::ids::PortfolioId, usecases::Portfolio, web::shared::routing::paths};

/// Head of a page about a portfolio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortfolioHead {
    pub id: PortfolioId,
    pub name: String,
    pub is_active: bool,
}

impl From<&Portfolio> for PortfolioHead {
    fn from(portfolio: &Portfolio) -> Self {
        Self { id: portfolio.id, name: portfolio.name.clone(), is_active: portfolio.is_active() }
    }
}

impl PortfolioHead {
    pub(in crate::web) fn path(&self) -> paths::Portfolio {
        paths::Portfolio { portfolio: self.id }
    }

    fn edit_path(&self) -> paths::EditPortfolio {
        paths::EditPortfolio { portfolio: self.id }
    }

    fn deactivate_path(&self) -> paths::DeactivatePortfolio {
        paths::DeactivatePortfolio { portfolio: self.id }
    }

    fn reactivate_path(&self) -> paths::ReactivatePortfolio {
        paths::ReactivatePortfolio { portfolio: self.id }
    }

    fn new_user_path(&self) -> String {
        paths::with_query(paths::NewUserWizard {}, &[("portfolio", &self.id.to_string())])
    }

    /// Address of its users in Users & Permissions, where they are searched and sorted.
    fn users_path(&self) -> String {
        paths::with_query(paths::UsersAndPermissions {}, &[("assignments", &self.id.to_string())])
    }

    fn new_account_path(&self) -> String {
        paths::with_query(paths::NewAccount {}, &[("portfolio", &self.id.to_string())])
    }
}

/// Converts a count of the store for pages.
pub(in crate::web) fn number(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

#[cfg(test)]
impl PortfolioHead {
    pub(in crate::web) fn sample(sample: &crate::web::shared::samples::Sample) -> Self {
        Self { id: PortfolioId(3), name: sample.group(), is_active: sample.name != "long" }
    }
}
