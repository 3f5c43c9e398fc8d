//! Contents of the page.

use super::*;

#[apply(both_databases!)]
async fn the_page_explains_what_a_user_may_do_and_through_what(db: Db) {
    let Business { app, mut maya, jonas, hana_id, .. } = Business::new(db).await;
    let page = maya.get(&app, &at(jonas, "")).await;
    page.sees("Fjord FoodsView, edit detailsAccount Fjord Foods, given by Maya Fischer, 22 Nov 2026").sees("1 of 1 account");
    let page = maya.get(&app, &at(hana_id, "")).await;
    page.sees("Nordic BrandsInvite people, create accounts, change assignments")
        .sees("Fjord FoodsView, edit details, see and update billingPortfolio Nordic Brands");
    page.sees("At least one portfolio is required").sees("Two Factor AuthenticationOff");
}

#[apply(both_databases!)]
async fn an_admin_may_do_everything_in_one_line(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let daniel = app.create_admin("Daniel", "Moreau");
    maya.get(&app, &at(daniel, "")).await.sees("EverywhereEverythingRole Admin").sees("No accounts yet");
}

#[apply(both_databases!)]
async fn hundreds_of_accounts_are_counted_after_the_first_fifty(db: Db) {
    let Business { app, mut maya, hana_id, nordic, .. } = Business::new(db).await;
    for number in 0..60 {
        app.create_account(nordic, &format!("Store {number:02}"));
    }
    maya.get(&app, &at(hana_id, "")).await.sees("11 more accounts").sees("Store 48View").sees_no("Store 49View");
}

#[apply(both_databases!)]
async fn what_became_of_the_mails_with_links_is_told(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    update(&app, &mut maya, jonas, "1", &[("email", "jv@example.com")]).await.redirects_to(&at(jonas, ""));
    press(&app, &mut maya, jonas, "/send-password-reset").await.redirects_to(&at(jonas, ""));
    let page = maya.get(&app, &at(jonas, "")).await;
    page.sees("New email").sees("Password reset").sees("Sent byMaya Fischer").sees("MailQueued");
    assert_eq!(page.text().matches("MailQueued").count(), 2);
    app.mails().await;
    let bytes = if db == crate::helpers::Db::Sqlite { "x'00'" } else { "'x'" };
    for (kind, card) in [("address_confirm", "New email"), ("password_reset", "Password reset")] {
        app.execute(&format!("UPDATE outbox SET state = 'retrying', sealed = {bytes}, reply = '451 {kind}' WHERE kind = '{kind}'"));
        let text = maya.get(&app, &at(jonas, "")).await.text();
        let told = text.split(card).nth(1).unwrap().split("Next attempt").next().unwrap().to_owned();
        assert!(told.contains(&format!("Retrying 451 {kind}")), "{told}");
    }
    app.execute("UPDATE outbox SET state = 'failed', sealed = NULL");
}

#[apply(both_databases!)]
async fn a_reset_that_ran_out_is_told_of_only_where_its_mail_failed(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    press(&app, &mut maya, jonas, "/send-password-reset").await.is(303);
    app.mails().await;
    maya.get(&app, &at(jonas, "")).await.sees("Password reset").sees("MailHanded to the mail server");
    app.advance(TimeDelta::hours(1));
    let mut maya = app.signed_in("maya.fischer@example.com").await;
    maya.get(&app, &at(jonas, "")).await.sees_no("Password resetThe current");
    press(&app, &mut maya, jonas, "/send-password-reset").await.is(303);
    app.mailbox().fail_next(usher::mail::SendError::permanent("550 No"));
    app.mails().await;
    app.advance(TimeDelta::hours(1));
    app.signed_in("maya.fischer@example.com").await.get(&app, &at(jonas, "")).await.sees("Password resetThe current").sees("Failed 550 No");
}

#[apply(both_databases!)]
async fn the_list_is_found_again_as_it_was_left(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    let list = maya.get(&app, "/users-and-permissions?q=jonas&sort=email").await;
    let (back, manage) = ("/users-and-permissions?q=jonas&sort=email", at(jonas, "?return=q%3Djonas%26sort%3Demail"));
    assert!(list.has_link(&manage), "{}", list.body);
    let page = maya.get(&app, &manage).await;
    assert!(page.has_link(back), "{}", page.body);
    maya.send(&app, &page, &at(jonas, "/send-password-reset"), &[]).await.redirects_to(&manage);
    let token = csrf(&app, &mut maya).await;
    for what in ["/sign-out", "/deactivate", "/reactivate"] {
        maya.post(&app, &at(jonas, what), &[("csrf", &token), ("return", "q=jonas&sort=email")]).await.redirects_to(&manage);
    }
    let edit = maya.get(&app, &at(jonas, "/edit?return=q%3Djonas%26sort%3Demail")).await;
    assert!(edit.has_link(back) && edit.has_link(&manage), "{}", edit.body);
    maya.send(&app, &edit, &at(jonas, "/edit"), &[]).await.redirects_to(&manage);
    for (query, view) in [("https://evil.example/", ""), ("status=nothing", ""), ("q=jonas&nonsense=1", "?return=q%3Djonas")] {
        maya.post(&app, &at(jonas, "/sign-out"), &[("csrf", &token), ("return", query)]).await.redirects_to(&at(jonas, view));
    }
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_portfolio_admin_is_told_of_whom_they_see_a_part_alone(db: Db) {
    let Business { app, mut maya, mut hana, jonas, bikes, .. } = Business::new(db).await;
    hana.get(&app, &at(jonas, "")).await.sees_no("also works outside your portfolios");
    app.assign(jonas, bikes).await;
    hana.get(&app, &at(jonas, "")).await.sees("also works outside your portfolios");
    maya.get(&app, &at(jonas, "")).await.sees_no("also works outside your portfolios");
}

#[apply(both_databases!)]
async fn roles_tell_a_portfolio_admin_nothing_of_the_group_admins(db: Db) {
    let Business { app, mut maya, mut hana, .. } = Business::new(db).await;
    maya.get(&app, "/roles").await.sees("Members of Admins have full access");
    let page = hana.get(&app, "/roles").await;
    let told = page.is(200).sees("Portfolio Admin").text().replace("Portfolio Admins only", "");
    assert!(!told.contains("Admins"), "{told}");
}

#[apply(both_databases!)]
async fn the_invitation_says_who_and_when_and_what_became_of_the_mail(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.is(303);
    let noor = app.id_of("noor@example.com");
    maya.get(&app, &at(noor, ""))
        .await
        .sees("Sent byMaya Fischer")
        .sees("MailQueued")
        .sees("Resend invitation")
        .sees_no("Show link")
        .sees_no("Deactivate");
    app.mail().await;
    maya.get(&app, &at(noor, "")).await.sees("MailHanded to the mail server");
    let bytes = if db == crate::helpers::Db::Sqlite { "x'00'" } else { "'x'" };
    for (state, word) in [("retrying", "Retrying"), ("failed", "Failed")] {
        app.execute(&format!(
            "UPDATE outbox SET state = '{state}', sealed = {bytes}, reply = 'mailbox unavailable' WHERE user_id = {noor}"
        ));
        maya.get(&app, &at(noor, "")).await.sees(&format!("{word} mailbox unavailable"));
    }
    press(&app, &mut maya, noor, "/resend").await.redirects_to(&at(noor, ""));
    maya.get(&app, &at(noor, "")).await.sees("New invitation sent to noor@example.com").sees("MailQueued");
    app.mail().await;
    maya.fill(&app, &at(noor, "/revoke"), &[]).await.redirects_to("/users-and-permissions");
    assert!(!app.has_user("noor@example.com"));
}

#[apply(both_databases!)]
async fn what_the_mail_server_said_stands_beside_the_fate(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.is(303);
    app.mails().await;
    maya.get(&app, &at(app.id_of("noor@example.com"), "")).await.sees("MailHanded to the mail server 250 Taken");
}

#[apply(both_databases!)]
async fn the_mail_of_an_invitation_is_told_of_after_it_was_accepted(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    let link = invite(&app, &mut maya, "noor@example.com").await;
    app.browser().fill(&app, &link, &crate::shared::steps::NOOR).await.redirects_to("/");
    maya.get(&app, &at(app.id_of("noor@example.com"), "")).await.sees("Accepted").sees("MailHanded to the mail server");
}

#[apply(both_databases!)]
async fn what_happened_to_a_user_lately_is_told_newest_first(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    press(&app, &mut maya, jonas, "/deactivate").await.is(303);
    maya.get(&app, &at(jonas, ""))
        .await
        .sees("Recent activity")
        .sees("Maya Fischer deactivated this userToday, 09:20Maya Fischer assigned Fjord Foods to this user");
    app.mails().await;
}

#[apply(both_databases!)]
async fn what_was_edited_is_told_by_its_fields(db: Db) {
    let Business { app, mut maya, jonas, hana_id, nordic, .. } = Business::new(db).await;
    update(&app, &mut maya, jonas, "1", &[("first_name", "Jonathan")]).await.is(303);
    maya.get(&app, &at(jonas, "")).await.sees("Maya Fischer edited name of this userToday");
    let leaves = nordic.to_string();
    maya.fill(&app, &at(hana_id, "/edit"), &[("last_name", "Nova"), ("default_role", "user"), ("leaves", &leaves)]).await.is(303);
    maya.get(&app, &at(hana_id, "")).await.sees("Maya Fischer edited name and default role of this userToday");
    app.mails().await;
}

#[apply(both_databases!)]
async fn of_a_user_partly_outside_a_portfolio_admin_is_told_what_happened_inside(db: Db) {
    let Business { app, mut maya, mut hana, jonas, bikes, .. } = Business::new(db).await;
    press(&app, &mut maya, jonas, "/deactivate").await.is(303);
    hana.get(&app, &at(jonas, "")).await.sees("Maya Fischer deactivated this user");
    app.assign(jonas, bikes).await;
    hana.get(&app, &at(jonas, "")).await.sees("Maya Fischer assigned Fjord Foods").sees_no("deactivated this user").sees_no("Bergmann");
    maya.get(&app, &at(jonas, "")).await.sees("Maya Fischer assigned Bergmann Bikes");
}

#[apply(both_databases!)]
async fn without_a_mail_server_the_link_is_shown_on_a_page_of_its_own(db: Db) {
    let (app, mut maya) = TestApp::with_admin_and(db, Setting { sends_mail: false, ..Setting::default() }).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.is(303);
    let noor = app.id_of("noor@example.com");
    assert!(maya.get(&app, &at(noor, "")).await.has_link(&at(noor, "/link")));
    maya.get(&app, &at(noor, "/link")).await.is(200).sees("/invitation/");
    app.mails().await;
}
