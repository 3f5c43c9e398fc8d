//! The frames around pages: the console's, and the card that stands alone before signing in.

use serde::{Deserialize, Serialize};

use super::UserLabel;
use crate::{
    domain::{appearance::Appearance, role::Role, time_zone::TimeZone},
    web::shared::routing::{
        endpoint::{Endpoint, Section},
        paths,
    },
};

/// Layout of a page in the console.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The company's name.
    pub company: String,
    /// The company's time zone.
    pub time_zone: TimeZone,
    /// The signed-in user.
    pub me: UserLabel,
    pub appearance: Appearance,
    /// True on pages of My account.
    pub is_my_account: bool,
    pub nav: Vec<NavGroup>,
    pub csrf: String,
    pub flash: Option<Flash>,
    pub session: SessionLeft,
    /// True if to advise the Admin who looks to appoint a second one.
    pub is_only_admin: bool,
    /// First damaged entry of the audit log, for Admins.
    pub audit_damage: Option<i64>,
    /// True if mails are written as files, for want of a mail server.
    pub mails_to_files: bool,
}

/// Remaining lifetime of the session, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SessionLeft {
    /// Unless there is another request.
    pub idle: i64,
    /// Until the absolute limit.
    pub absolute: i64,
}

/// Layout of a page outside the console.
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
    /// Empty for Home, which stands alone.
    pub label: &'static str,
    pub entries: Vec<NavEntry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavEntry {
    pub label: &'static str,
    pub icon: &'static str,
    pub href: &'static str,
    pub is_current: bool,
}

/// Sections by what they are about, in the order of the navigation.
const GROUPS: [(&str, &[Section]); 4] = [
    ("", &[Section::Home]),
    ("People", &[Section::UsersAndGroups, Section::UsersAndPermissions, Section::Roles]),
    ("Business", &[Section::Portfolios, Section::Assets]),
    ("Company", &[Section::AuditLog, Section::Settings]),
];

/// The navigation for a user with `role` who is in the section `current`. Sections that they may not open are left out.
pub fn navigation(role: Role, current: Option<Section>) -> Vec<NavGroup> {
    let may_open = |section: &Section| section.first_page().access.permission().is_none_or(|permission| permission.level(role).is_any());
    let group = |(label, sections): &(&'static str, &[Section])| NavGroup {
        label,
        entries: sections.iter().copied().filter(may_open).map(|section| section.entry(role, current)).collect(),
    };
    GROUPS.iter().map(group).filter(|group| !group.entries.is_empty()).collect()
}

impl Section {
    pub fn first_page(self) -> &'static Endpoint {
        match self {
            Self::Home => paths::Root::ENDPOINT,
            Self::UsersAndGroups => paths::UsersAndGroups::ENDPOINT,
            Self::UsersAndPermissions => paths::UsersAndPermissions::ENDPOINT,
            Self::Roles => paths::Roles::ENDPOINT,
            Self::Portfolios => paths::Portfolios::ENDPOINT,
            Self::AuditLog => paths::AuditLog::ENDPOINT,
            Self::Settings => paths::Settings::ENDPOINT,
            Self::Assets => paths::Assets::ENDPOINT,
        }
    }

    /// Its entry in the navigation. The label depends on the role where the content does.
    fn entry(self, role: Role, current: Option<Self>) -> NavEntry {
        let (label, icon) = match (self, role) {
            (Self::Home, _) => ("Home", "home"),
            (Self::UsersAndGroups, _) => ("Users & Groups", "users"),
            (Self::UsersAndPermissions, _) => ("Users & Permissions", "shield"),
            (Self::Roles, _) => ("Roles", "key"),
            (Self::Assets, _) => ("Assets", "box"),
            (Self::Portfolios, Role::User) => ("Accounts", "brief"),
            (Self::Portfolios, Role::Admin | Role::PortfolioAdmin) => ("Portfolios", "brief"),
            (Self::AuditLog, _) => ("Audit log", "log"),
            (Self::Settings, _) => ("Settings", "gear"),
        };
        NavEntry { label, icon, href: self.first_page().pattern, is_current: Some(self) == current }
    }
}

/// Kind of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlashKind {
    /// The action is done.
    Ok,
    /// The action is done, and something needs attention.
    Warn,
    /// The action was refused.
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

/// Message on the next page, shown once. Never holds a link with a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    pub kind: FlashKind,
    pub text: String,
    /// Outcomes that need to be known, where the action concerned several users.
    #[serde(default)]
    pub lines: Vec<String>,
    /// The others, for whoever asks.
    #[serde(default)]
    pub more: Vec<String>,
    /// Action that undoes the one before, or goes on from it.
    pub action: Option<FlashAction>,
}

/// Button in a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlashAction {
    pub label: String,
    pub accessible_name: String,
    pub path: String,
    /// Fields of its form.
    pub fields: Vec<(String, String)>,
    /// True if the script copies the link from the page that the form opens.
    pub copies_link: bool,
}

impl FlashAction {
    /// The button names `whom` it reaches, since the message is read apart from it.
    pub fn new(label: &str, whom: &str, path: impl ToString) -> Self {
        let accessible_name = format!("{label} {whom}");
        Self { label: label.to_owned(), accessible_name, path: path.to_string(), fields: Vec::new(), copies_link: false }
    }

    /// Copies the link of the invitation of `whom` from the page at `path`.
    pub fn copy_link(whom: &str, path: impl ToString) -> Self {
        Self { copies_link: true, ..Self::new("Copy link", &format!("of the invitation of {whom}"), path) }
    }

    /// Adds a field to its form, unless the value is empty.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl ToString) -> Self {
        let value = value.to_string();
        if !value.is_empty() {
            self.fields.push((field.to_owned(), value));
        }
        self
    }

    /// Returns to the list as it was left.
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
    fn a_section_begins_with_a_page_of_its_own() {
        for section in GROUPS.iter().flat_map(|(_, sections)| *sections) {
            assert_eq!(section.first_page().access.section(), Some(*section));
        }
    }

    #[test]
    fn the_navigation_marks_where_one_is() {
        for role in Role::ALL {
            let nav = navigation(role, Some(Section::UsersAndGroups));
            assert_eq!((nav[0].entries[0].label, nav[0].entries[0].href), ("Home", "/"));
            assert_eq!(nav[1].entries[0].label, "Users & Groups");
            assert!(nav[1].entries[0].is_current);
            assert_eq!(nav[2].entries[0].label, if role == Role::User { "Accounts" } else { "Portfolios" });
            assert!(!nav[2].entries[0].is_current);
            let labels = nav[1].entries.iter().map(|entry| entry.label).collect::<Vec<_>>();
            assert_eq!(labels.contains(&"Users & Permissions"), role != Role::User);
        }
    }
}
