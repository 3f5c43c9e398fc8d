//! The means of every use case: store, clock, chance, key and addresses.

use std::{fmt, sync::Arc};

use crate::{
    domain::{
        clock::{Clock, Random, Timestamp},
        credentials::token::{Token, TokenPurpose},
        secret::SecretKey,
    },
    store::{Commits, Store, StoreMetrics},
};

/// Everything that use cases need from outside, shared by all of the process.
#[derive(Debug, Clone)]
pub struct Context {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub key: SecretKey,
    pub links: Links,
    /// True if a mail server is configured; without one, mails are files and administrators pass links on.
    pub sends_mail: bool,
}

/// Addresses in mails: the configured public URL, never what a request says, and the paths of pages.
#[derive(Clone)]
pub struct Links {
    /// Scheme, host and port, without a slash at the end.
    pub origin: String,
    /// Right-hand side of a mail's Message-ID.
    pub host: String,
    /// The page of a single-use link.
    pub with_token: fn(TokenPurpose, &Token) -> String,
    pub sign_in: fn() -> String,
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Links").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Links {
    pub(in crate::usecases) fn with_token(&self, purpose: TokenPurpose, token: &Token) -> String {
        format!("{}{}", self.origin, (self.with_token)(purpose, token))
    }

    pub(in crate::usecases) fn sign_in(&self) -> String {
        format!("{}{}", self.origin, (self.sign_in)())
    }
}

impl Context {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// These means, with `commits` noting each change that is saved.
    #[must_use]
    pub fn noting(&self, commits: Commits) -> Self {
        Self { store: self.store.noting(commits), ..self.clone() }
    }

    pub fn store_metrics(&self) -> StoreMetrics {
        self.store.load()
    }
}
