//! Signing in and out. Attempts are counted before they are checked, and every refusal takes as long as the others.

use std::net::Ipv6Addr;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{
    domain::{
        audit::AuditAction,
        clock::{Timestamp, random_bytes},
        email_address::EmailAddress,
        password::{HashingFailed, Password, PasswordHash},
        throttle::{ThrottleScope, WRONG_IN_A_ROW_MAX},
        token::{Token, TokenHash},
        user::{Status, Who},
    },
    store::{
        StoreError, Tx,
        people::{self, Person},
        sessions::{self, NewSession},
        throttles::{self, RefusalReason},
    },
};

use super::{
    Context, Visitor,
    context::{about_user, by_oneself},
};

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Address or password: nobody is told which.
    #[error("the address or the password is wrong")]
    Wrong,
    /// The password is right; the person is blocked.
    #[error("the person is deactivated")]
    Deactivated,
    /// Too many attempts; the next is looked at after this moment.
    #[error("too many attempts")]
    Throttled { until: Timestamp },
    /// So many wrong ones in a row that only a browser known from before gets in.
    #[error("too many attempts from unknown browsers")]
    Closed,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Hashing(#[from] HashingFailed),
}

/// What an attempt is checked against.
struct Candidate {
    person: Option<Person>,
    hash: PasswordHash,
    account: String,
    /// Whether the attempt was counted for its network address too.
    is_stranger: bool,
}

/// Checks address and password and begins a session, whose token is returned.
///
/// # Errors
/// See [`SignInError`].
pub fn sign_in(ctx: &Context, email: &str, password: &Password, visitor: &Visitor) -> Result<Token, SignInError> {
    let now = ctx.now();
    let key = email_key(email);
    let candidate = count(ctx, email, &key, visitor, now)?;
    // Between the two transactions, since it takes long. Whoever has no password is checked against nobody's.
    let is_right = candidate.hash.verify(password);
    let fresh = if is_right && candidate.hash.is_outdated() { Some(password.hash(&random_bytes(&*ctx.random))?) } else { None };
    let Some(person) = candidate.person.filter(|_| is_right) else {
        return refuse(ctx, &key, visitor, RefusalReason::Wrong, now, SignInError::Wrong);
    };
    if person.status(now) != Status::Active {
        return refuse(ctx, &key, visitor, RefusalReason::Deactivated, now, SignInError::Deactivated);
    }
    let session = Token::new(&*ctx.random);
    ctx.store.change(|tx| {
        // Somebody may have blocked the person or changed the password while it was hashed.
        let person = people::lock(tx, person.id)?.filter(|person| person.status(now) == Status::Active).ok_or(SignInError::Wrong)?;
        if people::password_hash(tx.db(), person.id)?.as_ref() != Some(&candidate.hash) {
            return Err(SignInError::Wrong);
        }
        if let Some(fresh) = &fresh {
            people::rehash_password(tx, person.id, fresh)?;
        }
        throttles::forgive(tx, ThrottleScope::Account, &candidate.account)?;
        if candidate.is_stranger {
            throttles::take_back(tx, ThrottleScope::Source, &network(&visitor.source), now)?;
        }
        begin_session(tx, &person.who(), &session, visitor, now)?;
        Ok(session.clone())
    })
}

/// Counts the attempt and finds whom it is for.
fn count(ctx: &Context, email: &str, key: &str, visitor: &Visitor, now: Timestamp) -> Result<Candidate, SignInError> {
    let email = EmailAddress::parse(email).ok();
    ctx.store.write(|tx| {
        let found = email.as_ref().map(|email| people::find_by_email(tx.db(), email)).transpose()?.flatten();
        let known = match (&found, visitor.browser) {
            (Some((person, _)), Some(browser)) => sessions::is_known_browser(tx.db(), person.id, browser)?.then_some(browser),
            _ => None,
        };
        let account = account(key, known);
        let strike = throttles::strike(tx, ThrottleScope::Account, &account, now)?;
        // Strangers behind the same network address do not hold up a browser that has been here before.
        let source =
            if known.is_none() { throttles::strike(tx, ThrottleScope::Source, &network(&visitor.source), now)?.held_until } else { None };
        let held_until = strike.held_until.max(source);
        let refused = if strike.in_a_row > WRONG_IN_A_ROW_MAX {
            Some(SignInError::Closed)
        } else {
            held_until.map(|until| SignInError::Throttled { until })
        };
        if let Some(refused) = refused {
            throttles::note_refusal(tx, &visitor.source, key, RefusalReason::Throttled, now)?;
            return Ok(Err(refused));
        }
        let (person, hash) = found.map_or((None, None), |(person, hash)| (Some(person), hash));
        Ok::<_, StoreError>(Ok(Candidate {
            person: person.filter(|_| hash.is_some()),
            hash: hash.unwrap_or_else(PasswordHash::dummy),
            account,
            is_stranger: known.is_none(),
        }))
    })?
}

fn refuse(
    ctx: &Context,
    key: &str,
    visitor: &Visitor,
    reason: RefusalReason,
    now: Timestamp,
    error: SignInError,
) -> Result<Token, SignInError> {
    ctx.store.write(|tx| throttles::note_refusal(tx, &visitor.source, key, reason, now))?;
    Err(error)
}

/// The typed address in the form in which attempts are counted, whether or not it is one.
fn email_key(typed: &str) -> String {
    match EmailAddress::parse(typed) {
        Ok(email) => email.key().to_owned(),
        Err(_) => "(not an address)".to_owned(),
    }
}

/// Under which name attempts on an account are counted: those from each known browser apart from everybody else's.
pub(super) fn account(email_key: &str, known_browser: Option<TokenHash>) -> String {
    let mut hash = Sha256::new_with_prefix(email_key);
    if let Some(browser) = known_browser {
        hash.update([0]);
        hash.update(browser.0);
    }
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// What attempts from a network address are counted under: of IPv6 the first half, since whoever has one address there has all of a /64.
pub(super) fn network(source: &str) -> String {
    match source.parse::<Ipv6Addr>() {
        Ok(address) => Ipv6Addr::from(u128::from(address) >> 64 << 64).to_string(),
        Err(_) => source.to_owned(),
    }
}

/// Lets attempts on an account begin anew, whoever made them and from whichever browser.
pub(super) fn forget_attempts(tx: &mut Tx<'_>, person: &Person) -> Result<(), StoreError> {
    let key = email_key(&person.email);
    for browser in sessions::known_browsers(tx.db(), person.id)? {
        throttles::forgive(tx, ThrottleScope::Account, &account(&key, Some(browser)))?;
    }
    // Requests for new passwords stay counted: a stranger who asks for one would learn from a wait that is gone whose address it is.
    throttles::forgive(tx, ThrottleScope::Account, &account(&key, None))
}

/// Begins a session within the transaction of whatever led to it.
pub(super) fn begin_session(tx: &mut Tx<'_>, who: &Who, session: &Token, visitor: &Visitor, now: Timestamp) -> Result<(), StoreError> {
    if let Some(before) = visitor.session {
        end_session(tx, before, &visitor.source, now)?;
    }
    let new = NewSession { hash: session.hash(), user: who.id, source: &visitor.source, browser: &visitor.user_agent, now };
    sessions::insert(tx, &new)?;
    people::set_last_sign_in(tx, who.id, now)?;
    if let Some(browser) = visitor.browser {
        sessions::remember_browser(tx, who.id, browser, now)?;
    }
    tx.audit(about_user(
        now,
        by_oneself(who, &visitor.source),
        AuditAction::SignIn,
        who,
        json!({"browser": visitor.user_agent.chars().take(300).collect::<String>()}),
    ));
    Ok(())
}

/// Ends a session. One that has ended already needs nothing.
///
/// # Errors
/// The database's.
pub fn sign_out(ctx: &Context, session: TokenHash, source: &str) -> Result<(), StoreError> {
    let now = ctx.now();
    ctx.store.write(|tx| end_session(tx, session, source, now))
}

/// Ends a session, which is written down unless it had run out.
fn end_session(tx: &mut Tx<'_>, session: TokenHash, source: &str, now: Timestamp) -> Result<(), StoreError> {
    let found = sessions::find(tx.db(), session, now)?;
    if sessions::end(tx, session)?
        && let Some(signed_in) = found
    {
        let who = signed_in.person.who();
        tx.audit(about_user(now, by_oneself(&who, source), AuditAction::SignOut, &who, json!({})));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn addresses_of_one_ipv6_network_count_as_one() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::9"));
        assert_ne!(network("2001:db8:1:2::9"), network("2001:db8:1:3::9"));
        assert_eq!(network("192.0.2.1"), "192.0.2.1");
        assert_eq!(network("unknown"), "unknown");
    }
}
