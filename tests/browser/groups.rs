//! Groups: made, filled and emptied again.

use usher::{
    domain::{text::GroupName, token::TokenHash},
    usecases::{Caller, groups},
};

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

    fn on_a_telephone_the_first_row_is_reached_without_scrolling(scripts: bool) {
        let site = Site::without_mail_server();
        let own = site.app.id_of(MAYA);
        let caller = Caller { user: own, session: TokenHash([0; 32]), source: "192.0.2.1".to_owned() };
        for number in 1..=20 {
            let name = GroupName::parse(&format!("Group {number:02}")).unwrap();
            let group = groups::create(&site.app.ctx, &caller, &name).unwrap();
            groups::add(&site.app.ctx, &caller, group, own).unwrap();
        }
        let maya = site.signed_in(MAYA, scripts);
        maya.resize(390, 844);
        for path in ["/users-and-groups", "/users-and-groups/groups/1", "/users-and-groups/groups/7"] {
            maya.open(path);
            let end_of_row = maya.evaluate("return document.querySelector('tbody tr').getBoundingClientRect().bottom", vec![]);
            assert!(end_of_row.as_f64().unwrap() <= 844.0, "{path}: the first row ends at {end_of_row}");
        }
        assert!(!maya.shows("Group 07 1"));
        maya.press("Groups");
        maya.click_link("Group 20 1");
        maya.see("Members of Group 20");
    }
}

#[test]
fn beside_a_group_the_list_of_groups_is_open() {
    let site = Site::with_admin();
    let maya = site.signed_in(MAYA, true);
    maya.open("/users-and-groups/groups/1");
    assert!(maya.has_link("Admins 1"));
}
