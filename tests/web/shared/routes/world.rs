//! A company in which every address leads somewhere.

use super::*;

/// A company in which every address leads somewhere.
pub(crate) struct World {
    pub(crate) app: TestApp,
    /// An Admin.
    pub(crate) maya: Browser,
    /// A User.
    pub(crate) jonas: Browser,
    /// A deactivated user, with the cookie of an earlier session.
    pub(super) lena: Browser,
    pub(super) group: String,
    pub(super) active: String,
    pub(super) deactivated: String,
    pub(super) deleted: String,
    pub(super) invited: String,
    /// Two portfolios, the second deactivated, and an account in the first.
    pub(super) portfolios: [String; 2],
    pub(super) account: String,
    /// The paths of the links of open invitations, and of one that ran out.
    pub(super) open: String,
    pub(super) expired: String,
    /// Invited, for Manage to revoke.
    pub(super) pending: String,
    /// A Portfolio Admin of the first portfolio.
    pub(super) portfolio_admin: String,
    /// The paths of links to people who are active.
    pub(super) reset: String,
    pub(super) recovery: String,
    pub(super) confirm: String,
    pub(super) stop: String,
    pub(super) undo: String,
    /// A folder of the Admin, and a deleted one.
    pub(super) assets: [String; 2],
    /// A process of the Admin with two versions of its definition, and an integration.
    pub(super) process: String,
    pub(super) integration: String,
    /// Active, with another address that waits.
    pub(super) moving: String,
    /// Another session of the Admin.
    pub(super) session: String,
    /// Sealed secret of an authenticator app of the Admin, and three of its codes, one after the other.
    pub(super) secret: String,
    pub(super) codes: [String; 3],
    /// Ceremony of a new passkey, and its answer.
    pub(super) passkey: (String, String),
}

/// Counts of stored rows; each change alters one of them.
const STORED: [&str; 36] = [
    "company WHERE name <> ''",
    "company WHERE version > 1",
    "users",
    "users WHERE blocked_at IS NULL",
    "users",
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
    "assets",
    "assets WHERE deleted_at IS NULL",
    "assets WHERE version > 1",
    "asset_ancestors",
    "asset_shares",
    "process_versions",
    "integrations",
    "integrations WHERE sealed_secret IS NOT NULL",
];

impl World {
    #[expect(clippy::too_many_lines, reason = "one of everything")]
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
        app.execute(&format!("UPDATE user_rows SET invitation_expires_at = created_at WHERE id = {late}"));
        let people = [("Nina", "Berg"), ("Omar", "Haddad"), ("Pia", "Lund"), ("Rosa", "Silva"), ("Rita", "Moser"), ("Kurt", "Lang")];
        let [nina, omar, pia, rosa, rita, kurt] = people.map(|(first, last)| app.create_user(first, last));
        let reset = link(&app, TokenPurpose::PasswordReset, nina, "nina.berg@example.com");
        let recovery = link(&app, TokenPurpose::Recovery, rita, "rita.moser@example.com");
        let confirm = link(&app, TokenPurpose::EmailChange, omar, "haddad@example.com");
        link(&app, TokenPurpose::EmailChange, pia, "lund@example.com");
        let stop = link(&app, TokenPurpose::EmailChangeStop, pia, "pia.lund@example.com");
        let undo = link(&app, TokenPurpose::EmailChangeUndo, kurt, "lang@example.com");
        link(&app, TokenPurpose::EmailChange, rosa, "silva@example.com");
        let account = app.create_account(portfolios[0], "Fjord Foods").to_string();
        let deactivate = format!("/portfolios/{}/deactivate", portfolios[1]);
        maya.press(&app, &deactivate, &deactivate).await.is(303);
        let (pending, _) = invite(&app, &mut maya, "sam@example.com").await;
        let portfolios = portfolios.map(|portfolio| portfolio.to_string());
        let assets = assets(&app, &mut maya).await;
        let process = asset(&app, &mut maya, "process", "Accruals").await;
        for text in ["One", "Two"] {
            maya.fill(&app, &format!("/assets/{process}/definition/edit"), &[("text", text)]).await.is(303);
        }
        let integration = asset(&app, &mut maya, "integration", "Bank feed").await;
        Authenticator::new(8).register(&app, &mut maya, "Phone").await.is(303);
        // Sign-ins need no second step.
        app.execute("UPDATE user_rows SET two_factor_since = NULL");
        app.signed_in("maya.fischer@example.com").await;
        app.signed_in("maya.fischer@example.com").await;
        let page = maya.get(&app, "/my-account").await;
        let page_on = maya.get(&app, "/my-account/two-factor").await;
        let secret = page_on.form("/my-account/two-factor").into_iter().find(|(name, _)| name == "secret").unwrap().1;
        let page_new = maya.get(&app, "/my-account/passkeys/new").await;
        let ceremony = page_new.form("/my-account/passkeys/new").into_iter().find(|(name, _)| name == "ceremony").unwrap().1;
        let passkey = (ceremony, Authenticator::new(7).create(&options(&page_new)));
        let shown = secret_on(&page_on);
        let codes = [-30, 0, 30].map(|seconds| shown.code_at(app.now() + TimeDelta::seconds(seconds)));
        let session = page.body.split("/my-account/sessions/").nth(1).and_then(|path| path.split('/').next()).unwrap().to_owned();
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
            assets,
            process,
            integration,
            open,
            expired,
            pending,
            portfolio_admin,
            reset,
            recovery,
            confirm,
            stop,
            undo,
            moving: rosa.to_string(),
            session,
            secret,
            codes,
            passkey,
        }
    }

    pub(crate) fn stored(&self) -> Vec<(&'static str, i64)> {
        stored(&self.app)
    }
}

/// The ids of a folder and of a deleted one.
async fn assets(app: &TestApp, maya: &mut Browser) -> [String; 2] {
    let assets = [asset(app, maya, "folder", "Month-end close").await, asset(app, maya, "folder", "Archive 2025").await];
    maya.fill(app, &format!("/assets/{}/delete", assets[1]), &[]).await.is(303);
    assets
}

async fn asset(app: &TestApp, maya: &mut Browser, kind: &str, name: &str) -> String {
    let page = maya.get(app, &format!("/assets/new?kind={kind}")).await;
    let created = maya.send(app, &page, "/assets/new", &[("name", name)]).await;
    created.is(303).header("location").trim_start_matches("/assets/").to_owned()
}

/// The token of the form on `page` that goes to `action`.
pub(crate) fn csrf(page: &Page, action: &str) -> String {
    page.form(action).into_iter().find(|(name, _)| name == "csrf").unwrap().1
}

/// Rows without the counters of attempts: a late form that is kept is counted.
pub(crate) fn without_counters(stored: Vec<(&'static str, i64)>) -> Vec<(&'static str, i64)> {
    stored.into_iter().filter(|(rows, _)| *rows != "throttles").collect()
}

/// Numbers of stored rows.
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
