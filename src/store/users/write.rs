//! Writes of users: inserts, changes and removals.

use diesel::prelude::*;

use crate::{
    domain::{
        appearance::Appearance,
        clock::Timestamp,
        credentials::password::PasswordHash,
        email_address::{EmailAddress, KEY_VERSION},
        ids::UserId,
        invitation::InvitationOrigin,
        search::{search_text, sort_key},
        text::PersonName,
        user::{DefaultRole, display_name},
    },
    store::{StoreError, Tx, connection::MultiBackend, schema::user_rows},
};

use super::{User, deleted::Deleted};

/// A new user with an open invitation.
#[derive(Debug, Clone)]
pub struct NewInvited<'a> {
    /// Empty for an invitation with the address only.
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub email: &'a EmailAddress,
    pub default_role: DefaultRole,
    pub origin: InvitationOrigin,
    pub expires_at: Timestamp,
    pub invited_by: Option<UserId>,
    pub now: Timestamp,
}

/// # Errors
/// A unique violation where the address is taken.
pub fn insert_invited(tx: &mut Tx<'_>, new: &NewInvited<'_>) -> Result<UserId, StoreError> {
    let email = new.email;
    let id = diesel::insert_into(user_rows::table)
        .values((
            named(new.first_name, new.last_name, email),
            user_rows::default_role.eq(new.default_role),
            user_rows::invitation_origin.eq(Some(new.origin.as_str())),
            user_rows::invitation_expires_at.eq(Some(new.expires_at)),
            user_rows::invited_by.eq(new.invited_by.map(|by| by.0)),
            user_rows::created_at.eq(new.now),
        ))
        .returning(user_rows::id)
        .get_result::<i64>(tx.db())?;
    Ok(UserId(id))
}

/// A new user without an invitation: the first Admin, or one made on the command line.
#[derive(Debug, Clone)]
pub struct NewActive<'a> {
    pub email: &'a EmailAddress,
    pub first_name: &'a PersonName,
    pub last_name: &'a PersonName,
    pub password: &'a PasswordHash,
    pub now: Timestamp,
}

/// # Errors
/// A unique violation where the address is taken.
pub fn insert_active(tx: &mut Tx<'_>, new: &NewActive<'_>) -> Result<UserId, StoreError> {
    let id = diesel::insert_into(user_rows::table)
        .values((
            named(new.first_name.as_str(), new.last_name.as_str(), new.email),
            user_rows::default_role.eq(DefaultRole::User),
            user_rows::password_hash.eq(Some(new.password.as_str())),
            user_rows::credentials_set_at.eq(Some(new.now)),
            user_rows::created_at.eq(new.now),
        ))
        .returning(user_rows::id)
        .get_result::<i64>(tx.db())?;
    Ok(UserId(id))
}

pub(in crate::store) type NameColumns = (
    diesel::dsl::Eq<user_rows::first_name, String>,
    diesel::dsl::Eq<user_rows::last_name, String>,
    diesel::dsl::Eq<user_rows::email, String>,
    diesel::dsl::Eq<user_rows::email_key, String>,
    diesel::dsl::Eq<user_rows::email_key_version, i16>,
    diesel::dsl::Eq<user_rows::sort_key, String>,
    diesel::dsl::Eq<user_rows::search, String>,
);

/// Columns of name and address, and the columns derived from them.
pub(in crate::store) fn named(first_name: &str, last_name: &str, email: &EmailAddress) -> NameColumns {
    (
        user_rows::first_name.eq(first_name.to_owned()),
        user_rows::last_name.eq(last_name.to_owned()),
        user_rows::email.eq(email.as_str().to_owned()),
        user_rows::email_key.eq(email.key().to_owned()),
        user_rows::email_key_version.eq(KEY_VERSION),
        user_rows::sort_key.eq(sort_key(&display_name(first_name, last_name, email.as_str()))),
        user_rows::search.eq(search_text(first_name, last_name, email.as_str())),
    )
}

/// Starts the term of an invitation anew.
pub fn renew_invitation(tx: &mut Tx<'_>, id: UserId, expires_at: Timestamp) -> Result<(), StoreError> {
    set(tx, id, user_rows::invitation_expires_at.eq(Some(expires_at)))
}

/// Accepts an invitation: sets name and password, which a user with a passkey does without.
pub fn set_credentials(
    tx: &mut Tx<'_>,
    user: &User,
    first_name: &PersonName,
    last_name: &PersonName,
    password: Option<&PasswordHash>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (first_name, last_name) = (first_name.as_str(), last_name.as_str());
    let changes = (
        user_rows::first_name.eq(first_name),
        user_rows::last_name.eq(last_name),
        user_rows::sort_key.eq(sort_key(&display_name(first_name, last_name, &user.email))),
        user_rows::search.eq(search_text(first_name, last_name, &user.email)),
        user_rows::password_hash.eq(password.map(PasswordHash::as_str)),
        user_rows::credentials_set_at.eq(Some(now)),
        user_rows::version.eq(user_rows::version + 1),
    );
    set(tx, user.id, changes)
}

/// Notes that sign-ins by password need a second step, from `now` on if they did not before; `None` if they need none.
pub(in crate::store) fn set_two_factor_since(tx: &mut Tx<'_>, id: UserId, now: Option<Timestamp>) -> Result<(), StoreError> {
    let Some(now) = now else { return set(tx, id, user_rows::two_factor_since.eq(None::<Timestamp>)) };
    let without = user_rows::table.find(id.0).filter(user_rows::two_factor_since.is_null());
    diesel::update(without).set(user_rows::two_factor_since.eq(Some(now))).execute(tx.db())?;
    Ok(())
}

/// Sets the appearance of pages.
pub fn set_appearance(tx: &mut Tx<'_>, id: UserId, appearance: Appearance) -> Result<(), StoreError> {
    set(tx, id, user_rows::appearance.eq(appearance))
}

/// Sets the password.
pub fn set_password(tx: &mut Tx<'_>, id: UserId, password: &PasswordHash) -> Result<(), StoreError> {
    set(tx, id, (user_rows::password_hash.eq(Some(password.as_str())), user_rows::version.eq(user_rows::version + 1)))
}

/// Sets name and default role.
pub fn set_profile(
    tx: &mut Tx<'_>,
    user: &User,
    first_name: &PersonName,
    last_name: &PersonName,
    default_role: DefaultRole,
) -> Result<(), StoreError> {
    let (first_name, last_name) = (first_name.as_str(), last_name.as_str());
    let changes = (
        user_rows::first_name.eq(first_name),
        user_rows::last_name.eq(last_name),
        user_rows::sort_key.eq(sort_key(&display_name(first_name, last_name, &user.email))),
        user_rows::search.eq(search_text(first_name, last_name, &user.email)),
        user_rows::default_role.eq(default_role),
        user_rows::version.eq(user_rows::version + 1),
    );
    set(tx, user.id, changes)
}

/// Sets the default role.
pub fn set_default_role(tx: &mut Tx<'_>, user: UserId, default_role: DefaultRole) -> Result<(), StoreError> {
    set(tx, user, (user_rows::default_role.eq(default_role), user_rows::version.eq(user_rows::version + 1)))
}

/// Sets the address and the columns derived from it.
///
/// # Errors
/// A unique violation where the address is taken.
pub fn set_email(tx: &mut Tx<'_>, user: &User, email: &EmailAddress) -> Result<(), StoreError> {
    set(tx, user.id, (named(&user.first_name, &user.last_name, email), user_rows::version.eq(user_rows::version + 1)))
}

/// Stores the password hashed with the current parameters.
pub fn rehash_password(tx: &mut Tx<'_>, id: UserId, password: &PasswordHash) -> Result<(), StoreError> {
    set(tx, id, user_rows::password_hash.eq(Some(password.as_str())))
}

pub fn set_last_sign_in(tx: &mut Tx<'_>, id: UserId, now: Timestamp) -> Result<(), StoreError> {
    set(tx, id, user_rows::last_sign_in_at.eq(Some(now)))
}

/// Deactivates a user; `None` reactivates them.
pub fn set_blocked(tx: &mut Tx<'_>, id: UserId, blocked_at: Option<Timestamp>) -> Result<(), StoreError> {
    set(tx, id, (user_rows::blocked_at.eq(blocked_at), user_rows::version.eq(user_rows::version + 1)))
}

/// Deletes a user until they are restored.
pub fn delete(tx: &mut Tx<'_>, id: UserId, by: Option<UserId>, now: Timestamp) -> Result<(), StoreError> {
    let deleted = (user_rows::deleted_at.eq(Some(now)), user_rows::deleted_by.eq(by.map(|by| by.0)));
    set(tx, id, (deleted, user_rows::version.eq(user_rows::version + 1)))
}

/// Restores a deleted user.
///
/// # Errors
/// A unique violation where the address is taken meanwhile.
pub fn restore(tx: &mut Tx<'_>, id: UserId) -> Result<(), StoreError> {
    let restored = (user_rows::deleted_at.eq(None::<Timestamp>), user_rows::deleted_by.eq(None::<i64>));
    set(tx, id, (restored, user_rows::version.eq(user_rows::version + 1)))
}

fn set<C>(tx: &mut Tx<'_>, id: UserId, changes: C) -> Result<(), StoreError>
where
    C: diesel::AsChangeset<Target = user_rows::table>,
    C::Changeset: diesel::query_builder::QueryFragment<MultiBackend>,
{
    let touched = diesel::update(user_rows::table.find(id)).set(changes).execute(tx.db())?;
    if touched == 1 { Ok(()) } else { Err(diesel::result::Error::NotFound.into()) }
}

/// Removes a user's row permanently: a revoked invitation, or a deletion that cannot be undone.
pub fn remove(tx: &mut Tx<'_>, id: UserId) -> Result<(), StoreError> {
    let touched = diesel::delete(user_rows::table.find(id)).execute(tx.db())?;
    if touched == 1 { Ok(()) } else { Err(diesel::result::Error::NotFound.into()) }
}

/// Permanently removes users deleted until `before`, at most `limit`, and returns them.
pub fn purge(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<Vec<Deleted>, StoreError> {
    let due = user_rows::table.filter(user_rows::deleted_at.le(before));
    let mut users = due.order(user_rows::id).limit(limit).select(Deleted::as_select()).load(tx.db())?;
    for at in (0..users.len()).rev() {
        // Skips a user who was restored meanwhile.
        let user = user_rows::table.find(users[at].id).filter(user_rows::deleted_at.le(before));
        if diesel::delete(user).execute(tx.db())? == 0 {
            users.remove(at);
        }
    }
    Ok(users)
}
