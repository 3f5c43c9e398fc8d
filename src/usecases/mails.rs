//! Mails are written into the outbox by the transaction whose change they announce.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    domain::{
        clock::{Timestamp, random_bytes},
        ids::{TokenId, UserId},
    },
    mail::{
        Link, Message,
        message::{AccessRestored, AdminAppointedNotice, ByOther},
    },
    store::{
        StoreError, Tx, company, groups,
        outbox::{self, NewMail},
        people::Person,
    },
};

use super::Context;

/// To whom a mail goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recipient<'a> {
    pub(super) user: UserId,
    pub(super) email: &'a str,
    /// The link in the mail, whose end is the mail's end too.
    pub(super) token: Option<TokenId>,
}

impl<'a> From<&'a Person> for Recipient<'a> {
    fn from(person: &'a Person) -> Self {
        Self { user: person.id, email: &person.email, token: None }
    }
}

impl Context {
    /// Puts a mail into the outbox; it is sent only if the transaction commits.
    pub(super) fn post(&self, tx: &mut Tx<'_>, to: Recipient<'_>, message: &Message, now: Timestamp) -> Result<(), StoreError> {
        let message_id = format!("<{}@{}>", URL_SAFE_NO_PAD.encode(random_bytes::<18>(&*self.random)), self.links.host);
        let clear = serde_json::to_vec(message).map_err(|error| StoreError::Unknown(error.to_string()))?;
        let sealed = self.key.seal(&message_id, &clear, &*self.random);
        let new = NewMail {
            message_id: &message_id,
            kind: message.kind().as_str(),
            user: Some(to.user),
            token: to.token,
            recipient: to.email,
            sealed: &sealed,
            now,
        };
        outbox::insert(tx, &new)
    }

    /// What a sealed mail says; `None` when it was sealed with another key.
    pub(super) fn unseal(&self, message_id: &str, sealed: &[u8]) -> Option<Message> {
        serde_json::from_slice(&self.key.open(message_id, sealed)?).ok()
    }

    /// Tells somebody what somebody else did to their user.
    pub(super) fn tell(
        &self,
        tx: &mut Tx<'_>,
        person: &Person,
        by: &Person,
        message: impl FnOnce(ByOther) -> Message,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if person.id == by.id {
            return Ok(());
        }
        let change = by_other(tx, person.first_name.clone(), by.display_name(), now)?;
        self.post(tx, person.into(), &message(change), now)
    }

    pub(super) fn restored(&self, change: ByOther) -> Message {
        Message::AccessRestored(AccessRestored { change, link: Link::new(&self.links.sign_in()) })
    }

    /// Tells every active Admin that somebody became one; the new Admin gets a mail of their own.
    pub(super) fn tell_admins(&self, tx: &mut Tx<'_>, appointed: &Person, by: &str, now: Timestamp) -> Result<(), StoreError> {
        for (user, email) in groups::active_admins(tx.db())? {
            if user == appointed.id {
                continue;
            }
            let change = by_other(tx, String::new(), by.to_owned(), now)?;
            let notice = AdminAppointedNotice { change, who: appointed.display_name() };
            self.post(tx, Recipient { user, email: &email, token: None }, &Message::AdminAppointedNotice(notice), now)?;
        }
        Ok(())
    }
}

/// What somebody did to the user of whoever gets the mail.
pub(super) fn by_other(tx: &mut Tx<'_>, first_name: String, by: String, at: Timestamp) -> Result<ByOther, StoreError> {
    Ok(ByOther { first_name, by, company: company::load(tx.db())?.name, at })
}
