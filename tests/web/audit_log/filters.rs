//! Filters, alone and combined.

use chrono::TimeDelta;
use usher::domain::ids::{AccountId, PortfolioId, UserId};

use super::*;
use crate::shared::steps::{add_member, confirm, create_group, press, user_path};

/// A company with something done by two Admins to users, a group, portfolios and accounts.
struct World {
    app: TestApp,
    maya: Browser,
    jonas: UserId,
    elif: UserId,
    group: String,
    nordic: PortfolioId,
    fjord: AccountId,
}

impl World {
    async fn new(db: crate::helpers::Db) -> Self {
        let (app, mut maya) = TestApp::with_admin(db).await;
        let elif = app.create_admin("Elif", "Yildiz");
        let jonas = app.create_user("Jonas", "Vermeulen");
        let group = create_group(&app, &mut maya, "Finance").await;
        add_member(&app, &mut maya, &group, jonas).await.is(303);
        let nordic = app.create_portfolio("Nordic Brands");
        let fjord = app.create_account(nordic, "Fjord Foods");
        app.assign(jonas, fjord).await;
        let mut second = app.signed_in("elif.yildiz@example.com").await;
        press(&app, &mut second, jonas, "block").await.is(303);
        app.mails().await;
        let group = group.rsplit('/').next().unwrap().to_owned();
        Self { app, maya, jonas, elif, group, nordic, fjord }
    }
}

#[apply(both_databases!)]
async fn each_filter_finds_its_entries(db: Db) {
    let World { app, mut maya, jonas, elif, group, nordic, fjord } = World::new(db).await;
    for (query, expected) in [
        (format!("actor={elif}"), vec!["Elif Yildiz deactivated Jonas Vermeulen", "Elif Yildiz signed in"]),
        (
            format!("user={jonas}"),
            vec![
                "Elif Yildiz deactivated Jonas Vermeulen",
                "Maya Fischer assigned Fjord Foods to Jonas Vermeulen",
                "Maya Fischer added Jonas Vermeulen to Finance",
            ],
        ),
        (format!("group={group}"), vec!["Maya Fischer added Jonas Vermeulen to Finance", "Maya Fischer created Finance"]),
        (format!("portfolio={nordic}"), vec!["Maya Fischer created Fjord Foods", "Maya Fischer created Nordic Brands"]),
        (format!("account={fjord}"), vec!["Maya Fischer assigned Fjord Foods to Jonas Vermeulen", "Maya Fischer created Fjord Foods"]),
        ("action=user.deactivated".to_owned(), vec!["Elif Yildiz deactivated Jonas Vermeulen"]),
        ("action=groups".to_owned(), vec!["Maya Fischer added Jonas Vermeulen to Finance", "Maya Fischer created Finance"]),
        ("action=billing".to_owned(), vec![]),
    ] {
        let page = maya.get(&app, &format!("{LOG}?{query}")).await;
        assert_eq!(sentences(page.is(200)), expected, "{query}");
        let entries = if expected.len() == 1 { "1 entry".to_owned() } else { format!("{} entries", expected.len()) };
        assert!(expected.is_empty() || page.shows(&entries), "{query}: {}", page.text());
    }
}

#[apply(both_databases!)]
async fn a_portfolio_or_account_is_found_by_name_and_filters_the_list_as_it_was(db: Db) {
    let World { app, mut maya, nordic, fjord, .. } = World::new(db).await;
    let list = maya.get(&app, &format!("{LOG}?action=groups&rows=25")).await;
    let place = list.link("About a portfolio or account…");
    maya.get(&app, &place).await.is(200).sees("Nordic Brands").sees("Fjord Foods");
    let found = maya.get(&app, &format!("{place}&q=fjo")).await;
    found.sees("Fjord Foods");
    assert_eq!(found.link("Fjord Foods"), format!("{LOG}?account={fjord}&action=groups&rows=25"));
    // The name of a portfolio finds its accounts too.
    let found = maya.get(&app, &format!("{LOG}/place?q=nordic")).await;
    assert_eq!(found.link("Nordic Brands"), format!("{LOG}?portfolio={nordic}"));
    assert_eq!(found.link("Fjord Foods"), format!("{LOG}?account={fjord}"));
    maya.get(&app, &format!("{LOG}/place?q=xyz")).await.is(200).sees("No portfolio or account matches “xyz”.");
}

#[apply(both_databases!)]
async fn filters_combined_find_the_entries_of_all_of_them(db: Db) {
    let World { app, mut maya, jonas, elif, fjord, .. } = World::new(db).await;
    let mayas = app.id_of("maya.fischer@example.com");
    for (query, expected) in [
        (format!("actor={elif}&user={jonas}"), vec!["Elif Yildiz deactivated Jonas Vermeulen"]),
        (format!("actor={mayas}&user={jonas}&action=groups"), vec!["Maya Fischer added Jonas Vermeulen to Finance"]),
        (format!("user={jonas}&account={fjord}"), vec!["Maya Fischer assigned Fjord Foods to Jonas Vermeulen"]),
        (format!("actor={elif}&action=groups"), vec![]),
        (format!("actor={elif}&from=2026-11-22&to=2026-11-22&q=deactiv"), vec!["Elif Yildiz deactivated Jonas Vermeulen"]),
        (format!("actor={elif}&from=2026-11-23"), vec![]),
    ] {
        assert_eq!(listed(&app, &mut maya, &query).await, expected, "{query}");
    }
}

#[apply(both_databases!)]
async fn a_filter_is_shown_by_name_and_can_be_removed(db: Db) {
    let World { app, mut maya, jonas, nordic, .. } = World::new(db).await;
    let page = maya.get(&app, &format!("{LOG}?user={jonas}&portfolio={nordic}&action=groups")).await;
    page.sees("About Jonas Vermeulen").sees("Portfolio Nordic Brands");
    assert!(
        page.has_link(&format!("{LOG}?portfolio={nordic}&action=groups")) && page.has_link(&format!("{LOG}?user={jonas}&action=groups"))
    );
}

#[apply(both_databases!)]
async fn a_user_who_no_longer_exists_is_found_by_id_and_shown_by_name(db: Db) {
    let World { app, mut maya, jonas, .. } = World::new(db).await;
    confirm(&app, &mut maya, &user_path(jonas, "delete")).await.is(303);
    app.mails().await;
    let page = maya.get(&app, &format!("{LOG}?user={jonas}")).await;
    page.sees("About Jonas Vermeulen").sees("Maya Fischer deleted Jonas Vermeulen").sees("4 entries");
    maya.get(&app, &format!("{LOG}?user=999999")).await.is(200).sees("About User 999999").sees("No matching entries");
}

#[apply(both_databases!)]
async fn days_are_days_of_the_company_and_the_last_one_counts(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let midnight = app.now().date().and_time(chrono::NaiveTime::MIN) + TimeDelta::days(1);
    let at = |seconds| midnight + TimeDelta::seconds(seconds);
    append(&app, [entry(at(-1), "Usher", "Evening"), entry(at(0), "Usher", "Midnight"), entry(at(86_400), "Usher", "Morrow")]);
    app.advance(TimeDelta::days(3));
    let mut maya_again = app.signed_in("maya.fischer@example.com").await;
    std::mem::swap(&mut maya, &mut maya_again);
    assert_eq!(listed(&app, &mut maya, "from=2026-11-23&to=2026-11-23").await, ["Usher created Midnight"]);
    assert_eq!(listed(&app, &mut maya, "action=groups&from=2026-11-23").await, ["Usher created Morrow", "Usher created Midnight"]);
    assert_eq!(listed(&app, &mut maya, "action=groups&to=2026-11-22").await, ["Usher created Evening"]);
}

#[apply(both_databases!)]
async fn a_span_that_ends_before_it_begins_is_an_error_at_its_field(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.get(&app, &format!("{LOG}?q=ma&from=2026-11-23&to=2026-11-22")).await;
    page.is(422).sees("Choose a date on or after the From date").sees("Error: Audit log");
    assert!(page.body.contains("value=\"2026-11-23\"") && page.body.contains("value=\"2026-11-22\"") && page.body.contains("value=\"ma\""));
    maya.get(&app, &format!("{LOG}?from=22.11.2026")).await.is(422).sees("Enter a date such as 2026-11-22");
}

#[apply(both_databases!)]
async fn a_user_is_found_by_part_of_a_name_and_the_other_filters_stay(db: Db) {
    let World { app, mut maya, jonas, elif, .. } = World::new(db).await;
    let list = maya.get(&app, &format!("{LOG}?action=groups")).await;
    let person = format!("{LOG}/person?as=user&return=action%3Dgroups");
    assert!(list.has_link(&person));
    let page = maya.get(&app, &format!("{person}&q=vermeu")).await;
    let choice = |name: &str, id: UserId| format!("<input type=\"radio\" name=\"{name}\" value=\"{id}\" form=\"add-form\"");
    assert!(page.body.contains(&choice("user", jonas)) && page.body.contains("<input type=\"hidden\" name=\"action\" value=\"groups\">"));
    let page = maya.get(&app, &format!("{LOG}/person?as=actor&q=yildiz@")).await;
    assert!(page.body.contains(&choice("actor", elif)) && !page.body.contains(&choice("actor", jonas)));
    maya.get(&app, &format!("{LOG}/person?q=nobody")).await.sees("No one matches “nobody”");
    maya.get(&app, &format!("{LOG}/person?as=x")).await.is(404);
}
