//! Mails on their way, and what goes with time.

pub(crate) mod delivery;
pub(crate) mod housekeeping;
pub(crate) mod mail_server;
pub(crate) mod waiting;
