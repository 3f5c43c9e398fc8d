//! A user's two-factor in the hands of administrators: the reset, and reminders to turn it on.

use crate::{
    domain::{audit::AuditEvent, credentials::token::Token, ids::UserId, policy::UserAction, user::Status},
    mail::{
        Link, Message,
        messages::{TwoFactorReminder, TwoFactorResetNotice},
    },
    store::{
        StoreError,
        credentials::{passkeys, two_factor},
        groups,
        users::{self, User},
    },
    usecases::{
        ActionError, Context, EntryPoint, Submission,
        credentials::password_reset,
        shared::{
            ending::{AccessEnd, end_access},
            scoped_actor::ScopedActor,
            transaction::{Rights, UnitOfWork},
        },
    },
};

/// A user whose two-factor may be reset, with what the reset removes.
#[derive(Debug, Clone)]
pub struct Resettable {
    pub user: User,
    /// False for a user who signs in with passkeys only, and gets a link to choose a password.
    pub has_password: bool,
    pub has_app: bool,
    pub passkeys: u64,
}

/// Finds a user whose two-factor the actor may reset.
///
/// # Errors
/// Unchanged where it is off.
pub fn resettable(ctx: &Context, actor: &User, id: UserId) -> Result<Resettable, ActionError> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, actor)?;
        let user = actor.require(db, EntryPoint::UsersAndPermissions, id, |target, _| UserAction::ResetTwoFactor(target), now)?;
        if user.two_factor_since.is_none() {
            return Err(ActionError::unchanged(&user));
        }
        Ok(Resettable {
            has_password: users::password_hash(db, id)?.is_some(),
            has_app: two_factor::app(db, id)?.is_some(),
            passkeys: passkeys::of_user(db, id)?.len() as u64,
            user,
        })
    })
}

/// Mails a user a request to turn two-factor on. Returns the user.
///
/// # Errors
/// Unchanged where it is on.
pub fn remind(ctx: &Context, submission: &Submission<User>, id: UserId) -> Result<User, ActionError> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let user = work.require_for_update(EntryPoint::UsersAndPermissions, id, |target, _| UserAction::RemindOfTwoFactor(target))?;
        if user.two_factor_since.is_some() {
            return Err(ActionError::unchanged(&user));
        }
        work.count_mail(&user)?;
        let link = Link::new(&ctx.links.my_account());
        work.notify(&user, |change| Message::TwoFactorReminder(TwoFactorReminder { change, link }))?;
        work.record(&user, &AuditEvent::TwoFactorReminded {});
        Ok(user)
    })
}

/// Removes a user's app, recovery codes and passkeys. Sessions and sign-ins that wait for a code end. The user and all
/// Admins are told. A user without a password gets a link to choose one. Returns the user.
pub fn reset(ctx: &Context, submission: &Submission<User>, id: UserId) -> Result<User, ActionError> {
    let token = Token::new(&*ctx.random);
    submission.audited_transaction(ctx, Rights::Change, |work| {
        let user = work.require_for_update(EntryPoint::UsersAndPermissions, id, |target, _| UserAction::ResetTwoFactor(target))?;
        if !turn_off(work, &user)? {
            return Err(ActionError::unchanged(&user));
        }
        for admin in groups::active_admins(work.tx.db())?.into_iter().filter(|admin| admin.id != id) {
            let change = work.by_other(admin.first_name.clone(), work.actor.name.clone())?;
            let notice = TwoFactorResetNotice { change, who: user.display_name() };
            work.post((&admin).into(), &Message::TwoFactorResetNotice(notice))?;
        }
        // Links open for active users; others ask for one once they are reactivated.
        if users::password_hash(work.tx.db(), id)?.is_none() && user.status(work.now) == Status::Active {
            password_reset::mail_link(work, &user, &token)?;
        }
        Ok(user)
    })
}

/// Removes a user's app, recovery codes and passkeys within a transaction, and tells the user. False if there are none.
pub(in crate::usecases) fn turn_off(work: &mut UnitOfWork<'_, '_>, user: &User) -> Result<bool, StoreError> {
    if user.two_factor_since.is_none() {
        return Ok(false);
    }
    two_factor::turn_off(work.tx, user.id, work.now)?;
    passkeys::remove_all(work.tx, user.id, work.now)?;
    let sessions = end_access(work, user.id, AccessEnd::TwoFactorReset, None)?;
    work.notify(user, Message::TwoFactorReset)?;
    work.record(user, &AuditEvent::TwoFactorReset { sessions_ended: sessions as u64 });
    Ok(true)
}
