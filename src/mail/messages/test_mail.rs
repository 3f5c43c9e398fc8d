//! The test mail.

use serde::{Deserialize, Serialize};

use super::console;
use crate::{
    domain::{clock::Timestamp, time_zone::TimeZone},
    mail::{
        layout::{MailLayout, Paragraph},
        text::date,
    },
};

/// Test mail with its server and time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    pub company: String,
    /// See [`crate::mail::Transport::name`].
    pub server: String,
    pub at: Timestamp,
}

impl Test {
    pub(super) fn layout(&self, zone: TimeZone) -> MailLayout {
        let sent = date(self.at, zone);
        MailLayout {
            subject: "Test mail from Usher".to_owned(),
            preheader: format!("Sent on {sent}."),
            heading: "Your mail server works",
            first_name: String::new(),
            paragraphs: vec![
                Paragraph::plain(&format!("This is a test mail from {}.", console(&self.company))),
                Paragraph::dated(&format!("It was sent through {}, on", self.server), self.at),
            ],
            action: None,
            notes: vec!["You don't need to do anything."],
            company: self.company.clone(),
        }
    }
}
