//! Unlikely and late input: every form and every query answers in words, and nothing is done by half.

use usher::{
    domain::{ids::UserId, permission::Permission},
    usecases::{EntryPoint, users},
};

use crate::{
    helpers::{Browser, Page, TestApp},
    shared::routes::{Post, World, csrf, stored, without_counters},
    users::list,
};

/// Fields for choices instead of text.
const CHOICES: [&str; 24] = [
    "time_zone",
    "appearance",
    "version",
    "asset",
    "step",
    "do",
    "action",
    "user",
    "portfolio",
    "account",
    "default_role",
    "assign",
    "country",
    "people_of",
    "leaves",
    "kind",
    "daily_mail",
    "two_factor",
    "groups_term_unit",
    "new_user_term_unit",
    "session_idle_unit",
    "session_absolute_unit",
    "level",
    "to",
];

/// Fields with tests of their own: secrets, which are not shown again, and addresses typed by strangers.
const SECRET: [&str; 8] = ["ceremony", "credential", "password", "current", "code", "codes", "key", "secret"];

/// Tables whose rows must not be duplicated.
const THINGS: [&str; 14] = [
    "assets",
    "asset_shares",
    "process_versions",
    "integrations",
    "users",
    "users WHERE blocked_at IS NULL",
    "users",
    "user_groups",
    "memberships",
    "portfolio_assignments",
    "account_assignments",
    "portfolios WHERE deactivated_at IS NULL",
    "accounts",
    "billing",
];

fn things(app: &TestApp) -> [i64; 14] {
    THINGS.map(|rows| app.count(rows))
}

/// Maya at her forms, each with one field changed.
struct Typist {
    world: World,
    token: String,
}

impl Typist {
    async fn new(db: crate::helpers::Db) -> Self {
        let mut world = World::new(db).await;
        let token = csrf(&world.maya.get(&world.app, "/users-and-groups").await, "/sign-out");
        Self { world, token }
    }

    /// Forms for a signed-in user.
    fn posts(&self) -> Vec<Post> {
        self.world.posts().into_iter().filter(|post| post.endpoint.access.is_signed_in() && post.endpoint.name != "SignOut").collect()
    }

    async fn send(&mut self, post: &Post, changed: (&str, &str)) -> Page {
        let (name, value) = changed;
        let field = |(known, good): &(&'static str, String)| (*known, if *known == name { value.to_owned() } else { good.clone() });
        let fields = post.fields.iter().map(field).collect::<Vec<_>>();
        let fields = fields.iter().map(|(name, value)| (*name, value.as_str())).chain([("csrf", self.token.as_str())]).collect::<Vec<_>>();
        self.world.maya.post(&self.world.app, &post.path, &fields).await
    }

    /// Stored rows, without the message for the next page.
    fn stored(&self) -> Vec<(&'static str, i64)> {
        stored(&self.world.app).into_iter().filter(|(rows, _)| !rows.contains("state <>")).collect()
    }
}

fn is_text(name: &str) -> bool {
    !CHOICES.contains(&name) && !SECRET.contains(&name)
}

async fn press(app: &TestApp, browser: &mut Browser, user: UserId, what: &str, fields: &[(&str, &str)]) -> Page {
    let token = crate::shared::steps::csrf(app, browser).await;
    browser.post(app, &format!("/users-and-permissions/{user}{what}"), &[&[("csrf", token.as_str())], fields].concat()).await
}

#[apply(both_databases!)]
async fn hostile_text_is_refused_at_its_field_or_kept_as_it_is(db: Db) {
    let mut maya = Typist::new(db).await;
    let long = "a".repeat(5_000);
    let hostile = [
        "",
        "   ",
        &long,
        "<script>alert(1)</script>",
        "\"'><img src=x onerror=alert(1)>",
        "a\u{0}b",
        "a\u{202e}b",
        "a\r\nBcc: b@example.com",
        "{{7*7}}",
        "' OR 1=1 --",
    ];
    for post in maya.posts() {
        for (name, _) in post.fields.iter().filter(|(name, _)| is_text(name)) {
            for text in hostile {
                let before = maya.stored();
                let page = maya.send(&post, (name, text)).await;
                let (status, about) = (page.status.as_u16(), format!("{} {name} {text:.40?}", post.endpoint.name));
                // An invitation is revoked by the first of them, and is gone for the others.
                let is_gone = status == 404 && *name == "return";
                assert!(is_gone || [200, 303, 409, 422].contains(&status), "{about}: {status} {}", page.text());
                assert!(!page.body.contains("<script>alert") && !page.body.contains("<img src=x"), "{about}");
                let location = page.header("location");
                assert!(status != 303 || (location.starts_with('/') && !location.starts_with("//")), "{about}: {location}");
                if status == 422 {
                    assert_eq!(maya.stored(), before, "{about}");
                    let typed = page.form(&post.path).into_iter().find(|(known, _)| known == name).map(|(_, value)| value);
                    let is_plain = !text.contains(['\u{0}', '\r']);
                    assert!(
                        !is_plain || typed.as_deref().map(str::trim) == Some(text.trim()),
                        "{about}: {:?}",
                        typed.map(|typed| typed.chars().take(40).collect::<String>())
                    );
                }
            }
        }
    }
    maya.world.app.mails().await;
}

#[apply(both_databases!)]
async fn a_choice_that_no_page_offers_is_refused_whole(db: Db) {
    let mut maya = Typist::new(db).await;
    for post in maya.posts() {
        for (name, good) in post.fields.iter().filter(|(name, _)| CHOICES.contains(name)) {
            for choice in [
                "x",
                "-1",
                "0",
                "01",
                "987654",
                "99999999999999999999",
                "account-x",
                "portfolio-987654",
                "account-0",
                "ADMIN",
                "a\u{0}b",
                "<script>",
            ] {
                if choice == good || choice.trim_start_matches('0') == good {
                    continue;
                }
                let before = maya.stored();
                let page = maya.send(&post, (name, choice)).await;
                assert!(
                    [400, 404, 409, 422].contains(&page.status.as_u16()),
                    "{} {name} {choice:?}: {} {}",
                    post.endpoint.name,
                    page.status,
                    page.header("location")
                );
                assert_eq!(maya.stored(), before, "{} {name} {choice:?}", post.endpoint.name);
            }
        }
    }
}

#[apply(both_databases!)]
async fn whatever_is_sent_twice_is_done_once(db: Db) {
    let mut maya = Typist::new(db).await;
    for post in maya.posts() {
        let first = maya.send(&post, ("", "")).await;
        assert_eq!(first.status.as_u16(), post.done, "{}: {}", post.endpoint.name, first.text());
        let done = things(&maya.world.app);
        let second = maya.send(&post, ("", "")).await;
        assert!([200, 303, 403, 404, 409, 422].contains(&second.status.as_u16()), "{}: {}", post.endpoint.name, second.status);
        assert_eq!(things(&maya.world.app), done, "{}", post.endpoint.name);
    }
    maya.world.app.mails().await;
}

#[apply(both_databases!)]
async fn a_form_that_is_not_theirs_is_refused_however_it_is_filled_in(db: Db) {
    let mut world = World::new(db).await;
    let token = csrf(&world.jonas.get(&world.app, "/users-and-groups").await, "/sign-out");
    let before = stored(&world.app);
    for post in world.posts() {
        let Some(expected) = post.user else { continue };
        let left_out = |wanted: &str| post.fields.iter().filter(|(name, _)| *name != wanted).cloned().collect::<Vec<_>>();
        let blank = |wanted: &str| {
            post.fields.iter().map(|(name, value)| (*name, if *name == wanted { String::new() } else { value.clone() })).collect::<Vec<_>>()
        };
        for fields in post.fields.iter().flat_map(|(name, _)| [left_out(name), blank(name)]) {
            let sent = fields.iter().map(|(name, value)| (*name, value.as_str())).chain([("csrf", token.as_str())]).collect::<Vec<_>>();
            let page = world.jonas.post(&world.app, &post.path, &sent).await;
            assert!([expected, 400, 404].contains(&page.status.as_u16()), "{} {fields:?}: {}", post.endpoint.name, page.status);
        }
    }
    assert_eq!(stored(&world.app), before);
}

#[apply(both_databases!)]
async fn who_was_deleted_meanwhile_is_gone_for_every_button(db: Db) {
    let list::World { app, mut maya, uma, account, nordic, .. } = list::World::new(db).await;
    app.delete_user(uma);
    let before = stored(&app);
    let edit = [("first_name", "Uma"), ("last_name", "Ek"), ("email", "uma.ek@example.com"), ("default_role", "user"), ("version", "1")];
    let (give, take) = (format!("/accounts/{account}/assign"), format!("/accounts/{account}/remove"));
    let (switch, portfolio) = (format!("/accounts/{account}/see-billing/on"), format!("/portfolios/{nordic}/assign"));
    for (what, fields) in [
        ("/edit", &edit[..]),
        ("/deactivate", &[]),
        ("/reactivate", &[]),
        ("/sign-out", &[]),
        ("/send-password-reset", &[]),
        ("/withdraw-email-change", &[]),
        ("/resend", &[]),
        ("/revoke", &[]),
        (&give, &[]),
        (&take, &[]),
        (&switch, &[]),
        (&portfolio, &[]),
    ] {
        press(&app, &mut maya, uma, what, fields).await.is(404);
    }
    assert_eq!(stored(&app), before);
}

#[apply(both_databases!)]
async fn who_was_deactivated_meanwhile_is_said_to_be(db: Db) {
    let list::World { app, mut maya, uma, .. } = list::World::new(db).await;
    users::lifecycle::block(&app.ctx, &app.caller(app.id_of("maya.fischer@example.com")), EntryPoint::UsersAndPermissions, uma).unwrap();
    app.mails().await;
    let tokens = app.count("tokens");
    for what in ["/deactivate", "/send-password-reset", "/resend", "/revoke"] {
        let page = press(&app, &mut maya, uma, what, &[]).await;
        let told = if page.status == 303 { maya.get(&app, page.header("location")).await } else { page };
        assert!(told.shows("Deactivated") && [200, 409].contains(&told.status.as_u16()), "{what}: {} {}", told.status, told.text());
    }
    assert_eq!((app.count("tokens"), app.count("outbox WHERE state = 'queued'")), (tokens, 0));
}

#[apply(both_databases!)]
async fn a_user_who_loses_the_role_between_page_and_press_does_nothing(db: Db) {
    for meanwhile in [
        "UPDATE user_rows SET blocked_at = created_at WHERE id = {}",
        "UPDATE user_rows SET deleted_at = created_at WHERE id = {}",
        "DELETE FROM memberships WHERE user_id = {}",
    ] {
        let mut maya = Typist::new(db).await;
        let id = maya.world.app.id_of("maya.fischer@example.com");
        maya.world.app.execute(&meanwhile.replace("{}", &id.to_string()));
        let before = maya.stored();
        // Users keep the assets that they own under any role.
        let is_kept = |post: &Post| meanwhile.contains("memberships") && post.endpoint.access.permission() == Some(Permission::AssetsUse);
        for post in maya.posts().iter().filter(|post| post.user.is_some() && !is_kept(post)) {
            let page = maya.send(post, ("", "")).await;
            let is_refused = matches!(page.status.as_u16(), 403 | 404) || page.header("location").starts_with("/sign-in");
            assert!(is_refused, "{} {meanwhile}: {}", post.endpoint.name, page.status);
        }
        assert_eq!(without_counters(maya.stored()), without_counters(before), "{meanwhile}");
    }
}

#[apply(both_databases!)]
async fn a_query_that_no_page_has_written_gets_a_page_that_says_so(db: Db) {
    let list::World { app, mut maya, nordic, uma, .. } = list::World::new(db).await;
    let long = "a".repeat(20_000);
    let values = [
        "%00",
        "a%00b",
        "%FF",
        "%",
        "-1",
        "0",
        "99999999999999999999",
        "x",
        "%3Cscript%3Ealert(1)%3C/script%3E",
        "%E2%80%AE",
        &long,
        "eyJ4IjoxfQ",
        "bnVsbA",
        "//evil.example",
    ];
    for (path, names) in [
        ("/users-and-groups".to_owned(), &["q", "page", "rows"][..]),
        ("/users-and-groups/deleted".to_owned(), &["page", "rows"]),
        ("/users-and-permissions".to_owned(), &["q", "page", "rows", "status", "role", "two_factor", "assignments", "sort"]),
        ("/users-and-permissions/bulk".to_owned(), &["q", "page", "rows", "status", "role", "two_factor", "assignments", "sort"]),
        ("/users-and-permissions/export".to_owned(), &["q", "page", "rows", "status", "role", "two_factor", "assignments", "sort"]),
        (format!("/users-and-permissions/{uma}"), &["q", "page", "add"]),
        ("/portfolios".to_owned(), &["q", "page", "rows"]),
        (format!("/portfolios/{nordic}"), &["page", "people"]),
        ("/users-and-permissions/new".to_owned(), &["step", "draft", "q", "portfolio"]),
        ("/accounts/new".to_owned(), &["step", "draft", "q", "portfolio"]),
        ("/sign-in".to_owned(), &["next", "after"]),
        ("/forgot-password".to_owned(), &["sent"]),
        ("/setup".to_owned(), &["key"]),
    ] {
        for name in names {
            for value in values {
                let page = maya.get(&app, &format!("{path}?{name}={value}")).await;
                assert!([200, 303, 400, 404, 414].contains(&page.status.as_u16()), "{path}?{name}={value:.40}: {}", page.status);
                assert!(!page.body.contains("<script>alert") && !page.header("location").contains("evil"), "{path}?{name}={value:.40}");
            }
            let doubled = maya.get(&app, &format!("{path}?{name}=a&{name}=b")).await;
            assert!([400, 404].contains(&doubled.status.as_u16()), "{path} {name}: {}", doubled.status);
        }
    }
}
