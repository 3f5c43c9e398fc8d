//! Portfolios, accounts and who reaches them, made at once.

use usher::{
    domain::{
        account::AccountDetails,
        ids::{AccountId, PortfolioId, UserId},
        permission::Grants,
        portfolio::PortfolioDetails,
        text::{AccountName, Notes, PortfolioName},
    },
    store::{accounts, assignments, portfolios},
};

use super::TestApp;

impl TestApp {
    pub fn create_portfolio(&self, name: &str) -> PortfolioId {
        let details = PortfolioDetails { name: PortfolioName::parse(name).unwrap(), notes: Notes::parse("").unwrap() };
        self.store().write(|tx| portfolios::insert(tx, &details, self.now())).unwrap()
    }

    pub fn create_account(&self, portfolio: PortfolioId, name: &str) -> AccountId {
        let details = AccountDetails { name: AccountName::parse(name).unwrap(), website: None, notes: Notes::parse("").unwrap() };
        self.store().write(|tx| accounts::insert(tx, portfolio, &details, self.now())).unwrap()
    }

    /// An active Portfolio Admin at once, `first.last@example.com` with the usual password.
    pub fn create_portfolio_admin(&self, first_name: &str, last_name: &str, of: &[PortfolioId]) -> UserId {
        let id = self.create_user(first_name, last_name);
        self.execute(&format!("UPDATE users SET default_role = 'portfolio_admin' WHERE id = {id}"));
        for &portfolio in of {
            self.store().write(|tx| assignments::give_portfolio(tx, id, portfolio, self.maya(), self.now())).unwrap();
        }
        id
    }

    /// Maya Fischer gives somebody an account.
    pub fn assign(&self, user: UserId, account: AccountId) {
        self.store().write(|tx| assignments::give_account(tx, user, account, Grants::default(), self.maya(), self.now())).unwrap();
    }

    fn maya(&self) -> UserId {
        self.id_of("maya.fischer@example.com")
    }
}
