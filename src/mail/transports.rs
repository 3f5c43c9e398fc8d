//! Transports of mails: a mail server, a folder, or memory.

pub(super) mod folder;
pub(super) mod memory;
pub(super) mod smtp;

use std::path::Path;

use folder::Folder;
use smtp::Smtp;

use super::{Memory, Message, Outgoing, TlsError, messages::Test, outgoing::MalformedMail, text::one_line};
use crate::domain::{email_address::EmailAddress, mail_server::MailServer, sender::Sender, time_zone::ZonedTime};

/// Longest stored reply, in characters.
const REPLY_MAX: usize = 500;

/// Transport of mails.
#[derive(Debug)]
pub enum Transport {
    Smtp(Box<Smtp>),
    Folder(Folder),
    Memory(Memory),
}

/// Reply of the mail server that accepted a mail, or its substitute in other transports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply(pub String);

/// Failed attempt to hand a mail over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reply}")]
pub struct SendError {
    pub kind: SendErrorKind,
    /// Reply of the server, if any. It is foreign text: one line, cut after 500 characters, and to be escaped.
    pub reply: String,
}

/// Consequence of a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendErrorKind {
    /// A further attempt of this mail may succeed.
    Temporary,
    /// The mail is refused for good.
    Permanent,
    /// The mail server takes no mail at present.
    Server,
    /// A policy of the mail server refuses this mail or all mails; only other mails can tell.
    Unclear,
}

impl Reply {
    pub(super) fn new(words: &str) -> Self {
        Self(kept(words))
    }
}

impl SendError {
    pub(super) fn new(kind: SendErrorKind, reply: &str) -> Self {
        Self { kind, reply: kept(reply) }
    }

    pub fn temporary(reply: &str) -> Self {
        Self::new(SendErrorKind::Temporary, reply)
    }

    pub fn permanent(reply: &str) -> Self {
        Self::new(SendErrorKind::Permanent, reply)
    }

    pub fn server(reply: &str) -> Self {
        Self::new(SendErrorKind::Server, reply)
    }
}

impl From<MalformedMail> for SendError {
    fn from(error: MalformedMail) -> Self {
        Self::permanent(&error.to_string())
    }
}

fn kept(words: &str) -> String {
    one_line(words).chars().take(REPLY_MAX).collect()
}

impl Transport {
    /// Transport through a mail server; connects at the first mail.
    ///
    /// # Errors
    /// [`TlsError`] where the machine's certificates cannot be read.
    pub fn smtp(server: MailServer) -> Result<Self, TlsError> {
        Smtp::new(server).map(|smtp| Self::Smtp(Box::new(smtp)))
    }

    /// Transport into files that an administrator can open. The first mail makes the folder.
    pub fn folder(path: impl AsRef<Path>) -> Self {
        Self::Folder(Folder::new(path.as_ref()))
    }

    /// Transport into memory, for tests. A clone of `memory` reads the mails.
    pub fn memory(memory: Memory) -> Self {
        Self::Memory(memory)
    }

    /// Hands one mail over. Takes at most [`super::LONGEST_SEND`].
    ///
    /// # Errors
    /// Any failure. The mail may have arrived all the same, if the connection broke between the server's acceptance and
    /// its reply.
    pub async fn send(&self, mail: &Outgoing) -> Result<Reply, SendError> {
        match self {
            Self::Smtp(smtp) => smtp.send(mail).await,
            Self::Folder(folder) => folder.send(mail).await,
            Self::Memory(memory) => memory.send(mail),
        }
    }

    /// Checks that mails could be handed over now: signs in at the mail server, or writes into the folder. Sends
    /// nothing.
    pub async fn check(&self) -> Result<(), SendError> {
        match self {
            Self::Smtp(smtp) => smtp.check().await,
            Self::Folder(folder) => folder.check().await,
            Self::Memory(_) => Ok(()),
        }
    }

    /// Sends the test mail to `to` at once, outside the outbox.
    pub async fn send_test(
        &self,
        company: &str,
        message_id: String,
        from: Sender,
        to: EmailAddress,
        now: ZonedTime,
    ) -> Result<Reply, SendError> {
        let test = Message::Test(Test { company: company.to_owned(), server: self.name(), at: now.at });
        let rendered = test.render(now.zone).map_err(|error| SendError::permanent(&error.to_string()))?;
        self.send(&Outgoing { message_id, from, to, date: now.at, rendered }).await
    }

    /// Closes a connection kept for the next mail, at the end of a queue.
    pub async fn rest(&self) {
        match self {
            Self::Smtp(smtp) => smtp.rest().await,
            Self::Folder(_) | Self::Memory(_) => {}
        }
    }

    /// True if mails are really sent. If not, administrators pass links on.
    pub fn sends(&self) -> bool {
        match self {
            Self::Smtp(_) | Self::Memory(_) => true,
            Self::Folder(_) => false,
        }
    }

    /// Name for readers, as "mail.example.com, port 465", without user and password.
    pub fn name(&self) -> String {
        match self {
            Self::Smtp(smtp) => smtp.name(),
            Self::Folder(_) => "a folder".to_owned(),
            Self::Memory(_) => "memory".to_owned(),
        }
    }
}

#[cfg(test)]
pub(super) mod samples {
    use super::*;
    use crate::domain::{clock::Timestamp, time_zone::TimeZone};

    pub(crate) fn now() -> Timestamp {
        chrono::NaiveDate::from_ymd_opt(2026, 11, 20).unwrap().and_hms_opt(9, 20, 0).unwrap()
    }

    pub(crate) fn outgoing() -> Outgoing {
        let test = Message::Test(Test { company: "Northwind Trading".to_owned(), server: "mail.example.com".to_owned(), at: now() });
        Outgoing {
            message_id: "<17@usher.example>".to_owned(),
            from: Sender::parse("Usher <usher@usher.example>").unwrap(),
            to: EmailAddress::parse("Noor@example.com").unwrap(),
            date: now(),
            rendered: test.render(TimeZone::UTC).unwrap(),
        }
    }

    /// Runs `future` to completion on this thread.
    pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }
}

#[cfg(test)]
mod tests {
    use super::{samples::*, *};

    #[test]
    fn words_from_outside_are_one_short_line() {
        assert_eq!(SendError::temporary("451 later\r\nBcc: x\u{202E}").reply, "451 later Bcc: x");
        assert_eq!(Reply::new(&"ö".repeat(9000)).0.chars().count(), REPLY_MAX);
    }

    #[test]
    fn the_test_mail_says_where_it_went() {
        let memory = Memory::default();
        let Outgoing { message_id, from, to, .. } = outgoing();
        let reply = block_on(Transport::memory(memory.clone()).send_test("Northwind Trading", message_id, from, to, ZonedTime::utc(now())))
            .unwrap();
        assert_eq!(reply, Reply("250 Taken".to_owned()));
        let mails = memory.take();
        assert_eq!(mails.len(), 1);
        assert!(mails[0].rendered.text.contains("through memory, on 20 November 2026, 09:20 UTC"), "{}", mails[0].rendered.text);
    }

    #[test]
    fn only_a_folder_does_not_send() {
        assert!(!Transport::folder("mails").sends());
        assert!(Transport::memory(Memory::default()).sends());
        assert!(Transport::smtp(MailServer::parse("smtp://localhost").unwrap()).unwrap().sends());
    }
}
