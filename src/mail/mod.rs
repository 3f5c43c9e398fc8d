//! Mails to users: their texts and their delivery.
//!
//! [`messages`] has the content of each mail, [`Transport`] carries it. The use case `outbox` decides when a mail is
//! sent and how often it is tried.

mod layout;
pub mod messages;
pub mod outgoing;
mod text;
pub mod transports;

pub use messages::{Link, MailKind, Message, Rendered};
pub use outgoing::Outgoing;
pub use transports::memory::Memory;
pub use transports::smtp::{LONGEST_SEND, TlsError};
pub use transports::{Reply, SendError, SendErrorKind, Transport};
