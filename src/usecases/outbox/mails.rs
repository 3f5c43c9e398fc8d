//! Mails are written into the outbox by the transaction whose change they announce; what became of them is told to administrators.

use std::collections::HashMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    domain::{
        clock::{Timestamp, random_bytes},
        credentials::{throttle::Bucket, token::TokenPurpose},
        ids::{MailId, TokenId, UserId},
        user::Status,
    },
    mail::{
        Link, Message,
        messages::{AccessRestored, AdminAppointedNotice, Assignments, AssignmentsChanged, ByOther},
    },
    store::{
        Database, StoreError, Tx, company,
        credentials::throttles,
        groups,
        outbox::{self, MailState, NewMail},
        users::User,
    },
    usecases::{ActionError, Context},
};

/// To whom a mail goes.
#[derive(Debug, Clone, Copy)]
pub(in crate::usecases) struct Recipient<'a> {
    pub(in crate::usecases) user_id: UserId,
    pub(in crate::usecases) email: &'a str,
    /// The link in the mail, whose end is the mail's end too.
    pub(in crate::usecases) token: Option<TokenId>,
}

impl<'a> From<&'a User> for Recipient<'a> {
    fn from(user: &'a User) -> Self {
        Self { user_id: user.id, email: &user.email, token: None }
    }
}

/// State of a mail. In the words of the product: Queued, Retrying, Handed to the mail server, Failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryStatus {
    Queued,
    Retrying,
    HandedOver,
    Failed,
}

/// State of the mail with an open link of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkDelivery {
    pub status: DeliveryStatus,
    /// The mail server's last words, or what stands for them.
    pub reply: Option<String>,
    /// When it came to that; of one that is tried again, when.
    pub at: Timestamp,
    /// A failed mail that can be sent again, and until when its link lets it.
    pub again: Option<(MailId, Timestamp)>,
}

impl LinkDelivery {
    /// The mail, if it can be sent again now.
    pub fn again(&self, now: Timestamp) -> Option<MailId> {
        self.again.filter(|(_, until)| now < *until).map(|(mail, _)| mail)
    }
}

impl From<outbox::LinkDeliveryRow> for LinkDelivery {
    fn from(mail: outbox::LinkDeliveryRow) -> Self {
        let outbox::LinkDeliveryRow { id, state, reply, created_at, next_attempt_at, done_at, is_kept, expires_at, .. } = mail;
        let done_at = done_at.unwrap_or(created_at);
        let taken = |status, reply, at| Self { status, reply, at, again: None };
        match state {
            MailState::Queued => taken(DeliveryStatus::Queued, reply, created_at),
            MailState::Retrying => taken(DeliveryStatus::Retrying, reply, next_attempt_at),
            MailState::HandedOver => taken(DeliveryStatus::HandedOver, reply, done_at),
            MailState::Failed => Self { again: is_kept.then_some((id, expires_at)), ..taken(DeliveryStatus::Failed, reply, done_at) },
            // The mail of a link that still stands is given up for one reason only.
            MailState::Cancelled => {
                let reply = reply.unwrap_or_else(|| "The link expired before the mail could be sent".to_owned());
                taken(DeliveryStatus::Failed, Some(reply), done_at)
            }
        }
    }
}

/// States of the mails with the open links of these users for `purpose`.
pub(in crate::usecases) fn of_links(
    db: &mut Database,
    purpose: TokenPurpose,
    user_ids: &[UserId],
) -> Result<HashMap<UserId, LinkDelivery>, StoreError> {
    if user_ids.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(outbox::of_open_links(db, purpose, user_ids)?.into_iter().map(|mail| (mail.user, mail.into())).collect())
}

/// Variant for one user.
pub(in crate::usecases) fn of_link(db: &mut Database, purpose: TokenPurpose, user: UserId) -> Result<Option<LinkDelivery>, StoreError> {
    Ok(of_links(db, purpose, &[user])?.remove(&user))
}

/// State of the accepted invitation's mail; `None` where the link came by another way, before the mail went.
pub(in crate::usecases) fn of_accepted_invitation(db: &mut Database, user: UserId) -> Result<Option<LinkDelivery>, StoreError> {
    let mail = outbox::of_accepted_invitation(db, user)?;
    Ok(mail.filter(|mail| mail.state != MailState::Cancelled).map(Into::into))
}

/// Counts a mail against the quota that an administrator has for one user. Refused for a while after several in a row.
pub(in crate::usecases) fn count_mail(tx: &mut Tx<'_>, by: &User, to: &User, now: Timestamp) -> Result<(), ActionError> {
    let Some(until) = throttles::count(tx, &[Bucket::mail_quota(by.id, to.id)], now)? else { return Ok(()) };
    Err(ActionError::TooManyMails { name: to.display_name(), wait: until - now })
}

impl Context {
    /// Puts a mail into the outbox; it is sent only if the transaction commits.
    pub(in crate::usecases) fn post(
        &self,
        tx: &mut Tx<'_>,
        to: Recipient<'_>,
        message: &Message,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        outbox::insert(tx, &[self.seal(to, message, now)?])
    }

    fn seal<'a>(&self, to: Recipient<'a>, message: &Message, now: Timestamp) -> Result<NewMail<'a>, StoreError> {
        let message_id = format!("<{}@{}>", URL_SAFE_NO_PAD.encode(random_bytes::<18>(&*self.random)), self.links.host);
        let clear = serde_json::to_vec(message).map_err(|error| StoreError::Unknown(error.to_string()))?;
        let sealed = self.key.seal(&message_id, &clear, &*self.random);
        let kind = message.kind().as_str();
        Ok(NewMail { message_id, kind, user: Some(to.user_id), token: to.token, recipient: to.email, sealed, now })
    }

    /// Opens a sealed mail; `None` when it was sealed with another key.
    pub(in crate::usecases) fn unseal(&self, message_id: &str, sealed: &[u8]) -> Option<Message> {
        serde_json::from_slice(&self.key.open(message_id, sealed)?).ok()
    }

    /// Tells somebody what somebody else did to their user.
    pub(in crate::usecases) fn tell(
        &self,
        tx: &mut Tx<'_>,
        user: &User,
        by: &User,
        message: impl FnOnce(ByOther) -> Message,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if user.id == by.id {
            return Ok(());
        }
        let change = by_other(tx, user.first_name.clone(), by.display_name(), now)?;
        self.post(tx, user.into(), &message(change), now)
    }

    /// Tells many what somebody else did to their users, each in a mail of their own.
    pub(in crate::usecases) fn tell_all<'a>(
        &self,
        tx: &mut Tx<'_>,
        users: impl Iterator<Item = (&'a User, Assignments)>,
        by: &User,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let change = by_other(tx, String::new(), by.display_name(), now)?;
        let others = users.filter(|(user, _)| user.id != by.id && user.status(now) == Status::Active);
        let mails = others.map(|(user, assignments)| {
            let change = ByOther { first_name: user.first_name.clone(), ..change.clone() };
            self.seal(user.into(), &Message::AssignmentsChanged(AssignmentsChanged { change, assignments }), now)
        });
        outbox::insert(tx, &mails.collect::<Result<Vec<_>, _>>()?)
    }

    /// A restored user; `became_user` tells if they were a Portfolio Admin before.
    pub(in crate::usecases) fn restored(&self, change: ByOther, became_user: bool) -> Message {
        Message::AccessRestored(AccessRestored { change, became_user, link: Link::new(&self.links.sign_in()) })
    }

    /// Tells every active Admin that somebody became one; the new Admin gets a mail of their own.
    pub(in crate::usecases) fn tell_admins(&self, tx: &mut Tx<'_>, appointed: &User, by: &str, now: Timestamp) -> Result<(), StoreError> {
        for (user, email) in groups::active_admins(tx.db())? {
            if user == appointed.id {
                continue;
            }
            let change = by_other(tx, String::new(), by.to_owned(), now)?;
            let notice = AdminAppointedNotice { change, who: appointed.display_name() };
            self.post(tx, Recipient { user_id: user, email: &email, token: None }, &Message::AdminAppointedNotice(notice), now)?;
        }
        Ok(())
    }
}

/// Change that an administrator made to the recipient's user.
pub(in crate::usecases) fn by_other(tx: &mut Tx<'_>, first_name: String, by: String, at: Timestamp) -> Result<ByOther, StoreError> {
    Ok(ByOther { first_name, by, company: company::load(tx.db())?.name, at })
}
