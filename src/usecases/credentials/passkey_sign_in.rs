//! Sign-in with a passkey, without an address or a password. It is both factors, since the authenticator verifies the
//! user.

use crate::{
    domain::{
        clock::Timestamp,
        credentials::{
            passkey::Assertion,
            throttle::{self, Bucket, ThrottleScope},
            token::Token,
        },
        email_address::EmailAddress,
        user::Status,
    },
    store::{
        StoreError,
        credentials::{passkeys, refused_sign_ins::RefusalReason, throttles},
        sessions as stored,
        users::{self, User},
    },
    usecases::{
        ClientInfo, Context,
        shared::{scoped_actor::ScopedActor, transaction::UnitOfWork},
    },
};

use super::{
    passkey::{CheckedPasskey, PasskeyAnswer, Purpose},
    sessions,
    sign_in::SignInError,
};

/// Label of refusals where the passkey is of no user.
const UNKNOWN: &str = "(unknown passkey)";

/// An attempt, with its counters: those of the network, or of a known browser of the passkey's user.
struct Attempt {
    email_key: String,
    networks: Vec<Bucket>,
    known_browser: Option<Bucket>,
}

impl Attempt {
    fn find(ctx: &Context, answer: &PasskeyAnswer, client: &ClientInfo) -> Result<Self, StoreError> {
        let assertion = Assertion::parse(&answer.credential);
        ctx.store.read(|db| {
            let found = assertion.as_ref().map(|assertion| passkeys::find(db, assertion.credential_id())).transpose()?.flatten();
            let user = found.map(|(_, user)| user);
            let known_browser = match (&user, client.browser) {
                (Some(user), Some(browser)) => {
                    stored::is_known_browser(db, Some(user.id), browser)?.then(|| Bucket::code(user.id, Some(browser)))
                }
                _ => None,
            };
            let networks = || Bucket::networks(ThrottleScope::CodeSource, &client.client_ip);
            Ok(Self {
                email_key: user.as_ref().map_or_else(|| UNKNOWN.to_owned(), email_key),
                networks: if known_browser.is_some() { Vec::new() } else { networks() },
                known_browser,
            })
        })
    }

    fn buckets(&self) -> Vec<Bucket> {
        self.networks.iter().chain(&self.known_browser).cloned().collect()
    }

    /// Counts the attempt, unless it is held. Held ones cost one read.
    fn count(&self, ctx: &Context, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let buckets = self.buckets();
        match ctx.store.read(|db| throttles::look(db, &buckets, now))? {
            None => ctx.store.write_counts(|tx| throttles::count(tx, &buckets, now)),
            held => Ok(held),
        }
    }
}

fn email_key(user: &User) -> String {
    EmailAddress::parse(&user.email).map_or_else(|_| user.email.clone(), |email| email.key().to_owned())
}

/// Signs in the user of a passkey. Of several requests with one answer, also at once, one succeeds. Returns the token of
/// the session.
///
/// # Errors
/// [`SignInError::Wrong`], [`SignInError::Deactivated`], [`SignInError::Throttled`].
pub fn sign_in(ctx: &Context, answer: &PasskeyAnswer, client: &ClientInfo) -> Result<Token, SignInError> {
    let now = ctx.now();
    let attempt = Attempt::find(ctx, answer, client)?;
    let refuse = |reason| ctx.store.note_refusal(&throttle::network(&client.client_ip), &attempt.email_key, reason, now);
    if let Some(until) = attempt.count(ctx, now)? {
        refuse(RefusalReason::Throttled);
        return Err(SignInError::Throttled { until });
    }
    let Some((checked, user)) = CheckedPasskey::of(ctx, Purpose::SignIn, answer, &client.client_ip)? else {
        refuse(RefusalReason::Passkey);
        return Err(SignInError::Wrong);
    };
    if user.status(now) != Status::Active {
        refuse(RefusalReason::Deactivated);
        return Err(SignInError::Deactivated);
    }
    let session = Token::new(&*ctx.random);
    let signed_in = ctx.store.audited_transaction(|tx| {
        // A block or the removal of the passkey may have happened during the check.
        let user = users::lock(tx, user.id)?.filter(|user| user.status(now) == Status::Active).ok_or(SignInError::Wrong)?;
        let who = user.who();
        let mut work = UnitOfWork::of(ctx, tx, ScopedActor::oneself(&who), &client.client_ip, now);
        if !checked.accept(&mut work)? {
            return Err(SignInError::Wrong);
        }
        throttles::take_back(work.tx, &attempt.networks, now)?;
        attempt.known_browser.iter().try_for_each(|bucket| throttles::clear_attempts(work.tx, bucket))?;
        sessions::begin(&mut work, &who, &session, client)?;
        Ok(session.clone())
    });
    if matches!(signed_in, Err(SignInError::Wrong)) {
        refuse(RefusalReason::Passkey);
    }
    signed_in
}
