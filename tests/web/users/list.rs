//! List of Users & Permissions: scopes, filters, orders, pages, and the export.

use chrono::TimeDelta;
use usher::{
    domain::user_list::{Order, UserFilter},
    usecases::{
        ActionError, Position, Principal,
        credentials::sessions,
        users::{self, list::ListRequest},
    },
};

use crate::{
    helpers::{Browser, Page, TestApp},
    shared::steps::{press, row, sql},
    users::directory::{fill, go, way},
};

const LIST: &str = "/users-and-permissions";

/// Two portfolios: Pia administers the first, where Uma works; Otto works in both, Finn only in the other, Nina in
/// none.
pub(crate) struct World {
    pub(crate) app: TestApp,
    pub(crate) maya: Browser,
    pub(crate) pia: Browser,
    pub(crate) uma: usher::domain::ids::UserId,
    pub(crate) otto: usher::domain::ids::UserId,
    pub(crate) finn: usher::domain::ids::UserId,
    pub(crate) account: usher::domain::ids::AccountId,
    pub(crate) foreign: usher::domain::ids::AccountId,
    pub(crate) nordic: usher::domain::ids::PortfolioId,
    pub(crate) south: usher::domain::ids::PortfolioId,
}

impl World {
    pub(crate) async fn new(db: crate::helpers::Db) -> Self {
        let (app, maya) = TestApp::with_admin(db).await;
        let [nordic, south] = ["Nordic Brands", "South"].map(|name| app.create_portfolio(name));
        let (account, foreign) = (app.create_account(nordic, "Fjord"), app.create_account(south, "Lagoon"));
        app.create_portfolio_admin("Pia", "Berg", &[nordic]).await;
        let [uma, otto, finn] = [("Uma", "Ek"), ("Otto", "Lund"), ("Finn", "Holm")].map(|(first, last)| app.create_user(first, last));
        app.create_user("Nina", "Vik");
        for (user, account) in [(uma, account), (otto, account), (otto, foreign), (finn, foreign)] {
            app.assign(user, account).await;
        }
        let pia = app.signed_in("pia.berg@example.com").await;
        Self { app, maya, pia, uma, otto, finn, account, foreign, nordic, south }
    }
}

/// Names in the table, from top to bottom.
pub(crate) fn names(page: &Page) -> Vec<String> {
    let rows = page.body.split("<th scope=\"row\"").skip(1);
    let name = |row: &str| row.split("<b dir=\"auto\">").nth(1)?.split('<').next().map(str::to_owned);
    rows.filter_map(name).collect()
}

async fn listed(app: &TestApp, browser: &mut Browser, query: &str) -> Vec<String> {
    names(browser.get(app, &format!("{LIST}?{query}")).await.is(200))
}

#[apply(both_databases!)]
async fn an_admin_sees_everybody_with_status_role_and_assignments(db: Db) {
    let World { app, mut maya, .. } = World::new(db).await;
    let page = maya.get(&app, LIST).await;
    assert_eq!(names(&page), ["Finn Holm", "Maya Fischer", "Nina Vik", "Otto Lund", "Pia Berg", "Uma Ek"]);
    assert!(row(&page, "otto.lund@").contains("User Active 2 accounts Off Never Manage"), "{}", row(&page, "otto.lund@"));
    assert!(row(&page, "pia.berg@").contains("Portfolio Admin Active 1 portfolio Off Today, 09:20"));
    assert!(row(&page, "nina.vik@").contains("None"));
    assert!(row(&page, "maya.fischer@").contains("AdminYou") && row(&page, "maya.fischer@").contains("Everything (Admin)"));
    page.sees("All 6 Everyone").sees("Active 6 Can sign in").sees("Invited 0 Invitation not accepted yet").sees("6 users");
    assert!(page.has_link("/users-and-permissions/new"));
}

#[apply(both_databases!)]
async fn a_portfolio_admin_sees_the_users_of_their_portfolios_and_only_what_lies_there(db: Db) {
    let World { app, mut pia, .. } = World::new(db).await;
    let page = pia.get(&app, LIST).await;
    assert_eq!(names(&page), ["Otto Lund", "Pia Berg", "Uma Ek"]);
    assert!(row(&page, "otto.lund@").contains("1 account"));
    page.sees("All 3 Everyone").sees("3 users");
    for query in ["q=holm", "q=nina", "assignments=none", "status=deactivated"] {
        let page = pia.get(&app, &format!("{LIST}?{query}")).await;
        page.is(200).sees_no("Holm").sees_no("Vik");
        assert!(names(&page).is_empty(), "{query}");
    }
    pia.get(&app, &format!("{LIST}?q=holm")).await.sees("No users match “holm”").sees("All 0 Everyone");
}

#[apply(both_databases!)]
async fn the_admin_tag_is_for_admins_who_look(db: Db) {
    let World { app, mut maya, mut pia, account, .. } = World::new(db).await;
    let admin = app.create_admin("Ada", "Adler");
    app.assign(admin, account).await;
    assert!(row(&maya.get(&app, LIST).await, "ada.adler@").contains("Admin"));
    let seen = row(&pia.get(&app, LIST).await, "ada.adler@");
    assert!(!seen.contains("Admin") && seen.contains("1 account"), "{seen}");
}

#[apply(both_databases!)]
async fn a_user_is_refused_and_sees_no_way_to_it(db: Db) {
    let World { app, .. } = World::new(db).await;
    let mut uma = app.signed_in("uma.ek@example.com").await;
    uma.get(&app, LIST).await.is(403);
    uma.get(&app, "/users-and-permissions/export").await.is(403);
    uma.get(&app, "/users-and-groups").await.sees_no("Users & Permissions");
}

#[apply(both_databases!)]
async fn a_portfolio_admin_without_an_active_portfolio_is_told_why_there_is_nobody(db: Db) {
    let World { app, mut pia, nordic, .. } = World::new(db).await;
    sql(&app, &format!("UPDATE portfolios SET deactivated_at = created_at WHERE id = {nordic}"));
    pia.get(&app, LIST).await.is(200).sees("No active portfolio").sees_no("Ek").sees_no("All");
    pia.get(&app, "/users-and-permissions/export").await.is(404);
}

#[apply(both_databases!)]
async fn statuses_are_tabs_with_counts_that_follow_the_search_and_the_filters(db: Db) {
    let World { app, mut maya, uma, .. } = World::new(db).await;
    press(&app, &mut maya, uma, "block").await.is(303);
    for email in ["noor@example.com", "ruth@example.com"] {
        maya.fill(&app, "/users-and-groups/new-user", &[("email", email)]).await.is(303);
    }
    app.mails().await;
    app.execute("UPDATE user_rows SET invitation_expires_at = created_at WHERE email = 'ruth@example.com'");
    let page = maya.get(&app, LIST).await;
    page.sees("All 8 Everyone Active 5 Can sign in Deactivated 1 Sign-in blocked Invited 1 Invitation not accepted yet Expired 1 Invitation expired");
    for (status, name) in [("deactivated", "Uma Ek"), ("invited", "noor@example.com"), ("expired", "ruth@example.com")] {
        assert_eq!(listed(&app, &mut maya, &format!("status={status}")).await, [name]);
    }
    let searched = maya.get(&app, &format!("{LIST}?q=example.com&role=portfolio_admin&status=expired")).await;
    searched
        .sees("All 1 Everyone Active 1 Can sign in Deactivated 0")
        .sees("No one with the status Expired has this name or email address.");
    maya.get(&app, &format!("{LIST}?two_factor=on")).await.sees("All 0 Everyone");
    assert_eq!(listed(&app, &mut maya, "two_factor=off&status=active&role=user&assignments=none").await, ["Maya Fischer", "Nina Vik"]);
}

#[apply(both_databases!)]
async fn the_list_is_narrowed_to_a_portfolio_of_ones_own(db: Db) {
    let World { app, mut maya, mut pia, nordic, south, .. } = World::new(db).await;
    let page = maya.get(&app, &format!("{LIST}?assignments={south}")).await;
    assert_eq!(names(&page), ["Finn Holm", "Otto Lund"]);
    assert!(maya.get(&app, &format!("/portfolios/{south}")).await.has_link(&format!("{LIST}?assignments={south}")));
    page.sees("All 2 Everyone").sees("In Nordic Brands").sees("In South");
    assert!(row(&page, "otto.lund@").contains("2 accounts"));
    assert_eq!(maya.get(&app, &format!("/users-and-permissions/export?assignments={south}")).await.body.lines().count(), 3);
    assert_eq!(listed(&app, &mut pia, &format!("assignments={nordic}&q=berg")).await, ["Pia Berg"]);
    for address in ["", "/bulk", "/export"] {
        let of = |portfolio: &str| format!("{LIST}{address}?assignments={portfolio}");
        let foreign = pia.get(&app, &of(&south.to_string())).await;
        assert_eq!(foreign.is(404).text(), pia.get(&app, &of("9999")).await.is(404).text(), "{address}");
        maya.get(&app, &of("9999")).await.is(404);
    }
    pia.get(&app, LIST).await.sees_no("Any portfolio").sees_no("South");
}

#[apply(both_databases!)]
async fn users_are_sorted_by_each_column_both_ways(db: Db) {
    let World { app, mut maya, .. } = World::new(db).await;
    app.execute("UPDATE user_rows SET email = 'a@example.com', email_key = 'a@example.com' WHERE first_name = 'Uma'");
    let first_of = async |maya: &mut Browser, sort: &str| listed(&app, maya, &format!("sort={sort}")).await.remove(0);
    assert_eq!(first_of(&mut maya, "name-desc").await, "Uma Ek");
    assert_eq!(first_of(&mut maya, "email").await, "Uma Ek");
    assert_eq!(first_of(&mut maya, "last_sign_in").await, "Maya Fischer");
    assert_eq!(first_of(&mut maya, "created").await, "Maya Fischer");
    assert_eq!(first_of(&mut maya, "created-desc").await, "Nina Vik");
    let page = maya.get(&app, &format!("{LIST}?sort=last_sign_in-desc&q=e")).await;
    assert!(page.body.contains("aria-sort=\"descending\"") && page.body.contains("sorted by last sign-in, descending"));
    assert!(page.has_link("/users-and-permissions?q=e&sort=last_sign_in") && page.has_link("/users-and-permissions?q=e&sort=status"));
}

#[apply(both_databases!)]
async fn pages_follow_each_other_in_every_order_and_keep_the_whole_view(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    fill(&app);
    for sort in ["name", "email-desc", "status", "created", "last_sign_in", "last_sign_in-desc"] {
        let first = maya.get(&app, &format!("{LIST}?q=example&status=active&sort={sort}&rows=25")).await;
        first.sees("1–25 of 121 users");
        let second = go(&app, &mut maya, &first, "next").await;
        second.sees("26–50 of 121 users");
        assert!(way(&second, "next").unwrap().contains(&format!("q=example&status=active&sort={sort}&rows=25&page=")));
        let back = go(&app, &mut maya, &second, "prev").await;
        assert_eq!(names(&back), names(&first));
        let last = go(&app, &mut maya, &first, "last").await;
        last.sees("97–121 of 121 users");
        assert!(names(&last).iter().all(|name| !names(&first).contains(name) && !names(&second).contains(name)), "{sort}");
    }
}

#[apply(both_databases!)]
async fn the_number_of_rows_is_remembered_here_as_in_every_list(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    fill(&app);
    maya.get(&app, &format!("{LIST}?rows=25")).await.sees("1–25 of 121 users");
    maya.get(&app, LIST).await.sees("1–25 of 121 users");
    maya.get(&app, "/users-and-groups").await.sees("1–25 of 121 users");
}

#[apply(both_databases!)]
async fn who_is_invited_and_who_expired_stays_so_from_page_to_page(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    fill(&app);
    app.execute("UPDATE user_rows SET credentials_set_at = NULL, password_hash = NULL, invitation_origin = 'users_and_groups', invitation_expires_at = '2026-11-22 09:25:00' WHERE first_name = 'Person'");
    let first = maya.get(&app, &format!("{LIST}?sort=status&rows=25")).await;
    app.advance(TimeDelta::minutes(10));
    let second = go(&app, &mut maya, &first, "next").await;
    second.sees("26–50 of 121 users").sees("Invited 120").sees("Expired 0");
    maya.get(&app, LIST).await.sees("Invited 0").sees("Expired 120");
}

#[apply(both_databases!)]
async fn what_no_list_has_written_leads_nowhere(db: Db) {
    let World { app, mut maya, .. } = World::new(db).await;
    for query in [
        "status=x",
        "status=Active",
        "role=admin",
        "two_factor=1",
        "assignments=some",
        "sort=password",
        "sort=-desc",
        "rows=0",
        "rows=-25",
        "rows=1000000",
    ] {
        maya.get(&app, &format!("{LIST}?{query}")).await.is(404).sees("That filter doesn’t exist").sees("Show the whole list");
        maya.get(&app, &format!("/users-and-permissions/bulk?{query}")).await.is(404);
        maya.get(&app, &format!("/users-and-permissions/export?{query}")).await.is(404);
    }
    maya.get(&app, &format!("{LIST}?page=x")).await.is(404);
    for query in ["q=a&q=b", "status=active&status=invited"] {
        maya.get(&app, &format!("{LIST}?{query}")).await.is(400).sees("That filter doesn’t exist");
    }
}

#[apply(both_databases!)]
async fn new_user_leads_back_to_the_list_as_it_was_left(db: Db) {
    let World { app, mut maya, .. } = World::new(db).await;
    let (list, wizard) = (format!("{LIST}?q=e&sort=email"), "/users-and-permissions/new");
    let from = format!("{wizard}?return=q%3De%26sort%3Demail");
    assert!(maya.get(&app, &list).await.has_link(&from));
    let first = maya.get(&app, &from).await;
    assert!(first.has_link(&list), "{}", first.body);
    let answers =
        [("first_name", "Noor"), ("last_name", "van Dijk"), ("email", "noor@example.com"), ("default_role", "user"), ("do", "next")];
    let second = maya.send(&app, &first, wizard, &answers).await;
    let second = maya.get(&app, second.is(303).header("location")).await;
    assert!(second.sees("Step 2 of 3").has_link(&list), "{}", second.body);
    let again = maya.send(&app, &second, wizard, &[("do", "next")]).await;
    assert!(again.is(422).has_link(&list), "{}", again.body);
}

#[apply(both_databases!)]
async fn an_export_holds_exactly_what_the_list_holds_and_is_written_down(db: Db) {
    let World { app, mut maya, mut pia, .. } = World::new(db).await;
    app.execute("UPDATE user_rows SET first_name = '=1+1', last_name = 'a,\"b\"' WHERE first_name = 'Uma'");
    let page = pia.get(&app, "/users-and-permissions/export?sort=email-desc").await;
    assert_eq!(
        (page.is(200).header("content-type"), page.header("content-disposition")),
        ("text/csv; charset=utf-8", "attachment; filename=\"users.csv\"")
    );
    let lines = page.body.lines().collect::<Vec<_>>();
    assert_eq!(
        lines[0],
        "\"Name\",\"Email\",\"Default role\",\"Status\",\"Portfolios\",\"Accounts\",\"Two-factor\",\"Last sign-in\",\"Created\""
    );
    assert_eq!(
        lines[1],
        "\"'=1+1 a,\"\"b\"\"\",\"uma.ek@example.com\",\"User\",\"Active\",\"\",\"Fjord (Nordic Brands)\",\"Off\",\"\",\"2026-11-22T09:20:00Z\""
    );
    assert_eq!((lines.len(), lines[3].split(',').next()), (4, Some("\"Otto Lund\"")));
    assert!(app.deeds().contains(&"users.exported Northwind Trading".to_owned()));
    let page = maya.get(&app, "/users-and-permissions/export?status=active&role=portfolio_admin").await;
    let line = "\"Pia Berg\",\"pia.berg@example.com\",\"Portfolio Admin\",\"Active\",\"Nordic Brands\",\"\",\"Off\",";
    assert!(page.body.lines().count() == 2 && page.body.contains(line), "{}", page.body);
}

#[apply(both_databases!)]
async fn an_export_ends_with_the_session_that_began_it(db: Db) {
    let World { app, .. } = World::new(db).await;
    let (ctx, maya) = (&app.ctx, app.session_of(app.id_of("maya.fischer@example.com")));
    let asked = ListRequest {
        filter: UserFilter::default(),
        portfolio: None,
        order: Order::default(),
        position: Position::First,
        limit: 2,
        as_of: None,
    };
    let all = users::list::begin_export(ctx, &maya, &asked, "").unwrap();
    assert_eq!(users::list::export(ctx, &maya, &asked, all).unwrap().rows.len(), 2);
    let Principal::User { session, client_ip, .. } = &maya else { panic!("a user") };
    sessions::sign_out(ctx, *session, client_ip).unwrap();
    assert!(matches!(users::list::export(ctx, &maya, &asked, all), Err(ActionError::SignedOut)));
}

#[apply(both_databases!)]
async fn among_too_many_to_count_the_page_before_the_last_does_not_pretend_to_be_the_first(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let digits = "(SELECT '0' AS x UNION SELECT '1' UNION SELECT '2' UNION SELECT '3' UNION SELECT '4' UNION SELECT '5' UNION SELECT '6' UNION SELECT '7' \
         UNION SELECT '8' UNION SELECT '9')";
    for part in ["p", "q"] {
        app.execute(&format!(
            "INSERT INTO user_rows (first_name, last_name, email, email_key, email_key_version, default_role, credentials_set_at, created_at, sort_key, search) \
             SELECT 'P', '', '{part}' || a.x || b.x || c.x || d.x, '{part}' || a.x || b.x || c.x || d.x, 1, 'user', '2026-01-01 00:00:00', '2026-01-01 00:00:00', \
             'p', 'somebody' FROM {digits} a, {digits} b, {digits} c, {digits} d"
        ));
    }
    let first = maya.get(&app, "/users-and-permissions?q=somebody").await;
    first.sees("1–50 of 10,000+ users");
    let last = go(&app, &mut maya, &first, "last").await;
    let before = go(&app, &mut maya, &last, "prev").await;
    before.sees("10,000+ users").sees_no("1–50");
    let next = go(&app, &mut maya, &before, "next").await;
    next.sees("10,000+ users").sees_no("51–");
}

#[apply(both_databases!)]
async fn an_export_goes_on_beyond_one_reading(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for thousand in 0..3 {
        app.execute(&format!(
            "INSERT INTO user_rows (first_name, last_name, email, email_key, email_key_version, default_role, credentials_set_at, created_at, sort_key, search) \
             SELECT 'P', '', a.x || '{thousand}' || b.x || c.x, a.x || '{thousand}' || b.x || c.x, 1, 'user', '2026-01-01 00:00:00', '2026-01-01 00:00:00', 'p', 'p' \
             FROM (SELECT 'a' AS x UNION SELECT 'b' UNION SELECT 'c' UNION SELECT 'd' UNION SELECT 'e' UNION SELECT 'f' UNION SELECT 'g' UNION SELECT 'h') a, \
             (SELECT 'a' AS x UNION SELECT 'b' UNION SELECT 'c' UNION SELECT 'd' UNION SELECT 'e' UNION SELECT 'f' UNION SELECT 'g' UNION SELECT 'h') b, \
             (SELECT 'a' AS x UNION SELECT 'b' UNION SELECT 'c' UNION SELECT 'd' UNION SELECT 'e' UNION SELECT 'f' UNION SELECT 'g' UNION SELECT 'h') c"
        ));
    }
    let page = maya.get(&app, "/users-and-permissions/export?sort=created").await;
    let mut emails = page.body.lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect::<Vec<_>>();
    assert_eq!(emails.len(), 3 * 512 + 1);
    emails.sort_unstable();
    emails.dedup();
    assert_eq!(emails.len(), 3 * 512 + 1);
}

#[apply(both_databases!)]
async fn the_list_its_counts_the_export_and_bulk_actions_follow_the_last_sign_in(db: Db) {
    let World { app, mut maya, mut pia, uma, otto, .. } = World::new(db).await;
    for (user, days) in [(uma, 100), (otto, 40)] {
        let at = (app.now() - TimeDelta::days(days)).format("%F %T");
        sql(&app, &format!("UPDATE user_rows SET last_sign_in_at = '{at}' WHERE id = {user}"));
    }
    for (span, people) in [("never", &["Finn Holm", "Nina Vik"][..]), ("30", &["Otto Lund", "Uma Ek"]), ("90", &["Uma Ek"])] {
        let query = format!("last_sign_in={span}");
        assert_eq!(listed(&app, &mut maya, &query).await, people);
        maya.get(&app, &format!("{LIST}?{query}")).await.sees(&format!("All {} Everyone Active {0} Can sign in", people.len()));
        let export = maya.get(&app, &format!("{LIST}/export?{query}")).await;
        assert_eq!(export.body.lines().count(), people.len() + 1);
        maya.get(&app, &format!("{LIST}/bulk?{query}")).await.is(200).sees(if people.len() == 1 {
            "1 user matches"
        } else {
            "2 users match"
        });
    }
    assert_eq!(listed(&app, &mut pia, "last_sign_in=30&sort=last_sign_in-desc").await, ["Otto Lund", "Uma Ek"]);
    assert!(listed(&app, &mut pia, "last_sign_in=never").await.is_empty());
    maya.get(&app, &format!("{LIST}?last_sign_in=60")).await.is(404);
}
