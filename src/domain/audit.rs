//! Entries of the audit log: actor, action, subject and time.

mod action;
mod chain;
mod event;
pub mod history;

use super::{clock::Timestamp, ids::UserId, stored::stored_enum};

pub use action::ActionGroup;
pub use chain::{ChainBreak, ChainHash, ChainHead, NoHead, chain_hash, hex};
pub use event::{
    AccountFields, AssetFields, AuditAction, AuditEvent, Change, ConnectionFields, DemotionReason, ExportFormat, Fact, FactValue, Grantee,
    Named, Names, PortfolioFields, UnreadableEvent, UserFields,
};

/// Actor of an entry, with the name at that time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// `None` for the system and the command line.
    pub id: Option<UserId>,
    pub name: String,
    pub channel: Channel,
    /// Network address; `None` for the command line and workers.
    pub client_ip: Option<String>,
}

stored_enum! {
    /// Way by which a change came.
    Channel {
        Page = "page",
        CommandLine = "command line",
        Worker = "worker",
    }
}

stored_enum! {
    /// Kind of an audited thing.
    SubjectKind {
        Company = "company",
        User = "user",
        Group = "group",
        Mail = "mail",
        Portfolio = "portfolio",
        Account = "account",
        Asset = "asset",
    }
}

impl SubjectKind {
    pub fn label(self) -> &'static str {
        match self {
            Self::Company => "Company",
            Self::User => "User",
            Self::Group => "Group",
            Self::Mail => "Mail",
            Self::Portfolio => "Portfolio",
            Self::Account => "Account",
            Self::Asset => "Asset",
        }
    }
}

/// An audited thing, with its name at that time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub kind: SubjectKind,
    pub id: i64,
    pub name: String,
}

/// An entry without its sequence and hashes, which the log adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub at: Timestamp,
    pub by: By,
    pub subject: Subject,
    /// The portfolio, account or group in which it was done, where that is not the subject.
    pub place: Option<Subject>,
    pub action: AuditAction,
    /// JSON as made by [`AuditEvent::to_details`].
    pub details: String,
}

impl Entry {
    pub fn new(at: Timestamp, by: By, subject: Subject, event: &AuditEvent) -> Self {
        Self { at, by, subject, place: None, action: event.action(), details: event.to_details() }
    }

    #[must_use]
    pub fn at_place(self, place: Subject) -> Self {
        Self { place: Some(place), ..self }
    }
}
