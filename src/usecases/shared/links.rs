//! Single-use links: reading and consuming them. Each feature decides the rest.

use crate::{
    domain::{
        clock::Timestamp,
        credentials::token::{Token, TokenEnd, TokenPurpose},
        user::Status,
    },
    store::{
        Database, StoreError, Tx, company,
        tokens::{self, TokenRow},
        users::{self, User},
    },
};

/// Reason for which a link is closed.
#[derive(Debug, Clone)]
pub enum LinkClosed {
    Used {
        at: Timestamp,
    },
    Replaced {
        /// Address of a newer link that was sent to the same one and is still open.
        again_to: Option<String>,
    },
    Revoked,
    Expired {
        email: String,
        at: Timestamp,
    },
    Unknown,
}

/// Result of reading a link: its target, or the reason for which it is closed.
pub type LinkState<T> = Result<Result<T, LinkClosed>, StoreError>;

/// Reason for which a link is not consumed.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// Ended, expired, or consumed by a faster request; [`look`] tells which.
    #[error("the link is not open")]
    NotOpen,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads a link. Mail scanners may do so any number of times.
pub(in crate::usecases) fn look(db: &mut Database, purpose: TokenPurpose, token: &Token, now: Timestamp) -> LinkState<(TokenRow, User)> {
    let Some(token) = tokens::find(db, purpose, token.hash())? else { return Ok(Err(LinkClosed::Unknown)) };
    match (token.ended_as, token.ended_at) {
        (Some(TokenEnd::Used), at) => return Ok(Err(LinkClosed::Used { at: at.unwrap_or(now) })),
        (Some(TokenEnd::Replaced), _) => {
            let newer = token.user_id.map(|user_id| tokens::open_of(db, user_id, purpose)).transpose()?.flatten();
            let newer = newer.filter(|newer| newer.email == token.email && now < newer.expires_at);
            return Ok(Err(LinkClosed::Replaced { again_to: newer.and_then(|newer| newer.email) }));
        }
        (Some(TokenEnd::Revoked), _) => return Ok(Err(LinkClosed::Revoked)),
        (None, _) => {}
    }
    let user = token.user_id.map(|user_id| users::find(db, user_id)).transpose()?.flatten();
    let Some(user) = user else { return Ok(Err(LinkClosed::Revoked)) };
    if !went_to(&token, purpose, &user) {
        return Ok(Err(LinkClosed::Replaced { again_to: None }));
    }
    if now >= token.expires_at {
        return Ok(Err(LinkClosed::Expired { email: user.email, at: token.expires_at }));
    }
    Ok(Ok((token, user)))
}

/// Consumes a link for its user, if they have one of these statuses. Of two requests at once, one succeeds.
pub(in crate::usecases) fn consume(
    tx: &mut Tx<'_>,
    purpose: TokenPurpose,
    token: &Token,
    statuses: &[Status],
    now: Timestamp,
) -> Result<(TokenRow, User), LinkError> {
    company::hold_rights(tx)?;
    // Locks the user before the link, as every sender of links does.
    let user_id = tokens::find(tx.db(), purpose, token.hash())?.and_then(|token| token.user_id);
    let user = user_id.map(|user_id| users::lock(tx, user_id)).transpose()?.flatten();
    let token = tokens::consume(tx, purpose, token.hash(), now)?.ok_or(LinkError::NotOpen)?;
    let user = user.filter(|user| statuses.contains(&user.status(now)) && went_to(&token, purpose, user));
    Ok((token, user.ok_or(LinkError::NotOpen)?))
}

/// True if the link was sent to the address that its user still has. Links that confirm a new address were sent to that
/// one, and links that undo a change to the one before.
fn went_to(token: &TokenRow, purpose: TokenPurpose, user: &User) -> bool {
    matches!(purpose, TokenPurpose::EmailChange | TokenPurpose::EmailChangeUndo) || token.email.as_ref() == Some(&user.email)
}
