//! Activity of users, portfolios and accounts, within the scope of its reader.

use super::*;
use crate::{
    shared::steps::{add_member, create_group},
    users::list::World,
};

#[apply(both_databases!)]
async fn a_portfolio_admin_sees_the_activity_in_their_portfolios_without_network_addresses(db: Db) {
    let World { app, mut pia, uma, otto, account, nordic, .. } = World::new(db).await;
    let page = pia.get(&app, &format!("/users-and-permissions/{otto}/activity")).await;
    page.is(200).sees("Maya Fischer assigned Fjord to this user").sees_no("Lagoon").sees_no("192.0.2.1").sees("1 entry");
    pia.get(&app, &format!("/users-and-permissions/{uma}/activity")).await.sees("Maya Fischer assigned Fjord to this user");
    let page = pia.get(&app, &format!("/portfolios/{nordic}/activity")).await;
    page.is(200).sees("Maya Fischer created this portfolio").sees("Maya Fischer created Fjord").sees_no("Lagoon").sees_no("192.0.2.1");
    let page = pia.get(&app, &format!("/accounts/{account}/activity")).await;
    page.is(200).sees("Maya Fischer assigned this account to Otto Lund").sees("Maya Fischer created this account").sees("3 entries");
}

#[apply(both_databases!)]
async fn activity_outside_the_scope_is_as_unknown_as_any(db: Db) {
    let World { app, mut pia, mut maya, uma, finn, foreign, south, .. } = World::new(db).await;
    for (path, unknown) in [
        (format!("/users-and-permissions/{finn}/activity"), "/users-and-permissions/999999/activity"),
        (format!("/portfolios/{south}/activity"), "/portfolios/999999/activity"),
        (format!("/accounts/{foreign}/activity"), "/accounts/999999/activity"),
    ] {
        let answer = pia.get(&app, &path).await;
        assert_eq!(answer.is(404).body, pia.get(&app, unknown).await.body, "{path}");
        maya.get(&app, &path).await.is(200);
    }
    // An assigned account alone opens its page, not its activity.
    let pia_id = app.id_of("pia.berg@example.com");
    app.assign(pia_id, foreign).await;
    pia.get(&app, &format!("/accounts/{foreign}")).await.is(200);
    pia.get(&app, &format!("/accounts/{foreign}/activity")).await.is(404);
    let mut uma_s = app.signed_in("uma.ek@example.com").await;
    uma_s.get(&app, &format!("/users-and-permissions/{uma}/activity")).await.is(403);
    uma_s.get(&app, &format!("/portfolios/{south}/activity")).await.is(403);
}

#[apply(both_databases!)]
async fn groups_are_told_to_admins_alone(db: Db) {
    let World { app, mut pia, mut maya, uma, .. } = World::new(db).await;
    let group = create_group(&app, &mut maya, "Finance").await;
    add_member(&app, &mut maya, &group, uma).await.is(303);
    let path = format!("/users-and-permissions/{uma}/activity");
    maya.get(&app, &path).await.sees("Maya Fischer added this user to Finance");
    pia.get(&app, &path).await.is(200).sees_no("Finance");
    app.mails().await;
}

#[apply(both_databases!)]
async fn pages_lead_administrators_to_all_activity_and_admins_to_the_log(db: Db) {
    let World { app, mut pia, mut maya, uma, account, nordic, .. } = World::new(db).await;
    for (page, activity, log) in [
        (format!("/users-and-permissions/{uma}"), format!("/users-and-permissions/{uma}/activity"), format!("{LOG}?user={uma}")),
        (format!("/portfolios/{nordic}"), format!("/portfolios/{nordic}/activity"), format!("{LOG}?portfolio={nordic}")),
        (format!("/accounts/{account}"), format!("/accounts/{account}/activity"), format!("{LOG}?account={account}")),
    ] {
        let (admin, own) = (maya.get(&app, &page).await, pia.get(&app, &page).await);
        assert!(admin.has_link(&activity) && admin.has_link(&log), "{page}");
        assert!(own.has_link(&activity) && !own.has_link(&log), "{page}");
    }
    let mut uma_s = app.signed_in("uma.ek@example.com").await;
    assert!(!uma_s.get(&app, &format!("/accounts/{account}")).await.is(200).has_link(&format!("/accounts/{account}/activity")));
    let group = create_group(&app, &mut maya, "Finance").await;
    let id = group.rsplit('/').next().unwrap();
    assert!(maya.get(&app, &group).await.has_link(&format!("{LOG}?group={id}")));
}

#[apply(both_databases!)]
async fn activity_has_pages(db: Db) {
    let World { app, mut pia, nordic, .. } = World::new(db).await;
    let at = |number| {
        let by = By { id: None, name: format!("A{number:02}"), channel: Channel::Worker, client_ip: None };
        let subject = Subject { kind: SubjectKind::Portfolio, id: nordic.0, name: "Nordic Brands".to_owned() };
        Entry::new(app.now(), by, subject, &AuditEvent::PortfolioDeactivated {})
    };
    append(&app, (0..60).map(at));
    let first = pia.get(&app, &format!("/portfolios/{nordic}/activity?rows=25")).await;
    first.sees("A59 deactivated this portfolio").sees("1–25 of 63 entries");
    let second = crate::users::directory::go(&app, &mut pia, &first, "next").await;
    second.sees("A34 deactivated this portfolio").sees_no("A35").sees("26–50 of 63 entries");
    pia.get(&app, &format!("/portfolios/{nordic}/activity?page=x")).await.is(404);
}

#[apply(both_databases!)]
async fn a_portfolio_tells_of_changes_of_its_accounts(db: Db) {
    let World { app, mut pia, mut maya, account, nordic, .. } = World::new(db).await;
    pia.fill(&app, &format!("/accounts/{account}/edit"), &[("name", "Fjord Foods")]).await.is(303);
    pia.get(&app, &format!("/portfolios/{nordic}/activity")).await.sees("edited name of Fjord");
    maya.get(&app, &format!("{LOG}?portfolio={nordic}")).await.sees("edited name of Fjord");
    app.mails().await;
}
