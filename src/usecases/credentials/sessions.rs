//! Sessions of requests, and the messages that their next pages show.

use chrono::TimeDelta;

use crate::{
    domain::{appearance::Appearance, clock::Timestamp, company::Company, credentials::token::TokenHash},
    store::{StoreError, sessions, users::User},
    usecases::Context,
};

/// Precision of a session's last request.
const TOUCH_EVERY: TimeDelta = TimeDelta::minutes(1);

/// A valid session, with its user and the company.
#[derive(Debug, Clone)]
pub struct ActiveSession {
    pub user: User,
    pub appearance: Appearance,
    pub company: Company,
    /// Text of [`keep`] or of a [`Submission`](crate::usecases::Submission); empty for none.
    pub state: String,
    pub ends: Ends,
}

/// Times at which a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Ends {
    /// End without another request.
    pub idle: Timestamp,
    /// End in any case.
    pub absolute: Timestamp,
}

/// Finds the valid session with this token, if its user is active.
///
/// # Errors
/// [`StoreError`]: the page is refused, and no user is signed in.
pub fn find(ctx: &Context, hash: TokenHash) -> Result<Option<ActiveSession>, StoreError> {
    let now = ctx.now();
    let Some(found) = ctx.store.read(|db| sessions::find(db, hash, now))? else { return Ok(None) };
    let mut last_seen = found.session.last_seen_at;
    if now - last_seen >= TOUCH_EVERY {
        // Pages are shown even if this cannot be written.
        if ctx.store.write_if_possible("the time of a request", |tx| sessions::touch(tx, found.session.id, now)) {
            last_seen = now;
        }
    }
    let ends = Ends { idle: last_seen + found.company.session_idle, absolute: found.session.created_at + found.company.session_absolute };
    let sessions::SignedIn { session, user, appearance, company } = found;
    Ok(Some(ActiveSession { user, appearance, company, state: session.state, ends }))
}

/// Keeps a message for the next page where nothing else was written. The message may be lost.
pub fn keep(ctx: &Context, hash: TokenHash, state: &str) {
    ctx.store.write_if_possible("a message", |tx| sessions::set_state(tx, hash, state));
}

/// Removes a shown message, unless a newer one replaced it. It may be shown again if this cannot be written.
pub fn forget(ctx: &Context, hash: TokenHash, said: &str) {
    ctx.store.write_if_possible("that a message was shown", |tx| sessions::clear_state(tx, hash, said));
}
