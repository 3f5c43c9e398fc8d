//! The end of a user's access.

use crate::{
    domain::{
        credentials::token::{TokenEnd, TokenHash},
        ids::UserId,
    },
    store::{StoreError, outbox, sessions, tokens},
};

use super::transaction::UnitOfWork;

/// Cause of the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::usecases) enum AccessEnd {
    /// A block, a deletion or a revoked invitation.
    Lockout,
    EmailChanged,
    PasswordReset,
    /// A user joins or leaves Admins.
    AdminChanged,
    DefaultRoleChanged,
    /// An administrator signs the user out everywhere.
    SignedOutEverywhere,
}

impl AccessEnd {
    /// Links that were mailed are proof of who reads the mails. A role that changes is proved anew where it makes or unmakes an Admin.
    fn ends_links(self) -> bool {
        !matches!(self, Self::DefaultRoleChanged | Self::SignedOutEverywhere)
    }

    /// Mails that wait go to a user who is gone, or to an address that was.
    fn ends_mails(self) -> bool {
        matches!(self, Self::Lockout | Self::EmailChanged)
    }
}

/// Ends every way in that a user holds, but for the session `kept`: sessions, and by the cause links and mails that wait. Returns the number of
/// sessions.
///
/// All causes meet here, so that a further way in is ended by adding it here. Signing out is not the end of access.
pub(in crate::usecases) fn end_access(
    work: &mut UnitOfWork<'_, '_>,
    user_id: UserId,
    cause: AccessEnd,
    kept: Option<TokenHash>,
) -> Result<usize, StoreError> {
    let sessions = sessions::end_all(work.tx, user_id, kept)?;
    if cause.ends_links() {
        tokens::end_open(work.tx, user_id, None, TokenEnd::Revoked, work.now)?;
    }
    if cause.ends_mails() {
        outbox::cancel_for(work.tx, user_id, work.now)?;
    }
    Ok(sessions)
}
