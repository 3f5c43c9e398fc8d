//! What goes with time.

use chrono::TimeDelta;
use usher::usecases::{housekeeping, users};

use crate::helpers::{PASSWORD, TestApp};

on_both! {
    async fn somebody_deleted_is_gone_for_good_after_their_time(db: Db) {
        let (app, _maya) = TestApp::with_admin(db).await;
        let id = app.create_user("Jonas", "Vermeulen");
        users::delete(&app.ctx, &app.caller(app.id_of("maya.fischer@example.com")), id).unwrap();
        app.mail().await;
        let kept = |app: &TestApp| {
            housekeeping::sweep(&app.ctx).unwrap();
            app.count("users WHERE deleted_at IS NOT NULL")
        };
        app.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
        assert_eq!(kept(&app), 1);
        app.advance(TimeDelta::seconds(1));
        assert_eq!(kept(&app), 0);
    }

    async fn an_office_behind_one_network_address_signs_in_without_waiting(db: Db) {
        let app = TestApp::empty(db).await;
        for number in 0..25 {
            let last_name = char::from(b'A' + number).to_string();
            app.create_user("Colleague", &last_name);
            app.browser().sign_in(&app, &format!("colleague.{last_name}@example.com"), PASSWORD).await.redirects_to("/");
        }
    }
}
