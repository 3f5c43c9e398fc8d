//! Table of a user's permissions and their sources.

use crate::{
    domain::{permission::Permission, role::Role, time_zone::ZonedTime},
    usecases::users::effective_permissions::{EffectivePermissions, InPortfolio, OnAccount, PermissionSource},
    web::shared::page::{DisplayTime, counted, in_words},
};

/// Group of rows: everywhere, or one portfolio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub head: Row,
    pub rows: Vec<Row>,
    /// Number of rows left out: "12 more accounts".
    pub more: Option<String>,
}

/// Permissions at one place, with their source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    pub place: String,
    pub may: String,
    pub sources: Vec<Source>,
}

/// Source of permissions: its kind and name; for an assignment, the grantor and the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub kind: &'static str,
    pub name: String,
    pub given: Option<GivenBy>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenBy {
    /// "Maya Fischer", or a substitute for a deleted user.
    pub by: String,
    pub at: DisplayTime,
    /// True if an open invitation's assignment will be withheld.
    pub is_lost: bool,
}

/// Blocks of the table, and the number of portfolios left out.
pub(in crate::web) fn blocks(effective: &EffectivePermissions, now: ZonedTime) -> (Vec<Block>, Option<String>) {
    let role = |role: Role| Source { kind: "Role", name: role.label().to_owned(), given: None };
    let everywhere = if effective.role == Role::Admin {
        Block { head: row("Everywhere", "Everything", vec![role(Role::Admin)]), rows: Vec::new(), more: None }
    } else {
        let told = effective.everywhere.iter().map(|permission| row(area(*permission), permission.label(), vec![role(effective.role)]));
        Block { head: row("Everywhere", "", Vec::new()), rows: told.collect(), more: None }
    };
    let blocks = std::iter::once(everywhere).chain(effective.portfolios.iter().map(|portfolio| block(portfolio, now))).collect();
    (blocks, more(effective.more as u64, "portfolio", "portfolios"))
}

/// Subject of a permission that holds in the whole company.
fn area(permission: Permission) -> &'static str {
    match permission {
        Permission::DirectoryView => "People and groups",
        Permission::RolesView => "Roles",
        _ => "Company",
    }
}

fn row(place: &str, may: &str, sources: Vec<Source>) -> Row {
    Row { place: place.to_owned(), may: may.to_owned(), sources }
}

fn more(count: u64, one: &str, many: &str) -> Option<String> {
    (count > 0).then(|| counted(count, &format!("more {one}"), &format!("more {many}")))
}

fn block(portfolio: &InPortfolio, now: ZonedTime) -> Block {
    let InPortfolio { portfolio: there, assigned, permissions, accounts, more: unseen, reached, accounts_in_all } = portfolio;
    let sources = assigned.iter().map(|given| source("Portfolio Admin", &there.name, given, now)).collect();
    let may = if !there.is_active() {
        "Nothing while the portfolio is deactivated".to_owned()
    } else if permissions.is_empty() {
        format!("{reached} of {}", counted(*accounts_in_all, "account", "accounts"))
    } else {
        in_words(permissions)
    };
    Block {
        head: Row { place: there.name.clone(), may, sources },
        rows: accounts.iter().map(|account| on_account(account, &there.name, now)).collect(),
        more: more(*unseen, "account", "accounts"),
    }
}

fn on_account(on: &OnAccount, portfolio: &str, now: ZonedTime) -> Row {
    let by_portfolio = on.by_portfolio.then(|| Source { kind: "Portfolio", name: portfolio.to_owned(), given: None });
    let assigned = on.assigned.iter().map(|given| source("Account", &on.account.name, given, now));
    let may = if on.permissions.is_empty() { "Nothing".to_owned() } else { in_words(&on.permissions) };
    Row { place: on.account.name.clone(), may, sources: by_portfolio.into_iter().chain(assigned).collect() }
}

fn source(kind: &'static str, name: &str, PermissionSource { by, at, lost }: &PermissionSource, now: ZonedTime) -> Source {
    let by = by.clone().unwrap_or_else(|| "a deleted user".to_owned());
    Source { kind, name: name.to_owned(), given: Some(GivenBy { by, at: DisplayTime::new(*at, now), is_lost: lost.is_some() }) }
}

/// A block of a page in tests.
#[cfg(test)]
pub(in crate::web) fn sample(sample: &crate::web::shared::samples::Sample) -> Block {
    let given = GivenBy { by: sample.group(), at: sample.display_time(9), is_lost: false };
    let source = Source { kind: "Account", name: sample.group(), given: Some(given) };
    let row = Row { place: sample.group(), may: "See".into(), sources: vec![source] };
    Block { head: row.clone(), rows: vec![row; sample.rows], more: Some("12 more accounts".into()) }
}
