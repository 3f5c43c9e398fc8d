//! The list of one's sessions, and their end.

use usher::usecases::{Submission, my_account::sessions};

use super::*;

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile/15E148 Safari/604.1";

/// Another session of Lena, in a browser with this name.
async fn elsewhere(app: &TestApp, user_agent: &str) -> Browser {
    let mut browser = app.browser();
    browser.headers.push(("user-agent", user_agent.to_owned()));
    browser.sign_in(app, "lena.novak@example.com", PASSWORD).await.is(303);
    browser
}

/// Addresses of the buttons that end one session.
fn ends(page: &Page) -> Vec<String> {
    let actions = page.body.split("action=\"/my-account/sessions/").skip(1).filter_map(|rest| rest.split_once('"'));
    actions.filter(|(path, _)| path.ends_with("/end")).map(|(path, _)| format!("/my-account/sessions/{path}")).collect()
}

#[apply(both_databases!)]
async fn sessions_are_listed_with_browser_address_and_times(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    app.advance(TimeDelta::minutes(10));
    elsewhere(&app, FIREFOX).await;
    elsewhere(&app, IPHONE).await;
    app.advance(TimeDelta::minutes(5));
    let page = lena.get(&app, ME).await;
    page.sees("This session").sees("Firefox on Linux").sees("Safari on iPhone").sees("Last seen 22 Nov 2026, 09:30 UTC.");
    page.sees("Signed in 22 Nov 2026, 09:20 UTC from").sees("Active now.");
    assert_eq!(ends(&page).len(), 2);
}

#[apply(both_databases!)]
async fn one_session_is_ended_and_the_others_stay(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    let (mut firefox, mut iphone) = (elsewhere(&app, FIREFOX).await, elsewhere(&app, IPHONE).await);
    let page = lena.get(&app, ME).await;
    let end = &ends(&page)[0];
    lena.send(&app, &page, end, &[]).await.redirects_to(ME);
    lena.get(&app, ME).await.sees("The session with Safari on iPhone has ended.");
    iphone.get(&app, ME).await.redirects_to(SIGNED_OUT);
    firefox.get(&app, ME).await.is(200);
    assert_eq!(app.deeds().last().unwrap(), "session.ended Lena Novak");
    lena.send(&app, &page, end, &[]).await.redirects_to(ME);
    lena.get(&app, ME).await.sees("This session had already ended.");
}

#[apply(both_databases!)]
async fn all_other_sessions_are_ended_at_once(db: Db) {
    let (app, mut maya, _, mut lena) = with_lena(db).await;
    let (mut firefox, mut iphone) = (elsewhere(&app, FIREFOX).await, elsewhere(&app, IPHONE).await);
    let page = lena.get(&app, ME).await;
    lena.send(&app, &page, "/my-account/sessions/end-others", &[]).await.redirects_to(ME);
    lena.get(&app, ME).await.sees("2 other sessions ended.");
    firefox.get(&app, ME).await.redirects_to(SIGNED_OUT);
    iphone.get(&app, ME).await.redirects_to(SIGNED_OUT);
    maya.get(&app, ME).await.is(200);
    assert_eq!(app.deeds().last().unwrap(), "session.others_ended Lena Novak");
    lena.send(&app, &page, "/my-account/sessions/end-others", &[]).await.redirects_to(ME);
    lena.get(&app, ME).await.sees("There were no other sessions.");
}

#[apply(both_databases!)]
async fn nobody_ends_the_session_of_another(db: Db) {
    let (app, mut maya, _, mut lena) = with_lena(db).await;
    elsewhere(&app, FIREFOX).await;
    let page = lena.get(&app, ME).await;
    let end = &ends(&page)[0];
    let form = page.form(end).len();
    let csrf = crate::shared::steps::csrf(&app, &mut maya).await;
    maya.post(&app, end, &[("csrf", &csrf)]).await.redirects_to(ME);
    maya.get(&app, ME).await.sees("This session had already ended.");
    assert_eq!((form, ends(&lena.get(&app, ME).await).len()), (1, 1));
}

#[apply(both_databases!)]
async fn the_oldest_session_ends_beyond_the_limit(db: Db) {
    let (app, _, id, mut first) = with_lena(db).await;
    app.execute("UPDATE company SET sessions_per_user = 3");
    let mut second = app.signed_in("lena.novak@example.com").await;
    for _ in 0..2 {
        app.advance(TimeDelta::minutes(1));
        app.signed_in("lena.novak@example.com").await;
    }
    assert_eq!(app.count(&format!("sessions WHERE user_id = {id}")), 3);
    first.get(&app, ME).await.redirects_to(SIGNED_OUT);
    second.get(&app, ME).await.is(200).sees("You had too many sessions, so the oldest ended");
}

#[apply(both_databases!)]
async fn expired_sessions_do_not_count_against_the_limit(db: Db) {
    let (app, _, id, mut first) = with_lena(db).await;
    app.execute("UPDATE company SET sessions_per_user = 2");
    app.signed_in("lena.novak@example.com").await;
    app.advance(TimeDelta::minutes(50));
    first.get(&app, ME).await.is(200);
    app.advance(TimeDelta::minutes(50));
    // The second one is idle for too long by now.
    app.signed_in("lena.novak@example.com").await;
    first.get(&app, ME).await.is(200);
    assert_eq!(app.count(&format!("sessions WHERE user_id = {id}")), 2);
    assert!(!app.deeds().contains(&"session.oldest_ended Lena Novak".to_owned()));
}

#[apply(both_databases!)]
async fn of_two_who_end_a_session_at_the_same_moment_one_does(db: Db) {
    let (app, _, id, mut lena) = with_lena(db).await;
    elsewhere(&app, FIREFOX).await;
    let page = lena.get(&app, ME).await;
    let session = ends(&page)[0].split('/').nth(3).unwrap().parse().unwrap();
    let callers: [Submission<String>; 2] = [app.caller(id), app.caller(id)];
    let ended = at_once(callers, |caller| sessions::end(&app.ctx, &caller, session).is_ok());
    assert_eq!(ended.iter().filter(|done| **done).count(), 1);
}

#[apply(both_databases!)]
async fn administrators_see_how_many_sessions_there_are_and_since_when(db: Db) {
    let (app, mut maya, id, _) = with_lena(db).await;
    let manage = format!("/users-and-permissions/{id}");
    maya.get(&app, &manage).await.sees("1 active session, since 22 Nov 2026, 09:20 UTC");
    app.advance(TimeDelta::minutes(10));
    elsewhere(&app, FIREFOX).await;
    maya.get(&app, &manage).await.sees("2 active sessions, the oldest since 22 Nov 2026, 09:20 UTC");
}

#[apply(both_databases!)]
async fn of_two_sessions_that_end_all_others_at_the_same_moment_one_stays(db: Db) {
    let (app, _, id, _) = with_lena(db).await;
    app.execute(&format!("DELETE FROM sessions WHERE user_id = {id}"));
    let callers: [Submission<usize>; 2] = [app.caller(id), app.caller(id)];
    let ended = at_once(callers, |caller| sessions::end_others(&app.ctx, &caller).is_ok());
    assert_eq!((ended.iter().filter(|done| **done).count(), app.count(&format!("sessions WHERE user_id = {id}"))), (1, 1));
}

#[apply(both_databases!)]
async fn a_hostile_name_of_a_browser_is_harmless(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    elsewhere(&app, "<script>alert(1)</script> Firefox/1").await;
    let page = lena.get(&app, ME).await;
    assert!(page.shows("Firefox") && !page.body.contains("alert(1)"));
    lena.send(&app, &page, &ends(&page)[0], &[]).await.redirects_to(ME);
    lena.get(&app, ME).await.sees("The session with Firefox has ended.");
}

#[apply(both_databases!)]
async fn ones_own_session_can_be_ended_by_its_number(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    let mut other = elsewhere(&app, FIREFOX).await;
    let own = &ends(&other.get(&app, ME).await)[0];
    let page = lena.get(&app, ME).await;
    let csrf = page.form("/my-account/name").into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    lena.post(&app, own, &[("csrf", &csrf)]).await.redirects_to(ME);
    lena.get(&app, ME).await.redirects_to(SIGNED_OUT);
    for id in ["0", "x", "99999999999999999999"] {
        other.post(&app, &format!("/my-account/sessions/{id}/end"), &[("csrf", &csrf)]).await.is(404);
    }
}
