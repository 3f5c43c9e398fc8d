//! Password, passkeys and two-factor after an undo.

use super::*;
use crate::helpers::Authenticator;

const STOLEN: &str = "violet anchor meadow thistle";

#[apply(both_databases!)]
async fn a_password_that_was_reset_at_the_new_address_gives_way_to_the_one_of_before(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (_, undo) = changed_by_herself(&app).await;
    let reset = reset_link(&app, NEW).await;
    app.browser().fill(&app, &reset, &[("password", STOLEN)]).await.is(303);
    app.browser().fill(&app, &undo, &[("current", PASSWORD)]).await.redirects_to(UNDONE);
    app.browser().sign_in(&app, OLD, PASSWORD).await.redirects_to("/");
    app.browser().sign_in(&app, OLD, STOLEN).await.is(422);
    assert!(app.deeds().contains(&"sign_in.restored Hana Novotna".to_owned()), "{:?}", app.deeds());
    app.mails().await;
}

#[apply(both_databases!)]
async fn the_present_password_stays_where_it_is_the_one_typed(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (_, undo) = changed_by_herself(&app).await;
    let reset = reset_link(&app, NEW).await;
    app.browser().fill(&app, &reset, &[("password", STOLEN)]).await.is(303);
    app.browser().fill(&app, &undo, &[("current", STOLEN)]).await.redirects_to(UNDONE);
    app.browser().sign_in(&app, OLD, STOLEN).await.redirects_to("/");
    app.mails().await;
}

#[apply(both_databases!)]
async fn passkeys_and_two_factor_of_after_the_change_go_with_it(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    let (_, stop) = changed(&app).await;
    app.advance(TimeDelta::minutes(1));
    let mut stranger = app.signed_in(NEW).await;
    let mut passkey = Authenticator::new(7);
    passkey.register(&app, &mut stranger, "Phone").await.is(303);
    crate::credentials::two_factor::turn_on(&app, &mut stranger).await;
    app.browser().fill(&app, &undo_path(&stop), &[]).await.redirects_to(UNDONE);
    assert_eq!((app.count("passkeys"), app.count("authenticator_apps")), (0, 0));
    app.browser().sign_in(&app, OLD, PASSWORD).await.redirects_to("/");
    app.mails().await;
}

#[apply(both_databases!)]
async fn an_invitation_to_the_old_address_gives_way(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let (_, stop) = changed(&app).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", OLD)]).await.is(303);
    app.mails().await;
    app.browser().fill(&app, &undo_path(&stop), &[]).await.redirects_to(UNDONE);
    assert!(app.has_user(OLD) && app.deeds().iter().any(|deed| deed.starts_with("invitation.revoked")), "{:?}", app.deeds());
    app.mails().await;
}
