//! Recovery links, which give an Admin access again from the command line.

use chrono::TimeDelta;

use crate::domain::stored::stored_enum;

/// Term of a recovery link.
pub const LINK_TERM: TimeDelta = TimeDelta::minutes(15);

/// Time for which Admins see that a link was made, where no other Admin can acknowledge it.
pub const NOTICE_TERM: TimeDelta = TimeDelta::days(30);

stored_enum! {
    /// Change of the user that comes with a recovery link.
    RecoveryStep {
        Activated = "activated",
        MadeAdmin = "made_admin",
        TwoFactorReset = "two_factor_reset",
    }
}

impl RecoveryStep {
    /// Predicate about the user.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Activated => "was reactivated",
            Self::MadeAdmin => "is an Admin now",
            Self::TwoFactorReset => "has two-factor turned off",
        }
    }
}
