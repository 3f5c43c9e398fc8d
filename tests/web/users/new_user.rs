//! The New User wizard over HTTP.

use crate::{
    helpers::{Browser, PASSWORD, Page, TestApp},
    shared::steps::{follow, go_on},
};
use usher::domain::ids::{AccountId, PortfolioId, UserId};

const NEW: &str = "/users-and-permissions/new";

/// Two portfolios, one account in each, and a Portfolio Admin of the first.
struct Business {
    nordic: PortfolioId,
    fjord: AccountId,
    dach: PortfolioId,
    cafe: AccountId,
}

fn business(app: &TestApp) -> Business {
    let [nordic, dach] = ["Nordic Brands", "DACH Retail"].map(|name| app.create_portfolio(name));
    let (fjord, cafe) = (app.create_account(nordic, "Fjord Foods"), app.create_account(dach, "Café Löwe"));
    Business { nordic, fjord, dach, cafe }
}

async fn portfolio_admin(app: &TestApp, of: PortfolioId) -> (UserId, Browser) {
    let id = app.create_portfolio_admin("Hana", "Novotna", &[of]).await;
    (id, app.signed_in("hana.novotna@example.com").await)
}

/// Answers so far, with the step and the button.
fn answers<'a>(step: &'a str, what: &'a str, role: &'a str, given: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("step", step), ("do", what), ("first_name", "Noor"), ("last_name", "van Dijk"), ("email", "noor@example.com")];
    fields.push(("default_role", role));
    fields.extend(given);
    fields
}

/// Posts these answers with the token of an open page, and opens the next step.
async fn answer(browser: &mut Browser, app: &TestApp, answers: &[(&str, &str)]) -> Page {
    let page = browser.get(app, "/users-and-groups").await;
    let token = page.form("/sign-out");
    let mut fields = token.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>();
    fields.extend(answers);
    let answer = browser.post(app, NEW, &fields).await;
    follow(app, browser, answer, NEW).await
}

#[apply(both_databases!)]
async fn a_user_is_invited_in_three_steps(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let Business { fjord, .. } = business(&app);
    maya.get(&app, NEW).await.is(200).sees("Who are you inviting?");
    let fjord_id = fjord.to_string();
    answer(&mut maya, &app, &answers("1", "next", "user", &[])).await.is(200).sees("Which accounts will Noor work on?").sees("Fjord Foods");
    let review = answer(&mut maya, &app, &answers("2", "next", "user", &[("account", &fjord_id)])).await;
    review.is(200).sees("Review and send").sees("Nordic Brands").sees("This invitation is valid for 5 days.");
    assert!(!app.has_user("noor@example.com"), "nothing is written before the last step");
    let id = {
        let added = answer(&mut maya, &app, &answers("3", "create", "user", &[("account", &fjord_id)])).await;
        let id = app.id_of("noor@example.com");
        added.redirects_to(&format!("/users-and-permissions/{id}"));
        id
    };
    assert_eq!(app.accounts_of(id), [fjord]);
    let mail = app.mail().await;
    assert!(mail.rendered.text.contains("Your role: User. Your access: Fjord Foods"), "{}", mail.rendered.text);
    let link = app.link_in(&mail);
    assert!(app.browser().get(&app, &link).await.is(200).body.contains(r#"value="van Dijk""#), "the names are filled in");
    app.advance(chrono::TimeDelta::days(5) - chrono::TimeDelta::seconds(1));
    app.browser().get(&app, &link).await.is(200);
    app.advance(chrono::TimeDelta::seconds(1));
    app.browser().get(&app, &link).await.is(410);
}

#[apply(both_databases!)]
async fn a_portfolio_admin_is_invited_with_portfolios(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let Business { nordic, .. } = business(&app);
    let nordic_id = nordic.to_string();
    answer(&mut maya, &app, &answers("1", "next", "portfolio_admin", &[])).await.is(200).sees("Which portfolios will Noor manage?");
    answer(&mut maya, &app, &answers("3", "create", "portfolio_admin", &[("portfolio", &nordic_id)])).await.is(303);
    assert_eq!(app.portfolios_of(app.id_of("noor@example.com")), [nordic]);
    let mail = app.mail().await.rendered.text;
    assert!(mail.contains("Your role: Portfolio Admin. Your access: Nordic Brands"), "{mail}");
}

#[apply(both_databases!)]
async fn going_back_loses_nothing_and_another_role_drops_the_ticks_that_do_not_go_with_it(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let Business { fjord, .. } = business(&app);
    let fjord = fjord.to_string();
    let back = answer(&mut maya, &app, &answers("3", "back", "user", &[("account", &fjord)])).await;
    back.is(200).sees("1 of 2 selected");
    let first = answer(&mut maya, &app, &answers("2", "back", "user", &[("account", &fjord)])).await;
    first.is(200).sees("Who are you inviting?");
    let again = go_on(&app, &mut maya, &first, NEW, &[("do", "next")]).await;
    again.is(200).sees("1 of 2 selected").sees_no("You changed the default role");
    let changed = go_on(&app, &mut maya, &first, NEW, &[("default_role", "portfolio_admin"), ("do", "next")]).await;
    changed.is(200).sees("You changed the default role").sees("0 of 2 selected");
}

#[apply(both_databases!)]
async fn what_an_account_gives_is_chosen_where_it_is_ticked_and_reviewed(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let Business { fjord, cafe, .. } = business(&app);
    let [fjord_id, cafe_id] = [fjord, cafe].map(|account| account.to_string());
    let ticked = [("account", &*fjord_id), ("account", &*cafe_id), ("edit-details", &*cafe_id), ("see-billing", &*fjord_id)];
    let review = answer(&mut maya, &app, &answers("2", "next", "user", &ticked)).await;
    review.is(200).sees("Fjord Foods: View, See billing").sees("Café Löwe: View, Edit details");
    let back = go_on(&app, &mut maya, &review, NEW, &[("do", "step-2")]).await;
    let form = back.form(NEW);
    let of = |field: &str| form.iter().filter(|(name, _)| name == field).map(|(_, id)| id.as_str()).collect::<Vec<_>>();
    assert_eq!((of("edit-details"), of("see-billing")), (vec![&*cafe_id], vec![&*fjord_id]));
    maya.send(&app, &review, NEW, &[("do", "create")]).await.is(303);
    let noor = app.id_of("noor@example.com");
    for (account, edits, sees) in [(fjord, false, true), (cafe, true, false)] {
        let row = format!(
            "account_assignments WHERE user_id = {noor} AND account_id = {account} AND edits_details = {edits} AND sees_billing = {sees}"
        );
        assert_eq!(app.count(&row), 1, "{row}");
    }
    app.mail().await;
}

#[apply(both_databases!)]
async fn an_account_that_nobody_ticked_yet_would_give_what_is_usual(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    business(&app);
    let second = answer(&mut maya, &app, &answers("1", "next", "user", &[])).await;
    let form = second.form(NEW);
    let count = |field: &str| form.iter().filter(|(name, _)| name == field).count();
    assert_eq!((count("edit-details"), count("see-billing")), (2, 0));
}

#[apply(both_databases!)]
async fn each_step_says_what_is_missing(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    business(&app);
    let empty = [("step", "1"), ("do", "next"), ("first_name", ""), ("last_name", ""), ("email", "nobody"), ("default_role", "")];
    let page = answer(&mut maya, &app, &empty).await;
    page.is(422).sees("Enter a first name").sees("Enter a last name").sees("Choose a default role").sees("name@example.com");
    answer(&mut maya, &app, &answers("2", "next", "user", &[])).await.is(422).sees("Select at least one account");
    answer(&mut maya, &app, &answers("3", "create", "portfolio_admin", &[])).await.is(422).sees("Select at least one portfolio");
    answer(&mut maya, &app, &answers("4", "next", "user", &[])).await.is(400);
    answer(&mut maya, &app, &answers("1", "jump", "user", &[])).await.is(400);
    answer(&mut maya, &app, &answers("1", "next", "admin", &[])).await.is(400);
    answer(&mut maya, &app, &answers("1", "next", "user", &[("status", "active")])).await.is(400);
    assert!(!app.has_user("noor@example.com"));
}

#[apply(both_databases!)]
async fn what_is_ticked_twice_is_no_answer(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let Business { nordic, fjord, .. } = business(&app);
    let (nordic, fjord) = (nordic.to_string(), fjord.to_string());
    for (role, ticked) in [("user", ("account", &*fjord)), ("portfolio_admin", ("portfolio", &*nordic))] {
        for (step, what) in [("2", "next"), ("3", "create")] {
            answer(&mut maya, &app, &answers(step, what, role, &[ticked, ticked])).await.is(400);
        }
    }
    assert!(!app.has_user("noor@example.com"));
}

#[apply(both_databases!)]
async fn two_tabs_at_once_keep_their_own_answers(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let Business { fjord, cafe, .. } = business(&app);
    let [fjord_id, cafe_id] = [fjord, cafe].map(|account| account.to_string());
    let (one, other) = (maya.get(&app, NEW).await, maya.get(&app, NEW).await);
    let noor = [("first_name", "Noor"), ("last_name", "van Dijk"), ("email", "noor@example.com"), ("default_role", "user"), ("do", "next")];
    let ruth = [("first_name", "Ruth"), ("last_name", "Adler"), ("email", "ruth@example.com"), ("default_role", "user"), ("do", "next")];
    let (one, other) = (go_on(&app, &mut maya, &one, NEW, &noor).await, go_on(&app, &mut maya, &other, NEW, &ruth).await);
    let one = go_on(&app, &mut maya, &one, NEW, &[("account", &fjord_id), ("do", "next")]).await;
    let other = go_on(&app, &mut maya, &other, NEW, &[("account", &cafe_id), ("do", "next")]).await;
    maya.send(&app, &other, NEW, &[("do", "create")]).await.is(303);
    maya.send(&app, &one, NEW, &[("do", "create")]).await.is(303);
    assert_eq!(app.accounts_of(app.id_of("noor@example.com")), [fjord]);
    assert_eq!(app.accounts_of(app.id_of("ruth@example.com")), [cafe]);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_second_press_finds_the_user_invited_already(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let Business { fjord, .. } = business(&app);
    let fjord = fjord.to_string();
    let last = answers("3", "create", "user", &[("account", &fjord)]);
    answer(&mut maya, &app, &last).await.is(303);
    answer(&mut maya, &app, &last).await.is(422).sees("noor@example.com has already been invited.").sees("Open Manage");
    app.mail().await;
}

#[apply(both_databases!)]
async fn a_portfolio_admin_gives_what_is_theirs_and_learns_nothing_of_the_rest(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let Business { nordic, fjord, dach, cafe } = business(&app);
    let (_, mut hana) = portfolio_admin(&app, nordic).await;
    let [fjord, cafe, dach] = [fjord.to_string(), cafe.to_string(), dach.to_string()];
    let offered = answer(&mut hana, &app, &answers("1", "next", "user", &[])).await;
    offered.is(200).sees("Fjord Foods");
    assert!(!offered.shows("Café Löwe") && !offered.shows("DACH"));
    for foreign in [("account", &*cafe), ("account", "99999")] {
        for (step, what) in [("2", "next"), ("2", "find"), ("3", "create"), ("3", "back")] {
            answer(&mut hana, &app, &answers(step, what, "user", &[("account", &fjord), foreign])).await.is(404);
        }
    }
    answer(&mut hana, &app, &answers("3", "create", "portfolio_admin", &[("portfolio", &dach)])).await.is(404);
    assert!(!app.has_user("noor@example.com"));
    answer(&mut hana, &app, &answers("3", "create", "user", &[("account", &fjord)])).await.is(303);
    app.mail().await;
}

#[apply(both_databases!)]
async fn a_portfolio_admin_is_told_nothing_about_an_address_outside_their_scope(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let Business { nordic, fjord, .. } = business(&app);
    let (_, mut hana) = portfolio_admin(&app, nordic).await;
    let jonas = app.create_user("Jonas", "Vermeulen");
    let typed = [
        ("step", "1"),
        ("do", "next"),
        ("first_name", "J"),
        ("last_name", "V"),
        ("email", "jonas.vermeulen@example.com"),
        ("default_role", "user"),
    ];
    let refused = answer(&mut hana, &app, &typed).await;
    refused.is(422).sees("You can’t invite this address. Ask an Admin.");
    assert!(!refused.body.contains("Active.") && !refused.body.contains("Open Manage"));
    answer(&mut maya, &app, &typed).await.is(422).sees("is already a user.");
    app.assign(jonas, fjord).await;
    answer(&mut hana, &app, &typed).await.is(422).sees("is already a user.");
}

#[apply(both_databases!)]
async fn what_its_sender_may_no_longer_give_is_not_given(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let Business { nordic, fjord, dach, .. } = business(&app);
    let (hana_id, mut hana) = portfolio_admin(&app, nordic).await;
    app.give_portfolio(hana_id, dach);
    let fjord_id = fjord.to_string();
    answer(&mut hana, &app, &answers("3", "create", "user", &[("account", &fjord_id)])).await.is(303);
    let link = app.link_in_mail().await;
    app.unassign_portfolio(hana_id, nordic);
    let fields = [("first_name", "Noor"), ("last_name", "van Dijk"), ("password", PASSWORD)];
    app.browser().fill(&app, &link, &fields).await.is(303);
    assert_eq!(app.accounts_of(app.id_of("noor@example.com")), []);
    assert!(app.deeds().contains(&"assignment.withheld Noor van Dijk".to_owned()));
    maya.get(&app, "/users-and-groups").await.is(200);
}

#[apply(both_databases!)]
async fn a_portfolio_that_is_deactivated_meanwhile_is_given_all_the_same(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let Business { nordic, fjord, .. } = business(&app);
    let (_, mut hana) = portfolio_admin(&app, nordic).await;
    answer(&mut hana, &app, &answers("3", "create", "user", &[("account", &fjord.to_string())])).await.is(303);
    let (link, deactivate) = (app.link_in_mail().await, format!("/portfolios/{nordic}/deactivate"));
    maya.press(&app, &deactivate, &deactivate).await.is(303);
    let fields = [("first_name", "Noor"), ("last_name", "van Dijk"), ("password", PASSWORD)];
    app.browser().fill(&app, &link, &fields).await.is(303);
    assert_eq!(app.accounts_of(app.id_of("noor@example.com")), [fjord]);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_portfolio_admin_who_is_given_no_portfolio_is_a_user(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let Business { nordic, dach, .. } = business(&app);
    let (hana_id, mut hana) = portfolio_admin(&app, nordic).await;
    app.give_portfolio(hana_id, dach);
    answer(&mut hana, &app, &answers("3", "create", "portfolio_admin", &[("portfolio", &nordic.to_string())])).await.is(303);
    let link = app.link_in_mail().await;
    app.unassign_portfolio(hana_id, nordic);
    let fields = [("first_name", "Noor"), ("last_name", "van Dijk"), ("password", PASSWORD)];
    app.browser().fill(&app, &link, &fields).await.is(303);
    let noor = app.id_of("noor@example.com");
    assert_eq!(app.portfolios_of(noor), []);
    let page = maya.get(&app, &format!("/users-and-permissions/{noor}")).await;
    page.sees("Default roleUser").sees("No accounts yet");
    assert!(app.deeds().contains(&"user.demoted Noor van Dijk".to_owned()));
}

#[apply(both_databases!)]
async fn a_user_who_comes_from_a_portfolio_finds_it_ticked_and_its_accounts_first(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let Business { nordic, .. } = business(&app);
    app.create_account(nordic, "Żubr Brewing");
    let page = maya.get(&app, &format!("/portfolios/{nordic}")).await;
    let from = format!("{NEW}?portfolio={nordic}");
    assert!(page.has_link(&from));
    let first = maya.get(&app, &from).await;
    let noor = [("first_name", "Noor"), ("last_name", "van Dijk"), ("email", "noor@example.com"), ("do", "next")];
    let second = go_on(&app, &mut maya, first.is(200), NEW, &[&noor[..], &[("default_role", "portfolio_admin")]].concat()).await;
    second.is(200).sees("1 of 2 selected").sees_no("You changed the default role");
    let review = go_on(&app, &mut maya, &second, NEW, &[("do", "next")]).await;
    review.is(200).sees("Nordic Brands").sees_no("DACH");
    let first = go_on(&app, &mut maya, &review, NEW, &[("do", "step-1")]).await;
    let second = go_on(&app, &mut maya, &first, NEW, &[("default_role", "user"), ("do", "next")]).await;
    second.is(200).sees("0 of 3 selected").sees_no("You changed the default role");
    let at = |name| second.text().find(name).unwrap();
    assert!(at("Fjord Foods") < at("Żubr Brewing") && at("Żubr Brewing") < at("Café Löwe"));
}

#[apply(both_databases!)]
async fn of_too_many_accounts_to_show_those_of_the_portfolio_that_one_comes_from_are_shown(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let Business { nordic, dach, .. } = business(&app);
    for number in 0..100 {
        app.create_account(dach, &format!("Store {number}"));
    }
    let noor = [("first_name", "Noor"), ("last_name", "van Dijk"), ("email", "noor@example.com"), ("default_role", "user"), ("do", "next")];
    for (from, is_shown) in [(String::new(), false), (format!("?portfolio={nordic}"), true)] {
        let first = maya.get(&app, &format!("{NEW}{from}")).await;
        let second = go_on(&app, &mut maya, &first, NEW, &noor).await;
        second.is(200).sees("102 accounts to choose from").sees_no("Store 7");
        assert_eq!(second.shows("Fjord Foods"), is_shown, "{from}");
    }
}

#[apply(both_databases!)]
async fn a_portfolio_that_is_not_one_s_own_opens_no_wizard(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let Business { nordic, dach, .. } = business(&app);
    let (_, mut hana) = portfolio_admin(&app, nordic).await;
    hana.get(&app, &format!("{NEW}?portfolio={nordic}")).await.is(200);
    let (foreign, unknown) =
        (hana.get(&app, &format!("{NEW}?portfolio={dach}")).await, hana.get(&app, &format!("{NEW}?portfolio=987654")).await);
    assert_eq!((foreign.is(404).text(), unknown.status.as_u16()), (unknown.text(), 404));
    let deactivate = format!("/portfolios/{nordic}/deactivate");
    maya.press(&app, &deactivate, &deactivate).await.is(303);
    maya.get(&app, &format!("{NEW}?portfolio={nordic}")).await.is(404);
    app.mails().await;
}

#[apply(both_databases!)]
async fn the_review_says_what_the_table_of_permissions_gives(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let Business { nordic, fjord, .. } = business(&app);
    let (nordic, fjord) = (nordic.to_string(), fjord.to_string());
    let user = answer(&mut maya, &app, &answers("2", "next", "user", &[("account", &fjord)])).await;
    user.sees("In these accountsViewEverywhere").sees_no("If allowed").sees("NeverUpdate billing");
    user.sees("EverywhereView names, email addresses and custom groups of active people");
    let admin = answer(&mut maya, &app, &answers("2", "next", "portfolio_admin", &[("portfolio", &nordic)])).await;
    admin.sees("In every account thereView, edit details, see and update billing").sees("Invite people").sees_no("NeverUpdate");
}

#[apply(both_databases!)]
async fn a_user_has_no_wizard(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    app.create_user("Jonas", "Vermeulen");
    let mut jonas = app.signed_in("jonas.vermeulen@example.com").await;
    jonas.get(&app, NEW).await.is(403);
    answer(&mut jonas, &app, &answers("1", "next", "user", &[])).await.is(403);
}
