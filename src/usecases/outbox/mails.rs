//! Mails in the outbox: written by the transaction whose change they announce, with their delivery status for
//! administrators.

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
        groups::{self, Addressee},
        outbox::{self, MailState, NewMail},
        users::User,
    },
    usecases::{ActionError, Context, shared::transaction::UnitOfWork},
};

/// Recipient of a mail.
#[derive(Debug, Clone, Copy)]
pub struct Recipient<'a> {
    pub user_id: UserId,
    pub email: &'a str,
    /// Link in the mail, which cancels the mail when it ends.
    pub token: Option<TokenId>,
}

impl<'a> From<&'a User> for Recipient<'a> {
    fn from(user: &'a User) -> Self {
        Self { user_id: user.id, email: &user.email, token: None }
    }
}

impl<'a> From<&'a Addressee> for Recipient<'a> {
    fn from(user: &'a Addressee) -> Self {
        Self { user_id: user.id, email: &user.email, token: None }
    }
}

/// Status of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryStatus {
    Queued,
    Retrying,
    HandedOver,
    Failed,
}

impl DeliveryStatus {
    pub fn label(self) -> &'static str {
        match self {
            Self::Queued => "Queued",
            Self::Retrying => "Retrying",
            Self::HandedOver => "Handed to the mail server",
            Self::Failed => "Failed",
        }
    }
}

/// Status of the mail with an open link of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkDelivery {
    pub status: DeliveryStatus,
    /// Last reply of the mail server, or the reason in its place.
    pub reply: Option<String>,
    /// Time of the status; of a mail that is retried, time of the next attempt.
    pub at: Timestamp,
    /// Failed mail that can be retried, and the end of its link.
    pub again: Option<(MailId, Timestamp)>,
}

impl LinkDelivery {
    /// The mail, if it can be retried now.
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
            // Mails of an open link are cancelled for this reason only.
            MailState::Cancelled => {
                let reply = reply.unwrap_or_else(|| "The link expired before the mail could be sent".to_owned());
                taken(DeliveryStatus::Failed, Some(reply), done_at)
            }
        }
    }
}

/// Statuses of the mails with the open links of these users for `purpose`.
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

/// Status of the mail with a user's open link for `purpose`.
pub(in crate::usecases) fn of_link(db: &mut Database, purpose: TokenPurpose, user: UserId) -> Result<Option<LinkDelivery>, StoreError> {
    Ok(of_links(db, purpose, &[user])?.remove(&user))
}

/// Status of the accepted invitation's mail; `None` where the link was passed on before the mail was sent.
pub(in crate::usecases) fn of_accepted_invitation(db: &mut Database, user: UserId) -> Result<Option<LinkDelivery>, StoreError> {
    let mail = outbox::of_accepted_invitation(db, user)?;
    Ok(mail.filter(|mail| mail.state != MailState::Cancelled).map(Into::into))
}

/// Mails every active Admin. `message` is given the first name.
pub(in crate::usecases) fn post_to_admins(
    ctx: &Context,
    tx: &mut Tx<'_>,
    now: Timestamp,
    message: impl Fn(String) -> Message,
) -> Result<(), StoreError> {
    let admins = groups::active_admins(tx.db())?;
    let mails = admins.iter().map(|admin| ctx.seal(admin.into(), &message(admin.first_name.clone()), now));
    let mails = mails.collect::<Result<Vec<_>, _>>()?;
    outbox::insert(tx, &mails)
}

impl Context {
    /// Seals a mail for the outbox.
    pub fn seal<'a>(&self, to: Recipient<'a>, message: &Message, now: Timestamp) -> Result<NewMail<'a>, StoreError> {
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

    /// Message to a restored user; `became_user` is true if they were a Portfolio Admin.
    pub(in crate::usecases) fn restored(&self, change: ByOther, became_user: bool) -> Message {
        Message::AccessRestored(AccessRestored { change, became_user, link: Link::new(&self.links.sign_in()) })
    }
}

impl UnitOfWork<'_, '_> {
    /// Counts a mail against the actor's quota for one recipient. Refused for a while after several in a row.
    pub(in crate::usecases) fn count_mail(&mut self, to: &User) -> Result<(), ActionError> {
        let Some(by) = self.actor.id() else { return Ok(()) };
        let Some(until) = throttles::count(self.tx, &[Bucket::mail_quota(by, to.id)], self.now)? else { return Ok(()) };
        Err(ActionError::TooManyMails { name: to.display_name(), wait: until - self.now })
    }

    /// Puts a mail into the outbox; it is sent only if the transaction commits.
    pub(in crate::usecases) fn post(&mut self, to: Recipient<'_>, message: &Message) -> Result<(), StoreError> {
        let mail = self.ctx.seal(to, message, self.now)?;
        outbox::insert(self.tx, &[mail])
    }

    /// Mails a user about a change by another user.
    pub(in crate::usecases) fn notify(&mut self, user: &User, message: impl FnOnce(ByOther) -> Message) -> Result<(), StoreError> {
        if self.actor.id() == Some(user.id) {
            return Ok(());
        }
        let change = self.by_other(user.first_name.clone(), self.actor.name.clone())?;
        self.post(user.into(), &message(change))
    }

    /// Mails each of these users about a change of their assignments. Users who cannot sign in are omitted.
    pub(in crate::usecases) fn notify_all<'a>(&mut self, users: impl Iterator<Item = (&'a User, Assignments)>) -> Result<(), StoreError> {
        let change = self.by_other(String::new(), self.actor.name.clone())?;
        let others = users.filter(|(user, _)| self.actor.id() != Some(user.id) && user.status(self.now) == Status::Active);
        let mails = others.map(|(user, assignments)| {
            let change = ByOther { first_name: user.first_name.clone(), ..change.clone() };
            self.ctx.seal(user.into(), &Message::AssignmentsChanged(AssignmentsChanged { change, assignments }), self.now)
        });
        let mails = mails.collect::<Result<Vec<_>, _>>()?;
        outbox::insert(self.tx, &mails)
    }

    /// Mails a user about a change of their assignments. Users who cannot sign in are omitted: the invitation lists
    /// them.
    pub(in crate::usecases) fn notify_assignments(&mut self, user: &User, assignments: Assignments) -> Result<(), StoreError> {
        if user.status(self.now) != Status::Active {
            return Ok(());
        }
        self.notify(user, |change| Message::AssignmentsChanged(AssignmentsChanged { change, assignments }))
    }

    /// Mails every other active Admin about a new Admin.
    pub(in crate::usecases) fn notify_admins(&mut self, appointed: &User) -> Result<(), StoreError> {
        for admin in groups::active_admins(self.tx.db())? {
            if admin.id == appointed.id {
                continue;
            }
            let change = self.by_other(admin.first_name.clone(), self.actor.name.clone())?;
            let notice = AdminAppointedNotice { change, who: appointed.display_name() };
            self.post((&admin).into(), &Message::AdminAppointedNotice(notice))?;
        }
        Ok(())
    }

    /// Facts about a change by the administrator `by`, for the recipient.
    pub(in crate::usecases) fn by_other(&mut self, first_name: String, by: String) -> Result<ByOther, StoreError> {
        Ok(ByOther { first_name, by, company: company::load(self.tx.db())?.name, at: self.now })
    }
}
