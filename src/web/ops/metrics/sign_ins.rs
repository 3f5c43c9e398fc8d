//! Sign-ins by outcome.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::{domain::credentials::token::Token, usecases::credentials::sign_in::SignInError};

const OUTCOMES: [&str; 4] = ["signed_in", "wrong", "throttled", "deactivated"];

#[derive(Debug, Default)]
pub(in crate::web) struct SignIns([AtomicU64; OUTCOMES.len()]);

impl SignIns {
    /// Counts an outcome. Failures that are no outcome for the user are counted as failed requests.
    pub(in crate::web) fn note(&self, outcome: &Result<Token, SignInError>) {
        let [signed_in, wrong, throttled, deactivated] = &self.0;
        let counter = match outcome {
            Ok(_) => signed_in,
            Err(SignInError::Wrong) => wrong,
            Err(SignInError::Throttled { .. } | SignInError::Closed) => throttled,
            Err(SignInError::Deactivated) => deactivated,
            Err(SignInError::Store(_) | SignInError::Hashing(_)) => return,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn so_far(&self) -> impl Iterator<Item = (&'static str, u64)> {
        OUTCOMES.into_iter().zip(self.0.iter().map(|counter| counter.load(Ordering::Relaxed)))
    }
}
