//! Mails about a user who was blocked, activated or deleted by another user.

use serde::{Deserialize, Serialize};

use super::{ASK, ByOther, Link, admin_name, company_or_usher, console};
use crate::mail::{
    layout::{Action, MailLayout, Paragraph},
    text::{SUBJECT_MAX, fit},
};

/// Restored access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessRestored {
    pub change: ByOther,
    /// True for a former Portfolio Admin who was deleted and is a User now.
    #[serde(default)]
    pub became_user: bool,
    /// Address of the sign-in page.
    pub link: Link,
}

impl AccessRestored {
    pub(super) fn layout(&self) -> MailLayout {
        let ByOther { first_name, by, company, at } = &self.change;
        let [shown] = fit([&company_or_usher(company)], SUBJECT_MAX - "Your access to  is restored".len());
        let role = "Your default role is now User. The portfolios that you managed are deactivated or were deleted.";
        MailLayout {
            subject: format!("Your access to {shown} is restored"),
            preheader: "You can sign in again.".to_owned(),
            heading: "Your access is restored",
            first_name: first_name.clone(),
            paragraphs: [
                Paragraph::dated(&format!("{} restored your access to {}, on", admin_name(by), console(company)), *at),
                Paragraph::plain("You can sign in again with the same credentials."),
            ]
            .into_iter()
            .chain(self.became_user.then(|| Paragraph::plain(role)))
            .collect(),
            action: Some(Action { label: "Sign in", link: self.link.clone() }),
            notes: Vec::new(),
            company: company.clone(),
        }
    }
}

pub(super) fn blocked(change: &ByOther) -> MailLayout {
    ended(change, "Your access is blocked", ["blocked", "activates"])
}

/// Like [`blocked`], in the words of Users & Permissions.
pub(super) fn deactivated(change: &ByOther) -> MailLayout {
    ended(change, "Your access is deactivated", ["deactivated", "reactivates"])
}

fn ended(change: &ByOther, heading: &'static str, [ended, restores]: [&str; 2]) -> MailLayout {
    let ByOther { first_name, by, company, at } = change;
    let [shown] = fit([&company_or_usher(company)], SUBJECT_MAX - "Your access to  is ".len() - ended.len());
    MailLayout {
        subject: format!("Your access to {shown} is {ended}"),
        preheader: "You are signed out everywhere.".to_owned(),
        heading,
        first_name: first_name.clone(),
        paragraphs: vec![
            Paragraph::dated(&format!("{} {ended} your access to {}, on", admin_name(by), console(company)), *at),
            Paragraph::plain(&format!(
                "You are signed out everywhere and can't sign in until an administrator {restores} your Usher sign-in."
            )),
        ],
        action: None,
        notes: vec![ASK],
        company: company.clone(),
    }
}

pub(super) fn signed_out(change: &ByOther) -> MailLayout {
    let ByOther { first_name, by, company, at } = change;
    let [shown] = fit([&company_or_usher(company)], SUBJECT_MAX - "You are signed out of ".len());
    MailLayout {
        subject: format!("You are signed out of {shown}"),
        preheader: "Your sessions were ended.".to_owned(),
        heading: "You are signed out everywhere",
        first_name: first_name.clone(),
        paragraphs: vec![
            Paragraph::dated(&format!("{} ended all your sessions in {}, on", admin_name(by), console(company)), *at),
            Paragraph::plain("You can sign in again with the same credentials."),
        ],
        action: None,
        notes: vec![ASK],
        company: company.clone(),
    }
}

pub(super) fn deleted(change: &ByOther) -> MailLayout {
    let ByOther { first_name, by, company, at } = change;
    let [shown] = fit([&company_or_usher(company)], SUBJECT_MAX - "Your Usher sign-in at  was deleted".len());
    MailLayout {
        subject: format!("Your Usher sign-in at {shown} was deleted"),
        preheader: "You are signed out everywhere.".to_owned(),
        heading: "Your Usher sign-in was deleted",
        first_name: first_name.clone(),
        paragraphs: vec![
            Paragraph::dated(&format!("{} deleted your sign-in to {}, on", admin_name(by), console(company)), *at),
            Paragraph::plain("You are signed out everywhere and can no longer sign in."),
        ],
        action: None,
        notes: vec![ASK],
        company: company.clone(),
    }
}
