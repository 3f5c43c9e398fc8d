//! Actions on portfolios, accounts and their assignments.

use crate::domain::{
    permission::{AccountPlace, Permission, PermissionTarget},
    user::DefaultRole,
};

use super::{Actor, Need, PolicyDenial, Target, not_oneself};

/// Action on portfolios, accounts or assignments. One in portfolios carries if all of them are the actor's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessAction {
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

impl AccessAction {
    pub(super) fn need(self) -> Need {
        let in_portfolio = |permission, is_own| Need::At(permission, PermissionTarget::Portfolio { is_own });
        match self {
            Self::InviteWith { default_role: DefaultRole::PortfolioAdmin, is_own } => {
                in_portfolio(Permission::UsersInvitePortfolioAdmin, is_own)
            }
            Self::InviteWith { default_role: DefaultRole::User, is_own } => in_portfolio(Permission::UsersInvite, is_own),
            Self::ChangeAssignments { is_own, .. } | Self::UnassignPortfolio { is_own, .. } => {
                in_portfolio(Permission::AssignmentsChange, is_own)
            }
            Self::SeePortfolio { is_own } => in_portfolio(Permission::PortfoliosView, is_own),
            Self::ManagePortfolios => Need::of_company(Permission::PortfoliosManage),
            Self::CreateAccount { is_own } => in_portfolio(Permission::AccountsCreate, is_own),
            Self::SeeAccount(place) => Need::At(Permission::AccountsView, PermissionTarget::Account(place)),
            Self::EditAccount(place) => Need::At(Permission::AccountsEdit, PermissionTarget::Account(place)),
            Self::SeeBilling(place) => Need::At(Permission::BillingView, PermissionTarget::Account(place)),
            Self::UpdateBilling(place) => Need::At(Permission::BillingUpdate, PermissionTarget::Account(place)),
        }
    }

    pub(super) fn check(self, actor: Actor) -> Result<(), PolicyDenial> {
        match self {
            Self::InviteWith { .. }
            | Self::SeePortfolio { .. }
            | Self::ManagePortfolios
            | Self::CreateAccount { .. }
            | Self::SeeAccount(_)
            | Self::EditAccount(_)
            | Self::SeeBilling(_)
            | Self::UpdateBilling(_) => Ok(()),
            Self::ChangeAssignments { target, .. } => not_oneself(actor, target),
            Self::UnassignPortfolio { target, others, .. } => {
                not_oneself(actor, target)?;
                if target.default_role == DefaultRole::PortfolioAdmin && others == 0 { Err(PolicyDenial::LastPortfolio) } else { Ok(()) }
            }
        }
    }
}
