//! Sessions and known browsers. Only hashes of their tokens are kept.

use chrono::TimeDelta;
use diesel::prelude::*;

use crate::domain::{clock::Timestamp, company::Company, credentials::token::TokenHash, ids::UserId, user::Status};

use super::{
    Database, StoreError, Tx,
    company::CompanyRow,
    connection::with_backend,
    schema::{company, known_browsers, sessions},
    users::User,
    views::users,
};

/// How many browsers are remembered for a user; the one unused for longest goes.
const KNOWN_BROWSERS_MAX: i64 = 20;

/// No user has this id.
const NOBODY: i64 = 0;

/// Longest description of a browser that is kept, in characters.
const BROWSER_MAX: usize = 300;

/// A user's session, with the user and the company as they are now.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub session: SessionRow,
    pub person: User,
    pub company: Company,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct SessionRow {
    pub id: i64,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    /// What the next page has to say, as JSON.
    pub state: String,
}

/// A session to be.
#[derive(Debug, Clone)]
pub struct NewSession<'a> {
    pub hash: TokenHash,
    pub user: UserId,
    pub source: &'a str,
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
            sessions::client_ip.eq(new.source),
            sessions::browser.eq(browser),
        ))
        .execute(tx.db())?;
    Ok(())
}

/// The session with this token, if it still holds and its user is active. Session, user and company are read in one query.
pub fn find(db: &mut Database, hash: TokenHash, now: Timestamp) -> Result<Option<SignedIn>, StoreError> {
    let found = sessions::table
        .inner_join(users::table)
        .inner_join(company::table.on(company::id.eq(1)))
        .filter(sessions::token_hash.eq(hash.0.as_slice()))
        .select((SessionRow::as_select(), User::as_select(), CompanyRow::as_select()))
        .get_result::<(SessionRow, User, CompanyRow)>(db)
        .optional()?;
    let found = found.map(|(session, person, company)| SignedIn { session, person, company: company.into() });
    Ok(found.filter(|found| found.holds(now)))
}

impl SignedIn {
    fn holds(&self, now: Timestamp) -> bool {
        let Self { session, person, company } = self;
        now < session.created_at + company.session_absolute
            && now < session.last_seen_at + company.session_idle
            && person.status(now) == Status::Active
    }
}

/// Notes that the session was used.
pub fn touch(tx: &mut Tx<'_>, id: i64, now: Timestamp) -> Result<(), StoreError> {
    diesel::update(sessions::table.find(id)).set(sessions::last_seen_at.eq(now)).execute(tx.db())?;
    Ok(())
}

/// Keeps what the next page has to say, in place of what was kept before. A session that has ended meanwhile stays ended.
pub fn set_state(tx: &mut Tx<'_>, hash: TokenHash, state: &str) -> Result<(), StoreError> {
    diesel::update(sessions::table.filter(sessions::token_hash.eq(hash.0.as_slice()))).set(sessions::state.eq(state)).execute(tx.db())?;
    Ok(())
}

/// Forgets what a page has said, unless something newer is kept by now.
pub fn clear_state(tx: &mut Tx<'_>, hash: TokenHash, said: &str) -> Result<(), StoreError> {
    let said = sessions::table.filter(sessions::token_hash.eq(hash.0.as_slice())).filter(sessions::state.eq(said));
    diesel::update(said).set(sessions::state.eq("")).execute(tx.db())?;
    Ok(())
}

/// Ends one session; tells whether it was there.
pub fn end(tx: &mut Tx<'_>, hash: TokenHash) -> Result<bool, StoreError> {
    Ok(diesel::delete(sessions::table.filter(sessions::token_hash.eq(hash.0.as_slice()))).execute(tx.db())? == 1)
}

/// Ends all sessions of a user, but for `kept`; tells how many.
pub fn end_all(tx: &mut Tx<'_>, user: UserId, kept: Option<TokenHash>) -> Result<usize, StoreError> {
    let mut ended = diesel::delete(sessions::table.filter(sessions::user_id.eq(user.0))).into_boxed();
    if let Some(kept) = kept {
        ended = ended.filter(sessions::token_hash.ne(kept.0.to_vec()));
    }
    Ok(ended.execute(tx.db())?)
}

/// How many sessions a user has that still hold.
pub fn count(db: &mut Database, user: UserId, company: &Company, now: Timestamp) -> Result<i64, StoreError> {
    Ok(sessions::table
        .filter(sessions::user_id.eq(user.0))
        .filter(sessions::created_at.gt(now - company.session_absolute))
        .filter(sessions::last_seen_at.gt(now - company.session_idle))
        .count()
        .get_result(db)?)
}

/// Ends every session there is; tells how many.
pub fn end_every(tx: &mut Tx<'_>) -> Result<usize, StoreError> {
    Ok(diesel::delete(sessions::table).execute(tx.db())?)
}

/// Removes sessions too old to hold.
pub fn sweep(tx: &mut Tx<'_>, absolute: TimeDelta, now: Timestamp) -> Result<usize, StoreError> {
    Ok(diesel::delete(sessions::table.filter(sessions::created_at.le(now - absolute))).execute(tx.db())?)
}

/// Tells if the user has signed in from this browser before. Where there is no user, the database is asked in vain, so that both take as long.
pub fn is_known_browser(db: &mut Database, user: Option<UserId>, browser: TokenHash) -> Result<bool, StoreError> {
    let user = user.map_or(NOBODY, |user| user.0);
    Ok(diesel::select(diesel::dsl::exists(known_browsers::table.find((user, browser.0.to_vec())))).get_result(db)?)
}

/// The browsers in which the user has signed in before.
pub fn known_browsers(db: &mut Database, user: UserId) -> Result<Vec<TokenHash>, StoreError> {
    let hashes =
        known_browsers::table.filter(known_browsers::user_id.eq(user.0)).select(known_browsers::browser_hash).load::<Vec<u8>>(db)?;
    // The table checks the length, so that none is left out.
    Ok(hashes.into_iter().filter_map(|hash| hash.try_into().ok().map(TokenHash)).collect())
}

/// Remembers that the user signed in from this browser.
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
