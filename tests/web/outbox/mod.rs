//! Delivery of mails, and expiry.

pub(crate) mod delivery;
pub(crate) mod housekeeping;
pub(crate) mod mail_server;
pub(crate) mod waiting;
