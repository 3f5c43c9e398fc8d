//! Groups: Admins, which is built in, and custom ones.

pub mod add;
pub mod delete;
pub mod new;
pub mod remove;
pub mod rename;
pub mod show;

use crate::{
    domain::ids::GroupId,
    usecases::{Group, GroupKind},
    web::shared::routing::paths,
};

/// Head of a page about a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupHead {
    pub id: GroupId,
    pub name: String,
    /// True for Admins, whose members have full access.
    pub is_admins: bool,
}

impl From<&Group> for GroupHead {
    fn from(group: &Group) -> Self {
        Self { id: group.id, name: group.name.clone(), is_admins: group.kind == GroupKind::Admins }
    }
}

impl GroupHead {
    fn path(&self) -> paths::Group {
        paths::Group { group: self.id }
    }

    fn add_path(&self) -> paths::AddToGroup {
        paths::AddToGroup { group: self.id }
    }

    fn rename_path(&self) -> paths::RenameGroup {
        paths::RenameGroup { group: self.id }
    }

    fn delete_path(&self) -> paths::DeleteGroup {
        paths::DeleteGroup { group: self.id }
    }
}

#[cfg(test)]
impl GroupHead {
    fn sample(sample: &crate::web::shared::samples::Sample) -> Self {
        Self { id: GroupId(2), name: sample.group(), is_admins: false }
    }

    fn admins() -> Self {
        Self { id: GroupId(1), name: "Admins".into(), is_admins: true }
    }
}
