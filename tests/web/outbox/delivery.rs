//! Delivery of mails: retried, refused, taken over from a dead process, and never sent to users they are no longer for.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use usher::{
    domain::{
        portfolio::PortfolioDetails,
        sender::Sender,
        text::{Notes, PortfolioName},
    },
    mail::{Outgoing, SendError, Transport},
    store::outbox::{self, MailRow, MailState},
    usecases::{
        EntryPoint, accounts,
        credentials::password_reset,
        outbox::delivery::{self, Delivered},
        portfolios, users,
    },
};

use crate::{
    helpers::{Page, Setting, TestApp},
    shared::steps::{Contents, add_member, confirm, press, row, user_path},
};

/// The latest mail.
fn fate(app: &TestApp) -> MailRow {
    app.store().read(|db| outbox::latest(db, 1)).unwrap().remove(0)
}

/// Mails by address, in one line. Asserts that no address got two.
fn told(mails: Vec<Outgoing>) -> BTreeMap<String, String> {
    let count = mails.len();
    let in_one_line = |mail: Outgoing| (mail.to.to_string(), mail.rendered.text.split_whitespace().collect::<Vec<_>>().join(" "));
    let told = mails.into_iter().map(in_one_line).collect::<BTreeMap<_, _>>();
    assert_eq!(told.len(), count, "{told:?}");
    told
}

#[apply(both_databases!)]
async fn an_invitation_that_waited_until_it_ran_out_is_not_mailed(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.redirects_to("/users-and-groups");
    app.advance(chrono::TimeDelta::hours(24));
    assert!(app.mails().await.is_empty());
    let fate = app.store().read(|db| usher::store::outbox::latest(db, 1)).unwrap().remove(0);
    assert_eq!(fate.state, usher::store::outbox::MailState::Cancelled);
}

#[apply(both_databases!)]
async fn a_mail_server_that_is_down_gets_the_mail_later_and_once(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.redirects_to("/users-and-groups");
    app.mailbox().fail_next(SendError::temporary("450 4.2.0 Later"));
    assert!(app.mails().await.is_empty());
    let MailRow { state, attempts, reply, next_attempt_at, .. } = fate(&app);
    assert_eq!((state, attempts, reply.as_deref()), (MailState::Retrying, 1, Some("450 4.2.0 Later")));
    let wait = next_attempt_at - app.now();
    assert!(wait >= TimeDelta::minutes(1) && wait <= TimeDelta::seconds(72), "{wait}");
    app.advance(TimeDelta::seconds(59));
    assert!(app.mails().await.is_empty());
    app.advance(TimeDelta::seconds(13));
    assert_eq!(app.mail().await.to.as_str(), "noor@example.com");
    assert_eq!((fate(&app).state, fate(&app).attempts), (MailState::HandedOver, 2));
    app.advance(TimeDelta::days(3));
    assert!(app.mails().await.is_empty());
}

#[apply(both_databases!)]
async fn the_waits_grow_until_the_mail_has_failed_after_two_days(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let jonas = app.create_user("Jonas", "Vermeulen");
    maya.press(&app, "/users-and-groups", &format!("/users-and-groups/users/{jonas}/block")).await.is(303);
    let (start, mut waits) = (app.now(), Vec::new());
    for _ in 0..11 {
        app.mailbox().fail_next(SendError::temporary("450 Later"));
        assert!(app.mails().await.is_empty());
        let mail = fate(&app);
        if mail.state == MailState::Failed {
            break;
        }
        waits.push((mail.next_attempt_at - app.now()).num_minutes());
        app.advance(mail.next_attempt_at - app.now());
    }
    assert!(waits.len() == 10 && waits.is_sorted_by(|one, next| one < next), "{waits:?}");
    let days = app.now() - start;
    assert!(days > TimeDelta::hours(46) && days < TimeDelta::hours(58), "{days}");
    assert_eq!((fate(&app).state, app.deeds().last().unwrap().as_str()), (MailState::Failed, "mail.failed jonas.vermeulen@example.com"));
}

#[apply(both_databases!)]
async fn a_refused_recipient_fails_at_once_and_the_others_get_their_mail(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for email in ["nobody@example.com", "noor@example.com"] {
        maya.fill(&app, "/users-and-groups/new-user", &[("email", email)]).await.is(303);
    }
    app.mailbox().fail_next(SendError::permanent("550 5.1.1 No such user"));
    assert_eq!(app.mail().await.to.as_str(), "noor@example.com");
    let failed = app.store().read(|db| outbox::latest(db, 2)).unwrap().remove(1);
    assert_eq!(
        (failed.recipient.as_str(), failed.state, failed.reply.as_deref()),
        ("nobody@example.com", MailState::Failed, Some("550 5.1.1 No such user"))
    );
    let audit = app.audit();
    let entry = audit.last().unwrap();
    assert_eq!((entry.action.as_str(), &*entry.subject_name, entry.actor_id), ("mail.failed", "nobody@example.com", None));
    assert_eq!(entry.details, r#"{"attempts":1,"reply":"550 5.1.1 No such user","version":1}"#);
    app.advance(TimeDelta::days(3));
    assert!(app.mails().await.is_empty());
}

#[apply(both_databases!)]
async fn a_failed_mail_keeps_no_link_and_resending_gives_another(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.is(303);
    app.mailbox().fail_next(SendError::permanent("550 No"));
    assert!(app.mails().await.is_empty());
    assert!(!Contents::of(&app).has(b"/invitation/"));
    press(&app, &mut maya, app.id_of("noor@example.com"), "resend").await.is(303);
    app.browser().get(&app, &app.link_in_mail().await).await.is(200);
}

#[apply(both_databases!)]
async fn a_mail_whose_sender_died_is_sent_by_another_when_the_lease_ends(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.is(303);
    let claimed = app.store().write_transaction(|tx| outbox::claim(tx, app.now(), app.now() + TimeDelta::minutes(5))).unwrap().unwrap();
    assert!(app.mails().await.is_empty());
    app.advance(TimeDelta::minutes(5) - TimeDelta::seconds(1));
    assert!(app.mails().await.is_empty());
    app.advance(TimeDelta::seconds(1));
    assert_eq!(app.mail().await.message_id, claimed.message_id);
}

#[apply(both_databases!)]
async fn of_four_workers_one_claims_a_mail(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.is(303);
    let (store, now) = (app.store(), app.now());
    let claims = crate::shared::steps::at_once([(); 4], |()| {
        store.write_transaction(|tx| outbox::claim(tx, now, now + TimeDelta::minutes(5))).unwrap()
    });
    assert_eq!(claims.iter().flatten().count(), 1);
}

#[apply(both_databases!)]
async fn a_mail_that_waits_for_its_next_attempt_is_not_sent_once_it_is_revoked(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.is(303);
    app.mailbox().fail_next(SendError::temporary("450 Later"));
    assert!(app.mails().await.is_empty());
    confirm(&app, &mut maya, &user_path(app.id_of("noor@example.com"), "revoke")).await.is(303);
    assert_eq!(fate(&app).state, MailState::Cancelled);
    app.advance(TimeDelta::days(3));
    assert!(app.mails().await.is_empty());
}

#[apply(both_databases!)]
async fn a_mail_revoked_while_the_server_has_it_stays_cancelled(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.is(303);
    let mail = app.store().write_transaction(|tx| outbox::claim(tx, app.now(), app.now() + TimeDelta::minutes(5))).unwrap().unwrap();
    confirm(&app, &mut maya, &user_path(app.id_of("noor@example.com"), "revoke")).await.is(303);
    let retry = outbox::DeliveryOutcome::Retry { reply: "450 Later", at: app.now() };
    assert!(!app.store().write_transaction(|tx| outbox::settle(tx, mail.id, &retry, app.now())).unwrap());
    assert!(app.mails().await.is_empty());
}

#[apply(both_databases!)]
async fn a_file_leaves_only_the_link_of_an_invitation_in_the_database(db: Db) {
    let (app, mut maya) = TestApp::with_admin_and(db, Setting { sends_mail: false, ..Setting::default() }).await;
    let hana = app.create_user("Hana", "Novotna");
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.is(303);
    password_reset::send(&app.ctx, &app.caller(app.id_of("maya.fischer@example.com")), hana).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (transport, from) = (Transport::folder(folder.path()), Sender::parse("usher@localhost").unwrap());
    while delivery::deliver_next(&app.ctx, &transport, &from).await.unwrap() == Delivered::One {}
    assert_eq!(app.count("outbox WHERE sealed IS NOT NULL"), 1);
    assert_eq!(app.count("outbox WHERE sealed IS NOT NULL AND kind = 'invitation'"), 1);
}

#[apply(both_databases!)]
async fn a_mail_server_that_is_down_changes_no_answer(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.mailbox().fail_next(SendError::permanent("550 No"));
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.redirects_to("/users-and-groups");
    assert!(app.mails().await.is_empty());
    maya.get(&app, "/users-and-groups").await.sees("Invitation sent to noor@example.com.");
}

#[apply(both_databases!)]
async fn an_admin_sees_in_the_list_that_the_mail_of_an_invitation_is_tried_again_and_why(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.is(303);
    let mail = |page: &Page| row(page, "noor@example.com").contains("Mail");
    assert!(!mail(&maya.get(&app, "/users-and-groups").await), "queued");
    app.mailbox().fail_next(SendError::temporary("450 4.2.0 <Later>"));
    assert!(app.mails().await.is_empty());
    let list = maya.get(&app, "/users-and-groups").await;
    let again = fate(&app).next_attempt_at.format("%H:%M");
    assert!(
        row(&list, "noor@example.com").contains(&format!("Mail retrying Next attempt Today, {again}: 450 4.2.0 <Later>")),
        "{}",
        list.text()
    );
    app.advance(TimeDelta::minutes(2));
    app.link_in_mail().await;
    assert!(!mail(&maya.get(&app, "/users-and-groups").await), "handed to the mail server");
}

#[apply(both_databases!)]
async fn an_admin_sees_in_the_list_that_the_mail_of_an_invitation_failed_until_it_is_sent_again(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for email in ["nobody@example.com", "noor@example.com"] {
        maya.fill(&app, "/users-and-groups/new-user", &[("email", email)]).await.is(303);
    }
    app.mailbox().fail_next(SendError::permanent("550 5.1.1 No such user"));
    app.link_in_mail().await;
    let failed = "Mail failed Today, 09:20: 550 5.1.1 No such user";
    let list = maya.get(&app, "/users-and-groups").await;
    assert!(row(&list, "nobody@example.com").contains(failed), "{}", list.text());
    assert!(!row(&list, "noor@example.com").contains("Mail"), "{}", list.text());
    app.advance(TimeDelta::hours(24));
    let mut maya = app.signed_in("maya.fischer@example.com").await;
    let list = maya.get(&app, "/users-and-groups?q=nobody").await;
    assert!(row(&list, "nobody@example.com").contains("Mail failed Yesterday, 09:20: 550 5.1.1 No such user Expired"), "{}", list.text());
    press(&app, &mut maya, app.id_of("nobody@example.com"), "resend").await.is(303);
    maya.get(&app, "/users-and-groups").await.sees_no("Mail failed");
    app.link_in_mail().await;
}

#[apply(both_databases!)]
async fn an_invitation_that_ran_out_before_its_mail_was_taken_says_so(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.is(303);
    app.advance(TimeDelta::hours(24));
    assert!(app.mails().await.is_empty());
    let list = app.signed_in("maya.fischer@example.com").await.get(&app, "/users-and-groups").await;
    assert!(
        row(&list, "noor@example.com").contains("Mail failed Today, 09:20: The link expired before the mail could be sent"),
        "{}",
        list.text()
    );
}

#[apply(both_databases!)]
async fn nobody_but_admins_sees_what_became_of_mails(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.create_user("Jonas", "Vermeulen");
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.is(303);
    app.mailbox().fail_next(SendError::permanent("550 No"));
    assert!(app.mails().await.is_empty());
    let mut jonas = app.signed_in("jonas.vermeulen@example.com").await;
    jonas.get(&app, "/users-and-groups").await.sees_no("Mail failed").sees_no("550 No");
}

#[apply(both_databases!)]
async fn users_whom_a_portfolio_s_status_concerns_get_one_mail_and_a_user_no_portfolio_s_name(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let nordic = app.create_portfolio("Nordic Brands");
    let accounts = ["Fjord Foods", "Aalto Eyewear"].map(|name| app.create_account(nordic, name));
    let hana = app.create_portfolio_admin("Hana", "Novotna", &[nordic]).await;
    let (jonas, lena, ada) = (app.create_user("Jonas", "Vermeulen"), app.create_user("Lena", "Novak"), app.create_admin("Ada", "Other"));
    for (user, account) in [(jonas, accounts[0]), (jonas, accounts[1]), (hana, accounts[0]), (lena, accounts[0]), (ada, accounts[0])] {
        app.assign(user, account).await;
    }
    users::lifecycle::block(&app.ctx, &app.caller(ada), EntryPoint::UsersAndGroups, lena).unwrap();
    app.mails().await;
    for (deactivates, what) in [(true, "Temporarily unavailable"), (false, "Available again")] {
        let change = if deactivates { portfolios::deactivate } else { portfolios::reactivate };
        change(&app.ctx, &app.caller(ada), nordic).unwrap();
        let told = told(app.mails().await);
        assert_eq!(told.keys().collect::<Vec<_>>(), ["hana.novotna@example.com", "jonas.vermeulen@example.com"]);
        assert!(told["hana.novotna@example.com"].contains(&format!("{what}: Nordic Brands")), "{told:?}");
        assert!(told["jonas.vermeulen@example.com"].contains(&format!("{what}: Aalto Eyewear, Fjord Foods")), "{told:?}");
        assert!(!told["jonas.vermeulen@example.com"].contains("Nordic"), "{told:?}");
    }
}

#[apply(both_databases!)]
async fn a_user_who_loses_or_gets_an_account_by_its_move_is_told(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let [nordic, south, asleep] = ["Nordic Brands", "South", "Asleep"].map(|name| app.create_portfolio(name));
    let fjord = app.create_account(nordic, "Fjord Foods");
    let jonas = app.create_user("Jonas", "Vermeulen");
    app.assign(jonas, fjord).await;
    app.create_portfolio_admin("Hana", "Novotna", &[nordic]).await;
    app.create_portfolio_admin("Nadia", "Petrova", &[south]).await;
    app.create_portfolio_admin("Both", "Sides", &[nordic, south]).await;
    let maya = app.session_of(app.id_of("maya.fischer@example.com"));
    accounts::move_to(&app.ctx, &maya.clone().into(), fjord, south).unwrap();
    let moved = told(app.mails().await);
    assert_eq!(moved.keys().collect::<Vec<_>>(), ["hana.novotna@example.com", "nadia.petrova@example.com"]);
    assert!(moved["hana.novotna@example.com"].contains("Access removed: Fjord Foods"), "{moved:?}");
    assert!(moved["nadia.petrova@example.com"].contains("New: Fjord Foods"), "{moved:?}");
    portfolios::deactivate(&app.ctx, &maya.clone().into(), asleep).unwrap();
    app.mails().await;
    // The target portfolio gives access to no user.
    assert!(accounts::move_to(&app.ctx, &maya.clone().into(), fjord, asleep).is_err());
    assert!(app.mails().await.is_empty());
}

#[apply(both_databases!)]
async fn a_user_who_gets_a_portfolio_that_is_made_with_accounts_of_theirs_is_told_once(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let nordic = app.create_portfolio("Nordic Brands");
    let fjord = app.create_account(nordic, "Fjord Foods");
    let hana = app.create_portfolio_admin("Hana", "Novotna", &[nordic]).await;
    let details = PortfolioDetails { name: PortfolioName::parse("South").unwrap(), notes: Notes::default() };
    portfolios::create(&app.ctx, &app.caller(app.id_of("maya.fischer@example.com")), &details, &[fjord], &[hana]).unwrap();
    let told = told(app.mails().await);
    assert!(told["hana.novotna@example.com"].contains("New: South") && !told["hana.novotna@example.com"].contains("Fjord"), "{told:?}");
}

#[apply(both_databases!)]
async fn a_user_who_is_changed_by_another_user_is_told_and_nobody_for_oneself(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let jonas = app.create_user("Jonas", "Vermeulen");
    let told = |mails: Vec<usher::mail::Outgoing>| {
        mails
            .into_iter()
            .filter(|mail| mail.to.as_str() == "jonas.vermeulen@example.com")
            .map(|mail| mail.rendered.subject)
            .collect::<Vec<_>>()
    };
    add_member(&app, &mut maya, "/users-and-groups/groups/1", jonas).await.is(303);
    assert_eq!(told(app.mails().await), ["You are now an Admin of Northwind Trading"]);
    confirm(&app, &mut maya, &format!("/users-and-groups/groups/1/members/{jonas}/remove")).await.is(303);
    assert_eq!(told(app.mails().await), ["You are no longer an Admin of Northwind Trading"]);
    press(&app, &mut maya, jonas, "block").await.is(303);
    assert_eq!(told(app.mails().await), ["Your access to Northwind Trading is blocked"]);
    press(&app, &mut maya, jonas, "activate").await.is(303);
    assert_eq!(told(app.mails().await), ["Your access to Northwind Trading is restored"]);
    confirm(&app, &mut maya, &user_path(jonas, "delete")).await.is(303);
    assert_eq!(told(app.mails().await).len(), 1);
    maya.press(&app, "/users-and-groups/deleted", &format!("/users-and-groups/deleted/{jonas}/restore")).await.is(303);
    assert_eq!(told(app.mails().await), ["Your access to Northwind Trading is restored"]);
}
