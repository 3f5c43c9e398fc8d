//! Two-factor of the user: turning it on and off, and new recovery codes.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;

use crate::{
    domain::{
        audit::AuditEvent,
        company::Company,
        credentials::{
            password::{HashingFailed, Password},
            throttle::Bucket,
            token::TokenHash,
            two_factor::{AppCode, RecoveryCode, TotpSecret},
        },
        ids::UserId,
    },
    mail::messages::TwoFactorChange,
    store::{
        credentials::{
            throttles,
            two_factor::{self, NewApp},
        },
        tokens,
        users::User,
    },
    usecases::{
        ActionError, Context, Principal, Submission,
        credentials::{
            current_password::{self, CurrentPasswordError},
            second_step::{CheckedCode, Code, SecondStepError},
            two_factor_app,
        },
        shared::{
            error::action_error_from_store,
            transaction::{Rights, UnitOfWork},
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
            SecondStepError::Wrong | SecondStepError::Throttled { .. } | SecondStepError::Closed => Self::WrongCode,
            SecondStepError::Store(error) => error.into(),
            SecondStepError::Hashing(error) => error.into(),
        }
    }
}

impl Enrolment {
    pub fn new(ctx: &Context, user: UserId, session: TokenHash) -> Self {
        let secret = TotpSecret::new(&*ctx.random);
        let until = (ctx.now() + TERM).and_utc().timestamp();
        let clear = [&until.to_be_bytes(), secret.as_bytes()].concat();
        Self { sealed: URL_SAFE_NO_PAD.encode(ctx.key.seal(&context(user, session), &clear, &*ctx.random)), secret }
    }

    /// Reads the hidden field of a form of this session; `None` for another session, or after a quarter of an hour.
    pub fn open(ctx: &Context, user: UserId, session: TokenHash, sealed: &str) -> Option<Self> {
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
fn context(user: UserId, session: TokenHash) -> String {
    format!("two-factor enrolment of user {user} in session {}", URL_SAFE_NO_PAD.encode(session.0))
}

/// Turns two-factor on with the first code of the app. Returns the recovery codes, which are never shown again.
pub fn turn_on(
    ctx: &Context,
    submission: &Submission<Vec<RecoveryCode>>,
    enrolment: &Enrolment,
    code: &AppCode,
    current: &Password,
) -> Result<Vec<RecoveryCode>, TwoFactorError> {
    let step = enrolment.secret.step_of(code, ctx.now()).ok_or(TwoFactorError::WrongCode)?;
    let proof = current_password::prove(ctx, submission.principal(), current)?;
    let (codes, hashed) = two_factor_app::recovery_codes(ctx)?;
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let user = work.oneself()?;
        proof.settle(work)?;
        if user.two_factor_since.is_some() {
            return Err(TwoFactorError::Already);
        }
        tokens::end_steps(work.tx, user.id)?;
        let sealed_secret = two_factor_app::seal(ctx, user.id, &enrolment.secret);
        two_factor::turn_on(work.tx, &NewApp { user: user.id, sealed_secret: &sealed_secret, step, codes: &hashed, now: work.now })?;
        two_factor_app::tell(work, &user, TwoFactorChange::TurnedOn)?;
        work.record(&user, &AuditEvent::TwoFactorTurnedOn {});
        Ok(codes.clone())
    })
}

/// Counts an attempt at a code, and makes the code ready for the transaction.
fn checked(ctx: &Context, submission: &Submission<impl Sized>, code: &Code) -> Result<CheckedCode, TwoFactorError> {
    let Principal::User { id, .. } = *submission.principal() else { return Err(TwoFactorError::WrongCode) };
    let (now, bucket) = (ctx.now(), Bucket::own_code(id));
    if let Some(until) = ctx.store.write_counts(|tx| throttles::count(tx, std::slice::from_ref(&bucket), now))? {
        return Err(CurrentPasswordError::Throttled { until }.into());
    }
    Ok(CheckedCode::of(ctx, id, code)?)
}

/// Accepts the code, once, and clears the attempts.
fn accept(work: &mut UnitOfWork<'_, '_>, user: &User, code: &CheckedCode) -> Result<(), TwoFactorError> {
    code.accept(work, user)?;
    Ok(throttles::clear_attempts(work.tx, &Bucket::own_code(user.id))?)
}

/// Turns two-factor off, with the password and a code.
pub fn turn_off(ctx: &Context, submission: &Submission<()>, code: &Code, current: &Password) -> Result<(), TwoFactorError> {
    let proof = current_password::prove(ctx, submission.principal(), current)?;
    let code = checked(ctx, submission, code)?;
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let user = work.oneself()?;
        accept(work, &user, &code)?;
        proof.settle(work)?;
        two_factor::turn_off(work.tx, user.id)?;
        tokens::end_steps(work.tx, user.id)?;
        two_factor_app::tell(work, &user, TwoFactorChange::TurnedOff)?;
        work.record(&user, &AuditEvent::TwoFactorTurnedOff {});
        Ok(())
    })
}

/// Replaces the recovery codes, with the password and a code. Returns the new ones, which are never shown again.
pub fn renew_codes(
    ctx: &Context,
    submission: &Submission<Vec<RecoveryCode>>,
    code: &Code,
    current: &Password,
) -> Result<Vec<RecoveryCode>, TwoFactorError> {
    let proof = current_password::prove(ctx, submission.principal(), current)?;
    let code = checked(ctx, submission, code)?;
    let (codes, hashed) = two_factor_app::recovery_codes(ctx)?;
    submission.audited_transaction(ctx, Rights::Stay, |work| {
        let user = work.oneself()?;
        accept(work, &user, &code)?;
        proof.settle(work)?;
        two_factor::replace_codes(work.tx, user.id, &hashed)?;
        two_factor_app::tell(work, &user, TwoFactorChange::CodesRenewed)?;
        work.record(&user, &AuditEvent::RecoveryCodesRenewed {});
        Ok(codes.clone())
    })
}
