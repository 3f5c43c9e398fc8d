//! Passkeys of the user: made, renamed and removed.

use crate::{
    domain::{
        audit::AuditEvent,
        credentials::{
            passkey::{NewPasskey, PASSKEYS_MAX},
            token::Token,
        },
        ids::{PasskeyId, SessionId, UserId},
        text::PasskeyName,
    },
    mail::messages::PasskeyChange,
    store::{
        credentials::passkeys,
        users::{self, User},
    },
    usecases::{
        ActionError, Context, Principal, Submission,
        credentials::{
            identity,
            passkey::{self, Ceremony, PasskeyAnswer, Purpose},
        },
        shared::{
            ending::{AccessEnd, renew_access},
            error::action_error_from_store,
            transaction::{Rights, UnitOfWork},
        },
    },
};

pub use crate::store::credentials::passkeys::PasskeyRow;

/// Reason for which a passkey is not added or removed.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// Refused answer of the browser, or a ceremony that has expired.
    #[error("the passkey is not accepted")]
    Refused,
    /// The authenticator's passkey is stored already.
    #[error("the passkey is known")]
    Known,
    #[error("there are as many passkeys as there may be")]
    TooMany,
    /// Usher's address cannot have passkeys.
    #[error("passkeys cannot be used here")]
    Unavailable,
    /// The passkey is the only way to sign in.
    #[error("it is the only credential")]
    OnlyCredential,
    #[error(transparent)]
    Action(#[from] ActionError),
}

action_error_from_store!(PasskeyError);

/// Begins to make a passkey.
///
/// # Errors
/// [`ActionError::ProofNeeded`] without a recent proof: asking for it after the ceremony would outlast the ceremony.
pub fn begin(ctx: &Context, principal: &Principal, user: &User, session: SessionId) -> Result<Ceremony, PasskeyError> {
    identity::require_recent(ctx, principal)?;
    let passkeys = ctx.store.read(|db| passkeys::of_user(db, user.id))?;
    if passkeys.len() >= PASSKEYS_MAX {
        return Err(PasskeyError::TooMany);
    }
    Ceremony::registration(ctx, Purpose::Registration(user.id, session), user, &passkeys).ok_or(PasskeyError::Unavailable)
}

/// Adds the passkey that a browser made. All other sessions end, and the session gets another token, which is returned.
pub fn add(
    ctx: &Context,
    submission: &Submission<Token>,
    (user, session): (UserId, SessionId),
    answer: &PasskeyAnswer,
    name: &PasskeyName,
) -> Result<Token, PasskeyError> {
    let ceremony = answer.open(ctx, Purpose::Registration(user, session)).ok_or(PasskeyError::Refused)?;
    let party = ctx.relying_party.as_ref().ok_or(PasskeyError::Unavailable)?;
    let new = party.finish_registration(&ceremony.state, &answer.credential).map_err(|_| PasskeyError::Refused)?;
    let token = Token::new(&*ctx.random);
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let user = work.oneself_proved()?;
        if !ceremony.use_up(work)? {
            return Err(PasskeyError::Refused);
        }
        store(work, &user, &new, name)?;
        renew_access(work, user.id, AccessEnd::TwoFactorChanged, &token)?;
        Ok(token.clone())
    })
}

/// Stores a new passkey, tells the user by mail, and records it.
fn store(work: &mut UnitOfWork<'_, '_>, user: &User, new: &NewPasskey, name: &PasskeyName) -> Result<(), PasskeyError> {
    if passkeys::of_user(work.tx.db(), user.id)?.len() >= PASSKEYS_MAX {
        return Err(PasskeyError::TooMany);
    }
    if passkeys::is_known(work.tx.db(), &new.credential_id)? {
        return Err(PasskeyError::Known);
    }
    passkeys::insert(work.tx, user.id, new, name, work.now)?;
    passkey::tell(work, user, PasskeyChange::Added, name.as_str())?;
    work.record(user, &AuditEvent::PasskeyAdded { name: name.to_string() });
    Ok(())
}

/// A passkey of the user, and true if it is their only credential.
pub fn find(ctx: &Context, user: &User, id: PasskeyId) -> Result<(PasskeyRow, bool), ActionError> {
    ctx.store.read(|db| {
        let passkeys = passkeys::of_user(db, user.id)?;
        let is_only = passkeys.len() == 1 && users::password_hash(db, user.id)?.is_none();
        let passkey = passkeys.into_iter().find(|passkey| passkey.id == id).ok_or_else(ActionError::unknown)?;
        Ok((passkey, is_only))
    })
}

/// Finds a passkey of the actor.
fn own(work: &mut UnitOfWork<'_, '_>, user: &User, id: PasskeyId) -> Result<(PasskeyRow, usize), ActionError> {
    let passkeys = passkeys::of_user(work.tx.db(), user.id)?;
    let count = passkeys.len();
    Ok((passkeys.into_iter().find(|passkey| passkey.id == id).ok_or_else(ActionError::unknown)?, count))
}

/// Renames a passkey.
pub fn rename(ctx: &Context, submission: &Submission<()>, id: PasskeyId, name: &PasskeyName) -> Result<(), ActionError> {
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let user = work.oneself()?;
        let (passkey, _) = own(work, &user, id)?;
        if passkey.name == name.as_str() {
            return Err(ActionError::is_so(passkey.name));
        }
        passkeys::rename(work.tx, id, name)?;
        work.record(&user, &AuditEvent::PasskeyRenamed { before: passkey.name, after: name.to_string() });
        Ok(())
    })
}

/// Removes a passkey. All other sessions end, and the session gets another token, which is returned.
///
/// # Errors
/// [`PasskeyError::OnlyCredential`] for the last passkey of a user without a password.
pub fn remove(ctx: &Context, submission: &Submission<Token>, id: PasskeyId) -> Result<Token, PasskeyError> {
    let token = Token::new(&*ctx.random);
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let user = work.oneself_proved()?;
        let (passkey, count) = own(work, &user, id)?;
        if count == 1 && users::password_hash(work.tx.db(), user.id)?.is_none() {
            return Err(PasskeyError::OnlyCredential);
        }
        passkeys::remove(work.tx, user.id, id, work.now)?;
        renew_access(work, user.id, AccessEnd::TwoFactorChanged, &token)?;
        passkey::tell(work, &user, PasskeyChange::Removed, &passkey.name)?;
        work.record(&user, &AuditEvent::PasskeyRemoved { name: passkey.name });
        Ok(token.clone())
    })
}
