//! Mails about passkeys.

use serde::{Deserialize, Serialize};

use super::{Link, console};
use crate::{
    domain::clock::Timestamp,
    mail::{
        layout::{Action, MailLayout, Paragraph},
        text::one_line,
    },
};

/// Change of a user's own passkeys, or a refused use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyChanged {
    pub first_name: String,
    pub company: String,
    pub at: Timestamp,
    pub change: PasskeyChange,
    /// Name of the passkey.
    pub name: String,
    /// Address of My account.
    pub link: Link,
}

/// Kind of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasskeyChange {
    Added,
    Removed,
    /// Refused, since its counter of signatures went back.
    Suspected,
}

impl PasskeyChanged {
    pub(super) fn layout(&self) -> MailLayout {
        let (console, name) = (console(&self.company), one_line(&self.name));
        let (subject, what, follows) = match self.change {
            PasskeyChange::Added => (
                "A passkey was added",
                format!("The passkey {name} was added to your sign-in to {console}, on"),
                "You can sign in with it from now on, without a password. Signing in with your password needs a second step.",
            ),
            PasskeyChange::Removed => (
                "A passkey was removed",
                format!("The passkey {name} was removed from your sign-in to {console}, on"),
                "It no longer signs you in. You can delete it on your device, too.",
            ),
            PasskeyChange::Suspected => (
                "A passkey may have been copied",
                format!("Your passkey {name} was refused at the sign-in to {console}, on"),
                "Its counter went back, which happens when a passkey has been copied. Remove it in My account and add a new one.",
            ),
        };
        MailLayout {
            subject: subject.to_owned(),
            preheader: follows.to_owned(),
            heading: subject,
            first_name: self.first_name.clone(),
            paragraphs: vec![Paragraph::dated(&what, self.at), Paragraph::plain(follows)],
            action: Some(Action { label: "Review security", link: self.link.clone() }),
            notes: vec!["If it wasn't you, remove unknown passkeys, change your password and tell an administrator."],
            company: self.company.clone(),
        }
    }
}
