//! Two-factor in a browser: turning it on, signing in with codes, the reset.

use fantoccini::Locator;
use usher::domain::credentials::two_factor::TotpSecret;

use crate::{
    helpers::PASSWORD,
    site::{MAYA, Site, sign_in},
    support::browser::Browser,
};

/// Text of the only element for this selector.
fn text_of(browser: &Browser, selector: &'static str) -> String {
    browser.ask(move |client| async move { client.find(Locator::Css(selector)).await?.text().await })
}

/// Secret that the page shows in groups.
fn secret(browser: &Browser) -> TotpSecret {
    let key = text_of(browser, "#key");
    let values = key.chars().filter(|c| *c != ' ').map(|c| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c).unwrap());
    let bits = values.flat_map(|value| (0..5).rev().map(move |bit| value >> bit & 1)).collect::<Vec<_>>();
    let bytes = bits.chunks_exact(8).map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | u8::try_from(*bit).unwrap()));
    TotpSecret::from_bytes(&bytes.collect::<Vec<_>>()).unwrap()
}

/// Turns two-factor on, and looks at the recovery codes; returns the secret and one of these.
pub(crate) fn turn_on(site: &Site, browser: &Browser, look: impl FnOnce()) -> (TotpSecret, String) {
    browser.open("/my-account");
    browser.click_link("Turn on two-factor");
    let secret = secret(browser);
    browser.fill("Code", &secret.code_at(site.app.now()));
    browser.press("Turn on two-factor");
    browser.see("Two-factor is on, and you are signed out everywhere else. Save the recovery codes.");
    look();
    let codes = text_of(browser, "#codes");
    let code = codes.split_whitespace().next().unwrap().to_owned();
    browser.click_link("Done");
    browser.see("10 of 10 left");
    site.wait(site.app.mail());
    site.app.advance(chrono::TimeDelta::minutes(1));
    (secret, code)
}

#[apply(with_scripts_and_without!)]
fn a_user_turns_two_factor_on_and_signs_in_with_codes(scripts: bool) {
    let site = Site::with_admin();
    let maya = site.signed_in(MAYA, scripts);
    let (secret, recovery) = turn_on(&site, &maya, || ());
    maya.press("Sign out");
    maya.see("Sign in");
    sign_in(&maya, MAYA);
    maya.see("Enter your code");
    maya.fill("Code", "000000");
    maya.press("Sign in");
    maya.see("This code is wrong or was used");
    maya.fill("Code", &secret.code_at(site.app.now()));
    maya.press("Sign in");
    maya.see("First steps");
    maya.press("Sign out");
    sign_in(&maya, MAYA);
    maya.click_link("Use a recovery code");
    maya.fill("Recovery Code", &recovery);
    maya.press("Sign in");
    maya.see("First steps");
    maya.open("/my-account");
    maya.see("9 of 10 left");
    site.wait(site.app.mail());
    site.app.advance(chrono::TimeDelta::minutes(1));
    maya.click_link("Turn off");
    maya.fill("Code or Recovery Code", &secret.code_at(site.app.now()));
    maya.fill("Current Password", PASSWORD);
    maya.press("Turn off two-factor");
    maya.see("Two-factor is off.");
    site.wait(site.app.mail());
}

#[apply(with_scripts_and_without!)]
fn an_admin_resets_the_two_factor_of_a_user(scripts: bool) {
    let site = Site::with_admin();
    let id = site.app.create_user("Lena", "Novak");
    let lena = site.signed_in("lena.novak@example.com", scripts);
    turn_on(&site, &lena, || ());
    let maya = site.signed_in(MAYA, scripts);
    maya.open(&format!("/users-and-permissions/{id}"));
    maya.see("Authenticator app");
    maya.click_link("Reset two-factor");
    maya.see("The authenticator app and the recovery codes stop working");
    maya.press("Reset two-factor");
    maya.see("The two-factor of Lena Novak was reset.");
    lena.open("/my-account");
    lena.see("Sign in");
    site.wait(site.app.mails());
}

#[test]
fn the_code_has_the_focus_at_sign_in() {
    let site = Site::with_admin();
    let maya = site.signed_in(MAYA, true);
    turn_on(&site, &maya, || ());
    let elsewhere = site.browser(true);
    sign_in(&elsewhere, MAYA);
    elsewhere.see("Enter your code");
    assert_eq!(elsewhere.focused(), "Code");
}
