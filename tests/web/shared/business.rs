//! A company with portfolios: a Portfolio Admin, and a user with an account.

#![allow(unreachable_pub, reason = "the words of the tests, like those of the helpers")]

use usher::domain::ids::{AccountId, PortfolioId, UserId};

use crate::helpers::{Browser, Db, TestApp};

pub const HANA: &str = "hana.novotna@example.com";

/// Two portfolios with an account each; Hana Novotna administers the first, or both, and Jonas Vermeulen works in the
/// first.
pub struct Business {
    pub app: TestApp,
    pub maya: Browser,
    pub hana: Browser,
    pub hana_id: UserId,
    pub jonas: UserId,
    pub nordic: PortfolioId,
    pub dach: PortfolioId,
    pub fjord: AccountId,
    pub bikes: AccountId,
}

impl Business {
    pub async fn new(db: Db) -> Self {
        Self::with_hana_in(db, 1).await
    }

    pub async fn with_hana_in_both(db: Db) -> Self {
        Self::with_hana_in(db, 2).await
    }

    async fn with_hana_in(db: Db, portfolios: usize) -> Self {
        let (app, maya) = TestApp::with_admin(db).await;
        let both = ["Nordic Brands", "DACH Retail"].map(|name| app.create_portfolio(name));
        let [nordic, dach] = both;
        let (fjord, bikes) = (app.create_account(nordic, "Fjord Foods"), app.create_account(dach, "Bergmann Bikes"));
        let hana_id = app.create_portfolio_admin("Hana", "Novotna", &both[..portfolios]).await;
        let jonas = app.create_user("Jonas", "Vermeulen");
        app.assign(jonas, fjord).await;
        let hana = app.signed_in(HANA).await;
        Self { app, maya, hana, hana_id, jonas, nordic, dach, fjord, bikes }
    }
}
