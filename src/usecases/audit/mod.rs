//! The audit log: read by Admins as a whole and by administrators where it concerns their scope, exported, and verified.

pub mod access_on;
pub mod activity;
pub mod export;
pub mod log;
pub mod proof;
pub mod reading;
pub mod refusals;
pub mod verification;
mod visible;

use crate::domain::{
    audit::SubjectKind,
    ids::{AccountId, PortfolioId, UserId},
};

pub(in crate::usecases) use visible::{Visible, latest_changes};

/// Subject of a page about the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryOf {
    User(UserId),
    Portfolio(PortfolioId),
    Account(AccountId),
}

impl From<UserId> for HistoryOf {
    fn from(id: UserId) -> Self {
        Self::User(id)
    }
}

impl From<PortfolioId> for HistoryOf {
    fn from(id: PortfolioId) -> Self {
        Self::Portfolio(id)
    }
}

impl From<AccountId> for HistoryOf {
    fn from(id: AccountId) -> Self {
        Self::Account(id)
    }
}

impl HistoryOf {
    pub fn subject(self) -> (SubjectKind, i64) {
        match self {
            Self::User(id) => (SubjectKind::User, id.0),
            Self::Portfolio(id) => (SubjectKind::Portfolio, id.0),
            Self::Account(id) => (SubjectKind::Account, id.0),
        }
    }
}
