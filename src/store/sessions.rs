//! Sessions and known browsers, stored by the hashes of their tokens.

use chrono::TimeDelta;
use diesel::prelude::*;

use crate::domain::{
    appearance::Appearance,
    clock::Timestamp,
    company::Company,
    credentials::token::TokenHash,
    ids::{SessionId, UserId},
    user::Status,
};

use super::{
    Database, StoreError, Tx,
    company::CompanyRow,
    connection::with_backend,
    schema::{company, known_browsers, sessions},
    users::User,
    views::users,
};

/// Browsers remembered for a user; beyond, the one unused for longest is removed.
const KNOWN_BROWSERS_MAX: i64 = 20;

/// Id that no user has.
const NOBODY: i64 = 0;

/// Longest stored description of a browser, in characters.
const BROWSER_MAX: usize = 300;

/// A session with its current user and company.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub session: SessionRow,
    pub user: User,
    pub appearance: Appearance,
    pub company: Company,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct SessionRow {
    pub id: SessionId,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    /// Last time at which the user proved who they are.
    pub proved_at: Timestamp,
    /// Message for the next page, as JSON.
    pub state: String,
}

/// A session to be inserted.
#[derive(Debug, Clone)]
pub struct NewSession<'a> {
    pub hash: TokenHash,
    pub user: UserId,
    pub client_ip: &'a str,
    pub browser: &'a str,
    pub now: Timestamp,
}

pub fn insert(tx: &mut Tx<'_>, new: &NewSession<'_>) -> Result<(), StoreError> {
    let browser = new.browser.chars().filter(|c| !c.is_control()).take(BROWSER_MAX).collect::<String>();
    diesel::insert_into(sessions::table)
        .values((
            sessions::token_hash.eq(new.hash.0.as_slice()),
            sessions::user_id.eq(new.user.0),
            sessions::created_at.eq(new.now),
            sessions::last_seen_at.eq(new.now),
            sessions::proved_at.eq(new.now),
            sessions::client_ip.eq(new.client_ip),
            sessions::browser.eq(browser),
        ))
        .execute(tx.db())?;
    Ok(())
}

/// The valid session with this token, if its user is active. Session, user and company are read in one query.
pub fn find(db: &mut Database, hash: TokenHash, now: Timestamp) -> Result<Option<SignedIn>, StoreError> {
    let found = sessions::table
        .inner_join(users::table)
        .inner_join(company::table.on(company::id.eq(1)))
        .filter(sessions::token_hash.eq(hash.0.as_slice()))
        .select((SessionRow::as_select(), User::as_select(), users::appearance, CompanyRow::as_select()))
        .get_result::<(SessionRow, User, Appearance, CompanyRow)>(db)
        .optional()?;
    let found = found.map(|(session, user, appearance, company)| SignedIn { session, user, appearance, company: company.into() });
    Ok(found.filter(|found| found.holds(now)))
}

impl SignedIn {
    fn holds(&self, now: Timestamp) -> bool {
        let Self { session, user, company, .. } = self;
        now < session.created_at + company.session_absolute
            && now < session.last_seen_at + company.session_idle
            && user.status(now) == Status::Active
    }
}

/// Notes the use of a session.
pub fn touch(tx: &mut Tx<'_>, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
    diesel::update(sessions::table.find(id.0)).set(sessions::last_seen_at.eq(now)).execute(tx.db())?;
    Ok(())
}

/// Stores the message for the next page, replacing an earlier one. A session that has ended stays ended.
pub fn set_state(tx: &mut Tx<'_>, hash: TokenHash, state: &str) -> Result<(), StoreError> {
    diesel::update(sessions::table.filter(sessions::token_hash.eq(hash.0.as_slice()))).set(sessions::state.eq(state)).execute(tx.db())?;
    Ok(())
}

/// Clears a message that was shown, unless a newer one was stored meanwhile.
pub fn clear_state(tx: &mut Tx<'_>, hash: TokenHash, said: &str) -> Result<(), StoreError> {
    let said = sessions::table.filter(sessions::token_hash.eq(hash.0.as_slice())).filter(sessions::state.eq(said));
    diesel::update(said).set(sessions::state.eq("")).execute(tx.db())?;
    Ok(())
}

/// Replaces the token of a session.
pub fn renew(tx: &mut Tx<'_>, hash: TokenHash, new: TokenHash) -> Result<(), StoreError> {
    let session = sessions::table.filter(sessions::token_hash.eq(hash.0.as_slice()));
    diesel::update(session).set(sessions::token_hash.eq(new.0.as_slice())).execute(tx.db())?;
    Ok(())
}

/// Notes that the user of a session has proved who they are.
pub fn note_proof(tx: &mut Tx<'_>, hash: TokenHash, now: Timestamp) -> Result<(), StoreError> {
    let session = sessions::table.filter(sessions::token_hash.eq(hash.0.as_slice()));
    diesel::update(session).set(sessions::proved_at.eq(now)).execute(tx.db())?;
    Ok(())
}

/// Ends one session; tells if it existed.
pub fn end(tx: &mut Tx<'_>, hash: TokenHash) -> Result<bool, StoreError> {
    Ok(diesel::delete(sessions::table.filter(sessions::token_hash.eq(hash.0.as_slice()))).execute(tx.db())? == 1)
}

/// Ends all sessions of a user except `kept`; returns their number.
pub fn end_all(tx: &mut Tx<'_>, user: UserId, kept: Option<TokenHash>) -> Result<usize, StoreError> {
    let mut ended = diesel::delete(sessions::table.filter(sessions::user_id.eq(user.0))).into_boxed();
    if let Some(kept) = kept {
        ended = ended.filter(sessions::token_hash.ne(kept.0.to_vec()));
    }
    Ok(ended.execute(tx.db())?)
}

/// A session in the list of its user.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct ListedSession {
    pub id: SessionId,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    /// Network address at sign-in.
    pub client_ip: String,
    /// `User-Agent` header at sign-in.
    pub browser: String,
    token_hash: Vec<u8>,
}

impl ListedSession {
    pub fn is(&self, hash: TokenHash) -> bool {
        self.token_hash == hash.0
    }
}

/// Valid sessions of a user, the last used first.
pub fn of_user(db: &mut Database, user: UserId, company: &Company, now: Timestamp) -> Result<Vec<ListedSession>, StoreError> {
    Ok(sessions::table
        .filter(sessions::user_id.eq(user.0))
        .filter(sessions::created_at.gt(now - company.session_absolute))
        .filter(sessions::last_seen_at.gt(now - company.session_idle))
        .order((sessions::last_seen_at.desc(), sessions::id.desc()))
        .select(ListedSession::as_select())
        .load(db)?)
}

/// Ends one session of a user. Returns its browser; `None` if it had ended.
pub fn end_one(tx: &mut Tx<'_>, user: UserId, id: SessionId) -> Result<Option<String>, StoreError> {
    let session = sessions::table.filter(sessions::id.eq(id)).filter(sessions::user_id.eq(user.0));
    Ok(diesel::delete(session).returning(sessions::browser).get_result(tx.db()).optional()?)
}

/// Ends the oldest sessions of a user beyond the company's limit, and removes their expired ones. Returns the number of
/// valid ones that ended.
pub fn end_oldest(tx: &mut Tx<'_>, user: UserId, company: &Company, now: Timestamp) -> Result<usize, StoreError> {
    let mut valid = of_user(tx.db(), user, company, now)?;
    valid.sort_unstable_by_key(|session| session.id);
    let kept = valid.split_off(valid.len().saturating_sub(company.sessions_per_user as usize));
    let others = sessions::table.filter(sessions::user_id.eq(user.0)).filter(sessions::id.ne_all(kept.iter().map(|session| session.id)));
    diesel::delete(others).execute(tx.db())?;
    Ok(valid.len())
}

/// Ends all sessions of all users; returns their number.
pub fn end_every(tx: &mut Tx<'_>) -> Result<usize, StoreError> {
    Ok(diesel::delete(sessions::table).execute(tx.db())?)
}

/// Removes sessions beyond their longest lifetime.
pub fn sweep(tx: &mut Tx<'_>, absolute: TimeDelta, now: Timestamp) -> Result<usize, StoreError> {
    Ok(diesel::delete(sessions::table.filter(sessions::created_at.le(now - absolute))).execute(tx.db())?)
}

/// True if the user has signed in from this browser before. Without a user the query is made all the same, so that both
/// cases take equally long.
pub fn is_known_browser(db: &mut Database, user: Option<UserId>, browser: TokenHash) -> Result<bool, StoreError> {
    let user = user.map_or(NOBODY, |user| user.0);
    Ok(diesel::select(diesel::dsl::exists(known_browsers::table.find((user, browser.0.to_vec())))).get_result(db)?)
}

/// Browsers in which the user has signed in before.
pub fn known_browsers(db: &mut Database, user: UserId) -> Result<Vec<TokenHash>, StoreError> {
    let hashes =
        known_browsers::table.filter(known_browsers::user_id.eq(user.0)).select(known_browsers::browser_hash).load::<Vec<u8>>(db)?;
    // Malformed hashes cannot occur: the table checks their length.
    Ok(hashes.into_iter().filter_map(|hash| hash.try_into().ok().map(TokenHash)).collect())
}

/// Notes that the user signed in from this browser.
pub fn remember_browser(tx: &mut Tx<'_>, user: UserId, browser: TokenHash, now: Timestamp) -> Result<(), StoreError> {
    let row =
        (known_browsers::user_id.eq(user.0), known_browsers::browser_hash.eq(browser.0.to_vec()), known_browsers::last_used_at.eq(now));
    with_backend!(tx.db(), |connection| diesel::insert_into(known_browsers::table)
        .values(row)
        .on_conflict((known_browsers::user_id, known_browsers::browser_hash))
        .do_update()
        .set(known_browsers::last_used_at.eq(now))
        .execute(connection))?;
    let outdated = known_browsers::table
        .filter(known_browsers::user_id.eq(user.0))
        .order(known_browsers::last_used_at.desc())
        .offset(KNOWN_BROWSERS_MAX)
        .limit(KNOWN_BROWSERS_MAX)
        .select(known_browsers::browser_hash)
        .load::<Vec<u8>>(tx.db())?;
    for browser in outdated {
        diesel::delete(known_browsers::table.find((user.0, browser))).execute(tx.db())?;
    }
    Ok(())
}
