//! Events in sentences.

use crate::domain::permission::{AssignmentPermissions, PermissionToggle};

use super::{
    AuditEvent, DemotionReason,
    fields::{Change, changed, list},
};

/// Names to put into a sentence: "Maya Fischer", "this user".
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    pub actor: &'a str,
    pub subject: &'a str,
    /// True if the subject is the reader: "your invitation" instead of "the invitation of you".
    pub is_reader: bool,
    /// The portfolio, account or group in which it was done.
    pub place: &'a str,
}

impl Names<'_> {
    /// "the invitation of Noor van Dijk", "your invitation". The article may be empty; its capital begins a sentence.
    fn of(&self, article: &str, what: &str) -> String {
        let (subject, blank) = (self.subject, if article.is_empty() { "" } else { " " });
        match (self.is_reader, article) {
            (true, "The") => format!("Your {what}"),
            (true, _) => format!("your {what}"),
            (false, _) => format!("{article}{blank}{what} of {subject}"),
        }
    }
}

impl AuditEvent {
    /// One sentence without a full stop: actor, action and subject. It names changed fields but never their values,
    /// since not every reader may see those.
    #[expect(clippy::too_many_lines, reason = "a sentence for each event")]
    pub fn describe(&self, names: Names<'_>) -> String {
        let Names { actor, subject, place, .. } = names;
        let of = |what| names.of("the", what);
        match self {
            Self::CompanySetUp {} => format!("{actor} set up {subject}"),
            Self::DemoCreated { .. } => format!("{actor} filled {subject} with demo data"),
            Self::KeyReplaced { .. } => format!("{actor} replaced the instance key"),
            Self::UsersExported { .. } => format!("{actor} exported the list of users"),
            Self::AccessExported { .. } => format!("{actor} exported {}", of("access on a date")),
            Self::AuditExported { .. } => format!("{actor} exported the audit log"),
            Self::RefusalsExported { .. } => format!("{actor} exported the refused sign-ins"),
            Self::SignedIn { .. } => format!("{actor} signed in"),
            Self::SignedOut {} => format!("{actor} signed out"),
            Self::SessionsEnded { .. } => format!("{actor} signed {subject} out everywhere"),
            Self::SessionEnded { .. } => format!("{actor} ended a session"),
            Self::IdentityConfirmed { method } => format!("{actor} passed an identity check with {}", method.in_words()),
            Self::OtherSessionsEnded { .. } => format!("{actor} ended all other sessions"),
            Self::OldestSessionsEnded { .. } => format!("{actor} had too many sessions, so the oldest ended"),
            Self::UserInvited { .. } => format!("{actor} invited {subject}"),
            Self::InvitationResent { .. } => format!("{actor} resent {}", of("invitation")),
            Self::InvitationRequested { .. } => format!("A new link to {} was requested", of("invitation")),
            Self::InvitationRevoked { .. } => format!("{actor} revoked {}", of("invitation")),
            Self::InvitationAccepted { .. } => format!("{actor} accepted the invitation"),
            Self::InvitationLinkViewed {} => format!("{actor} viewed {}", of("invitation link")),
            Self::PasswordResetRequested { .. } => format!("A password reset for {subject} was requested at the sign-in page"),
            Self::PasswordResetSent { .. } => format!("{actor} sent {subject} a password reset email"),
            Self::RecoveryLinkMade { .. } => format!("{actor} made a recovery link for {subject}"),
            Self::RecoveryAcknowledged { .. } => format!("{actor} acknowledged {}", of("recovery link")),
            Self::PasswordReset { .. } => format!("{actor} chose a new password"),
            Self::PasswordChanged { .. } => format!("{actor} changed the password"),
            Self::TwoFactorTurnedOn {} => format!("{actor} turned two-factor on"),
            Self::TwoFactorTurnedOff {} => format!("{actor} turned two-factor off"),
            Self::TwoFactorReminded {} => format!("{actor} asked {subject} to turn two-factor on"),
            Self::TwoFactorReset { .. } => format!("{actor} reset {}", of("two-factor")),
            Self::RecoveryCodesRenewed {} => format!("{actor} renewed the recovery codes"),
            Self::RecoveryCodeUsed { .. } => format!("{actor} used a recovery code"),
            Self::PasskeyAdded { name } => format!("{actor} added the passkey {name}"),
            Self::PasskeyRenamed { before, after } => format!("{actor} renamed the passkey {before} to {after}"),
            Self::PasskeyRemoved { name } => format!("{actor} removed the passkey {name}"),
            Self::PasskeySuspected { name } => {
                format!("{} was refused, as it may have been copied", names.of("The", &format!("passkey {name}")))
            }
            Self::EmailChangeRequested { .. } => format!("{actor} requested a new email address for {subject}"),
            Self::EmailChangeWithdrawn { .. } => format!("{actor} cancelled {}", of("email change")),
            Self::EmailChangeCancelled { .. } => format!("{} was cancelled from the old address", names.of("The", "email change")),
            Self::SignInRestored {} => format!("{} from before were restored", names.of("The", "password and factors")),
            Self::EmailChangeUndone { .. } => format!("{} was undone from the old address", names.of("The", "email change")),
            Self::EmailChanged { .. } => format!("{} was confirmed", names.of("The", "new email address")),
            Self::UserEdited { before, after } => format!("{actor} edited {}", names.of("", &before.changes(after))),
            Self::AppearanceChanged { .. } => format!("{actor} changed the appearance of pages"),
            Self::UserDemoted { reason: DemotionReason::GrantorsLostRight } => {
                format!("{} became User, as no portfolio could be given", names.of("The", "default role"))
            }
            Self::UserDemoted { reason: DemotionReason::PortfoliosWithheld } => {
                format!("{} became User, as no portfolio could be restored", names.of("The", "default role"))
            }
            Self::UserDeactivated { .. } | Self::PortfolioDeactivated {} => format!("{actor} deactivated {subject}"),
            Self::UserReactivated { .. } | Self::PortfolioReactivated {} => format!("{actor} reactivated {subject}"),
            Self::UserDeleted { .. } | Self::GroupDeleted { .. } | Self::AssetDeleted { .. } => format!("{actor} deleted {subject}"),
            Self::UserRestored { .. } | Self::AssetRestored { .. } => format!("{actor} restored {subject}"),
            Self::UserPurged { .. } => format!("{actor} removed {subject} permanently"),
            Self::AdminCreated { .. } => format!("{actor} created {subject} as Admin"),
            Self::AdminAppointed {} => format!("{actor} made {subject} an Admin"),
            Self::AdminRemoved {} => format!("{actor} removed {subject} from Admins"),
            Self::GroupRenamed { after, .. } => format!("{actor} renamed {subject} to {after}"),
            Self::GroupMemberAdded {} => format!("{actor} added {subject} to {place}"),
            Self::GroupMemberRemoved {} => format!("{actor} removed {subject} from {place}"),
            Self::GroupCreated {} | Self::PortfolioCreated { .. } | Self::AccountCreated { .. } | Self::AssetCreated { .. } => {
                format!("{actor} created {subject}")
            }
            Self::PortfolioEdited { before, after } => format!("{actor} edited {} of {subject}", labels(&changed(before, after))),
            Self::AccountEdited { before, after } => format!("{actor} edited {} of {subject}", labels(&changed(before, after))),
            Self::AssetEdited { before, after } => format!("{actor} edited {} of {subject}", labels(&changed(before, after))),
            Self::AssetMoved { .. } => format!("{actor} moved {subject} to another folder"),
            Self::AssetOwnerChanged { before, after, .. } => {
                format!("{actor} changed the owner of assets from {} to {}", before.name, after.name)
            }
            Self::AssetShared { with, .. } => format!("{actor} shared {subject} with {}", with.name),
            Self::AssetShareChanged { with, .. } => format!("{actor} changed the access of {} to {subject}", with.name),
            Self::AssetShareRemoved { with, .. } => format!("{actor} stopped sharing {subject} with {}", with.name),
            Self::AccountMoved { .. } => format!("{actor} moved {subject} to another portfolio"),
            Self::AccountMovedOut { .. } => format!("{actor} moved {subject} out of its portfolio"),
            Self::AssetVersionSaved { number, restored_from: None, .. } => format!("{actor} saved version {number} of {subject}"),
            Self::AssetVersionSaved { restored_from: Some(number), .. } => format!("{actor} brought back version {number} of {subject}"),
            Self::AssetConnectionEdited { before: None, .. } => format!("{actor} added the connection of {subject}"),
            Self::AssetConnectionEdited { before: Some(before), after } => {
                format!("{actor} edited {} of {subject}", labels(&changed(before, after)))
            }
            Self::AssetSecretReplaced {} => format!("{actor} set the secret of {subject}"),
            Self::AssetSecretRemoved {} => format!("{actor} removed the secret of {subject}"),
            Self::BillingUpdated { before: None, .. } => format!("{actor} added billing information to {subject}"),
            Self::BillingUpdated { before: Some(before), after } => {
                format!("{actor} updated {} of {subject}", labels(&changed(&**before, after)))
            }
            Self::AssignmentAdded { .. } => format!("{actor} assigned {place} to {subject}"),
            Self::AssignmentChanged { before, after } => format!("{actor} {} on {place} for {subject}", toggled(*before, *after)),
            Self::AssignmentRemoved { .. } => format!("{actor} removed {place} from {subject}"),
            Self::AssignmentReassigned { .. } => format!("{actor} took over the assignment of {place} to {subject}"),
            Self::AssignmentWithheld { .. } => {
                format!("{} gave no access to {place}, as its grantor may no longer assign it", names.of("The", "invitation"))
            }
            Self::AssignmentNotRestored {} => {
                format!("{subject} was restored without access to {place}, as its portfolio is deactivated")
            }
            Self::VerificationRequested {} => format!("{actor} requested a verification of the audit log"),
            Self::DamageFound { .. } => format!("{actor} found the audit log damaged"),
            Self::SettingsChanged { before, after } => format!("{actor} changed {} in Settings", labels(&changed(&**before, after))),
            Self::MailFailed { .. } => format!("A mail to {subject} could not be delivered"),
            Self::MailRetried {} => format!("{actor} retried a failed mail to {subject}"),
            Self::MailsRetried { .. } => format!("{actor} retried all failed mails"),
            Self::TestMailSent {} => format!("{actor} sent a test mail"),
        }
    }
}

/// Changed permissions: `allowed "See billing"`, `removed "Edit details"`, or both.
fn toggled(before: AssignmentPermissions, after: AssignmentPermissions) -> String {
    let changed = PermissionToggle::ALL.iter().copied().filter(|&toggle| before.gives(toggle) != after.gives(toggle));
    let changed = changed.map(|toggle| format!("{} \"{}\"", if after.gives(toggle) { "allowed" } else { "removed" }, toggle.label()));
    changed.collect::<Vec<_>>().join(" and ")
}

fn labels(changes: &[Change]) -> String {
    list(changes.iter().map(|change| (change.label, true)))
}
