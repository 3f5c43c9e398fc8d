//! What was answered so far, as every step carries it on.

use serde::Deserialize;

use crate::{
    domain::{
        ids::{AccountId, PortfolioId},
        user::DefaultRole,
    },
    usecases::new_user::Given,
    web::failure::Failure,
};

/// All answers, as they were typed and ticked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    /// `None` before one was chosen.
    pub default_role: Option<DefaultRole>,
    pub portfolios: Vec<PortfolioId>,
    pub accounts: Vec<AccountId>,
    /// Ticks of the other kind were dropped, since the role has changed.
    pub dropped: bool,
}

/// A hidden field of a step.
pub type Hidden = (&'static str, String);

/// A step of the wizard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Step {
    #[serde(rename = "1")]
    NameAndRole,
    #[serde(rename = "2")]
    Assignments,
    #[serde(rename = "3")]
    Review,
}

/// Which button was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Do {
    Next,
    Back,
    Find,
    #[serde(rename = "step-1")]
    Step1,
    #[serde(rename = "step-2")]
    Step2,
    Add,
}

/// A step, as it is posted.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WizardForm {
    pub(super) step: Step,
    #[serde(rename = "do")]
    pub(super) what: Do,
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    default_role: String,
    #[serde(default)]
    portfolio: Vec<PortfolioId>,
    #[serde(default)]
    account: Vec<AccountId>,
    #[serde(default)]
    find_portfolio: String,
    #[serde(default)]
    find_account: String,
}

impl WizardForm {
    /// The answers, and what is looked for.
    pub(super) fn answers(self) -> Result<(Answers, String), Failure> {
        let default_role = match self.default_role.as_str() {
            "" => None,
            role => Some(role.parse::<DefaultRole>().map_err(|_| Failure::Malformed)?),
        };
        let find = match default_role {
            Some(DefaultRole::PortfolioAdmin) => self.find_portfolio,
            Some(DefaultRole::User) | None => self.find_account,
        };
        let Self { first_name, last_name, email, portfolio: portfolios, account: accounts, .. } = self;
        Ok((Answers { first_name, last_name, email, default_role, portfolios, accounts, dropped: false }.fitting(), find))
    }
}

impl Answers {
    /// The same without ticks that the role does not go with.
    fn fitting(mut self) -> Self {
        let before = self.portfolios.len() + self.accounts.len();
        match self.default_role {
            Some(DefaultRole::PortfolioAdmin) => self.accounts.clear(),
            Some(DefaultRole::User) => self.portfolios.clear(),
            None => {}
        }
        self.dropped = self.portfolios.len() + self.accounts.len() < before;
        self
    }

    /// What is ticked; `None` when nothing is.
    pub(super) fn given(&self) -> Option<Given> {
        match self.default_role? {
            DefaultRole::PortfolioAdmin => (!self.portfolios.is_empty()).then(|| Given::Portfolios(self.portfolios.clone())),
            DefaultRole::User => (!self.accounts.is_empty()).then(|| Given::Accounts(self.accounts.clone())),
        }
    }

    /// Name, address and role, for the steps after the first.
    pub fn typed(&self) -> Vec<Hidden> {
        let role = self.default_role.map_or("", DefaultRole::as_str);
        vec![
            ("first_name", self.first_name.clone()),
            ("last_name", self.last_name.clone()),
            ("email", self.email.clone()),
            ("default_role", role.to_owned()),
        ]
    }

    /// What is ticked, for the steps that show no boxes.
    pub fn ticked(&self) -> Vec<Hidden> {
        let portfolios = self.portfolios.iter().map(|id| ("portfolio", id.to_string()));
        portfolios.chain(self.accounts.iter().map(|id| ("account", id.to_string()))).collect()
    }
}
