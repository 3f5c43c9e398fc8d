//! People deleted, until they are gone for good.

use askama::Template;

use super::Aside;
use crate::web::{
    page::{Moment, Pager, Person, Shell},
    paths,
};

/// The list, with a way back for each.
#[derive(Debug, Clone, Template)]
#[template(path = "users_and_groups/deleted.html")]
pub struct DeletedUsersPage {
    pub shell: Shell,
    pub aside: Aside,
    pub rows: Vec<DeletedRow>,
    pub pager: Pager,
    /// The query of this view, which the actions in its rows return to.
    pub query: String,
}

/// Somebody who can be restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedRow {
    pub person: Person,
    pub deleted_at: Moment,
    /// By name; `None` when nobody can tell any more.
    pub deleted_by: Option<String>,
    pub restorable_until: Moment,
}

impl DeletedRow {
    fn restore(&self) -> paths::RestoreUser {
        paths::RestoreUser { user: self.person.id }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{
        samples::{Sample, check},
        users_and_groups::AsideEntry,
    };

    fn page(sample: &Sample) -> DeletedUsersPage {
        DeletedUsersPage {
            shell: sample.shell(),
            aside: Aside::sample(sample, AsideEntry::Deleted),
            rows: sample.rows(|place, person| DeletedRow {
                person,
                deleted_at: sample.moment(place * 70),
                deleted_by: (place % 4 != 1).then(|| sample.person(11).name),
                restorable_until: sample.moment(0),
            }),
            pager: Pager::single("12 users"),
            query: sample.query(),
        }
    }

    #[test]
    fn renders() {
        check("deleted-users", page);
    }
}
