//! Single-use links, and the tokens of sessions: 256 random bits, of which only a hash is kept.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::domain::{
    clock::{Random, random_bytes},
    stored::stored_enum,
};

/// Characters of a token.
const LENGTH: usize = 43;

/// 256 random bits, written as 43 characters of URL-safe base64.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// SHA-256 of a token's text: what the database keeps.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl Token {
    pub fn new(random: &dyn Random) -> Self {
        Self(URL_SAFE_NO_PAD.encode(random_bytes::<32>(random)))
    }

    /// The token in a link or a cookie; `None` for what cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != LENGTH {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == 32).then(|| Self(text.to_owned()))
    }

    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.as_bytes()).into())
    }

    /// The clear text, for a link or a cookie and nothing else.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

stored_enum! {
    /// What a link is for. A link for one purpose is none for another.
    TokenPurpose {
        /// The first Admin sets the company up.
        Setup = "setup",
        /// An invited user confirms and sets their credentials.
        Invitation = "invitation",
        /// Somebody chooses a new password.
        PasswordReset = "password_reset",
        /// Whoever reads mail at a new address says so.
        EmailChange = "email_change",
        /// Whoever reads mail at the old address keeps it.
        EmailChangeStop = "email_change_stop",
    }
}

stored_enum! {
    /// How a link ended before its time.
    TokenEnd {
        /// It did what it was for.
        Used = "used",
        /// A newer link took its place.
        Replaced = "replaced",
        /// Somebody took it back.
        Revoked = "revoked",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemRandom;

    #[test]
    fn a_token_survives_a_link_and_keeps_its_hash() {
        let token = Token::new(&SystemRandom);
        assert_eq!(token.reveal().len(), 43);
        assert_eq!(Token::parse(token.reveal()).map(|token| token.hash()), Some(token.hash()));
    }

    #[test]
    fn what_cannot_be_a_token_is_none() {
        let short = "a".repeat(42);
        let padded = format!("{}=", "A".repeat(43));
        for text in ["", "x", short.as_str(), padded.as_str(), "../../etc/passwd"] {
            assert_eq!(Token::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_token_is_never_shown() {
        let token = Token::new(&SystemRandom);
        assert!(!format!("{token:?} {:?}", token.hash()).contains(token.reveal()));
    }
}
