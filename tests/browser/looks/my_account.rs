//! My account.

use chrono::TimeDelta;

use super::{faults, look_good, none};
use crate::{
    business::{Business, HANA, JONAS},
    my_account::fill_by_id,
    passkeys::register,
    site::{MAYA, Site, sign_in},
    two_factor::turn_on,
};

#[test]
fn my_account_of_each_role() {
    let Business { site, .. } = Business::new(true);
    for email in [MAYA, HANA, JONAS] {
        site.signed_in(email, true);
        site.app.advance(TimeDelta::minutes(5));
        look_good(&site.signed_in(email, true), &["/my-account".to_owned()]);
    }
}

#[test]
fn two_factor_of_the_user() {
    let site = Site::with_admin();
    let maya = site.signed_in(MAYA, true);
    maya.open("/my-account/two-factor");
    let mut found = faults(&maya, "Turning two-factor on");
    maya.fill("Code", "000000");
    maya.press("Turn on two-factor");
    maya.see("This code is wrong or was used");
    found.extend(faults(&maya, "A wrong code"));
    turn_on(&site, &maya, || found.extend(faults(&maya, "Recovery codes")));
    for path in ["/my-account", "/my-account/two-factor/off", "/my-account/two-factor/codes", "/confirm"] {
        maya.open(path);
        found.extend(faults(&maya, path));
    }
    let id = site.app.id_of(MAYA);
    maya.open(&format!("/users-and-permissions/{id}"));
    found.extend(faults(&maya, "Manage with two-factor"));
    let elsewhere = site.browser(true);
    sign_in(&elsewhere, MAYA);
    elsewhere.see("Enter your code");
    found.extend(faults(&elsewhere, "The second step"));
    elsewhere.click_link("Use a recovery code");
    elsewhere.see("Enter a recovery code");
    found.extend(faults(&elsewhere, "A recovery code"));
    none(&found);
}

#[test]
fn my_account_with_errors_and_a_waiting_address() {
    let site = Site::with_admin();
    let maya = site.signed_in(MAYA, true);
    maya.open("/my-account");
    maya.fill("New Email Address", "maya.fischer.with.a.long.address@subsidiary.northwind-trading.example.com");
    maya.press("Change email address");
    maya.see("is waiting to be confirmed");
    let mut found = faults(&maya, "A waiting address");
    fill_by_id(&maya, "current", "wrong");
    maya.fill("New Password", "quiet harbour lantern sparrow");
    maya.press("Change password");
    maya.see("This is not your current password");
    found.extend(faults(&maya, "A wrong password"));
    none(&found);
    site.wait(site.app.mails());
}

#[test]
fn passkeys_of_the_user() {
    let site = Site::with_passkeys();
    let maya = site.signed_in(MAYA, true);
    maya.open("/my-account/passkeys/new");
    let mut found = faults(&maya, "A new passkey");
    register(&site, &maya);
    for path in ["/my-account", "/my-account/passkeys/1/rename", "/my-account/passkeys/1/remove", "/confirm?with=passkey"] {
        maya.open(path);
        found.extend(faults(&maya, path));
    }
    let elsewhere = site.browser(true);
    elsewhere.open("/sign-in");
    elsewhere.see("Sign in with a passkey");
    found.extend(faults(&elsewhere, "Sign in with a passkey"));
    sign_in(&elsewhere, MAYA);
    elsewhere.see("Use your passkey");
    found.extend(faults(&elsewhere, "A passkey as second step"));
    site.app.execute(&format!("UPDATE company SET two_factor_for = 'everyone', two_factor_from = '{}'", site.app.now().date()));
    site.app.create_user("Lena", "Novak");
    let lena = site.browser(true);
    sign_in(&lena, "lena.novak@example.com");
    lena.see("Use a passkey instead");
    found.extend(faults(&lena, "A required app"));
    lena.click_link("Use a passkey instead");
    lena.see("Use an authenticator app instead");
    found.extend(faults(&lena, "A required passkey"));
    none(&found);
}
