//! Mail about a recovery link, to every Admin.

use serde::{Deserialize, Serialize};

use super::{ByOther, admin_name, console};
use crate::{
    domain::credentials::recovery::{LINK_TERM, RecoveryStep},
    mail::{
        layout::{MailLayout, Paragraph},
        text::{SUBJECT_MAX, fit, named},
    },
};

/// Notice of a recovery link made at the command line. It never holds the link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryNotice {
    /// Principal that made the link; `first_name` is that of the Admin who gets the mail.
    pub change: ByOther,
    /// Display name of the recovered user.
    pub who: String,
    /// True if that is the recipient.
    pub is_you: bool,
    pub steps: Vec<RecoveryStep>,
}

impl RecoveryNotice {
    pub(super) fn layout(&self) -> MailLayout {
        let Self { change: ByOther { first_name, by, company, at }, who, is_you, steps } = self;
        let (by, who) = (admin_name(by), named(who, "an Admin"));
        let [short] = fit([&who], SUBJECT_MAX - "A recovery link was made for ".len());
        let whom = if *is_you { "you" } else { &who };
        let mut paragraphs = vec![
            Paragraph::dated(&format!("{by} made a recovery link for {whom}, on"), *at),
            Paragraph::plain(&format!(
                "With the link, a new password for {}, can be chosen once, within {} minutes.",
                console(company),
                LINK_TERM.num_minutes()
            )),
        ];
        paragraphs.extend(steps.iter().map(|step| Paragraph::plain(&format!("{who} {}.", step.in_words()))));
        paragraphs.push(Paragraph::plain("Every Admin gets this mail. Pages show a notice until another Admin acknowledges it."));
        MailLayout {
            subject: format!("A recovery link was made for {short}"),
            preheader: format!("{by} made it on the server of Usher."),
            heading: "A recovery link was made",
            first_name: first_name.clone(),
            paragraphs,
            action: None,
            notes: vec!["If this wasn't arranged, find out who has access to the server, and check the audit log."],
            company: company.clone(),
        }
    }
}
