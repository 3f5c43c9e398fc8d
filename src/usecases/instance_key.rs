//! The key of a database, recognised by a check value.

use crate::{
    domain::{audit::AuditEvent, clock::Timestamp, ids::MailId, secret::SecretKey},
    store::{Store, StoreError, Tx, company, outbox},
};

use super::{
    ActionError, Context, Principal,
    shared::{ending::end_all_access, transaction::Rights},
};

/// Purpose of the key for the check value, and the text that it signs.
const CHECK: (&str, &[u8]) = ("key check", b"usher");

/// Most sealed mails in memory at a time.
const CHUNK: i64 = 500;

/// Reason of a mail that was sealed with an earlier key, in place of the mail server's reply.
const GIVEN_UP: &str = "Sealed with an earlier key, which was given up";

/// Check value of a database's key.
#[derive(Debug, Clone)]
pub struct KeyCheck(Vec<u8>);

impl KeyCheck {
    /// True if the database was begun with `key`.
    pub fn fits(&self, key: &SecretKey) -> bool {
        key.verify(CHECK.0, CHECK.1, &self.0)
    }
}

/// Losses that came with a new key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GivenUp {
    /// Number of mails that waited.
    pub mails: u64,
    pub sessions: u64,
}

/// Reads the check value; `None` in a new database.
pub fn check(store: &Store) -> Result<Option<KeyCheck>, StoreError> {
    Ok(store.read(company::key_check)?.map(KeyCheck))
}

/// True if the database was begun anew with another key than this instance's.
pub fn is_replaced(ctx: &Context) -> Result<bool, StoreError> {
    Ok(check(&ctx.store)?.is_some_and(|check| !check.fits(&ctx.key)))
}

/// Begins a new database with `key`, unless another instance was faster. Returns true if the database has this key.
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

/// Replaces the database's key by this instance's. Mails that it cannot read are given up, and all sessions end, since
/// their cookies are invalid. `None` when it is the database's key already.
pub fn begin_anew(ctx: &Context, principal: &Principal) -> Result<Option<GivenUp>, ActionError> {
    let key = &ctx.key;
    if claim(&ctx.store, key)? {
        return Ok(None);
    }
    principal.audited_transaction(ctx, Rights::Change, |work| {
        company::set_key_check(work.tx, &key.sign(CHECK.0, CHECK.1))?;
        let sessions = end_all_access(work)? as u64;
        let mails = give_mails_up(work.tx, key, work.now)?;
        let company = company::load(work.tx.db())?;
        work.record(&company, &AuditEvent::KeyReplaced { mails_cancelled: mails, sessions_ended: sessions });
        Ok(Some(GivenUp { mails, sessions }))
    })
}

/// Gives up mails that `key` cannot read. Returns the number of those that waited.
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
