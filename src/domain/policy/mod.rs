//! Decides who may do what: one pure function, asked by every use case inside its transaction, and by pages to decide
//! what to draw. [`super::permission`] has each role's permissions and their reach; the modules below have the permission
//! and the further conditions of each action.

mod access;
mod assets;
mod company;
mod groups;
mod users;

use super::{
    ids::UserId,
    permission::{Missing, Permission, PermissionTarget},
    role::Role,
    scope::ScopeRelation,
    user::{DefaultRole, Status},
};

pub use {access::AccessAction, assets::AssetAction, company::CompanyAction, groups::GroupAction, users::UserAction};

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

    fn place(self) -> PermissionTarget {
        let is_portfolio_admin = self.default_role == DefaultRole::PortfolioAdmin;
        PermissionTarget::User { inside: self.inside.unwrap_or(ScopeRelation::Not), is_portfolio_admin }
    }
}

/// Everything that needs permission. An action on a user carries that user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Any use of this permission. Asked before anything is looked up, so that a role without it learns nothing about
    /// what exists.
    Use(Permission),
    User(UserAction),
    Group(GroupAction),
    Access(AccessAction),
    Asset(AssetAction),
    Company(CompanyAction),
}

impl From<UserAction> for Action {
    fn from(action: UserAction) -> Self {
        Self::User(action)
    }
}

impl From<GroupAction> for Action {
    fn from(action: GroupAction) -> Self {
        Self::Group(action)
    }
}

impl From<AccessAction> for Action {
    fn from(action: AccessAction) -> Self {
        Self::Access(action)
    }
}

impl From<AssetAction> for Action {
    fn from(action: AssetAction) -> Self {
        Self::Asset(action)
    }
}

impl From<CompanyAction> for Action {
    fn from(action: CompanyAction) -> Self {
        Self::Company(action)
    }
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
pub fn decide(actor: Actor, action: impl Into<Action>) -> Result<(), PolicyDenial> {
    let action = action.into();
    permit(actor.role, action.need())?;
    match action {
        Action::Use(_) | Action::Company(_) => Ok(()),
        Action::User(action) => action.check(actor),
        Action::Group(action) => action.check(),
        Action::Access(action) => action.check(actor),
        Action::Asset(action) => action.check(),
    }
}

/// Checks that the role's permissions reach as far as the action.
fn permit(role: Role, need: Need) -> Result<(), PolicyDenial> {
    let (permission, place) = match need {
        Need::Nothing => return Ok(()),
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
    /// Open to every role.
    Nothing,
    /// The permission at any place.
    Somewhere(Permission),
    At(Permission, PermissionTarget),
}

impl Need {
    fn of_company(permission: Permission) -> Self {
        Self::At(permission, PermissionTarget::Company)
    }
}

impl Action {
    /// True for a sensitive action, which a session may only do shortly after its user proved who they are (OWASP ASVS
    /// 5.0, 7.5.1).
    pub fn needs_recent_proof(self) -> bool {
        match self {
            Self::User(action) => {
                matches!(action, UserAction::Delete { .. } | UserAction::ResetTwoFactor(_) | UserAction::ChangeOwnSignIn(_))
            }
            Self::Group(action) => matches!(action, GroupAction::AddToAdmins(_)),
            Self::Asset(action) => matches!(action, AssetAction::ChangeOwner { .. }),
            Self::Company(action) => matches!(action, CompanyAction::ChangeSettings),
            Self::Use(_) | Self::Access(_) => false,
        }
    }

    /// True for an action of users who need two-factor and have none yet: it leads to their enrolment.
    pub fn serves_enrolment(self) -> bool {
        matches!(self, Self::User(UserAction::EditOneself(_) | UserAction::ChangeOwnSignIn(_)))
    }

    fn need(self) -> Need {
        match self {
            Self::Use(permission) => Need::Somewhere(permission),
            Self::User(action) => action.need(),
            Self::Group(action) => action.need(),
            Self::Access(action) => action.need(),
            Self::Asset(action) => action.need(),
            Self::Company(action) => action.need(),
        }
    }
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
