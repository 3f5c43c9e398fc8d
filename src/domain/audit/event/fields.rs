//! Fields of events in words, for readers who may see their values.

use chrono::{DateTime, TimeDelta, Utc};

use super::{AccountFields, AssetFields, AuditEvent, ConnectionFields, Grantee, Named, PortfolioFields, SettingsFields, UserFields};
use crate::domain::{
    account::{BILLING_FIELDS, BillingFields},
    clock::Timestamp,
    permission::{AssignmentPermissions, PermissionToggle},
    time_unit,
};

/// A field with a value before and after the event. Labels are in lower case; an empty text is no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub label: &'static str,
    pub before: String,
    pub after: String,
}

/// A further field of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    pub label: &'static str,
    pub value: FactValue,
}

/// Value of a field. An empty text is no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactValue {
    Text(String),
    Time(Timestamp),
}

/// Things with labelled fields.
pub(super) trait Labelled {
    fn fields(&self) -> Vec<(&'static str, String)>;
}

impl Labelled for UserFields {
    fn fields(&self) -> Vec<(&'static str, String)> {
        vec![
            ("first name", self.first_name.clone()),
            ("last name", self.last_name.clone()),
            ("email", self.email.clone()),
            ("default role", self.default_role.label().to_owned()),
        ]
    }
}

impl Labelled for PortfolioFields {
    fn fields(&self) -> Vec<(&'static str, String)> {
        vec![("name", self.name.clone()), ("notes", self.notes.clone())]
    }
}

impl Labelled for AccountFields {
    fn fields(&self) -> Vec<(&'static str, String)> {
        vec![("name", self.name.clone()), ("website", self.website.clone()), ("notes", self.notes.clone())]
    }
}

impl Labelled for AssetFields {
    fn fields(&self) -> Vec<(&'static str, String)> {
        let account = self.account.as_ref().map(|account| account.name.clone()).unwrap_or_default();
        vec![("name", self.name.clone()), ("description", self.description.clone()), ("account", account)]
    }
}

impl Labelled for ConnectionFields {
    fn fields(&self) -> Vec<(&'static str, String)> {
        vec![("kind", self.kind.label().to_owned()), ("base address", self.base_address.clone())]
    }
}

impl Labelled for BillingFields {
    fn fields(&self) -> Vec<(&'static str, String)> {
        BILLING_FIELDS.iter().map(|field| field.label).zip(self.texts().map(str::to_owned)).collect()
    }
}

impl Labelled for AssignmentPermissions {
    fn fields(&self) -> Vec<(&'static str, String)> {
        PermissionToggle::ALL.iter().map(|toggle| (toggle.label(), if self.gives(*toggle) { "On" } else { "Off" }.to_owned())).collect()
    }
}

impl Labelled for SettingsFields {
    fn fields(&self) -> Vec<(&'static str, String)> {
        let length = |seconds| time_unit::in_words(TimeDelta::seconds(seconds));
        vec![
            ("company name", self.name.clone()),
            ("invitations from Users & Groups", length(self.groups_invitation_term)),
            ("invitations from New User", length(self.permissions_invitation_term)),
            ("invitations an hour", self.invitations_per_hour.to_string()),
            ("shortest password", self.password_min.to_string()),
            ("two-factor requirement", self.two_factor_for.label().to_owned()),
            ("start of two-factor", self.two_factor_from.map(|day| day.to_string()).unwrap_or_default()),
            ("idle limit", length(self.session_idle)),
            ("absolute limit", length(self.session_absolute)),
            ("sessions a user", self.sessions_per_user.to_string()),
            ("keeping of deleted users", length(self.deleted_kept)),
            ("daily mail of the newest hash", if self.mails_audit_head { "On" } else { "Off" }.to_owned()),
            ("time zone", self.time_zone.clone()),
        ]
    }
}

/// Fields that differ.
pub(super) fn changed<T: Labelled>(before: &T, after: &T) -> Vec<Change> {
    let pairs = before.fields().into_iter().zip(after.fields());
    let pairs = pairs.map(|((label, before), (_, after))| Change { label, before, after });
    pairs.filter(|change| change.before != change.after).collect()
}

fn change(label: &'static str, before: &str, after: &str) -> Vec<Change> {
    vec![Change { label, before: before.to_owned(), after: after.to_owned() }]
}

fn text(label: &'static str, value: impl Into<String>) -> Fact {
    Fact { label, value: FactValue::Text(value.into()) }
}

fn number(label: &'static str, value: u64) -> Fact {
    text(label, value.to_string())
}

fn time(label: &'static str, value: DateTime<Utc>) -> Fact {
    Fact { label, value: FactValue::Time(value.naive_utc()) }
}

fn name(label: &'static str, value: Option<&Named>) -> Fact {
    text(label, value.map_or("", |named| &named.name))
}

/// "Finance (group)"
fn shared_with(grantee: &Grantee) -> Fact {
    text("shared with", format!("{} ({})", grantee.name, grantee.kind.as_str()))
}

fn names(label: &'static str, value: &[Named]) -> Fact {
    text(label, value.iter().map(|named| named.name.as_str()).collect::<Vec<_>>().join(", "))
}

fn facts_of(fields: &impl Labelled) -> Vec<Fact> {
    fields.fields().into_iter().map(|(label, value)| text(label, value)).collect()
}

impl UserFields {
    /// Names of the changed fields.
    pub(super) fn changes(&self, after: &Self) -> String {
        let changed = [
            ("name", (&self.first_name, &self.last_name) != (&after.first_name, &after.last_name)),
            ("email", self.email != after.email),
            ("default role", self.default_role != after.default_role),
        ];
        list(changed)
    }
}

impl AuditEvent {
    /// Fields that the event changed, with their values before and after.
    pub fn changes(&self) -> Vec<Change> {
        match self {
            Self::EmailChangeRequested { before, after, .. }
            | Self::EmailChanged { before, after, .. }
            | Self::EmailChangeUndone { before, after, .. } => change("email", before, after),
            Self::UserEdited { before, after } => changed(before, after),
            Self::UserDeactivated { before, after } | Self::UserReactivated { before, after } => {
                change("status", before.label(), after.label())
            }
            Self::GroupRenamed { before, after } | Self::PasskeyRenamed { before, after } => change("name", before, after),
            Self::PortfolioEdited { before, after } => changed(before, after),
            Self::SettingsChanged { before, after } => changed(&**before, after),
            Self::AppearanceChanged { before, after } => change("appearance", before.label(), after.label()),
            Self::AccountEdited { before, after } => changed(before, after),
            Self::AccountMoved { before, after } => change("portfolio", &before.name, &after.name),
            Self::BillingUpdated { before, after } => changed(before.as_deref().unwrap_or(&BillingFields::default()), &**after),
            Self::AssignmentChanged { before, after } => changed(before, after),
            Self::AssetEdited { before, after } => changed(before, after),
            Self::AssetMoved { before, after } => {
                let name = |folder: &Option<Named>| folder.as_ref().map_or("", |folder| &folder.name).to_owned();
                change("folder", &name(before), &name(after))
            }
            Self::AssetConnectionEdited { before: Some(before), after } => changed(before, after),
            Self::AssetOwnerChanged { before, after, .. } => change("owner", &before.name, &after.name),
            Self::AssetShareChanged { before, after, .. } => change("access", before.label(), after.label()),
            _ => Vec::new(),
        }
    }

    /// Values of all fields as texts, without times.
    pub fn values(&self) -> Vec<String> {
        let facts = self.facts().into_iter().filter_map(|fact| match fact.value {
            FactValue::Text(text) => Some(text),
            FactValue::Time(_) => None,
        });
        self.changes().into_iter().flat_map(|change| [change.before, change.after]).chain(facts).collect()
    }

    /// All other fields of the event.
    #[expect(clippy::too_many_lines, reason = "a table of all events")]
    pub fn facts(&self) -> Vec<Fact> {
        match self {
            Self::DemoCreated { users, recorded, seed, admin } => {
                vec![number("users", *users), number("users recorded one by one", *recorded), number("seed", *seed), text("Admin", admin)]
            }
            Self::KeyReplaced { mails_cancelled, sessions_ended } => {
                vec![number("mails cancelled", *mails_cancelled), number("sessions ended", *sessions_ended)]
            }
            Self::UsersExported { list, portfolio } => vec![text("list", list), name("portfolio", portfolio.as_ref())],
            Self::AccountMovedOut { after } => vec![text("portfolio", &after.name)],
            Self::AccessExported { on } => vec![text("date", on)],
            Self::AuditExported { filters, format } => vec![text("filters", filters), text("format", format.label())],
            Self::RefusalsExported { filters } => vec![text("filters", filters)],
            Self::SignedIn { browser } | Self::SessionEnded { browser } => vec![text("browser", browser)],
            Self::IdentityConfirmed { method } => vec![text("proof", method.label())],
            Self::SessionsEnded { sessions } | Self::OtherSessionsEnded { sessions } | Self::OldestSessionsEnded { sessions } => {
                vec![number("sessions ended", *sessions)]
            }
            Self::UserInvited { email, role, expires_at } => {
                vec![text("email", email), text("default role", role.label()), time("valid until", *expires_at)]
            }
            Self::InvitationResent { expires_at }
            | Self::InvitationRequested { expires_at }
            | Self::PasswordResetRequested { expires_at }
            | Self::PasswordResetSent { expires_at }
            | Self::RecoveryLinkMade { expires_at }
            | Self::EmailChangeRequested { expires_at, .. } => vec![time("valid until", *expires_at)],
            Self::InvitationRevoked { email }
            | Self::InvitationAccepted { email }
            | Self::UserRestored { email }
            | Self::UserPurged { email }
            | Self::AdminCreated { email } => vec![text("email", email)],
            Self::RecoveryAcknowledged { made_by, made_at } => vec![text("made by", made_by), time("made at", *made_at)],
            Self::PasskeyAdded { name } | Self::PasskeyRemoved { name } | Self::PasskeySuspected { name } => vec![text("name", name)],
            Self::RecoveryCodeUsed { left } => vec![number("codes left", *left)],
            Self::PasswordReset { sessions_ended } | Self::PasswordChanged { sessions_ended } | Self::TwoFactorReset { sessions_ended } => {
                vec![number("sessions ended", *sessions_ended)]
            }
            Self::EmailChangeWithdrawn { email } => vec![text("new email", email.as_deref().unwrap_or_default())],
            Self::EmailChangeCancelled { email, requested_by } => {
                vec![text("new email", email.as_deref().unwrap_or_default()), name("requested by", requested_by.as_ref())]
            }
            Self::EmailChangeUndone { requested_by, .. } => vec![name("requested by", requested_by.as_ref())],
            Self::EmailChanged { requested_by, .. } => vec![name("requested by", Some(requested_by))],
            Self::UserDemoted { reason } => vec![text("reason", reason.label())],
            Self::UserDeleted { email, status, groups, portfolios, accounts, shares, assets, sessions_ended } => vec![
                text("email", email),
                text("status", status.label()),
                names("groups", groups),
                names("portfolios", portfolios),
                names("accounts", accounts),
                number("shared assets", *shares),
                number("assets given to new owners", *assets),
                number("sessions ended", *sessions_ended),
            ],
            Self::GroupDeleted { members, member_count } => vec![number("number of members", *member_count), names("members", members)],
            Self::PortfolioCreated { notes } => vec![text("notes", notes)],
            Self::AccountCreated { website, notes } => vec![text("website", website), text("notes", notes)],
            Self::AssignmentAdded { permissions } | Self::AssignmentRemoved { permissions } => {
                permissions.as_ref().map(facts_of).unwrap_or_default()
            }
            Self::AssignmentReassigned { before } => vec![name("assigned before by", before.as_ref())],
            Self::AssignmentWithheld { grantor } => vec![name("assigned by", grantor.as_ref())],
            Self::MailFailed { reply, attempts } => vec![text("answer of the mail server", reply), number("attempts", *attempts)],
            Self::AssetCreated { kind, folder, account } => {
                vec![text("kind", kind.label()), name("folder", folder.as_ref()), name("account", account.as_ref())]
            }
            Self::AssetDeleted { kind, count } => vec![text("kind", kind.label()), number("assets", *count)],
            Self::AssetRestored { count, owner } => vec![number("assets", *count), name("owner", Some(owner))],
            Self::AssetShared { with, level } | Self::AssetShareRemoved { with, level } => {
                vec![shared_with(with), text("access", level.label())]
            }
            Self::AssetOwnerChanged { count, assets, .. } => {
                let ids = assets.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                vec![number("assets", *count), text("numbers of the assets", ids)]
            }
            Self::AssetShareChanged { with, .. } => vec![shared_with(with)],
            Self::AssetVersionSaved { number, bytes, restored_from } => vec![
                text("version", number.to_string()),
                self::number("bytes", *bytes),
                text("brought back from version", restored_from.map(|number| number.to_string()).unwrap_or_default()),
            ],
            Self::AssetConnectionEdited { before: None, after } => facts_of(after),
            Self::DamageFound { entry } => vec![number("entry", *entry)],
            Self::MailsRetried { mails } => vec![number("mails", mails.len() as u64)],
            Self::CompanySetUp {}
            | Self::SignedOut {}
            | Self::InvitationLinkViewed {}
            | Self::UserEdited { .. }
            | Self::AppearanceChanged { .. }
            | Self::TwoFactorTurnedOn {}
            | Self::SignInRestored {}
            | Self::TwoFactorTurnedOff {}
            | Self::TwoFactorReminded {}
            | Self::RecoveryCodesRenewed {}
            | Self::UserDeactivated { .. }
            | Self::UserReactivated { .. }
            | Self::AdminAppointed {}
            | Self::AdminRemoved {}
            | Self::GroupCreated {}
            | Self::GroupRenamed { .. }
            | Self::PasskeyRenamed { .. }
            | Self::GroupMemberAdded {}
            | Self::GroupMemberRemoved {}
            | Self::PortfolioEdited { .. }
            | Self::PortfolioDeactivated {}
            | Self::PortfolioReactivated {}
            | Self::AccountEdited { .. }
            | Self::AccountMoved { .. }
            | Self::BillingUpdated { .. }
            | Self::AssignmentChanged { .. }
            | Self::AssignmentNotRestored {}
            | Self::AssetEdited { .. }
            | Self::AssetMoved { .. }
            | Self::AssetConnectionEdited { before: Some(_), .. }
            | Self::AssetSecretReplaced {}
            | Self::AssetSecretRemoved {}
            | Self::VerificationRequested {}
            | Self::SettingsChanged { .. }
            | Self::TestMailSent {}
            | Self::MailRetried {} => Vec::new(),
        }
    }
}

/// Names of the changed fields, as in "name, website and notes"; "details" for a form saved without changes.
pub(super) fn list<'a>(fields: impl IntoIterator<Item = (&'a str, bool)>) -> String {
    let changed = fields.into_iter().filter(|(_, is_changed)| *is_changed).map(|(label, _)| label).collect::<Vec<_>>();
    match changed.split_last() {
        None => "details".to_owned(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}
