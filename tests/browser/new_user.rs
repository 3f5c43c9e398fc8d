//! New User: three steps, with Back losing nothing.

use crate::{
    business::{Business, HANA, JONAS},
    helpers::PASSWORD,
    site::{MAYA, sign_in},
    support::browser::Browser,
};

/// Fills in the first step.
fn name_and_role(browser: &Browser, email: &str, role: &str) {
    browser.open("/users-and-permissions");
    browser.click_link("New User");
    browser.see("Who are you inviting?");
    browser.fill("First Name", "Noor");
    browser.fill("Last Name", "van Dijk");
    browser.fill("Email Address", email);
    browser.choose("Default Role", role);
    browser.press("Next");
}

#[apply(with_scripts_and_without!)]
fn a_user_is_invited_in_three_steps_and_the_ways_back_lose_nothing(scripts: bool) {
    let Business { site, .. } = Business::new(scripts);
    let maya = site.signed_in(MAYA, scripts);
    name_and_role(&maya, "noor@example.com", "User");
    maya.see("Which accounts will Noor work on?");
    maya.press("Next");
    maya.see("Select at least one account");
    maya.tick("Fjord Foods");
    maya.press("Back");
    maya.see("Who are you inviting?");
    assert_eq!((maya.value("First Name").as_str(), maya.value("Email Address").as_str()), ("Noor", "noor@example.com"));
    maya.fill("Last Name", "van Dyck");
    maya.press("Next");
    assert!(maya.is_ticked("Fjord Foods") && !maya.is_ticked("Bergmann Bikes"));
    maya.press("Next");
    maya.see("Review and send");
    maya.press("Change accounts");
    maya.tick("Bergmann Bikes");
    maya.press("Next");
    maya.see("2 accounts");
    maya.press("Change name and role");
    maya.fill("Last Name", "van Dijk");
    maya.press("Next");
    maya.press("Next");
    maya.see("This invitation is valid for 5 days.");
    assert!(maya.shows("Noor van Dijk, User") && !site.app.has_user("noor@example.com"));
    maya.press("Add New User");
    maya.see("Invitation sent to noor@example.com.");
    maya.see("2 accounts.");

    let noor = site.browser(scripts);
    noor.open(&site.link_in_mail());
    assert_eq!(noor.value("Last Name"), "van Dijk");
    noor.fill("New Password", PASSWORD);
    noor.press("Accept invitation");
    noor.click_link("Accounts");
    noor.see("Bergmann Bikes");
    assert!(noor.shows("Fjord Foods"));
}

#[apply(with_scripts_and_without!)]
fn the_browser_s_own_ways_lose_nothing_and_send_nothing_again(scripts: bool) {
    let Business { site, .. } = Business::new(scripts);
    let maya = site.signed_in(MAYA, scripts);
    name_and_role(&maya, "noor@example.com", "User");
    maya.see("Which accounts will Noor work on?");
    maya.reload();
    maya.see("Which accounts will Noor work on?");
    maya.tick("Fjord Foods");
    maya.press("Next");
    maya.see("Review and send");
    let review = maya.path();
    maya.reload();
    maya.see("Review and send");
    assert_eq!(maya.path(), review);
    maya.go_back();
    maya.see("Which accounts will Noor work on?");
    assert!(maya.is_ticked("Fjord Foods") && !maya.is_ticked("Bergmann Bikes"));
    maya.go_back();
    maya.see("Who are you inviting?");
    let typed = ["First Name", "Last Name", "Email Address", "Default Role"].map(|label| maya.value(label));
    assert_eq!(typed, ["Noor", "van Dijk", "noor@example.com", "user"]);
    maya.go_forward();
    maya.see("Which accounts will Noor work on?");
    assert!(maya.is_ticked("Fjord Foods"));
    maya.go_forward();
    maya.see("Review and send");
    maya.press("Back");
    maya.see("Which accounts will Noor work on?");
    maya.tick("Bergmann Bikes");
    maya.press("Next");
    maya.see("2 accounts");
    maya.press("Add New User");
    maya.see("Invitation sent to");
    maya.go_back();
    maya.see("Review and send");
    site.link_in_mail();
}

#[apply(with_scripts_and_without!)]
fn a_portfolio_s_own_button_ticks_it(scripts: bool) {
    let Business { site, nordic, .. } = Business::new(scripts);
    let maya = site.signed_in(MAYA, scripts);
    maya.open(&format!("/portfolios/{nordic}"));
    maya.click_link("New User");
    maya.fill("First Name", "Noor");
    maya.fill("Last Name", "van Dijk");
    maya.fill("Email Address", "noor@example.com");
    maya.choose("Default Role", "Portfolio Admin");
    maya.press("Next");
    assert!(maya.is_ticked("Nordic Brands") && !maya.is_ticked("DACH Retail"));
}

#[apply(with_scripts_and_without!)]
fn a_portfolio_admin_is_invited_with_portfolios(scripts: bool) {
    let Business { site, .. } = Business::new(scripts);
    let maya = site.signed_in(MAYA, scripts);
    name_and_role(&maya, "noor@example.com", "User");
    maya.tick("Fjord Foods");
    maya.press("Back");
    maya.choose("Default Role", "Portfolio Admin");
    maya.press("Next");
    maya.see("Which portfolios will Noor manage?");
    maya.see("You changed the default role");
    maya.tick("Nordic Brands");
    maya.press("Next");
    maya.see("Noor van Dijk, Portfolio Admin");
    maya.press("Add New User");
    maya.see("Invitation sent to");
    maya.see("1 portfolio.");
    site.link_in_mail();
}

#[apply(with_scripts_and_without!)]
fn a_long_list_of_accounts_is_searched_and_keeps_what_is_ticked(scripts: bool) {
    let Business { site, nordic, .. } = Business::new(scripts);
    for number in 1..=20 {
        site.app.create_account(nordic, &format!("Store {number:02}"));
    }
    let maya = site.signed_in(MAYA, scripts);
    name_and_role(&maya, "noor@example.com", "User");
    maya.tick("Store 07");
    maya.fill("Find an account", "bikes");
    if !scripts {
        maya.press("Find");
    }
    maya.see_no("Store 08");
    maya.tick("Bergmann Bikes");
    assert_eq!(maya.shows("2 of 22 selected"), scripts);
    maya.press("Next");
    maya.see("2 accounts");
    assert!(maya.shows("Store 07") && maya.shows("Bergmann Bikes"));
}

#[apply(with_scripts_and_without!)]
fn an_address_that_is_taken_leads_to_whose_it_is(scripts: bool) {
    let Business { site, .. } = Business::new(scripts);
    let maya = site.signed_in(MAYA, scripts);
    name_and_role(&maya, JONAS, "User");
    maya.see("jonas.vermeulen@example.com is already a user.");
    maya.click_link("Open Manage");
    maya.see("1 account.");
}

/// Some browsers forget the fields of pages with no-store; here a script makes Chromium do so.
#[test]
fn a_browser_that_forgets_fields_is_reminded() {
    let Business { site, .. } = Business::new(true);
    let maya = site.signed_in(MAYA, true);
    // An unload handler keeps a page out of the back/forward cache.
    let script = "document.querySelectorAll('form[data-keep], form[data-keep] input').forEach(part => part.autocomplete = 'off');
        addEventListener('unload', () => {})";
    let forgets = || _ = maya.evaluate(script, vec![]);
    maya.open("/users-and-permissions/new");
    maya.fill("First Name", "Noor");
    maya.fill("Last Name", "van Dijk");
    maya.fill("Email Address", "noor@example.com");
    maya.choose("Default Role", "User");
    forgets();
    maya.press("Next");
    maya.see("Which accounts will Noor work on?");
    maya.tick("Fjord Foods");
    forgets();
    maya.press("Next");
    maya.see("Review and send");
    maya.go_back();
    maya.see("1 of 2 selected");
    assert!(maya.is_ticked("Fjord Foods") && !maya.is_ticked("Bergmann Bikes"));
    maya.go_back();
    maya.see("Who are you inviting?");
    assert_eq!(["First Name", "Default Role"].map(|label| maya.value(label)), ["Noor", "user"]);
}

/// Without scripts the browser itself restores fields, as for other forms.
#[test]
fn a_user_who_signs_in_next_is_not_shown_what_was_typed() {
    let Business { site, .. } = Business::new(true);
    let browser = site.signed_in(MAYA, true);
    name_and_role(&browser, "secret@example.com", "User");
    browser.see("Which accounts will Noor work on?");
    browser.forget_cookies();
    sign_in(&browser, HANA);
    browser.see("Users & Groups");
    while browser.path() != "/users-and-permissions/new" {
        browser.go_back();
    }
    browser.see("Who are you inviting?");
    assert_eq!(["First Name", "Email Address"].map(|label| browser.value(label)), ["", ""]);
}
