//! Invitations, whose term depends on the page that sent them.

use chrono::TimeDelta;

use super::stored::stored_enum;

stored_enum! {
    /// The page that first invited a user; a resend uses its term.
    InvitationOrigin {
        UsersAndGroups = "users_and_groups",
        UsersAndPermissions = "users_and_permissions",
    }
}

/// "24 hours", "5 days", "1 hour": whole days from two days on.
pub fn term_in_words(term: TimeDelta) -> String {
    let hours = term.num_hours();
    match hours {
        1 => "1 hour".to_owned(),
        48.. if hours % 24 == 0 => format!("{} days", hours / 24),
        _ => format!("{hours} hours"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_read_as_people_say_them() {
        for (hours, words) in [(1, "1 hour"), (24, "24 hours"), (36, "36 hours"), (48, "2 days"), (120, "5 days"), (121, "121 hours")] {
            assert_eq!(term_in_words(TimeDelta::hours(hours)), words);
        }
    }
}
