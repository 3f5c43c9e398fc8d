//! Verification of the chain.

use diesel::result::Error as QueryError;

use crate::{
    domain::audit::{ChainBreak, ChainHead},
    store::{Database, Store, StoreError},
};

use super::chain::{end, links};

/// Entries read at a time: a long read would hold back checkpoints of SQLite, and a connection.
pub const CHUNK: i64 = 2000;

/// Result of a verification: the end of the chain, or the first place at which it does not fit.
pub type Verified = Result<ChainHead, ChainBreak>;

/// Verification in progress, from the first entry to the one that was the newest at its begin.
#[derive(Debug)]
pub struct Verification {
    /// Verified part of the chain.
    head: ChainHead,
    end: ChainHead,
    /// Kept heads that are still to come, the furthest first.
    kept: Vec<ChainHead>,
    /// Oldest and newest entry, which are before the first or beyond the end where the database was tampered with.
    oldest: i64,
    newest: i64,
    chunk: i64,
}

impl Verification {
    /// Begins a verification, which also looks for the `kept` heads.
    pub fn begin(db: &mut Database, mut kept: Vec<ChainHead>) -> Result<Self, StoreError> {
        let (end, [oldest, newest]) = end(db)?;
        kept.retain(|head| *head != ChainHead::START);
        kept.sort_by_key(|head| std::cmp::Reverse(head.sequence));
        Ok(Self { head: ChainHead::START, end, kept, oldest, newest, chunk: CHUNK })
    }

    /// Verifies the next chunk. `None` if there is more to verify.
    pub fn step(&mut self, db: &mut Database) -> Result<Option<Verified>, StoreError> {
        let next = self.head.sequence + 1;
        if self.oldest < 1 {
            return Ok(Some(Err(ChainBreak { entry: self.oldest, kept: None })));
        }
        if self.head.sequence >= self.end.sequence {
            return Ok(Some(self.conclude()));
        }
        let rows = match links(db, self.head.sequence, self.end.sequence, self.chunk) {
            Ok(rows) => rows,
            // An entry that cannot be read was changed. It is found by reading one at a time.
            Err(StoreError::Query(QueryError::DeserializationError(_))) if self.chunk > 1 => {
                self.chunk = 1;
                return Ok(None);
            }
            Err(StoreError::Query(QueryError::DeserializationError(_))) => Vec::new(),
            Err(error) => return Err(error),
        };
        if rows.is_empty() {
            return Ok(Some(Err(ChainBreak { entry: next, kept: None })));
        }
        for row in rows {
            let Some(head) = row.follows(&self.head) else {
                return Ok(Some(Err(ChainBreak { entry: self.head.sequence + 1, kept: None })));
            };
            self.head = head;
            while let Some(kept) = self.kept.pop_if(|kept| kept.sequence <= head.sequence) {
                if kept != head {
                    return Ok(Some(Err(ChainBreak { entry: kept.sequence, kept: Some(kept) })));
                }
            }
        }
        Ok(None)
    }

    /// Compares the verified end with the noted one, and with heads beyond it.
    fn conclude(&mut self) -> Verified {
        let entry = self.head.sequence + 1;
        if self.head != self.end || self.newest != self.head.sequence {
            return Err(ChainBreak { entry, kept: None });
        }
        self.kept.pop().map_or(Ok(self.head), |kept| Err(ChainBreak { entry: kept.sequence.min(entry), kept: Some(kept) }))
    }
}

/// Verifies the chain from its first entry. Connections are given back between chunks.
pub fn verify_chain(store: &Store, kept: Vec<ChainHead>) -> Result<Verified, StoreError> {
    let mut verification = store.read(|db| Verification::begin(db, kept))?;
    loop {
        if let Some(verified) = store.read(|db| verification.step(db))? {
            return Ok(verified);
        }
    }
}
