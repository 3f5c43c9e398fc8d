//! A company with portfolios: a Portfolio Admin of the first, and a user with an account there.

use usher::domain::ids::{AccountId, PortfolioId, UserId};

use crate::{helpers::Db, site::Site};

/// The Portfolio Admin of Nordic Brands.
pub(crate) const HANA: &str = "hana.novotna@example.com";
/// A User at Fjord Foods.
pub(crate) const JONAS: &str = "jonas.vermeulen@example.com";

pub(crate) struct Business {
    pub(crate) nordic: PortfolioId,
    /// Account in Nordic Brands.
    pub(crate) fjord: AccountId,
    /// Account in DACH Retail.
    pub(crate) bikes: AccountId,
    pub(crate) hana: UserId,
    pub(crate) jonas: UserId,
    pub(crate) site: Site,
}

impl Business {
    /// With scripts on SQLite, without on PostgreSQL, so that each story covers both.
    pub(crate) fn new(scripts: bool) -> Self {
        Self::on(if scripts { Db::Sqlite } else { Db::Postgres })
    }

    pub(crate) fn on(db: Db) -> Self {
        Self::at(Site::with_admin_on(db))
    }

    pub(crate) fn at(site: Site) -> Self {
        let app = &site.app;
        let [nordic, dach] = ["Nordic Brands", "DACH Retail"].map(|name| app.create_portfolio(name));
        let (fjord, bikes) = (app.create_account(nordic, "Fjord Foods"), app.create_account(dach, "Bergmann Bikes"));
        let hana = site.wait(app.create_portfolio_admin("Hana", "Novotna", &[nordic]));
        let jonas = app.create_user("Jonas", "Vermeulen");
        site.wait(app.assign(jonas, fjord));
        Self { nordic, fjord, bikes, hana, jonas, site }
    }

    /// Address of a user's page in Users & Permissions, or of a page below it.
    pub(crate) fn manage(user: UserId, what: &str) -> String {
        format!("/users-and-permissions/{user}{what}")
    }
}
