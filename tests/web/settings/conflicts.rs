//! The shortest password and the two-factor policy.

use chrono::TimeDelta;

use super::*;

const SHORT: &str = "Use at least 15 until everyone needs two-factor";
const LOOSE: &str = "Everyone needs two-factor while passwords may be shorter than 15 characters";

#[apply(both_databases!)]
async fn short_passwords_wait_for_the_day_from_which_everyone_needs_two_factor(db: Db) {
    let (app, mut maya) = with_enrolled_admin(db).await;
    for policy in [("nobody", ""), ("admins", "2026-11-01"), ("admins_and_portfolio_admins", "2026-11-01"), ("everyone", "2026-11-23")] {
        let page = save(&app, &mut maya, &[("password_min", "14"), ("two_factor", policy.0), ("two_factor_from", policy.1)]).await;
        page.is(422).sees(SHORT).sees_no(LOOSE);
        assert_eq!(value(&page, "password_min"), "14");
        assert_eq!((&*value(&page, "two_factor"), &*value(&page, "two_factor_from")), policy);
    }
    save(&app, &mut maya, &[("two_factor", "everyone"), ("two_factor_from", "2026-11-23")]).await.is(303);
    app.execute("UPDATE company SET session_idle = 86400, session_absolute = 86400");
    // The clock stands at 09:20.
    app.advance(TimeDelta::hours(14) + TimeDelta::minutes(39));
    save(&app, &mut maya, &[("password_min", "8")]).await.is(422).sees(SHORT);
    app.advance(TimeDelta::minutes(1));
    save(&app, &mut maya, &[("password_min", "8")]).await.redirects_to(SETTINGS);
    maya.get(&app, "/my-account").await.sees("8 characters or more");
}

#[apply(both_databases!)]
async fn the_policy_is_not_loosened_while_passwords_are_short(db: Db) {
    let (app, mut maya) = with_enrolled_admin(db).await;
    save(&app, &mut maya, &[("two_factor", "everyone"), ("two_factor_from", "2026-11-22"), ("password_min", "8")]).await.is(303);
    for policy in [("nobody", ""), ("admins", "2026-11-01"), ("admins_and_portfolio_admins", "2026-11-01"), ("everyone", "2026-11-23")] {
        let page = save(&app, &mut maya, &[("two_factor", policy.0), ("two_factor_from", policy.1)]).await;
        page.is(422).sees(LOOSE).sees_no(SHORT);
        assert_eq!((&*value(&page, "two_factor"), &*value(&page, "two_factor_from")), policy);
    }
    assert_eq!(app.count("company WHERE two_factor_for = 'everyone' AND password_min = 8 AND version = 2"), 1);
    save(&app, &mut maya, &[("two_factor", "nobody"), ("password_min", "15")]).await.redirects_to(SETTINGS);
}
