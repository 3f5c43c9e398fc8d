//! Time and randomness as arguments; no other module asks the machine for either.

use chrono::{NaiveDateTime, SubsecRound, Utc};

/// A moment in UTC, cut to microseconds, which both databases store exactly.
pub type Timestamp = NaiveDateTime;

/// Source of the current time: [`SystemClock`] in the program, one that stands still in tests.
pub trait Clock: Send + Sync + std::fmt::Debug {
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is given")]
        let now = Utc::now();
        now.naive_utc().trunc_subsecs(6)
    }
}

/// Source of unpredictable bytes.
pub trait Random: Send + Sync + std::fmt::Debug {
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        #[expect(clippy::disallowed_methods, reason = "this is the source that everything else is given")]
        let filled = getrandom::fill(bytes);
        // Guessable tokens must never be issued, so a machine without randomness ends the process.
        #[expect(clippy::expect_used, reason = "there is no safe way to go on without randomness")]
        filled.expect("the operating system gives no random bytes");
    }
}

/// `N` fresh random bytes.
pub fn random_bytes<const N: usize>(random: &dyn Random) -> [u8; N] {
    let mut bytes = [0; N];
    random.fill(&mut bytes);
    bytes
}
