//! An authenticator with a browser around it, in software: makes passkeys and uses them (`WebAuthn`, level 3).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Browser, Page, TestApp};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const WITH_KEY: u8 = 0x40;

/// One passkey, with what an attacker may change about it.
#[derive(Debug, Clone)]
pub struct Authenticator {
    pub key: SigningKey,
    pub id: Vec<u8>,
    pub handle: Vec<u8>,
    /// Counter of signatures; stays 0 where `counts` is false, as that of passkeys in a cloud.
    pub count: u32,
    pub counts: bool,
    pub origin: &'static str,
    pub party: &'static str,
    pub verifies: bool,
    pub in_frame: bool,
}

impl Authenticator {
    /// An authenticator whose key and credential follow from `seed`.
    pub fn new(seed: u8) -> Self {
        Self {
            key: SigningKey::from_slice(&[seed; 32]).unwrap(),
            id: vec![seed; 20],
            handle: Vec::new(),
            count: 0,
            counts: true,
            origin: "http://localhost:8080",
            party: "localhost",
            verifies: true,
            in_frame: false,
        }
    }

    /// Copy of the passkey with another key.
    #[must_use]
    pub fn with_key_of(self, seed: u8) -> Self {
        Self { key: Self::new(seed).key, ..self }
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let data = json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": self.in_frame });
        data.to_string().into_bytes()
    }

    /// Data of the authenticator up to the counter, which goes on.
    fn data(&mut self, flags: u8) -> Vec<u8> {
        self.count += u32::from(self.counts);
        let flags = flags | PRESENT | if self.verifies { VERIFIED } else { 0 };
        [&*Sha256::digest(self.party), &[flags], &self.count.to_be_bytes()].concat()
    }

    /// Answer to `navigator.credentials.create()`.
    pub fn create(&mut self, options: &Value) -> String {
        self.handle = decoded(&options["user"]["id"]);
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = (&point.as_bytes()[1..33], &point.as_bytes()[33..]);
        let key = [&[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20], x, &[0x22, 0x58, 0x20], y].concat();
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        let data = [&*self.data(WITH_KEY), &[0; 16], &length, &self.id, &key].concat();
        let size = u16::try_from(data.len()).unwrap().to_be_bytes();
        let head = [b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".as_slice(), &size].concat();
        self.answer(&json!({
            "clientDataJSON": encoded(&self.client_data("webauthn.create", options)),
            "attestationObject": encoded(&[head, data].concat()),
        }))
    }

    /// Answer to `navigator.credentials.get()`.
    pub fn get(&mut self, options: &Value) -> String {
        let (client, data) = (self.client_data("webauthn.get", options), self.data(0));
        let signature: Signature = self.key.sign(&[&*data, &*Sha256::digest(&client)].concat());
        self.answer(&json!({
            "clientDataJSON": encoded(&client),
            "authenticatorData": encoded(&data),
            "signature": encoded(signature.to_der().as_bytes()),
            "userHandle": encoded(&self.handle),
        }))
    }

    fn answer(&self, response: &Value) -> String {
        let id = encoded(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {} }).to_string()
    }

    /// Makes a passkey for the user of a browser, on the page of My account.
    pub async fn register(&mut self, app: &TestApp, browser: &mut Browser, name: &str) -> Page {
        let path = "/my-account/passkeys/new";
        let page = browser.get(app, path).await;
        let answer = self.create(&options(page.is(200)));
        browser.send(app, &page, path, &[("name", name), ("credential", &answer)]).await
    }

    /// Signs in on the sign-in page.
    pub async fn sign_in(&mut self, app: &TestApp, browser: &mut Browser) -> Page {
        let page = browser.get(app, "/sign-in").await;
        let answer = self.get(&options(&page));
        browser.send(app, &page, "/sign-in/passkey", &[("credential", &answer)]).await
    }
}

/// Options of the ceremony on a page.
#[track_caller]
pub fn options(page: &Page) -> Value {
    serde_json::from_str(&page.attribute("data-options")).unwrap()
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decoded(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap()
}
