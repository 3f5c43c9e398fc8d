//! Change of one's own password.

use crate::{
    domain::{
        audit::AuditEvent,
        clock::random_bytes,
        company::Company,
        credentials::password::{HashingFailed, NewPassword, Password, PasswordError},
    },
    mail::{Link, Message, messages::PasswordChanged},
    store::users::{self, User},
    usecases::{
        ActionError, Context, Submission,
        credentials::{
            current_password::{self, CurrentPasswordError},
            sign_in,
        },
        shared::{
            ending::{AccessEnd, end_access},
            error::action_error_from_store,
            transaction::Rights,
        },
    },
};

/// Reason for which the password does not change.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    #[error(transparent)]
    Current(#[from] CurrentPasswordError),
    #[error("the password is the current one")]
    Same,
    #[error("the password {0}")]
    Refused(#[from] PasswordError),
    #[error(transparent)]
    Action(#[from] ActionError),
    #[error(transparent)]
    Hashing(#[from] HashingFailed),
}

action_error_from_store!(ChangePasswordError);

/// Changes the password of `user`. All other sessions and all open links end. Returns the number of sessions that ended.
pub fn change(
    ctx: &Context,
    submission: &Submission<usize>,
    user: &User,
    company: &Company,
    current: &Password,
    new: NewPassword,
) -> Result<usize, ChangePasswordError> {
    let proof = current_password::prove(ctx, submission.principal(), current)?;
    let new = new.judge(&[&user.first_name, &user.last_name, &user.email, &company.name])?;
    if new == *current {
        return Err(ChangePasswordError::Same);
    }
    let hash = new.hash(&random_bytes(&*ctx.random))?;
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let user = work.oneself()?;
        proof.settle::<ChangePasswordError>(work)?;
        users::set_password(work.tx, user.id, &hash)?;
        sign_in::forget_attempts(work.tx, &user)?;
        let kept = work.session;
        let ended = end_access(work, user.id, AccessEnd::PasswordChanged, kept)?;
        let changed = PasswordChanged {
            first_name: user.first_name.clone(),
            company: company.name.clone(),
            at: work.now,
            link: Link::new(&ctx.links.my_account()),
            is_in_account: true,
        };
        work.post((&user).into(), &Message::PasswordChanged(changed))?;
        work.record(&user, &AuditEvent::PasswordChanged { sessions_ended: ended as u64 });
        Ok(ended)
    })
}
