//! Portfolios for administrators, and assigned accounts for all other users.

use askama::Template;

use super::{PortfolioHead, number};
use crate::{
    domain::role::Role,
    usecases::{
        Position,
        accounts::{self, Assigned},
        portfolios::{self, Listing, Row},
    },
    web::{
        pages::accounts::assigned::{AccountLink, AccountsPage},
        shared::{
            list_query::ListQuery,
            page::{Layout, Pager, counted, listed, names_in_short},
            page_context::PageContext,
            respond::{self, HandlerResult},
            routing::paths,
        },
    },
};

/// List of portfolios.
#[derive(Debug, Clone, Template)]
#[template(path = "portfolios/list.html")]
pub struct PortfoliosPage {
    pub layout: Layout,
    pub q: String,
    pub rows: Vec<PortfolioRow>,
    pub pager: Pager,
    pub may_manage: bool,
    /// Portfolios of the reader that give no access, since they are deactivated.
    pub deactivated: Vec<String>,
    /// Further accounts assigned to the reader.
    pub assigned: Vec<AccountLink>,
    /// True if there are more of these accounts than shown.
    pub has_more_assigned: bool,
}

/// A portfolio in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortfolioRow {
    pub portfolio: PortfolioHead,
    /// "Hana Novotná and 2 more".
    pub admins: String,
    pub accounts: u64,
    pub without_billing: u64,
    pub users: u64,
}

impl PortfolioRow {
    /// "Complete", "2 accounts missing billing".
    fn billing(&self) -> String {
        match (self.accounts, self.without_billing) {
            (0, _) => "None".to_owned(),
            (_, 0) => "Complete".to_owned(),
            (_, without) => format!("{} missing billing", counted(without, "account", "accounts")),
        }
    }
}

impl From<Row> for PortfolioRow {
    fn from(row: Row) -> Self {
        let admins = row.admins.iter().map(crate::usecases::User::display_name).collect::<Vec<_>>();
        Self {
            portfolio: PortfolioHead::from(&row.portfolio),
            admins: names_in_short(&admins, 1),
            accounts: number(row.contents.accounts),
            without_billing: number(row.contents.without_billing),
            users: number(row.contents.users),
        }
    }
}

/// `GET /portfolios`
pub(in crate::web) async fn list(context: PageContext, query: ListQuery) -> HandlerResult {
    let request = query.request()?;
    let (search, position, limit) = (request.search.clone(), request.position.clone(), request.rows.count());
    if context.current.user.actor().role == Role::User {
        let (layout_data, Assigned { rows, count }) =
            context.open(move |ctx, actor| accounts::assigned(ctx, actor, search, &position, limit)).await?;
        let pager = query.pager(paths::Portfolios {}, &request, &rows, crate::usecases::Account::key, count, ("account", "accounts"));
        let rows = rows.rows.iter().map(AccountLink::from).collect();
        return respond::page(&AccountsPage { layout: context.layout(&layout_data), q: query.q, rows, pager });
    }
    let (layout_data, (listing, assigned)) = context
        .open(move |ctx, actor| {
            let listing = portfolios::list(ctx, actor, search, &position, limit)?;
            Ok((listing, accounts::assigned(ctx, actor, None, &Position::First, limit)?))
        })
        .await?;
    let Listing { rows, count, may_manage, deactivated } = listing;
    let pager = query.pager(paths::Portfolios {}, &request, &rows, |row| row.portfolio.key(), count, ("portfolio", "portfolios"));
    respond::page(&PortfoliosPage {
        layout: context.layout(&layout_data),
        q: query.q,
        rows: rows.rows.into_iter().map(PortfolioRow::from).collect(),
        pager,
        may_manage,
        deactivated: listed(deactivated),
        has_more_assigned: assigned.rows.has_next,
        assigned: assigned.rows.rows.iter().map(AccountLink::from).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    fn page(sample: &Sample) -> PortfoliosPage {
        let row = |place: usize, user: crate::web::shared::page::UserLabel| PortfolioRow {
            portfolio: PortfolioHead { is_active: place != 2, ..PortfolioHead::sample(sample) },
            admins: user.name,
            accounts: place as u64,
            without_billing: (place / 3) as u64,
            users: 1000,
        };
        PortfoliosPage {
            layout: sample.layout(),
            q: sample.text.clone(),
            rows: sample.rows(row),
            pager: Pager::single("12 portfolios"),
            may_manage: true,
            deactivated: Vec::new(),
            assigned: sample.rows(|_, _| AccountLink::sample(sample)),
            has_more_assigned: true,
        }
    }

    #[test]
    fn renders() {
        check("portfolios", page);
        check("portfolios-none", |sample| PortfoliosPage { rows: Vec::new(), q: String::new(), assigned: Vec::new(), ..page(sample) });
        check("portfolios-withdrawn", |sample| PortfoliosPage {
            rows: Vec::new(),
            q: String::new(),
            may_manage: false,
            deactivated: vec![sample.group(); 2],
            ..page(sample)
        });
    }

    #[test]
    fn billing_is_said_in_words() {
        let row = |accounts, without_billing| PortfolioRow {
            portfolio: PortfolioHead::sample(&Sample::plain()),
            admins: String::new(),
            accounts,
            without_billing,
            users: 0,
        };
        for (row, words) in [
            (row(0, 0), "None"),
            (row(3, 0), "Complete"),
            (row(3, 1), "1 account missing billing"),
            (row(3, 2), "2 accounts missing billing"),
        ] {
            assert_eq!(row.billing(), words);
        }
    }
}
