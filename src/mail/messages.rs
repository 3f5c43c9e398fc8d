//! Every mail that Usher writes: what it says, as plain owned data, so that it can be sealed and kept until it is sent.

mod access;
mod address;
mod admins;
mod assignments;
mod invitation;
mod password;
mod profile;
mod test_mail;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::{
    access::AccessRestored,
    address::{AddressChange, AddressChanged, AddressStays},
    admins::AdminAppointedNotice,
    assignments::{Assignments, AssignmentsChanged},
    invitation::Invitation,
    password::{PasswordChanged, PasswordReset},
    profile::UserEdited,
    test_mail::Test,
};
use super::text::named;
use crate::domain::{clock::Timestamp, stored::stored_enum};

stored_enum! {
    /// Which mail it is.
    MailKind {
        Invitation = "invitation",
        InvitationAgain = "invitation_again",
        Test = "test",
        AccessBlocked = "access_blocked",
        AccessDeactivated = "access_deactivated",
        AccessRestored = "access_restored",
        UserDeleted = "user_deleted",
        AdminAppointed = "admin_appointed",
        AdminRemoved = "admin_removed",
        AdminAppointedNotice = "admin_appointed_notice",
        AssignmentsChanged = "assignments_changed",
        UserEdited = "user_edited",
        SignedOut = "signed_out",
        PasswordReset = "password_reset",
        PasswordChanged = "password_changed",
        AddressConfirm = "address_confirm",
        AddressStop = "address_stop",
        AddressStays = "address_stays",
        AddressChanged = "address_changed",
    }
}

impl MailKind {
    pub fn is_invitation(self) -> bool {
        matches!(self, Self::Invitation | Self::InvitationAgain)
    }
}

/// A mail by what it says. How it says it is [`Message::render`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Message {
    Invitation(Invitation),
    /// A new link, in place of an earlier one.
    InvitationAgain(Invitation),
    /// Asked for by an administrator, to see whether mails arrive.
    Test(Test),
    /// To the person: blocked in Users & Groups.
    AccessBlocked(ByOther),
    /// To the person: deactivated in Users & Permissions.
    AccessDeactivated(ByOther),
    /// To the person: activated, or reactivated.
    AccessRestored(AccessRestored),
    /// To the person, whose user is gone.
    UserDeleted(ByOther),
    /// To the person, who is an Admin now.
    AdminAppointed(ByOther),
    /// To the person, who is no longer an Admin.
    AdminRemoved(ByOther),
    /// To every Admin: somebody became one.
    AdminAppointedNotice(AdminAppointedNotice),
    /// To the person, who was given portfolios or accounts, or has lost some.
    AssignmentsChanged(AssignmentsChanged),
    /// To the person, whose name or default role is another.
    UserEdited(UserEdited),
    /// To the person, whose sessions were ended.
    SignedOut(ByOther),
    /// To the person, who asked or whom an administrator asks.
    PasswordReset(PasswordReset),
    /// To the person.
    PasswordChanged(PasswordChanged),
    /// To the new address of a person: the link that makes it theirs.
    AddressConfirm(AddressChange),
    /// To the old address, which still is theirs: the link that keeps it so.
    AddressStop(AddressChange),
    /// To the person, whom it was announced to: somebody else took the change back.
    AddressStays(AddressStays),
    /// To both addresses.
    AddressChanged(AddressChanged),
}

/// What somebody else did to the user of whoever gets the mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByOther {
    /// Of whoever gets the mail; may be empty.
    pub first_name: String,
    /// Who did it, by the name that people see.
    pub by: String,
    pub company: String,
    pub at: Timestamp,
}

/// An address in a mail. It may let in whoever has it, so that it is kept out of logs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Link(String);

/// A mail in its two parts, which say the same.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The sender's name, unless the settings have one: "Northwind Trading (Usher)".
    pub sender: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

impl Message {
    pub fn kind(&self) -> MailKind {
        match self {
            Self::Invitation(_) => MailKind::Invitation,
            Self::InvitationAgain(_) => MailKind::InvitationAgain,
            Self::Test(_) => MailKind::Test,
            Self::AccessBlocked(_) => MailKind::AccessBlocked,
            Self::AccessDeactivated(_) => MailKind::AccessDeactivated,
            Self::AccessRestored(_) => MailKind::AccessRestored,
            Self::UserDeleted(_) => MailKind::UserDeleted,
            Self::AdminAppointed(_) => MailKind::AdminAppointed,
            Self::AdminRemoved(_) => MailKind::AdminRemoved,
            Self::AdminAppointedNotice(_) => MailKind::AdminAppointedNotice,
            Self::AssignmentsChanged(_) => MailKind::AssignmentsChanged,
            Self::UserEdited(_) => MailKind::UserEdited,
            Self::SignedOut(_) => MailKind::SignedOut,
            Self::PasswordReset(_) => MailKind::PasswordReset,
            Self::PasswordChanged(_) => MailKind::PasswordChanged,
            Self::AddressConfirm(_) => MailKind::AddressConfirm,
            Self::AddressStop(_) => MailKind::AddressStop,
            Self::AddressStays(_) => MailKind::AddressStays,
            Self::AddressChanged(_) => MailKind::AddressChanged,
        }
    }

    pub fn render(&self) -> Result<Rendered, askama::Error> {
        let layout = match self {
            Self::Invitation(invitation) => invitation.layout(),
            Self::InvitationAgain(invitation) => invitation.layout_again(),
            Self::Test(test) => test.layout(),
            Self::AccessBlocked(blocked) => access::blocked(blocked),
            Self::AccessDeactivated(deactivated) => access::deactivated(deactivated),
            Self::AccessRestored(restored) => restored.layout(),
            Self::UserDeleted(deleted) => access::deleted(deleted),
            Self::AdminAppointed(appointed) => admins::appointed(appointed),
            Self::AdminRemoved(removed) => admins::removed(removed),
            Self::AdminAppointedNotice(notice) => notice.layout(),
            Self::AssignmentsChanged(changed) => changed.layout(),
            Self::UserEdited(edited) => edited.layout(),
            Self::SignedOut(signed_out) => access::signed_out(signed_out),
            Self::PasswordReset(reset) => reset.layout(),
            Self::PasswordChanged(changed) => changed.layout(),
            Self::AddressConfirm(change) => change.to_confirm(),
            Self::AddressStop(change) => change.to_stop(),
            Self::AddressStays(stays) => stays.layout(),
            Self::AddressChanged(changed) => changed.layout(),
        };
        layout.rendered()
    }
}

impl Link {
    /// An address without blanks and controls; such could not be one, and would break the mail's lines.
    pub fn new(address: &str) -> Self {
        Self(address.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect())
    }

    /// The clear address, for the mail and nothing else.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link(…)")
    }
}

impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rendered").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// Who did something, in one line.
fn admin_name(by: &str) -> String {
    named(by, "An administrator")
}

/// The company in one line; before it has a name, the product.
fn company_or_usher(company: &str) -> String {
    named(company, "Usher")
}

/// What people get into. It never ends in the company's name, which may end in a full stop.
fn console(company: &str) -> String {
    match named(company, "").as_str() {
        "" => "the console Usher".to_owned(),
        company => format!("{company}'s console, Usher"),
    }
}

/// What to do about a change that nobody explained.
const ASK: &str = "If this looks wrong, contact an administrator.";
