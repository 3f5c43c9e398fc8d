//! Passwords: rules for new ones (NIST SP 800-63B-4, 3.1.1) and their hashes (OWASP Password Storage).

mod guessable;

use std::fmt;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash as Phc},
};
use unicode_normalization::UnicodeNormalization;

/// Shortest password as the sole factor, in characters.
pub const SOLE_FACTOR_MIN: usize = 15;

/// Longest password, in characters after NFC.
pub const PASSWORD_MAX: usize = 128;

/// Longest input that is normalized, in characters: NFC makes one character of at most four.
const INPUT_MAX: usize = 4 * PASSWORD_MAX;

/// A password in NFC, never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// Reason for refusing a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error("is empty")]
    Empty,
    #[error("is shorter than {0} characters")]
    TooShort(usize),
    #[error("is longer than 128 characters")]
    TooLong,
    #[error("contains a name, the email address or the company's name")]
    Personal,
    #[error("is a common or leaked password")]
    Common,
    #[error("is easy to guess")]
    Guessable,
}

/// A new password of the right length, not yet judged: judging takes some 10 ms.
#[derive(Clone)]
pub struct NewPassword(Password);

/// An Argon2id hash in PHC string format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl Password {
    /// Reads a password at sign-in. Input beyond the longest password is cut, so that normalizing and hashing are
    /// bounded.
    pub fn typed(text: &str) -> Self {
        Self(text.chars().take(INPUT_MAX).nfc().take(PASSWORD_MAX + 1).collect())
    }

    /// Reads a new password of the right length that is not easy to guess. `known` are words that an attacker would try
    /// first: names, address, company.
    ///
    /// # Errors
    /// See [`PasswordError`].
    pub fn choose(text: &str, min: usize, known: &[&str]) -> Result<Self, PasswordError> {
        NewPassword::parse(text, min)?.judge(known)
    }

    /// Hashes the password.
    ///
    /// # Errors
    /// Parameters that Argon2 rules out: a salt of the wrong length, no memory.
    pub fn hash(&self, salt: &[u8; 16]) -> Result<PasswordHash, HashingFailed> {
        let hash = hasher()?.hash_password_with_salt(self.0.as_bytes(), salt).map_err(|_| HashingFailed)?;
        Ok(PasswordHash(hash.to_string()))
    }
}

impl NewPassword {
    /// Checks the length of a new password.
    ///
    /// # Errors
    /// A length outside `min` to 128 characters.
    pub fn parse(text: &str, min: usize) -> Result<Self, PasswordError> {
        let is_long = text.chars().nth(INPUT_MAX).is_some();
        let text = text.chars().take(INPUT_MAX).nfc().collect::<String>();
        match text.chars().count() {
            0 => Err(PasswordError::Empty),
            length if is_long || length > PASSWORD_MAX => Err(PasswordError::TooLong),
            length if length < min => Err(PasswordError::TooShort(min)),
            _ => Ok(Self(Password(text))),
        }
    }

    /// Checks that the password is not easy to guess.
    ///
    /// # Errors
    /// A password that is leaked, well known, made of `known` words, or found by zxcvbn within 10^8 guesses.
    pub fn judge(self, known: &[&str]) -> Result<Password, PasswordError> {
        guessable::denial(&self.0.0, known).map_or(Ok(self.0), Err)
    }
}

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl PasswordHash {
    pub fn from_stored(phc: String) -> Self {
        Self(phc)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True if `password` is the hashed one. Takes as long as hashing; a malformed hash matches no password.
    pub fn verify(&self, password: &Password) -> bool {
        let (Ok(phc), Ok(hasher)) = (Phc::new(&self.0), hasher()) else { return false };
        hasher.verify_password(password.0.as_bytes(), &phc).is_ok()
    }

    /// Hash of a random password, checked where a user has none, so that the answer takes equally long.
    pub fn dummy() -> Self {
        // Made once with the parameters below, from a random password that was not kept.
        Self("$argon2id$v=19$m=19456,t=2,p=1$q4WYTYUvhGqjOeU7vH3XJw$UWQx4bDWJFe33GmUPsCkoQZTkP1B2kHSTLuMqaEAMtQ".to_owned())
    }

    /// True if the hash was made with weaker parameters than the current ones, and is to be replaced at the next
    /// sign-in.
    pub fn is_outdated(&self) -> bool {
        !self.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")
    }
}

/// Failure of the hash function.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the password could not be hashed")]
pub struct HashingFailed;

/// Argon2id with 19 MiB and two passes, OWASP's first choice. Spelled out, so that an upgrade of the crate changes
/// nothing.
fn hasher() -> Result<Argon2<'static>, HashingFailed> {
    let params = Params::new(19_456, 2, 1, None).map_err(|_| HashingFailed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 4] = ["Maya", "Fischer", "maya.fischer@example.com", "Northwind Trading"];

    fn denial(text: &str) -> Option<PasswordError> {
        Password::choose(text, 15, &KNOWN).err()
    }

    #[test]
    fn each_refusal_has_its_reason() {
        use PasswordError::{Common, Empty, Guessable, Personal, TooLong, TooShort};
        let long = "velvet otter ".repeat(10);
        for (text, why) in [
            ("", Empty),
            ("velvet otter", TooShort(15)),
            (long.as_str(), TooLong),
            ("passwordpassword", Common),
            ("123456789012345", Common),
            ("ababababababababab", Guessable),
            ("aaaaaaaaaaaaaaaaaaaa", Guessable),
            ("maya.fischer@example.com", Personal),
            ("MayaFischerNorthwind1", Personal),
            ("Northwind Trading 2026", Personal),
        ] {
            assert_eq!(denial(text), Some(why), "{text}");
        }
    }

    #[test]
    fn length_counts_characters_after_composition() {
        assert_eq!(denial(&"u\u{308}".repeat(14)), Some(PasswordError::TooShort(15)));
    }

    #[test]
    fn an_input_is_cut_before_it_is_normalized() {
        for length in [600, 60_000] {
            let marks = format!("a{}", "\u{301}\u{323}".repeat(length / 2));
            assert_eq!(denial(&marks), Some(PasswordError::TooLong));
            assert_eq!(Password::typed(&marks).0.chars().count(), PASSWORD_MAX + 1);
        }
    }

    #[test]
    fn a_password_fits_its_own_hash_in_either_form_of_unicode() {
        let hash = Password::typed("Große Änderungen").hash(&[7; 16]).unwrap();
        assert!(hash.verify(&Password::typed("Große A\u{308}nderungen")));
        assert!(!hash.verify(&Password::typed("Grosse Änderungen")));
        assert!(!hash.is_outdated());
    }

    #[test]
    fn the_dummy_hash_costs_as_much_as_a_real_one_and_fits_nothing() {
        let dummy = PasswordHash::dummy();
        assert!(!dummy.is_outdated());
        assert!(Phc::new(dummy.as_str()).is_ok());
        assert!(!dummy.verify(&Password::typed("")));
    }

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(format!("{:?}", Password::typed("velvet otter")), "Password(…)");
    }
}
