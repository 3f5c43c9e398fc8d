//! Problems with the mail of an invitation, and with mails as a whole.

use crate::{
    domain::time_zone::ZonedTime,
    usecases::{self, DeliveryStatus, LinkDelivery, outbox::failed_mails::MailProblems},
    web::shared::{
        page::{Badge, DisplayTime, counted},
        routing::paths,
    },
};

/// Problems with mails as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    pub refusal: Option<ServerRefusal>,
    /// "3 mails wait."; `None` if none waits for an instance that can read it.
    pub unreadable: Option<String>,
    /// "3 mails failed."; `None` if none did.
    pub failed: Option<String>,
}

/// Refusal of all mails by the mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerRefusal {
    /// True if the reply is the server's own.
    pub is_said: bool,
    /// Reply of the server, or a description of the failure.
    pub reply: String,
    /// "3 mails wait."
    pub waiting: String,
}

impl From<MailProblems> for Problems {
    fn from(MailProblems { refusal, unreadable, failed }: MailProblems) -> Self {
        let refusal = refusal.map(|usecases::ServerRefusal { reply, mails }| ServerRefusal {
            is_said: reply.starts_with(|c: char| c.is_ascii_digit()),
            reply,
            waiting: sentence(mails.unsigned_abs(), "mail is waiting", "mails are waiting"),
        });
        let unreadable = (unreadable > 0).then(|| sentence(unreadable, "mail is waiting", "mails are waiting"));
        Self { refusal, unreadable, failed: (failed > 0).then(|| sentence(failed, "mail failed", "mails failed")) }
    }
}

fn sentence(mails: u64, one: &str, several: &str) -> String {
    format!("{}.", counted(mails, one, several))
}

/// A mail that has not reached the mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailTrouble {
    pub badge: Badge,
    /// Time of the failure or of the next attempt.
    pub at: DisplayTime,
    pub is_tried_again: bool,
    /// Reply of the mail server.
    pub reply: String,
    /// Button to send the mail again, if possible.
    pub again: Option<paths::SendMailAgain>,
}

impl MailTrouble {
    /// Problem of a mail; `None` for a mail without one.
    pub(super) fn of(mail: LinkDelivery, now: ZonedTime) -> Option<Self> {
        let badge = match mail.status {
            DeliveryStatus::Queued | DeliveryStatus::HandedOver => return None,
            DeliveryStatus::Retrying => Badge { word: "Mail retrying", class: "warn", icon: "clock" },
            DeliveryStatus::Failed => Badge { word: "Mail failed", class: "bad", icon: "mailx" },
        };
        let is_tried_again = mail.status == DeliveryStatus::Retrying;
        let again = mail.again(now.at).map(|mail| paths::SendMailAgain { mail });
        Some(Self { badge, at: DisplayTime::new(mail.at, now), is_tried_again, reply: mail.reply.unwrap_or_default(), again })
    }
}

#[cfg(test)]
use {crate::domain::ids::MailId, chrono::TimeDelta};

#[cfg(test)]
impl MailTrouble {
    /// A failed mail, a waiting one, or none.
    pub(super) fn sample(sample: &crate::web::shared::samples::Sample, place: usize) -> Option<Self> {
        let status = [DeliveryStatus::Failed, DeliveryStatus::Retrying].get(place.checked_sub(4)? % 6).copied()?;
        let said = "550 5.1.1 <farah.haddad@example.com>: Recipient address rejected: User unknown in virtual mailbox table";
        let reply = if sample.name == "plain" { said } else { &sample.text };
        let now = crate::web::shared::samples::now();
        let again = (status == DeliveryStatus::Failed).then_some((MailId(17), now + TimeDelta::hours(1)));
        Self::of(LinkDelivery { status, reply: Some(reply.to_owned()), at: now, again }, sample.now())
    }
}

#[cfg(test)]
impl Problems {
    pub(super) fn sample(sample: &crate::web::shared::samples::Sample) -> Self {
        let said = "553 5.7.1 <usher@example.com>: Sender address rejected: not owned by user";
        let reply = if sample.name == "plain" { said.to_owned() } else { sample.text.clone() };
        let refusal = Some(usecases::ServerRefusal { reply, mails: 3 });
        MailProblems { refusal, unreadable: sample.rows as u64, failed: sample.rows as u64 }.into()
    }
}
