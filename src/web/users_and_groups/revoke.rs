//! Revoke invitation: the question before it.

use askama::Template;

use crate::web::{
    page::{Person, Shell, with_query},
    paths,
};

/// What follows from revoking.
#[derive(Debug, Clone, Template)]
#[template(path = "users_and_groups/revoke.html")]
pub struct RevokeInvitationPage {
    pub shell: Shell,
    pub person: Person,
    /// The query of the list, to return to.
    pub query: String,
}

impl RevokeInvitationPage {
    fn path(&self) -> paths::RevokeInvitation {
        paths::RevokeInvitation { user: self.person.id }
    }

    fn back(&self) -> String {
        with_query(paths::UsersAndGroups {}, &self.query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::samples::check;

    #[test]
    fn renders() {
        for place in [4, 10] {
            check(&format!("revoke-invitation-{place}"), |sample| RevokeInvitationPage {
                shell: sample.shell(),
                person: sample.person(place),
                query: sample.query(),
            });
        }
    }
}
