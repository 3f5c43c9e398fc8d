//! Roles: the table of permissions by which the policy decides.

use askama::Template;

use crate::{
    domain::{
        permission::{AccessLevel, Permission},
        policy::{GroupAction, decide},
        role::Role,
    },
    web::shared::{
        page::Layout,
        page_context::PageContext,
        respond::{self, HandlerResult},
    },
};

/// Page of the table.
#[derive(Debug, Clone, Template)]
#[template(path = "roles.html")]
pub struct RolesPage {
    pub layout: Layout,
    /// Columns of the table.
    pub roles: [Role; 3],
    pub groups: Vec<PermissionGroup>,
    /// True if the reader may know the group Admins.
    pub knows_admins: bool,
}

/// Permissions on one kind of thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionGroup {
    pub title: &'static str,
    pub rows: Vec<PermissionRow>,
}

/// A permission, and its reach for each role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PermissionRow {
    pub label: &'static str,
    pub word: &'static str,
    pub levels: [AccessLevel; 3],
}

/// Titles for the first part of a permission's word.
const TITLES: [(&str, &str); 12] = [
    ("directory", "Users & Groups"),
    ("admins", "Admins"),
    ("groups", "Groups"),
    ("users", "Users & Permissions"),
    ("assignments", "Assignments"),
    ("portfolios", "Portfolios"),
    ("accounts", "Accounts"),
    ("billing", "Billing"),
    ("assets", "Assets"),
    ("roles", "Roles"),
    ("audit_log", "Audit log"),
    ("settings", "Settings"),
];

impl PermissionGroup {
    /// The whole table, without rows that are hidden from the reader's role.
    pub fn all(reader: Role) -> Vec<Self> {
        let row = |&permission: &Permission| PermissionRow {
            label: permission.label(),
            word: permission.word(),
            levels: Role::ALL.map(|role| permission.level(role)),
        };
        let group = |(thing, title): (&str, &'static str)| {
            let about = |permission: &&Permission| permission.word().split('.').next() == Some(thing);
            let is_shown = |permission: &&Permission| permission.level(reader) != AccessLevel::Hidden;
            Self { title, rows: Permission::ALL.iter().filter(about).filter(is_shown).map(row).collect() }
        };
        TITLES.map(group).into_iter().filter(|group| !group.rows.is_empty()).collect()
    }
}

/// `GET /roles`
pub(in crate::web) async fn show(context: PageContext) -> HandlerResult {
    let (layout_data, ()) = context.open(|_, _| Ok(())).await?;
    let actor = context.current.user.actor();
    let (groups, knows_admins) = (PermissionGroup::all(actor.role), decide(actor, GroupAction::SeeAdmins).is_ok());
    respond::page(&RolesPage { layout: context.layout(&layout_data), roles: Role::ALL, groups, knows_admins })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    #[test]
    fn renders() {
        let page = |sample: &Sample, role| RolesPage {
            layout: sample.layout(),
            roles: Role::ALL,
            groups: PermissionGroup::all(role),
            knows_admins: role == Role::Admin,
        };
        check("roles", |sample| page(sample, Role::Admin));
        check("roles-portfolio-admin", |sample| page(sample, Role::PortfolioAdmin));
    }

    #[test]
    fn every_permission_is_in_the_table() {
        let rows = PermissionGroup::all(Role::Admin).into_iter().flat_map(|group| group.rows).count();
        assert_eq!(rows, Permission::ALL.len());
    }

    #[test]
    fn whoever_must_not_know_of_admins_reads_nothing_about_them() {
        let rows = PermissionGroup::all(Role::PortfolioAdmin).into_iter().flat_map(|group| group.rows);
        assert!(rows.map(|row| row.word).all(|word| !word.starts_with("admins.")));
    }

    /// Compares the table with `docs/permissions.md`.
    #[test]
    fn the_document_is_the_table() {
        let line = |PermissionRow { label, word, levels }: PermissionRow| {
            let [admin, portfolio_admin, user] = levels.map(AccessLevel::label);
            format!("| `{word}` | {label} | {admin} | {portfolio_admin} | {user} |\n")
        };
        let lines = PermissionGroup::all(Role::Admin).into_iter().flat_map(|group| group.rows).map(line).collect::<String>();
        let table = format!("| permission | | Admin | Portfolio Admin | User |\n|---|---|---|---|---|\n{lines}");
        let document = include_str!("../../../docs/permissions.md");
        assert!(document.contains(&table), "docs/permissions.md should hold:\n{table}");
    }
}
