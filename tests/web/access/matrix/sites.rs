//! Routes with the permissions that they need, and the ids that their addresses and forms have.

use usher::web::shared::routing::paths;

use super::world::State;

/// Kind of thing that a permission applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Company,
    Person,
    Portfolio,
    Account,
    Group,
}

/// Permissions with their kinds of things, in the order of their checks.
pub(super) type Needs = &'static [(&'static str, Kind)];

/// A route. `{user}` and the like stand for ids, in addresses and in fields.
pub(super) struct Site {
    pub(super) name: &'static str,
    pub(super) path: String,
    /// State of the users that it concerns.
    pub(super) state: State,
    pub(super) page: Option<Needs>,
    pub(super) form: Option<(Needs, &'static [(&'static str, &'static str)])>,
    /// Statuses of permitted requests that are impossible for another reason: a form with an error, or a message.
    pub(super) besides: &'static [u16],
}

/// Statuses signed out and signed in; `None` without such a page or form.
type Statuses = Option<[u16; 2]>;

/// Routes for everyone, with the answers of their pages and forms without a link or a known answer.
pub(super) const OPEN: &[(&str, &str, Statuses, Statuses)] = &[
    ("Root", "/", Some([303, 303]), None),
    ("Asset", "/static/unknown.css", Some([404, 404]), None),
    ("Healthz", "/healthz", Some([200, 200]), None),
    ("Readyz", "/readyz", Some([200, 200]), None),
    ("Setup", "/setup", Some([404, 404]), Some([400, 400])),
    ("SignIn", "/sign-in", Some([200, 303]), Some([400, 400])),
    ("ForgotPassword", "/forgot-password", Some([200, 200]), Some([400, 400])),
    ("PasswordReset", "/reset/unknown", Some([404, 404]), Some([400, 400])),
    ("ConfirmEmail", "/confirm-email/unknown", Some([404, 404]), Some([404, 404])),
    ("StopEmailChange", "/stop-email-change/unknown", Some([404, 404]), Some([404, 404])),
    ("Invitation", "/invitation/unknown", Some([404, 404]), Some([400, 400])),
    ("InvitationNewLink", "/invitation/unknown/new-link", Some([404, 404]), Some([404, 404])),
    ("SignOut", "/sign-out", None, Some([303, 303])),
];

use Kind::{Account, Company, Group, Person, Portfolio};

const DIRECTORY: Needs = &[("directory.view", Company)];
const MANAGE: Needs = &[("directory.manage", Company)];
const MANAGE_ONE: Needs = &[("directory.manage", Person)];
const GROUPS: Needs = &[("groups.manage", Group)];
const MEMBERS: Needs = &[("directory.view", Group), ("groups.manage", Company)];
const MEMBER: Needs = &[("directory.view", Group), ("groups.manage", Person)];
const PEOPLE: Needs = &[("users.view", Company)];
const EXPORT: Needs = &[("users.export", Company)];
const BULK: Needs = &[("users.export", Company), ("users.view", Person)];
const SEE: Needs = &[("users.view", Person)];
const EDIT: Needs = &[("users.edit", Person)];
const GIVE_PORTFOLIO: Needs = &[("users.view", Person), ("assignments.change", Portfolio)];
const GIVE_ACCOUNT: Needs = &[("users.view", Person), ("assignments.change", Account)];
const PORTFOLIOS: Needs = &[("portfolios.manage", Company)];
const PORTFOLIO: Needs = &[("portfolios.manage", Portfolio)];

const NAMED: &[(&str, &str)] =
    &[("first_name", "Ruud"), ("last_name", "Smit"), ("email", "{email}"), ("default_role", "user"), ("version", "1")];
const INVITED: &[(&str, &str)] = &[
    ("step", "3"),
    ("do", "add"),
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
const PUT: &[(&str, &str)] = &[("name", "New {made}"), ("notes", ""), ("account", "{account}"), ("do", "create")];

macro_rules! site {
    ($name:ident, $state:ident, $page:expr, $form:expr) => {
        site!($name, $state, $page, $form, &[])
    };
    ($name:ident, $state:ident, $page:expr, $form:expr, $besides:expr) => {
        Site {
            name: stringify!($name),
            path: paths::$name::PATTERN.replace("{mail}", "999999").replace("{switch}", "see-billing").replace("{to}", "on"),
            state: State::$state,
            page: $page,
            form: $form,
            besides: $besides,
        }
    };
}

/// All other routes.
#[rustfmt::skip]
pub(super) fn sites() -> Vec<Site> {
    vec![
        site!(UsersAndGroups, Active, Some(DIRECTORY), None),
        site!(StaySignedIn, Active, None, Some((DIRECTORY, &[])), &[200]),
        site!(NewUser, Active, Some(MANAGE), Some((MANAGE, &[("email", "new{made}@example.com")]))),
        site!(NewGroup, Active, Some(&[("groups.manage", Company)]), Some((&[("groups.manage", Company)], &[("name", "New {made}")]))),
        site!(Group, Active, Some(&[("directory.view", Group)]), None),
        site!(AddToGroup, Active, Some(MEMBERS), Some((MEMBER, &[("user", "{user}")])), &[409]),
        site!(RenameGroup, Active, Some(GROUPS), Some((GROUPS, &[("name", "New {made}")]))),
        site!(DeleteGroup, Active, Some(GROUPS), Some((GROUPS, &[]))),
        site!(RemoveFromGroup, Active, Some(MEMBER), Some((MEMBER, &[])), &[409]),
        site!(BlockUser, Active, None, Some((MANAGE_ONE, &[]))),
        site!(ActivateUser, Deactivated, None, Some((MANAGE_ONE, &[]))),
        site!(DeleteUser, Active, Some(MANAGE_ONE), Some((MANAGE_ONE, &[]))),
        site!(ResendInvitation, Invited, None, Some((MANAGE_ONE, &[])), &[409]),
        site!(RevokeInvitation, Invited, Some(MANAGE_ONE), Some((MANAGE_ONE, &[])), &[409]),
        site!(InvitationLink, Invited, Some(MANAGE_ONE), None, &[409]),
        site!(SendMailAgain, Active, None, Some((MANAGE, &[]))),
        site!(SendMailsAgain, Active, None, Some((MANAGE, &[]))),
        site!(DeletedUsers, Active, Some(&[("users.deleted", Company)]), None),
        site!(RestoreUser, Active, None, Some((&[("users.deleted", Person)], &[]))),
        site!(UsersAndPermissions, Active, Some(PEOPLE), None),
        site!(ExportUsers, Active, Some(EXPORT), None),
        site!(BulkUsers, Active, Some(EXPORT), None),
        site!(TickedUsers, Active, None, Some((BULK, TICKED)), &[200]),
        site!(DoBulk, Active, None, Some((BULK, TICKED))),
        site!(NewUserWizard, Active, Some(&[("users.invite", Company)]), Some((&[("users.invite", Account)], INVITED))),
        site!(Manage, Active, Some(SEE), None),
        site!(EditUser, Active, Some(EDIT), Some((EDIT, NAMED)), &[200, 422]),
        site!(DeactivateUser, Active, None, Some((EDIT, &[]))),
        site!(ReactivateUser, Deactivated, None, Some((EDIT, &[]))),
        site!(EndSessions, Active, None, Some((EDIT, &[]))),
        site!(SendPasswordReset, Active, None, Some((EDIT, &[]))),
        site!(WithdrawEmailChange, Active, None, Some((EDIT, &[]))),
        site!(ResendFromManage, Invited, None, Some((EDIT, &[])), &[409]),
        site!(RevokeFromManage, Invited, Some(EDIT), Some((EDIT, &[])), &[409]),
        site!(LinkFromManage, Invited, Some(EDIT), None, &[409]),
        site!(Assign, Active, None, Some((GIVE_ACCOUNT, &[("assign", "account-{account}")]))),
        site!(Unassign, Active, None, Some((GIVE_ACCOUNT, &[("account", "{account}"), ("do", "remove")])), &[200, 303]),
        site!(AssignPortfolio, Active, None, Some((GIVE_PORTFOLIO, &[])), &[409]),
        site!(UnassignPortfolio, Active, Some(GIVE_PORTFOLIO), Some((GIVE_PORTFOLIO, &[])), &[200, 303, 409]),
        site!(AssignAccount, Active, None, Some((GIVE_ACCOUNT, &[]))),
        site!(UnassignAccount, Active, Some(GIVE_ACCOUNT), Some((GIVE_ACCOUNT, &[])), &[200, 303]),
        site!(SwitchPermission, Active, None, Some((GIVE_ACCOUNT, &[]))),
        site!(Roles, Active, Some(&[("roles.view", Company)]), None),
        site!(Portfolios, Active, Some(DIRECTORY), None),
        site!(NewPortfolio, Active, Some(PORTFOLIOS), Some((&[("portfolios.manage", Account)], PUT))),
        site!(Portfolio, Active, Some(&[("portfolios.view", Portfolio)]), None),
        site!(EditPortfolio, Active, Some(PORTFOLIO), Some((PORTFOLIO, &[("name", "New {made}"), ("notes", ""), ("version", "1")]))),
        site!(DeactivatePortfolio, Active, Some(PORTFOLIO), Some((PORTFOLIO, &[])), &[409]),
        site!(ReactivatePortfolio, Active, None, Some((PORTFOLIO, &[])), &[409]),
        site!(NewAccount, Active, Some(&[("accounts.create", Company)]), Some((&[("accounts.create", Portfolio)], CREATED))),
        site!(Account, Active, Some(&[("accounts.view", Account)]), None),
        site!(AddToAccount, Active, Some(&[("assignments.change", Account)]), Some((GIVE_ACCOUNT, &[("user", "{user}")])), &[303]),
        site!(EditAccount, Active, Some(&[("accounts.edit", Account)]), Some((&[("accounts.edit", Account)], &[("name", "New {made}"), ("website", ""), ("notes", ""), ("version", "1")]))),
        site!(MoveAccount, Active, Some(&[("portfolios.manage", Account)]), Some((&[("portfolios.manage", Account), ("portfolios.manage", Portfolio)], &[("portfolio", "{portfolio}"), ("do", "move")])), &[409, 422]),
        site!(Billing, Active, Some(&[("billing.view", Account)]), Some((&[("billing.update", Account)], BILLING))),
    ]
}
