//! Block, activate, delete, restore.

use crate::helpers::TestApp;

on_both! {
    async fn somebody_blocked_is_thrown_out_at_the_next_click(db: Db) {
        let (app, mut maya) = TestApp::with_admin(db).await;
        let id = app.create_user("Jonas", "Vermeulen");
        let mut jonas = app.signed_in("jonas.vermeulen@example.com").await;
        jonas.get(&app, "/users-and-groups").await.is(200);
        maya.press(&app, "/users-and-groups", &format!("/users-and-groups/users/{id}/block")).await.redirects_to("/users-and-groups");
        jonas.get(&app, "/users-and-groups").await.redirects_to("/sign-in?next=%2Fusers-and-groups");
        let page = maya.get(&app, "/users-and-groups").await;
        page.sees("Jonas Vermeulen is deactivated and signed out everywhere.").sees("Deactivated");
        assert_eq!(app.mail().await.to.as_str(), "jonas.vermeulen@example.com");
    }
}
