//! What Usher is about, as pure types and functions: no I/O, no clock, no randomness of its own.

pub mod account;
pub mod audit;
pub mod caught;
pub mod clock;
pub mod company;
pub mod country;
pub mod durations;
pub mod email_address;
pub mod ids;
pub mod invitation;
pub mod password;
pub mod people_list;
pub mod permission;
pub mod policy;
pub mod portfolio;
pub mod scope;
pub mod search;
pub mod secret;
pub mod sent_form;
pub mod stored;
pub mod text;
pub mod throttle;
pub mod token;
pub mod user;
