//! Refused sign-ins.

use chrono::TimeDelta;
use usher::{store::credentials::refused_sign_ins::RefusalReason, usecases::outbox::housekeeping};

use super::*;
use crate::users::directory::go;

const REFUSALS: &str = "/audit-log/refused-sign-ins";

#[apply(both_databases!)]
async fn refused_sign_ins_are_listed_apart_from_the_chain(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.get(&app, REFUSALS).await.sees("No refused sign-ins");
    app.browser().sign_in(&app, "nobody@example.com", "a wrong password").await.is(422);
    housekeeping::write_refusals(&app.ctx).unwrap();
    let page = maya.get(&app, REFUSALS).await;
    page.sees("nobody@example.com").sees("Wrong address or password").sees("192.0.2.1").sees("22 Nov 2026, 09:20 UTC");
    page.sees("They are not part of the audit log’s chain.");
    assert!(maya.get(&app, LOG).await.sees_no("nobody@example.com").has_link(REFUSALS));
}

#[apply(both_databases!)]
async fn refused_sign_ins_have_pages_by_key_with_several_of_one_minute(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    for number in 0..60 {
        let (network, email) = (format!("192.0.2.{}", number % 3), format!("p{number:02}@example.com"));
        app.store().note_refusal(&network, &email, RefusalReason::Wrong, app.now() - TimeDelta::minutes(number / 20));
    }
    housekeeping::write_refusals(&app.ctx).unwrap();
    let numbers = |page: &Page| page.body.matches("@example.com</bdi>").count();
    let first = maya.get(&app, &format!("{REFUSALS}?rows=25")).await;
    assert_eq!(numbers(first.sees("1–25 of 60 rows")), 25);
    let second = go(&app, &mut maya, &first, "next").await;
    let third = go(&app, &mut maya, second.sees("26–50 of 60 rows"), "next").await;
    assert_eq!(numbers(third.sees("51–60 of 60 rows")), 10);
    let all = [&first, &second, &third].map(Page::text).join(" ");
    assert!((0..60).all(|number| all.contains(&format!("p{number:02}@example.com"))));
    assert_eq!(go(&app, &mut maya, &second, "prev").await.text(), first.text());
    for wrong in ["rows=7", "page=x", "page=e30"] {
        maya.get(&app, &format!("{REFUSALS}?{wrong}")).await.is(404);
    }
}
