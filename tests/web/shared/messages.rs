//! Messages for the next page, and error pages when the database fails: saved changes are never denied, and no answer
//! depends on a message.

use std::sync::mpsc::channel;

use diesel::{RunQueryDsl as _, sql_query};
use usher::usecases::{StoreError, credentials::sessions};

use crate::{
    helpers::{Browser, Db, PANIC_LATE, Page, TestApp},
    users::{bulk, list::World},
};

const LIST: &str = "/users-and-groups";
const FORGOT: &str = "/forgot-password";
const MAYA: &str = "maya.fischer@example.com";
const GROUP: &str = "/users-and-groups/new-group";

async fn create(app: &TestApp, browser: &mut Browser, name: &str) -> Page {
    browser.fill(app, GROUP, &[("name", name)]).await
}

/// Makes writes to sessions fail from now on.
fn refuse_messages(app: &TestApp) {
    app.refuse("UPDATE ON sessions", "true");
}

/// Cuts the connection during the commit of this event.
pub(crate) fn cut_commits(app: &TestApp, event: &str, when: &str) {
    let cut = "BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END";
    app.execute(&format!("CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS '{cut}'"));
    app.execute(&format!(
        "CREATE CONSTRAINT TRIGGER cut AFTER {event} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION cut()"
    ));
}

#[apply(both_databases!)]
async fn what_cannot_be_told_is_not_done(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let deeds = app.deeds();
    refuse_messages(&app);
    create(&app, &mut maya, "Finance").await.is(500).sees("Nothing was saved");
    assert_eq!((app.deeds(), app.count("user_groups WHERE name = 'Finance'")), (deeds, 0));
    app.accept_again("sessions");
    let done = create(&app, &mut maya, "Finance").await;
    maya.get(&app, done.is(303).header("location")).await.is(200).sees("Created the group Finance.");
}

#[apply(both_databases!)]
async fn a_message_that_cannot_be_taken_away_is_shown_again(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    create(&app, &mut maya, "Finance").await.is(303);
    refuse_messages(&app);
    for _ in 0..2 {
        maya.get(&app, LIST).await.is(200).sees("Created the group Finance.");
    }
    app.accept_again("sessions");
    maya.get(&app, LIST).await.is(200).sees("Created the group Finance.");
    maya.get(&app, LIST).await.is(200).sees_no("Created the group Finance.");
}

#[apply(both_databases!)]
async fn a_page_opens_although_the_time_of_the_request_cannot_be_noted(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.advance(chrono::TimeDelta::minutes(2));
    refuse_messages(&app);
    maya.get(&app, LIST).await.is(200);
}

#[apply(both_databases!)]
async fn why_nothing_was_done_is_an_answer_without_its_message_too(db: Db) {
    let World { app, mut maya, uma, .. } = World::new(db).await;
    let page = maya.get(&app, &format!("/users-and-permissions/{uma}")).await;
    let block = format!("/users-and-permissions/{uma}/deactivate");
    maya.send(&app, &page, &block, &[]).await.is(303);
    let told = maya.get(&app, LIST).await;
    told.sees("Uma Ek is deactivated and signed out everywhere.");
    refuse_messages(&app);
    maya.send(&app, &page, &block, &[]).await.is(303);
    maya.get(&app, LIST).await.is(200).sees_no("Nothing was changed.");
    app.mails().await;
}

#[apply(both_databases!)]
async fn signing_in_to_send_a_form_again_needs_no_message(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    refuse_messages(&app);
    let mut maya = app.browser();
    let late = maya.post(&app, "/users-and-groups/users/1/block", &[]).await;
    let page = maya.get(&app, late.header("location")).await;
    let entered = [("email", "maya.fischer@example.com"), ("password", crate::helpers::PASSWORD)];
    maya.send(&app, &page, "/sign-in", &entered).await.redirects_to("/");
    maya.get(&app, LIST).await.is(200);
}

#[apply(both_databases!)]
async fn a_page_forgets_the_message_that_it_showed_and_none_that_came_since(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let session = app.new_session(app.id_of("maya.fischer@example.com"));
    let kept = || sessions::find(&app.ctx, session).unwrap().unwrap().state;
    sessions::keep(&app.ctx, session, "newer");
    sessions::forget(&app.ctx, session, "older");
    assert_eq!(kept(), "newer");
    sessions::forget(&app.ctx, session, "newer");
    assert_eq!(kept(), "");
}

#[apply(both_databases!)]
async fn what_fails_after_something_was_saved_does_not_deny_it(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.get(&app, GROUP).await;
    maya.headers = vec![(PANIC_LATE, "yes".to_owned())];
    let late = maya.send(&app, &page, GROUP, &[("name", "Finance")]).await;
    late.is(500).sees("This may have been saved").sees_no("Nothing was");
    assert!(late.has_link(LIST), "{}", late.body);
    maya.headers.clear();
    maya.get(&app, LIST).await.is(200).sees("Created the group Finance.");
    maya.headers = vec![(PANIC_LATE, "yes".to_owned())];
    maya.send(&app, &page, GROUP, &[("name", " ")]).await.is(500).sees("Nothing was saved");
}

#[apply(both_databases!)]
async fn a_noted_request_and_a_sign_out_are_not_denied_and_a_counted_attempt_is_nothing_saved(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let late = || vec![(PANIC_LATE, "yes".to_owned())];
    let mut guest = app.browser();
    let [forgot, sign_in] = [guest.get(&app, FORGOT).await, guest.get(&app, "/sign-in").await];
    guest.headers = late();
    guest.send(&app, &forgot, FORGOT, &[("email", MAYA)]).await.is(500).sees("This may have been saved").sees_no("Nothing was");
    assert_eq!(app.count("reset_requests"), 1);
    let wrong = [("email", MAYA), ("password", "not the password")];
    guest.send(&app, &sign_in, "/sign-in", &wrong).await.is(500).sees("Nothing was saved");
    let page = maya.get(&app, LIST).await;
    maya.headers = late();
    maya.send(&app, &page, "/sign-out", &[]).await.is(500).sees("This may have been saved").sees_no("Nothing was");
}

#[apply(both_databases!)]
async fn a_commit_that_the_database_refuses_has_saved_nothing_and_says_so(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.execute("CREATE TABLE late (id BIGINT REFERENCES user_rows (id) DEFERRABLE INITIALLY DEFERRED)");
    if app.store().is_sqlite() {
        app.execute("CREATE TRIGGER late AFTER INSERT ON user_groups BEGIN INSERT INTO late VALUES (-1); END");
    } else {
        app.execute("CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO late VALUES (-1); RETURN NULL; END'");
        app.execute("CREATE TRIGGER late AFTER INSERT ON user_groups FOR EACH ROW EXECUTE FUNCTION late()");
    }
    create(&app, &mut maya, "Finance").await.is(500).sees("Nothing was saved").sees_no("may have been saved");
    assert_eq!(app.count("user_groups WHERE name = 'Finance'"), 0);
}

/// SQLite is part of the process: its answer to a commit is never lost.
#[actix_web::test]
async fn a_commit_that_is_not_answered_may_have_been_done_and_the_page_leads_to_where_that_is_seen() {
    let (app, mut maya) = TestApp::with_admin(Db::Postgres).await;
    cut_commits(&app, "INSERT ON user_groups", "true");
    let unknown = create(&app, &mut maya, "Finance").await;
    unknown.is(503).sees("This may have been saved").sees_no("Nothing was");
    assert!(unknown.has_link(LIST), "{}", unknown.body);
    maya.get(&app, LIST).await.is(200);
}

#[actix_web::test]
async fn of_many_the_one_whose_commit_is_not_answered_is_named() {
    let World { app, mut maya, uma, otto, .. } = World::new(Db::Postgres).await;
    let page = bulk::ask(&app, &mut maya, "deactivate", &[uma, otto]).await;
    cut_commits(&app, "UPDATE ON user_rows", &format!("NEW.id = {otto} AND NEW.blocked_at IS NOT NULL"));
    let broken_off = maya.send(&app, &page, bulk::DO, &[]).await;
    broken_off
        .is(503)
        .sees("1 of 2 users deactivated. Then something went wrong: Otto Lund may have been changed too.")
        .sees_no("Nothing was");
    maya.get(&app, "/users-and-permissions").await.sees("Uma Ek: deactivated").sees("Otto Lund: may have been changed.");
    app.mails().await;
}

/// Another program locks all sessions, as a manual migration would.
#[actix_web::test]
async fn pages_open_while_sessions_are_locked() {
    let (app, mut maya) = TestApp::with_admin(Db::Postgres).await;
    create(&app, &mut maya, "Finance").await.is(303);
    let (store, (is_locked, locked), (over, is_over)) = (app.store().clone(), channel(), channel::<()>());
    let other = std::thread::spawn(move || {
        store.write_transaction(|tx| {
            sql_query("LOCK TABLE sessions IN EXCLUSIVE MODE").execute(tx.db())?;
            is_locked.send(()).unwrap();
            // Ends with the test.
            let _ = is_over.recv();
            Ok::<_, StoreError>(())
        })
    });
    locked.recv().unwrap();
    maya.get(&app, LIST).await.is(200).sees("Created the group Finance.");
    drop(over);
    other.join().unwrap().unwrap();
    maya.get(&app, LIST).await.is(200).sees("Created the group Finance.");
}
