//! From the setup to a colleague who is invited, blocked and activated again.

use chrono::TimeDelta;
use usher::usecases::{EntryPoint, users};

use crate::{
    helpers::PASSWORD,
    site::{MAYA, Site, sign_in},
};

#[apply(with_scripts_and_without!)]
fn the_first_admin_sets_up_the_company_and_lands_on_home(scripts: bool) {
    let site = Site::empty();
    let maya = site.browser(scripts);
    maya.open(&site.setup_path());
    maya.fill("Company Name", "Northwind Trading");
    maya.fill("First Name", "Maya");
    maya.fill("Last Name", "Fischer");
    maya.fill("Email Address", MAYA);
    maya.fill("Password", PASSWORD);
    maya.press("Set up Usher");
    maya.see("You are the only active Admin.");
    assert_eq!(maya.path(), "/");
    assert_eq!(maya.title(), "Home – Usher");
}

#[apply(with_scripts_and_without!)]
fn a_colleague_accepts_an_invitation_and_is_signed_in(scripts: bool) {
    let site = Site::with_admin();
    let maya = site.signed_in(MAYA, scripts);
    maya.press("Create");
    maya.click_link("User");
    maya.see("This invitation is valid for 24 hours.");
    maya.fill("Email Address", "noor@example.com");
    maya.press("OK");
    maya.see("Invitation sent to noor@example.com.");

    let noor = site.browser(scripts);
    noor.open(&site.link_in_mail());
    noor.see("Maya Fischer invited you to Northwind Trading.");
    noor.fill("First Name", "Noor");
    noor.fill("Last Name", "van Dijk");
    noor.fill("New Password", PASSWORD);
    noor.press("Accept invitation");
    noor.see("Welcome to Northwind Trading, Noor.");
    assert_eq!(noor.path(), "/");
    assert!(!noor.has_button("Create"));
}

#[apply(with_scripts_and_without!)]
fn the_link_of_an_invitation_is_copied_from_its_message(scripts: bool) {
    let site = Site::without_mail_server();
    let maya = site.signed_in(MAYA, scripts);
    maya.open("/users-and-groups/new-user");
    maya.fill("Email Address", "noor@example.com");
    maya.press("OK");
    maya.see("Invitation for noor@example.com created.");
    if scripts {
        maya.evaluate(
            "navigator.clipboard.write = async ([item]) => { window.copied = await (await item.getType('text/plain')).text(); }",
            vec![],
        );
    }
    maya.press("Copy link of the invitation of noor@example.com");
    if scripts {
        maya.see("Copied");
        assert_eq!(maya.path(), "/users-and-groups");
        let copied = maya.evaluate("return window.copied", vec![]);
        assert!(copied.as_str().unwrap().starts_with(&format!("{}/invitation/", site.app.ctx.links.origin)), "{copied}");
    } else {
        maya.see("Send this link yourself:");
    }
    site.wait(site.app.mails());
}

#[apply(with_scripts_and_without!)]
fn a_user_who_forgot_the_password_signs_in_with_a_new_one(scripts: bool) {
    let site = Site::with_admin();
    site.app.create_user("Jonas", "Vermeulen");
    let jonas = site.browser(scripts);
    jonas.open("/sign-in");
    jonas.click_link("Forgot password?");
    jonas.fill("Email Address", "jonas.vermeulen@example.com");
    jonas.press("Send link");
    jonas.see("Check your email");

    jonas.open(&site.link_in_mail());
    jonas.see("For jonas.vermeulen@example.com.");
    jonas.fill("New Password", "passwordpassword");
    jonas.press("Save password");
    jonas.see("This password is common or has been leaked. Choose another");
    jonas.fill("New Password", "ribbon cactus violin forty");
    jonas.press("Save password");
    jonas.see("Your password was changed. Sign in with the new one.");
    jonas.fill("Email Address", "jonas.vermeulen@example.com");
    jonas.fill("Password", "ribbon cactus violin forty");
    jonas.press("Sign in");
    jonas.see("Jonas Vermeulen");
    assert_eq!(jonas.path(), "/");
    assert_eq!(site.subjects(), ["Your Usher password was changed"]);
}

#[apply(with_scripts_and_without!)]
fn a_blocked_user_is_out_at_the_next_click_until_activated(scripts: bool) {
    let site = Site::with_admin();
    site.app.create_user("Jonas", "Vermeulen");
    let maya = site.signed_in(MAYA, scripts);
    let jonas = site.signed_in("jonas.vermeulen@example.com", scripts);

    maya.reload();
    maya.press("Block");
    maya.see("Jonas Vermeulen is deactivated and signed out everywhere.");
    jonas.click_link("Users & Groups");
    jonas.see("Access is by invitation.");
    assert_eq!(jonas.path(), "/sign-in?next=%2Fusers-and-groups");
    sign_in(&jonas, "jonas.vermeulen@example.com");
    jonas.see("Your access is deactivated. Ask an administrator.");

    maya.press("Activate");
    maya.see("Jonas Vermeulen is active and can sign in again.");
    site.app.advance(TimeDelta::minutes(1));
    sign_in(&jonas, "jonas.vermeulen@example.com");
    jonas.see("Jonas Vermeulen");
    assert_eq!(jonas.path(), "/");
    assert_eq!(site.subjects().len(), 2);
}

#[apply(with_scripts_and_without!)]
fn whatever_a_blocked_user_does_next_leads_to_the_sign_in_page(scripts: bool) {
    let site = Site::with_admin();
    site.invite("noor@example.com");
    let noor = site.app.id_of("noor@example.com");
    site.app.create_admin("Lena", "Novak");
    let (ctx, lena, maya) = (&site.app.ctx, site.caller("lena.novak@example.com"), site.app.id_of(MAYA));
    let browser = site.signed_in(MAYA, scripts);
    let block = || users::lifecycle::block(ctx, &lena, EntryPoint::UsersAndGroups, maya).unwrap();
    let is_out_until_activated = |path: &str| {
        browser.see("Access is by invitation.");
        assert!(browser.path().starts_with("/sign-in") && browser.path().ends_with(path), "{}", browser.path());
        users::lifecycle::activate(ctx, &lena, EntryPoint::UsersAndGroups, maya).unwrap();
        sign_in(&browser, MAYA);
        // A late form leads back to the page with the form.
        browser.open("/users-and-groups");
        browser.see("noor@example.com");
    };
    browser.press("Create");
    browser.click_link("User");
    browser.fill("Email Address", "somebody@example.com");
    block();
    browser.press("OK");
    is_out_until_activated("unsent=true");
    block();
    browser.press("Resend invitation");
    is_out_until_activated("unsent=true");
    block();
    browser.click_link("Revoke invitation");
    is_out_until_activated(&format!("?next=%2Fusers-and-groups%2Fusers%2F{noor}%2Frevoke"));
    block();
    browser.fill("Search name or email", "noor");
    if !scripts {
        browser.press("Search");
    }
    is_out_until_activated("?next=%2Fusers-and-groups%3Fq%3Dnoor");
    assert!(!site.app.has_user("somebody@example.com"));
    site.subjects();
}

#[test]
fn without_scripts_create_user_is_a_page() {
    let site = Site::with_admin();
    let maya = site.signed_in(MAYA, false);
    maya.press("Create");
    maya.click_link("User");
    maya.see("Create User");
    assert_eq!(maya.path(), "/users-and-groups/new-user");
}

#[test]
fn a_search_shows_its_results_and_keeps_what_is_typed_meanwhile() {
    let site = Site::with_admin();
    site.app.create_user("Jonas", "Vermeulen");
    let maya = site.signed_in(MAYA, true);
    maya.fill("Search name or email", "jon");
    maya.see("1 user");
    assert_eq!((maya.path().as_str(), maya.focused().as_str()), ("/users-and-groups?q=jon", "Search name or email"));
    maya.type_keys("x");
    maya.see("No users match “jonx”");
    assert_eq!(maya.value("Search name or email"), "jonx");
}
