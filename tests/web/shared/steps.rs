//! Common steps of tests, and direct looks at the database.

#![allow(unreachable_pub, reason = "the words of the tests, like those of the helpers")]

use diesel::{RunQueryDsl, sql_query, sql_types::Text};
use usher::{
    domain::{
        credentials::{password::NewPassword, token::Token},
        ids::UserId,
    },
    store::{Database, StoreError},
    usecases::ClientInfo,
};

use crate::helpers::{Browser, PASSWORD, Page, TestApp};

/// Invites a user from Users & Groups; returns the path of the link.
pub async fn invite(app: &TestApp, admin: &mut Browser, email: &str) -> String {
    admin.fill(app, "/users-and-groups/new-user", &[("email", email)]).await.redirects_to("/users-and-groups");
    app.link_in_mail().await
}

/// Values that Noor van Dijk types when she accepts.
pub const NOOR: [(&str, &str); 3] = [("first_name", "Noor"), ("last_name", "van Dijk"), ("password", PASSWORD)];

/// Billing information of Fjord Foods.
pub const BILLING: [(&str, &str); 6] = [
    ("legal_name", "Fjord Foods AS"),
    ("email", "invoices@fjordfoods.example"),
    ("address_line_1", "Strandgaten 14"),
    ("city", "Bergen"),
    ("postal_code", "5013"),
    ("country", "NO"),
];

/// Token of a link.
pub fn token(link: &str) -> Token {
    Token::parse(link.rsplit('/').next().unwrap()).unwrap()
}

/// Requests a password reset at the sign-in page.
pub async fn forgot(app: &TestApp, email: &str) -> Page {
    app.browser().fill(app, "/forgot-password", &[("email", email)]).await
}

/// Requests a password reset; returns the path of the link.
pub async fn reset_link(app: &TestApp, email: &str) -> String {
    forgot(app, email).await.redirects_to("/forgot-password?sent=true");
    app.link_in_mail().await
}

/// `/users-and-groups/users/7/block`
pub fn user_path(user: UserId, what: &str) -> String {
    format!("/users-and-groups/users/{user}/{what}")
}

/// Presses a button in the list as an Admin.
pub async fn press(app: &TestApp, admin: &mut Browser, user: UserId, what: &str) -> Page {
    admin.press(app, "/users-and-groups", &user_path(user, what)).await
}

/// Opens a page with a question and confirms it.
pub async fn confirm(app: &TestApp, admin: &mut Browser, path: &str) -> Page {
    admin.fill(app, path, &[]).await
}

/// Creates a group as an Admin; returns the path of its page.
pub async fn create_group(app: &TestApp, admin: &mut Browser, name: &str) -> String {
    let created = admin.fill(app, "/users-and-groups/new-group", &[("name", name)]).await;
    created.is(303);
    created.header("location").to_owned()
}

/// Adds a user to the group at `group` as an Admin.
pub async fn add_member(app: &TestApp, admin: &mut Browser, group: &str, user: UserId) -> Page {
    admin.fill(app, &format!("{group}/add"), &[("user", &user.to_string())]).await
}

/// Submits the form on `page` of the wizard at `path`, and opens the next step.
pub async fn go_on(app: &TestApp, browser: &mut Browser, page: &Page, path: &str, fields: &[(&str, &str)]) -> Page {
    let sent = browser.send(app, page, path, fields).await;
    follow(app, browser, sent, path).await
}

/// Opens the step of the wizard at `path` that an answer leads to; returns any other answer unchanged.
pub async fn follow(app: &TestApp, browser: &mut Browser, answer: Page, path: &str) -> Page {
    let location = answer.header("location").to_owned();
    if location.starts_with(&format!("{path}?step=")) { browser.get(app, &location).await } else { answer }
}

/// Row of the table that shows these words.
pub fn row(page: &Page, words: &str) -> String {
    let mut part = page.clone();
    for row in page.body.split("<tr>").skip(1) {
        row.split("</tr>").next().unwrap_or_default().clone_into(&mut part.body);
        if part.shows(words) {
            return part.text();
        }
    }
    panic!("no row shows {words:?}:\n{}", page.text())
}

/// Current token for forms of this browser.
pub async fn csrf(app: &TestApp, browser: &mut Browser) -> String {
    let page = browser.get(app, "/users-and-groups").await;
    page.form("/sign-out").into_iter().find(|(name, _)| name == "csrf").unwrap().1
}

/// A client of a page without a session, for calls of use cases.
pub fn visitor() -> ClientInfo {
    ClientInfo { client_ip: "192.0.2.1".to_owned(), user_agent: String::new(), browser: None, session: None }
}

/// A new password of the right length.
pub fn new_password(text: &str) -> NewPassword {
    NewPassword::parse(text, 15).unwrap()
}

/// Runs `deed` for each concurrently, on threads of their own.
pub fn at_once<W: Send, T: Send, const N: usize>(who: [W; N], deed: impl Fn(W) -> T + Sync) -> Vec<T> {
    let (barrier, deed) = (std::sync::Barrier::new(N), &deed);
    std::thread::scope(|scope| {
        let run = |who| {
            let barrier = &barrier;
            scope.spawn(move || {
                barrier.wait();
                deed(who)
            })
        };
        who.map(run).map(|thread| thread.join().unwrap()).into()
    })
}

/// Changes the database in ways that no page can.
pub fn sql(app: &TestApp, statement: &str) {
    let done = app.store().write_transaction(|tx| match tx.db() {
        Database::Sqlite(db) => Ok::<_, StoreError>(sql_query(statement).execute(db)?),
        Database::Postgres(db) => Ok(sql_query(statement).execute(db)?),
    });
    assert_eq!(done.unwrap(), 1, "{statement}");
}

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    text: String,
}

/// Contents of the whole database.
pub struct Contents(Vec<u8>);

impl Contents {
    pub fn of(app: &TestApp) -> Self {
        let contents = app.store().read(|db| match db {
            Database::Sqlite(db) => {
                let file = sql_query("SELECT file AS text FROM pragma_database_list WHERE name = 'main'").get_result::<Line>(db)?.text;
                let files = [file.clone(), format!("{file}-wal")];
                Ok::<_, StoreError>(files.iter().flat_map(|file| std::fs::read(file).unwrap_or_default()).collect())
            }
            Database::Postgres(db) => {
                let tables = "SELECT tablename::text AS text FROM pg_tables WHERE schemaname = 'public'";
                let mut contents = Vec::new();
                for table in sql_query(tables).load::<Line>(db)? {
                    let rows = sql_query(format!("SELECT t::text AS text FROM {} t", table.text)).load::<Line>(db)?;
                    contents.extend(rows.into_iter().flat_map(|row| row.text.into_bytes()));
                }
                Ok(contents)
            }
        });
        Self(contents.unwrap())
    }

    /// True if these bytes are anywhere, raw or in PostgreSQL's hexadecimal.
    pub fn has(&self, bytes: &[u8]) -> bool {
        let hex =
            bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|half| b"0123456789abcdef"[usize::from(half)]).collect::<Vec<_>>();
        [bytes, &hex].iter().any(|part| self.0.windows(part.len()).any(|window| window == *part))
    }
}
