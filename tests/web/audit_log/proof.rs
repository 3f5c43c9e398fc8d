//! The page Proof, the nightly verification, and the mails of both.

use actix_web::test::TestRequest;
use chrono::TimeDelta;
use usher::{
    domain::{audit::hex, clock::Timestamp},
    store::audit,
    usecases::audit::verification::{self, verify_when_due},
};

use crate::{
    helpers::{Browser, Page, TestApp},
    settings,
};

const PROOF: &str = "/audit-log/proof";
const VERIFY: &str = "/audit-log/proof/verify";
const DAMAGE: &str = "UPDATE audit_entries SET subject_name = 'Mallory' WHERE sequence = 2";

impl TestApp {
    /// Makes an entry fit again that was damaged.
    fn mend(&self) {
        self.tamper("UPDATE audit_entries SET subject_name = 'Maya Fischer' WHERE sequence = 2");
    }

    async fn verify_when_due(&self) {
        verify_when_due(&self.ctx).await.unwrap();
    }

    /// Goes on to a minute after the next night's hour.
    fn next_night(&self) {
        let hour = (self.now() + TimeDelta::hours(21)).date().and_hms_opt(3, 1, 0).unwrap();
        self.advance(hour - self.now());
    }

    /// Begin of the last verification.
    fn verified_at(&self) -> Option<Timestamp> {
        verification::state(&self.ctx).unwrap().verified_at
    }

    /// Sequence and hash of the newest entry.
    fn head(&self) -> String {
        self.store().read(audit::newest).unwrap().unwrap().head.to_string()
    }

    async fn subjects(&self) -> Vec<String> {
        self.mails().await.into_iter().map(|mail| format!("{} to {}", mail.rendered.subject, mail.to.as_str())).collect()
    }
}

/// Posts a form that is on no page of the user.
async fn post(app: &TestApp, browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Page {
    let page = browser.get(app, "/users-and-groups").await;
    let sign_out = page.form("/sign-out");
    let token = sign_out.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    browser.post(app, path, &token.chain(fields.iter().copied()).collect::<Vec<_>>()).await
}

async fn turn_daily_mail(app: &TestApp, maya: &mut Browser, is_on: bool) {
    settings::save_daily_mail(app, maya, is_on).await.redirects_to("/settings");
}

#[apply(both_databases!)]
async fn an_admin_sees_the_newest_hash_and_how_to_verify_it(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.get(&app, PROOF).await;
    let head = app.head();
    page.is(200).sees("Not verified yet").sees(&format!("usher audit verify --head {head}")).sees(head.split(':').next_back().unwrap());
    assert!(page.body.contains("aria-current=\"page\">") && page.shows("Audit log"));
}

#[apply(both_databases!)]
async fn the_log_itself_shows_the_newest_hash_and_the_last_verification(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.get(&app, "/audit-log").await.sees("Not verified yet.").sees(app.head().split(':').next_back().unwrap());
    app.verify_when_due().await;
    let verified = app.head();
    maya.get(&app, "/audit-log").await.sees(&format!("entries up to {} are unchanged.", verified.split(':').next().unwrap()));
    app.execute("UPDATE audit_verification SET broken_at = 2");
    maya.get(&app, "/audit-log").await.sees("Entry 2 was changed or is missing.");
}

#[apply(both_databases!)]
async fn others_than_admins_have_no_proof(db: Db) {
    let (app, _maya) = TestApp::with_admin(db).await;
    app.create_user("Jonas", "Vermeulen");
    let mut jonas = app.signed_in("jonas.vermeulen@example.com").await;
    jonas.get(&app, PROOF).await.is(403);
    post(&app, &mut jonas, VERIFY, &[]).await.is(403);
}

#[apply(both_databases!)]
async fn the_log_is_verified_once_a_night_whatever_the_number_of_instances(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let other = app.another_instance().await;
    app.verify_when_due().await;
    let first = app.verified_at();
    assert_eq!(first, Some(app.now()));
    maya.get(&app, PROOF).await.sees("All 2 entries are in place and unchanged.");
    app.next_night();
    let night = app.now();
    other.verify_when_due().await;
    app.advance(TimeDelta::hours(2));
    app.verify_when_due().await;
    assert_eq!(app.verified_at(), Some(night));
}

#[apply(both_databases!)]
async fn a_verification_under_way_is_left_to_its_instance_until_the_lease_ends(db: Db) {
    let (app, _maya) = TestApp::with_admin(db).await;
    app.execute(&format!("UPDATE audit_verification SET leased_until = '{}'", app.now() + TimeDelta::minutes(5)));
    app.verify_when_due().await;
    assert_eq!(app.verified_at(), None);
    app.advance(TimeDelta::minutes(5));
    app.verify_when_due().await;
    assert_eq!(app.verified_at(), Some(app.now()));
}

#[apply(both_databases!)]
async fn a_requested_verification_is_done_at_once_and_audited(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.verify_when_due().await;
    app.advance(TimeDelta::minutes(10));
    maya.press(&app, PROOF, VERIFY).await.redirects_to(PROOF);
    let page = maya.get(&app, PROOF).await;
    page.sees("The verification starts within seconds.").sees("Verification requested 22 Nov 2026, 09:30 UTC.");
    assert!(!page.has_form(VERIFY));
    assert_eq!(app.deeds().last().unwrap(), "audit.verification_requested Northwind Trading");
    app.verify_when_due().await;
    assert_eq!(app.verified_at(), Some(app.now()));
    let page = maya.get(&app, PROOF).await;
    page.sees("All 3 entries are in place and unchanged.").sees_no("Verification requested");
    assert!(page.has_form(VERIFY));
}

#[apply(both_databases!)]
async fn a_verification_is_requested_once(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.get(&app, PROOF).await;
    maya.send(&app, &page, VERIFY, &[]).await.redirects_to(PROOF);
    maya.send(&app, &page, VERIFY, &[]).await.redirects_to(PROOF);
    maya.get(&app, PROOF).await.sees("No changes to save.");
    assert_eq!(app.deeds().iter().filter(|deed| deed.starts_with("audit.verification_requested")).count(), 1);
}

#[apply(both_databases!)]
async fn damage_is_shown_to_admins_and_mailed_to_each_of_them_once(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.create_admin("Ada", "Okafor");
    app.create_user("Jonas", "Vermeulen");
    app.mails().await;
    app.tamper(DAMAGE);
    app.verify_when_due().await;
    let damaged = |to| format!("The audit log of Northwind Trading is damaged to {to}");
    assert_eq!(app.subjects().await, [damaged("maya.fischer@example.com"), damaged("ada.okafor@example.com")]);
    let warning = "The audit log is damaged. Entry 2 was changed or is missing.";
    maya.get(&app, "/users-and-groups").await.sees(warning);
    maya.get(&app, PROOF).await.sees("Entry 2 was changed or is missing. Someone with access");
    app.signed_in("jonas.vermeulen@example.com").await.get(&app, "/users-and-groups").await.is(200).sees_no("damaged");
    assert!(app.deeds().contains(&"audit.damage_found Northwind Trading".to_owned()));
    for _ in 0..2 {
        app.next_night();
        app.verify_when_due().await;
    }
    assert_eq!(app.subjects().await, Vec::<String>::new());
    app.mend();
    app.next_night();
    app.verify_when_due().await;
    let mut maya = app.signed_in("maya.fischer@example.com").await;
    maya.get(&app, PROOF).await.sees("entries are in place and unchanged.").sees_no("damaged");
    app.tamper(DAMAGE);
    app.next_night();
    app.verify_when_due().await;
    assert_eq!(app.subjects().await.len(), 2);
    app.mend();
}

#[apply(both_databases!)]
async fn a_damaged_hash_time_or_actor_is_found_in_the_night(db: Db) {
    let (app, _maya) = TestApp::with_admin(db).await;
    let rows = app.audit();
    let hash = hex(&rows[0].hash);
    let flipped = hex(&[&[rows[0].hash[0] ^ 1], &rows[0].hash[1..]].concat());
    let binary = |hex: &str| if app.store().is_sqlite() { format!("x'{hex}'") } else { format!("decode('{hex}', 'hex')") };
    let at = |at: Timestamp| format!("'{}'", at.format("%Y-%m-%d %H:%M:%S%.6f"));
    for (column, damaged, right) in [
        ("hash", binary(&flipped), binary(&hash)),
        ("at", at(rows[0].at + TimeDelta::microseconds(1)), at(rows[0].at)),
        ("actor_name", "'rooT at the command line'".to_owned(), format!("'{}'", rows[0].actor_name)),
        ("details", format!("'{}'", rows[0].details.replace("maya", "mayb")), format!("'{}'", rows[0].details)),
    ] {
        app.tamper(&format!("UPDATE audit_entries SET {column} = {damaged} WHERE sequence = 1"));
        app.next_night();
        app.verify_when_due().await;
        assert_eq!(verification::state(&app.ctx).unwrap().broken_at, Some(1), "{column}");
        app.tamper(&format!("UPDATE audit_entries SET {column} = {right} WHERE sequence = 1"));
        app.next_night();
        app.verify_when_due().await;
        assert_eq!(verification::state(&app.ctx).unwrap().broken_at, None, "{column}");
    }
    app.mails().await;
}

#[apply(both_databases!)]
async fn the_night_finds_that_the_end_was_cut_off_since_the_last_one(db: Db) {
    let (app, _maya) = TestApp::with_admin(db).await;
    app.verify_when_due().await;
    app.tamper("DELETE FROM audit_entries WHERE sequence = 2");
    app.execute("UPDATE audit_head SET sequence = 1, hash = (SELECT hash FROM audit_entries WHERE sequence = 1)");
    app.next_night();
    app.verify_when_due().await;
    assert_eq!(verification::state(&app.ctx).unwrap().broken_at, Some(2));
    app.mails().await;
}

#[apply(both_databases!)]
async fn the_newest_hash_is_mailed_to_all_admins_once_a_day(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.create_admin("Ada", "Okafor");
    app.create_user("Jonas", "Vermeulen");
    app.mails().await;
    let other = app.another_instance().await;
    app.verify_when_due().await;
    turn_daily_mail(&app, &mut maya, true).await;
    app.verify_when_due().await;
    assert_eq!(app.subjects().await, Vec::<String>::new());
    for _ in 0..2 {
        app.next_night();
        app.verify_when_due().await;
        other.verify_when_due().await;
        let mails = app.mails().await;
        let to = mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>();
        assert_eq!(to, ["maya.fischer@example.com", "ada.okafor@example.com"]);
        for mail in mails {
            assert_eq!(mail.rendered.subject, "Newest audit log hash of Northwind Trading");
            assert!(mail.rendered.text.contains(&format!("\n{}\n", app.head())), "{}", mail.rendered.text);
        }
    }
    let mut maya = app.signed_in("maya.fischer@example.com").await;
    maya.press(&app, PROOF, VERIFY).await.redirects_to(PROOF);
    app.verify_when_due().await;
    assert_eq!(app.subjects().await, Vec::<String>::new());
    turn_daily_mail(&app, &mut maya, false).await;
    app.next_night();
    app.verify_when_due().await;
    assert_eq!(app.subjects().await, Vec::<String>::new());
}

#[apply(both_databases!)]
async fn the_proof_says_if_the_newest_hash_is_mailed_and_leads_to_the_setting(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.get(&app, PROOF).await;
    page.sees("Usher can mail the newest hash to all Admins every day. Change in Settings");
    assert!(page.has_link("/settings#daily_mail") && !page.has_form(PROOF));
    turn_daily_mail(&app, &mut maya, true).await;
    maya.get(&app, PROOF).await.sees("All Admins get the newest hash by mail every day. Change in Settings");
}

#[apply(both_databases!)]
async fn monitoring_learns_of_damage_and_of_the_last_verification(db: Db) {
    let (app, _maya) = TestApp::with_admin(db).await;
    app.tamper(DAMAGE);
    app.verify_when_due().await;
    let reading = app.monitoring(TestRequest::get().uri("/metrics")).await.body;
    assert!(reading.contains("usher_audit_log_damaged 1\n"), "{reading}");
    let verified = format!("usher_audit_log_verified_timestamp_seconds {}\n", app.now().and_utc().timestamp());
    assert!(reading.contains(&verified), "{reading}");
    app.mails().await;
    app.mend();
}
