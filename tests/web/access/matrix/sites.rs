//! Each route with the permissions that it needs, by their words, and what its address and its form name: as declared with the address, unless
//! a row here says more.

use usher::web::shared::routing::{
    endpoint::{Endpoint, Kind},
    paths::{self, ENDPOINTS},
};

use super::{table::Demand, world::State};

/// Kind of thing that a permission applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ThingKind {
    Company,
    User,
    Portfolio,
    Account,
    Group,
    /// An asset to view, to edit, or to manage as its owner.
    Asset(Demand),
}

/// Permissions, each on something, in the order in which they are asked for.
pub(super) type Needs = Vec<(&'static str, ThingKind)>;

/// One route.
pub(super) struct Site {
    pub(super) endpoint: &'static Endpoint,
    /// State of the users that it concerns.
    pub(super) state: State,
    /// Needs of its page and of its form.
    pub(super) page: Needs,
    pub(super) form: Needs,
    /// `{user}` and the like stand for ids, as in addresses.
    pub(super) fields: &'static [(&'static str, &'static str)],
    /// Statuses of permitted requests that are impossible for another reason: a form with an error, or a message.
    pub(super) besides: &'static [u16],
    /// True for pages about the past, which deleted users have too.
    pub(super) shows_deleted: bool,
}

/// Statuses signed out and signed in; `None` without such a page or form.
type Statuses = Option<[u16; 2]>;

/// Routes for everyone, with the answers of their pages and forms without a link or a known answer.
pub(super) const OPEN: &[(&str, &str, Statuses, Statuses)] = &[
    ("Root", "/", Some([303, 200]), None),
    ("StaticFile", "/static/unknown.css", Some([404, 404]), None),
    ("Healthz", "/healthz", Some([200, 200]), None),
    ("Readyz", "/readyz", Some([200, 200]), None),
    ("Setup", "/setup", Some([404, 404]), Some([400, 400])),
    ("SignIn", "/sign-in", Some([200, 303]), Some([400, 400])),
    ("ForgotPassword", "/forgot-password", Some([200, 200]), Some([400, 400])),
    ("PasswordReset", "/reset/unknown", Some([404, 404]), Some([400, 400])),
    ("Recovery", "/recover/unknown", Some([404, 404]), Some([400, 400])),
    ("ConfirmEmail", "/confirm-email/unknown", Some([404, 404]), Some([404, 404])),
    ("StopEmailChange", "/stop-email-change/unknown", Some([404, 404]), Some([404, 404])),
    ("UndoEmailChange", "/undo-email-change/unknown", Some([404, 404]), Some([404, 404])),
    ("Invitation", "/invitation/unknown", Some([404, 404]), Some([400, 400])),
    ("InvitationNewLink", "/invitation/unknown/new-link", Some([404, 404]), Some([404, 404])),
    ("SecondStep", "/sign-in/two-factor", Some([303, 303]), Some([303, 303])),
    ("PasskeySignIn", "/sign-in/passkey", None, Some([400, 400])),
    ("SignOut", "/sign-out", None, Some([303, 303])),
];

use ThingKind::{Account, Asset, Company, Group, Portfolio, User};

const NAMED: &[(&str, &str)] =
    &[("first_name", "Ruud"), ("last_name", "Smit"), ("email", "{email}"), ("default_role", "user"), ("version", "1")];
const INVITED: &[(&str, &str)] = &[
    ("step", "3"),
    ("do", "create"),
    ("first_name", "Ruud"),
    ("last_name", "Smit"),
    ("email", "new{made}@example.com"),
    ("default_role", "user"),
    ("account", "{account}"),
];
const CREATED: &[(&str, &str)] =
    &[("name", "New {made}"), ("website", ""), ("notes", ""), ("step", "review"), ("portfolio", "{portfolio}"), ("do", "create")];
const BILLING: &[(&str, &str)] = &[
    ("legal_name", "Fjord"),
    ("email", "in@fjord.example"),
    ("address_line_1", "1"),
    ("address_line_2", ""),
    ("city", "Bergen"),
    ("postal_code", "5003"),
    ("country", "NO"),
    ("tax_id", ""),
    ("purchase_order", ""),
    ("version", "0"),
];
const TICKED: &[(&str, &str)] = &[("action", "deactivate"), ("user", "{user}"), ("return", "q=ma")];
const SETTINGS: &[(&str, &str)] = &[
    ("name", "Northwind Trading"),
    ("groups_term", "36"),
    ("groups_term_unit", "hours"),
    ("new_user_term", "7"),
    ("new_user_term_unit", "days"),
    ("invitations_per_hour", "10000"),
    ("password_min", "15"),
    ("two_factor", "nobody"),
    ("session_idle", "1"),
    ("session_idle_unit", "hours"),
    ("session_absolute", "12"),
    ("session_absolute_unit", "hours"),
    ("sessions_per_user", "20"),
    ("deleted_kept", "31"),
    ("time_zone", "UTC"),
    ("version", "1"),
];
const PUT: &[(&str, &str)] = &[("name", "New {made}"), ("notes", ""), ("account", "{account}"), ("do", "create")];

impl Site {
    pub(super) fn path(&self) -> String {
        self.endpoint
            .pattern
            .replace("{mail}", "999999")
            .replace("{session}", "999999")
            .replace("{passkey}", "999999")
            .replace("{entry}", "1")
            .replace("{recovery}", "999999")
            .replace("{number}", "1")
            .replace("{switch}", "see-billing")
            .replace("{to}", "on")
    }

    /// By its declaration: the permission somewhere, and then on what its address names.
    fn declared(endpoint: &'static Endpoint) -> Self {
        let named =
            [("{user}", User), ("{portfolio}", Portfolio), ("{account}", Account), ("{group}", Group), ("{asset}", Asset(Demand::View))];
        let kind = named.into_iter().find(|(name, _)| endpoint.pattern.contains(name)).map_or(Company, |(_, kind)| kind);
        let needs = endpoint.access.permission().map_or(vec![], |permission| vec![(permission.word(), Company), (permission.word(), kind)]);
        Self { endpoint, state: State::Active, page: needs.clone(), form: needs, fields: &[], besides: &[], shows_deleted: false }
    }

    fn about(self, state: State) -> Self {
        Self { state, ..self }
    }

    fn with(self, fields: &'static [(&'static str, &'static str)]) -> Self {
        Self { fields, ..self }
    }

    fn besides(self, besides: &'static [u16]) -> Self {
        Self { besides, ..self }
    }

    /// After the declared permission, the page needs these.
    fn page(mut self, needs: &[(&'static str, ThingKind)]) -> Self {
        self.page.splice(1.., needs.iter().copied());
        self
    }

    /// After the declared permission, the form needs these.
    fn form(mut self, needs: &[(&'static str, ThingKind)]) -> Self {
        self.form.splice(1.., needs.iter().copied());
        self
    }

    /// Needs of both.
    fn both(self, needs: &[(&'static str, ThingKind)]) -> Self {
        self.page(needs).form(needs)
    }
}

/// True for routes that are not in [`OPEN`].
pub(super) fn is_site(endpoint: &Endpoint) -> bool {
    endpoint.access.is_signed_in() && ![paths::Root::ENDPOINT, paths::SignOut::ENDPOINT].contains(&endpoint)
}

/// All the others, of these kinds.
pub(super) fn sites(is_kind: fn(Kind) -> bool) -> Vec<Site> {
    ENDPOINTS.iter().filter(|endpoint| is_site(endpoint) && is_kind(endpoint.kind)).map(|endpoint| site(endpoint)).collect()
}

#[expect(clippy::too_many_lines, reason = "a table of all endpoints")]
fn site(endpoint: &'static Endpoint) -> Site {
    let (member, given_portfolio, given_account) = (
        [("directory.view", Group), ("groups.manage", User)],
        [("users.view", User), ("assignments.change", Portfolio)],
        [("users.view", User), ("assignments.change", Account)],
    );
    let site = Site::declared(endpoint);
    match endpoint.name {
        "StaySignedIn" => site.besides(&[200]),
        "RenameOneself" => site.with(&[("first_name", "<"), ("last_name", ""), ("version", "1")]).besides(&[422]),
        "ConfirmIdentity" => site.with(&[("current", "")]).besides(&[422]),
        // Without a form that waits.
        "UnsentForm" => site.with(&[("form", "999999")]).besides(&[303]),
        "ChangeOwnEmail" => site.with(&[("email", "<")]).besides(&[422]),
        "ChangePassword" => site.with(&[("current", ""), ("password", "")]).besides(&[422]),
        "TurnOnTwoFactor" => site.with(&[("secret", "x"), ("code", "")]).besides(&[303]),
        "TurnOffTwoFactor" => site.with(&[("code", ""), ("current", "")]).besides(&[303, 422]),
        "RecoveryCodesFile" => site.with(&[("codes", "7KQ4-M2XD")]).besides(&[200]),
        // Without two-factor.
        "RenewRecoveryCodes" | "ResetTwoFactor" => site.besides(&[303]),
        "NewPasskey" => site.with(&[("name", ""), ("ceremony", "x"), ("credential", "{}")]).besides(&[422]),
        "RenamePasskey" => site.with(&[("name", "Phone")]).besides(&[404]),
        "RemovePasskey" => site.besides(&[404]),
        "ChangeAppearance" => site.with(&[("appearance", "dark")]),
        "UserAccess" | "ExportUserAccess" => Site { shows_deleted: true, ..site },
        "NewUser" => site.with(&[("email", "new{made}@example.com")]),
        "NewGroup" | "RenameGroup" => site.with(&[("name", "New {made}")]),
        "AddToGroup" => site.page(&[("directory.view", Group)]).form(&member).with(&[("user", "{user}")]).besides(&[409]),
        "RemoveFromGroup" => site.both(&member).besides(&[409]),
        "ActivateUser" | "ReactivateUser" => site.about(State::Deactivated),
        "ResendInvitation" | "RevokeInvitation" | "InvitationLink" | "ResendFromManage" | "RevokeFromManage" | "LinkFromManage" => {
            site.about(State::Invited).besides(&[200, 409])
        }
        "TickedUsers" => site.form(&[("users.view", User)]).with(TICKED).besides(&[200]),
        "DoBulk" => site.form(&[("users.view", User)]).with(TICKED),
        "NewUserWizard" => site.form(&[("users.invite", Account)]).with(INVITED),
        "EditUser" => site.with(NAMED).besides(&[200, 422]),
        "Assign" => site.form(&given_account).with(&[("assign", "account-{account}")]),
        "Unassign" => site.form(&given_account).with(&[("account", "{account}"), ("do", "remove")]).besides(&[200, 303]),
        "AssignPortfolio" => site.form(&given_portfolio).besides(&[409]),
        "UnassignPortfolio" => site.both(&given_portfolio).besides(&[200, 303, 409]),
        "AssignAccount" | "TogglePermission" => site.form(&given_account),
        "UnassignAccount" => site.both(&given_account).besides(&[200, 303]),
        "NewPortfolio" => site.form(&[("portfolios.manage", Account)]).with(PUT),
        "EditPortfolio" => site.with(&[("name", "New {made}"), ("notes", ""), ("version", "1")]),
        "DeactivatePortfolio" | "ReactivatePortfolio" | "SendTestMail" => site.besides(&[409]),
        "NewAccount" => site.form(&[("accounts.create", Portfolio)]).with(CREATED),
        "AddToAccount" => site.form(&given_account).with(&[("user", "{user}")]).besides(&[303]),
        "EditAccount" => site.with(&[("name", "New {made}"), ("website", ""), ("notes", ""), ("version", "1")]),
        "MoveAccount" => {
            let form = [("portfolios.manage", Account), ("portfolios.manage", Portfolio)];
            site.form(&form).with(&[("portfolio", "{portfolio}"), ("do", "move")]).besides(&[409, 422])
        }
        // Nothing but the declaration asks for this one.
        "Roles" => site.page(&[("roles.view", Company)]),
        "Settings" => site.with(SETTINGS).besides(&[409]),
        "NewAsset" => site.with(&[("kind", "process"), ("name", "New {made}"), ("description", "")]),
        "EditAsset" => {
            let needs = [("assets.use", Asset(Demand::Edit))];
            site.both(&needs).with(&[("name", "New {made}"), ("description", ""), ("version", "1")])
        }
        "MoveAsset" => {
            let site = site.page(&[("assets.use", Asset(Demand::Edit))]).form(&[("assets.use", Asset(Demand::Own))]);
            site.with(&[("to", "top")]).besides(&[422])
        }
        "ShareAsset" => site.both(&[("assets.use", Asset(Demand::Own))]).with(&[("user", "1"), ("level", "view")]),
        "ChangeOwner" => site.both(&[("assets.use", Asset(Demand::View))]).with(&[("user", "1")]).besides(&[422]),
        "ChangeOwners" => {
            site.form(&[("assets.use", Asset(Demand::View))]).with(&[("asset", "{asset}"), ("user", "1")]).besides(&[303, 422])
        }
        "UserAssets" => site.page(&[("directory.view", User)]).form(&[("directory.view", User)]).with(&[("user", "1")]).besides(&[303]),
        "Connection" => {
            let fields = &[("kind", "sftp"), ("base_address", "sftp://files.example.com"), ("version", "0")];
            site.both(&[("assets.use", Asset(Demand::Connect))]).with(fields)
        }
        "EditDefinition" => site.both(&[("assets.use", Asset(Demand::Edit))]).with(&[("text", "Text {made}"), ("version", "2")]),
        "BringBackVersion" => site.form(&[("assets.use", Asset(Demand::Edit))]),
        "DeleteAsset" => site.both(&[("assets.use", Asset(Demand::Own))]),
        "RestoreAsset" => site.form(&[("assets.use", Asset(Demand::Restore))]),
        "Billing" => site.form(&[("billing.update", Account)]).with(BILLING),
        _ => site,
    }
}
