//! Mails about passwords: the link to choose a new one, and the notice of a changed one.

use serde::{Deserialize, Serialize};

use super::{Link, admin_name, console};
use crate::{
    domain::{clock::Timestamp, time_zone::TimeZone},
    mail::{
        layout::{Action, MailLayout, Paragraph},
        text::date,
    },
};

/// Password reset by a link that is valid until `expires_at`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordReset {
    /// Display name of the administrator who asked; `None` for a request at the sign-in page.
    pub asked_by: Option<String>,
    pub first_name: String,
    pub company: String,
    pub link: Link,
    pub expires_at: Timestamp,
}

impl PasswordReset {
    pub(super) fn layout(&self, zone: TimeZone) -> MailLayout {
        let console = console(&self.company);
        let (asked, note) = match &self.asked_by {
            Some(by) => (
                format!("{}, an administrator, asked you to choose a new password for {console}.", admin_name(by)),
                "Until you do, your password stays as it is. If this looks wrong, contact an administrator.",
            ),
            None => (
                format!("Someone, probably you, requested a new password for {console}."),
                "If it wasn't you, ignore this mail and your password stays as it is.",
            ),
        };
        MailLayout {
            subject: "Reset your Usher password".to_owned(),
            preheader: format!("Choose a new password by {}.", date(self.expires_at, zone)),
            heading: "Choose a new password",
            first_name: self.first_name.clone(),
            paragraphs: vec![Paragraph::plain(&asked), Paragraph::dated("The link works once, for one hour, until", self.expires_at)],
            action: Some(Action { label: "Choose a new password", link: self.link.clone() }),
            notes: vec![note],
            company: self.company.clone(),
        }
    }
}

/// Notice of a new password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordChanged {
    pub first_name: String,
    pub company: String,
    pub at: Timestamp,
    /// Address of the sign-in page; of My account, if it was changed there.
    pub link: Link,
    /// True if it was changed in My account, whose session goes on. Otherwise it was chosen by a mailed link.
    #[serde(default)]
    pub is_in_account: bool,
}

impl PasswordChanged {
    pub(super) fn layout(&self) -> MailLayout {
        let console = console(&self.company);
        let (how, follows, label) = if self.is_in_account {
            (format!("You changed your password for {console}, on"), "You are signed out everywhere else.", "Review sessions")
        } else {
            let how = format!("Your password for {console}, was changed with a reset link, on");
            (how, "You are signed out everywhere. Sign in with the new password.", "Sign in")
        };
        MailLayout {
            subject: "Your Usher password was changed".to_owned(),
            preheader: follows.to_owned(),
            heading: "Your password was changed",
            first_name: self.first_name.clone(),
            paragraphs: vec![Paragraph::dated(&how, self.at), Paragraph::plain(follows)],
            action: Some(Action { label, link: self.link.clone() }),
            notes: vec!["If it wasn't you, reset it now with \"Forgot password?\" on the sign-in page, and tell an administrator."],
            company: self.company.clone(),
        }
    }
}
