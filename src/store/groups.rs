//! Groups and their members.

use diesel::prelude::*;

use crate::domain::{
    clock::Timestamp,
    ids::{GroupId, UserId},
    search::sort_key,
    stored::stored_enum,
    text::GroupName,
};

use super::{
    Database, StoreError, Tx,
    backend::{self, lock_row},
    schema::{memberships, user_groups},
    views::users,
};

/// The built-in group whose members are Admins, made by the first migration.
pub const ADMINS: GroupId = GroupId(1);

stored_enum! {
    GroupKind {
        /// Group whose members are Admins.
        Admins = "admins",
        Custom = "custom",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = user_groups)]
pub struct Group {
    pub id: GroupId,
    pub kind: GroupKind,
    pub name: String,
    pub member_count: i64,
}

/// Groups, Admins first and the others by name; at most `limit`.
pub fn list(db: &mut Database, limit: usize) -> Result<Vec<Group>, StoreError> {
    Ok(user_groups::table
        .order(backend::first_by("user_groups.kind, user_groups.sort_key, user_groups.id", limit))
        .select(Group::as_select())
        .load(db)?)
}

pub fn find(db: &mut Database, id: GroupId) -> Result<Option<Group>, StoreError> {
    Ok(user_groups::table.find(id).select(Group::as_select()).first(db).optional()?)
}

/// The existing groups among `ids`, by name.
pub fn find_all(db: &mut Database, ids: &[GroupId]) -> Result<Vec<Group>, StoreError> {
    Ok(user_groups::table
        .filter(user_groups::id.eq_any(ids.iter().map(|id| id.0)))
        .order((user_groups::sort_key, user_groups::id))
        .select(Group::as_select())
        .load(db)?)
}

/// Reads a group and locks it until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, id: GroupId) -> Result<Option<Group>, StoreError> {
    lock_row(tx.db(), "user_groups", id.0)?;
    find(tx.db(), id)
}

/// The group whose name is equal or looks alike.
pub fn find_by_name(db: &mut Database, name: &GroupName) -> Result<Option<Group>, StoreError> {
    Ok(user_groups::table.filter(user_groups::name_key.eq(name.key())).select(Group::as_select()).first(db).optional()?)
}

/// # Errors
/// A unique violation where the name is taken.
pub fn insert(tx: &mut Tx<'_>, name: &GroupName, now: Timestamp) -> Result<GroupId, StoreError> {
    let id = diesel::insert_into(user_groups::table)
        .values((
            user_groups::kind.eq(GroupKind::Custom),
            user_groups::name.eq(name.as_str()),
            user_groups::name_key.eq(name.key()),
            user_groups::sort_key.eq(sort_key(name.as_str())),
            user_groups::created_at.eq(now),
        ))
        .returning(user_groups::id)
        .get_result::<i64>(tx.db())?;
    Ok(GroupId(id))
}

/// # Errors
/// A unique violation where the name is taken.
pub fn rename(tx: &mut Tx<'_>, id: GroupId, name: &GroupName) -> Result<(), StoreError> {
    diesel::update(user_groups::table.find(id))
        .set((user_groups::name.eq(name.as_str()), user_groups::name_key.eq(name.key()), user_groups::sort_key.eq(sort_key(name.as_str()))))
        .execute(tx.db())?;
    Ok(())
}

/// Deletes a group with its memberships.
pub fn delete(tx: &mut Tx<'_>, id: GroupId) -> Result<(), StoreError> {
    diesel::delete(user_groups::table.find(id)).execute(tx.db())?;
    Ok(())
}

pub fn is_member(db: &mut Database, group: GroupId, user: UserId) -> Result<bool, StoreError> {
    Ok(diesel::select(diesel::dsl::exists(memberships::table.find((group, user)))).get_result(db)?)
}

/// # Errors
/// A unique violation where the user is a member already.
pub fn add_member(tx: &mut Tx<'_>, group: GroupId, user: UserId, now: Timestamp) -> Result<(), StoreError> {
    diesel::insert_into(memberships::table)
        .values((memberships::group_id.eq(group), memberships::user_id.eq(user), memberships::added_at.eq(now)))
        .execute(tx.db())?;
    Ok(())
}

/// Removes a member; tells if the user was one.
pub fn remove_member(tx: &mut Tx<'_>, group: GroupId, user: UserId) -> Result<bool, StoreError> {
    Ok(diesel::delete(memberships::table.find((group, user))).execute(tx.db())? == 1)
}

pub fn remove_from_all(tx: &mut Tx<'_>, user: UserId) -> Result<(), StoreError> {
    diesel::delete(memberships::table.filter(memberships::user_id.eq(user))).execute(tx.db())?;
    Ok(())
}

/// A user's membership of a group.
#[derive(Debug, Clone, Queryable)]
pub struct Membership {
    pub user: UserId,
    pub group: GroupId,
    pub group_name: String,
    pub added_at: Timestamp,
}

/// Memberships of these users, by name of group, Admins first.
pub fn memberships_of(db: &mut Database, users: &[UserId]) -> Result<Vec<Membership>, StoreError> {
    Ok(memberships::table
        .inner_join(user_groups::table)
        .filter(backend::is_among(db, "memberships.user_id", users.iter().copied()))
        .order((user_groups::kind, user_groups::sort_key, user_groups::id))
        .select((memberships::user_id, memberships::group_id, user_groups::name, memberships::added_at))
        .load(db)?)
}

/// Number of active Admins besides `except`.
pub fn other_active_admins(db: &mut Database, except: UserId) -> Result<u64, StoreError> {
    let count = memberships::table
        .inner_join(users::table)
        .filter(memberships::group_id.eq(ADMINS))
        .filter(backend::is_active())
        .filter(memberships::user_id.ne(except))
        .count()
        .get_result::<i64>(db)?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// A user as a recipient of mails.
#[derive(Debug, Clone, Queryable)]
pub struct Addressee {
    pub id: UserId,
    pub email: String,
    pub first_name: String,
}

/// All active Admins.
pub fn active_admins(db: &mut Database) -> Result<Vec<Addressee>, StoreError> {
    Ok(memberships::table
        .inner_join(users::table)
        .filter(memberships::group_id.eq(ADMINS))
        .filter(backend::is_active())
        .order(memberships::user_id)
        .select((users::id, users::email, users::first_name))
        .load(db)?)
}
