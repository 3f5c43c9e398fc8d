//! Sessions as requests meet them: looked up with each one, touched now and then, and told what the next page has to say.

use chrono::TimeDelta;

use crate::{
    domain::{clock::Timestamp, company::Company, credentials::token::TokenHash},
    store::{StoreError, sessions, users::User},
    usecases::Context,
};

/// How exact the time of the last request is kept: one write a minute is enough for limits of an hour.
const TOUCH_EVERY: TimeDelta = TimeDelta::minutes(1);

/// A session that holds, with its user and the company as of now.
#[derive(Debug, Clone)]
pub struct ActiveSession {
    pub user: User,
    pub company: Company,
    /// As [`keep`] was given it, or a [`Submission`](crate::usecases::Submission); empty for nothing.
    pub state: String,
    pub ends: Ends,
}

/// When a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Ends {
    /// Unless there is another request.
    pub idle: Timestamp,
    /// Whatever happens.
    pub absolute: Timestamp,
}

/// The session with this token, if it still holds and its user is active.
///
/// # Errors
/// The database's: then nobody is signed in, and the page is refused.
pub fn find(ctx: &Context, hash: TokenHash) -> Result<Option<ActiveSession>, StoreError> {
    let now = ctx.now();
    let Some(found) = ctx.store.read(|db| sessions::find(db, hash, now))? else { return Ok(None) };
    let mut last_seen = found.session.last_seen_at;
    if now - last_seen >= TOUCH_EVERY {
        // A page that is only looked at does without.
        if ctx.store.write_if_possible("the time of a request", |tx| sessions::touch(tx, found.session.id, now)) {
            last_seen = now;
        }
    }
    let ends = Ends { idle: last_seen + found.company.session_idle, absolute: found.session.created_at + found.company.session_absolute };
    Ok(Some(ActiveSession { user: found.user, company: found.company, state: found.session.state, ends }))
}

/// Keeps what the next page has to say where nothing was changed, or loses it. A session that has ended meanwhile stays ended.
pub fn keep(ctx: &Context, hash: TokenHash, state: &str) {
    ctx.store.write_if_possible("a message", |tx| sessions::set_state(tx, hash, state));
}

/// Forgets what a page has said, or leaves it to be said again. Something newer is kept.
pub fn forget(ctx: &Context, hash: TokenHash, said: &str) {
    ctx.store.write_if_possible("that a message was shown", |tx| sessions::clear_state(tx, hash, said));
}
