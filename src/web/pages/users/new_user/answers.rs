//! Answers so far, which every step carries along.

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

/// All answers as typed and selected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Answers {
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    /// `None` before a role was chosen.
    pub default_role: Option<DefaultRole>,
    pub portfolios: Vec<PortfolioId>,
    pub accounts: Vec<AccountId>,
    /// Accounts with permissions other than the defaults: without editing details, and with viewing billing.
    pub no_edit: Vec<AccountId>,
    pub billing: Vec<AccountId>,
    /// Portfolio on whose page the wizard began: selected for a Portfolio Admin, and its accounts come first for a
    /// User.
    pub from: Option<PortfolioId>,
    /// Query of the list at which the wizard began.
    pub return_query: String,
    /// True if selections were dropped, since the role changed.
    pub dropped: bool,
}

/// Page at which the wizard began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Address of the list as it was left.
    pub list: String,
    /// Address for Cancel: the list or the portfolio.
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
    /// Accounts with the permission to edit details, selected or not.
    #[serde(default, rename = "edit-details")]
    edit: Vec<AccountId>,
    /// Accounts with the permission to view billing.
    #[serde(default, rename = "see-billing")]
    bill: Vec<AccountId>,
    #[serde(default)]
    find_portfolio: String,
    #[serde(default)]
    find_account: String,
}

impl WizardForm {
    /// Merges the posted answers with `held`, those of the draft; returns them with the typed search.
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
        // An empty selection counts only in the step that has the checkboxes.
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
    /// Copy without selections that do not fit the role. `before` is the earlier role.
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

    /// Portfolios that the draft had.
    pub(super) fn held_portfolios(&self) -> Vec<PortfolioId> {
        self.portfolios.iter().copied().chain(self.from).collect()
    }

    /// Permissions of a selected account.
    pub(super) fn permissions(&self, account: AccountId) -> AssignmentPermissions {
        AssignmentPermissions { edits_details: !self.no_edit.contains(&account), sees_billing: self.billing.contains(&account) }
    }

    /// Selected assignments; `None` without any.
    pub(super) fn given(&self) -> Option<NewAssignments> {
        match self.default_role? {
            DefaultRole::PortfolioAdmin => (!self.portfolios.is_empty()).then(|| NewAssignments::Portfolios(self.portfolios.clone())),
            DefaultRole::User => {
                let accounts = self.accounts.iter().map(|&account| (account, self.permissions(account)));
                (!self.accounts.is_empty()).then(|| NewAssignments::Accounts(accounts.collect()))
            }
        }
    }
}
