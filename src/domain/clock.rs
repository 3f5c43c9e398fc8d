//! Time and randomness, as arguments: the one place that asks the machine for either.

use chrono::{NaiveDateTime, SubsecRound, Utc};

/// A moment in UTC, cut to microseconds: what both databases keep exactly.
pub type Timestamp = NaiveDateTime;

/// Tells the time. The program has [`SystemClock`]; tests have one that stands still.
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

/// A source of bytes that nobody can guess.
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
        // A machine without randomness must not hand out guessable tokens: nothing can go on.
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
