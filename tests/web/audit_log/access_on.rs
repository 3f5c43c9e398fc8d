//! Access on a date: from the audit log alone, and equal to the current tables for today.

mod random;

use chrono::TimeDelta;
use usher::{
    domain::{
        audit::AuditAction,
        ids::{AccountId, PortfolioId, UserId},
    },
    usecases::{AssignmentRef, access::unassign},
};

use super::*;
use crate::{
    helpers::Db,
    shared::steps::{add_member, confirm, create_group, user_path},
};

/// A company of three days: assigned on the first, changed on the second, taken away and moved on the third.
struct World {
    app: TestApp,
    maya: Browser,
    nordic: PortfolioId,
    south: PortfolioId,
    fjord: AccountId,
    hana: UserId,
    finn: UserId,
}

impl World {
    async fn new(db: Db) -> Self {
        let (app, mut maya) = TestApp::with_admin(db).await;
        let [nordic, south] = ["Nordic Brands", "South"].map(|name| app.create_portfolio(name));
        let fjord = app.create_account(nordic, "Fjord Foods");
        let hana = app.create_user("Hana", "Novotna");
        let finn = app.create_portfolio_admin("Finn", "Holm", &[nordic]).await;
        app.assign(hana, fjord).await;
        let group = create_group(&app, &mut maya, "Finance").await;
        add_member(&app, &mut maya, &group, hana).await.is(303);
        app.advance(TimeDelta::days(1));
        app.show_billing_to(hana, fjord).await;
        app.advance(TimeDelta::days(1));
        let by = app.id_of("maya.fischer@example.com");
        unassign::unassign(&app.ctx, &app.caller(by), hana, &[AssignmentRef::Account(fjord)], true).unwrap();
        let mut maya = app.signed_in("maya.fischer@example.com").await;
        let to_south = [("portfolio", &*south.to_string()), ("do", "move")];
        maya.fill(&app, &format!("/accounts/{fjord}/move"), &to_south).await.is(303);
        app.mails().await;
        Self { app, maya, nordic, south, fjord, hana, finn }
    }

    /// Lines of the export for this day, without its header.
    async fn exported(&mut self, path: &str, day: &str) -> Vec<String> {
        let page = self.maya.get(&self.app, &format!("{path}/export?on={day}")).await;
        page.is(200).body.lines().skip(1).map(|line| line.replace('"', "")).collect()
    }
}

/// Access of Maya Fischer, as every list shows it. The others were made without an invitation, so no entry has their
/// address.
const MAYA: &str = "1,Maya Fischer,maya.fischer@example.com,Active,,,,,Everything, as Admin,2026-11-22T09:20:00Z,root at the command line";

#[apply(both_databases!)]
async fn an_account_shows_who_had_access_at_the_end_of_a_day(db: Db) {
    let mut world = World::new(db).await;
    let World { fjord, nordic, hana, finn, .. } = world;
    let path = format!("/accounts/{fjord}/access");
    let finns =
        format!("{finn},Finn Holm,,Active,{nordic},Nordic Brands,,,Everything, as Portfolio Admin,2026-11-22T09:20:00Z,Maya Fischer");
    let hanas = |permissions: &str, since: &str| {
        format!("{hana},Hana Novotna,,Active,{nordic},Nordic Brands,{fjord},Fjord Foods,{permissions},{since}T09:20:00Z,Maya Fischer")
    };
    assert_eq!(world.exported(&path, "2026-11-22").await, [&*finns, &*hanas("View, Edit details", "2026-11-22"), MAYA]);
    assert_eq!(world.exported(&path, "2026-11-23").await, [&*finns, &*hanas("View, Edit details, See billing", "2026-11-23"), MAYA]);
    assert_eq!(world.exported(&path, "2026-11-24").await, [MAYA]);
    let page = world.maya.get(&world.app, &format!("{path}?on=2026-11-23")).await;
    page.is(200).sees("As of the end of 23 Nov 2026").sees("Nordic Brands").sees("View, Edit details, See billing").sees("3 entries");
}

#[apply(both_databases!)]
async fn a_portfolio_shows_who_had_access_to_it_and_its_accounts_of_that_day(db: Db) {
    let mut world = World::new(db).await;
    let (nordic, south) = (format!("/portfolios/{}/access", world.nordic), format!("/portfolios/{}/access", world.south));
    let users = |lines: Vec<String>| lines.iter().map(|line| line.split(',').nth(1).unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(users(world.exported(&nordic, "2026-11-23").await), ["Finn Holm", "Hana Novotna", "Maya Fischer"]);
    assert_eq!(users(world.exported(&south, "2026-11-23").await), ["Maya Fischer"]);
    assert_eq!(users(world.exported(&nordic, "2026-11-24").await), ["Finn Holm", "Maya Fischer"]);
    world.maya.get(&world.app, &format!("{nordic}?on=2026-11-23")).await.sees("Fjord Foods").sees("Finn Holm");
    world.maya.get(&world.app, &format!("{nordic}?on=2026-11-24")).await.sees_no("Fjord Foods").sees("Finn Holm");
}

#[apply(both_databases!)]
async fn a_user_shows_what_they_had_even_after_their_deletion(db: Db) {
    let mut world = World::new(db).await;
    let path = format!("/users-and-permissions/{}/access", world.hana);
    let page = world.maya.get(&world.app, &format!("{path}?on=2026-11-22")).await;
    page.is(200).sees("Finance").sees("Active").sees("Fjord Foods").sees("View, Edit details");
    confirm(&world.app, &mut world.maya, &user_path(world.hana, "delete")).await.is(303);
    let page = world.maya.get(&world.app, &format!("{path}?on=2026-11-24")).await;
    page.is(200).sees("This user had no access on that day").sees("Hana Novotna").sees_no("Finance");
    let page = world.maya.get(&world.app, &format!("{path}?on=2026-11-23")).await;
    page.is(200).sees("Finance").sees("View, Edit details, See billing");
}

#[apply(both_databases!)]
async fn groups_of_a_day_are_without_left_and_deleted_ones_and_have_their_names_of_that_day(db: Db) {
    let mut world = World::new(db).await;
    let hana = world.hana;
    let World { app, maya, .. } = &mut world;
    let [sales, legal] = [create_group(app, maya, "Sales").await, create_group(app, maya, "Legal").await];
    for group in [&sales, &legal] {
        add_member(app, maya, group, hana).await.is(303);
    }
    let finance = app.audit().into_iter().find(|row| row.subject_name == "Finance").unwrap().subject_id;
    app.advance(TimeDelta::days(1));
    let mut maya = app.signed_in("maya.fischer@example.com").await;
    confirm(app, &mut maya, &format!("/users-and-groups/groups/{finance}/members/{hana}/remove")).await.is(303);
    confirm(app, &mut maya, &format!("{sales}/delete")).await.is(303);
    maya.fill(app, &format!("{legal}/rename"), &[("name", "Counsel")]).await.is(303);
    let path = format!("/users-and-permissions/{hana}/access");
    maya.get(app, &format!("{path}?on=2026-11-23")).await.sees("GroupsFinance").sees_no("Sales");
    maya.get(app, &format!("{path}?on=2026-11-24")).await.sees("GroupsFinance, Legal, Sales");
    maya.get(app, &format!("{path}?on=2026-11-25")).await.sees("GroupsCounsel").sees_no("Finance").sees_no("Sales");
}

#[apply(both_databases!)]
async fn a_deactivated_portfolio_gave_no_access(db: Db) {
    let mut world = World::new(db).await;
    let nordic = world.nordic;
    confirm(&world.app, &mut world.maya, &format!("/portfolios/{nordic}/deactivate")).await.is(303);
    for path in [format!("/portfolios/{nordic}/access"), format!("/users-and-permissions/{}/access", world.finn)] {
        let lines = world.exported(&path, "2026-11-24").await;
        assert!(
            lines.iter().any(|line| line.contains("Finn Holm") && line.contains("None, as the portfolio was deactivated")),
            "{lines:?}"
        );
        let lines = world.exported(&path, "2026-11-23").await;
        assert!(lines.iter().any(|line| line.contains("Everything, as Portfolio Admin")), "{lines:?}");
    }
}

#[apply(both_databases!)]
async fn before_the_first_record_and_after_today_there_is_nothing_to_show(db: Db) {
    let mut world = World::new(db).await;
    let path = format!("/accounts/{}/access", world.fjord);
    let World { app, maya, .. } = &mut world;
    let today = maya.get(app, &path).await;
    today.is(200).sees("As of the end of 24 Nov 2026").sees("South");
    let before = maya.get(app, &format!("{path}?on=2026-11-21")).await;
    before.is(200).sees("No record before 22 Nov").sees_no("No one had access").sees_no("As of the end of");
    for (day, error) in [("2026-11-25", "Choose today or an earlier date"), ("31.5.2026", "Enter a date such as 2026-11-22")] {
        let page = maya.get(app, &format!("{path}?on={day}")).await;
        page.is(200).sees(error).sees_no("As of the end of");
        assert!(page.body.contains(&format!("value=\"{day}\"")), "{}", page.body);
        maya.get(app, &format!("{path}/export?on={day}")).await.is(404);
    }
    let noor = app.create_user("Noor", "Dijk");
    maya.get(app, &format!("/users-and-permissions/{noor}/access")).await.is(200).sees("no entries about Noor Dijk");
    for path in ["/accounts/999/access", "/portfolios/999/access", "/users-and-permissions/999/access", "/accounts/999/access/export"] {
        maya.get(app, path).await.is(404);
    }
}

#[apply(both_databases!)]
async fn an_entry_that_cannot_be_read_makes_the_access_unknown_from_its_day_on(db: Db) {
    let mut world = World::new(db).await;
    let changed = world.app.audit().into_iter().find(|row| row.action == AuditAction::AssignmentChanged).unwrap().sequence;
    let [account, portfolio, user] = [
        format!("/accounts/{}/access", world.fjord),
        format!("/portfolios/{}/access", world.nordic),
        format!("/users-and-permissions/{}/access", world.hana),
    ];
    for change in ["action = 'assignment.lost'", "action = 'assignment.changed', details = 'none'"] {
        world.app.tamper(&format!("UPDATE audit_entries SET {change} WHERE sequence = {changed}"));
        for path in [&account, &portfolio, &user] {
            let page = world.maya.get(&world.app, &format!("{path}?on=2026-11-23")).await;
            page.is(200).sees(&format!("Entry {changed} can’t be read, so the access on this date is unknown.")).sees_no("Export CSV");
            assert!(page.has_link(&format!("{LOG}/{changed}")), "{path}");
            world.maya.get(&world.app, &format!("{path}/export?on=2026-11-23")).await.is(409).sees("The audit log can’t be read");
            world.maya.get(&world.app, &format!("{path}?on=2026-11-22")).await.is(200).sees_no("can’t be read").sees("View, Edit details");
        }
    }
    let no_time = if world.app.store().is_sqlite() { "x" } else { "infinity" };
    world.app.tamper(&format!("UPDATE audit_entries SET at = '{no_time}' WHERE sequence = {changed}"));
    world.maya.get(&world.app, &format!("{account}?on=2026-11-22")).await.is(200).sees(&format!("Entry {changed} can’t be read"));
    unreadable::forget(&world.app);
}

#[apply(both_databases!)]
async fn the_pages_of_users_portfolios_and_accounts_lead_to_it_for_admins_only(db: Db) {
    let mut world = World::new(db).await;
    let pages =
        [format!("/accounts/{}", world.fjord), format!("/portfolios/{}", world.nordic), format!("/users-and-permissions/{}", world.hana)];
    for page in &pages {
        assert_eq!(world.maya.get(&world.app, page).await.link("Access on a date"), format!("{page}/access"));
    }
    let mut finn = world.app.signed_in("finn.holm@example.com").await;
    finn.get(&world.app, &pages[1]).await.is(200).sees_no("Access on a date");
    finn.get(&world.app, &format!("{}/access", pages[1])).await.is(403);
}

#[apply(both_databases!)]
async fn an_export_is_an_entry_itself(db: Db) {
    let mut world = World::new(db).await;
    world.exported(&format!("/accounts/{}/access", world.fjord), "2026-11-23").await;
    let entry = world.app.audit().pop().unwrap();
    assert_eq!((entry.action.as_str(), &*entry.subject_name), ("access.exported", "Fjord Foods"));
    assert!(entry.details.contains("2026-11-23"), "{}", entry.details);
}
