//! Removal of expired rows.

use chrono::TimeDelta;
use usher::usecases::outbox::housekeeping;

use crate::helpers::{PASSWORD, TestApp};

#[apply(both_databases!)]
async fn a_deleted_user_is_gone_for_good_after_their_time(db: Db) {
    let (app, _maya) = TestApp::with_admin(db).await;
    let id = app.create_user("Jonas", "Vermeulen");
    app.delete_user(id);
    app.mail().await;
    let kept = |app: &TestApp| {
        housekeeping::sweep(&app.ctx).unwrap();
        app.count("user_rows WHERE deleted_at IS NOT NULL")
    };
    app.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
    assert_eq!(kept(&app), 1);
    app.advance(TimeDelta::seconds(1));
    assert_eq!(kept(&app), 0);
    assert_eq!(app.deeds().last().unwrap(), "user.purged Jonas Vermeulen");
    assert_eq!(app.audit().last().unwrap().actor_name, "Usher");
}

#[apply(both_databases!)]
async fn counts_of_attempts_are_brought_down_to_their_bound_in_short_transactions(db: Db) {
    let app = TestApp::empty(db).await;
    for (excess, chunks) in [(250, 2), (500, 3)] {
        app.execute("DELETE FROM throttles");
        app.execute(&format!(
            "WITH RECURSIVE places (place) AS (SELECT 1 UNION ALL SELECT place + 1 FROM places WHERE place < {})
                 INSERT INTO throttles (scope, key, failed_attempts, last_at, blocked_until)
                 SELECT 'reset_account', 'address ' || place, 1 + place % 2, '{now}', '{now}' FROM places",
            100_000 + excess,
            now = app.now(),
        ));
        let before = app.store().metrics().writes.count();
        housekeeping::bound_attempts(&app.ctx).unwrap();
        let writes = app.store().metrics().writes.count() - before;
        assert_eq!((app.count("throttles"), writes), (100_000, 1 + chunks));
        assert_eq!(app.count("throttles WHERE failed_attempts = 2"), 50_000 + excess / 2, "those with more attempts stay");
    }
}

#[apply(both_databases!)]
async fn an_office_behind_one_network_address_signs_in_without_waiting(db: Db) {
    let app = TestApp::empty(db).await;
    for number in 0..25 {
        let last_name = char::from(b'A' + number).to_string();
        app.create_user("Colleague", &last_name);
        app.browser().sign_in(&app, &format!("colleague.{last_name}@example.com"), PASSWORD).await.redirects_to("/");
    }
}
