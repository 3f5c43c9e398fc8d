//! Portfolios, accounts and who has them, as an Admin makes them.

use usher::{
    domain::{
        account::AccountDetails,
        ids::{AccountId, PortfolioId, UserId},
        permission::Grants,
        portfolio::PortfolioDetails,
        text::{AccountName, Notes, PortfolioName},
    },
    usecases::{Caller, accounts, assignments, portfolios},
};

use super::TestApp;

impl TestApp {
    /// The first Admin, as use cases know her.
    fn maya(&self) -> Caller {
        Caller { user: self.id_of("maya.fischer@example.com"), source: "192.0.2.1".to_owned() }
    }

    pub fn create_portfolio(&self, name: &str) -> PortfolioId {
        let details = PortfolioDetails { name: PortfolioName::parse(name).unwrap(), notes: Notes::default() };
        portfolios::create(&self.ctx, &self.maya(), &details, &[], &[]).unwrap()
    }

    pub fn create_account(&self, portfolio: PortfolioId, name: &str) -> AccountId {
        let details = AccountDetails { name: AccountName::parse(name).unwrap(), website: None, notes: Notes::default() };
        accounts::create(&self.ctx, &self.maya(), portfolio, &details, &[]).unwrap()
    }

    /// An active Portfolio Admin at once, who looks after these.
    pub async fn create_portfolio_admin(&self, first_name: &str, last_name: &str, own: &[PortfolioId]) -> UserId {
        let user = self.create_user(first_name, last_name);
        self.execute(&format!("UPDATE users SET default_role = 'portfolio_admin' WHERE id = {user}"));
        for &portfolio in own {
            assignments::give_portfolio(&self.ctx, &self.maya(), user, portfolio).unwrap();
        }
        self.mails().await;
        user
    }

    /// Somebody works on an account from now on.
    pub async fn assign(&self, user: UserId, account: AccountId) {
        assignments::give_account(&self.ctx, &self.maya(), user, account).unwrap();
        self.mails().await;
    }

    /// And sees its billing.
    pub async fn show_billing_to(&self, user: UserId, account: AccountId) {
        assignments::set_grants(&self.ctx, &self.maya(), user, account, Grants { edits_details: true, sees_billing: true }).unwrap();
        self.mails().await;
    }
}
