//! Forms whose session has ended.

use super::*;

#[apply(both_databases!)]
async fn a_form_without_a_session_leads_to_the_sign_in_page_and_does_nothing(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.get(&app, "/users-and-groups/new-group").await;
    let deeds = app.deeds();
    maya.forget_cookie("usher");
    let sign_in = "/sign-in?next=%2Fusers-and-groups%2Fnew-group&unsent=true";
    maya.send(&app, &page, "/users-and-groups/new-group", &[("name", "Research")]).await.redirects_to(sign_in);
    app.browser().post(&app, "/users-and-groups/new-group", &[("name", "Research")]).await.redirects_to(sign_in);
    assert_eq!(app.deeds(), deeds);
}

#[apply(both_databases!)]
async fn whose_form_came_too_late_comes_back_to_its_page_and_is_told(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let jonas = app.create_user("Jonas", "Vermeulen");
    let page = maya.get(&app, "/users-and-groups?q=jo").await;
    app.advance(TimeDelta::hours(2));
    maya.headers.push(("referer", "http://localhost:8080/users-and-groups?q=jo#u2".to_owned()));
    let late = maya.send(&app, &page, &format!("/users-and-groups/users/{jonas}/block"), &[]).await;
    late.redirects_to("/sign-in?next=%2Fusers-and-groups%3Fq%3Djo&unsent=true");
    let told = "Your session expired and nothing was saved.";
    let sign_in = maya.get(&app, late.header("location")).await;
    sign_in.sees(&format!("{told} Sign in, then send the form again."));
    let wrong = maya.send(&app, &sign_in, "/sign-in", &[("email", "maya.fischer@example.com"), ("password", "not the password")]).await;
    app.advance(TimeDelta::minutes(1));
    let right = [("email", "maya.fischer@example.com"), ("password", PASSWORD)];
    maya.send(&app, wrong.is(422), "/sign-in", &right).await.redirects_to("/users-and-groups?q=jo");
    maya.get(&app, "/users-and-groups?q=jo").await.sees(&format!("{told} Send the form again.")).sees("Active");
    maya.get(&app, "/users-and-groups?q=jo").await.sees_no(told);
}

#[apply(both_databases!)]
async fn who_signs_in_of_their_own_accord_is_told_nothing(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    app.advance(TimeDelta::hours(2));
    let late = maya.get(&app, LIST).await;
    let sign_in = maya.get(&app, late.header("location")).await;
    sign_in.sees_no("nothing was saved");
    maya.send(&app, &sign_in, "/sign-in", &[("email", "maya.fischer@example.com"), ("password", PASSWORD)]).await.redirects_to(LIST);
    maya.get(&app, LIST).await.sees_no("nothing was saved");
}

#[apply(both_databases!)]
async fn a_form_that_came_too_late_leads_back_to_pages_of_ours_alone(db: Db) {
    let (app, _) = TestApp::with_admin(db).await;
    for (form, twin) in [("/users-and-groups/new-group", "next=%2Fusers-and-groups%2Fnew-group&"), ("/users-and-groups/users/1/block", "")]
    {
        for referer in [
            "https://evil.example/users-and-groups",
            "http://localhost:8081/users-and-groups",
            "http://localhost:8080@evil.example/users-and-groups",
            "http://localhost:8080//evil.example",
            "http://localhost:8080/sign-out",
            "http://localhost:8080/invitation/token",
            "/users-and-groups",
            "about:blank",
            "",
        ] {
            let mut stranger = app.browser();
            stranger.headers.push(("referer", referer.to_owned()));
            stranger.post(&app, form, &[]).await.redirects_to(&format!("/sign-in?{twin}unsent=true"));
        }
    }
}

#[apply(both_databases!)]
async fn who_wanted_out_is_out_and_has_nothing_to_send_again(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let page = maya.get(&app, LIST).await;
    app.advance(TimeDelta::hours(2));
    maya.send(&app, &page, "/sign-out", &[]).await.redirects_to("/sign-in");
}
