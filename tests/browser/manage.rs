//! Manage: page of a user, from the list and back.

use crate::{
    business::{Business, HANA, JONAS},
    site::{MAYA, sign_in},
};

#[apply(with_scripts_and_without!)]
fn the_pencils_open_manage_user_which_is_updated(scripts: bool) {
    let Business { site, jonas, .. } = Business::new(scripts);
    let maya = site.signed_in(MAYA, scripts);
    maya.open(&Business::manage(jonas, ""));
    for (pencil, label) in [("Edit email", "Last Name"), ("Edit name", "First Name")] {
        maya.click_link(pencil);
        maya.see("Manage User");
        assert_ne!(maya.path() == Business::manage(jonas, "/edit"), scripts);
        maya.fill(label, "Noor");
        maya.press("Update User");
        maya.see("was updated.");
    }
    maya.see("Noor Noor");
    maya.click_link("Edit email");
    maya.fill("Email Address", HANA);
    maya.press("Update User");
    maya.see("hana.novotna@example.com is already a user.");
    assert_eq!((maya.path(), maya.value("Email Address").as_str()), (Business::manage(jonas, "/edit"), HANA));
    maya.fill("Email Address", "noor@example.com");
    maya.press("Update User");
    maya.see("Confirmation sent to noor@example.com; until then the current address stays.");
    maya.press("Keep current email");
    maya.see("Noor Noor keeps jonas.vermeulen@example.com.");
    site.subjects();
}

#[apply(with_scripts_and_without!)]
fn a_user_becomes_a_portfolio_admin_and_a_user_again(scripts: bool) {
    let Business { site, jonas, .. } = Business::new(scripts);
    let maya = site.signed_in(MAYA, scripts);
    maya.open(&Business::manage(jonas, ""));
    maya.click_link("Edit name");
    maya.see_no("Select at least one. You can add more later.");
    maya.choose("Default Role", "Portfolio Admin");
    maya.see("Select at least one. You can add more later.");
    maya.tick("DACH Retail");
    maya.press("Update User");
    maya.see("Jonas Vermeulen is now a Portfolio Admin and must sign in again.");
    maya.see("1 portfolio, 1 account.");
    maya.click_link("Edit name");
    maya.choose("Default Role", "User");
    maya.press("Update User");
    maya.see("Make Jonas Vermeulen a User?");
    maya.see("will lose these portfolios: DACH Retail");
    maya.press("Make User");
    maya.see("Jonas Vermeulen is now a User");
    maya.see("1 account.");
    site.subjects();
}

#[apply(with_scripts_and_without!)]
fn several_assignments_are_ticked_and_removed_at_once(scripts: bool) {
    let Business { site, jonas, nordic, bikes, .. } = Business::new(scripts);
    for account in [bikes, site.app.create_account(nordic, "Aalto Eyewear")] {
        site.wait(site.app.assign(jonas, account));
    }
    let maya = site.signed_in(MAYA, scripts);
    maya.open(&Business::manage(jonas, ""));
    assert!(!maya.has_button("Remove assignments"));
    maya.tick("Fjord Foods");
    maya.tick("Aalto Eyewear");
    maya.press("Remove assignments");
    maya.see("Remove 2 assignments from Jonas Vermeulen?");
    maya.press("Remove assignments");
    maya.see("Removed 2 assignments from Jonas Vermeulen: Aalto Eyewear, Fjord Foods.");
    maya.see("1 account.");
    site.subjects();
}

#[apply(with_scripts_and_without!)]
fn two_who_edit_one_user_each_keep_what_they_changed(scripts: bool) {
    let Business { site, jonas, .. } = Business::new(scripts);
    let (maya, hana) = (site.signed_in(MAYA, scripts), site.browser(scripts));
    sign_in(&hana, HANA);
    for browser in [&maya, &hana] {
        browser.open(&Business::manage(jonas, ""));
        browser.click_link("Edit name");
    }
    maya.fill("First Name", "Jon");
    maya.press("Update User");
    maya.see("Jon Vermeulen was updated.");
    hana.fill("Last Name", "Vermeer");
    hana.press("Update User");
    hana.see("Someone changed this user while you were editing");
    assert_eq!((hana.value("First Name").as_str(), hana.value("Last Name").as_str()), ("Jon", "Vermeer"));
    hana.press("Update User");
    hana.see("Jon Vermeer was updated.");
    site.subjects();
}

#[apply(with_scripts_and_without!)]
fn the_last_assignment_in_common_is_taken_after_a_question(scripts: bool) {
    let Business { site, jonas, .. } = Business::new(scripts);
    let hana = site.browser(scripts);
    sign_in(&hana, HANA);
    hana.open(&Business::manage(jonas, ""));
    for keeps in [true, false] {
        hana.click_link("Remove assignment");
        hana.see("Remove Fjord Foods from Jonas Vermeulen?");
        hana.see("Jonas will have nothing left in your portfolios, and you will no longer see them.");
        assert_eq!(hana.path() == Business::manage(jonas, ""), scripts);
        if keeps {
            hana.click_link("Keep assignment");
            hana.see("1 account.");
        } else {
            hana.press("Remove assignment");
        }
    }
    hana.see("Fjord Foods is no longer assigned to Jonas Vermeulen.");
    hana.see("are no longer in your list");
    site.subjects();
}

#[apply(with_scripts_and_without!)]
fn what_is_assigned_and_switched_counts_at_the_next_click(scripts: bool) {
    let Business { site, jonas, fjord, .. } = Business::new(scripts);
    let maya = site.signed_in(MAYA, scripts);
    let browser = site.signed_in(JONAS, scripts);
    maya.open(&Business::manage(jonas, ""));
    maya.choose("Add account", "Bergmann Bikes");
    maya.press("Add");
    maya.see("Bergmann Bikes is now assigned to Jonas Vermeulen.");
    browser.click_link("Accounts");
    browser.click_link("Bergmann Bikes");
    browser.see("Edit details");

    maya.press("Remove Bergmann Bikes");
    maya.see("Bergmann Bikes is no longer assigned to Jonas Vermeulen.");
    browser.reload();
    browser.see("Page not found");
    maya.press("See billing");
    maya.see("Jonas Vermeulen can now view the billing information of Fjord Foods.");
    browser.open(&format!("/accounts/{fjord}"));
    browser.click_link("Billing");
    browser.see("No billing information yet.");
    maya.press("Edit details");
    maya.see("Jonas Vermeulen can no longer edit the details of Fjord Foods.");
    browser.click_link("People");
    assert!(!browser.has_link("Edit details"));
    site.subjects();
}

#[apply(with_scripts_and_without!)]
fn a_link_to_choose_a_new_password_is_mailed(scripts: bool) {
    let Business { site, jonas, .. } = Business::new(scripts);
    let maya = site.signed_in(MAYA, scripts);
    maya.open(&Business::manage(jonas, ""));
    maya.press("Send password reset email");
    maya.see("Password reset email sent to jonas.vermeulen@example.com.");
    let browser = site.browser(scripts);
    browser.open(&site.link_in_mail());
    browser.fill("New Password", "ribbon cactus violin forty");
    browser.press("Save password");
    browser.see("Your password was changed. Sign in with the new one.");
    site.subjects();
}

#[apply(with_scripts_and_without!)]
fn deactivating_and_the_way_back_keep_everything(scripts: bool) {
    let Business { site, hana, .. } = Business::new(scripts);
    let maya = site.signed_in(MAYA, scripts);
    let browser = site.signed_in(HANA, scripts);
    maya.open(&Business::manage(hana, ""));
    maya.press("Sign out everywhere");
    maya.see("Hana Novotna was signed out everywhere (1 session).");
    browser.reload();
    browser.see("Access is by invitation.");
    maya.press("Deactivate");
    maya.see("Hana Novotna is deactivated and signed out everywhere.");
    maya.see("Portfolios and accounts they had");
    sign_in(&browser, HANA);
    browser.see("Your access is deactivated. Ask an administrator.");
    site.app.advance(chrono::TimeDelta::minutes(1));
    maya.press("Reactivate Hana Novotna");
    maya.see("Hana Novotna is active and can sign in again.");
    sign_in(&browser, HANA);
    browser.click_link("Portfolios");
    browser.see("Nordic Brands");
    site.subjects();
}

#[apply(with_scripts_and_without!)]
fn an_invitation_is_resent_and_revoked(scripts: bool) {
    let Business { site, .. } = Business::new(scripts);
    let first = site.invite("noor@example.com");
    let maya = site.signed_in(MAYA, scripts);
    maya.open("/users-and-permissions?status=invited");
    maya.click_link("Manage");
    maya.press("Resend invitation");
    maya.see("New invitation sent to noor@example.com");
    let second = site.link_in_mail();
    let noor = site.browser(scripts);
    noor.open(&first);
    noor.see("replaced");
    noor.open(&second);
    noor.see("Maya Fischer invited you to Northwind Trading.");
    maya.click_link("Revoke invitation");
    maya.see("The invitation link stops working");
    maya.press("Revoke invitation");
    maya.see("Invitation to noor@example.com revoked.");
    assert_eq!(maya.path(), "/users-and-permissions?status=invited");
    noor.reload();
    noor.see("revoked");
}
