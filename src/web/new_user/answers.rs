//! What was answered so far, as every step carries it on.

use crate::{
    domain::{
        ids::{AccountId, PortfolioId},
        user::DefaultRole,
    },
    usecases::new_user::Given,
    web::{failure::Failure, form::Fields},
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    NameAndRole,
    Assignments,
    Review,
}

/// Which button was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Do {
    Next,
    Back,
    Find,
    Step1,
    Step2,
    Add,
}

/// What is asked for, and from where.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) step: Step,
    pub(super) what: Do,
    pub(super) find: String,
}

impl Answers {
    pub(super) fn read(mut fields: Fields) -> Result<(Self, Asked), Failure> {
        let step = match fields.one("step")?.as_str() {
            "1" => Step::NameAndRole,
            "2" => Step::Assignments,
            "3" => Step::Review,
            _ => return Err(Failure::Malformed),
        };
        let what = match fields.one("do")?.as_str() {
            "next" => Do::Next,
            "back" => Do::Back,
            "find" => Do::Find,
            "step-1" => Do::Step1,
            "step-2" => Do::Step2,
            "add" => Do::Add,
            _ => return Err(Failure::Malformed),
        };
        let default_role = match fields.one("default_role")?.as_str() {
            "" => None,
            role => Some(role.parse().map_err(|_| Failure::Malformed)?),
        };
        let answers = Self {
            first_name: fields.one("first_name")?,
            last_name: fields.one("last_name")?,
            email: fields.one("email")?,
            default_role,
            portfolios: fields.ids("portfolio")?,
            accounts: fields.ids("account")?,
            dropped: false,
        };
        let find = fields.one("find")?;
        fields.end()?;
        Ok((answers, Asked { step, what, find }))
    }

    /// The same without ticks that the role does not go with.
    pub(super) fn fitting(mut self) -> Self {
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
