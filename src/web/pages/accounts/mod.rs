//! Accounts: page, details, billing, and portfolio.

pub mod add;
pub mod assigned;
pub mod billing;
pub mod edit;
pub mod fields;
pub mod list;
pub mod move_to;
pub mod new;
pub(in crate::web) mod pickers;
pub mod show;

use crate::{
    domain::ids::AccountId,
    usecases::{Account, accounts::May},
    web::shared::routing::paths,
};

use super::portfolios::PortfolioHead;

/// Head of a page about an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountHead {
    pub id: AccountId,
    pub name: String,
    /// Portfolio of the account, for users who see it.
    pub portfolio: Option<PortfolioHead>,
    pub sees_billing: bool,
}

impl AccountHead {
    fn new(account: &Account, may: May) -> Self {
        let portfolio = may.see_portfolio.then(|| PortfolioHead {
            id: account.portfolio_id,
            name: account.portfolio_name.clone(),
            is_active: account.is_active(),
        });
        Self { id: account.id, name: account.name.clone(), portfolio, sees_billing: may.see_billing }
    }

    pub(in crate::web) fn path(&self) -> paths::Account {
        paths::Account { account: self.id }
    }

    pub(in crate::web) fn add_path(&self) -> paths::AddToAccount {
        paths::AddToAccount { account: self.id }
    }

    pub(in crate::web) fn edit_path(&self) -> paths::EditAccount {
        paths::EditAccount { account: self.id }
    }

    pub(in crate::web) fn move_path(&self) -> paths::MoveAccount {
        paths::MoveAccount { account: self.id }
    }

    pub(in crate::web) fn billing_path(&self) -> paths::Billing {
        paths::Billing { account: self.id }
    }
}

#[cfg(test)]
impl AccountHead {
    fn sample(sample: &crate::web::shared::samples::Sample) -> Self {
        let portfolio = (sample.name != "hostile").then(|| PortfolioHead::sample(sample));
        Self { id: AccountId(7), name: sample.group(), portfolio, sees_billing: true }
    }
}
