//! Passkeys in the hands of administrators.

use super::*;

#[apply(both_databases!)]
async fn a_reset_removes_passkeys_and_lists_tell_who_has_them(db: Db) {
    let mut lena = Lena::new(db).await;
    let mut maya = lena.app.signed_in("maya.fischer@example.com").await;
    let manage = format!("/users-and-permissions/{}", lena.id);
    maya.get(&lena.app, &manage).await.sees("1 passkey").sees("Passkey last usedNever");
    let on = "/users-and-permissions?two_factor=on";
    maya.get(&lena.app, on).await.sees("Lena Novak");
    maya.get(&lena.app, "/users-and-permissions?two_factor=off").await.sees_no("Lena Novak");
    let reset = format!("{manage}/reset-two-factor");
    maya.get(&lena.app, &reset).await.sees("The passkey stops working").sees_no("authenticator app and");
    confirm(&lena.app, &mut maya, &reset).await.redirects_to(&manage);
    lena.passkey.sign_in(&lena.app, &mut lena.app.browser()).await.is(422).sees(REFUSED);
    lena.app.browser().sign_in(&lena.app, LENA, PASSWORD).await.redirects_to("/");
    maya.get(&lena.app, &manage).await.sees("The two-factor of Lena Novak was reset.");
    maya.get(&lena.app, on).await.sees_no("Lena Novak");
    lena.app.mails().await;
}

#[apply(both_databases!)]
async fn a_user_without_a_password_gets_a_link_with_the_reset(db: Db) {
    let mut lena = Lena::new(db).await;
    lena.app.execute(&format!("UPDATE user_rows SET password_hash = NULL WHERE id = {}", lena.id));
    let mut maya = lena.app.signed_in("maya.fischer@example.com").await;
    let reset = format!("/users-and-permissions/{}/reset-two-factor", lena.id);
    maya.get(&lena.app, &reset).await.sees("Lena has no password, and gets a link to choose one.");
    confirm(&lena.app, &mut maya, &reset).await.is(303);
    lena.passkey.sign_in(&lena.app, &mut lena.app.browser()).await.is(422);
    let mails = lena.app.mails().await;
    let mail = mails.iter().find(|mail| mail.rendered.text.contains("/reset/")).unwrap();
    let link = lena.app.link_in(mail);
    lena.app.browser().fill(&lena.app, &link, &[("password", PASSWORD)]).await.is(303);
    lena.app.browser().sign_in(&lena.app, LENA, PASSWORD).await.redirects_to("/");
    lena.app.mails().await;
}
