//! A Portfolio Admin who reaches for more: things outside are not found, not offered and not changed, and removed
//! access is gone at the next click.

use usher::{
    domain::ids::{AccountId, GroupId, PortfolioId, UserId},
    usecases::{EntryPoint, accounts, groups, portfolios, users},
};

use crate::{
    helpers::{Browser, PASSWORD, Page, TestApp},
    shared::{
        routes::stored,
        steps::{csrf, follow, press},
    },
    users::{
        directory::{fill, go, way},
        list::{World, names},
    },
};

const LIST: &str = "/users-and-permissions";
const BULK: &str = "/users-and-permissions/bulk";
const TICKED: &str = "/users-and-permissions/ticked";
const EXPORT: &str = "/users-and-permissions/export";
const NEW_USER: &str = "/users-and-permissions/new";
const NEW_ACCOUNT: &str = "/accounts/new";

/// Words that no page may show to Pia: users and things of other portfolios.
const FOREIGN: [&str; 6] = ["Finn", "Holm", "finn.holm", "Nina", "South", "Lagoon"];

#[track_caller]
fn tells_nothing_foreign(page: &Page, about: &str) {
    // Within a run of letters and digits the word belongs to a random token.
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    for word in FOREIGN {
        let is_told = page.body.match_indices(word).any(|(at, _)| {
            let (before, after) = (&page.body[..at], &page.body[at + word.len()..]);
            !before.ends_with(is_token) || !after.starts_with(is_token)
        });
        assert!(!is_told, "{about} tells of {word}:\n{}", page.text());
    }
}

fn at(user: UserId, what: &str) -> String {
    format!("{LIST}/{user}{what}")
}

fn maya<T>(app: &TestApp) -> usher::usecases::Submission<T> {
    app.caller(app.id_of("maya.fischer@example.com"))
}

/// Posts these fields as a page of Usher would.
async fn post(app: &TestApp, browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Page {
    let token = csrf(app, browser).await;
    browser.post(app, path, &[&[("csrf", token.as_str())], fields].concat()).await
}

/// An id outside the scope and a missing one have equal answers.
async fn is_unknown(app: &TestApp, browser: &mut Browser, path: &str, fields: &[(&str, &str)], foreign: &str) {
    let with = |id: &str| fields.iter().map(|(name, value)| (*name, value.replace("{id}", id))).collect::<Vec<_>>();
    let mut bodies = Vec::new();
    for id in [foreign, "987654"] {
        let fields = with(id);
        let fields = fields.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>();
        let page = post(app, browser, path, &fields).await;
        assert_eq!(page.status.as_u16(), 404, "{path} {fields:?}: {}", page.text());
        bodies.push(page.body);
    }
    assert_eq!(bodies[0], bodies[1], "{path} {fields:?}");
}

/// Invites a user as Pia to an account of hers; returns the path of the link.
async fn invited_by(app: &TestApp, pia: &mut Browser, account: AccountId) -> String {
    let account = account.to_string();
    let name = [("first_name", "Noor"), ("last_name", "van Dijk"), ("email", "noor@example.com"), ("default_role", "user")];
    let last = [("step", "3"), ("do", "create"), ("account", account.as_str())];
    post(app, pia, NEW_USER, &[&name[..], &last].concat()).await.is(303);
    let mails = app.mails().await;
    app.link_in(mails.iter().find(|mail| mail.to.as_str() == "noor@example.com").unwrap())
}

/// Remaining access of an invitation to Pia's account, after Maya did this in between.
async fn accepted_after(db: crate::helpers::Db, meanwhile: impl Fn(&TestApp, &World)) -> Vec<AccountId> {
    let mut world = World::new(db).await;
    let link = invited_by(&world.app, &mut world.pia, world.account).await;
    meanwhile(&world.app, &world);
    let fields = [("first_name", "Noor"), ("last_name", "van Dijk"), ("password", PASSWORD)];
    world.app.browser().fill(&world.app, &link, &fields).await.is(303);
    world.app.mails().await;
    world.app.accounts_of(world.app.id_of("noor@example.com"))
}

fn pia_id(app: &TestApp) -> UserId {
    app.id_of("pia.berg@example.com")
}

fn move_account(app: &TestApp, account: AccountId, to: PortfolioId) {
    accounts::move_to(&app.ctx, &maya(app), account, to).unwrap();
}

#[apply(both_databases!)]
async fn no_search_order_or_filter_finds_anybody_outside(db: Db) {
    let World { app, mut pia, .. } = World::new(db).await;
    for filter in [
        "",
        "status=active",
        "status=invited",
        "status=deactivated",
        "status=expired",
        "role=user",
        "role=portfolio_admin",
        "two_factor=off",
        "assignments=none",
    ] {
        for sort in ["", "email", "status-desc", "created", "last_sign_in-desc"] {
            for path in [LIST, BULK, EXPORT] {
                let page = pia.get(&app, &format!("{path}?{filter}&sort={sort}")).await;
                tells_nothing_foreign(page.is(200), &format!("{path} {filter} {sort}"));
            }
        }
    }
    for fragment in ["f", "fi", "fin", "ho", "olm", "finn.holm@example.com", "FINN", "nina", "vik", "lagoon", "south", "%", "_"] {
        for path in [LIST, BULK, EXPORT] {
            let [found, nothing] = [fragment, "qqqq"].map(|q| format!("{path}?q={}", q.replace('%', "%25")));
            let (found, nothing) = (pia.get(&app, &found).await, pia.get(&app, &nothing).await);
            let without = |page: &Page, typed: &str| page.text().replace(&format!("“{typed}”"), "");
            assert_eq!(without(&found, fragment), without(&nothing, "qqqq"), "{path} {fragment}");
        }
    }
}

#[apply(both_databases!)]
async fn a_page_key_of_an_admin_leads_only_to_users_in_scope(db: Db) {
    let World { app, mut maya, mut pia, .. } = World::new(db).await;
    fill(&app);
    for sort in ["name", "name-desc", "email", "status", "created", "last_sign_in", "last_sign_in-desc"] {
        let first = maya.get(&app, &format!("{LIST}?sort={sort}&rows=25")).await;
        let second = go(&app, &mut maya, &first, "next").await;
        for link in [way(&first, "next"), way(&first, "last"), way(&second, "next"), way(&second, "prev")].into_iter().flatten() {
            let page = pia.get(&app, &link).await;
            let seen = names(page.is(200));
            assert!(seen.iter().all(|name| ["Otto Lund", "Pia Berg", "Uma Ek"].contains(&name.as_str())), "{sort} {seen:?}");
            tells_nothing_foreign(&page, sort);
            page.sees_no("Person");
        }
    }
}

#[apply(both_databases!)]
async fn no_picker_offers_what_lies_outside(db: Db) {
    let World { app, mut pia, uma, nordic, account, .. } = World::new(db).await;
    let (nordic, account, uma_id) = (nordic.to_string(), account.to_string(), uma.to_string());
    let who = [("first_name", "Noor"), ("last_name", "van Dijk"), ("email", "noor@example.com")];
    let edit = [
        ("first_name", "Uma"),
        ("last_name", "Ek"),
        ("email", "uma.ek@example.com"),
        ("default_role", "portfolio_admin"),
        ("version", "1"),
    ];
    for q in ["", "o", "lag", "sou", "fin", "holm"] {
        let user = [&who[..], &[("default_role", "user"), ("step", "2"), ("do", "find"), ("find_account", q)]].concat();
        let admin = [&who[..], &[("default_role", "portfolio_admin"), ("step", "2"), ("do", "find"), ("find_portfolio", q)]].concat();
        let portfolio = [("step", "portfolio"), ("name", "New"), ("do", "find"), ("find_portfolio", q)];
        let people = [("step", "people"), ("name", "New"), ("portfolio", &*nordic), ("do", "find"), ("find_user", q)];
        let assign = [("action", "assign"), ("user", &*uma_id), ("do", "find"), ("find_account", q)];
        let edit = [&edit[..], &[("do", "find"), ("find_portfolio", q)]].concat();
        let (bulk, edit_path) = (format!("{TICKED}/do"), at(uma, "/edit"));
        for (path, fields) in [
            (NEW_USER, &user[..]),
            (NEW_USER, &admin),
            (NEW_ACCOUNT, &portfolio),
            (NEW_ACCOUNT, &people),
            (&bulk, &assign),
            (&edit_path, &edit),
        ] {
            let page = post(&app, &mut pia, path, fields).await;
            let page = follow(&app, &mut pia, page, path).await;
            assert!([200, 422].contains(&page.status.as_u16()), "{path} {fields:?} {}", page.text());
            tells_nothing_foreign(&page, &format!("{path} {fields:?}"));
        }
        for path in [at(uma, ""), "/portfolios".to_owned(), format!("/portfolios/{nordic}"), format!("/accounts/{account}")] {
            let query = if path.starts_with("/portfolios/") || path.starts_with("/accounts/") { String::new() } else { format!("?q={q}") };
            tells_nothing_foreign(pia.get(&app, &format!("{path}{query}")).await.is(200), &path);
        }
    }
}

#[apply(both_databases!)]
async fn what_lies_outside_is_taken_by_no_form(db: Db) {
    let World { app, mut pia, uma, finn, nordic, south, foreign, .. } = World::new(db).await;
    let (nordic, south, foreign, finn) = (nordic.to_string(), south.to_string(), foreign.to_string(), finn.to_string());
    let before = stored(&app);
    let edit = [
        ("first_name", "Uma"),
        ("last_name", "Ek"),
        ("email", "uma.ek@example.com"),
        ("default_role", "portfolio_admin"),
        ("version", "1"),
    ];
    is_unknown(&app, &mut pia, &at(uma, "/edit"), &[&edit[..], &[("portfolio", "{id}")]].concat(), &south).await;
    for step in ["company", "portfolio", "people", "review"] {
        for what in ["next", "back", "find", "create"] {
            let fields = [("step", step), ("name", "New"), ("portfolio", "{id}"), ("do", what)];
            is_unknown(&app, &mut pia, NEW_ACCOUNT, &fields, &south).await;
            let people = [("step", step), ("name", "New"), ("portfolio", &*nordic), ("user", "{id}"), ("do", what)];
            is_unknown(&app, &mut pia, NEW_ACCOUNT, &people, &finn).await;
        }
    }
    for (field, id, role) in [("account", &foreign, "user"), ("portfolio", &south, "portfolio_admin")] {
        let fields = [
            ("first_name", "N"),
            ("last_name", "D"),
            ("email", "noor@example.com"),
            ("default_role", role),
            ("step", "3"),
            ("do", "create"),
            (field, "{id}"),
        ];
        is_unknown(&app, &mut pia, NEW_USER, &fields, id).await;
    }
    for action in ["deactivate", "reactivate", "resend", "revoke", "assign"] {
        let fields = [("action", action), ("user", &*uma.to_string()), ("user", "{id}")];
        is_unknown(&app, &mut pia, TICKED, &fields, &finn).await;
    }
    assert_eq!(stored(&app), before);
}

#[apply(both_databases!)]
async fn a_portfolio_taken_away_is_gone_at_the_next_click(db: Db) {
    let World { app, mut maya, mut pia, uma, nordic, south, account, .. } = World::new(db).await;
    let page = pia.get(&app, &at(uma, "")).await;
    app.give_portfolio(pia_id(&app), south);
    press(&app, &mut maya, uma, "block").await.is(303);
    press(&app, &mut maya, uma, "activate").await.is(303);
    maya.press(&app, &at(pia_id(&app), ""), &at(pia_id(&app), &format!("/portfolios/{nordic}/remove"))).await.is(303);
    let before = app.count("users WHERE blocked_at IS NULL");
    pia.send(&app, &page, &at(uma, "/deactivate"), &[]).await.is(404);
    assert_eq!(app.count("users WHERE blocked_at IS NULL"), before);
    for path in [at(uma, ""), format!("/portfolios/{nordic}"), format!("/accounts/{account}"), format!("{NEW_ACCOUNT}?portfolio={nordic}")]
    {
        pia.get(&app, &path).await.is(404);
    }
    assert_eq!(names(&pia.get(&app, LIST).await), ["Finn Holm", "Otto Lund", "Pia Berg"]);
    pia.get(&app, EXPORT).await.sees("Finn Holm").sees_no("Uma");
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_deactivated_portfolio_gives_its_portfolio_admin_nothing_at_the_next_click(db: Db) {
    let World { app, mut pia, uma, nordic, account, .. } = World::new(db).await;
    let page = pia.get(&app, &at(uma, "")).await;
    portfolios::deactivate(&app.ctx, &maya(&app), nordic).unwrap();
    let before = stored(&app);
    pia.send(&app, &page, &at(uma, "/deactivate"), &[]).await.is(404);
    let uma_id = uma.to_string();
    post(&app, &mut pia, &format!("{TICKED}/do"), &[("action", "deactivate"), ("user", &uma_id)]).await.is(404);
    for path in [
        at(uma, ""),
        format!("/portfolios/{nordic}"),
        format!("/accounts/{account}"),
        format!("/accounts/{account}/billing"),
        EXPORT.to_owned(),
    ] {
        pia.get(&app, &path).await.is(404);
    }
    pia.get(&app, LIST).await.is(200).sees("No active portfolio").sees_no("Uma");
    assert_eq!(stored(&app), before);
}

#[apply(both_databases!)]
async fn a_portfolio_admin_made_a_user_is_signed_out_at_the_next_click(db: Db) {
    let World { app, mut maya, mut pia, uma, nordic, .. } = World::new(db).await;
    let page = pia.get(&app, &at(uma, "")).await;
    let (path, leaves) = (at(pia_id(&app), "/edit"), nordic.to_string());
    maya.fill(&app, &path, &[("default_role", "user"), ("leaves", &leaves)]).await.is(303);
    let sent = pia.send(&app, &page, &at(uma, "/deactivate"), &[]).await;
    assert!(sent.is(303).header("location").starts_with("/sign-in"));
    let mut pia = app.signed_in("pia.berg@example.com").await;
    pia.get(&app, &at(uma, "")).await.is(403);
    pia.get(&app, LIST).await.is(403);
    app.mails().await;
}

#[apply(both_databases!)]
async fn who_gets_something_elsewhere_is_beyond_one_at_the_next_press(db: Db) {
    let World { app, mut pia, uma, foreign, .. } = World::new(db).await;
    let page = pia.get(&app, &at(uma, "")).await;
    app.assign(uma, foreign).await;
    pia.send(&app, &page, &at(uma, "/deactivate"), &[]).await.is(403).sees("You can’t change this");
    tells_nothing_foreign(&pia.get(&app, &at(uma, "")).await, "Manage");
    assert_eq!(app.count("users WHERE blocked_at IS NOT NULL"), 0);
}

#[apply(both_databases!)]
async fn who_becomes_an_admin_is_beyond_one_and_not_told_to_be_one(db: Db) {
    let World { app, mut pia, uma, nordic, account, .. } = World::new(db).await;
    let page = pia.get(&app, &at(uma, "")).await;
    groups::add(&app.ctx, &maya(&app), GroupId(1), uma).unwrap();
    app.mails().await;
    pia.send(&app, &page, &at(uma, "/deactivate"), &[]).await.is(403);
    assert_eq!(app.count("users WHERE blocked_at IS NOT NULL"), 0);
    for path in [at(uma, ""), LIST.to_owned(), format!("/portfolios/{nordic}"), format!("/accounts/{account}"), EXPORT.to_owned()] {
        let told = pia.get(&app, &path).await.text().replace("Portfolio Admin", "").replace("sk an Admin", "").replace("An Admin can", "");
        assert!(!told.contains("Admin"), "{path}: {told}");
    }
}

#[apply(both_databases!)]
async fn an_account_that_moves_takes_everything_with_it(db: Db) {
    let World { app, mut pia, uma, otto, nordic, south, account, .. } = World::new(db).await;
    let manage = pia.get(&app, &at(uma, "")).await;
    let edit = pia.get(&app, &format!("/accounts/{account}/edit")).await;
    move_account(&app, account, south);
    let before = stored(&app);
    pia.send(&app, &manage, &at(uma, "/deactivate"), &[]).await.is(404);
    pia.send(&app, &edit, &format!("/accounts/{account}/edit"), &[("name", "Mine")]).await.is(404);
    for path in [at(uma, ""), at(otto, ""), format!("/accounts/{account}"), format!("/accounts/{account}/billing")] {
        pia.get(&app, &path).await.is(404);
    }
    assert_eq!(names(&pia.get(&app, LIST).await), ["Pia Berg"]);
    pia.get(&app, LIST).await.sees("All 1").sees("1 user");
    pia.get(&app, &format!("/portfolios/{nordic}")).await.sees_no("Fjord").sees_no("Uma").sees_no("Otto");
    pia.get(&app, EXPORT).await.sees_no("Uma").sees_no("Otto");
    pia.get(&app, "/portfolios?q=fjord").await.sees("No portfolios match");
    assert_eq!(stored(&app)[..17], before[..17]);
}

#[apply(both_databases!)]
async fn an_account_that_comes_brings_its_users_and_not_where_it_was(db: Db) {
    let World { app, mut pia, finn, nordic, foreign, .. } = World::new(db).await;
    move_account(&app, foreign, nordic);
    pia.get(&app, &at(finn, "")).await.is(200).sees("Lagoon");
    let page = pia.get(&app, &format!("/accounts/{foreign}")).await;
    page.is(200).sees("moved this account to another portfolio").sees("Finn Holm").sees_no("South");
}

#[apply(both_databases!)]
async fn what_the_sender_of_an_invitation_lost_in_any_way_is_not_given(db: Db) {
    assert_eq!(accepted_after(db, |_, _| ()).await.len(), 1);
    assert_eq!(accepted_after(db, |app, world| move_account(app, world.account, world.south)).await, []);
    assert_eq!(
        accepted_after(db, |app, _| users::lifecycle::block(&app.ctx, &maya(app), EntryPoint::UsersAndGroups, pia_id(app))
            .map(|_| ())
            .unwrap())
        .await,
        []
    );
    assert_eq!(accepted_after(db, |app, _| app.delete_user(pia_id(app))).await, []);
    assert_eq!(
        accepted_after(db, |app, _| _ = app.execute(&format!("UPDATE user_rows SET default_role = 'user' WHERE id = {}", pia_id(app))))
            .await,
        []
    );
}
