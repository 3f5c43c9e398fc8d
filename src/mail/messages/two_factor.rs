//! Mails about two-factor authentication.

use serde::{Deserialize, Serialize};

use super::{ASK, ByOther, Link, admin_name, console};
use crate::{
    domain::clock::Timestamp,
    mail::{
        layout::{Action, MailLayout, Paragraph},
        text::one_line,
    },
};

/// Change of a user's own two-factor, or its use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TwoFactorChanged {
    pub first_name: String,
    pub company: String,
    pub at: Timestamp,
    pub change: TwoFactorChange,
    /// Address of My account.
    pub link: Link,
}

/// Kind of a change or a use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TwoFactorChange {
    TurnedOn,
    TurnedOff,
    /// Removed beside passkeys, by which two-factor stays on.
    AppRemoved,
    CodesRenewed,
    /// A recovery code signed the user in, with the number of those left.
    CodeUsed {
        left: u64,
    },
    /// Several wrong codes in a row at sign-in, after the right password.
    WrongCodes,
}

impl TwoFactorChanged {
    pub(super) fn layout(&self) -> MailLayout {
        let console = console(&self.company);
        let left;
        let (subject, heading, what, follows) = match self.change {
            TwoFactorChange::TurnedOn => (
                "Two-factor was turned on",
                "Two-factor is on",
                format!("Two-factor was turned on for your sign-in to {console}, on"),
                "From now on, signing in needs a code of your authenticator app besides your password.",
            ),
            TwoFactorChange::TurnedOff => (
                "Two-factor was turned off",
                "Two-factor is off",
                format!("Two-factor was turned off for your sign-in to {console}, on"),
                "Signing in needs your password only.",
            ),
            TwoFactorChange::AppRemoved => (
                "Your authenticator app was removed",
                "Your authenticator app was removed",
                format!("The authenticator app was removed from your sign-in to {console}, on"),
                "Signing in with your password needs a passkey.",
            ),
            TwoFactorChange::CodesRenewed => (
                "Your recovery codes were renewed",
                "Your recovery codes were renewed",
                format!("You got new recovery codes for your sign-in to {console}, on"),
                "The earlier codes no longer work.",
            ),
            TwoFactorChange::WrongCodes => (
                "Wrong codes at your sign-in",
                "Someone entered wrong codes",
                format!("Someone entered your password for {console}, and then several wrong codes, on"),
                "Nobody got in this way.",
            ),
            TwoFactorChange::CodeUsed { left: codes } => {
                left = match codes {
                    0 => "No recovery codes are left. Get new ones in My account.".to_owned(),
                    1 => "One recovery code is left. Get new ones in My account.".to_owned(),
                    codes => format!("{codes} recovery codes are left."),
                };
                (
                    "A recovery code was used",
                    "A recovery code was used",
                    format!("A recovery code was used to sign in to {console}, on"),
                    &*left,
                )
            }
        };
        MailLayout {
            subject: subject.to_owned(),
            preheader: follows.to_owned(),
            heading,
            first_name: self.first_name.clone(),
            paragraphs: vec![Paragraph::dated(&what, self.at), Paragraph::plain(follows)],
            action: Some(Action { label: "Review security", link: self.link.clone() }),
            notes: vec!["If it wasn't you, change your password now and tell an administrator."],
            company: self.company.clone(),
        }
    }
}

/// Request to turn two-factor on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TwoFactorReminder {
    pub change: ByOther,
    /// Address of My account.
    pub link: Link,
}

impl TwoFactorReminder {
    pub(super) fn layout(&self) -> MailLayout {
        let ByOther { first_name, by, company, .. } = &self.change;
        MailLayout {
            subject: "Please turn two-factor on".to_owned(),
            preheader: "A code from your phone, or a passkey, protects your sign-in.".to_owned(),
            heading: "Turn two-factor on",
            first_name: first_name.clone(),
            paragraphs: vec![
                Paragraph::plain(&format!("{} asked you to turn two-factor on for your sign-in to {}.", admin_name(by), console(company))),
                Paragraph::plain("You need an authenticator app on your phone or a passkey, and two minutes."),
            ],
            action: Some(Action { label: "Turn on two-factor", link: self.link.clone() }),
            notes: vec![ASK],
            company: company.clone(),
        }
    }
}

/// Reset of a user's two-factor by an administrator, to the user.
pub(super) fn reset(change: &ByOther) -> MailLayout {
    let ByOther { first_name, by, company, at } = change;
    MailLayout {
        subject: "Two-factor turned off for your user".to_owned(),
        preheader: "You are signed out everywhere.".to_owned(),
        heading: "Two-factor was reset",
        first_name: first_name.clone(),
        paragraphs: vec![
            Paragraph::dated(&format!("{} reset your two-factor in {}, on", admin_name(by), console(company)), *at),
            Paragraph::plain(
                "You are signed out everywhere. Sign in with your password, or choose one with Forgot password?, then set two-factor up again in My account.",
            ),
        ],
        action: None,
        notes: vec![ASK],
        company: company.clone(),
    }
}

/// Reset of a user's two-factor, to every Admin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TwoFactorResetNotice {
    pub change: ByOther,
    /// Display name of the user.
    pub who: String,
}

impl TwoFactorResetNotice {
    pub(super) fn layout(&self) -> MailLayout {
        let Self { change: ByOther { first_name, by, company, at }, who } = self;
        MailLayout {
            subject: "Two-factor of a user was reset".to_owned(),
            preheader: format!("It was {}.", one_line(who)),
            heading: "Two-factor was reset",
            first_name: first_name.clone(),
            paragraphs: vec![Paragraph::dated(&format!("{} reset the two-factor of {}, on", admin_name(by), one_line(who)), *at)],
            action: None,
            notes: vec!["All Admins get this mail."],
            company: company.clone(),
        }
    }
}
