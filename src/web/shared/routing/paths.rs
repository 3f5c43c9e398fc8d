//! Every address of the product, once: as the pattern that the route table matches and as a type that writes it.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::{
    credentials::token::{Token, TokenPurpose},
    ids::{AccountId, AssetId, EntryId, GroupId, MailId, PasskeyId, PortfolioId, RecoveryId, SessionId, UserId, VersionNumber},
    permission::{Permission, PermissionToggle, To},
};

use super::endpoint::{Access, Endpoint, Kind, Section};

/// Longest address that is read, in bytes. Drafts of wizards take up to 6,000, and within the address of the sign-in page somewhat more.
pub(in crate::web) const ADDRESS_MAX: usize = 8 * 1024;

/// Characters of a parameter that are escaped in a path. A path is thus good for a header, whatever its parameters are.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One path a line: its name, its parameters, its pattern, its kind, and to whom it is open. In the console that is the section and the
/// permission.
macro_rules! paths {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),* } = $pattern:literal, $kind:ident, $access:ident $(: $permission:ident)?;)*) => {
        $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name { $(pub $field: $type),* }

        impl $name {
            pub const PATTERN: &'static str = $pattern;
            pub const ENDPOINT: &'static Endpoint =
                &Endpoint { name: stringify!($name), pattern: $pattern, kind: Kind::$kind, access: access!($access $($permission)?) };
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, $pattern, $($field = escaped(&self.$field)),*)
            }
        }
        )*

        /// Every address.
        pub const ENDPOINTS: &[&Endpoint] = &[$($name::ENDPOINT),*];
    };
}

macro_rules! access {
    ($access:ident) => {
        Access::$access
    };
    ($section:ident $permission:ident) => {
        Access::Needs(Section::$section, Permission::$permission)
    };
}

paths! {
    /// Home, where signing in leads.
    Root {} = "/", Page, Home;
    StaticFile { name: &'static str } = "/static/{name}", Page, Anyone;
    /// For load balancers: the process runs.
    Healthz {} = "/healthz", Page, Anyone;
    /// For load balancers: the database answers.
    Readyz {} = "/readyz", Page, Anyone;
    /// On the listener for monitoring, and there alone.
    Metrics {} = "/metrics", Page, Monitoring;

    /// With `?key=` the one-time address of the first start.
    Setup {} = "/setup", Form, Token;
    /// Takes `?next=`, or `?after=` what led there.
    SignIn {} = "/sign-in", Form, Anyone;
    /// The code of a sign-in with two-factor. Takes `?next=`, and `?with=recovery` for a recovery code.
    SecondStep {} = "/sign-in/two-factor", Form, Anyone;
    /// The passkey of a sign-in without an address.
    PasskeySignIn {} = "/sign-in/passkey", Button, Anyone;
    SignOut {} = "/sign-out", Button, SignedIn;
    /// For the script that warns before a session ends.
    StaySignedIn {} = "/stay-signed-in", Button, SignedIn;
    /// Confirms who the user is. Takes `?form=`, the sensitive form that waits, or `?next=`, and `?with=code`.
    ConfirmIdentity {} = "/confirm", Form, SignedIn;
    /// The form that came after the end of its session.
    UnsentForm {} = "/unsent-form", Form, SignedIn;
    MyAccount {} = "/my-account", Page, SignedIn;
    RenameOneself {} = "/my-account/name", Button, SignedIn;
    ChangeOwnEmail {} = "/my-account/email", Button, SignedIn;
    /// Takes back another address that waits to be confirmed.
    KeepOwnEmail {} = "/my-account/keep-email", Button, SignedIn;
    ChangePassword {} = "/my-account/password", Button, SignedIn;
    TurnOnTwoFactor {} = "/my-account/two-factor", Form, SignedIn;
    TurnOffTwoFactor {} = "/my-account/two-factor/off", Form, SignedIn;
    RenewRecoveryCodes {} = "/my-account/two-factor/codes", Form, SignedIn;
    /// The shown codes as a file.
    RecoveryCodesFile {} = "/my-account/two-factor/codes/file", Button, SignedIn;
    NewPasskey {} = "/my-account/passkeys/new", Form, SignedIn;
    RenamePasskey { passkey: PasskeyId } = "/my-account/passkeys/{passkey}/rename", Form, SignedIn;
    RemovePasskey { passkey: PasskeyId } = "/my-account/passkeys/{passkey}/remove", Form, SignedIn;
    ChangeAppearance {} = "/my-account/appearance", Button, SignedIn;
    EndOwnSession { session: SessionId } = "/my-account/sessions/{session}/end", Button, SignedIn;
    EndOtherSessions {} = "/my-account/sessions/end-others", Button, SignedIn;

    /// With `?sent=true` once a link was asked for.
    ForgotPassword {} = "/forgot-password", Form, Anyone;
    PasswordReset { token: String } = "/reset/{token}", Form, Token;
    /// Made at the command line.
    Recovery { token: String } = "/recover/{token}", Form, Token;
    /// Mailed to a new address.
    ConfirmEmail { token: String } = "/confirm-email/{token}", Form, Token;
    /// Mailed to the old address.
    StopEmailChange { token: String } = "/stop-email-change/{token}", Form, Token;
    /// Mailed to the old address, as the link before; for after the confirmation.
    UndoEmailChange { token: String } = "/undo-email-change/{token}", Form, Token;
    Invitation { token: String } = "/invitation/{token}", Form, Token;
    /// "Send me a new link", on the page of an expired invitation, and what came of it.
    InvitationNewLink { token: String } = "/invitation/{token}/new-link", Form, Token;

    /// Takes `?q=`, `?page=` and `?rows=`.
    UsersAndGroups {} = "/users-and-groups", Page, UsersAndGroups: DirectoryView;
    NewUser {} = "/users-and-groups/new-user", Form, UsersAndGroups: DirectoryManage;
    NewGroup {} = "/users-and-groups/new-group", Form, UsersAndGroups: GroupsManage;
    /// Takes `?page=` and `?rows=`.
    Group { group: GroupId } = "/users-and-groups/groups/{group}", Page, UsersAndGroups: DirectoryView;
    /// Takes `?q=`.
    AddToGroup { group: GroupId } = "/users-and-groups/groups/{group}/add", Form, UsersAndGroups: GroupsManage;
    RenameGroup { group: GroupId } = "/users-and-groups/groups/{group}/rename", Form, UsersAndGroups: GroupsManage;
    DeleteGroup { group: GroupId } = "/users-and-groups/groups/{group}/delete", Form, UsersAndGroups: GroupsManage;
    RemoveFromGroup { group: GroupId, user: UserId } = "/users-and-groups/groups/{group}/members/{user}/remove", Form, UsersAndGroups: GroupsManage;
    BlockUser { user: UserId } = "/users-and-groups/users/{user}/block", Button, UsersAndGroups: DirectoryManage;
    ActivateUser { user: UserId } = "/users-and-groups/users/{user}/activate", Button, UsersAndGroups: DirectoryManage;
    /// Takes `?q=`, `?per=` and new owners by kind.
    DeleteUser { user: UserId } = "/users-and-groups/users/{user}/delete", Form, UsersAndGroups: DirectoryManage;
    UserAssets { user: UserId } = "/users-and-groups/users/{user}/assets", Form, UsersAndGroups: AssetsChangeOwner;
    ResendInvitation { user: UserId } = "/users-and-groups/users/{user}/resend", Button, UsersAndGroups: DirectoryManage;
    RevokeInvitation { user: UserId } = "/users-and-groups/users/{user}/revoke", Form, UsersAndGroups: DirectoryManage;
    /// The open invitation's link, where no mail server is configured.
    InvitationLink { user: UserId } = "/users-and-groups/users/{user}/link", RecordedForm, UsersAndGroups: DirectoryManage;
    /// A mail that failed.
    SendMailAgain { mail: MailId } = "/users-and-groups/mail/{mail}/send-again", Button, UsersAndGroups: DirectoryManage;
    /// Every mail that failed.
    SendMailsAgain {} = "/users-and-groups/mail/send-again", Button, UsersAndGroups: DirectoryManage;
    DeletedUsers {} = "/users-and-groups/deleted", Page, UsersAndGroups: UsersDeleted;
    RestoreUser { user: UserId } = "/users-and-groups/deleted/{user}/restore", Button, UsersAndGroups: UsersDeleted;

    /// Takes all that narrows and orders the list.
    UsersAndPermissions {} = "/users-and-permissions", Page, UsersAndPermissions: UsersView;
    /// The list as CSV.
    ExportUsers {} = "/users-and-permissions/export", Recorded, UsersAndPermissions: UsersExport;
    /// Many users at once: everybody in the list, as many at a time as one action takes.
    BulkUsers {} = "/users-and-permissions/bulk", Page, UsersAndPermissions: UsersExport;
    /// Question before a bulk action on the selected users. Takes the list's query.
    TickedUsers {} = "/users-and-permissions/ticked", Button, UsersAndPermissions: UsersExport;
    DoBulk {} = "/users-and-permissions/ticked/do", Button, UsersAndPermissions: UsersExport;
    /// New User, in three steps. Takes `?step=`, `?draft=` and `?q=`, or `?portfolio=` for the first.
    NewUserWizard {} = "/users-and-permissions/new", Wizard, UsersAndPermissions: UsersInvite;
    /// Takes `?q=` and `?page=` of the assignments, and `?add=`, which looks for one to add.
    Manage { user: UserId } = "/users-and-permissions/{user}", Page, UsersAndPermissions: UsersView;
    EditUser { user: UserId } = "/users-and-permissions/{user}/edit", Form, UsersAndPermissions: UsersEdit;
    DeactivateUser { user: UserId } = "/users-and-permissions/{user}/deactivate", Button, UsersAndPermissions: UsersEdit;
    ReactivateUser { user: UserId } = "/users-and-permissions/{user}/reactivate", Button, UsersAndPermissions: UsersEdit;
    EndSessions { user: UserId } = "/users-and-permissions/{user}/sign-out", Button, UsersAndPermissions: UsersEdit;
    ResetTwoFactor { user: UserId } = "/users-and-permissions/{user}/reset-two-factor", Form, UsersAndPermissions: UsersResetTwoFactor;
    SendPasswordReset { user: UserId } = "/users-and-permissions/{user}/send-password-reset", Button, UsersAndPermissions: UsersEdit;
    /// Takes back another address that waits to be confirmed.
    WithdrawEmailChange { user: UserId } = "/users-and-permissions/{user}/withdraw-email-change", Button, UsersAndPermissions: UsersEdit;
    ResendFromManage { user: UserId } = "/users-and-permissions/{user}/resend", Button, UsersAndPermissions: UsersEdit;
    RevokeFromManage { user: UserId } = "/users-and-permissions/{user}/revoke", Form, UsersAndPermissions: UsersEdit;
    /// The open invitation's link, where no mail server is configured.
    LinkFromManage { user: UserId } = "/users-and-permissions/{user}/link", RecordedForm, UsersAndPermissions: UsersEdit;
    /// Gives what was chosen from a list of portfolios and accounts.
    Assign { user: UserId } = "/users-and-permissions/{user}/assign", Button, UsersAndPermissions: AssignmentsChange;
    /// Takes what is ticked.
    Unassign { user: UserId } = "/users-and-permissions/{user}/remove", Button, UsersAndPermissions: AssignmentsChange;
    AssignPortfolio { user: UserId, portfolio: PortfolioId } = "/users-and-permissions/{user}/portfolios/{portfolio}/assign", Button, UsersAndPermissions: AssignmentsChange;
    UnassignPortfolio { user: UserId, portfolio: PortfolioId } = "/users-and-permissions/{user}/portfolios/{portfolio}/remove", Form, UsersAndPermissions: AssignmentsChange;
    AssignAccount { user: UserId, account: AccountId } = "/users-and-permissions/{user}/accounts/{account}/assign", Button, UsersAndPermissions: AssignmentsChange;
    UnassignAccount { user: UserId, account: AccountId } = "/users-and-permissions/{user}/accounts/{account}/remove", Form, UsersAndPermissions: AssignmentsChange;
    TogglePermission { user: UserId, account: AccountId, switch: PermissionToggle, to: To } = "/users-and-permissions/{user}/accounts/{account}/{switch}/{to}", Button, UsersAndPermissions: AssignmentsChange;

    /// Takes `?page=` and `?rows=`, as the activity of portfolios and accounts does.
    UserActivity { user: UserId } = "/users-and-permissions/{user}/activity", Page, UsersAndPermissions: UsersView;
    /// Access at the end of a day, `?on=`, as that to portfolios and accounts.
    UserAccess { user: UserId } = "/users-and-permissions/{user}/access", Page, UsersAndPermissions: AuditLogView;
    ExportUserAccess { user: UserId } = "/users-and-permissions/{user}/access/export", Recorded, UsersAndPermissions: AuditLogView;

    /// Which role may do what.
    Roles {} = "/roles", Page, Roles: RolesView;

    /// For Users, the accounts assigned to them. Takes `?q=` and `?page=`.
    Portfolios {} = "/portfolios", Page, Portfolios: AccountsView;
    NewPortfolio {} = "/portfolios/new", Form, Portfolios: PortfoliosManage;
    /// Accounts of the scope. Takes `?billing=missing`, `?q=` and `?page=`.
    Accounts {} = "/portfolios/accounts", Page, Portfolios: PortfoliosView;
    /// Takes `?page=` of its accounts and `?users=`.
    Portfolio { portfolio: PortfolioId } = "/portfolios/{portfolio}", Page, Portfolios: PortfoliosView;
    EditPortfolio { portfolio: PortfolioId } = "/portfolios/{portfolio}/edit", Form, Portfolios: PortfoliosManage;
    DeactivatePortfolio { portfolio: PortfolioId } = "/portfolios/{portfolio}/deactivate", Form, Portfolios: PortfoliosManage;
    ReactivatePortfolio { portfolio: PortfolioId } = "/portfolios/{portfolio}/reactivate", Button, Portfolios: PortfoliosManage;
    /// In four steps. Takes the same.
    NewAccount {} = "/accounts/new", Wizard, Portfolios: AccountsCreate;
    Account { account: AccountId } = "/accounts/{account}", Page, Portfolios: AccountsView;
    /// Takes `?q=`.
    AddToAccount { account: AccountId } = "/accounts/{account}/add", Form, Portfolios: AssignmentsChange;
    EditAccount { account: AccountId } = "/accounts/{account}/edit", Form, Portfolios: AccountsEdit;
    MoveAccount { account: AccountId } = "/accounts/{account}/move", Form, Portfolios: PortfoliosManage;
    Billing { account: AccountId } = "/accounts/{account}/billing", Form, Portfolios: BillingView;
    PortfolioActivity { portfolio: PortfolioId } = "/portfolios/{portfolio}/activity", Page, Portfolios: PortfoliosView;
    AccountActivity { account: AccountId } = "/accounts/{account}/activity", Page, Portfolios: PortfoliosView;
    PortfolioAccess { portfolio: PortfolioId } = "/portfolios/{portfolio}/access", Page, Portfolios: AuditLogView;
    ExportPortfolioAccess { portfolio: PortfolioId } = "/portfolios/{portfolio}/access/export", Recorded, Portfolios: AuditLogView;
    AccountAccess { account: AccountId } = "/accounts/{account}/access", Page, Portfolios: AuditLogView;
    ExportAccountAccess { account: AccountId } = "/accounts/{account}/access/export", Recorded, Portfolios: AuditLogView;

    /// Takes all that narrows the log.
    AuditLog {} = "/audit-log", Page, AuditLog: AuditLogView;
    /// The log as a file. Takes `?format=` and all that narrows the log.
    ExportAuditLog {} = "/audit-log/export", Recorded, AuditLog: AuditLogView;
    /// Search for a user by whom to filter the log. Takes `?as=`, `?q=` and the log's query in `?return=`.
    AuditLogPerson {} = "/audit-log/person", Page, AuditLog: AuditLogView;
    AuditLogPlace {} = "/audit-log/place", Page, AuditLog: AuditLogView;
    /// Takes `?q=`, `?from=`, `?to=`, `?page=` and `?rows=`.
    RefusedSignIns {} = "/audit-log/refused-sign-ins", Page, AuditLog: AuditLogView;
    /// The list as a file, with the same filters.
    ExportRefusedSignIns {} = "/audit-log/refused-sign-ins/export", Recorded, AuditLog: AuditLogView;
    /// Newest hash and verification.
    AuditProof {} = "/audit-log/proof", Page, AuditLog: AuditLogView;
    VerifyAuditLog {} = "/audit-log/proof/verify", Button, AuditLog: AuditLogView;
    /// Notice on every page of Admins.
    AcknowledgeRecovery { recovery: RecoveryId } = "/audit-log/recoveries/{recovery}/acknowledge", Button, AuditLog: AuditLogView;
    AuditEntry { entry: EntryId } = "/audit-log/{entry}", Page, AuditLog: AuditLogView;

    Settings {} = "/settings", Form, Settings: SettingsChange;
    /// To the signed-in Admin.
    SendTestMail {} = "/settings/test-mail", Button, Settings: SettingsChange;

    /// The user's own assets. The lists take `?page=` and `?rows=`.
    Assets {} = "/assets", Page, Assets: AssetsUse;
    SharedAssets {} = "/assets/shared", Page, Assets: AssetsUse;
    AllAssets {} = "/assets/all", Page, Assets: AssetsViewAll;
    /// New owner of several assets. Takes `?asset=`, once for each, and `?q=`.
    ChangeOwners {} = "/assets/owner", Form, Assets: AssetsChangeOwner;
    /// Takes `?kind=` and `?folder=`.
    NewAsset {} = "/assets/new", Form, Assets: AssetsUse;
    DeletedAssets {} = "/assets/deleted", Page, Assets: AssetsUse;
    RestoreAsset { asset: AssetId } = "/assets/deleted/{asset}/restore", Button, Assets: AssetsUse;
    /// With the content of a folder.
    Asset { asset: AssetId } = "/assets/{asset}", Page, Assets: AssetsUse;
    EditAsset { asset: AssetId } = "/assets/{asset}/edit", Form, Assets: AssetsUse;
    /// Takes `?q=`, and `?to=` for the review.
    MoveAsset { asset: AssetId } = "/assets/{asset}/move", Form, Assets: AssetsUse;
    ShareAsset { asset: AssetId } = "/assets/{asset}/share", Form, Assets: AssetsUse;
    ChangeOwner { asset: AssetId } = "/assets/{asset}/owner", Form, Assets: AssetsChangeOwner;
    DeleteAsset { asset: AssetId } = "/assets/{asset}/delete", Form, Assets: AssetsUse;
    /// Of an integration.
    Connection { asset: AssetId } = "/assets/{asset}/connection", Form, Assets: AssetsUse;
    /// Of a process. Takes `?page=` and `?rows=` of its versions.
    Definition { asset: AssetId } = "/assets/{asset}/definition", Page, Assets: AssetsUse;
    EditDefinition { asset: AssetId } = "/assets/{asset}/definition/edit", Form, Assets: AssetsUse;
    /// Takes `?from=` and `?to=`, numbers of versions.
    CompareVersions { asset: AssetId } = "/assets/{asset}/definition/compare", Page, Assets: AssetsUse;
    DefinitionVersion { asset: AssetId, number: VersionNumber } = "/assets/{asset}/definition/{number}", Page, Assets: AssetsUse;
    BringBackVersion { asset: AssetId, number: VersionNumber } = "/assets/{asset}/definition/{number}/bring-back", Button, Assets: AssetsUse;
}

/// A parameter as it stands in a path.
fn escaped(parameter: &impl fmt::Display) -> String {
    utf8_percent_encode(&parameter.to_string(), ESCAPED).to_string()
}

/// Address of the sign-in page, from which the user goes to `next`.
pub fn sign_in_then(next: Option<&str>) -> String {
    sign_in(next, "")
}

/// Address of the sign-in page after a form came too late, from which the user goes back to the form's `page`.
pub fn sign_in_and_send_again(page: Option<&str>) -> String {
    sign_in(page, "true")
}

/// The sign-in page. Of a `next` that makes its address too long to be read, it keeps the path.
fn sign_in(next: Option<&str>, unsent: &str) -> String {
    let next = next.unwrap_or_default();
    let address = |next| with_query(SignIn {}, &[("next", next), ("unsent", unsent)]);
    let whole = address(next);
    if whole.len() <= ADDRESS_MAX { whole } else { address(path_of(next)) }
}

/// An address without its query.
pub(in crate::web) fn path_of(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

/// The page of a single-use link.
pub fn with_token(purpose: TokenPurpose, token: &Token) -> String {
    let token = token.reveal().to_owned();
    match purpose {
        TokenPurpose::Setup => with_query(Setup {}, &[("key", &*token)]),
        TokenPurpose::Invitation => Invitation { token }.to_string(),
        TokenPurpose::PasswordReset => PasswordReset { token }.to_string(),
        TokenPurpose::Recovery => Recovery { token }.to_string(),
        TokenPurpose::EmailChange => ConfirmEmail { token }.to_string(),
        TokenPurpose::EmailChangeStop => StopEmailChange { token }.to_string(),
        TokenPurpose::EmailChangeUndo => UndoEmailChange { token }.to_string(),
        // Its token is in a cookie.
        TokenPurpose::SecondStep => SecondStep {}.to_string(),
    }
}

/// `path` with those of the parameters that are not empty.
pub fn with_query(path: impl fmt::Display, parameters: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters.iter().filter(|(_, value)| !value.is_empty()));
    let query = query.finish();
    if query.is_empty() { path.to_string() } else { format!("{path}?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_its_pattern_reads() {
        assert_eq!(UsersAndGroups {}.to_string(), UsersAndGroups::PATTERN);
        assert_eq!(with_query(Setup {}, &[("key", "a b")]), "/setup?key=a+b");
        assert_eq!(sign_in_then(None), "/sign-in");
        assert_eq!(sign_in_then(Some("/users-and-groups?q=a&page=b")), "/sign-in?next=%2Fusers-and-groups%3Fq%3Da%26page%3Db");
        assert_eq!(RemoveFromGroup { group: GroupId(3), user: UserId(17) }.to_string(), "/users-and-groups/groups/3/members/17/remove");
    }

    #[test]
    fn the_sign_in_page_keeps_of_a_page_what_its_own_address_has_room_for() {
        let next = |count| format!("/users-and-groups?q={}", "%E6".repeat(count));
        assert!(sign_in_then(Some(&next(1_600))).contains("%3Fq%3D%25E6"));
        for count in [1_700, 2_700] {
            assert_eq!(sign_in_then(Some(&next(count))), "/sign-in?next=%2Fusers-and-groups");
            assert_eq!(sign_in_and_send_again(Some(&next(count))), "/sign-in?next=%2Fusers-and-groups&unsent=true");
        }
    }

    #[test]
    fn a_parameter_is_escaped_in_its_path() {
        for (token, path) in [
            ("a\0b", "/invitation/a%00b/new-link"),
            ("\r\nSet-Cookie: a=b", "/invitation/%0D%0ASet-Cookie%3A%20a%3Db/new-link"),
            ("../é", "/invitation/..%2F%C3%A9/new-link"),
            ("A-z_0", "/invitation/A-z_0/new-link"),
        ] {
            assert_eq!(InvitationNewLink { token: token.to_owned() }.to_string(), path);
        }
    }
}
