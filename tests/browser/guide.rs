//! The guide to Users & Permissions, followed sentence by sentence: with scripts and without, on either database.

use chrono::TimeDelta;

use crate::{
    business::{Business, HANA, JONAS},
    helpers::{Db, PASSWORD},
    site::{MAYA, find_one, sign_in},
    support::browser::Browser,
};

/// Fills in the first two steps of New User.
fn new_user(browser: &Browser, first_name: &str, email: &str, role: &str, ticked: &str) {
    // Click the 'New User' button on the main Users & Permissions page.
    browser.open("/users-and-permissions");
    browser.click_link("New User");
    // Fill out the user's First Name, Last Name, and Email Address, select the role for that user, and click 'Next'.
    browser.fill("First Name", first_name);
    browser.fill("Last Name", "Lind");
    browser.fill("Email Address", email);
    browser.choose("Default Role", role);
    browser.press("Next");
    // Based on the Role selected previously, you will assign the new user to either a Portfolio or an account.
    browser.tick(ticked);
    browser.press("Next");
}

/// Accepts an invitation by the link in the mail.
fn accept(browser: &Browser, link: &str) {
    browser.open(link);
    browser.fill("New Password", PASSWORD);
    browser.press("Accept invitation");
    browser.see("Lind");
}

#[apply(in_every_combination!)]
fn a_user_is_viewed_edited_assigned_and_deactivated_by_manage(db: Db, scripts: bool) {
    let Business { site, .. } = Business::on(db);
    let maya = site.signed_in(MAYA, scripts);
    // Click the 'Manage' button to view and/or edit your users' information.
    maya.click_link("Users & Permissions");
    find_one(&maya, "jonas", scripts);
    maya.click_link("Manage");
    // View Two Factor Authentication.
    maya.see("Two Factor Authentication");
    // Click the pencil icon next to the user name and email. This will open up a pop-up called "Manage User," where you
    // can edit the First Name, Last Name, Email Address, and Default Role.
    let manage = maya.path();
    for pencil in ["Edit name", "Edit email"] {
        maya.open(&manage);
        maya.click_link(pencil);
        maya.see("Manage User");
        assert_eq!(["First Name", "Last Name", "Email Address"].map(|label| maya.value(label)), ["Jonas", "Vermeulen", JONAS]);
    }
    maya.open(&manage);
    // Once you've changed the User information, click the "Update User" button.
    maya.click_link("Edit name");
    maya.fill("Last Name", "van Dijk");
    maya.press("Update User");
    maya.see("Jonas van Dijk was updated.");
    // To edit user roles, click the "Default Role" dropdown within the "Manage User" window. Manage portfolio
    // assignments.
    maya.click_link("Edit name");
    maya.choose("Default Role", "Portfolio Admin");
    maya.tick("DACH Retail");
    maya.press("Update User");
    maya.see("Jonas van Dijk is now a Portfolio Admin");
    maya.choose("Add portfolio or account", "Nordic Brands");
    maya.press("Add");
    maya.see("Nordic Brands is now assigned to Jonas van Dijk.");
    // Assign permissions.
    maya.press("See billing");
    maya.see("Jonas van Dijk can now view the billing information of Fjord Foods.");
    // Send password reset emails.
    maya.press("Send password reset email");
    maya.see("Password reset email sent to");
    // And deactivate users.
    maya.press("Deactivate");
    maya.see("Jonas van Dijk is deactivated and signed out everywhere.");
    site.subjects();
}

#[apply(in_every_combination!)]
fn a_portfolio_admin_can_what_the_guide_says(db: Db, scripts: bool) {
    let Business { site, .. } = Business::on(db);
    let hana = site.browser(scripts);
    sign_in(&hana, HANA);
    // Create other portfolio admins.
    new_user(&hana, "Astrid", "astrid@example.com", "Portfolio Admin", "Nordic Brands");
    hana.press("Add New User");
    hana.see("Invitation sent to");
    let astrid = site.browser(scripts);
    accept(&astrid, &site.link_in_mail());
    // See accounts in their assigned portfolios.
    astrid.click_link("Portfolios");
    assert!(!astrid.shows("DACH Retail"));
    astrid.click_link("Nordic Brands");
    astrid.see("Fjord Foods");
    let nordic = astrid.path();
    // Create accounts for their portfolios.
    astrid.click_link("New Account");
    astrid.fill("Name", "Polar Outfitters");
    astrid.press("Next");
    astrid.tick("Nordic Brands");
    astrid.press("Next");
    astrid.press("Next");
    astrid.press("Create account");
    astrid.see("Created the account Polar Outfitters.");
    // Update each account's billing information.
    for account in ["Polar Outfitters", "Fjord Foods"] {
        astrid.open(&nordic);
        astrid.click_link(account);
        astrid.click_link("Billing");
        for (label, text) in [
            ("Legal Name", account),
            ("Billing Email", "bills@example.com"),
            ("Address Line 1", "Strandgaten 14"),
            ("Postal Code", "5013"),
            ("City", "Bergen"),
        ] {
            astrid.fill(label, text);
        }
        astrid.choose("Country", "Norway");
        astrid.press("Save billing");
        astrid.see(&format!("Billing of {account} saved."));
    }
    // Invite users and assign to their portfolios and accounts.
    new_user(&astrid, "Noor", "noor@example.com", "User", "Polar Outfitters");
    astrid.press("Add New User");
    astrid.see("Invitation sent to");
    astrid.choose("Add account", "Fjord Foods");
    astrid.press("Add");
    astrid.see("Fjord Foods is now assigned to Noor Lind.");
    site.subjects();
}

#[apply(in_every_combination!)]
fn a_user_can_and_cannot_what_the_guide_says(db: Db, scripts: bool) {
    let Business { site, nordic, fjord, bikes, .. } = Business::on(db);
    site.app.create_account(nordic, "Polar Outfitters");
    let jonas = site.browser(scripts);
    sign_in(&jonas, JONAS);
    // Access the account they are assigned to.
    jonas.click_link("Accounts");
    // Will not have visibility into the accounts they are not assigned to within a Portfolio.
    assert!(!jonas.shows("Polar Outfitters") && !jonas.shows("Bergmann Bikes"));
    jonas.click_link("Fjord Foods");
    // Access to all other features within their assigned account outside of billing and Portfolio management.
    jonas.click_link("Edit details");
    jonas.fill("Website (optional)", "fjordfoods.example");
    jonas.press("Save details");
    jonas.see("Details saved.");
    jonas.see("Jonas Vermeulen");
    // Cannot update the billing information on the account.
    assert!(!jonas.has_link("Billing") && !jonas.has_link("Portfolios") && !jonas.has_link("Users & Permissions"));
    for (path, answer) in [
        (format!("/accounts/{fjord}/billing"), "You can’t view this billing"),
        (format!("/accounts/{bikes}"), "Page not found"),
        (format!("/portfolios/{nordic}"), "You don’t have access"),
        ("/users-and-permissions".to_owned(), "You don’t have access"),
    ] {
        jonas.open(&path);
        jonas.see(answer);
    }
}

#[apply(in_every_combination!)]
fn a_new_user_is_reviewed_added_and_followed(db: Db, scripts: bool) {
    let Business { site, .. } = Business::on(db);
    let maya = site.signed_in(MAYA, scripts);
    new_user(&maya, "Noor", "noor@example.com", "User", "Fjord Foods");
    // Review the New User information, make any required edits.
    maya.see("Noor Lind, User");
    maya.press("Change name and role");
    maya.fill("Email Address", "noor.lind@example.com");
    maya.press("Next");
    maya.press("Next");
    maya.see("noor.lind@example.com");
    // And click the "Add New User" button. Once you click "Add New User," a new invitation will be sent to that user.
    maya.press("Add New User");
    maya.see("Invitation sent to noor.lind@example.com.");
    let first = site.link_in_mail();
    // You can check the status of your invitation in your Users & Permissions list within the "Status" column.
    maya.open("/users-and-permissions");
    maya.click_link("Invited 1 Invitation not accepted yet");
    maya.see("Status");
    // You can resend or revoke that invitation by clicking "Manage".
    maya.click_link("Manage");
    site.app.advance(TimeDelta::minutes(2));
    maya.press("Resend invitation");
    maya.see("New invitation sent to noor.lind@example.com");
    assert_ne!(site.link_in_mail(), first);
    maya.click_link("Revoke invitation");
    maya.press("Revoke invitation");
    maya.see("Invitation to noor.lind@example.com revoked.");
    site.subjects();
}

#[apply(in_every_combination!)]
fn each_status_is_filtered_and_left_as_the_guide_says(db: Db, scripts: bool) {
    let Business { site, .. } = Business::on(db);
    let maya = site.signed_in(MAYA, scripts);
    // Invited: the invitation for this new user is outstanding, and has not been accepted yet.
    new_user(&maya, "Noor", "noor@example.com", "User", "Fjord Foods");
    maya.press("Add New User");
    maya.see("Invitation sent to");
    site.link_in_mail();
    // Expired: the invitation was not accepted within 5 days. The session ends sooner.
    site.app.advance(TimeDelta::days(5));
    sign_in(&maya, MAYA);
    maya.click_link("Users & Permissions");
    maya.click_link("Expired 1 Invitation expired");
    // You can resend invitations by clicking "Manage".
    maya.click_link("Manage");
    maya.press("Resend invitation");
    maya.see("New invitation sent to noor@example.com");
    let noor = site.browser(scripts);
    accept(&noor, &site.link_in_mail());
    // Active: this user has current access to 1 or more accounts. You can deactivate users by clicking "Manage".
    maya.open("/users-and-permissions");
    maya.click_link("Active 4 Can sign in");
    find_one(&maya, "noor", scripts);
    maya.click_link("Manage");
    maya.press("Deactivate");
    maya.see("Noor Lind is deactivated and signed out everywhere.");
    noor.reload();
    noor.see("Access is by invitation.");
    // Deactivated: this user previously had access, but no longer can. You can reactivate users by clicking "Manage".
    maya.open("/users-and-permissions");
    maya.click_link("Deactivated 1 Sign-in blocked");
    maya.click_link("Manage");
    maya.press("Reactivate");
    maya.see("Noor Lind is active and can sign in again.");
    site.subjects();
}
