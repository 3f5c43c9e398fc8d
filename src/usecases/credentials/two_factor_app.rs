//! Secrets of authenticator apps, recovery codes, and mails about both.

use crate::{
    domain::{
        clock::{Timestamp, random_bytes},
        credentials::{
            password::{HashingFailed, Password},
            two_factor::{RECOVERY_CODES, RecoveryCode, TotpSecret},
        },
        ids::UserId,
    },
    mail::{
        Link, Message,
        messages::{TwoFactorChange, TwoFactorChanged},
    },
    store::{
        Database, StoreError, company,
        credentials::{
            passkeys::{self, PasskeyRow},
            two_factor::{self, HashedCodes},
        },
        users::User,
    },
    usecases::{Context, shared::transaction::UnitOfWork},
};

/// State of a user's two-factor.
#[derive(Debug, Clone)]
pub struct TwoFactorState {
    pub since: Timestamp,
    pub app: Option<AppState>,
    /// Passkeys, the oldest first.
    pub passkeys: Vec<PasskeyRow>,
}

/// State of an authenticator app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppState {
    pub last_used_at: Option<Timestamp>,
    pub codes_left: u64,
}

/// Context in which a secret is sealed: it opens for its user alone.
fn context(user: UserId) -> String {
    format!("two-factor secret of user {user}")
}

/// Seals a secret for its user.
pub(in crate::usecases) fn seal(ctx: &Context, user: UserId, secret: &TotpSecret) -> Vec<u8> {
    ctx.key.seal(&context(user), secret.as_bytes(), &*ctx.random)
}

/// Opens a sealed secret; `None` with another key or for another user.
pub(in crate::usecases) fn open(ctx: &Context, user: UserId, sealed: &[u8]) -> Option<TotpSecret> {
    TotpSecret::from_bytes(&ctx.key.open(&context(user), sealed)?)
}

/// Makes recovery codes with their hashes. Hashing them is slow.
pub(in crate::usecases) fn recovery_codes(ctx: &Context) -> Result<(Vec<RecoveryCode>, HashedCodes), HashingFailed> {
    let salt = random_bytes(&*ctx.random);
    let codes = (0..RECOVERY_CODES).map(|_| RecoveryCode::new(&*ctx.random)).collect::<Vec<_>>();
    let hashes = codes.iter().map(|code| Password::typed(code.reveal()).hash(&salt)).collect::<Result<_, _>>()?;
    Ok((codes, HashedCodes { salt, hashes }))
}

/// Mails a user about a change of their two-factor.
pub(in crate::usecases) fn tell(work: &mut UnitOfWork<'_, '_>, user: &User, change: TwoFactorChange) -> Result<(), StoreError> {
    let changed = TwoFactorChanged {
        first_name: user.first_name.clone(),
        company: company::load(work.tx.db())?.name,
        at: work.now,
        change,
        link: Link::new(&work.ctx.links.my_account()),
    };
    work.post(user.into(), &Message::TwoFactorChanged(changed))
}

/// State of a user's two-factor; `None` while it is off.
pub(in crate::usecases) fn state(db: &mut Database, user: &User) -> Result<Option<TwoFactorState>, StoreError> {
    let Some(since) = user.two_factor_since else { return Ok(None) };
    let app = match two_factor::app(db, user.id)? {
        Some(app) => Some(AppState { last_used_at: app.last_used_at, codes_left: two_factor::codes_left(db, user.id)? }),
        None => None,
    };
    Ok(Some(TwoFactorState { since, app, passkeys: passkeys::of_user(db, user.id)? }))
}

/// True if the user has a passkey.
pub fn has_passkeys(ctx: &Context, user: UserId) -> Result<bool, StoreError> {
    Ok(!ctx.store.read(|db| passkeys::of_user(db, user))?.is_empty())
}

/// True if the user has an authenticator app.
pub fn has_app(ctx: &Context, user: UserId) -> Result<bool, StoreError> {
    Ok(ctx.store.read(|db| two_factor::app(db, user))?.is_some())
}
