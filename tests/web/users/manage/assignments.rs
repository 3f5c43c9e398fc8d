//! Assigning and unassigning.

use super::*;

#[apply(both_databases!)]
async fn an_assignment_is_given_and_taken_at_once_with_the_way_back(db: Db) {
    let Business { app, mut maya, jonas, bikes, .. } = Business::new(db).await;
    let page = maya.get(&app, &at(jonas, "")).await;
    maya.send(&app, &page, &at(jonas, "/assign"), &[("assign", &format!("account-{bikes}"))]).await.redirects_to(&at(jonas, ""));
    maya.get(&app, &at(jonas, "")).await.sees("Bergmann Bikes is now assigned to Jonas Vermeulen.").sees("2 accounts");
    press(&app, &mut maya, jonas, &format!("/accounts/{bikes}/remove")).await.is(303);
    let page = maya.get(&app, &at(jonas, "")).await;
    page.sees("Bergmann Bikes is no longer assigned to Jonas Vermeulen. Assign again");
    maya.send(&app, &page, &at(jonas, &format!("/accounts/{bikes}/assign")), &[]).await.is(303);
    maya.get(&app, &at(jonas, "")).await.sees("2 accounts");
    assert_eq!(app.mails().await.len(), 3);
}

#[apply(both_databases!)]
async fn a_page_of_the_assignments_that_there_is_not_leads_to_all_of_them(db: Db) {
    let Business { app, mut maya, jonas, .. } = Business::new(db).await;
    let page = maya.get(&app, &at(jonas, "?page=zzz")).await;
    page.is(404).sees("That filter doesn’t exist");
    assert!(page.has_link(&at(jonas, "")), "{}", page.body);
}

#[apply(both_databases!)]
async fn a_user_who_puts_a_switch_gives_what_it_gives_from_that_day(db: Db) {
    let Business { app, mut hana, jonas, fjord, .. } = Business::new(db).await;
    hana.get(&app, &at(jonas, "")).await.sees("Fjord Foods, given by Maya Fischer, 22 Nov");
    app.advance(TimeDelta::days(3));
    let mut hana = app.signed_in("hana.novotna@example.com").await;
    press(&app, &mut hana, jonas, &format!("/accounts/{fjord}/see-billing/on")).await.is(303);
    hana.get(&app, &at(jonas, "")).await.sees("Fjord Foods, given by Hana Novotna, 25 Nov");
    app.mails().await;
}

#[apply(both_databases!)]
async fn what_is_assigned_again_gives_what_it_gave(db: Db) {
    let Business { app, mut maya, jonas, fjord, .. } = Business::new(db).await;
    let path = |act: &str| at(jonas, &format!("/accounts/{fjord}/{act}"));
    press(&app, &mut maya, jonas, &format!("/accounts/{fjord}/edit-details/off")).await.is(303);
    press(&app, &mut maya, jonas, &format!("/accounts/{fjord}/see-billing/on")).await.is(303);
    press(&app, &mut maya, jonas, &format!("/accounts/{fjord}/remove")).await.is(303);
    let page = maya.get(&app, &at(jonas, "")).await;
    maya.send(&app, &page, &path("assign"), &[]).await.is(303);
    maya.get(&app, &at(jonas, "")).await.sees("Fjord Foods is now assigned to Jonas Vermeulen: View, See billing.");
    assert_eq!(app.count("account_assignments WHERE sees_billing AND NOT edits_details"), 1);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_switch_changes_what_the_user_may_do_at_the_next_click(db: Db) {
    let Business { app, mut maya, jonas, fjord, .. } = Business::new(db).await;
    press(&app, &mut maya, jonas, &format!("/accounts/{fjord}/see-billing/on")).await.redirects_to(&at(jonas, ""));
    let page = maya.get(&app, &at(jonas, "")).await;
    page.sees("Jonas Vermeulen can now view the billing information of Fjord Foods.").sees("View, edit details, see billing");
    maya.send(&app, &page, &at(jonas, &format!("/accounts/{fjord}/see-billing/off")), &[]).await.is(303);
    press(&app, &mut maya, jonas, &format!("/accounts/{fjord}/edit-details/off")).await.is(303);
    maya.get(&app, &at(jonas, "")).await.sees("Fjord FoodsViewAccount");
    app.mails().await;
}

#[apply(both_databases!)]
async fn the_last_thing_in_common_is_taken_after_a_question_and_leads_to_the_list(db: Db) {
    let Business { app, mut hana, jonas, fjord, .. } = Business::new(db).await;
    let (remove, back) = (at(jonas, &format!("/accounts/{fjord}/remove")), "q=jonas");
    let manage = hana.get(&app, &at(jonas, "?return=q%3Djonas")).await;
    assert!(!manage.has_form(&remove) && manage.has_link(&format!("{remove}?return=q%3Djonas")), "{}", manage.body);
    let question = hana.get(&app, &format!("{remove}?return=q%3Djonas")).await;
    question
        .is(200)
        .sees("Remove Fjord Foods from Jonas Vermeulen?")
        .sees("Jonas will have nothing left in your portfolios, and you will no longer see them.");
    question.sees("Keep assignment").sees("Remove assignment");
    // A button pressed without the question leads to it.
    let token = csrf(&app, &mut hana).await;
    let again = hana.post(&app, &remove, &[("csrf", &token), ("return", back)]).await;
    again.is(200).sees("Remove Fjord Foods from Jonas Vermeulen?");
    assert_eq!(app.accounts_of(jonas), [fjord]);
    hana.send(&app, &again, &remove, &[]).await.redirects_to("/users-and-permissions?q=jonas");
    hana.get(&app, "/users-and-groups").await.sees("are no longer in your list").sees_no("Assign again");
    assert_eq!(app.accounts_of(jonas), []);
    hana.get(&app, &remove).await.is(404);
    app.mail().await;
}

#[apply(both_databases!)]
async fn what_is_not_the_last_in_common_is_taken_without_a_question(db: Db) {
    let Business { app, mut maya, mut hana, jonas, nordic, fjord, bikes, .. } = Business::new(db).await;
    let remove = at(jonas, &format!("/accounts/{fjord}/remove"));
    // An Admin's scope has all users.
    maya.get(&app, &remove).await.redirects_to(&at(jonas, ""));
    assert!(maya.get(&app, &at(jonas, "")).await.has_form(&remove));
    app.assign(jonas, bikes).await;
    assert!(!hana.get(&app, &at(jonas, "")).await.has_form(&remove));
    let aalto = app.create_account(nordic, "Aalto Eyewear");
    app.assign(jonas, aalto).await;
    let opened = hana.get(&app, &at(jonas, "")).await;
    assert!(opened.has_form(&remove));
    hana.get(&app, &remove).await.redirects_to(&at(jonas, ""));
    hana.send(&app, &opened, &remove, &[]).await.redirects_to(&at(jonas, ""));
    // The other one is the last now, which the page opened before does not know.
    let other = at(jonas, &format!("/accounts/{aalto}/remove"));
    hana.send(&app, &opened, &other, &[]).await.is(200).sees("Remove Aalto Eyewear from Jonas Vermeulen?");
    assert_eq!(app.accounts_of(jonas), [bikes, aalto]);
    hana.get(&app, &remove).await.redirects_to(&at(jonas, ""));
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_portfolio_is_asked_about_like_an_account_and_the_very_last_stays(db: Db) {
    let Business { app, mut hana, nordic, dach, .. } = Business::new(db).await;
    let nadia = app.create_portfolio_admin("Nadia", "Petrova", &[nordic]).await;
    let remove = at(nadia, &format!("/portfolios/{nordic}/remove"));
    hana.get(&app, &at(nadia, "")).await.sees("At least one portfolio is required");
    hana.get(&app, &remove).await.is(409).sees("At least one portfolio is required");
    app.give_portfolio(nadia, dach);
    hana.get(&app, &at(nadia, "")).await.sees_no("At least one portfolio is required").sees_no("DACH");
    hana.fill(&app, &remove, &[]).await.redirects_to("/users-and-permissions");
    assert_eq!(app.portfolios_of(nadia), [dach]);
    app.mail().await;
}

#[apply(both_databases!)]
async fn nothing_is_given_in_a_deactivated_portfolio(db: Db) {
    let Business { app, mut maya, hana_id, jonas, nordic, dach, fjord, bikes, .. } = Business::new(db).await;
    let deactivate = format!("/portfolios/{dach}/deactivate");
    let open = maya.get(&app, &at(jonas, "")).await;
    open.sees("Bergmann Bikes");
    maya.press(&app, &deactivate, &deactivate).await.is(303);
    maya.get(&app, &at(jonas, "")).await.sees_no("Bergmann Bikes");
    let deeds = app.deeds();
    let said = "DACH Retail is deactivated and gives no access. Reactivate it first. Nothing was changed.";
    for (user, what) in [(jonas, format!("account-{bikes}")), (hana_id, format!("portfolio-{dach}"))] {
        maya.send(&app, &open, &at(jonas, "/assign"), &[]).await.is(303);
        let token = csrf(&app, &mut maya).await;
        maya.post(&app, &at(user, "/assign"), &[("csrf", &token), ("assign", &what)]).await.redirects_to(&at(user, ""));
        maya.get(&app, &at(user, "")).await.sees(said);
    }
    let role = ("default_role", "portfolio_admin");
    let again = update(&app, &mut maya, jonas, "1", &[role, ("portfolio", &dach.to_string())]).await;
    again.is(422).sees("DACH Retail is deactivated. Choose another portfolio").sees("Nordic Brands").sees_no("DACH RetailNordic");
    assert_eq!((app.deeds(), app.accounts_of(jonas), app.portfolios_of(hana_id)), (deeds, vec![fjord], vec![nordic]));
    assert_eq!(app.count("users WHERE version > 1"), 0);
}

#[apply(both_databases!)]
async fn no_switch_is_put_on_in_a_deactivated_portfolio_and_any_is_put_off(db: Db) {
    let Business { app, mut maya, jonas, nordic, fjord, .. } = Business::new(db).await;
    let open = maya.get(&app, &at(jonas, "")).await;
    let deactivate = format!("/portfolios/{nordic}/deactivate");
    maya.press(&app, &deactivate, &deactivate).await.is(303);
    app.mails().await;
    let put = |switch: &str| at(jonas, &format!("/accounts/{fjord}/{switch}"));
    maya.send(&app, &open, &put("see-billing/on"), &[]).await.is(303);
    maya.get(&app, &at(jonas, "")).await.sees("Nordic Brands is deactivated and gives no access.");
    assert_eq!(app.count("account_assignments WHERE sees_billing"), 0);
    maya.send(&app, &open, &put("edit-details/off"), &[]).await.is(303);
    assert_eq!(app.count("account_assignments WHERE edits_details"), 0);
    app.mails().await;
}

#[apply(both_databases!)]
async fn what_is_taken_in_a_deactivated_portfolio_has_no_way_back(db: Db) {
    let Business { app, mut maya, jonas, dach, bikes, .. } = Business::new(db).await;
    app.assign(jonas, bikes).await;
    let deactivate = format!("/portfolios/{dach}/deactivate");
    maya.press(&app, &deactivate, &deactivate).await.is(303);
    app.mails().await;
    press(&app, &mut maya, jonas, &format!("/accounts/{bikes}/remove")).await.is(303);
    maya.get(&app, &at(jonas, "")).await.sees("It can be assigned again once its portfolio is reactivated.").sees_no("Assign again");
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_deactivated_portfolio_of_ones_own_takes_nobody_out_of_ones_hands(db: Db) {
    let Business { app, mut maya, mut hana, hana_id, jonas, dach, bikes, .. } = Business::new(db).await;
    app.give_portfolio(hana_id, dach);
    app.assign(jonas, bikes).await;
    let deactivate = format!("/portfolios/{dach}/deactivate");
    maya.press(&app, &deactivate, &deactivate).await.is(303);
    hana.get(&app, &at(jonas, "")).await.sees("Fjord Foods").sees_no("Bergmann").sees("Send password reset email");
    app.unassign_portfolio(hana_id, dach);
    hana.get(&app, &at(jonas, "")).await.sees("Fjord Foods").sees_no("Send password reset email");
    app.mails().await;
}
