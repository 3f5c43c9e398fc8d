//! What is assigned to somebody, in pages, and what may be added.

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
    /// Part of the name of a portfolio or an account that is assigned.
    #[serde(default)]
    pub(super) q: String,
    /// Which page of the assignments.
    #[serde(default)]
    pub(super) page: String,
    /// Part of the name of one to add.
    #[serde(default)]
    pub(super) add: String,
    /// The list's query.
    #[serde(default, rename = "return")]
    pub(super) return_query: String,
}

/// So much of what was left out is named.
const WITHHELD_MAX: usize = 25;

/// A page of what is assigned to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignments {
    /// "1 portfolio, 3 accounts".
    pub in_short: String,
    pub has_portfolios: bool,
    pub q: String,
    /// True if there is more than one page, to search in.
    pub searches: bool,
    pub rows: Vec<AssignedRow>,
    pub pager: Pager,
    /// How much will not be given, of an open invitation, …
    pub lost: usize,
    /// … and whether the role goes with it.
    pub loses_role: bool,
    pub offer: AddOption,
}

/// A portfolio that somebody looks after, or an account that they work on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignedRow {
    /// "portfolio", "account": the field that carries its id.
    pub kind: &'static str,
    pub id: i64,
    pub name: String,
    /// The portfolio around an account.
    pub portfolio: Option<String>,
    pub is_active: bool,
    pub remove: String,
    /// A Portfolio Admin keeps one portfolio.
    pub may_remove: bool,
    /// True if the user leaves one's scope with it, which is asked before.
    pub asks: bool,
    pub switches: Vec<SwitchRow>,
    /// Why it will not be given.
    pub lost: Option<String>,
}

/// One of the two switches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchRow {
    pub label: &'static str,
    pub is_on: bool,
    /// Puts it the other way.
    pub path: paths::SwitchPermission,
}

/// What may be added.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddOption {
    pub q: String,
    /// True if one searches, since there is more than fits.
    pub searches: bool,
    /// Value and name.
    pub portfolios: Vec<(String, String)>,
    /// By portfolio.
    pub accounts: Vec<(String, Vec<(String, String)>)>,
}

/// What was left out when somebody accepted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WithheldAssignments {
    pub rows: Vec<WithheldRow>,
    /// "12 more".
    pub more: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithheldRow {
    pub name: String,
    /// The portfolio around an account.
    pub portfolio: Option<String>,
    /// Who had assigned it.
    pub by: Option<String>,
    /// Gives it after all.
    pub give: Option<String>,
}

impl Assignments {
    pub(super) fn new(
        user_id: UserId,
        assigned: Assigned,
        offered: users::page::Offered,
        asked: &PageRequest,
        query: &ManageQuery,
    ) -> Self {
        let link = |page: &str| {
            let parameters = [("q", &*query.q), ("page", page), ("add", &query.add), ("return", &query.return_query)];
            paths::with_query(paths::Manage { user: user_id }, &parameters)
        };
        let found = usecases::Count::Exactly(i64::try_from(assigned.found).unwrap_or(i64::MAX));
        let pager = asked.pager(link, &assigned.rows, Held::key, found, ("assignment", "assignments"));
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
            switches: Vec::new(),
            lost,
        },
        What::Account(account, grants) => {
            let switch = |&switch: &PermissionToggle| {
                let is_on = AssignmentPermissions::gives(*grants, switch);
                let to = if is_on { To::Off } else { To::On };
                SwitchRow { label: switch.label(), is_on, path: paths::SwitchPermission { user: user_id, account: account.id, switch, to } }
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
                switches: PermissionToggle::ALL.iter().map(switch).collect(),
                lost,
            }
        }
    }
}

/// Why something will not be given.
fn why(lost: &Lost) -> String {
    match lost {
        Lost::Gone => "its assigner was deleted".to_owned(),
        Lost::Deactivated(name) => format!("{name}, who assigned it, is deactivated"),
        Lost::Right(name) => format!("{name}, who assigned it, may no longer give it"),
    }
}

impl AddOption {
    /// Where there is more than fits, nothing is offered before one searches.
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
