//! Sign-ins by outcome.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::{
    domain::credentials::token::Token,
    usecases::credentials::{
        second_step::SecondStepError,
        sign_in::{SignInError, SignInState},
    },
};

const OUTCOMES: [&str; 7] = ["signed_in", "code_needed", "wrong", "wrong_code", "wrong_passkey", "throttled", "deactivated"];

#[derive(Debug, Default)]
pub(in crate::web) struct SignIns([AtomicU64; OUTCOMES.len()]);

impl SignIns {
    /// Counts the outcome of address and password. Failures that are no outcome for the user are counted as failed
    /// requests.
    pub(in crate::web) fn note(&self, outcome: &Result<SignInState, SignInError>) {
        self.count(match outcome {
            Ok(SignInState::SignedIn(_) | SignInState::EnrolmentNeeded(_)) => "signed_in",
            Ok(SignInState::SecondStepNeeded(_)) => "code_needed",
            Err(SignInError::Wrong) => "wrong",
            Err(SignInError::Throttled { .. } | SignInError::Closed) => "throttled",
            Err(SignInError::Deactivated) => "deactivated",
            Err(SignInError::Store(_) | SignInError::Hashing(_)) => return,
        });
    }

    /// Counts the outcome of a code.
    pub(in crate::web) fn note_code(&self, outcome: &Result<Token, SecondStepError>) {
        self.count(match outcome {
            Ok(_) => "signed_in",
            Err(SecondStepError::Wrong) => "wrong_code",
            Err(SecondStepError::Throttled { .. } | SecondStepError::Closed) => "throttled",
            Err(SecondStepError::Ended | SecondStepError::Store(_) | SecondStepError::Hashing(_)) => return,
        });
    }

    /// Counts the outcome of a passkey.
    pub(in crate::web) fn note_passkey(&self, outcome: &Result<Token, SignInError>) {
        self.count(match outcome {
            Ok(_) => "signed_in",
            Err(SignInError::Wrong) => "wrong_passkey",
            Err(SignInError::Throttled { .. } | SignInError::Closed) => "throttled",
            Err(SignInError::Deactivated) => "deactivated",
            Err(SignInError::Store(_) | SignInError::Hashing(_)) => return,
        });
    }

    fn count(&self, outcome: &str) {
        let counters = OUTCOMES.into_iter().zip(&self.0);
        for (_, counter) in counters.filter(|(other, _)| *other == outcome) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn so_far(&self) -> impl Iterator<Item = (&'static str, u64)> {
        OUTCOMES.into_iter().zip(self.0.iter().map(|counter| counter.load(Ordering::Relaxed)))
    }
}
