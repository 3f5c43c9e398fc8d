//! Mail about a user whom another user edited.

use serde::{Deserialize, Serialize};

use super::{ASK, Assignments, ByOther, admin_name, company_or_usher, console};
use crate::mail::{
    layout::{MailLayout, Paragraph},
    text::{SUBJECT_MAX, fit, one_line},
};

/// Changed name or default role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserEdited {
    pub change: ByOther,
    /// New name, if it changed.
    pub name: Option<String>,
    /// New default role, if it changed; sessions have ended then.
    pub role: Option<String>,
    /// Assignments added and removed with the role.
    pub assignments: Assignments,
}

impl UserEdited {
    pub(super) fn layout(&self) -> MailLayout {
        let ByOther { first_name, by, company, at } = &self.change;
        let [shown] = fit([&company_or_usher(company)], SUBJECT_MAX - "Your Usher sign-in at  was changed".len());
        let mut paragraphs = vec![Paragraph::dated(&format!("{} changed your sign-in to {}, on", admin_name(by), console(company)), *at)];
        for (what, now) in [("Name", &self.name), ("Default role", &self.role)] {
            paragraphs.extend(now.as_ref().map(|now| Paragraph::plain(&format!("{what}: {}", one_line(now)))));
        }
        paragraphs.extend(self.assignments.paragraphs());
        if self.role.is_some() {
            paragraphs.push(Paragraph::plain("You are signed out everywhere. Sign in again to continue."));
        }
        MailLayout {
            subject: format!("Your Usher sign-in at {shown} was changed"),
            preheader: "Your access may have changed.".to_owned(),
            heading: "Your Usher sign-in was changed",
            first_name: first_name.clone(),
            paragraphs,
            action: None,
            notes: vec![ASK],
            company: company.clone(),
        }
    }
}
