//! Confirmation of a signed-in user who they are, for sensitive actions.

use crate::{
    domain::{
        audit::AuditEvent,
        credentials::{
            password::{HashingFailed, Password},
            proof::ProofMethod,
            token::Token,
            two_factor::AppCode,
        },
        ids::UserId,
        policy::UserAction,
    },
    store::{
        StoreError,
        credentials::{passkeys, two_factor},
        users,
    },
    usecases::{
        ActionError, Context, Principal,
        shared::{error::action_error_from_store, transaction::Rights},
    },
};

use super::{
    current_password::{self, CurrentPasswordError, PasswordProof},
    own_code,
    passkey::{Ceremony, PasskeyAnswer},
    second_step::{CheckedCode, Code, SecondStepError},
};

/// Typed proof.
#[derive(Debug, Clone)]
pub enum TypedProof {
    Password(Password),
    Code(AppCode),
    Passkey(PasskeyAnswer),
}

/// Proofs that a user can give.
#[derive(Debug, Clone)]
pub struct Proofs {
    pub has_password: bool,
    pub has_app: bool,
    /// Begun proof by a passkey; `None` without passkeys.
    pub ceremony: Option<Ceremony>,
}

/// Reason for which nothing is confirmed.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    #[error(transparent)]
    Password(#[from] CurrentPasswordError),
    /// Wrong code, or one that was used.
    #[error(transparent)]
    Code(#[from] SecondStepError),
    #[error(transparent)]
    Action(#[from] ActionError),
}

action_error_from_store!(ConfirmError);

impl From<HashingFailed> for ConfirmError {
    fn from(error: HashingFailed) -> Self {
        Self::Action(error.into())
    }
}

/// Checks before slow work that the principal proved recently who they are.
///
/// # Errors
/// [`ActionError::ProofNeeded`].
pub(in crate::usecases) fn require_recent(ctx: &Context, principal: &Principal) -> Result<(), ActionError> {
    let Principal::User { id, .. } = *principal else { return Err(ActionError::SignedOut) };
    let now = ctx.now();
    ctx.store.read(|db| {
        let actor = principal.actor(db, now)?;
        let user = users::find(db, id)?.ok_or(ActionError::SignedOut)?;
        actor.authorise(UserAction::ChangeOwnSignIn(user.target(now)))
    })
}

/// Proofs that the user can give.
pub fn proofs(ctx: &Context, user: UserId) -> Result<Proofs, StoreError> {
    ctx.store.read(|db| {
        Ok(Proofs {
            has_password: users::password_hash(db, user)?.is_some(),
            has_app: two_factor::app(db, user)?.is_some(),
            ceremony: Ceremony::proof(ctx, user, &passkeys::of_user(db, user)?),
        })
    })
}

/// A proof that is ready for the transaction.
enum CheckedProof {
    Password(PasswordProof),
    Code(CheckedCode),
}

/// Confirms who the principal is. The session gets another token, which is returned.
pub fn confirm(ctx: &Context, principal: &Principal, typed: &TypedProof) -> Result<Token, ConfirmError> {
    let (proof, method) = match typed {
        TypedProof::Password(password) => {
            (CheckedProof::Password(current_password::prove(ctx, principal, password)?), ProofMethod::Password)
        }
        TypedProof::Code(code) => (CheckedProof::Code(own_code::check(ctx, principal, &Code::App(code.clone()))?), ProofMethod::Code),
        TypedProof::Passkey(answer) => {
            (CheckedProof::Code(own_code::check(ctx, principal, &Code::Passkey(answer.clone()))?), ProofMethod::Passkey)
        }
    };
    let token = Token::new(&*ctx.random);
    principal.audited_transaction(ctx, Rights::Stay, |work| {
        let user = work.oneself()?;
        match &proof {
            CheckedProof::Password(proof) => proof.settle(work)?,
            CheckedProof::Code(code) => own_code::accept(work, &user, code)?,
        }
        work.renew_session(&token)?;
        work.note_proof()?;
        work.record(&user, &AuditEvent::IdentityConfirmed { method });
        Ok(token.clone())
    })
}
