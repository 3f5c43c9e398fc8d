//! Audit entries of actions: actor, action, source, before and after, and no secrets.

use serde_json::{Value, json};
use usher::{
    domain::ids::GroupId,
    store::{AuditRow, groups},
};

use crate::{
    helpers::{PASSWORD, TestApp},
    shared::steps::{NOOR, add_member, confirm, create_group, invite, press, user_path},
};

const MAYA: &str = "maya.fischer@example.com";

/// Entries of one action.
async fn left_by(app: &TestApp, deed: impl Future<Output = ()>) -> Vec<AuditRow> {
    let before = app.audit().len();
    deed.await;
    app.audit().split_off(before)
}

/// The only entry, as `action subject` with its details, made by Maya from the tests' address.
fn by_maya(app: &TestApp, entries: &[AuditRow]) -> (String, Value) {
    let [entry] = entries else { panic!("{entries:?}") };
    assert_eq!(
        (entry.actor_id, &*entry.actor_name, entry.client_ip.as_deref()),
        (Some(app.id_of(MAYA)), "Maya Fischer", Some("192.0.2.1"))
    );
    assert_eq!(entry.at, app.now());
    let mut details = serde_json::from_str::<Value>(&entry.details).unwrap();
    assert_eq!(details.as_object_mut().unwrap().remove("version"), Some(json!(1)));
    assert_eq!(entry.event().unwrap().action(), entry.action);
    (format!("{} {}", entry.action.as_str(), entry.subject_name), details)
}

#[apply(both_databases!)]
async fn inviting_resending_and_revoking(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let entries = left_by(&app, async {
        maya.fill(&app, "/users-and-groups/new-user", &[("email", "Noor@example.com")]).await.redirects_to("/users-and-groups");
    })
    .await;
    let details = json!({"email": "Noor@example.com", "role": "user", "expires_at": "2026-11-23T09:20:00Z"});
    assert_eq!(by_maya(&app, &entries), ("user.invited Noor@example.com".to_owned(), details));
    let noor = app.id_of("noor@example.com");
    assert_eq!(entries[0].subject_id, noor.0);
    let entries = left_by(&app, async {
        press(&app, &mut maya, noor, "resend").await.is(303);
    })
    .await;
    assert_eq!(by_maya(&app, &entries), ("invitation.resent Noor@example.com".to_owned(), json!({"expires_at": "2026-11-23T09:20:00Z"})));
    let entries = left_by(&app, async {
        confirm(&app, &mut maya, &user_path(noor, "revoke")).await.is(303);
    })
    .await;
    assert_eq!(by_maya(&app, &entries), ("invitation.revoked Noor@example.com".to_owned(), json!({"email": "Noor@example.com"})));
}

#[apply(both_databases!)]
async fn accepting_is_the_action_of_the_user_who_accepts(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let entries = left_by(&app, async {
        app.browser().fill(&app, &link, &NOOR).await.redirects_to("/");
    })
    .await;
    let noor = app.id_of("noor@example.com");
    let deeds =
        entries.iter().map(|entry| (entry.action.as_str(), &*entry.actor_name, entry.actor_id, &*entry.subject_name)).collect::<Vec<_>>();
    assert_eq!(
        deeds,
        [
            ("invitation.accepted", "Noor van Dijk", Some(noor), "Noor van Dijk"),
            ("session.signed_in", "Noor van Dijk", Some(noor), "Noor van Dijk"),
        ]
    );
}

#[apply(both_databases!)]
async fn accepting_signs_out_the_user_who_was_signed_in(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    let entries = left_by(&app, async {
        maya.fill(&app, &link, &NOOR).await.redirects_to("/");
    })
    .await;
    let signed_out = entries.iter().find(|entry| entry.action.as_str() == "session.signed_out").expect("an entry about signing out");
    assert_eq!((&*signed_out.actor_name, signed_out.actor_id), ("Maya Fischer", Some(app.id_of(MAYA))));
}

#[apply(both_databases!)]
async fn asking_for_a_new_link(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    app.advance(chrono::TimeDelta::hours(24));
    let mut noor = app.browser();
    let entries = left_by(&app, async {
        noor.press(&app, &link, &format!("{link}/new-link")).await.is(303);
    })
    .await;
    let [entry] = &*entries else { panic!("{entries:?}") };
    assert_eq!(
        (entry.action.as_str(), &*entry.subject_name, entry.client_ip.as_deref()),
        ("invitation.requested", "noor@example.com", Some("192.0.2.1"))
    );
    app.mails().await;
}

#[apply(both_databases!)]
async fn blocking_activating_deleting_and_restoring(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let jonas = app.create_user("Jonas", "Vermeulen");
    let group = create_group(&app, &mut maya, "Finance").await;
    add_member(&app, &mut maya, &group, jonas).await.is(303);
    let fjord = app.create_account(app.create_portfolio("Nordic Brands"), "Fjord Foods");
    app.assign(jonas, fjord).await;
    let entries = left_by(&app, async {
        press(&app, &mut maya, jonas, "block").await.is(303);
    })
    .await;
    assert_eq!(
        by_maya(&app, &entries),
        ("user.deactivated Jonas Vermeulen".to_owned(), json!({"before": "active", "after": "deactivated"}))
    );
    let entries = left_by(&app, async {
        press(&app, &mut maya, jonas, "activate").await.is(303);
    })
    .await;
    assert_eq!(
        by_maya(&app, &entries),
        ("user.reactivated Jonas Vermeulen".to_owned(), json!({"before": "deactivated", "after": "active"}))
    );
    let entries = left_by(&app, async {
        confirm(&app, &mut maya, &user_path(jonas, "delete")).await.is(303);
    })
    .await;
    let finance = group.rsplit('/').next().unwrap().parse::<i64>().unwrap();
    let details = json!({
        "email": "jonas.vermeulen@example.com",
        "status": "active",
        "groups": [{"id": finance, "name": "Finance"}],
        "portfolios": [],
        "accounts": [{"id": fjord.0, "name": "Fjord Foods"}],
        "shares": 0,
        "assets": 0,
        "sessions_ended": 0,
    });
    assert_eq!(by_maya(&app, &entries), ("user.deleted Jonas Vermeulen".to_owned(), details));
    let restore = format!("/users-and-groups/deleted/{jonas}/restore");
    let entries = left_by(&app, async {
        maya.press(&app, "/users-and-groups/deleted", &restore).await.is(303);
    })
    .await;
    assert_eq!(by_maya(&app, &entries[..1]), ("user.restored Jonas Vermeulen".to_owned(), json!({"email": "jonas.vermeulen@example.com"})));
    assert_eq!(by_maya(&app, &entries[1..2]), ("group.member_added Jonas Vermeulen".to_owned(), json!({})));
    let permissions = json!({"permissions": {"edit_details": true, "see_billing": false}});
    assert_eq!(by_maya(&app, &entries[2..]), ("assignment.added Jonas Vermeulen".to_owned(), permissions));
    app.mails().await;
}

#[apply(both_databases!)]
async fn groups_and_their_members(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let jonas = app.create_user("Jonas", "Vermeulen");
    let mut group = String::new();
    let entries = left_by(&app, async {
        group = create_group(&app, &mut maya, "Finance").await;
    })
    .await;
    assert_eq!(by_maya(&app, &entries), ("group.created Finance".to_owned(), json!({})));
    let entries = left_by(&app, async {
        add_member(&app, &mut maya, &group, jonas).await.is(303);
    })
    .await;
    assert_eq!(by_maya(&app, &entries), ("group.member_added Jonas Vermeulen".to_owned(), json!({})));
    assert_eq!((entries[0].subject_id, entries[0].place_name.as_deref()), (jonas.0, Some("Finance")));
    let entries = left_by(&app, async {
        maya.fill(&app, &format!("{group}/rename"), &[("name", "Money")]).await.is(303);
    })
    .await;
    assert_eq!(by_maya(&app, &entries), ("group.renamed Finance".to_owned(), json!({"before": "Finance", "after": "Money"})));
    let entries = left_by(&app, async {
        confirm(&app, &mut maya, &format!("{group}/members/{jonas}/remove")).await.is(303);
    })
    .await;
    assert_eq!(by_maya(&app, &entries), ("group.member_removed Jonas Vermeulen".to_owned(), json!({})));
    assert_eq!((entries[0].subject_id, entries[0].place_name.as_deref()), (jonas.0, Some("Money")));
    let entries = left_by(&app, async {
        confirm(&app, &mut maya, &format!("{group}/delete")).await.is(303);
    })
    .await;
    assert_eq!(by_maya(&app, &entries), ("group.deleted Money".to_owned(), json!({"members": [], "member_count": 0})));
}

#[apply(both_databases!)]
async fn a_deleted_group_names_the_members_it_had_and_counts_the_rest(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let group = create_group(&app, &mut maya, "Finance").await;
    let id = GroupId(group.rsplit('/').next().unwrap().parse().unwrap());
    let people = (0..101).map(|number| app.create_user("Person", &format!("{number:03}"))).collect::<Vec<_>>();
    app.store().write_transaction(|tx| people.iter().try_for_each(|person| groups::add_member(tx, id, *person, app.now()))).unwrap();
    let entries = left_by(&app, async {
        confirm(&app, &mut maya, &format!("{group}/delete")).await.is(303);
    })
    .await;
    let named = (0..100).zip(&people).map(|(number, id)| json!({"id": id.0, "name": format!("Person {number:03}")})).collect::<Vec<_>>();
    assert_eq!(by_maya(&app, &entries), ("group.deleted Finance".to_owned(), json!({"members": named, "member_count": 101})));
}

#[apply(both_databases!)]
async fn appointing_and_removing_admins(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let jonas = app.create_user("Jonas", "Vermeulen");
    let entries = left_by(&app, async {
        add_member(&app, &mut maya, "/users-and-groups/groups/1", jonas).await.is(303);
    })
    .await;
    assert_eq!(by_maya(&app, &entries), ("admin.appointed Jonas Vermeulen".to_owned(), json!({})));
    let remove = format!("/users-and-groups/groups/1/members/{jonas}/remove");
    let entries = left_by(&app, async {
        confirm(&app, &mut maya, &remove).await.is(303);
    })
    .await;
    assert_eq!(by_maya(&app, &entries), ("admin.removed Jonas Vermeulen".to_owned(), json!({})));
    app.mails().await;
}

#[apply(both_databases!)]
async fn an_account_is_created_and_moved_in_a_portfolio(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let [nordic, south] = ["Nordic Brands", "South"].map(|name| app.create_portfolio(name));
    let mut fjord = None;
    let entries = left_by(&app, async { fjord = Some(app.create_account(nordic, "Fjord Foods")) }).await;
    assert_eq!(by_maya(&app, &entries), ("account.created Fjord Foods".to_owned(), json!({"notes": "", "website": ""})));
    assert_eq!(entries[0].place_name.as_deref(), Some("Nordic Brands"));
    let (path, to) = (format!("/accounts/{}/move", fjord.unwrap()), south.to_string());
    let entries = left_by(&app, async {
        maya.fill(&app, &path, &[("portfolio", &to), ("do", "move")]).await.is(303);
    })
    .await;
    let places = entries.iter().map(|entry| (entry.action.as_str(), entry.place_id, entry.place_name.as_deref()));
    assert_eq!(
        places.collect::<Vec<_>>(),
        [("account.moved_out", Some(nordic.0), Some("Nordic Brands")), ("account.moved", Some(south.0), Some("South"))]
    );
}

#[apply(both_databases!)]
async fn what_is_refused_or_repeated_leaves_no_entry(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let group = create_group(&app, &mut maya, "Finance").await;
    let list = maya.get(&app, "/users-and-groups").await;
    let entries = left_by(&app, async {
        maya.fill(&app, "/users-and-groups/new-group", &[("name", "finance")]).await.is(422);
        maya.fill(&app, "/users-and-groups/new-user", &[("email", MAYA)]).await.is(422);
        maya.send(&app, &list, "/users-and-groups/new-user", &[("email", "nobody")]).await.is(422);
        maya.get(&app, &format!("{group}/delete")).await.is(200);
    })
    .await;
    assert!(entries.is_empty(), "{entries:?}");
}

#[apply(both_databases!)]
async fn names_stay_as_they_were_and_nothing_is_secret(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    app.browser().fill(&app, &link, &NOOR).await.redirects_to("/");
    let log = format!("{:?}", app.audit());
    let invited = app.audit().into_iter().find(|entry| entry.action.as_str() == "user.invited").unwrap();
    assert_eq!(invited.subject_name, "noor@example.com");
    for secret in [PASSWORD, link.trim_start_matches("/invitation/"), "argon2", "csrf"] {
        assert!(!log.contains(secret), "{secret}");
    }
}
