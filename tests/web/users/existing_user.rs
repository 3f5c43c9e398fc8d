//! An address that a user has already: offered actions, as far as the acting user may take them.

use chrono::TimeDelta;
use usher::usecases::{EntryPoint, users};

use crate::{
    helpers::{Browser, Page, TestApp},
    shared::{business::Business, steps::invite},
};

const WIZARD: &str = "/users-and-permissions/new";
const CREATE: &str = "/users-and-groups/new-user";
const JONAS: &str = "jonas.vermeulen@example.com";

/// Page on which an address is typed for a new user.
async fn typed(app: &TestApp, browser: &mut Browser, path: &str, email: &str) -> Page {
    let fields = match path {
        WIZARD => vec![("first_name", "J"), ("last_name", "V"), ("email", email), ("default_role", "user"), ("do", "next")],
        _ => vec![("email", email)],
    };
    let page = browser.fill(app, path, &fields).await;
    page.is(422).sees(email).sees("Open Manage");
    page
}

#[apply(both_databases!)]
async fn a_user_who_was_invited_is_sent_the_invitation_again_from_there(db: Db) {
    let Business { app, mut maya, .. } = Business::new(db).await;
    invite(&app, &mut maya, "noor@example.com").await;
    let noor = app.id_of("noor@example.com");
    for expired in [false, true] {
        if expired {
            app.advance(TimeDelta::hours(25));
            maya = app.signed_in("maya.fischer@example.com").await;
        }
        for (path, resend, back) in [
            (WIZARD, format!("/users-and-permissions/{noor}/resend"), format!("/users-and-permissions/{noor}")),
            (CREATE, format!("/users-and-groups/users/{noor}/resend"), "/users-and-groups".to_owned()),
        ] {
            let page = typed(&app, &mut maya, path, "noor@example.com").await;
            maya.send(&app, page.sees("Resend invitation"), &resend, &[]).await.redirects_to(&back);
            app.mail().await;
            app.execute("UPDATE user_rows SET invitation_expires_at = '2020-01-01 00:00:00' WHERE email_key = 'noor@example.com'");
        }
    }
}

#[apply(both_databases!)]
async fn a_user_who_is_deactivated_is_reactivated_from_there(db: Db) {
    for (path, word) in [(WIZARD, "reactivate"), (CREATE, "activate")] {
        let Business { app, mut maya, jonas, .. } = Business::new(db).await;
        users::lifecycle::block(&app.ctx, &app.caller(app.id_of("maya.fischer@example.com")), EntryPoint::UsersAndGroups, jonas).unwrap();
        let page = typed(&app, &mut maya, path, JONAS).await;
        let root = if path == WIZARD { "/users-and-permissions" } else { "/users-and-groups/users" };
        maya.send(&app, &page, &format!("{root}/{jonas}/{word}"), &[]).await.is(303);
        typed(&app, &mut maya, path, JONAS).await.sees("already a user.");
        app.mails().await;
    }
}

#[apply(both_databases!)]
async fn a_user_who_is_active_is_given_something_on_their_page(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    for path in [WIZARD, CREATE] {
        let page = typed(&app, &mut maya, path, JONAS).await;
        page.sees("Add portfolio or account").sees_no("Resend");
        assert!(page.has_link(&format!("/users-and-permissions/{jonas}#assignments-title")));
    }
    // No user assigns anything to themselves.
    typed(&app, &mut maya, WIZARD, "maya.fischer@example.com").await.sees_no("Add portfolio or account");
}

#[apply(both_databases!)]
async fn what_reaches_beyond_a_portfolio_admin_is_not_offered_to_them(db: Db) {
    let Business { app, mut hana, jonas, bikes, .. } = Business::new(db).await;
    users::lifecycle::block(&app.ctx, &app.caller(app.id_of("maya.fischer@example.com")), EntryPoint::UsersAndGroups, jonas).unwrap();
    let page = typed(&app, &mut hana, WIZARD, JONAS).await;
    assert!(page.has_form(&format!("/users-and-permissions/{jonas}/reactivate")));
    app.assign(jonas, bikes).await;
    let page = typed(&app, &mut hana, WIZARD, JONAS).await;
    assert!(!page.has_form(&format!("/users-and-permissions/{jonas}/reactivate")));
}

#[apply(both_databases!)]
async fn another_address_that_is_taken_offers_the_same(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    invite(&app, &mut maya, "noor@example.com").await;
    let page = maya.fill(&app, &format!("/users-and-permissions/{jonas}/edit"), &[("email", "noor@example.com")]).await;
    page.is(422).sees("Open Manage");
    let noor = app.id_of("noor@example.com");
    maya.send(&app, &page, &format!("/users-and-permissions/{noor}/resend"), &[]).await.is(303);
    app.mail().await;
}
