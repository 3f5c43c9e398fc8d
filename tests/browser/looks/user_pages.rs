//! Users & Permissions: the list, Manage, and New User.

use chrono::TimeDelta;
use usher::{
    domain::ids::UserId,
    usecases::{EntryPoint, users},
};

use super::{faults, look_good, none, once};
use crate::{
    business::{Business, HANA, JONAS},
    site::{MAYA, Site},
};

const LIST: &str = "/users-and-permissions";

/// Deactivated, expired and invited users, besides those of the company.
struct Everybody {
    deactivated: UserId,
    expired: UserId,
    invited: UserId,
    business: Business,
}

fn everybody(site: Site) -> Everybody {
    let business = Business::at(site);
    let (site, ctx) = (&business.site, &business.site.app.ctx);
    let deactivated = site.app.create_user("Katarzyna", "Wisniewska");
    site.wait(site.app.assign(deactivated, business.bikes));
    users::lifecycle::block(ctx, &site.caller(MAYA), EntryPoint::UsersAndPermissions, deactivated).unwrap();
    site.subjects();
    site.invite("expired@example.com");
    site.app.advance(TimeDelta::hours(24));
    let address = "somebody.with.a.long.name.in.the.office@subsidiary.northwind-trading.example.com";
    site.invite(address);
    let (expired, invited) = (site.app.id_of("expired@example.com"), site.app.id_of(address));
    site.wait(site.app.assign(invited, business.fjord));
    Everybody { deactivated, expired, invited, business }
}

/// Pages of a user in Users & Permissions, below the list.
fn below(pages: &[String]) -> Vec<String> {
    pages.iter().map(|page| format!("{LIST}{page}")).collect()
}

#[test]
fn the_list_and_many_users_at_once() {
    let Everybody { business: Business { site, .. }, .. } = everybody(Site::without_mail_server());
    let maya = site.signed_in(MAYA, true);
    let lists =
        ["", "?status=expired", "?q=nobody&status=invited", "?role=portfolio_admin&two_factor=on", "?assignments=none&sort=email-desc"];
    look_good(&maya, &lists.map(|query| format!("{LIST}{query}")));
    let mut found = Vec::new();
    for action in ["Deactivate", "Assign to accounts"] {
        maya.open(LIST);
        maya.tick("Jonas Vermeulen jonas.vermeulen@example.com");
        maya.tick("Katarzyna Wisniewska katarzyna.wisniewska@example.com");
        maya.see("2 selected");
        found.extend(faults(&maya, "ticked rows"));
        maya.press(action);
        found.extend(once(&maya, "Cancel"));
    }
    maya.press("Assign to accounts");
    found.extend(once(&maya, "Select at least one account"));
    maya.open(&format!("{LIST}?status=active"));
    maya.tick("Jonas Vermeulen jonas.vermeulen@example.com");
    maya.click_link("Select all 3");
    found.extend(once(&maya, "3 users match"));
    maya.press("Deactivate");
    maya.press("Deactivate");
    found.extend(once(&maya, "2 users deactivated."));
    none(&found);
    site.subjects();
}

#[test]
fn manage_of_every_status_as_an_admin_and_as_a_portfolio_admin() {
    let Everybody { business, deactivated, expired, invited } = everybody(Site::without_mail_server());
    let Business { site, hana, jonas, bikes, .. } = business;
    site.wait(site.app.assign(jonas, bikes));
    let own = site.app.id_of(MAYA);
    let everybody = [own, hana, jonas, deactivated, expired, invited].map(|user| format!("/{user}"));
    let more = [
        format!("/{hana}/edit"),
        format!("/{deactivated}/edit"),
        format!("/{invited}/revoke"),
        format!("/{invited}/link"),
        format!("/{jonas}?q=nobody"),
    ];
    look_good(&site.signed_in(MAYA, true), &below(&[&everybody[..], &more].concat()));
    let inside = ["", &format!("/{hana}"), &format!("/{jonas}"), &format!("/{invited}"), &format!("/{deactivated}")].map(str::to_owned);
    look_good(&site.signed_in(HANA, true), &below(&inside));
    site.subjects();
}

#[test]
fn manage_user_as_a_dialog_with_errors_and_out_of_date() {
    let Business { site, hana, jonas, .. } = Business::new(true);
    let maya = site.signed_in(MAYA, true);
    let mut found = Vec::new();
    maya.open(&Business::manage(jonas, ""));
    maya.click_link("Edit name");
    found.extend(once(&maya, "Cancel"));
    maya.fill("First Name", "<b>");
    maya.fill("Email Address", HANA);
    maya.press("Update User");
    found.extend(once(&maya, "Remove < and >"));
    maya.fill("First Name", "Jonas");
    maya.press("Update User");
    found.extend(once(&maya, "hana.novotna@example.com is already a user."));
    maya.fill("Email Address", JONAS);
    maya.choose("Default Role", "Portfolio Admin");
    maya.press("Update User");
    found.extend(once(&maya, "Choose at least one portfolio"));
    let elsewhere = site.signed_in(MAYA, true);
    elsewhere.open(&Business::manage(jonas, "/edit"));
    elsewhere.fill("First Name", "Jon");
    elsewhere.press("Update User");
    elsewhere.see("Jon Vermeulen was updated.");
    maya.fill("First Name", "Johann");
    maya.tick("Nordic Brands");
    maya.press("Update User");
    found.extend(once(&maya, "Someone changed this user while you were editing"));
    maya.open(&Business::manage(hana, "/edit"));
    maya.choose("Default Role", "User");
    maya.press("Update User");
    found.extend(once(&maya, "Make Hana Novotna a User?"));
    maya.open(&Business::manage(jonas, "/edit"));
    maya.fill("Email Address", "jonas.with.a.long.name.in.the.office@subsidiary.northwind-trading.example.com");
    maya.press("Update User");
    found.extend(once(&maya, "Keep current email"));
    none(&found);
    site.subjects();
}

#[test]
fn new_user_step_by_step() {
    let Business { site, .. } = Business::new(true);
    let maya = site.signed_in(MAYA, true);
    let mut found = Vec::new();
    maya.open(&format!("{LIST}/new"));
    found.extend(once(&maya, "Who are you inviting?"));
    maya.fill("First Name", "<b>");
    maya.fill("Last Name", "van Dijk");
    maya.fill("Email Address", JONAS);
    maya.choose("Default Role", "Portfolio Admin");
    maya.press("Next");
    found.extend(once(&maya, "Remove < and >"));
    maya.fill("First Name", "Noor");
    maya.press("Next");
    found.extend(once(&maya, "jonas.vermeulen@example.com is already a user."));
    maya.fill("Email Address", "noor@example.com");
    maya.press("Next");
    found.extend(once(&maya, "Which portfolios will Noor manage?"));
    maya.tick("Nordic Brands");
    maya.press("Next");
    found.extend(once(&maya, "Review and send"));
    maya.press("Change name and role");
    maya.choose("Default Role", "User");
    maya.press("Next");
    found.extend(once(&maya, "You changed the default role"));
    maya.press("Next");
    found.extend(once(&maya, "Select at least one account"));
    maya.tick("Fjord Foods");
    maya.press("Next");
    found.extend(once(&maya, "Review"));
    let hana = site.signed_in(HANA, true);
    hana.open(&format!("{LIST}/new"));
    hana.fill("First Name", "Maya");
    hana.fill("Last Name", "Fischer");
    hana.fill("Email Address", MAYA);
    hana.choose("Default Role", "User");
    hana.press("Next");
    found.extend(once(&hana, "You can’t invite this address. Ask an Admin."));
    none(&found);
}
