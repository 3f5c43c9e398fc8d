//! List of Users & Permissions: filters, order, leaving and returning, and bulk actions.

use crate::{
    business::Business,
    site::{MAYA, Site, find_one},
    support::browser::Browser,
};

/// Two active users with accounts, a deactivated one and an invited one.
fn company(scripts: bool) -> Site {
    let Business { site, .. } = Business::new(scripts);
    site.app.create_user("Oscar", "Pena");
    let blocked = site.app.create_user("Katarzyna", "Wisniewska");
    usher::usecases::users::lifecycle::block(&site.app.ctx, &site.caller(MAYA), usher::usecases::EntryPoint::UsersAndPermissions, blocked)
        .unwrap();
    site.subjects();
    site.invite("noor@example.com");
    site
}

/// Users in the list, in order.
fn listed(browser: &Browser) -> Vec<String> {
    let script = "return Array.from(document.querySelectorAll('tbody th strong, tbody th b'), name => name.textContent)";
    let names = browser.evaluate(script, vec![]);
    names.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

#[apply(with_scripts_and_without!)]
fn status_search_filters_and_order_live_in_the_address(scripts: bool) {
    let site = company(scripts);
    let maya = site.signed_in(MAYA, scripts);
    maya.click_link("Users & Permissions");
    maya.see("6 users");
    maya.click_link("Deactivated 1 Sign-in blocked");
    maya.see("1 user");
    assert_eq!(
        (maya.path().as_str(), listed(&maya)),
        ("/users-and-permissions?status=deactivated", vec!["Katarzyna Wisniewska".to_owned()])
    );
    maya.click_link("All 6 Everyone");
    maya.choose("Default role", "Portfolio Admin");
    if !scripts {
        maya.press("Apply");
    }
    maya.see("1 user");
    assert_eq!(listed(&maya), ["Hana Novotna"]);
    // Without scripts a form submits empty fields too, and a cached page keeps the last choice.
    if scripts {
        assert_eq!(maya.path(), "/users-and-permissions?role=portfolio_admin");
        maya.go_back();
        maya.see("6 users");
        assert_eq!(maya.value("Default role"), "");
    }
    maya.click_link("Users & Permissions");
    maya.click_link("Name");
    maya.see("6 users");
    assert!(maya.path().ends_with("?sort=name-desc"));
    assert_eq!(listed(&maya)[..2], ["Oscar Pena", "noor@example.com"]);
}

#[apply(with_scripts_and_without!)]
fn the_back_button_and_a_reload_keep_the_list(scripts: bool) {
    let site = company(scripts);
    let maya = site.signed_in(MAYA, scripts);
    maya.open("/users-and-permissions?sort=name-desc");
    find_one(&maya, "jonas", scripts);
    maya.click_link("Manage");
    maya.see("Details");
    maya.go_back();
    maya.see("1 user");
    maya.reload();
    maya.see("1 user");
    assert_eq!(maya.value("Search name or email"), "jonas");
}

#[apply(with_scripts_and_without!)]
fn back_leads_to_the_list_before_the_search_and_forward_to_what_it_found(scripts: bool) {
    let site = company(scripts);
    let maya = site.signed_in(MAYA, scripts);
    maya.open("/users-and-permissions?sort=name-desc");
    find_one(&maya, "jonas", scripts);
    find_one(&maya, "oscar", scripts);
    maya.see("Oscar Pena");
    maya.go_back();
    if !scripts {
        maya.see("Jonas Vermeulen");
        maya.go_back();
    }
    maya.see("6 users");
    assert_eq!(maya.path(), "/users-and-permissions?sort=name-desc");
    // Without scripts a cached page keeps the last typed text.
    if scripts {
        assert_eq!(maya.value("Search name or email"), "");
    }
    maya.go_forward();
    if !scripts {
        maya.go_forward();
    }
    maya.see("1 user");
    assert_eq!(listed(&maya), ["Oscar Pena"]);
}

#[apply(with_scripts_and_without!)]
fn what_is_exported_is_what_the_search_shows(scripts: bool) {
    let site = company(scripts);
    let maya = site.signed_in(MAYA, scripts);
    maya.open("/users-and-permissions?sort=name-desc");
    find_one(&maya, "jonas", scripts);
    let export = maya.evaluate("return new URL(document.querySelector('a[download]').href).search", vec![]);
    assert_eq!(export.as_str().unwrap(), "?q=jonas&sort=name-desc");
}

#[apply(with_scripts_and_without!)]
fn who_is_ticked_is_acted_on_after_a_page_that_names_them(scripts: bool) {
    let site = company(scripts);
    let maya = site.signed_in(MAYA, scripts);
    maya.open("/users-and-permissions?sort=name-desc");
    assert!(!maya.has_button("Deactivate"));
    maya.tick("Jonas Vermeulen jonas.vermeulen@example.com");
    maya.tick("Katarzyna Wisniewska katarzyna.wisniewska@example.com");
    assert_eq!(maya.shows("2 selected"), scripts);
    maya.press("Deactivate");
    maya.see("They are signed out everywhere");
    maya.see("Deactivated: only active people can be deactivated.");
    maya.press("Deactivate");
    maya.see("1 user deactivated.");
    assert_eq!(maya.path(), "/users-and-permissions?sort=name-desc");
    site.subjects();
}

#[apply(with_scripts_and_without!)]
fn an_account_is_given_to_everybody_who_matches(scripts: bool) {
    let site = company(scripts);
    let maya = site.signed_in(MAYA, scripts);
    maya.open("/users-and-permissions?assignments=none&status=active");
    maya.tick("Oscar Pena oscar.pena@example.com");
    maya.click_link("Select all 2");
    maya.see("2 users match");
    maya.press("Assign to accounts");
    maya.see("These accounts are added to what each person has.");
    maya.press("Assign to accounts");
    maya.see("account");
    maya.tick("Bergmann Bikes");
    maya.press("Assign to accounts");
    maya.see("1 user assigned to Bergmann Bikes.");
    site.subjects();
}
