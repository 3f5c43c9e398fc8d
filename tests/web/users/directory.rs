//! Directory of users: search, pages, and visibility by role.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use usher::{
    domain::{credentials::password::PasswordHash, email_address::EmailAddress, ids::UserId, text::PersonName},
    store::{
        StoreError,
        users::{self, NewActive},
    },
};

use crate::{
    helpers::{Browser, PASSWORD, Page, Setting, TestApp},
    shared::steps::{create_group, invite, press, row, user_path},
};

/// Adds Person 001 to 120, active, besides Maya.
pub(crate) fn fill(app: &TestApp) {
    add(app, &people(120));
}

/// This number of users, from Person 001 on.
fn people(count: u32) -> Vec<[String; 3]> {
    (1..=count).map(|number| ["Person".to_owned(), format!("{number:03}"), format!("p{number:03}@example.com")]).collect()
}

/// Adds active users with these first names, last names and addresses.
pub(crate) fn add(app: &TestApp, people: &[[String; 3]]) {
    let added = app.store().write_transaction(|tx| {
        for [first_name, last_name, email] in people {
            let (first_name, last_name) = (PersonName::parse(first_name).unwrap(), PersonName::parse(last_name).unwrap());
            let (email, password) = (EmailAddress::parse(email).unwrap(), PasswordHash::dummy());
            let new = NewActive { email: &email, first_name: &first_name, last_name: &last_name, password: &password, now: app.now() };
            users::insert_active(tx, &new)?;
        }
        Ok::<_, StoreError>(())
    });
    added.unwrap();
}

/// Address of First, Previous, Next or Last.
pub(crate) fn way(page: &Page, rel: &str) -> Option<String> {
    let link = page.body.split("<a ").find(|link| link.contains(&format!("rel=\"{rel}\"")))?;
    Some(link.split("href=\"").nth(1)?.split('"').next()?.replace("&#38;", "&").replace("&amp;", "&"))
}

/// Page sizes that a list offers.
fn rows_offered(page: &Page) -> Vec<String> {
    let offered =
        page.body.split("<a ").filter_map(|link| Some((link, link.split_once("<span class=\"vh\"> rows</span>")?.0.rsplit('>').next()?)));
    offered.map(|(link, rows)| if link.contains("aria-current=\"true\"") { format!("{rows} (chosen)") } else { rows.to_owned() }).collect()
}

/// Address of a page size.
fn rows_link(page: &Page, rows: &str) -> String {
    let link = page.body.split("<a href=\"").find(|link| link.contains(&format!(">{rows}<span class=\"vh\"> rows</span>")));
    link.unwrap().split('"').next().unwrap().replace("&#38;", "&")
}

pub(crate) async fn go(app: &TestApp, browser: &mut Browser, page: &Page, rel: &str) -> Page {
    browser.get(app, &way(page, rel).unwrap_or_else(|| panic!("no way {rel}"))).await
}

fn key(json: &str) -> String {
    key_of("/users-and-groups", json)
}

fn key_of(list: &str, json: &str) -> String {
    format!("{list}?page={}", URL_SAFE_NO_PAD.encode(json))
}

const DELETED: &str = "/users-and-groups/deleted";

/// Person 001 to 120, deleted one after the other, seven at a time at one moment.
fn delete_many(app: &TestApp) -> Vec<UserId> {
    fill(app);
    let ids = (1..=120).map(|number| app.id_of(&format!("p{number:03}@example.com"))).collect::<Vec<_>>();
    let deleted = app.store().write_transaction(|tx| {
        for (place, id) in (0_i32..).zip(&ids) {
            users::delete(tx, *id, Some(*id), app.now() - TimeDelta::minutes(20) + TimeDelta::minutes(1) * (place / 7))?;
        }
        Ok::<_, StoreError>(())
    });
    deleted.unwrap();
    ids
}

#[apply(both_databases!)]
async fn a_long_list_is_walked_from_the_first_page_to_the_last_and_back(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    fill(&app);
    let first = maya.get(&app, "/users-and-groups").await;
    first.sees("1–50 of 121 users").sees("Person 049").sees_no("Person 050");
    assert_eq!((way(&first, "first"), way(&first, "prev")), (None, None));
    let second = go(&app, &mut maya, &first, "next").await;
    second.sees("51–100 of 121 users").sees("Person 050").sees("Person 099").sees_no("Person 100");
    let third = go(&app, &mut maya, &second, "next").await;
    third.sees("101–121 of 121 users").sees("Person 120");
    assert_eq!((way(&third, "next"), way(&third, "last")), (None, None));
    let back = go(&app, &mut maya, &third, "prev").await;
    back.sees("51–100 of 121 users").sees("Person 050");
    go(&app, &mut maya, &back, "prev").await.sees("1–50 of 121 users").sees("Maya Fischer");
    let last = go(&app, &mut maya, &first, "last").await;
    last.sees("72–121 of 121 users").sees("Person 071").sees("Person 120");
    assert_eq!(way(&last, "next"), None);
    let before_last = go(&app, &mut maya, &last, "prev").await;
    before_last.sees("22–71 of 121 users").sees("Person 070").sees_no("Person 071");
    go(&app, &mut maya, &before_last, "first").await.sees("1–50 of 121 users");
}

#[apply(both_databases!)]
async fn deleted_users_are_walked_from_the_latest_to_the_first_and_back(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    delete_many(&app);
    let first = maya.get(&app, DELETED).await;
    first.sees("1–50 of 120 deleted users").sees("Person 120").sees("Person 071").sees_no("Person 070");
    assert_eq!((way(&first, "first"), way(&first, "prev")), (None, None));
    let second = go(&app, &mut maya, &first, "next").await;
    second.sees("51–100 of 120 deleted users").sees("Person 070").sees("Person 021").sees_no("Person 020");
    let third = go(&app, &mut maya, &second, "next").await;
    third.sees("101–120 of 120 deleted users").sees("Person 001");
    assert_eq!((way(&third, "next"), way(&third, "last")), (None, None));
    go(&app, &mut maya, &third, "prev").await.sees("51–100 of 120 deleted users").sees("Person 070").sees("Person 021");
    let last = go(&app, &mut maya, &first, "last").await;
    last.sees("71–120 of 120 deleted users").sees("Person 050").sees("Person 001").sees_no("Person 051");
    go(&app, &mut maya, &last, "prev").await.sees("21–70 of 120 deleted users").sees("Person 100").sees("Person 051");
}

#[apply(both_databases!)]
async fn restoring_returns_to_the_same_page_of_deleted_users(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let deleted = delete_many(&app);
    let view = way(&maya.get(&app, DELETED).await, "next").unwrap();
    let page = maya.get(&app, &view).await;
    maya.send(&app, &page, &format!("{DELETED}/{}/restore", deleted[59]), &[]).await.redirects_to(&view);
    maya.get(&app, &view)
        .await
        .sees("Person 060 was restored as an active User.")
        .sees("51–100 of 119 deleted users")
        .sees("Person 070")
        .sees("Person 020");
    app.execute("UPDATE user_rows SET deleted_at = NULL, deleted_by = NULL");
    maya.get(&app, &view).await.sees("No deleted users");
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_page_of_deleted_users_that_all_have_left_says_so(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    delete_many(&app);
    let page = maya.get(&app, &key_of(DELETED, r#"{"place":{"a":["1",1]},"from":121}"#)).await;
    page.is(200).sees("No one on this page").sees_no("No deleted users");
    assert!(page.has_link(DELETED));
}

#[apply(both_databases!)]
async fn a_page_key_that_no_list_of_deleted_users_has_made_leads_nowhere(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    delete_many(&app);
    for place in ["person 060", "", "-1", "1.5", "9223372036854775807", "99999999999999999999"] {
        maya.get(&app, &key_of(DELETED, &format!(r#"{{"place":{{"a":["{place}",1]}},"from":51}}"#))).await.is(404);
    }
    maya.get(&app, &format!("{DELETED}?page=x")).await.is(404);
}

#[apply(both_databases!)]
async fn a_page_has_as_many_rows_as_were_chosen_last_in_this_browser(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    fill(&app);
    let page = maya.get(&app, "/users-and-groups").await;
    page.sees("1–50 of 121 users");
    assert_eq!(rows_offered(&page), ["25", "50 (chosen)", "100"]);
    let page = maya.get(&app, &rows_link(&page, "25")).await;
    page.sees("1–25 of 121 users").sees("Person 024").sees_no("Person 025");
    assert_eq!(rows_offered(&page), ["25 (chosen)", "50", "100"]);
    maya.get(&app, "/users-and-groups").await.sees("1–25 of 121 users");
    maya.get(&app, "/users-and-groups?q=person").await.sees("1–25 of 120 users");
    app.signed_in("maya.fischer@example.com").await.get(&app, "/users-and-groups").await.sees("1–50 of 121 users");
    let page = maya.get(&app, "/users-and-groups?rows=100").await;
    page.sees("1–100 of 121 users");
    maya.sign_out(&app).await;
    maya.sign_in(&app, "maya.fischer@example.com", PASSWORD).await.redirects_to("/");
    maya.get(&app, "/users-and-groups").await.sees("1–100 of 121 users");
}

#[apply(both_databases!)]
async fn a_list_is_walked_with_the_chosen_number_of_rows(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    fill(&app);
    let mut page = maya.get(&app, "/users-and-groups?rows=25").await;
    for label in ["26–50 of 121 users", "51–75 of 121 users", "76–100 of 121 users", "101–121 of 121 users"] {
        page = go(&app, &mut maya, &page, "next").await;
        page.sees(label);
    }
    page = go(&app, &mut maya, &page, "prev").await;
    page.sees("76–100 of 121 users").sees("Person 075").sees("Person 099");
    page = go(&app, &mut maya, &page, "last").await;
    page.sees("97–121 of 121 users");
    go(&app, &mut maya, &page, "first").await.sees("1–25 of 121 users");
}

#[apply(both_databases!)]
async fn another_number_of_rows_stays_at_the_same_place(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    fill(&app);
    let first = maya.get(&app, "/users-and-groups?q=person").await;
    let second = go(&app, &mut maya, &first, "next").await;
    second.sees("51–100 of 120 users");
    maya.get(&app, &rows_link(&second, "25")).await.sees("51–75 of 120 users").sees("Person 051").sees_no("Person 050");
    maya.get(&app, &rows_link(&second, "100")).await.sees("51–120 of 120 users").sees("Person 051");
    let third = go(&app, &mut maya, &second, "next").await;
    let second = go(&app, &mut maya, &third, "prev").await;
    maya.get(&app, &rows_link(&second, "25")).await.sees("76–100 of 120 users").sees("Person 076").sees("Person 100").sees_no("Person 101");
    maya.get(&app, &rows_link(&second, "100")).await.sees("1–100 of 120 users").sees("Person 001").sees("Person 100").sees_no("Person 101");
    let last = go(&app, &mut maya, &first, "last").await;
    maya.get(&app, &rows_link(&last, "25")).await.sees("96–120 of 120 users").sees("Person 096");
}

#[apply(both_databases!)]
async fn rows_are_offered_where_there_is_something_to_choose(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    add(&app, &people(24));
    assert!(rows_offered(&maya.get(&app, "/users-and-groups").await).is_empty());
    add(&app, &people(25)[24..]);
    let page = maya.get(&app, "/users-and-groups").await;
    page.sees("26 users");
    assert_eq!(rows_offered(&page).len(), 3);
    assert!(rows_offered(&maya.get(&app, "/users-and-groups?q=fischer").await).is_empty());
}

#[apply(both_databases!)]
async fn members_of_a_group_are_shown_in_pages_of_the_chosen_size(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    add(&app, &people(30));
    let group = create_group(&app, &mut maya, "Finance").await;
    app.execute(&format!(
        "INSERT INTO memberships (group_id, user_id, added_at) SELECT {}, id, created_at FROM users",
        group.rsplit('/').next().unwrap()
    ));
    let page = maya.get(&app, &group).await;
    page.sees("31 members");
    maya.get(&app, &rows_link(&page, "25")).await.sees("1–25 of 31 members");
    maya.get(&app, "/users-and-groups").await.sees("1–25 of 31 users");
}

#[apply(both_databases!)]
async fn a_number_of_rows_that_is_not_offered_leads_nowhere_and_is_not_remembered(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    fill(&app);
    for rows in ["1", "10", "025", "+25", "25.0", "99999", "x", "-25", "%00"] {
        maya.get(&app, &format!("/users-and-groups?rows={rows}")).await.is(404);
        maya.get(&app, &format!("/users-and-groups/groups/1?rows={rows}")).await.is(404);
        assert_eq!(maya.cookie("usher-rows"), None, "{rows}");
    }
}

#[apply(both_databases!)]
async fn a_made_up_cookie_is_ignored(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    fill(&app);
    for rows in ["", "1", "1000", "025", "x"] {
        maya.set_cookie("usher-rows", rows);
        maya.get(&app, "/users-and-groups").await.is(200).sees("1–50 of 121 users");
    }
}

#[apply(both_databases!)]
async fn the_choice_is_remembered_for_a_year_and_told_to_no_script(db: Db) {
    for (origin, name, secure) in
        [("http://localhost:8080", "usher-rows", ""), ("https://usher.example.com", "__Host-usher-rows", "; Secure")]
    {
        let (app, mut maya) = TestApp::with_admin_and(db, Setting { origin, ..Setting::default() }).await;
        let page = maya.get(&app, "/users-and-groups?rows=25").await;
        let cookie = format!("{name}=25; HttpOnly; SameSite=Lax{secure}; Path=/; Max-Age=31536000");
        assert_eq!(page.header("set-cookie"), cookie);
        assert_eq!(maya.get(&app, "/users-and-groups?rows=25").await.header("set-cookie"), "");
    }
}

#[apply(both_databases!)]
async fn an_action_returns_to_the_same_view(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    fill(&app);
    let first = maya.get(&app, "/users-and-groups?q=person&rows=50").await;
    first.sees("1–50 of 120 users");
    let view = way(&first, "next").unwrap();
    assert!(view.contains("rows=50"), "{view}");
    let second = maya.get(&app, &view).await;
    let id = app.id_of("p060@example.com");
    maya.send(&app, &second, &user_path(id, "block"), &[]).await.redirects_to(&view);
    let page = maya.get(&app, &view).await;
    page.sees("Person 060 is deactivated").sees("51–100 of 120 users");
    assert!(row(&page, "p060@").contains("Deactivated"));
    let (delete, question) =
        (user_path(id, "delete"), page.body.split("href=\"").find(|href| href.starts_with(&user_path(id, "delete"))).unwrap());
    let question = maya.get(&app, &question.split('"').next().unwrap().replace("&#38;", "&")).await;
    maya.send(&app, &question, &delete, &[]).await.redirects_to(&view);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_made_up_page_key_leads_nowhere(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    fill(&app);
    for page in ["x", "AAAA", "%00", "e30", "bnVsbA"] {
        maya.get(&app, &format!("/users-and-groups?page={page}")).await.is(404);
    }
    maya.get(&app, &key(r#"{"place":{"a":["a\u0000b",1]},"from":51}"#)).await.is(404);
    maya.get(&app, &key(r#"{"place":"l","from":1,"to":2}"#)).await.is(404);
}

#[apply(both_databases!)]
async fn a_page_key_with_wild_numbers_leads_nowhere(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    fill(&app);
    for place in ["a", "b"] {
        maya.get(&app, &key(&format!(r#"{{"place":{{"{place}":["person 060",-9223372036854775808]}},"from":18446744073709551615}}"#)))
            .await
            .is(404);
    }
}

#[apply(both_databases!)]
async fn a_page_that_everybody_has_left_says_so(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.get(&app, &key(r#"{"place":{"a":["zzz",1]},"from":51}"#)).await.is(200).sees("No one on this page").sees("Go to the first page");
}

#[apply(both_databases!)]
async fn doubled_parameters_are_refused_and_unknown_ones_ignored(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for query in ["q=a&q=b", "page=&page="] {
        maya.get(&app, &format!("/users-and-groups?{query}")).await.is(400);
    }
    for path in ["?sort=name", "?q[]=zzz", "?Q=zzz", "/groups/1?q=zzz"] {
        maya.get(&app, &format!("/users-and-groups{path}")).await.is(200).sees_no("match");
    }
    maya.get(&app, &format!("{DELETED}?q=zzz")).await.is(200);
    maya.get(&app, "/users-and-groups/groups/1/add?q=a&q=b").await.is(400);
}

#[apply(both_databases!)]
async fn users_are_found_by_fragments_beginnings_and_without_accents(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let people = [["Hana", "Novotná", "hana.n@example.com"], ["Zoë", "Österberg", "zoe@example.com"]];
    add(&app, &people.map(|person| person.map(str::to_owned)));
    for (q, finds) in [
        ("ovotn", true),
        ("NOVOTNA", true),
        ("novotn%C3%A1", true),
        ("h", true),
        ("no", true),
        ("ana.n", true),
        ("hana+nov", true),
        ("++hana++", true),
        ("ov", false),
        ("xyz", false),
        ("%25", false),
        ("_ana", false),
        ("%27", false),
        ("%00%00%00", true),
        ("han%00a", true),
    ] {
        let page = maya.get(&app, &format!("/users-and-groups?q={q}")).await;
        assert_eq!(page.is(200).shows("Novotná"), finds, "{q}: {}", page.text());
    }
    maya.get(&app, "/users-and-groups?q=osterb").await.sees("1 user").sees("Zoë Österberg");
    maya.get(&app, "/users-and-groups?q=xyz").await.sees("No users match “xyz”").sees("No one has this name or email address.");
}

#[apply(both_databases!)]
async fn a_search_is_shown_as_it_was_typed(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.get(&app, "/users-and-groups?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").await;
    page.is(200).sees("No users match “\"><script>alert(1)</script>”");
    assert!(!page.body.contains("<script>alert"));
}

#[apply(both_databases!)]
async fn others_than_admins_see_active_users_without_status(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let blocked = app.create_user("Blocked", "Person");
    app.create_user("Jonas", "Vermeulen");
    press(&app, &mut maya, blocked, "block").await.is(303);
    app.mails().await;
    invite(&app, &mut maya, "noor@example.com").await;
    create_group(&app, &mut maya, "Finance").await;
    let mut jonas = app.signed_in("jonas.vermeulen@example.com").await;
    let page = jonas.get(&app, "/users-and-groups").await;
    page.sees("Maya Fischer").sees("Jonas Vermeulen").sees("2 users");
    for word in ["Blocked Person", "noor@", "Active", "Status", "Last sign-in", "Create", "Deleted users", "Block"] {
        page.sees_no(word);
    }
    jonas.get(&app, "/users-and-groups?q=noor").await.sees("No users match");
    for path in ["/users-and-groups/deleted", "/users-and-groups/new-user", "/users-and-groups/new-group", &user_path(blocked, "delete")] {
        jonas.get(&app, path).await.is(403);
    }
}
