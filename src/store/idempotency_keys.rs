//! Keys of submitted forms, removed with their session.

use diesel::prelude::*;

use crate::domain::{credentials::token::TokenHash, idempotency_key::IdempotencyKey};

use super::{
    StoreError, Tx,
    connection::with_backend,
    schema::{idempotency_keys, sessions},
};

/// Notes the key of a form. Of two equal submissions, even concurrent ones, one is the first. `None` if the session has
/// ended.
pub fn is_first(tx: &mut Tx<'_>, session: TokenHash, form: IdempotencyKey) -> Result<Option<bool>, StoreError> {
    let session = sessions::table.filter(sessions::token_hash.eq(session.0.as_slice())).select(sessions::id);
    let Some(session) = session.first::<i64>(tx.db()).optional()? else { return Ok(None) };
    let row = (idempotency_keys::session_id.eq(session), idempotency_keys::key_hash.eq(form.0.as_slice()));
    let written = with_backend!(tx.db(), |connection| diesel::insert_into(idempotency_keys::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(connection))?;
    Ok(Some(written == 1))
}
