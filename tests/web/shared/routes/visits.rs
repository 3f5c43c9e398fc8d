//! Every page and every form, with what it answers.

use super::*;

/// What a page answers to whom.
pub(super) struct Visit {
    pub(super) name: &'static str,
    pub(super) path: String,
    pub(super) anonymous: u16,
    pub(super) user: u16,
    pub(super) admin: u16,
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

impl World {
    #[expect(clippy::too_many_lines, reason = "it is every page, one after the other")]
    pub(super) fn visits(&self) -> Vec<Visit> {
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
