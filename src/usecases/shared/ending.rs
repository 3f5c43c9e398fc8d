//! The end of a user's access.

use crate::{
    domain::{
        credentials::token::{Token, TokenEnd, TokenHash},
        ids::UserId,
    },
    store::{StoreError, outbox, sessions, tokens},
};

use super::transaction::UnitOfWork;

/// Cause of the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::usecases) enum AccessEnd {
    /// Block, deletion or revoked invitation.
    Lockout,
    EmailChanged,
    PasswordReset,
    /// Changed in My account, whose session is kept.
    PasswordChanged,
    /// Reset by an administrator.
    TwoFactorReset,
    /// Changed in My account, whose session is kept.
    TwoFactorChanged,
    /// Joining or leaving Admins.
    AdminChanged,
    DefaultRoleChanged,
    /// Sign-out everywhere by an administrator, or everywhere else by the user.
    SignedOutEverywhere,
}

impl AccessEnd {
    /// True if links end too. They prove who reads the user's mails, and stay valid where only sessions are to be
    /// renewed. Sign-ins that wait for a code end with sessions.
    fn ends_links(self) -> bool {
        !matches!(self, Self::DefaultRoleChanged | Self::SignedOutEverywhere | Self::TwoFactorReset | Self::TwoFactorChanged)
    }

    /// True if waiting mails are cancelled too: the user is gone, or the address was replaced.
    fn ends_mails(self) -> bool {
        matches!(self, Self::Lockout | Self::EmailChanged)
    }
}

/// Ends a user's access, except the session `kept`: sessions, and by the cause links and waiting mails. Returns the
/// number of sessions.
///
/// Every cause calls this, so a further kind of access is ended here too. Signing out is not the end of access.
pub(in crate::usecases) fn end_access(
    work: &mut UnitOfWork<'_, '_>,
    user_id: UserId,
    cause: AccessEnd,
    kept: Option<TokenHash>,
) -> Result<usize, StoreError> {
    let sessions = sessions::end_all(work.tx, user_id, kept)?;
    tokens::end_steps(work.tx, user_id)?;
    if cause.ends_links() {
        tokens::end_open(work.tx, user_id, None, TokenEnd::Revoked, work.now)?;
    }
    if cause.ends_mails() {
        outbox::cancel_for(work.tx, user_id, work.now)?;
    }
    Ok(sessions)
}

/// Ends the access of the actor's own user after a change of how they sign in, and gives the kept session another token.
/// Returns the number of sessions that ended.
pub(in crate::usecases) fn renew_access(
    work: &mut UnitOfWork<'_, '_>,
    user_id: UserId,
    cause: AccessEnd,
    token: &Token,
) -> Result<usize, StoreError> {
    work.renew_session(token)?;
    let kept = work.session;
    end_access(work, user_id, cause, kept)
}

/// Ends the sessions of all users. Returns their number.
pub(in crate::usecases) fn end_all_access(work: &mut UnitOfWork<'_, '_>) -> Result<usize, StoreError> {
    sessions::end_every(work.tx)
}
