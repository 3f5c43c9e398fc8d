//! Remove from group: the question before it.

use askama::Template;

use super::GroupHead;
use crate::{
    domain::user::{DefaultRole, Status},
    web::{
        page::{Person, Shell, with_query},
        paths,
    },
};

/// What the person loses, and what remains.
#[derive(Debug, Clone, Template)]
#[template(path = "groups/remove.html")]
pub struct RemoveFromGroupPage {
    pub shell: Shell,
    pub group: GroupHead,
    pub person: Person,
    pub status: Status,
    pub default_role: DefaultRole,
    /// Whether the one who looks leaves the group.
    pub is_you: bool,
    /// The query of the group's page, to return to.
    pub query: String,
}

impl RemoveFromGroupPage {
    fn path(&self) -> paths::RemoveFromGroup {
        paths::RemoveFromGroup { group: self.group.id, user: self.person.id }
    }

    fn back(&self) -> String {
        with_query(self.group.path(), &self.query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::samples::{Sample, check};

    fn page(sample: &Sample, group: GroupHead) -> RemoveFromGroupPage {
        RemoveFromGroupPage {
            shell: sample.shell(),
            group,
            person: sample.person(2),
            status: Status::Deactivated,
            default_role: DefaultRole::PortfolioAdmin,
            is_you: false,
            query: sample.query(),
        }
    }

    #[test]
    fn renders() {
        check("remove-from-admins", |sample| page(sample, GroupHead::admins()));
        check("remove-from-group", |sample| page(sample, GroupHead::sample(sample)));
        check("leave-admins", |sample| RemoveFromGroupPage { is_you: true, ..page(sample, GroupHead::admins()) });
        check("leave-group", |sample| RemoveFromGroupPage { is_you: true, ..page(sample, GroupHead::sample(sample)) });
    }
}
