//! How mails leave the house: through a mail server, into a folder, or into memory.

pub(super) mod folder;
pub(super) mod memory;
pub(super) mod smtp;

use std::path::Path;

use folder::Folder;
use smtp::Smtp;

use super::{Memory, Message, Outgoing, TlsError, messages::Test, outgoing::MalformedMail, text::one_line};
use crate::domain::{clock::Timestamp, email_address::EmailAddress, mail_server::MailServer, sender::Sender};

/// Longest answer that is kept, in characters.
const REPLY_MAX: usize = 500;

/// A way out for mails.
#[derive(Debug)]
pub enum Transport {
    Smtp(Box<Smtp>),
    Folder(Folder),
    Memory(Memory),
}

/// The mail server's last words when it took a mail, or what stands for them elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply(pub String);

/// A mail that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reply}")]
pub struct SendError {
    pub kind: SendErrorKind,
    /// In the server's words where it said any. It comes from outside: one line, cut after 500 characters, and to be escaped like any text.
    pub reply: String,
}

/// The consequence of not being taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendErrorKind {
    /// Trying this mail again may help.
    Temporary,
    /// It is refused for good.
    Permanent,
    /// The mail server takes no mail as things stand, whichever it is.
    Server,
    /// A policy of the mail server's, against this mail or against all: the fate of other mails tells which.
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
    /// Through a mail server. Nothing is connected yet.
    ///
    /// # Errors
    /// [`TlsError`] where the machine's certificates cannot be read.
    pub fn smtp(server: MailServer) -> Result<Self, TlsError> {
        Smtp::new(server).map(|smtp| Self::Smtp(Box::new(smtp)))
    }

    /// Into files that an administrator can open. The folder is made when the first mail comes.
    pub fn folder(path: impl AsRef<Path>) -> Self {
        Self::Folder(Folder::new(path.as_ref()))
    }

    /// Into memory, for tests. Keep a clone to look into it.
    pub fn memory(memory: Memory) -> Self {
        Self::Memory(memory)
    }

    /// Hands one mail over. Takes at most [`super::LONGEST_SEND`].
    ///
    /// # Errors
    /// Of an error nobody can know that the mail did not arrive: a connection may break between the server's taking it and saying so.
    pub async fn send(&self, mail: &Outgoing) -> Result<Reply, SendError> {
        match self {
            Self::Smtp(smtp) => smtp.send(mail).await,
            Self::Folder(folder) => folder.send(mail).await,
            Self::Memory(memory) => memory.send(mail),
        }
    }

    /// Tells if mails could be handed over now: reaches the mail server and signs in there, or writes into the folder. Sends nothing.
    pub async fn check(&self) -> Result<(), SendError> {
        match self {
            Self::Smtp(smtp) => smtp.check().await,
            Self::Folder(folder) => folder.check().await,
            Self::Memory(_) => Ok(()),
        }
    }

    /// Sends the test mail to `to` at once, past any queue.
    pub async fn send_test(
        &self,
        company: &str,
        message_id: String,
        from: Sender,
        to: EmailAddress,
        now: Timestamp,
    ) -> Result<Reply, SendError> {
        let test = Message::Test(Test { company: company.to_owned(), server: self.name(), at: now });
        let rendered = test.render().map_err(|error| SendError::permanent(&error.to_string()))?;
        self.send(&Outgoing { message_id, from, to, date: now, rendered }).await
    }

    /// Lets go of a connection kept for the next mail. For the end of a queue.
    pub async fn rest(&self) {
        match self {
            Self::Smtp(smtp) => smtp.rest().await,
            Self::Folder(_) | Self::Memory(_) => {}
        }
    }

    /// Tells if mails reach people. If not, an administrator passes links on.
    pub fn sends(&self) -> bool {
        match self {
            Self::Smtp(_) | Self::Memory(_) => true,
            Self::Folder(_) => false,
        }
    }

    /// For people: "mail.example.com, port 465". Without user and password.
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
            rendered: test.render().unwrap(),
        }
    }

    /// Runs `future` to its end on this thread.
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
        let reply = block_on(Transport::memory(memory.clone()).send_test("Northwind Trading", message_id, from, to, now())).unwrap();
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
