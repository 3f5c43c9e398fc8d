//! Decides who may do what: one pure function, asked by every use case inside its transaction, and by pages to decide
//! what to draw. [`super::permission`] has each role's permissions and their reach; this module has the permission and
//! the further conditions of each action.

use super::{
    ids::UserId,
    permission::{AccountPlace, Missing, Permission, PermissionTarget},
    role::Role,
    scope::ScopeRelation,
    user::{DefaultRole, Status},
};

/// A user who is signed in and active, the command line, or Usher itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    /// `None` for the command line and Usher itself.
    pub id: Option<UserId>,
    pub role: Role,
}

/// The user that an action concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    pub id: UserId,
    pub status: Status,
    pub is_admin: bool,
    pub default_role: DefaultRole,
    /// Relation to the actor's scope in Users & Permissions. `None` in Users & Groups, which has no scopes.
    pub inside: Option<ScopeRelation>,
}

impl Target {
    /// Sets the relation to a scope, as Users & Permissions does.
    #[must_use]
    pub fn in_scope(self, inside: ScopeRelation) -> Self {
        Self { inside: Some(inside), ..self }
    }

    /// Permission and place of an administrator's action on this user.
    fn administered(self) -> (Permission, PermissionTarget) {
        match self.inside {
            None => (Permission::DirectoryManage, PermissionTarget::Company),
            Some(_) => (Permission::UsersEdit, self.place()),
        }
    }

    fn place(self) -> PermissionTarget {
        let is_portfolio_admin = self.default_role == DefaultRole::PortfolioAdmin;
        PermissionTarget::User { inside: self.inside.unwrap_or(ScopeRelation::Not), is_portfolio_admin }
    }
}

/// Everything that needs permission. An action on a user carries that user; one that could lock the company out carries
/// the number of other active Admins; one in portfolios carries if all of them are the actor's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Any use of this permission. Asked before anything is looked up, so that a role without it learns nothing about
    /// what exists.
    Use(Permission),
    /// Directory in Users & Groups: names, addresses and custom groups of active users.
    SeeDirectory,
    /// All other users in Users & Groups, with status, last sign-in and delivery of their mails.
    SeeEveryone,
    /// Admins group with its members.
    SeeAdmins,
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
    AddToAdmins(Target),
    RemoveFromAdmins {
        target: Target,
        other_active_admins: u64,
    },
    CreateGroup,
    RenameGroup,
    DeleteGroup,
    AddToGroup {
        target: Target,
        is_member: bool,
    },
    RemoveFromGroup,
    /// Page of a user in Users & Permissions.
    SeeUser(Target),
    /// Name, address and default role.
    EditUser(Target),
    SendPasswordReset(Target),
    /// View the number of a user's sessions, and end them all.
    EndSessions(Target),
    /// From Users & Permissions, with this default role and assignments in these portfolios.
    InviteWith {
        default_role: DefaultRole,
        is_own: bool,
    },
    /// Assign or unassign portfolios or accounts, or change the permissions of an account assignment.
    ChangeAssignments {
        target: Target,
        is_own: bool,
    },
    /// Unassign one portfolio of a user who has `others` besides.
    UnassignPortfolio {
        target: Target,
        is_own: bool,
        others: u64,
    },
    SeePortfolio {
        is_own: bool,
    },
    /// Create, edit, deactivate and reactivate portfolios, and move accounts between them.
    ManagePortfolios,
    CreateAccount {
        is_own: bool,
    },
    SeeAccount(AccountPlace),
    EditAccount(AccountPlace),
    SeeBilling(AccountPlace),
    UpdateBilling(AccountPlace),
}

/// Reason for refusing an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PolicyDenial {
    /// The role may never do this.
    #[error("the role does not allow it")]
    Role,
    /// The thing does not exist for this actor.
    #[error("there is no such thing")]
    Unknown,
    /// The actor may see the thing but not change it.
    #[error("it is beyond what the actor administers")]
    OutOfReach,
    /// Users cannot do this to themselves.
    #[error("nobody does this to themselves")]
    Oneself,
    /// Users with this status cannot be acted on so.
    #[error("the status does not allow it")]
    Status(Status),
    /// The user already is in the group.
    #[error("already a member")]
    AlreadyMember,
    /// The user is not in the group, or not any more.
    #[error("not a member")]
    NotAMember,
    /// The company would be left without an Administrator.
    #[error("the last active Admin stays")]
    LastActiveAdmin,
    /// Nothing would change.
    #[error("nothing would change")]
    Unchanged,
    /// Only Portfolio Admins can have portfolios.
    #[error("portfolios are for Portfolio Admins")]
    NotAPortfolioAdmin,
    /// A Portfolio Admin needs at least one portfolio.
    #[error("the last portfolio stays")]
    LastPortfolio,
    /// Nothing new can be made in a deactivated portfolio.
    #[error("the portfolio is deactivated")]
    PortfolioDeactivated,
}

/// Decides if `actor` may do `action`.
///
/// # Errors
/// The first reason against it: role, then scope, then the user's status, then the company's safety.
pub fn decide(actor: Actor, action: Action) -> Result<(), PolicyDenial> {
    use Action::{
        Activate, AddToAdmins, AddToGroup, Block, ChangeAssignments, CreateAccount, CreateGroup, Delete, DeleteGroup, EditAccount,
        EditUser, EndSessions, InviteUser, InviteWith, ManagePortfolios, RemoveFromAdmins, RemoveFromGroup, RenameGroup, ResendInvitation,
        RestoreUser, RevokeInvitation, SeeAccount, SeeAdmins, SeeBilling, SeeDeleted, SeeDirectory, SeeEveryone, SeeInvitationLink,
        SeePortfolio, SeeUser, SendMailsAgain, SendPasswordReset, UnassignPortfolio, UpdateBilling, Use,
    };
    permit(actor.role, action)?;
    match action {
        Use(_)
        | SeeDirectory
        | SeeEveryone
        | SeeAdmins
        | InviteUser
        | SendMailsAgain
        | SeeDeleted
        | RestoreUser
        | CreateGroup
        | RenameGroup
        | DeleteGroup
        | RemoveFromGroup
        | SeeUser(_)
        | InviteWith { .. }
        | SeePortfolio { .. }
        | ManagePortfolios
        | CreateAccount { .. }
        | SeeAccount(_)
        | EditAccount(_)
        | SeeBilling(_)
        | UpdateBilling(_) => Ok(()),
        ResendInvitation(target) | RevokeInvitation(target) | SeeInvitationLink(target) => {
            require_status(target, &[Status::Invited, Status::Expired])
        }
        Block { target, other_active_admins } => {
            not_oneself(actor, target)?;
            require_status(target, &[Status::Active])?;
            keep_an_admin(target, other_active_admins)
        }
        SendPasswordReset(target) => {
            not_oneself(actor, target)?;
            require_status(target, &[Status::Active])
        }
        Activate(target) => {
            not_oneself(actor, target)?;
            require_status(target, &[Status::Deactivated])
        }
        Delete { target, other_active_admins } => {
            not_oneself(actor, target)?;
            require_status(target, &[Status::Active, Status::Deactivated])?;
            keep_an_admin(target, other_active_admins)
        }
        AddToAdmins(Target { is_admin: true, .. }) | AddToGroup { is_member: true, .. } => Err(PolicyDenial::AlreadyMember),
        AddToAdmins(target) | AddToGroup { target, .. } => require_status(target, &[Status::Active]),
        RemoveFromAdmins { target, other_active_admins } => keep_an_admin(target, other_active_admins),
        EditUser(target) | EndSessions(target) | ChangeAssignments { target, .. } => not_oneself(actor, target),
        UnassignPortfolio { target, others, .. } => {
            not_oneself(actor, target)?;
            if target.default_role == DefaultRole::PortfolioAdmin && others == 0 { Err(PolicyDenial::LastPortfolio) } else { Ok(()) }
        }
    }
}

/// Checks that the role's permissions reach as far as the action.
fn permit(role: Role, action: Action) -> Result<(), PolicyDenial> {
    let (permission, place) = match need(action) {
        Need::Somewhere(permission) if permission.level(role).is_any() => return Ok(()),
        Need::Somewhere(permission) => (permission, PermissionTarget::Company),
        Need::At(permission, place) => (permission, place),
    };
    permission.check(role, place).map_err(|missing| match missing {
        Missing::Role => PolicyDenial::Role,
        Missing::Place if sees(role, place) => PolicyDenial::OutOfReach,
        Missing::Place | Missing::Hidden => PolicyDenial::Unknown,
    })
}

/// True if `role` sees the thing at `place`; other things do not exist for that role.
fn sees(role: Role, place: PermissionTarget) -> bool {
    let permission = match place {
        PermissionTarget::Company => return true,
        PermissionTarget::Portfolio { .. } => Permission::PortfoliosView,
        PermissionTarget::User { .. } => Permission::UsersView,
        PermissionTarget::Account(_) => Permission::AccountsView,
    };
    permission.check(role, place).is_ok()
}

/// Permission that an action needs.
enum Need {
    /// The permission at any place.
    Somewhere(Permission),
    At(Permission, PermissionTarget),
}

fn need(action: Action) -> Need {
    let (permission, place) = match action {
        Action::Use(permission) => return Need::Somewhere(permission),
        Action::SeeDirectory => (Permission::DirectoryView, PermissionTarget::Company),
        Action::SeeEveryone => (Permission::DirectoryViewAll, PermissionTarget::Company),
        Action::SeeAdmins => (Permission::AdminsView, PermissionTarget::Company),
        Action::InviteUser | Action::SendMailsAgain | Action::Delete { .. } => (Permission::DirectoryManage, PermissionTarget::Company),
        Action::ResendInvitation(target)
        | Action::RevokeInvitation(target)
        | Action::SeeInvitationLink(target)
        | Action::Block { target, .. }
        | Action::Activate(target) => target.administered(),
        Action::SeeDeleted | Action::RestoreUser => (Permission::UsersDeleted, PermissionTarget::Company),
        Action::AddToAdmins(_) | Action::RemoveFromAdmins { .. } => (Permission::AdminsChange, PermissionTarget::Company),
        Action::CreateGroup | Action::RenameGroup | Action::DeleteGroup | Action::AddToGroup { .. } | Action::RemoveFromGroup => {
            (Permission::GroupsManage, PermissionTarget::Company)
        }
        Action::SeeUser(target) => (Permission::UsersView, target.place()),
        Action::EditUser(target) | Action::SendPasswordReset(target) | Action::EndSessions(target) => {
            (Permission::UsersEdit, target.place())
        }
        Action::InviteWith { default_role: DefaultRole::PortfolioAdmin, is_own } => {
            (Permission::UsersInvitePortfolioAdmin, PermissionTarget::Portfolio { is_own })
        }
        Action::InviteWith { default_role: DefaultRole::User, is_own } => (Permission::UsersInvite, PermissionTarget::Portfolio { is_own }),
        Action::ChangeAssignments { is_own, .. } | Action::UnassignPortfolio { is_own, .. } => {
            (Permission::AssignmentsChange, PermissionTarget::Portfolio { is_own })
        }
        Action::SeePortfolio { is_own } => (Permission::PortfoliosView, PermissionTarget::Portfolio { is_own }),
        Action::ManagePortfolios => (Permission::PortfoliosManage, PermissionTarget::Company),
        Action::CreateAccount { is_own } => (Permission::AccountsCreate, PermissionTarget::Portfolio { is_own }),
        Action::SeeAccount(place) => (Permission::AccountsView, PermissionTarget::Account(place)),
        Action::EditAccount(place) => (Permission::AccountsEdit, PermissionTarget::Account(place)),
        Action::SeeBilling(place) => (Permission::BillingView, PermissionTarget::Account(place)),
        Action::UpdateBilling(place) => (Permission::BillingUpdate, PermissionTarget::Account(place)),
    };
    Need::At(permission, place)
}

fn not_oneself(actor: Actor, target: Target) -> Result<(), PolicyDenial> {
    if actor.id == Some(target.id) { Err(PolicyDenial::Oneself) } else { Ok(()) }
}

fn require_status(target: Target, wanted: &[Status]) -> Result<(), PolicyDenial> {
    if wanted.contains(&target.status) { Ok(()) } else { Err(PolicyDenial::Status(target.status)) }
}

fn keep_an_admin(target: Target, other_active_admins: u64) -> Result<(), PolicyDenial> {
    let is_last = target.is_admin && target.status == Status::Active && other_active_admins == 0;
    if is_last { Err(PolicyDenial::LastActiveAdmin) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
