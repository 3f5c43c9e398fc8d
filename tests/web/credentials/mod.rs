//! Credentials: invitations, passwords, addresses and sessions.

pub(crate) mod confirm_identity;
pub(crate) mod email_change;
pub(crate) mod invitation;
pub(crate) mod new_link;
pub(crate) mod passkeys;
pub(crate) mod password_reset;
pub(crate) mod recovery;
pub(crate) mod sessions;
pub(crate) mod sign_in;
pub(crate) mod throttling;
pub(crate) mod two_factor;
