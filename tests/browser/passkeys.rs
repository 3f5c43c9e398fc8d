//! Passkeys in a browser, with an authenticator that the browser simulates.

use crate::{
    helpers::PASSWORD,
    site::{MAYA, Site, sign_in},
    support::browser::Browser,
};

/// Makes a passkey in My account; returns the authenticator.
pub(crate) fn register(site: &Site, browser: &Browser) -> String {
    let authenticator = browser.connect_authenticator();
    browser.open("/my-account");
    browser.click_link("Add a passkey");
    browser.fill("Name", "Laptop");
    browser.press("Create passkey");
    browser.see("Passkey Laptop added.");
    site.wait(site.app.mail());
    authenticator
}

#[test]
fn a_user_makes_a_passkey_and_signs_in_with_it() {
    let site = Site::with_passkeys();
    let maya = site.signed_in(MAYA, true);
    register(&site, &maya);
    maya.see("Never used.");
    maya.press("Sign out");
    maya.press("Sign in with a passkey");
    maya.see("First steps");
    maya.open("/my-account");
    maya.see("Last used");
    maya.click_link("Remove");
    maya.press("Remove passkey");
    maya.see("The passkey was removed.");
    site.wait(site.app.mail());
}

#[test]
fn a_passkey_is_second_step_and_proof() {
    let site = Site::with_passkeys();
    let maya = site.signed_in(MAYA, true);
    register(&site, &maya);
    maya.press("Sign out");
    sign_in(&maya, MAYA);
    maya.see("Confirm with your fingerprint, face or PIN.");
    maya.press("Use your passkey");
    maya.see("First steps");
    site.app.advance(chrono::TimeDelta::minutes(5));
    maya.open("/my-account");
    maya.click_link("Add a passkey");
    maya.see("Confirm it’s you");
    maya.click_link("Use a passkey instead");
    maya.press("Use your passkey");
    maya.see("Add a passkey");
    assert_eq!(maya.path(), "/my-account/passkeys/new");
    maya.press("Create passkey");
    maya.see("This device already has a passkey for you here.");
}

#[test]
fn a_passkey_is_the_enrolment_that_the_company_requires() {
    let site = Site::with_passkeys();
    site.app.execute(&format!("UPDATE company SET two_factor_for = 'everyone', two_factor_from = '{}'", site.app.now().date()));
    let maya = site.browser(true);
    maya.connect_authenticator();
    sign_in(&maya, MAYA);
    maya.see("requires two-factor.");
    maya.click_link("Use a passkey instead");
    maya.see("A passkey will do.");
    maya.press("Create passkey");
    maya.see("You are signed out everywhere else.");
    assert_eq!(maya.path(), "/my-account");
    site.wait(site.app.mail());
}

#[test]
fn an_invitation_is_accepted_with_a_passkey() {
    let site = Site::with_passkeys();
    let link = site.invite("noor@example.com");
    let noor = site.browser(true);
    noor.connect_authenticator();
    noor.open(&link);
    noor.fill("First Name", "Noor");
    noor.fill("Last Name", "van Dijk");
    noor.press("Use a passkey instead");
    noor.see("Welcome to Northwind Trading, Noor.");
    noor.open("/my-account");
    noor.see("Set password");
    noor.press("Sign out");
    noor.press("Sign in with a passkey");
    noor.see("My account");
    noor.open("/my-account");
    noor.fill("New Password", PASSWORD);
    noor.press("Set password");
    noor.see("Your password was changed.");
    site.wait(site.app.mail());
}

#[test]
fn a_user_who_is_not_verified_is_told_and_can_try_again() {
    let site = Site::with_passkeys();
    let maya = site.signed_in(MAYA, true);
    let authenticator = register(&site, &maya);
    maya.press("Sign out");
    maya.verify_user(&authenticator, false);
    maya.press("Sign in with a passkey");
    maya.see("The passkey prompt was closed or timed out. Try again.");
    maya.verify_user(&authenticator, true);
    maya.press("Sign in with a passkey");
    maya.see("First steps");
}

#[test]
fn without_scripts_the_password_serves() {
    let site = Site::with_passkeys();
    let maya = site.browser(false);
    maya.open("/sign-in");
    assert!(!maya.has_button("Sign in with a passkey"));
    sign_in(&maya, MAYA);
    maya.see("First steps");
    maya.open("/my-account/passkeys/new");
    maya.see("Passkeys need scripts, which are off in this browser.");
}
