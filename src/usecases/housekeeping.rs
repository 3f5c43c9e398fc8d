//! What is done now and then: rows that have outlived their use are removed. Nothing waits for it, since every limit is checked at use.

use chrono::TimeDelta;

use crate::store::{StoreError, company, outbox, people, sessions, throttles};

use super::Context;

/// How many people are removed in one transaction, since writers queue behind it.
const CHUNK: i64 = 200;

/// How long a failed mail can be sent again.
const FAILED_KEPT: TimeDelta = TimeDelta::days(30);

/// Removes sessions that ran out, attempts that are forgotten, what old failed mails said, and people who can no longer be restored.
///
/// # Errors
/// The database's.
pub fn sweep(ctx: &Context) -> Result<(), StoreError> {
    let now = ctx.now();
    let company = ctx.store.read(company::load)?;
    ctx.store.write(|tx| {
        sessions::sweep(tx, company.session_absolute, now)?;
        throttles::sweep(tx, now)
    })?;
    while ctx.store.write(|tx| outbox::wipe_failed(tx, now - FAILED_KEPT))? > 0 {}
    while ctx.store.write(|tx| people::purge(tx, now - company.deleted_kept, CHUNK))? > 0 {}
    Ok(())
}
