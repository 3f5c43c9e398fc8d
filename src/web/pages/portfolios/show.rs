//! Page of a portfolio: its accounts and its users.

use actix_web::web::{Path, Query};
use askama::Template;
use serde::Deserialize;

use super::{PortfolioHead, number};
use crate::{
    domain::{
        ids::{PortfolioId, UserId},
        user::Status,
    },
    usecases::{
        Count,
        audit::HistoryOf,
        portfolios::{self, Assigned},
    },
    web::{
        pages::{accounts::assigned::AccountLink, audit_log::activity::ActivityLinks},
        shared::{
            list_query::PageRequest,
            page::{Layout, Pager, UserLabel, names_in_short},
            page_context::PageContext,
            page_size::PageSize,
            respond::{self, HandlerResult},
            routing::paths,
        },
    },
};

/// Page of a portfolio.
#[derive(Debug, Clone, Template)]
#[template(path = "portfolios/show.html")]
pub struct PortfolioPage {
    pub layout: Layout,
    pub portfolio: PortfolioHead,
    pub notes: String,
    /// "Hana Novotná and 2 more".
    pub admins: String,
    pub accounts: Vec<AccountRow>,
    pub accounts_pager: Pager,
    pub users: Vec<UserRow>,
    pub users_pager: Pager,
    pub activity: ActivityLinks,
    pub may_manage: bool,
    pub may_create_account: bool,
    pub may_invite: bool,
}

/// An account of the portfolio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    pub account: AccountLink,
    pub users: u64,
    pub has_billing: bool,
}

impl AccountRow {
    fn billing_path(&self) -> paths::Billing {
        paths::Billing { account: self.account.id }
    }
}

/// A user with an assignment in the portfolio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRow {
    pub user: UserLabel,
    pub status: Status,
    /// "Whole portfolio", "Aalto Eyewear, Fjord Foods".
    pub assigned: String,
}

impl UserRow {
    fn manage_path(&self) -> paths::Manage {
        paths::Manage { user: UserId(self.user.id.0) }
    }
}

impl From<Assigned> for UserRow {
    fn from(assigned: Assigned) -> Self {
        let whole = assigned.is_whole.then(|| "Whole portfolio".to_owned());
        let names = whole.into_iter().chain(assigned.accounts).collect::<Vec<_>>();
        Self { user: UserLabel::from(&assigned.user.who()), status: assigned.status, assigned: names_in_short(&names, 3) }
    }
}

/// Pages of both lists.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct PortfolioQuery {
    #[serde(default)]
    page: String,
    #[serde(default, rename = "people")]
    users: String,
}

/// `GET /portfolios/{portfolio}`
pub(in crate::web) async fn show(context: PageContext, id: Path<PortfolioId>, query: Query<PortfolioQuery>) -> HandlerResult {
    let (id, query) = (*id, query.into_inner());
    let (accounts_at, users_at) = (PageRequest::at(&query.page, PageSize::default())?, PageRequest::at(&query.users, PageSize::default())?);
    let (a, p) = (accounts_at.position.clone(), users_at.position.clone());
    let (layout_data, shown) =
        context.open(move |ctx, actor| portfolios::show(ctx, actor, id, &a, &p, PageSize::default().count())).await?;
    let link = |page: &str, users: &str| paths::with_query(paths::Portfolio { portfolio: id }, &[("page", page), ("people", users)]);
    let accounts_pager = accounts_at.pager(
        |page| link(page, &query.users),
        &shown.accounts,
        |row| row.account.key(),
        Count::Exactly(shown.contents.accounts),
        ("account", "accounts"),
    );
    let users_pager = users_at.pager(
        |users| link(&query.page, users),
        &shown.users,
        |row| row.user.key(),
        Count::Exactly(shown.contents.users),
        ("person", "people"),
    );
    let account = |row: portfolios::AccountRow| AccountRow {
        account: AccountLink::from(&row.account),
        users: number(row.facts.users),
        has_billing: row.facts.has_billing,
    };
    respond::page(&PortfolioPage {
        layout: context.layout(&layout_data),
        portfolio: PortfolioHead::from(&shown.portfolio),
        admins: names_in_short(&shown.admins.iter().map(crate::usecases::User::display_name).collect::<Vec<_>>(), 5),
        notes: shown.portfolio.notes,
        accounts: shown.accounts.rows.into_iter().map(account).collect(),
        accounts_pager,
        users: shown.users.rows.into_iter().map(UserRow::from).collect(),
        users_pager,
        activity: ActivityLinks::new(&context, HistoryOf::Portfolio(id), true),
        may_manage: shown.may_manage,
        may_create_account: shown.may_create_account,
        may_invite: shown.may_invite,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    fn page(sample: &Sample) -> PortfolioPage {
        let user = |place: usize, user| UserRow {
            user,
            status: Status::ALL[place % 4],
            assigned: if place == 2 { "Whole portfolio".into() } else { sample.group() },
        };
        PortfolioPage {
            layout: sample.layout(),
            portfolio: PortfolioHead::sample(sample),
            notes: sample.text.clone(),
            admins: sample.group(),
            accounts: sample.rows(|place, _| AccountRow { account: AccountLink::sample(sample), users: 9, has_billing: place != 1 }),
            accounts_pager: Pager::single("4 accounts"),
            users: sample.rows(user),
            users_pager: Pager { next: Some("?users=a".into()), ..Pager::single("1–50 of 120 people") },
            activity: ActivityLinks {
                all: Some("/portfolios/3/activity".to_owned()),
                log: Some("/audit-log?portfolio=3".to_owned()),
                access: Some("/portfolios/3/access".to_owned()),
            },
            may_manage: true,
            may_create_account: true,
            may_invite: true,
        }
    }

    #[test]
    fn renders() {
        check("portfolio", page);
        check("portfolio-own", |sample| PortfolioPage { may_manage: false, ..page(sample) });
    }
}
