//! What is wrong with the mail of an invitation.

use crate::{
    domain::clock::Timestamp,
    usecases::{Fate, LinkMail},
    web::page::{Badge, Moment},
};

/// A mail that has not reached the mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailTrouble {
    pub badge: Badge,
    /// When it failed, or is tried again.
    pub at: Moment,
    pub is_tried_again: bool,
    /// In the mail server's words.
    pub reply: String,
}

impl MailTrouble {
    /// `None` for a mail that takes its course.
    pub(super) fn of(mail: LinkMail, now: Timestamp) -> Option<Self> {
        let badge = match mail.fate {
            Fate::Queued | Fate::HandedOver => return None,
            Fate::Retrying => Badge { word: "Mail retrying", class: "warn", icon: "clock" },
            Fate::Failed => Badge { word: "Mail failed", class: "bad", icon: "mailx" },
        };
        let is_tried_again = mail.fate == Fate::Retrying;
        Some(Self { badge, at: Moment::new(mail.at, now), is_tried_again, reply: mail.reply.unwrap_or_default() })
    }
}

#[cfg(test)]
impl MailTrouble {
    /// A failed mail, one that is tried again, or none.
    pub(super) fn sample(sample: &crate::web::samples::Sample, place: usize) -> Option<Self> {
        let fate = [Fate::Failed, Fate::Retrying].get(place.checked_sub(4)? % 6).copied()?;
        let said = "550 5.1.1 <farah.haddad@example.com>: Recipient address rejected: User unknown in virtual mailbox table";
        let reply = if sample.name == "plain" { said } else { &sample.text };
        let now = crate::web::samples::now();
        Self::of(LinkMail { fate, reply: Some(reply.to_owned()), at: now }, now)
    }
}
