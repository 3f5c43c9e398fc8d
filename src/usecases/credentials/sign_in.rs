//! Signing in. Networks are judged first. Attempts are counted before they are checked, and each takes equally
//! long.

use crate::{
    domain::{
        clock::{Timestamp, random_bytes},
        credentials::{
            password::{HashingFailed, Password, PasswordHash},
            throttle::{self, Bucket, ThrottleScope},
            token::Token,
        },
        email_address::EmailAddress,
        user::Status,
    },
    store::{
        Database, StoreError, Tx, company,
        credentials::{refused_sign_ins::RefusalReason, throttles},
        sessions as stored,
        users::{self, User},
    },
    usecases::{
        ClientInfo, Context,
        shared::{scoped_actor::ScopedActor, transaction::UnitOfWork},
    },
};

use super::{second_step, sessions};

/// Reason for which a sign-in is refused.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Unknown address or wrong password: the answer does not tell which.
    #[error("the address or the password is wrong")]
    Wrong,
    /// Right password of a deactivated user.
    #[error("the person is deactivated")]
    Deactivated,
    /// Too many attempts; the next one is possible at `until`.
    #[error("too many attempts")]
    Throttled { until: Timestamp },
    /// Too many wrong attempts in a row: only a known browser may sign in.
    #[error("too many attempts from unknown browsers")]
    Closed,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Hashing(#[from] HashingFailed),
}

/// Label of refusals where no address was typed.
const NOT_AN_ADDRESS: &str = "(not an address)";

/// State of a sign-in after the right password.
#[derive(Debug, Clone)]
pub enum SignInState {
    /// The session has begun. Carries its token.
    SignedIn(Token),
    /// The session has begun, and opens nothing but the enrolment, since the user needs two-factor. Carries its token.
    EnrolmentNeeded(Token),
    /// A code is needed. Carries the token of the second step, which is no session.
    SecondStepNeeded(Token),
}

/// An attempt to sign in, with its user, password hash and counters.
struct SignInAttempt {
    user: Option<User>,
    hash: PasswordHash,
    email_key: String,
    /// Counters of the network; none for a known browser.
    networks: Vec<Bucket>,
    /// Counter of the account; `None` for malformed addresses.
    account: Option<Bucket>,
    is_known_browser: bool,
}

impl SignInAttempt {
    fn find(db: &mut Database, email: &str, client: &ClientInfo) -> Result<Self, StoreError> {
        let email = EmailAddress::parse(email).ok();
        let found = email.as_ref().map(|email| users::find_by_email(db, email)).transpose()?.flatten();
        // Read for unknown addresses too, so that the time of an answer reveals nothing.
        let user_id = found.as_ref().map(|(user, _)| user.id);
        let known = match client.browser {
            Some(browser) => stored::is_known_browser(db, user_id, browser)?.then_some(browser),
            None => None,
        };
        let networks = if known.is_some() { Vec::new() } else { Bucket::networks(ThrottleScope::Source, &client.client_ip) };
        let account = email.as_ref().map(|email| Bucket::account(email.key(), known));
        let (user, hash) = found.map_or((None, None), |(user, hash)| (Some(user), hash));
        Ok(Self {
            user: user.filter(|_| hash.is_some()),
            // Addresses without a password are verified against a hash that belongs to no user.
            hash: hash.unwrap_or_else(PasswordHash::dummy),
            email_key: email.map_or_else(|| NOT_AN_ADDRESS.to_owned(), |email| email.key().to_owned()),
            networks,
            account,
            is_known_browser: known.is_some(),
        })
    }

    /// Counters, networks first: while a network is held, nothing counts against the account.
    fn buckets(&self) -> Vec<Bucket> {
        self.networks.iter().chain(&self.account).cloned().collect()
    }

    fn is_closed(&self, db: &mut Database) -> Result<bool, StoreError> {
        self.account.as_ref().map_or(Ok(false), |account| throttles::is_closed(db, account))
    }

    fn refuse(&self, ctx: &Context, client: &ClientInfo, reason: RefusalReason, now: Timestamp) {
        ctx.store.note_refusal(&throttle::network(&client.client_ip), &self.email_key, reason, now);
    }
}

/// Checks that an attempt may be made. Writes nothing, so that a refused attempt costs a few reads. Returns true for a
/// known browser.
///
/// # Errors
/// [`SignInError::Throttled`], [`SignInError::Closed`].
pub fn admit(ctx: &Context, email: &str, client: &ClientInfo) -> Result<bool, SignInError> {
    let now = ctx.now();
    let (attempt, hold) = ctx.store.read(|db| {
        let attempt = SignInAttempt::find(db, email, client)?;
        let hold = if attempt.is_closed(db)? {
            Some(SignInError::Closed)
        } else {
            throttles::look(db, &attempt.buckets(), now)?.map(|until| SignInError::Throttled { until })
        };
        Ok::<_, StoreError>((attempt, hold))
    })?;
    let Some(hold) = hold else { return Ok(attempt.is_known_browser) };
    attempt.refuse(ctx, client, RefusalReason::Throttled, now);
    Err(hold)
}

/// Checks address and password. Begins a session, or the second step of a user with two-factor.
pub fn sign_in(ctx: &Context, email: &str, password: &Password, client: &ClientInfo) -> Result<SignInState, SignInError> {
    let now = ctx.now();
    let (attempt, hold) = ctx.store.write_counts(|tx| {
        let attempt = SignInAttempt::find(tx.db(), email, client)?;
        let hold = if attempt.is_closed(tx.db())? {
            Some(SignInError::Closed)
        } else {
            throttles::count(tx, &attempt.buckets(), now)?.map(|until| SignInError::Throttled { until })
        };
        Ok::<_, StoreError>((attempt, hold))
    })?;
    if let Some(hold) = hold {
        attempt.refuse(ctx, client, RefusalReason::Throttled, now);
        return Err(hold);
    }
    // Verified between the two transactions, since it is slow.
    let is_right = attempt.hash.verify(password);
    let fresh = if is_right && attempt.hash.is_outdated() { Some(password.hash(&random_bytes(&*ctx.random))?) } else { None };
    let Some(user) = attempt.user.as_ref().filter(|_| is_right) else {
        attempt.refuse(ctx, client, RefusalReason::Wrong, now);
        return Err(SignInError::Wrong);
    };
    if user.status(now) != Status::Active {
        attempt.refuse(ctx, client, RefusalReason::Deactivated, now);
        return Err(SignInError::Deactivated);
    }
    let token = Token::new(&*ctx.random);
    // The log records whole sign-ins: the first of two steps has no entry.
    ctx.store.write_transaction(|tx| {
        // A block or a change of password may have happened during the verification.
        let user = users::lock(tx, user.id)?.filter(|user| user.status(now) == Status::Active).ok_or(SignInError::Wrong)?;
        if users::password_hash(tx.db(), user.id)?.as_ref() != Some(&attempt.hash) {
            return Err(SignInError::Wrong);
        }
        if let Some(fresh) = &fresh {
            users::rehash_password(tx, user.id, fresh)?;
        }
        throttles::take_back(tx, &attempt.networks, now)?;
        attempt.account.iter().try_for_each(|account| throttles::clear_attempts(tx, account))?;
        if user.two_factor_since.is_some() {
            second_step::begin(tx, &user, &token, now)?;
            return Ok(SignInState::SecondStepNeeded(token.clone()));
        }
        let who = user.who();
        sessions::begin(&mut UnitOfWork::of(ctx, tx, ScopedActor::oneself(&who), &client.client_ip, now), &who, &token, client)?;
        let needs_enrolment = company::load(tx.db())?.needs_enrolment(user.actor().role, false, now);
        Ok(if needs_enrolment { SignInState::EnrolmentNeeded(token.clone()) } else { SignInState::SignedIn(token.clone()) })
    })
}

/// Clears the failed attempts of an account, passwords and codes, from all browsers.
pub(in crate::usecases) fn forget_attempts(tx: &mut Tx<'_>, user: &User) -> Result<(), StoreError> {
    let Ok(email) = EmailAddress::parse(&user.email) else { return Ok(()) };
    for browser in stored::known_browsers(tx.db(), user.id)? {
        throttles::clear_attempts(tx, &Bucket::account(email.key(), Some(browser)))?;
        throttles::clear_attempts(tx, &Bucket::code(user.id, Some(browser)))?;
    }
    throttles::clear_attempts(tx, &Bucket::code(user.id, None))?;
    // Counts of reset requests stay: a stranger who requests one could tell from a cleared wait that the address is in
    // use.
    throttles::clear_attempts(tx, &Bucket::account(email.key(), None))
}
