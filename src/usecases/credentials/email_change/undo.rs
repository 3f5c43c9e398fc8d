//! The link at the old address after the change was confirmed: it undoes the change.

use chrono::TimeDelta;

use crate::{
    domain::{
        audit::{AuditEvent, Named},
        clock::Timestamp,
        company::Company,
        credentials::{
            password::{Password, PasswordHash},
            token::{Token, TokenPurpose},
        },
        email_address::EmailAddress,
        user::{Status, Who},
    },
    mail::{
        Message,
        messages::{AddressNotice, AddressUndone},
    },
    store::{
        Database, StoreError, company,
        credentials::{passkeys, two_factor},
        tokens::{self, TokenRow},
        users::{self, User},
    },
    usecases::{
        Context,
        credentials::current_password::{self, CurrentPasswordError},
        outbox::mails::Recipient,
        shared::{
            ending::{AccessEnd, end_access},
            links::{self, LinkClosed, LinkError, LinkState},
            scoped_actor::ScopedActor,
            transaction::UnitOfWork,
        },
        users::invite::{Existing, remove_invited},
    },
};

use super::notify_admins;

/// Time for which a confirmed change can be undone.
pub(super) const TERM: TimeDelta = TimeDelta::hours(72);

/// A change that can be undone.
#[derive(Debug, Clone)]
pub struct Undoable {
    pub user: User,
    /// Address that the user would have again.
    pub old: String,
    /// User who asked for the change; `None` for one who is gone.
    pub asked_by: Option<Who>,
    /// True if the user asked for it: undoing it takes the password, too.
    pub is_own: bool,
    /// True if the user has no password for it: passkeys sign in without an address, and there it can be changed back.
    pub lacks_password: bool,
    /// Password at the time of the change.
    earlier: Option<PasswordHash>,
    pub until: Timestamp,
    pub company: Company,
}

/// Reads the link.
pub fn look(ctx: &Context, token: &Token) -> LinkState<Undoable> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let (token, user) = match links::look(db, TokenPurpose::EmailChangeUndo, token, now)? {
            Ok(found) => found,
            Err(closed) => return Ok(Err(closed)),
        };
        let Some(old) = token.email.clone().filter(|old| *old != user.email) else { return Ok(Err(LinkClosed::Revoked)) };
        let (asked_by, is_own, until) = (asker(db, &token)?, is_own(&token), token.expires_at);
        let earlier = token.password_hash.map(PasswordHash::from_stored);
        let lacks_password = is_own && earlier.is_none() && users::password_hash(db, user.id)?.is_none();
        Ok(Ok(Undoable { user, old, asked_by, is_own, lacks_password, earlier, until, company: company::load(db)? }))
    })
}

/// True for a link of a change that was confirmed, whatever became of the link.
pub fn is_confirmed(ctx: &Context, token: &Token) -> Result<bool, StoreError> {
    Ok(ctx.store.read(|db| tokens::find(db, TokenPurpose::EmailChangeUndo, token.hash()))?.is_some())
}

fn is_own(token: &TokenRow) -> bool {
    token.asked_by.is_some() && token.asked_by == token.user_id
}

fn asker(db: &mut Database, token: &TokenRow) -> Result<Option<Who>, StoreError> {
    let asker = token.asked_by.map(|user_id| users::find(db, user_id)).transpose()?.flatten();
    Ok(asker.map(|asker| asker.who()))
}

/// Reason for which a change is not undone.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// Use of the old address by another user since.
    #[error("the address is in use")]
    Taken,
    #[error(transparent)]
    Password(#[from] CurrentPasswordError),
    #[error(transparent)]
    Link(#[from] LinkError),
}

impl From<StoreError> for UndoError {
    fn from(error: StoreError) -> Self {
        Self::Link(error.into())
    }
}

/// Sets the old address back, and with it how the user signed in: the password of then, unless the present one was typed,
/// without passkeys and two-factor of after the change, which may be a stranger's. A later invitation to the address is
/// revoked. Sessions and links end, and links that undo later changes. Links that undo earlier ones stay. Both addresses
/// and all Admins are told.
pub fn undo(ctx: &Context, token: &Token, typed: Option<&Password>, client_ip: &str) -> Result<(), UndoError> {
    let now = ctx.now();
    let Undoable { user, is_own: needs_password, earlier, .. } = look(ctx, token)?.map_err(|_| LinkError::NotOpen)?;
    let proof = match typed {
        Some(typed) if needs_password => Some(current_password::prove_behind_link(ctx, user.id, client_ip, typed, earlier.as_ref())?),
        None if needs_password => return Err(CurrentPasswordError::Wrong.into()),
        _ => None,
    };
    ctx.store.audited_transaction(|tx| {
        // An address can be set back while its user is deactivated, so that a block is no way to keep a stolen one.
        let (token, user) = links::consume(tx, TokenPurpose::EmailChangeUndo, token, &[Status::Active, Status::Deactivated], now)?;
        let old = token.email.as_deref().filter(|old| *old != user.email).and_then(|old| EmailAddress::parse(old).ok());
        let old = old.ok_or(LinkError::NotOpen)?;
        let mut work = UnitOfWork::of(ctx, tx, ScopedActor::client("The link at the old address"), client_ip, now);
        if let Some(existing) = Existing::find(work.tx.db(), &old, now)?.filter(|existing| existing.id != user.id) {
            let invited = users::lock(work.tx, existing.id)?.filter(|other| matches!(other.status(now), Status::Invited | Status::Expired));
            remove_invited(&mut work, &invited.ok_or(UndoError::Taken)?)?;
        }
        users::set_email(work.tx, &user, &old)?;
        tokens::end_later_undos(work.tx, user.id, token.id, now)?;
        let asked_by = asker(work.tx.db(), &token)?;
        if let Some(proof) = &proof {
            proof.settle(&mut work)?;
        }
        let restored = restore_sign_in(&mut work, &user, &token, proof.as_ref().is_some_and(|proof| proof.is_present))?;
        end_access(&mut work, user.id, AccessEnd::EmailChanged, None)?;
        notify(&mut work, &user, old.as_str(), asked_by.as_ref())?;
        let (before, after, requested_by) = (user.email.clone(), old.to_string(), asked_by.as_ref().map(Named::from));
        work.record(&user, &AuditEvent::EmailChangeUndone { before, after, requested_by });
        if restored {
            work.record(&user, &AuditEvent::SignInRestored {});
        }
        Ok(())
    })
}

/// Takes back what changed in the user's password, passkeys and two-factor since the change. Tells if anything did.
fn restore_sign_in(work: &mut UnitOfWork<'_, '_>, user: &User, token: &TokenRow, keeps_password: bool) -> Result<bool, StoreError> {
    let (confirmed_at, now) = (token.expires_at - TERM, work.now);
    let mut restored = passkeys::remove_later(work.tx, user.id, confirmed_at, now)? > 0;
    if user.two_factor_since.is_some_and(|since| since > confirmed_at) {
        restored |= two_factor::turn_off(work.tx, user.id, now)?;
    }
    let earlier = token.password_hash.clone().map(PasswordHash::from_stored).filter(|_| !keeps_password);
    if let Some(earlier) = earlier
        && users::password_hash(work.tx.db(), user.id)?.as_ref() != Some(&earlier)
    {
        users::set_password(work.tx, user.id, &earlier)?;
        restored = true;
    }
    Ok(restored)
}

/// Mails both addresses and all Admins. `user` has the address of before.
fn notify(work: &mut UnitOfWork<'_, '_>, user: &User, old: &str, asked_by: Option<&Who>) -> Result<(), StoreError> {
    let company = company::load(work.tx.db())?.name;
    let (first_name, new) = (user.first_name.clone(), user.email.clone());
    let undone = Message::AddressUndone(AddressUndone { first_name, company, old: old.to_owned(), new, at: work.now });
    for email in [old, &user.email] {
        work.post(Recipient { user_id: user.id, email, token: None }, &undone)?;
    }
    let by = asked_by.map(Who::display_name).unwrap_or_default();
    notify_admins(work, user, &by, |change| {
        let (who, old, new) = (user.display_name(), old.to_owned(), user.email.clone());
        Message::AddressUndoneNotice(AddressNotice { change, who, old, new })
    })
}
