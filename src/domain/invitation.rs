//! Invitations, whose term depends on the page that sent them.

pub mod quota;

use super::stored::stored_enum;

stored_enum! {
    /// The page that first invited a user; a resend uses its term.
    InvitationOrigin {
        UsersAndGroups = "users_and_groups",
        UsersAndPermissions = "users_and_permissions",
    }
}
