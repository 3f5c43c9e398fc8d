//! Lists of accounts to choose from: by portfolio, and found by either name.

use crate::shared::{business::Business, steps::go_on};

const USER: &str = "/users-and-permissions/new";
const NOOR: [(&str, &str); 5] =
    [("first_name", "Noor"), ("last_name", "van Dijk"), ("email", "noor@example.com"), ("default_role", "user"), ("do", "next")];

#[apply(both_databases!)]
async fn accounts_stand_by_portfolio_and_are_found_by_either_name(db: Db) {
    let Business { app, mut maya, nordic, dach, jonas, .. } = Business::new(db).await;
    app.create_account(nordic, "Aalto Eyewear");
    app.create_account(dach, "Zebra");
    for number in 0..100 {
        app.create_account(app.create_portfolio(&format!("Portfolio {number}")), "Store");
    }
    let first = maya.get(&app, USER).await;
    let second = go_on(&app, &mut maya, &first, USER, &NOOR).await;
    let [by_wizard, by_own_name] = [
        go_on(&app, &mut maya, &second, USER, &[("find_account", "brands"), ("do", "find")]).await,
        go_on(&app, &mut maya, &second, USER, &[("find_account", "zeb"), ("do", "find")]).await,
    ];
    by_own_name.sees("Zebra").sees_no("Bergmann Bikes");
    let by_new_portfolio = maya.fill(&app, "/portfolios/new", &[("find_account", "brands"), ("do", "find")]).await;
    for found in [by_wizard, by_new_portfolio] {
        found.is(200).sees("Aalto Eyewear").sees("Fjord Foods").sees_no("Bergmann Bikes");
    }
    let manage = maya.get(&app, &format!("/users-and-permissions/{jonas}?add=brands")).await;
    manage.sees("Aalto Eyewear").sees_no("Bergmann Bikes");
    assert!(manage.body.contains("<optgroup label=\"Accounts in Nordic Brands\">"));
    app.execute("DELETE FROM accounts WHERE name = 'Store'");
    let text = go_on(&app, &mut maya, &second, USER, &[("do", "find")]).await.text();
    let at = |name| text.find(name).unwrap_or_else(|| panic!("{name}: {text}"));
    assert!(at("Bergmann Bikes") < at("Zebra") && at("Zebra") < at("Aalto Eyewear"), "{text}");
}
