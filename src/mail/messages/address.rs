//! Mails about a change of address: to the new address, to the old one, and to both afterwards.

use serde::{Deserialize, Serialize};

use super::{ASK, ByOther, Link, admin_name, console};
use crate::{
    domain::clock::Timestamp,
    mail::{
        layout::{Action, MailLayout, Paragraph},
        text::one_line,
    },
};

/// A change of address that is not confirmed yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressChange {
    pub change: ByOther,
    pub new: String,
    /// Link that confirms or cancels the change.
    pub link: Link,
    pub expires_at: Timestamp,
    /// True if the recipient asked for it, in My account.
    #[serde(default)]
    pub is_own: bool,
}

impl AddressChange {
    /// Mail to the new address.
    pub(super) fn to_confirm(&self) -> MailLayout {
        let ByOther { by, company, .. } = &self.change;
        // The reader has not yet proved to be the user.
        let own = (self.is_own).then(|| format!("{} asked to use this address to sign in to {}.", one_line(by), console(company)));
        self.layout(
            own,
            "Confirm your Usher email address",
            "Confirm your email address",
            "Once confirmed, you sign in with this address, and you are signed out everywhere. The link works once, until",
            "Confirm",
            "If you didn't expect this mail, ignore it and nothing happens.",
        )
    }

    /// Mail to the old address.
    pub(super) fn to_stop(&self) -> MailLayout {
        let (new, console) = (one_line(&self.new), console(&self.change.company));
        let own = (self.is_own)
            .then(|| format!("You, or someone with your password, asked to change your email address in {console}, to {new}."));
        let note = if self.is_own {
            "If it was you, you don't need to do anything. If not, cancel it and reset your password."
        } else {
            "If you expect this change, you don't need to do anything. If not, cancel it and tell an administrator."
        };
        self.layout(
            own,
            "Your Usher email address is about to change",
            "Your email address is about to change",
            "It changes once it is confirmed at the new address. You can cancel it until",
            "Cancel the change",
            note,
        )
    }

    /// `own` is the first sentence about the user's own change.
    fn layout(
        &self,
        own: Option<String>,
        subject: &str,
        heading: &'static str,
        follows: &str,
        label: &'static str,
        note: &'static str,
    ) -> MailLayout {
        let ByOther { first_name, by, company, .. } = &self.change;
        let (by, new) = (admin_name(by), one_line(&self.new));
        let asked = own.unwrap_or_else(|| format!("{by} asked to change your email address in {}, to {new}.", console(company)));
        MailLayout {
            subject: subject.to_owned(),
            preheader: if self.is_own { format!("The new address is {new}.") } else { format!("{by} asked to change it to {new}.") },
            heading,
            first_name: first_name.clone(),
            paragraphs: vec![Paragraph::plain(&asked), Paragraph::dated(follows, self.expires_at)],
            action: Some(Action { label, link: self.link.clone() }),
            notes: vec![note],
            company: company.clone(),
        }
    }
}

/// A cancelled change of address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressStays {
    pub change: ByOther,
    pub old: String,
    pub new: String,
}

impl AddressStays {
    pub(super) fn layout(&self) -> MailLayout {
        let Self { change: ByOther { first_name, by, company, at }, old, new } = self;
        MailLayout {
            subject: "Email change cancelled".to_owned(),
            preheader: format!("Your email address stays {}.", one_line(old)),
            heading: "Email change cancelled",
            first_name: first_name.clone(),
            paragraphs: vec![
                Paragraph::dated(&format!("{} cancelled the change of your address to {new}, on", admin_name(by)), *at),
                Paragraph::plain(&format!(
                    "You keep {old} as your email address in {}. The links in the earlier mails no longer work.",
                    console(company)
                )),
            ],
            action: None,
            notes: vec![ASK],
            company: company.clone(),
        }
    }
}

/// A completed change of address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressChanged {
    /// Acting user, who asked for the change.
    pub change: ByOther,
    pub old: String,
    pub new: String,
    /// True if the recipient asked for it, in My account.
    #[serde(default)]
    pub is_own: bool,
}

impl AddressChanged {
    pub(super) fn layout(&self) -> MailLayout {
        let Self { change: ByOther { first_name, by, company, at }, old, new, is_own } = self;
        let requested = if *is_own {
            "It was requested in My account, and confirmed at the new address on".to_owned()
        } else {
            format!("{} requested it, and it was confirmed at the new address on", admin_name(by))
        };
        MailLayout {
            subject: "Your Usher email address was changed".to_owned(),
            preheader: format!("It is now {}.", one_line(new)),
            heading: "Your email address was changed",
            first_name: first_name.clone(),
            paragraphs: vec![
                Paragraph::plain(&format!("Your email address in {}, was changed from {old} to {new}.", console(company))),
                Paragraph::dated(&requested, *at),
                Paragraph::plain("You are signed out everywhere. Sign in with the new address and your current password."),
            ],
            action: None,
            notes: vec![ASK],
            company: company.clone(),
        }
    }
}
