//! A form as a browser sent it, to be known again when it is sent twice.

use sha2::{Digest, Sha256};

/// SHA-256 of a form's address and fields. The token among the fields differs from page to page, so that the same form from another page is another one.
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
