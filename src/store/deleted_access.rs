//! Memberships and assignments of deleted users, kept until they are restored or purged.

use diesel::{prelude::*, sql_query};

use crate::domain::{
    ids::{AccountId, GroupId, PortfolioId, UserId},
    permission::AssignmentPermissions,
};

use super::{
    StoreError, Tx, assignments,
    groups::{self, ADMINS},
    schema::deleted_access,
};

/// Group, portfolio or account that a deleted user had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeletedAccess {
    Group(GroupId),
    Portfolio(PortfolioId),
    Account(AccountId, AssignmentPermissions),
}

/// Moves a user's memberships and assignments here, except the membership of Admins, which ends.
pub fn keep(tx: &mut Tx<'_>, user: UserId) -> Result<(), StoreError> {
    let admins = ADMINS.0;
    for kept in [
        format!(
            "INSERT INTO deleted_access (user_id, group_id, edits_details, sees_billing) \
             SELECT user_id, group_id, FALSE, FALSE FROM memberships WHERE group_id <> {admins} AND user_id = {user}"
        ),
        format!(
            "INSERT INTO deleted_access (user_id, portfolio_id, edits_details, sees_billing) \
             SELECT user_id, portfolio_id, FALSE, FALSE FROM portfolio_assignments WHERE user_id = {user}"
        ),
        format!(
            "INSERT INTO deleted_access (user_id, account_id, edits_details, sees_billing) \
             SELECT user_id, account_id, edits_details, sees_billing FROM account_assignments WHERE user_id = {user}"
        ),
    ] {
        sql_query(kept).execute(tx.db())?;
    }
    groups::remove_from_all(tx, user)?;
    assignments::unassign_all(tx, user)
}

/// Takes out the memberships and assignments of a deleted user.
pub fn take(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<DeletedAccess>, StoreError> {
    let of_user = deleted_access::table.filter(deleted_access::user_id.eq(user.0));
    let rows = of_user.order(deleted_access::id).select((
        deleted_access::group_id,
        deleted_access::portfolio_id,
        deleted_access::account_id,
        deleted_access::edits_details,
        deleted_access::sees_billing,
    ));
    let rows = rows.load::<(Option<GroupId>, Option<PortfolioId>, Option<AccountId>, bool, bool)>(tx.db())?;
    diesel::delete(of_user).execute(tx.db())?;
    let access = rows.into_iter().filter_map(|(group, portfolio, account, edits_details, sees_billing)| {
        let permissions = AssignmentPermissions { edits_details, sees_billing };
        let account = account.map(|id| DeletedAccess::Account(id, permissions));
        group.map(DeletedAccess::Group).or(portfolio.map(DeletedAccess::Portfolio)).or(account)
    });
    Ok(access.collect())
}
