//! Portfolios and accounts for each role, and the page Roles.

use super::{look_good, none, once};
use crate::{
    business::{Business, HANA, JONAS},
    site::MAYA,
    support::browser::Browser,
};

/// Fills in the billing form of the current page.
fn bill(browser: &Browser, legal_name: &str) {
    for (label, text) in [
        ("Legal Name", legal_name),
        ("Billing Email", "invoices@fjordfoods.example"),
        ("Address Line 1", "Strandgaten 14"),
        ("Postal Code", "5013"),
        ("City", "Bergen"),
    ] {
        browser.fill(label, text);
    }
    browser.choose("Country", "Norway");
    browser.press("Save billing");
}

#[test]
fn portfolios_and_accounts_as_an_admin() {
    let Business { site, nordic, fjord, bikes, .. } = Business::new(true);
    let alpine = site.app.create_portfolio("Alpine energy, water and everything else that is long in the mountains");
    let maya = site.signed_in(MAYA, true);
    let pages = [
        "/portfolios".to_owned(),
        "/portfolios?q=nobody".to_owned(),
        "/portfolios/new".to_owned(),
        format!("/portfolios/{nordic}"),
        format!("/portfolios/{alpine}"),
        format!("/portfolios/{nordic}/edit"),
        format!("/portfolios/{nordic}/deactivate"),
        format!("/accounts/{fjord}"),
        format!("/accounts/{bikes}"),
        format!("/accounts/{fjord}/edit"),
        format!("/accounts/{fjord}/move"),
        format!("/accounts/{fjord}/billing"),
        "/roles".to_owned(),
    ];
    look_good(&maya, &pages);
    let mut found = Vec::new();
    maya.open(&format!("/accounts/{fjord}/billing"));
    bill(&maya, "<b>");
    found.extend(once(&maya, "Remove < and >"));
    bill(&maya, "Fjord Foods AS");
    found.extend(once(&maya, "Billing of Fjord Foods saved."));
    maya.open("/portfolios/new");
    maya.fill("Name", "<b>");
    maya.press("Create portfolio");
    found.extend(once(&maya, "Remove < and >"));
    maya.open(&format!("/portfolios/{alpine}/deactivate"));
    maya.press("Deactivate portfolio");
    found.extend(once(&maya, "is deactivated. Only Admins can open it."));
    none(&found);
}

#[test]
fn portfolios_and_accounts_as_a_portfolio_admin() {
    let Business { site, nordic, fjord, hana, .. } = Business::new(true);
    let browser = site.signed_in(HANA, true);
    look_good(&browser, &["/portfolios".to_owned(), format!("/portfolios/{nordic}"), format!("/accounts/{fjord}"), "/roles".to_owned()]);
    let mut found = Vec::new();
    browser.open("/accounts/new");
    browser.fill("Name", "<b>");
    browser.press("Next");
    found.extend(once(&browser, "Remove < and >"));
    browser.fill("Name", "Polar Outfitters");
    browser.press("Next");
    found.extend(once(&browser, "Which portfolio does it belong to?"));
    browser.tick("Nordic Brands");
    browser.press("Next");
    browser.tick("Jonas Vermeulen jonas.vermeulen@example.com, Active");
    found.extend(once(&browser, "Who works on it?"));
    browser.press("Next");
    found.extend(once(&browser, "Review and create"));
    none(&found);

    let elsewhere = site.signed_in(MAYA, true);
    for (page, button, said) in [
        (format!("/portfolios/{nordic}/edit"), "Save portfolio", "Someone changed this portfolio while you were editing"),
        (format!("/accounts/{fjord}/edit"), "Save details", "Someone changed this account while you were editing"),
    ] {
        let maya = site.signed_in(MAYA, true);
        maya.open(&page);
        maya.fill("Name", "Norrland");
        elsewhere.open(&page);
        elsewhere.fill("Notes (optional)", "Called twice");
        elsewhere.press(button);
        elsewhere.see("saved.");
        maya.press(button);
        found.extend(once(&maya, said));
    }
    none(&found);
    site.app.execute(&format!("UPDATE portfolios SET deactivated_at = created_at WHERE id = {nordic}"));
    look_good(&browser, &["/portfolios", "/users-and-permissions", "/users-and-permissions/new"].map(str::to_owned));
    assert_eq!(site.app.portfolios_of(hana), [nordic]);
}

#[test]
fn accounts_as_a_user() {
    let Business { site, fjord, jonas, .. } = Business::new(true);
    site.wait(site.app.show_billing_to(jonas, fjord));
    let browser = site.signed_in(JONAS, true);
    let account = format!("/accounts/{fjord}");
    let pages = ["/portfolios", "/portfolios?q=nobody", &account, &format!("{account}/billing"), &format!("{account}/edit"), "/roles"];
    look_good(&browser, &pages.map(str::to_owned));
    site.app.create_user("Noor", "Visser");
    look_good(&site.signed_in("noor.visser@example.com", true), &["/portfolios".to_owned()]);
}
