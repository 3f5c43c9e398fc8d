//! Groups: made, filled and emptied again.

use crate::site::Site;

const MAYA: &str = "maya.fischer@example.com";

with_scripts_and_without! {
    fn an_admin_makes_a_group(scripts: bool) {
        let site = Site::with_admin();
        let maya = site.signed_in(MAYA, scripts);
        maya.press("Create");
        maya.click_link("Group");
        maya.fill("Group Name", "Finance");
        maya.press("OK");
        maya.see("Finance");
    }
}
