//! Deleted users who can still be restored.

use std::collections::HashMap;

use chrono::DateTime;
use diesel::{dsl::sql, prelude::*, sql_types::Bool};

use crate::{
    domain::{
        clock::Timestamp,
        email_address::EmailAddress,
        ids::UserId,
        user::{Who, display_name},
    },
    store::{
        Database, StoreError, Tx,
        backend::lock_row,
        page::{COUNT_MAX, Count, Key, Position, Slice},
        schema::user_rows,
        views::users,
    },
};

/// A deleted user who can be restored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = user_rows)]
pub struct Deleted {
    pub id: UserId,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub email_key: String,
    #[diesel(select_expression = user_rows::deleted_at.assume_not_null())]
    pub deleted_at: Timestamp,
    pub deleted_by: Option<UserId>,
}

impl Deleted {
    pub fn who(&self) -> Who {
        Who { id: self.id, first_name: self.first_name.clone(), last_name: self.last_name.clone(), email: self.email.clone() }
    }

    /// Position of the user in a list sorted by the time of deletion.
    pub fn key(&self) -> Key {
        Key { sort_key: self.deleted_at.and_utc().timestamp_micros().to_string(), id: self.id.0 }
    }
}

/// One page of the users deleted since `since`, latest first. `None` for a key that [`Deleted::key`] did not make.
pub fn list_deleted(db: &mut Database, since: Timestamp, position: &Position, limit: usize) -> Result<Option<Slice<Deleted>>, StoreError> {
    let mut query = user_rows::table.filter(user_rows::deleted_at.gt(since)).into_boxed();
    if let Position::After(key) | Position::Before(key) = position {
        let Some(at) = time_of(key) else { return Ok(None) };
        let than = if position.is_backward() { ">" } else { "<" };
        let place = sql::<Bool>(&format!("(user_rows.deleted_at, user_rows.id) {than} ("));
        query =
            query.filter(place.bind::<diesel::sql_types::Timestamp, _>(at).sql(", ").bind::<diesel::sql_types::BigInt, _>(key.id).sql(")"));
    }
    query = if position.is_backward() {
        query.order((user_rows::deleted_at.asc(), user_rows::id.asc()))
    } else {
        query.order((user_rows::deleted_at.desc(), user_rows::id.desc()))
    };
    let rows = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let found = query.limit(rows).select(Deleted::as_select()).load(db)?;
    Ok(Some(Slice::new(found, position, limit)))
}

/// Display names of users, deleted ones included.
pub fn names(db: &mut Database, ids: impl IntoIterator<Item = UserId>) -> Result<HashMap<UserId, String>, StoreError> {
    let rows = user_rows::table.filter(user_rows::id.eq_any(ids.into_iter().map(|id| id.0).collect::<Vec<_>>()));
    let rows = rows.select((user_rows::id, user_rows::first_name, user_rows::last_name, user_rows::email));
    let rows = rows.load::<(UserId, String, String, String)>(db)?;
    Ok(rows.into_iter().map(|(id, first_name, last_name, email)| (id, display_name(&first_name, &last_name, &email))).collect())
}

/// Users who have an address of these deleted ones, by its key.
pub fn with_addresses_of(db: &mut Database, deleted: &[Deleted]) -> Result<HashMap<String, Who>, StoreError> {
    let rows = users::table.filter(users::email_key.eq_any(deleted.iter().map(|user| &user.email_key)));
    let rows = rows.select((users::email_key, users::id, users::first_name, users::last_name, users::email));
    let rows = rows.load::<(String, UserId, String, String, String)>(db)?.into_iter();
    Ok(rows.map(|(key, id, first_name, last_name, email)| (key, Who { id, first_name, last_name, email })).collect())
}

/// True if a user with this address was deleted and can still be restored.
pub fn was_deleted(db: &mut Database, email: &EmailAddress) -> Result<bool, StoreError> {
    let deleted = user_rows::table.filter(user_rows::email_key.eq(email.key())).filter(user_rows::deleted_at.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(deleted.select(user_rows::id))).get_result(db)?)
}

fn time_of(key: &Key) -> Option<Timestamp> {
    let micros = key.sort_key.parse().ok().filter(|micros| *micros >= 0)?;
    Some(DateTime::from_timestamp_micros(micros)?.naive_utc())
}

/// Number of users deleted since `since`, up to [`COUNT_MAX`].
pub fn count_deleted(db: &mut Database, since: Timestamp) -> Result<Count, StoreError> {
    let ids = user_rows::table.filter(user_rows::deleted_at.gt(since)).select(user_rows::id).limit(COUNT_MAX + 1).load::<i64>(db)?;
    Ok(Count::of(ids.len()))
}

/// Reads a deleted user and locks the row until the transaction ends.
pub fn lock_deleted(tx: &mut Tx<'_>, id: UserId, since: Timestamp) -> Result<Option<Deleted>, StoreError> {
    lock_row(tx.db(), "user_rows", id.0)?;
    Ok(user_rows::table.find(id).filter(user_rows::deleted_at.gt(since)).select(Deleted::as_select()).first(tx.db()).optional()?)
}
