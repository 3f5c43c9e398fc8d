//! Kinds of events in words: a label for each, and the groups by which the log is filtered.

use super::AuditAction;
use crate::domain::stored::stored_enum;

stored_enum! {
    /// Group of actions, as in addresses.
    ActionGroup {
        SignIns = "sign-ins",
        Users = "users",
        Groups = "groups",
        Portfolios = "portfolios",
        Assignments = "assignments",
        Billing = "billing",
        Assets = "assets",
        Mail = "mail",
        Exports = "exports",
        Company = "company",
    }
}

impl ActionGroup {
    pub fn label(self) -> &'static str {
        match self {
            Self::SignIns => "Sign-ins",
            Self::Users => "Users",
            Self::Groups => "Groups",
            Self::Portfolios => "Portfolios and accounts",
            Self::Assignments => "Assignments",
            Self::Billing => "Billing",
            Self::Assets => "Assets",
            Self::Mail => "Mail",
            Self::Exports => "Exports",
            Self::Company => "Company",
        }
    }

    pub fn actions(self) -> impl Iterator<Item = AuditAction> {
        AuditAction::ALL.iter().copied().filter(move |action| action.group() == self)
    }
}

impl AuditAction {
    pub fn group(self) -> ActionGroup {
        self.words().0
    }

    /// Action without actor and subject: "Signed in".
    pub fn label(self) -> &'static str {
        self.words().1
    }

    #[expect(clippy::too_many_lines, reason = "a line for each action")]
    fn words(self) -> (ActionGroup, &'static str) {
        match self {
            Self::SignedIn => (ActionGroup::SignIns, "Signed in"),
            Self::SignedOut => (ActionGroup::SignIns, "Signed out"),
            Self::SessionsEnded => (ActionGroup::SignIns, "Signed out everywhere"),
            Self::SessionEnded => (ActionGroup::SignIns, "Session ended"),
            Self::IdentityConfirmed => (ActionGroup::SignIns, "Identity confirmed"),
            Self::OtherSessionsEnded => (ActionGroup::SignIns, "Other sessions ended"),
            Self::OldestSessionsEnded => (ActionGroup::SignIns, "Oldest sessions ended"),
            Self::PasswordResetRequested => (ActionGroup::SignIns, "Password reset requested"),
            Self::PasswordResetSent => (ActionGroup::SignIns, "Password reset email sent"),
            Self::RecoveryLinkMade => (ActionGroup::SignIns, "Recovery link made"),
            Self::RecoveryAcknowledged => (ActionGroup::SignIns, "Recovery link acknowledged"),
            Self::PasswordReset => (ActionGroup::SignIns, "New password chosen"),
            Self::TwoFactorTurnedOn => (ActionGroup::SignIns, "Two-factor turned on"),
            Self::TwoFactorTurnedOff => (ActionGroup::SignIns, "Two-factor turned off"),
            Self::TwoFactorReminded => (ActionGroup::SignIns, "Reminded of two-factor"),
            Self::TwoFactorReset => (ActionGroup::SignIns, "Two-factor reset"),
            Self::RecoveryCodesRenewed => (ActionGroup::SignIns, "Recovery codes renewed"),
            Self::RecoveryCodeUsed => (ActionGroup::SignIns, "Recovery code used"),
            Self::PasskeyAdded => (ActionGroup::SignIns, "Passkey added"),
            Self::PasskeyRenamed => (ActionGroup::SignIns, "Passkey renamed"),
            Self::PasskeyRemoved => (ActionGroup::SignIns, "Passkey removed"),
            Self::PasskeySuspected => (ActionGroup::SignIns, "Passkey may have been copied"),
            Self::PasswordChanged => (ActionGroup::SignIns, "Password changed"),
            Self::UserInvited => (ActionGroup::Users, "Invited"),
            Self::InvitationResent => (ActionGroup::Users, "Invitation resent"),
            Self::InvitationRequested => (ActionGroup::Users, "New invitation link requested"),
            Self::InvitationRevoked => (ActionGroup::Users, "Invitation revoked"),
            Self::InvitationAccepted => (ActionGroup::Users, "Invitation accepted"),
            Self::InvitationLinkViewed => (ActionGroup::Users, "Invitation link viewed"),
            Self::EmailChangeRequested => (ActionGroup::Users, "Email change requested"),
            Self::EmailChangeWithdrawn => (ActionGroup::Users, "Email change cancelled"),
            Self::EmailChangeCancelled => (ActionGroup::Users, "Email change cancelled from the old address"),
            Self::SignInRestored => (ActionGroup::SignIns, "Earlier password and factors restored"),
            Self::EmailChangeUndone => (ActionGroup::Users, "Email change undone from the old address"),
            Self::EmailChanged => (ActionGroup::Users, "Email changed"),
            Self::UserEdited => (ActionGroup::Users, "User edited"),
            Self::AppearanceChanged => (ActionGroup::Users, "Appearance changed"),
            Self::UserDemoted => (ActionGroup::Users, "Default role became User"),
            Self::UserDeactivated => (ActionGroup::Users, "User deactivated"),
            Self::UserReactivated => (ActionGroup::Users, "User reactivated"),
            Self::UserDeleted => (ActionGroup::Users, "User deleted"),
            Self::UserRestored => (ActionGroup::Users, "User restored"),
            Self::UserPurged => (ActionGroup::Users, "User removed permanently"),
            Self::AdminCreated => (ActionGroup::Users, "Admin created"),
            Self::AdminAppointed => (ActionGroup::Groups, "Added to Admins"),
            Self::AdminRemoved => (ActionGroup::Groups, "Removed from Admins"),
            Self::GroupCreated => (ActionGroup::Groups, "Group created"),
            Self::GroupRenamed => (ActionGroup::Groups, "Group renamed"),
            Self::GroupDeleted => (ActionGroup::Groups, "Group deleted"),
            Self::GroupMemberAdded => (ActionGroup::Groups, "Added to a group"),
            Self::GroupMemberRemoved => (ActionGroup::Groups, "Removed from a group"),
            Self::PortfolioCreated => (ActionGroup::Portfolios, "Portfolio created"),
            Self::PortfolioEdited => (ActionGroup::Portfolios, "Portfolio edited"),
            Self::PortfolioDeactivated => (ActionGroup::Portfolios, "Portfolio deactivated"),
            Self::PortfolioReactivated => (ActionGroup::Portfolios, "Portfolio reactivated"),
            Self::AccountCreated => (ActionGroup::Portfolios, "Account created"),
            Self::AccountEdited => (ActionGroup::Portfolios, "Account edited"),
            Self::AccountMoved => (ActionGroup::Portfolios, "Account moved"),
            Self::AccountMovedOut => (ActionGroup::Portfolios, "Account moved out"),
            Self::AssignmentAdded => (ActionGroup::Assignments, "Assigned"),
            Self::AssignmentChanged => (ActionGroup::Assignments, "Permissions changed"),
            Self::AssignmentRemoved => (ActionGroup::Assignments, "Unassigned"),
            Self::AssignmentReassigned => (ActionGroup::Assignments, "Assignment taken over"),
            Self::AssignmentWithheld => (ActionGroup::Assignments, "Assignment withheld"),
            Self::AssignmentNotRestored => (ActionGroup::Assignments, "Assignment not restored"),
            Self::BillingUpdated => (ActionGroup::Billing, "Billing updated"),
            Self::AssetCreated => (ActionGroup::Assets, "Asset created"),
            Self::AssetEdited => (ActionGroup::Assets, "Asset edited"),
            Self::AssetMoved => (ActionGroup::Assets, "Asset moved"),
            Self::AssetDeleted => (ActionGroup::Assets, "Asset deleted"),
            Self::AssetRestored => (ActionGroup::Assets, "Asset restored"),
            Self::AssetOwnerChanged => (ActionGroup::Assets, "Owner changed"),
            Self::AssetShared => (ActionGroup::Assets, "Shared"),
            Self::AssetShareChanged => (ActionGroup::Assets, "Access of a share changed"),
            Self::AssetShareRemoved => (ActionGroup::Assets, "Share removed"),
            Self::AssetVersionSaved => (ActionGroup::Assets, "Definition saved"),
            Self::AssetConnectionEdited => (ActionGroup::Assets, "Connection edited"),
            Self::AssetSecretReplaced => (ActionGroup::Assets, "Secret set"),
            Self::AssetSecretRemoved => (ActionGroup::Assets, "Secret removed"),
            Self::MailFailed => (ActionGroup::Mail, "Mail failed"),
            Self::MailRetried => (ActionGroup::Mail, "Mail retried"),
            Self::MailsRetried => (ActionGroup::Mail, "All failed mails retried"),
            Self::TestMailSent => (ActionGroup::Mail, "Test mail sent"),
            Self::UsersExported => (ActionGroup::Exports, "Users exported"),
            Self::AccessExported => (ActionGroup::Exports, "Access on a date exported"),
            Self::AuditExported => (ActionGroup::Exports, "Audit log exported"),
            Self::RefusalsExported => (ActionGroup::Exports, "Refused sign-ins exported"),
            Self::CompanySetUp => (ActionGroup::Company, "Company set up"),
            Self::DemoCreated => (ActionGroup::Company, "Demo data created"),
            Self::KeyReplaced => (ActionGroup::Company, "Instance key replaced"),
            Self::VerificationRequested => (ActionGroup::Company, "Audit log verification requested"),
            Self::DamageFound => (ActionGroup::Company, "Audit log found damaged"),
            Self::SettingsChanged => (ActionGroup::Company, "Settings changed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_action_has_a_label_of_its_own_and_a_group() {
        let labels = AuditAction::ALL.iter().map(|action| action.label()).collect::<BTreeSet<_>>();
        assert_eq!(labels.len(), AuditAction::ALL.len());
        assert_eq!(ActionGroup::ALL.iter().map(|group| group.actions().count()).sum::<usize>(), AuditAction::ALL.len());
        assert!(ActionGroup::ALL.iter().all(|group| group.actions().next().is_some()));
    }

    #[test]
    fn no_word_of_a_group_is_an_action() {
        assert!(ActionGroup::ALL.iter().all(|group| group.as_str().parse::<AuditAction>().is_err()));
    }
}
