//! Periodic removal of obsolete rows. Nothing depends on it, since every limit is checked at use.

use chrono::TimeDelta;

use crate::{
    store::{
        StoreError, Tx, assets, company,
        credentials::{passkeys, refused_sign_ins, throttles},
        held_forms, invitation_counts, outbox, sessions, tokens,
    },
    usecases::{Context, credentials::recovery, held_forms::KEPT_FOR, users::restoration},
};

/// Rows that one transaction removes, since writers queue behind it.
const CHUNK: i64 = 200;

/// Minutes whose refused sign-ins are removed in one transaction.
const MINUTES: i64 = 5;

/// Most attempt counters; the least important ones beyond that are removed.
const THROTTLES_MAX: i64 = 100_000;

/// Time for which a failed mail can be retried.
const FAILED_KEPT: TimeDelta = TimeDelta::days(30);

/// Removes expired sessions, forms that waited for too long, old counts of invitations, old refusals, the texts of old
/// failed mails, notices of recovery links, and assets and users that can no longer be restored.
pub fn sweep(ctx: &Context) -> Result<(), StoreError> {
    let now = ctx.now();
    let company = ctx.store.read(company::load)?;
    ctx.store.write_transaction(|tx| sessions::sweep(tx, company.session_absolute, now))?;
    ctx.store.write_transaction(|tx| tokens::sweep_steps(tx, now))?;
    ctx.store.write_transaction(|tx| passkeys::sweep_challenges(tx, now))?;
    ctx.store.write_transaction(|tx| held_forms::sweep(tx, now - KEPT_FOR))?;
    ctx.store.write_transaction(|tx| invitation_counts::sweep(tx, now))?;
    in_chunks(ctx, |tx| refused_sign_ins::sweep(tx, MINUTES, now))?;
    in_chunks(ctx, |tx| outbox::wipe_failed(tx, now - FAILED_KEPT))?;
    // Users come after the assets that they owned.
    in_chunks(ctx, |tx| assets::deleted::purge(tx, now - company.deleted_kept, CHUNK))?;
    recovery::sweep(ctx)?;
    restoration::purge(ctx)
}

/// Removes obsolete attempt counters, and the least important ones where there are too many.
pub fn bound_attempts(ctx: &Context) -> Result<(), StoreError> {
    let now = ctx.now();
    in_chunks(ctx, |tx| throttles::sweep(tx, CHUNK, now))?;
    let mut excess = ctx.store.read(throttles::rows)? - THROTTLES_MAX;
    while excess > 0 {
        ctx.store.write_transaction(|tx| throttles::trim(tx, excess.min(CHUNK)))?;
        excess -= CHUNK;
    }
    Ok(())
}

fn in_chunks(ctx: &Context, remove: impl Fn(&mut Tx<'_>) -> Result<usize, StoreError>) -> Result<(), StoreError> {
    while ctx.store.write_transaction(&remove)? > 0 {}
    Ok(())
}

/// Writes the refused sign-ins that were collected in memory.
///
/// # Errors
/// [`StoreError`]: they are kept for the next time.
pub fn write_refusals(ctx: &Context) -> Result<(), StoreError> {
    ctx.store.write_refusals().map(|_| ())
}
