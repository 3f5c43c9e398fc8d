//! Search for a portfolio or account by which to filter the log.

use actix_web::web::Query;
use askama::Template;
use serde::Deserialize;

use super::query::LogQuery;
use crate::{
    domain::search::SearchTerm,
    usecases::audit::log,
    web::shared::{
        list_query,
        page::Layout,
        page_context::PageContext,
        respond::{self, HandlerResult},
    },
};

/// Most portfolios and most accounts shown.
const RESULTS_MAX: usize = 20;

/// Search and results.
#[derive(Debug, Clone, Template)]
#[template(path = "audit_log/place.html")]
pub struct PlacePage {
    pub layout: Layout,
    /// Typed search; empty at first.
    pub q: String,
    /// Query of the list as it was left.
    pub query: String,
    pub portfolios: Vec<Place>,
    pub accounts: Vec<Place>,
    /// True if further ones match.
    pub has_more: bool,
    /// Address of the list as it was left.
    pub back: String,
}

/// A portfolio or account, with the address of the list filtered by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub name: String,
    /// Portfolio of an account; empty for a portfolio.
    pub about: String,
    pub href: String,
}

impl PlacePage {
    /// Results under the headings of their kinds.
    fn kinds(&self) -> impl Iterator<Item = (&'static str, &[Place])> {
        let kinds = [("Portfolios", &*self.portfolios), ("Accounts", &*self.accounts)];
        kinds.into_iter().filter(|(_, results)| !results.is_empty())
    }
}

/// Query of the search.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct PlaceQuery {
    q: String,
    #[serde(rename = "return")]
    return_query: String,
}

/// `GET /audit-log/place`
pub(in crate::web) async fn find(context: PageContext, query: Query<PlaceQuery>) -> HandlerResult {
    let PlaceQuery { q, return_query } = query.into_inner();
    let (q, list) = (list_query::looked_for(&q), LogQuery::returned(&return_query));
    let search = SearchTerm::parse(&q);
    let (layout_data, found) = context.open(move |ctx, actor| log::places(ctx, actor, search, RESULTS_MAX)).await?;
    let portfolios = found.portfolios.rows.into_iter().map(|portfolio| Place {
        href: list.changed(|query| query.portfolio = portfolio.id.to_string()).path(),
        name: portfolio.name,
        about: String::new(),
    });
    let accounts = found.accounts.rows.into_iter().map(|account| Place {
        href: list.changed(|query| query.account = account.id.to_string()).path(),
        name: account.name,
        about: account.portfolio_name,
    });
    respond::page(&PlacePage {
        layout: context.layout(&layout_data),
        q,
        query: list.text(),
        portfolios: portfolios.collect(),
        accounts: accounts.collect(),
        has_more: found.portfolios.has_next || found.accounts.has_next,
        back: list.path(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::{
        routing::paths,
        samples::{Sample, check},
    };

    #[test]
    fn renders() {
        let result = |sample: &Sample, about: String| Place { name: sample.group(), about, href: paths::AuditLog {}.to_string() };
        check("audit-log-place", |sample: &Sample| PlacePage {
            layout: sample.layout(),
            q: sample.text.clone(),
            query: sample.query(),
            portfolios: sample.rows(|_, _| result(sample, String::new())),
            accounts: sample.rows(|_, _| result(sample, sample.group())),
            has_more: sample.rows > 1,
            back: paths::AuditLog {}.to_string(),
        });
    }
}
