//! The frames around pages: the console's, and the card that stands alone before signing in.

use serde::{Deserialize, Serialize};

use super::UserLabel;
use crate::{
    domain::{permission::Permission, role::Role},
    web::shared::routing::paths,
};

/// What the console's frame shows.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The company's name.
    pub company: String,
    /// Who is signed in.
    pub me: UserLabel,
    pub nav: Vec<NavGroup>,
    pub csrf: String,
    pub flash: Option<Flash>,
    pub session: SessionLeft,
    /// True if to advise the Admin who looks to appoint a second one.
    pub is_only_admin: bool,
    /// True if mails are written as files, for want of a mail server.
    pub mails_to_files: bool,
}

/// How long the session still holds, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SessionLeft {
    /// Unless there is another request.
    pub idle: i64,
    /// Whatever happens.
    pub absolute: i64,
}

/// What the frame of a page that stands alone shows.
#[derive(Debug, Clone)]
pub struct PublicLayout {
    /// The company's name; empty until the first Admin has set it.
    pub company: String,
    pub csrf: String,
    pub flash: Option<Flash>,
}

/// Entries of the navigation that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavGroup {
    pub label: &'static str,
    pub entries: Vec<NavEntry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavEntry {
    pub label: &'static str,
    pub icon: &'static str,
    pub href: String,
    pub is_current: bool,
}

/// A part of the console that the navigation leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    UsersAndGroups,
    UsersAndPermissions,
    Roles,
    Portfolios,
}

impl Section {
    /// The sections by what they are about, in the order of the navigation.
    const GROUPS: [(&'static str, &'static [Self]); 2] =
        [("People", &[Self::UsersAndGroups, Self::UsersAndPermissions, Self::Roles]), ("Business", &[Self::Portfolios])];

    /// The section that a page is in, by its path; pages of none belong to the first.
    pub fn of(path: &str) -> Self {
        Self::around(path).unwrap_or(Self::UsersAndGroups)
    }

    fn around(path: &str) -> Option<Self> {
        let mut sections = Self::GROUPS.iter().flat_map(|(_, sections)| *sections);
        sections.find(|section| section.roots().iter().any(|root| is_below(root, path))).copied()
    }

    /// The first page of the section that a path is in.
    pub fn first_page(path: &str) -> Option<&'static str> {
        Self::around(path)?.roots().first().copied()
    }

    /// Where its pages begin.
    fn roots(self) -> &'static [&'static str] {
        match self {
            Self::UsersAndGroups => &[paths::UsersAndGroups::PATTERN],
            Self::UsersAndPermissions => &[paths::UsersAndPermissions::PATTERN],
            Self::Roles => &[paths::Roles::PATTERN],
            Self::Portfolios => &[paths::Portfolios::PATTERN, paths::NewAccount::PATTERN, paths::Account::PATTERN],
        }
    }

    /// What one must be allowed to do for it to be there.
    fn permission(self) -> Permission {
        match self {
            Self::UsersAndGroups => Permission::DirectoryView,
            Self::UsersAndPermissions => Permission::UsersView,
            Self::Roles => Permission::RolesView,
            Self::Portfolios => Permission::AccountsView,
        }
    }

    /// The navigation for somebody with `role` who is in this section. What a user may not open is not there.
    pub fn nav(self, role: Role) -> Vec<NavGroup> {
        let may_open = |section: &Self| section.permission().level(role).is_any();
        let group = |(label, sections): &(&'static str, &[Self])| NavGroup {
            label,
            entries: sections.iter().copied().filter(may_open).map(|section| section.entry(role, self)).collect(),
        };
        Self::GROUPS.iter().map(group).filter(|group| !group.entries.is_empty()).collect()
    }

    /// What it is called may depend on what is in it for this role.
    fn entry(self, role: Role, current: Self) -> NavEntry {
        let (label, icon, href) = match (self, role) {
            (Self::UsersAndGroups, _) => ("Users & Groups", "users", paths::UsersAndGroups {}.to_string()),
            (Self::UsersAndPermissions, _) => ("Users & Permissions", "shield", paths::UsersAndPermissions {}.to_string()),
            (Self::Roles, _) => ("Roles", "key", paths::Roles {}.to_string()),
            (Self::Portfolios, Role::User) => ("Accounts", "brief", paths::Portfolios {}.to_string()),
            (Self::Portfolios, Role::Admin | Role::PortfolioAdmin) => ("Portfolios", "brief", paths::Portfolios {}.to_string()),
        };
        NavEntry { label, icon, href, is_current: self == current }
    }
}

/// True if `path` is the page at `root` or below it. From its first parameter on, a root stands for everything.
fn is_below(root: &str, path: &str) -> bool {
    let root = root.split("/{").next().unwrap_or(root);
    path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlashKind {
    /// It is done.
    Ok,
    /// It is done, and something needs attention.
    Warn,
    /// It was refused.
    Bad,
    Info,
}

impl FlashKind {
    pub fn class(self) -> &'static str {
        match self {
            Self::Ok => "",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Info => "info",
        }
    }

    pub fn icon(self) -> &'static str {
        match self {
            Self::Ok => "circle",
            Self::Warn => "warn",
            Self::Bad => "alert",
            Self::Info => "info",
        }
    }
}

/// What happened and to whom, shown once on the next page. Never holds a link with a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    pub kind: FlashKind,
    pub text: String,
    /// What became of each, where it happened to several: those that one has to know of.
    #[serde(default)]
    pub lines: Vec<String>,
    /// The others, for whoever asks.
    #[serde(default)]
    pub more: Vec<String>,
    /// The opposite of what happened, where there is one.
    pub action: Option<FlashAction>,
}

/// A button that undoes what happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlashAction {
    pub label: String,
    pub accessible_name: String,
    pub path: String,
    /// What its form sends.
    pub fields: Vec<(String, String)>,
}

impl FlashAction {
    /// The button names `whom` it reaches, since the message is read apart from it.
    pub fn new(label: &str, whom: &str, path: impl ToString) -> Self {
        let accessible_name = format!("{label} {whom}");
        Self { label: label.to_owned(), accessible_name, path: path.to_string(), fields: Vec::new() }
    }

    /// The same with what its form sends besides, unless that is empty.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl ToString) -> Self {
        let value = value.to_string();
        if !value.is_empty() {
            self.fields.push((field.to_owned(), value));
        }
        self
    }

    /// The same that returns to a list as it was left.
    #[must_use]
    pub fn returning(self, query: &str) -> Self {
        self.with("return", query)
    }
}

impl Flash {
    pub fn new(kind: FlashKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), lines: Vec::new(), more: Vec::new(), action: None }
    }

    #[must_use]
    pub fn with_lines(self, lines: Vec<String>, more: Vec<String>) -> Self {
        Self { lines, more, ..self }
    }

    #[must_use]
    pub fn with_action(self, action: FlashAction) -> Self {
        Self { action: Some(action), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_survives_its_way_through_the_session() {
        let action = FlashAction::new("Activate", "Jonas Vermeulen", "/users-and-groups/users/7/activate").returning("q=jo");
        let flash = Flash::new(FlashKind::Ok, "Jonas Vermeulen is deactivated.").with_action(action);
        let stored = serde_json::to_string(&flash).unwrap();
        assert_eq!(serde_json::from_str::<Flash>(&stored).unwrap(), flash);
    }

    #[test]
    fn a_page_is_in_the_section_above_it() {
        for path in ["/users-and-groups", "/users-and-groups/groups/3", "/"] {
            assert_eq!(Section::of(path), Section::UsersAndGroups, "{path}");
        }
        for path in ["/portfolios", "/portfolios/3", "/accounts/new", "/accounts/3/billing"] {
            assert_eq!(Section::of(path), Section::Portfolios, "{path}");
        }
        for path in ["/users-and-permissions", "/users-and-permissions/7"] {
            assert_eq!(Section::of(path), Section::UsersAndPermissions, "{path}");
        }
        assert_eq!(Section::first_page("/accounts/new"), Some("/portfolios"));
        assert_eq!(Section::first_page("/sign-in"), None);
        assert!(!is_below("/users-and-groups", "/users-and-groupsies"));
    }

    #[test]
    fn the_navigation_marks_where_one_is() {
        for role in Role::ALL {
            let nav = Section::UsersAndGroups.nav(role);
            assert_eq!(nav[0].entries[0].label, "Users & Groups");
            assert!(nav[0].entries[0].is_current);
            assert_eq!(nav[1].entries[0].label, if role == Role::User { "Accounts" } else { "Portfolios" });
            assert!(!nav[1].entries[0].is_current);
            let labels = nav[0].entries.iter().map(|entry| entry.label).collect::<Vec<_>>();
            assert_eq!(labels.contains(&"Users & Permissions"), role != Role::User);
        }
    }
}
