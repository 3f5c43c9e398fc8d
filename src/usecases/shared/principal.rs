//! Principals: the origins of requests.

use crate::{
    domain::{audit::Channel, clock::Timestamp, credentials::token::TokenHash, ids::UserId},
    store::{Database, sessions},
};

use super::{error::ActionError, scoped_actor::ScopedActor};

/// Origin of a change. Its rights are read again inside each transaction.
#[derive(Debug, Clone)]
pub enum Principal {
    /// Signed-in user, by the session of the request.
    User { id: UserId, session: TokenHash, client_ip: String },
    /// Command on Usher's machine.
    CommandLine {
        /// Account of the operating system.
        os_user: String,
    },
    /// Usher itself: its workers.
    System,
}

/// Client of a page without a session.
#[derive(Debug, Clone)]
pub struct ClientInfo {
    /// Network address.
    pub client_ip: String,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// Cookie that stays in the browser.
    pub browser: Option<TokenHash>,
    /// Session of the browser; it ends when another begins.
    pub session: Option<TokenHash>,
}

impl Principal {
    pub(in crate::usecases) fn session(&self) -> Option<TokenHash> {
        match self {
            Self::User { session, .. } => Some(*session),
            Self::CommandLine { .. } | Self::System => None,
        }
    }

    pub(in crate::usecases) fn channel(&self) -> Channel {
        match self {
            Self::User { .. } => Channel::Page,
            Self::CommandLine { .. } => Channel::CommandLine,
            Self::System => Channel::Worker,
        }
    }

    pub(in crate::usecases) fn client_ip(&self) -> Option<&str> {
        match self {
            Self::User { client_ip, .. } => Some(client_ip),
            Self::CommandLine { .. } | Self::System => None,
        }
    }

    /// Reads the actor. An ended session is refused; the command line and Usher itself have the rights of an Admin.
    pub(in crate::usecases) fn actor(&self, db: &mut Database, now: Timestamp) -> Result<ScopedActor, ActionError> {
        match self {
            Self::User { id, session, .. } => {
                let found = sessions::find(db, *session, now)?.filter(|found| found.user.id == *id).ok_or(ActionError::SignedOut)?;
                Ok(ScopedActor::of_session(db, &found, now)?)
            }
            Self::CommandLine { os_user } => Ok(ScopedActor::machine(format!("{os_user} at the command line"))),
            Self::System => Ok(ScopedActor::machine("Usher".to_owned())),
        }
    }
}
