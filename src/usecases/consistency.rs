//! Agreement of the database with itself: the counts and copies that triggers keep.

use crate::store::{
    Store, StoreError, company,
    derived::{self, Compared},
};

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
