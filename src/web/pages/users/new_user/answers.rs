//! What was answered so far, as every step carries it on.

use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        ids::{AccountId, PortfolioId},
        permission::AssignmentPermissions,
        user::DefaultRole,
    },
    usecases::users::new_user::NewAssignments,
    web::shared::{
        error::WebError,
        form::each_once,
        page::with_query,
        routing::{endpoint::Endpoint, paths},
        wizard::{self, WizardButton},
    },
};

/// All answers, as they were typed and ticked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Answers {
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    /// `None` before one was chosen.
    pub default_role: Option<DefaultRole>,
    pub portfolios: Vec<PortfolioId>,
    pub accounts: Vec<AccountId>,
    /// Of the accounts, those whose details are not to be edited, and those whose billing is to be seen: what differs from what is usual.
    pub no_edit: Vec<AccountId>,
    pub billing: Vec<AccountId>,
    /// The portfolio that one came from: ticked for a Portfolio Admin, and its accounts come first for a User.
    pub from: Option<PortfolioId>,
    /// The query of the list that one came from.
    pub return_query: String,
    /// Ticks of the other kind were dropped, since the role has changed.
    pub dropped: bool,
}

/// Where one came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The list as it was left.
    pub list: String,
    /// Where Cancel leads: there, or to the portfolio.
    pub cancel: String,
}

impl Answers {
    pub(super) fn origin(&self) -> Origin {
        let list = with_query(paths::UsersAndPermissions {}, &self.return_query);
        Origin { cancel: self.from.map_or_else(|| list.clone(), |portfolio| paths::Portfolio { portfolio }.to_string()), list }
    }
}

#[cfg(test)]
impl Origin {
    pub(super) fn sample(sample: &crate::web::shared::samples::Sample) -> Self {
        let list = with_query(paths::UsersAndPermissions {}, &sample.query());
        Self { cancel: list.clone(), list }
    }
}

impl wizard::Answers for Answers {
    const WIZARD: &'static Endpoint = paths::NewUserWizard::ENDPOINT;
    type Step = Step;
}

wizard::steps! {
    /// A step of the wizard.
    Step {
        NameAndRole = "1",
        Assignments = "2",
        Review = "3",
    }
}

/// A step, as it is posted: what this step asks, and the draft of everything else.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WizardForm {
    pub(super) step: Step,
    #[serde(rename = "do")]
    pub(super) button: WizardButton,
    #[serde(default)]
    pub(super) draft: String,
    first_name: Option<String>,
    last_name: Option<String>,
    email: Option<String>,
    default_role: Option<String>,
    #[serde(default)]
    portfolio: Vec<PortfolioId>,
    #[serde(default)]
    account: Vec<AccountId>,
    /// The accounts whose details may be edited, ticked or not.
    #[serde(default, rename = "edit-details")]
    edit: Vec<AccountId>,
    /// Those whose billing may be seen.
    #[serde(default, rename = "see-billing")]
    bill: Vec<AccountId>,
    #[serde(default)]
    find_portfolio: String,
    #[serde(default)]
    find_account: String,
}

impl WizardForm {
    /// The answers, and what is looked for. `held` are those of the draft.
    pub(super) fn answers(self, held: &Answers) -> Result<(Answers, String), WebError> {
        each_once(&self.portfolio)?;
        each_once(&self.account)?;
        let default_role = match self.default_role.as_deref() {
            None => held.default_role,
            Some("") => None,
            Some(role) => Some(role.parse::<DefaultRole>().map_err(|_| WebError::Malformed)?),
        };
        let find = match default_role {
            Some(DefaultRole::PortfolioAdmin) => self.find_portfolio,
            Some(DefaultRole::User) | None => self.find_account,
        };
        // Only where one ticks does no tick mean that there is none.
        let is_ticking = self.step == Step::Assignments;
        let gives = |switch: &dyn Fn(&AccountId) -> bool| self.account.iter().copied().filter(|account| switch(account)).collect();
        let (no_edit, billing) = if is_ticking {
            (gives(&|account| !self.edit.contains(account)), gives(&|account| self.bill.contains(account)))
        } else {
            (held.no_edit.clone(), held.billing.clone())
        };
        let answers = Answers {
            no_edit,
            billing,
            first_name: self.first_name.unwrap_or_else(|| held.first_name.clone()),
            last_name: self.last_name.unwrap_or_else(|| held.last_name.clone()),
            email: self.email.unwrap_or_else(|| held.email.clone()),
            default_role,
            portfolios: if is_ticking || !self.portfolio.is_empty() { self.portfolio } else { held.portfolios.clone() },
            accounts: if is_ticking || !self.account.is_empty() { self.account } else { held.accounts.clone() },
            from: held.from,
            return_query: held.return_query.clone(),
            dropped: false,
        };
        Ok((answers.fitting(held.default_role), find))
    }
}

impl Answers {
    /// The same without ticks that the role does not go with. `before` is the role that was chosen so far.
    fn fitting(mut self, before: Option<DefaultRole>) -> Self {
        match self.default_role {
            Some(DefaultRole::PortfolioAdmin) => {
                self.dropped = !self.accounts.is_empty();
                self.accounts.clear();
                self.no_edit.clear();
                self.billing.clear();
                if self.default_role != before && self.portfolios.is_empty() {
                    self.portfolios.extend(self.from);
                }
            }
            Some(DefaultRole::User) => {
                self.dropped = self.portfolios.iter().any(|&portfolio| Some(portfolio) != self.from);
                self.portfolios.clear();
            }
            None => {}
        }
        self
    }

    /// Portfolios that could be ticked before.
    pub(super) fn held_portfolios(&self) -> Vec<PortfolioId> {
        self.portfolios.iter().copied().chain(self.from).collect()
    }

    /// What a ticked account gives.
    pub(super) fn grants(&self, account: AccountId) -> AssignmentPermissions {
        AssignmentPermissions { edits_details: !self.no_edit.contains(&account), sees_billing: self.billing.contains(&account) }
    }

    /// What is ticked; `None` when nothing is.
    pub(super) fn given(&self) -> Option<NewAssignments> {
        match self.default_role? {
            DefaultRole::PortfolioAdmin => (!self.portfolios.is_empty()).then(|| NewAssignments::Portfolios(self.portfolios.clone())),
            DefaultRole::User => {
                let accounts = self.accounts.iter().map(|&account| (account, self.grants(account)));
                (!self.accounts.is_empty()).then(|| NewAssignments::Accounts(accounts.collect()))
            }
        }
    }
}
