//! Usher's subject matter as pure types and functions: no I/O, no clock, no randomness.

pub mod account;
pub mod audit;
pub mod caught;
pub mod clock;
pub mod company;
pub mod country;
pub mod credentials;
pub mod durations;
pub mod email_address;
pub mod host;
pub mod idempotency_key;
pub mod ids;
pub mod invitation;
pub mod mail_server;
pub mod permission;
pub mod policy;
pub mod portfolio;
pub mod role;
pub mod scope;
pub mod search;
pub mod secret;
pub mod sender;
pub mod stored;
pub mod text;
pub mod user;
pub mod user_list;
