//! Passkeys: made and removed, at sign-in, as second step and proof, with invitations, under the two-factor policy, and in
//! the hands of administrators.

use chrono::TimeDelta;
use usher::domain::ids::UserId;

use crate::{
    helpers::{Authenticator, Browser, Db, PASSWORD, Page, TestApp, options},
    shared::steps::{at_once, confirm, invite, press, reset_link, visitor},
};

mod invitation;
mod own;
mod policy;
mod proofs;
mod reset;
mod sign_in;

const LENA: &str = "lena.novak@example.com";
const ME: &str = "/my-account";
const NEW: &str = "/my-account/passkeys/new";
const STEP: &str = "/sign-in/two-factor";
/// Page that removes the first passkey.
const REMOVE: &str = "/my-account/passkeys/1/remove";
const REFUSED: &str = "This passkey was not accepted.";

/// Lena Novak, a User with a password and a passkey, and the browser in which she made it.
pub(crate) struct Lena {
    pub(crate) app: TestApp,
    pub(crate) id: UserId,
    pub(crate) browser: Browser,
    pub(crate) passkey: Authenticator,
}

impl Lena {
    pub(crate) async fn new(db: Db) -> Self {
        let (app, _) = TestApp::with_admin(db).await;
        let id = app.create_user("Lena", "Novak");
        let (mut browser, mut passkey) = (app.signed_in(LENA).await, Authenticator::new(7));
        passkey.register(&app, &mut browser, "Phone").await.redirects_to(ME);
        app.mail().await;
        Self { app, id, browser, passkey }
    }

    /// A browser after the right password, at the second step.
    async fn at_second_step(&self) -> Browser {
        let mut browser = self.app.browser();
        browser.sign_in(&self.app, LENA, PASSWORD).await.redirects_to(STEP);
        browser
    }
}
