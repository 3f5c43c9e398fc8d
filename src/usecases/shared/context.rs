//! Context of use cases: store, clock, randomness, key and addresses.

use std::{fmt, sync::Arc};

use crate::{
    domain::{
        clock::{Clock, Random, Timestamp},
        credentials::{
            passkey::RelyingParty,
            token::{Token, TokenPurpose},
        },
        secret::SecretKey,
    },
    store::{Commits, Store, StoreMetrics},
};

/// Dependencies of use cases, shared by the whole process.
#[derive(Debug, Clone)]
pub struct Context {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub key: SecretKey,
    pub links: Links,
    /// Party of passkeys; `None` where the public URL cannot have any.
    pub relying_party: Option<RelyingParty>,
    /// True if a mail server is configured. Without one, mails are files, and administrators pass links on.
    pub sends_mail: bool,
}

/// Writer of addresses in mails. It uses the configured public URL, never the request's.
#[derive(Clone)]
pub struct Links {
    /// Scheme, host and port, without a slash at the end.
    pub origin: String,
    /// Right-hand side of a mail's Message-ID.
    pub host: String,
    /// Address of the page of a single-use link.
    pub with_token: fn(TokenPurpose, &Token) -> String,
    pub sign_in: fn() -> String,
    pub my_account: fn() -> String,
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Links").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Links {
    pub fn with_token(&self, purpose: TokenPurpose, token: &Token) -> String {
        format!("{}{}", self.origin, (self.with_token)(purpose, token))
    }

    pub(in crate::usecases) fn sign_in(&self) -> String {
        format!("{}{}", self.origin, (self.sign_in)())
    }

    pub(in crate::usecases) fn my_account(&self) -> String {
        format!("{}{}", self.origin, (self.my_account)())
    }
}

impl Context {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Copy of the context that notes commits in `commits`.
    #[must_use]
    pub fn noting(&self, commits: Commits) -> Self {
        Self { store: self.store.noting(commits), ..self.clone() }
    }

    pub fn store_metrics(&self) -> StoreMetrics {
        self.store.metrics()
    }
}
