//! Links of invitations, stored nowhere and shown to Admins only.

use super::*;

#[apply(both_databases!)]
async fn of_a_token_the_database_keeps_nothing_but_the_hash(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await;
    let kept = app.store().read(|db| tokens::open_of(db, app.id_of("noor@example.com"), TokenPurpose::Invitation)).unwrap().unwrap();
    assert!(app.store().read(|db| outbox::sealed_with_token(db, kept.id)).unwrap().is_some(), "sealed until it is sent");
    let queued = Contents::of(&app);
    let link = app.link_in_mail().await;
    let token = token(&link);
    assert!(!queued.has(token.reveal().as_bytes()), "the clear token was in the database before the mail was sent");
    let sent = Contents::of(&app);
    assert!(!sent.has(token.reveal().as_bytes()) && !sent.has(&URL_SAFE_NO_PAD.decode(token.reveal()).unwrap()));
    assert!(sent.has(&token.hash().0));
    assert!(app.store().read(|db| outbox::sealed_with_token(db, kept.id)).unwrap().is_none(), "wiped when it was handed over");
}

#[apply(both_databases!)]
async fn without_a_mail_server_an_admin_sees_the_link_until_it_is_accepted(db: Db) {
    let (app, mut maya) = TestApp::with_admin_and(db, Setting { sends_mail: false, ..Setting::default() }).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await.redirects_to("/users-and-groups");
    let list = maya.get(&app, "/users-and-groups").await;
    list.sees("No mail server is set up. Mails are saved as files and not sent.");
    let path = user_path(app.id_of("noor@example.com"), "link");
    assert!(list.has_link(&path) && list.body.contains("aria-label=\"Show link\""));
    let folder = tempfile::tempdir().unwrap();
    let link = the_link_in_files(&app, folder.path()).await;
    let page = maya.get(&app, &path).await;
    page.is(200).sees(&link).sees("No mail server is set up. Send this link yourself:").sees("It works once, until 23 Nov 2026, 09:20 UTC");
    assert_eq!(page.header("referrer-policy"), "same-origin");
    let link = link.strip_prefix("http://localhost:8080").unwrap();
    app.browser().fill(&app, link, &NOOR).await.redirects_to("/");
    maya.get(&app, &path).await.is(409);
    maya.get(&app, "/users-and-groups").await.sees_no("Show link");
}

#[apply(both_databases!)]
async fn a_link_is_never_in_a_message_or_a_list(db: Db) {
    let (app, mut maya) = TestApp::with_admin_and(db, Setting { sends_mail: false, ..Setting::default() }).await;
    let invited = maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await;
    let list = maya.get(&app, "/users-and-groups").await;
    let resent = press(&app, &mut maya, app.id_of("noor@example.com"), "resend").await;
    let again = maya.get(&app, "/users-and-groups").await;
    for page in [invited, list, resent, again] {
        assert!(!page.body.contains("/invitation/"), "{}", page.body);
    }
    assert!(app.audit().iter().all(|entry| !entry.details.contains("/invitation/")));
    app.mails().await;
}

#[apply(both_databases!)]
async fn looking_at_a_link_is_written_down(db: Db) {
    let (app, mut maya) = TestApp::with_admin_and(db, Setting { sends_mail: false, ..Setting::default() }).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await;
    maya.get(&app, &user_path(app.id_of("noor@example.com"), "link")).await.is(200);
    let audit = app.audit();
    let last = audit.last().unwrap();
    assert_eq!(
        (last.action.as_str(), &*last.actor_name, &*last.subject_name),
        ("invitation.link_viewed", "Maya Fischer", "noor@example.com")
    );
    assert_eq!(last.details, r#"{"version":1}"#);
    app.mails().await;
}

#[apply(both_databases!)]
async fn the_message_of_an_invitation_leads_to_its_link_by_a_button(db: Db) {
    let (app, mut maya) = TestApp::with_admin_and(db, Setting { sends_mail: false, ..Setting::default() }).await;
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await;
    let path = user_path(app.id_of("noor@example.com"), "link");
    for said in ["Invitation for noor@example.com created.", "New invitation for noor@example.com created."] {
        let list = maya.get(&app, "/users-and-groups").await;
        list.sees(said);
        maya.send(&app, &list, &path, &[]).await.is(200).sees("Send this link yourself:").sees("/invitation/");
        assert_eq!(app.audit().last().unwrap().action.as_str(), "invitation.link_viewed");
        press(&app, &mut maya, app.id_of("noor@example.com"), "resend").await;
    }
    app.mails().await;
}

#[apply(both_databases!)]
async fn with_a_mail_server_nobody_sees_a_link(db: Db) {
    let (app, mut maya) = TestApp::with_admin(db).await;
    invite(&app, &mut maya, "noor@example.com").await;
    let list = maya.get(&app, "/users-and-groups").await;
    list.sees_no("No mail server is set.");
    assert!(!list.body.contains("Show link"));
    maya.get(&app, &user_path(app.id_of("noor@example.com"), "link")).await.is(404);
}

#[apply(both_databases!)]
async fn nobody_but_admins_sees_a_link(db: Db) {
    let (app, mut maya) = TestApp::with_admin_and(db, Setting { sends_mail: false, ..Setting::default() }).await;
    app.create_user("Jonas", "Vermeulen");
    maya.fill(&app, "/users-and-groups/new-user", &[("email", "noor@example.com")]).await;
    let path = user_path(app.id_of("noor@example.com"), "link");
    let mut jonas = app.signed_in("jonas.vermeulen@example.com").await;
    jonas.get(&app, &path).await.is(403);
    jonas.get(&app, "/users-and-groups").await.sees_no("No mail server is set.");
    app.browser().get(&app, &path).await.redirects_to(&usher::web::shared::routing::paths::sign_in_then(Some("/users-and-groups")));
    app.mails().await;
}

/// Writes the mails to files, and returns the link in the only one.
async fn the_link_in_files(app: &TestApp, folder: &std::path::Path) -> String {
    let (transport, from) = (Transport::folder(folder), Sender::parse("usher@localhost").unwrap());
    while delivery::deliver_next(&app.ctx, &transport, &from).await.unwrap() == Delivered::One {}
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect::<Vec<_>>();
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(fs::metadata(&files[0]).unwrap().permissions().mode() & 0o777, 0o600);
    let mail = fs::read_to_string(&files[0]).unwrap().replace("=\r\n", "");
    let start = mail.find("http://localhost:8080/invitation/").unwrap();
    mail[start..].split_whitespace().next().unwrap().to_owned()
}
