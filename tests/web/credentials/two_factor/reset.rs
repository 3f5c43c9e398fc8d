//! Reset of two-factor by administrators, and its state on Manage and in lists.

use super::*;

const LIST: &str = "/users-and-permissions";

#[apply(both_databases!)]
async fn an_admin_resets_the_two_factor_of_a_user_and_all_are_told(db: Db) {
    let mut lena = Lena::new(db).await;
    lena.app.create_admin("Ruth", "Adler");
    lena.app.mails().await;
    let mut maya = lena.app.signed_in("maya.fischer@example.com").await;
    let mut waiting = lena.at_second_step().await;
    let manage = format!("/users-and-permissions/{}", lena.id);
    maya.get(&lena.app, &manage).await.sees("Authenticator app").sees("10 of 10 left").sees("Reset two-factor");
    let reset = format!("{manage}/reset-two-factor");
    maya.get(&lena.app, &reset).await.sees("Reset two-factor for Lena Novak?");
    confirm(&lena.app, &mut maya, &reset).await.redirects_to(&manage);
    maya.get(&lena.app, &manage).await.sees("The two-factor of Lena Novak was reset.").sees("Two Factor AuthenticationOff");
    lena.browser.get(&lena.app, "/my-account").await.redirects_to("/sign-in?next=%2Fmy-account");
    waiting.get(&lena.app, STEP).await.redirects_to("/sign-in?after=second-step");
    let mut told = lena.app.mails().await.into_iter().map(|mail| (mail.to.to_string(), mail.rendered.subject)).collect::<Vec<_>>();
    told.sort();
    let notice = "Two-factor of a user was reset".to_owned();
    assert_eq!(
        told,
        [
            (LENA.to_owned(), "Two-factor turned off for your user".to_owned()),
            ("maya.fischer@example.com".to_owned(), notice.clone()),
            ("ruth.adler@example.com".to_owned(), notice),
        ]
    );
    assert_eq!(lena.app.deeds().last().unwrap(), "two_factor.reset Lena Novak");
    lena.app.browser().sign_in(&lena.app, LENA, PASSWORD).await.redirects_to("/");
    maya.get(&lena.app, &reset).await.redirects_to(&manage);
    maya.get(&lena.app, &manage).await.sees("No changes to save.");
}

#[apply(both_databases!)]
async fn nobody_resets_their_own_two_factor(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    turn_on(&app, &mut maya).await;
    app.mail().await;
    let id = app.id_of("maya.fischer@example.com");
    let page = maya.get(&app, &format!("/users-and-permissions/{id}")).await;
    page.sees("Authenticator app").sees_no("Reset two-factor");
    maya.get(&app, &format!("/users-and-permissions/{id}/reset-two-factor")).await.is(409);
    assert_eq!(app.count("authenticator_apps"), 1);
}

#[apply(both_databases!)]
async fn a_portfolio_admin_resets_the_two_factor_of_users_alone(db: Db) {
    let lena = Lena::new(db).await;
    let app = &lena.app;
    let portfolio = app.create_portfolio("Nordics");
    app.create_portfolio_admin("Hana", "Novotna", &[portfolio]).await;
    let other = app.create_portfolio_admin("Otto", "Weiss", &[portfolio]).await;
    app.assign(lena.id, app.create_account(portfolio, "Fjord Foods")).await;
    let mut otto = app.signed_in("otto.weiss@example.com").await;
    turn_on(app, &mut otto).await;
    let mut hana = app.signed_in("hana.novotna@example.com").await;
    hana.get(app, &format!("/users-and-permissions/{other}")).await.sees("Authenticator app").sees_no("Reset two-factor");
    hana.get(app, &format!("/users-and-permissions/{other}/reset-two-factor")).await.is(403);
    let manage = format!("/users-and-permissions/{}", lena.id);
    confirm(app, &mut hana, &format!("{manage}/reset-two-factor")).await.redirects_to(&manage);
    assert_eq!(app.count("authenticator_apps"), 1);
    app.mails().await;
}

#[apply(both_databases!)]
async fn lists_counts_and_exports_tell_who_has_two_factor(db: Db) {
    let lena = Lena::new(db).await;
    let app = &lena.app;
    let mut maya = app.signed_in("maya.fischer@example.com").await;
    let portfolio = app.create_portfolio("Nordics");
    app.create_portfolio_admin("Hana", "Novotna", &[portfolio]).await;
    let mut hana = app.signed_in("hana.novotna@example.com").await;
    app.assign(lena.id, app.create_account(portfolio, "Fjord Foods")).await;
    for browser in [&mut maya, &mut hana] {
        let on = browser.get(app, &format!("{LIST}?two_factor=on")).await;
        on.sees("Lena Novak").sees("All 1").sees("Active 1").sees_no("Hana Novotna User");
        browser.get(app, &format!("{LIST}?two_factor=on&q=lena")).await.sees("Lena Novak").sees("All 1");
        browser.get(app, &format!("{LIST}?two_factor=off&q=lena")).await.sees("All 0");
        let off = browser.get(app, &format!("{LIST}?two_factor=off&sort=email")).await;
        off.sees_no("Lena Novak");
    }
    maya.get(app, &format!("{LIST}?two_factor=off")).await.sees("All 2").sees("Maya Fischer");
    let export = maya.get(app, &format!("{LIST}/export")).await;
    assert!(export.body.lines().any(|line| line.contains("Lena Novak") && line.contains("\"On\"")), "{}", export.body);
    assert!(export.body.lines().any(|line| line.contains("Maya Fischer") && line.contains("\"Off\"")), "{}", export.body);
}

#[apply(both_databases!)]
async fn many_users_are_reminded_of_two_factor_at_once(db: Db) {
    let lena = Lena::new(db).await;
    let app = &lena.app;
    let (otto, nina) = (app.create_user("Otto", "Weiss"), app.create_user("Nina", "Berg"));
    let mut maya = app.signed_in("maya.fischer@example.com").await;
    let csrf = crate::shared::steps::csrf(app, &mut maya).await;
    let ids = [lena.id, otto, nina].map(|id| id.to_string());
    let fields = [("csrf", &*csrf), ("action", "remind_of_two_factor"), ("user", &*ids[0]), ("user", &*ids[1]), ("user", &*ids[2])];
    let page = maya.post(app, &format!("{LIST}/ticked"), &fields).await;
    page.is(200).sees("Remind 2 users of two-factor?").sees("Lena Novak already has this");
    maya.send(app, &page, &format!("{LIST}/ticked/do"), &[]).await.is(303);
    maya.get(app, LIST).await.sees("2 users reminded.");
    let mails = app.mails().await;
    assert!(mails.len() == 2 && mails.iter().all(|mail| mail.rendered.subject == "Please turn two-factor on"), "{mails:?}");
    assert_eq!(app.deeds().iter().filter(|deed| deed.starts_with("two_factor.reminded")).count(), 2);
}
