//! Settings of the process, which are shown and hold no secret.

use super::*;
use crate::helpers::Setting;

#[apply(both_databases!)]
async fn settings_of_the_process_are_shown_without_secrets(db: Db) {
    let process = &[
        ("USHER_SMTP_URL", "smtps://mailuser:s3cr3t@mail.example.com"),
        ("USHER_MAIL_FROM", "Northwind <usher@example.com>"),
        ("USHER_DATABASE_URL", "postgres://dbuser:s3cr3t@db.example.com/usher"),
        ("USHER_PUBLIC_URL", "https://usher.example.com"),
        ("USHER_TRUSTED_PROXIES", "10.0.0.7"),
        ("USHER_SECRET_KEY_FILE", "/etc/usher/s3cr3t.key"),
        ("USHER_LOG", "warn"),
    ];
    let (app, mut maya) = TestApp::with_admin_and(db, Setting { process, ..Setting::default() }).await;
    let page = maya.get(&app, SETTINGS).await;
    for shown in [
        "smtps://***@mail.example.com",
        "Northwind <usher@example.com>",
        "postgres://***@db.example.com/usher",
        "https://usher.example.com",
        "10.0.0.7",
        "warn USHER_LOG",
        "127.0.0.1:8080 USHER_LISTEN, default",
        "./usher-data USHER_DATA_DIR, default",
    ] {
        page.sees(shown);
    }
    for secret in ["s3cr3t", "mailuser", "dbuser"] {
        assert!(!page.body.contains(secret), "{secret}");
    }
    assert!(form(&page).iter().all(|(name, _)| !name.contains("usher") && !name.contains("url")));
}

#[apply(both_databases!)]
async fn a_mail_server_that_refuses_is_told(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.get(&app, SETTINGS).await.sees("Set up").sees_no("Refused");
    maya.press(&app, SETTINGS, "/settings/test-mail").await.is(303);
    app.execute("UPDATE outbox SET state = 'retrying', trouble = 'server', reply = '421 try later'");
    maya.get(&app, SETTINGS).await.sees("Refused421 try later");
}
