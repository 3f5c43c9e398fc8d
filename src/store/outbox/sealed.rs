//! Sealed mails and changes of the key: mails of an instance that lost its key, and mails that another instance sealed.

use diesel::{dsl::sql, prelude::*, sql_types::Bool};

use crate::domain::{clock::Timestamp, ids::MailId};

use super::{
    super::{Database, StoreError, Tx, schema::outbox},
    MailState, Trouble, is_waiting, wipe,
};

/// A mail whose text is sealed.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub struct SealedMail {
    pub id: MailId,
    pub message_id: String,
    pub sealed: Option<Vec<u8>>,
}

/// Sealed mails after one, in order, at most `limit`.
pub fn sealed_after(db: &mut Database, after: MailId, limit: i64) -> Result<Vec<SealedMail>, StoreError> {
    let sealed = outbox::table.filter(outbox::sealed.is_not_null()).filter(outbox::id.gt(after.0));
    Ok(sealed.order(outbox::id).limit(limit).select(SealedMail::as_select()).load(db)?)
}

/// Gives up a mail that no key opens any more: a waiting one fails for `reason`. Tells if it was waiting.
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

/// Returns a mail to the queue for the instance that has its key. The attempt does not count.
pub fn give_back(tx: &mut Tx<'_>, id: MailId, at: Timestamp) -> Result<(), StoreError> {
    diesel::update(outbox::table.find(id).filter(is_waiting()))
        .set((
            outbox::attempts.eq(outbox::attempts - 1),
            outbox::trouble.eq(Some(Trouble::Key.as_str())),
            outbox::next_attempt_at.eq(at),
            outbox::leased_until.eq(None::<Timestamp>),
        ))
        .execute(tx.db())?;
    Ok(())
}

/// Number of mails that wait for an instance that can read them.
pub fn unreadable(db: &mut Database) -> Result<i64, StoreError> {
    // Written as literal SQL, since a partial index needs a condition that the planner can read.
    let is_unreadable = sql::<Bool>("outbox.state IN ('queued', 'retrying') AND outbox.trouble = 'key'");
    Ok(outbox::table.filter(is_unreadable).count().get_result(db)?)
}
