//! Passwords, passkeys, single-use tokens, and the waits after failed attempts.

pub mod passkey;
pub mod password;
pub mod proof;
pub mod recovery;
pub mod throttle;
pub mod token;
pub mod two_factor;
