//! What Usher writes to people, and how it leaves the house.
//!
//! [`message`] says what a mail is about, [`transport`] carries it. When a mail is sent, and how often it is tried, is decided elsewhere.

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
