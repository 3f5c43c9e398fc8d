//! New passwords behind links: attempts are counted, then passwords are judged and hashed. Both are slow, so this runs
//! in the hashing queue.

use crate::{
    domain::{
        clock::{Timestamp, random_bytes},
        credentials::{
            password::{HashingFailed, NewPassword, Password, PasswordError, PasswordHash},
            throttle::{Bucket, ThrottleScope},
            token::Token,
        },
    },
    store::{StoreError, Tx, credentials::throttles},
    usecases::{Context, LinkError},
};

/// Reason for which a new password is refused.
#[derive(Debug, thiserror::Error)]
pub enum NewPasswordError {
    /// Too many attempts; the next one is possible at `until`.
    #[error("too many tries")]
    Throttled { until: Timestamp },
    #[error("the password {0}")]
    Refused(#[from] PasswordError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Hashing(#[from] HashingFailed),
}

/// Reason for which a link sets no password.
#[derive(Debug, thiserror::Error)]
pub enum SetPasswordError {
    #[error(transparent)]
    Link(#[from] LinkError),
    #[error(transparent)]
    Password(#[from] NewPasswordError),
}

impl From<StoreError> for SetPasswordError {
    fn from(error: StoreError) -> Self {
        Self::Link(error.into())
    }
}

/// An accepted and hashed password.
pub(in crate::usecases) struct AcceptedPassword {
    pub(in crate::usecases) hash: PasswordHash,
    link: Bucket,
    networks: Vec<Bucket>,
}

fn buckets(link: &Token, client_ip: &str) -> (Vec<Bucket>, Bucket) {
    (Bucket::networks(ThrottleScope::LinkSource, client_ip), Bucket::link(link.hash()))
}

/// Checks that a password may be tried behind a link. Writes nothing.
///
/// # Errors
/// [`NewPasswordError::Throttled`].
pub fn admit(ctx: &Context, link: &Token, client_ip: &str) -> Result<(), NewPasswordError> {
    let (mut all, link) = buckets(link, client_ip);
    all.push(link);
    let now = ctx.now();
    held(ctx.store.read(|db| throttles::look(db, &all, now))?)
}

/// Counts an attempt behind a link and judges the password, for a form that is refused for other reasons too.
pub fn review(ctx: &Context, link: &Token, password: NewPassword, known: &[&str], client_ip: &str) -> Result<(), NewPasswordError> {
    let (mut all, link) = buckets(link, client_ip);
    all.push(link);
    judge(ctx, &all, password, known).map(|_| ())
}

fn judge(ctx: &Context, buckets: &[Bucket], password: NewPassword, known: &[&str]) -> Result<Password, NewPasswordError> {
    let now = ctx.now();
    held(ctx.store.write_counts(|tx| throttles::count(tx, buckets, now))?)?;
    Ok(password.judge(known)?)
}

/// Counts an attempt behind a link, judges the password and hashes it.
pub(in crate::usecases) fn hash(
    ctx: &Context,
    link: &Token,
    password: NewPassword,
    known: &[&str],
    client_ip: &str,
) -> Result<AcceptedPassword, NewPasswordError> {
    let (networks, link) = buckets(link, client_ip);
    let all = networks.iter().cloned().chain([link.clone()]).collect::<Vec<_>>();
    let hash = judge(ctx, &all, password, known)?.hash(&random_bytes(&*ctx.random))?;
    Ok(AcceptedPassword { hash, link, networks })
}

fn held(until: Option<Timestamp>) -> Result<(), NewPasswordError> {
    until.map_or(Ok(()), |until| Err(NewPasswordError::Throttled { until }))
}

impl AcceptedPassword {
    /// Takes the counted attempts back, in the transaction that sets the password and consumes the link.
    pub(in crate::usecases) fn settle(&self, tx: &mut Tx<'_>, now: Timestamp) -> Result<(), StoreError> {
        throttles::take_back(tx, &self.networks, now)?;
        throttles::clear_attempts(tx, &self.link)
    }
}
