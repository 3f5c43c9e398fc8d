//! Secret key of the instance and its uses: sealed mails, form tokens, cookies.

use std::fmt;

use aes_gcm::{
    Aes256Gcm, Nonce,
    aead::{Aead, KeyInit, Payload},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::clock::{Random, random_bytes};

/// Length of the key in its file, in bytes.
pub const KEY_LENGTH: usize = 64;

/// 64 random bytes from which all other keys are derived (HKDF-SHA256, one label for each use).
#[derive(Clone)]
pub struct SecretKey([u8; KEY_LENGTH]);

impl SecretKey {
    pub fn new(random: &dyn Random) -> Self {
        Self(random_bytes(random))
    }

    /// Parses the content of a key file: URL-safe base64 without padding.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    pub fn reveal(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Derives a key of `N` bytes for one use.
    #[expect(clippy::expect_used, reason = "HKDF-SHA256 fails only above 8160 bytes, and lengths are constants here")]
    pub fn derive<const N: usize>(&self, label: &str) -> [u8; N] {
        let mut key = [0; N];
        Hkdf::<Sha256>::new(None, &self.0).expand(label.as_bytes(), &mut key).expect("a length within HKDF's bound");
        key
    }

    /// Seals `clear` with AES-256-GCM. The sealed text opens only with an equal `context`, so that it is useless in
    /// another place.
    #[expect(clippy::expect_used, reason = "AES-GCM fails only above 64 GiB")]
    pub fn seal(&self, context: &str, clear: &[u8], random: &dyn Random) -> Vec<u8> {
        let nonce = random_bytes::<12>(random);
        let payload = Payload { msg: clear, aad: context.as_bytes() };
        let sealed = self.cipher().encrypt(&Nonce::from(nonce), payload).expect("a text within AES-GCM's bound");
        [nonce.as_slice(), &sealed].concat()
    }

    /// Opens a text sealed by [`Self::seal`]; `None` for another key, context or text.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, text) = sealed.split_first_chunk::<12>()?;
        self.cipher().decrypt(&Nonce::from(*nonce), Payload { msg: text, aad: context.as_bytes() }).ok()
    }

    /// Message authentication code of `text` (HMAC-SHA256).
    pub fn sign(&self, label: &str, text: &[u8]) -> [u8; 32] {
        self.mac(label, text).finalize().into_bytes().into()
    }

    /// True if `code` was made by [`Self::sign`]. Compares in constant time.
    pub fn verify(&self, label: &str, text: &[u8], code: &[u8]) -> bool {
        self.mac(label, text).verify_slice(code).is_ok()
    }

    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    fn mac(&self, label: &str, text: &[u8]) -> Hmac<Sha256> {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.derive::<32>(label)).expect("a key of any length");
        mac.update(text);
        mac
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(&self.derive::<32>("seal").into())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemRandom;

    #[test]
    fn a_key_survives_its_file() {
        let key = SecretKey::new(&SystemRandom);
        assert_eq!(SecretKey::parse(&format!("{}\n", key.reveal())).map(|key| key.0), Some(key.0));
        assert!(SecretKey::parse("c2hvcnQ").is_none());
    }

    #[test]
    fn a_sealed_text_opens_only_with_its_key_in_its_place_and_untouched() {
        let key = SecretKey::new(&SystemRandom);
        let sealed = key.seal("mail 7", b"the link", &SystemRandom);
        assert_eq!(key.open("mail 7", &sealed).as_deref(), Some(b"the link".as_slice()));
        assert_eq!(key.open("mail 8", &sealed), None);
        assert_eq!(SecretKey::new(&SystemRandom).open("mail 7", &sealed), None);
        let mut touched = sealed.clone();
        touched[20] ^= 1;
        assert_eq!(key.open("mail 7", &touched), None);
        assert_eq!(key.open("mail 7", &[]), None);
    }

    #[test]
    fn a_code_is_good_for_its_text_and_its_use() {
        let key = SecretKey::new(&SystemRandom);
        let code = key.sign("form", b"session");
        assert!(key.verify("form", b"session", &code));
        assert!(!key.verify("form", b"other", &code));
        assert!(!key.verify("cookie", b"session", &code));
    }
}
