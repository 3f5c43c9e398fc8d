//! Administrators acting on each other.

use usher::usecases::users::deletion::{self, DeleteError, NewOwners};

use super::*;

#[apply(both_databases!)]
async fn the_admins_group_says_how_many_of_them_are_active(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let id = app.create_admin("Daniel", "Moreau");
    maya.press(&app, "/users-and-groups", &format!("/users-and-groups/users/{id}/block")).await.redirects_to("/users-and-groups");
    maya.get(&app, "/users-and-groups/groups/1").await.sees("2 members, 1 active").sees("Only active Admin");
    app.mails().await;
}

#[apply(both_databases!)]
async fn nobody_acts_on_themselves(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.create_admin("Ada", "Other");
    app.mails().await;
    let own = app.id_of("maya.fischer@example.com");
    let list = maya.get(&app, "/users-and-groups").await;
    assert!(row(&list, "maya.fischer@example.com").contains("My account"));
    for what in ["block", "activate", "delete"] {
        assert!(!list.has_form(&user_path(own, what)) && !list.has_link(&user_path(own, what)));
        act(&app, &mut maya, &user_path(own, what)).await.is(409).sees("You can’t do this to yourself");
    }
    maya.get(&app, &user_path(own, "delete")).await.is(409);
    maya.get(&app, "/users-and-groups").await.is(200);
}

#[apply(both_databases!)]
async fn an_admin_blocks_and_deletes_other_admins(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let (ada, bo) = (app.create_admin("Ada", "Other"), app.create_admin("Bo", "Third"));
    app.mails().await;
    let mut ada_browser = app.signed_in("ada.other@example.com").await;
    press(&app, &mut maya, ada, "block").await.is(303);
    confirm(&app, &mut maya, &user_path(bo, "delete")).await.is(303);
    ada_browser.get(&app, "/users-and-groups").await.is(303);
    maya.get(&app, "/users-and-groups").await.sees("You are the only active Admin.");
    app.mails().await;
}

#[apply(both_databases!)]
async fn the_last_active_admin_stays(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let own = app.id_of("maya.fischer@example.com");
    let page = act(&app, &mut maya, &format!("/users-and-groups/groups/1/members/{own}/remove")).await;
    page.is(409).sees("Maya Fischer is the only active Admin. Add another Admin first.");
    let blocked = app.create_admin("Ada", "Other");
    press(&app, &mut maya, blocked, "block").await.is(303);
    app.mails().await;
    let page = act(&app, &mut maya, &format!("/users-and-groups/groups/1/members/{own}/remove")).await;
    page.is(409).sees("Maya Fischer is the only active Admin.");
    maya.get(&app, "/users-and-groups/groups/1").await.sees("Only active Admin");
}

#[apply(both_databases!)]
async fn of_two_admins_who_block_each_other_at_the_same_moment_one_stays(db: Db) {
    each_other(db, |ctx, by, other| users::lifecycle::block(ctx, &by.into(), EntryPoint::UsersAndGroups, other).map(|_| ())).await;
}

#[apply(both_databases!)]
async fn of_two_admins_who_delete_each_other_at_the_same_moment_one_stays(db: Db) {
    each_other(db, |ctx, by, other| match deletion::delete(ctx, &by.into(), other, &NewOwners::default(), None) {
        Ok(_) => Ok(()),
        Err(DeleteError::Action(error)) => Err(error),
        Err(error) => panic!("{error}"),
    })
    .await;
}

#[apply(both_databases!)]
async fn of_two_admins_who_remove_each_other_at_the_same_moment_one_stays(db: Db) {
    each_other(db, |ctx, by, other| memberships::remove(ctx, &by.into(), ADMINS, other).map(|_| ())).await;
}

#[apply(both_databases!)]
async fn of_two_admins_who_leave_at_the_same_moment_one_stays(db: Db) {
    each_other(db, |ctx, by, _| {
        let Principal::User { id, .. } = by else { panic!("a user") };
        memberships::remove(ctx, &by.into(), ADMINS, id).map(|_| ())
    })
    .await;
}

/// Two Admins do this to each other: exactly one succeeds, and one active Admin remains.
async fn each_other(
    db: crate::helpers::Db,
    deed: impl Fn(&usher::usecases::Context, usher::usecases::Principal, UserId) -> Result<(), ActionError> + Sync,
) {
    let (app, _) = TestApp::with_admin(db).await;
    let (maya, ada) = (app.id_of("maya.fischer@example.com"), app.create_admin("Ada", "Other"));
    let ctx = &app.ctx;
    let outcomes = at_once([(app.session_of(maya), ada), (app.session_of(ada), maya)], |(by, other)| deed(ctx, by, other));
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    let refused = outcomes.iter().find_map(|outcome| outcome.as_ref().err()).unwrap();
    assert!(matches!(refused, ActionError::SignedOut | ActionError::Refused { .. }), "{refused:?}");
    let active = app.store().read(|db| groups::other_active_admins(db, UserId(0))).unwrap();
    assert_eq!(active, 1);
    app.mails().await;
}
