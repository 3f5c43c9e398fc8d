//! Mails claimed with a lease.

use usher::store::outbox;

use super::*;

#[apply(both_databases!)]
fn a_mail_is_claimed_by_one_process_until_its_lease_ends(store: TestStore) {
    let new = outbox::NewMail {
        message_id: "<1@usher>".to_owned(),
        kind: "test",
        user: None,
        token: None,
        recipient: "m@example.com",
        sealed: b"sealed".to_vec(),
        now: now(),
    };
    store.write_transaction(|tx| outbox::insert(tx, std::slice::from_ref(&new))).unwrap();
    let claim = |at| store.write_transaction(|tx| outbox::claim(tx, at, at + TimeDelta::minutes(1))).unwrap();
    let mail = claim(now()).unwrap();
    assert!(claim(now()).is_none());
    assert_eq!(claim(now() + TimeDelta::minutes(1)).map(|again| again.id), Some(mail.id));
    store.write_transaction(|tx| outbox::settle(tx, mail.id, &outbox::DeliveryOutcome::HandedOver { reply: "250 OK" }, now())).unwrap();
    assert!(claim(now() + TimeDelta::hours(1)).is_none());
    let fate = store.read(|db| outbox::latest(db, 1)).unwrap().remove(0);
    assert_eq!((fate.state, fate.reply.as_deref(), fate.attempts), (outbox::MailState::HandedOver, Some("250 OK"), 2));
}

#[apply(both_databases!)]
fn a_mail_with_a_link_does_not_wait_behind_those_that_tell_of_changes(store: TestStore) {
    let new = |id: &str, token| outbox::NewMail {
        message_id: id.to_owned(),
        kind: "test",
        user: None,
        token,
        recipient: "m@example.com",
        sealed: b"sealed".to_vec(),
        now: now(),
    };
    let link = store
        .write_transaction(|tx| {
            let token = tokens::insert(
                tx,
                &tokens::NewToken {
                    purpose: TokenPurpose::PasswordReset,
                    hash: Token::new(&SystemRandom).hash(),
                    user: None,
                    email: None,
                    asked_by: None,
                    expires_at: now() + TimeDelta::hours(1),
                    now: now(),
                },
            )?;
            outbox::insert(tx, &[new("<1@usher>", None), new("<2@usher>", None), new("<3@usher>", Some(token))])?;
            Ok::<_, StoreError>(outbox::claim(tx, now(), now() + TimeDelta::minutes(1))?.unwrap())
        })
        .unwrap();
    assert_eq!(link.message_id, "<3@usher>");
}
