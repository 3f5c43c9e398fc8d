//! Sessions for actix-session: database rows behind its cookie. The use case that begins a session writes its row, in
//! its own transaction. A row deleted during a request is never written again.

use std::collections::HashMap;

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::{
    cookie::{Key, time::Duration},
    error::BlockingError,
};
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        appearance::Appearance,
        company::Company,
        credentials::token::{Token, TokenHash},
        ids::SessionId,
        secret::SecretKey,
    },
    usecases::{
        Context, User,
        credentials::sessions::{self, ActiveSession, Ends},
    },
};

use super::page::Flash;

/// Keys of the session's values during a request; actix-session keeps each as JSON.
pub(in crate::web) const SIGNED_IN: &str = "signed_in";
pub(in crate::web) const FLASH: &str = "flash";
/// Key of the message that the request found.
const FOUND: &str = "found";
/// Key of the token of a new session.
const BEGUN: &str = "begun";
/// Key that marks an unavailable database: no user is signed in, and the page is refused.
pub(in crate::web) const UNAVAILABLE: &str = "unavailable";

/// Name of the session's cookie.
pub(in crate::web) const COOKIE: &str = "usher";

/// Key that signs the session's cookie.
pub(in crate::web) fn cookie_key(key: &SecretKey) -> Key {
    Key::from(&key.derive::<64>("session cookie"))
}

/// Signed-in user, read from the database with this request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::web) struct SignedIn {
    pub(in crate::web) user: User,
    pub(in crate::web) appearance: Appearance,
    pub(in crate::web) company: Company,
    pub(in crate::web) session: [u8; 32],
    /// Stays when the token of the session is renewed.
    pub(in crate::web) session_id: SessionId,
    pub(in crate::web) ends: Ends,
}

/// Stores a session begun by a use case in the browser, under a new id.
pub(in crate::web) fn begin(session: &actix_session::Session, token: &Token) -> Result<(), super::error::WebError> {
    session.clear();
    session.renew();
    session.insert(BEGUN, token.reveal()).map_err(|error| super::error::WebError::Internal(error.to_string()))
}

/// JSON of a message, to be saved in the transaction that it reports.
pub(in crate::web) fn stored(flash: &Flash) -> String {
    serde_json::to_string(flash).unwrap_or_else(|error| {
        tracing::error!(%error, "a message was lost");
        String::new()
    })
}

/// Sets the message of the next page after a request that changed nothing. It may be lost.
pub(in crate::web) fn flash(session: &actix_session::Session, flash: &Flash) {
    if let Err(error) = session.insert(FLASH, flash) {
        tracing::error!(%error, "a message was lost");
    }
}

/// Storage behind the session cookie.
#[derive(Debug, Clone)]
pub(in crate::web) struct DatabaseSessions {
    pub(in crate::web) ctx: Context,
}

type State = HashMap<String, String>;

impl SessionStore for DatabaseSessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        let Some(hash) = hash_of(key) else { return Ok(None) };
        let found = match self.run(move |ctx| sessions::find(ctx, hash)).await.map_err(anyhow::Error::from).and_then(|found| Ok(found?)) {
            Ok(found) => found,
            Err(error) => {
                tracing::error!(%error, "a session could not be read");
                return Ok(Some(State::from([(UNAVAILABLE.to_owned(), "true".to_owned())])));
            }
        };
        let Some(found) = found else { return Ok(None) };
        let ActiveSession { id: session_id, user, appearance, company, state: said, ends } = found;
        let signed_in = serde_json::to_string(&SignedIn { user, appearance, company, session: hash.0, session_id, ends });
        let signed_in = signed_in.map_err(|error| LoadError::Other(error.into()))?;
        let mut state = State::from([(SIGNED_IN.to_owned(), signed_in)]);
        if !said.is_empty() {
            state.extend([FLASH, FOUND].map(|name| (name.to_owned(), said.clone())));
        }
        Ok(Some(state))
    }

    /// Takes over the row that a use case has written. A session without one is refused.
    async fn save(&self, state: State, _ttl: &Duration) -> Result<SessionKey, SaveError> {
        let begun = state.get(BEGUN).and_then(|begun| serde_json::from_str::<String>(begun).ok());
        let begun = begun.ok_or_else(|| SaveError::Other(anyhow::anyhow!("a session was begun outside a use case")))?;
        let key = begun.try_into().map_err(|_| SaveError::Other(anyhow::anyhow!("a session's token is too long for a cookie")))?;
        self.keep_message(&key, state).await;
        Ok(key)
    }

    async fn update(&self, key: SessionKey, state: State, _ttl: &Duration) -> Result<SessionKey, UpdateError> {
        self.keep_message(&key, state).await;
        Ok(key)
    }

    /// Does nothing: lifetimes follow from the row, not from the cookie.
    async fn update_ttl(&self, _key: &SessionKey, _ttl: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    /// Does nothing: use cases end sessions, so the row is gone, or belongs to a sign-in that ends it itself.
    async fn delete(&self, _key: &SessionKey) -> Result<(), anyhow::Error> {
        Ok(())
    }
}

impl DatabaseSessions {
    /// Stores the message for the next page, or clears the one that was shown. No answer depends on it.
    async fn keep_message(&self, key: &SessionKey, mut state: State) {
        let (Some(hash), message, found) = (hash_of(key), state.remove(FLASH), state.remove(FOUND)) else { return };
        let kept = match (message, found) {
            (Some(message), _) => self.run(move |ctx| sessions::keep(ctx, hash, &message)).await,
            (None, Some(found)) => self.run(move |ctx| sessions::forget(ctx, hash, &found)).await,
            (None, None) => return,
        };
        if let Err(error) = kept {
            tracing::error!(%error, "a message was not kept");
        }
    }

    async fn run<T: Send + 'static>(&self, f: impl FnOnce(&Context) -> T + Send + 'static) -> Result<T, BlockingError> {
        let ctx = self.ctx.clone();
        actix_web::web::block(move || f(&ctx)).await
    }
}

fn hash_of(key: &SessionKey) -> Option<TokenHash> {
    Some(Token::parse(key.as_ref())?.hash())
}
