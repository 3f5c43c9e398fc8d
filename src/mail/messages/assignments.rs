//! Mail about assignments that another user changed.

use serde::{Deserialize, Serialize};

use super::{ASK, ByOther, admin_name, company_or_usher, console};
use crate::mail::{
    layout::{MailLayout, Paragraph},
    text::{SUBJECT_MAX, fit, one_line},
};

/// Names of portfolios and accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignments {
    pub given: Vec<String>,
    /// Accounts with changed permissions.
    pub changed: Vec<String>,
    pub taken: Vec<String>,
    /// Portfolios that are deactivated, or assigned accounts in them.
    #[serde(default)]
    pub paused: Vec<String>,
    /// Portfolios that are reactivated, or assigned accounts in them.
    #[serde(default)]
    pub resumed: Vec<String>,
}

impl Assignments {
    pub fn added(name: &str) -> Self {
        Self { given: vec![name.to_owned()], ..Self::default() }
    }

    pub fn changed(name: &str) -> Self {
        Self { changed: vec![name.to_owned()], ..Self::default() }
    }

    pub fn removed(name: &str) -> Self {
        Self { taken: vec![name.to_owned()], ..Self::default() }
    }

    pub(super) fn paragraphs(&self) -> Vec<Paragraph> {
        let Self { given, changed, taken, paused, resumed } = self;
        let listed = |(what, names): (&str, &Vec<String>)| {
            let names = names.iter().map(|name| one_line(name)).collect::<Vec<_>>().join(", ");
            (!names.is_empty()).then(|| Paragraph::plain(&format!("{what}: {names}")))
        };
        let lists = [
            ("New", given),
            ("Changed", changed),
            ("Access removed", taken),
            ("Temporarily unavailable", paused),
            ("Available again", resumed),
        ];
        lists.into_iter().filter_map(listed).collect()
    }
}

/// Changed assignments of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentsChanged {
    pub change: ByOther,
    pub assignments: Assignments,
}

impl AssignmentsChanged {
    pub(super) fn layout(&self) -> MailLayout {
        let ByOther { first_name, by, company, at } = &self.change;
        let [shown] = fit([&company_or_usher(company)], SUBJECT_MAX - "Your assignments at  have changed".len());
        let mut paragraphs =
            vec![Paragraph::dated(&format!("{} changed your assignments in {}, on", admin_name(by), console(company)), *at)];
        paragraphs.extend(self.assignments.paragraphs());
        MailLayout {
            subject: format!("Your assignments at {shown} have changed"),
            preheader: "Your access has changed.".to_owned(),
            heading: "Your assignments have changed",
            first_name: first_name.clone(),
            paragraphs,
            action: None,
            notes: vec![ASK],
            company: company.clone(),
        }
    }
}
