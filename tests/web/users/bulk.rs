//! Bulk actions: the question, one transaction for each user, and nothing about users outside the scope.

use usher::domain::ids::UserId;

use crate::{
    helpers::{Browser, Page, TestApp},
    shared::steps::{csrf, press},
    users::list::World,
};

const BULK: &str = "/users-and-permissions/bulk";
const TICKED: &str = "/users-and-permissions/ticked";
pub(crate) const DO: &str = "/users-and-permissions/ticked/do";

/// Selects these users and presses the button of the action.
pub(crate) async fn ask(app: &TestApp, browser: &mut Browser, action: &str, users: &[UserId]) -> Page {
    let (token, ids) = (csrf(app, browser).await, users.iter().map(ToString::to_string).collect::<Vec<_>>());
    let fields = [("csrf", token.as_str()), ("action", action), ("return", "q=e&sort=email")];
    let fields = fields.into_iter().chain(ids.iter().map(|id| ("user", id.as_str()))).collect::<Vec<_>>();
    browser.post(app, TICKED, &fields).await
}

/// Address of the form on the page for all users, with the query of the list.
fn ask_path(page: &Page) -> String {
    let at = page.body.find(&format!("action=\"{TICKED}?")).unwrap();
    page.body[at..].split('"').nth(1).unwrap().replace("&#38;", "&")
}

/// Number of users in the form on the page.
fn number_of(page: &Page) -> usize {
    page.form(&ask_path(page)).iter().filter(|(name, _)| name == "user").count()
}

#[apply(both_databases!)]
async fn the_question_lists_who_is_affected_and_who_is_not_and_why(db: Db) {
    let World { app, mut maya, uma, otto, finn, .. } = World::new(db).await;
    press(&app, &mut maya, finn, "block").await.is(303);
    app.mails().await;
    let page = ask(&app, &mut maya, "deactivate", &[uma, otto, finn, app.id_of("maya.fischer@example.com")]).await;
    page.is(200)
        .sees("Deactivate 2 users?")
        .sees("Deactivated: only active people can be deactivated.")
        .sees("Another administrator can do this for you");
    let done = maya.send(&app, &page, DO, &[]).await;
    assert!(done.header("location").starts_with("/users-and-permissions?q=e&sort=email"));
    let list = maya.get(&app, done.header("location")).await;
    list.sees("2 users deactivated.");
    assert_eq!(app.count("users WHERE blocked_at IS NOT NULL"), 3);
    assert_eq!(app.mails().await.len(), 2);
}

#[apply(both_databases!)]
async fn what_was_done_to_many_is_undone_for_those_to_whom_it_was_done(db: Db) {
    let World { app, mut maya, uma, otto, finn, .. } = World::new(db).await;
    press(&app, &mut maya, finn, "block").await.is(303);
    let page = ask(&app, &mut maya, "deactivate", &[uma, otto, finn]).await;
    maya.send(&app, &page, DO, &[]).await.is(303);
    let list = maya.get(&app, "/users-and-permissions").await;
    assert!(list.body.contains("aria-label=\"Reactivate 2 users\""), "{}", list.body);
    maya.send(&app, &list, DO, &[]).await.redirects_to("/users-and-permissions?q=e&sort=email");
    let list = maya.get(&app, "/users-and-permissions").await;
    list.sees("2 users reactivated.");
    assert!(list.body.contains("aria-label=\"Deactivate 2 users\""), "{}", list.body);
    assert_eq!(app.count("users WHERE blocked_at IS NOT NULL"), 1);
    app.mails().await;
}

#[apply(both_databases!)]
async fn what_goes_wrong_with_those_who_are_ticked_leads_back_to_the_list(db: Db) {
    let World { app, mut maya, uma, .. } = World::new(db).await;
    let list = "/users-and-permissions?q=e&sort=email";
    let question = ask(&app, &mut maya, "deactivate", &[uma]).await;
    let mut stranger = app.browser();
    stranger.headers = vec![("referer", format!("http://localhost:8080{TICKED}?q=e&sort=email"))];
    stranger.post(&app, DO, &[]).await.redirects_to("/sign-in?next=%2Fusers-and-permissions%3Fq%3De%26sort%3Demail&unsent=true");
    maya.headers.clone_from(&stranger.headers);
    app.delete_user(uma);
    let gone = maya.send(&app, &question, DO, &[]).await;
    gone.is(404).sees("Some items are gone");
    assert!(gone.has_link(list), "{}", gone.body);
    app.mails().await;
}

#[apply(both_databases!)]
async fn what_changed_between_the_question_and_the_press_is_told_of_each(db: Db) {
    let World { app, mut maya, uma, otto, .. } = World::new(db).await;
    let page = ask(&app, &mut maya, "deactivate", &[uma, otto]).await;
    press(&app, &mut maya, uma, "block").await.is(303);
    let done = maya.send(&app, &page, DO, &[("user", &otto.to_string())]).await;
    done.is(303);
    maya.get(&app, "/users-and-permissions").await.sees("1 user deactivated.");
    let page = ask(&app, &mut maya, "reactivate", &[uma]).await;
    press(&app, &mut maya, uma, "activate").await.is(303);
    maya.send(&app, &page, DO, &[]).await.is(303);
    maya.get(&app, "/users-and-permissions").await.sees("Uma Ek: not changed. Is Active now.");
    app.mails().await;
}

#[apply(both_databases!)]
async fn what_breaks_off_half_way_tells_what_was_done_and_what_was_not(db: Db) {
    let World { app, mut maya, uma, otto, .. } = World::new(db).await;
    let page = ask(&app, &mut maya, "deactivate", &[uma, otto]).await;
    app.refuse("UPDATE OF blocked_at ON user_rows", &format!("NEW.id = {otto}"));
    let broken_off = maya.send(&app, &page, DO, &[]).await;
    broken_off
        .is(503)
        .sees("This was only partly done")
        .sees("1 of 2 users deactivated. Then something went wrong. No one else was changed.");
    assert!(broken_off.has_link("/users-and-permissions?q=e&sort=email"), "{}", broken_off.body);
    let list = maya.get(&app, "/users-and-permissions").await;
    list.sees("1 user deactivated, 1 not changed.")
        .sees("Uma Ek: deactivated")
        .sees("Otto Lund: not changed, because it could not be saved.");
    assert_eq!(app.count("users WHERE blocked_at IS NOT NULL"), 1);
    // With no user affected, it is a failure like any other.
    let page = ask(&app, &mut maya, "deactivate", &[otto]).await;
    maya.send(&app, &page, DO, &[]).await.is(500).sees("Nothing was saved");
    app.mail().await;
}

#[apply(both_databases!)]
async fn what_was_done_to_many_is_told_although_the_last_word_of_it_cannot_be_kept(db: Db) {
    let World { app, mut maya, uma, otto, .. } = World::new(db).await;
    let page = ask(&app, &mut maya, "deactivate", &[uma, otto]).await;
    // The final message alone names the users.
    app.refuse("UPDATE ON sessions", "NEW.state LIKE '%Uma Ek%'");
    maya.send(&app, &page, DO, &[]).await.is(303);
    maya.get(&app, "/users-and-permissions").await.is(200).sees("2 of 2 users deactivated.");
    assert_eq!(app.count("users WHERE blocked_at IS NOT NULL"), 2);
    app.mails().await;
}

#[apply(both_databases!)]
async fn nobody_to_whom_it_can_be_done_is_no_question(db: Db) {
    let World { app, mut maya, uma, .. } = World::new(db).await;
    let page = ask(&app, &mut maya, "reactivate", &[uma]).await;
    page.sees("Reactivate: nothing to change").sees("Active: only deactivated people can be reactivated.").sees_no("Affected ");
}

#[apply(both_databases!)]
async fn the_last_active_admin_stays_when_all_are_taken_at_once(db: Db) {
    let World { app, mut maya, .. } = World::new(db).await;
    let ada = app.create_admin("Ada", "Adler");
    let page = ask(&app, &mut maya, "deactivate", &[ada]).await;
    maya.send(&app, &page, DO, &[]).await.is(303);
    maya.get(&app, "/users-and-permissions").await.sees("Ada Adler: deactivated");
    assert_eq!(app.count("users WHERE blocked_at IS NULL AND id IN (SELECT user_id FROM memberships WHERE group_id = 1)"), 1);
    app.mails().await;
}

#[apply(both_databases!)]
async fn a_foreign_unknown_or_doubled_user_refuses_the_whole_request(db: Db) {
    let World { app, mut pia, uma, finn, .. } = World::new(db).await;
    let unknown = ask(&app, &mut pia, "deactivate", &[uma, UserId(987_654)]).await;
    let foreign = ask(&app, &mut pia, "deactivate", &[uma, finn]).await;
    assert_eq!((foreign.status.as_u16(), &foreign.body), (404, &unknown.body));
    unknown.sees("Some selected items no longer exist or you don’t have access to them. Nothing was changed.");
    assert!(unknown.has_link("/users-and-permissions?q=e&sort=email"), "{}", unknown.body);
    ask(&app, &mut pia, "deactivate", &[uma, uma]).await.is(400);
    let page = ask(&app, &mut pia, "deactivate", &[uma]).await;
    let mut sent = page.form(DO);
    sent.push(("user".to_owned(), finn.to_string()));
    let sent = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>();
    pia.post(&app, DO, &sent).await.is(404);
    assert_eq!(app.count("users WHERE blocked_at IS NOT NULL"), 0);
}

#[apply(both_databases!)]
async fn a_portfolio_admin_reaches_only_who_is_wholly_inside(db: Db) {
    let World { app, mut pia, uma, otto, .. } = World::new(db).await;
    let page = ask(&app, &mut pia, "deactivate", &[uma, otto]).await;
    page.is(200).sees("Deactivate 1 user?").sees("Otto Lund").sees("This user also works outside your portfolios. An Admin can do this.");
    pia.send(&app, &page, DO, &[]).await.is(303);
    assert_eq!(app.count(&format!("users WHERE blocked_at IS NOT NULL AND id = {uma}")), 1);
    assert_eq!(app.count("users WHERE blocked_at IS NOT NULL"), 1);
    app.mail().await;
}

#[apply(both_databases!)]
async fn accounts_are_assigned_to_many_and_only_own_ones(db: Db) {
    let World { app, mut pia, uma, otto, account, foreign, .. } = World::new(db).await;
    let other = app.create_account(app.portfolios_of(app.id_of("pia.berg@example.com"))[0], "Glacier");
    let page = ask(&app, &mut pia, "assign", &[uma, otto]).await;
    page.is(200).sees("Assign accounts to 2 users").sees("Glacier").sees("Fjord").sees_no("Lagoon");
    pia.send(&app, &page, DO, &[]).await.is(422).sees("There is a problemSelect at least one account");
    pia.send(&app, &page, DO, &[("account", &foreign.to_string())]).await.is(404);
    pia.send(&app, &page, DO, &[("account", &account.to_string()), ("user", &uma.to_string())]).await.is(303);
    pia.get(&app, "/users-and-permissions").await.sees("Uma Ek already has this.").sees("0 users assigned to Fjord, 1 not changed.");
    pia.send(&app, &page, DO, &[("account", &other.to_string()), ("user", &otto.to_string())]).await.is(303);
    pia.get(&app, "/users-and-permissions").await.sees("1 user assigned to Glacier.");
    assert_eq!(app.accounts_of(otto), [account, other, foreign]);
    app.mail().await;
}

#[apply(both_databases!)]
async fn invitations_are_resent_and_revoked_together(db: Db) {
    let World { app, mut maya, uma, .. } = World::new(db).await;
    for email in ["noor@example.com", "ruth@example.com"] {
        maya.fill(&app, "/users-and-groups/new-user", &[("email", email)]).await.is(303);
    }
    app.mails().await;
    let invited = [app.id_of("noor@example.com"), app.id_of("ruth@example.com")];
    let page = ask(&app, &mut maya, "resend", &[invited[0], uma]).await;
    page.sees("Resend the invitation of 1 user?").sees("Active: only invited people have an invitation.");
    maya.send(&app, &page, DO, &[]).await.is(303);
    assert_eq!(app.mail().await.to.as_str(), "noor@example.com");
    let page = ask(&app, &mut maya, "revoke", &invited[1..]).await;
    maya.send(&app, &page, DO, &[]).await.is(303);
    assert!(app.has_user("noor@example.com") && !app.has_user("ruth@example.com"));
}

#[apply(both_databases!)]
async fn everybody_who_matches_is_taken_in_turns_that_say_who_they_are(db: Db) {
    let World { app, mut maya, mut pia, .. } = World::new(db).await;
    let page = pia.get(&app, &format!("{BULK}?q=example&sort=email")).await;
    page.sees("3 users match").sees_no("One action takes at most");
    assert_eq!(number_of(&page), 3);
    let made = (0..240).map(|number| format!("('Zo{number:03}', '', 'zo{number:03}@example.com', 'zo{number:03}@example.com', 1, 'user', '2026-01-01 00:00:00', '2026-01-01 00:00:00', 'z{number:03}', 'zoe')"));
    app.execute(&format!("INSERT INTO user_rows (first_name, last_name, email, email_key, email_key_version, default_role, credentials_set_at, created_at, sort_key, search) VALUES {}", made.collect::<Vec<_>>().join(", ")));
    let first = maya.get(&app, &format!("{BULK}?q=zoe")).await;
    first
        .sees("240 users match")
        .sees("You can change up to 200 users at a time. These are the first 200 in the list, from Zo000 to Zo199. The others follow");
    assert_eq!(number_of(&first), 200);
    let question = maya.send(&app, &first, &ask_path(&first), &[("action", "deactivate")]).await;
    question.is(200).sees("Deactivate 200 users?").sees("Up to 200 more follow.").sees("Skip these");
    let done = maya.send(&app, &question, DO, &[]).await;
    assert!(done.is(303).header("location").starts_with(&format!("{BULK}?q=zoe&page=")), "{}", done.header("location"));
    assert_eq!(app.count("users WHERE blocked_at IS NOT NULL"), 200);
    let rest = maya.get(&app, done.header("location")).await;
    rest.sees("200 users deactivated.").sees("These are the next 40 in the list, from Zo200 to Zo239. They are the last.");
    let question = maya.send(&app, &rest, &ask_path(&rest), &[("action", "deactivate")]).await;
    question.sees_no("more follow").sees_no("Skip these");
    maya.send(&app, &question, DO, &[]).await.redirects_to("/users-and-permissions?q=zoe");
    assert_eq!(app.count("users WHERE blocked_at IS NOT NULL"), 240);
    // The action changes statuses, on which the order of turns must not depend.
    let by_status = maya.get(&app, &format!("{BULK}?q=zoe&sort=status-desc")).await;
    let question = maya.send(&app, &by_status, &ask_path(&by_status), &[("action", "reactivate")]).await;
    let next = maya.send(&app, &question, DO, &[]).await.header("location").to_owned();
    assert!(next.starts_with(&format!("{BULK}?q=zoe&page=")), "{next}");
    maya.get(&app, &next).await.sees("from Zo200 to Zo239");
    // The users of the second turn have left the list meanwhile.
    app.execute("DELETE FROM outbox");
    app.execute("UPDATE user_rows SET search = 'x' WHERE search = 'zoe'");
    maya.get(&app, done.header("location")).await.is(200).sees("There are no more users in the list.");
}

#[apply(both_databases!)]
async fn after_what_breaks_off_the_next_turn_does_not_follow(db: Db) {
    let World { app, mut maya, uma, otto, .. } = World::new(db).await;
    let page = ask(&app, &mut maya, "deactivate", &[uma, otto]).await;
    app.refuse("UPDATE OF blocked_at ON user_rows", &format!("NEW.id = {otto}"));
    let broken_off = maya.send(&app, &page, DO, &[("rest", "q=zoe")]).await;
    assert!(broken_off.is(503).has_link("/users-and-permissions?q=e&sort=email"), "{}", broken_off.body);
    let page = ask(&app, &mut maya, "reactivate", &[uma]).await;
    maya.send(&app, &page, DO, &[("rest", "//evil.example")]).await.redirects_to("/users-and-permissions?q=e&sort=email");
    let page = ask(&app, &mut maya, "deactivate", &[uma]).await;
    maya.send(&app, &page, DO, &[("rest", "q=zoe")]).await.redirects_to(&format!("{BULK}?q=zoe"));
    app.mails().await;
}

#[apply(both_databases!)]
async fn nobody_ticked_changes_nothing(db: Db) {
    let World { app, mut maya, .. } = World::new(db).await;
    ask(&app, &mut maya, "deactivate", &[]).await.redirects_to("/users-and-permissions?q=e&sort=email");
    maya.get(&app, "/users-and-permissions").await.sees("No users selected.");
}
