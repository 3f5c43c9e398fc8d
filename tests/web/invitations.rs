//! From an invitation to somebody who is signed in.

use crate::helpers::{PASSWORD, TestApp};

on_both! {
    async fn an_invited_person_accepts_and_is_signed_in(db: Db) {
        let (app, mut maya) = TestApp::with_admin(db).await;
        let page = maya.fill(&app, "/users-and-groups/new-user", &[("email", "Noor@Example.com")]).await;
        page.redirects_to("/users-and-groups");
        maya.get(&app, "/users-and-groups").await.sees("Noor@Example.com is invited.").sees("Invited");
        let link = app.link_in_mail().await;
        let mut noor = app.browser();
        noor.get(&app, &link).await.is(200).sees("Maya Fischer invited you to Northwind Trading").sees("Noor@Example.com");
        let accepted = noor.fill(&app, &link, &[("first_name", "Noor"), ("last_name", "van Dijk"), ("password", PASSWORD)]).await;
        accepted.redirects_to("/");
        noor.get(&app, "/users-and-groups").await.is(200).sees("Noor van Dijk").sees_no("Create");
        maya.get(&app, "/users-and-groups").await.sees("Noor van Dijk").sees("Active");
    }
}
