//! The notice on the pages of Admins, and its acknowledgement.

use super::*;

const NOTICE: &str = "A recovery link was made for Maya Fischer. root at the command line made it on 22 Nov 2026, 09:20 UTC.";

/// Path of the form that acknowledges the only recovery, which is on the page.
fn form_on(page: &Page) -> String {
    let form = page.body.split("action=\"/audit-log/recoveries/").nth(1).unwrap_or_else(|| panic!("no form on {}", page.text()));
    format!("/audit-log/recoveries/{}", form.split('"').next().unwrap())
}

#[apply(both_databases!)]
async fn every_page_of_admins_shows_it_until_another_admin_acknowledges_it(db: Db) {
    let (app, mut maya, mut ada) = two_admins(db).await;
    app.create_user("Hana", "Novotna");
    let mut hana = app.signed_in("hana.novotna@example.com").await;
    link(&app, MAYA).await;
    for path in ["/", "/users-and-groups", "/my-account", "/roles"] {
        hana.get(&app, path).await.sees_no("A recovery link");
        let mayas = maya.get(&app, path).await;
        mayas.is(200).sees("A recovery link was made for you.").sees("Another Admin has to acknowledge it.");
        assert!(!mayas.body.contains("/audit-log/recoveries/"), "{}", mayas.text());
        ada.get(&app, path).await.is(200).sees(NOTICE);
    }
    let page = ada.get(&app, "/users-and-groups?q=ma").await;
    let form = form_on(&page);
    let fields = page.form(&form);
    let fields = fields.iter().map(|(name, value)| (&**name, &**value)).collect::<Vec<_>>();
    ada.headers.push(("referer", format!("{}/users-and-groups?q=ma", app.ctx.links.origin)));
    ada.post(&app, &form, &fields).await.redirects_to("/users-and-groups?q=ma");
    ada.get(&app, "/users-and-groups")
        .await
        .sees("You acknowledged the recovery link of Maya Fischer.")
        .sees_no("root at the command line");
    maya.get(&app, "/").await.sees_no("A recovery link");
    let entry = app.audit().pop().unwrap();
    assert_eq!((entry.action.as_str(), &*entry.actor_name, &*entry.subject_name), ("recovery.acknowledged", "Ada Okafor", "Maya Fischer"));
    assert_eq!(entry.details, r#"{"made_at":"2026-11-22T09:20:00Z","made_by":"root at the command line","version":1}"#);
    ada.post(&app, &form, &fields).await.is(303);
    ada.get(&app, "/").await.sees("This recovery link was acknowledged or replaced already.");
    assert_eq!(app.count("audit_entries WHERE action = 'recovery.acknowledged'"), 1);
}

#[apply(both_databases!)]
async fn the_recovered_admin_and_those_who_are_no_admins_acknowledge_nothing(db: Db) {
    let (app, mut maya, mut ada) = two_admins(db).await;
    app.create_user("Hana", "Novotna");
    link(&app, MAYA).await;
    let form = form_on(&ada.get(&app, "/").await);
    let csrf = crate::shared::steps::csrf(&app, &mut maya).await;
    maya.post(&app, &form, &[("csrf", &csrf)]).await.is(409).sees("You can’t do this to yourself");
    let mut hana = app.signed_in("hana.novotna@example.com").await;
    let csrf = crate::shared::steps::csrf(&app, &mut hana).await;
    hana.post(&app, &form, &[("csrf", &csrf)]).await.is(403);
    app.browser().post(&app, &form, &[]).await.is(303);
    ada.get(&app, &form).await.is(405);
    assert_eq!(app.count("recoveries"), 1);
}

#[apply(both_databases!)]
async fn of_two_admins_who_acknowledge_at_the_same_moment_one_does(db: Db) {
    let (app, _, _) = two_admins(db).await;
    app.create_admin("Ruth", "Adler");
    link(&app, MAYA).await;
    let id = app.store().read(usher::store::credentials::recoveries::with_audit_damage).unwrap().1.remove(0).id;
    let callers = [ADA, "ruth.adler@example.com"].map(|email| app.caller(app.id_of(email)));
    let ctx = &app.ctx;
    let outcomes = at_once([&callers[0], &callers[1]], |caller| recovery::acknowledge(ctx, caller, id));
    assert_eq!(outcomes.iter().flatten().collect::<Vec<_>>(), ["Maya Fischer"]);
    assert!(outcomes.iter().any(|outcome| matches!(outcome, Err(AcknowledgeError::Gone))), "{outcomes:?}");
    assert_eq!(app.count("audit_entries WHERE action = 'recovery.acknowledged'"), 1);
}

#[apply(both_databases!)]
async fn the_only_admin_sees_it_for_thirty_days(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    link(&app, MAYA).await;
    maya.get(&app, "/").await.sees("This notice stays until 22 Dec 2026, or until another Admin acknowledges it.");
    app.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
    let mut maya = app.signed_in(MAYA).await;
    maya.get(&app, "/").await.sees("A recovery link was made for you.");
    app.advance(TimeDelta::seconds(1));
    maya.get(&app, "/").await.is(200).sees_no("A recovery link");
    housekeeping::sweep(&app.ctx).unwrap();
    assert_eq!(app.count("recoveries"), 0);
}

#[apply(both_databases!)]
async fn beside_another_admin_it_stays_for_longer(db: Db) {
    let (app, _, _) = two_admins(db).await;
    link(&app, MAYA).await;
    app.advance(TimeDelta::days(31));
    housekeeping::sweep(&app.ctx).unwrap();
    for (email, words) in [(MAYA, "Another Admin has to acknowledge it."), (ADA, NOTICE)] {
        app.signed_in(email).await.get(&app, "/").await.sees(words);
    }
}

#[apply(both_databases!)]
async fn it_outlives_the_deletion_of_the_user_and_names_a_later_run(db: Db) {
    let (app, _, mut ada) = two_admins(db).await;
    link(&app, MAYA).await;
    let earlier = form_on(&ada.get(&app, "/").await);
    app.advance(TimeDelta::minutes(40));
    link(&app, MAYA).await;
    let page = ada.get(&app, "/").await;
    page.sees("made it on 22 Nov 2026, 10:00 UTC.").sees_no("made it on 22 Nov 2026, 09:20");
    assert_ne!(form_on(&page), earlier);
    app.execute("UPDATE user_rows SET deleted_at = created_at WHERE first_name = 'Maya'");
    ada.get(&app, "/").await.sees("A recovery link was made for Maya Fischer.");
    let form = form_on(&page);
    ada.press(&app, "/", &form).await.is(303);
    ada.get(&app, "/").await.sees("You acknowledged the recovery link of Maya Fischer.");
}
