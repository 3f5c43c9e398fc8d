//! Mails to all Admins about the audit log: its newest hash every day, and damage.

use serde::{Deserialize, Serialize};

use super::{company_or_usher, console};
use crate::{
    domain::clock::Timestamp,
    mail::{
        layout::{MailLayout, Paragraph},
        text::{SUBJECT_MAX, fit},
    },
};

/// Newest entry of the audit log, to be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditHead {
    pub first_name: String,
    pub company: String,
    /// `SEQUENCE:HASH`.
    pub head: String,
    /// Time of the entry; `None` if it is unreadable.
    pub at: Option<Timestamp>,
    /// First damaged entry, by the last verification.
    pub damaged_at: Option<i64>,
}

impl AuditHead {
    pub(super) fn layout(&self) -> MailLayout {
        let Self { first_name, company, head, at, damaged_at } = self;
        let [shown] = fit([&company_or_usher(company)], SUBJECT_MAX - "Newest audit log hash of ".len());
        let verified = match damaged_at {
            None => "Last night's verification found every entry in place and unchanged.".to_owned(),
            Some(entry) => format!("Last night's verification found that entry {entry} was changed or is missing."),
        };
        let newest = match at {
            Some(at) => Paragraph::dated(&format!("This is the newest entry in the audit log of {}, from", console(company)), *at),
            None => {
                Paragraph::plain(&format!("This is the newest entry in the audit log of {}, whose time can't be read.", console(company)))
            }
        };
        MailLayout {
            subject: format!("Newest audit log hash of {shown}"),
            preheader: verified.clone(),
            heading: "Newest hash of the audit log",
            first_name: first_name.clone(),
            paragraphs: vec![
                newest,
                Paragraph::plain(head),
                Paragraph::plain(&verified),
                Paragraph::plain("Keep this mail. If entries up to this one are ever removed or rewritten, its hash will reveal it:"),
                Paragraph::plain(&format!("usher audit verify --head {head}")),
            ],
            action: None,
            notes: vec!["Admins can turn this mail off on the page Proof of the audit log."],
            company: company.clone(),
        }
    }
}

/// Notice of damage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditDamaged {
    pub first_name: String,
    pub company: String,
    /// First damaged entry.
    pub entry: i64,
    /// Time of the verification.
    pub at: Timestamp,
}

impl AuditDamaged {
    pub(super) fn layout(&self) -> MailLayout {
        let Self { first_name, company, entry, at } = self;
        let [shown] = fit([&company_or_usher(company)], SUBJECT_MAX - "The audit log of  is damaged".len());
        MailLayout {
            subject: format!("The audit log of {shown} is damaged"),
            preheader: format!("Entry {entry} was changed or is missing."),
            heading: "The audit log is damaged",
            first_name: first_name.clone(),
            paragraphs: vec![
                Paragraph::dated(
                    &format!(
                        "A verification found that entry {entry} in the audit log of {} was changed or is missing, on",
                        console(company)
                    ),
                    *at,
                ),
                Paragraph::plain(
                    "Usher never changes or removes entries. Someone with access to the database may have done it, or a disk failed.",
                ),
                Paragraph::plain("Copy the database before you restore a backup, so that the change can be investigated."),
            ],
            action: None,
            notes: vec!["Every Admin gets this mail once. The page Proof of the audit log has the result of the latest verification."],
            company: company.clone(),
        }
    }
}
