//! Sealed mails, for an instance that begins anew with another key.

use diesel::prelude::*;

use crate::domain::{clock::Timestamp, ids::MailId};

use super::{
    super::{Database, StoreError, Tx, schema::outbox},
    MailState, is_waiting, wipe,
};

/// A mail that is still sealed.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub struct SealedMail {
    pub id: MailId,
    pub message_id: String,
    pub sealed: Option<Vec<u8>>,
}

/// The sealed mails that come after one, in order, at most `limit`.
///
/// # Errors
/// The database's.
pub fn sealed_after(db: &mut Database, after: MailId, limit: i64) -> Result<Vec<SealedMail>, StoreError> {
    let sealed = outbox::table.filter(outbox::sealed.is_not_null()).filter(outbox::id.gt(after.0));
    Ok(sealed.order(outbox::id).limit(limit).select(SealedMail::as_select()).load(db)?)
}

/// Gives a mail up that nobody can read any more: one that waits has failed for this `reason`. Tells whether it waited.
///
/// # Errors
/// The database's.
pub fn give_up(tx: &mut Tx<'_>, id: MailId, reason: &str, now: Timestamp) -> Result<bool, StoreError> {
    let failed = diesel::update(outbox::table.find(id).filter(is_waiting()))
        .set((
            outbox::state.eq(MailState::Failed),
            outbox::trouble.eq(None::<String>),
            outbox::reply.eq(Some(reason)),
            outbox::leased_until.eq(None::<Timestamp>),
            outbox::done_at.eq(Some(now)),
        ))
        .execute(tx.db())?;
    wipe(tx, id)?;
    Ok(failed == 1)
}
