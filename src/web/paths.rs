//! Every address of the product, once: as the pattern that the route table matches and as a type that writes it.

use std::fmt;

use crate::domain::ids::{GroupId, UserId};

/// One path a line: its name, its parameters, its pattern.
macro_rules! paths {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),* } = $pattern:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name { $(pub $field: $type),* }

        impl $name {
            pub const PATTERN: &'static str = $pattern;
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, $pattern, $($field = self.$field),*)
            }
        }
    )*};
}

paths! {
    /// Leads to the first page that the person may open.
    Root {} = "/";
    Asset { name: &'static str } = "/static/{name}";
    /// Whether the process runs.
    Healthz {} = "/healthz";
    /// Whether the database answers.
    Readyz {} = "/readyz";

    /// With `?key=` the one-time address of the first start.
    Setup {} = "/setup";
    SignIn {} = "/sign-in";
    SignOut {} = "/sign-out";
    Invitation { token: String } = "/invitation/{token}";
    /// "Send me a new link", on the page of an expired invitation.
    InvitationNewLink { token: String } = "/invitation/{token}/new-link";

    /// Takes `?q=` and `?page=`.
    UsersAndGroups {} = "/users-and-groups";
    NewUser {} = "/users-and-groups/new-user";
    NewGroup {} = "/users-and-groups/new-group";
    /// Takes `?page=`.
    Group { group: GroupId } = "/users-and-groups/groups/{group}";
    /// Takes `?q=`.
    AddToGroup { group: GroupId } = "/users-and-groups/groups/{group}/add";
    RenameGroup { group: GroupId } = "/users-and-groups/groups/{group}/rename";
    DeleteGroup { group: GroupId } = "/users-and-groups/groups/{group}/delete";
    RemoveFromGroup { group: GroupId, user: UserId } = "/users-and-groups/groups/{group}/members/{user}/remove";
    BlockUser { user: UserId } = "/users-and-groups/users/{user}/block";
    ActivateUser { user: UserId } = "/users-and-groups/users/{user}/activate";
    DeleteUser { user: UserId } = "/users-and-groups/users/{user}/delete";
    ResendInvitation { user: UserId } = "/users-and-groups/users/{user}/resend";
    RevokeInvitation { user: UserId } = "/users-and-groups/users/{user}/revoke";
    /// The open invitation's link, where no mail server is configured.
    InvitationLink { user: UserId } = "/users-and-groups/users/{user}/link";
    DeletedUsers {} = "/users-and-groups/deleted";
    RestoreUser { user: UserId } = "/users-and-groups/deleted/{user}/restore";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_its_pattern_reads() {
        assert_eq!(UsersAndGroups {}.to_string(), UsersAndGroups::PATTERN);
        assert_eq!(RemoveFromGroup { group: GroupId(3), user: UserId(17) }.to_string(), "/users-and-groups/groups/3/members/17/remove");
    }
}
