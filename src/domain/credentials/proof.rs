//! Proofs of a signed-in user who they are.

use crate::domain::stored::stored_enum;

stored_enum! {
    /// Kind of a proof.
    ProofMethod {
        Password = "password",
        /// Code of an authenticator app.
        Code = "code",
        Passkey = "passkey",
    }
}

impl ProofMethod {
    pub fn label(self) -> &'static str {
        match self {
            Self::Password => "Password",
            Self::Code => "Code",
            Self::Passkey => "Passkey",
        }
    }

    /// "the password"
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Password => "the password",
            Self::Code => "an authenticator code",
            Self::Passkey => "a passkey",
        }
    }
}
