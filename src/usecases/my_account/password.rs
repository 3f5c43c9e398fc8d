//! Change of one's own password.

use crate::{
    domain::{
        audit::AuditEvent,
        clock::random_bytes,
        company::Company,
        credentials::{
            password::{HashingFailed, NewPassword, Password, PasswordError},
            token::Token,
        },
    },
    mail::{Link, Message, messages::PasswordChanged},
    store::users::{self, User},
    usecases::{
        ActionError, Context, Submission,
        credentials::{
            current_password::{self, CurrentPasswordError, PasswordProof},
            email_change, identity, sign_in,
        },
        shared::{
            ending::{AccessEnd, renew_access},
            error::action_error_from_store,
            transaction::{Rights, UnitOfWork},
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
}

impl From<HashingFailed> for ChangePasswordError {
    fn from(error: HashingFailed) -> Self {
        Self::Action(error.into())
    }
}

action_error_from_store!(ChangePasswordError);

/// Finds the actor's own user, whose password is still the proved one.
fn with_password(work: &mut UnitOfWork<'_, '_>, proof: &PasswordProof) -> Result<User, ChangePasswordError> {
    let user = work.oneself()?;
    proof.settle(work)?;
    Ok(user)
}

/// Finds the actor's own user, who proved recently who they are and has no password.
fn without_password(work: &mut UnitOfWork<'_, '_>) -> Result<User, ChangePasswordError> {
    let user = work.oneself_proved()?;
    match users::password_hash(work.tx.db(), user.id)? {
        None => Ok(user),
        Some(_) => Err(CurrentPasswordError::Wrong.into()),
    }
}

/// Changes the password of `user`, or sets the first one of a user with passkeys only, who has `current` as `None` and
/// needs a recent proof. All other sessions and all open links end, and the session gets another token, which
/// is returned.
pub fn change(
    ctx: &Context,
    submission: &Submission<Token>,
    user: &User,
    company: &Company,
    current: Option<&Password>,
    new: NewPassword,
) -> Result<Token, ChangePasswordError> {
    let proof = current.map(|current| current_password::prove(ctx, submission.principal(), current)).transpose()?;
    if proof.is_none() {
        identity::require_recent(ctx, submission.principal())?;
    }
    let new = new.judge(&[&user.first_name, &user.last_name, &user.email, &company.name])?;
    if current == Some(&new) {
        return Err(ChangePasswordError::Same);
    }
    let hash = new.hash(&random_bytes(&*ctx.random))?;
    let token = Token::new(&*ctx.random);
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let user = match &proof {
            Some(proof) => with_password(work, proof)?,
            None => without_password(work)?,
        };
        users::set_password(work.tx, user.id, &hash)?;
        sign_in::forget_attempts(work.tx, &user)?;
        email_change::withdraw_if_pending(work, &user)?;
        let ended = renew_access(work, user.id, AccessEnd::PasswordChanged, &token)?;
        let changed = PasswordChanged {
            first_name: user.first_name.clone(),
            company: company.name.clone(),
            at: work.now,
            link: Link::new(&ctx.links.my_account()),
            is_in_account: true,
        };
        work.post((&user).into(), &Message::PasswordChanged(changed))?;
        work.record(&user, &AuditEvent::PasswordChanged { sessions_ended: ended as u64 });
        Ok(token.clone())
    })
}
