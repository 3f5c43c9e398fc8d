//! What is done now and then, and that nothing depends on: rows that have outlived their use are removed.

use crate::store::{StoreError, company, sessions};

use super::Context;

/// Removes sessions that ran out. They stopped working when they did; this only frees their rows.
///
/// # Errors
/// The database's.
pub fn sweep(ctx: &Context) -> Result<usize, StoreError> {
    let now = ctx.now();
    ctx.store.write(|tx| {
        let absolute = company::load(tx.db())?.session_absolute;
        sessions::sweep(tx, absolute, now)
    })
}
