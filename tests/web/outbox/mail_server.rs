//! Mails while the mail server refuses Usher, and failed mails.

#![allow(unreachable_pub, reason = "the words of the tests, like those of the helpers")]

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::Arc,
};

use chrono::TimeDelta;
use parking_lot::Mutex;
use usher::{
    domain::{mail_server, sender::Sender},
    mail::{SendError, Transport},
    store::outbox::{self, MailRow, MailState},
    usecases::{
        EntryPoint,
        credentials::password_reset,
        outbox::{
            delivery::{self, Delivered},
            housekeeping,
        },
        users,
    },
};

use crate::{
    helpers::{Browser, Page, TestApp},
    shared::steps::{confirm, csrf, press, row, user_path},
};

/// Answer to a line that starts so; all other lines succeed.
pub type Refusal = Option<(&'static str, &'static str)>;

/// A mail server on a port of its own.
pub struct MailServer {
    transport: Transport,
    refusal: Arc<Mutex<Refusal>>,
    taken: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    pub fn start(refusal: Refusal) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let transport =
            Transport::smtp(mail_server::MailServer::parse(&format!("smtp://user:secret@{}", listener.local_addr().unwrap())).unwrap())
                .unwrap();
        let (refusal, taken) = (Arc::new(Mutex::new(refusal)), Arc::new(Mutex::new(Vec::new())));
        let (refusals, mails) = (Arc::clone(&refusal), Arc::clone(&taken));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (refusals, mails) = (Arc::clone(&refusals), Arc::clone(&mails));
                std::thread::spawn(move || serve(&stream.unwrap(), &refusals, &mails));
            }
        });
        Self { transport, refusal, taken }
    }

    pub fn recovers(&self) {
        *self.refusal.lock() = None;
    }

    /// Delivers due mails; returns their recipients.
    pub async fn deliver(&self, app: &TestApp) -> Vec<String> {
        let from = Sender::parse("usher@localhost").unwrap();
        while delivery::deliver_next(&app.ctx, &self.transport, &from).await.unwrap() == Delivered::One {}
        std::mem::take(&mut *self.taken.lock())
    }
}

fn serve(stream: &TcpStream, refusal: &Mutex<Refusal>, taken: &Mutex<Vec<String>>) {
    let answer = |line: &str, usual: &str| {
        let mut stream = stream;
        let words = (*refusal.lock()).filter(|(start, _)| line.starts_with(start)).map(|(_, words)| words);
        stream.write_all(format!("{}\r\n", words.unwrap_or(usual)).as_bytes()).is_ok() && words.is_none()
    };
    if !answer("GREETING", "220 fake") {
        return;
    }
    let (mut in_data, mut recipient) = (false, String::new());
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        if in_data && line != "." {
            continue;
        }
        if let Some(rest) = line.strip_prefix("RCPT TO:") {
            rest.trim_matches(['<', '>']).clone_into(&mut recipient);
        }
        let command = if line == "." { "END" } else { &line };
        let usual = match command.split([' ', ':']).next().unwrap() {
            "EHLO" => "250-fake\r\n250 AUTH PLAIN",
            "AUTH" => "235 2.7.0 Welcome",
            "DATA" => "354 Go on",
            "QUIT" => "221 Bye",
            _ => "250 2.0.0 Ok",
        };
        let is_granted = answer(command, usual);
        in_data = is_granted && command == "DATA";
        if command == "END" && is_granted {
            taken.lock().push(recipient.clone());
        }
    }
}

/// Refusals of a server that takes no mail at all.
const REFUSALS: [(&str, &str); 12] = [
    ("GREETING", "554 5.7.1 Blocked"),
    ("GREETING", "421 4.3.2 Not now"),
    ("EHLO", "550 5.7.1 Who are you?"),
    ("AUTH", "535 5.7.8 Wrong password"),
    ("AUTH", "500 Unknown"),
    ("MAIL", "553 5.7.1 Not owned by user"),
    ("MAIL", "550 5.1.0 Sender rejected"),
    ("RCPT", "550 5.7.1 Relaying denied"),
    ("DATA", "554 5.5.1 Not here"),
    ("END", "552 5.3.1 Quota exceeded"),
    ("END", "552 Quota exceeded"),
    ("END", "550 5.7.26 Not authenticated"),
];

pub async fn invite(app: &TestApp, maya: &mut Browser, email: &str) {
    maya.fill(app, "/users-and-groups/new-user", &[("email", email)]).await.is(303);
}

pub fn fates(app: &TestApp) -> Vec<MailRow> {
    app.store().read(|db| outbox::latest(db, 100)).unwrap()
}

pub fn states(app: &TestApp) -> Vec<MailState> {
    fates(app).into_iter().map(|mail| mail.state).collect()
}

/// A failed mail of an invitation.
async fn failed(app: &TestApp, maya: &mut Browser, email: &str) {
    invite(app, maya, email).await;
    app.mailbox().fail_next(SendError::permanent("550 5.1.1 No such user"));
    assert!(app.mails().await.is_empty());
    assert_eq!(fates(app)[0].state, MailState::Failed);
}

fn again(app: &TestApp) -> String {
    format!("/users-and-groups/mail/{}/send-again", fates(app)[0].id)
}

/// Posts from a page that was opened before.
async fn post(app: &TestApp, browser: &mut Browser, action: &str) -> Page {
    let csrf = csrf(app, browser).await;
    browser.post(app, action, &[("csrf", &csrf)]).await
}

const ALL_AGAIN: &str = "/users-and-groups/mail/send-again";

#[apply(both_databases!)]
async fn no_mail_fails_while_the_server_refuses_all_and_each_arrives_once_it_recovers(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for (number, (line, words)) in REFUSALS.into_iter().enumerate() {
        let server = MailServer::start(Some((line, words)));
        let emails = [format!("noor{number}@example.com"), format!("ruth{number}@example.com")];
        for email in &emails {
            invite(&app, &mut maya, email).await;
        }
        assert!(server.deliver(&app).await.is_empty(), "{words}");
        assert_eq!(states(&app)[..2], [MailState::Retrying; 2], "{line} {words}");
        maya.get(&app, "/users-and-groups").await.sees(&format!("The mail server refuses Usher: “{words}”. 2 mails are waiting."));
        server.recovers();
        app.advance(TimeDelta::minutes(2));
        let mut arrived = server.deliver(&app).await;
        arrived.sort();
        assert_eq!(arrived, emails, "{line} {words}");
        maya.get(&app, "/users-and-groups").await.sees_no("refuses Usher");
    }
}

#[apply(both_databases!)]
async fn an_answer_that_cannot_be_read_is_the_servers_trouble_and_the_mail_arrives_later(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    invite(&app, &mut maya, "noor@example.com").await;
    let server = MailServer::start(Some(("EHLO", "250-hi\r\n250-   \r\n250 8BITMIME")));
    assert!(server.deliver(&app).await.is_empty());
    assert_eq!(states(&app), [MailState::Retrying]);
    maya.get(&app, "/users-and-groups")
        .await
        .sees("Usher can’t send mail: “The mail server answered in a way that Usher cannot read”. 1 mail is waiting.");
    server.recovers();
    app.advance(TimeDelta::minutes(2));
    assert_eq!(server.deliver(&app).await, ["noor@example.com"]);
}

#[apply(both_databases!)]
async fn a_mail_waits_for_the_server_far_longer_than_for_its_recipient(db: Db) {
    let (app, _maya) = TestApp::with_admin(db).await;
    let jonas = app.create_user("Jonas", "Vermeulen");
    users::lifecycle::block(&app.ctx, &app.caller(app.id_of("maya.fischer@example.com")), EntryPoint::UsersAndGroups, jonas).unwrap();
    let server = MailServer::start(Some(("MAIL", "553 5.7.1 Not owned by user")));
    let start = app.now();
    while app.now() - start < TimeDelta::days(3) {
        assert!(server.deliver(&app).await.is_empty());
        let mail = fates(&app).remove(0);
        assert_eq!(mail.state, MailState::Retrying);
        let wait = mail.next_attempt_at - app.now();
        assert!(wait <= TimeDelta::minutes(72), "{wait}");
        app.advance(wait);
    }
    app.mailbox().fail_next(SendError::temporary("450 4.2.0 Later"));
    assert!(app.mails().await.is_empty());
    let wait = fates(&app)[0].next_attempt_at - app.now();
    assert!(wait <= TimeDelta::seconds(72), "refusals of the server are no attempts of the mail: {wait}");
    app.advance(TimeDelta::days(28));
    assert!(server.deliver(&app).await.is_empty());
    assert_eq!(states(&app), [MailState::Failed]);
}

#[apply(both_databases!)]
async fn a_refusal_of_one_recipient_leaves_the_server_unsuspected(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    invite(&app, &mut maya, "noor@example.com").await;
    let server = MailServer::start(Some(("RCPT", "550 5.1.1 No such user")));
    assert!(server.deliver(&app).await.is_empty());
    assert_eq!(states(&app), [MailState::Failed]);
    maya.get(&app, "/users-and-groups").await.sees_no("refuses Usher").sees("1 mail failed.");
}

#[apply(both_databases!)]
async fn a_server_that_cannot_be_reached_is_told_in_other_words(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.create_user("Jonas", "Vermeulen");
    invite(&app, &mut maya, "noor@example.com").await;
    app.mailbox().fail_next(SendError::server("The mail server did not answer within 20 seconds"));
    assert!(app.mails().await.is_empty());
    let words = "Usher can’t send mail: “The mail server did not answer within 20 seconds”. 1 mail is waiting.";
    maya.get(&app, "/users-and-groups").await.sees(words);
    let mut jonas = app.signed_in("jonas.vermeulen@example.com").await;
    jonas.get(&app, "/users-and-groups").await.sees_no("can’t send mail").sees_no("did not answer");
    app.advance(TimeDelta::minutes(2));
    app.link_in_mail().await;
}

#[apply(both_databases!)]
async fn a_failed_mail_is_sent_again_with_its_link_and_by_one_press_of_two(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    failed(&app, &mut maya, "noor@example.com").await;
    let before = app.audit().len();
    let list = maya.get(&app, "/users-and-groups").await;
    assert!(row(&list, "noor@example.com").contains("Try again"), "{}", list.text());
    let path = again(&app);
    maya.press(&app, "/users-and-groups", &path).await.redirects_to("/users-and-groups");
    maya.get(&app, "/users-and-groups").await.sees("We’ll send the mail to noor@example.com again.");
    post(&app, &mut maya, &path).await.redirects_to("/users-and-groups");
    maya.get(&app, "/users-and-groups").await.sees("This mail can’t be sent again.");
    assert_eq!(app.deeds()[before..], ["mail.retried noor@example.com"]);
    app.browser().get(&app, &app.link_in_mail().await).await.is(200);
    assert_eq!(states(&app), [MailState::HandedOver]);
}

#[apply(both_databases!)]
async fn all_mails_that_failed_are_sent_again_at_once(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for email in ["noor@example.com", "ruth@example.com", "piet@example.com"] {
        failed(&app, &mut maya, email).await;
    }
    maya.get(&app, "/users-and-groups").await.sees("3 mails failed.").sees("Try all again");
    maya.press(&app, "/users-and-groups", ALL_AGAIN).await.redirects_to("/users-and-groups");
    maya.get(&app, "/users-and-groups").await.sees("We’ll send 3 mails again.").sees_no("Try all again");
    let entry = app.audit().pop().unwrap();
    assert_eq!((entry.action.as_str(), &*entry.subject_name), ("mail.all_retried", "Northwind Trading"));
    assert_eq!(app.mails().await.len(), 3);
    post(&app, &mut maya, ALL_AGAIN).await.redirects_to("/users-and-groups");
    maya.get(&app, "/users-and-groups").await.sees("There are no failed mails.");
}

#[apply(both_databases!)]
async fn a_mail_sent_again_has_all_its_attempts_anew(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    failed(&app, &mut maya, "noor@example.com").await;
    maya.press(&app, "/users-and-groups", &again(&app)).await.is(303);
    app.mailbox().fail_next(SendError::temporary("450 Later"));
    assert!(app.mails().await.is_empty());
    assert_eq!((states(&app), fates(&app)[0].attempts), (vec![MailState::Retrying], 1));
    app.advance(TimeDelta::minutes(2));
    app.link_in_mail().await;
}

#[apply(both_databases!)]
async fn on_the_page_of_a_user_admins_alone_send_a_failed_mail_again(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let nordic = app.create_portfolio("Nordic Brands");
    let account = app.create_account(nordic, "Fjord Foods");
    app.create_portfolio_admin("Hana", "Novotna", &[nordic]).await;
    let jonas = app.create_user("Jonas", "Vermeulen");
    app.assign(jonas, account).await;
    app.mails().await;
    password_reset::send(&app.ctx, &app.caller(app.id_of("maya.fischer@example.com")), jonas).unwrap();
    app.mailbox().fail_next(SendError::permanent("550 5.1.1 No such user"));
    assert!(app.mails().await.is_empty());
    let page = format!("/users-and-permissions/{jonas}");
    let mut hana = app.signed_in("hana.novotna@example.com").await;
    hana.get(&app, &page).await.sees("550 5.1.1 No such user").sees_no("Try again");
    post(&app, &mut hana, &again(&app)).await.is(403);
    post(&app, &mut hana, ALL_AGAIN).await.is(403);
    maya.get(&app, &page).await.sees("Try again");
    maya.headers = vec![("referer", format!("http://localhost:8080{page}"))];
    maya.press(&app, &page, &again(&app)).await.redirects_to(&page);
    maya.get(&app, &page).await.sees("We’ll send the mail to jonas.vermeulen@example.com again.");
    app.link_in_mail().await;
}

#[apply(both_databases!)]
async fn no_dead_link_and_no_mail_to_a_blocked_or_deleted_user_is_sent_again(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let admin = app.id_of("maya.fischer@example.com");
    failed(&app, &mut maya, "revoked@example.com").await;
    confirm(&app, &mut maya, &user_path(app.id_of("revoked@example.com"), "revoke")).await.is(303);
    failed(&app, &mut maya, "resent@example.com").await;
    press(&app, &mut maya, app.id_of("resent@example.com"), "resend").await.is(303);
    app.link_in_mail().await;
    for (name, deletes) in [("Blocked", false), ("Deleted", true)] {
        let user = app.create_user(name, "User");
        users::lifecycle::block(&app.ctx, &app.caller(admin), EntryPoint::UsersAndGroups, user).unwrap();
        users::lifecycle::activate(&app.ctx, &app.caller(admin), EntryPoint::UsersAndGroups, user).unwrap();
        for _ in 0..2 {
            app.mailbox().fail_next(SendError::permanent("550 5.1.1 No such user"));
        }
        assert!(app.mails().await.is_empty());
        if deletes {
            app.delete_user(user);
        } else {
            users::lifecycle::block(&app.ctx, &app.caller(admin), EntryPoint::UsersAndGroups, user).unwrap();
        }
        app.mails().await;
    }
    failed(&app, &mut maya, "expired@example.com").await;
    app.advance(TimeDelta::hours(24));
    let mut maya = app.signed_in("maya.fischer@example.com").await;
    let list = maya.get(&app, "/users-and-groups").await;
    assert!(!row(&list, "expired@example.com").contains("Try again"), "{}", list.text());
    post(&app, &mut maya, ALL_AGAIN).await.is(303);
    maya.get(&app, "/users-and-groups").await.sees("There are no failed mails.");
    assert!(app.mails().await.is_empty());
    assert_eq!(app.count("outbox WHERE sealed IS NOT NULL"), 0);
}

#[apply(both_databases!)]
async fn what_a_failed_mail_said_is_kept_for_thirty_days(db: Db) {
    let (app, _maya) = TestApp::with_admin(db).await;
    let jonas = app.create_user("Jonas", "Vermeulen");
    users::lifecycle::block(&app.ctx, &app.caller(app.id_of("maya.fischer@example.com")), EntryPoint::UsersAndGroups, jonas).unwrap();
    app.mailbox().fail_next(SendError::permanent("550 No"));
    assert!(app.mails().await.is_empty());
    for (after, kept) in [(TimeDelta::days(30) - TimeDelta::seconds(1), 1), (TimeDelta::seconds(1), 0)] {
        app.advance(after);
        housekeeping::sweep(&app.ctx).unwrap();
        assert_eq!(app.count("outbox WHERE sealed IS NOT NULL"), kept);
    }
    assert_eq!(states(&app), [MailState::Failed]);
}
