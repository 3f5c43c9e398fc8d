//! What Usher writes to people, and how it leaves the house.
//!
//! [`message`] says what a mail is about, [`transport`] carries it. When a mail is sent, and how often it is tried, is decided elsewhere.

mod folder;
mod letter;
mod memory;
pub mod message;
pub mod outgoing;
mod smtp;
mod text;
pub mod transport;

pub use memory::Memory;
pub use message::{Link, MailKind, Message, Rendered};
pub use outgoing::{Outgoing, Sender};
pub use smtp::{LONGEST_SEND, SmtpUrlError};
pub use transport::{Reply, SendError, SendErrorKind, Transport};
