//! Users & Groups: the company's directory, and for Admins the management of access.

pub mod delete;
pub mod deleted;
pub mod invite;
pub mod list;
mod mail_trouble;
mod new_owners;
pub mod send_again;

pub use mail_trouble::{MailTrouble, Problems, ServerRefusal};

use crate::{
    domain::{
        ids::GroupId,
        invitation::InvitationOrigin,
        policy::{UserAction, decide},
        time_unit,
    },
    usecases::{GroupKind, LayoutData, User, users::directory::Menu},
    web::shared::{list_query, page::Count, routing::paths},
};

/// Menu beside the lists of Users & Groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    pub current: AsideEntry,
    /// Number of users that the reader sees.
    pub users: Count,
    /// Entry of Admins, for users who see the group.
    pub admins: Option<GroupEntry>,
    pub groups: Vec<GroupEntry>,
    /// Create menu, for users who may create.
    pub create: Option<CreateMenu>,
    /// True if deleted users are linked.
    pub shows_deleted: bool,
}

/// Current entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsideEntry {
    Users,
    Group(GroupId),
    Deleted,
}

/// A group in the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupEntry {
    pub id: GroupId,
    pub name: String,
    /// Number of members, for users who see all of them.
    pub members: Option<Count>,
}

/// Contents of the Create menu's dialogs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateMenu {
    /// "24 hours".
    pub invitation_term: String,
}

impl Aside {
    /// Menu for `actor` beside the list at `current`.
    pub(in crate::web) fn new(actor: &User, layout_data: &LayoutData, menu: Menu, current: AsideEntry) -> Self {
        let may = |action| decide(actor.actor(), action).is_ok();
        let sees_counts = may(UserAction::SeeEveryone);
        let entry = |group: crate::usecases::Group| GroupEntry {
            id: group.id,
            name: group.name,
            members: sees_counts.then(|| list_query::shown(crate::usecases::Count::Exactly(group.member_count))),
        };
        let (admins, groups): (Vec<_>, Vec<_>) = menu.groups.into_iter().partition(|group| group.kind == GroupKind::Admins);
        Self {
            current,
            users: list_query::shown(menu.users),
            admins: admins.into_iter().next().map(entry),
            groups: groups.into_iter().map(entry).collect(),
            create: may(UserAction::InviteUser).then(|| CreateMenu { invitation_term: invitation_term(layout_data) }),
            shows_deleted: may(UserAction::SeeDeleted),
        }
    }

    pub(in crate::web) fn is_users(&self) -> bool {
        self.current == AsideEntry::Users
    }

    pub(in crate::web) fn is_group(&self) -> bool {
        matches!(self.current, AsideEntry::Group(_))
    }

    pub(in crate::web) fn is_deleted(&self) -> bool {
        self.current == AsideEntry::Deleted
    }

    pub(in crate::web) fn is_at(&self, entry: &GroupEntry) -> bool {
        self.current == AsideEntry::Group(entry.id)
    }

    pub(in crate::web) fn has_groups(&self) -> bool {
        self.admins.is_some() || !self.groups.is_empty()
    }
}

impl GroupEntry {
    pub(in crate::web) fn path(&self) -> paths::Group {
        paths::Group { group: self.id }
    }
}

#[cfg(test)]
impl Aside {
    /// Menu for an Admin.
    pub(in crate::web) fn sample(sample: &crate::web::shared::samples::Sample, current: AsideEntry) -> Self {
        let entry = |id, name: &str, members| GroupEntry { id: GroupId(id), name: name.into(), members: Some(Count::Exactly(members)) };
        let names =
            if sample.name == "plain" { vec!["Finance", "Operations", "Research"] } else { vec![sample.text.as_str(); sample.rows] };
        let groups = (2..).zip(names).map(|(id, name)| entry(id, name, 6)).collect();
        Self {
            current,
            users: Count::Exactly(48_213),
            admins: Some(entry(1, "Admins", 2)),
            groups,
            create: Some(CreateMenu { invitation_term: "24 hours".into() }),
            shows_deleted: true,
        }
    }

    /// Menu for other users.
    pub(in crate::web) fn sample_for_readers(sample: &crate::web::shared::samples::Sample, current: AsideEntry) -> Self {
        Self { admins: None, create: None, shows_deleted: false, ..Self::sample(sample, current) }
    }
}

/// "24 hours".
pub(in crate::web) fn invitation_term(layout_data: &LayoutData) -> String {
    time_unit::in_words(layout_data.company.invitation_term(InvitationOrigin::UsersAndGroups))
}
