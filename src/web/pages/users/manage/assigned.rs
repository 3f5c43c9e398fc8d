//! Assignments of a user, in pages, and options to add.

use serde::Deserialize;

use crate::{
    domain::{
        ids::UserId,
        permission::{AssignmentPermissions, PermissionToggle, To},
    },
    usecases::{
        self, AssignmentRef,
        access::{grantors::Lost, withheld::WithheldAssignment},
        users::{
            self,
            page::{Assigned, Held, What},
        },
    },
    web::shared::{
        list_query::PageRequest,
        page::{Pager, assigned_in_short},
        routing::paths,
    },
};

use super::unassign::remove_and_assign;

/// Query of the page.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in crate::web) struct ManageQuery {
    /// Search in the names of assigned portfolios and accounts.
    #[serde(default)]
    pub(super) q: String,
    /// Page of the assignments.
    #[serde(default)]
    pub(super) page: String,
    /// Search in the names of options to add.
    #[serde(default)]
    pub(super) add: String,
    /// Query of the list.
    #[serde(default, rename = "return")]
    pub(super) return_query: String,
}

/// Most withheld assignments shown.
const WITHHELD_MAX: usize = 25;

/// A page of a user's assignments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignments {
    /// "1 portfolio, 3 accounts".
    pub in_short: String,
    pub has_portfolios: bool,
    pub q: String,
    /// True if there are several pages, so that a search is offered.
    pub searches: bool,
    pub rows: Vec<AssignedRow>,
    pub pager: Pager,
    /// Number of assignments of an open invitation that will be withheld.
    pub lost: usize,
    /// True if the role will be withheld too.
    pub loses_role: bool,
    pub offer: AddOption,
}

/// An assigned portfolio or account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignedRow {
    /// "portfolio" or "account": name of the field with its id.
    pub kind: &'static str,
    pub id: i64,
    pub name: String,
    /// Portfolio of an account.
    pub portfolio: Option<String>,
    pub is_active: bool,
    pub remove: String,
    /// False for the last portfolio of a Portfolio Admin.
    pub may_remove: bool,
    /// True if the user would leave the reader's scope, which needs a confirmation.
    pub asks: bool,
    pub toggles: Vec<ToggleRow>,
    /// Reason for which it will be withheld.
    pub lost: Option<String>,
}

/// Switch of a permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToggleRow {
    pub label: &'static str,
    pub is_on: bool,
    /// Action that toggles the switch.
    pub path: paths::TogglePermission,
}

/// Options to add.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddOption {
    pub q: String,
    /// True if there are more options than fit, so that a search is needed.
    pub searches: bool,
    /// Values and names.
    pub portfolios: Vec<(String, String)>,
    /// Accounts by portfolio.
    pub accounts: Vec<(String, Vec<(String, String)>)>,
}

/// Assignments withheld when the user accepted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WithheldAssignments {
    pub rows: Vec<WithheldRow>,
    /// Number of those not shown: "12 more".
    pub more: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithheldRow {
    pub name: String,
    /// Portfolio of an account.
    pub portfolio: Option<String>,
    /// Name of the grantor.
    pub by: Option<String>,
    /// Action that assigns it after all.
    pub give: Option<String>,
}

impl Assignments {
    pub(super) fn new(
        user_id: UserId,
        assigned: Assigned,
        offered: users::page::Offered,
        request: &PageRequest,
        query: &ManageQuery,
    ) -> Self {
        let link = |page: &str| {
            let parameters = [("q", &*query.q), ("page", page), ("add", &query.add), ("return", &query.return_query)];
            paths::with_query(paths::Manage { user: user_id }, &parameters)
        };
        let found = usecases::Count::Exactly(i64::try_from(assigned.found).unwrap_or(i64::MAX));
        let pager = request.pager(link, &assigned.rows, Held::key, found, ("assignment", "assignments"));
        let searches = pager.next.is_some() || pager.previous.is_some() || !query.q.is_empty();
        let row = |held: &Held| row(user_id, held, assigned.is_last_portfolio, assigned.is_last_in_common);
        Self {
            in_short: assigned_in_short(assigned.numbers),
            has_portfolios: assigned.numbers.portfolios > 0,
            q: query.q.clone(),
            searches,
            rows: assigned.rows.rows.iter().map(row).collect(),
            pager,
            lost: assigned.lost,
            loses_role: assigned.loses_role,
            offer: AddOption::new(query.add.clone(), offered),
        }
    }

    pub(in crate::web) fn is_empty(&self) -> bool {
        self.in_short.is_empty()
    }
}

fn row(user_id: UserId, held: &Held, is_last_portfolio: bool, asks: bool) -> AssignedRow {
    let lost = held.lost.as_ref().map(why);
    match &held.what {
        What::Portfolio(portfolio) => AssignedRow {
            kind: "portfolio",
            id: portfolio.id.0,
            name: portfolio.name.clone(),
            portfolio: None,
            is_active: portfolio.is_active(),
            remove: remove_and_assign(user_id, AssignmentRef::Portfolio(portfolio.id)).0,
            may_remove: !is_last_portfolio,
            asks,
            toggles: Vec::new(),
            lost,
        },
        What::Account(account, permissions) => {
            let switch = |&switch: &PermissionToggle| {
                let is_on = AssignmentPermissions::gives(*permissions, switch);
                let to = if is_on { To::Off } else { To::On };
                ToggleRow { label: switch.label(), is_on, path: paths::TogglePermission { user: user_id, account: account.id, switch, to } }
            };
            AssignedRow {
                kind: "account",
                id: account.id.0,
                name: account.name.clone(),
                portfolio: Some(account.portfolio_name.clone()),
                is_active: account.is_active(),
                remove: remove_and_assign(user_id, AssignmentRef::Account(account.id)).0,
                may_remove: true,
                asks,
                toggles: PermissionToggle::ALL.iter().map(switch).collect(),
                lost,
            }
        }
    }
}

/// Reason for which an assignment will be withheld, in words.
fn why(lost: &Lost) -> String {
    match lost {
        Lost::Gone => "its assigner was deleted".to_owned(),
        Lost::Deactivated(name) => format!("{name}, who assigned it, is deactivated"),
        Lost::Right(name) => format!("{name}, who assigned it, may no longer give it"),
    }
}

impl AddOption {
    /// If there are more options than fit, none is shown before a search.
    fn new(q: String, offered: users::page::Offered) -> Self {
        let searches = offered.is_partial || !q.is_empty();
        if offered.is_partial && q.is_empty() {
            return Self { q, searches, ..Self::default() };
        }
        let portfolio = |portfolio: usecases::Portfolio| (format!("portfolio-{}", portfolio.id), portfolio.name);
        let account = |account: &usecases::Account| (format!("account-{}", account.id), account.name.clone());
        let together = offered.accounts.chunk_by(|a, b| a.portfolio_id == b.portfolio_id);
        let group =
            |accounts: &[usecases::Account]| Some((accounts.first()?.portfolio_name.clone(), accounts.iter().map(account).collect()));
        Self {
            q,
            searches,
            portfolios: offered.portfolios.into_iter().map(portfolio).collect(),
            accounts: together.filter_map(group).collect(),
        }
    }

    pub(in crate::web) fn is_empty(&self) -> bool {
        self.portfolios.is_empty() && self.accounts.is_empty()
    }
}

impl WithheldAssignments {
    pub(super) fn new(user: UserId, withheld: Vec<WithheldAssignment>, may_assign: bool) -> Self {
        let more = withheld.len().saturating_sub(WITHHELD_MAX);
        let row = |left: WithheldAssignment| WithheldRow {
            give: (may_assign && left.can_be_given).then(|| remove_and_assign(user, left.place).1),
            name: left.name,
            portfolio: left.portfolio,
            by: left.by,
        };
        let rows = withheld.into_iter().take(WITHHELD_MAX).map(row).collect();
        Self { rows, more: (more > 0).then(|| format!("{more} more")) }
    }
}
