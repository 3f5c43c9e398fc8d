//! Sessions as requests meet them: looked up with each one, touched now and then, and told what the next page has to say.

use chrono::TimeDelta;

use crate::{
    domain::{clock::Timestamp, token::TokenHash},
    store::{StoreError, people::Person, sessions},
};

use super::Context;

/// How exact the time of the last request is kept: one write a minute is enough for limits of an hour.
const TOUCH_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Whose session it is, as they are now, and what the next page has to say.
#[derive(Debug, Clone)]
pub struct Found {
    pub person: Person,
    /// As [`keep`] was given it.
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

/// The session with this token, if it still holds and its person is active.
///
/// # Errors
/// The database's: then nobody is signed in, and the page is refused.
pub fn find(ctx: &Context, hash: TokenHash) -> Result<Option<Found>, StoreError> {
    let now = ctx.now();
    let Some(found) = ctx.store.read(|db| sessions::find(db, hash, now))? else { return Ok(None) };
    let mut last_seen = found.session.last_seen_at;
    if now - last_seen >= TOUCH_EVERY {
        ctx.store.write(|tx| sessions::touch(tx, found.session.id, now))?;
        last_seen = now;
    }
    let ends = Ends { idle: last_seen + found.company.session_idle, absolute: found.session.created_at + found.company.session_absolute };
    Ok(Some(Found { person: found.person, state: found.session.state, ends }))
}

/// Keeps what the next page has to say. A session that has ended meanwhile stays ended.
///
/// # Errors
/// The database's.
pub fn keep(ctx: &Context, hash: TokenHash, state: &str) -> Result<(), StoreError> {
    ctx.store.write(|tx| sessions::set_state(tx, hash, state))
}
