//! Every page in light and dark, on a desktop and a phone: axe-core, content policy, and nothing cut off.

use chrono::TimeDelta;
use fantoccini::key::Key;
use usher::{
    domain::{
        credentials::{password::NewPassword, token::Token},
        email_address::EmailAddress,
        ids::UserId,
        invitation::quota::Pace,
        text::PersonName,
        user::DefaultRole,
    },
    usecases::{
        ClientInfo, EntryPoint,
        credentials::{invitation, password_reset},
        groups,
        users::{self, profile::Profile},
    },
};

use crate::{
    helpers::PASSWORD,
    site::{MAYA, Site},
    support::browser::{Browser, Scheme},
};

mod assets;
mod audit_log;
mod business;
mod home;
mod my_account;
mod settings;
mod user_pages;

/// Text spacing that readers may set without losing content: WCAG 2.2, 1.4.12.
const SPACED: &str = "document.styleSheets[0].insertRule('* { line-height: 1.5 !important; letter-spacing: 0.12em !important; \
    word-spacing: 0.16em !important }', document.styleSheets[0].cssRules.length)";

/// Faults of the current page: content policy, axe-core, cut-off content.
pub(crate) fn faults(browser: &Browser, name: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (width, height) in [(390, 844), (1280, 800)] {
        browser.resize(width, height);
        faults.extend(breaches(browser, &format!("{name}, {width} px wide")));
    }
    for width in [320, 360, 600, 768, 960, 1440] {
        browser.resize(width, 800);
        if browser.is_cut_off() {
            faults.push(format!("{name} is wider than {width} px"));
        }
    }
    browser.evaluate(SPACED, vec![]);
    for width in [390, 960, 1280] {
        browser.resize(width, 800);
        if browser.evaluate("return document.scrollingElement.scrollWidth > document.scrollingElement.clientWidth", vec![]) == true {
            let parts = browser.evaluate("return [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > document.scrollingElement.clientWidth).map(e => e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 40)).join('; ')", vec![]);
            faults.push(format!("{name} with wider text is wider than {width} px: {parts}"));
        }
    }
    browser.evaluate("document.styleSheets[0].deleteRule(document.styleSheets[0].cssRules.length - 1)", vec![]);
    // The status of an error page is no fault of the page.
    let complaints = browser.complaints().into_iter().filter(|complaint| !complaint.contains("the server responded with a status of"));
    faults.extend(complaints.map(|complaint| format!("{name}: {complaint}")));
    faults
}

/// Findings of axe-core in light and in dark.
fn breaches(browser: &Browser, name: &str) -> Vec<String> {
    let reports = [Scheme::Dark, Scheme::Light].map(|scheme| {
        browser.prefer(scheme);
        (scheme, browser.axe())
    });
    let reports = reports.into_iter().filter(|(_, report)| !report.is_empty());
    reports.map(|(scheme, report)| format!("{name}, {scheme:?}:\n{report}")).collect()
}

/// Fails with all faults at once.
#[track_caller]
pub(crate) fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// Faults of a page that was reached by a button, once it shows a text.
fn once(browser: &Browser, text: &str) -> Vec<String> {
    browser.see(text);
    faults(browser, text)
}

/// Opens these pages one after another.
#[track_caller]
fn look_good(browser: &Browser, paths: &[String]) {
    let look = |path: &String| {
        browser.open(path);
        faults(browser, path)
    };
    none(&paths.iter().flat_map(look).collect::<Vec<_>>());
}

/// A user of every status, two groups, one with a long name and one empty, and a deleted user.
struct Company {
    active: UserId,
    invited: UserId,
    long: i64,
    empty: i64,
}

fn fill(site: &Site) -> Company {
    let ctx = &site.app.ctx;
    let [active, blocked, deleted] =
        [("Jonas", "Vermeulen"), ("Katarzyna", "Wisniewska"), ("Oscar", "Pena")].map(|(first, last)| site.app.create_user(first, last));
    let long = site.create_group("Regional sales and partner management, northern Europe");
    groups::add(ctx, &site.caller(MAYA), long, active).unwrap();
    users::lifecycle::block(ctx, &site.caller(MAYA), EntryPoint::UsersAndGroups, blocked).unwrap();
    users::deletion::delete(ctx, &site.caller(MAYA), deleted, &users::deletion::NewOwners::default(), None).unwrap();
    site.subjects();
    site.invite("expired@example.com");
    site.app.advance(TimeDelta::hours(24));
    let address = "somebody.with.a.long.name.in.the.office@subsidiary.northwind-trading.example.com";
    site.invite(address);
    Company { active, invited: site.app.id_of(address), long: long.0, empty: site.create_group("Finance").0 }
}

#[test]
fn pages_before_signing_in() {
    let site = Site::empty();
    let browser = site.browser(true);
    look_good(&browser, &[site.setup_path(), "/sign-in".to_owned(), "/nowhere".to_owned()]);
    let signing_in = ["/sign-in?after=password-reset", "/forgot-password", "/forgot-password?sent=true", "/reset/unknown"];
    look_good(&browser, &signing_in.map(str::to_owned));
}

#[test]
fn an_invitation_and_every_end_of_it() {
    let site = Site::with_admin();
    let ctx = &site.app.ctx;
    let [open, used, revoked, replaced] = ["open", "used", "revoked", "replaced"].map(|name| site.invite(&format!("{name}@example.com")));
    let token = Token::parse(used.strip_prefix("/invitation/").unwrap()).unwrap();
    let name = PersonName::parse("Noor").unwrap();
    let visitor = ClientInfo { client_ip: "192.0.2.1".to_owned(), user_agent: String::new(), browser: None, session: None };
    invitation::accept(ctx, &token, &name, &name, NewPassword::parse(PASSWORD, 15).unwrap(), &visitor).unwrap();
    users::invite::revoke(ctx, &site.caller(MAYA), EntryPoint::UsersAndGroups, site.app.id_of("revoked@example.com")).unwrap();
    users::invite::resend(ctx, &site.caller(MAYA), EntryPoint::UsersAndGroups, site.app.id_of("replaced@example.com"), Pace::Single)
        .unwrap();

    let browser = site.signed_in(MAYA, true);
    look_good(&browser, &[open.clone(), used, revoked, replaced, "/invitation/unknown".to_owned()]);
    site.app.advance(TimeDelta::hours(24));
    look_good(&browser, &[open]);
    browser.press("Send me a new link");
    browser.see("The earlier link no longer works.");
    none(&faults(&browser, "the answer to Send me a new link"));
    site.subjects();
}

#[test]
fn links_to_an_active_user_look_good() {
    let site = Site::with_admin();
    let ctx = &site.app.ctx;
    let jonas = site.app.create_user("Jonas", "Vermeulen");
    let address = "jonas.with.a.long.name.in.the.office@subsidiary.northwind-trading.example.com";
    let profile = Profile {
        first_name: PersonName::parse("Jonas").unwrap(),
        last_name: PersonName::parse("Vermeulen").unwrap(),
        email: EmailAddress::parse(address).unwrap(),
        default_role: DefaultRole::User,
        portfolios: Vec::new(),
        leaves: Vec::new(),
        agreed: false,
        version: 1,
    };
    users::profile::update(ctx, &site.caller(MAYA), jonas, &profile).unwrap();
    password_reset::send(ctx, &site.caller(MAYA), jonas).unwrap();
    let links = site.links_in_mails();
    assert_eq!(links.len(), 3, "{links:?}");
    look_good(&site.browser(true), &links);
}

#[test]
fn pages_that_admins_see() {
    let site = Site::without_mail_server();
    let Company { active, invited, long, empty } = fill(&site);
    let maya = site.signed_in(MAYA, true);
    let list = "/users-and-groups";
    let pages = [
        list,
        "?q=jonas",
        "?q=nobody",
        "/new-user",
        "/new-group",
        "/groups/1",
        "/groups/1/add?q=jo",
        &format!("/groups/{long}"),
        &format!("/groups/{empty}"),
        &format!("/groups/{empty}/add?q=nobody"),
        &format!("/groups/{long}/rename"),
        &format!("/groups/{long}/delete"),
        &format!("/groups/{long}/members/{active}/remove"),
        &format!("/users/{active}/delete"),
        &format!("/users/{invited}/revoke"),
        &format!("/users/{invited}/link"),
        "/deleted",
    ];
    look_good(&maya, &pages.map(|page| format!("{list}{}", page.trim_start_matches(list))));
    site.subjects();
}

#[test]
fn the_end_of_a_long_list_and_a_message() {
    let site = Site::with_admin();
    for number in 1..=50 {
        site.app.create_user("Jonas", &format!("Vermeulen-{number}"));
    }
    let maya = site.signed_in(MAYA, true);
    maya.click_link("Next");
    maya.see("51–51 of 51 users");
    site.app.create_user("Noor", "Visser");
    maya.reload();
    maya.press("Block");
    maya.see("Noor Visser is deactivated and signed out everywhere.");
    none(&faults(&maya, "the end of a long list"));
    site.subjects();
}

#[test]
fn pages_that_users_see_and_those_that_they_are_refused() {
    let site = Site::with_admin();
    let Company { long, empty, .. } = fill(&site);
    let jonas = site.signed_in("jonas.vermeulen@example.com", true);
    let list = "/users-and-groups";
    let pages = ["", "?q=nobody", &format!("/groups/{long}"), &format!("/groups/{empty}"), "/new-user", "/groups/1", "/groups/x"];
    look_good(&jonas, &pages.map(|page| format!("{list}{page}")));
    site.subjects();
}

#[test]
fn pages_of_what_went_wrong() {
    let site = Site::with_admin();
    let jonas = site.app.create_user("Jonas", "Vermeulen");
    let maya = site.signed_in(MAYA, true);
    look_good(&maya, &[format!("/users-and-groups/groups/1/members/{jonas}/remove"), "/sign-out".to_owned()]);
    site.app.execute("ALTER TABLE user_groups RENAME TO lost");
    look_good(&maya, &["/users-and-groups".to_owned()]);
    maya.see("Something went wrong on our side");
}

#[test]
fn menus_and_dialogs() {
    let site = Site::without_mail_server();
    let Company { long, .. } = fill(&site);
    let maya = site.signed_in(MAYA, true);
    let mut found = Vec::new();

    maya.resize(390, 844);
    maya.press("Menu");
    found.extend(breaches(&maya, "the drawer"));
    maya.open("/users-and-groups");
    maya.press("Create");
    found.extend(faults(&maya, "the menu Create"));
    for link in ["User", "Group"] {
        maya.open("/users-and-groups");
        maya.press("Create");
        maya.click_link(link);
        maya.see("Cancel");
        found.extend(faults(&maya, &format!("the dialog Create {link}")));
    }
    for (page, link, safe) in [
        ("?q=somebody".to_owned(), "Revoke invitation", "Keep invitation"),
        (format!("/groups/{long}"), "Delete group", "Keep group"),
        (format!("/groups/{long}"), "Remove from group", "Keep in Regional sales and partner management, northern Europe"),
    ] {
        maya.open(&format!("/users-and-groups{page}"));
        maya.click_link(link);
        maya.see(safe);
        found.extend(faults(&maya, &format!("the question of {link}")));
    }
    maya.open("/users-and-groups/groups/1");
    maya.click_link("Add user to group");
    maya.fill("Name or Email", "jonas");
    maya.see("1 person matches “jonas”");
    maya.type_keys(&format!("{}{}", Key::Tab, Key::Space));
    found.extend(faults(&maya, "the dialog Add user to group"));
    none(&found);
    site.subjects();
}
