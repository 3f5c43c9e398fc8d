//! Every page, in light and dark, on a desk and on a telephone: axe-core, the content policy, and nothing over the edge.

use usher::{
    domain::ids::UserId,
    usecases::{Caller, Door, groups, invitations, users},
};

use crate::{
    site::Site,
    support::browser::{Browser, Scheme},
};

const MAYA: &str = "maya.fischer@example.com";

/// What is wrong with what the browser shows.
fn faults(browser: &Browser, name: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (scheme, width, height) in [(Scheme::Light, 1280, 800), (Scheme::Dark, 390, 844)] {
        browser.resize(width, height);
        browser.prefer(scheme);
        let report = browser.axe();
        if !report.is_empty() {
            faults.push(format!("{name}, {scheme:?}, {width} px wide:\n{report}"));
        }
    }
    for (scheme, width) in [(Scheme::Dark, 1280), (Scheme::Light, 320)] {
        browser.prefer(scheme);
        browser.resize(width, 800);
        if browser.is_cut_off() {
            faults.push(format!("{name} is wider than {width} px"));
        }
    }
    browser.resize(1280, 800);
    browser.prefer(Scheme::Light);
    // That a page came with an error's status is no fault of the page.
    let complaints = browser.complaints().into_iter().filter(|complaint| !complaint.contains("the server responded with a status of"));
    faults.extend(complaints.map(|complaint| format!("{name}: {complaint}")));
    faults
}

/// Opens each page and collects what is wrong, so that one run tells it all.
#[track_caller]
fn look_good(browser: &Browser, paths: &[String]) {
    let mut found = Vec::new();
    for path in paths {
        browser.open(path);
        found.extend(faults(browser, path));
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

/// Somebody of every status, a group with a long name, and somebody deleted.
fn fill(site: &Site) -> (UserId, UserId, i64) {
    let ctx = &site.app.ctx;
    let caller = Caller { user: site.app.id_of(MAYA), source: "192.0.2.1".to_owned() };
    let [jonas, katarzyna, oscar] =
        [("Jonas", "Vermeulen"), ("Katarzyna", "Wisniewska"), ("Oscar", "Pena")].map(|(first, last)| site.app.create_user(first, last));
    let name = "Regional sales and partner management, northern Europe";
    let group = groups::create(ctx, &caller, &usher::domain::text::GroupName::parse(name).unwrap()).unwrap();
    groups::add(ctx, &caller, group, jonas).unwrap();
    users::block(ctx, &caller, Door::UsersAndGroups, katarzyna).unwrap();
    users::delete(ctx, &caller, oscar).unwrap();
    let address = "somebody.with.a.long.name.in.the.office@subsidiary.northwind-trading.example.com";
    invitations::invite(ctx, &caller, &usher::domain::email_address::EmailAddress::parse(address).unwrap()).unwrap();
    (jonas, site.app.id_of(address), group.0)
}

#[test]
fn pages_before_signing_in_look_good() {
    let site = Site::empty();
    let browser = site.browser(true);
    let setup = site.setup_path();
    look_good(&browser, std::slice::from_ref(&setup));
    browser.open(&setup);
    browser.fill("Company Name", "Northwind Trading");
    browser.fill("First Name", "Maya");
    browser.fill("Last Name", "Fischer");
    browser.fill("Email Address", MAYA);
    browser.fill("Password", "too short to pass");
    browser.press("Set up Usher");
    let found = faults(&browser, "setup");
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
    look_good(&browser, &["/sign-in", "/invitation/unknown", "/nowhere"].map(str::to_owned));
}

#[test]
fn an_invitation_looks_good() {
    let site = Site::with_admin();
    fill(&site);
    let link = site.invitation_in_mails();
    let browser = site.browser(true);
    look_good(&browser, std::slice::from_ref(&link));
    site.app.advance(chrono::TimeDelta::hours(24));
    look_good(&browser, &[link]);
}

#[test]
fn pages_of_the_console_look_good() {
    let site = Site::without_mail_server();
    let (active, invited, group) = fill(&site);
    let maya = site.signed_in(MAYA, true);
    let list = "/users-and-groups";
    let pages = [
        String::new(),
        "?q=jonas".to_owned(),
        "?q=nobody".to_owned(),
        "/new-user".to_owned(),
        "/new-group".to_owned(),
        "/groups/1".to_owned(),
        "/groups/1/add?q=jo".to_owned(),
        format!("/groups/{group}"),
        format!("/groups/{group}/add"),
        format!("/groups/{group}/rename"),
        format!("/groups/{group}/delete"),
        format!("/groups/{group}/members/{active}/remove"),
        format!("/users/{active}/delete"),
        format!("/users/{invited}/revoke"),
        format!("/users/{invited}/link"),
        "/deleted".to_owned(),
    ];
    look_good(&maya, &pages.map(|page| format!("{list}{page}")));
    site.subjects();
}

#[test]
fn dialogs_look_good_and_give_the_focus_back() {
    let site = Site::with_admin();
    site.app.create_user("Jonas", "Vermeulen");
    let maya = site.signed_in(MAYA, true);
    maya.press("Create");
    maya.click_link("User");
    maya.see("This invitation is valid for 24 hours.");
    let found = faults(&maya, "the dialog Create User");
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
    maya.type_keys("\u{e00c}");
    maya.see_no("This invitation is valid for 24 hours.");
    assert_eq!(maya.path(), "/users-and-groups");
}

#[test]
fn a_question_is_a_dialog_whose_safe_answer_has_the_focus() {
    let site = Site::with_admin();
    let caller = Caller { user: site.app.id_of(MAYA), source: "192.0.2.1".to_owned() };
    let email = usher::domain::email_address::EmailAddress::parse("noor@example.com").unwrap();
    invitations::invite(&site.app.ctx, &caller, &email).unwrap();
    let maya = site.signed_in(MAYA, true);
    maya.click_link("Revoke invitation");
    maya.see("Revoke the invitation to noor@example.com?");
    assert_eq!(maya.path(), "/users-and-groups");
    assert_eq!(maya.focused(), "Keep invitation");
    let found = faults(&maya, "the question");
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
    maya.press("Revoke invitation");
    maya.see("The invitation to noor@example.com is revoked.");
    site.subjects();
}
