//! The two links of a change: one confirms it, the other stops it.

use crate::{
    domain::{
        audit::{AuditEvent, Named},
        company::Company,
        credentials::token::{Token, TokenEnd, TokenPurpose},
        email_address::EmailAddress,
        user::Status,
    },
    mail::{
        Message,
        messages::{AddressChanged, AddressNotice},
    },
    store::{
        StoreError, company, tokens,
        users::{self, User},
    },
    usecases::{
        Context,
        outbox::mails::Recipient,
        shared::{
            ending::{AccessEnd, end_access},
            links::{self, LinkClosed, LinkError, LinkState},
            scoped_actor::ScopedActor,
            transaction::UnitOfWork,
        },
        users::invite::Existing,
    },
};

use super::{Pending, end, notify_admins, of_token, pending, undo};

/// A link that confirms or stops a change.
#[derive(Debug, Clone)]
pub struct Open {
    pub user: User,
    pub change: Pending,
    pub company: Company,
}

/// Reads the link that was mailed to the new address.
pub fn look(ctx: &Context, token: &Token) -> LinkState<Open> {
    look_at(ctx, TokenPurpose::EmailChange, token)
}

/// Reads the link that was mailed to the old address.
pub fn look_at_stop(ctx: &Context, token: &Token) -> LinkState<Open> {
    look_at(ctx, TokenPurpose::EmailChangeStop, token)
}

fn look_at(ctx: &Context, purpose: TokenPurpose, token: &Token) -> LinkState<Open> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let user = match links::look(db, purpose, token, now)? {
            Ok((_, user)) => user,
            Err(closed) => return Ok(Err(closed)),
        };
        // Both links of a change end together, so the open change is the one of this link.
        let change = pending(db, &user, now)?;
        let company = company::load(db)?;
        Ok(change.map(|change| Open { user, change, company }).ok_or(LinkClosed::Revoked))
    })
}

/// Reason for which a change is not confirmed.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    /// Use of the address by another user since.
    #[error("the address is in use")]
    Taken,
    #[error(transparent)]
    Link(#[from] LinkError),
}

impl From<StoreError> for ConfirmError {
    fn from(error: StoreError) -> Self {
        Self::Link(error.into())
    }
}

/// Replaces the user's address by the new one. Sessions and links end, and waiting mails are cancelled. The link at the
/// old address undoes the change from then on. Admins are told of a change that an administrator asked for.
pub fn confirm(ctx: &Context, token: &Token, client_ip: &str) -> Result<(), ConfirmError> {
    let now = ctx.now();
    ctx.store.audited_transaction(|tx| {
        let (token, user) = links::consume(tx, TokenPurpose::EmailChange, token, &[Status::Active], now)?;
        let Pending { email, asked_by, .. } = of_token(tx.db(), token, &user, now)?.ok_or(LinkError::NotOpen)?;
        let email = EmailAddress::parse(&email).map_err(|_| LinkError::NotOpen)?;
        if Existing::find(tx.db(), &email, now)?.is_some_and(|existing| existing.id != user.id) {
            return Err(ConfirmError::Taken);
        }
        users::set_email(tx, &user, &email)?;
        let undo_until = now + undo::TERM;
        let password = users::password_hash(tx.db(), user.id)?;
        tokens::turn_into_undo(tx, user.id, password.as_ref(), undo_until)?;
        let mut work = UnitOfWork::of(ctx, tx, ScopedActor::client("The link at the new address"), client_ip, now);
        end_access(&mut work, user.id, AccessEnd::EmailChanged, None)?;
        let is_own = asked_by.id == user.id;
        for (address, undo_until) in [(&*user.email, Some(undo_until)), (email.as_str(), None)] {
            let change = work.by_other(user.first_name.clone(), asked_by.display_name())?;
            let changed = AddressChanged { change, old: user.email.clone(), new: email.to_string(), is_own, undo_until };
            work.post(Recipient { user_id: user.id, email: address, token: None }, &Message::AddressChanged(changed))?;
        }
        if !is_own {
            let (who, old, new) = (user.display_name(), user.email.clone(), email.to_string());
            notify_admins(&mut work, &user, &asked_by.display_name(), |change| {
                Message::AddressChangedNotice(AddressNotice { change, who: who.clone(), old: old.clone(), new: new.clone() })
            })?;
        }
        let (before, after) = (user.email.clone(), email.to_string());
        work.record(&user, &AuditEvent::EmailChanged { before, after, requested_by: Named::from(&asked_by) });
        Ok(())
    })
}

/// Cancels the change, and ends both of its links.
pub fn stop(ctx: &Context, token: &Token, client_ip: &str) -> Result<(), LinkError> {
    let now = ctx.now();
    ctx.store.audited_transaction(|tx| {
        let (_, user) = links::consume(tx, TokenPurpose::EmailChangeStop, token, &[Status::Active], now)?;
        let token = tokens::open_of(tx.db(), user.id, TokenPurpose::EmailChange)?.ok_or(LinkError::NotOpen)?;
        let asker = token.asked_by.map(|user_id| users::find(tx.db(), user_id)).transpose()?.flatten();
        let requested_by = asker.map(|asker| Named::from(&asker.who()));
        // The link only proves access to the old address, so the actor is the link and not the user.
        let mut work = UnitOfWork::of(ctx, tx, ScopedActor::client("The link at the old address"), client_ip, now);
        end(&mut work, user.id, TokenEnd::Revoked)?;
        work.record(&user, &AuditEvent::EmailChangeCancelled { email: token.email, requested_by });
        Ok(())
    })
}
