//! Agreement of the database with itself: the audit chain, and the counts and copies that triggers keep.

use crate::store::{
    Store, StoreError, company,
    derived::{self, Compared},
    verify_chain,
};

/// Verifies the audit chain: the number of its entries, or the first that does not fit.
pub fn audit_chain(store: &Store) -> Result<Result<i64, i64>, StoreError> {
    store.read(verify_chain)
}

/// Compares each count and copy with a recount.
pub fn compare(store: &Store) -> Result<Vec<Compared>, StoreError> {
    store.read(derived::compare)
}

/// Rebuilds the counts and copies that differ from a recount. Returns them as they were. The audit log has no entry of
/// it, since assignments and roles stay as they are.
pub fn repair(store: &Store) -> Result<Vec<Compared>, StoreError> {
    store.write_transaction(|tx| {
        company::lock_rights(tx)?;
        derived::repair(tx)
    })
}
