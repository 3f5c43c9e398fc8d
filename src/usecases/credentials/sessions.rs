//! Sessions: their begin and end, the sessions of requests, and the messages that their next pages show.

use chrono::{NaiveDate, TimeDelta};

use crate::{
    domain::{
        appearance::Appearance,
        audit::AuditEvent,
        clock::Timestamp,
        company::Company,
        credentials::token::{Token, TokenHash},
        ids::SessionId,
        user::Who,
    },
    store::{
        StoreError, Tx, company,
        sessions::{self, NewSession},
        users::{self, User},
    },
    usecases::{
        ClientInfo, Context,
        held_forms::{self, Holder},
        shared::{scoped_actor::ScopedActor, transaction::UnitOfWork},
    },
};

/// Precision of a session's last request.
const TOUCH_EVERY: TimeDelta = TimeDelta::minutes(1);

/// A valid session, with its user and the company.
#[derive(Debug, Clone)]
pub struct ActiveSession {
    pub id: SessionId,
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
    Ok(Some(ActiveSession { id: session.id, user, appearance, company, state: session.state, ends }))
}

/// Keeps a message for the next page where nothing else was written. The message may be lost.
pub fn keep(ctx: &Context, hash: TokenHash, state: &str) {
    ctx.store.write_if_possible("a message", |tx| sessions::set_state(tx, hash, state));
}

/// Removes a shown message, unless a newer one replaced it. It may be shown again if this cannot be written.
pub fn forget(ctx: &Context, hash: TokenHash, said: &str) {
    ctx.store.write_if_possible("that a message was shown", |tx| sessions::clear_state(tx, hash, said));
}

/// Begins a session within a transaction.
pub(in crate::usecases) fn begin(work: &mut UnitOfWork<'_, '_>, who: &Who, session: &Token, client: &ClientInfo) -> Result<(), StoreError> {
    let (ctx, now) = (work.ctx, work.now);
    if let Some(before) = client.session {
        end(ctx, work.tx, before, &client.client_ip, now)?;
    }
    let new = NewSession { hash: session.hash(), user: who.id, client_ip: &client.client_ip, browser: &client.user_agent, now };
    sessions::insert(work.tx, &new)?;
    let company = company::load(work.tx.db())?;
    let ended = sessions::end_oldest(work.tx, who.id, &company, now)?;
    users::set_last_sign_in(work.tx, who.id, now)?;
    if let Some(browser) = client.browser {
        sessions::remember_browser(work.tx, who.id, browser, now)?;
    }
    work.record(who, &AuditEvent::SignedIn { browser: client.user_agent.chars().take(300).collect() });
    if ended > 0 {
        work.record(who, &AuditEvent::OldestSessionsEnded { sessions: ended as u64 });
    }
    Ok(())
}

/// Facts for the page after a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AfterSignIn {
    /// True if a form of the user came from this browser after the end of its session.
    pub has_unsent: bool,
    /// Day to come from which on the user needs two-factor; `None` for users who have it.
    pub two_factor_from: Option<NaiveDate>,
}

/// Reads the facts for the page after the begin of a session.
pub fn after_sign_in(ctx: &Context, session: TokenHash, browser: Option<TokenHash>) -> Result<AfterSignIn, StoreError> {
    let now = ctx.now();
    let Some(found) = ctx.store.read(|db| sessions::find(db, session, now))? else { return Ok(AfterSignIn::default()) };
    let (user, company) = (found.user, found.company);
    let holder = browser.map(|browser| Holder { user: user.id, browser });
    let unsent = holder.map(|holder| held_forms::last_unsent(ctx, holder)).transpose()?.flatten();
    let two_factor_from = match user.two_factor_since {
        None => company.two_factor.announced(user.actor().role, company.in_zone(now)),
        Some(_) => None,
    };
    Ok(AfterSignIn { has_unsent: unsent.is_some(), two_factor_from })
}

/// Ends a session, if it has not ended yet.
pub fn sign_out(ctx: &Context, session: TokenHash, client_ip: &str) -> Result<(), StoreError> {
    let now = ctx.now();
    ctx.store.write_transaction(|tx| end(ctx, tx, session, client_ip, now))
}

/// Ends a session. The audit log records it unless the session had expired.
fn end(ctx: &Context, tx: &mut Tx<'_>, session: TokenHash, client_ip: &str, now: Timestamp) -> Result<(), StoreError> {
    let found = sessions::find(tx.db(), session, now)?;
    if sessions::end(tx, session)?
        && let Some(signed_in) = found
    {
        let who = signed_in.user.who();
        UnitOfWork::of(ctx, tx, ScopedActor::oneself(&who), client_ip, now).record(&who, &AuditEvent::SignedOut {});
    }
    Ok(())
}
