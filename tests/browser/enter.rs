//! Enter in forms with several buttons.

use fantoccini::key::Key;

use crate::{
    business::{Business, HANA},
    site::{MAYA, sign_in},
    support::browser::Browser,
};

/// Types into the field with this label and presses Enter there.
#[track_caller]
fn enter(browser: &Browser, label: &str, text: &str) {
    browser.fill(label, &format!("{text}{}", Key::Enter));
}

/// More accounts than a picker shows, and Maya on a page with one.
fn many_accounts(scripts: bool, path: &str) -> (Business, Browser) {
    let business = Business::new(scripts);
    for number in 0..100 {
        business.site.app.create_account(business.nordic, &format!("Store {number:03}"));
    }
    let maya = business.site.signed_in(MAYA, scripts);
    maya.open(path);
    (business, maya)
}

#[apply(with_scripts_and_without!)]
fn in_a_search_among_many_accounts_it_finds_and_goes_on_nowhere(scripts: bool) {
    let (_business, maya) = many_accounts(scripts, "/users-and-permissions/new");
    for (label, text) in [("First Name", "Noor"), ("Last Name", "van Dijk"), ("Email Address", "noor@example.com")] {
        maya.fill(label, text);
    }
    maya.choose("Default Role", "User");
    enter(&maya, "Last Name", "van Dyck");
    maya.see("102 accounts to choose from.");
    enter(&maya, "Find an account", "bikes");
    maya.tick("Bergmann Bikes");
    enter(&maya, "Find an account", "store 007");
    maya.tick("Store 007");
    maya.press("Next");
    maya.see("2 accounts");
}

#[apply(with_scripts_and_without!)]
fn in_a_search_of_a_few_it_goes_on_nowhere_either(scripts: bool) {
    let Business { site, .. } = Business::new(scripts);
    let hana = site.browser(scripts);
    sign_in(&hana, HANA);
    hana.open("/accounts/new");
    enter(&hana, "Name", "Polar Outfitters");
    hana.see("Which portfolio does it belong to?");
    enter(&hana, "Find a portfolio", "nor");
    hana.see("Which portfolio does it belong to?");
    hana.tick("Nordic Brands");
    hana.press("Next");
    hana.see("Who works on it?");
    enter(&hana, "Find a person", "jon");
    hana.see("Who works on it?");
    hana.tick("Jonas Vermeulen jonas.vermeulen@example.com, Active");
}

#[apply(with_scripts_and_without!)]
fn in_the_name_of_a_new_portfolio_it_creates_and_in_its_searches_it_finds(scripts: bool) {
    let (_business, maya) = many_accounts(scripts, "/portfolios/new");
    enter(&maya, "Find an account", "bikes");
    maya.see("Bergmann Bikes");
    enter(&maya, "Find an account", "store 007");
    maya.see_no("Bergmann Bikes");
    // Also for an empty search.
    enter(&maya, "Find an account", "");
    maya.see_no("Store 007");
    enter(&maya, "Name", "Polar");
    maya.see("Created the portfolio Polar.");
}

#[apply(with_scripts_and_without!)]
fn in_the_fields_of_manage_user_it_updates_and_in_the_search_it_finds(scripts: bool) {
    let Business { site, jonas, .. } = Business::new(scripts);
    for number in 0..100 {
        site.app.create_portfolio(&format!("Portfolio {number:03}"));
    }
    let maya = site.signed_in(MAYA, scripts);
    maya.open(&Business::manage(jonas, "/edit"));
    maya.choose("Default Role", "Portfolio Admin");
    enter(&maya, "Find a portfolio", "dach");
    maya.see("DACH Retail");
    maya.see_no("Portfolio 001");
    enter(&maya, "Find a portfolio", "");
    maya.see_no("DACH Retail");
    maya.choose("Default Role", "User");
    enter(&maya, "Last Name", "Vermeer");
    maya.see("Jonas Vermeer was updated.");
    site.subjects();
}
