//! Portfolios, accounts and assignments, made by an Admin.

use usher::{
    domain::{
        account::AccountDetails,
        credentials::token::TokenHash,
        ids::{AccountId, PortfolioId, UserId},
        permission::AssignmentPermissions,
        portfolio::PortfolioDetails,
        text::{AccountName, Notes, PortfolioName},
    },
    store::assignments as stored,
    usecases::{
        Submission,
        access::assignments,
        accounts, portfolios,
        users::deletion::{self, NewOwners},
    },
};

use super::TestApp;

impl TestApp {
    /// The first Admin.
    fn maya<T>(&self) -> Submission<T> {
        self.caller(self.id_of("maya.fischer@example.com"))
    }

    /// Deletes a user without assets.
    pub fn delete_user(&self, user: UserId) {
        deletion::delete(&self.ctx, &self.maya(), user, &NewOwners::default(), None).unwrap();
    }

    pub fn create_portfolio(&self, name: &str) -> PortfolioId {
        let details = PortfolioDetails { name: PortfolioName::parse(name).unwrap(), notes: Notes::default() };
        portfolios::create(&self.ctx, &self.maya(), &details, &[], &[]).unwrap()
    }

    pub fn create_account(&self, portfolio: PortfolioId, name: &str) -> AccountId {
        let details = AccountDetails { name: AccountName::parse(name).unwrap(), website: None, notes: Notes::default() };
        accounts::create(&self.ctx, &self.maya(), portfolio, &details, &[]).unwrap()
    }

    /// Makes an active Portfolio Admin with these portfolios.
    pub async fn create_portfolio_admin(&self, first_name: &str, last_name: &str, own: &[PortfolioId]) -> UserId {
        let user = self.create_user(first_name, last_name);
        self.execute(&format!("UPDATE user_rows SET default_role = 'portfolio_admin' WHERE id = {user}"));
        for &portfolio in own {
            assignments::give_portfolio(&self.ctx, &self.maya(), user, portfolio).unwrap();
        }
        self.mails().await;
        user
    }

    /// Assigns an account to a user.
    pub async fn assign(&self, user: UserId, account: AccountId) {
        assignments::give_account(&self.ctx, &self.maya(), user, account, AssignmentPermissions::default()).unwrap();
        self.mails().await;
    }

    /// Adds the permission to view its billing.
    pub async fn show_billing_to(&self, user: UserId, account: AccountId) {
        assignments::set_permissions(
            &self.ctx,
            &self.maya(),
            user,
            account,
            AssignmentPermissions { edits_details: true, sees_billing: true },
        )
        .unwrap();
        self.mails().await;
    }

    /// Assigns a portfolio as the first Admin.
    pub fn give_portfolio(&self, user: UserId, portfolio: PortfolioId) {
        let by = self.id_of("maya.fischer@example.com");
        self.store().write_transaction(|tx| stored::give_portfolio(tx, user, portfolio, Some(by), self.now())).unwrap();
    }

    pub fn unassign_portfolio(&self, user: UserId, portfolio: PortfolioId) {
        self.store().write_transaction(|tx| stored::unassign_portfolio(tx, user, portfolio)).unwrap();
    }

    pub fn accounts_of(&self, user: UserId) -> Vec<AccountId> {
        let assigned = self.store().read(|db| stored::accounts_of(db, &[user])).unwrap();
        assigned.into_iter().map(|assigned| assigned.account.id).collect()
    }

    pub fn portfolios_of(&self, user: UserId) -> Vec<PortfolioId> {
        let assigned = self.store().read(|db| stored::portfolios_of(db, &[user])).unwrap();
        assigned.into_iter().map(|assigned| assigned.portfolio.id).collect()
    }
}
