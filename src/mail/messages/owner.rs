//! Mails about assets whose owner was changed, to the new owner and the old one.

use serde::{Deserialize, Serialize};

use super::{ASK, ByOther, admin_name, company_or_usher, console};
use crate::mail::{
    layout::{MailLayout, Paragraph},
    text::{SUBJECT_MAX, fit, one_line},
};

/// Changed owner of assets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerChanged {
    pub change: ByOther,
    /// Name of the asset; `None` for everything that a user owned.
    pub asset: Option<String>,
    /// Number of assets.
    pub count: u64,
    /// Name of the other owner.
    pub other: String,
    /// True for the mail to the new owner.
    pub is_new: bool,
    /// True if the old owner can still edit.
    pub keeps_edit: bool,
}

impl OwnerChanged {
    pub(super) fn layout(&self) -> MailLayout {
        let ByOther { first_name, by, company, at } = &self.change;
        let number = if self.count == 1 { "1 asset".to_owned() } else { format!("{} assets", self.count) };
        let what = self.asset.as_deref().map_or_else(|| number.clone(), one_line);
        let (what, company_name) = (if what.is_empty() { number.clone() } else { what }, company_or_usher(company));
        let (start, heading) =
            if self.is_new { ("You now own ", "You have new assets") } else { ("You no longer own ", "Your assets have a new owner") };
        let [shown, at_company] = fit([&what, &company_name], SUBJECT_MAX - start.len() - " at ".len());
        let other = one_line(&self.other);
        let mut paragraphs = vec![
            Paragraph::dated(&format!("{} changed the owner of assets in {}, on", admin_name(by), console(company)), *at),
            Paragraph::plain(&format!("{what}: {number} in all. {}: {other}", if self.is_new { "Owner before" } else { "New owner" })),
        ];
        if !self.is_new && self.keeps_edit {
            paragraphs.push(Paragraph::plain("You can still edit them."));
        }
        MailLayout {
            subject: format!("{start}{shown} at {at_company}"),
            preheader: "The owner of assets was changed.".to_owned(),
            heading,
            first_name: first_name.clone(),
            paragraphs,
            action: None,
            notes: vec![ASK],
            company: company.clone(),
        }
    }
}
