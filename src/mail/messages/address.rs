//! Mails about a change of address: to the new address, to the old one, and to both afterwards.

use serde::{Deserialize, Serialize};

use super::{ASK, ByOther, Link, admin_name, console};
use crate::{
    domain::clock::Timestamp,
    mail::{
        layout::{Action, MailLayout, Paragraph},
        text::{named, one_line},
    },
};

/// Subject of the mail with the link that cancels a change, and later undoes it.
const ABOUT_TO_CHANGE: &str = "Your Usher email address is about to change";

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
        let mut layout = self.layout(
            own,
            ABOUT_TO_CHANGE,
            "Your email address is about to change",
            "It changes once it is confirmed at the new address. You can cancel it until",
            "Cancel the change",
            note,
        );
        let undo = if self.is_own {
            "Afterwards, the link undoes it for 72 hours, with your password."
        } else {
            "Afterwards, the link undoes it for 72 hours."
        };
        layout.paragraphs.push(Paragraph::plain(undo));
        layout
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
    /// End of the time for which the old address, which gets this, can undo it.
    #[serde(default)]
    pub undo_until: Option<Timestamp>,
}

impl AddressChanged {
    pub(super) fn layout(&self) -> MailLayout {
        let Self { change: ByOther { first_name, by, company, at }, old, new, is_own, undo_until } = self;
        let requested = if *is_own {
            "It was requested in My account, and confirmed at the new address on".to_owned()
        } else {
            format!("{} requested it, and it was confirmed at the new address on", admin_name(by))
        };
        let mut paragraphs = vec![
            Paragraph::plain(&format!("Your email address in {}, was changed from {old} to {new}.", console(company))),
            Paragraph::dated(&requested, *at),
            Paragraph::plain("You are signed out everywhere. Sign in with the new address and your current password."),
        ];
        if let Some(until) = undo_until {
            let means = if *is_own { " and your password" } else { "" };
            let undo = format!("You can undo this with the link in the earlier mail, \"{ABOUT_TO_CHANGE}\"{means}, until");
            paragraphs.push(Paragraph::dated(&undo, *until));
        }
        MailLayout {
            subject: "Your Usher email address was changed".to_owned(),
            preheader: format!("It is now {}.", one_line(new)),
            heading: "Your email address was changed",
            first_name: first_name.clone(),
            paragraphs,
            action: None,
            notes: vec![ASK],
            company: company.clone(),
        }
    }
}

/// A change of address that the old address undid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressUndone {
    pub first_name: String,
    pub company: String,
    /// Address that the user has again.
    pub old: String,
    /// Address that the user had meanwhile.
    pub new: String,
    pub at: Timestamp,
}

impl AddressUndone {
    pub(super) fn layout(&self) -> MailLayout {
        let Self { first_name, company, old, new, at } = self;
        MailLayout {
            subject: "Your Usher email address was changed back".to_owned(),
            preheader: format!("It is {} again.", one_line(old)),
            heading: "Your email address was changed back",
            first_name: first_name.clone(),
            paragraphs: vec![
                Paragraph::plain(&format!("Your email address in {}, is {old} again, in place of {new}.", console(company))),
                Paragraph::dated("The change was undone with the link at the old address, on", *at),
                Paragraph::plain("You are signed out everywhere. Open links to the other address no longer work."),
                Paragraph::plain(
                    "Your password is the one from before the change, unless you typed a newer one. Passkeys and an authenticator app that were added since are removed.",
                ),
                Paragraph::plain("If someone else may know your password, reset it with \"Forgot password?\" on the sign-in page."),
            ],
            action: None,
            notes: vec![ASK],
            company: company.clone(),
        }
    }
}

/// Notice of a user's changed address, to every Admin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressNotice {
    /// Administrator who asked for the change; `first_name` is that of the Admin who gets the mail.
    pub change: ByOther,
    /// Display name of the user.
    pub who: String,
    pub old: String,
    pub new: String,
}

impl AddressNotice {
    /// A change that an administrator asked for was confirmed.
    pub(super) fn changed(&self) -> MailLayout {
        let Self { change: ByOther { by, company, at, .. }, old, new, .. } = self;
        let who = named(&self.who, "a user");
        self.layout(
            "Email address of a user was changed",
            vec![
                Paragraph::plain(&format!("{} changed the email address of {who} in {}.", admin_name(by), console(company))),
                Paragraph::dated(&format!("It was {old} and is {new}, confirmed at the new address on"), *at),
                Paragraph::plain("The old address can undo the change for 72 hours."),
            ],
        )
    }

    /// The old address undid a change.
    pub(super) fn undone(&self) -> MailLayout {
        let Self { change: ByOther { by, company, at, .. }, old, new, .. } = self;
        let who = named(&self.who, "a user");
        self.layout(
            "Email address of a user was changed back",
            vec![
                Paragraph::plain(&format!("The email address of {who} in {}, is {old} again, in place of {new}.", console(company))),
                Paragraph::dated("The change was undone with the link at the old address, on", *at),
                Paragraph::plain(&format!("{} had asked for the change. The user is signed out everywhere.", admin_name(by))),
            ],
        )
    }

    fn layout(&self, subject: &'static str, paragraphs: Vec<Paragraph>) -> MailLayout {
        MailLayout {
            subject: subject.to_owned(),
            preheader: format!("It is about {}.", named(&self.who, "a user")),
            heading: subject,
            first_name: self.change.first_name.clone(),
            paragraphs,
            action: None,
            notes: vec!["If you didn't expect this, check the audit log."],
            company: self.change.company.clone(),
        }
    }
}
