//! Two-factor: codes of an app, recovery codes, the second step of a sign-in, and the reset.

use chrono::TimeDelta;
use usher::domain::{
    credentials::two_factor::{RecoveryCode, TotpSecret},
    ids::UserId,
};

use crate::{
    helpers::{Browser, Db, PASSWORD, Page, TestApp},
    shared::steps::{at_once, confirm},
};

mod own;
mod policy;
mod reset;
mod second_step;

const LENA: &str = "lena.novak@example.com";
const STEP: &str = "/sign-in/two-factor";
const ON: &str = "/my-account/two-factor";
const WRONG: &str = "This code is wrong or was used";

/// Lena Novak, a User with two-factor and a browser in which she turned it on.
pub(crate) struct Lena {
    pub(crate) app: TestApp,
    pub(crate) id: UserId,
    pub(crate) browser: Browser,
    pub(crate) secret: TotpSecret,
    codes: Vec<String>,
}

impl Lena {
    /// Two-factor turned on an hour ago, so that codes of the present are unused.
    pub(crate) async fn new(db: Db) -> Self {
        let (app, _) = TestApp::with_admin(db).await;
        let id = app.create_user("Lena", "Novak");
        let mut browser = app.signed_in(LENA).await;
        let (secret, codes) = turn_on(&app, &mut browser).await;
        app.mail().await;
        app.advance(TimeDelta::minutes(30));
        Self { app, id, browser, secret, codes }
    }

    pub(crate) fn code(&self) -> String {
        self.secret.code_at(self.app.now())
    }

    /// A browser after the right password, at the second step.
    async fn at_second_step(&self) -> Browser {
        let mut browser = self.app.browser();
        browser.sign_in(&self.app, LENA, PASSWORD).await.redirects_to(STEP);
        browser
    }
}

/// Requires two-factor of `audience`, so many days from the present on.
pub(crate) fn require(app: &TestApp, audience: &str, days: i64) {
    let from = (app.now() + TimeDelta::days(days)).date();
    let from = if audience == "nobody" { "NULL".to_owned() } else { format!("'{from}'") };
    app.execute(&format!("UPDATE company SET two_factor_for = '{audience}', two_factor_from = {from}"));
}

/// Secret on the page that turns two-factor on.
pub(crate) fn secret_on(page: &Page) -> TotpSecret {
    let key = page.body.split_once("id=\"key\">").unwrap().1.split_once('<').unwrap().0;
    let bits = key.chars().filter(|c| *c != ' ').flat_map(|c| {
        let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c).unwrap();
        (0..5).rev().map(move |bit| value >> bit & 1)
    });
    let bits = bits.collect::<Vec<_>>();
    let bytes = bits.chunks_exact(8).map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | u8::try_from(*bit).unwrap()));
    TotpSecret::from_bytes(&bytes.collect::<Vec<_>>()).unwrap()
}

/// Recovery codes on a page.
fn codes_on(page: &Page) -> Vec<String> {
    let list = page.body.split_once("id=\"codes\">").unwrap().1.split_once("</ol>").unwrap().0;
    let codes = list.split("<li>").skip(1).map(|code| code.split_once('<').unwrap().0.to_owned()).collect::<Vec<_>>();
    assert!(codes.len() == 10 && codes.iter().all(|code| RecoveryCode::parse(code).is_some()), "{codes:?}");
    codes
}

/// Turns two-factor on in a browser; returns the secret and the recovery codes.
pub(crate) async fn turn_on(app: &TestApp, browser: &mut Browser) -> (TotpSecret, Vec<String>) {
    let page = browser.get(app, ON).await;
    let secret = secret_on(page.is(200));
    let code = secret.code_at(app.now());
    let page = browser.send(app, &page, ON, &[("code", &code)]).await;
    page.is(200).sees("Two-factor is on, and you are signed out everywhere else. Save the recovery codes.");
    (secret, codes_on(&page))
}
