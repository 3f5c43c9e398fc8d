//! Invitations that each administrator sent in the last hour, by the second.

use diesel::prelude::*;

use crate::domain::{
    clock::Timestamp,
    ids::UserId,
    invitation::quota::{LONGEST, SentInvitations, second},
};

use super::{Database, StoreError, Tx, connection::with_backend, schema::invitation_counts};

/// Invitations of a user that still count, in the order of time.
pub fn of_user(db: &mut Database, user_id: UserId, now: Timestamp) -> Result<Vec<SentInvitations>, StoreError> {
    let rows = invitation_counts::table
        .filter(invitation_counts::user_id.eq(user_id.0).and(invitation_counts::second.gt(now - LONGEST)))
        .order(invitation_counts::second)
        .select((invitation_counts::second, invitation_counts::invitations))
        .load::<(Timestamp, i32)>(db)?;
    Ok(rows.into_iter().map(|(second, count)| SentInvitations { second, count: count.unsigned_abs() }).collect())
}

/// Counts an invitation, and forgets those of the user that no longer count.
pub fn add(tx: &mut Tx<'_>, user_id: UserId, now: Timestamp) -> Result<(), StoreError> {
    let old = invitation_counts::user_id.eq(user_id.0).and(invitation_counts::second.le(now - LONGEST));
    diesel::delete(invitation_counts::table.filter(old)).execute(tx.db())?;
    let this_second = second(now);
    let counted = diesel::update(invitation_counts::table.find((user_id.0, this_second)))
        .set(invitation_counts::invitations.eq(invitation_counts::invitations + 1))
        .execute(tx.db())?;
    if counted == 0 {
        let first =
            (invitation_counts::user_id.eq(user_id.0), invitation_counts::second.eq(this_second), invitation_counts::invitations.eq(1));
        with_backend!(tx.db(), |connection| diesel::insert_into(invitation_counts::table).values(first).execute(connection))?;
    }
    Ok(())
}

/// Removes counts that no longer count; returns their number.
pub fn sweep(tx: &mut Tx<'_>, now: Timestamp) -> Result<usize, StoreError> {
    Ok(diesel::delete(invitation_counts::table.filter(invitation_counts::second.le(now - LONGEST))).execute(tx.db())?)
}
