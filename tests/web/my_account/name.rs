//! Change of one's name.

use super::*;

#[apply(both_databases!)]
async fn users_change_their_name(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    submit(&app, &mut lena, "name", &[("first_name", "Léna"), ("last_name", "Nováková")]).await.redirects_to(ME);
    lena.get(&app, ME).await.sees("Your name was changed.").sees("Léna Nováková");
    assert_eq!(app.deeds().last().unwrap(), "user.edited Lena Novak");
}

#[apply(both_databases!)]
async fn a_wrong_name_keeps_what_was_typed(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    let deeds = app.deeds();
    let long = "x".repeat(101);
    submit(&app, &mut lena, "name", &[("first_name", " "), ("last_name", "")]).await.is(422);
    for (first, error) in [("<b>", "Remove < and >"), (&*long, "Use at most 100 characters"), ("a\u{202e}b", "Remove hidden characters")] {
        let page = submit(&app, &mut lena, "name", &[("first_name", first), ("last_name", "Kovač")]).await;
        page.is(422).sees(error);
        let form = page.form("/my-account/name");
        assert!(form.contains(&("last_name".to_owned(), "Kovač".to_owned())), "{form:?}");
        assert!(form.contains(&("first_name".to_owned(), first.to_owned())), "{form:?}");
    }
    assert_eq!(app.deeds(), deeds);
}

#[apply(both_databases!)]
async fn a_name_without_changes_is_not_saved(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    let deeds = app.deeds();
    submit(&app, &mut lena, "name", &[]).await.redirects_to(ME);
    lena.get(&app, ME).await.sees("No changes to save.");
    assert_eq!(app.deeds(), deeds);
}

#[apply(both_databases!)]
async fn a_name_that_an_administrator_changed_meanwhile_is_merged(db: Db) {
    let (app, mut maya, id, mut lena) = with_lena(db).await;
    let form = lena.get(&app, ME).await;
    let edit = format!("/users-and-permissions/{id}/edit");
    maya.fill(&app, &edit, &[("first_name", "Helena"), ("last_name", "Novotná")]).await.is(303);
    let page = lena.send(&app, &form, "/my-account/name", &[("first_name", "Léna")]).await;
    page.is(409).sees("Saved by someone else: Helena");
    assert!(page.form("/my-account/name").contains(&("last_name".to_owned(), "Novotná".to_owned())));
    lena.send(&app, &page, "/my-account/name", &[]).await.redirects_to(ME);
    lena.get(&app, ME).await.sees("Léna Novotná");
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_new_password_is_no_other_change_of_the_name(db: Db) {
    let (app, _, _, mut lena) = with_lena(db).await;
    submit(&app, &mut lena, "password", &[("current", PASSWORD), ("password", NEW_PASSWORD)]).await.redirects_to(ME);
    let page = lena.get(&app, ME).await;
    app.execute("UPDATE user_rows SET version = version + 1");
    lena.send(&app, &page, "/my-account/name", &[("first_name", "Léna")]).await.redirects_to(ME);
    lena.get(&app, ME).await.sees("Léna Novak");
    app.mail().await;
}
