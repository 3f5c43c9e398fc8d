//! Ends of sessions.

use super::*;

/// Makes the database end all sessions when a group is made, as if another request did so at that moment.
fn end_sessions_with_the_next_group(app: &TestApp, db: Db) {
    match db {
        Db::Sqlite => {
            app.execute("CREATE TRIGGER meanwhile AFTER INSERT ON user_groups BEGIN DELETE FROM sessions; END");
        }
        Db::Postgres => {
            app.execute("CREATE FUNCTION meanwhile() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM sessions; RETURN NULL; END'");
            app.execute("CREATE TRIGGER meanwhile AFTER INSERT ON user_groups FOR EACH STATEMENT EXECUTE FUNCTION meanwhile()");
        }
    }
}

/// A link to choose another password.
fn reset_link(app: &TestApp, user: UserId) -> Token {
    let (token, purpose) = (Token::new(&SystemRandom), TokenPurpose::PasswordReset);
    let (hash, expires_at) = (token.hash(), app.now() + TimeDelta::hours(1));
    let new = tokens::NewToken { purpose, hash, user: Some(user), email: None, asked_by: None, expires_at, now: app.now() };
    app.store().write_transaction(|tx| tokens::insert(tx, &new)).unwrap();
    token
}

/// End of a link to choose a password.
fn end_of(app: &TestApp, link: &Token) -> Option<TokenEnd> {
    app.store().read(|db| tokens::find(db, TokenPurpose::PasswordReset, link.hash())).unwrap().unwrap().ended_as
}

async fn create_group(browser: &mut Browser, app: &TestApp, name: &str) -> Page {
    browser.fill(app, "/users-and-groups/new-group", &[("name", name)]).await
}

#[apply(both_databases!)]
async fn an_idle_session_ends_after_an_hour(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.advance(TimeDelta::minutes(59));
    maya.get(&app, LIST).await.is(200);
    app.advance(TimeDelta::minutes(59));
    maya.get(&app, LIST).await.is(200);
    app.advance(TimeDelta::minutes(60));
    maya.get(&app, LIST).await.redirects_to(SIGNED_OUT);
}

#[apply(both_databases!)]
async fn a_session_in_use_ends_after_twelve_hours(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for _ in 0..23 {
        app.advance(TimeDelta::minutes(30));
        maya.get(&app, LIST).await.is(200);
    }
    app.advance(TimeDelta::minutes(30));
    maya.get(&app, LIST).await.redirects_to(SIGNED_OUT);
}

#[apply(both_databases!)]
async fn the_last_click_is_noted_at_most_once_a_minute(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.advance(TimeDelta::seconds(59));
    maya.get(&app, LIST).await.is(200);
    assert_eq!(app.count("sessions WHERE last_seen_at = created_at"), 1);
    app.advance(TimeDelta::seconds(1));
    maya.get(&app, LIST).await.is(200);
    assert_eq!(app.count("sessions WHERE last_seen_at > created_at"), 1);
}

#[apply(both_databases!)]
async fn staying_signed_in_counts_as_a_request_and_tells_how_long_the_session_holds(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.get(&app, LIST).await;
    assert!(page.body.contains("data-idle=\"3600\" data-absolute=\"43200\""), "{}", page.body);
    let deeds = app.deeds();
    app.advance(TimeDelta::minutes(58));
    let answer = maya.send(&app, &page, "/stay-signed-in", &[]).await;
    assert_eq!(answer.is(200).body, r#"{"idle":3600,"absolute":39720}"#);
    assert_eq!(app.deeds(), deeds);
    app.advance(TimeDelta::minutes(59));
    maya.get(&app, LIST).await.is(200);
    app.advance(TimeDelta::minutes(60));
    maya.send(&app, &page, "/stay-signed-in", &[]).await.is(303);
}

#[apply(both_databases!)]
async fn a_page_without_a_message_writes_nothing(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let writes = app.store().metrics().writes.count();
    maya.get(&app, LIST).await.is(200);
    assert_eq!(app.store().metrics().writes.count(), writes);
}

#[apply(both_databases!)]
async fn a_session_that_ended_while_a_request_ran_stays_ended(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    end_sessions_with_the_next_group(&app, db);
    create_group(&mut maya, &app, "Research").await.is(303);
    assert_eq!(app.count("sessions"), 0);
    maya.get(&app, LIST).await.redirects_to(SIGNED_OUT);
}

#[apply(both_databases!)]
async fn blocking_and_deleting_end_every_session_of_a_user(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for (first, last, act) in [("Jonas", "Vermeulen", "block"), ("Lena", "Novak", "delete")] {
        let id = app.create_user(first, last);
        let email = format!("{first}.{last}@example.com").to_lowercase();
        let (mut here, mut there) = (app.signed_in(&email).await, app.signed_in(&email).await);
        let path = format!("/users-and-groups/users/{id}/{act}");
        let page = if act == "block" { LIST } else { &path };
        maya.press(&app, page, &path).await.redirects_to(LIST);
        assert_eq!(app.count(&format!("sessions WHERE user_id = {id}")), 0, "{act}");
        here.get(&app, LIST).await.redirects_to(SIGNED_OUT);
        there.get(&app, LIST).await.redirects_to(SIGNED_OUT);
    }
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_session_is_worth_nothing_once_its_user_is_blocked_or_deleted(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    for change in ["blocked_at", "deleted_at"] {
        let id = app.create_user("Jonas", "Vermeulen");
        let mut jonas = app.signed_in("jonas.vermeulen@example.com").await;
        app.execute(&format!("UPDATE user_rows SET {change} = created_at, email_key = '{change}' WHERE id = {id}"));
        jonas.get(&app, LIST).await.redirects_to(SIGNED_OUT);
        assert_eq!(app.count(&format!("sessions WHERE user_id = {id}")), 1, "the row is there and helps nobody");
    }
}

#[apply(both_databases!)]
async fn a_user_who_is_made_an_admin_signs_in_again_everywhere(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_user("Jonas", "Vermeulen");
    let (mut here, mut there) = (app.signed_in("jonas.vermeulen@example.com").await, app.signed_in("jonas.vermeulen@example.com").await);
    add_member(&app, &mut maya, ADMINS, id).await.redirects_to(ADMINS);
    here.get(&app, LIST).await.redirects_to(SIGNED_OUT);
    there.get(&app, LIST).await.redirects_to(SIGNED_OUT);
    assert_eq!(app.count(&format!("sessions WHERE user_id = {id}")), 0);
    maya.get(&app, LIST).await.is(200);
    let said = app.mails().await.into_iter().find(|mail| mail.to.as_str().starts_with("jonas")).unwrap().rendered.text;
    assert!(said.contains("You are signed out everywhere. Sign in again to use the role."), "{said}");
}

#[apply(both_databases!)]
async fn a_role_taken_away_is_gone_at_the_next_click_with_every_session(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_admin("Lena", "Novak");
    let (mut lena, mut there) = (app.signed_in("lena.novak@example.com").await, app.signed_in("lena.novak@example.com").await);
    let page = lena.get(&app, "/users-and-groups/new-group").await;
    confirm(&app, &mut maya, &format!("{ADMINS}/members/{id}/remove")).await.redirects_to(ADMINS);
    lena.send(&app, &page, "/users-and-groups/new-group", &[("name", "Research")])
        .await
        .redirects_to("/sign-in?next=%2Fusers-and-groups%2Fnew-group&unsent=true");
    there.get(&app, LIST).await.redirects_to(SIGNED_OUT);
    assert_eq!(app.count("user_groups WHERE kind = 'custom'"), 0);
    app.signed_in("lena.novak@example.com").await.get(&app, LIST).await.is(200).sees_no("Create");
    let said = app.mails().await.pop().unwrap().rendered.text;
    assert!(said.contains("You are signed out everywhere. Sign in again to continue"), "{said}");
}

#[apply(both_databases!)]
async fn who_leaves_admins_keeps_the_session_it_was_done_in_and_no_other(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.create_admin("Lena", "Novak");
    app.mails().await;
    let mut lena = app.signed_in("lena.novak@example.com").await;
    let mut elsewhere = app.signed_in("maya.fischer@example.com").await;
    let own = app.id_of("maya.fischer@example.com");
    confirm(&app, &mut maya, &format!("{ADMINS}/members/{own}/remove")).await.redirects_to(LIST);
    elsewhere.get(&app, LIST).await.redirects_to(SIGNED_OUT);
    maya.get(&app, LIST).await.is(200).sees_no("Create");
    lena.get(&app, LIST).await.is(200);
}

#[apply(both_databases!)]
async fn links_to_choose_a_password_die_with_a_change_of_role(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let (jonas, own) = (app.create_user("Jonas", "Vermeulen"), app.id_of("maya.fischer@example.com"));
    let reset = reset_link(&app, jonas);
    add_member(&app, &mut maya, ADMINS, jonas).await.is(303);
    assert_eq!(end_of(&app, &reset), Some(TokenEnd::Revoked), "appointed");
    let reset = reset_link(&app, jonas);
    confirm(&app, &mut maya, &format!("{ADMINS}/members/{jonas}/remove")).await.is(303);
    assert_eq!(end_of(&app, &reset), Some(TokenEnd::Revoked), "removed");
    app.create_admin("Lena", "Novak");
    let reset = reset_link(&app, own);
    confirm(&app, &mut maya, &format!("{ADMINS}/members/{own}/remove")).await.is(303);
    assert_eq!(end_of(&app, &reset), Some(TokenEnd::Revoked), "left");
    app.mails().await;
}

#[apply(both_databases!)]
async fn of_two_who_sign_each_other_out_neither_waits_for_the_other_in_vain(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (maya, ada) = (app.id_of("maya.fischer@example.com"), app.create_admin("Ada", "Adler"));
    let (ctx, askers) = (&app.ctx, [(app.session_of(maya), ada), (app.session_of(ada), maya)]);
    let sign_out = |(by, other)| users::profile::end_sessions(ctx, &Submission::from(by).saying(|_| "done".to_owned()), other);
    let outcomes = at_once(askers, sign_out);
    assert!(outcomes.iter().any(Result::is_ok), "{outcomes:?}");
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(ActionError::SignedOut))), "{outcomes:?}");
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_custom_group_changes_no_session_and_no_link(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_user("Jonas", "Vermeulen");
    let mut jonas = app.signed_in("jonas.vermeulen@example.com").await;
    let reset = reset_link(&app, id);
    let group = create_group(&mut maya, &app, "Research").await.header("location").to_owned();
    add_member(&app, &mut maya, &group, id).await.is(303);
    confirm(&app, &mut maya, &format!("{group}/members/{id}/remove")).await.is(303);
    jonas.get(&app, LIST).await.is(200);
    assert_eq!(end_of(&app, &reset), None);
}

#[apply(both_databases!)]
async fn when_sessions_cannot_be_read_nobody_gets_in(db: Db) {
    for table in ["sessions", "company"] {
        let (app, mut maya) = TestApp::with_admin(db).await;
        let page = maya.get(&app, "/users-and-groups/new-group").await;
        let deeds = app.deeds();
        app.execute(&format!("ALTER TABLE {table} RENAME TO gone"));
        for path in ["/", LIST, "/sign-in", "/users-and-groups/groups/1"] {
            maya.get(&app, path).await.is(503).sees("Usher is not available right now");
        }
        maya.send(&app, &page, "/users-and-groups/new-group", &[("name", "Research")]).await.is(503);
        maya.send(&app, &page, "/sign-out", &[]).await.is(503);
        assert_eq!(app.deeds(), deeds);
        assert_eq!(app.count("user_groups WHERE kind = 'custom'"), 0);
    }
}

#[apply(both_databases!)]
async fn when_attempts_cannot_be_counted_nobody_signs_in(db: Db) {
    for table in ["throttles", "known_browsers", "sessions"] {
        let (app, _) = TestApp::with_admin(db).await;
        let mut stranger = app.browser();
        let page = stranger.get(&app, "/sign-in").await;
        app.execute(&format!("ALTER TABLE {table} RENAME TO gone"));
        let entered = [("email", "maya.fischer@example.com"), ("password", PASSWORD)];
        let refused = stranger.send(&app, &page, "/sign-in", &entered).await;
        assert!(refused.status.is_server_error(), "{table}: {}", refused.status);
        assert_eq!(stranger.cookie("usher"), None);
    }
}
