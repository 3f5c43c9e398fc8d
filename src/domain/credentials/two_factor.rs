//! Two-factor authentication: codes of an authenticator app (TOTP, RFC 6238) and recovery codes.

use std::fmt;

use totp_rs::{Builder, Totp};
use unicode_normalization::UnicodeNormalization;

use crate::domain::clock::{Random, Timestamp, random_bytes};

/// Length of a secret in bytes, as RFC 4226, 4 recommends.
const SECRET_LENGTH: usize = 20;

/// Longest typed code that is read, in characters.
const TYPED_MAX: usize = 64;

/// Number of recovery codes of a user.
pub const RECOVERY_CODES: usize = 10;

/// Letters and digits of recovery codes, without those that look alike.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// Letters and digits of a recovery code: 40 random bits.
const RECOVERY_LENGTH: usize = 8;

/// Secret that an authenticator app shares with Usher. Codes have six digits and change every 30 seconds.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret([u8; SECRET_LENGTH]);

/// Six digits, as an app shows them.
#[derive(Clone, PartialEq, Eq)]
pub struct AppCode(String);

/// A code that signs its user in once without the app.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(String);

impl TotpSecret {
    pub fn new(random: &dyn Random) -> Self {
        Self(random_bytes(random))
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.try_into().ok()?))
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn totp(&self, issuer: &str, account: &str) -> Totp {
        let builder = Builder::new().with_secret(self.0).with_skew(1).with_account_name(account.replace(':', " "));
        builder.with_issuer(Some(issuer.replace(':', " "))).build_noncompliant()
    }

    /// The secret to be typed: base32 in groups of four characters.
    pub fn in_groups(&self) -> String {
        let key = self.totp("", "").secret().to_base32();
        key.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
    }

    /// Address `otpauth://totp/…` for the QR code. `None` without an account.
    pub fn address(&self, issuer: &str, account: &str) -> Option<String> {
        self.totp(issuer, account).to_url().ok()
    }

    /// Half minute since 1970 in which the app shows this code: the present one, the one before, or the next, for clocks that
    /// differ.
    pub fn step_of(&self, code: &AppCode, now: Timestamp) -> Option<i64> {
        let seconds = u64::try_from(now.and_utc().timestamp()).ok()?;
        i64::try_from(self.totp("", "").check(&code.0, seconds)?).ok()
    }

    /// Code that the app shows at this time, for tests of sign-ins.
    pub fn code_at(&self, now: Timestamp) -> String {
        self.totp("", "").generate(now.and_utc().timestamp().unsigned_abs()).to_string()
    }
}

/// Typed text in one spelling: without blanks and hyphens, full-width digits and letters as plain ones, in capitals.
fn plain(typed: &str) -> String {
    let typed = typed.chars().take(TYPED_MAX).nfkc().filter(|c| !c.is_whitespace() && *c != '-');
    typed.flat_map(char::to_uppercase).take(TYPED_MAX).collect()
}

impl AppCode {
    /// Reads six digits.
    pub fn parse(typed: &str) -> Option<Self> {
        let code = plain(typed);
        (code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit())).then_some(Self(code))
    }
}

impl RecoveryCode {
    pub fn new(random: &dyn Random) -> Self {
        let bytes = random_bytes::<RECOVERY_LENGTH>(random);
        Self(bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect())
    }

    /// Reads a code, with or without its hyphen, in capitals or not.
    pub fn parse(typed: &str) -> Option<Self> {
        let code = plain(typed);
        (code.len() == RECOVERY_LENGTH && code.bytes().all(|byte| ALPHABET.contains(&byte))).then_some(Self(code))
    }

    /// Clear text without the hyphen, to be hashed.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// "7KQ4-M2XD", to be shown once.
    pub fn in_groups(&self) -> String {
        let (first, second) = self.0.split_at(RECOVERY_LENGTH / 2);
        format!("{first}-{second}")
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

impl fmt::Debug for AppCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppCode(…)")
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::clock::SystemRandom;

    fn at(seconds: i64) -> Timestamp {
        DateTime::from_timestamp(seconds, 0).unwrap().naive_utc()
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        let secret = TotpSecret(*b"12345678901234567890");
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")] {
            assert_eq!(secret.code_at(at(seconds)), code);
            assert_eq!(secret.step_of(&AppCode::parse(code).unwrap(), at(seconds)), Some(seconds / 30));
        }
        assert_eq!(secret.in_groups(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    }

    #[test]
    fn a_code_holds_one_step_before_and_after_its_own() {
        let secret = TotpSecret::new(&SystemRandom);
        let now = 1_800_000_000;
        let code = AppCode::parse(&secret.code_at(at(now))).unwrap();
        let steps = [-60, -30, 0, 30, 60].map(|seconds| secret.step_of(&code, at(now + seconds)));
        assert_eq!(steps, [None, Some(now / 30), Some(now / 30), Some(now / 30), None]);
    }

    #[test]
    fn a_typed_code_is_read_in_any_spelling() {
        let long = "1".repeat(1_000_000);
        for (typed, reads) in [
            ("287082", true),
            (" 287 082\n", true),
            ("２８７０８２", true),
            ("28708", false),
            ("2870820", false),
            ("28708a", false),
            ("٢٨٧٠٨٢", false),
            ("", false),
            (&long, false),
        ] {
            assert_eq!(AppCode::parse(typed).is_some(), reads, "{typed:.20}");
        }
        for (typed, reads) in
            [("7KQ4-M2XD", true), ("7kq4m2xd", true), (" 7KQ4 M2XD ", true), ("7KQ4-M2X1", false), ("7KQ4-M2X", false), (&*long, false)]
        {
            assert_eq!(RecoveryCode::parse(typed).is_some(), reads, "{typed:.20}");
        }
    }

    #[test]
    fn a_recovery_code_is_read_as_it_is_shown() {
        let code = RecoveryCode::new(&SystemRandom);
        assert_eq!(RecoveryCode::parse(&code.in_groups()), Some(code));
    }

    #[test]
    fn the_address_for_an_app_names_company_and_user() {
        let secret = TotpSecret(*b"12345678901234567890");
        let address = secret.address("Usher: Northwind", "maya@example.com").unwrap();
        assert_eq!(
            address,
            "otpauth://totp/Usher%20%20Northwind:maya%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Usher%20%20Northwind"
        );
    }
}
