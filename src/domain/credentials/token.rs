//! Tokens of single-use links and of sessions: 256 random bits, of which only a hash is stored.

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

/// SHA-256 of a token's text, as stored.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl Token {
    pub fn new(random: &dyn Random) -> Self {
        Self(URL_SAFE_NO_PAD.encode(random_bytes::<32>(random)))
    }

    /// Parses the token of a link or a cookie; `None` for malformed text.
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

    /// Clear text, for links and cookies only.
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
    /// Purpose of a link; a link is valid for its own purpose only.
    TokenPurpose {
        /// First Admin sets up the company.
        Setup = "setup",
        /// Invited user accepts and sets name and password.
        Invitation = "invitation",
        /// User chooses a new password.
        PasswordReset = "password_reset",
        /// Admin chooses a new password, by a link made at the command line. Never mailed.
        Recovery = "recovery",
        /// Reader of mail at a new address confirms it.
        EmailChange = "email_change",
        /// Reader of mail at the old address cancels the change.
        EmailChangeStop = "email_change_stop",
        /// Reader of mail at the old address undoes the confirmed change, by the link that could cancel it before.
        EmailChangeUndo = "email_change_undo",
        /// Browser that gave the right password enters a code. Never mailed.
        SecondStep = "second_step",
    }
}

stored_enum! {
    /// End of a link before its expiry.
    TokenEnd {
        /// Link was used for its purpose.
        Used = "used",
        /// Newer link replaced it.
        Replaced = "replaced",
        /// Administrator revoked it.
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
