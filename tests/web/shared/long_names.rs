//! Names that grow most in sort keys: each character (U+FDFA) becomes 18.

use crate::{
    helpers::TestApp,
    shared::steps::create_group,
    users::directory::{add, go, way},
};

/// Enough for three pages of 25 rows and two of 50.
const COUNT: usize = 60;

fn long_name(number: usize) -> String {
    format!("{number:03} {}", "\u{FDFA}".repeat(90))
}

#[apply(both_databases!)]
async fn lists_of_names_that_unfold_are_walked_to_the_end_and_back(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let people = (1..=COUNT).map(|number| [long_name(number), "\u{FDFA}".repeat(100), format!("p{number:03}@example.com")]);
    add(&app, &people.collect::<Vec<_>>());
    let group = create_group(&app, &mut maya, "Everyone").await;
    let jonas = app.id_of("p001@example.com");
    let portfolio = app.create_portfolio(&long_name(1));
    for number in 2..=COUNT {
        app.create_portfolio(&long_name(number));
    }
    for number in 1..=COUNT {
        let account = app.create_account(portfolio, &long_name(number));
        app.execute(&format!("INSERT INTO account_assignments (user_id, account_id, assigned_by, assigned_at) VALUES ({jonas}, {account}, 1, '2026-11-16 09:00:00')"));
    }
    let id = group.rsplit('/').next().unwrap();
    app.execute(&format!("INSERT INTO memberships (group_id, user_id, added_at) SELECT {id}, id, '2026-11-16 09:00:00' FROM users"));
    for list in [
        "/users-and-groups?rows=25",
        "/users-and-permissions?rows=25",
        "/users-and-permissions?rows=25&sort=name-desc",
        "/users-and-permissions?rows=25&sort=email",
        "/portfolios?rows=25",
        &format!("/portfolios/{portfolio}"),
        &format!("{group}?rows=25"),
        &format!("/users-and-permissions/{jonas}"),
    ] {
        let mut page = maya.get(&app, list).await;
        let mut pages = 1;
        while way(&page, "next").is_some() {
            page = go(&app, &mut maya, &page, "next").await;
            page.is(200);
            pages += 1;
        }
        assert!((2..=4).contains(&pages), "{list}: {pages}");
        for _ in 1..pages {
            page = go(&app, &mut maya, &page, "prev").await;
            page.is(200);
        }
        assert_eq!(way(&page, "prev"), None, "{list}");
    }
}

#[apply(both_databases!)]
async fn a_search_is_as_long_in_every_address_as_it_is_looked_for(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.create_user("Jonas", "Vermeulen");
    for list in ["/users-and-groups", "/users-and-permissions"] {
        let escaped = format!("{list}?q={}", "%E6%9D%B1".repeat(660));
        let page = maya.get(&app, &escaped).await;
        page.is(200);
        assert!(page.body.contains(&format!("value=\"{}\"", "東".repeat(100))), "{list}");
        let late = app.browser().get(&app, &escaped).await;
        late.redirects_to(&format!("/sign-in?next={}", list.replace('/', "%2F")));
        app.browser().get(&app, late.header("location")).await.is(200);
        let shorter = app.browser().get(&app, &format!("{list}?q={}", "%E6%9D%B1".repeat(100))).await;
        assert!(shorter.is(303).header("location").contains("%3Fq%3D%25E6"));
        app.browser().get(&app, shorter.header("location")).await.is(200);
    }
}
