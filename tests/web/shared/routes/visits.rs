//! Every page and every form, with what it answers: by what is declared of its address, and where that does not say it, by a row here.

use usher::{domain::role::Role, web::shared::routing::endpoint::Endpoint};

use super::*;

/// Settings that would be accepted.
const SETTINGS: [(&str, &str); 18] = [
    ("name", "Northwind"),
    ("groups_term", "36"),
    ("groups_term_unit", "hours"),
    ("new_user_term", "7"),
    ("new_user_term_unit", "days"),
    ("invitations_per_hour", "500"),
    ("password_min", "16"),
    ("two_factor", "admins"),
    ("two_factor_from", "2026-12-01"),
    ("session_idle", "30"),
    ("session_idle_unit", "minutes"),
    ("session_absolute", "1"),
    ("session_absolute_unit", "days"),
    ("sessions_per_user", "5"),
    ("deleted_kept", "60"),
    ("time_zone", "UTC"),
    ("daily_mail", "on"),
    ("version", "1"),
];

/// Answers of a page.
pub(super) struct Visit {
    pub(super) endpoint: &'static Endpoint,
    pub(super) path: String,
    /// Statuses for an anonymous client, a User and an Admin.
    pub(super) answers: [u16; 3],
}

/// A form: its address, and fields that would be accepted.
pub(crate) struct Post {
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) path: String,
    pub(crate) fields: Vec<(&'static str, String)>,
    /// Status for a user who may send it.
    pub(crate) done: u16,
    /// Status for a User; `None` where everybody may send it.
    pub(crate) user: Option<u16>,
}

/// Status for a User at an address by its permission alone.
fn user(endpoint: &Endpoint) -> Option<u16> {
    endpoint.access.permission().filter(|permission| !permission.level(Role::User).is_any()).map(|_| 403)
}

impl World {
    /// The address with things that there are, each fit for what is done to it.
    pub(crate) fn path(&self, endpoint: &Endpoint) -> String {
        let [portfolio, deactivated] = &self.portfolios;
        let user = match endpoint.name {
            "ActivateUser" => &self.deactivated,
            "RestoreUser" => &self.deleted,
            "ResendInvitation" | "RevokeInvitation" | "InvitationLink" | "LinkFromManage" => &self.invited,
            "ResendFromManage" | "RevokeFromManage" => &self.pending,
            "WithdrawEmailChange" => &self.moving,
            "AssignPortfolio" | "UnassignPortfolio" => &self.portfolio_admin,
            _ => &self.active,
        };
        let portfolio = match endpoint.name {
            "AssignPortfolio" | "UnassignPortfolio" | "ReactivatePortfolio" => deactivated,
            _ => portfolio,
        };
        let [asset, deleted] = &self.assets;
        let asset = match endpoint.name {
            "RestoreAsset" => deleted,
            "Definition" | "EditDefinition" | "CompareVersions" | "DefinitionVersion" | "BringBackVersion" => &self.process,
            "Connection" => &self.integration,
            _ => asset,
        };
        let whole = match endpoint.name {
            "StaticFile" => &usher::web::shared::assets::urls().style,
            "PasswordReset" => &self.reset,
            "Recovery" => &self.recovery,
            "ConfirmEmail" => &self.confirm,
            "StopEmailChange" => &self.stop,
            "UndoEmailChange" => &self.undo,
            "Invitation" => &self.open,
            "InvitationNewLink" => &format!("{}/new-link", self.expired),
            _ => endpoint.pattern,
        };
        let known =
            [("{user}", &**user), ("{portfolio}", portfolio), ("{account}", &self.account), ("{group}", &self.group), ("{asset}", asset)];
        let known = known.into_iter().chain([
            ("{session}", &*self.session),
            ("{passkey}", "1"),
            ("{mail}", "999999"),
            ("{entry}", "1"),
            ("{recovery}", "999999"),
            ("{number}", "1"),
            ("{switch}", "see-billing"),
            ("{to}", "on"),
        ]);
        let path = known.fold(whole.to_owned(), |path, (name, value)| path.replace(name, value));
        assert!(!path.contains('{'), "nothing is known that {path} could lead to");
        path
    }

    pub(super) fn visits(&self) -> Vec<Visit> {
        let answers = |endpoint: &Endpoint| match (endpoint.name, endpoint.access) {
            ("ChangeOwners" | "UnassignAccount" | "UnassignPortfolio", _) => [303, user(endpoint).unwrap_or(303), 303],
            ("SignIn", _) => [200, 303, 303],
            // Without two-factor, or a form that waits.
            ("SecondStep" | "TurnOffTwoFactor" | "RenewRecoveryCodes" | "UnsentForm", _) => [303; 3],
            ("RenamePasskey" | "RemovePasskey", _) => [303, 404, 200],
            ("ResetTwoFactor", _) => [303, 403, 303],
            ("Setup", _) | (_, Access::Monitoring) => [404; 3],
            ("InvitationNewLink", _) => [410; 3],
            // Nothing is assigned to the User or shared with them.
            (
                "Account" | "EditAccount" | "Billing" | "Asset" | "EditAsset" | "MoveAsset" | "ShareAsset" | "DeleteAsset" | "Definition"
                | "EditDefinition" | "CompareVersions" | "DefinitionVersion" | "Connection",
                _,
            ) => [303, 404, 200],
            (_, Access::Anyone | Access::Token) => [200; 3],
            (_, Access::SignedIn | Access::Home | Access::Needs(..)) => [303, user(endpoint).unwrap_or(200), 200],
        };
        let declared = ENDPOINTS.iter().filter(|endpoint| endpoint.kind.shows_page());
        let declared = declared.map(|endpoint| Visit { endpoint, path: self.path(endpoint), answers: answers(endpoint) });
        let portfolio = &self.portfolios[0];
        let queries = [
            (paths::SignIn::ENDPOINT, "?after=password-reset"),
            (paths::ForgotPassword::ENDPOINT, "?sent=true"),
            (paths::UsersAndGroups::ENDPOINT, "?q=ma"),
            (paths::NewUserWizard::ENDPOINT, &format!("?portfolio={portfolio}")),
            (paths::NewUserWizard::ENDPOINT, "?step=3&draft=x"),
            (paths::Manage::ENDPOINT, "?q=fj"),
            (paths::NewAccount::ENDPOINT, &format!("?portfolio={portfolio}")),
            (paths::NewAccount::ENDPOINT, "?step=review&draft=x"),
            (paths::UsersAndPermissions::ENDPOINT, "?q=ma&status=active&sort=email-desc"),
            (paths::BulkUsers::ENDPOINT, "?q=ma"),
            (paths::NewAsset::ENDPOINT, "?kind=process"),
            (paths::MoveAsset::ENDPOINT, "?q=ma"),
            (paths::ShareAsset::ENDPOINT, "?q=ma"),
            (paths::DeleteUser::ENDPOINT, "?per=kind&q=ma"),
            (paths::CompareVersions::ENDPOINT, "?from=2&to=1"),
        ];
        let queries = queries.map(|(endpoint, query)| Visit { endpoint, path: self.path(endpoint) + query, answers: answers(endpoint) });
        let others = [
            (paths::PasswordReset::ENDPOINT, "/reset/unknown", [404; 3]),
            (paths::Invitation::ENDPOINT, &*self.expired, [410; 3]),
            (paths::Invitation::ENDPOINT, "/invitation/unknown", [404; 3]),
            (paths::Group::ENDPOINT, "/users-and-groups/groups/1", [303, 404, 200]),
            (paths::AddToGroup::ENDPOINT, "/users-and-groups/groups/1/add", [303, 403, 200]),
            (paths::RenameGroup::ENDPOINT, "/users-and-groups/groups/1/rename", [303, 403, 404]),
            (paths::DeleteGroup::ENDPOINT, "/users-and-groups/groups/1/delete", [303, 403, 404]),
            (paths::RemoveFromGroup::ENDPOINT, &format!("/users-and-groups/groups/1/members/{}/remove", self.active), [303, 403, 409]),
            (paths::Manage::ENDPOINT, "/users-and-permissions/999999", [303, 403, 404]),
            (paths::ChangeOwners::ENDPOINT, &format!("/assets/owner?asset={}", self.assets[0]), [303, 403, 200]),
            (paths::ChangeOwners::ENDPOINT, "/assets/owner?asset=999999", [303, 403, 404]),
        ];
        let others = others.map(|(endpoint, path, answers)| Visit { endpoint, path: path.to_owned(), answers });
        declared.chain(queries).chain(others).collect()
    }

    /// In an order in which each can be done.
    #[expect(clippy::too_many_lines, reason = "it is every form, one after the other")]
    pub(crate) fn posts(&self) -> Vec<Post> {
        let Self { active, deactivated, portfolios: [portfolio, other], account, portfolio_admin: admin, .. } = self;
        let field = |name, value: &str| (name, value.to_owned());
        let version = |version| field("version", version);
        let person = || vec![field("first_name", "Noor"), field("last_name", "van Dijk"), field("password", "lantern quiver moss eleven")];
        let setup = vec![field("key", &"A".repeat(43)), field("company", "Northwind"), field("email", "noor@example.com")];
        let sign_in = vec![field("email", "jonas.vermeulen@example.com"), field("password", crate::helpers::PASSWORD)];
        let new_user = vec![field("step", "1"), field("do", "next"), field("email", "ruud@example.com"), field("default_role", "user")];
        let new_user = [new_user, vec![field("first_name", "Ruud"), field("last_name", "Smit")]].concat();
        let profile = vec![field("email", "jonas.vermeulen@example.com"), field("default_role", "user"), version("1")];
        let profile = [profile, vec![field("first_name", "Jonas"), field("last_name", "Vermeer")]].concat();
        let billing = ["legal_name", "address_line_1", "city", "postal_code", "address_line_2", "tax_id", "purchase_order"];
        let billing = billing.map(|name| field(name, "Fjord 1")).into_iter();
        let billing = billing.chain([field("email", "in@fjord.example"), field("country", "NO"), version("0")]).collect();
        let details = |name| vec![field("name", name), field("notes", "")];
        let account_details = |name| [details(name), vec![field("website", "")]].concat();
        let new_account =
            [account_details("Hygge"), vec![field("step", "review"), field("portfolio", portfolio), field("do", "create")]].concat();
        let connection = vec![field("kind", "sftp"), field("base_address", "sftp://files.example.com"), field("secret", "s"), version("0")];
        let ticked = || vec![field("action", "deactivate"), field("user", deactivated), field("return", "q=ma")];
        let back = || vec![field("return", "q=ma")];
        let post = |endpoint, fields| Post { endpoint, path: self.path(endpoint), fields, done: 303, user: user(endpoint) };
        vec![
            Post { done: 404, ..post(paths::Setup::ENDPOINT, [person(), setup].concat()) },
            post(paths::SignIn::ENDPOINT, sign_in),
            Post { done: 422, ..post(paths::PasskeySignIn::ENDPOINT, vec![field("ceremony", "x"), field("credential", "{}")]) },
            post(paths::RenamePasskey::ENDPOINT, vec![field("name", "Work phone")]),
            post(paths::ForgotPassword::ENDPOINT, vec![field("email", "jonas.vermeulen@example.com")]),
            post(paths::PasswordReset::ENDPOINT, vec![field("password", "lantern quiver moss eleven")]),
            post(paths::Recovery::ENDPOINT, vec![field("password", "lantern quiver moss eleven")]),
            post(paths::ConfirmEmail::ENDPOINT, vec![]),
            post(paths::StopEmailChange::ENDPOINT, vec![]),
            post(paths::UndoEmailChange::ENDPOINT, vec![]),
            post(paths::NewUserWizard::ENDPOINT, new_user),
            post(paths::InvitationNewLink::ENDPOINT, vec![]),
            post(paths::NewUser::ENDPOINT, vec![field("email", "ruud@example.com")]),
            post(paths::NewGroup::ENDPOINT, vec![field("name", "Finance")]),
            post(paths::RenameGroup::ENDPOINT, vec![field("name", "Researchers")]),
            post(paths::RemoveFromGroup::ENDPOINT, back()),
            post(paths::AddToGroup::ENDPOINT, vec![field("user", active)]),
            post(paths::DeleteGroup::ENDPOINT, vec![]),
            post(paths::UserAssets::ENDPOINT, vec![field("user", admin)]),
            post(paths::EditUser::ENDPOINT, profile),
            post(paths::Assign::ENDPOINT, vec![field("assign", &format!("account-{account}"))]),
            post(paths::TogglePermission::ENDPOINT, vec![]),
            post(paths::Unassign::ENDPOINT, vec![field("account", account), field("do", "remove")]),
            post(paths::AssignAccount::ENDPOINT, vec![]),
            post(paths::UnassignAccount::ENDPOINT, vec![]),
            post(paths::AssignAccount::ENDPOINT, vec![]),
            post(paths::AssignPortfolio::ENDPOINT, vec![]),
            post(paths::UnassignPortfolio::ENDPOINT, vec![]),
            post(paths::EndSessions::ENDPOINT, vec![]),
            post(paths::ResetTwoFactor::ENDPOINT, vec![]),
            post(paths::SendPasswordReset::ENDPOINT, vec![]),
            post(paths::WithdrawEmailChange::ENDPOINT, vec![]),
            post(paths::DeactivateUser::ENDPOINT, vec![]),
            post(paths::ReactivateUser::ENDPOINT, vec![]),
            post(paths::ResendFromManage::ENDPOINT, vec![]),
            post(paths::RevokeFromManage::ENDPOINT, vec![]),
            Post { done: 200, ..post(paths::InvitationLink::ENDPOINT, back()) },
            Post { done: 200, ..post(paths::LinkFromManage::ENDPOINT, back()) },
            post(paths::ResendInvitation::ENDPOINT, back()),
            post(paths::RevokeInvitation::ENDPOINT, back()),
            post(paths::BlockUser::ENDPOINT, back()),
            post(paths::ActivateUser::ENDPOINT, back()),
            post(paths::DeleteUser::ENDPOINT, back()),
            post(paths::SendMailAgain::ENDPOINT, back()),
            post(paths::SendMailsAgain::ENDPOINT, back()),
            post(paths::RestoreUser::ENDPOINT, vec![]),
            Post { done: 200, ..post(paths::StaySignedIn::ENDPOINT, vec![]) },
            post(paths::RenameOneself::ENDPOINT, vec![field("first_name", "Maya"), field("last_name", "Fisher"), version("1")]),
            post(paths::ChangeOwnEmail::ENDPOINT, vec![field("email", "fisher@example.com")]),
            post(paths::KeepOwnEmail::ENDPOINT, vec![]),
            post(paths::SecondStep::ENDPOINT, vec![field("code", "123456")]),
            post(paths::UnsentForm::ENDPOINT, vec![field("form", "999999")]),
            Post { done: 200, ..post(paths::RecoveryCodesFile::ENDPOINT, vec![field("codes", "7KQ4-M2XD")]) },
            post(paths::ChangeAppearance::ENDPOINT, vec![field("appearance", "dark")]),
            post(paths::EndOwnSession::ENDPOINT, vec![]),
            post(paths::EndOtherSessions::ENDPOINT, vec![]),
            post(paths::NewPortfolio::ENDPOINT, [details("DACH"), vec![field("do", "create")]].concat()),
            post(paths::EditPortfolio::ENDPOINT, [details("Nordics"), vec![version("1")]].concat()),
            post(paths::ReactivatePortfolio::ENDPOINT, vec![]),
            post(paths::NewAccount::ENDPOINT, new_account),
            post(paths::AddToAccount::ENDPOINT, vec![field("user", admin)]),
            Post { user: Some(404), ..post(paths::EditAccount::ENDPOINT, [account_details("Fjord"), vec![version("1")]].concat()) },
            Post { user: Some(403), ..post(paths::Billing::ENDPOINT, billing) },
            post(paths::MoveAccount::ENDPOINT, vec![field("portfolio", other), field("do", "move")]),
            post(paths::DeactivatePortfolio::ENDPOINT, vec![]),
            post(paths::Settings::ENDPOINT, SETTINGS.map(|(name, value)| field(name, value)).into()),
            post(paths::SendTestMail::ENDPOINT, vec![]),
            post(paths::VerifyAuditLog::ENDPOINT, vec![]),
            post(paths::AcknowledgeRecovery::ENDPOINT, vec![]),
            Post {
                user: None,
                ..post(paths::NewAsset::ENDPOINT, vec![field("kind", "folder"), field("name", "Rates"), field("description", "")])
            },
            Post {
                user: Some(404),
                ..post(paths::EditAsset::ENDPOINT, vec![field("name", "Close"), field("description", ""), version("1")])
            },
            Post { user: Some(404), done: 422, ..post(paths::MoveAsset::ENDPOINT, vec![field("to", "top")]) },
            Post { user: Some(404), ..post(paths::ShareAsset::ENDPOINT, vec![field("user", admin), field("level", "view")]) },
            Post { done: 422, ..post(paths::ChangeOwner::ENDPOINT, vec![field("user", "987654")]) },
            Post { done: 422, ..post(paths::ChangeOwners::ENDPOINT, vec![field("asset", &self.assets[0]), field("user", "987654")]) },
            Post { user: Some(404), ..post(paths::EditDefinition::ENDPOINT, vec![field("text", "Three"), version("2")]) },
            Post { user: Some(404), ..post(paths::Connection::ENDPOINT, connection) },
            Post { user: Some(404), ..post(paths::BringBackVersion::ENDPOINT, vec![]) },
            Post { user: Some(404), ..post(paths::DeleteAsset::ENDPOINT, vec![]) },
            Post { user: Some(404), ..post(paths::RestoreAsset::ENDPOINT, back()) },
            Post { done: 200, ..post(paths::TickedUsers::ENDPOINT, ticked()) },
            post(paths::DoBulk::ENDPOINT, ticked()),
            post(paths::Invitation::ENDPOINT, person()),
            // Last, since the session gets another token, and ends.
            post(paths::ConfirmIdentity::ENDPOINT, vec![field("current", crate::helpers::PASSWORD)]),
            Post {
                done: 200,
                ..post(paths::TurnOnTwoFactor::ENDPOINT, vec![field("secret", &self.secret), field("code", &self.codes[0])])
            },
            Post { done: 200, ..post(paths::RenewRecoveryCodes::ENDPOINT, vec![]) },
            post(paths::TurnOffTwoFactor::ENDPOINT, vec![field("code", &self.codes[1]), field("current", crate::helpers::PASSWORD)]),
            post(
                paths::NewPasskey::ENDPOINT,
                vec![field("name", "Laptop"), field("ceremony", &self.passkey.0), field("credential", &self.passkey.1)],
            ),
            post(paths::RemovePasskey::ENDPOINT, vec![]),
            post(
                paths::ChangePassword::ENDPOINT,
                vec![field("current", crate::helpers::PASSWORD), field("password", "lantern quiver moss twelve")],
            ),
            post(paths::SignOut::ENDPOINT, vec![]),
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
