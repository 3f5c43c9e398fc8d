//! Finding people: search, pages, and who sees whom.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use usher::{
    domain::{email_address::EmailAddress, password::PasswordHash, text::PersonName},
    store::{
        StoreError,
        people::{self, NewActive},
    },
};

use crate::{
    helpers::{Browser, Page, TestApp},
    steps::{create_group, invite, press, row, user_path},
};

/// Person 001 to 120, active, besides Maya.
pub(crate) fn fill(app: &TestApp) {
    let people = (1..=120).map(|number| ["Person".to_owned(), format!("{number:03}"), format!("p{number:03}@example.com")]);
    add(app, &people.collect::<Vec<_>>());
}

/// Active people with these first names, last names and addresses.
fn add(app: &TestApp, people: &[[String; 3]]) {
    let added = app.store().write(|tx| {
        for [first_name, last_name, email] in people {
            let (first_name, last_name) = (PersonName::parse(first_name).unwrap(), PersonName::parse(last_name).unwrap());
            let (email, password) = (EmailAddress::parse(email).unwrap(), PasswordHash::dummy());
            let new = NewActive { email: &email, first_name: &first_name, last_name: &last_name, password: &password, now: app.now() };
            people::insert_active(tx, &new)?;
        }
        Ok::<_, StoreError>(())
    });
    added.unwrap();
}

/// Where one of First, Previous, Next and Last leads.
pub(crate) fn way(page: &Page, rel: &str) -> Option<String> {
    let link = page.body.split("<a ").find(|link| link.contains(&format!("rel=\"{rel}\"")))?;
    Some(link.split("href=\"").nth(1)?.split('"').next()?.replace("&#38;", "&").replace("&amp;", "&"))
}

pub(crate) async fn go(app: &TestApp, browser: &mut Browser, page: &Page, rel: &str) -> Page {
    browser.get(app, &way(page, rel).unwrap_or_else(|| panic!("no way {rel}"))).await
}

fn key(json: &str) -> String {
    format!("/users-and-groups?page={}", URL_SAFE_NO_PAD.encode(json))
}

on_both! {
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

    async fn an_action_returns_to_the_same_view(db: Db) {
        let (app, mut maya) = TestApp::with_admin(db).await;
        fill(&app);
        let first = maya.get(&app, "/users-and-groups?q=person").await;
        first.sees("1–50 of 120 users");
        let view = way(&first, "next").unwrap();
        let second = maya.get(&app, &view).await;
        let id = app.id_of("p060@example.com");
        maya.send(&app, &second, &user_path(id, "block"), &[]).await.redirects_to(&view);
        let page = maya.get(&app, &view).await;
        page.sees("Person 060 is deactivated").sees("51–100 of 120 users");
        assert!(row(&page, "p060@").contains("Deactivated"));
        let (delete, question) = (user_path(id, "delete"), page.body.split("href=\"").find(|href| href.starts_with(&user_path(id, "delete"))).unwrap());
        let question = maya.get(&app, &question.split('"').next().unwrap().replace("&#38;", "&")).await;
        maya.send(&app, &question, &delete, &[]).await.redirects_to(&view);
        app.mails().await;
    }

    async fn a_page_key_of_nobodys_making_leads_nowhere(db: Db) {
        let (app, mut maya) = TestApp::with_admin(db).await;
        fill(&app);
        for page in ["x", "AAAA", "%00", "e30", "bnVsbA"] {
            maya.get(&app, &format!("/users-and-groups?page={page}")).await.is(404);
        }
        maya.get(&app, &key(r#"{"place":{"a":["a\u0000b",1]},"from":51}"#)).await.is(404);
        maya.get(&app, &key(r#"{"place":"l","from":1,"to":2}"#)).await.is(404);
    }

    async fn a_page_key_with_wild_numbers_leads_nowhere(db: Db) {
        let (app, mut maya) = TestApp::with_admin(db).await;
        fill(&app);
        for place in ["a", "b"] {
            maya.get(&app, &key(&format!(r#"{{"place":{{"{place}":["person 060",-9223372036854775808]}},"from":18446744073709551615}}"#))).await.is(404);
        }
    }

    async fn a_page_that_everybody_has_left_says_so(db: Db) {
        let (app, mut maya) = TestApp::with_admin(db).await;
        maya.get(&app, &key(r#"{"place":{"a":["zzz",1]},"from":51}"#)).await.is(200).sees("Nobody on this page").sees("Go to the first page");
    }

    async fn doubled_and_unknown_parameters_are_refused(db: Db) {
        let (app, mut maya) = TestApp::with_admin(db).await;
        for query in ["q=a&q=b", "page=&page=", "sort=name", "q[]=a", "Q=a"] {
            maya.get(&app, &format!("/users-and-groups?{query}")).await.is(400);
        }
        maya.get(&app, "/users-and-groups/groups/1?q=a").await.is(400);
        maya.get(&app, "/users-and-groups/groups/1/add?q=a&q=b").await.is(400);
        maya.get(&app, &format!("/users-and-groups?q={}", "a".repeat(3000))).await.is(400);
    }

    async fn people_are_found_by_fragments_beginnings_and_without_accents(db: Db) {
        let (app, mut maya) = TestApp::with_admin(db).await;
        let people = [["Hana", "Novotná", "hana.n@example.com"], ["Zoë", "Österberg", "zoe@example.com"]];
        add(&app, &people.map(|person| person.map(str::to_owned)));
        for (q, finds) in [
            ("ovotn", true), ("NOVOTNA", true), ("novotn%C3%A1", true), ("h", true), ("no", true), ("ana.n", true), ("hana+nov", true), ("++hana++", true),
            ("ov", false), ("xyz", false), ("%25", false), ("_ana", false), ("%27", false), ("%00%00%00", true), ("han%00a", true),
        ] {
            let page = maya.get(&app, &format!("/users-and-groups?q={q}")).await;
            assert_eq!(page.is(200).shows("Novotná"), finds, "{q}: {}", page.text());
        }
        maya.get(&app, "/users-and-groups?q=osterb").await.sees("1 user").sees("Zoë Österberg");
        maya.get(&app, "/users-and-groups?q=xyz").await.sees("No users match “xyz”").sees("Nobody has that name or email address.");
    }

    async fn a_search_is_shown_as_it_was_typed(db: Db) {
        let (app, mut maya) = TestApp::with_admin(db).await;
        let page = maya.get(&app, "/users-and-groups?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").await;
        page.is(200).sees("No users match “\"><script>alert(1)</script>”");
        assert!(!page.body.contains("<script>alert"));
    }

    async fn others_than_admins_see_active_people_without_status(db: Db) {
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
}
