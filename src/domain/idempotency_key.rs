//! Keys by which a form that is submitted twice is recognized.

use sha2::{Digest, Sha256};

/// SHA-256 of a form's address and fields. One of the fields is a token of the page, so that equal forms on two pages
/// have different keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdempotencyKey(pub [u8; 32]);

impl IdempotencyKey {
    pub fn new(path: &str, body: &[u8]) -> Self {
        let mut digest = Sha256::new();
        digest.update(path.len().to_le_bytes());
        digest.update(path);
        digest.update(body);
        Self(digest.finalize().into())
    }
}
