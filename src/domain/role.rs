//! Roles, in the order of the table of permissions.

use super::user::DefaultRole;

/// A user's role. Membership of Admins outranks the default role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    Admin,
    PortfolioAdmin,
    User,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Admin, Self::PortfolioAdmin, Self::User];

    pub fn of(is_admin: bool, default_role: DefaultRole) -> Self {
        match (is_admin, default_role) {
            (true, _) => Self::Admin,
            (false, DefaultRole::PortfolioAdmin) => Self::PortfolioAdmin,
            (false, DefaultRole::User) => Self::User,
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Admin => "Admin",
            Self::PortfolioAdmin => DefaultRole::PortfolioAdmin.label(),
            Self::User => DefaultRole::User.label(),
        }
    }
}
