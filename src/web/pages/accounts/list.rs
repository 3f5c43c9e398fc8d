//! Accounts of an administrator's scope: all of them, or those without billing information.

use actix_web::web::Query;
use askama::Template;
use serde::Deserialize;

use crate::{
    domain::{ids::AccountId, search::SearchTerm},
    usecases::{Account, accounts},
    web::{
        pages::portfolios::PortfolioHead,
        shared::{
            error::WebError,
            list_query::{self, PageRequest, known},
            page::{Layout, Pager},
            page_context::PageContext,
            page_size::PageSize,
            respond::{self, HandlerResult},
            routing::paths,
        },
    },
};

/// Value of `billing` for accounts without billing information.
const MISSING: &str = "missing";

/// List of accounts.
#[derive(Debug, Clone, Template)]
#[template(path = "accounts/list.html")]
pub struct AccountListPage {
    pub layout: Layout,
    pub query: AccountListQuery,
    pub rows: Vec<AccountRow>,
    pub pager: Pager,
}

/// An account in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    pub id: AccountId,
    pub name: String,
    pub portfolio: PortfolioHead,
    pub has_billing: bool,
}

/// Query of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct AccountListQuery {
    billing: String,
    q: String,
    page: String,
}

impl AccountListQuery {
    /// Accounts without billing information.
    pub(in crate::web) fn missing_billing() -> Self {
        Self { billing: MISSING.to_owned(), ..Self::default() }
    }

    pub(in crate::web) fn path(&self) -> String {
        paths::with_query(paths::Accounts {}, &[("billing", &*self.billing), ("q", &*self.q), ("page", &*self.page)])
    }

    fn is_missing(&self) -> bool {
        self.billing == MISSING
    }

    fn request(&self) -> Result<PageRequest, WebError> {
        known(&self.billing, |text| (text == MISSING).then_some(()))?;
        let mut request = PageRequest::at(&self.page, PageSize::default())?;
        request.search = SearchTerm::parse(&self.q);
        Ok(request)
    }
}

impl AccountRow {
    fn path(&self) -> paths::Account {
        paths::Account { account: self.id }
    }

    fn billing_path(&self) -> paths::Billing {
        paths::Billing { account: self.id }
    }
}

impl From<Account> for AccountRow {
    fn from(account: Account) -> Self {
        let portfolio = PortfolioHead { id: account.portfolio_id, is_active: account.is_active(), name: account.portfolio_name };
        Self { id: account.id, name: account.name, portfolio, has_billing: account.has_billing }
    }
}

impl AccountListPage {
    fn title(&self) -> &'static str {
        if self.query.is_missing() { "Accounts missing billing" } else { "Accounts" }
    }

    /// The other list: all accounts, or those without billing information.
    fn other(&self) -> (&'static str, String) {
        if self.query.is_missing() {
            ("All accounts", AccountListQuery::default().path())
        } else {
            ("Missing billing", AccountListQuery::missing_billing().path())
        }
    }

    /// First page without the search.
    fn whole(&self) -> String {
        AccountListQuery { billing: self.query.billing.clone(), ..AccountListQuery::default() }.path()
    }
}

/// `GET /portfolios/accounts`
pub(in crate::web) async fn list(context: PageContext, Query(query): Query<AccountListQuery>) -> HandlerResult {
    let query = AccountListQuery { q: list_query::looked_for(&query.q), ..query };
    let request = query.request()?;
    let (search, position, limit, missing) = (request.search.clone(), request.position.clone(), request.rows.count(), query.is_missing());
    let open = move |ctx: &_, actor: &_| accounts::list(ctx, actor, missing, search, &position, limit);
    let (layout_data, accounts::Listing { rows, count }) = context.open(open).await?;
    let link = |page: &str| AccountListQuery { page: page.to_owned(), ..query.clone() }.path();
    let pager = request.pager(link, &rows, Account::key, count, ("account", "accounts"));
    let rows = rows.rows.into_iter().map(AccountRow::from).collect();
    respond::page(&AccountListPage { layout: context.layout(&layout_data), pager, rows, query })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    #[test]
    fn renders() {
        let row = |sample: &Sample, place: usize| AccountRow {
            id: AccountId(7),
            name: sample.group(),
            portfolio: PortfolioHead::sample(sample),
            has_billing: place.is_multiple_of(2),
        };
        for billing in ["", MISSING] {
            check(&format!("accounts-of-scope-{billing}"), |sample| AccountListPage {
                layout: sample.layout(),
                query: AccountListQuery { billing: billing.to_owned(), q: sample.text.clone(), ..AccountListQuery::default() },
                rows: sample.rows(|place, _| row(sample, place)),
                pager: Pager::single("3 accounts"),
            });
        }
    }
}
