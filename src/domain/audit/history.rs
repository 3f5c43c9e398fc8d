//! Access in the past, replayed from the entries of the audit log.

use std::collections::BTreeMap;

use super::{AuditAction, AuditEvent, By, Named, SubjectKind};
use crate::domain::{
    clock::Timestamp,
    ids::{AccountId, PortfolioId, UserId},
    permission::AssignmentPermissions,
    role::Role,
    user::{DefaultRole, Status, StatusFacts, display_name},
};

/// An entry as a replay reads it.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub at: Timestamp,
    pub by: By,
    /// Name of the subject before the event.
    pub subject: String,
    /// Portfolio, account or group in which it was done.
    pub place: Option<(SubjectKind, Named)>,
    pub event: AuditEvent,
}

/// A user's membership or assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Name at the time at which it was given.
    pub name: String,
    /// Permissions of an account.
    pub permissions: Option<AssignmentPermissions>,
    pub by: Option<UserId>,
    pub by_name: String,
    pub since: Timestamp,
}

impl Held {
    fn new(entry: &Recorded, place: &Named, permissions: Option<AssignmentPermissions>) -> Self {
        let Recorded { at, by, .. } = entry;
        Self { name: place.name.clone(), permissions, by: by.id, by_name: by.name.clone(), since: *at }
    }
}

/// A user with their access, by the entries about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserHistory {
    pub name: String,
    pub email: String,
    pub default_role: DefaultRole,
    pub admin_since: Option<Held>,
    pub groups: BTreeMap<i64, Held>,
    pub portfolios: BTreeMap<PortfolioId, Held>,
    pub accounts: BTreeMap<AccountId, Held>,
    is_gone: bool,
    status: StatusFacts,
}

impl Default for UserHistory {
    fn default() -> Self {
        Self {
            name: String::new(),
            email: String::new(),
            default_role: DefaultRole::User,
            admin_since: None,
            groups: BTreeMap::new(),
            portfolios: BTreeMap::new(),
            accounts: BTreeMap::new(),
            is_gone: false,
            status: StatusFacts { blocked_at: None, credentials_set_at: None, invitation_expires_at: None },
        }
    }
}

impl UserHistory {
    /// Actions that [`Self::apply`] reads.
    pub const ACTIONS: [AuditAction; 22] = [
        AuditAction::UserInvited,
        AuditAction::InvitationResent,
        AuditAction::InvitationRequested,
        AuditAction::InvitationRevoked,
        AuditAction::InvitationAccepted,
        AuditAction::EmailChanged,
        AuditAction::UserEdited,
        AuditAction::UserDemoted,
        AuditAction::UserDeactivated,
        AuditAction::UserReactivated,
        AuditAction::UserDeleted,
        AuditAction::UserRestored,
        AuditAction::AdminCreated,
        AuditAction::AdminAppointed,
        AuditAction::AdminRemoved,
        AuditAction::GroupMemberAdded,
        AuditAction::GroupMemberRemoved,
        AuditAction::AssignmentAdded,
        AuditAction::AssignmentChanged,
        AuditAction::AssignmentRemoved,
        AuditAction::AssignmentReassigned,
        AuditAction::AssignmentWithheld,
    ];

    /// State after these entries about one user, in the order of the chain. Users whose beginning is not recorded were
    /// active from their first entry on.
    pub fn replay(entries: &[Recorded]) -> Self {
        let mut history = Self::default();
        if let Some(first) = entries.first()
            && !matches!(first.event, AuditEvent::UserInvited { .. } | AuditEvent::AdminCreated { .. })
        {
            history.status.credentials_set_at = Some(first.at);
        }
        for entry in entries {
            history.apply(entry);
        }
        history
    }

    /// True if the user was deleted, or their invitation revoked.
    pub fn is_gone(&self) -> bool {
        self.is_gone
    }

    /// Holders of a portfolio are Portfolio Admins, and others are not.
    pub fn role(&self) -> Role {
        let is_portfolio_admin = self.default_role == DefaultRole::PortfolioAdmin || !self.portfolios.is_empty();
        Role::of(self.admin_since.is_some(), if is_portfolio_admin { DefaultRole::PortfolioAdmin } else { DefaultRole::User })
    }

    pub fn status(&self, at: Timestamp) -> Status {
        self.status.status(at)
    }

    fn apply(&mut self, entry: &Recorded) {
        self.name.clone_from(&entry.subject);
        match &entry.event {
            AuditEvent::UserInvited { email, role, expires_at } => {
                self.email.clone_from(email);
                self.default_role = *role;
                self.status.invitation_expires_at = Some(expires_at.naive_utc());
            }
            AuditEvent::InvitationResent { expires_at } | AuditEvent::InvitationRequested { expires_at } => {
                self.status.invitation_expires_at = Some(expires_at.naive_utc());
            }
            AuditEvent::InvitationAccepted { email } => {
                self.email.clone_from(email);
                self.status.credentials_set_at = Some(entry.at);
            }
            AuditEvent::AdminCreated { email } => {
                self.email.clone_from(email);
                self.status.credentials_set_at = Some(entry.at);
                self.admin_since = Some(Held::new(entry, &Named::new(0, "Admins"), None));
            }
            AuditEvent::EmailChanged { after, .. } => self.email.clone_from(after),
            AuditEvent::UserEdited { after, .. } => {
                self.name = display_name(&after.first_name, &after.last_name, &after.email);
                self.email.clone_from(&after.email);
                self.default_role = after.default_role;
            }
            AuditEvent::UserDemoted { .. } => self.default_role = DefaultRole::User,
            AuditEvent::UserDeactivated { .. } => self.status.blocked_at = Some(entry.at),
            AuditEvent::UserReactivated { .. } => self.status.blocked_at = None,
            AuditEvent::InvitationRevoked { .. } | AuditEvent::UserDeleted { .. } => {
                self.is_gone = true;
                self.admin_since = None;
                self.groups.clear();
                self.portfolios.clear();
                self.accounts.clear();
            }
            AuditEvent::UserRestored { email } => {
                self.is_gone = false;
                self.email.clone_from(email);
            }
            AuditEvent::AdminAppointed {} => self.admin_since = Some(Held::new(entry, &Named::new(0, "Admins"), None)),
            AuditEvent::AdminRemoved {} => self.admin_since = None,
            _ => {
                if let Some((kind, place)) = &entry.place {
                    self.apply_at(entry, *kind, place);
                }
            }
        }
    }

    fn apply_at(&mut self, entry: &Recorded, kind: SubjectKind, place: &Named) {
        let (portfolio, account) = (PortfolioId(place.id), AccountId(place.id));
        match (&entry.event, kind) {
            (AuditEvent::GroupMemberAdded {}, SubjectKind::Group) => {
                self.groups.insert(place.id, Held::new(entry, place, None));
            }
            (AuditEvent::GroupMemberRemoved {}, SubjectKind::Group) => {
                self.groups.remove(&place.id);
            }
            (AuditEvent::AssignmentAdded { .. }, SubjectKind::Portfolio) => {
                self.portfolios.insert(portfolio, Held::new(entry, place, None));
            }
            (AuditEvent::AssignmentAdded { permissions }, SubjectKind::Account) => {
                self.accounts.insert(account, Held::new(entry, place, *permissions));
            }
            (AuditEvent::AssignmentRemoved { .. } | AuditEvent::AssignmentWithheld { .. }, SubjectKind::Portfolio) => {
                self.portfolios.remove(&portfolio);
            }
            (AuditEvent::AssignmentRemoved { .. } | AuditEvent::AssignmentWithheld { .. }, SubjectKind::Account) => {
                self.accounts.remove(&account);
            }
            _ => {
                let held = match kind {
                    SubjectKind::Portfolio => self.portfolios.get_mut(&portfolio),
                    SubjectKind::Account => self.accounts.get_mut(&account),
                    _ => None,
                };
                if let Some(held) = held {
                    held.give_again(entry);
                }
            }
        }
    }
}

impl Held {
    /// Applies a change of permissions, or another grantor.
    fn give_again(&mut self, entry: &Recorded) {
        match &entry.event {
            AuditEvent::AssignmentChanged { after, .. } => self.permissions = Some(*after),
            AuditEvent::AssignmentReassigned { .. } => {}
            _ => return,
        }
        self.by = entry.by.id;
        self.by_name.clone_from(&entry.by.name);
        self.since = entry.at;
    }
}

/// A portfolio or account, by the entries about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlaceHistory {
    pub name: String,
    /// Portfolio of an account.
    pub portfolio: Option<Named>,
    pub is_deactivated: bool,
}

impl PlaceHistory {
    /// Actions that [`Self::apply`] reads.
    pub const ACTIONS: [AuditAction; 7] = [
        AuditAction::PortfolioCreated,
        AuditAction::PortfolioEdited,
        AuditAction::PortfolioDeactivated,
        AuditAction::PortfolioReactivated,
        AuditAction::AccountCreated,
        AuditAction::AccountEdited,
        AuditAction::AccountMoved,
    ];

    /// State after these entries about one portfolio or account, in the order of the chain.
    pub fn replay(entries: &[Recorded]) -> Self {
        let mut history = Self::default();
        for entry in entries {
            history.apply(entry);
        }
        history
    }

    fn apply(&mut self, entry: &Recorded) {
        self.name.clone_from(&entry.subject);
        match &entry.event {
            AuditEvent::PortfolioEdited { after, .. } => self.name.clone_from(&after.name),
            AuditEvent::PortfolioDeactivated {} => self.is_deactivated = true,
            AuditEvent::PortfolioReactivated {} => self.is_deactivated = false,
            AuditEvent::AccountCreated { .. } => self.portfolio = entry.place.as_ref().map(|(_, place)| place.clone()),
            AuditEvent::AccountEdited { after, .. } => self.name.clone_from(&after.name),
            AuditEvent::AccountMoved { after, .. } => self.portfolio = Some(after.clone()),
            _ => {}
        }
    }
}
