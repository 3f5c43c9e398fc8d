//! The test mail.

use chrono::TimeDelta;

use super::*;
use crate::helpers::Setting;

const SEND: &str = "/settings/test-mail";

#[apply(both_databases!)]
async fn a_test_mail_goes_to_the_signed_in_admin_and_its_fate_is_told(db: Db) {
    let process = &[("USHER_SMTP_URL", "smtps://user:hidden@mail.example.com")];
    let (app, mut maya) = TestApp::with_admin_and(db, Setting { process, ..Setting::default() }).await;
    maya.get(&app, SETTINGS).await.sees("To maya.fischer@example.com").sees_no("Last test mail");
    maya.press(&app, SETTINGS, SEND).await.redirects_to(SETTINGS);
    maya.get(&app, SETTINGS)
        .await
        .sees("Test mail to maya.fischer@example.com is on its way.")
        .sees("Last test mailQueued")
        .sees("Waiting1 mail");
    assert_eq!(app.deeds().last().unwrap(), "mail.test_sent Maya Fischer");
    let mail = app.mail().await;
    assert_eq!((mail.to.as_str(), &*mail.rendered.subject), ("maya.fischer@example.com", "Test mail from Usher"));
    assert!(mail.rendered.text.contains("through mail.example.com, port 465"), "{}", mail.rendered.text);
    maya.get(&app, SETTINGS).await.sees("Last test mailHanded to the mail server").sees("250 Taken").sees_no("Waiting1 mail");
}

#[apply(both_databases!)]
async fn without_a_mail_server_the_test_mail_is_saved_as_a_file(db: Db) {
    let (app, mut maya) = TestApp::with_admin_and(db, Setting { sends_mail: false, ..Setting::default() }).await;
    maya.press(&app, SETTINGS, SEND).await.redirects_to(SETTINGS);
    maya.get(&app, SETTINGS).await.sees("Test mail saved as a file (no mail server).").sees("Saved as files");
    app.mail().await;
}

#[apply(both_databases!)]
async fn several_test_mails_in_a_row_have_to_wait(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for _ in 0..3 {
        maya.press(&app, SETTINGS, SEND).await.redirects_to(SETTINGS);
        maya.get(&app, SETTINGS).await.sees("is on its way");
    }
    maya.press(&app, SETTINGS, SEND).await.redirects_to(SETTINGS);
    maya.get(&app, SETTINGS).await.sees("Wait 1 minute before the next one.");
    assert_eq!(app.mails().await.len(), 3);
    app.advance(TimeDelta::minutes(1));
    maya.press(&app, SETTINGS, SEND).await.redirects_to(SETTINGS);
    app.mail().await;
}

#[apply(both_databases!)]
async fn a_button_pressed_twice_sends_one_mail(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.get(&app, SETTINGS).await;
    maya.send(&app, &page, SEND, &[]).await.redirects_to(SETTINGS);
    maya.send(&app, &page, SEND, &[]).await.is(409).sees("This was sent twice");
    app.mail().await;
}

#[apply(both_databases!)]
async fn a_failed_test_mail_is_told_with_the_answer_of_the_server(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.press(&app, SETTINGS, SEND).await.is(303);
    app.execute("UPDATE outbox SET state = 'failed', reply = '550 <no> such user', done_at = created_at");
    maya.get(&app, SETTINGS).await.sees("Last test mailFailed").sees("550 <no> such user").sees("Failed1 mail");
}
