//! Digest of what a page showed, by which its form notices a later change.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Digest in a hidden field of a form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest(String);

impl Digest {
    /// Digest of everything that `shown` prints.
    pub fn of(shown: &impl fmt::Debug) -> Self {
        Self(URL_SAFE_NO_PAD.encode(&Sha256::digest(format!("{shown:?}"))[..16]))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_contents_have_equal_digests() {
        assert_eq!(Digest::of(&["a", "b"]), Digest::of(&vec!["a", "b"]));
        assert_ne!(Digest::of(&["a", "b"]), Digest::of(&["ab"]));
        assert_eq!(Digest::of(&1).to_string().len(), 22);
    }
}
