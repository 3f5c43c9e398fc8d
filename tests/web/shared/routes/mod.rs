//! Every address, asked for by everybody in every way.

use std::collections::BTreeSet;

use actix_web::http::Method;
use chrono::TimeDelta;
use usher::{
    domain::{
        clock::SystemRandom,
        credentials::token::{Token, TokenPurpose},
        ids::UserId,
    },
    store::tokens::{self, NewToken},
};

use crate::helpers::{Browser, Page, Setting, TestApp};

/// A company in which every address leads somewhere.
pub(crate) struct World {
    pub(crate) app: TestApp,
    /// An Admin.
    pub(crate) maya: Browser,
    /// A User.
    pub(crate) jonas: Browser,
    /// Somebody deactivated, with the cookie of a session from before.
    lena: Browser,
    group: String,
    active: String,
    deactivated: String,
    deleted: String,
    invited: String,
    /// Two portfolios, the second deactivated, and an account in the first.
    portfolios: [String; 2],
    account: String,
    /// The paths of the links of open invitations, and of one that ran out.
    open: String,
    expired: String,
    /// Invited, for Manage to revoke.
    pending: String,
    /// A Portfolio Admin of the first portfolio.
    portfolio_admin: String,
    /// The paths of links to people who are active.
    reset: String,
    confirm: String,
    stop: String,
    /// Active, with another address that waits.
    moving: String,
}

/// What a page answers to whom.
struct Visit {
    name: &'static str,
    path: String,
    anonymous: u16,
    user: u16,
    admin: u16,
}

/// A form: its address, and fields that would be accepted.
pub(crate) struct Post {
    pub(crate) name: &'static str,
    pub(crate) path: String,
    pub(crate) fields: Vec<(&'static str, String)>,
    /// What somebody is answered who may send it.
    pub(crate) done: u16,
    /// What a User is answered; `None` for what everybody may do.
    pub(crate) user: Option<u16>,
    pub(crate) needs_session: bool,
}

/// What is stored, in numbers that no change leaves as they are.
const STORED: [&str; 27] = [
    "company WHERE name <> ''",
    "users",
    "users WHERE blocked_at IS NULL",
    "users WHERE deleted_at IS NULL",
    "user_groups",
    "user_groups WHERE name = 'Research'",
    "memberships",
    "tokens",
    "tokens WHERE ended_at IS NULL",
    "sessions",
    "sessions WHERE state <> '{}'",
    "known_browsers",
    "throttles",
    "reset_requests",
    "users WHERE password_hash IS NOT NULL",
    "refused_sign_ins",
    "outbox",
    "audit_entries",
    "users WHERE version > 1",
    "portfolio_assignments",
    "account_assignments",
    "account_assignments WHERE sees_billing",
    "portfolios",
    "portfolios WHERE deactivated_at IS NULL",
    "accounts",
    "accounts WHERE name = 'Fjord Foods'",
    "billing",
];

impl World {
    pub(crate) async fn new(db: crate::helpers::Db) -> Self {
        let (app, mut maya) = TestApp::with_admin_and(db, Setting { sends_mail: false, ..Setting::default() }).await;
        let active = app.create_user("Jonas", "Vermeulen").to_string();
        let jonas = app.signed_in("jonas.vermeulen@example.com").await;
        let deactivated = app.create_user("Lena", "Novak").to_string();
        let lena = app.signed_in("lena.novak@example.com").await;
        maya.press(&app, "/users-and-groups", &format!("/users-and-groups/users/{deactivated}/block")).await.is(303);
        let deleted = app.create_user("Otto", "Weiss").to_string();
        let delete = format!("/users-and-groups/users/{deleted}/delete");
        maya.press(&app, &delete, &delete).await.is(303);
        let created = maya.fill(&app, "/users-and-groups/new-group", &[("name", "Research")]).await;
        let group = created.header("location").rsplit('/').next().unwrap().to_owned();
        let add = format!("/users-and-groups/groups/{group}/add");
        let csrf = csrf(&maya.get(&app, "/users-and-groups").await, "/sign-out");
        maya.post(&app, &add, &[("csrf", &csrf), ("user", &active)]).await.is(303);
        let portfolios = ["Nordic Brands", "Public Sector"].map(|name| app.create_portfolio(name));
        let portfolio_admin = app.create_portfolio_admin("Hana", "Novak", &[portfolios[0]]).await.to_string();
        let (invited, _) = invite(&app, &mut maya, "noor@example.com").await;
        let (_, open) = invite(&app, &mut maya, "ruth@example.com").await;
        let (late, expired) = invite(&app, &mut maya, "piet@example.com").await;
        app.execute(&format!("UPDATE tokens SET expires_at = created_at WHERE user_id = {late}"));
        app.execute(&format!("UPDATE users SET invitation_expires_at = created_at WHERE id = {late}"));
        let people = [("Nina", "Berg"), ("Omar", "Haddad"), ("Pia", "Lund"), ("Rosa", "Silva")];
        let [nina, omar, pia, rosa] = people.map(|(first, last)| app.create_user(first, last));
        let reset = link(&app, TokenPurpose::PasswordReset, nina, "nina.berg@example.com");
        let confirm = link(&app, TokenPurpose::EmailChange, omar, "haddad@example.com");
        link(&app, TokenPurpose::EmailChange, pia, "lund@example.com");
        let stop = link(&app, TokenPurpose::EmailChangeStop, pia, "pia.lund@example.com");
        link(&app, TokenPurpose::EmailChange, rosa, "silva@example.com");
        let account = app.create_account(portfolios[0], "Fjord Foods").to_string();
        let deactivate = format!("/portfolios/{}/deactivate", portfolios[1]);
        maya.press(&app, &deactivate, &deactivate).await.is(303);
        let (pending, _) = invite(&app, &mut maya, "sam@example.com").await;
        let portfolios = portfolios.map(|portfolio| portfolio.to_string());
        maya.get(&app, "/users-and-groups").await.is(200);
        Self {
            app,
            maya,
            jonas,
            lena,
            group,
            active,
            deactivated,
            deleted,
            invited,
            portfolios,
            account,
            open,
            expired,
            pending,
            portfolio_admin,
            reset,
            confirm,
            stop,
            moving: rosa.to_string(),
        }
    }

    pub(crate) fn stored(&self) -> Vec<(&'static str, i64)> {
        stored(&self.app)
    }

    #[expect(clippy::too_many_lines, reason = "it is every page, one after the other")]
    fn visits(&self) -> Vec<Visit> {
        let Self { group, active, invited, open, portfolios: [portfolio, _], account, .. } = self;
        let visit = |name, path: String, [anonymous, user, admin]: [u16; 3]| Visit { name, path, anonymous, user, admin };
        let list = |rest: String| format!("/users-and-groups{rest}");
        vec![
            visit("Root", "/".into(), [303, 303, 303]),
            visit("Asset", usher::web::shared::assets::urls().style.clone(), [200, 200, 200]),
            visit("Healthz", "/healthz".into(), [200, 200, 200]),
            visit("Readyz", "/readyz".into(), [200, 200, 200]),
            visit("Setup", "/setup".into(), [404, 404, 404]),
            visit("SignIn", "/sign-in".into(), [200, 303, 303]),
            visit("SignIn", "/sign-in?after=password-reset".into(), [200, 303, 303]),
            visit("ForgotPassword", "/forgot-password".into(), [200, 200, 200]),
            visit("ForgotPassword", "/forgot-password?sent=true".into(), [200, 200, 200]),
            visit("PasswordReset", self.reset.clone(), [200, 200, 200]),
            visit("PasswordReset", "/reset/unknown".into(), [404, 404, 404]),
            visit("ConfirmEmail", self.confirm.clone(), [200, 200, 200]),
            visit("StopEmailChange", self.stop.clone(), [200, 200, 200]),
            visit("Invitation", open.clone(), [200, 200, 200]),
            visit("Invitation", self.expired.clone(), [410, 410, 410]),
            visit("InvitationNewLink", format!("{}/new-link", self.expired), [410, 410, 410]),
            visit("Invitation", "/invitation/unknown".into(), [404, 404, 404]),
            visit("UsersAndGroups", list(String::new()), [303, 200, 200]),
            visit("UsersAndGroups", list("?q=ma".into()), [303, 200, 200]),
            visit("NewUser", list("/new-user".into()), [303, 403, 200]),
            visit("NewGroup", list("/new-group".into()), [303, 403, 200]),
            visit("Group", list(format!("/groups/{group}")), [303, 200, 200]),
            visit("Group", list("/groups/1".into()), [303, 404, 200]),
            visit("AddToGroup", list(format!("/groups/{group}/add")), [303, 403, 200]),
            visit("AddToGroup", list("/groups/1/add".into()), [303, 404, 200]),
            visit("NewUserWizard", "/users-and-permissions/new".into(), [303, 403, 200]),
            visit("NewUserWizard", format!("/users-and-permissions/new?portfolio={portfolio}"), [303, 403, 200]),
            visit("NewUserWizard", "/users-and-permissions/new?step=3&draft=x".into(), [303, 403, 200]),
            visit("Roles", "/roles".into(), [303, 403, 200]),
            visit("RenameGroup", list(format!("/groups/{group}/rename")), [303, 403, 200]),
            visit("RenameGroup", list("/groups/1/rename".into()), [303, 403, 404]),
            visit("DeleteGroup", list(format!("/groups/{group}/delete")), [303, 403, 200]),
            visit("DeleteGroup", list("/groups/1/delete".into()), [303, 403, 404]),
            visit("RemoveFromGroup", list(format!("/groups/{group}/members/{active}/remove")), [303, 403, 200]),
            visit("RemoveFromGroup", list(format!("/groups/1/members/{active}/remove")), [303, 404, 409]),
            visit("DeleteUser", list(format!("/users/{active}/delete")), [303, 403, 200]),
            visit("RevokeInvitation", list(format!("/users/{invited}/revoke")), [303, 403, 200]),
            visit("InvitationLink", list(format!("/users/{invited}/link")), [303, 403, 200]),
            visit("DeletedUsers", list("/deleted".into()), [303, 403, 200]),
            visit("Manage", format!("/users-and-permissions/{active}"), [303, 403, 200]),
            visit("Manage", format!("/users-and-permissions/{active}?q=fj"), [303, 403, 200]),
            visit("Manage", "/users-and-permissions/999999".into(), [303, 403, 404]),
            visit("EditUser", format!("/users-and-permissions/{active}/edit"), [303, 403, 200]),
            visit("RevokeFromManage", format!("/users-and-permissions/{invited}/revoke"), [303, 403, 200]),
            visit("LinkFromManage", format!("/users-and-permissions/{invited}/link"), [303, 403, 200]),
            visit("UnassignAccount", format!("/users-and-permissions/{active}/accounts/{account}/remove"), [303, 403, 303]),
            visit("UnassignPortfolio", format!("/users-and-permissions/{active}/portfolios/{portfolio}/remove"), [303, 403, 303]),
            visit("Portfolios", "/portfolios".into(), [303, 200, 200]),
            visit("NewPortfolio", "/portfolios/new".into(), [303, 403, 200]),
            visit("Portfolio", format!("/portfolios/{portfolio}"), [303, 403, 200]),
            visit("EditPortfolio", format!("/portfolios/{portfolio}/edit"), [303, 403, 200]),
            visit("DeactivatePortfolio", format!("/portfolios/{portfolio}/deactivate"), [303, 403, 200]),
            visit("NewAccount", format!("/accounts/new?portfolio={portfolio}"), [303, 403, 200]),
            visit("NewAccount", "/accounts/new?step=review&draft=x".into(), [303, 403, 200]),
            visit("Account", format!("/accounts/{account}"), [303, 404, 200]),
            visit("AddToAccount", format!("/accounts/{account}/add"), [303, 403, 200]),
            visit("EditAccount", format!("/accounts/{account}/edit"), [303, 404, 200]),
            visit("MoveAccount", format!("/accounts/{account}/move"), [303, 403, 200]),
            visit("Billing", format!("/accounts/{account}/billing"), [303, 404, 200]),
            visit("UsersAndPermissions", "/users-and-permissions".into(), [303, 403, 200]),
            visit("UsersAndPermissions", "/users-and-permissions?q=ma&status=active&sort=email-desc".into(), [303, 403, 200]),
            visit("ExportUsers", "/users-and-permissions/export".into(), [303, 403, 200]),
            visit("BulkUsers", "/users-and-permissions/bulk?q=ma".into(), [303, 403, 200]),
        ]
    }

    /// In an order in which each can be done.
    #[expect(clippy::too_many_lines, reason = "it is every form, one after the other")]
    pub(crate) fn posts(&self) -> Vec<Post> {
        let Self { group, active, deactivated, deleted, invited, open, expired, portfolios: [portfolio, other], account: fjord, .. } = self;
        let field = |name, value: &str| (name, value.to_owned());
        let person = || vec![field("first_name", "Noor"), field("last_name", "van Dijk"), field("password", "lantern quiver moss eleven")];
        let setup =
            [person(), vec![field("key", &"A".repeat(43)), field("company", "Northwind"), field("email", "noor@example.com")]].concat();
        let account = vec![field("email", "jonas.vermeulen@example.com"), field("password", crate::helpers::PASSWORD)];
        let guest = |name, path: &str, fields, done| Post { name, path: path.to_owned(), fields, done, user: None, needs_session: false };
        let act = |name, path: String, fields, user| Post {
            name,
            path: format!("/users-and-groups{path}"),
            fields,
            done: 303,
            user: Some(user),
            needs_session: true,
        };
        let back = || vec![field("return", "q=ma")];
        let business = |name, path: String, fields, user| Post { path, ..act(name, String::new(), fields, user) };
        let version = |version| field("version", version);
        let billing = ["legal_name", "address_line_1", "city", "postal_code", "address_line_2", "tax_id", "purchase_order"];
        let billing = billing.map(|name| field(name, "Fjord 1")).into_iter();
        let billing = billing.chain([field("email", "in@fjord.example"), field("country", "NO"), version("0")]).collect();
        let details = |name| vec![field("name", name), field("notes", "")];
        let account_details = |name| [details(name), vec![field("website", "")]].concat();
        let wizard =
            [account_details("Hygge"), vec![field("step", "review"), field("portfolio", portfolio), field("do", "create")]].concat();
        let bulk = |name, rest: &str, done| Post {
            name,
            path: format!("/users-and-permissions/ticked{rest}"),
            fields: vec![field("action", "deactivate"), field("user", deactivated), field("return", "q=ma")],
            done,
            user: Some(403),
            needs_session: true,
        };
        let manage =
            |name, path: String, fields| Post { path: format!("/users-and-permissions/{path}"), ..act(name, String::new(), fields, 403) };
        let profile = [
            ("first_name", "Jonas"),
            ("last_name", "Vermeer"),
            ("email", "jonas.vermeulen@example.com"),
            ("default_role", "user"),
            ("version", "1"),
        ];
        let (food, admin) = (&self.account, &self.portfolio_admin);
        vec![
            guest("Setup", "/setup", setup, 404),
            guest("SignIn", "/sign-in", account, 303),
            guest("ForgotPassword", "/forgot-password", vec![field("email", "jonas.vermeulen@example.com")], 303),
            guest("PasswordReset", &self.reset, vec![field("password", "lantern quiver moss eleven")], 303),
            guest("ConfirmEmail", &self.confirm, vec![], 303),
            guest("StopEmailChange", &self.stop, vec![], 303),
            Post {
                needs_session: true,
                user: Some(403),
                ..guest(
                    "NewUserWizard",
                    "/users-and-permissions/new",
                    [
                        vec![field("step", "1"), field("do", "next"), field("email", "ruud@example.com"), field("default_role", "user")],
                        vec![field("first_name", "Ruud"), field("last_name", "Smit")],
                    ]
                    .concat(),
                    303,
                )
            },
            guest("InvitationNewLink", &format!("{expired}/new-link"), vec![], 303),
            act("NewUser", "/new-user".into(), vec![field("email", "ruud@example.com")], 403),
            act("NewGroup", "/new-group".into(), vec![field("name", "Finance")], 403),
            act("RenameGroup", format!("/groups/{group}/rename"), vec![field("name", "Researchers")], 403),
            act("RemoveFromGroup", format!("/groups/{group}/members/{active}/remove"), back(), 403),
            act("AddToGroup", format!("/groups/{group}/add"), vec![field("user", active)], 403),
            act("DeleteGroup", format!("/groups/{group}/delete"), vec![], 403),
            manage("EditUser", format!("{active}/edit"), profile.map(|(name, value)| field(name, value)).into()),
            manage("Assign", format!("{active}/assign"), vec![field("assign", &format!("account-{food}"))]),
            manage("SwitchPermission", format!("{active}/accounts/{food}/see-billing/on"), vec![]),
            manage("Unassign", format!("{active}/remove"), vec![field("account", food), field("do", "remove")]),
            manage("AssignAccount", format!("{active}/accounts/{food}/assign"), vec![]),
            manage("UnassignAccount", format!("{active}/accounts/{food}/remove"), vec![]),
            manage("AssignAccount", format!("{active}/accounts/{food}/assign"), vec![]),
            manage("AssignPortfolio", format!("{admin}/portfolios/{other}/assign"), vec![]),
            manage("UnassignPortfolio", format!("{admin}/portfolios/{other}/remove"), vec![]),
            manage("EndSessions", format!("{active}/sign-out"), vec![]),
            manage("SendPasswordReset", format!("{active}/send-password-reset"), vec![]),
            manage("WithdrawEmailChange", format!("{}/withdraw-email-change", self.moving), vec![]),
            manage("DeactivateUser", format!("{active}/deactivate"), vec![]),
            manage("ReactivateUser", format!("{active}/reactivate"), vec![]),
            manage("ResendFromManage", format!("{}/resend", self.pending), vec![]),
            manage("RevokeFromManage", format!("{}/revoke", self.pending), vec![]),
            act("ResendInvitation", format!("/users/{invited}/resend"), back(), 403),
            act("RevokeInvitation", format!("/users/{invited}/revoke"), back(), 403),
            act("BlockUser", format!("/users/{active}/block"), back(), 403),
            act("ActivateUser", format!("/users/{deactivated}/activate"), back(), 403),
            act("DeleteUser", format!("/users/{active}/delete"), back(), 403),
            act("SendMailAgain", "/mail/999999/send-again".into(), back(), 403),
            act("SendMailsAgain", "/mail/send-again".into(), back(), 403),
            act("RestoreUser", format!("/deleted/{deleted}/restore"), vec![], 403),
            Post { needs_session: true, ..guest("StaySignedIn", "/stay-signed-in", vec![], 200) },
            business("NewPortfolio", "/portfolios/new".into(), [details("DACH"), vec![field("do", "create")]].concat(), 403),
            business("EditPortfolio", format!("/portfolios/{portfolio}/edit"), [details("Nordics"), vec![version("1")]].concat(), 403),
            business("ReactivatePortfolio", format!("/portfolios/{other}/reactivate"), vec![], 403),
            business("NewAccount", "/accounts/new".into(), wizard, 403),
            business("AddToAccount", format!("/accounts/{fjord}/add"), vec![field("user", admin)], 403),
            business("EditAccount", format!("/accounts/{fjord}/edit"), [account_details("Fjord"), vec![version("1")]].concat(), 404),
            business("Billing", format!("/accounts/{fjord}/billing"), billing, 403),
            business("MoveAccount", format!("/accounts/{fjord}/move"), vec![field("portfolio", other), field("do", "move")], 403),
            business("DeactivatePortfolio", format!("/portfolios/{portfolio}/deactivate"), vec![], 403),
            bulk("TickedUsers", "", 200),
            bulk("DoBulk", "/do", 303),
            Post { needs_session: true, ..guest("SignOut", "/sign-out", vec![], 303) },
            guest("Invitation", open, person(), 303),
        ]
    }
}

impl Post {
    /// The form with this token.
    pub(crate) fn body(&self, csrf: &str) -> String {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrf", csrf).extend_pairs(&self.fields);
        body.finish()
    }
}

/// The token of the form on `page` that goes to `action`.
pub(crate) fn csrf(page: &Page, action: &str) -> String {
    page.form(action).into_iter().find(|(name, _)| name == "csrf").unwrap().1
}

/// How much is stored.
pub(crate) fn stored(app: &TestApp) -> Vec<(&'static str, i64)> {
    STORED.iter().map(|rows| (*rows, app.count(rows))).collect()
}

/// The id of somebody just invited, and the path of the link.
pub(crate) async fn invite(app: &TestApp, maya: &mut Browser, email: &str) -> (String, String) {
    maya.fill(app, "/users-and-groups/new-user", &[("email", email)]).await.is(303);
    let id = app.id_of(email).to_string();
    let page = maya.get(app, &format!("/users-and-groups/users/{id}/link")).await;
    let link = page.body.split("/invitation/").nth(1).unwrap().split(['"', '<']).next().unwrap();
    (id, format!("/invitation/{link}"))
}

/// The path of a link that Maya asked for, without the mail.
fn link(app: &TestApp, purpose: TokenPurpose, user: UserId, email: &str) -> String {
    let (token, now) = (Token::new(&SystemRandom), app.now());
    let (asked_by, expires_at) = (Some(app.id_of("maya.fischer@example.com")), now + TimeDelta::hours(1));
    let new = NewToken { purpose, hash: token.hash(), user: Some(user), email: Some(email), asked_by, expires_at, now };
    app.store().write_transaction(|tx| tokens::insert(tx, &new)).unwrap();
    usher::web::shared::routing::paths::with_token(purpose, &token)
}

/// The names in the route table: those of pages, those of forms.
pub(crate) fn served() -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
    let pages = lines().filter_map(|line| name(line, "page!(")).chain(noted()).collect();
    let forms = lines().filter_map(|line| name(line, "post!(").or(name(line, "page!(").filter(|_| line.contains(", post ")))).collect();
    (pages, forms)
}

/// The pages whose look is written down.
fn noted() -> impl Iterator<Item = &'static str> {
    lines().filter_map(|line| name(line, "get_only!("))
}

fn lines() -> impl Iterator<Item = &'static str> {
    include_str!("../../../../src/web/shared/routing/routes.rs").lines()
}

fn name(line: &'static str, kind: &str) -> Option<&'static str> {
    let name = line.trim().strip_prefix(".service(")?.strip_prefix(kind)?.split(" =>").next()?;
    name.starts_with(|c: char| c.is_uppercase()).then_some(name)
}

#[test]
fn no_address_is_left_out_here() {
    let source = include_str!("../../../../src/web/shared/routing/routes.rs");
    let (pages, forms) = served();
    assert!(pages.len() > 15 && forms.len() > 15, "{pages:?} {forms:?}");
    let written = ["page!(", "get_only!(", "post!("].map(|kind| source.matches(kind).count());
    assert_eq!(written.iter().sum::<usize>(), pages.union(&forms).count());
}

/// What every error page has: the product's look, and a way on.
#[track_caller]
pub(crate) fn is_in_the_product_s_look(page: &Page) {
    assert!(page.body.contains(" – Usher</title>"), "{}", page.body);
    assert!(page.body.contains("<h1>") && page.body.contains("<a class=\"btn primary\" href=\"/"), "{}", page.body);
    assert!(page.header("content-type").starts_with("text/html"));
}

#[apply(both_databases!)]
async fn every_page_answers_each_person_as_it_should(db: Db) {
    let world = World::new(db).await;
    let visits = world.visits();
    assert_eq!(visits.iter().map(|visit| visit.name).collect::<BTreeSet<_>>(), served().0);
    let World { app, mut maya, mut jonas, mut lena, .. } = world;
    for Visit { path, anonymous, user, admin, .. } in visits {
        let is_closed = anonymous == 303;
        let mut nobody = app.browser();
        for (who, browser, expected) in [
            ("nobody", &mut nobody, anonymous),
            ("deactivated", &mut lena, anonymous),
            ("user", &mut jonas, user),
            ("admin", &mut maya, admin),
        ] {
            let page = browser.get(&app, &path).await;
            assert_eq!(page.status.as_u16(), expected, "{who} {path}");
            if expected == 303 && is_closed && matches!(who, "nobody" | "deactivated") {
                let next = if path == "/" { None } else { Some(&*path) };
                page.redirects_to(&usher::web::shared::routing::paths::sign_in_then(next));
            }
            if expected == 403 || (expected == 404 && !path.starts_with("/invitation")) {
                is_in_the_product_s_look(&page);
            }
        }
    }
}

#[apply(both_databases!)]
async fn head_is_answered_like_get_and_changes_nothing(db: Db) {
    let mut world = World::new(db).await;
    for Visit { path, .. } in world.visits().into_iter().filter(|visit| !noted().any(|noted| noted == visit.name)) {
        for who in ["nobody", "admin"] {
            let mut browser = if who == "admin" { world.maya.clone() } else { world.app.browser() };
            let before = world.stored();
            let head = browser.method(&world.app, Method::HEAD, &path).await;
            assert_eq!(world.stored(), before, "{path}");
            let get = browser.get(&world.app, &path).await;
            assert_eq!((head.status, head.header("location")), (get.status, get.header("location")), "{who} {path}");
            assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        }
    }
    world.maya.press(&world.app, "/users-and-groups", &format!("/users-and-groups/users/{}/activate", world.deactivated)).await.is(303);
    world.maya.method(&world.app, Method::HEAD, "/users-and-groups").await.is(200);
    world.maya.get(&world.app, "/users-and-groups").await.sees("Lena Novak is active and can sign in again.");
}

#[apply(both_databases!)]
async fn a_wrong_method_gets_a_page_and_is_told_the_right_ones(db: Db) {
    let world = World::new(db).await;
    let (pages, forms) = served();
    let named = world
        .visits()
        .into_iter()
        .map(|visit| (visit.name, visit.path))
        .chain(world.posts().into_iter().map(|post| (post.name, post.path)));
    let before = world.stored();
    let mut maya = world.maya.clone();
    for (name, path) in named {
        let allowed = match (pages.contains(name), forms.contains(name)) {
            _ if noted().any(|noted| noted == name) => "GET",
            (true, true) => "GET, HEAD, POST",
            (true, false) => "GET, HEAD",
            (false, _) => "POST",
        };
        for method in [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS, Method::TRACE]
        {
            if allowed.split(", ").any(|allowed| allowed == method.as_str()) {
                continue;
            }
            let page = maya.method(&world.app, method.clone(), &path).await;
            assert_eq!((page.status.as_u16(), page.header("allow")), (405, allowed), "{method} {path}");
            is_in_the_product_s_look(&page);
        }
    }
    assert_eq!(world.stored(), before);
}

#[apply(both_databases!)]
async fn what_the_role_does_not_allow_is_refused_however_it_is_asked(db: Db) {
    let mut world = World::new(db).await;
    let token = csrf(&world.jonas.get(&world.app, "/users-and-groups").await, "/sign-out");
    let before = world.stored();
    for post in world.posts() {
        let Some(expected) = post.user else { continue };
        let fields = post.fields.iter().map(|(name, value)| (*name, value.as_str())).chain([("csrf", token.as_str())]).collect::<Vec<_>>();
        let page = world.jonas.post(&world.app, &post.path, &fields).await;
        assert_eq!(page.status.as_u16(), expected, "{}", post.path);
        is_in_the_product_s_look(&page);
        for browser in [&mut world.lena, &mut world.app.browser()] {
            let refused = browser.post(&world.app, &post.path, &fields).await;
            assert!(refused.is(303).header("location").starts_with("/sign-in?"), "{}", post.path);
        }
    }
    assert_eq!(world.stored(), before);
}

#[apply(both_databases!)]
async fn for_others_the_admins_group_is_as_unknown_as_any(db: Db) {
    let World { app, mut jonas, .. } = World::new(db).await;
    let token = csrf(&jonas.get(&app, "/users-and-groups").await, "/sign-out");
    for rest in ["", "/add", "/rename", "/delete", "/members/1/remove"] {
        let [admins, unknown] = ["1", "987654"].map(|group| format!("/users-and-groups/groups/{group}{rest}"));
        let (admins, unknown) = (jonas.get(&app, &admins).await, jonas.get(&app, &unknown).await);
        assert_eq!((admins.status, admins.body), (unknown.status, unknown.body), "{rest}");
    }
    for (rest, field) in
        [("/add", Some(("user", "1"))), ("/rename", Some(("name", "Owners"))), ("/delete", None), ("/members/1/remove", None)]
    {
        let [admins, unknown] = ["1", "987654"].map(|group| format!("/users-and-groups/groups/{group}{rest}"));
        let fields = [("csrf", token.as_str())].into_iter().chain(field).collect::<Vec<_>>();
        let (admins, unknown) = (jonas.post(&app, &admins, &fields).await, jonas.post(&app, &unknown, &fields).await);
        assert_eq!((admins.status, admins.body), (unknown.status, unknown.body), "{rest}");
    }
}

#[apply(both_databases!)]
async fn an_address_that_leads_nowhere_says_so_in_the_product_s_look(db: Db) {
    let World { app, mut maya, .. } = World::new(db).await;
    for path in [
        "/unknown",
        "/users-and-groups/",
        "/users-and-groups/unknown",
        "/static/unknown.css",
        "/static/../Cargo.toml",
        "/SIGN-IN",
        "/%2e%2e/x",
        "/invitation/a/b",
    ] {
        let page = maya.get(&app, path).await;
        page.is(404).sees("Page not found");
        is_in_the_product_s_look(&page);
        app.browser().get(&app, path).await.is(404);
    }
}

#[apply(both_databases!)]
async fn an_id_that_is_none_leads_nowhere(db: Db) {
    let World { app, mut maya, .. } = World::new(db).await;
    let token = csrf(&maya.get(&app, "/users-and-groups").await, "/sign-out");
    let ids = [
        "0",
        "01",
        "-1",
        "+1",
        "x",
        "1.5",
        "1e1",
        "%00",
        "%FF",
        "1%2F2",
        "1;2",
        "987654",
        "9223372036854775808",
        "99999999999999999999999",
    ];
    for id in ids {
        for page in [
            "/groups/{}",
            "/groups/{}/add",
            "/groups/{}/rename",
            "/groups/{}/delete",
            "/groups/{}/members/1/remove",
            "/groups/1/members/{}/remove",
            "/users/{}/delete",
            "/users/{}/revoke",
            "/users/{}/link",
        ] {
            let path = format!("/users-and-groups{}", page.replace("{}", id));
            assert_eq!(maya.get(&app, &path).await.status.as_u16(), 404, "{path}");
        }
        for form in [
            "/groups/{}/delete",
            "/groups/{}/members/1/remove",
            "/groups/1/members/{}/remove",
            "/users/{}/block",
            "/users/{}/activate",
            "/users/{}/delete",
            "/users/{}/resend",
            "/users/{}/revoke",
            "/deleted/{}/restore",
        ] {
            let path = format!("/users-and-groups{}", form.replace("{}", id));
            assert_eq!(maya.post(&app, &path, &[("csrf", &token)]).await.status.as_u16(), 404, "{path}");
        }
    }
}

#[apply(both_databases!)]
async fn a_query_of_nobody_s_making_breaks_nothing(db: Db) {
    let World { app, mut maya, group, .. } = World::new(db).await;
    let keys = [
        r#"{"place":{"a":["\u0000",1]},"from":1}"#,
        r#"{"place":{"b":["a\u0000",1]},"from":1}"#,
        r#"{"place":{"a":["",0]},"from":18446744073709551615}"#,
        r#"{"place":"l","from":18446744073709551615}"#,
    ];
    let keys = keys.map(|key| format!("page={}", base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, key)));
    let long = format!("q={}", "a".repeat(20_000));
    let queries = [
        "q=%00",
        "q=a%00b",
        "q=%FF",
        "q=%",
        "q=%25%5F",
        "q='--",
        "q=a&q=b",
        "page=x",
        "page=%00",
        "unknown=1",
        "q[]=a",
        "&&&",
        "return=%00",
        &long,
    ];
    for query in queries.into_iter().chain(keys.iter().map(String::as_str)) {
        for path in [
            "/users-and-groups",
            &format!("/users-and-groups/groups/{group}"),
            &format!("/users-and-groups/groups/{group}/add"),
            "/sign-in",
            "/setup",
        ] {
            let page = maya.get(&app, &format!("{path}?{query}")).await;
            assert!(!page.status.is_server_error(), "{} {path}?{query}", page.status);
        }
    }
}
