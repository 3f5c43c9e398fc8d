//! Second step of a sign-in: a code or a passkey, after the right password. The step is no session; it lasts ten minutes and ends with
//! the user's access.

use chrono::TimeDelta;

use crate::{
    domain::{
        audit::AuditEvent,
        clock::Timestamp,
        credentials::{
            password::{HashingFailed, Password, PasswordHash},
            throttle::{Bucket, ThrottleScope},
            token::{Token, TokenPurpose},
            two_factor::{AppCode, RecoveryCode},
        },
        ids::UserId,
        user::Status,
    },
    mail::messages::TwoFactorChange,
    store::{
        Database, StoreError, Tx, company,
        credentials::{passkeys, refused_sign_ins::RefusalReason, throttles, two_factor},
        sessions as stored,
        tokens::{self, NewToken},
        users::{self, User},
    },
    usecases::{
        ClientInfo, Context,
        shared::{scoped_actor::ScopedActor, transaction::UnitOfWork},
    },
};

use super::{
    passkey::{Ceremony, CheckedPasskey, PasskeyAnswer, Purpose},
    refusal, sessions, two_factor_app,
};

/// Lifetime of a step.
pub const TERM: TimeDelta = TimeDelta::minutes(10);

/// Wrong codes in a row of which the user is told.
const WRONG_CODES_TOLD: i32 = 5;

/// A typed code, or a passkey in its place.
#[derive(Debug, Clone)]
pub enum Code {
    App(AppCode),
    Recovery(RecoveryCode),
    Passkey(PasskeyAnswer),
}

/// An open step.
#[derive(Debug, Clone)]
pub struct OpenStep {
    pub email: String,
    /// The company's name.
    pub company: String,
    pub has_app: bool,
    /// Begun proof by a passkey; `None` without passkeys.
    pub ceremony: Option<Ceremony>,
}

/// Reason for which a step does not end in a session.
#[derive(Debug, thiserror::Error)]
pub enum SecondStepError {
    /// Expired, ended or finished: the sign-in begins anew.
    #[error("the step has ended")]
    Ended,
    /// Wrong code, or one that was used.
    #[error("the code is wrong")]
    Wrong,
    /// Too many attempts; the next one is possible at `until`.
    #[error("too many attempts")]
    Throttled { until: Timestamp },
    /// Too many wrong codes in a row: another browser or a password reset is needed.
    #[error("too many attempts from this kind of browser")]
    Closed,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Hashing(#[from] HashingFailed),
}

/// Begins the step of a user whose password was right.
pub(super) fn begin(tx: &mut Tx<'_>, user: &User, token: &Token, now: Timestamp) -> Result<(), StoreError> {
    let new = NewToken {
        purpose: TokenPurpose::SecondStep,
        hash: token.hash(),
        user: Some(user.id),
        email: Some(&user.email),
        asked_by: None,
        expires_at: now + TERM,
        now,
    };
    tokens::begin_step(tx, &new)
}

/// User of an open step.
fn user_of(db: &mut Database, token: &Token, now: Timestamp) -> Result<Option<User>, StoreError> {
    let step = tokens::find(db, TokenPurpose::SecondStep, token.hash())?;
    let Some(step) = step.filter(|step| step.ended_at.is_none() && now < step.expires_at) else { return Ok(None) };
    let user = step.user_id.map(|user_id| users::find(db, user_id)).transpose()?.flatten();
    Ok(user.filter(|user| user.status(now) == Status::Active && user.two_factor_since.is_some()))
}

/// The open step with this token; `None` for a step that has ended.
pub fn look(ctx: &Context, token: &Token) -> Result<Option<OpenStep>, StoreError> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let Some(user) = user_of(db, token, now)? else { return Ok(None) };
        let ceremony = Ceremony::proof(ctx, user.id, &passkeys::of_user(db, user.id)?);
        let has_app = two_factor::app(db, user.id)?.is_some();
        Ok(Some(OpenStep { email: user.email, company: company::load(db)?.name, has_app, ceremony }))
    })
}

/// Reason for which codes of an open step are not tried now.
fn hold(db: &mut Database, buckets: &[Bucket], now: Timestamp) -> Result<Option<SecondStepError>, StoreError> {
    for bucket in buckets.iter().filter(|bucket| bucket.scope == ThrottleScope::Code) {
        if throttles::is_closed(db, bucket)? {
            return Ok(Some(SecondStepError::Closed));
        }
    }
    Ok(throttles::look(db, buckets, now)?.map(|until| SecondStepError::Throttled { until }))
}

/// Checks that a code may be tried. Writes nothing, so that a refused attempt costs a few reads. Returns true for a known
/// browser.
pub fn admit(ctx: &Context, step: &Token, client: &ClientInfo) -> Result<bool, SecondStepError> {
    let now = ctx.now();
    let (buckets, hold) = ctx.store.read(|db| {
        let user = user_of(db, step, now)?.ok_or(SecondStepError::Ended)?;
        let buckets = buckets(db, &user, client)?;
        let hold = hold(db, &buckets, now)?;
        Ok::<_, SecondStepError>((buckets, hold))
    })?;
    hold.map_or(Ok(buckets.len() == 1), Err)
}

/// Checks a code and begins the session. Of several requests with one code, also at once, one succeeds. Returns the token
/// of the session.
pub fn finish(ctx: &Context, step: &Token, code: &Code, client: &ClientInfo) -> Result<Token, SecondStepError> {
    let now = ctx.now();
    let (user, hold) = ctx.store.write_counts(|tx| {
        let user = user_of(tx.db(), step, now)?.ok_or(SecondStepError::Ended)?;
        let buckets = buckets(tx.db(), &user, client)?;
        let hold = match hold(tx.db(), &buckets, now)? {
            Some(hold) => Some(hold),
            None => throttles::count(tx, &buckets, now)?.map(|until| SecondStepError::Throttled { until }),
        };
        Ok::<_, SecondStepError>((user, hold))
    })?;
    let refuse = |reason| refusal::note(ctx, &user, &client.client_ip, reason);
    if let Some(hold) = hold {
        refuse(RefusalReason::Throttled);
        return Err(hold);
    }
    let code = CheckedCode::of(ctx, user.id, code, &client.client_ip)?;
    let session = Token::new(&*ctx.random);
    let signed_in = ctx.store.audited_transaction(|tx| {
        let locked = users::lock(tx, user.id)?;
        let user = user_of(tx.db(), step, now)?.filter(|_| locked.is_some()).ok_or(SecondStepError::Ended)?;
        let who = user.who();
        let mut work = UnitOfWork::of(ctx, tx, ScopedActor::oneself(&who), &client.client_ip, now);
        code.accept(&mut work, &user)?;
        tokens::consume(work.tx, TokenPurpose::SecondStep, step.hash(), now)?.ok_or(SecondStepError::Ended)?;
        for bucket in buckets(work.tx.db(), &user, client)? {
            match bucket.scope {
                ThrottleScope::Code => throttles::clear_attempts(work.tx, &bucket)?,
                _ => throttles::take_back(work.tx, &[bucket], now)?,
            }
        }
        sessions::begin(&mut work, &who, &session, client)?;
        Ok(session.clone())
    });
    if matches!(signed_in, Err(SecondStepError::Wrong)) {
        refuse(code.refusal());
        warn_of_wrong_codes(ctx, &user, client)?;
    }
    signed_in
}

/// Mails the user at the fifth wrong code in a row, once: whoever types them knows the password.
fn warn_of_wrong_codes(ctx: &Context, user: &User, client: &ClientInfo) -> Result<(), StoreError> {
    let now = ctx.now();
    let attempts = ctx.store.read(|db| match buckets(db, user, client)?.last() {
        Some(of_codes) => throttles::attempts(db, of_codes, now),
        None => Ok(0),
    })?;
    if attempts != WRONG_CODES_TOLD {
        return Ok(());
    }
    ctx.store.write_transaction(|tx| {
        let mut work = UnitOfWork::of(ctx, tx, ScopedActor::oneself(&user.who()), &client.client_ip, now);
        two_factor_app::tell(&mut work, user, TwoFactorChange::WrongCodes)
    })
}

/// Counters of attempts, networks first: a known browser has a counter of its own and counts against no network.
fn buckets(db: &mut Database, user: &User, client: &ClientInfo) -> Result<Vec<Bucket>, StoreError> {
    let known = match client.browser {
        Some(browser) => stored::is_known_browser(db, Some(user.id), browser)?.then_some(browser),
        None => None,
    };
    let networks = if known.is_some() { Vec::new() } else { Bucket::networks(ThrottleScope::CodeSource, &client.client_ip) };
    Ok(networks.into_iter().chain([Bucket::code(user.id, known)]).collect())
}

/// A code that is ready for the transaction: recovery codes are hashed before it, since that is slow.
pub(in crate::usecases) enum CheckedCode {
    App(AppCode),
    Recovery(PasswordHash),
    Passkey(Box<CheckedPasskey>),
    /// Passkey that is refused already.
    WrongPasskey,
}

impl CheckedCode {
    pub(in crate::usecases) fn of(ctx: &Context, user: UserId, code: &Code, client_ip: &str) -> Result<Self, SecondStepError> {
        let code = match code {
            Code::App(code) => return Ok(Self::App(code.clone())),
            Code::Recovery(code) => code,
            Code::Passkey(answer) => {
                let checked = CheckedPasskey::of(ctx, Purpose::Proof(user), answer, client_ip)?;
                return Ok(checked.map_or(Self::WrongPasskey, |(checked, _)| Self::Passkey(Box::new(checked))));
            }
        };
        let app = ctx.store.read(|db| two_factor::app(db, user))?.ok_or(SecondStepError::Ended)?;
        let salt = app.recovery_salt.try_into().map_err(|_| HashingFailed)?;
        Ok(Self::Recovery(Password::typed(code.reveal()).hash(&salt)?))
    }

    /// Reason that is noted where it is wrong.
    pub(in crate::usecases) fn refusal(&self) -> RefusalReason {
        match self {
            Self::App(_) | Self::Recovery(_) => RefusalReason::Code,
            Self::Passkey(_) | Self::WrongPasskey => RefusalReason::Passkey,
        }
    }

    /// Accepts the code, once. The user is told of a used recovery code.
    pub(in crate::usecases) fn accept(&self, work: &mut UnitOfWork<'_, '_>, user: &User) -> Result<(), SecondStepError> {
        match self {
            Self::App(code) => {
                let app = two_factor::app(work.tx.db(), user.id)?.ok_or(SecondStepError::Ended)?;
                // Sealed with another key, the secret accepts no code.
                let secret = two_factor_app::open(work.ctx, user.id, &app.sealed_secret).ok_or(SecondStepError::Wrong)?;
                let step = secret.step_of(code, work.now).ok_or(SecondStepError::Wrong)?;
                if two_factor::accept_step(work.tx, user.id, step, work.now)? { Ok(()) } else { Err(SecondStepError::Wrong) }
            }
            Self::Recovery(hash) => {
                if !two_factor::use_recovery_code(work.tx, user.id, hash)? {
                    return Err(SecondStepError::Wrong);
                }
                let left = two_factor::codes_left(work.tx.db(), user.id)?;
                two_factor_app::tell(work, user, TwoFactorChange::CodeUsed { left })?;
                work.record(user, &AuditEvent::RecoveryCodeUsed { left });
                Ok(())
            }
            Self::Passkey(checked) => {
                if checked.accept(work)? {
                    Ok(())
                } else {
                    Err(SecondStepError::Wrong)
                }
            }
            Self::WrongPasskey => Err(SecondStepError::Wrong),
        }
    }
}
