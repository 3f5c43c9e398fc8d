//! Audited events: one typed variant each, stored as JSON, read back, and put into words.

mod fields;
mod sentence;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::domain::{
    account::BillingFields,
    appearance::Appearance,
    asset::{AssetKind, ConnectionKind, ShareLevel},
    audit::SubjectKind,
    company::Company,
    credentials::proof::ProofMethod,
    permission::AssignmentPermissions,
    stored::stored_enum,
    two_factor_policy::TwoFactorAudience,
    user::{DefaultRole, Status, Who},
};

pub use {
    fields::{Change, Fact, FactValue},
    sentence::Names,
};

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
    IdentityConfirmed = "session.identity_confirmed" { method: ProofMethod }
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
    RecoveryLinkMade = "recovery.link_made" { expires_at: DateTime<Utc> }
    RecoveryAcknowledged = "recovery.acknowledged" { made_by: String, made_at: DateTime<Utc> }
    PasswordReset = "password.reset" { sessions_ended: u64 }
    PasswordChanged = "password.changed" { sessions_ended: u64 }
    TwoFactorTurnedOn = "two_factor.turned_on" {}
    TwoFactorTurnedOff = "two_factor.turned_off" {}
    TwoFactorReminded = "two_factor.reminded" {}
    TwoFactorReset = "two_factor.reset" { sessions_ended: u64 }
    RecoveryCodesRenewed = "two_factor.recovery_codes_renewed" {}
    RecoveryCodeUsed = "two_factor.recovery_code_used" { left: u64 }
    PasskeyAdded = "passkey.added" { name: String }
    PasskeyRenamed = "passkey.renamed" { before: String, after: String }
    PasskeyRemoved = "passkey.removed" { name: String }
    PasskeySuspected = "passkey.suspected" { name: String }
    EmailChangeRequested = "email.change_requested" { before: String, after: String, expires_at: DateTime<Utc> }
    EmailChangeWithdrawn = "email.change_withdrawn" { email: Option<String> }
    EmailChangeCancelled = "email.change_cancelled" { email: Option<String>, requested_by: Option<Named> }
    SignInRestored = "sign_in.restored" {}
    EmailChangeUndone = "email.change_undone" { before: String, after: String, requested_by: Option<Named> }
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
    SettingsChanged = "settings.changed" { before: Box<SettingsFields>, after: Box<SettingsFields> }
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
    TestMailSent = "mail.test_sent" {}
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

/// Settings of the company. Lengths of time are in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsFields {
    pub name: String,
    pub groups_invitation_term: i64,
    pub permissions_invitation_term: i64,
    pub invitations_per_hour: u32,
    pub password_min: usize,
    pub two_factor_for: TwoFactorAudience,
    pub two_factor_from: Option<NaiveDate>,
    pub session_idle: i64,
    pub session_absolute: i64,
    pub sessions_per_user: u32,
    pub deleted_kept: i64,
    pub mails_audit_head: bool,
    pub time_zone: String,
}

impl From<&Company> for SettingsFields {
    fn from(company: &Company) -> Self {
        Self {
            name: company.name.clone(),
            groups_invitation_term: company.groups_invitation_term.num_seconds(),
            permissions_invitation_term: company.permissions_invitation_term.num_seconds(),
            invitations_per_hour: company.invitations_per_hour,
            password_min: company.password_min,
            two_factor_for: company.two_factor.audience(),
            two_factor_from: company.two_factor.from(),
            session_idle: company.session_idle.num_seconds(),
            session_absolute: company.session_absolute.num_seconds(),
            sessions_per_user: company.sessions_per_user,
            deleted_kept: company.deleted_kept.num_seconds(),
            mails_audit_head: company.mails_audit_head,
            time_zone: company.time_zone.to_string(),
        }
    }
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
}

#[cfg(test)]
mod tests;
