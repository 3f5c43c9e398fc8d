//! Lifecycle of a user: block and activate.

use crate::{
    domain::{audit::AuditEvent, ids::UserId, policy::UserAction, user::Status},
    mail::Message,
    store::users::{self, User},
    usecases::{
        ActionError, Context, EntryPoint, Submission,
        credentials::sign_in,
        shared::{
            ending::{AccessEnd, end_access},
            transaction::{Rights, UnitOfWork},
        },
    },
};

/// Blocks a user: sessions, links and waiting mails end at once. Returns the user.
pub fn block(ctx: &Context, submission: &Submission<User>, entry_point: EntryPoint, user_id: UserId) -> Result<User, ActionError> {
    submission.audited_transaction(ctx, Rights::Change, |work| {
        let block = |target, others| UserAction::Block { target, other_active_admins: others };
        let user = work.require_for_update(entry_point, user_id, block)?;
        users::set_blocked(work.tx, user_id, Some(work.now))?;
        end_access(work, user_id, AccessEnd::Lockout, None)?;
        let message = match entry_point {
            EntryPoint::UsersAndGroups => Message::AccessBlocked,
            EntryPoint::UsersAndPermissions => Message::AccessDeactivated,
        };
        work.notify(&user, message)?;
        record_status(work, &user, Status::Deactivated);
        Ok(user)
    })
}

/// Activates a blocked user, with their earlier credentials and assignments. Returns the user.
pub fn activate(ctx: &Context, submission: &Submission<User>, entry_point: EntryPoint, user_id: UserId) -> Result<User, ActionError> {
    submission.audited_transaction(ctx, Rights::Change, |work| reactivate(work, entry_point, user_id))
}

/// Activates a blocked user within a transaction. Returns the user as before.
pub(in crate::usecases) fn reactivate(
    work: &mut UnitOfWork<'_, '_>,
    entry_point: EntryPoint,
    user_id: UserId,
) -> Result<User, ActionError> {
    let (ctx, user) = (work.ctx, work.require_for_update(entry_point, user_id, |target, _| UserAction::Activate(target))?);
    users::set_blocked(work.tx, user_id, None)?;
    sign_in::forget_attempts(work.tx, &user)?;
    work.notify(&user, |change| ctx.restored(change, false))?;
    record_status(work, &user, Status::Active);
    Ok(user)
}

fn record_status(work: &mut UnitOfWork<'_, '_>, user: &User, after: Status) {
    let before = user.status(work.now);
    let event = match after {
        Status::Deactivated => AuditEvent::UserDeactivated { before, after },
        _ => AuditEvent::UserReactivated { before, after },
    };
    work.record(user, &event);
}
