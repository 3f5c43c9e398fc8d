//! Portfolios, accounts, and who has which, made without clicking.

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
        let details = PortfolioDetails { name: PortfolioName::parse(name).unwrap(), notes: Notes::default() };
        self.store().write(|tx| portfolios::insert(tx, &details, self.now())).unwrap()
    }

    pub fn create_account(&self, portfolio: PortfolioId, name: &str) -> AccountId {
        let details = AccountDetails { name: AccountName::parse(name).unwrap(), website: None, notes: Notes::default() };
        self.store().write(|tx| accounts::insert(tx, portfolio, &details, self.now())).unwrap()
    }

    /// An active Portfolio Admin of this portfolio, `first.last@example.com` with the usual password.
    pub fn create_portfolio_admin(&self, first_name: &str, last_name: &str, portfolio: PortfolioId) -> UserId {
        let id = self.create_user(first_name, last_name);
        self.execute(&format!("UPDATE users SET default_role = 'portfolio_admin' WHERE id = {id}"));
        self.give_portfolio(id, portfolio);
        id
    }

    /// The account is assigned by the first Admin, with what an assignment gives by itself.
    pub fn assign(&self, user: UserId, account: AccountId) {
        let by = self.id_of("maya.fischer@example.com");
        self.store().write(|tx| assignments::give_account(tx, user, account, Grants::default(), by, self.now())).unwrap();
    }

    /// The portfolio is assigned by the first Admin.
    pub fn give_portfolio(&self, user: UserId, portfolio: PortfolioId) {
        let by = self.id_of("maya.fischer@example.com");
        self.store().write(|tx| assignments::give_portfolio(tx, user, portfolio, by, self.now())).unwrap();
    }

    pub fn take_portfolio(&self, user: UserId, portfolio: PortfolioId) {
        self.store().write(|tx| assignments::take_portfolio(tx, user, portfolio)).unwrap();
    }

    pub fn accounts_of(&self, user: UserId) -> Vec<AccountId> {
        let assigned = self.store().read(|db| assignments::accounts_of(db, &[user])).unwrap();
        assigned.into_iter().map(|assigned| assigned.account.id).collect()
    }

    pub fn portfolios_of(&self, user: UserId) -> Vec<PortfolioId> {
        let assigned = self.store().read(|db| assignments::portfolios_of(db, &[user])).unwrap();
        assigned.into_iter().map(|assigned| assigned.portfolio.id).collect()
    }
}
