//! Bulk inserts for a database that is being filled.

use std::{collections::HashMap, fmt::Write as _};

use diesel::{
    connection::SimpleConnection as _,
    dsl::{select, sql},
    prelude::*,
    sql_types::{BigInt, Text},
};

use crate::domain::{
    clock::Timestamp,
    credentials::password::PasswordHash,
    email_address::EmailAddress,
    ids::{AccountId, GroupId, MailId, PortfolioId, UserId},
    invitation::InvitationOrigin,
    permission::AssignmentPermissions,
    user::DefaultRole,
};

use super::{
    Database, StoreError, Tx,
    connection::with_backend,
    outbox::{self, MailState, NewMail, Trouble},
    schema::{account_assignments, memberships, outbox as outbox_table, portfolio_assignments, user_rows},
    users::named,
    views::users,
};

/// Rows in one statement: both databases limit the number of bound values, SQLite to 32,766.
const ROWS: usize = 1000;

/// Runs `fill` without SQLite's indexes and search trigger, and builds them from all rows at the end: row by row they
/// cost several times as much. The transaction hides their absence, and unique indexes stay. Meant for a database that
/// is almost empty.
pub fn indexed_at_once<T, E: From<StoreError>>(tx: &mut Tx<'_>, fill: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
    const SET_ASIDE: &str = "type, name, sql FROM sqlite_schema WHERE sql LIKE 'CREATE INDEX%' OR name = 'users_searched_insert'";
    let Database::Sqlite(sqlite) = tx.db() else { return fill(tx) };
    let set_aside = select(sql::<(Text, Text, Text)>(SET_ASIDE)).load::<(String, String, String)>(sqlite).map_err(StoreError::from)?;
    let last = select(sql::<BigInt>("coalesce(max(id), 0) FROM users")).get_result::<i64>(sqlite).map_err(StoreError::from)?;
    // Larger cache, since `fill` touches far more of the remaining indexes than a page does.
    let mut drop = "PRAGMA cache_size = -256000;".to_owned();
    let mut make = format!("INSERT INTO user_search (rowid, search) SELECT id, search FROM users WHERE id > {last};");
    for (kind, name, definition) in &set_aside {
        let _ = write!(drop, "DROP {kind} {name};");
        let _ = write!(make, "{definition};");
    }
    sqlite.batch_execute(&drop).map_err(StoreError::from)?;
    let filled = fill(tx)?;
    if let Database::Sqlite(sqlite) = tx.db() {
        sqlite.batch_execute(&make).map_err(StoreError::from)?;
    }
    Ok(filled)
}

/// New user in any status.
#[derive(Debug, Clone)]
pub struct NewUser<'a> {
    pub email: EmailAddress,
    pub first_name: String,
    pub last_name: String,
    pub default_role: DefaultRole,
    pub password: Option<&'a PasswordHash>,
    pub credentials_set_at: Option<Timestamp>,
    pub blocked_at: Option<Timestamp>,
    /// Page that sent the invitation, and its expiry.
    pub invitation: Option<(InvitationOrigin, Timestamp)>,
    pub invited_by: Option<UserId>,
    pub created_at: Timestamp,
    pub last_sign_in_at: Option<Timestamp>,
    /// True if [`assign`] will add assignments for this user: setting it at once saves a second write.
    pub has_assignments: bool,
}

/// # Errors
/// A unique violation where an address is taken.
pub fn insert_users(tx: &mut Tx<'_>, new: &[NewUser<'_>]) -> Result<(), StoreError> {
    for new in new.chunks(ROWS) {
        let rows = new.iter().map(|new| {
            (
                named(&new.first_name, &new.last_name, &new.email),
                user_rows::default_role.eq(new.default_role),
                user_rows::password_hash.eq(new.password.map(PasswordHash::as_str)),
                user_rows::credentials_set_at.eq(new.credentials_set_at),
                user_rows::blocked_at.eq(new.blocked_at),
                user_rows::invitation_origin.eq(new.invitation.map(|(origin, _)| origin.as_str())),
                user_rows::invitation_expires_at.eq(new.invitation.map(|(_, expires_at)| expires_at)),
                user_rows::invited_by.eq(new.invited_by.map(|by| by.0)),
                user_rows::created_at.eq(new.created_at),
                user_rows::last_sign_in_at.eq(new.last_sign_in_at),
                user_rows::has_assignments.eq(new.has_assignments),
            )
        });
        let rows = rows.collect::<Vec<_>>();
        with_backend!(tx.db(), |db| diesel::insert_into(user_rows::table).values(&rows).execute(db))?;
    }
    Ok(())
}

/// Ids of users by the keys of their addresses.
pub fn find_by_emails(db: &mut Database, keys: &[&str]) -> Result<HashMap<String, UserId>, StoreError> {
    let mut found = HashMap::with_capacity(keys.len());
    for keys in keys.chunks(ROWS) {
        found
            .extend(users::table.filter(users::email_key.eq_any(keys)).select((users::email_key, users::id)).load::<(String, UserId)>(db)?);
    }
    Ok(found)
}

/// # Errors
/// A unique violation where a user is a member already.
pub fn add_members(tx: &mut Tx<'_>, members: &[(GroupId, UserId, Timestamp)]) -> Result<(), StoreError> {
    for members in members.chunks(ROWS) {
        let rows = members
            .iter()
            .map(|&(group, user, at)| (memberships::group_id.eq(group), memberships::user_id.eq(user), memberships::added_at.eq(at)));
        let rows = rows.collect::<Vec<_>>();
        with_backend!(tx.db(), |db| diesel::insert_into(memberships::table).values(&rows).execute(db))?;
    }
    Ok(())
}

/// Holder, grantor and time of a new assignment.
#[derive(Debug, Clone, Copy)]
pub struct Assignment {
    pub user: UserId,
    pub by: Option<UserId>,
    pub at: Timestamp,
}

/// Assigns portfolios and accounts to users.
///
/// # Errors
/// A unique violation where a user has one already.
pub fn assign(
    tx: &mut Tx<'_>,
    portfolios: &[(Assignment, PortfolioId)],
    accounts: &[(Assignment, AccountId, AssignmentPermissions)],
) -> Result<(), StoreError> {
    for portfolios in portfolios.chunks(ROWS) {
        let row = |&(new, portfolio): &(Assignment, PortfolioId)| {
            (
                portfolio_assignments::user_id.eq(new.user),
                portfolio_assignments::portfolio_id.eq(portfolio),
                portfolio_assignments::assigned_by.eq(new.by.map(|by| by.0)),
                portfolio_assignments::assigned_at.eq(new.at),
            )
        };
        let rows = portfolios.iter().map(row).collect::<Vec<_>>();
        with_backend!(tx.db(), |db| diesel::insert_into(portfolio_assignments::table).values(&rows).execute(db))?;
    }
    for accounts in accounts.chunks(ROWS) {
        let row = |&(new, account, permissions): &(Assignment, AccountId, AssignmentPermissions)| {
            (
                account_assignments::user_id.eq(new.user),
                account_assignments::account_id.eq(account),
                account_assignments::edits_details.eq(permissions.edits_details),
                account_assignments::sees_billing.eq(permissions.sees_billing),
                account_assignments::assigned_by.eq(new.by.map(|by| by.0)),
                account_assignments::assigned_at.eq(new.at),
            )
        };
        let rows = accounts.iter().map(row).collect::<Vec<_>>();
        with_backend!(tx.db(), |db| diesel::insert_into(account_assignments::table).values(&rows).execute(db))?;
    }
    Ok(())
}

/// Past of a new mail.
#[derive(Debug, Clone, Copy)]
pub struct MailPast<'a> {
    pub state: MailState,
    pub attempts: i32,
    /// Last reply of the mail server.
    pub reply: Option<&'a str>,
    pub next_attempt_at: Timestamp,
    pub done_at: Option<Timestamp>,
    /// True if the text is kept.
    pub is_kept: bool,
}

/// Adds a mail with its past.
pub fn insert_mail(tx: &mut Tx<'_>, mail: &NewMail<'_>, past: &MailPast<'_>) -> Result<MailId, StoreError> {
    outbox::insert(tx, std::slice::from_ref(mail))?;
    let MailPast { state, attempts, reply, next_attempt_at, done_at, is_kept } = *past;
    let trouble = (state == MailState::Retrying).then_some(Trouble::Mail.as_str());
    let id =
        outbox_table::table.filter(outbox_table::message_id.eq(&*mail.message_id)).select(outbox_table::id).first::<MailId>(tx.db())?;
    diesel::update(outbox_table::table.find(id))
        .set((
            outbox_table::state.eq(state),
            outbox_table::attempts.eq(attempts),
            outbox_table::trouble.eq(trouble),
            outbox_table::reply.eq(reply),
            outbox_table::next_attempt_at.eq(next_attempt_at),
            outbox_table::done_at.eq(done_at),
            outbox_table::sealed.eq(is_kept.then_some(&*mail.sealed)),
        ))
        .execute(tx.db())?;
    Ok(id)
}
