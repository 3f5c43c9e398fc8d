//! Connections of integrations, and their secrets.

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Binary};
use usher::store::{Database, StoreError};

use super::*;
use crate::shared::steps::confirm;

const SECRET: &str = "hunter2-token";

/// An integration of Jonas's, shared with Lena to view. Returns its path and that of its connection.
async fn integration(office: &mut Office) -> (String, String) {
    let lena = office.id(LENA);
    let integration = create(&office.app, &mut office.jonas, "integration", "Bank feed", "").await;
    share(&office.app, &mut office.jonas, &integration, &lena, "view").await.is(303);
    let connection = format!("{integration}/connection");
    (integration, connection)
}

const BANK: [(&str, &str); 2] = [("kind", "sftp"), ("base_address", "sftp://files.bank.example/out")];

#[derive(QueryableByName)]
struct Sealed {
    #[diesel(sql_type = Binary)]
    sealed_secret: Vec<u8>,
}

/// The sealed secret of the only integration that has one.
fn sealed(app: &TestApp) -> Vec<u8> {
    let query = "SELECT sealed_secret FROM integrations WHERE sealed_secret IS NOT NULL";
    let found = app.store().read(|db| {
        let found = match db {
            Database::Sqlite(sqlite) => sql_query(query).get_result::<Sealed>(sqlite),
            Database::Postgres(postgres) => sql_query(query).get_result::<Sealed>(postgres),
        };
        Ok::<_, StoreError>(found?)
    });
    found.unwrap().sealed_secret
}

fn deeds(app: &TestApp) -> Vec<String> {
    app.deeds().into_iter().filter(|deed| deed.starts_with("asset.connection") || deed.starts_with("asset.secret")).collect()
}

#[apply(both_databases!)]
async fn a_connection_is_saved_and_seen_by_viewers_without_its_secret(db: Db) {
    let mut office = Office::new(db).await;
    let (integration, connection) = integration(&mut office).await;
    let Office { app, mut jonas, mut lena, .. } = office;
    lena.get(&app, &integration).await.sees("No connection yet");
    jonas.fill(&app, &connection, &[&BANK[..], &[("secret", SECRET)]].concat()).await.redirects_to(&integration);
    jonas.get(&app, &integration).await.sees("Connection saved.");
    let page = lena.get(&app, &integration).await;
    page.sees("KindSFTP").sees("sftp://files.bank.example/out").sees("Set by Jonas Vermeulen").sees_no("Edit connection");
    let form = jonas.get(&app, &connection).await;
    form.sees("Leave empty to keep the secret that Jonas Vermeulen set");
    let details = app.audit().into_iter().map(|row| row.details).collect::<String>();
    for text in [&page.body, &form.body, &details] {
        assert!(!text.contains(SECRET));
    }
    assert_eq!(deeds(&app), ["asset.connection_edited Bank feed", "asset.secret_replaced Bank feed"]);
}

#[apply(both_databases!)]
async fn a_secret_is_sealed_for_its_asset_alone(db: Db) {
    let mut office = Office::new(db).await;
    let (integration, connection) = integration(&mut office).await;
    let Office { app, mut jonas, .. } = office;
    jonas.fill(&app, &connection, &[&BANK[..], &[("secret", SECRET)]].concat()).await.is(303);
    let (sealed, id) = (sealed(&app), number(&integration));
    assert!(!sealed.windows(SECRET.len()).any(|bytes| bytes == SECRET.as_bytes()));
    assert_eq!(app.ctx.key.open(&format!("secret of asset {id}"), &sealed).as_deref(), Some(SECRET.as_bytes()));
    assert_eq!(app.ctx.key.open(&format!("secret of asset {id}0"), &sealed), None);
}

#[apply(both_databases!)]
async fn a_secret_is_kept_replaced_and_removed(db: Db) {
    let mut office = Office::new(db).await;
    let (_, connection) = integration(&mut office).await;
    let Office { app, mut jonas, .. } = office;
    jonas.fill(&app, &connection, &[&BANK[..], &[("secret", SECRET)]].concat()).await.is(303);
    let first = sealed(&app);
    jonas.fill(&app, &connection, &[("base_address", "sftp://b.example")]).await.is(303);
    assert_eq!(sealed(&app), first);
    jonas.fill(&app, &connection, &[("secret", "another")]).await.is(303);
    assert_ne!(sealed(&app), first);
    let both = jonas.fill(&app, &connection, &[("secret", SECRET), ("remove_secret", "on")]).await;
    both.is(422).sees("Enter a new secret or remove the saved one, not both");
    jonas.fill(&app, &connection, &[("remove_secret", "on")]).await.is(303);
    assert_eq!(app.count("integrations WHERE sealed_secret IS NULL AND secret_set_at IS NULL"), 1);
    jonas.fill(&app, &connection, &[]).await.is(303);
    let [_, _, third, fourth, fifth] = <[String; 5]>::try_from(deeds(&app)).unwrap();
    assert_eq!(
        [third, fourth, fifth],
        ["asset.connection_edited", "asset.secret_replaced", "asset.secret_removed"].map(|deed| format!("{deed} Bank feed"))
    );
}

#[apply(both_databases!)]
async fn a_refused_connection_keeps_everything_typed_but_the_secret(db: Db) {
    let mut office = Office::new(db).await;
    let (_, connection) = integration(&mut office).await;
    let Office { app, mut jonas, .. } = office;
    for (address, error) in [
        ("", "Enter a base address"),
        ("files.bank.example", "Enter an address such as"),
        ("javascript://a.example", "Enter an address such as"),
        ("https://usher:hunter3@a.example", "Remove the user name and password. The secret has its own field"),
        ("https://a.example/v2?format=json&Api_Key=hunter3", "Remove the key, token or password from the address."),
        ("https://a.example/v2#access%5Ftoken=hunter3", "Remove the key, token or password from the address."),
        (&*format!("https://a.example/{}", "x".repeat(2000)), "Use at most 2,000 characters"),
    ] {
        let page = jonas.fill(&app, &connection, &[("kind", "soap"), ("base_address", address), ("secret", SECRET)]).await;
        page.is(422).sees(error).sees("Enter the secret again. It was not saved");
        let form = page.form(&connection);
        for field in [("kind", "soap"), ("base_address", address), ("secret", "")] {
            assert!(form.contains(&(field.0.to_owned(), field.1.to_owned())), "{address} {field:?}");
        }
        assert!(!page.body.contains(SECRET));
    }
    let long = "x".repeat(4001);
    jonas.fill(&app, &connection, &[&BANK[..], &[("secret", &long)]].concat()).await.is(422).sees("Use at most 4,000 bytes");
    assert_eq!((app.count("integrations"), deeds(&app).len()), (0, 0));
    let harmless = [("kind", "rest"), ("base_address", "https://a.example/v2?format=json")];
    jonas.fill(&app, &connection, &harmless).await.is(303);
}

#[apply(both_databases!)]
async fn an_edit_of_an_outdated_connection_keeps_both_changes(db: Db) {
    let mut office = Office::new(db).await;
    let (_, connection) = integration(&mut office).await;
    let Office { app, mut jonas, .. } = office;
    jonas.fill(&app, &connection, &BANK).await.is(303);
    let opened = jonas.get(&app, &connection).await;
    jonas.fill(&app, &connection, &[("kind", "other")]).await.is(303);
    let stale = jonas.send(&app, &opened, &connection, &[("base_address", "sftp://b.example"), ("secret", SECRET)]).await;
    stale.is(409).sees("Someone changed this connection while you were editing").sees("Enter the secret again. It was not saved");
    assert!(!stale.body.contains(SECRET));
    jonas.send(&app, &stale, &connection, &[]).await.is(303);
    assert_eq!(app.count("integrations WHERE kind = 'other' AND base_address = 'sftp://b.example' AND sealed_secret IS NULL"), 1);
}

#[apply(both_databases!)]
async fn a_secret_that_is_sent_twice_is_saved_once(db: Db) {
    let mut office = Office::new(db).await;
    let (_, connection) = integration(&mut office).await;
    let Office { app, mut jonas, .. } = office;
    let opened = jonas.get(&app, &connection).await;
    let fields = [&BANK[..], &[("secret", SECRET)]].concat();
    jonas.send(&app, &opened, &connection, &fields).await.is(303);
    jonas.send(&app, &opened, &connection, &fields).await.is(409);
    assert_eq!(deeds(&app).len(), 2);
}

#[apply(both_databases!)]
async fn only_editors_of_an_integration_open_its_connection(db: Db) {
    let mut office = Office::new(db).await;
    let (_, connection) = integration(&mut office).await;
    let Office { app, mut maya, mut jonas, mut lena } = office;
    for browser in [&mut maya, &mut lena] {
        browser.get(&app, &connection).await.is(403);
        post(&app, browser, &connection, &[&BANK[..], &[("version", "0")]].concat()).await.is(403);
    }
    let process = create(&app, &mut jonas, "process", "Accruals", "").await;
    for path in [&format!("{process}/connection"), "/assets/987654/connection"] {
        jonas.get(&app, path).await.is(404);
        post(&app, &mut jonas, path, &[&BANK[..], &[("version", "0")]].concat()).await.is(404);
    }
    assert_eq!(app.count("integrations"), 0);
}

#[apply(both_databases!)]
async fn a_restored_integration_has_its_connection_and_its_secret(db: Db) {
    let mut office = Office::new(db).await;
    let (integration, connection) = integration(&mut office).await;
    let Office { app, mut jonas, .. } = office;
    jonas.fill(&app, &connection, &[&BANK[..], &[("secret", SECRET)]].concat()).await.is(303);
    let before = sealed(&app);
    confirm(&app, &mut jonas, &format!("{integration}/delete")).await.is(303);
    jonas.press(&app, "/assets/deleted", &format!("/assets/deleted/{}/restore", number(&integration))).await.is(303);
    jonas.get(&app, &integration).await.sees("sftp://files.bank.example/out").sees("Set by Jonas Vermeulen");
    assert_eq!(sealed(&app), before);
    confirm(&app, &mut jonas, &format!("{integration}/delete")).await.is(303);
    app.advance(chrono::TimeDelta::days(31));
    usher::usecases::outbox::housekeeping::sweep(&app.ctx).unwrap();
    assert_eq!(app.count("integrations"), 0);
}
