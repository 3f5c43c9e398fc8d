//! Assets: folders, processes and integrations.

mod accounts;
mod bounds;
mod connection;
mod definition;
mod deletion;
mod leaving;
mod lists;
mod many;
mod owner;
mod random;
mod shares;
mod tree;

use crate::helpers::{Browser, Page, TestApp};

/// Maya, an Admin, and Jonas and Lena, who are Users.
struct Office {
    app: TestApp,
    maya: Browser,
    jonas: Browser,
    lena: Browser,
}

impl Office {
    async fn new(db: crate::helpers::Db) -> Self {
        let (app, maya) = TestApp::with_admin(db).await;
        app.create_user("Jonas", "Vermeulen");
        app.create_user("Lena", "Novak");
        let [jonas, lena] = [app.signed_in("jonas.vermeulen@example.com").await, app.signed_in("lena.novak@example.com").await];
        Self { app, maya, jonas, lena }
    }

    fn id(&self, name: &str) -> String {
        self.app.id_of(&format!("{name}@example.com")).to_string()
    }
}

const JONAS: &str = "jonas.vermeulen";
const LENA: &str = "lena.novak";

/// Creates an asset, in the folder at a path unless that is empty. Returns its path.
async fn create(app: &TestApp, owner: &mut Browser, kind: &str, name: &str, folder: &str) -> String {
    let page = owner.get(app, &format!("/assets/new?kind={kind}{}", in_folder(folder))).await;
    let created = owner.send(app, &page, "/assets/new", &[("name", name)]).await;
    created.is(303).header("location").to_owned()
}

fn in_folder(folder: &str) -> String {
    if folder.is_empty() { String::new() } else { format!("&folder={}", number(folder)) }
}

/// Id in the path of an asset.
fn number(path: &str) -> &str {
    path.trim_start_matches("/assets/")
}

/// Posts a form with the browser's token.
async fn post(app: &TestApp, browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Page {
    let csrf = crate::shared::steps::csrf(app, browser).await;
    browser.post(app, path, &[&[("csrf", csrf.as_str())], fields].concat()).await
}

/// Shares the asset at a path with a user.
async fn share(app: &TestApp, owner: &mut Browser, asset: &str, user: &str, level: &str) -> Page {
    post(app, owner, &format!("{asset}/share"), &[("user", user), ("level", level)]).await
}

/// Moves the asset at a path into the folder at another.
async fn put(app: &TestApp, browser: &mut Browser, asset: &str, folder: &str) -> Page {
    post(app, browser, &format!("{asset}/move"), &[("to", if folder.is_empty() { "top" } else { number(folder) })]).await
}

/// Address of the link with these words.
fn link(page: &Page, words: &str) -> String {
    let (before, _) = page.body.split_once(&format!(">{words}</a>")).unwrap_or_else(|| panic!("no link {words}:\n{}", page.text()));
    let (_, href) = before.rsplit_once("href=\"").unwrap();
    href.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&")
}
