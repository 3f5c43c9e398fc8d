//! Two-factor of the user: turning it on and off, and new recovery codes.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;

use crate::{
    domain::{
        audit::AuditEvent,
        clock::Timestamp,
        company::Company,
        credentials::{
            password::{HashingFailed, Password},
            token::Token,
            two_factor::{AppCode, RecoveryCode, TotpSecret},
        },
        ids::{SessionId, UserId},
    },
    mail::messages::TwoFactorChange,
    store::{
        credentials::{
            passkeys,
            two_factor::{self, NewApp},
        },
        users::{self, User},
    },
    usecases::{
        ActionError, Context, Principal, Submission,
        credentials::{
            current_password::{self, CurrentPasswordError},
            identity, own_code,
            second_step::{Code, SecondStepError},
            two_factor_app,
        },
        shared::{
            ending::{AccessEnd, renew_access},
            error::action_error_from_store,
            transaction::Rights,
        },
    },
};

/// Time in which a secret is confirmed.
const TERM: TimeDelta = TimeDelta::minutes(15);

/// Longest name of the company in an authenticator app, in characters.
const ISSUER_MAX: usize = 40;

/// A secret that is not confirmed yet, for the form that confirms it. Nothing is stored, so each tab has its own.
#[derive(Debug, Clone)]
pub struct Enrolment {
    pub secret: TotpSecret,
    /// The secret, sealed for its user, in a hidden field.
    pub sealed: String,
}

/// Reason for which two-factor does not change.
#[derive(Debug, thiserror::Error)]
pub enum TwoFactorError {
    #[error("the code is wrong")]
    WrongCode,
    /// Too many codes; the next one is possible at `until`.
    #[error("too many attempts")]
    Throttled { until: Timestamp },
    /// Turned on already, or off.
    #[error("two-factor is so already")]
    Already,
    #[error(transparent)]
    Current(#[from] CurrentPasswordError),
    #[error(transparent)]
    Action(#[from] ActionError),
}

impl From<HashingFailed> for TwoFactorError {
    fn from(error: HashingFailed) -> Self {
        Self::Action(error.into())
    }
}

action_error_from_store!(TwoFactorError);

impl From<SecondStepError> for TwoFactorError {
    fn from(error: SecondStepError) -> Self {
        match error {
            SecondStepError::Ended => Self::Already,
            SecondStepError::Throttled { until } => Self::Throttled { until },
            SecondStepError::Wrong | SecondStepError::Closed => Self::WrongCode,
            SecondStepError::Store(error) => error.into(),
            SecondStepError::Hashing(error) => error.into(),
        }
    }
}

/// Begins to turn two-factor on.
///
/// # Errors
/// [`ActionError::ProofNeeded`] without a recent proof: asking for it only with the code would outlast the code.
pub fn enrol(ctx: &Context, principal: &Principal, user: UserId, session: SessionId) -> Result<Enrolment, ActionError> {
    identity::require_recent(ctx, principal)?;
    Ok(Enrolment::new(ctx, user, session))
}

impl Enrolment {
    fn new(ctx: &Context, user: UserId, session: SessionId) -> Self {
        let secret = TotpSecret::new(&*ctx.random);
        let until = (ctx.now() + TERM).and_utc().timestamp();
        let clear = [&until.to_be_bytes(), secret.as_bytes()].concat();
        Self { sealed: URL_SAFE_NO_PAD.encode(ctx.key.seal(&context(user, session), &clear, &*ctx.random)), secret }
    }

    /// Reads the hidden field of a form of this session; `None` for another session, or after a quarter of an hour.
    pub fn open(ctx: &Context, user: UserId, session: SessionId, sealed: &str) -> Option<Self> {
        let clear = ctx.key.open(&context(user, session), &URL_SAFE_NO_PAD.decode(sealed).ok()?)?;
        let (until, secret) = clear.split_first_chunk::<8>()?;
        let is_valid = ctx.now().and_utc().timestamp() < i64::from_be_bytes(*until);
        Some(Self { secret: TotpSecret::from_bytes(secret)?, sealed: sealed.to_owned() }).filter(|_| is_valid)
    }

    /// Address for the QR code. A long name of the company is cut, so that the code stays readable.
    pub fn address(&self, user: &User, company: &Company) -> String {
        let name = company.name.chars().take(ISSUER_MAX).collect::<String>();
        let issuer = if name.is_empty() { "Usher".to_owned() } else { format!("Usher ({name})") };
        self.secret.address(&issuer, &user.email).unwrap_or_default()
    }
}

/// Context in which the secret of a form is sealed. Stored secrets have another.
fn context(user: UserId, session: SessionId) -> String {
    format!("two-factor enrolment of user {user} in session {session}")
}

/// Turns two-factor on with the first code of the app. All other sessions end, and the session gets another token.
/// Returns the token, and the recovery codes, which are never shown again.
pub fn turn_on(
    ctx: &Context,
    submission: &Submission<(Token, Vec<RecoveryCode>)>,
    enrolment: &Enrolment,
    code: &AppCode,
) -> Result<(Token, Vec<RecoveryCode>), TwoFactorError> {
    let step = enrolment.secret.step_of(code, ctx.now()).ok_or(TwoFactorError::WrongCode)?;
    identity::require_recent(ctx, submission.principal())?;
    let (codes, hashed) = two_factor_app::recovery_codes(ctx)?;
    let token = Token::new(&*ctx.random);
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let user = work.oneself_proved()?;
        // A code protects a password; users without one have passkeys.
        if two_factor::app(work.tx.db(), user.id)?.is_some() || users::password_hash(work.tx.db(), user.id)?.is_none() {
            return Err(TwoFactorError::Already);
        }
        let sealed_secret = two_factor_app::seal(ctx, user.id, &enrolment.secret);
        two_factor::turn_on(work.tx, &NewApp { user: user.id, sealed_secret: &sealed_secret, step, codes: &hashed, now: work.now })?;
        renew_access(work, user.id, AccessEnd::TwoFactorChanged, &token)?;
        two_factor_app::tell(work, &user, TwoFactorChange::TurnedOn)?;
        work.record(&user, &AuditEvent::TwoFactorTurnedOn {});
        Ok((token.clone(), codes.clone()))
    })
}

/// Turns two-factor off, with the password and a code, however recent the last proof is. All other sessions end, and the
/// session gets another token, which is returned.
pub fn turn_off(ctx: &Context, submission: &Submission<Token>, code: &Code, current: &Password) -> Result<Token, TwoFactorError> {
    let proof = current_password::prove(ctx, submission.principal(), current)?;
    let code = own_code::check(ctx, submission.principal(), code)?;
    let token = Token::new(&*ctx.random);
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let user = work.oneself()?;
        own_code::accept(work, &user, &code)?;
        proof.settle(work)?;
        two_factor::turn_off(work.tx, user.id, work.now)?;
        renew_access(work, user.id, AccessEnd::TwoFactorChanged, &token)?;
        let has_passkeys = !passkeys::of_user(work.tx.db(), user.id)?.is_empty();
        two_factor_app::tell(work, &user, if has_passkeys { TwoFactorChange::AppRemoved } else { TwoFactorChange::TurnedOff })?;
        work.record(&user, &AuditEvent::TwoFactorTurnedOff {});
        Ok(token.clone())
    })
}

/// Replaces the recovery codes. Returns the new ones, which are never shown again.
pub fn renew_codes(ctx: &Context, submission: &Submission<Vec<RecoveryCode>>) -> Result<Vec<RecoveryCode>, TwoFactorError> {
    identity::require_recent(ctx, submission.principal())?;
    let (codes, hashed) = two_factor_app::recovery_codes(ctx)?;
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let user = work.oneself_proved()?;
        if two_factor::app(work.tx.db(), user.id)?.is_none() {
            return Err(TwoFactorError::Already);
        }
        two_factor::replace_codes(work.tx, user.id, &hashed)?;
        two_factor_app::tell(work, &user, TwoFactorChange::CodesRenewed)?;
        work.record(&user, &AuditEvent::RecoveryCodesRenewed {});
        Ok(codes.clone())
    })
}
