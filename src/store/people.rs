//! People: everything reads the view of those not deleted, and writes the table behind it.

mod hits;
mod list;

use diesel::prelude::*;

use crate::domain::{
    clock::Timestamp,
    email_address::{EmailAddress, KEY_VERSION},
    ids::UserId,
    invitation::InvitationOrigin,
    password::PasswordHash,
    policy::{Actor, Role, Target},
    search::{search_text, sort_key},
    text::PersonName,
    user::{DefaultRole, Standing, Status, Who, display_name},
};

use super::{
    Database, StoreError, Tx,
    connection::MultiBackend,
    dialect::lock_row,
    page::Key,
    schema::{people, users},
};

pub use list::{Filter, count, list, search};

/// Somebody who is not deleted.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, serde::Serialize, serde::Deserialize)]
#[diesel(table_name = people)]
pub struct Person {
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
    pub sort_key: String,
    pub is_admin: bool,
}

impl Person {
    pub fn status(&self, now: Timestamp) -> Status {
        let Self { blocked_at, credentials_set_at, invitation_expires_at, .. } = *self;
        Standing { blocked_at, credentials_set_at, invitation_expires_at }.status(now)
    }

    pub fn who(&self) -> Who {
        Who { id: self.id, first_name: self.first_name.clone(), last_name: self.last_name.clone(), email: self.email.clone() }
    }

    pub fn display_name(&self) -> String {
        display_name(&self.first_name, &self.last_name, &self.email)
    }

    pub fn target(&self, now: Timestamp) -> Target {
        Target { id: self.id, status: self.status(now), is_admin: self.is_admin }
    }

    pub fn actor(&self) -> Actor {
        Actor { id: self.id, role: Role::of(self.is_admin, self.default_role) }
    }

    /// The person's place in a list sorted by name.
    pub fn key(&self) -> Key {
        Key { sort_key: self.sort_key.clone(), id: self.id.0 }
    }
}

/// Somebody by id.
///
/// # Errors
/// The database's.
pub fn find(db: &mut Database, id: UserId) -> Result<Option<Person>, StoreError> {
    Ok(people::table.find(id).select(Person::as_select()).first(db).optional()?)
}

/// Somebody by id, who stays as they are until the transaction ends.
///
/// # Errors
/// The database's.
pub fn lock(tx: &mut Tx<'_>, id: UserId) -> Result<Option<Person>, StoreError> {
    // In two statements, since PostgreSQL judges what stands beside a locked row by what was there before the wait.
    lock_row(tx.db(), "users", id.0)?;
    find(tx.db(), id)
}

/// Somebody by address, and the hash of their password where they have one.
///
/// # Errors
/// The database's.
pub fn find_by_email(db: &mut Database, email: &EmailAddress) -> Result<Option<(Person, Option<PasswordHash>)>, StoreError> {
    let found = people::table
        .filter(people::email_key.eq(email.key()))
        .select((Person::as_select(), people::password_hash))
        .first::<(Person, Option<String>)>(db)
        .optional()?;
    Ok(found.map(|(person, hash)| (person, hash.map(PasswordHash::from_stored))))
}

/// Whether anybody ever was here, deleted people included: the first start is over then.
///
/// # Errors
/// The database's.
pub fn is_anybody(db: &mut Database) -> Result<bool, StoreError> {
    Ok(diesel::select(diesel::dsl::exists(users::table.select(users::id))).get_result(db)?)
}

/// Somebody new, with an open invitation.
#[derive(Debug, Clone)]
pub struct NewInvited<'a> {
    pub email: &'a EmailAddress,
    pub default_role: DefaultRole,
    pub origin: InvitationOrigin,
    pub expires_at: Timestamp,
    pub invited_by: UserId,
    pub now: Timestamp,
}

/// # Errors
/// The database's; a unique violation where the address is taken.
pub fn insert_invited(tx: &mut Tx<'_>, new: &NewInvited<'_>) -> Result<UserId, StoreError> {
    let email = new.email;
    let id = diesel::insert_into(users::table)
        .values((
            named("", "", email),
            users::default_role.eq(new.default_role),
            users::invitation_origin.eq(Some(new.origin.as_str())),
            users::invitation_expires_at.eq(Some(new.expires_at)),
            users::invited_by.eq(Some(new.invited_by.0)),
            users::created_at.eq(new.now),
        ))
        .returning(users::id)
        .get_result::<i64>(tx.db())?;
    Ok(UserId(id))
}

/// Somebody new who needs no invitation: the first Admin, or one made on the command line.
#[derive(Debug, Clone)]
pub struct NewActive<'a> {
    pub email: &'a EmailAddress,
    pub first_name: &'a PersonName,
    pub last_name: &'a PersonName,
    pub password: &'a PasswordHash,
    pub now: Timestamp,
}

/// # Errors
/// The database's; a unique violation where the address is taken.
pub fn insert_active(tx: &mut Tx<'_>, new: &NewActive<'_>) -> Result<UserId, StoreError> {
    let id = diesel::insert_into(users::table)
        .values((
            named(new.first_name.as_str(), new.last_name.as_str(), new.email),
            users::default_role.eq(DefaultRole::User),
            users::password_hash.eq(Some(new.password.as_str())),
            users::credentials_set_at.eq(Some(new.now)),
            users::created_at.eq(new.now),
        ))
        .returning(users::id)
        .get_result::<i64>(tx.db())?;
    Ok(UserId(id))
}

pub(super) type Named = (
    diesel::dsl::Eq<users::first_name, String>,
    diesel::dsl::Eq<users::last_name, String>,
    diesel::dsl::Eq<users::email, String>,
    diesel::dsl::Eq<users::email_key, String>,
    diesel::dsl::Eq<users::email_key_version, i16>,
    diesel::dsl::Eq<users::sort_key, String>,
    diesel::dsl::Eq<users::search, String>,
);

/// The columns of name and address, and what is derived from them.
pub(super) fn named(first_name: &str, last_name: &str, email: &EmailAddress) -> Named {
    (
        users::first_name.eq(first_name.to_owned()),
        users::last_name.eq(last_name.to_owned()),
        users::email.eq(email.as_str().to_owned()),
        users::email_key.eq(email.key().to_owned()),
        users::email_key_version.eq(KEY_VERSION),
        users::sort_key.eq(sort_key(&display_name(first_name, last_name, email.as_str()))),
        users::search.eq(search_text(first_name, last_name, email.as_str())),
    )
}

/// The invitation's term starts anew.
///
/// # Errors
/// The database's.
pub fn renew_invitation(tx: &mut Tx<'_>, id: UserId, expires_at: Timestamp) -> Result<(), StoreError> {
    set(tx, id, users::invitation_expires_at.eq(Some(expires_at)))
}

/// The invitation is accepted: name and password are set.
///
/// # Errors
/// The database's.
pub fn set_credentials(
    tx: &mut Tx<'_>,
    person: &Person,
    first_name: &PersonName,
    last_name: &PersonName,
    password: &PasswordHash,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (first_name, last_name) = (first_name.as_str(), last_name.as_str());
    let changes = (
        users::first_name.eq(first_name),
        users::last_name.eq(last_name),
        users::sort_key.eq(sort_key(&display_name(first_name, last_name, &person.email))),
        users::search.eq(search_text(first_name, last_name, &person.email)),
        users::password_hash.eq(Some(password.as_str())),
        users::credentials_set_at.eq(Some(now)),
        users::version.eq(users::version + 1),
    );
    set(tx, person.id, changes)
}

/// The same password, hashed with today's parameters.
///
/// # Errors
/// The database's.
pub fn rehash_password(tx: &mut Tx<'_>, id: UserId, password: &PasswordHash) -> Result<(), StoreError> {
    set(tx, id, users::password_hash.eq(Some(password.as_str())))
}

/// # Errors
/// The database's.
pub fn set_last_sign_in(tx: &mut Tx<'_>, id: UserId, now: Timestamp) -> Result<(), StoreError> {
    set(tx, id, users::last_sign_in_at.eq(Some(now)))
}

/// Blocks somebody, or with `None` lets them in again.
///
/// # Errors
/// The database's.
pub fn set_blocked(tx: &mut Tx<'_>, id: UserId, blocked_at: Option<Timestamp>) -> Result<(), StoreError> {
    set(tx, id, (users::blocked_at.eq(blocked_at), users::version.eq(users::version + 1)))
}

/// Deletes somebody until they are restored, or with `None` restores them.
///
/// # Errors
/// The database's; a unique violation where a restored address is taken meanwhile.
pub fn set_deleted(tx: &mut Tx<'_>, id: UserId, deleted_at: Option<Timestamp>) -> Result<(), StoreError> {
    set(tx, id, (users::deleted_at.eq(deleted_at), users::version.eq(users::version + 1)))
}

fn set<C>(tx: &mut Tx<'_>, id: UserId, changes: C) -> Result<(), StoreError>
where
    C: diesel::AsChangeset<Target = users::table>,
    C::Changeset: diesel::query_builder::QueryFragment<MultiBackend>,
{
    let touched = diesel::update(users::table.find(id)).set(changes).execute(tx.db())?;
    if touched == 1 { Ok(()) } else { Err(diesel::result::Error::NotFound.into()) }
}

/// Removes somebody's row for good: a revoked invitation, or a deletion that cannot be undone.
///
/// # Errors
/// The database's.
pub fn remove(tx: &mut Tx<'_>, id: UserId) -> Result<(), StoreError> {
    let touched = diesel::delete(users::table.find(id)).execute(tx.db())?;
    if touched == 1 { Ok(()) } else { Err(diesel::result::Error::NotFound.into()) }
}

/// Somebody deleted who can be restored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct Deleted {
    pub id: UserId,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub deleted_at: Option<Timestamp>,
}

/// People deleted since `since`, latest first, at most `limit`.
///
/// # Errors
/// The database's.
pub fn deleted(db: &mut Database, since: Timestamp, limit: i64) -> Result<Vec<Deleted>, StoreError> {
    Ok(users::table
        .filter(users::deleted_at.gt(since))
        .order((users::deleted_at.desc(), users::id.desc()))
        .limit(limit)
        .select(Deleted::as_select())
        .load(db)?)
}

/// One of them, who stays as they are until the transaction ends.
///
/// # Errors
/// The database's.
pub fn lock_deleted(tx: &mut Tx<'_>, id: UserId, since: Timestamp) -> Result<Option<Deleted>, StoreError> {
    lock_row(tx.db(), "users", id.0)?;
    Ok(users::table.find(id).filter(users::deleted_at.gt(since)).select(Deleted::as_select()).first(tx.db()).optional()?)
}

/// The hash of somebody's password, where they have one.
///
/// # Errors
/// The database's.
pub fn password_hash(db: &mut Database, id: UserId) -> Result<Option<PasswordHash>, StoreError> {
    let hash = people::table.find(id).select(people::password_hash).first::<Option<String>>(db).optional()?;
    Ok(hash.flatten().map(PasswordHash::from_stored))
}
