//! What people do with Usher, one file per feature: authorise, check, change in one transaction with its audit entries and mails, and
//! answer with a typed outcome. Nothing here knows HTTP.

mod context;
pub mod delivery;
pub mod directory;
pub mod groups;
pub mod housekeeping;
pub mod invitations;
mod mails;
pub mod setup;
pub mod sign_in;
pub mod users;

pub use context::{Caller, Context, Denied, Links, Visitor};
