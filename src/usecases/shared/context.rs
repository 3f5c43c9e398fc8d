//! What every use case is given, and how it learns who asks.

use std::{fmt, sync::Arc};

use chrono::TimeDelta;

use crate::{
    domain::{
        audit::{AuditEvent, By, Entry, Subject, SubjectKind},
        clock::{Clock, Random, Timestamp},
        credentials::{
            password::HashingFailed,
            token::{Token, TokenHash, TokenPurpose},
        },
        ids::UserId,
        policy::{Action, PolicyDenial, decide},
        secret::SecretKey,
        user::Who,
    },
    store::{
        Commits, Database, Store, StoreError, StoreMetrics, Tx, accounts::Account, company, groups::Group, portfolios::Portfolio, sessions,
        users::User,
    },
};

/// Everything that use cases need from outside, shared by all of the process.
#[derive(Debug, Clone)]
pub struct Context {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub key: SecretKey,
    pub links: Links,
    /// True if a mail server is configured; without one, mails are files and administrators pass links on.
    pub sends_mail: bool,
}

/// How addresses in mails are written: the configured public URL, never what a request says, and the paths of pages.
#[derive(Clone)]
pub struct Links {
    /// Scheme, host and port, without a slash at the end.
    pub origin: String,
    /// What comes after the @ in a mail's Message-ID.
    pub host: String,
    /// The page of a single-use link.
    pub with_token: fn(TokenPurpose, &Token) -> String,
    pub sign_in: fn() -> String,
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Links").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Links {
    pub(in crate::usecases) fn with_token(&self, purpose: TokenPurpose, token: &Token) -> String {
        format!("{}{}", self.origin, (self.with_token)(purpose, token))
    }

    pub(in crate::usecases) fn sign_in(&self) -> String {
        format!("{}{}", self.origin, (self.sign_in)())
    }
}

/// Somebody signed in, by the session that the request came with. What they may do is read again inside each transaction.
#[derive(Debug, Clone)]
pub struct Principal {
    pub user_id: UserId,
    pub session: TokenHash,
    /// The network address.
    pub source: String,
}

/// Somebody at a page that needs no session.
#[derive(Debug, Clone)]
pub struct ClientInfo {
    /// The network address.
    pub source: String,
    /// What the browser says of itself.
    pub user_agent: String,
    /// The cookie that stays in the browser.
    pub browser: Option<TokenHash>,
    /// The session that the browser is in; it ends when another begins.
    pub session: Option<TokenHash>,
}

/// Why an administrator's act is refused.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// The caller was blocked, deleted or signed out meanwhile.
    #[error("nobody is signed in")]
    SignedOut,
    /// The same form was sent before, and done.
    #[error("it was done already")]
    Repeated,
    #[error("{denial}")]
    Refused {
        denial: PolicyDenial,
        /// Whom it is about, as pages show them.
        name: Option<String>,
    },
    /// The caller sent this user too many mails in a row.
    #[error("the next mail has to wait")]
    TooManyMails { name: String, wait: TimeDelta },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Hashing(#[from] HashingFailed),
}

impl ActionError {
    /// True if it is about one user alone, so that others may fare better.
    pub fn is_about_one(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::TooManyMails { .. })
    }

    /// True where it may have been done all the same.
    pub fn may_be_done(&self) -> bool {
        matches!(self, Self::Store(StoreError::CommitUnknown(_)))
    }

    /// True if there is no such thing, or none for this caller.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Refused { denial: PolicyDenial::Unknown, .. })
    }

    /// What was asked for is so already.
    pub(in crate::usecases) fn unchanged(about: &User) -> Self {
        Self::is_so(about.display_name())
    }

    /// The same of a portfolio or an account.
    pub(in crate::usecases) fn is_so(name: String) -> Self {
        Self::Refused { denial: PolicyDenial::Unchanged, name: Some(name) }
    }

    /// Nothing new begins in a portfolio that is deactivated.
    pub(in crate::usecases) fn deactivated(portfolio: String) -> Self {
        Self::Refused { denial: PolicyDenial::PortfolioDeactivated, name: Some(portfolio) }
    }

    /// There is no such thing, or none for this caller.
    pub(in crate::usecases) fn unknown() -> Self {
        Self::Refused { denial: PolicyDenial::Unknown, name: None }
    }
}

/// What a transaction takes away or rests on, which decides how it meets others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::usecases) enum Rights {
    /// Somebody's rights change: one such transaction at a time.
    Change,
    /// They stay as they are.
    Stay,
}

impl Context {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// These means, which note in `commits` what is saved.
    #[must_use]
    pub fn noting(&self, commits: Commits) -> Self {
        Self { store: self.store.noting(commits), ..self.clone() }
    }

    pub fn store_metrics(&self) -> StoreMetrics {
        self.store.load()
    }
}

/// Asks the policy, and names the user when it refuses.
pub(in crate::usecases) fn authorise(actor: &User, action: Action, about: Option<&User>) -> Result<(), ActionError> {
    decide(actor.actor(), action).map_err(|denial| ActionError::Refused { denial, name: about.map(User::display_name) })
}

impl Principal {
    /// The caller as they are now. From here to the end of the transaction nobody's rights change, but by it.
    pub(in crate::usecases) fn actor(&self, tx: &mut Tx<'_>, rights: Rights, now: Timestamp) -> Result<User, ActionError> {
        match rights {
            Rights::Change => company::lock_rights(tx)?,
            Rights::Stay => company::hold_rights(tx)?,
        }
        self.user(tx.db(), now)
    }

    /// The caller as they are now, if their session still holds: one that ended acts no more, whatever it had begun.
    pub(in crate::usecases) fn user(&self, db: &mut Database, now: Timestamp) -> Result<User, ActionError> {
        let found = sessions::find(db, self.session, now)?.filter(|found| found.user.id == self.user_id);
        found.map(|found| found.user).ok_or(ActionError::SignedOut)
    }

    /// Who did it, for the audit log.
    pub(in crate::usecases) fn by(&self, user: &User) -> By {
        By { id: Some(user.id), name: user.display_name(), source: self.source.clone() }
    }
}

/// Somebody who acts on their own user, by a session or by a link that was mailed to them.
pub(in crate::usecases) fn by_oneself(who: &Who, client_ip: &str) -> By {
    By { id: Some(who.id), name: who.display_name(), source: client_ip.to_owned() }
}

/// An audit entry about a user.
pub(in crate::usecases) fn about_user(at: Timestamp, by: By, who: &Who, event: &AuditEvent) -> Entry {
    let subject = Subject { kind: SubjectKind::User, id: who.id.0, name: who.display_name() };
    Entry::new(at, by, subject, event)
}

/// An audit entry about a group.
pub(in crate::usecases) fn about_group(at: Timestamp, by: By, group: &Group, event: &AuditEvent) -> Entry {
    let subject = Subject { kind: SubjectKind::Group, id: group.id.0, name: group.name.clone() };
    Entry::new(at, by, subject, event)
}

/// An audit entry about a portfolio.
pub(in crate::usecases) fn about_portfolio(at: Timestamp, by: By, portfolio: &Portfolio, event: &AuditEvent) -> Entry {
    Entry::new(at, by, place_of_portfolio(portfolio), event)
}

/// An audit entry about an account.
pub(in crate::usecases) fn about_account(at: Timestamp, by: By, account: &Account, event: &AuditEvent) -> Entry {
    Entry::new(at, by, place_of_account(account), event)
}

/// A portfolio as the audit log names it.
pub(in crate::usecases) fn place_of_portfolio(portfolio: &Portfolio) -> Subject {
    Subject { kind: SubjectKind::Portfolio, id: portfolio.id.0, name: portfolio.name.clone() }
}

/// An account as the audit log names it.
pub(in crate::usecases) fn place_of_account(account: &Account) -> Subject {
    Subject { kind: SubjectKind::Account, id: account.id.0, name: account.name.clone() }
}
