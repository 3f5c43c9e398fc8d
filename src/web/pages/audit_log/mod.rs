//! The audit log: its list with filters, an entry, exports, refused sign-ins, its proof; and the activity of one user or thing.

pub mod access_on;
pub mod activity;
pub mod entry;
pub mod export;
pub mod list;
mod paging;
pub mod person;
pub mod place;
pub mod proof;
mod query;
pub mod refusals;

use crate::{
    domain::audit::Channel,
    usecases::AuditRow,
    web::shared::{page::SentencePart, routing::paths},
};

/// An entry in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    pub entry: crate::domain::ids::EntryId,
    pub sentence: Vec<SentencePart>,
    /// `None` for an unreadable time.
    pub at: Option<crate::web::shared::page::DisplayTime>,
    pub origin: Origin,
}

impl EntryRow {
    fn path(&self) -> paths::AuditEntry {
        paths::AuditEntry { entry: self.entry }
    }
}

/// Origin of an entry: its channel, and the network address of a page's client. Empty for an unreadable entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    pub channel: &'static str,
    /// Empty without one.
    pub address: String,
}

impl Origin {
    fn of(row: &AuditRow) -> Self {
        let channel = match row.channel {
            Channel::Page => "Page",
            Channel::CommandLine => "Command line",
            Channel::Worker => "Worker",
        };
        Self { channel, address: row.client_ip.clone().unwrap_or_default() }
    }

    /// "Page, 203.0.113.24", "Command line"
    fn in_short(&self) -> String {
        if self.address.is_empty() { self.channel.to_owned() } else { format!("{}, {}", self.channel, self.address) }
    }
}
