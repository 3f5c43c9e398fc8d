//! Passkeys (`WebAuthn`, level 3): the ceremonies in which a browser makes or uses one. Passkeys are discoverable, and
//! their authenticator verifies the user by a PIN or a biometric.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    Credential, DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Url, Uuid,
    Webauthn, WebauthnBuilder, WebauthnError,
};

use crate::domain::clock::{Random, random_bytes};

/// Most passkeys of a user.
pub const PASSKEYS_MAX: usize = 10;

/// Longest id of a credential, in bytes (Web Authentication, registration of a new credential).
const CREDENTIAL_ID_MAX: usize = 1023;

/// Longest answer of a browser that is read, in bytes. Usual ones have some 2,000.
const ANSWER_MAX: usize = 20_000;

/// Name of a user for authenticators: random, without personal data, and the same for all passkeys of the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserHandle([u8; 16]);

impl UserHandle {
    pub fn new(random: &dyn Random) -> Self {
        Self(random_bytes(random))
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.try_into().ok()?))
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// User for whom a passkey is made. Authenticators show the address and the name.
#[derive(Debug, Clone)]
pub struct Owner<'a> {
    pub handle: UserHandle,
    pub email: &'a str,
    pub name: &'a str,
}

/// A begun ceremony.
#[derive(Debug, Clone)]
pub struct Begun {
    /// Options for the browser, as JSON.
    pub options: String,
    /// State for the check of the answer, to be sealed.
    pub state: Vec<u8>,
}

/// A new passkey.
#[derive(Debug, Clone)]
pub struct NewPasskey {
    pub handle: UserHandle,
    pub credential_id: Vec<u8>,
    /// Public key and what belongs to it, as it is stored.
    pub credential: String,
    pub sign_count: u32,
}

/// Answer of a browser that used a passkey. Nothing of it is checked yet.
#[derive(Debug, Clone)]
pub struct Assertion(Box<PublicKeyCredential>);

/// A use of a passkey whose signature, challenge, origin and user verification are right.
#[derive(Debug, Clone)]
pub struct Used {
    pub credential: String,
    pub sign_count: u32,
}

/// Reason for which an answer is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyRefused {
    #[error("the passkey is not accepted")]
    Wrong,
    /// The counter of signatures went back: the passkey may have been copied.
    #[error("the passkey may have been copied")]
    Copied,
}

/// State of a registration, with the user's handle.
#[derive(Serialize, Deserialize)]
struct Registration {
    handle: UserHandle,
    state: PasskeyRegistration,
}

/// Usher as a party of ceremonies: answers of other origins are refused.
#[derive(Debug, Clone)]
pub struct RelyingParty(Webauthn);

impl RelyingParty {
    /// Party with the origin of the public URL; `None` for an address of numbers, which cannot have passkeys. `any_port`
    /// accepts all ports of its host.
    pub fn new(origin: &str, any_port: bool) -> Option<Self> {
        let origin = Url::parse(origin).ok()?;
        let builder = WebauthnBuilder::new(origin.domain()?, &origin).ok()?;
        Some(Self(builder.rp_name("Usher").allow_any_port(any_port).build().ok()?))
    }

    /// Begins to make a passkey. Authenticators with one of the passkeys `known` refuse to make another.
    pub fn begin_registration(&self, owner: &Owner<'_>, known: Vec<Vec<u8>>) -> Option<Begun> {
        let handle = Uuid::from_bytes(owner.handle.0);
        let (options, state) = self.0.start_passkey_registration(handle, owner.email, owner.name, Some(known)).ok()?;
        let mut options = serde_json::to_value(options).ok()?["publicKey"].take();
        let selection = &mut options["authenticatorSelection"];
        selection["residentKey"] = json!("required");
        selection["requireResidentKey"] = json!(true);
        let state = serde_json::to_vec(&Registration { handle: owner.handle, state }).ok()?;
        Some(Begun { options: options.to_string(), state })
    }

    /// Checks the answer to [`Self::begin_registration`].
    pub fn finish_registration(&self, state: &[u8], answer: &str) -> Result<NewPasskey, PasskeyRefused> {
        let Registration { handle, state } = serde_json::from_slice(state).map_err(|_| PasskeyRefused::Wrong)?;
        let answer = read::<RegisterPublicKeyCredential>(answer).ok_or(PasskeyRefused::Wrong)?;
        let passkey = self.0.finish_passkey_registration(&answer, &state).map_err(|error| refused(&error))?;
        let (credential_id, stored) = (passkey.cred_id().clone(), stored(&passkey)?);
        if credential_id.is_empty() || credential_id.len() > CREDENTIAL_ID_MAX {
            return Err(PasskeyRefused::Wrong);
        }
        Ok(NewPasskey { handle, credential_id, credential: stored, sign_count: Credential::from(passkey).counter })
    }

    /// Begins to use a passkey: one of `among`, or without those any that the browser has.
    pub fn begin_use(&self, among: &[Vec<u8>]) -> Option<Begun> {
        let (options, state) = self.0.start_discoverable_authentication().ok()?;
        let mut options = serde_json::to_value(options).ok()?["publicKey"].take();
        let among = among.iter().map(|id| json!({ "type": "public-key", "id": URL_SAFE_NO_PAD.encode(id) }));
        options["allowCredentials"] = among.collect::<Value>();
        Some(Begun { options: options.to_string(), state: serde_json::to_vec(&state).ok()? })
    }

    /// Checks the answer to [`Self::begin_use`] against the stored passkey.
    pub fn finish_use(&self, state: &[u8], answer: &Assertion, credential: &str) -> Result<Used, PasskeyRefused> {
        let state = serde_json::from_slice::<DiscoverableAuthentication>(state).map_err(|_| PasskeyRefused::Wrong)?;
        let mut passkey = serde_json::from_str::<Passkey>(credential).map_err(|_| PasskeyRefused::Wrong)?;
        if answer.is_of_another_frame() {
            return Err(PasskeyRefused::Wrong);
        }
        let used = self.0.finish_discoverable_authentication_v2(&answer.0, state, &passkey).map_err(|error| refused(&error))?;
        passkey.update_credential(&used);
        Ok(Used { credential: stored(&passkey)?, sign_count: used.counter() })
    }
}

impl Assertion {
    /// Reads an answer; `None` for malformed or overlong text.
    pub fn parse(answer: &str) -> Option<Self> {
        read(answer).map(Box::new).map(Self)
    }

    pub fn credential_id(&self) -> &[u8] {
        self.0.get_credential_id()
    }

    /// Handle of the user, if the authenticator tells it.
    pub fn handle(&self) -> Option<&[u8]> {
        self.0.get_user_unique_id()
    }

    /// True if the ceremony ran in a frame of another site, which the library does not look at.
    fn is_of_another_frame(&self) -> bool {
        let client = serde_json::from_slice::<Value>(&self.0.response.client_data_json).unwrap_or_default();
        client["crossOrigin"] == json!(true) || !client["topOrigin"].is_null()
    }
}

fn read<T: for<'a> Deserialize<'a>>(answer: &str) -> Option<T> {
    serde_json::from_str(answer).ok().filter(|_| answer.len() <= ANSWER_MAX)
}

fn stored(passkey: &Passkey) -> Result<String, PasskeyRefused> {
    serde_json::to_string(passkey).map_err(|_| PasskeyRefused::Wrong)
}

fn refused(error: &WebauthnError) -> PasskeyRefused {
    match error {
        WebauthnError::CredentialPossibleCompromise => PasskeyRefused::Copied,
        _ => PasskeyRefused::Wrong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemRandom;

    #[test]
    fn a_party_needs_a_host_with_a_name() {
        for (origin, is_party) in [
            ("https://usher.example.com", true),
            ("http://localhost:8080", true),
            ("http://127.0.0.1:8080", false),
            ("http://[::1]:8080", false),
            ("usher", false),
        ] {
            assert_eq!(RelyingParty::new(origin, false).is_some(), is_party, "{origin}");
        }
    }

    #[test]
    fn options_ask_for_discoverable_passkeys_and_verified_users() {
        let party = RelyingParty::new("https://usher.example.com", false).unwrap();
        let owner = Owner { handle: UserHandle::new(&SystemRandom), email: "maya@example.com", name: "Maya Fischer" };
        let begun = party.begin_registration(&owner, vec![vec![7; 16]]).unwrap();
        let options = serde_json::from_str::<Value>(&begun.options).unwrap();
        assert_eq!(options["rp"]["id"], "usher.example.com");
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(options["attestation"], "none");
        assert_eq!(options["excludeCredentials"][0]["id"], "BwcHBwcHBwcHBwcHBwcHBw");
        let options = serde_json::from_str::<Value>(&party.begin_use(&[vec![7; 16]]).unwrap().options).unwrap();
        assert_eq!((&options["userVerification"], &options["rpId"]), (&json!("required"), &json!("usher.example.com")));
        assert_eq!(options["allowCredentials"][0]["id"], "BwcHBwcHBwcHBwcHBwcHBw");
    }

    #[test]
    fn garbage_is_no_answer() {
        let long = format!("{{\"id\":\"{}\"}}", "a".repeat(ANSWER_MAX));
        for answer in ["", "{}", "[]", "null", "{\"id\":7}", &*long, &"[".repeat(10_000)] {
            assert!(Assertion::parse(answer).is_none(), "{answer:.20}");
        }
        let party = RelyingParty::new("https://usher.example.com", false).unwrap();
        assert_eq!(party.finish_registration(b"{}", "{}").err(), Some(PasskeyRefused::Wrong));
    }
}
