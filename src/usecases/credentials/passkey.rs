//! Ceremonies with passkeys. Nothing is stored when one begins: its state is sealed into the page for one purpose, holds
//! for five minutes, and is used once.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta};
use sha2::{Digest as _, Sha256};

use crate::{
    domain::{
        audit::AuditEvent,
        clock::Timestamp,
        credentials::{
            passkey::{Assertion, Begun, Owner, PasskeyRefused, Used, UserHandle},
            token::TokenHash,
        },
        ids::{SessionId, UserId},
    },
    mail::{
        Link, Message,
        messages::{PasskeyChange, PasskeyChanged},
    },
    store::{
        StoreError, company,
        credentials::passkeys::{self, PasskeyRow},
        users::User,
    },
    usecases::{
        Context,
        shared::{scoped_actor::ScopedActor, transaction::UnitOfWork},
    },
};

/// Time in which a ceremony is finished.
const TERM: TimeDelta = TimeDelta::minutes(5);

/// Purpose of a ceremony, for which alone its state opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Sign-in without an address.
    SignIn,
    /// Proof of a known user: the second step of a sign-in, or a confirmation.
    Proof(UserId),
    /// A new passkey in My account.
    Registration(UserId, SessionId),
    /// A new passkey in place of a password, behind the link of an invitation.
    Invitation(TokenHash),
}

impl Purpose {
    /// Context in which the state is sealed.
    fn context(self) -> String {
        match self {
            Self::SignIn => "passkey sign-in".to_owned(),
            Self::Proof(user) => format!("passkey proof of user {user}"),
            Self::Registration(user, session) => format!("passkey registration of user {user} in session {session}"),
            Self::Invitation(link) => format!("passkey of invitation {}", URL_SAFE_NO_PAD.encode(link.0)),
        }
    }
}

/// A begun ceremony, for a form.
#[derive(Debug, Clone)]
pub struct Ceremony {
    /// Options for the browser, as JSON.
    pub options: String,
    /// The sealed state, in a hidden field.
    pub sealed: String,
}

/// Fields of a form after a ceremony.
#[derive(Debug, Clone)]
pub struct PasskeyAnswer {
    /// The sealed state.
    pub ceremony: String,
    /// Answer of the browser, as JSON.
    pub credential: String,
}

/// A ceremony that is not expired, with its state.
#[derive(Debug, Clone)]
pub(in crate::usecases) struct OpenCeremony {
    pub(in crate::usecases) state: Vec<u8>,
    hash: [u8; 32],
    until: Timestamp,
}

impl Ceremony {
    fn seal(ctx: &Context, purpose: Purpose, begun: Begun) -> Self {
        let until = (ctx.now() + TERM).and_utc().timestamp();
        let clear = [&until.to_be_bytes(), &*begun.state].concat();
        let sealed = ctx.key.seal(&purpose.context(), &clear, &*ctx.random);
        Self { options: begun.options, sealed: URL_SAFE_NO_PAD.encode(sealed) }
    }

    /// Begins a sign-in; `None` where this Usher can have no passkeys.
    pub fn sign_in(ctx: &Context) -> Option<Self> {
        Some(Self::seal(ctx, Purpose::SignIn, ctx.relying_party.as_ref()?.begin_use(&[])?))
    }

    /// Begins a proof by one of a user's passkeys; `None` without those.
    pub(in crate::usecases) fn proof(ctx: &Context, user: UserId, passkeys: &[PasskeyRow]) -> Option<Self> {
        let among = passkeys.iter().map(|passkey| passkey.credential_id.clone()).collect::<Vec<_>>();
        let begun = ctx.relying_party.as_ref()?.begin_use(&among).filter(|_| !among.is_empty())?;
        Some(Self::seal(ctx, Purpose::Proof(user), begun))
    }

    /// Begins to make a passkey of a user, besides those that there are.
    pub(in crate::usecases) fn registration(ctx: &Context, purpose: Purpose, user: &User, passkeys: &[PasskeyRow]) -> Option<Self> {
        let handle = passkeys.first().and_then(|passkey| UserHandle::from_bytes(&passkey.user_handle));
        let name = user.display_name();
        let owner = Owner { handle: handle.unwrap_or_else(|| UserHandle::new(&*ctx.random)), email: &user.email, name: &name };
        let known = passkeys.iter().map(|passkey| passkey.credential_id.clone()).collect();
        Some(Self::seal(ctx, purpose, ctx.relying_party.as_ref()?.begin_registration(&owner, known)?))
    }
}

impl PasskeyAnswer {
    /// Opens the state; `None` for another purpose, or after five minutes.
    pub(in crate::usecases) fn open(&self, ctx: &Context, purpose: Purpose) -> Option<OpenCeremony> {
        let sealed = URL_SAFE_NO_PAD.decode(&self.ceremony).ok()?;
        let clear = ctx.key.open(&purpose.context(), &sealed)?;
        let (until, state) = clear.split_first_chunk::<8>()?;
        let until = DateTime::from_timestamp(i64::from_be_bytes(*until), 0)?.naive_utc();
        let open = OpenCeremony { state: state.to_vec(), hash: Sha256::digest(&sealed).into(), until };
        (ctx.now() < until).then_some(open)
    }
}

impl OpenCeremony {
    /// Uses the ceremony up; false if it was used already, also at once.
    pub(in crate::usecases) fn use_up(&self, work: &mut UnitOfWork<'_, '_>) -> Result<bool, StoreError> {
        passkeys::use_challenge(work.tx, self.hash, self.until)
    }
}

/// A right use of a passkey, until its transaction.
#[derive(Debug, Clone)]
pub(in crate::usecases) struct CheckedPasskey {
    ceremony: OpenCeremony,
    passkey: PasskeyRow,
    used: Used,
}

impl CheckedPasskey {
    /// Checks the answer of a browser. Of a passkey that may have been copied, its user is told once.
    ///
    /// # Errors
    /// `None` for an answer that is refused.
    pub(in crate::usecases) fn of(
        ctx: &Context,
        purpose: Purpose,
        answer: &PasskeyAnswer,
        client_ip: &str,
    ) -> Result<Option<(Self, User)>, StoreError> {
        let (Some(party), Some(ceremony)) = (&ctx.relying_party, answer.open(ctx, purpose)) else { return Ok(None) };
        let Some(assertion) = Assertion::parse(&answer.credential) else { return Ok(None) };
        let Some((passkey, user)) = ctx.store.read(|db| passkeys::find(db, assertion.credential_id()))? else { return Ok(None) };
        if !is_for(purpose, &passkey, &assertion) {
            return Ok(None);
        }
        match party.finish_use(&ceremony.state, &assertion, &passkey.credential) {
            Ok(right) => Ok(Some((Self { ceremony, passkey, used: right }, user))),
            Err(PasskeyRefused::Wrong) => Ok(None),
            Err(PasskeyRefused::Copied) => {
                suspect(ctx, &ceremony, &passkey, &user, client_ip)?;
                Ok(None)
            }
        }
    }

    /// Uses the passkey, unless it was removed, used further or the answer was used already.
    pub(in crate::usecases) fn accept(&self, work: &mut UnitOfWork<'_, '_>) -> Result<bool, StoreError> {
        let (passkey, used, now) = (&self.passkey, &self.used, work.now);
        Ok(self.ceremony.use_up(work)? && passkeys::note_use(work.tx, passkey.id, used.sign_count, &used.credential, now)?)
    }
}

/// True if the passkey is of the user in question. A sign-in without an address needs the user's handle, too.
fn is_for(purpose: Purpose, passkey: &PasskeyRow, assertion: &Assertion) -> bool {
    let is_handle = |handle| handle == &*passkey.user_handle;
    match purpose {
        Purpose::SignIn => assertion.handle().is_some_and(is_handle),
        Purpose::Proof(user) => passkey.user_id == user && assertion.handle().is_none_or(is_handle),
        Purpose::Registration(..) | Purpose::Invitation(_) => false,
    }
}

/// Notes and mails, once, that a passkey may have been copied. An answer that is sent again is no sign of that.
fn suspect(ctx: &Context, ceremony: &OpenCeremony, passkey: &PasskeyRow, user: &User, client_ip: &str) -> Result<(), StoreError> {
    let now = ctx.now();
    ctx.store.write_transaction(|tx| {
        if !passkeys::is_used(tx.db(), ceremony.hash)? && passkeys::suspect(tx, passkey.id, now)? {
            let mut work = UnitOfWork::of(ctx, tx, ScopedActor::client("The sign-in page"), client_ip, now);
            tell(&mut work, user, PasskeyChange::Suspected, &passkey.name)?;
            work.record(user, &AuditEvent::PasskeySuspected { name: passkey.name.clone() });
        }
        Ok::<_, StoreError>(())
    })
}

/// Mails a user about a passkey.
pub(in crate::usecases) fn tell(work: &mut UnitOfWork<'_, '_>, user: &User, change: PasskeyChange, name: &str) -> Result<(), StoreError> {
    let changed = PasskeyChanged {
        first_name: user.first_name.clone(),
        company: company::load(work.tx.db())?.name,
        at: work.now,
        change,
        name: name.to_owned(),
        link: Link::new(&work.ctx.links.my_account()),
    };
    work.post(user.into(), &Message::PasskeyChanged(changed))
}
