//! Use by keyboard alone.

use fantoccini::key::Key;

use crate::{
    business::JONAS,
    office::Office,
    site::{MAYA, Site},
    support::browser::Browser,
};

fn press(browser: &Browser, key: Key) {
    browser.type_keys(&key);
}

/// Presses Tab until an element of this name has the focus.
#[track_caller]
fn tab_to(browser: &Browser, name: &str) {
    let mut passed = vec![browser.focused()];
    while passed.last().is_none_or(|focused| focused != name) {
        assert!(passed.len() < 40, "Tab does not lead to {name:?}: {passed:?}");
        press(browser, Key::Tab);
        passed.push(browser.focused());
    }
}

/// Tab cycles through these elements of the open dialog. Between two rounds the browser's toolbar has the focus.
#[track_caller]
fn tab_stays_among(browser: &Browser, things: &[&str]) {
    for _ in 0..=2 * things.len() {
        press(browser, Key::Tab);
        let focused = browser.focused();
        assert!(focused.is_empty() || things.contains(&&*focused), "Tab leads to {focused:?}");
    }
}

#[test]
fn an_admin_skips_to_the_content_and_invites_a_user() {
    let site = Site::with_admin();
    let maya = site.signed_in(MAYA, true);
    maya.open("/users-and-groups");
    press(&maya, Key::Tab);
    assert_eq!(maya.focused(), "Skip to content");
    press(&maya, Key::Enter);
    assert_eq!(maya.focused_role(), "main");
    for button in ["Add a second Admin", "Create"] {
        press(&maya, Key::Tab);
        assert_eq!(maya.focused(), button);
    }

    press(&maya, Key::Enter);
    tab_to(&maya, "Group");
    press(&maya, Key::Escape);
    assert_eq!((maya.focused().as_str(), maya.has_link("Group")), ("Create", false));

    press(&maya, Key::Enter);
    tab_to(&maya, "User");
    press(&maya, Key::Enter);
    maya.see("This invitation is valid for 24 hours.");
    assert_eq!(maya.focused(), "Email Address");
    tab_stays_among(&maya, &["Email Address", "Cancel", "OK", "Close"]);
    press(&maya, Key::Escape);
    maya.see_no("This invitation is valid for 24 hours.");
    assert_eq!(maya.focused(), "Create");

    press(&maya, Key::Enter);
    tab_to(&maya, "User");
    press(&maya, Key::Enter);
    maya.see("This invitation is valid for 24 hours.");
    maya.type_keys("noor@example.com");
    press(&maya, Key::Enter);
    maya.see("Invitation sent to noor@example.com.");
    site.subjects();
}

#[test]
fn an_admin_keeps_an_invitation_and_then_revokes_it() {
    let site = Site::with_admin();
    site.invite("noor@example.com");
    let maya = site.signed_in(MAYA, true);
    let question = "Revoke the invitation to noor@example.com?";
    for answer in [Key::Escape, Key::Enter] {
        tab_to(&maya, "Revoke invitation");
        press(&maya, Key::Enter);
        maya.see(question);
        assert_eq!(maya.focused(), "Keep invitation");
        tab_stays_among(&maya, &["Keep invitation", "Revoke invitation"]);
        tab_to(&maya, "Keep invitation");
        press(&maya, answer);
        maya.see_no(question);
        assert_eq!((maya.focused().as_str(), maya.path().as_str()), ("Revoke invitation", "/users-and-groups"));
    }
    press(&maya, Key::Enter);
    maya.see(question);
    press(&maya, Key::Tab);
    press(&maya, Key::Enter);
    maya.see("Invitation to noor@example.com revoked.");
}

#[test]
fn a_user_creates_a_process_and_shares_it() {
    let Office { site, .. } = Office::new(true);
    let jonas = site.signed_in(JONAS, true);
    jonas.open("/assets");
    tab_to(&jonas, "Create");
    press(&jonas, Key::Enter);
    tab_to(&jonas, "Process");
    press(&jonas, Key::Enter);
    jonas.see("Create process");
    tab_to(&jonas, "Name");
    jonas.type_keys("Bank reconciliation");
    press(&jonas, Key::Enter);
    jonas.see("Created the process Bank reconciliation.");
    tab_to(&jonas, "Share");
    press(&jonas, Key::Enter);
    jonas.see("Not shared yet");
    tab_to(&jonas, "Name or Email");
    jonas.type_keys("lena");
    jonas.see("1 person matches “lena”");
    press(&jonas, Key::Tab);
    press(&jonas, Key::Space);
    tab_to(&jonas, "Access");
    jonas.type_keys("E");
    press(&jonas, Key::Tab);
    assert_eq!(jonas.focused(), "Share");
    press(&jonas, Key::Enter);
    jonas.see("Lena Novak now has Edit access.");
    site.subjects();
}

#[test]
fn an_admin_deletes_a_user_and_names_the_new_owner() {
    let Office { site, jonas, .. } = Office::new(true);
    let maya = site.signed_in(MAYA, true);
    maya.open(&format!("/users-and-groups/users/{jonas}/delete"));
    tab_to(&maya, "Name or Email");
    maya.type_keys("lena");
    maya.see("1 person matches “lena”");
    press(&maya, Key::Tab);
    press(&maya, Key::Space);
    tab_to(&maya, "Delete user");
    press(&maya, Key::Enter);
    maya.see("went to Lena Novak.");
    site.subjects();
}
