//! Groups: made, filled and emptied again.

use fantoccini::key::Key;
use usher::{domain::text::GroupName, usecases::groups};

use crate::site::{MAYA, Site};

#[apply(with_scripts_and_without!)]
fn an_admin_makes_a_group(scripts: bool) {
    let site = Site::with_admin();
    let maya = site.signed_in(MAYA, scripts);
    maya.press("Create");
    maya.click_link("Group");
    maya.fill("Group Name", "Finance");
    maya.press("OK");
    maya.see("Finance");
}

#[apply(with_scripts_and_without!)]
fn an_admin_makes_a_user_an_admin(scripts: bool) {
    let site = Site::with_admin();
    let people = [("Jonas", "Vermeulen"), ("Jonathan", "Okafor"), ("Noor", "Visser")];
    for (first, last) in people {
        site.app.create_user(first, last);
    }
    let maya = site.signed_in(MAYA, scripts);
    maya.press("Groups");
    maya.click_link("Admins 1");
    maya.click_link("Add user to group");
    let [first, second] = ["Jonas Vermeulen jonas.vermeulen@example.com", "Jonathan Okafor jonathan.okafor@example.com"];
    if scripts {
        maya.see("Shows active people who are not Admins yet.");
        assert_eq!((maya.path().as_str(), maya.focused().as_str()), ("/users-and-groups/groups/1", "Name or Email"));
        maya.type_keys("jon");
        maya.see("2 people match “jon”");
        maya.type_keys(&Key::Tab);
        maya.type_keys(&Key::Space);
        assert!(maya.is_ticked(first));
        maya.type_keys(&Key::Down);
        assert!(maya.is_ticked(second) && !maya.is_ticked(first));
        maya.type_keys(&Key::Enter);
    } else {
        maya.fill("Name or Email", "jon");
        maya.press("Search");
        maya.see("2 people match “jon”");
        assert_eq!(maya.path(), "/users-and-groups/groups/1/add?q=jon");
        maya.tick(second);
        maya.press("Add user to group");
    }
    maya.see("Jonathan Okafor is now an Admin and must sign in again.");
    assert_eq!(maya.path(), "/users-and-groups/groups/1");
    site.subjects();
}

#[apply(with_scripts_and_without!)]
fn on_a_telephone_the_first_row_is_reached_without_scrolling(scripts: bool) {
    let site = Site::without_mail_server();
    let own = site.app.id_of(MAYA);
    for number in 1..=20 {
        let name = GroupName::parse(&format!("Group {number:02}")).unwrap();
        let group = groups::create(&site.app.ctx, &site.caller(MAYA), &name).unwrap();
        groups::add(&site.app.ctx, &site.caller(MAYA), group, own).unwrap();
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

#[test]
fn beside_a_group_the_list_of_groups_is_open() {
    let site = Site::with_admin();
    let maya = site.signed_in(MAYA, true);
    maya.open("/users-and-groups/groups/1");
    assert!(maya.has_link("Admins 1"));
}
