//! Mails about the Admin role: to a user who gained or lost it, and to every Admin about a new one.

use serde::{Deserialize, Serialize};

use super::{ASK, ByOther, admin_name, company_or_usher, console};
use crate::mail::{
    layout::{MailLayout, Paragraph},
    text::{SUBJECT_MAX, fit, named},
};

/// Notice of a new Admin, to every Admin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminAppointedNotice {
    /// Acting user; `first_name` is that of the Admin who gets the mail.
    pub change: ByOther,
    /// Display name of the new Admin.
    pub who: String,
}

impl AdminAppointedNotice {
    pub(super) fn layout(&self) -> MailLayout {
        let ByOther { first_name, by, company, at } = &self.change;
        let (by, who) = (admin_name(by), named(&self.who, "Someone"));
        let [short, shown] = fit([&who, &company_or_usher(company)], SUBJECT_MAX - " is now an Admin of ".len());
        MailLayout {
            subject: format!("{short} is now an Admin of {shown}"),
            preheader: format!("{by} added {who} to Admins."),
            heading: "There is a new Admin",
            first_name: first_name.clone(),
            paragraphs: vec![
                Paragraph::dated(&format!("{by} made {who} an Admin of {}, on", console(company)), *at),
                Paragraph::plain("Every Admin gets this mail. All Admins have equal permissions, company-wide."),
            ],
            action: None,
            notes: vec!["If you didn't expect this, check the audit log and the members of Admins on Users & Groups."],
            company: company.clone(),
        }
    }
}

pub(super) fn appointed(change: &ByOther) -> MailLayout {
    let ByOther { first_name, by, company, at } = change;
    let by = admin_name(by);
    let [shown] = fit([&company_or_usher(company)], SUBJECT_MAX - "You are now an Admin of ".len());
    MailLayout {
        subject: format!("You are now an Admin of {shown}"),
        preheader: format!("{by} added you to Admins."),
        heading: "You are now an Admin",
        first_name: first_name.clone(),
        paragraphs: vec![
            Paragraph::dated(&format!("{by} made you an Admin of {}, on", console(company)), *at),
            Paragraph::plain("All Admins have equal permissions, company-wide: you can invite, block and delete users, other Admins too."),
            Paragraph::plain("You are signed out everywhere. Sign in again to use the role."),
        ],
        action: None,
        notes: vec![ASK],
        company: company.clone(),
    }
}

pub(super) fn removed(change: &ByOther) -> MailLayout {
    let ByOther { first_name, by, company, at } = change;
    let by = admin_name(by);
    let [shown] = fit([&company_or_usher(company)], SUBJECT_MAX - "You are no longer an Admin of ".len());
    MailLayout {
        subject: format!("You are no longer an Admin of {shown}"),
        preheader: format!("{by} removed you from Admins."),
        heading: "You are no longer an Admin",
        first_name: first_name.clone(),
        paragraphs: vec![
            Paragraph::dated(&format!("{by} removed your Admin role in {}, on", console(company)), *at),
            Paragraph::plain("You are signed out everywhere. Sign in again to continue with your default role."),
        ],
        action: None,
        notes: vec![ASK],
        company: company.clone(),
    }
}
