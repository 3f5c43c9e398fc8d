//! Users, read through the view without deleted ones and written to the table behind it.

mod administered;
mod counts;
mod deleted;
mod expiring;
mod list;
mod query;
pub mod search;
mod write;

use diesel::prelude::*;

use crate::domain::{
    appearance::Appearance,
    clock::Timestamp,
    credentials::password::PasswordHash,
    email_address::EmailAddress,
    ids::{GroupId, UserId},
    invitation::InvitationOrigin,
    policy::{Actor, Target},
    role::Role,
    search::SearchTerm,
    user::{DefaultRole, Status, StatusFacts, Who, display_name},
};

pub use administered::{Cursor, CursorValue, Listed, page};
pub use counts::{StatusCounts, count_alone, count_without_two_factor, counts};
pub use deleted::{Deleted, count_deleted, list_deleted, lock_deleted, names, was_deleted, with_addresses_of};
pub use expiring::expiring;
pub use list::{count, found, list, search};
pub use query::UserQuery;
pub use write::{
    NewActive, NewInvited, delete, insert_active, insert_invited, purge, rehash_password, remove, renew_invitation, restore,
    set_appearance, set_blocked, set_credentials, set_default_role, set_email, set_last_sign_in, set_password, set_profile,
};
pub(super) use write::{named, set_two_factor_since};

use super::{
    Database, StoreError, Tx,
    backend::{self, lock_row},
    page::Key,
    schema::user_rows,
    views::users,
};

/// A user who is not deleted.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, serde::Serialize, serde::Deserialize)]
#[diesel(table_name = users)]
pub struct User {
    pub id: UserId,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub default_role: DefaultRole,
    pub credentials_set_at: Option<Timestamp>,
    pub blocked_at: Option<Timestamp>,
    pub invitation_expires_at: Option<Timestamp>,
    pub invitation_origin: Option<InvitationOrigin>,
    pub invited_by: Option<UserId>,
    pub created_at: Timestamp,
    pub last_sign_in_at: Option<Timestamp>,
    /// Time since when the user has an app or a passkey, so that sign-ins by password need a second step; `None` while
    /// two-factor is off.
    pub two_factor_since: Option<Timestamp>,
    pub sort_key: String,
    /// Incremented by administrators' edits, so that an edit of an outdated page is noticed.
    pub version: i32,
    pub is_admin: bool,
}

impl User {
    pub fn status(&self, now: Timestamp) -> Status {
        let Self { blocked_at, credentials_set_at, invitation_expires_at, .. } = *self;
        StatusFacts { blocked_at, credentials_set_at, invitation_expires_at }.status(now)
    }

    pub fn who(&self) -> Who {
        Who { id: self.id, first_name: self.first_name.clone(), last_name: self.last_name.clone(), email: self.email.clone() }
    }

    pub fn display_name(&self) -> String {
        display_name(&self.first_name, &self.last_name, &self.email)
    }

    pub fn target(&self, now: Timestamp) -> Target {
        Target { id: self.id, status: self.status(now), is_admin: self.is_admin, default_role: self.default_role, inside: None }
    }

    pub fn actor(&self) -> Actor {
        Actor { id: Some(self.id), role: Role::of(self.is_admin, self.default_role) }
    }

    /// Position of the user in a list sorted by name.
    pub fn key(&self) -> Key {
        Key { sort_key: self.sort_key.clone(), id: self.id.0 }
    }
}

/// Filter of a list of users.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub active_only: bool,
    pub search: Option<SearchTerm>,
    pub member_of: Option<GroupId>,
    pub not_member_of: Option<GroupId>,
}

/// Finds a user by id.
pub fn find(db: &mut Database, id: UserId) -> Result<Option<User>, StoreError> {
    Ok(users::table.find(id).select(User::as_select()).get_result(db).optional()?)
}

/// The existing users among `ids`, by name.
pub fn find_all(db: &mut Database, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
    let among = backend::is_among(db, "users.id", ids.iter().copied());
    Ok(users::table.filter(among).order((users::sort_key, users::id)).select(User::as_select()).load(db)?)
}

/// Finds a user by id and locks the row until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: UserId) -> Result<Option<User>, StoreError> {
    // Two statements, since PostgreSQL evaluates joins beside a locked row on the data from before the wait.
    lock_row(tx.db(), "user_rows", id.0)?;
    find(tx.db(), id)
}

/// Finds a user by address, with the password hash if there is one.
pub fn find_by_email(db: &mut Database, email: &EmailAddress) -> Result<Option<(User, Option<PasswordHash>)>, StoreError> {
    let found = users::table
        .filter(users::email_key.eq(email.key()))
        .select((User::as_select(), users::password_hash))
        .first::<(User, Option<String>)>(db)
        .optional()?;
    Ok(found.map(|(user, hash)| (user, hash.map(PasswordHash::from_stored))))
}

/// True if a user was ever made, deleted ones included: the setup is over then.
pub fn is_anybody(db: &mut Database) -> Result<bool, StoreError> {
    Ok(diesel::select(diesel::dsl::exists(user_rows::table.select(user_rows::id))).get_result(db)?)
}

/// Appearance of pages for a user.
pub fn appearance(db: &mut Database, id: UserId) -> Result<Appearance, StoreError> {
    Ok(users::table.find(id).select(users::appearance).first(db)?)
}

/// Password hash of a user, if there is one.
pub fn password_hash(db: &mut Database, id: UserId) -> Result<Option<PasswordHash>, StoreError> {
    let hash = users::table.find(id).select(users::password_hash).first::<Option<String>>(db).optional()?;
    Ok(hash.flatten().map(PasswordHash::from_stored))
}
