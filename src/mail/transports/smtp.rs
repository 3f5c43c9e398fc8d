//! Mails over SMTP.

#[cfg(test)]
mod tests;
mod verdict;

use std::{
    error::Error as _,
    fmt,
    time::{Duration, Instant},
};

use lettre::{
    address::Envelope,
    transport::smtp::{
        Error,
        authentication::{self, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::ClientId,
        response::Response,
    },
};
use tokio::{sync::Mutex, time::timeout};

use self::verdict::Stage;
use crate::{
    domain::{
        caught::caught,
        mail_server::{Credentials, Encryption, MailServer},
    },
    mail::{Outgoing, Reply, SendError},
};

/// Longest wait for one of the server's network addresses.
const ADDRESS_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest time for connecting, encrypting and signing in.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);

/// Longest time for handing a mail over. Some servers scan a mail before they reply, and giving up by then would
/// deliver it twice.
const HAND_OVER_TIMEOUT: Duration = Duration::from_secs(60);

/// Longest time for one mail in all.
pub const LONGEST_SEND: Duration = Duration::from_secs(100);

/// Longest idle time of a kept connection: servers close them.
const IDLE_MAX: Duration = Duration::from_secs(30);

/// Failure to set up TLS.
#[derive(Debug, thiserror::Error)]
#[error("TLS cannot be set up: {0}")]
pub struct TlsError(#[from] Error);

/// A mail server, and the connection kept for the next mail.
///
/// The pool of lettre takes back connections in any state: after an abandoned mail, the next one would read its
/// replies. Here a connection is kept only after a mail was completed.
pub struct Smtp {
    server: MailServer,
    tls: Option<TlsParameters>,
    timeouts: Timeouts,
    kept: Mutex<Option<IdleConnection>>,
}

#[derive(Debug, Clone, Copy)]
struct Timeouts {
    connect: Duration,
    hand_over: Duration,
}

struct IdleConnection {
    connection: AsyncSmtpConnection,
    since: Instant,
}

impl Smtp {
    pub(in crate::mail) fn new(server: MailServer) -> Result<Self, TlsError> {
        let tls = match server.encryption {
            Encryption::None => None,
            Encryption::StartTls | Encryption::Tls => Some(TlsParameters::new(server.host.clone())?),
        };
        let timeouts = Timeouts { connect: CONNECT_TIMEOUT, hand_over: HAND_OVER_TIMEOUT };
        Ok(Self { server, tls, timeouts, kept: Mutex::default() })
    }

    pub(in crate::mail) fn name(&self) -> String {
        format!("{}, port {}", self.server.host, self.server.port)
    }

    pub(in crate::mail) async fn send(&self, mail: &Outgoing) -> Result<Reply, SendError> {
        caught(self.send_over(mail)).await.unwrap_or_else(|_| Err(unreadable()))
    }

    /// Sends over the kept connection or a new one. Panics of lettre at some replies are caught.
    async fn send_over(&self, mail: &Outgoing) -> Result<Reply, SendError> {
        let message = mail.to_wire()?;
        let mut connection = match self.kept_connection().await {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let (text, mut stage) = (message.formatted(), Stage::Sender);
        let handed_over = timeout(self.timeouts.hand_over, hand_over(&mut connection, message.envelope(), &text, &mut stage)).await;
        match handed_over {
            Ok(Ok(response)) => {
                *self.kept.lock().await = Some(IdleConnection { connection, since: Instant::now() });
                Ok(Reply::new(&words(&response)))
            }
            Ok(Err(error)) => {
                // QUIT is for a server that replied; a broken connection is only dropped.
                if error.status().is_some() {
                    hang_up(connection).await;
                }
                Err(refused(stage, &error))
            }
            Err(_) => Err(too_slow("did not take the mail", self.timeouts.hand_over, stage)),
        }
    }

    pub(in crate::mail) async fn check(&self) -> Result<(), SendError> {
        let connected = caught(self.connect()).await.unwrap_or_else(|_| Err(unreadable()));
        hang_up(connected?).await;
        Ok(())
    }

    pub(in crate::mail) async fn rest(&self) {
        if let Some(kept) = self.kept.lock().await.take() {
            hang_up(kept.connection).await;
        }
    }

    /// Takes the kept connection, if it still works. It is taken out, so that an abandoned mail drops it.
    async fn kept_connection(&self) -> Option<AsyncSmtpConnection> {
        let IdleConnection { mut connection, since } = self.kept.lock().await.take()?;
        let works = since.elapsed() < IDLE_MAX && timeout(self.timeouts.connect, connection.test_connected()).await.unwrap_or(false);
        works.then_some(connection)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let mut stage = Stage::Greeting;
        let connected = timeout(self.timeouts.connect, self.connect_and_sign_in(&mut stage)).await;
        connected.map_err(|_| too_slow("did not answer", self.timeouts.connect, stage))?.map_err(|error| refused(stage, &error))
    }

    /// Connects and signs in. Notes its progress in `stage`.
    async fn connect_and_sign_in(&self, stage: &mut Stage) -> Result<AsyncSmtpConnection, Error> {
        let MailServer { host, port, encryption, credentials, hello } = &self.server;
        let hello = hello.clone().map_or_else(ClientId::default, ClientId::Domain);
        let from_the_start = self.tls.clone().filter(|_| *encryption == Encryption::Tls);
        let address = (host.as_str(), *port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(address, Some(ADDRESS_TIMEOUT), &hello, from_the_start, None).await?;
        if *encryption == Encryption::StartTls
            && let Some(tls) = self.tls.clone()
        {
            *stage = Stage::StartTls;
            connection.starttls(tls, &hello).await?;
        }
        if let Some(Credentials { user, password }) = credentials {
            let credentials = authentication::Credentials::new(user.clone(), password.clone());
            *stage = Stage::SignIn;
            connection.auth(DEFAULT_MECHANISMS, &credentials).await?;
        }
        Ok(connection)
    }
}

/// Hands a mail over and notes its progress in `stage`, which lettre's own `send` does not report. Addresses and text
/// are ASCII, so that MAIL FROM needs no parameters.
async fn hand_over(connection: &mut AsyncSmtpConnection, envelope: &Envelope, text: &[u8], stage: &mut Stage) -> Result<Response, Error> {
    *stage = Stage::Sender;
    connection.command(Mail::new(envelope.from().cloned(), Vec::new())).await?;
    *stage = Stage::Recipient;
    for recipient in envelope.to() {
        connection.command(Rcpt::new(recipient.clone(), Vec::new())).await?;
    }
    *stage = Stage::Data;
    connection.command(Data).await?;
    *stage = Stage::Message;
    connection.message(text).await
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").field("server", &self.server).field("timeouts", &self.timeouts).finish_non_exhaustive()
    }
}

/// Sends QUIT. The mail is delivered by then, so that the reply does not matter.
async fn hang_up(mut connection: AsyncSmtpConnection) {
    // Gives up on a server that does not reply.
    drop(caught(timeout(Duration::from_secs(2), connection.abort())).await);
}

fn words(response: &Response) -> String {
    format!("{} {}", response.code(), response.message().collect::<Vec<_>>().join(" "))
}

fn unreadable() -> SendError {
    SendError::server("The mail server answered in a way that Usher cannot read")
}

fn too_slow(what: &str, limit: Duration, stage: Stage) -> SendError {
    SendError::new(verdict::unanswered(stage), &format!("The mail server {what} within {} seconds", limit.as_secs()))
}

/// The error of a failed attempt, with the server's reply if there is one.
fn refused(stage: Stage, error: &Error) -> SendError {
    let Some(code) = error.status() else {
        return SendError::new(verdict::unanswered(stage), &format!("The mail server could not be used: {error}"));
    };
    let (code, words) = (u16::from(code), error.source().map(ToString::to_string).unwrap_or_default());
    SendError::new(verdict::classify(stage, code, verdict::enhanced(code, &words)), format!("{code} {words}").trim_end())
}
