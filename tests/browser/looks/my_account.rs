//! My account.

use chrono::TimeDelta;

use super::{faults, look_good, none};
use crate::{
    business::{Business, HANA, JONAS},
    helpers::PASSWORD,
    my_account::fill_by_id,
    site::{MAYA, Site},
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
fn my_account_with_errors_and_a_waiting_address() {
    let site = Site::with_admin();
    let maya = site.signed_in(MAYA, true);
    maya.open("/my-account");
    maya.fill("New Email Address", "maya.fischer.with.a.long.address@subsidiary.northwind-trading.example.com");
    fill_by_id(&maya, "email-current", PASSWORD);
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
