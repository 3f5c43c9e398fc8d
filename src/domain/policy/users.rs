//! Actions on users: the directory, invitations, and each user's page.

use crate::domain::{ids::UserId, permission::Permission, user::Status};

use super::{Actor, Need, PolicyDenial, Target, keep_an_admin, not_oneself, require_status};

/// Action on users. One that could lock the company out carries the number of other active Admins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserAction {
    /// Directory in Users & Groups: names, addresses and custom groups of active users.
    SeeDirectory,
    /// All other users in Users & Groups, with status, last sign-in and delivery of their mails.
    SeeEveryone,
    /// From Users & Groups, as a User without assignments.
    InviteUser,
    /// Failed mails, to any recipient.
    SendMailsAgain,
    ResendInvitation(Target),
    RevokeInvitation(Target),
    /// Invitation link to pass on, where no mail server is configured.
    SeeInvitationLink(Target),
    /// Deactivation in Users & Permissions.
    Block {
        target: Target,
        other_active_admins: u64,
    },
    /// Reactivation in Users & Permissions.
    Activate(Target),
    Delete {
        target: Target,
        other_active_admins: u64,
    },
    /// Deleted users, until they are removed permanently.
    SeeDeleted,
    RestoreUser,
    /// Page of a user in Users & Permissions.
    SeeUser(Target),
    /// Name, address and default role.
    EditUser(Target),
    SendPasswordReset(Target),
    /// Mail that asks to turn two-factor on.
    RemindOfTwoFactor(Target),
    /// Turns off the two-factor of a user who lost it.
    ResetTwoFactor(Target),
    /// View the number of a user's sessions, and end them all.
    EndSessions(Target),
    /// One's own name, address, password, sessions and appearance, in My account.
    EditOneself(Target),
    /// Recovery link, from the command line only.
    Recover(Target),
    /// Notice of a recovery link for this user.
    AcknowledgeRecovery(UserId),
    /// The address and the factors that one signs in with.
    ChangeOwnSignIn(Target),
}

impl UserAction {
    pub(super) fn need(self) -> Need {
        match self {
            Self::SeeDirectory => Need::of_company(Permission::DirectoryView),
            Self::SeeEveryone => Need::of_company(Permission::DirectoryViewAll),
            Self::InviteUser | Self::SendMailsAgain | Self::Delete { .. } | Self::Recover(_) => {
                Need::of_company(Permission::DirectoryManage)
            }
            Self::ResendInvitation(target)
            | Self::RevokeInvitation(target)
            | Self::SeeInvitationLink(target)
            | Self::Block { target, .. }
            | Self::Activate(target) => match target.inside {
                None => Need::of_company(Permission::DirectoryManage),
                Some(_) => Need::At(Permission::UsersEdit, target.place()),
            },
            Self::SeeDeleted | Self::RestoreUser => Need::of_company(Permission::UsersDeleted),
            Self::AcknowledgeRecovery(_) => Need::of_company(Permission::AuditLogView),
            Self::SeeUser(target) => Need::At(Permission::UsersView, target.place()),
            Self::EditUser(target) | Self::SendPasswordReset(target) | Self::EndSessions(target) | Self::RemindOfTwoFactor(target) => {
                Need::At(Permission::UsersEdit, target.place())
            }
            Self::ResetTwoFactor(target) => Need::At(Permission::UsersResetTwoFactor, target.place()),
            Self::EditOneself(_) | Self::ChangeOwnSignIn(_) => Need::Nothing,
        }
    }

    pub(super) fn check(self, actor: Actor) -> Result<(), PolicyDenial> {
        match self {
            Self::AcknowledgeRecovery(user) if actor.id == Some(user) => Err(PolicyDenial::Oneself),
            Self::SeeDirectory
            | Self::SeeEveryone
            | Self::InviteUser
            | Self::SendMailsAgain
            | Self::SeeDeleted
            | Self::RestoreUser
            | Self::AcknowledgeRecovery(_)
            | Self::SeeUser(_) => Ok(()),
            Self::ResendInvitation(target) | Self::RevokeInvitation(target) | Self::SeeInvitationLink(target) => {
                require_status(target, &[Status::Invited, Status::Expired])
            }
            Self::Block { target, other_active_admins } => {
                not_oneself(actor, target)?;
                require_status(target, &[Status::Active])?;
                keep_an_admin(target, other_active_admins)
            }
            Self::SendPasswordReset(target) | Self::RemindOfTwoFactor(target) => {
                not_oneself(actor, target)?;
                require_status(target, &[Status::Active])
            }
            Self::Activate(target) => {
                not_oneself(actor, target)?;
                require_status(target, &[Status::Deactivated])
            }
            Self::Delete { target, other_active_admins } => {
                not_oneself(actor, target)?;
                require_status(target, &[Status::Active, Status::Deactivated])?;
                keep_an_admin(target, other_active_admins)
            }
            Self::EditUser(target) | Self::EndSessions(target) | Self::ResetTwoFactor(target) => not_oneself(actor, target),
            Self::Recover(_) if actor.id.is_some() => Err(PolicyDenial::Role),
            Self::Recover(target) => require_status(target, &[Status::Active]),
            Self::EditOneself(target) | Self::ChangeOwnSignIn(target) if actor.id == Some(target.id) => {
                require_status(target, &[Status::Active])
            }
            Self::EditOneself(_) | Self::ChangeOwnSignIn(_) => Err(PolicyDenial::Unknown),
        }
    }
}
