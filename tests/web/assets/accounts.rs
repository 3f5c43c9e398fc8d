//! Accounts of assets.

use super::*;

/// Account assigned to Lena, and its number in forms.
async fn account(office: &Office) -> String {
    let portfolio = office.app.create_portfolio("Nordic");
    let account = office.app.create_account(portfolio, "Fjord Foods");
    office.app.assign(office.app.id_of("lena.novak@example.com"), account).await;
    account.to_string()
}

#[apply(both_databases!)]
async fn an_asset_of_an_account_is_listed_there_for_those_who_see_both(db: Db) {
    let office = Office::new(db).await;
    let account = account(&office).await;
    let Office { ref app, mut maya, mut jonas, mut lena } = office;
    let own = lena.fill(app, "/assets/new?kind=process", &[("name", "Media plan"), ("account", &account)]).await;
    let own = own.is(303).header("location").to_owned();
    lena.get(app, &own).await.sees("AccountFjord Foods");
    let page = lena.get(app, &format!("/accounts/{account}")).await;
    page.sees("Media plan").sees("All 1 asset");
    lena.get(app, &link(&page, "All 1 asset")).await.sees("Media plan").sees("Account Fjord Foods");
    maya.fill(app, "/assets/new?kind=process", &[("name", "Secret plan"), ("account", &account)]).await.is(303);
    lena.get(app, &format!("/accounts/{account}")).await.sees_no("Secret plan");
    maya.get(app, &format!("/accounts/{account}")).await.sees("Media plan").sees("Secret plan").sees("All 2 assets");
    jonas.get(app, &format!("/assets?account={account}")).await.is(404);
}

#[apply(both_databases!)]
async fn an_account_that_the_editor_does_not_see_stays_and_no_other_is_taken(db: Db) {
    let office = Office::new(db).await;
    let account = account(&office).await;
    let jonas_id = office.id(JONAS);
    let Office { ref app, mut jonas, mut lena, .. } = office;
    let process = lena.fill(app, "/assets/new?kind=process", &[("name", "Media plan"), ("account", &account)]).await;
    let process = process.is(303).header("location").to_owned();
    share(app, &mut lena, &process, &jonas_id, "edit").await.is(303);
    jonas.get(app, &process).await.sees("AccountAnother account").sees_no("Fjord Foods");
    let edit = format!("{process}/edit");
    jonas.get(app, &edit).await.sees("Another account").sees_no("Fjord Foods");
    jonas.fill(app, &edit, &[("name", "Plan")]).await.is(303);
    lena.get(app, &process).await.sees("AccountFjord Foods");
    jonas.fill(app, &edit, &[("account", "")]).await.is(303);
    lena.get(app, &process).await.sees("AccountNone");
    jonas.get(app, "/assets/new").await.sees_no("Find an account");
    post(app, &mut jonas, "/assets/new", &[("kind", "process"), ("name", "X"), ("description", ""), ("account", &account)]).await.is(404);
    let details = app.deeds().into_iter().filter(|deed| deed.starts_with("asset.")).collect::<Vec<_>>();
    assert_eq!(details, ["asset.created Media plan", "asset.shared Media plan", "asset.edited Media plan", "asset.edited Plan"]);
}

#[apply(both_databases!)]
async fn an_account_is_found_by_its_name_without_losing_what_was_typed(db: Db) {
    let office = Office::new(db).await;
    account(&office).await;
    let portfolio = office.app.create_portfolio("Southern");
    office.app.create_account(portfolio, "Olive Oils");
    let Office { ref app, mut maya, mut lena, .. } = office;
    lena.get(app, "/assets/new").await.sees("Fjord Foods").sees_no("Olive Oils").sees_no("Nordic");
    let found = maya.fill(app, "/assets/new", &[("name", "Plan"), ("find_account", "oliv"), ("do", "find")]).await;
    found.is(200).sees("Olive Oils").sees_no("Fjord Foods");
    assert!(found.form("/assets/new").contains(&("name".to_owned(), "Plan".to_owned())));
}
