//! Day of a Portfolio Admin: everything in their portfolios works without an Admin.

use crate::{
    business::{Business, HANA, JONAS},
    helpers::{Db, PASSWORD},
    site::sign_in,
    support::browser::Browser,
};

/// Another Portfolio Admin for the portfolio.
fn invites_a_portfolio_admin(hana: &Browser) {
    hana.open("/users-and-permissions/new");
    hana.fill("First Name", "Oscar");
    hana.fill("Last Name", "Pena");
    hana.fill("Email Address", "oscar@example.com");
    hana.choose("Default Role", "Portfolio Admin");
    hana.press("Next");
    hana.tick("Nordic Brands");
    assert!(!hana.shows("DACH Retail"));
    hana.press("Next");
    hana.press("Add New User");
    hana.see("Invitation sent to");
}

/// Details and billing of an account.
fn edits_and_bills(hana: &Browser) {
    hana.click_link("Portfolios");
    hana.click_link("Nordic Brands");
    hana.click_link("Fjord Foods");
    hana.click_link("Edit details");
    hana.fill("Website (optional)", "fjordfoods.example");
    hana.press("Save details");
    hana.see("Details saved.");
    hana.click_link("Billing");
    for (label, text) in [
        ("Legal Name", "Fjord Foods AS"),
        ("Billing Email", "invoices@fjordfoods.example"),
        ("Address Line 1", "Strandgaten 14"),
        ("Postal Code", "5013"),
        ("City", "Bergen"),
    ] {
        hana.fill(label, text);
    }
    hana.choose("Country", "Norway");
    hana.press("Save billing");
    hana.see("Billing of Fjord Foods saved.");
}

#[apply(in_every_combination!)]
fn a_portfolio_admin_runs_their_part_of_the_company_for_a_day(db: Db, scripts: bool) {
    let Business { site, fjord, .. } = Business::on(db);
    let hana = site.browser(scripts);
    sign_in(&hana, HANA);

    // Her own users only.
    hana.click_link("Users & Permissions");
    hana.see("2 users");
    assert!(hana.shows("Jonas Vermeulen") && !hana.shows("Maya Fischer"));

    // A new user, who sees the account.
    hana.click_link("New User");
    hana.fill("First Name", "Noor");
    hana.fill("Last Name", "van Dijk");
    hana.fill("Email Address", "noor@example.com");
    hana.choose("Default Role", "User");
    hana.press("Next");
    hana.tick("Fjord Foods");
    assert!(!hana.shows("Bergmann Bikes"));
    hana.press("Next");
    hana.press("Add New User");
    hana.see("Invitation sent to");
    let noor = site.browser(scripts);
    noor.open(&site.link_in_mail());
    noor.see("Hana Novotna invited you to Northwind Trading.");
    noor.fill("New Password", PASSWORD);
    noor.press("Accept invitation");
    noor.click_link("Accounts");
    noor.click_link("Fjord Foods");
    noor.see("Noor van Dijk");
    assert!(!noor.has_link("Billing"));

    invites_a_portfolio_admin(&hana);
    edits_and_bills(&hana);

    // A new account.
    hana.click_link("Nordic Brands");
    hana.click_link("New Account");
    hana.fill("Name", "Polar Outfitters");
    hana.press("Next");
    hana.tick("Nordic Brands");
    hana.press("Next");
    hana.tick("Jonas Vermeulen jonas.vermeulen@example.com, Active");
    hana.press("Next");
    hana.see("Review and create");
    hana.press("Create account");
    hana.see("Created the account Polar Outfitters.");
    site.subjects();

    // A user who is deactivated is signed out at the next click.
    let jonas = site.browser(scripts);
    sign_in(&jonas, JONAS);
    jonas.click_link("Accounts");
    jonas.see("Polar Outfitters");
    hana.click_link("Manage");
    hana.press("Deactivate");
    hana.see("Jonas Vermeulen is deactivated and signed out everywhere.");
    jonas.reload();
    jonas.see("Access is by invitation.");

    // The list as a CSV file.
    hana.open("/users-and-permissions");
    assert!(hana.has_link("Export CSV"));
    assert_eq!(site.app.count(&format!("account_assignments WHERE account_id = {fjord}")), 2);
    site.subjects();
}
