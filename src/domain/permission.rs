//! The permissions, and the one table of their reach for each role. The policy decides by it; the page Roles and
//! `docs/permissions.md` show it.

use std::fmt;

use super::{role::Role, scope::ScopeRelation, stored::stored_enum, user::DefaultRole};

/// Reach of a permission for a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccessLevel {
    /// None: pages that need the permission are refused.
    Nowhere,
    /// None, and the thing itself is kept secret.
    Hidden,
    /// The whole company.
    Company,
    /// Own portfolios and their contents: accounts, and users with an assignment there.
    Portfolios,
    /// Users all of whose assignments lie in own portfolios.
    WhollyInside,
    /// Users, not Portfolio Admins, all of whose assignments lie in own portfolios.
    UsersWhollyInside,
    /// Assigned accounts, as far as the assignment goes.
    Accounts,
}

impl AccessLevel {
    /// Wording of the table of roles.
    pub fn label(self) -> &'static str {
        match self {
            Self::Nowhere | Self::Hidden => "No",
            Self::Company => "Yes",
            Self::Portfolios => "In their portfolios",
            Self::WhollyInside => "People only in their portfolios",
            Self::UsersWhollyInside => "Users only in their portfolios",
            Self::Accounts => "In assigned accounts",
        }
    }

    pub fn is_any(self) -> bool {
        !matches!(self, Self::Nowhere | Self::Hidden)
    }
}

/// Place of an action, relative to its actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PermissionTarget {
    /// Company as a whole.
    Company,
    /// One or several portfolios, and if all of them are the actor's own.
    Portfolio {
        is_own: bool,
    },
    /// User with these assignments.
    User {
        inside: ScopeRelation,
        is_portfolio_admin: bool,
    },
    Account(AccountPlace),
}

/// An account, relative to the actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AccountPlace {
    /// True if the account lies in one of the actor's own portfolios.
    pub is_own: bool,
    /// Permissions of the actor's assignment; `None` without an assignment or in a deactivated portfolio.
    pub assigned: Option<AssignmentPermissions>,
}

/// Permissions of an account assignment besides viewing the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct AssignmentPermissions {
    /// *Edit details*, on by default.
    #[serde(rename = "edit_details")]
    pub edits_details: bool,
    /// *See billing*, off by default.
    #[serde(rename = "see_billing")]
    pub sees_billing: bool,
}

impl Default for AssignmentPermissions {
    fn default() -> Self {
        Self { edits_details: true, sees_billing: false }
    }
}

impl AssignmentPermissions {
    /// True if an assignment with these permissions gives `permission` on its account. Updating billing cannot be
    /// granted.
    fn give(self, permission: Permission) -> bool {
        match permission {
            Permission::AccountsView => true,
            Permission::AccountsEdit => self.edits_details,
            Permission::BillingView => self.sees_billing,
            _ => false,
        }
    }
}

stored_enum! {
    /// Permission of an assignment that can be switched on and off, as in addresses.
    PermissionToggle {
        EditDetails = "edit-details",
        SeeBilling = "see-billing",
    }
}

stored_enum! {
    /// New state of a permission.
    To {
        On = "on",
        Off = "off",
    }
}

impl fmt::Display for PermissionToggle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for To {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PermissionToggle {
    pub fn label(self) -> &'static str {
        match self {
            Self::EditDetails => "Edit details",
            Self::SeeBilling => "See billing",
        }
    }
}

impl To {
    /// Opposite state.
    #[must_use]
    pub fn back(self) -> Self {
        match self {
            Self::On => Self::Off,
            Self::Off => Self::On,
        }
    }
}

impl AssignmentPermissions {
    /// True if the permission is on.
    pub fn gives(self, switch: PermissionToggle) -> bool {
        match switch {
            PermissionToggle::EditDetails => self.edits_details,
            PermissionToggle::SeeBilling => self.sees_billing,
        }
    }

    /// Copy with one permission set to `to`.
    #[must_use]
    pub fn with(self, switch: PermissionToggle, to: To) -> Self {
        let is_on = to == To::On;
        match switch {
            PermissionToggle::EditDetails => Self { edits_details: is_on, ..self },
            PermissionToggle::SeeBilling => Self { sees_billing: is_on, ..self },
        }
    }
}

/// Reason for which the table refuses a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Role never has it.
    Role,
    /// Role has it, but not at this place.
    Place,
    /// Role must not learn of it.
    Hidden,
}

/// One permission a line: variant, word, label, and reach for Admins, Portfolio Admins and Users.
macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $label:literal: [$admin:ident, $portfolio_admin:ident, $user:ident];)*) => {
        /// A permission.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Permission { $($(#[$doc])* $name),* }

        impl Permission {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Word in code style: the thing and the operation on it.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            /// Description in the table of roles.
            pub fn label(self) -> &'static str {
                match self { $(Self::$name => $label),* }
            }

            /// Description within a sentence.
            pub fn in_short(self) -> &'static str {
                match self {
                    Self::AccountsView => "view",
                    Self::AccountsEdit => "edit details",
                    Self::BillingView => "see billing",
                    Self::BillingUpdate => "update billing",
                    Self::UsersInvite => "invite people",
                    Self::AccountsCreate => "create accounts",
                    Self::AssignmentsChange => "change assignments",
                    Self::AssetsUse => "create, edit and share assets",
                    other => other.label(),
                }
            }

            /// Reach for a role, as in the table of roles.
            pub fn level(self, role: Role) -> AccessLevel {
                let [admin, portfolio_admin, user] = match self { $(Self::$name => [AccessLevel::$admin, AccessLevel::$portfolio_admin, AccessLevel::$user]),* };
                match role {
                    Role::Admin => admin,
                    Role::PortfolioAdmin => portfolio_admin,
                    Role::User => user,
                }
            }
        }
    };
}

permissions! {
    DirectoryView = "directory.view", "View names, email addresses and custom groups of active people": [Company, Company, Company];
    DirectoryViewAll = "directory.view_all", "View everyone’s status and last sign-in in Users & Groups": [Company, Nowhere, Nowhere];
    DirectoryManage = "directory.manage", "Invite, block, activate and delete from Users & Groups": [Company, Nowhere, Nowhere];
    AdminsView = "admins.view", "View the Admins group and who is in it": [Company, Hidden, Hidden];
    AdminsChange = "admins.change", "Add people to Admins and remove them": [Company, Hidden, Hidden];
    GroupsManage = "groups.manage", "Create, rename and delete groups, and change their members": [Company, Nowhere, Nowhere];
    UsersDeleted = "users.deleted", "View and restore deleted people": [Company, Nowhere, Nowhere];
    UsersView = "users.view", "View people in Users & Permissions, their mails and two-factor state": [Company, Portfolios, Nowhere];
    UsersInvite = "users.invite", "Invite a User and assign accounts": [Company, Portfolios, Nowhere];
    UsersInvitePortfolioAdmin = "users.invite_portfolio_admin", "Create a Portfolio Admin": [Company, Portfolios, Nowhere];
    UsersEdit = "users.edit", "Edit, deactivate and reactivate people, send resets, resend and revoke invitations": [Company, WhollyInside, Nowhere];
    UsersResetTwoFactor = "users.reset_two_factor", "Reset a user’s two-factor authentication": [Company, UsersWhollyInside, Nowhere];
    UsersExport = "users.export", "Act on many people at once, and export them": [Company, Portfolios, Nowhere];
    AssignmentsChange = "assignments.change", "Change assignments and the permissions on them": [Company, Portfolios, Nowhere];
    PortfoliosView = "portfolios.view", "View portfolios": [Company, Portfolios, Nowhere];
    PortfoliosManage = "portfolios.manage", "Create, edit, deactivate and reactivate portfolios, and move accounts between them": [Company, Nowhere, Nowhere];
    AccountsCreate = "accounts.create", "Create accounts": [Company, Portfolios, Nowhere];
    AccountsView = "accounts.view", "View an account: its details, its people, its recent activity": [Company, Portfolios, Accounts];
    AccountsEdit = "accounts.edit", "Edit an account’s details": [Company, Portfolios, Accounts];
    BillingView = "billing.view", "View an account’s billing information": [Company, Portfolios, Accounts];
    BillingUpdate = "billing.update", "Update an account’s billing information": [Company, Portfolios, Nowhere];
    AssetsUse = "assets.use", "Create, edit and share folders, processes and integrations": [Company, Company, Company];
    AssetsViewAll = "assets.view_all", "View all folders, processes and integrations": [Company, Nowhere, Nowhere];
    AssetsChangeOwner = "assets.change_owner", "Change the owner of folders, processes and integrations": [Company, Nowhere, Nowhere];
    RolesView = "roles.view", "View roles and permissions": [Company, Company, Nowhere];
    AuditLogView = "audit_log.view", "Read the audit log": [Company, Nowhere, Nowhere];
    SettingsChange = "settings.change", "View and change the company’s settings": [Company, Nowhere, Nowhere];
}

impl Permission {
    /// Checks that `role` has the permission at `place`.
    ///
    /// # Errors
    /// The missing part.
    pub fn check(self, role: Role, place: PermissionTarget) -> Result<(), Missing> {
        let level = self.level(role);
        // Assignments of a user hold under any role.
        if let PermissionTarget::Account(AccountPlace { assigned: Some(permissions), .. }) = place
            && permissions.give(self)
        {
            return Ok(());
        }
        let is_here = match (level, place) {
            (AccessLevel::Nowhere, _) => return Err(Missing::Role),
            (AccessLevel::Hidden, _) => return Err(Missing::Hidden),
            (AccessLevel::Company, _) => true,
            (AccessLevel::Portfolios, PermissionTarget::Portfolio { is_own } | PermissionTarget::Account(AccountPlace { is_own, .. })) => {
                is_own
            }
            (AccessLevel::Portfolios, PermissionTarget::User { inside, .. }) => inside != ScopeRelation::Not,
            (AccessLevel::WhollyInside, PermissionTarget::User { inside, .. }) => inside == ScopeRelation::Wholly,
            (AccessLevel::UsersWhollyInside, PermissionTarget::User { inside, is_portfolio_admin }) => {
                inside == ScopeRelation::Wholly && !is_portfolio_admin
            }
            (
                AccessLevel::Portfolios | AccessLevel::WhollyInside | AccessLevel::UsersWhollyInside | AccessLevel::Accounts,
                PermissionTarget::Company
                | PermissionTarget::Portfolio { .. }
                | PermissionTarget::User { .. }
                | PermissionTarget::Account(_),
            ) => false,
        };
        if is_here { Ok(()) } else { Err(Missing::Place) }
    }
}

/// Permissions shown for an account, in order.
pub const ON_ACCOUNTS: [Permission; 4] =
    [Permission::AccountsView, Permission::AccountsEdit, Permission::BillingView, Permission::BillingUpdate];

/// Permissions shown for a portfolio, in order.
pub const IN_PORTFOLIOS: [Permission; 3] = [Permission::UsersInvite, Permission::AccountsCreate, Permission::AssignmentsChange];

/// Permissions of a default role for a user with portfolios or accounts, by the place where they hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    pub everywhere: Vec<Permission>,
    pub in_portfolios: Vec<Permission>,
    pub on_accounts: Vec<Permission>,
    /// On accounts, where the assignment has it on.
    pub if_given: Vec<Permission>,
    /// Neither in portfolios nor on accounts.
    pub never: Vec<Permission>,
}

impl Outline {
    pub fn of(default_role: DefaultRole) -> Self {
        let (role, is_own) = (Role::of(false, default_role), default_role == DefaultRole::PortfolioAdmin);
        let holds = |place| move |permission: &Permission| permission.check(role, place).is_ok();
        let on = |permissions| holds(PermissionTarget::Account(AccountPlace { is_own, assigned: (!is_own).then_some(permissions) }));
        let (given, all) = (on(AssignmentPermissions::default()), on(AssignmentPermissions { edits_details: true, sees_billing: true }));
        let in_portfolio = holds(PermissionTarget::Portfolio { is_own });
        let told = ON_ACCOUNTS.iter().copied();
        let never = told.clone().filter(|permission| !all(permission));
        Self {
            everywhere: Permission::ALL.iter().copied().filter(holds(PermissionTarget::Company)).collect(),
            in_portfolios: IN_PORTFOLIOS.iter().copied().filter(in_portfolio).collect(),
            on_accounts: told.clone().filter(given).collect(),
            if_given: told.filter(|permission| all(permission) && !given(permission)).collect(),
            never: never.chain(IN_PORTFOLIOS.iter().copied().filter(|permission| !in_portfolio(permission))).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outline_of_a_role_says_what_the_table_gives() {
        let [admin, user] = [DefaultRole::PortfolioAdmin, DefaultRole::User].map(Outline::of);
        assert_eq!((&admin.in_portfolios[..], &admin.on_accounts[..]), (&IN_PORTFOLIOS[..], &ON_ACCOUNTS[..]));
        assert_eq!((admin.if_given, admin.never), (vec![], vec![]));
        assert_eq!((&user.in_portfolios[..], &user.on_accounts[..]), (&[][..], &ON_ACCOUNTS[..2]));
        assert_eq!(user.if_given, [Permission::BillingView]);
        assert_eq!(user.never, [&ON_ACCOUNTS[3..], &IN_PORTFOLIOS].concat());
        assert!(user.everywhere.contains(&Permission::DirectoryView) && !user.everywhere.contains(&Permission::RolesView));
    }

    #[test]
    fn words_are_a_thing_and_what_is_done_to_it_and_each_is_there_once() {
        let mut words = Permission::ALL.iter().map(|permission| permission.word()).collect::<Vec<_>>();
        assert!(words.iter().all(|word| word.split('.').count() == 2));
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Permission::ALL.len());
    }

    #[test]
    fn admins_have_everything_everywhere() {
        for permission in Permission::ALL {
            assert_eq!(permission.level(Role::Admin), AccessLevel::Company, "{permission:?}");
        }
    }

    #[test]
    fn an_assignment_gives_what_its_switches_say_and_never_the_update_of_billing() {
        for (edits_details, sees_billing) in [(false, false), (false, true), (true, false), (true, true)] {
            let assigned = Some(AssignmentPermissions { edits_details, sees_billing });
            let place = PermissionTarget::Account(AccountPlace { is_own: false, assigned });
            for role in [Role::User, Role::PortfolioAdmin] {
                let may = |permission: Permission| permission.check(role, place).is_ok();
                assert!(may(Permission::AccountsView));
                assert_eq!(may(Permission::AccountsEdit), edits_details);
                assert_eq!(may(Permission::BillingView), sees_billing);
                assert!(!may(Permission::BillingUpdate));
                assert!(!may(Permission::AssignmentsChange));
            }
        }
    }
}
