//! A new password behind a link: tries are counted, then the password is judged and hashed. Both take long, so this runs where passwords are hashed.

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

/// Reason why a new password is not taken.
#[derive(Debug, thiserror::Error)]
pub enum NewPasswordError {
    /// Too many were tried; the next is looked at after this moment.
    #[error("too many tries")]
    Throttled { until: Timestamp },
    #[error("the password {0}")]
    Refused(#[from] PasswordError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Hashing(#[from] HashingFailed),
}

/// Reason why a link does not lead to a new password.
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

/// A new password that may be set.
pub(in crate::usecases) struct AcceptedPassword {
    pub(in crate::usecases) hash: PasswordHash,
    link: Bucket,
    networks: Vec<Bucket>,
}

fn buckets(link: &Token, client_ip: &str) -> (Vec<Bucket>, Bucket) {
    (Bucket::networks(ThrottleScope::LinkSource, client_ip), Bucket::link(link.hash()))
}

/// Looks whether a password may be tried behind an open link, and writes nothing.
///
/// # Errors
/// [`NewPasswordError::Throttled`].
pub fn admit(ctx: &Context, link: &Token, client_ip: &str) -> Result<(), NewPasswordError> {
    let (mut all, link) = buckets(link, client_ip);
    all.push(link);
    let now = ctx.now();
    held(ctx.store.read(|db| throttles::look(db, &all, now))?)
}

/// Counts a try behind an open link and judges the password, for a form that is refused for other reasons too.
///
/// # Errors
/// See [`NewPasswordError`].
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

/// Counts a try behind an open link, judges the password and hashes it.
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
    /// Takes the tries back, with the transaction that sets the password and uses the link up.
    pub(in crate::usecases) fn settle(&self, tx: &mut Tx<'_>, now: Timestamp) -> Result<(), StoreError> {
        throttles::take_back(tx, &self.networks, now)?;
        throttles::clear_attempts(tx, &self.link)
    }
}
