//! Obstacles to mails: the mail server's, the recipient's, or another instance's key.

use chrono::TimeDelta;
use usher::{
    domain::{secret::SecretKey, sender::Sender},
    mail::Transport,
    store::outbox::MailState,
    usecases::{
        Context, EntryPoint, Principal, instance_key,
        outbox::delivery::{self, Delivered},
        users,
    },
};

use crate::{
    helpers::TestApp,
    outbox::mail_server::{MailServer, fates, invite, states},
    shared::steps::{confirm, user_path},
};

/// Delivers as an instance with another key.
async fn deliver_with_another_key(app: &TestApp) {
    let other = Context { key: SecretKey::new(&*app.ctx.random), ..app.ctx.clone() };
    let (transport, from) = (Transport::memory(app.mailbox().clone()), Sender::parse("usher@localhost").unwrap());
    while delivery::deliver_next(&other, &transport, &from).await.unwrap() == Delivered::One {}
}

#[apply(both_databases!)]
async fn a_recipient_that_a_policy_refuses_leaves_the_server_unsuspected_once_another_mail_is_taken(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for (number, (line, words)) in [
        ("RCPT TO:<noor", "550 5.7.1 Not allowed"),
        ("RCPT TO:<noor", "551 5.7.1 Not local"),
        ("RCPT TO:<noor", "554 Refused"),
        ("RCPT TO:<noor", "454 4.7.1 Relay access denied"),
    ]
    .into_iter()
    .enumerate()
    {
        let server = MailServer::start(Some((line, words)));
        invite(&app, &mut maya, &format!("noor{number}@example.com")).await;
        assert!(server.deliver(&app).await.is_empty());
        maya.get(&app, "/users-and-groups").await.sees(&format!("The mail server refuses Usher: “{words}”. 1 mail is waiting."));
        let other = format!("ruth{number}@example.com");
        invite(&app, &mut maya, &other).await;
        assert_eq!(server.deliver(&app).await, [other], "{words}");
        maya.get(&app, "/users-and-groups").await.sees_no("refuses Usher");
        let mail = fates(&app).remove(1);
        assert_eq!((mail.state, mail.attempts), (MailState::Retrying, 2), "it was tried again at once: {words}");
        let wait = mail.next_attempt_at - app.now();
        assert!(TimeDelta::minutes(1) <= wait && wait <= TimeDelta::seconds(72), "{words} {wait}");
        confirm(&app, &mut maya, &user_path(app.id_of(&format!("noor{number}@example.com")), "revoke")).await.is(303);
    }
}

#[apply(both_databases!)]
async fn a_policy_that_refuses_one_recipient_for_two_days_fails_that_mail_alone(db: Db) {
    let (app, _maya) = TestApp::with_admin(db).await;
    let server = MailServer::start(Some(("RCPT TO:<jonas", "550 5.7.1 Not allowed")));
    let admin = app.id_of("maya.fischer@example.com");
    for (name, taken) in [("Jonas", 0), ("Ruth", 1)] {
        let user = app.create_user(name, "Vermeulen");
        users::lifecycle::block(&app.ctx, &app.caller(admin), EntryPoint::UsersAndGroups, user).unwrap();
        assert_eq!(server.deliver(&app).await.len(), taken);
    }
    let start = app.now();
    while fates(&app)[1].state == MailState::Retrying {
        app.advance(fates(&app)[1].next_attempt_at - app.now());
        assert!(server.deliver(&app).await.is_empty());
        assert!(app.now() - start < TimeDelta::days(3));
    }
    assert_eq!((states(&app), fates(&app)[1].attempts), (vec![MailState::HandedOver, MailState::Failed], 12));
}

#[apply(both_databases!)]
async fn once_the_server_takes_a_mail_all_that_waited_for_it_are_due(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let server = MailServer::start(Some(("MAIL", "553 5.7.1 Not owned by user")));
    let waiting = ["noor@example.com", "piet@example.com", "ruth@example.com"];
    for email in waiting {
        invite(&app, &mut maya, email).await;
    }
    for _ in 0..3 {
        assert!(server.deliver(&app).await.is_empty());
        app.advance(fates(&app).into_iter().map(|mail| mail.next_attempt_at).max().unwrap() - app.now());
    }
    assert!(server.deliver(&app).await.is_empty());
    server.recovers();
    invite(&app, &mut maya, "zoe@example.com").await;
    let arrived = server.deliver(&app).await;
    assert_eq!((&*arrived[0], arrived.len()), ("zoe@example.com", 4), "{arrived:?}");
    maya.get(&app, "/users-and-groups").await.sees_no("refuses Usher");
}

#[apply(both_databases!)]
async fn a_mail_that_another_key_sealed_rests_ever_longer_and_is_sent_by_the_instance_that_has_it(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    invite(&app, &mut maya, "noor@example.com").await;
    deliver_with_another_key(&app).await;
    maya.get(&app, "/users-and-groups").await.sees("1 mail is waiting.").sees("another key");
    app.advance(TimeDelta::minutes(1));
    let mut rests = Vec::new();
    for _ in 0..8 {
        deliver_with_another_key(&app).await;
        assert_eq!((states(&app), fates(&app)[0].attempts), (vec![MailState::Queued], 0));
        assert_eq!(app.count("outbox WHERE leased_until IS NOT NULL OR sealed IS NULL"), 0);
        let rest = fates(&app)[0].next_attempt_at - app.now();
        rests.push(rest.num_minutes());
        app.advance(rest);
    }
    assert_eq!(rests, [1, 2, 4, 8, 16, 32, 60, 60]);
    let mut maya = app.signed_in("maya.fischer@example.com").await;
    app.browser().get(&app, &app.link_in_mail().await).await.is(200);
    maya.get(&app, "/users-and-groups").await.sees_no("another key");
}

#[apply(both_databases!)]
async fn a_mail_that_nobody_could_read_for_thirty_days_has_failed(db: Db) {
    let (app, _maya) = TestApp::with_admin(db).await;
    let jonas = app.create_user("Jonas", "Vermeulen");
    users::lifecycle::block(&app.ctx, &app.caller(app.id_of("maya.fischer@example.com")), EntryPoint::UsersAndGroups, jonas).unwrap();
    for (after, state) in [(TimeDelta::days(30) - TimeDelta::seconds(1), MailState::Queued), (TimeDelta::hours(1), MailState::Failed)] {
        app.advance(after);
        deliver_with_another_key(&app).await;
        assert_eq!(states(&app), [state]);
    }
    assert_eq!(app.deeds().pop().unwrap(), "mail.failed jonas.vermeulen@example.com");
    let mut maya = app.signed_in("maya.fischer@example.com").await;
    maya.get(&app, "/users-and-groups").await.sees("1 mail failed.").sees_no("another key");
}

#[apply(both_databases!)]
async fn an_instance_notices_that_the_database_was_begun_anew_with_another_key(db: Db) {
    let (app, _maya) = TestApp::with_admin(db).await;
    instance_key::claim(app.store(), &app.ctx.key).unwrap();
    assert!(!instance_key::is_replaced(&app.ctx).unwrap());
    let another = Context { key: SecretKey::new(&*app.ctx.random), ..app.ctx.clone() };
    instance_key::begin_anew(&another, &Principal::CommandLine { os_user: "root".to_owned() }).unwrap();
    assert!(instance_key::is_replaced(&app.ctx).unwrap());
}
