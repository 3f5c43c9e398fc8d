//! All mails that Usher writes, as plain owned data, so that they can be sealed and stored until they are sent.

mod access;
mod address;
mod admins;
mod assignments;
mod audit;
mod invitation;
mod owner;
mod passkey;
mod password;
mod profile;
mod recovery;
mod test_mail;
#[cfg(test)]
mod tests;
mod two_factor;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::{
    access::AccessRestored,
    address::{AddressChange, AddressChanged, AddressNotice, AddressStays, AddressUndone},
    admins::AdminAppointedNotice,
    assignments::{Assignments, AssignmentsChanged},
    audit::{AuditDamaged, AuditHead},
    invitation::{Access, Invitation},
    owner::OwnerChanged,
    passkey::{PasskeyChange, PasskeyChanged},
    password::{PasswordChanged, PasswordReset},
    profile::UserEdited,
    recovery::RecoveryNotice,
    test_mail::Test,
    two_factor::{TwoFactorChange, TwoFactorChanged, TwoFactorReminder, TwoFactorResetNotice},
};
use super::text::named;
use crate::domain::{clock::Timestamp, stored::stored_enum, time_zone::TimeZone};

stored_enum! {
    /// Kind of a mail.
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
        RecoveryNotice = "recovery_notice",
        AddressConfirm = "address_confirm",
        AddressStop = "address_stop",
        AddressStays = "address_stays",
        AddressChanged = "address_changed",
        AddressChangedNotice = "address_changed_notice",
        AddressUndone = "address_undone",
        AddressUndoneNotice = "address_undone_notice",
        TwoFactorChanged = "two_factor_changed",
        PasskeyChanged = "passkey_changed",
        TwoFactorReminder = "two_factor_reminder",
        TwoFactorReset = "two_factor_reset",
        TwoFactorResetNotice = "two_factor_reset_notice",
        AuditHead = "audit_head",
        AuditDamaged = "audit_damaged",
        OwnerChanged = "owner_changed",
    }
}

impl MailKind {
    pub fn is_invitation(self) -> bool {
        matches!(self, Self::Invitation | Self::InvitationAgain)
    }

    /// Word for a mail to someone: "Invitation to Liam Ó Briain".
    pub fn label(self) -> &'static str {
        match self {
            Self::Invitation | Self::InvitationAgain => "Invitation",
            Self::PasswordReset => "Password reset",
            Self::AddressConfirm => "Confirmation of an address",
            Self::Test => "Test mail",
            Self::AuditHead => "Newest hash of the audit log",
            _ => "Notice",
        }
    }
}

/// Content of a mail; [`Message::render`] puts it into words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Message {
    Invitation(Invitation),
    /// A new link that replaces an earlier one.
    InvitationAgain(Invitation),
    /// Test mail, requested by an administrator.
    Test(Test),
    /// To the user: blocked in Users & Groups.
    AccessBlocked(ByOther),
    /// To the user: deactivated in Users & Permissions.
    AccessDeactivated(ByOther),
    /// To the user: activated or reactivated.
    AccessRestored(AccessRestored),
    /// To the deleted user.
    UserDeleted(ByOther),
    /// To the user: now an Admin.
    AdminAppointed(ByOther),
    /// To the user: no longer an Admin.
    AdminRemoved(ByOther),
    /// To every Admin: there is a new Admin.
    AdminAppointedNotice(AdminAppointedNotice),
    /// To the user: assigned or unassigned portfolios or accounts.
    AssignmentsChanged(AssignmentsChanged),
    /// To the user: changed name or default role.
    UserEdited(UserEdited),
    /// To the user: ended sessions.
    SignedOut(ByOther),
    /// To the user, by own request or an administrator's.
    PasswordReset(PasswordReset),
    /// To the user.
    PasswordChanged(PasswordChanged),
    /// To every Admin: a recovery link was made at the command line.
    RecoveryNotice(RecoveryNotice),
    /// To the new address of a user: the link that confirms it.
    AddressConfirm(AddressChange),
    /// To the old address of a user: the link that cancels the change.
    AddressStop(AddressChange),
    /// To the addresses that heard of a change: another user cancelled it.
    AddressStays(AddressStays),
    /// To both addresses.
    AddressChanged(AddressChanged),
    /// To every Admin: an administrator changed the address of a user.
    AddressChangedNotice(AddressNotice),
    /// To both addresses: the old one undid a change.
    AddressUndone(AddressUndone),
    /// To every Admin: the old address of a user undid a change.
    AddressUndoneNotice(AddressNotice),
    /// To the user.
    TwoFactorChanged(TwoFactorChanged),
    /// To the user.
    PasskeyChanged(PasskeyChanged),
    /// To the user: request to turn it on.
    TwoFactorReminder(TwoFactorReminder),
    /// To the user, by an administrator.
    TwoFactorReset(ByOther),
    /// To every Admin: an administrator reset the two-factor of a user.
    TwoFactorResetNotice(TwoFactorResetNotice),
    /// To every Admin: the newest entry of the audit log.
    AuditHead(AuditHead),
    /// To every Admin: damage of the audit log.
    AuditDamaged(AuditDamaged),
    /// To the new owner of assets and to the old one.
    OwnerChanged(OwnerChanged),
}

/// Change of a user by another user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByOther {
    /// First name of the recipient; may be empty.
    pub first_name: String,
    /// Display name of the other user.
    pub by: String,
    pub company: String,
    pub at: Timestamp,
}

/// A link in a mail. It may carry a token, so it is kept out of logs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Link(String);

/// Rendered mail, in two parts of equal content.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Name of the sender, unless the settings have one: "Northwind Trading (Usher)".
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
            Self::RecoveryNotice(_) => MailKind::RecoveryNotice,
            Self::AddressConfirm(_) => MailKind::AddressConfirm,
            Self::AddressStop(_) => MailKind::AddressStop,
            Self::AddressStays(_) => MailKind::AddressStays,
            Self::AddressChanged(_) => MailKind::AddressChanged,
            Self::AddressChangedNotice(_) => MailKind::AddressChangedNotice,
            Self::AddressUndone(_) => MailKind::AddressUndone,
            Self::AddressUndoneNotice(_) => MailKind::AddressUndoneNotice,
            Self::TwoFactorChanged(_) => MailKind::TwoFactorChanged,
            Self::PasskeyChanged(_) => MailKind::PasskeyChanged,
            Self::TwoFactorReminder(_) => MailKind::TwoFactorReminder,
            Self::TwoFactorReset(_) => MailKind::TwoFactorReset,
            Self::TwoFactorResetNotice(_) => MailKind::TwoFactorResetNotice,
            Self::AuditHead(_) => MailKind::AuditHead,
            Self::AuditDamaged(_) => MailKind::AuditDamaged,
            Self::OwnerChanged(_) => MailKind::OwnerChanged,
        }
    }

    /// Puts the mail into words, with times in a zone.
    pub fn render(&self, zone: TimeZone) -> Result<Rendered, askama::Error> {
        let layout = match self {
            Self::Invitation(invitation) => invitation.layout(zone),
            Self::InvitationAgain(invitation) => invitation.layout_again(zone),
            Self::Test(test) => test.layout(zone),
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
            Self::PasswordReset(reset) => reset.layout(zone),
            Self::PasswordChanged(changed) => changed.layout(),
            Self::RecoveryNotice(notice) => notice.layout(),
            Self::AddressConfirm(change) => change.to_confirm(),
            Self::AddressStop(change) => change.to_stop(),
            Self::AddressStays(stays) => stays.layout(),
            Self::AddressChanged(changed) => changed.layout(),
            Self::AddressChangedNotice(notice) => notice.changed(),
            Self::AddressUndone(undone) => undone.layout(),
            Self::AddressUndoneNotice(notice) => notice.undone(),
            Self::TwoFactorChanged(changed) => changed.layout(),
            Self::PasskeyChanged(changed) => changed.layout(),
            Self::TwoFactorReminder(reminder) => reminder.layout(),
            Self::TwoFactorReset(change) => two_factor::reset(change),
            Self::TwoFactorResetNotice(notice) => notice.layout(),
            Self::AuditHead(head) => head.layout(),
            Self::AuditDamaged(damaged) => damaged.layout(),
            Self::OwnerChanged(changed) => changed.layout(),
        };
        layout.rendered(zone)
    }
}

impl Link {
    /// Makes a link without blanks and controls, which would break the lines of the mail.
    pub fn new(address: &str) -> Self {
        Self(address.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect())
    }

    /// Clear text, for the mail only.
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

/// Name of the acting user, in one line.
fn admin_name(by: &str) -> String {
    named(by, "An administrator")
}

/// Name of the company in one line, or of the product until the company has one.
fn company_or_usher(company: &str) -> String {
    named(company, "Usher")
}

/// Phrase for the console of the company. It never ends in the company's name, which may end in a full stop.
fn console(company: &str) -> String {
    match named(company, "").as_str() {
        "" => "the console Usher".to_owned(),
        company => format!("{company}'s console, Usher"),
    }
}

/// Advice about an unexpected change.
const ASK: &str = "If this looks wrong, contact an administrator.";
