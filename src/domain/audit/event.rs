//! Audited events: one typed variant each, stored as JSON, read back, and put into words.

mod fields;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::domain::{
    account::BillingFields,
    appearance::Appearance,
    asset::{AssetKind, ConnectionKind, ShareLevel},
    audit::SubjectKind,
    permission::{AssignmentPermissions, PermissionToggle},
    stored::stored_enum,
    user::{DefaultRole, Status, Who},
};

use fields::changed;

pub use fields::{Change, Fact, FactValue};

/// Version of the stored details. Stored formats are permanent: a changed format of an event gets another version.
const VERSION: u64 = 1;

/// Declares the events, each with its stored action and the fields of its details.
macro_rules! audit_events {
    ($($variant:ident = $action:literal { $($field:ident: $type:ty),* $(,)? })*) => {
        stored_enum! {
            /// Kind of an event.
            AuditAction { $($variant = $action),* }
        }

        /// An event with its stored details, which never hold a secret.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "action", content = "details")]
        pub enum AuditEvent {
            $(#[serde(rename = $action)] $variant { $($field: $type),* },)*
        }

        impl AuditEvent {
            pub fn action(&self) -> AuditAction {
                match self { $(Self::$variant { .. } => AuditAction::$variant),* }
            }
        }
    };
}

audit_events! {
    CompanySetUp = "company.set_up" {}
    DemoCreated = "company.demo_created" { users: u64, recorded: u64, seed: u64, admin: String }
    KeyReplaced = "company.key_replaced" { mails_cancelled: u64, sessions_ended: u64 }
    UsersExported = "users.exported" { list: String, portfolio: Option<Named> }
    AccessExported = "access.exported" { on: String }
    AuditExported = "audit.exported" { filters: String, format: ExportFormat }
    RefusalsExported = "refused_sign_ins.exported" { filters: String }
    SignedIn = "session.signed_in" { browser: String }
    SignedOut = "session.signed_out" {}
    SessionsEnded = "session.all_ended" { sessions: u64 }
    SessionEnded = "session.ended" { browser: String }
    OtherSessionsEnded = "session.others_ended" { sessions: u64 }
    OldestSessionsEnded = "session.oldest_ended" { sessions: u64 }
    UserInvited = "user.invited" { email: String, role: DefaultRole, expires_at: DateTime<Utc> }
    InvitationResent = "invitation.resent" { expires_at: DateTime<Utc> }
    InvitationRequested = "invitation.requested" { expires_at: DateTime<Utc> }
    InvitationRevoked = "invitation.revoked" { email: String }
    InvitationAccepted = "invitation.accepted" { email: String }
    InvitationLinkViewed = "invitation.link_viewed" {}
    PasswordResetRequested = "password.reset_requested" { expires_at: DateTime<Utc> }
    PasswordResetSent = "password.reset_sent" { expires_at: DateTime<Utc> }
    PasswordReset = "password.reset" { sessions_ended: u64 }
    PasswordChanged = "password.changed" { sessions_ended: u64 }
    EmailChangeRequested = "email.change_requested" { before: String, after: String, expires_at: DateTime<Utc> }
    EmailChangeWithdrawn = "email.change_withdrawn" { email: Option<String> }
    EmailChangeCancelled = "email.change_cancelled" { email: Option<String>, requested_by: Option<Named> }
    EmailChanged = "email.changed" { before: String, after: String, requested_by: Named }
    UserEdited = "user.edited" { before: UserFields, after: UserFields }
    AppearanceChanged = "user.appearance_changed" { before: Appearance, after: Appearance }
    UserDemoted = "user.demoted" { reason: DemotionReason }
    UserDeactivated = "user.deactivated" { before: Status, after: Status }
    UserReactivated = "user.reactivated" { before: Status, after: Status }
    UserDeleted = "user.deleted" {
        email: String,
        status: Status,
        groups: Vec<Named>,
        portfolios: Vec<Named>,
        accounts: Vec<Named>,
        shares: u64,
        assets: u64,
        sessions_ended: u64,
    }
    UserRestored = "user.restored" { email: String }
    UserPurged = "user.purged" { email: String }
    AdminCreated = "admin.created" { email: String }
    AdminAppointed = "admin.appointed" {}
    AdminRemoved = "admin.removed" {}
    GroupCreated = "group.created" {}
    GroupRenamed = "group.renamed" { before: String, after: String }
    GroupDeleted = "group.deleted" { members: Vec<Named>, member_count: u64 }
    GroupMemberAdded = "group.member_added" {}
    GroupMemberRemoved = "group.member_removed" {}
    PortfolioCreated = "portfolio.created" { notes: String }
    PortfolioEdited = "portfolio.edited" { before: PortfolioFields, after: PortfolioFields }
    PortfolioDeactivated = "portfolio.deactivated" {}
    PortfolioReactivated = "portfolio.reactivated" {}
    AccountCreated = "account.created" { website: String, notes: String }
    AccountEdited = "account.edited" { before: AccountFields, after: AccountFields }
    AccountMoved = "account.moved" { before: Named, after: Named }
    AccountMovedOut = "account.moved_out" { after: Named }
    BillingUpdated = "billing.updated" { before: Option<Box<BillingFields>>, after: Box<BillingFields> }
    AssignmentAdded = "assignment.added" { permissions: Option<AssignmentPermissions> }
    AssignmentChanged = "assignment.changed" { before: AssignmentPermissions, after: AssignmentPermissions }
    AssignmentRemoved = "assignment.removed" { permissions: Option<AssignmentPermissions> }
    AssignmentReassigned = "assignment.reassigned" { before: Option<Named> }
    AssignmentWithheld = "assignment.withheld" { grantor: Option<Named> }
    AssignmentNotRestored = "assignment.not_restored" {}
    VerificationRequested = "audit.verification_requested" {}
    DamageFound = "audit.damage_found" { entry: u64 }
    DailyHashTurnedOn = "audit.daily_hash_turned_on" {}
    DailyHashTurnedOff = "audit.daily_hash_turned_off" {}
    AssetCreated = "asset.created" { kind: AssetKind, folder: Option<Named>, account: Option<Named> }
    AssetEdited = "asset.edited" { before: AssetFields, after: AssetFields }
    AssetMoved = "asset.moved" { before: Option<Named>, after: Option<Named> }
    AssetDeleted = "asset.deleted" { kind: AssetKind, count: u64 }
    AssetRestored = "asset.restored" { count: u64, owner: Named }
    AssetShared = "asset.shared" { with: Grantee, level: ShareLevel }
    AssetShareChanged = "asset.share_changed" { with: Grantee, before: ShareLevel, after: ShareLevel }
    AssetShareRemoved = "asset.share_removed" { with: Grantee, level: ShareLevel }
    AssetOwnerChanged = "asset.owner_changed" { before: Named, after: Named, count: u64, assets: Vec<i64> }
    AssetVersionSaved = "asset.version_saved" { number: i64, bytes: u64, restored_from: Option<i64> }
    AssetConnectionEdited = "asset.connection_edited" { before: Option<ConnectionFields>, after: ConnectionFields }
    AssetSecretReplaced = "asset.secret_replaced" {}
    AssetSecretRemoved = "asset.secret_removed" {}
    MailFailed = "mail.failed" { reply: String, attempts: u64 }
    MailRetried = "mail.retried" {}
    MailsRetried = "mail.all_retried" { mails: Vec<i64> }
}

/// A user, group, portfolio or account, with the name at that time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    pub id: i64,
    pub name: String,
}

impl Named {
    pub fn new(id: i64, name: &str) -> Self {
        Self { id, name: name.to_owned() }
    }
}

impl From<&Who> for Named {
    fn from(who: &Who) -> Self {
        Self { id: who.id.0, name: who.display_name() }
    }
}

/// Editable fields of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserFields {
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub default_role: DefaultRole,
}

/// Editable fields of a portfolio.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortfolioFields {
    pub name: String,
    pub notes: String,
}

/// Editable fields of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountFields {
    pub name: String,
    /// Empty for an account without one.
    pub website: String,
    pub notes: String,
}

/// Editable fields of an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetFields {
    pub name: String,
    pub description: String,
    pub account: Option<Named>,
}

/// Editable fields of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionFields {
    pub kind: ConnectionKind,
    pub base_address: String,
}

/// User or group with whom an asset is shared, with the name at that time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grantee {
    pub kind: SubjectKind,
    pub id: i64,
    pub name: String,
}

stored_enum! {
    /// Cause of the demotion of a Portfolio Admin to User.
    DemotionReason {
        GrantorsLostRight = "grantors_lost_right",
        PortfoliosWithheld = "portfolios_withheld",
    }
}

stored_enum! {
    /// Format of an export of the audit log.
    ExportFormat {
        Csv = "csv",
        JsonLines = "jsonl",
    }
}

impl DemotionReason {
    pub fn label(self) -> &'static str {
        match self {
            Self::GrantorsLostRight => "No portfolio could be given",
            Self::PortfoliosWithheld => "No portfolio could be restored",
        }
    }
}

impl ExportFormat {
    pub fn label(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::JsonLines => "JSON Lines",
        }
    }
}

/// Stored details that this version cannot read.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableEvent {
    #[error("details of an unknown version")]
    Version,
    #[error("details of another shape: {0}")]
    Shape(#[from] serde_json::Error),
}

/// Names to put into a sentence: "Maya Fischer", "this user".
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    pub actor: &'a str,
    pub subject: &'a str,
    /// The portfolio, account or group in which it was done.
    pub place: &'a str,
}

impl AuditEvent {
    /// Details as they are stored and hashed: a JSON object with its version, keys in alphabetical order.
    pub fn to_details(&self) -> String {
        let mut details = json!(self)["details"].take();
        details["version"] = VERSION.into();
        details.to_string()
    }

    /// Reads the event of a stored entry.
    ///
    /// # Errors
    /// [`UnreadableEvent`] for details that no version of Usher up to this one has written.
    pub fn from_details(action: AuditAction, details: &str) -> Result<Self, UnreadableEvent> {
        let mut details = serde_json::from_str::<Value>(details)?;
        let version = details.as_object_mut().and_then(|fields| fields.remove("version"));
        if version != Some(VERSION.into()) {
            return Err(UnreadableEvent::Version);
        }
        Ok(serde_json::from_value(json!({"action": action, "details": details}))?)
    }

    /// One sentence without a full stop: actor, action and subject. It names changed fields but never their values,
    /// since not every reader may see those.
    #[expect(clippy::too_many_lines, reason = "a sentence for each event")]
    pub fn describe(&self, names: Names<'_>) -> String {
        let Names { actor, subject, place } = names;
        match self {
            Self::CompanySetUp {} => format!("{actor} set up {subject}"),
            Self::DemoCreated { .. } => format!("{actor} filled {subject} with demo data"),
            Self::KeyReplaced { .. } => format!("{actor} replaced the instance key"),
            Self::UsersExported { .. } => format!("{actor} exported the list of users"),
            Self::AccessExported { .. } => format!("{actor} exported the access on a date of {subject}"),
            Self::AuditExported { .. } => format!("{actor} exported the audit log"),
            Self::RefusalsExported { .. } => format!("{actor} exported the refused sign-ins"),
            Self::SignedIn { .. } => format!("{actor} signed in"),
            Self::SignedOut {} => format!("{actor} signed out"),
            Self::SessionsEnded { .. } => format!("{actor} signed {subject} out everywhere"),
            Self::SessionEnded { .. } => format!("{actor} ended a session"),
            Self::OtherSessionsEnded { .. } => format!("{actor} ended all other sessions"),
            Self::OldestSessionsEnded { .. } => format!("{actor} had too many sessions, so the oldest ended"),
            Self::UserInvited { .. } => format!("{actor} invited {subject}"),
            Self::InvitationResent { .. } => format!("{actor} resent the invitation of {subject}"),
            Self::InvitationRequested { .. } => format!("A new link to the invitation of {subject} was requested"),
            Self::InvitationRevoked { .. } => format!("{actor} revoked the invitation of {subject}"),
            Self::InvitationAccepted { .. } => format!("{actor} accepted the invitation"),
            Self::InvitationLinkViewed {} => format!("{actor} viewed the invitation link of {subject}"),
            Self::PasswordResetRequested { .. } => format!("A password reset for {subject} was requested at the sign-in page"),
            Self::PasswordResetSent { .. } => format!("{actor} sent {subject} a password reset email"),
            Self::PasswordReset { .. } => format!("{actor} chose a new password"),
            Self::PasswordChanged { .. } => format!("{actor} changed the password"),
            Self::EmailChangeRequested { .. } => format!("{actor} requested a new email address for {subject}"),
            Self::EmailChangeWithdrawn { .. } => format!("{actor} cancelled the email change of {subject}"),
            Self::EmailChangeCancelled { .. } => format!("The email change of {subject} was cancelled from the old address"),
            Self::EmailChanged { .. } => format!("The new email address of {subject} was confirmed"),
            Self::UserEdited { before, after } => format!("{actor} edited {} of {subject}", before.changes(after)),
            Self::AppearanceChanged { .. } => format!("{actor} changed the appearance of pages"),
            Self::UserDemoted { reason: DemotionReason::GrantorsLostRight } => {
                format!("The default role of {subject} became User, as no portfolio could be given")
            }
            Self::UserDemoted { reason: DemotionReason::PortfoliosWithheld } => {
                format!("The default role of {subject} became User, as no portfolio could be restored")
            }
            Self::UserDeactivated { .. } | Self::PortfolioDeactivated {} => format!("{actor} deactivated {subject}"),
            Self::UserReactivated { .. } | Self::PortfolioReactivated {} => format!("{actor} reactivated {subject}"),
            Self::UserDeleted { .. } | Self::GroupDeleted { .. } | Self::AssetDeleted { .. } => format!("{actor} deleted {subject}"),
            Self::UserRestored { .. } | Self::AssetRestored { .. } => format!("{actor} restored {subject}"),
            Self::UserPurged { .. } => format!("{actor} removed {subject} permanently"),
            Self::AdminCreated { .. } => format!("{actor} created {subject} as Admin"),
            Self::AdminAppointed {} => format!("{actor} made {subject} an Admin"),
            Self::AdminRemoved {} => format!("{actor} removed {subject} from Admins"),
            Self::GroupRenamed { after, .. } => format!("{actor} renamed {subject} to {after}"),
            Self::GroupMemberAdded {} => format!("{actor} added {subject} to {place}"),
            Self::GroupMemberRemoved {} => format!("{actor} removed {subject} from {place}"),
            Self::GroupCreated {} | Self::PortfolioCreated { .. } | Self::AccountCreated { .. } | Self::AssetCreated { .. } => {
                format!("{actor} created {subject}")
            }
            Self::PortfolioEdited { before, after } => format!("{actor} edited {} of {subject}", labels(&changed(before, after))),
            Self::AccountEdited { before, after } => format!("{actor} edited {} of {subject}", labels(&changed(before, after))),
            Self::AssetEdited { before, after } => format!("{actor} edited {} of {subject}", labels(&changed(before, after))),
            Self::AssetMoved { .. } => format!("{actor} moved {subject} to another folder"),
            Self::AssetOwnerChanged { before, after, .. } => {
                format!("{actor} changed the owner of assets from {} to {}", before.name, after.name)
            }
            Self::AssetShared { with, .. } => format!("{actor} shared {subject} with {}", with.name),
            Self::AssetShareChanged { with, .. } => format!("{actor} changed the access of {} to {subject}", with.name),
            Self::AssetShareRemoved { with, .. } => format!("{actor} stopped sharing {subject} with {}", with.name),
            Self::AccountMoved { .. } => format!("{actor} moved {subject} to another portfolio"),
            Self::AccountMovedOut { .. } => format!("{actor} moved {subject} out of its portfolio"),
            Self::AssetVersionSaved { number, restored_from: None, .. } => format!("{actor} saved version {number} of {subject}"),
            Self::AssetVersionSaved { restored_from: Some(number), .. } => format!("{actor} brought back version {number} of {subject}"),
            Self::AssetConnectionEdited { before: None, .. } => format!("{actor} added the connection of {subject}"),
            Self::AssetConnectionEdited { before: Some(before), after } => {
                format!("{actor} edited {} of {subject}", labels(&changed(before, after)))
            }
            Self::AssetSecretReplaced {} => format!("{actor} set the secret of {subject}"),
            Self::AssetSecretRemoved {} => format!("{actor} removed the secret of {subject}"),
            Self::BillingUpdated { before: None, .. } => format!("{actor} added billing information to {subject}"),
            Self::BillingUpdated { before: Some(before), after } => {
                format!("{actor} updated {} of {subject}", labels(&changed(&**before, after)))
            }
            Self::AssignmentAdded { .. } => format!("{actor} assigned {place} to {subject}"),
            Self::AssignmentChanged { before, after } => format!("{actor} {} on {place} for {subject}", toggled(*before, *after)),
            Self::AssignmentRemoved { .. } => format!("{actor} removed {place} from {subject}"),
            Self::AssignmentReassigned { .. } => format!("{actor} took over the assignment of {place} to {subject}"),
            Self::AssignmentWithheld { .. } => {
                format!("The invitation of {subject} gave no access to {place}, as its grantor may no longer assign it")
            }
            Self::AssignmentNotRestored {} => {
                format!("{subject} was restored without access to {place}, as its portfolio is deactivated")
            }
            Self::VerificationRequested {} => format!("{actor} requested a verification of the audit log"),
            Self::DamageFound { .. } => format!("{actor} found the audit log damaged"),
            Self::DailyHashTurnedOn {} => format!("{actor} turned on the daily mail of the audit log’s newest hash"),
            Self::DailyHashTurnedOff {} => format!("{actor} turned off the daily mail of the audit log’s newest hash"),
            Self::MailFailed { .. } => format!("A mail to {subject} could not be delivered"),
            Self::MailRetried {} => format!("{actor} retried a failed mail to {subject}"),
            Self::MailsRetried { .. } => format!("{actor} retried all failed mails"),
        }
    }
}

/// Changed permissions: `allowed "See billing"`, `removed "Edit details"`, or both.
fn toggled(before: AssignmentPermissions, after: AssignmentPermissions) -> String {
    let changed = PermissionToggle::ALL.iter().copied().filter(|&toggle| before.gives(toggle) != after.gives(toggle));
    let changed = changed.map(|toggle| format!("{} \"{}\"", if after.gives(toggle) { "allowed" } else { "removed" }, toggle.label()));
    changed.collect::<Vec<_>>().join(" and ")
}

fn labels(changes: &[Change]) -> String {
    list(changes.iter().map(|change| (change.label, true)))
}

/// Names of the changed fields, as in "name, website and notes"; "details" for a form saved without changes.
fn list<'a>(fields: impl IntoIterator<Item = (&'a str, bool)>) -> String {
    let changed = fields.into_iter().filter(|(_, is_changed)| *is_changed).map(|(label, _)| label).collect::<Vec<_>>();
    match changed.split_last() {
        None => "details".to_owned(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests;
