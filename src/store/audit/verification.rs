//! Verifications of the chain by the server: the last result, requests, and the lease of the instance at work.

use diesel::prelude::*;

use crate::{
    domain::{audit::ChainHead, clock::Timestamp},
    store::{Database, StoreError, Tx, backend::lock_row, schema::audit_verification},
};

use super::{chain::chain_head, verify::Verified};

/// Last verification by the server, and the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerificationState {
    /// Begin of the last finished verification.
    pub verified_at: Option<Timestamp>,
    /// Newest entry of the last chain that was whole.
    pub head: ChainHead,
    /// First entry that was changed or is missing, by the last verification.
    pub broken_at: Option<i64>,
    /// Time of a request that is not met yet.
    pub requested_at: Option<Timestamp>,
}

impl VerificationState {
    /// True if there was no verification since `night`.
    pub fn is_older_than(&self, night: Timestamp) -> bool {
        self.verified_at.is_none_or(|verified_at| verified_at < night)
    }
}

pub fn state(db: &mut Database) -> Result<VerificationState, StoreError> {
    type Row = (Option<Timestamp>, i64, Vec<u8>, Option<i64>, Option<Timestamp>);
    let found = audit_verification::table.find(1).select((
        audit_verification::verified_at,
        audit_verification::sequence,
        audit_verification::hash,
        audit_verification::broken_at,
        audit_verification::requested_at,
    ));
    let (verified_at, sequence, hash, broken_at, requested_at) = found.first::<Row>(db)?;
    Ok(VerificationState { verified_at, head: chain_head(sequence, &hash)?, broken_at, requested_at })
}

/// Reads the state and locks it until the transaction ends.
pub fn lock(tx: &mut Tx<'_>) -> Result<VerificationState, StoreError> {
    lock_row(tx.db(), "audit_verification", 1)?;
    state(tx.db())
}

pub fn request(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), StoreError> {
    diesel::update(audit_verification::table.find(1)).set(audit_verification::requested_at.eq(Some(now))).execute(tx.db())?;
    Ok(())
}

/// Leases the verification to this instance. False if another one is at it.
pub fn claim(tx: &mut Tx<'_>, now: Timestamp, leased_until: Timestamp) -> Result<bool, StoreError> {
    let is_free = audit_verification::leased_until.is_null().or(audit_verification::leased_until.le(now));
    let row = audit_verification::table.find(1).filter(is_free);
    Ok(diesel::update(row).set(audit_verification::leased_until.eq(Some(leased_until))).execute(tx.db())? == 1)
}

/// Extends the lease of this instance.
pub fn renew(tx: &mut Tx<'_>, leased_until: Timestamp) -> Result<(), StoreError> {
    diesel::update(audit_verification::table.find(1)).set(audit_verification::leased_until.eq(Some(leased_until))).execute(tx.db())?;
    Ok(())
}

/// Notes the result of the verification that began at `begun`, and meets requests up to then.
pub fn settle(tx: &mut Tx<'_>, begun: Timestamp, verified: &Verified) -> Result<(), StoreError> {
    let row = || audit_verification::table.find(1);
    let end = (audit_verification::verified_at.eq(Some(begun)), audit_verification::leased_until.eq(None::<Timestamp>));
    let broken_at = audit_verification::broken_at;
    match verified {
        Ok(head) => diesel::update(row())
            .set((
                end,
                audit_verification::sequence.eq(head.sequence),
                audit_verification::hash.eq(head.hash.as_slice()),
                broken_at.eq(None::<i64>),
            ))
            .execute(tx.db())?,
        Err(broken) => diesel::update(row()).set((end, broken_at.eq(Some(broken.entry)))).execute(tx.db())?,
    };
    diesel::update(row().filter(audit_verification::requested_at.le(begun)))
        .set(audit_verification::requested_at.eq(None::<Timestamp>))
        .execute(tx.db())?;
    Ok(())
}
