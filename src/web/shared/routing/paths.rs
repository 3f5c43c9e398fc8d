//! Every address of the product, once: as the pattern that the route table matches and as a type that writes it.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{
    domain::{
        credentials::token::{Token, TokenPurpose},
        ids::{AccountId, AssetId, GroupId, MailId, PortfolioId, UserId},
        permission::{Permission, PermissionToggle, To},
    },
    web::shared::steps,
};

use super::endpoint::{Access, Endpoint, Kind, Section};

/// Longest address that is read, in bytes. Drafts of wizards take up to 6,000, and within the address of the sign-in page somewhat more.
pub(in crate::web) const ADDRESS_MAX: usize = 8 * 1024;

/// Segments of an address that are looked at. Pages have six at the most.
const SEGMENTS_MAX: usize = 10;

/// Digits of the largest id.
const DIGITS_MAX: usize = 19;

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
    /// Leads to the first page that the user may open.
    Root {} = "/", Page, SignedIn;
    StaticFile { name: &'static str } = "/static/{name}", Page, Anyone;
    /// True if the process runs.
    Healthz {} = "/healthz", Page, Anyone;
    /// True if the database answers.
    Readyz {} = "/readyz", Page, Anyone;
    /// On the listener for monitoring, and there alone.
    Metrics {} = "/metrics", Page, Monitoring;

    /// With `?key=` the one-time address of the first start.
    Setup {} = "/setup", Form, Token;
    /// Takes `?next=`, or `?after=` what led there.
    SignIn {} = "/sign-in", Form, Anyone;
    SignOut {} = "/sign-out", Button, SignedIn;
    /// For the script that warns before a session ends.
    StaySignedIn {} = "/stay-signed-in", Button, SignedIn;
    /// With `?sent=true` once a link was asked for.
    ForgotPassword {} = "/forgot-password", Form, Anyone;
    PasswordReset { token: String } = "/reset/{token}", Form, Token;
    /// Mailed to a new address.
    ConfirmEmail { token: String } = "/confirm-email/{token}", Form, Token;
    /// Mailed to the old address.
    StopEmailChange { token: String } = "/stop-email-change/{token}", Form, Token;
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

    /// Which role may do what.
    Roles {} = "/roles", Page, Roles: RolesView;

    /// For Users, the accounts assigned to them. Takes `?q=` and `?page=`.
    Portfolios {} = "/portfolios", Page, Portfolios: AccountsView;
    NewPortfolio {} = "/portfolios/new", Form, Portfolios: PortfoliosManage;
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

    /// The user's own assets. The lists take `?page=` and `?rows=`.
    Assets {} = "/assets", Page, Assets: AssetsUse;
    SharedAssets {} = "/assets/shared", Page, Assets: AssetsUse;
    AllAssets {} = "/assets/all", Page, Assets: AssetsViewAll;
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

/// Tells whether the path of an address ends as that of a wizard, whose addresses hold drafts.
pub(in crate::web) fn is_of_wizard(address: &str) -> bool {
    ENDPOINTS.iter().any(|endpoint| endpoint.kind == Kind::Wizard && path_of(address).ends_with(endpoint.pattern))
}

/// The page of a single-use link.
pub fn with_token(purpose: TokenPurpose, token: &Token) -> String {
    let token = token.reveal().to_owned();
    match purpose {
        TokenPurpose::Setup => with_query(Setup {}, &[("key", &*token)]),
        TokenPurpose::Invitation => Invitation { token }.to_string(),
        TokenPurpose::PasswordReset => PasswordReset { token }.to_string(),
        TokenPurpose::EmailChange => ConfirmEmail { token }.to_string(),
        TokenPurpose::EmailChangeStop => StopEmailChange { token }.to_string(),
    }
}

/// `path` with those of the parameters that are not empty.
pub fn with_query(path: impl fmt::Display, parameters: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters.iter().filter(|(_, value)| !value.is_empty()));
    let query = query.finish();
    if query.is_empty() { path.to_string() } else { format!("{path}?{query}") }
}

/// The page at an address of ours, or the nearest above it: that of the list for a form in the list, or for the question that it led to.
pub fn nearest_page(address: &str) -> Option<String> {
    let (segments, rest) = split(address)?;
    let nearest = (1..=segments.len()).rev().find(|count| is_page(&segments[..*count]))?;
    let query = if rest.starts_with('?') { rest } else { "" };
    Some(format!("{}{query}", segments[..nearest].join("/")))
}

/// `next` if it leads to a page of ours; anything else leads nowhere.
pub fn known_page(next: &str) -> Option<&str> {
    let (segments, _) = split(next)?;
    is_page(&segments).then_some(next)
}

/// The first segments of an address, and what follows its path. `None` where it is too long or has characters that no address of ours has.
fn split(address: &str) -> Option<(Vec<&str>, &str)> {
    if address.len() > ADDRESS_MAX {
        return None;
    }
    let is_plain = address.bytes().all(|byte| {
        steps::count(1);
        byte.is_ascii_graphic() && byte != b'\\'
    });
    let (path, rest) = address.split_at(address.find(['?', '#']).unwrap_or(address.len()));
    is_plain.then(|| (path.split('/').take(SEGMENTS_MAX).collect(), rest))
}

/// True for a page that signing in may lead to. No recorded page is one, since another site could lead there through the
/// sign-in page. The first address of all leads on by itself.
fn is_page(segments: &[&str]) -> bool {
    let is_page = |endpoint: &Endpoint| {
        let is_plain = endpoint.kind.shows_page() && !endpoint.kind.is_recorded();
        is_plain && endpoint.access.is_signed_in() && endpoint != Root::ENDPOINT
    };
    ENDPOINTS.iter().any(|endpoint| is_page(endpoint) && is_like(segments, endpoint.pattern))
}

/// The section of the console that an address of ours is in.
pub(in crate::web) fn section(address: &str) -> Option<Section> {
    let (segments, _) = split(address)?;
    ENDPOINTS.iter().find(|endpoint| is_like(&segments, endpoint.pattern))?.access.section()
}

/// True if a path is written as its pattern reads, with a number for each id.
fn is_like(segments: &[&str], pattern: &str) -> bool {
    let is_number = |text: &str| (1..=DIGITS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_part = |(part, written): (&&str, &str)| {
        steps::count(1);
        if written.starts_with('{') { is_number(part) } else { *part == written }
    };
    segments.len() == pattern.split('/').count() && segments.iter().zip(pattern.split('/')).all(is_part)
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
    fn what_is_no_page_leads_to_the_one_above() {
        for (address, page) in [
            ("/users-and-permissions/7?q=a", Some("/users-and-permissions/7?q=a")),
            ("/users-and-permissions/7/remove", Some("/users-and-permissions/7")),
            ("/users-and-permissions/ticked/do?status=invited", Some("/users-and-permissions?status=invited")),
            ("/users-and-groups/users/7/block", Some("/users-and-groups")),
            ("/users-and-groups/users/7/link", Some("/users-and-groups")),
            ("/users-and-permissions/export?q=a", Some("/users-and-permissions?q=a")),
            ("/invitation/secret", None),
            ("//evil.example", None),
            ("", None),
        ] {
            assert_eq!(nearest_page(address).as_deref(), page, "{address}");
        }
    }

    #[test]
    fn of_a_deep_address_only_the_first_segments_are_looked_at() {
        let deep = format!("/users-and-groups/groups/7{}", "/x".repeat(100));
        assert_eq!(nearest_page(&deep).as_deref(), Some("/users-and-groups/groups/7"));
        assert_eq!(known_page(&deep), None);
        let padded = format!("/users-and-permissions/7{}?q=a", "/".repeat(50));
        assert_eq!(nearest_page(&padded).as_deref(), Some("/users-and-permissions/7?q=a"));
        let query = |count| format!("/users-and-permissions?q={}", "a".repeat(count));
        assert!(known_page(&query(ADDRESS_MAX - 25)).is_some());
        assert!(known_page(&query(ADDRESS_MAX)).is_none());
        assert!(nearest_page(&query(ADDRESS_MAX)).is_none());
    }

    #[test]
    fn an_address_is_in_the_section_of_its_page() {
        for (address, section) in [
            ("/users-and-groups/groups/3?q=a", Some(Section::UsersAndGroups)),
            ("/accounts/new?step=review", Some(Section::Portfolios)),
            ("/accounts/3/billing", Some(Section::Portfolios)),
            ("/users-and-groupsies", None),
            ("/sign-in", None),
        ] {
            assert_eq!(super::section(address), section, "{address}");
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

    #[test]
    fn only_pages_of_ours_are_gone_to_after_signing_in() {
        for next in ["/users-and-groups", "/users-and-groups?q=ma&page=x", "/users-and-groups/groups/1", "/users-and-groups/deleted"] {
            assert_eq!(known_page(next), Some(next));
        }
        for next in [
            "",
            "/",
            "//evil.example",
            "https://evil.example/users-and-groups",
            "/\\evil.example",
            "/users-and-groups/../../x",
            "/users-and-groups//evil.example",
            "/users-and-groups\r\nSet-Cookie: a=b",
            "/sign-out",
            "/users-and-permissions/export",
            "/users-and-groups/users/7/link",
            "javascript:alert(1)",
            "/unknown",
        ] {
            assert_eq!(known_page(next), None, "{next:?}");
        }
    }
}
