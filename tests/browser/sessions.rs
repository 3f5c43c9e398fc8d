//! Sessions that are about to end.

use chrono::{DateTime, TimeDelta};

use crate::{helpers::PASSWORD, site::Site, support::browser::Browser};

const MAYA: &str = "maya.fischer@example.com";
const WARNING: &str = "You have been inactive. You will be signed out at";

/// A browser on a page whose session ends one second after the warning.
fn about_to_be_warned(site: &Site) -> Browser {
    site.app.execute("UPDATE company SET session_idle = 121");
    let maya = site.signed_in(MAYA, true);
    // Later requests report a long session.
    site.app.execute("UPDATE company SET session_idle = 3600");
    maya
}

/// Switches to another tab, a new one or the first.
fn go_to_tab(browser: &Browser, is_new: bool) {
    browser.ask(move |client| async move {
        if is_new {
            client.new_window(true).await?;
        }
        let tabs = client.windows().await?;
        let tab = if is_new { tabs.last() } else { tabs.first() };
        client.switch_to_window(tab.expect("a tab").clone()).await
    });
}

#[test]
fn an_idle_user_is_warned_and_stays_signed_in_with_one_click() {
    let site = Site::with_admin();
    let maya = about_to_be_warned(&site);
    maya.see(WARNING);
    let report = maya.axe();
    assert!(report.is_empty(), "{report}");
    site.app.advance(TimeDelta::minutes(2));
    maya.press("Stay signed in");
    maya.see_no("You will be signed out");
    assert_eq!(site.app.count("sessions WHERE last_seen_at > created_at"), 1);
    assert_eq!(maya.complaints(), Vec::<String>::new());
}

#[test]
fn the_warning_says_when_by_the_clocks_of_the_company() {
    let site = Site::with_admin();
    for (zone, name, offset) in [("UTC", "UTC", 0), ("Asia/Kathmandu", "(Asia/Kathmandu)", 5 * 60 + 45)] {
        site.app.execute(&format!("UPDATE company SET time_zone = '{zone}'"));
        let maya = about_to_be_warned(&site);
        maya.see(WARNING);
        let ends = maya.evaluate("return document.querySelector('#session time').dateTime", vec![]);
        let ends = DateTime::parse_from_rfc3339(ends.as_str().unwrap()).unwrap().naive_utc() + TimeDelta::minutes(offset);
        maya.see(&format!("{WARNING} {} {name}.", ends.format("%H:%M")));
        assert_eq!(maya.complaints(), Vec::<String>::new());
    }
}

#[test]
fn pages_with_times_name_the_zone_and_others_do_not() {
    let site = Site::with_admin();
    site.app.execute("UPDATE company SET time_zone = 'Asia/Kathmandu'");
    let maya = site.signed_in(MAYA, false);
    maya.open("/my-account");
    maya.see("All times in Asia/Kathmandu");
    maya.open("/roles");
    maya.see("Roles");
    assert!(!maya.shows("All times in"));
}

#[test]
fn the_warning_leaves_the_focus_where_it_is() {
    let site = Site::with_admin();
    site.app.execute("UPDATE company SET session_idle = 121");
    let maya = site.signed_in(MAYA, true);
    maya.fill("Search name or email", "fischer");
    maya.see("1 user");
    maya.see(WARNING);
    assert_eq!((maya.focused().as_str(), maya.value("Search name or email").as_str()), ("Search name or email", "fischer"));
}

#[test]
fn a_click_in_another_tab_ends_the_warning_in_this_one() {
    let site = Site::with_admin();
    let maya = about_to_be_warned(&site);
    maya.see(WARNING);
    go_to_tab(&maya, true);
    maya.open("/users-and-groups");
    go_to_tab(&maya, false);
    maya.see_no("You will be signed out");
}

#[test]
fn the_search_counts_as_a_click() {
    let site = Site::with_admin();
    let maya = about_to_be_warned(&site);
    maya.see(WARNING);
    maya.fill("Search name or email", "fischer");
    maya.see_no("You will be signed out");
}

#[test]
fn a_warning_in_an_open_dialog_can_be_answered() {
    let site = Site::with_admin();
    let maya = site.signed_in(MAYA, true);
    maya.press("Create");
    maya.click_link("User");
    maya.see("This invitation is valid for 24 hours.");
    // Message of another tab.
    let said = "const at = (seconds) => Date.now() + seconds * 1000;
        localStorage.setItem('session', JSON.stringify({ idle: at(100), absolute: at(9000) })); dispatchEvent(new StorageEvent('storage'));";
    maya.evaluate(said, vec![]);
    maya.see(WARNING);
    maya.press("Stay signed in");
    maya.see_no("You will be signed out");
    maya.see("This invitation is valid for 24 hours.");
    maya.evaluate(said, vec![]);
    maya.see(WARNING);
    maya.press("Cancel");
    maya.see_no("This invitation is valid for 24 hours.");
    maya.press("Stay signed in");
    maya.see_no("You will be signed out");
}

#[test]
fn nobody_is_offered_to_stay_past_the_end_of_every_session() {
    let site = Site::with_admin();
    site.app.execute("UPDATE company SET session_absolute = 121");
    let maya = site.signed_in(MAYA, true);
    maya.see("Your session is about to end. You will be signed out at");
    assert!(!maya.has_button("Stay signed in"));
}

#[test]
fn a_user_who_answers_the_warning_too_late_signs_in_again() {
    let site = Site::with_admin();
    let maya = about_to_be_warned(&site);
    maya.see(WARNING);
    site.app.advance(TimeDelta::hours(2));
    maya.press("Stay signed in");
    maya.see("Access is by invitation.");
    assert_eq!(maya.path(), "/sign-in?next=%2Fusers-and-groups");
}

#[test]
fn without_scripts_nobody_is_warned() {
    let site = Site::with_admin();
    site.app.execute("UPDATE company SET session_idle = 100");
    let maya = site.signed_in(MAYA, false);
    assert!(!maya.shows("You will be signed out") && !maya.has_button("Stay signed in"));
}

#[apply(with_scripts_and_without!)]
fn a_form_that_came_too_late_is_saved_after_signing_in(scripts: bool) {
    let site = Site::with_admin();
    let maya = site.signed_in(MAYA, scripts);
    maya.open("/users-and-groups/new-group");
    maya.fill("Group Name", "Finance");
    site.app.advance(TimeDelta::hours(2));
    maya.press("OK");
    maya.see("Your session expired before this was saved. Sign in to continue with what you entered.");
    maya.fill("Email Address", MAYA);
    maya.fill("Password", PASSWORD);
    maya.press("Sign in");
    maya.see("Continue where you left off");
    maya.see("Finance");
    maya.press("Save now");
    maya.see("No members yet");
}

#[apply(with_scripts_and_without!)]
fn a_sensitive_change_is_done_after_confirming_who_one_is(scripts: bool) {
    let site = Site::with_admin();
    let lena = site.app.create_user("Lena", "Novak");
    let maya = site.signed_in(MAYA, scripts);
    site.app.advance(TimeDelta::minutes(10));
    maya.open(&format!("/users-and-groups/users/{lena}/delete"));
    maya.press("Delete user");
    maya.see("Confirm it’s you");
    assert_eq!(maya.focused(), "Password");
    maya.fill("Password", "wrong battery staple horse");
    maya.press("Confirm");
    maya.see("This is not your password");
    maya.fill("Password", PASSWORD);
    maya.press("Confirm");
    maya.see("Lena Novak was deleted");
    site.wait(site.app.mails());
}
