//! Settings.

use super::{faults, none};
use crate::site::{MAYA, Site};

#[test]
fn settings_with_errors_with_another_admins_changes_and_with_a_test_mail() {
    let site = Site::with_admin();
    let maya = site.signed_in(MAYA, true);
    maya.open("/settings");
    let mut found = faults(&maya, "Settings");
    maya.fill("Shortest Password", "7");
    maya.fill("Idle Limit", "soon");
    maya.tick("Everyone");
    maya.press("Save settings");
    maya.see("Enter the first day, such as 2027-01-31");
    maya.see("Enter 5 minutes to 24 hours");
    found.extend(faults(&maya, "Settings with errors"));
    maya.open("/settings");
    maya.fill("Company Name", "Northwind");
    site.app.execute("UPDATE company SET version = 2, name = 'Fjord Trading', session_idle = 7200");
    maya.press("Save settings");
    maya.see("Saved by someone else: Fjord Trading");
    found.extend(faults(&maya, "Settings that another Admin changed"));
    maya.open("/settings");
    maya.press("Send test mail");
    maya.see("Last test mail");
    found.extend(faults(&maya, "Settings with a test mail"));
    none(&found);
    site.wait(site.app.mails());
}
