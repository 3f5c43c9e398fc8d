//! Permissions of roles and assignments, in the words of the table of permissions.

use crate::domain::{
    permission::{AssignmentPermissions, Outline, Permission, PermissionToggle},
    user::DefaultRole,
};

/// Permissions of a role at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ability {
    /// "In assigned accounts"
    pub place: &'static str,
    /// "View, edit details"
    pub may: String,
}

impl Ability {
    /// Permissions of a role besides those on accounts, which vary by assignment.
    pub fn beyond_accounts(role: DefaultRole) -> Vec<Self> {
        Self::of_outline(role, Outline { on_accounts: Vec::new(), if_given: Vec::new(), ..Outline::of(role) })
    }

    /// Permissions of a default role, by place: assigned portfolios and accounts, and the company.
    pub fn all(role: DefaultRole) -> Vec<Self> {
        Self::of_outline(role, Outline::of(role))
    }

    fn of_outline(role: DefaultRole, outline: Outline) -> Vec<Self> {
        let Outline { everywhere, in_portfolios, on_accounts, if_given, never } = outline;
        let on = match role {
            DefaultRole::PortfolioAdmin => "In every account there",
            DefaultRole::User => "In assigned accounts",
        };
        let all = [
            ("In their portfolios", in_portfolios),
            (on, on_accounts),
            ("If allowed", if_given),
            ("Everywhere", everywhere),
            ("Never", never),
        ];
        all.into_iter().filter(|(_, may)| !may.is_empty()).map(|(place, may)| Self { place, may: in_words(&may) }).collect()
    }
}

/// "View, edit details, see and update billing".
pub fn in_words(permissions: &[Permission]) -> String {
    let words = permissions.iter().map(|permission| with_first(permission.in_short(), str::to_lowercase)).collect::<Vec<_>>().join(", ");
    with_first(&words.replace("see billing, update billing", "see and update billing"), str::to_uppercase)
}

fn with_first(words: &str, change: impl Fn(&str) -> String) -> String {
    let (first, rest) = words.split_at(words.chars().next().map_or(0, char::len_utf8));
    change(first) + rest
}

/// Permissions of an assignment, by the names of its switches.
pub fn gives(permissions: AssignmentPermissions) -> &'static str {
    match (permissions.edits_details, permissions.sees_billing) {
        (false, false) => "View",
        (true, false) => "View, Edit details",
        (false, true) => "View, See billing",
        (true, true) => "View, Edit details, See billing",
    }
}

/// Checkboxes of an assignment's permissions: field, label and state.
pub fn toggles(permissions: AssignmentPermissions) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
    PermissionToggle::ALL.iter().map(move |&switch| (switch.as_str(), switch.label(), permissions.gives(switch)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_may_do_reads_as_a_sentence_begins() {
        assert_eq!(in_words(&[Permission::AccountsView]), "View");
        let all = [Permission::AccountsView, Permission::AccountsEdit, Permission::BillingView, Permission::BillingUpdate];
        assert_eq!(in_words(&all), "View, edit details, see and update billing");
        assert_eq!(in_words(&all[..3]), "View, edit details, see billing");
        assert_eq!(in_words(&[]), "");
    }

    #[test]
    fn a_role_is_told_by_where_it_holds() {
        let told = |role| Ability::all(role).into_iter().map(|ability| format!("{}: {}", ability.place, ability.may)).collect::<Vec<_>>();
        assert_eq!(
            told(DefaultRole::PortfolioAdmin)[..2],
            [
                "In their portfolios: Invite people, create accounts, change assignments",
                "In every account there: View, edit details, see and update billing"
            ]
        );
        let user = told(DefaultRole::User);
        assert_eq!(user[..2], ["In assigned accounts: View, edit details", "If allowed: See billing"]);
        assert_eq!(user.last().map(String::as_str), Some("Never: Update billing, invite people, create accounts, change assignments"));
        let everywhere = Ability { place: "Everywhere", may: in_words(&[Permission::DirectoryView, Permission::AssetsUse]) };
        assert!(Ability::all(DefaultRole::User).contains(&everywhere));
    }
}
