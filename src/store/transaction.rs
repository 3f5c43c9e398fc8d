//! Write transactions.

use std::{
    error::Error,
    time::{Duration, Instant},
};

use diesel::{Connection, connection::TransactionManager, r2d2::R2D2Connection as _};

use crate::domain::audit::Entry;

use super::{Database, Store, StoreError, audit::chain, connection::WAIT_MAX, error::is_clash};

/// Retries of a transaction that PostgreSQL chose as a deadlock's victim, or that lost against another writer.
const RETRIES: u32 = 5;

/// Longest wait for a connection, for other writers and for a lock, each, in transactions that no answer depends on.
const SHORT_WAIT_MAX: Duration = Duration::from_secs(1);

/// Kind of a write transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Write {
    /// Action of a user: audited, and noted in the store's `Commits`.
    Change,
    /// Noted in `Commits` without an audit entry.
    Plain,
    /// Counters, not noted in `Commits`.
    Counts,
    /// Given up after a short wait.
    IfPossible,
}

/// A write transaction. On SQLite it holds the write lock of the database from its beginning.
#[derive(Debug)]
pub struct Tx<'a> {
    db: &'a mut Database,
    entries: Vec<Entry>,
}

impl Tx<'_> {
    pub fn db(&mut self) -> &mut Database {
        self.db
    }

    /// Adds an entry to the audit log. Entries are written just before the commit, since that locks the end of the
    /// chain.
    pub fn audit(&mut self, entry: Entry) {
        self.entries.push(entry);
    }
}

impl Store {
    /// Runs `f` in a write transaction that must leave at least one audit entry; all actions of users run here. `f` may
    /// run more than once, so tokens and times are made before it.
    pub fn audited_transaction<T, E: From<StoreError> + Error + 'static>(
        &self,
        f: impl FnMut(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.transaction(Write::Change, f)
    }

    /// Runs `f` in a write transaction without audit: requests, leases.
    pub fn write_transaction<T, E: From<StoreError> + Error + 'static>(&self, f: impl FnMut(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        self.transaction(Write::Plain, f)
    }

    /// Runs `f` in a write transaction that counts attempts. If the answer fails afterwards, the error page may still
    /// say that nothing was saved.
    pub fn write_counts<T, E: From<StoreError> + Error + 'static>(&self, f: impl FnMut(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        self.transaction(Write::Counts, f)
    }

    /// Runs `f` in a write transaction that no answer depends on: last-seen times, messages that were shown. A failure
    /// is logged, and waits for a connection, for other writers and for locks are short.
    pub fn write_if_possible(&self, what: &'static str, f: impl FnMut(&mut Tx<'_>) -> Result<(), StoreError>) -> bool {
        let written = self.transaction(Write::IfPossible, f);
        written.inspect_err(|error| tracing::warn!(%error, what, "something was not noted")).is_ok()
    }

    fn transaction<T, E: From<StoreError> + Error + 'static>(
        &self,
        write: Write,
        mut f: impl FnMut(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let asked = Instant::now();
        let (wait, tries_max) = if write == Write::IfPossible { (SHORT_WAIT_MAX, 1) } else { (WAIT_MAX, RETRIES) };
        let mut db = self.pool.get_timeout(wait).map_err(StoreError::from)?;
        let _turn = match (self.is_sqlite, write) {
            (false, _) => None,
            (true, Write::IfPossible) => Some(self.writer_queue.try_lock_for(wait).ok_or(StoreError::Busy)?),
            (true, _) => Some(self.writer_queue.lock()),
        };
        let _write = self.writes.begin(asked);
        let mut tries = 0;
        loop {
            tries += 1;
            match self.attempt(&mut db, write, &mut f) {
                Err(error) if tries < tries_max && is_clash(&error) => tracing::debug!(%error, tries, "a transaction is tried again"),
                outcome => return outcome,
            }
        }
    }

    fn attempt<T, E: From<StoreError>>(
        &self,
        db: &mut Database,
        write: Write,
        f: &mut impl FnMut(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        if write == Write::IfPossible { db.begin_soon(SHORT_WAIT_MAX) } else { db.begin() }.map_err(StoreError::from)?;
        let is_noted = matches!(write, Write::Change | Write::Plain);
        let mut tx = Tx { db, entries: Vec::new() };
        let outcome = f(&mut tx).and_then(|value| {
            if write == Write::Change && tx.entries.is_empty() {
                return Err(StoreError::Unaudited.into());
            }
            if !tx.entries.is_empty() {
                self.writes.chained.note(chain::append(tx.db, &tx.entries)?);
            }
            Ok(value)
        });
        let closed = match outcome {
            Ok(_) => <Database as Connection>::TransactionManager::commit_transaction(db),
            Err(_) => <Database as Connection>::TransactionManager::rollback_transaction(db),
        };
        match (outcome, closed) {
            (Ok(value), Ok(())) => {
                if is_noted {
                    self.commits.note();
                }
                Ok(value)
            }
            (Err(error), _) => Err(error),
            // Diesel rolls a failed commit back. If that fails too, the outcome of the commit is unknown.
            (Ok(_), Err(error)) if db.is_broken() => {
                if is_noted {
                    self.commits.note();
                }
                Err(StoreError::CommitUnknown(error).into())
            }
            (Ok(_), Err(error)) => Err(StoreError::from(error).into()),
        }
    }
}
