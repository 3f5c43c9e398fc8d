//! The key that a database was begun with, told from any other by a check value.

use crate::{
    domain::{audit::AuditEvent, clock::Timestamp, ids::MailId, secret::SecretKey},
    store::{Store, StoreError, Tx, company, outbox, sessions},
};

use super::{ActionError, Context, Principal, shared::transaction::Rights};

/// The use of the key that makes the check value, and the text that it signs.
const CHECK: (&str, &[u8]) = ("key check", b"usher");

/// Sealed mails that memory holds at a time.
const CHUNK: i64 = 500;

/// The fate of a mail that an earlier key sealed, in the place of the mail server's words.
const GIVEN_UP: &str = "Sealed with an earlier key, which was given up";

/// The check value of a database.
#[derive(Debug, Clone)]
pub struct KeyCheck(Vec<u8>);

impl KeyCheck {
    /// Tells if the database was begun with `key`.
    pub fn fits(&self, key: &SecretKey) -> bool {
        key.verify(CHECK.0, CHECK.1, &self.0)
    }
}

/// The loss that came with giving up an earlier key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GivenUp {
    /// Mails that waited.
    pub mails: u64,
    pub sessions: u64,
}

/// The check value; `None` in a database that was not begun yet.
pub fn check(store: &Store) -> Result<Option<KeyCheck>, StoreError> {
    Ok(store.read(company::key_check)?.map(KeyCheck))
}

/// Tells if the database was begun anew with another key than this instance's.
pub fn is_replaced(ctx: &Context) -> Result<bool, StoreError> {
    Ok(check(&ctx.store)?.is_some_and(|check| !check.fits(&ctx.key)))
}

/// Begins the database with `key`, if no other was faster. Tells whether it is the database's key.
pub fn claim(store: &Store, key: &SecretKey) -> Result<bool, StoreError> {
    store.write_transaction(|tx| {
        company::lock_rights(tx)?;
        if let Some(check) = company::key_check(tx.db())? {
            return Ok(KeyCheck(check).fits(key));
        }
        company::set_key_check(tx, &key.sign(CHECK.0, CHECK.1))?;
        Ok(true)
    })
}

/// Makes this instance's key the database's in place of an earlier one. Mails that it cannot read are given up, and every session ends, since no
/// cookie holds any more. `None` when it is the database's key already.
pub fn begin_anew(ctx: &Context, principal: &Principal) -> Result<Option<GivenUp>, ActionError> {
    let key = &ctx.key;
    if claim(&ctx.store, key)? {
        return Ok(None);
    }
    principal.audited_transaction(ctx, Rights::Change, |work| {
        company::set_key_check(work.tx, &key.sign(CHECK.0, CHECK.1))?;
        let sessions = sessions::end_every(work.tx)? as u64;
        let mails = give_mails_up(work.tx, key, work.now)?;
        let company = company::load(work.tx.db())?;
        work.record(&company, &AuditEvent::KeyReplaced { mails_cancelled: mails, sessions_ended: sessions });
        Ok(Some(GivenUp { mails, sessions }))
    })
}

/// Tells how many of the mails waited.
fn give_mails_up(tx: &mut Tx<'_>, key: &SecretKey, now: Timestamp) -> Result<u64, StoreError> {
    let (mut last, mut waited) = (MailId(0), 0);
    loop {
        let mails = outbox::sealed_after(tx.db(), last, CHUNK)?;
        let Some(end) = mails.last() else { return Ok(waited) };
        last = end.id;
        for mail in &mails {
            let is_readable = mail.sealed.as_deref().is_some_and(|sealed| key.open(&mail.message_id, sealed).is_some());
            if !is_readable && outbox::give_up(tx, mail.id, GIVEN_UP, now)? {
                waited += 1;
            }
        }
    }
}
