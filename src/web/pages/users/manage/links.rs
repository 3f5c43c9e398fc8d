//! What was sent to somebody, and what became of the mails: the invitation, a link to choose a new password, another address to confirm.

use crate::{
    domain::{clock::Timestamp, invitation::term_in_words},
    usecases::{
        DeliveryStatus, LinkDelivery,
        credentials::{email_change::Pending, password_reset::Latest},
        users,
    },
    web::shared::{
        page::{Badge, DisplayTime},
        routing::paths,
    },
};

/// How somebody came in, or is to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub by: String,
    pub sent: DisplayTime,
    pub until: Option<DisplayTime>,
    pub accepted: Option<DisplayTime>,
    pub mail: Option<Mail>,
    /// "5 days".
    pub term: String,
}

/// Another address, until it is confirmed there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailChange {
    pub email: String,
    pub asked_by: String,
    pub until: DisplayTime,
    pub mail: Option<Mail>,
}

/// A link to choose a new password, until one is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordReset {
    pub by: String,
    pub sent: DisplayTime,
    pub until: DisplayTime,
    pub mail: Option<Mail>,
}

/// What became of the mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub badge: Badge,
    pub failed: bool,
    pub retries: bool,
    /// The mail server's words, or the name of the file where there is none.
    pub reply: String,
    pub at: DisplayTime,
    /// Sends it again, where that can be and whoever looks may.
    pub again: Option<paths::SendMailAgain>,
}

impl Invitation {
    pub(super) fn new(invitation: users::page::Invitation, now: Timestamp) -> Self {
        let users::page::Invitation { by, sent_at, until, accepted_at, mail, term } = invitation;
        let moment = |at| DisplayTime::new(at, now);
        Self {
            by: named(by),
            sent: moment(sent_at),
            until: until.map(moment),
            accepted: accepted_at.map(moment),
            mail: Mail::of(mail, now),
            term: term_in_words(term),
        }
    }
}

impl EmailChange {
    pub(super) fn new(change: Pending, mail: Option<LinkDelivery>, now: Timestamp) -> Self {
        let Pending { email, until, asked_by } = change;
        Self { email, asked_by: asked_by.display_name(), until: DisplayTime::new(until, now), mail: Mail::of(mail, now) }
    }

    /// True if the mail to confirm it did not arrive.
    pub(in crate::web) fn has_failed(&self) -> bool {
        self.mail.as_ref().is_some_and(|mail| mail.failed)
    }
}

impl PasswordReset {
    pub(super) fn new(latest: Latest, now: Timestamp) -> Self {
        let Latest { by, sent_at, until, mail } = latest;
        Self { by: named(by), sent: DisplayTime::new(sent_at, now), until: DisplayTime::new(until, now), mail: Mail::of(mail, now) }
    }
}

fn named(by: Option<String>) -> String {
    by.unwrap_or_else(|| "Unknown".to_owned())
}

impl Mail {
    pub(super) fn of(mail: Option<LinkDelivery>, now: Timestamp) -> Option<Self> {
        mail.map(|mail| Self::new(mail, now))
    }

    fn new(mail: LinkDelivery, now: Timestamp) -> Self {
        let (word, class, icon) = match mail.status {
            DeliveryStatus::Queued => ("Queued", "info", "clock"),
            DeliveryStatus::Retrying => ("Retrying", "warn", "warn"),
            DeliveryStatus::HandedOver => ("Handed to the mail server", "ok", "check"),
            DeliveryStatus::Failed => ("Failed", "bad", "mailx"),
        };
        Self {
            badge: Badge { word, class, icon },
            again: mail.again(now).map(|mail| paths::SendMailAgain { mail }),
            failed: mail.status == DeliveryStatus::Failed,
            retries: mail.status == DeliveryStatus::Retrying,
            reply: mail.reply.unwrap_or_default(),
            at: DisplayTime::new(mail.at, now),
        }
    }
}
