//! Mails to a user with their delivery: the invitation, a link to choose a new password, a change of address.

use crate::{
    domain::{time_unit, time_zone::ZonedTime},
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

/// Accepted or open invitation of a user.
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

/// A change of address that is not confirmed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailChange {
    pub email: String,
    pub asked_by: String,
    pub until: DisplayTime,
    pub mail: Option<Mail>,
}

/// An open link to choose a new password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordReset {
    pub by: String,
    pub sent: DisplayTime,
    pub until: DisplayTime,
    pub mail: Option<Mail>,
}

/// Delivery of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub badge: Badge,
    pub failed: bool,
    pub retries: bool,
    /// Reply of the mail server, or the file name without one.
    pub reply: String,
    pub at: DisplayTime,
    /// Button to send it again, if possible and permitted.
    pub again: Option<paths::SendMailAgain>,
}

impl Invitation {
    pub(super) fn new(invitation: users::page::Invitation, now: ZonedTime) -> Self {
        let users::page::Invitation { by, sent_at, until, accepted_at, mail, term } = invitation;
        let moment = |at| DisplayTime::new(at, now);
        Self {
            by: named(by),
            sent: moment(sent_at),
            until: until.map(moment),
            accepted: accepted_at.map(moment),
            mail: Mail::of(mail, now),
            term: time_unit::in_words(term),
        }
    }
}

impl EmailChange {
    pub(in crate::web) fn new(change: Pending, mail: Option<LinkDelivery>, now: ZonedTime) -> Self {
        let Pending { email, until, asked_by } = change;
        Self { email, asked_by: asked_by.display_name(), until: DisplayTime::new(until, now), mail: Mail::of(mail, now) }
    }

    /// True if the mail with the confirmation link failed.
    pub(in crate::web) fn has_failed(&self) -> bool {
        self.mail.as_ref().is_some_and(|mail| mail.failed)
    }
}

impl PasswordReset {
    pub(super) fn new(latest: Latest, now: ZonedTime) -> Self {
        let Latest { by, sent_at, until, mail } = latest;
        Self { by: named(by), sent: DisplayTime::new(sent_at, now), until: DisplayTime::new(until, now), mail: Mail::of(mail, now) }
    }
}

fn named(by: Option<String>) -> String {
    by.unwrap_or_else(|| "Unknown".to_owned())
}

impl Mail {
    pub(super) fn of(mail: Option<LinkDelivery>, now: ZonedTime) -> Option<Self> {
        mail.map(|mail| Self::new(mail, now))
    }

    fn new(mail: LinkDelivery, now: ZonedTime) -> Self {
        let (class, icon) = match mail.status {
            DeliveryStatus::Queued => ("info", "clock"),
            DeliveryStatus::Retrying => ("warn", "warn"),
            DeliveryStatus::HandedOver => ("ok", "check"),
            DeliveryStatus::Failed => ("bad", "mailx"),
        };
        Self {
            badge: Badge { word: mail.status.label(), class, icon },
            again: mail.again(now.at).map(|mail| paths::SendMailAgain { mail }),
            failed: mail.status == DeliveryStatus::Failed,
            retries: mail.status == DeliveryStatus::Retrying,
            reply: mail.reply.unwrap_or_default(),
            at: DisplayTime::new(mail.at, now),
        }
    }
}

#[cfg(test)]
mod samples {
    use super::*;
    use crate::{
        domain::ids::MailId,
        web::shared::samples::{Sample, now},
    };

    impl EmailChange {
        pub(in crate::web) fn sample(sample: &Sample) -> Self {
            Self {
                email: sample.email.clone(),
                asked_by: sample.text.clone(),
                until: sample.display_time(0),
                mail: Mail::sample(sample, DeliveryStatus::Queued),
            }
        }
    }

    impl Mail {
        pub(in crate::web) fn sample(sample: &Sample, status: DeliveryStatus) -> Option<Self> {
            let again = (status == DeliveryStatus::Failed).then_some((MailId(17), now() + chrono::TimeDelta::hours(1)));
            Self::of(Some(LinkDelivery { status, reply: Some(sample.text.clone()), at: now(), again }), sample.now())
        }
    }
}
