//! Invitations: the first one, and a new link that replaces an earlier one.

use serde::{Deserialize, Serialize};

use super::{Link, admin_name, company_or_usher, console};
use crate::{
    domain::{clock::Timestamp, time_zone::TimeZone, user::DefaultRole},
    mail::{
        layout::{Action, MailLayout, Paragraph},
        text::{SUBJECT_MAX, date, fit, one_line},
    },
};

/// Portfolios or accounts that an invitation names; the others are counted.
const NAMES_MAX: usize = 20;

/// Invitation of a user, by a link that is valid until `expires_at`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Display name of the inviting user.
    pub invited_by: String,
    /// May be empty.
    pub first_name: String,
    pub company: String,
    pub access: Access,
    pub link: Link,
    /// "24 hours"
    pub term: String,
    pub expires_at: Timestamp,
}

/// Role and assignments that an invitation gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Label of the default role.
    role: String,
    /// The first portfolios and accounts, by name.
    assignments: Vec<String>,
    /// Number of the others.
    more: usize,
}

impl Access {
    pub fn new(role: DefaultRole, mut assignments: Vec<String>) -> Self {
        let more = assignments.len().saturating_sub(NAMES_MAX);
        assignments.truncate(NAMES_MAX);
        Self { role: role.label().to_owned(), assignments, more }
    }

    fn paragraph(&self) -> Paragraph {
        let mut names = self.assignments.iter().map(|name| one_line(name)).collect::<Vec<_>>();
        if self.more > 0 {
            names.push(format!("and {} more", self.more));
        }
        let list = if names.is_empty() { String::new() } else { format!(" Your access: {}", names.join(", ")) };
        Paragraph::plain(&format!("Your role: {}.{list}", self.role))
    }
}

impl Invitation {
    pub(super) fn layout(&self, zone: TimeZone) -> MailLayout {
        let (by, company) = (admin_name(&self.invited_by), company_or_usher(&self.company));
        let invited = format!("{by} invited you to {}.", console(&self.company));
        let [by, company] = fit([&by, &company], SUBJECT_MAX - " invited you to ".len());
        self.with(format!("{by} invited you to {company}"), "You are invited", &invited, zone)
    }

    pub(super) fn layout_again(&self, zone: TimeZone) -> MailLayout {
        let by = admin_name(&self.invited_by);
        let invited =
            format!("{by} invited you to {}. This mail has a new link for you: the earlier link no longer works.", console(&self.company));
        let [company] = fit([&company_or_usher(&self.company)], SUBJECT_MAX - "New invitation to ".len());
        self.with(format!("New invitation to {company}"), "Your new invitation", &invited, zone)
    }

    fn with(&self, subject: String, heading: &'static str, invited: &str, zone: TimeZone) -> MailLayout {
        let until = date(self.expires_at, zone);
        let valid = format!(
            "To join, confirm the invitation and set up your credentials. This invitation is valid for {}, until",
            one_line(&self.term)
        );
        let paragraphs = vec![Paragraph::plain(invited), self.access.paragraph(), Paragraph::dated(&valid, self.expires_at)];
        MailLayout {
            subject,
            preheader: format!("Confirm the invitation and set up your credentials by {until}."),
            heading,
            first_name: self.first_name.clone(),
            paragraphs,
            action: Some(Action { label: "Accept invitation", link: self.link.clone() }),
            notes: vec!["The link works once. If you didn't expect this mail, ignore it and nothing happens."],
            company: self.company.clone(),
        }
    }
}
